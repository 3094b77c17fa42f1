"""A paper day: slips of an outage, typed by one while another vouches; nothing lost or doubled."""

from __future__ import annotations

import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from threading import Barrier
from uuid import uuid4

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from playwright.sync_api import Page, expect

from conversation import paper
from india.calendar import day_of, local
from postal.office.paper_days import NewLine
from postal.people.doer import Doer, Staff
from runtime import Runtime
from tests.rigs import sprints as stored_sprints
from tests.rigs.api_calls import number_of
from tests.rigs.browser import enter, listen
from tests.rigs.desk import Colleague, sign_in
from tests.rigs.office import POSTMAN, Office, office, phone_of
from tests.rigs.transcript import Player


@pytest.fixture
def at(player: Player, app: Flask, runtime: Runtime) -> Office:
    return office(player, app, runtime)


def told_code(at: Office, serial: int, item: int) -> str:
    """The postman comes to the door: the code that the recipient's telephone got."""
    at.player.step(f"{POSTMAN} > {item}")
    return at.player.codes[phone_of(serial)][-1]


def clock(at: Office, minutes_ago: int = 0) -> str:
    return local(at.runtime.now() - timedelta(minutes=minutes_ago)).strftime("%H:%M")


def vouch(at: Office, master: Colleague, minutes: int = 120) -> int:
    """The postmaster vouches for an outage that is just over; its row."""
    day = day_of(at.runtime.now()).isoformat()
    form = {"day": day, "from": clock(at, minutes), "until": clock(at), "reason": "no network"}
    assert master.post("/office/outages", **form).status_code == 302
    return int(at.one("SELECT max(id) FROM paper_days")[0])


def typed(at: Office, outage: int, item: str, code: str, time: str, **more: str) -> str:
    """The clerk types a line; what the page answers."""
    form = {
        "list": str(at.list_id()),
        "item": item,
        "code": code,
        "time": time,
        "once": str(uuid4()),
        **more,
    }
    return str(at.clerk.post_in_page(f"/office/paper/{outage}", **form).text)


def over(at: Office, app: Flask) -> None:
    """The outage is over, and sessions have a second factor of the last minutes again."""
    at.player.step("wait 31 min")
    at.clerk = sign_in(app, at.runtime, "clerk", f"typist-{uuid4().hex[:6]}")


def test_a_slip_hands_over_as_the_text_would_have(at: Office, app: Flask) -> None:
    at.out(1, 2, more=" cod 850")
    code = told_code(at, 1, 1)
    said = clock(at)
    over(at, app)
    master = sign_in(app, at.runtime, "postmaster", "master")
    outage = vouch(at, master)
    assert "There is COD to be paid" in typed(at, outage, "1", code, said)
    assert "This slip has no such item" in typed(at, outage, "9", code, said)
    assert "as many digits" in typed(at, outage, "1", code[:4], said)
    assert "A time, as 11:05" in typed(at, outage, "1", code, "noon")
    early = typed(at, outage, "1", code, clock(at, 180), payment="cash")
    assert "not within the outage" in early
    answer = typed(at, outage, number_of(1)[-6:-2], code, said, payment="cash")
    assert "Item 1" in answer
    assert "handed over. Addressee, sender and postman are told." in answer
    assert at.state(number_of(1)) == "delivered"
    delivered = at.one("SELECT data FROM events WHERE kind = 'delivered'")[0]
    assert delivered["paper"] is True
    assert delivered["proof"] == "code"
    proofs = at.all("SELECT proof, event_kind FROM sprints WHERE proof = 'paper'")
    assert ("paper", "WrittenOnPaper") in proofs
    told = at.all("SELECT template FROM messages WHERE id > 0 ORDER BY id DESC LIMIT 3")
    assert Counter(t for (t,) in told)["handed_over_cash"] == 1
    assert "Taken in cash ₹850" in at.clerk.get("/office/cash").text
    assert "was handed over before" in typed(at, outage, "1", code, said, payment="cash")
    assert at.one("SELECT count(*) FROM events WHERE kind = 'delivered'") == (1,)


def test_a_slip_ends_what_its_postman_asked_the_office(at: Office, app: Flask) -> None:
    """His telephone failed after he had asked to do without the code; then the code came."""
    at.out(1)
    over(at, app)
    master = sign_in(app, at.runtime, "postmaster", "master")
    at.player.step(f"off {phone_of(1)}")
    code = told_code(at, 1, 1)
    at.player.step(f"{POSTMAN} > 1 28 2 1 1234")
    said, outage = clock(at), vouch(at, master)
    assert at.one("SELECT ended_at FROM exceptions") == (None,)
    assert "handed over" in typed(at, outage, "1", code, said)
    assert at.one("SELECT outcome FROM exceptions") == ("over",)


