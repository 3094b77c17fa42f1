"""Conversations and their sprints as rows: locked, moved, recorded; and their time limits."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from psycopg.types.json import Jsonb

from flows.decision import Context, Decision
from flows.events import Event
from flows.facts import Facts, Proof
from flows.machine import Standing
from flows.replay.record import decode, encode
from store import packing
from store.database import Conn


@dataclass(frozen=True, order=True)
class ConversationPlace:
    """One run of one machine. `whose`: a telephone (E.164), or the number of an article."""

    whose: str
    machine: str


@dataclass(frozen=True)
class Conversation:
    """A conversation and its state, its row locked."""

    id: int
    place: ConversationPlace
    standing: Standing
    last_sprint_id: int | None


@dataclass(frozen=True)
class Beginning:
    """The start of a machine whose conversation has no row yet."""

    state: str
    context: Context


@dataclass(frozen=True)
class Sprint:
    """One step of a conversation, complete enough to decide it again."""

    conversation: Conversation
    event: Event
    facts: Facts
    decision: Decision
    entered_at: datetime  # into the state of the decision
    due_at: datetime | None  # the time limit of the new state


_READ = """
SELECT id, whose, machine, state, context, entered_at, last_sprint_id FROM conversations
WHERE (whose, machine) IN (SELECT * FROM unnest(%s::text[], %s::text[]))
ORDER BY whose, machine
"""


def lock(
    conn: Conn, places: Iterable[ConversationPlace], beginnings: dict[str, Beginning], now: datetime
) -> dict[ConversationPlace, Conversation]:
    """Lock the conversations at `places`, in order; begin those that do not exist."""
    wanted = sorted(set(places))
    found = _select(conn, wanted)
    missing = [place for place in wanted if place not in found]
    if missing:
        with conn.cursor() as cursor:
            cursor.executemany(
                "INSERT INTO conversations (whose, machine, state, context, entered_at)"
                " VALUES (%s, %s, %s, %s, %s) ON CONFLICT (whose, machine) DO NOTHING",
                [
                    (
                        place.whose,
                        place.machine,
                        beginnings[place.machine].state,
                        Jsonb(encode(beginnings[place.machine].context)),
                        now,
                    )
                    for place in missing
                ],
            )
        found = _select(conn, wanted)
    return found


def peek(conn: Conn, place: ConversationPlace) -> Standing | None:
    """Return a conversation's state without a lock; None where it never began.

    Only to find what else must be locked, and for what is merely shown.
    """
    row = conn.execute(
        "SELECT state, context, entered_at FROM conversations WHERE whose = %s AND machine = %s",
        [place.whose, place.machine],
    ).fetchone()
    return Standing(row[0], decode(row[1], Context), row[2]) if row else None


def _select(
    conn: Conn, places: Sequence[ConversationPlace]
) -> dict[ConversationPlace, Conversation]:
    rows = conn.execute(
        _READ + " FOR UPDATE",
        [[place.whose for place in places], [place.machine for place in places]],
    ).fetchall()
    return {
        ConversationPlace(whose, machine): Conversation(
            id_,
            ConversationPlace(whose, machine),
            Standing(state, decode(context, Context), entered_at),
            last,
        )
        for id_, whose, machine, state, context, entered_at, last in rows
    }


_INSERT = """
INSERT INTO sprints
    (conversation_id, message_id, at, proof, kept, dictionary, phones, event_kind, acts, about)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s) RETURNING id
"""


def record(
    conn: Conn,
    sprints: Sequence[Sprint],
    message_id: int | None,
    now: datetime,
    proof: Proof | None = None,
) -> list[int]:
    """Write the sprints of one turn and each conversation's new state; return the sprints' ids.

    `proof`: of whoever began the turn; what follows from his word is proven by it as well.
    """
    ids: list[int] = []
    with conn.cursor() as cursor:
        cursor.executemany(
            _INSERT,
            [
                (sprint.conversation.id, message_id, now, proof, *_packed(sprint))
                for sprint in sprints
            ],
            returning=True,
        )
        for _ in cursor.results():
            row = cursor.fetchone()
            assert row is not None
            ids.append(row[0])
    _move(conn, sprints, ids)
    _set_timers(conn, sprints, ids)
    return ids


def _packed(sprint: Sprint) -> tuple[object, ...]:
    """Return what the row holds of the sprint itself, in the order of `_INSERT`."""
    before = sprint.conversation.standing
    packed = packing.pack(sprint.event, before, sprint.facts, sprint.decision)
    return (
        packed.kept,
        packed.dictionary,
        packed.phones,
        packed.event_kind,
        packed.acts,
        packed.about,
    )


def _move(conn: Conn, sprints: Sequence[Sprint], ids: list[int]) -> None:
    with conn.cursor() as cursor:
        cursor.executemany(
            "UPDATE conversations SET state = %s, context = %s, entered_at = %s,"
            " last_sprint_id = %s WHERE id = %s",
            [
                (
                    sprint.decision.state,
                    Jsonb(encode(sprint.decision.context)),
                    sprint.entered_at,
                    sprint_id,
                    sprint.conversation.id,
                )
                for sprint, sprint_id in zip(sprints, ids, strict=True)
            ],
        )


def _set_timers(conn: Conn, sprints: Sequence[Sprint], ids: list[int]) -> None:
    """Set the new time limits; a conversation in a state without one loses its own."""
    due = [(s, i) for s, i in zip(sprints, ids, strict=True) if s.due_at is not None]
    over = [
        s.conversation.id for s in sprints if s.due_at is None and s.conversation.last_sprint_id
    ]
    if over:
        conn.execute("DELETE FROM timers WHERE conversation_id = ANY(%s)", [over])
    for sprint, sprint_id in due:
        conn.execute(
            "INSERT INTO timers (conversation_id, sprint_id, due_at) VALUES (%s, %s, %s)"
            " ON CONFLICT (conversation_id) DO UPDATE"
            " SET sprint_id = excluded.sprint_id, due_at = excluded.due_at",
            [sprint.conversation.id, sprint_id, sprint.due_at],
        )


@dataclass(frozen=True)
class DueTimer:
    """A time limit that has passed. It fires only if its sprint is still the last one."""

    place: ConversationPlace
    sprint_id: int


def due_timers(conn: Conn, now: datetime, limit: int) -> list[DueTimer]:
    """Return the time limits that passed before `now`, oldest first."""
    rows = conn.execute(
        "SELECT c.whose, c.machine, t.sprint_id FROM timers t"
        " JOIN conversations c ON c.id = t.conversation_id"
        " WHERE t.due_at <= %s ORDER BY t.due_at LIMIT %s",
        [now, limit],
    ).fetchall()
    return [
        DueTimer(ConversationPlace(whose, machine), sprint_id) for whose, machine, sprint_id in rows
    ]


def put_off(conn: Conn, timer: DueTimer, until: datetime) -> None:
    """Postpone a time limit that could not fire, unless its conversation has moved on."""
    conn.execute("UPDATE timers SET due_at = %s WHERE sprint_id = %s", [until, timer.sprint_id])


def drop(conn: Conn, timer: DueTimer) -> None:
    """Delete a time limit whose conversation belongs to nobody any more."""
    conn.execute("DELETE FROM timers WHERE sprint_id = %s", [timer.sprint_id])
