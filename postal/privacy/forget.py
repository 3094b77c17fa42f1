"""Forgetting a person: an unassignable number replaces the telephone everywhere.

What happened stays, and replays alike: every record holds the same substitute.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from india.phone import masked
from store import feed
from store.chains import redact
from store.chains.redact import Removing, StandIn
from store.database import Conn
from store.refusals import Conflict, Unknown

# ITU-T E.164 keeps country code 999 in reserve: no such number can be dialled, booked or texted.
_STAND_IN = "+999"
_DIGITS = 10


@dataclass(frozen=True)
class Forgotten:
    """The number of rewritten records of each kind."""

    texts: int
    articles: int
    sprints: int


class NotForgettable(Conflict):
    """Something must end first; each sentence says what."""

    def __init__(self, phone: str, what: list[str]) -> None:
        super().__init__(f"{masked(phone)} cannot be forgotten yet: {'; '.join(what)}")


class NothingKnown(Unknown):
    """Nothing is stored of that telephone."""

    sentence = "nothing is stored of this telephone"


def forget(conn: Conn, phone: str, by: Removing) -> Forgotten:
    """Forget the person of `phone` (E.164), in the caller's transaction, as the purging role.

    Raise `NotForgettable` and `NothingKnown`.
    """
    stored = conn.execute(
        "SELECT EXISTS (SELECT FROM conversations WHERE whose = %(phone)s)"
        " OR EXISTS (SELECT FROM messages WHERE phone = %(phone)s)"
        " OR EXISTS (SELECT FROM articles WHERE recipient_phone = %(phone)s)"
        " OR EXISTS (SELECT FROM articles WHERE sender_phone = %(phone)s)"
        " OR EXISTS (SELECT FROM booking_items WHERE recipient_phone = %(phone)s)"
        " OR EXISTS (SELECT FROM booking_groups WHERE sender_phone = %(phone)s)"
        " OR EXISTS (SELECT FROM requests WHERE phone = %(phone)s)"
        " OR EXISTS (SELECT FROM phones WHERE phone = %(phone)s)"
        " OR EXISTS (SELECT FROM waiting_texts WHERE phone = %(phone)s)"
        " OR EXISTS (SELECT FROM exceptions WHERE phone = %(phone)s)"
        " OR EXISTS (SELECT FROM import_rows WHERE names_phone(cells, %(phone)s))",
        {"phone": phone},
    ).fetchone()
    if stored == (False,):
        raise NothingKnown
    _refuse(conn, phone)
    other = _STAND_IN + "".join(str(secrets.randbelow(10)) for _ in range(_DIGITS))
    values = {
        "phone": phone,
        "other": other,
        "digits": phone[-10:],
        "now": by.at,
    }
    around = _around(conn, phone)
    sprints = redact.forget_in_sprints(conn, StandIn(phone, other), around, by)
    redact.forget_in_access_log(conn, StandIn(phone, other), by)
    conn.execute(_NAMED_IN_TEXTS, {**values, "around": around})
    conn.execute(_NAMED_IN_DIALS, {**values, "around": around})
    texts = conn.execute(_TEXTS, values).rowcount
    conn.execute(_EXCEPTED, values)
    articles = conn.execute(_RECEIVED, values).rowcount + conn.execute(_SENT, values).rowcount
    for statement in _ELSEWHERE:
        conn.execute(statement.encode(), values)
    feed.append(conn, "person_forgotten", None, by.at, {"reason": by.reason})
    return Forgotten(texts, articles, sprints)


def _refuse(conn: Conn, phone: str) -> None:
    rows = conn.execute(_UNDER_WAY, {"phone": phone}).fetchall()
    if rows:
        raise NotForgettable(phone, [row[0] for row in rows])


_UNDER_WAY = """
SELECT 'article ' || number || ' is ' || state FROM articles
WHERE %(phone)s IN (recipient_phone, sender_phone)
  AND state NOT IN ('delivered', 'returned', 'recalled')
UNION ALL
SELECT 'a booking of it is ' || state || ' at the counter (' || tr || ')' FROM booking_groups g
WHERE finished_at IS NULL AND (sender_phone = %(phone)s OR EXISTS
    (SELECT FROM booking_items WHERE group_id = g.id AND recipient_phone = %(phone)s))
