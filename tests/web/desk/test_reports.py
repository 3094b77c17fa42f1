"""The reports: what is counted adds up, is the same live and summed up, and leads to articles."""

from __future__ import annotations

import csv
import io
import re
from datetime import date, timedelta
from html import unescape

import pytest
from flask import Flask

from postal.reports import summing_up
from postal.reports.measures import MEASURES
from runtime import Runtime
from tests.rigs.api_calls import number_of
from tests.rigs.clock import Clock
from tests.rigs.desk import Colleague, sign_in, speak
from tests.rigs.transcript import Player
from web.desk.reports import TONES
from web.language import NAMES, words

POSTMAN = "+919839000001"
PEOPLE = tuple(f"+91987650000{n}" for n in range(1, 8))
DAY = "since=2026-08-14&until=2026-08-14"


@pytest.fixture
def day(player: Player) -> Player:
    """A day: one handed over, one contested, one without approach, COD, a ticket, a fraud."""
    player.step(f"postman 1001 {POSTMAN}")
    numbers = [number_of(n) for n in range(1, 8)]
    for number, phone in zip(numbers, PEOPLE, strict=True):
        cod = " cod 500" if phone == PEOPLE[0] else ""
        player.step(f"article {number} to {phone} en{cod}")
    player.step(f"list 1001: {' '.join(numbers)}")
    player.step(f"{POSTMAN} > 1")
    player.step(f"{POSTMAN} > 1 {player.codes[PEOPLE[0]][-1]} 1")
    player.step(f"{POSTMAN} > 2")
    player.step(f"{POSTMAN} > 2 11")
    player.step(f"{PEOPLE[1]} > 2")
    player.step(f"{POSTMAN} > 3 12")
    player.step(f"{PEOPLE[2]} > 1")
    player.step(f"{POSTMAN} > 4 25")
    player.step(f"{PEOPLE[4]} > 3")
    return player


@pytest.fixture
def supervisor(day: Player, app: Flask, runtime: Runtime) -> Colleague:
    return sign_in(app, runtime, "supervisor")


def rows(colleague: Colleague, measure: str, query: str = DAY) -> list[dict[str, str]]:
    answer = colleague.get(f"/desk/reports/{measure}.csv?{query}")
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))


def figures(colleague: Colleague) -> dict[str, list[dict[str, str]]]:
    found = {}
    for name, measure in MEASURES.items():
        found[name] = rows(colleague, name)
        for by in measure.by:
            found[f"{name} {by}"] = rows(colleague, name, f"{DAY}&table=by&by={by}")
    return found


def test_a_day_in_numbers_that_are_the_same_once_it_is_summed_up(
    supervisor: Colleague, runtime: Runtime, clock: Clock
) -> None:
    live = figures(supervisor)
    (lists,) = live["lists"]
    assert [lists[part] for part in ("delivered", "failed", "open", "withdrawn", "total")] == [
        "1", "3", "3", "0", "7",
    ]  # fmt: skip
    (first,) = live["first"]  # no network is no visit
    assert (first["first_delivered"], first["first_failed"]) == ("1", "2")
    assert first["share"] == "0.3333"
    (codes,) = live["codes"]
    assert (codes["soon"], codes["late"], codes["silent"]) == ("2", "0", "0")
    (contested,) = live["contested"]
    assert (contested["contested"], contested["confirmed"], contested["unanswered"]) == (
        "1", "1", "1",
    )  # fmt: skip
    assert contested["share_low"] < contested["share"] < contested["share_high"]
    (approach,) = live["approach"]
    assert (approach["unapproached"], approach["approached"]) == ("1", "1")
    (cod,) = live["cod"]
    assert (cod["handed_paise"], cod["outstanding_paise"]) == ("0", "50000")
    heads = {each["head"]: each["name"] for each in live["tickets head"]}
    assert heads["non_delivery"] == "Non-delivery of article"
    assert heads["fraud"]
    (fraud,) = live["fraud"]
    assert fraud["reported"] == "1"
    (texts,) = live["texts"]
    assert int(texts["codes"]) == 2
    assert int(texts["total"]) == sum(int(texts[part]) for part in MEASURES["texts"].parts)
    (beat,) = live["lists beat"]
    assert beat["name"] == "Ram (1001)"
    assert {each["name"] for each in live["codes carrier"]} == {"simulator"}

    clock.advance(days=1)
    supervisor = sign_in(supervisor.client.application, runtime, "supervisor", "supervisor-2")
    while done := runtime.database.run(lambda conn: summing_up.sum_up_next(conn, runtime.now())):
        assert done < runtime.now().date() + timedelta(days=1)
    with runtime.database.transaction() as conn:
        conn.execute(
            "UPDATE delivery_items SET state = 'withdrawn', finished_at = %s WHERE state = 'open'",
            [runtime.now()],
        )
    assert figures(supervisor) == live  # from the sums: the rows beneath have changed
    clock.advance(hours=2)
    assert runtime.database.run(lambda conn: summing_up.sum_up_next(conn, runtime.now())) == date(
        2026, 8, 14
    )  # yesterday, once more
    supervisor = sign_in(supervisor.client.application, runtime, "supervisor", "supervisor-3")
    (lists,) = rows(supervisor, "lists")
    assert (lists["open"], lists["withdrawn"]) == ("0", "3")
    assert runtime.database.run(lambda conn: summing_up.due(conn, runtime.now())) is None


