"""The sprints of a turn as rows, and what they make of conversations: states and time limits."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Final

import orjson
from psycopg.types.json import Jsonb

from flows.decision import Decision
from flows.events import Event
from flows.facts import Facts, Proof
from flows.replay.record import encode
from store import packing
from store.conversations import Conversation
from store.database import Conn


@dataclass(frozen=True)
class Sprint:
    """One step of a conversation, complete enough to decide it again."""

    conversation: Conversation
    event: Event
    facts: Facts
    decision: Decision
    entered_at: datetime  # into the state of the decision
    due_at: datetime | None  # the time limit of the new state
    was_timed: bool  # the state before had a time limit


_SPRINT = """(%(conversation{0})s::bigint, %(message)s::bigint, %(now)s::timestamptz,
    %(proof)s::text, %(kept{0})s::bytea, %(dictionary{0})s::smallint, %(phones{0})s::text,
    %(event{0})s::text, %(acts{0})s::text, %(about{0})s::text)"""
_MOVE = """(%(id{0})s::bigint, %(state{0})s::text, %(context{0})s::jsonb,
    %(entered_at{0})s::timestamptz, %(due_at{0})s::timestamptz)"""
_RECORD = """
WITH written AS (
    INSERT INTO sprints
        (conversation_id, message_id, at, proof, kept, dictionary, phones, event_kind, acts, about)
    VALUES {sprints} RETURNING id, conversation_id),
moves AS (
    SELECT given.*, (SELECT max(w.id) FROM written w WHERE w.conversation_id = given.id) AS sprint
    FROM (VALUES {moves}) AS given (id, state, context, entered_at, due_at)),
{moved}{timers}
SELECT id FROM written ORDER BY id
"""
_MOVED = """
moved AS (
    UPDATE conversations c SET state = moves.state, context = moves.context,
        entered_at = moves.entered_at, last_sprint_id = moves.sprint
    FROM moves WHERE c.id = moves.id)
"""
_TIMED = """,
timed AS (
    INSERT INTO timers (conversation_id, sprint_id, due_at)
    SELECT id, sprint, due_at FROM moves WHERE due_at IS NOT NULL
    ON CONFLICT (conversation_id) DO UPDATE
    SET sprint_id = excluded.sprint_id, due_at = excluded.due_at),
untimed AS (
    DELETE FROM timers t USING moves WHERE t.conversation_id = moves.id AND moves.due_at IS NULL)
"""


@cache
def _record(sprints: int, conversations: int, timers: str) -> str:
    """Return the statement that writes so many sprints of so many conversations."""
    return _RECORD.format(
        sprints=", ".join(map(_SPRINT.format, range(sprints))),
        moves=", ".join(map(_MOVE.format, range(conversations))),
        moved=_MOVED,
        timers=timers,
    )


def record(
    conn: Conn,
    sprints: Sequence[Sprint],
    message_id: int | None,
    now: datetime,
    proof: Proof | None = None,
) -> list[int]:
    """Write the sprints of one turn, each conversation's new state and its time limit.

    Return the sprints' ids. `proof`: of whoever began the turn; what follows from his word is
    proven by it as well.
    """
    if not sprints:
        return []
    if len(sprints) > _FEW:
        return _record_many(conn, sprints, message_id, now, proof)
    last = {sprint.conversation.id: sprint for sprint in sprints}
    bound: dict[str, object] = {"message": message_id, "now": now, "proof": proof}
    for i, sprint in enumerate(sprints):
        bound |= {f"{name}{i}": value for name, value in _of_sprint(sprint).items()}
    for i, sprint in enumerate(last.values()):
        move = _of_move(sprint)
        move["context"] = Jsonb(move["context"])
        bound |= {f"{name}{i}": value for name, value in move.items()}
    timed = any(sprint.was_timed or sprint.due_at for sprint in sprints)
    sql = _record(len(sprints), len(last), _TIMED if timed else "")
    return [int(row[0]) for row in conn.execute(sql, bound)]


# ---- many at once: each number of rows would be a statement of its own, planned anew -------------

_FEW: Final = 12  # sprints

_MANY_SPRINTS = """
INSERT INTO sprints
    (conversation_id, message_id, at, proof, kept, dictionary, phones, event_kind, acts, about)
SELECT conversation, %(message)s::bigint, %(now)s::timestamptz, %(proof)s::text,
    decode(kept, 'base64'), dictionary, phones, event, acts, about
FROM json_to_recordset(%(given)s::json) AS given (
    n integer, conversation bigint, kept text, dictionary smallint, phones text, event text,
    acts text, about text)
ORDER BY n RETURNING id
"""
_MANY_MOVES = f"""
WITH moves AS MATERIALIZED (
    SELECT * FROM json_to_recordset(%s::json) AS given (
        id bigint, state text, context jsonb, entered_at timestamptz, due_at timestamptz,
        sprint bigint)),
{_MOVED}{_TIMED}
SELECT
"""  # noqa: S608


def _record_many(
    conn: Conn,
    sprints: Sequence[Sprint],
    message_id: int | None,
    now: datetime,
    proof: Proof | None,
) -> list[int]:
    given = []
    for n, sprint in enumerate(sprints):
        row = _of_sprint(sprint)
        given.append({**row, "n": n, "kept": b64encode(row["kept"]).decode()})
    bound = {"message": message_id, "now": now, "proof": proof, "given": _json(given)}
    ids = sorted(int(row[0]) for row in conn.execute(_MANY_SPRINTS, bound))
    last = {sprint.conversation.id: (id_, sprint) for id_, sprint in zip(ids, sprints, strict=True)}
    moves = [{**_of_move(sprint), "sprint": id_} for id_, sprint in last.values()]
    conn.execute(_MANY_MOVES, [_json(moves)])
    return ids


def _of_sprint(sprint: Sprint) -> dict[str, Any]:
    before = sprint.conversation.standing
    packed = packing.pack(sprint.event, before, sprint.facts, sprint.decision)
    return {
        "conversation": sprint.conversation.id,
        "kept": packed.kept,
        "dictionary": packed.dictionary,
        "phones": packed.phones,
        "event": packed.event_kind,
        "acts": packed.acts,
        "about": packed.about,
    }


def _of_move(sprint: Sprint) -> dict[str, Any]:
    """Return what the conversation of its last sprint becomes."""
    return {
        "id": sprint.conversation.id,
        "state": sprint.decision.state,
        "context": encode(sprint.decision.context),
        "entered_at": sprint.entered_at,
        "due_at": sprint.due_at,
    }


def _json(given: object) -> str:
    return orjson.dumps(given).decode()
