"""USSD sessions as rows: the state of each, and every screen that it showed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from psycopg.types.json import Jsonb

from store import keyring
from store.database import PLANNED_ONCE, Conn

CALL: Final = "call"
"""What a call that we made has in the place of a dialled service code."""


@dataclass(frozen=True)
class Key:
    """The identity of a session: the carrier's id, the telephone and the service together."""

    gateway: str
    session: str
    phone: str
    service: str


@dataclass(frozen=True)
class UssdSession:
    """One session, its row locked. `seen`: length of the text answered last, 0 of a new session.

    `place`: the person's position in the menus as JSON, empty of a new session. `digest_key`: the
    number of the key of all its digests.
    """

    id: int
    place: dict[str, Any]
    hops: int
    seen: int
    digest: bytes | None
    ended: bool
    digest_key: int


@dataclass(frozen=True)
class Hop:
    """One screen shown. `typed` is masked."""

    digest: bytes
    seen: int
    typed: str
    screen: str
    body: str
    ends: bool


_FIND = f"""
SELECT id, place, hops, seen, digest, ended_at IS NOT NULL, digest_key, {PLANNED_ONCE}
FROM ussd_sessions
WHERE gateway = %s AND carrier_id = %s AND phone = %s AND service = %s FOR UPDATE
"""  # noqa: S608
_BEGIN = """
INSERT INTO ussd_sessions (gateway, carrier_id, phone, service, begun_at, at, digest_key, place)
VALUES (%s, %s, %s, %s, %s, %s, %s, '{}')
ON CONFLICT (gateway, carrier_id, phone, service) DO NOTHING
"""


def lock(conn: Conn, key: Key, now: datetime) -> UssdSession:
    """Lock the session of `key`; begin it where it is new."""
    named = [key.gateway, key.session, key.phone, key.service]
    row = conn.execute(_FIND, named).fetchone()
    if row is None:
        conn.execute(_BEGIN, [*named, now, now, keyring.current(conn, "digests")])
        row = conn.execute(_FIND, named).fetchone()
    assert row is not None
    return UssdSession(*row[:7])


def shown(conn: Conn, session: UssdSession, digest: bytes) -> Hop | None:
    """Return the screen that answered exactly this text before, if one did."""
    row = conn.execute(
        "SELECT digest, typed, screen, body, ends FROM ussd_hops"
        " WHERE session_id = %s AND digest = %s",
        [session.id, digest],
    ).fetchone()
    return Hop(row[0], session.seen, *row[1:]) if row else None


def record(
    conn: Conn, session: UssdSession, place: dict[str, Any], hop: Hop, now: datetime
) -> None:
    """Write the screen shown and the session's new place."""
    conn.execute(
        "WITH shown AS (INSERT INTO ussd_hops"
        " (session_id, position, at, digest, typed, screen, body, ends)"
        " VALUES (%(session)s, %(position)s, %(now)s, %(digest)s, %(typed)s, %(screen)s, %(body)s,"
        " %(ends)s))"
        " UPDATE ussd_sessions SET place = %(place)s, hops = hops + 1, seen = %(seen)s,"
        " digest = %(digest)s, at = %(now)s, ended_at = %(ended_at)s WHERE id = %(session)s",
        {
            "session": session.id,
            "position": session.hops + 1,
            "now": now,
            "digest": hop.digest,
            "typed": hop.typed,
            "screen": hop.screen,
            "body": hop.body,
            "ends": hop.ends,
            "place": Jsonb(place),
            "seen": hop.seen,
            "ended_at": now if hop.ends else None,
        },
    )


def last_shown(conn: Conn, session: UssdSession, screen: str | None = None) -> Hop | None:
    """Return what was shown last in `session`; of `screen` alone, if it is given."""
    row = conn.execute(
        "SELECT digest, typed, screen, body, ends FROM ussd_hops WHERE session_id = %(session)s"
        " AND (%(screen)s::text IS NULL OR screen = %(screen)s) ORDER BY position DESC LIMIT 1",
        {"session": session.id, "screen": screen},
    ).fetchone()
    return Hop(row[0], session.seen, *row[1:]) if row else None


def is_over(conn: Conn, key: Key) -> bool:
    """Tell whether the session of `key` has shown its last screen, or there is none."""
    row = conn.execute(
        "SELECT ended_at IS NULL FROM ussd_sessions"
        " WHERE gateway = %s AND carrier_id = %s AND phone = %s AND service = %s",
        [key.gateway, key.session, key.phone, key.service],
    ).fetchone()
    return row is None or not row[0]


def was_taken_up(conn: Conn, gateway: str, carrier_id: str) -> bool:
    """Tell whether somebody, or a mailbox, took this call up and was spoken to."""
    row = conn.execute(
        "SELECT EXISTS (SELECT FROM ussd_sessions"
        " WHERE gateway = %s AND carrier_id = %s AND service = %s)",
        [gateway, carrier_id, CALL],
    ).fetchone()
    return row == (True,)


def keep_place(conn: Conn, session: UssdSession, place: dict[str, Any]) -> None:
    """Write the session's place where nothing new is shown."""
    conn.execute("UPDATE ussd_sessions SET place = %s WHERE id = %s", [Jsonb(place), session.id])


def end(conn: Conn, key: Key, now: datetime) -> None:
    """End the session, as the carrier says. One that is unknown or over is left unchanged."""
    conn.execute(
        "UPDATE ussd_sessions SET ended_at = %s WHERE gateway = %s AND carrier_id = %s"
        " AND phone = %s AND service = %s AND ended_at IS NULL",
        [now, key.gateway, key.session, key.phone, key.service],
    )


def take_over(
    conn: Conn, session: UssdSession, key: Key, within: timedelta, now: datetime
) -> dict[str, Any] | None:
    """Return the place where this telephone's last session with this service was interrupted.

    None unless that was `within` this time. All its open sessions end: a telephone has one at a
    time.
    """
    rows = conn.execute(
        "UPDATE ussd_sessions SET ended_at = %s WHERE phone = %s AND service = %s"
        " AND ended_at IS NULL AND id <> %s RETURNING at, place",
        [now, key.phone, key.service, session.id],
    ).fetchall()
    recent = [(at, place) for at, place in rows if place and now - at <= within]
    return max(recent, key=lambda each: each[0])[1] if recent else None


def in_use(conn: Conn, now: datetime) -> dict[int, int]:
    """Return how many sessions each key has that may go on, those of the last hour."""
    rows = conn.execute(
        "SELECT digest_key, count(*) FROM ussd_sessions WHERE ended_at IS NULL"
        " AND at > %s - interval '1 hour' GROUP BY digest_key",
        [now],
    ).fetchall()
    return dict(rows)
