"""COD cash: told at the door, handed in once, differences explained, corrections new entries."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from flask import Flask

from postal.office import cash
from runtime import Runtime
from tests.rigs.desk import sign_in
from tests.rigs.doers import staff
from tests.rigs.office import POSTMAN, Office, office, phone_of
from tests.rigs.transcript import Player


@pytest.fixture
def at(player: Player, app: Flask, runtime: Runtime) -> Office:
    return office(player, app, runtime)


def hand_in(at: Office, expected: int, counted: str, why: str = "", once: str = "") -> str:
    """`expected` in paise, `counted` in rupees as typed; what the page says then."""
    answer = at.clerk.post(
        f"/office/lists/{at.list_id()}/cash",
        once=once or str(uuid4()),
        expected=str(expected),
        counted=counted,
        explanation=why,
    )
    if answer.status_code != 302:
        return str(answer.text)
    return str(at.clerk.get(answer.headers["Location"]).text)


def ledger(at: Office) -> list[Any]:
    return at.all("SELECT kind, method, paise, note FROM ledger ORDER BY id")


def test_cash_and_upi_are_what_the_postman_told(at: Office) -> None:
    at.out(1, 2, 3, more=" cod 1450")
    at.deliver(1, 1, "1")
    at.deliver(2, 2, "2")
    page = at.clerk.get("/office/cash").text
    assert "Taken in cash ₹1,450, handed in for ₹0." in page
    assert "Ram (1001) · ₹1,450" in page  # by UPI, for the bank's list
    assert "COD cash is open:" in at.clerk.get("/office").text
    page = hand_in(at, 145_000, "1450")
    assert "₹1,450 received from Ram. Receipt COD-000001." in page
    assert "No COD cash is outstanding." in page
    assert ledger(at) == [("cod", "upi", 145_000, None), ("cod", "cash", 145_000, None)]
    assert at.one("SELECT data FROM events WHERE kind = 'cod_handed_in'") == (
        {"postman": "1001", "day": "2026-08-14", "expected": 145_000, "counted": 145_000},
    )


def in_books(at: Office) -> list[str]:
    """The day's COD in the books, as the page shows it: handed in, at the door, at the window."""
    page = at.clerk.get("/office/cash").text
    sums = page.partition('<dl class="facts-of">')[2].partition("</dl>")[0]
    return re.findall(r"<dd>([^<]+)</dd>", sums)


def test_upi_at_the_door_stands_in_the_books_once_and_undone_it_does_not(at: Office) -> None:
    (number, _) = at.out(1, 2, more=" cod 300")
    at.deliver(1, 1, "2")
    assert ledger(at) == [("cod", "upi", 30_000, None)]
    assert in_books(at) == ["₹0", "₹300", "₹0", "₹0"]
    at.player.step(f"{POSTMAN} > 0")
    at.player.step(f"{POSTMAN} > 0")
    undone = [("cod", "upi", 30_000, None), ("correction", "upi", -30_000, "handover undone")]
    assert ledger(at) == undone
    assert in_books(at)[1] == "₹0"
    at.deliver(1, 1, "1")  # in cash, after all
    assert ledger(at) == undone
    at.player.step(f"{POSTMAN} > 0")
    at.deliver(1, 1, "2")
    at.player.step(f"{POSTMAN} > 1 {{code {phone_of(1)}}} 2")  # texted again
    assert in_books(at) == ["₹0", "₹300", "₹0", "₹0"]
    table = sign_in(at.app, at.runtime, "postmaster").get("/counter/books/entries.csv").text
    lines = [line.split(",") for line in table.splitlines()[1:]]
    assert [(line[3], line[6], line[10]) for line in lines] == [
        ("1001", rupees, number) for rupees in ("300.00", "-300.00", "300.00")
    ]


def test_what_was_undone_counts_no_more(at: Office) -> None:
    at.out(1, more=" cod 300")
    at.deliver(1, 1, "1")
    at.player.step(f"{POSTMAN} > 0")
    assert "No COD cash is outstanding." in at.clerk.get("/office/cash").text


def test_what_was_undone_after_it_was_handed_in_is_given_back(at: Office) -> None:
    at.out(1, more=" cod 300")
    at.deliver(1, 1, "1")
    hand_in(at, 30_000, "300")
    at.player.step(f"{POSTMAN} > 0")
    assert "−₹300" in at.clerk.get("/office/cash").text
    assert "No COD cash is outstanding." in hand_in(at, -30_000, "-300")
    assert [entry[2] for entry in ledger(at)] == [30_000, -30_000]


def test_a_difference_needs_its_explanation(at: Office) -> None:
    at.out(1, more=" cod 500")
    at.deliver(1, 1, "1")
    assert "the sum differs, say why" in hand_in(at, 50_000, "450")
    assert ledger(at) == []
    page = hand_in(at, 50_000, "450", "a torn note, not taken")
    assert "−₹50" in page
    assert "a torn note, not taken" in page
    assert ledger(at) == [("cod", "cash", 45_000, "a torn note, not taken")]


