"""Which telephones of articles a service for look-ups is asked about, and what it said.

Whatever gives an article a telephone says so in the feed: a booking, a correction by whomever, a
nominee who agreed. So the feed is read, by a cursor of its own, and no act waits for a look-up, or
has to think of one. Each telephone is asked about once in 90 days, about as long as a withdrawn
number rests, and three times at most where no answer comes. Those of staff are not asked about.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from gateways.lookups.base import LookedUp
from messages.catalogue import Language
from postal.people import numbers
from store import feed
from store.database import Conn
from store.feed_kinds import ArticleKind

NAMED_BY: Final[frozenset[ArticleKind]] = frozenset(
    {"article_booked", "recipient_corrected", "nominee_agreed"}
)
"""The kinds of the feed after which an article may have a telephone that it did not have."""

_READ_AT_ONCE: Final = 2_000

# The first time all that was booked before is as old as it is. Until 0055 bookings were read by the
# highest article.
_BEGIN: Final = """
    INSERT INTO lookups_read (position) SELECT coalesce(
        (SELECT max(position) FROM events
         WHERE article_id = (SELECT max(article_id) FROM number_lookups)),
        (SELECT max(position) FROM events), 0)
    WHERE NOT EXISTS (SELECT FROM lookups_read)
    ON CONFLICT DO NOTHING
"""
_NAMED: Final = """
    INSERT INTO number_lookups AS l (phone, article_id, asked_at, attempts)
    SELECT DISTINCT ON (named.phone) named.phone, a.id, %(now)s, 0
    FROM articles a
    LEFT JOIN nominees n
        ON n.article_id = a.id AND n.agreed_at IS NOT NULL AND n.ended_at IS NULL
    CROSS JOIN LATERAL (VALUES (a.recipient_phone), (n.phone)) AS named (phone)
    WHERE a.id = ANY (%(articles)s) AND named.phone IS NOT NULL
      AND NOT EXISTS (SELECT FROM staff s WHERE s.phone = named.phone AND s.active)
      AND NOT EXISTS (SELECT FROM offices o WHERE o.phone = named.phone)
    ORDER BY named.phone, a.id DESC
    ON CONFLICT (phone) DO UPDATE SET article_id = excluded.article_id,
        asked_at = excluded.asked_at, attempts = 0, answered_at = NULL
    WHERE l.asked_at < excluded.asked_at - interval '90 days'
"""
_CLAIM: Final = """
    UPDATE number_lookups SET asked_at = %(now)s, attempts = attempts + 1
    WHERE phone = (SELECT phone FROM number_lookups
                   WHERE answered_at IS NULL AND attempts < 3
                     AND (attempts = 0 OR asked_at < %(now)s - interval '1 minute')
                   ORDER BY asked_at LIMIT 1 FOR UPDATE SKIP LOCKED)
    RETURNING phone
"""


def read_feed(conn: Conn, now: datetime) -> int:
    """Note the telephones that articles got since the last time; return how many events were read.

    Use a short transaction of its own: see `feed.read`. One process reads at a time.
    """
    conn.execute(_BEGIN)
    row = conn.execute("SELECT position FROM lookups_read FOR UPDATE SKIP LOCKED").fetchone()
    events = feed.read(conn, row[0], _READ_AT_ONCE) if row is not None else []
    if not events:
        return 0
    articles = {each.article_id for each in events if each.kind in NAMED_BY}
    if articles:
        conn.execute(_NAMED, {"articles": list(articles), "now": now})
    conn.execute("UPDATE lookups_read SET position = %s", [events[-1].position])
    return len(events)


def claim(conn: Conn, now: datetime) -> str | None:
    """Return the telephone that is to be asked about next; None: none is due."""
    row = conn.execute(_CLAIM, {"now": now}).fetchone()
    return None if row is None else str(row[0])


def answered(
    conn: Conn, phone: str, found: LookedUp, default_language: Language, now: datetime
) -> None:
    """Keep what the service said; one that may be nobody's, or another's, is in doubt.

    `default_language`: of a telephone that nobody wrote to yet.
    """
    conn.execute(
        "UPDATE number_lookups SET answered_at = %s, line = %s, operator = %s,"
        " do_not_disturb = %s WHERE phone = %s",
        (now, found.line, found.operator, found.do_not_disturb, phone),
    )
    if found.is_doubtful(now):
        numbers.doubt_looked_up(conn, phone, default_language, now)
