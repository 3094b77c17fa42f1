"""Arrivals: each scan has a clear answer, and nothing is counted twice."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from flask import Flask

from conversation import office as delivery_office
from runtime import Runtime
from tests.rigs.api_calls import number_of
from tests.rigs.doers import staff
from tests.rigs.office import POSTMAN, Office, office, phone_of
from tests.rigs.transcript import Player


@pytest.fixture
def at(player: Player, app: Flask, runtime: Runtime) -> Office:
    return office(player, app, runtime)


def scan(at: Office, typed: str) -> str:
    answer = at.clerk.post_in_page("/office/arrivals", number=typed)
    assert answer.status_code == 200
    return str(answer.text)


def test_what_is_for_this_office_arrives_once(at: Office) -> None:
    (number,) = at.book(1)
    assert "Here. For this office." in scan(at, number)
    assert "Already arrived." in scan(at, number.lower())
    assert at.kinds(number) == ["article_booked", "arrived"]
    assert at.state(number) == "booked"
    log = at.clerk.get("/office/arrivals").text
    assert log.count(f'<th scope="row">{number}') == 2  # the log has every scan
    assert "Today: 1 for this office" in log


def test_what_is_for_another_pin_is_to_be_forwarded(at: Office, runtime: Runtime) -> None:
    (number,) = at.book(1)
    with runtime.database.transaction() as conn:
        conn.execute(
            "INSERT INTO offices (name, pin, branch_type, district)"
            " VALUES ('Nautanwa', '273164', 'sub', 'MAHARAJGANJ')"
        )
        conn.execute("UPDATE articles SET recipient_pin = '273164'")
    shown = scan(at, number)
    assert "Missent: not for this office." in shown
    assert "Forward it to 273164 Nautanwa." in shown
    scan(at, number)
    assert at.kinds(number) == ["article_booked", "missent"]
    assert at.one("SELECT data FROM events WHERE kind = 'missent'") == (
        {"office": "273303", "to": "273164"},
    )


def test_what_nobody_booked_is_unknown_until_somebody_does(at: Office) -> None:
    assert "Unknown: nobody booked it." in scan(at, number_of(1))
    at.book(1)
    assert "Here. For this office." in scan(at, number_of(1))
    assert at.all("SELECT kind FROM arrivals") == [("here",)]


@pytest.mark.parametrize("typed", ["EU000000010IN", "hello", "EU123456785", "  "])
def test_what_is_no_number_is_written_nowhere(at: Office, typed: str) -> None:
    shown = scan(at, typed)
    assert ("No article number" in shown) == bool(typed.strip())
    assert at.one("SELECT count(*) FROM arrivals") == (0,)


def test_what_was_recalled_on_its_way_goes_with_the_returns(at: Office) -> None:
    (number,) = at.book(1)
    at.player.api(f"/articles/{number}/recall", {})
    assert at.state(number) == "recalled"
    assert "Nothing goes back" in at.clerk.get("/office/returns").text  # it is not here yet
    assert "Recalled by the sender" in scan(at, number)
    assert number in at.clerk.get("/office/returns").text


def test_what_stands_on_an_open_list_is_taken_in_there(at: Office) -> None:
    (number,) = at.out(1)
    shown = scan(at, number)
    assert "Stands on a list that is not closed." in shown
    assert f"/office/lists/{at.list_id()}/close" in shown
    assert at.state(number) == "out_for_delivery"
    at.deliver(1, 1)
    assert "Handed over, by our records!" in scan(at, number)


def test_a_wrong_telephone_is_said_at_once(at: Office) -> None:
    (number,) = at.book(1)
    at.player.step(f"{phone_of(1)} > 2")
    assert "telephone is a wrong one" in scan(at, number)
    assert "Cannot go out today: 1" in at.clerk.get("/office/draft").text


def test_what_came_back_is_here_already(at: Office) -> None:
    (number,) = at.out(1)
    at.player.step(f"{POSTMAN} > 1 11")
    at.clerk.post(f"/office/lists/{at.list_id()}/take-in", number=number)
    assert "Here already" in scan(at, number)


def test_two_scanners_at_the_same_moment_count_one_arrival(at: Office, runtime: Runtime) -> None:
    numbers = at.book(*range(1, 6))
    office_id = at.one("SELECT id FROM offices")[0]
    by, barrier = staff(at.clerk.staff_row, office_id, runtime.now()), Barrier(2)

    def arrives(number: str) -> str:
        return runtime.database.run(
            lambda conn: delivery_office.scan(runtime, conn, "273303", number, by)
        ).answer

    def run(order: int) -> list[str]:
        barrier.wait()
        return [arrives(number) for number in numbers[::order]]

    with ThreadPoolExecutor(2) as pool:
        answers = [each for found in pool.map(run, (1, -1)) for each in found]
    assert answers.count("here") == answers.count("already") == 5
    assert at.one("SELECT count(*) FROM events WHERE kind = 'arrived'") == (5,)


def test_every_scan_stays_in_the_log(at: Office) -> None:
    first, second = at.book(1, 2, more=" cod 850")
    for typed in (first, first, "EU12345", number_of(99), second[-6:-2]):
        at.clerk.post_in_page("/office/arrivals", number=typed)
    log = at.all("SELECT answer, typed FROM scans ORDER BY id")
    assert [answer for answer, _ in log] == ["here", "already", "no_number", "unknown", "here"]
    assert log[-1][1] == second  # four digits are enough for what is expected here
    page = at.clerk.get("/office/arrivals").text
    assert page.count('<tr class="scan-') == 5
    assert "not read: no article number" in page
    assert "EU12345" in page
    assert "₹850" in page
    assert "+9198" not in page
    at.clerk.post_in_page("/office/arrivals", number="+919876500001")
    assert at.one("SELECT typed FROM scans ORDER BY id DESC LIMIT 1")[0].count("9") < 4


def test_four_digits_are_taken_wherever_a_number_is(at: Office) -> None:
    first, second = at.out(1, 2)
    digits = first[-6:-2]
    twin = next(s for s in range(1001, 99_001, 1000) if number_of(s)[-6:-2] == digits)
    at.player.step(f"article {number_of(twin)} to {phone_of(3)} en")
    told = at.clerk.post_in_page("/office/arrivals", number=digits).text
    assert "Several end in these digits" in told
    list_id = at.list_id()
    devanagari = "".join(chr(0x966 + int(each)) for each in second[-6:-2])
    taken = at.clerk.post_in_page(f"/office/lists/{list_id}/take-in", number=devanagari).text
    assert "Not visited: back for another day." in taken
    at.clerk.post_in_page(f"/office/lists/{list_id}/take-in", number=digits)
    assert at.one("SELECT count(*) FROM check_ins") == (2,)
    assert "Not on this list" in at.clerk.post_in_page(
        f"/office/lists/{list_id}/take-in", number="9999"
    ).text  # fmt: skip