def test_each_number_leads_to_as_many_articles(supervisor: Colleague) -> None:
    seen = 0
    for name, measure in MEASURES.items():
        (line,) = rows(supervisor, name)
        for part in measure.listed:
            page = supervisor.get(f"/desk/reports/{name}/articles?{DAY}&part={part}")
            listed = len(re.findall(r"<tr>", page.text)) - 1 if "<table" in page.text else 0
            if measure.money:
                assert (listed > 0) == (line[f"{part}_paise"] != "0"), (name, part)
            else:
                assert str(listed) == line[part], (name, part)
            seen += listed
    assert seen > 15
    page = supervisor.get(f"/desk/reports/contested/articles?{DAY}&part=contested")
    assert "11 door locked" in page.text
    assert not any(phone in page.text for phone in PEOPLE)
    assert supervisor.get(f"/desk/reports/fraud/articles?{DAY}&part=reported").status_code == 404


def test_a_week_and_a_month_hold_what_their_days_hold(supervisor: Colleague) -> None:
    days = rows(supervisor, "lists", "since=2026-07-30&until=2026-08-14&step=day")
    weeks = rows(supervisor, "lists", "since=2026-07-30&until=2026-08-14&step=week")
    months = rows(supervisor, "lists", "since=2026-07-30&until=2026-08-14&step=month")
    assert [each["week"] for each in weeks] == ["2026-07-27", "2026-08-03", "2026-08-10"]
    assert [each["month"] for each in months] == ["2026-07-01", "2026-08-01"]
    assert [sum(int(each["total"]) for each in all_) for all_ in (days, weeks, months)] == [7, 7, 7]
    page = supervisor.get("/desk/reports/lists?since=2026-07-30&until=2026-08-14&step=week").text
    # The last step ends with the period, and its link says so.
    assert "since=2026-08-10&until=2026-08-14" in unescape(page)


def test_the_page_says_it_in_charts_tables_and_links(supervisor: Colleague) -> None:
    page = unescape(supervisor.get(f"/desk/reports/lists?{DAY}&by=beat").text)
    assert "7 = 1+3+3" in page
    assert "style=" not in page.split("<main")[1]
    assert "/desk/reports/lists/articles?part=delivered" in page
    assert all(
        supervisor.get(f"/desk/reports/{name}?{DAY}").status_code == 200 for name in MEASURES
    )
    home = unescape(supervisor.get("/desk/reports").text)
    assert home.count('class="card"') == len(MEASURES)
    assert "₹500" in home
    cards = unescape(supervisor.get("/desk").text)
    assert 'href="/desk/reports"' in cards
    assert "Today: 7 out = 1 delivered, 3 not, 3 open, 0 back" in cards
    assert "Reported today: 1" in cards


def test_no_colour_stands_for_two_parts_of_a_chart() -> None:
    for measure in MEASURES.values():
        tones = [TONES[part] for part in measure.parts]
        assert len(set(tones)) == len(tones), measure.name


