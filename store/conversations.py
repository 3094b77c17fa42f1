"""Conversations as rows: locked, begun, looked at; `store/sprints.py` moves them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

import orjson

from flows.decision import Context
from flows.machine import Standing
from flows.replay.record import decode, encode
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


_LOCKED = """
WITH given AS MATERIALIZED (
    SELECT * FROM json_to_recordset(%(given)s::json) AS g (
        whose text, machine text, state text, context jsonb)),
found AS (
    SELECT id, whose, machine, state, context, entered_at, last_sprint_id FROM conversations
    WHERE (whose, machine) IN (SELECT whose, machine FROM given)
    ORDER BY machine = 'office', whose, machine FOR UPDATE),
begun AS (
    INSERT INTO conversations (whose, machine, state, context, entered_at)
    SELECT g.*, %(now)s::timestamptz FROM given g
    WHERE NOT EXISTS (SELECT FROM found WHERE (found.whose, found.machine) = (g.whose, g.machine))
    ORDER BY machine = 'office', whose, machine
    ON CONFLICT (whose, machine) DO NOTHING
    RETURNING id, whose, machine, state, context, entered_at, last_sprint_id)
SELECT * FROM found UNION ALL SELECT * FROM begun
"""
# What is found is locked before the first is begun: the sorting of what is missing waits for all.


def lock(
    conn: Conn, places: Iterable[ConversationPlace], beginnings: dict[str, Beginning], now: datetime
) -> dict[ConversationPlace, Conversation]:
    """Lock the conversations at `places`, in order, offices' last; begin what does not exist."""
    wanted = set(places)
    locked = _lock(conn, wanted, beginnings, now)
    # Another turn began them meanwhile, and has ended.
    others = wanted - locked.keys()
    if others:
        locked |= _lock(conn, others, beginnings, now)
    return locked


def _lock(
    conn: Conn,
    places: Iterable[ConversationPlace],
    beginnings: dict[str, Beginning],
    now: datetime,
) -> dict[ConversationPlace, Conversation]:
    given = [
        {
            "whose": place.whose,
            "machine": place.machine,
            "state": beginnings[place.machine].state,
            "context": _encoded(beginnings[place.machine].context),
        }
        for place in places
    ]
    rows = conn.execute(_LOCKED, {"given": orjson.dumps(given).decode(), "now": now}).fetchall()
    return _by_place(rows)


@cache
def _encoded(context: Context) -> object:
    """Return the context with which a machine begins, as it is stored."""
    return encode(context)


def peek(conn: Conn, place: ConversationPlace) -> Standing | None:
    """Return a conversation's state without a lock; None where it never began.

    Only to find what else must be locked, and for what is merely shown.
    """
    row = conn.execute(
        "SELECT state, context, entered_at FROM conversations WHERE whose = %s AND machine = %s",
        [place.whose, place.machine],
    ).fetchone()
    return Standing(row[0], decode(row[1], Context), row[2]) if row else None


def _by_place(rows: Iterable[tuple[Any, ...]]) -> dict[ConversationPlace, Conversation]:
    return {
        place: Conversation(id_, place, Standing(state, decode(context, Context), at), last)
        for id_, whose, machine, state, context, at, last in rows
        for place in (ConversationPlace(whose, machine),)
    }
