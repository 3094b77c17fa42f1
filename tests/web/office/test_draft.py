"""Lists in the making: any moves by any hands leave each article in one place, in order."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from india.calendar import day_of
from postal.office import drafts, placing
from postal.office.placing import Placing
from runtime import Runtime
from tests.rigs.api_calls import number_of
from tests.rigs.desk import sign_in
from tests.rigs.doers import reader, staff
from tests.rigs.office import POSTMAN, Office, office, phone_of
from tests.rigs.paper import sheets
from tests.rigs.transcript import Player


@pytest.fixture
def at(player: Player, app: Flask, runtime: Runtime) -> Office:
    return office(player, app, runtime)


def arrive(at: Office, *serials: int, more: str = "") -> list[str]:
    numbers = at.book(*serials, more=more)
    for number in numbers:
        at.clerk.post_in_page("/office/arrivals", number=number)
    return numbers


def place(at: Office, digits: str, beat: int, serial: int | str = "") -> str:
    form = {"digits": digits, "beat": str(beat), "serial": str(serial)}
    return str(at.clerk.post_in_page("/office/draft/place", **form).text)


def seen(at: Office, staff_id: str = "1001") -> list[str]:
    """What a beat has in the draft, in order."""
    with at.runtime.database.transaction() as conn:
        found = drafts.draft(
            conn,
            at.one("SELECT id FROM offices")[0],
            day_of(at.runtime.now()),
            reader(at.runtime.now()),
        )
    return [
        piece.number
        for each in found.lists
        if each.beat.staff_id == staff_id
        for piece in each.pieces
    ]


def send_out(at: Office, numbers: list[str], staff_id: str = "1001") -> TestResponse:
    row = at.one("SELECT id FROM staff WHERE staff_id = %s", staff_id)[0]
    return at.clerk.post("/office/draft/send-out", postman=str(row), numbers=" ".join(numbers))


def test_typed_into_walking_order_and_sent_out_as_the_api_does(at: Office) -> None:
    first, second, third = arrive(at, 1, 2, 3, more=" cod 500")
    place(at, first[-6:-2], 1)
    place(at, second, 1)
    place(at, third, 1, 1)
    assert seen(at) == [third, first, second]
    page = at.clerk.get("/office/draft").text
    assert "3 in the draft, to collect ₹1,500" in page
    assert send_out(at, [third, first, second]).status_code == 302
    assert seen(at) == []
    assert at.all("SELECT a.number FROM delivery_items i JOIN articles a ON a.id = i.article_id"
                  " ORDER BY i.serial") == [(third,), (first,), (second,)]  # fmt: skip
    assert at.one("SELECT body FROM messages WHERE template = 'list_made'") is not None
    assert at.one("SELECT count(*) FROM messages WHERE template LIKE 'out_%%'") == (3,)


def test_sent_out_twice_is_once(at: Office) -> None:
    numbers = arrive(at, 1)
    place(at, numbers[0], 1)
    send_out(at, numbers)
    send_out(at, numbers)
    assert at.one("SELECT count(*) FROM delivery_items") == (1,)
    assert at.one("SELECT count(*) FROM messages WHERE template = 'list_made'") == (1,)


def test_only_what_was_seen_is_sent_out(at: Office, app: Flask, runtime: Runtime) -> None:
    first, second = arrive(at, 1, 2)
    place(at, first, 1)
    other = sign_in(app, runtime, "clerk", "clerk-2")
    other.post_in_page("/office/draft/place", digits=second, beat="1", serial="1")
    answer = send_out(at, [first])
    assert answer.status_code == 409
    assert "changed, or sent out, meanwhile" in answer.text
    assert at.one("SELECT count(*) FROM delivery_lists") == (0,)
    assert seen(at) == [second, first]


def test_two_at_one_draft_are_told(at: Office, app: Flask, runtime: Runtime) -> None:
    (number,) = arrive(at, 1)
    other = sign_in(app, runtime, "clerk", "clerk-2")
    other.get("/office/draft")
    told = at.clerk.post_in_page("/office/draft/news", version="0").text
    assert "Also at this draft: Clerk clerk-2." in told
    assert 'id="board"' not in told
    other.post_in_page("/office/draft/place", digits=number, beat="2")
    told = at.clerk.post_in_page("/office/draft/news", version="0").text
    assert "Clerk clerk-2 changed the draft at" in told
    assert "hx-swap-oob" in told
    assert seen(at, "1002") == [number]


def test_what_is_typed_wrongly_is_said_and_changes_nothing(at: Office) -> None:
    digits = number_of(1)[-6:-2]
    twin = next(s for s in range(1001, 99_001, 1000) if number_of(s)[-6:-2] == digits)
    arrive(at, 1, twin)
    assert "Nothing that lies here" in place(at, "9999", 1)
    assert "no such beat" in place(at, number_of(1), 9)
    told = place(at, digits, 1)
    assert "Several end in these digits" in told
    assert f"{number_of(1)}, {number_of(twin)}" in told
    assert seen(at) == seen(at, "1002") == []
    place(at, number_of(1), 1)
    place(at, number_of(1), 0)
    assert seen(at) == []


def test_what_cannot_go_out_today_says_why(at: Office) -> None:
    first, second = arrive(at, 1, 2)
    at.player.step(f"{phone_of(1)} > 4 17")
    at.player.step(f"{phone_of(2)} > 2")
    page = at.clerk.get("/office/draft").text
    assert "Cannot go out today: 2" in page
    assert "Wrong telephone: waits for the sender" in place(at, second, 1)
    assert "Not yet: the addressee chose 17 Aug 2026" in page
    assert "Not yet: the addressee chose" in place(at, first, 1)
    assert seen(at) == []


def test_a_number_that_was_not_reached_surfaces_before_the_visit(at: Office) -> None:
    (number,) = arrive(at, 1)
    with at.runtime.database.transaction() as conn:
        conn.execute(
            "UPDATE messages SET status = 'failed', error = 'bad_number: no such number'"
            " WHERE phone = %s",
            [phone_of(1)],
        )
    assert "number not reached" in at.clerk.get("/office/draft").text
    place(at, number, 1)
    send_out(at, [number])
    assert "number not reached" in at.clerk.get(f"/office/lists/{at.list_id()}").text


def test_what_came_back_lies_here_again_on_its_day(at: Office) -> None:
    attempted, unvisited = at.out(1, 2)
    at.player.step(f"{POSTMAN} > 1 25")  # no network: no attempt that counts
    at.player.step(f"{POSTMAN} > 2 > 0")
    assert "With the postman still" in place(at, unvisited, 1)
    for number in (attempted, unvisited):
        at.clerk.post(f"/office/lists/{at.list_id()}/take-in", number=number)
    assert "Was out today: the next working day" in place(at, attempted, 1)
    assert "last beat 1" in at.clerk.get("/office/draft").text
    place(at, unvisited, 2)
    assert seen(at, "1002") == [unvisited]
    at.wait("20 h")  # six in the morning: before the day's lists are made
    place(at, attempted, 1)
    assert seen(at) == [attempted]


def test_a_stale_place_is_forgotten(at: Office) -> None:
    first, second = arrive(at, 1, 2)
    place(at, first, 1)
    place(at, second, 1)
    at.player.api(f"/articles/{first}/recall", {})
    assert seen(at) == [second]
    send_out(at, [second])
    assert at.one("SELECT count(*) FROM draft_places") == (0,)
    assert at.state(second) == "out_for_delivery"


Move = tuple[int, int, int | None]
moves = st.lists(
    st.tuples(st.integers(0, 4), st.integers(0, 2), st.none() | st.integers(-1, 7)), max_size=12
)


@settings(
    max_examples=25,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
@given(moves)
def test_any_moves_leave_each_article_in_one_place(at: Office, made: list[Move]) -> None:
    """Against a model: plain lists. Beat 0 takes off."""
    runtime = at.runtime
    if at.one("SELECT count(*) FROM articles") == (0,):
        arrive(at, *range(1, 6))
    office_id = at.one("SELECT id FROM offices")[0]
    ids = [row[0] for row in at.all("SELECT id FROM articles ORDER BY number")]
    postmen = [row[0] for row in at.all("SELECT id FROM staff WHERE beat > 0 ORDER BY beat")]
    by = staff(at.clerk.staff_row, office_id, runtime.now())
    with runtime.database.transaction() as conn:
        conn.execute("DELETE FROM draft_places")
    model: dict[int, list[int]] = {postman: [] for postman in postmen}
    for which, beat, serial in made:
        article = ids[which]
        for order in model.values():
            if article in order:
                order.remove(article)
        with runtime.database.transaction() as conn:
            if beat == 0:
                placing.take_off(conn, [article], by)
                continue
            postman = postmen[beat - 1]
            placing.place(conn, [Placing(article, postman, serial)], by)
        order = model[postman]
        order.insert(len(order) if serial is None else max(serial, 1) - 1, article)
    found = at.all("SELECT postman_id, place, article_id FROM draft_places ORDER BY 1, 2")
    assert found == [
        (postman, place, article)
        for postman in sorted(model)
        for place, article in enumerate(model[postman], 1)
    ]


def test_two_clerks_move_at_the_same_moment(at: Office, runtime: Runtime) -> None:
    arrive(at, *range(1, 5))
    office_id = at.one("SELECT id FROM offices")[0]
    ids = [row[0] for row in at.all("SELECT id FROM articles ORDER BY id")]
    postmen = [row[0] for row in at.all("SELECT id FROM staff WHERE beat > 0 ORDER BY beat")]
    barrier, by = Barrier(2), staff(at.clerk.staff_row, office_id, runtime.now())

    def move(article: int, postman: int, place: int) -> None:
        runtime.database.run(
            lambda conn: placing.place(conn, [Placing(article, postman, place)], by)
        )

    def run(mine: int) -> None:
        barrier.wait()
        for step in range(12):
            move(ids[(step * (mine + 1)) % 4], postmen[(step + mine) % 2], 1 + step % 3)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(run, range(2)))
    found = at.all(
        "SELECT postman_id, array_agg(place ORDER BY place) FROM draft_places GROUP BY 1"
    )
    assert sum(len(places) for _, places in found) == 4
    assert all(places == list(range(1, len(places) + 1)) for _, places in found)
    assert at.one("SELECT version FROM list_drafts") == (24,)


# ---- several at once -----------------------------------------------------------------------------


def in_village(at: Office, village: str, *serials: int) -> list[str]:
    """Articles that arrived for a village, each addressee with a house of their own."""
    numbers = arrive(at, *serials)
    with at.runtime.database.transaction() as conn:
        for number in numbers:
            conn.execute(
                "UPDATE articles SET recipient_address = %s WHERE number = %s",
                [f"House {number[5:8]}, Village {village}, near the temple", number],
            )
    return numbers


def days_of(at: Office, count: int) -> None:
    """So many days on which Bagapar went to beat 2 and Sonbarsa to beat 1, on one of them to 2."""
    for day in range(count):
        first = 100 + 10 * day
        bagapar = in_village(at, "Bagapar", first, first + 1)
        sonbarsa = in_village(at, "Sonbarsa", first + 2)
        for beat, numbers in ((2, bagapar), (2 if day == 0 else 1, sonbarsa)):
            for number in numbers:
                place(at, number, beat)
        for staff_id in ("1001", "1002"):
            if numbers := seen(at, staff_id):
                send_out(at, numbers, staff_id)
        at.next_day()


def follow(at: Office, *numbers: str) -> str:
    rows = at.all("SELECT id FROM articles WHERE number = ANY(%s)", list(numbers))
    return str(at.clerk.post_in_page("/office/draft/follow", article=" ".join(
        str(row) for (row,) in rows)).text)  # fmt: skip


def test_beats_are_suggested_from_where_each_village_went(at: Office) -> None:
    days_of(at, 3)
    one, two = in_village(at, "बागापार Bagapar", 1, 2)
    (three,) = in_village(at, "Sonbarsa", 3)
    (nowhere,) = in_village(at, "Neverheard", 4)
    page = at.clerk.get("/office/draft").text
    assert "Bagapar went to beat 2 on 3 of 3 days." in page
    assert "Bagapar: 2 to beat 2" in page
    assert "Sonbarsa went to beat" not in page  # 2 of 3 days: not sure enough
    assert "Temple went to" not in page  # what goes everywhere tells nothing
    follow(at, one, two, three, nowhere)
    assert seen(at, "1002") == [one, two]
    assert seen(at) == []
    assert "Undo the last step (2 moved, Clerk" in at.clerk.get("/office/draft").text


def test_several_go_together_and_come_back_together(at: Office) -> None:
    first, second, third = arrive(at, 1, 2, 3)
    place(at, f"{first[-6:-2]} {third[-6:-2]}", 1)
    assert seen(at) == [first, third]
    place(at, second, 2)
    step = at.one("SELECT max(version) FROM draft_steps")[0]

    def undo(version: int) -> str:
        return str(at.clerk.post_in_page("/office/draft/undo", version=str(version)).text)

    assert "Not undone" in undo(step - 1)
    undo(step)
    assert (seen(at), seen(at, "1002")) == ([first, third], [])
    assert "Not undone" in undo(step)  # a second click undoes nothing else
    undo(at.one("SELECT max(version) FROM draft_steps")[0])
    assert seen(at) == []
    assert at.one("SELECT count(*) FROM draft_steps") == (0,)


def test_all_lists_go_out_together_or_none(at: Office) -> None:
    first, second, third = arrive(at, 1, 2, 3, more=" cod 100")
    place(at, first, 1)
    place(at, second, 1)
    place(at, third, 2)
    page = at.clerk.get("/office/draft/send-all").text
    assert "Lists: 2 · articles: 3 · people who are texted: 3." in page
    rows = dict(at.all("SELECT staff_id, id FROM staff WHERE role = 'postman'"))
    shown = {f"list-{rows['1001']}": f"{first} {second}", f"list-{rows['1002']}": third}
    place(at, second, 2)  # changed meanwhile
    refused = at.clerk.post("/office/draft/send-all", **shown)
    assert refused.status_code == 409
    assert "changed, or sent out, meanwhile" in refused.text
    assert at.one("SELECT count(*) FROM delivery_lists") == (0,)
    shown = {f"list-{rows['1001']}": first, f"list-{rows['1002']}": f"{third} {second}"}
    sent = at.clerk.post("/office/draft/send-all", **shown)
    assert sent.headers["Location"] == "/office/slips"
    at.clerk.post("/office/draft/send-all", **shown)
    assert at.one("SELECT count(*) FROM delivery_items") == (3,)
    assert at.one("SELECT count(*) FROM draft_steps") == (0,)
    slips = at.clerk.get("/office/slips").text
    assert "Slips: 2, items: 3" in slips
    assert slips.count('<article class="paper slip"') == 2
    printed = sheets(at.clerk.get("/office/slips.pdf").data)
    assert [code for sheet in printed for code in sheet.barcodes()] == [first, third, second]
    assert at.clerk.get("/office/slips.pdf?day=2020-01-01").status_code == 404
