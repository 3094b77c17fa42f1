"""Doors that are walked while an answer is lost with the whole database, and are then repeated.

What a process looks up by itself is the same for all doors (tests/rigs/lost_doors.py), so these are
walked once: what comes of the repeat is what differs.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final
from uuid import uuid4

from werkzeug.test import TestResponse

import jobs
from india.calendar import day_of, local
from payments import upi
from postal.counter.payments import Payment
from tests.rigs import counter
from tests.rigs.api_calls import number_of
from tests.rigs.counter import CHARGES
from tests.rigs.desk import Colleague, sign_in
from tests.rigs.lost_answers import Act, Door, Scene, at_counter, called, of_office, posted
from tests.rigs.office import POSTMAN, phone_of
from tests.rigs.requests import ask
from tests.rigs.upi import paid, pay

MORE_DOORS: Final[list[Door]] = []
# A decision that is taken again says in its sprint that nothing was left to do.
_ADDS: Final = {"an_article_is_fetched": ("sprints",)}


def door(ready: Callable[[Scene], Act]) -> Callable[[Scene], Act]:
    """Add a door; it is called as its function."""
    MORE_DOORS.append(Door(ready.__name__, ready, _ADDS.get(ready.__name__, ())))
    return ready


@door
def a_call_is_taken_up(scene: Scene) -> Act:
    scene.office.out(1)
    scene.player.step(f"{POSTMAN} > 1")
    scene.player.step(f"{phone_of(1)} calls speak_code")
    call = scene.player.rung[phone_of(1)]
    body = {"call": call, "phone": phone_of(1)}
    return lambda: scene.client.post("/hooks/simulator/voice", json=body)


@door
def an_article_is_fetched(scene: Scene) -> Act:
    scene.player.step("postmaster 2001")
    scene.office.out(1)
    scene.player.step(f"{POSTMAN} > 1 11")
    scene.player.step(f"{phone_of(1)} > 44")
    scene.player.step(f"{phone_of(1)} > 1")
    code = scene.player.codes[phone_of(1)][-1]
    return called(scene, f"/articles/{number_of(1)}/collect", {"staff": "2001", "code": code})


@door
def a_line_of_a_slip(scene: Scene) -> Act:
    scene.office.out(1)
    scene.player.step(f"{POSTMAN} > 1")
    code = scene.player.codes[phone_of(1)][-1]
    scene.player.step("wait 31 min")
    now = scene.clock.now()
    master = sign_in(scene.app, scene.runtime, "postmaster", "master")
    until = local(now).strftime("%H:%M")
    form = {"from": "08:00", "until": until, "reason": "no network"}
    assert master.post("/office/outages", day=day_of(now).isoformat(), **form).status_code == 302
    outage = scene.one("SELECT max(id) FROM paper_days")
    scene.office.clerk = sign_in(scene.app, scene.runtime, "clerk", "typist")
    line = {"list": str(scene.office.list_id()), "item": "1", "code": code, "time": until}
    return of_office(scene, f"/office/paper/{outage}", once=str(uuid4()), **line)


@door
def money_that_nobody_told_of(scene: Scene) -> Act:
    scene.player.step(f"article {number_of(1)} to {phone_of(1)} en")  # its texts begin the reports
    payment = _shown(scene)
    pay(scene.runtime, payment)
    scene.clock.advance(minutes=1)

    def act() -> TestResponse:
        jobs.payments()
        jobs.process().upi.wait()
        return scene.client.get("/healthz")

    return act


@door
def a_refund_that_two_agree_on(scene: Scene) -> Act:
    payment = _shown(scene)
    due = paid(scene.runtime, payment, CHARGES.paise - 1)
    master = sign_in(scene.app, scene.runtime, "postmaster", "master")
    supervisor = sign_in(scene.app, scene.runtime, "supervisor", "super")
    refund = f"/counter/payments/{due.id}/refund"
    asked = ask(master, refund, way="upi", reference="500000000001")
    return posted(supervisor, f"/desk/requests/{asked}/sign", place="second")


@door
def a_request_of_two(scene: Scene) -> Act:
    scene.office.book(1)
    master = sign_in(scene.app, scene.runtime, "postmaster", "master")
    sign_in(scene.app, scene.runtime, "supervisor", "super")
    master.post("/desk/find", query=number_of(1))
    id_ = scene.one("SELECT max(id) FROM articles")
    form = {"phone": "98390 00099", "reason": "wrong_entry", "note": "came to the office"}
    return posted(master, f"/desk/articles/{id_}/correct-number", **form)


@door
def a_booking_is_cancelled(scene: Scene) -> Act:
    made = counter.group(scene.runtime, scene.clerk.poster, 5)
    return at_counter(scene, f"/counter/groups/{made.id}/cancel")


@door
def an_article_is_taken_off(scene: Scene) -> Act:
    made = counter.group(scene.runtime, scene.clerk.poster, 5, 6)
    return at_counter(scene, f"/counter/groups/{made.id}/articles/{made.items[0].id}/remove")


@door
def a_upi_payment_is_stopped(scene: Scene) -> Act:
    return at_counter(scene, f"/counter/groups/{_shown(scene).group_id}/upi/stop")


@door
def a_ticket_is_taken(scene: Scene) -> Act:
    return posted(_agent(scene), f"/desk/tickets/{_ticket(scene)}/take")


@door
def a_view_is_kept(scene: Scene) -> Act:
    return posted(_agent(scene), "/desk/tickets/views", name="mine")


@door
def a_text_was_misread(scene: Scene) -> Act:
    _ticket(scene)
    text = scene.one("SELECT max(id) FROM messages WHERE direction = 'in'")
    return posted(_agent(scene), f"/desk/texts/{text}/misread")


@door
def somebody_asks_for_his_data(scene: Scene) -> Act:
    form = {"what": "see", "phone": phone_of(1), "identified": "telephone", "note": "by letter"}
    return posted(_supervisor(scene), "/desk/data-protection/requests", **form)


@door
def a_breach(scene: Scene) -> Act:
    form = {"breach": "A list lay on the street"}
    return posted(_supervisor(scene), "/desk/data-protection/breaches", **form)


def _shown(scene: Scene) -> Payment:
    return upi.begin(scene.runtime, counter.group(scene.runtime, scene.clerk.poster, 5).id)


def _agent(scene: Scene) -> Colleague:
    return sign_in(scene.app, scene.runtime, "agent", "agent")


def _supervisor(scene: Scene) -> Colleague:
    return sign_in(scene.app, scene.runtime, "supervisor", "super")


def _ticket(scene: Scene) -> int:
    scene.office.out(1)
    scene.player.step(f"{POSTMAN} > 1 11")
    scene.player.step(f"{phone_of(1)} > 2")
    return int(scene.one("SELECT max(id) FROM tickets"))
