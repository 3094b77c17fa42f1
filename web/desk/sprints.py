"""One sprint explained: what came in, how it was read, which facts counted, what followed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from flask import abort, render_template

from flows import machines
from flows.decision import Context
from flows.events import Event
from flows.facts import Facts
from flows.machine import Standing
from flows.replay.explain import Explanation, explain
from flows.replay.record import decode
from flows.replay.replay import Difference, replay
from messages.speech import tongue_of
from postal.desk import sprints as sprint
from postal.desk import timeline
from postal.desk.sprints import StoredSprint
from postal.desk.timeline import Text
from postal.people import access
from store.database import Conn
from web.desk.room import HELPERS, desk, doer, route, runtime
from web.staff.times import exact
from web.staff.words import word


@dataclass(frozen=True)
class Told:
    """News that a sprint passed on: to whom, and of what kind."""

    to: str
    event: str


@dataclass(frozen=True)
class Understood:
    """A sprint as the desk shows it. `explanation` is None where today's code cannot read it."""

    sprint: StoredSprint
    came: Text | None
    sent: list[Text]
    event: str
    values: Mapping[str, Any]
    acts: list[Mapping[str, Any]]
    tells: list[Told]
    explanation: Explanation | None
    differences: tuple[Difference, ...]


@route("/sprints/<int:id_>", HELPERS)
def sprint_page(id_: int) -> str:
    """The explanation of one sprint, a part of the timeline's page."""

    def look(conn: Conn) -> Understood | None:
        stored = sprint.get(conn, id_)
        if stored is None:
            return None
        phone = stored.whose if stored.whose.startswith("+") else None
        access.note(conn, doer(), "opened", phone=phone)
        return _understood(conn, stored)

    understood = runtime().database.run(look)
    if understood is None:
        abort(404)
    return render_template("desk/sprint.html", each=understood)


def _understood(conn: Conn, stored: StoredSprint) -> Understood:
    came = timeline.texts(conn, [stored.message_id]) if stored.message_id else []
    decision = stored.decision
    return Understood(
        stored,
        came[0] if came else None,
        timeline.texts(conn, timeline.sent_by(conn, stored.id)),
        str(stored.event["kind"]),
        {name: value for name, value in stored.event.items() if name != "kind"},
        list(decision.get("acts", ())),
        [Told(tell["to"], tell["event"]["kind"]) for tell in decision.get("tells", ())],
        _explanation(stored),
        differs_today(stored),
    )


def differs_today(stored: StoredSprint) -> tuple[Difference, ...]:
    """In what today's code would decide otherwise."""
    return replay(stored.machine, stored.event, stored.state_before, stored.facts, stored.decision)


def _explanation(stored: StoredSprint) -> Explanation | None:
    """None for a record that today's code cannot read any more: the rest is shown all the same."""
    before = stored.state_before
    try:
        machine = machines.ALL[stored.machine]
        context = decode(before["context"], Context)
        entered_at = stored.at.fromisoformat(before["entered_at"])
        standing = Standing(before["state"], context, entered_at)
        event, facts = decode(stored.event, Event), decode(stored.facts, Facts)
        return explain(machine, standing, event, facts)
    except (KeyError, TypeError, ValueError):
        return None


@desk.app_template_filter()
def cost(text: Text) -> str:
    """What a text that was sent cost, in rupees; empty where the carrier's price is not set."""
    price = runtime().settings.prices.get(text.gateway or "")
    if price is None or text.segments is None or text.sent_at is None:
        return ""
    return f"₹{price * text.segments / Decimal(100):.2f}"


@desk.app_template_filter()
def tongue(language: str | None) -> str:
    """The language in which a call speaks to somebody who is written to in `language`."""
    return tongue_of(language or "")


@desk.app_template_filter()
def kind(entry: Any) -> str:
    """Of which kind an entry of a timeline is."""
    return type(entry).__name__


@desk.app_template_filter()
def shown(value: Any) -> str:
    """A value of flows as a person reads it: words for what has some, lists by commas."""
    if isinstance(value, list | tuple):
        return ", ".join(map(shown, value))
    if isinstance(value, Mapping):
        return " ".join(shown(part) for name, part in value.items() if part is not None)
    if isinstance(value, datetime | date):
        return exact(value)
    return word(value, "value_")
