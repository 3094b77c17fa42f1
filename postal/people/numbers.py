"""Whether a telephone may be another person's by now, and what speaks for it.

A number that its operator withdrew is given out again some 90 days later, and the next person would
get the code. So a telephone in doubt is asked before a code goes out (flows/recipient/states.py,
`ask_number`; docs/developing/trust.md rule 18). Who has it confirms it by writing `1`; nothing else
ends a doubt, as a receipt says that a handset took a text and not whose it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, Literal

from psycopg.rows import class_row

from flows.events import Language
from store.database import Conn

Doubt = Literal["withdrawn", "denied", "looked_up"]
DOUBTS: Final[tuple[Doubt, ...]] = ("withdrawn", "denied", "looked_up")

_CONFIRMED_FOR: Final = timedelta(days=180)
"""How long the person's own word outweighs what others say of a telephone."""
_RECEIPTS_SEEN: Final = 20

# The stronger reason replaces the weaker: the operator's, a look-up's, a text from there (which
# alone does not speak against asking that telephone).
_DOUBT: Final = """
    UPDATE phones SET doubt = %(why)s, doubted_at = %(now)s
    WHERE phone = %(phone)s AND (doubt IS NULL OR doubt = 'denied' AND %(why)s <> 'denied')
      AND (confirmed_at IS NULL OR confirmed_at <= %(believed)s)
"""
_WITHDRAWN: Final = """
    UPDATE phones p SET doubt = 'withdrawn', doubted_at = %(now)s
    FROM withdrawn_numbers w
    WHERE w.phone = p.phone AND w.phone = ANY(%(phones)s) AND p.doubt IS DISTINCT FROM 'withdrawn'
      AND (p.confirmed_at IS NULL OR p.confirmed_at < w.withdrawn_on + interval '1 day')
      AND NOT EXISTS (  -- its own `1` since then that was answered by what it asked for
        SELECT FROM conversations c JOIN sprints s ON s.conversation_id = c.id
        WHERE c.whose = p.phone AND c.machine = 'recipient'
          AND s.at >= w.withdrawn_on + interval '1 day'
          AND s.event_kind = 'Yes' AND s.proof IN ('text', 'quoted') AND s.acts <> '')
"""
CONFIRM: Final = (
    "UPDATE phones SET doubt = NULL, doubted_at = NULL, confirmed_at = %(now)s"
    " WHERE phone = %(phone)s AND doubt IS NOT NULL"
)
"""SQL that ends the doubt about a telephone, by its own word."""


def doubt_looked_up(conn: Conn, phone: str, language: Language, now: datetime) -> None:
    """Put a telephone (E.164) in doubt, of which a look-up says that it is no mobile, or another's.

    Not one that was confirmed lately: a look-up may be wrong. One of which nothing is known yet
    speaks `language`.
    """
    conn.execute(
        "INSERT INTO phones (phone, language) VALUES (%s, %s) ON CONFLICT DO NOTHING",
        [phone, language],
    )
    values = {"phone": phone, "why": "looked_up", "now": now, "believed": now - _CONFIRMED_FOR}
    conn.execute(_DOUBT, values)


def doubt_denied(conn: Conn, phone: str, now: datetime) -> None:
    """Put a telephone in doubt that wrote "not mine" of an article: the next one is asked first."""
    values = {"phone": phone, "why": "denied", "now": now, "believed": now}
    conn.execute(_DOUBT, values)


def doubt_withdrawn(conn: Conn, phones: Sequence[str], now: datetime) -> int:
    """Put those telephones in doubt that were withdrawn and not confirmed since.

    Return how many were. Those of a booking: the sender may have them from an old address book.
    """
    return conn.execute(_WITHDRAWN, {"phones": list(phones), "now": now}).rowcount


def doubt_named(conn: Conn, phone: str, language: Language, now: datetime) -> None:
    """Put a telephone that is an article's from now on in doubt, where it was withdrawn.

    One of which nothing is known yet speaks `language`.
    """
    conn.execute(
        "INSERT INTO phones (phone, language) SELECT phone, %(language)s FROM withdrawn_numbers"
        " WHERE phone = %(phone)s ON CONFLICT DO NOTHING",
        {"phone": phone, "language": language},
    )
    conn.execute(_WITHDRAWN, {"phones": [phone], "now": now})


@dataclass(frozen=True)
class ListedNumbers:
    """What became of a list of withdrawn numbers: how many are new, and how many are in doubt."""

    new: int
    doubted: int


