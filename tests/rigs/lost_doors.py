"""The doors that are walked while answers to commits are lost (tests/web/test_lost_answers.py)."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final
from uuid import uuid4

from werkzeug.test import TestResponse

import jobs
from tests.rigs import counter
from tests.rigs.api_calls import article, booking, number_of, postman
from tests.rigs.counter import ARTICLE_FORM, SENDER_FORM
from tests.rigs.desk import PASSWORD, sign_in
from tests.rigs.imports import row, text
from tests.rigs.lost_answers import (
    Act,
    Door,
    Scene,
    at_counter,
    called,
    hooked,
    of_office,
    posted,
)
from tests.rigs.office import POSTMAN, phone_of

_POSTED: Final = ARTICLE_FORM | SENDER_FORM

DOORS: Final[list[Door]] = []
# A repeat is decided again, and the sprint says that nothing was left to do.
_ADDS: Final = {"a_code_is_stopped": ("sprints",)}


def door(ready: Callable[[Scene], Act]) -> Callable[[Scene], Act]:
    """Add a door; it is called as its function."""
    DOORS.append(Door(ready.__name__, ready, _ADDS.get(ready.__name__, ())))
    return ready


# ---- what carriers call --------------------------------------------------------------------------


@door
def handover_by_text(scene: Scene) -> Act:
    scene.office.out(1, more=" cod 500")
    scene.player.step(f"{POSTMAN} > 1")
    code = scene.player.codes[phone_of(1)][-1]
    return hooked(scene, "sms", **{"from": POSTMAN, "text": f"1 {code} 500 1", "id": "handed"})


@door
def recipient_by_text(scene: Scene) -> Act:
    scene.office.out(1)
    return hooked(scene, "sms", **{"from": phone_of(1), "text": "9", "id": "answer"})


@door
def a_dial(scene: Scene) -> Act:
    scene.office.out(1)
    scene.player.step(f"{POSTMAN} > 1")
    scene.player.step(f"{phone_of(1)} dials")
    return hooked(scene, "ussd", **{"from": phone_of(1), "session": "d1", "text": "1"})


@door
def a_missed_call(scene: Scene) -> Act:
    scene.office.out(1)
    number = "+911140001004"
    scene.player.step(f"{POSTMAN} > 1")
    return hooked(scene, "voice", **{"from": phone_of(1), "to": number, "id": "c1"})


@door
def keys_of_a_call(scene: Scene) -> Act:
    """Somebody asks for a person by a key: a ticket, once."""
    scene.office.out(1)
    scene.player.step(f"{phone_of(1)} calls menu")
    scene.player.step(f"{phone_of(1)} takes up")
    pressed = {"call": scene.player.rung[phone_of(1)], "phone": phone_of(1), "keys": "9"}
    hop = scene.player.talking.pop(phone_of(1))
    return lambda: scene.client.post("/hooks/simulator/voice", json={**pressed, "hop": hop})


@door
def a_receipt(scene: Scene) -> Act:
    secret = scene.runtime.settings.given["AFRICASTALKING_HOOK_SECRET"]
    form = {"id": "ATXid_1", "status": "Success", "phoneNumber": phone_of(1), "retryCount": "0"}
    return lambda: scene.client.post(f"/hooks/africastalking/{secret}/delivery", data=form)


# ---- software ------------------------------------------------------------------------------------


@door
def booked_under_a_key(scene: Scene) -> Act:
    return called(scene, "/articles", article(1), **{"Idempotency-Key": "a-1"})


@door
def booked_without_a_key(scene: Scene) -> Act:
    return called(scene, "/articles", article(1))


@door
def a_batch(scene: Scene) -> Act:
    return called(scene, "/article-batches", {"articles": [article(n) for n in (1, 2, 3)]})


@door
def a_paid_booking(scene: Scene) -> Act:
    counter.directory(scene.runtime)
    return called(scene, "/bookings", booking(1, 2), **{"Idempotency-Key": "b-1"})


@door
def a_list(scene: Scene) -> Act:
    numbers = scene.office.book(1, 2)
    today = scene.clock.now().date().isoformat()
    return called(scene, "/delivery-lists", {"postman": "1001", "date": today, "articles": numbers})


@door
def a_recall(scene: Scene) -> Act:
    scene.office.book(1, more=" from +919839000081")
    return called(scene, f"/articles/{number_of(1)}/recall", {})


@door
def a_postman(scene: Scene) -> Act:
    return called(scene, "/postmen", postman(staff_id="1009"))


@door
def a_subscription(scene: Scene) -> Act:
    return called(scene, "/webhooks", {"url": "https://post.example/dakiya"})


@door
def an_import(scene: Scene) -> Act:
    scene.office.book(1)
    file = text([row(7), row(8)]).encode()
    headers = {
        "Authorization": f"Bearer {scene.player.token}",
        "Content-Type": "text/csv",
        "Idempotency-Key": "i-1",
    }
    return lambda: scene.client.post("/api/v1/imports?kind=articles", data=file, headers=headers)


# ---- the counter ---------------------------------------------------------------------------------


@door
def a_counter_is_opened(scene: Scene) -> Act:
    arrived = sign_in(scene.app, scene.runtime, "clerk", "early")
    return posted(arrived, "/counter/open", counter="9", cash="500")


@door
def a_customer(scene: Scene) -> Act:
    form = {**_POSTED, "once": str(uuid4()), "group_once": str(uuid4())}
    return at_counter(scene, "/counter/groups", **form)


@door
def one_more_article(scene: Scene) -> Act:
    made = counter.group(scene.runtime, scene.clerk.poster, 5)
    form = {**_POSTED, "number": number_of(6), "once": str(uuid4())}
    return at_counter(scene, f"/counter/groups/{made.id}/articles", **form)


@door
def cash_is_taken(scene: Scene) -> Act:
    made = counter.group(scene.runtime, scene.clerk.poster, 5)
    return at_counter(scene, f"/counter/groups/{made.id}/cash", seen=str(made.paise), given="500")


@door
def a_upi_code_is_shown(scene: Scene) -> Act:
    made = counter.group(scene.runtime, scene.clerk.poster, 5)
    return at_counter(scene, f"/counter/groups/{made.id}/upi", seen=str(made.paise))


@door
def cash_goes_to_the_treasury(scene: Scene) -> Act:
    return at_counter(scene, "/counter/day/hand-over", amount="100", note="", once=str(uuid4()))


def _close(scene: Scene) -> Act:
    form = {"note_100": "5", "counter_day": str(scene.clerk.day.id)}
    page = scene.clerk.colleague.post("/counter/day/question", **form).text
    seen = re.search(r'name="seen" value="(-?\d+)"', page)
    assert seen
    return at_counter(scene, "/counter/day/close", explanation="", seen=seen[1], **form)


@door
def a_counter_is_closed(scene: Scene) -> Act:
    return _close(scene)


@door
def a_closed_counter_is_asked_for_again(scene: Scene) -> Act:
    _close(scene)()
    path = f"/counter/days/{scene.clerk.day.id}/reopen"
    return at_counter(scene, path, why="the till was left open")


# ---- the office ----------------------------------------------------------------------------------


@door
def an_arrival(scene: Scene) -> Act:
    (number,) = scene.office.book(1)
    return of_office(scene, "/office/arrivals", number=number)


@door
def a_list_is_sent_out(scene: Scene) -> Act:
    (number,) = scene.office.book(1)
    of_office(scene, "/office/arrivals", number=number)()
    row_id = scene.one("SELECT id FROM staff WHERE staff_id = '1001'")
    of_office(scene, "/office/draft/place", digits=number, beat="1", serial="")()
    return of_office(scene, "/office/draft/send-out", postman=str(row_id), numbers=number)


@door
def an_article_comes_back(scene: Scene) -> Act:
    (number,) = scene.office.out(1)
    return of_office(scene, f"/office/lists/{scene.office.list_id()}/take-in", number=number)


@door
def cash_is_received(scene: Scene) -> Act:
    scene.office.out(1, more=" cod 500")
    scene.office.deliver(1, 1, "500 1")
    return of_office(
        scene,
        f"/office/lists/{scene.office.list_id()}/cash",
        once=str(uuid4()),
        expected="50000",
        counted="500",
        explanation="",
    )


@door
def an_office_closes_its_day(scene: Scene) -> Act:
    (number,) = scene.office.out(1)
    list_id = scene.office.list_id()
    of_office(scene, f"/office/lists/{list_id}/take-in", number=number)()
    of_office(scene, f"/office/lists/{list_id}/close")()
    page = scene.office.clerk.get("/office/close").text
    seen = re.search(r'name="seen" value="([^"]+)"', page)
    assert seen
    today = scene.clock.now().date().isoformat()
    return of_office(scene, "/office/close", day=today, seen=seen[1], explanation="")


@door
def an_outage_is_vouched_for(scene: Scene) -> Act:
    scene.office.out(1)
    master = sign_in(scene.app, scene.runtime, "postmaster", "master")
    form = {"from": "08:10", "until": "09:50", "reason": "no network"}
    return posted(master, "/office/outages", day=scene.clock.now().date().isoformat(), **form)


# ---- the desk and the administration -------------------------------------------------------------


def _ticket(scene: Scene) -> int:
    scene.office.out(1)
    scene.player.step(f"{POSTMAN} > 1 11")
    scene.player.step(f"{phone_of(1)} > 2")
    return int(scene.one("SELECT max(id) FROM tickets"))


@door
def a_note(scene: Scene) -> Act:
    id_ = _ticket(scene)
    agent = sign_in(scene.app, scene.runtime, "agent", "agent")
    return posted(agent, f"/desk/tickets/{id_}/note", said="called back", once=str(uuid4()))


@door
def a_ticket_is_closed(scene: Scene) -> Act:
    id_ = _ticket(scene)
    agent = sign_in(scene.app, scene.runtime, "agent", "agent")
    return posted(
        agent, f"/desk/tickets/{id_}/close", outcome="explained", said="", once=str(uuid4())
    )


@door
def a_code_is_stopped(scene: Scene) -> Act:
    scene.office.out(1)
    scene.player.step(f"{POSTMAN} > 1")
    agent = sign_in(scene.app, scene.runtime, "agent", "agent")
    agent.post("/desk/find", query=number_of(1))
    id_ = scene.one("SELECT max(id) FROM articles")
    return posted(agent, f"/desk/articles/{id_}/stop-code", reason="person_asked")


@door
def a_new_colleague(scene: Scene) -> Act:
    admin = sign_in(scene.app, scene.runtime, "administrator", "admin")
    office = str(scene.one("SELECT min(id) FROM offices"))
    new = {"staff_id": "9001", "name": "Asha Devi", "role": "clerk", "office": office}
    return posted(admin, "/administration/staff", **new, note="starts on Monday", phone="")


@door
def a_new_token(scene: Scene) -> Act:
    admin = sign_in(scene.app, scene.runtime, "administrator", "admin")
    form = {"name": "counter", "scope": "articles:read", "days": "30", "rate": "60"}
    return posted(admin, "/administration/tokens", **form)


@door
def a_telephone_of_the_staff(scene: Scene) -> Act:
    admin = sign_in(scene.app, scene.runtime, "administrator", "admin")
    agent = sign_in(scene.app, scene.runtime, "agent", "agent")
    return posted(admin, f"/administration/staff/{agent.staff_row}/phone", phone="98765 43210")


@door
def a_password(scene: Scene) -> Act:
    arriving = sign_in(scene.app, scene.runtime, "agent", "agent")
    fresh = scene.app.test_client()
    page = fresh.get("/desk/sign-in").text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token
    assert arriving.staff_row
    form = {"csrf_token": token[1], "staff_id": "agent", "password": PASSWORD}
    return lambda: fresh.post("/desk/sign-in", data=form)


# ---- the worker ----------------------------------------------------------------------------------


@door
def the_worker_sends(scene: Scene) -> Act:
    scene.office.out(1)
    scene.player.say(POSTMAN, "1")  # a code, and its answer, wait to be sent

    def act() -> TestResponse:
        for job in (jobs.drain, jobs.sweep, jobs.timers):
            job()
        return scene.client.get("/healthz")

    return act


@door
def the_evening(scene: Scene) -> Act:
    scene.office.out(1, 2)
    scene.clock.advance(hours=10, minutes=5)

    def act() -> TestResponse:
        for job in (jobs.sweep, jobs.timers, jobs.drain):
            job()
        return scene.client.get("/healthz")

    return act
