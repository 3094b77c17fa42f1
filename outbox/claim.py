"""The claim: due messages taken from the queue under a lease, by lane, without waiting."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final
from uuid import UUID

from psycopg.rows import class_row, kwargs_row

from messages.catalogue import Channel, Lane
from outbox.due import LEASE, Claim, DueMessage, Patience, TakenMessage
from outbox.lanes import LANES, SPOKEN
from outbox.related import ARRIVED, regarded, wait_for_line
from store import feed, wording
from store.database import PLANNED_ONCE, Conn

# A message that no carrier may take now is due again after this.
_NO_CARRIER: Final = timedelta(seconds=5)
_NO_CARRIER_FOR_CODE: Final = timedelta(seconds=2)

_NO_CALLS: Final[Mapping[Lane, int]] = MappingProxyType({})

# The queue finds the messages; the message, which is locked, decides whether it is due. By two
# statements: one that joined them would be planned for every month of messages, and lane by lane.
_ARM = """
    SELECT id, channel, lane FROM (
        SELECT message_id AS id, channel, lane FROM outbox
        WHERE channel = '{channel}' AND lane = '{lane}' AND due <= %(now)s
              AND held_until IS NULL AND message_id <> ALL (%(besides)s)
        ORDER BY due, message_id LIMIT {most}) AS {channel}_{lane}
"""
_LOCK: Final = """
    SELECT id FROM messages
    WHERE id = ANY (%(ids)s) AND status IN ('queued', 'unknown') AND next_attempt_at <= %(now)s
    FOR UPDATE SKIP LOCKED
"""
_LOOKS: Final = 5  # into the queue, where other workers have locked what was found
# The rows are locked: what is read of them is what will be sent. What other messages say about them
# is asked apart (outbox/related.py).
_DUE: Final = """
    SELECT due.id, due.status, due.channel, due.lane, due.phone, due.template, due.language,
           due.body, due.said, due.not_after, due.attempts, due.gateway, due.carrier_id,
           due.first_tried_at, due.article_id, due.code_id, codes.issue AS code_issue,
           codes.key AS code_key, articles.code_salt, codes.item_id AS check_item,
           codes.check_key, due.quote, due.quote_key,
           coalesce(about.code_salt, CASE WHEN due.quote IS NOT NULL THEN
               (SELECT h.salt FROM households h WHERE h.phone = due.phone) END) AS salt,
           due.given, due.again_of, due.via,
           about.sender_phone AS sender, due.request_id, due.variables,
           CASE WHEN due.not_after <= %(now)s THEN coalesce(due.error, 'deadline over')
                WHEN codes.used_at IS NOT NULL OR codes.dead_at IS NOT NULL
                     OR codes.expires_at <= %(now)s THEN 'code dead' END AS obstacle
    FROM messages due LEFT JOIN codes ON codes.id = due.code_id
             LEFT JOIN articles ON articles.id = codes.article_id
             LEFT JOIN articles about ON about.id = due.article_id
    WHERE due.id = ANY (%(ids)s)
"""
_LEASE = """
    UPDATE messages
    SET status = 'sending', lease = %(lease)s, leased_until = %(until)s,
        leased_by = %(worker)s, gateway = taken.gateway,
        attempts = messages.attempts + 1, first_tried_at = coalesce(first_tried_at, %(now)s),
        given = CASE WHEN taken.gateway = ANY(given) THEN given
                ELSE array_append(given, taken.gateway) END,
        confirm_by = coalesce(taken.confirm_by, messages.confirm_by)
    FROM unnest(%(ids)s::bigint[], %(gateways)s::text[], %(confirms)s::timestamptz[])
         AS taken (id, gateway, confirm_by)
    WHERE messages.id = taken.id AND messages.id = ANY (%(ids)s)
"""
# No carrier may take it: it waits, as does one whose second send is under way.
_PUT_OFF = """
    UPDATE messages SET next_attempt_at = least(not_after, %s) WHERE id = ANY(%s)
"""
_EXPIRE = """
    UPDATE messages SET status = 'expired', error = over.error, lease = NULL, leased_until = NULL
    FROM unnest(%s::bigint[], %s::text[]) AS over (id, error)
    WHERE messages.id = over.id
"""


@dataclass(frozen=True)
class _Place:
    """A locked row's place in the queue."""

    id: int
    channel: Channel
    lane: Lane