def list_withdrawn(conn: Conn, numbers: Iterable[tuple[str, date]], now: datetime) -> ListedNumbers:
    """Keep numbers (E.164) with the day on which they were withdrawn; doubt those in the books.

    One that is withdrawn a second time keeps the later day.
    """
    conn.execute("CREATE TEMPORARY TABLE listed (phone text, day date) ON COMMIT DROP")
    with conn.cursor() as cursor, cursor.copy("COPY listed FROM STDIN") as copy:
        for each in numbers:
            copy.write_row(each)
    new = conn.execute(
        "INSERT INTO withdrawn_numbers AS w (phone, withdrawn_on)"
        " SELECT phone, max(day) FROM listed GROUP BY phone ORDER BY phone"
        " ON CONFLICT (phone) DO UPDATE SET withdrawn_on = excluded.withdrawn_on"
        " WHERE w.withdrawn_on < excluded.withdrawn_on"
    ).rowcount
    known = conn.execute("SELECT phone FROM listed JOIN phones USING (phone) ORDER BY phone")
    doubted = doubt_withdrawn(conn, [row[0] for row in known.fetchall()], now)
    return ListedNumbers(new, doubted)


@dataclass(frozen=True)
class KnownNumber:
    """What is known of a telephone. `booked_at`: since when articles are sent to it."""

    doubt: Doubt | None
    doubted_at: datetime | None
    confirmed_at: datetime | None
    withdrawn_on: date | None
    received_at: datetime | None  # the last receipt that a text arrived
    wrote_at: datetime | None
    called_at: datetime | None
    booked_at: datetime | None
    line: str | None  # by a look-up
    operator: str | None
    do_not_disturb: bool | None
    call_tongue: str | None = None  # bho: its calls are in Bhojpuri


_KNOWN: Final = """
SELECT p.call_tongue, p.doubt, p.doubted_at, p.confirmed_at, w.withdrawn_on,
    (SELECT max(delivered_at) FROM (
        SELECT delivered_at FROM messages WHERE phone = one.phone AND direction = 'out'
        ORDER BY at DESC, id DESC LIMIT %(seen)s) AS lately) AS received_at,
    (SELECT at FROM messages WHERE phone = one.phone AND direction = 'in' AND channel = 'text'
     ORDER BY at DESC, id DESC LIMIT 1) AS wrote_at,
    (SELECT at FROM messages WHERE phone = one.phone AND direction = 'in' AND channel = 'voice'
     ORDER BY at DESC, id DESC LIMIT 1) AS called_at,
    (SELECT min(booked_at) FROM articles WHERE recipient_phone = one.phone) AS booked_at,
    l.line, l.operator, l.do_not_disturb
FROM (SELECT %(phone)s::text AS phone) AS one
LEFT JOIN phones p ON p.phone = one.phone
LEFT JOIN withdrawn_numbers w ON w.phone = one.phone
LEFT JOIN number_lookups l ON l.phone = one.phone
"""


def known(conn: Conn, phone: str) -> KnownNumber:
    """Return what is known of a telephone; of one that nobody named, nothing."""
    with conn.cursor(row_factory=class_row(KnownNumber)) as cursor:
        found = cursor.execute(_KNOWN, {"phone": phone, "seen": _RECEIPTS_SEEN}).fetchone()
    assert found is not None
    return found


@dataclass(frozen=True)
class DoubtFigures:
    """Telephones in doubt by reason, and what became of those that were asked in the last days."""

    doubted: dict[Doubt, int]
    asked: int
    confirmed: int
    denied: int


def figures(conn: Conn, since: datetime) -> DoubtFigures:
    """Return how many telephones are in doubt now, and were asked, since when, with what answer."""
    rows = conn.execute(
        "SELECT doubt, count(*) FROM phones WHERE doubt IS NOT NULL GROUP BY doubt"
    ).fetchall()
    counted: dict[str, int] = dict(rows)
    row = conn.execute(
        "SELECT count(DISTINCT m.phone),"
        " count(DISTINCT m.phone) FILTER (WHERE p.confirmed_at >= m.at),"
        " count(DISTINCT m.phone) FILTER (WHERE EXISTS (SELECT FROM moves v"
        "   WHERE v.article_id = m.article_id AND v.by = 'denial' AND v.ended_at >= m.at))"
        " FROM messages m LEFT JOIN phones p ON p.phone = m.phone"
        " WHERE m.template = 'number_asked' AND m.at >= %s",
        (since,),
    ).fetchone()
    assert row is not None
    return DoubtFigures({each: counted.get(each, 0) for each in DOUBTS}, *row)