UNION ALL
SELECT 'the telephone is asked to take ' || a.number FROM nominees n
JOIN articles a ON a.id = n.article_id WHERE n.phone = %(phone)s AND n.ended_at IS NULL
  AND a.state NOT IN ('delivered', 'returned', 'recalled')
UNION ALL
SELECT 'the code of ' || a.number || ' is asked to go to it' FROM moves m
JOIN articles a ON a.id = m.article_id WHERE m.to_phone = %(phone)s AND m.ended_at IS NULL
  AND a.state NOT IN ('delivered', 'returned', 'recalled')
UNION ALL
SELECT 'an office is asked whether the code of ' || a.number || ' may go to it' FROM exceptions x
JOIN articles a ON a.id = x.article_id WHERE x.phone = %(phone)s AND x.ended_at IS NULL
UNION ALL
SELECT 'ticket ' || id || ' is open' FROM tickets WHERE phone = %(phone)s AND closed_at IS NULL
UNION ALL
SELECT 'request ' || id || ' about it waits for a second person' FROM requests
WHERE phone = %(phone)s AND state = 'waiting'
UNION ALL
SELECT 'a text to it is still being sent' WHERE EXISTS (SELECT FROM messages
    WHERE phone = %(phone)s AND status IN ('queued', 'sending', 'unknown'))
UNION ALL
SELECT 'a text of it waits for its turn' WHERE EXISTS (SELECT FROM waiting_texts
    WHERE phone = %(phone)s)
UNION ALL
SELECT 'it is the telephone of staff ' || staff_id FROM staff
WHERE active AND %(phone)s IN (phone, next_phone)
UNION ALL
SELECT 'it is the telephone of the office ' || name FROM offices WHERE phone = %(phone)s
UNION ALL
SELECT DISTINCT 'it stands in the file of import ' || i.id || ', which is not done' FROM imports i
JOIN import_rows r ON r.import_id = i.id
WHERE i.finished_at IS NULL AND names_phone(r.cells, %(phone)s)
UNION ALL
SELECT 'the file of import ' || id || ' is just being read' FROM imports WHERE state = 'reading'
"""

_TEXTS = """
UPDATE messages SET phone = %(other)s, body = '', said = NULL, variables = NULL, error = NULL,
    purged_at = coalesce(purged_at, %(now)s) WHERE phone = %(phone)s
"""
# Others may have texted the number ("5 9876543210"): their words are removed too.
_NAMED_IN_TEXTS = """
UPDATE messages SET body = '', purged_at = coalesce(purged_at, %(now)s)
WHERE phone = ANY(%(around)s) AND direction = 'in'
  AND regexp_replace(body, '[^0-9]', '', 'g') LIKE '%%' || %(digits)s || '%%'
"""
_NAMED_IN_DIALS = """
UPDATE ussd_hops SET body = '', typed = '' WHERE session_id IN
    (SELECT id FROM ussd_sessions WHERE phone = ANY(%(around)s))
  AND regexp_replace(typed || body, '[^0-9]', '', 'g') LIKE '%%' || %(digits)s || '%%'
"""
# Whom a postman named at the door of another person's article: that is found by it later.
_EXCEPTED = """
UPDATE exceptions SET last4 = NULL,
    phone = CASE WHEN phone = %(phone)s THEN NULL ELSE phone END WHERE article_id IN
    (SELECT id FROM articles WHERE recipient_phone = %(phone)s) OR phone = %(phone)s
"""
_RECEIVED = """
UPDATE articles SET recipient_phone = %(other)s, recipient_name = '', recipient_address = '',
    authorised_person = NULL, document_last4 = NULL, digipin = NULL
