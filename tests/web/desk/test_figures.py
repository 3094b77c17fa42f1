"""The supervisor's view: what became of a day, how sure a share is, and where fraud goes round."""

from __future__ import annotations

import csv
import io
import re

import pytest
from flask import Flask

from postal.desk.confidence import share
from runtime import Runtime
from tests.rigs.clock import Clock
from tests.rigs.desk import Colleague, sign_in
from tests.rigs.transcript import Player

POSTMAN = "+919839000001"
PEOPLE = ("+919876500001", "+919876500002", "+919876500003")
ARTICLES = ("EU123456785IN", "RR287043775IN", "RR000006785IN")


@pytest.fixture
def day(player: Player) -> Player:
    player.step(f"postman 1001 {POSTMAN}")
    for number, phone in zip(ARTICLES, PEOPLE, strict=True):
        player.step(f"article {number} to {phone} en")
    player.step(f"list 1001: {' '.join(ARTICLES)}")
    player.step(f"{POSTMAN} > 1")
    player.step(f"{POSTMAN} > 1 000000")
    player.step(f"{POSTMAN} > 1 {player.codes[PEOPLE[0]][-1]}")
    player.step(f"{POSTMAN} > 2 11")
    player.step(f"{PEOPLE[1]} > 2")
    return player


@pytest.fixture
def supervisor(day: Player, app: Flask, runtime: Runtime) -> Colleague:
    return sign_in(app, runtime, "supervisor")


def cells(page: str, row: str) -> list[str]:
    """The cells of the table row that names `row`, without markup."""
    found = next(each for each in re.findall(r"<tr>.*?</tr>", page, re.DOTALL) if row in each)
    return [
        " ".join(re.sub(r"<[^>]+>", " ", cell).split())
        for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", found, re.DOTALL)
    ]


def test_a_day_per_beat(supervisor: Colleague) -> None:
    page = supervisor.get("/desk/figures").text
    beat = cells(page, "(1001)")
    assert beat[2:7] == ["3", "1", "1", "1", "0"]
    assert beat[7] == "1 / 1 between 21 and 100 %"
    assert cells(page, "11 door locked") == ["11 door locked", "1", "0", "1", "0"]
    assert cells(page, "wrong tries")[1] == "1"
    assert cells(page, ">made<")[1] == "1"
    assert cells(page, ">used<")[1] == "1"
    assert "simulator" in page


def test_the_charts_say_it_in_words(supervisor: Colleague) -> None:
    page = supervisor.get("/desk/figures").text
    assert "<desc>Ram (1001): delivered 1, failed 1, open 1, back at office 0</desc>" in page
    assert "<desc>10:00: delivered 1, failed 1</desc>" in page
    assert "style=" not in page.split("<main")[1]


def test_another_day_is_another_day(supervisor: Colleague, clock: Clock) -> None:
    page = supervisor.get("/desk/figures?day=2026-08-13").text
    assert "No list was made for this day." in page
    assert cells(page, ">made<")[1] == "0"


def test_as_csv_for_other_software(supervisor: Colleague, runtime: Runtime) -> None:
    with runtime.database.transaction() as conn:
        conn.execute("UPDATE staff SET name = '=HYPERLINK(1)' WHERE staff_id = '1001'")
    answer = supervisor.get("/desk/figures.csv?day=2026-08-14")
    assert answer.mimetype == "text/csv"
    assert "dakiya-2026-08-14.csv" in answer.headers["Content-Disposition"]
    assert answer.data.startswith(b"\xef\xbb\xbf")
    (line,) = csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig")))
    assert (line["out"], line["delivered"], line["contested"]) == ("3", "1", "1")
    assert line["name"] == "'=HYPERLINK(1)"


def test_what_waits_longest(supervisor: Colleague, day: Player, clock: Clock) -> None:
    day.step(f"{PEOPLE[2]} > 9")
    clock.advance(minutes=3)
    page = supervisor.get("/desk/figures").text
    assert "(3 minutes ago)" in cells(page, ">a ticket<")[1]
    assert cells(page, ">a code<")[1] == "nothing waits"


def test_fraud_by_pin_and_hour_and_the_numbers_that_called(
    supervisor: Colleague, day: Player
) -> None:
    assert "Nobody named a number" in supervisor.get("/desk/fraud").text
    day.step(f"{PEOPLE[1]} > 3 98123 45678")
    day.step(f"{PEOPLE[2]} > 3 6785 9812345678")
    day.step(f"{PEOPLE[0]} > thagi +91 9812345678 se call aaya")
    page = supervisor.get("/desk/fraud").text
    hours = page.split("<tbody>")[1].split("</tbody>")[0]
    assert [each for each in re.findall(r">(\d+)<", hours) if each] == ["3", "3"]
    assert 'id="pin-273303"' in page
    assert cells(page, "+919812345678")[1] == "3"


@pytest.mark.parametrize(
    ("count", "of", "low", "high"),
    [
        (0, 10, 0.0, 0.2775),
        (1, 10, 0.0179, 0.4042),
        (5, 10, 0.2366, 0.7634),
        (81, 263, 0.2553, 0.3662),
    ],
)
def test_wilsons_interval(count: int, of: int, low: float, high: float) -> None:
    # 81 of 263: R. G. Newcombe, "Two-sided confidence intervals", Stat. Med. 17 (1998), method 3
    found = share(count, of)
    assert (round(found.low, 4), round(found.high, 4)) == (low, high)


def test_of_nothing_nothing_is_known() -> None:
    assert (share(0, 0).low, share(0, 0).high) == (0.0, 1.0)
    with pytest.raises(ValueError, match="not more"):
        share(2, 1)
