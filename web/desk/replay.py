"""The replay of a conversation as frames, in the order in which the phone showed them."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Literal

from flask import render_template
from markupsafe import Markup

from flows import machines
from flows.drawing.pages import svg
from flows.drawing.svg import DiagramWords
from flows.facts import Proof
from messages.render import CODE_MASK
from messages.segments import split
from messages.speech import tongue_of
from postal.desk import timeline
from postal.desk.timeline import Entry, SprintLine, TimelineScreen, TimelineText
from postal.desk.timeline_keys import of_phone
from postal.people.contacts import Contact
from store.database import Conn
from web.desk.room import reader, route, runtime
from web.desk.subjects import person_within
from web.language import say
from web.staff.rooms import office_seen
from web.staff.words import word

_MOST_PAGES: Final = 8  # of the timeline: about five hundred entries
_FROM_PERSON: Final = ("came", "screen", "missed_call")
_AFTER: Final = re.compile(r"after (\d+) (days|h|min)")
_STYLE: Final = re.compile(r"<style>.*?</style>", re.DOTALL)  # the pages' policy forbids it


@dataclass(frozen=True)
class Frame:
    """What the phone showed at one moment. `wait`: the time from us to the phone.

    `state`: of the conversation at that moment. `segments`: the parts that the handset joined.
    `proof`: how it was proven whose text or dial it was; None: none was decided on.
    """

    kind: Literal["came", "went", "missing", "screen", "missed_call", "call", "unheard"]
    at: datetime
    segments: tuple[str, ...]
    typed: str
    language: str
    wait: timedelta | None
    note: str
    state: str
    proof: Proof | None = None


@route("/conversations/<int:conversation>/replay", "find")
def replay_conversation(conversation: int) -> str:
    """Show the phone, its player, and the state machine."""

    def look(conn: Conn) -> tuple[Contact, list[Entry]]:
        person = person_within(conn, conversation)
        return person, _entries(conn, person.phone)

    person, entries = runtime().database.run(look)
    machine = _main_machine(entries, person)
    return render_template(
        "desk/replay.html",
        person=person,
        machine=machine,
        frames=_frames(entries, machine),
        diagram=_diagram(machine),
    )


def _diagram(machine: str) -> Markup:
    """Return the picture of the machine in words of the page's language."""
    name = word(machine, "machine_")

    def label(raw: str) -> str:
        after = _AFTER.fullmatch(raw)
        if after is None:
            return word(raw, "event_")
        return say(f"diagram_after_{after[2]}", count=int(after[1]))

    words = DiagramWords(
        say("diagram_title", name=name),
        say("diagram_any"),
        label,
        lambda state: word(state, f"state_{machine}_"),
    )
    drawn = svg(machines.ALL[machine], words)
    return Markup(_STYLE.sub("", drawn))  # noqa: S704  our own drawing


def _entries(conn: Conn, phone: str) -> list[Entry]:
    scope = of_phone(conn, phone, office_seen())
    page = timeline.newest(conn, scope, reader())
    found = page.entries
    for _ in range(_MOST_PAGES):
        if page.older is None:
            break
        page = timeline.older(conn, scope, page.older, reader())
        found = page.entries + found
    return found


def _main_machine(entries: list[Entry], person: Contact) -> str:
    """Return the machine with the most sprints of this phone."""
    spoken = [each.machine for each in entries if isinstance(each, SprintLine)]
    return max(spoken or person.machines, key=spoken.count)


def _frames(entries: list[Entry], machine: str) -> list[Frame]:
    states = [
        (each.at, each.state_after)
        for each in entries
        if isinstance(each, SprintLine) and each.machine == machine
    ]
    shown = [frame for each in entries if (frame := _frame(each)) is not None]
    shown.sort(key=lambda frame: frame.at)
    initial = machines.ALL[machine].initial
    # What comes in, and what is decided on it, are of one moment.
    proofs = {
        each.at: each.proof
        for each in entries
        if isinstance(each, SprintLine) and each.proof is not None
    }
    return [
        replace(
            frame,
            state=_state_at(states, frame.at, initial),
            proof=proofs.get(frame.at) if frame.kind in _FROM_PERSON else None,
        )
        for frame in shown
    ]


def _state_at(states: list[tuple[datetime, str]], at: datetime, initial: str) -> str:
    before = [state for since, state in states if since <= at]
    return before[-1] if before else initial


def _frame(entry: Entry) -> Frame | None:
    if isinstance(entry, TimelineScreen):
        return Frame("screen", entry.at, (entry.body,), entry.typed, "", None, entry.service, "")
    if not isinstance(entry, TimelineText):
        return None
    if entry.channel == "voice":
        return _call(entry)
    if entry.direction == "in":
        return Frame("came", entry.at, parts(entry.body), "", "und", None, "", "")
    arrived = entry.delivered_at or entry.sent_at
    language = entry.language or "und"
    if arrived is None or entry.status in ("failed", "expired"):
        return Frame("missing", entry.at, parts(entry.body), "", language, None, entry.status, "")
    wait = arrived - entry.at
    return Frame("went", arrived, parts(entry.body), "", language, wait, entry.status, "")


def _call(entry: TimelineText) -> Frame:
    """Return the frame of a missed call, or of ours: sentence by sentence if it was answered."""
    if entry.direction == "in":
        return Frame("missed_call", entry.at, (entry.body,), "", "und", None, "", "")
    sentences, language = tuple(entry.body.split("\n")), tongue_of(entry.language or "")
    heard = entry.delivered_at
    if heard is None:
        return Frame("unheard", entry.at, sentences, "", language, None, entry.status, "")
    return Frame("call", heard, sentences, "", language, heard - entry.at, entry.status, "")


def parts(body: str) -> tuple[str, ...]:
    """Return `body` in the segments that carried it; a masked code counts as its digits."""
    found, start = [], 0
    for part in split(body.replace(CODE_MASK, "0" * len(CODE_MASK))):
        found.append(body[start : start + len(part)])
        start += len(part)
    return tuple(found)