def test_twice_clicked_is_once(at: Office) -> None:
    at.out(1, more=" cod 500")
    at.deliver(1, 1, "1")
    once = str(uuid4())
    hand_in(at, 50_000, "500", once=once)
    hand_in(at, 50_000, "500", once=once)
    assert "somebody counted it already" in hand_in(at, 50_000, "500")
    for other in ("400", "600"):
        assert "with other values" in hand_in(at, 50_000, other, "miscounted", once=once)
    assert len(ledger(at)) == 1


@pytest.mark.parametrize("typed", ["", "x", "-5", "1e5", "5 0 0", "99999999", "500,00", "5,,0"])
def test_what_is_no_sum_is_not_written_down(at: Office, typed: str) -> None:
    at.out(1, more=" cod 500")
    at.deliver(1, 1, "1")
    assert "that cannot be the sum" in hand_in(at, 50_000, typed, "why not")
    assert ledger(at) == []


def test_what_came_after_the_count_is_open_still(at: Office) -> None:
    at.out(1, 2, more=" cod 500")
    at.deliver(1, 1, "1")
    hand_in(at, 50_000, "500")
    at.deliver(2, 2, "1")
    assert "the sum changed meanwhile" in hand_in(at, 100_000, "1000")
    assert "No COD cash is outstanding." in hand_in(at, 50_000, "500")
    assert at.one("SELECT sum(paise) FROM ledger") == (100_000,)


def test_open_cash_of_an_earlier_day_stands_until_it_is_settled(at: Office) -> None:
    at.out(1, more=" cod 500")
    at.deliver(1, 1, "1")
    at.next_day(3)
    page = at.clerk.get("/office/cash").text
    assert "earlier day" in page
    assert "14 Aug 2026" in page
    assert "COD cash is open:" in at.clerk.get("/office").text
    hand_in(at, 50_000, "500")
    assert "COD cash is open:" not in at.clerk.get("/office").text


def test_a_correction_is_a_new_entry_and_nothing_is_edited(
    at: Office, runtime: Runtime, app: Flask
) -> None:
    at.out(1, more=" cod 500")
    at.deliver(1, 1, "1")
    hand_in(at, 50_000, "400", "he says it was less")
    id_ = at.one("SELECT id FROM cod_handings")[0]
    form = {"once": str(uuid4()), "counted": "500", "explanation": "miscounted"}
    for _ in range(2):
        at.clerk.post(f"/office/cash/{id_}/correct", **form)
    assert ledger(at) == [
        ("cod", "cash", 40_000, "he says it was less"),
        ("correction", "cash", 10_000, "miscounted"),
    ]
    with runtime.database.transaction() as conn:
        owing = cash.of_list(conn, at.list_id())
    assert (owing.open, owing.difference) == (0, 0)
    # The books send there, too: what he owes would not follow an entry of theirs.
    postmaster, url = sign_in(app, runtime, "postmaster"), "/counter/entries/1"
    assert "page of COD cash" in postmaster.get(url).text
    form = {"once": str(uuid4()), "amount": "450", "why": "miscounted"}
    assert postmaster.post(f"{url}/correct", **form).status_code == 409
    assert len(ledger(at)) == 2
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        runtime.database.run(lambda conn: conn.execute("UPDATE cod_handings SET counted_paise = 1"))


def test_two_clerks_count_at_the_same_moment(at: Office, runtime: Runtime) -> None:
    at.out(1, more=" cod 500")
    at.deliver(1, 1, "1")
    list_id, by = at.list_id(), staff(at.clerk.staff_row, None, runtime.now())
    barrier = Barrier(2)

    def count(_: int) -> bool:
        barrier.wait()
        try:
            runtime.database.run(
                lambda conn: cash.hand_in(
                    conn, list_id, 50_000, cash.CashCount(uuid4(), 50_000, None), by
                )
            )
        except cash.AmountChanged:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(count, range(2))) == [False, True]
    assert len(ledger(at)) == 1


def test_a_wrong_sum_stays_in_its_field_and_the_right_one_has_a_receipt(at: Office) -> None:
    at.out(1, more=" cod 850")
    at.deliver(1, 1, "1")
    page = hand_in(at, 85_000, "800")
    counted = re.search(r'<input name="counted"[^>]*>', page)
    assert counted is not None
    assert 'value="800"' in counted[0]
    why = re.search(r'<input name="explanation"[^>]*>', page)
    assert why is not None
    assert 'aria-describedby="wrong-explanation"' in why[0]
    assert "autofocus" in why[0]
    assert 'id="wrong-explanation" role="alert">Not written down: the sum differs' in page
    assert 'value="no sum"' in hand_in(at, 85_000, "no sum")
    assert ledger(at) == []
    once = str(uuid4())
    for _ in range(2):  # a double click is one receipt
        page = hand_in(at, 85_000, "850", once=once)
        assert "₹850 received from Ram. Receipt COD-000001." in page
    assert len(ledger(at)) == 1
    receipt = at.clerk.get("/office/cash/1/receipt").text
    for said in ("COD-000001", "From: Ram (1001)", "₹850", "counted by Clerk clerk-1"):
        assert said in receipt
    assert "Not written down" not in hand_in(at, 85_000, "850", once=once)
    assert at.clerk.get("/office/cash/2/receipt").status_code == 404