@pytest.mark.parametrize("language", NAMES)
def test_a_legend_has_every_part_with_its_colour(supervisor: Colleague, language: str) -> None:
    speak(supervisor.client, language)
    page = unescape(supervisor.get(f"/desk/reports/lists?{DAY}").text)
    legends = re.findall(r'<ul class="chart-legend">(.*?)</ul>', page)
    assert len(legends) == 2
    for each in legends:
        for part in MEASURES["lists"].parts:
            assert f'class="bar bar-{TONES[part]}"' in each
            assert words(language)[f"report_part_{part}"] in each


def test_what_is_still_due_is_counted_on_the_day_that_is_to_come(
    supervisor: Colleague, runtime: Runtime
) -> None:
    with runtime.database.transaction() as conn:
        conn.execute("UPDATE articles SET due_by = '2026-08-18' WHERE number = %s", [number_of(7)])
    period = "since=2026-08-14&until=2026-08-31"
    (due,) = (each for each in rows(supervisor, "promises", period) if each["total"] != "0")
    assert (due["day"], due["promise_due"]) == ("2026-08-18", "1")
    assert rows(supervisor, "promises", f"{period}&table=by")[0]["promise_due"] == "1"
    listed = supervisor.get(f"/desk/reports/promises/articles?{period}&part=promise_due").text
    assert number_of(7) in listed


def test_a_home_says_what_waits_at_its_office(day: Player, app: Flask, runtime: Runtime) -> None:
    cards = unescape(sign_in(app, runtime, "postmaster").get("/desk").text)
    said = re.findall(r'<p class="card-count">([^<]+)</p>', cards)
    assert {
        "Today: 7 out = 1 delivered, 3 not, 3 open, 0 back",
        "Today 0 here, 0 missent, 0 unknown.",
        "0 to be placed, 0 in the draft.",
        "Lists today: 1, closed: 0",
        "COD cash outstanding: ₹500",
        "0 go back to their senders today.",
    } <= set(said)
    assert any(each.endswith("to be fetched here.") for each in said)


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("since=2026-08-15&until=2026-08-14", 422),
        ("since=2000-01-01&until=2026-08-14", 422),
        ("since=gestern", 422),
        ("step=year", 422),
        ("by=carrier", 422),
        ("service=pigeon", 422),
        ("office=99999999999999999999", 422),
        ("office=999999", 200),
        ("since=2027-01-01&until=2027-01-02", 200),
    ],
)
def test_what_cannot_be_asked(supervisor: Colleague, query: str, status: int) -> None:
    assert supervisor.get(f"/desk/reports/lists?{query}").status_code == status
    assert supervisor.get("/desk/reports/secrets").status_code == 404


def test_a_postmaster_sees_his_office_whatever_he_asks_for(
    day: Player, app: Flask, runtime: Runtime
) -> None:
    with runtime.database.transaction() as conn:
        conn.execute(
            "INSERT INTO offices (name, pin, branch_type, district)"
            " VALUES ('Elsewhere', '273001', 'sub', 'Gorakhpur')"
        )
        row = conn.execute("SELECT id FROM offices WHERE pin = '273303'").fetchone()
    assert row is not None
    other = sign_in(app, runtime, "postmaster", "postmaster-2", office="273001")
    for query in (DAY, f"{DAY}&office={row[0]}"):
        (lists,) = rows(other, "lists", query)
        assert lists["total"] == "0"
        page = other.get(f"/desk/reports/lists/articles?{query}&part=delivered").text
        assert "Nothing of this in the period" in page
    with runtime.database.transaction() as conn:
        him = conn.execute("SELECT id, name FROM staff WHERE role = 'postman'").fetchone()
    assert him is not None
    page = other.get(f"/desk/reports/lists?{DAY}&beat={him[0]}").text
    assert him[1] not in page, "the address names nobody of another office"
    own = sign_in(app, runtime, "postmaster")
    assert him[1] in own.get(f"/desk/reports/lists?{DAY}&beat={him[0]}").text
    assert rows(own, "lists")[0]["total"] == "7"
    assert 'name="office"' not in own.get("/desk/reports").text


def test_where_nothing_was_ever_posted_no_day_is_summed_up(runtime: Runtime) -> None:
    with runtime.database.transaction() as conn:
        assert summing_up.due(conn, runtime.now()) is None
