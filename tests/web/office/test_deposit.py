"""Deposit and returns: what lies at the office until when, and what goes back with which reason."""

from __future__ import annotations

import csv
import io
import re

import pytest
from flask import Flask

from runtime import Runtime
from tests.rigs.office import POSTMAN, Office, office, phone_of
from tests.rigs.transcript import Player


@pytest.fixture
def at(player: Player, app: Flask, runtime: Runtime) -> Office:
    return office(player, app, runtime)


def bring_back(at: Office, *numbers: str) -> None:
    for number in numbers:
        at.clerk.post(f"/office/lists/{at.list_id()}/take-in", number=number)


def returns(at: Office) -> list[dict[str, str]]:
    text = at.clerk.get("/office/returns.csv").text
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


def test_what_is_to_be_fetched_stands_under_its_last_day(at: Office) -> None:
    (number,) = at.out(1, more=" cod 250")
    at.player.step(f"{POSTMAN} > 1 23")  # damaged: to be fetched at the window
    bring_back(at, number)
    at.wait("4 h")
    page = at.clerk.get("/office/deposit").text
    assert at.state(number) == "at_office"
    assert "To be fetched until 21 Aug 2026" in page
    assert "Days left: 7 · articles: 1" in page
    assert number in page
    assert "₹250" in page


def test_what_waits_for_another_visit_stands_apart(at: Office) -> None:
    (number,) = at.out(1)
    at.player.step(f"{POSTMAN} > 1 11")
    bring_back(at, number)
    page = at.clerk.get("/office/deposit").text
    assert "Nothing waits to be fetched." in page
    assert "Waits for another visit" in page
    assert number in page


def test_not_fetched_goes_back_with_its_reason(at: Office) -> None:
    (number,) = at.out(1)
    at.player.step(f"{POSTMAN} > 1 23")
    bring_back(at, number)
    at.player.step("wait 4 h")
    at.next_day(5)
    at.next_day(3)
    assert at.state(number) == "returned"
    (row,) = returns(at)
    assert row["article"] == number
    assert row["reason"] == "not fetched"
    assert row["remark"] == "23"
    assert row["sender"] == "Mohan"
    assert row["with_postman"] == ""
    assert number in at.clerk.get("/office/returns").text
    at.next_day()
    assert returns(at) == []


def test_refused_and_recalled_go_back_too(at: Office) -> None:
    refused, recalled = at.out(1, 2)
    at.player.step(f"{POSTMAN} > 1 17")
    at.player.step(f"{phone_of(1)} > 1")
    at.player.step(f"{POSTMAN} > 1 {{code {phone_of(1)}}}")
    at.player.step(f"{POSTMAN} > 2 11")
    bring_back(at, refused, recalled)
    at.player.api(f"/articles/{recalled}/recall", {})
    assert [(row["article"], row["reason"]) for row in returns(at)] == [
        (recalled, "recalled by the sender")
    ]
    at.next_day()
    assert [(row["article"], row["reason"]) for row in returns(at)] == [
        (refused, "refused by the addressee")
    ]


def test_what_has_not_come_back_says_who_has_it(at: Office) -> None:
    (number,) = at.out(1)
    at.player.step(f"{POSTMAN} > 1 11")
    at.player.api(f"/articles/{number}/recall", {})
    (row,) = returns(at)
    assert row["with_postman"] == "Ram"
    bring_back(at, number)
    (row,) = returns(at)
    assert row["with_postman"] == ""


def test_no_cell_of_the_table_is_a_formula(at: Office, runtime: Runtime) -> None:
    (number,) = at.out(1)
    at.player.step(f"{POSTMAN} > 1 11")
    at.player.api(f"/articles/{number}/recall", {})
    with runtime.database.transaction() as conn:
        conn.execute("UPDATE articles SET sender_name = '=1+1'")
    (row,) = returns(at)
    assert row["sender"] == "'=1+1"


def test_the_registers_balance_and_are_printed(at: Office) -> None:
    first, second = at.out(1, 2)
    for item, serial in ((1, 1), (2, 2)):
        at.player.step(f"{POSTMAN} > {item} 11")
        at.player.step(f"{phone_of(serial)} > 44")
    page = at.clerk.get("/office/registers/deposit").text
    assert "Register of articles in deposit" in page
    assert first in page
    assert second in page
    balance = re.findall(r"<td>(\d+)</td>", page)
    assert balance == ["0", "2", "0", "0", "0", "2"]
    at.player.step(f"{phone_of(1)} > 1")
    at.player.step(f"{first} collect {{code {phone_of(1)}}}")
    page = at.clerk.get("/office/registers/deposit").text
    assert re.findall(r"<td>(\d+)</td>", page) == ["0", "2", "1", "0", "0", "1"]
    file = at.clerk.get("/office/registers/deposit.csv").text
    assert file.splitlines()[1].split(",")[1] == second
    assert "+91" not in file
    back = at.clerk.get("/office/registers/returns").text
    assert "Register of articles returned to sender" in back
    assert at.one(
        "SELECT count(*) FROM access_log WHERE reason LIKE '%%register of deposit%%'"
    ) == (1,)
