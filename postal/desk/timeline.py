"""A conversation as it went: texts, screens, sprints and what happened to articles, in one order.

Of a telephone or of an article; a page at a time, older or newer than a cursor.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from psycopg.rows import class_row

from flows.facts import Proof
from messages.catalogue import Channel
from postal.desk import sprints
from postal.desk.timeline_keys import HOPS, PAGE, Cursor, Key, Scope, keys_at
from postal.people import access
from postal.people.access import Onlooker
from store import wording
from store.database import Conn


@dataclass(frozen=True)
class CarrierReceipt:
    """What a carrier said of a message, in its own word."""

    at: datetime
    gateway: str
    status: str
    word: str
    reason: str | None
    part: str | None  # of a long text: which part it is about


@dataclass(frozen=True)
class TimelineText:
    """A text or call that came in or went out. Codes are shown as ••••••, in and out."""

    id: int
    at: datetime
    direction: Literal["in", "out"]
    phone: str | None
    body: str
    gateway: str | None
    status: str
    error: str | None
    carrier_at: datetime | None
    template: str | None
    language: str | None
    segments: int | None
    lane: str | None
    not_after: datetime | None
    attempts: int
    sent_at: datetime | None
    delivered_at: datetime | None
    sprint_id: int | None
    article: str | None
    purged_at: datetime | None
    channel: Channel
    variables: Mapping[str, Any] | None
    receipts: tuple[CarrierReceipt, ...] = ()


@dataclass(frozen=True)
class TimelineScreen:
    """One screen of a dial, and what was typed to get there, masked."""

    session: int
    position: int
    at: datetime
    phone: str
    service: str
    typed: str
    body: str
    ends: bool


@dataclass(frozen=True)
class SprintLine:
    """One sprint in short. `event` and `acts` are names of flows' classes.

    `proof`: how it was proven who brought the event; None: nobody did (a time limit, software).
    """

    id: int
    at: datetime
    whose: str
    machine: str
    message_id: int | None
    event: str
    state_before: str
    state_after: str
    acts: list[str]
    proof: Proof | None


@dataclass(frozen=True)
class TimelineEvent:
    """An event of the feed."""

    id: int
    at: datetime
    kind: str
    article: str | None
    data: Mapping[str, Any]


Entry = TimelineText | TimelineScreen | SprintLine | TimelineEvent


@dataclass(frozen=True)
class Pending:
    """A time limit that runs."""

    machine: str
    state: str
    due_at: datetime


@dataclass(frozen=True)
class Page:
    """Entries in their order, and the cursors of where there is more."""

    entries: list[Entry]
    older: Cursor | None
    newer: Cursor | None


def newest(conn: Conn, scope: Scope, reader: Onlooker) -> Page:
    """Return the last page. That somebody reads it is written down, as for the others."""
    _note(conn, scope, reader)
    keys = keys_at(conn, scope, None, "older")
    return _page(conn, keys, older=len(keys) > PAGE, newer=False)


def older(conn: Conn, scope: Scope, cursor: Cursor, reader: Onlooker) -> Page:
    """Return the page before `cursor`."""
    _note(conn, scope, reader)
    keys = keys_at(conn, scope, cursor, "older")
    return _page(conn, keys, older=len(keys) > PAGE, newer=True)


def newer(conn: Conn, scope: Scope, cursor: Cursor, reader: Onlooker) -> Page:
    """Return the page after `cursor`; the last one is filled up with entries before it."""
    keys = keys_at(conn, scope, cursor, "newer")
    if len(keys) <= PAGE:
        return newest(conn, scope, reader)
    _note(conn, scope, reader)
    return _page(conn, keys, older=True, newer=True)


def _note(conn: Conn, scope: Scope, reader: Onlooker) -> None:
    phone, article = scope.values.get("phone"), scope.values.get("article")
    access.look(conn, reader, "opened", phone=phone, article_id=article)


def pending(conn: Conn, scope: Scope) -> list[Pending]:
    """Return the time limits that run in the conversations of `scope`.

    Not that of an agreement which its postman used meanwhile: its machine is not told, and notices
    it when its time is over.
    """
    with conn.cursor(row_factory=class_row(Pending)) as cursor:
        return cursor.execute(
            "SELECT c.machine, c.state, t.due_at FROM timers t"
            " JOIN conversations c ON c.id = t.conversation_id WHERE c.whose = ANY(%s)"
            " AND (c.machine <> 'exception' OR EXISTS (SELECT FROM exceptions x"
            " JOIN articles a ON a.id = x.article_id"
            " WHERE a.number = c.whose AND x.ended_at IS NULL))"
            " ORDER BY t.due_at",
            (list(scope.whose),),
        ).fetchall()


def _page(conn: Conn, keys: list[Key], *, older: bool, newer: bool) -> Page:
    shown = sorted(keys[:PAGE])
    by_rank: dict[int, list[int]] = {}
    for _, rank, id_ in shown:
        by_rank.setdefault(rank, []).append(id_)
    entries: dict[tuple[int, int], Entry] = {}
    for rank, ids in by_rank.items():
        read = {0: _texts, 1: _screens, 2: _sprints, 3: _happened, 4: _texts}[rank]
        entries |= {(rank, id_): entry for id_, entry in read(conn, ids).items()}
    return Page(
        [entries[rank, id_] for _, rank, id_ in shown if (rank, id_) in entries],
        Cursor(*shown[0]) if shown and older else None,
        Cursor(*shown[-1]) if shown and newer else None,
    )


def texts(conn: Conn, ids: list[int]) -> list[TimelineText]:
    """Return the messages with these ids, in the order of their ids."""
    with conn.cursor(row_factory=class_row(_ReceiptRow)) as cursor:
        rows = cursor.execute(
            "SELECT message_id, at, gateway, status, word, reason, part FROM ("
            "SELECT message_id, at, gateway, status, word, reason, part, id FROM receipts"
            " WHERE message_id = ANY(%(ids)s) UNION ALL"
            " SELECT id, delivered_at, gateway, 'delivered', heard, NULL, NULL, NULL FROM messages"
            " WHERE id = ANY(%(ids)s) AND heard IS NOT NULL) AS came ORDER BY at, id",
            {"ids": ids},
        ).fetchall()
    receipts: dict[int, list[CarrierReceipt]] = {}
    for row in rows:
        receipt = CarrierReceipt(row.at, row.gateway, row.status, row.word, row.reason, row.part)
        receipts.setdefault(row.message_id, []).append(receipt)
    found = conn.execute(
        "SELECT m.id, m.at, direction, phone, body, gateway, status, error,"
        " CASE WHEN carrier_at BETWEEN '2000-01-01' AND '2100-01-01' THEN carrier_at END, template,"
        " language, segments, lane, not_after, m.attempts, sent_at, m.delivered_at, sprint_id,"
        " a.number, purged_at, channel, m.variables, m.said"
        " FROM messages m LEFT JOIN articles a ON a.id = m.article_id"
        " WHERE m.id = ANY(%s) ORDER BY m.id",
        (ids,),
    ).fetchall()
    return [_text(row, receipts.get(row[0], ())) for row in found]


def _text(row: tuple[Any, ...], receipts: Sequence[CarrierReceipt]) -> TimelineText:
    said = row[-1]
    found = TimelineText(*row[:-1])
    return replace(
        found,
        body=wording.body_of(found.body, said),
        variables=wording.values_of(found.variables, said),
        receipts=tuple(receipts),
    )


def unreadable(conn: Conn, phone: str | None, reader: Onlooker) -> list[TimelineText]:
    """Return the newest unreadable messages, the newest first; `phone` None: of unknown callers.

    Withheld callers are among these, and calls to a number of ours that means nothing.
    """
    whose = "phone IS NULL" if phone is None else "phone = %(phone)s"
    rows = conn.execute(
        f"SELECT id FROM messages WHERE {whose} AND direction = 'in'"  # noqa: S608
        " AND status = 'unreadable' ORDER BY id DESC LIMIT %(most)s",
        {"phone": phone, "most": PAGE},
    ).fetchall()
    access.listed(conn, reader, len(rows), "unreadable texts")
    return texts(conn, [row[0] for row in rows])[::-1]


def sent_by(conn: Conn, sprint_id: int) -> list[int]:
    """Return the ids of the messages that a sprint sent."""
    rows = conn.execute(
        "SELECT m.id FROM sprints s JOIN conversations c ON c.id = s.conversation_id"
        " JOIN messages m ON m.phone = c.whose AND m.at = s.at AND m.sprint_id = s.id"
        " WHERE s.id = %s ORDER BY m.id",
        (sprint_id,),
    ).fetchall()
    return [row[0] for row in rows]


def _texts(conn: Conn, ids: list[int]) -> dict[int, Entry]:
    return {text.id: text for text in texts(conn, ids)}


@dataclass(frozen=True)
class _ReceiptRow(CarrierReceipt):
    message_id: int


def _screens(conn: Conn, ids: list[int]) -> dict[int, Entry]:
    with conn.cursor(row_factory=class_row(TimelineScreen)) as cursor:
        found = cursor.execute(
            "SELECT h.session_id AS session, h.position, h.at, d.phone, d.service, h.typed,"
            " h.body, h.ends FROM ussd_hops h JOIN ussd_sessions d ON d.id = h.session_id"
            " WHERE (h.session_id, h.position) IN (SELECT id / %(hops)s, id %% %(hops)s"
            " FROM unnest(%(ids)s::bigint[]) AS id)",
            {"ids": ids, "hops": HOPS},
        ).fetchall()
    return {each.session * HOPS + each.position: each for each in found}


def _sprints(conn: Conn, ids: list[int]) -> dict[int, Entry]:
    return {
        each.id: SprintLine(
            each.id,
            each.at,
            each.whose,
            each.machine,
            each.message_id,
            each.event["kind"],
            each.state_before["state"],
            each.state_after["state"],
            [act["kind"] for act in each.decision["acts"]],
            each.proof,
        )
        for each in sprints.several(conn, ids)
    }


def _happened(conn: Conn, ids: list[int]) -> dict[int, Entry]:
    with conn.cursor(row_factory=class_row(TimelineEvent)) as cursor:
        found = cursor.execute(
            "SELECT e.id, e.at, e.kind, a.number AS article, e.data FROM events e"
            " LEFT JOIN articles a ON a.id = e.article_id WHERE e.id = ANY(%s)",
            (ids,),
        ).fetchall()
    return {each.id: each for each in found}