def test_two_people_stand_for_it(at: Office, app: Flask) -> None:
    at.out(1)
    code = told_code(at, 1, 1)
    said = clock(at)
    over(at, app)
    master = sign_in(app, at.runtime, "postmaster", "master")
    outage = vouch(at, master)
    at.clerk = master
    assert "Somebody else must vouch" in typed(at, outage, "1", code, said)
    assert at.clerk.post("/office/outages").status_code == 422
    at.clerk = sign_in(app, at.runtime, "clerk", "master-too")
    with at.runtime.database.transaction() as conn:  # as for requests: one telephone is one human
        conn.execute("UPDATE staff SET phone = '+919811444555' WHERE staff_id LIKE 'master%'")
    assert "Somebody else must vouch" in typed(at, outage, "1", code, said)
    assert at.state(number_of(1)) == "out_for_delivery"
    clerk = sign_in(app, at.runtime, "clerk", "only-a-clerk")
    assert clerk.post("/office/outages").status_code == 403
    at.player.step("wait 6 min")  # her second factor is too old: she is asked for it
    assert clerk.post(f"/office/paper/{outage}").status_code == 401
    assert at.state(number_of(1)) == "out_for_delivery"
    assert at.one("SELECT count(*) FROM paper_lines") == (0,)


def test_guessing_teaches_nothing_and_ends_after_five(at: Office, app: Flask) -> None:
    at.out(1)
    code = told_code(at, 1, 1)
    said = clock(at)
    over(at, app)
    master = sign_in(app, at.runtime, "postmaster", "master")
    outage = vouch(at, master)
    wrong = f"{(int(code) + 1) % 10**6:06d}"
    guess = typed(at, outage, "1", wrong, said)
    right_at_another_time = typed(at, outage, "1", code, clock(at, 3))

    def said_of(page: str) -> str:
        return page.split("<strong>")[1].split("</strong>")[0]

    assert said_of(guess) == said_of(right_at_another_time)
    for _ in range(3):
        typed(at, outage, "1", wrong, said)
    assert "five wrong codes today" in typed(at, outage, "1", code, said)
    assert at.state(number_of(1)) == "out_for_delivery"
    assert at.one("SELECT count(*) FROM tickets WHERE kind = 'paper'") == (1,)
    with at.runtime.database.transaction() as conn:
        stored = str(stored_sprints.contents(conn))
    assert code not in stored
    assert wrong not in stored


def test_what_was_closed_since_becomes_a_ticket(at: Office, app: Flask) -> None:
    at.out(1, 2)
    first, second = told_code(at, 1, 1), told_code(at, 2, 2)
    said = clock(at)
    over(at, app)
    master = sign_in(app, at.runtime, "postmaster", "master")
    outage = vouch(at, master)
    at.clerk.post(f"/office/lists/{at.list_id()}/take-in", number=number_of(1))
    assert "closed since" in typed(at, outage, "1", first, said)
    at.clerk.post(f"/office/lists/{at.list_id()}/close", note="with the postman")
    assert "closed since" in typed(at, outage, "2", second, said)
    assert at.one("SELECT count(*) FROM tickets WHERE kind = 'paper'") == (2,)
    assert at.one("SELECT count(*) FROM events WHERE kind = 'delivered'") == (0,)


def test_a_form_that_comes_twice_is_judged_once(at: Office, app: Flask) -> None:
    at.out(1)
    code = told_code(at, 1, 1)
    said = clock(at)
    over(at, app)
    master = sign_in(app, at.runtime, "postmaster", "master")
    outage = vouch(at, master)
    once = str(uuid4())
    wrong = f"{(int(code) + 1) % 10**6:06d}"
    for _ in range(2):
        typed(at, outage, "1", wrong, said, once=once)
    assert at.one("SELECT count(*) FROM code_attempts WHERE outcome = 'wrong'") == (1,)
    other = typed(at, outage, "1", code, clock(at, 1), once=once)
    assert "handed over" not in other.split("</table>")[0].split("<table")[0]
    assert at.one("SELECT count(*) FROM paper_lines") == (1,)


def test_clerks_and_a_late_text_at_once_hand_over_once(at: Office, app: Flask) -> None:
    at.out(1)
    code = told_code(at, 1, 1)
    runtime, then = at.runtime, at.runtime.now().replace(second=0)
    over(at, app)
    outage = vouch(at, sign_in(app, runtime, "postmaster", "master"))
    list_id, office_id = at.list_id(), at.one("SELECT office_id FROM staff LIMIT 1")[0]
    row = at.clerk.staff_row
    name = str(at.one("SELECT staff_id FROM staff WHERE id = %s", row)[0])
    together = Barrier(4)

    def type_it() -> str:
        by = Doer(Staff(row, name), office_id, "clerk", "fresh", runtime.now())
        line = NewLine(uuid4(), outage, list_id, 1, number_of(1), then, None)
        together.wait()
        work = partial(paper.type_line, runtime, line=line, code=code, by=by)
        return str(runtime.database.run(lambda conn: work(conn=conn)).outcome)

    def text() -> str:
        together.wait()
        at.player.say(POSTMAN, f"1 {code}", 31)
        return "text"

    with ThreadPoolExecutor(4) as pool:
        doing = [pool.submit(each) for each in (type_it, type_it, type_it, text)]
        came = Counter(each.result() for each in doing)
    assert came["text"] == 1
    assert came["handed_over"] + came["done"] == 3
    assert came["handed_over"] <= 1  # else the text came first
    assert at.one("SELECT count(*) FROM events WHERE kind = 'delivered'") == (1,)
    assert at.one("SELECT count(*) FROM codes WHERE used_at IS NOT NULL") == (1,)
    assert at.one("SELECT count(*) FROM tickets WHERE kind = 'paper'") == (0,)


