"""The explanation of one sprint: input, its reading, the facts that counted, what followed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from flask import abort, render_template, request

from flows import machines
from flows.decision import Context
from flows.events import Event
from flows.facts import Facts, Proof
from flows.machine import Standing
from flows.replay.explain import Explanation, explain
from flows.replay.record import decode
from flows.replay.replay import Difference, replay
from messages.speech import tongue_of
from postal.desk import sprints, timeline
from postal.desk.sprints import StoredSprint
from postal.desk.timeline import TimelineText
from store.database import Conn
from web.desk.readings import TextView, view_of
from web.desk.room import desk, reader, route, runtime
from web.desk.subjects import conversation_within
from web.staff.times import exact
from web.staff.words import word

_MOMENT: Final = re.compile(
    r"\d{4}-\d\d-\d\d(?:T\d\d:\d\d:\d\d(?:\.\d+)?(?:\+\d\d:\d\d|Z))?", re.ASCII
)


@dataclass(frozen=True)
class PassedOn:
    """An event that a sprint passed on: to which machine, and of which kind."""

    to: str
    event: str


@dataclass(frozen=True)
class SprintView:
    """A sprint as the desk shows it. `explanation`: None if today's code cannot read it."""

    sprint: StoredSprint
    came: TimelineText | None
    sent: list[TimelineText]
    event: str
    values: Mapping[str, Any]
    acts: list[Mapping[str, Any]]
    tells: list[PassedOn]
    explanation: Explanation | None
    differences: tuple[Difference, ...]
    reading: TextView | None


@route("/sprints/<int:id_>", "find")
def sprint_page(id_: int) -> str:
    """Show the explanation of one sprint: in the timeline's page, or where its link is opened."""

    def look(conn: Conn) -> SprintView | None:
        stored = sprints.look(conn, id_, "opened", reader())
        if stored is None:
            return None
        conversation_within(conn, stored.whose)
        return _view(conn, stored)

    view = runtime().database.run(look)
    if view is None:
        abort(404)
    part = "HX-Request" in request.headers
    return render_template("desk/sprint.html" if part else "desk/sprint_page.html", each=view)


def _view(conn: Conn, stored: StoredSprint) -> SprintView:
    came = timeline.texts(conn, [stored.message_id]) if stored.message_id else []
    decision = stored.decision
    return SprintView(
        stored,
        came[0] if came else None,
        timeline.texts(conn, timeline.sent_by(conn, stored.id)),
        str(stored.event["kind"]),
        {name: value for name, value in stored.event.items() if name != "kind"},
        list(decision.get("acts", ())),
        [PassedOn(tell["to"], tell["event"]["kind"]) for tell in decision.get("tells", ())],
        explanation(stored),
        differs_today(stored),
        view_of(conn, came[0], stored.machine) if came and came[0].channel == "text" else None,
    )


def differs_today(stored: StoredSprint) -> tuple[Difference, ...]:
    """Return in what today's code would decide otherwise."""
    return replay(stored.machine, stored.event, stored.state_before, stored.facts, stored.decision)


def explanation(stored: StoredSprint) -> Explanation | None:
    """Return the explanation; None for a record that today's code cannot read."""
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
def cost(text: TimelineText) -> str:
    """Return the cost of a sent text, in rupees; empty if the carrier's price is not set."""
    price = runtime().settings.prices.get(text.gateway or "")
    if price is None or text.segments is None or text.sent_at is None:
        return ""
    return f"₹{price * text.segments / Decimal(100):.2f}"


@desk.app_template_global()
def proof_word(proof: Proof | None) -> str:
    """Return how it was proven who brought an event, in words (docs/developing/trust.md)."""
    return word(proof or "none", "proof_")


@desk.app_template_filter()
def tongue(language: str | None) -> str:
    """Return the language of a call to a person who gets texts in `language`."""
    return tongue_of(language or "")


@desk.app_template_filter()
def kind(entry: Any) -> str:
    """Return the class name of an entry of a timeline."""
    return type(entry).__name__


@desk.app_template_filter()
def shown(value: Any, name: str = "") -> str:
    """Return a value of flows in words: lists joined by commas, times in Asia/Kolkata.

    `name`: of the field that holds it, as a figure has words by its field alone.
    """
    if isinstance(value, list | tuple):
        return ", ".join(shown(part, name) for part in value)
    if isinstance(value, Mapping):
        return " ".join(shown(part, each) for each, part in value.items() if part is not None)
    if name == "reason" and isinstance(value, int):
        return word(value, "exception_reason_")
    if isinstance(value, datetime | date):
        return exact(value)
    if isinstance(value, str) and (read := _moment(value)) is not None:
        return exact(read)
    return word(value, "value_")


def _moment(value: str) -> datetime | date | None:
    """Return the moment or day that a record holds as a string; None for any other value."""
    if _MOMENT.fullmatch(value) is None:
        return None
    try:
        return datetime.fromisoformat(value) if "T" in value else date.fromisoformat(value)
    except ValueError:
        return None