WHERE recipient_phone = %(phone)s
"""
_SENT = (
    "UPDATE articles SET sender_phone = %(other)s, sender_name = '', sender_address = ''"
    " WHERE sender_phone = %(phone)s"
)
_ELSEWHERE = (
    "UPDATE booking_items SET recipient_phone = %(other)s, recipient_name = '',"
    " recipient_address = '', digipin = NULL WHERE recipient_phone = %(phone)s",
    "UPDATE booking_groups SET sender_phone = %(other)s, sender_name = '', sender_address = ''"
    " WHERE sender_phone = %(phone)s",
    "UPDATE conversations SET whose = %(other)s, context ="
    " replace(context::text, %(phone)s, %(other)s)::jsonb WHERE whose = %(phone)s",
    "UPDATE ussd_hops SET body = '', typed = '' WHERE session_id IN"
    " (SELECT id FROM ussd_sessions WHERE phone = %(phone)s)",
    "UPDATE ussd_sessions SET phone = %(other)s, place = '{}', purged_at = %(now)s"
    " WHERE phone = %(phone)s",
    "UPDATE nominees SET phone = %(other)s WHERE phone = %(phone)s",
    "UPDATE moves SET from_phone = %(other)s WHERE from_phone = %(phone)s",
    "UPDATE moves SET to_phone = %(other)s WHERE to_phone = %(phone)s",
    "UPDATE wrong_quotes SET phone = %(other)s WHERE phone = %(phone)s",
    "UPDATE tickets SET phone = %(other)s WHERE phone = %(phone)s",
    "UPDATE data_requests SET phone = %(other)s, note = '', answer = '' WHERE phone = %(phone)s"
    " AND outcome IS DISTINCT FROM 'refused'",
    "UPDATE data_requests SET phone = %(other)s, note = '', answer = '…' WHERE phone = %(phone)s",
    "UPDATE requests SET phone = %(other)s WHERE phone = %(phone)s",
    "UPDATE fraud_reports SET phone = %(other)s WHERE phone = %(phone)s",
    "UPDATE named_numbers SET phone = %(other)s WHERE phone = %(phone)s",
    "DELETE FROM named_numbers WHERE named = %(phone)s",
    "DELETE FROM inbound_floods WHERE phone = %(phone)s",
    "DELETE FROM pin_tries WHERE phone = %(phone)s",
    "UPDATE herd_warned SET phone = %(other)s WHERE phone = %(phone)s",
    "UPDATE staff SET phone = NULL WHERE phone = %(phone)s AND NOT active",
    "UPDATE import_rows SET cells = '{}' WHERE names_phone(cells, %(phone)s)",
    "DELETE FROM text_parts WHERE message_id IN (SELECT id FROM messages WHERE phone = %(other)s)",
    "DELETE FROM waiting_texts WHERE phone = %(phone)s",
    "DELETE FROM number_lookups WHERE phone = %(phone)s",
    "DELETE FROM households WHERE phone = %(phone)s",
    "DELETE FROM phones WHERE phone = %(phone)s",
)


def _around(conn: Conn, phone: str) -> list[str]:
    """Return whose records can name the telephone: its articles, and their people.

    Also the postman who named it at a door, and the article of which he did.
    """
    rows = conn.execute(
        """
        WITH mine AS (
            SELECT id, number, recipient_phone, sender_phone FROM articles
            WHERE recipient_phone = %(phone)s
            UNION SELECT id, number, recipient_phone, sender_phone FROM articles
            WHERE sender_phone = %(phone)s
            UNION SELECT a.id, a.number, a.recipient_phone, a.sender_phone FROM nominees n
            JOIN articles a ON a.id = n.article_id WHERE n.phone = %(phone)s
            UNION SELECT a.id, a.number, a.recipient_phone, a.sender_phone FROM moves m
            JOIN articles a ON a.id = m.article_id WHERE %(phone)s IN (m.from_phone, m.to_phone)
            UNION SELECT a.id, a.number, a.recipient_phone, a.sender_phone FROM exceptions x
            JOIN articles a ON a.id = x.article_id WHERE x.phone = %(phone)s
        )
        SELECT number FROM mine UNION SELECT recipient_phone FROM mine
        UNION SELECT sender_phone FROM mine
        UNION SELECT n.phone FROM nominees n JOIN mine ON mine.id = n.article_id
        UNION SELECT m.from_phone FROM moves m JOIN mine ON mine.id = m.article_id
        UNION SELECT m.to_phone FROM moves m JOIN mine ON mine.id = m.article_id
        UNION SELECT s.phone FROM exceptions x JOIN mine ON mine.id = x.article_id
            JOIN staff s ON s.id = x.postman_id WHERE x.phone = %(phone)s
        UNION SELECT %(phone)s
        """,
        {"phone": phone},
    ).fetchall()
    return [row[0] for row in rows if row[0] is not None]