# A line: which of two items, whether its own code, the other's or a wrong one, how long after it
# was told, in minutes.
slip_lines = st.lists(
    st.tuples(
        st.sampled_from((0, 1)),
        st.sampled_from(("own", "other", "wrong")),
        st.sampled_from((-20, -3, 0, 4, 12, 25)),
    ),
    max_size=9,
)


@settings(
    max_examples=12,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
@given(slip_lines)
def test_whatever_is_typed_nothing_is_lost_or_doubled(
    at: Office, app: Flask, lines: list[tuple[int, str, int]]
) -> None:
    """Against a model: a right code of its time hands over once; all others are tickets."""
    first = at.one("SELECT count(*) FROM articles")[0] + 1
    serials = (first, first + 1)
    at.out(*serials)
    items = [
        int(at.one("SELECT serial FROM delivery_items i JOIN articles a ON a.id = i.article_id"
                   " WHERE a.number = %s", number_of(each))[0])
        for each in serials
    ]  # fmt: skip
    codes = [told_code(at, each, item) for each, item in zip(serials, items, strict=True)]
    told_at = at.runtime.now()
    at.player.step("wait 31 min")
    at.clerk = sign_in(app, at.runtime, "clerk", f"typist-{first}")
    outage = vouch(at, sign_in(app, at.runtime, "postmaster", f"master-{first}"), 60)
    wrong, done = [0, 0], [False, False]
    for which, code, minutes in lines:
        told = {"own": codes[which], "other": codes[1 - which], "wrong": "000000"}[code]
        said_at = local(told_at + timedelta(minutes=minutes)).strftime("%H:%M")
        answer = typed(at, outage, str(items[which]), told, said_at)
        lived = code == "own" and -5 <= minutes <= 15  # by a watch five minutes wrong
        if done[which]:
            assert "was handed over before" in answer
        elif wrong[which] >= 5:
            assert "five wrong codes today" in answer
        elif lived:
            done[which] = True
        else:
            wrong[which] += 1
            assert "no code of that time fits" in answer
    for which, serial in enumerate(serials):
        number = number_of(serial)
        assert (at.state(number) == "delivered") == done[which]
        assert at.kinds(number).count("delivered") == done[which]
        assert at.kinds(number).count("code_wrong") == wrong[which]
        tickets = at.one("SELECT count(*) FROM tickets t JOIN articles a ON a.id = t.article_id"
                         " WHERE t.kind = 'paper' AND a.number = %s", number)  # fmt: skip
        assert tickets == (min(wrong[which], 1),)
    assert at.one("SELECT count(*) FROM paper_lines WHERE paper_day_id = %s", outage) == (
        len(lines),
    )


def test_a_slip_is_typed_by_the_keyboard_alone(
    at: Office, app: Flask, page: Page, address: str
) -> None:
    at.out(1, 2)
    code = told_code(at, 1, 1)
    said = clock(at)
    over(at, app)
    outage = vouch(at, sign_in(app, at.runtime, "postmaster", "master"))
    complaints: list[str] = []
    listen(page, complaints)
    enter(page, address, at.clerk)
    page.goto(f"{address}/office/paper?lang=en")
    page.get_by_role("link", name="Type the slips").press("Enter")
    item = page.get_by_label("Item, or last 4 digits")
    expect(item).to_be_focused()
    expect(page.get_by_text("Still open on this slip: 2")).to_be_visible()
    page.keyboard.type("1")
    for word in ("000000", said):
        page.keyboard.press("Tab")
        page.keyboard.type(word)
    page.keyboard.press("Enter")
    expect(page.locator(".answer")).to_contain_text("no code of that time fits")
    expect(item).to_be_focused()
    expect(item).to_have_value("")
    for word in ("1", code, "noon"):
        page.keyboard.type(word)
        page.keyboard.press("Tab")
    page.get_by_role("button", name="Enter", exact=True).press("Enter")
    time = page.get_by_label("Time", exact=True)
    expect(time).to_have_accessible_description(re.compile("Write the time as"))
    expect(page.get_by_label("Code", exact=True)).to_have_value(code)
    expect(time).to_be_focused()
    page.keyboard.press("Control+a")
    page.keyboard.type(said)
    page.keyboard.press("Enter")
    expect(page.locator(".answer")).to_contain_text("Item 1 (")
    expect(page.locator("#typed tbody tr").first).to_contain_text("handed over")
    assert at.state(number_of(1)) == "delivered"
    assert at.one("SELECT count(*) FROM paper_lines WHERE paper_day_id = %s", outage) == (2,)
    assert complaints == []
