"""A small simulated month through the real engine: nobody is stuck, nothing is lost or told."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench import month_checks
from bench.month import settings_on
from bench.month_fate import door_of, house_of
from bench.month_lost import NOT_LEFT, lost
from bench.month_office import Office
from bench.month_people import REACTIONS
from bench.month_rates import Rates, by_chance
from bench.month_roads import too_often
from bench.month_success import Success, of_parcels, success
from bench.month_world import Month, Parcel, Plan
from conversation.announce import announce
from flows.happenings import Booked, WentOut
from india.calendar import INDIA
from messages.catalogue import Language
from postal import lists, new_articles
from postal.codes import code_of
from runtime import Runtime

KEY = b"master key of a month that nobody lived"

# Everything happens more often than it does, so that a hundred articles meet all of it.
RATES = Rates(
    wrong_code=0.15, stubborn=0.4, lost=0.05, contested=0.25, dead_zone=0.1, refused=0.06,
    undone=0.08, fraud=0.03, not_received=0.03, wrong_number=0.04, another_day=0.1, hold=0.05,
    somebody_else=0.08, recalled=0.04, repeated=0.1, relayed=0.6, wishes=0.7, no_network=0.2,
    code_before=0.9, cannot_read=0.3, read_to_them=0.2, strangers=0.15, withdrawn=1.0, careful=1.0,
    dishonest=0.1, telephone_off=0.2, at_work=0.4, saturdays=0.9, absence=0.4,
)  # fmt: skip


@pytest.fixture
def office(runtime: Runtime) -> Office:
    settings = settings_on(runtime.settings.database_url, runtime.settings.redis_url)
    months: list[Month] = []
    ours = dataclasses.replace(runtime, settings=settings, now=lambda: months[0].clock())
    months.append(Month(ours, Plan(articles=100, seed=7, days=13, rates=RATES), REACTIONS))
    office = Office(months[0])
    office.open()
    return office


def test_a_month_of_a_hundred_articles_keeps_every_invariant(office: Office) -> None:
    month = office.month
    office.play()
    found = month_checks.look(month.runtime, month)
    assert found.problems == ()
    happened = dict(found.lines)
    assert sum(int(count) for what, count in found.lines if what.startswith("articles ")
               and "attempts" not in what) == 100  # fmt: skip
    assert int(happened["articles delivered"]) > 50
    for kind in ("attempted", "remark_contested", "code_wrong", "day_chosen", "nominee_asked"):
        assert int(happened[f"feed: {kind}"]) > 0, kind
    for road in (
        "a household's word was answered handed_over_word",
        "a handover without network was answered handed_over",
        "who asked for an exception was answered exception_yes",
        "the office above said no",
        "who named another telephone was answered number_changed",
        "codes heard in a call",
        "the dishonest postman tried",
        "telephones that chose their weekdays",
    ):
        assert int(happened.get(road, 0)) > 0, road
    figures = success(month)
    reasons = lost(month)
    assert reasons.total() == figures.visited - figures.first > 0
    assert reasons[NOT_LEFT] <= 1


def test_the_same_doors_are_met_whichever_roads_are_open(office: Office) -> None:
    month, parcel = office.month, office.parcel()
    met = [door_of(month, parcel)]
    month.plan = dataclasses.replace(month.plan, roads=frozenset())
    assert house_of(month.plan, parcel.number) == parcel.house
    met.append(door_of(month, parcel))
    parcel.visits += 1
    met.append(door_of(month, parcel))
    assert met[0] == met[1] != met[2]


@settings(deadline=None)
@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1))
def test_who_works_is_out_among_all_absences(
    absence: float, at_work: float, saturdays: float
) -> None:
    rates = Rates(absence=absence, at_work=at_work, saturdays=saturdays)
    regular = at_work * (saturdays * 5 / 6 + 1 - saturdays)
    assert 0 <= by_chance(rates) <= 1
    assert regular + (1 - regular) * by_chance(rates) == pytest.approx(max(absence, regular))


def test_who_works_is_out_on_the_same_weekdays(office: Office) -> None:
    month = office.month
    month.plan = dataclasses.replace(
        month.plan, rates=dataclasses.replace(RATES, absence=0, at_work=1, saturdays=1)
    )
    parcel = office.parcel()
    assert parcel.house.away == frozenset(range(1, 6))
    home = []
    for day in range(6):  # from a Monday
        month.now = day * 1440 + 600
        home.append(door_of(month, parcel).home == "addressee")
    assert home == [False, False, False, False, False, True]


@pytest.mark.parametrize("language", ["hi", "hi-Latn", "en"])
def test_who_reads_the_hours_waits_in_them(office: Office, language: Language) -> None:
    month = office.month
    rates = dataclasses.replace(RATES, absence=1, at_work=0, stays=1, cannot_read=0, strangers=0)
    month.plan = dataclasses.replace(month.plan, rates=rates)
    month.now = 480.0
    parcel = dataclasses.replace(office.parcel(), otp=True)
    postman = month.postmen[0].staff_id
    month.parcels[parcel.number] = parcel
    form = dataclasses.replace(office.form(parcel), recipient_language=language)
    today = month.clock().astimezone(INDIA).date()
    with month.runtime.database.transaction() as conn:
        new_articles.book(conn, form, month.clock())
        lists.make_list(conn, postman, today, [parcel.number], month.clock())
        announce(month.runtime, conn, [WentOut(parcel.number, hour=11, staff=postman)])
    month.unsettled = True
    month.settle()
    month.advance(500)
    home = []
    for hour in (10, 11, 13, 14):
        month.now = hour * 60
        home.append(door_of(month, parcel).home == "addressee")
    assert home == [False, True, True, False]


def test_an_office_reads_how_many_went_so_with_this_one() -> None:
    rates = Rates(careful=0.02)
    assert not too_often(rates, 8, 450)
    assert too_often(rates, 9, 450)
    assert not too_often(rates, 1, 49)  # of so few a share says nothing


def test_what_is_stolen_is_no_success() -> None:
    honest = Parcel("EU1", "", "", 0, True, visits=1, handed_by_right_code=True)
    again = dataclasses.replace(honest, visits=2, handed_by_right_code=False, excepted=True)
    stolen = Parcel(
        "EU3", "", "", 0, True, visits=1, stolen=True, by="exception", objected=True, tried=1
    )
    paid, unvisited = dataclasses.replace(honest, otp=False), dataclasses.replace(honest, visits=0)
    told = dataclasses.replace(stolen, by="code", objected=False)
    found = of_parcels((honest, again, stolen, told, paid, unvisited))
    assert found == Success(
        4, first=1, doors=4, words=0, excepted=2, tried=2, wrong=2, agreed=1, found=1
    )


def test_first_visits_count_from_the_day_that_is_asked(office: Office) -> None:
    month = office.month
    before = Parcel("EU1", "", "", 0, True, visits=1, visited_at=1439.0, tried=1)
    since = Parcel("EU2", "", "", 0, True, visits=2, visited_at=1440.0, missed="nobody at home")
    month.parcels = {each.number: each for each in (before, since)}
    assert (success(month).visited, success(month).tried) == (2, 1)
    month.plan = dataclasses.replace(month.plan, counted_from=2)
    assert (success(month).visited, success(month).tried) == (1, 0)
    assert lost(month) == {"nobody at home": 1}


def test_what_is_wrong_in_the_books_is_found(office: Office) -> None:
    month = office.month
    with month.runtime.database.transaction() as conn:
        parcel = office.parcel()
        new_articles.book(conn, office.form(parcel), month.clock())
        announce(month.runtime, conn, [Booked(parcel.number)])
    month.parcels[parcel.number] = dataclasses.replace(parcel, otp=True)
    assert month_checks.look(month.runtime, month).problems == ()
    code = code_of(KEY, b"s" * 16, 1, 6)
    with month.runtime.database.transaction() as conn:
        conn.execute("DELETE FROM timers")
        conn.execute("UPDATE articles SET attempts = 1, otp_required = true, code_salt = %s,"
                     " code_issue = 1", [b"s" * 16])  # fmt: skip
    assert month_checks.look(month.runtime, month).problems == (
        f"{parcel.number} is booked, booked, and nothing brings it further",
        f"{parcel.number}: 1 attempts in the books, not 0",
    )
    with month.runtime.database.transaction() as conn:
        conn.execute("UPDATE articles SET state = 'delivered', delivered_at = now()")
        conn.execute("INSERT INTO codes (article_id, issue, postman_id, released_at, expires_at)"
                     " SELECT a.id, 1, s.id, now(), now() FROM articles a, staff s LIMIT 1"
                     )  # fmt: skip
        conn.execute("UPDATE messages SET body = %s WHERE template LIKE 'booked%%'",
                     [f"Code {code}"])  # fmt: skip
    month.inbound = 1
    found = month_checks.look(month.runtime, month).problems
    assert f"{parcel.number} is delivered while its clock is booked" in found
    assert f"{parcel.number} is delivered; handed over, as its people know: False" in found
    assert f"{parcel.number} was handed over without the right code" in found
    assert "a code stands in messages" in found
    assert "1 texts came, 0 are stored" in found
    assert any("sent without its warning" in problem for problem in found)