def claim(
    conn: Conn,
    shares: Mapping[Lane, int],
    most_others: int,
    lease: UUID,
    gateway_for: Callable[[DueMessage], str | None],
    now: datetime,
    patience_for: Callable[[DueMessage], Patience | None] = lambda due: None,
    worker: int | None = None,
    most_rings: int = 0,
    anew: Callable[[DueMessage], bool] = lambda due: False,
) -> Claim:
    """Lease due messages: per lane its share, then what other lanes left unused.

    The sum of `shares` limits all texts, `most_others` those outside of the code lane. Calls have a
    limit of their own: `most_rings` of them, codes first, whatever else is due.
    Messages past their deadline, and codes that are dead or used by now, become `expired`, with an
    event. No other worker gets a leased message before LEASE is over. A message of unknown outcome
    stays with its gateway and is looked up, except where `anew` says to send it as if it were
    queued; `gateway_for` chooses for the others, or puts them off (None).
    `patience_for`: how long a code waits before it goes by another carrier too, if it may.
    `worker`: the number of the worker (`outbox/worker_lease.py`). A call waits while its line has
    another one.
    """
    found = _lock(conn, shares, dict.fromkeys(SPOKEN, most_rings), (), now)
    texts = [place for place in found if place.channel == "text"]
    rings = sorted(
        (place for place in found if place.channel == "voice"),
        key=lambda place: SPOKEN.index(place.lane),
    )[:most_rings]
    left = sum(shares.values()) - len(texts)
    left_others = most_others - sum(1 for place in texts if place.lane != "code")
    for lane in LANES:
        filled = shares[lane] and sum(1 for each in texts if each.lane == lane) == shares[lane]
        # A lane without a share may use what the others leave.
        most = left if lane == "code" else min(left, left_others)
        if most > 0 and (filled or not shares[lane]):
            more = _lock(conn, {lane: most}, _NO_CALLS, texts, now)
            texts += more
            left -= len(more)
            left_others -= len(more) if lane != "code" else 0
    dues = _read(conn, [*texts, *rings], now)
    expired = [due for due in dues if due.obstacle]
    going: list[TakenMessage] = []
    answers: list[datetime | None] = []  # by when each is due
    put_off: list[DueMessage] = []
    waiting = wait_for_line(conn, [due for due in dues if not due.obstacle], now)
    for due in dues:
        if due.obstacle:
            continue
        if due.status == "unknown" and anew(due):
            due = replace(due, status="queued")
        gateway = (due.status == "unknown" and due.gateway) or gateway_for(due)
        if gateway and due.id not in waiting:
            tried = due.first_tried_at or now
            patience = patience_for(due)
            confirm_by = tried + patience.receipt if patience else None
            going.append(TakenMessage(due, lease, gateway, now + LEASE, tried, confirm_by))
            # A look-up sends no text: the earlier time limit stays.
            answers.append(now + patience.answer if patience and due.status == "queued" else None)
        else:
            put_off.append(due)
    taken = tuple(going)
    if expired:
        _expire(conn, expired, now)
    for wait, some in (
        (_NO_CARRIER_FOR_CODE, [due.id for due in put_off if due.lane == "code"]),
        (_NO_CARRIER, [due.id for due in put_off if due.lane != "code"]),
    ):
        if some:
            conn.execute(_PUT_OFF, (now + wait, some))
    if taken:
        conn.execute(
            _LEASE,
            {
                "lease": lease,
                "until": now + LEASE,
                "now": now,
                "ids": [each.due.id for each in taken],
                "gateways": [each.gateway for each in taken],
                "confirms": answers,
                "worker": worker,
            },
        )
    return Claim(taken, len(expired), len(put_off))


def _lock(
    conn: Conn,
    texts: Mapping[Lane, int],
    calls: Mapping[Lane, int],
    besides: Sequence[_Place],
    now: datetime,
) -> list[_Place]:
    """Lock what is due, as many of each lane as `texts` and `calls` say, not those `besides`."""
    left: dict[tuple[Channel, Lane], int] = {
        **{("text", lane): most for lane, most in texts.items()},
        **{("voice", lane): most for lane, most in calls.items()},
    }
    locked: list[_Place] = []
    seen = [place.id for place in besides]  # SKIP LOCKED does not skip our own locks
    for _ in range(_LOOKS):
        found = _find(conn, left, seen, now)
        if not found:
            break
        ids = [place.id for place in found]
        ours = {row[0] for row in conn.execute(_LOCK, {"ids": ids, "now": now}).fetchall()}
        got = [place for place in found if place.id in ours]
        locked += got
        if len(got) == len(found):
            break
        seen += ids
        for place in got:
            left[place.channel, place.lane] -= 1
    return locked


def _find(
    conn: Conn, left: Mapping[tuple[Channel, Lane], int], besides: Sequence[int], now: datetime
) -> list[_Place]:
    """Return what the queue says is due, up to so many of each lane."""
    arms = " UNION ALL ".join(
        _ARM.format(channel=channel, lane=lane, most=int(most))
        for (channel, lane), most in left.items()
        if most > 0
    )
    if not arms:
        return []
    # Not prepared: a generic plan does not know how small the limits are and reads a whole lane.
    with conn.cursor(row_factory=class_row(_Place)) as cursor:
        values = {"now": now, "besides": list(besides)}
        return cursor.execute(arms.encode(), values, prepare=False).fetchall()


def _read(conn: Conn, places: Sequence[_Place], now: datetime) -> list[DueMessage]:
    """Read what was locked, in its order."""
    if not places:
        return []
    conn.execute(f"SELECT {PLANNED_ONCE}")
    ids = [place.id for place in places]
    with conn.cursor(row_factory=kwargs_row(wording.read(DueMessage))) as cursor:
        rows = cursor.execute(_DUE, {"now": now, "ids": ids}).fetchall()
    found = {due.id: due for due in rows}
    return regarded(conn, [found[id_] for id_ in ids])


def _expire(conn: Conn, dues: Sequence[DueMessage], now: datetime) -> None:
    conn.execute(_EXPIRE, ([due.id for due in dues], [due.obstacle for due in dues]))
    feed.append_many(
        conn,
        [
            feed.NewEvent(
                "message_expired",
                due.article_id,
                now,
                {"message": due.id, "lane": due.lane, "template": due.template},
            )
            for due in dues
            if not (due.obstacle == ARRIVED or due.again_of or due.elsewhere)
        ],
    )
