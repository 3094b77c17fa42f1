"""The end of the day: what comes back is scanned, remarks turn final, and closed is closed."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from conversation import office as delivery_office
from postal.office import closing
from postal.office.returning import ListClosed
from runtime import Runtime
from tests.rigs.desk import sign_in
from tests.rigs.doers import staff
from tests.rigs.office import POSTMAN, SECOND, Office, office, phone_of
from tests.rigs.transcript import Player


@pytest.fixture
def at(player: Player, app: Flask, runtime: Runtime) -> Office:
    return office(player, app, runtime)


def take_in(at: Office, number: str) -> str:
    answer = at.clerk.post_in_page(f"/office/lists/{at.list_id()}/take-in", number=number)
    assert answer.status_code == 200
    return str(answer.text)


def close(at: Office, **form: str) -> None:
    at.clerk.post(f"/office/lists/{at.list_id()}/close", **form)


def close_day(at: Office, day: str = "2026-08-14", **form: str) -> TestResponse:
    """Close the day on what its page shows, as a browser does; return the answer."""
    page = at.clerk.get(f"/office/close?day={day}").text
    seen = re.search(r'name="seen" value="([^"]+)"', page)
    return at.clerk.post("/office/close", day=day, seen=seen[1] if seen else "", **form)


def is_closed(at: Office) -> bool:
    return bool(at.one("SELECT count(*) FROM list_closings")[0])


def test_what_was_not_visited_comes_back_for_another_day(at: Office) -> None:
    (number,) = at.out(1)
    assert "Not visited: back for another day." in take_in(at, number)
    assert at.state(number) == "attempted"
    assert at.kinds(number)[-2:] == ["taken_in", "given_back"]
    assert at.player.step(f"{POSTMAN} > 1") != []  # told that it is off his list
    assert at.state(number) == "attempted"
    at.next_day()  # a Saturday: it goes out again by itself
    assert at.state(number) == "out_for_delivery"


def test_a_live_code_dies_when_the_article_is_back(at: Office) -> None:
    (number,) = at.out(1)
    at.player.step(f"{POSTMAN} > 1")
    take_in(at, number)
    assert at.one("SELECT dead_reason FROM codes") == ("withdrawn",)
    at.player.step(f"{POSTMAN} > 1 {{code {phone_of(1)}}}")
    assert at.state(number) != "delivered"


def test_a_remark_is_provisional_at_the_door_and_final_at_the_office(at: Office) -> None:
    (number,) = at.out(1)
    at.player.step(f"{POSTMAN} > 1 11")
    assert at.one("SELECT remark_final_at FROM articles") == (None,)
    assert "The remark is final:" in take_in(at, number)
    assert at.kinds(number)[-2:] == ["taken_in", "remark_final"]
    assert at.one("SELECT data FROM events WHERE kind = 'remark_final'") == ({"by": "clerk-1"},)
    (answer,) = at.player.step(f"{POSTMAN} > 0")  # within the two minutes
    assert "0" in answer
    assert at.state(number) == "attempted"
    assert "remark_undone" not in at.kinds(number)


def test_a_remark_undone_at_the_door_is_no_remark_at_the_office(at: Office) -> None:
    (number,) = at.out(1)
    at.player.step(f"{POSTMAN} > 1 11")
    at.player.step(f"{POSTMAN} > 0")
    assert "Not visited" in take_in(at, number)
    assert "remark_final" not in at.kinds(number)


def test_what_is_scanned_twice_is_taken_in_once(at: Office) -> None:
    (number,) = at.out(1)
    take_in(at, number)
    assert "Taken in already." in take_in(at, number)
    assert at.kinds(number).count("taken_in") == 1


def test_every_other_scan_has_a_clear_answer(at: Office) -> None:
    (delivered,) = at.out(1)
    at.deliver(1, 1)
    (elsewhere,) = at.out(2, postman="1002")
    assert "Handed over, by our records!" in take_in(at, delivered)
    assert "Not on this list." in take_in(at, elsewhere)
    assert "No article number" in take_in(at, "EU123456780IN")
    assert at.one("SELECT count(*) FROM check_ins") == (0,)


def test_what_a_recipient_put_off_must_come_back_too(at: Office) -> None:
    (number,) = at.out(1)
    at.player.step(f"{phone_of(1)} > 4")
    page = at.clerk.get(f"/office/lists/{at.list_id()}/close").text
    assert "With the postman still: 1" in page
    assert "Back." in take_in(at, number)
    assert at.kinds(number)[-1] == "taken_in"


def test_what_went_to_a_colleague_is_not_missing_here(at: Office) -> None:
    (number,) = at.out(1)
    at.player.step(f"{POSTMAN} > 1 > 1002")
    at.player.step(f"{SECOND} > 01")
    assert (
        "Everything that was not delivered is back."
        in at.clerk.get(f"/office/lists/{at.list_id('1001')}/close").text
    )
    page = at.clerk.get(f"/office/lists/{at.list_id('1002')}/close").text
    assert "With the postman still: 1" in page
    assert number in page


def test_a_list_is_closed_when_all_is_back_and_then_nothing_changes(at: Office) -> None:
    first, second = at.out(1, 2)
    at.player.step(f"{POSTMAN} > 1 11")
    close(at)
    assert not is_closed(at)  # both are with the postman
    take_in(at, first)
    take_in(at, second)
    close(at)
    assert at.one("SELECT delivered, remarked, unvisited, missing, note FROM list_closings") == (
        0,
        1,
        1,
        0,
        None,
    )
    close(at)
    assert at.one("SELECT count(*) FROM list_closings") == (1,)
    assert at.one("SELECT count(*) FROM events WHERE kind = 'list_closed'") == (1,)
    before = at.all("SELECT * FROM check_ins")
    at.clerk.post(f"/office/lists/{at.list_id()}/take-in", number=first)
    assert at.all("SELECT * FROM check_ins") == before
    third = at.book(3)
    answer = at.player.client.post(
        "/api/v1/delivery-lists",
        json={"postman": "1001", "date": "2026-08-14", "articles": third},
        headers=at.player.headers(),
    )
    assert answer.status_code == 409
    assert "closed" in answer.get_json()["detail"]


def test_what_is_missing_needs_a_reason_and_comes_back_late(at: Office) -> None:
    (number,) = at.out(1)
    at.player.step(f"{POSTMAN} > 1 11")
    close(at, note="the bus broke down")
    assert at.one("SELECT missing, note FROM list_closings") == (1, "the bus broke down")
    assert at.one("SELECT remark_final_at FROM articles") == (None,)
    page = at.clerk.get("/office/deposit").text
    assert "with Ram still" in page
    answer = at.clerk.post_in_page("/office/arrivals", number=number)
    assert "Back late, and taken in." in answer.text
    assert at.one("SELECT late FROM check_ins") == (True,)
    assert at.kinds(number)[-1] == "remark_final"
    answer = at.clerk.post_in_page("/office/arrivals", number=number)
    assert "Here already" in answer.text


def test_a_contested_remark_comes_before_the_postmaster_first(
    at: Office, app: Flask, runtime: Runtime
) -> None:
    (number,) = at.out(1)
    at.player.step(f"{POSTMAN} > 1 11")
    at.player.step(f"{phone_of(1)} > 2")
    assert "the postmaster looks first" in take_in(at, number)
    assert at.one("SELECT remark_final_at FROM articles") == (None,)
    close(at)
    assert not is_closed(at)
    item = at.one("SELECT id FROM delivery_items")[0]
    assert at.clerk.post(f"/office/items/{item}/judge", verdict="confirmed").status_code == 403
    postmaster = sign_in(app, runtime, "postmaster")
    assert number in postmaster.get("/office").text
    postmaster.post(f"/office/items/{item}/judge", verdict="contested")
    assert at.one("SELECT witness, attempts, remark_final_at IS NULL FROM articles") == (
        "contested",
        0,
        False,
    )
    postmaster.post(f"/office/items/{item}/judge", verdict="confirmed")  # it is final
    assert at.one("SELECT witness FROM articles") == ("contested",)
    close(at)
    assert is_closed(at)


def test_the_postmaster_upholds_a_remark(at: Office, app: Flask, runtime: Runtime) -> None:
    (number,) = at.out(1)
    at.player.step(f"{POSTMAN} > 1 11")
    at.player.step(f"{phone_of(1)} > 2")
    take_in(at, number)
    item = at.one("SELECT id FROM delivery_items")[0]
    sign_in(app, runtime, "postmaster").post(f"/office/items/{item}/judge", verdict="confirmed")
    assert at.one("SELECT witness FROM articles") == ("confirmed",)
    assert at.kinds(number)[-2:] == ["remark_confirmed", "remark_final"]
    told = at.one("SELECT template FROM messages WHERE phone = %s ORDER BY id DESC", phone_of(1))
    assert told == ("remark_confirmed",)


def test_the_day_is_closed_once_all_its_lists_are(at: Office) -> None:
    (number,) = at.out(1)
    at.out(2, postman="1002")
    day = "2026-08-14"
    assert "Close these lists first." in at.clerk.get("/office/close").text
    close_day(at)
    assert at.one("SELECT count(*) FROM office_closings") == (0,)
    at.next_day()
    assert "Nobody closed the day:" in at.clerk.get("/office").text
    assert at.all("SELECT data FROM events WHERE kind = 'day_left_open'") == [
        ({"office": "273303", "day": day},)
    ]
    for (list_id,) in at.all("SELECT id FROM delivery_lists WHERE date = %s", day):
        at.clerk.post(f"/office/lists/{list_id}/close", note="went out again")
    assert "1 article is with its postman still." not in at.clerk.get("/office/close").text
    close_day(at, day, explanation="it went out again today")
    close_day(at, day)
    assert at.one("SELECT count(*), min(lists) FROM office_closings") == (1, 2)
    assert "Nobody closed the day:" not in at.clerk.get("/office").text
    assert at.state(number) == "out_for_delivery"  # on the new list by now


def test_a_day_with_cash_at_a_postman_is_closed_with_a_reason(at: Office) -> None:
    at.out(1, more=" cod 500")
    at.deliver(1, 1, "1")
    at.clerk.post(f"/office/lists/{at.list_id()}/close")
    assert "Cash is not handed in: ₹500." in at.clerk.get("/office/close").text
    assert "Not closed: cash is not handed in yet." in close_day(at, explanation="  ").text
    assert "two words and ten letters" in close_day(at, explanation="x").text
    assert at.one("SELECT count(*) FROM office_closings") == (0,)
    close_day(at, explanation="he comes in the evening")
    page = at.clerk.get("/office/lists").text
    assert "Cash not handed in: ₹500." in page
    assert "he comes in the evening" in page


def test_without_open_cash_no_reason_is_kept(at: Office) -> None:
    at.out(1, more=" cod 500")
    at.deliver(1, 1, "2")
    at.clerk.post(f"/office/lists/{at.list_id()}/close")
    close_day(at, explanation="typed for nothing")
    assert at.one("SELECT cash_open_paise, explanation FROM office_closings") == (0, None)


def test_two_clerks_take_in_and_close_at_the_same_moment(at: Office, runtime: Runtime) -> None:
    numbers = at.out(1, 2, 3)
    list_id = at.list_id()
    barrier = Barrier(4)
    by = staff(at.clerk.staff_row, None, runtime.now())

    def comes_back(number: str) -> str:
        return runtime.database.run(
            lambda conn: delivery_office.take_in(runtime, conn, list_id, number, by)
        ).answer

    def scan(_: int) -> list[str]:
        barrier.wait()
        return [comes_back(number) for number in numbers]

    def shut(_: int) -> bool:
        barrier.wait()
        while True:
            try:
                return runtime.database.run(
                    lambda conn: closing.close_list(conn, list_id, None, by)
                )[1]
            except closing.StillOut:
                continue

    with ThreadPoolExecutor(4) as pool:
        scans = [pool.submit(scan, each) for each in range(2)]
        shuts = [pool.submit(shut, each) for each in range(2)]
        closed = sorted(each.result() for each in shuts)
        answers: list[str] = []
        for each in scans:
            try:
                answers += each.result()
            except ListClosed:
                continue  # the other scanner had all of them, and the list was closed
    assert closed == [False, True]
    assert answers.count("unvisited") <= 3
    assert at.one("SELECT count(*) FROM check_ins") == (3,)
    assert at.one("SELECT unvisited, missing FROM list_closings") == (3, 0)


def test_another_offices_list_is_nowhere(at: Office, runtime: Runtime) -> None:
    with runtime.database.transaction() as conn:
        conn.execute(
            "INSERT INTO offices (name, pin, branch_type, district)"
            " VALUES ('Nautanwa', '273164', 'sub', 'MAHARAJGANJ')"
        )
        conn.execute("UPDATE staff SET office_id = (SELECT id FROM offices WHERE pin = '273164')"
                     " WHERE staff_id = '1002'")  # fmt: skip
    at.out(1, postman="1002")
    list_id = at.list_id("1002")
    for path in (f"/office/lists/{list_id}", f"/office/lists/{list_id}/close"):
        assert at.clerk.get(path).status_code == 404
    for path in ("take-in", "close", "cash"):
        answer = at.clerk.post(f"/office/lists/{list_id}/{path}", once="x")
        assert answer.status_code in (400, 404), path
    assert at.one("SELECT count(*) FROM list_closings") == (0,)


def test_a_list_that_changed_under_the_form_is_not_closed(at: Office) -> None:
    first, _ = at.out(1, 2)
    page = at.clerk.get(f"/office/lists/{at.list_id()}/close").text
    assert 'name="seen" value="2"' in page
    take_in(at, first)  # by another clerk
    close(at, seen="2", note="the bus broke down")
    assert not is_closed(at)
    assert (
        "meanwhile something came back" in at.clerk.get(f"/office/lists/{at.list_id()}/close").text
    )
    close(at, seen="1", note="x")  # says nothing
    assert not is_closed(at)
    close(at, seen="1", note="the bus broke down")
    assert is_closed(at)
