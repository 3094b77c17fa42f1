"""How long data is kept. Words go after their time; what happened, and when, stays.

Everything works in batches, each a transaction of its own, and can be stopped and started again
without loss. Nothing that is still under way is touched. Of the large tables only the access log
loses rows: a month of it is dropped when the last of its lines is past its time. The others lose
words alone, and leave by `flask archive`.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from typing import Final

import psycopg
import structlog

from postal.privacy import kept as limits
from postal.privacy.kept import LONGEST_MONTH, Kept
from postal.privacy.marks import by_mark
from store.chains import redact
from store.chains.redact import Removing
from store.database import Conn, Database

log: Final = structlog.get_logger(__name__)

Batch = Callable[[Conn, Kept], int]


def purge(database: Database, kept: Kept) -> Generator[tuple[str, int]]:
    """Purge all that is older than `kept` says; yield after each batch its kind and how many.

    `database`: as the role that purges (store/rights.py).
    """
    for done in _whole_months(database, kept):
        yield "access log", done
    for kind, batch in _BATCHES.items():
        while done := database.run(lambda conn, batch=batch: batch(conn, kept)):  # type: ignore[misc]
            yield kind, done


def _whole_months(database: Database, kept: Kept) -> Iterator[int]:
    """Drop the months of the access log that are past their time; yield how many lines each had."""
    by = Removing(kept.operator, "purge", kept.now)
    try:
        while gone := database.run(
            lambda conn: redact.drop_access_log_month(conn, kept.persons, by)
        ):
            log.info("month_dropped", table="access_log", month=gone.month, rows=gone.lines)
            yield gone.lines
    except psycopg.errors.LockNotAvailable:
        log.warning("month_not_dropped", table="access_log", why="it is held: the next purge will")


def left(conn: Conn, kept: Kept) -> int:
    """Return about how many rows a purge must look at, for a progress bar."""
    row = conn.execute(
        "SELECT (SELECT count(*) FROM messages WHERE at < %(bodies)s"
        "    AND NOT EXISTS (SELECT FROM purge_marks WHERE kind = 'texts'"
        "        AND upto >= id AND month = id / 1000000000000))"
        " + (SELECT count(*) FROM ussd_sessions WHERE at < %(bodies)s"
        "    AND NOT EXISTS (SELECT FROM purge_marks WHERE kind = 'dials'"
        "        AND upto >= id AND month = id / 1000000000000))"
        " + (SELECT count(*) FROM articles WHERE recipient_name <> '' AND booked_at < %(persons)s"
        "    AND updated_at < %(persons)s AND state IN ('delivered', 'returned', 'recalled'))"
        " + (SELECT count(*) FROM booking_groups WHERE sender_name <> ''"
        "    AND finished_at < %(persons)s)"
        " + (SELECT count(*) FROM inbound_floods WHERE hour < %(bodies)s)"
        " + (SELECT count(*) FROM access_log WHERE at < %(month_ago)s)"
        " + (SELECT count(*) FROM token_calls WHERE at < %(persons)s)"
        " + (SELECT count(*) FROM idempotency_keys WHERE created_at < %(answers)s)"
        " + (SELECT count(*) FROM sign_ins WHERE at < %(sign_ins)s)"
        " + (SELECT count(*) FROM sign_in_tries WHERE last_at < %(tries)s)"
        " + (SELECT count(*) FROM staff_notices WHERE at < %(persons)s)"
        " + (SELECT count(*) FROM webhook_deliveries WHERE settled_at < %(deliveries)s"
        "    AND state <> 'pending')"
        " + (SELECT count(*) FROM scans WHERE at < %(scans)s)"
        " + (SELECT count(*) FROM imports WHERE created_at < %(imports)s AND purged_at IS NULL"
        "    AND state NOT IN ('reading', 'checking', 'importing'))",
        kept.values(),
    ).fetchone()
    assert row is not None
    return int(row[0])


def _texts(conn: Conn, kept: Kept) -> int:
    """Purge words and values of texts; template, times, segments and receipts stay for figures."""
    return by_mark(
        conn,
        kept,
        "texts",
        "messages",
        " gone AS (UPDATE messages m SET body = '', said = NULL, variables = NULL, error = NULL,"
        " purged_at = %(now)s FROM old WHERE m.id = old.id"
        " AND m.status NOT IN ('queued', 'sending', 'unknown'))"
        " SELECT max(id), count(*) FROM old",
    )


def _dials(conn: Conn, kept: Kept) -> int:
    return by_mark(
        conn,
        kept,
        "dials",
        "ussd_sessions",
        " words AS (UPDATE ussd_hops h SET body = '', typed = '' FROM old"
        " WHERE h.session_id = old.id),"
        " gone AS (UPDATE ussd_sessions s SET purged_at = %(now)s, place = '{}' FROM old"
        " WHERE s.id = old.id)"
        " SELECT max(id), count(*) FROM old",
    )


def _floods(conn: Conn, kept: Kept) -> int:
    """Purge telephones that texted too much, and the budgets that were reached."""
    done = conn.execute(
        "DELETE FROM inbound_floods WHERE (phone, hour) IN (SELECT phone, hour FROM inbound_floods"
        " WHERE hour < %(bodies)s ORDER BY hour LIMIT %(most)s)",
        kept.values(),
    )
    hits = conn.execute("DELETE FROM budget_hits WHERE last_at < %(bodies)s", kept.values())
    return done.rowcount + hits.rowcount


def _bookings(conn: Conn, kept: Kept) -> int:
    """Purge the people of what was booked at the counter, once no article of it is under way."""
    row = conn.execute(
        """
        WITH old AS (
            SELECT id FROM booking_groups g
            WHERE finished_at < %(persons)s AND (sender_name <> '' OR EXISTS
                (SELECT FROM booking_items WHERE group_id = g.id AND purged_at IS NULL))
              AND NOT EXISTS
                (SELECT FROM booking_items i JOIN articles a ON a.id = i.article_id
                 WHERE i.group_id = g.id AND a.state NOT IN ('delivered', 'returned', 'recalled'))
            ORDER BY finished_at LIMIT %(most)s FOR UPDATE SKIP LOCKED
        ), items AS (
            UPDATE booking_items i SET recipient_name = '', recipient_address = '', digipin = NULL,
                recipient_phone = NULL, purged_at = %(now)s
            FROM old WHERE i.group_id = old.id
        ), groups AS (
            UPDATE booking_groups g SET sender_name = '', sender_address = '',
                sender_phone = NULL
            FROM old WHERE g.id = old.id
        )
        SELECT count(*) FROM old
        """,
        kept.values(),
    ).fetchone()
    assert row is not None
    return int(row[0])


def _access_log(conn: Conn, kept: Kept) -> int:
    """Purge lines of which the month should be gone (docs/developing/domain.md rule 11).

    Their month is not: it has younger lines, as the one before there were months, or none is made
    of it. Their digests stay.
    """
    by = Removing(kept.operator, "purge", kept.now)
    return redact.purge_access_log(conn, kept.persons - LONGEST_MONTH, limits.AT_ONCE, by)


def _token_log(conn: Conn, kept: Kept) -> int:
    """Purge what tokens did, as old as the access log."""
    lines = conn.execute(
        "DELETE FROM token_calls WHERE id IN (SELECT id FROM token_calls WHERE at < %(persons)s"
        " ORDER BY id LIMIT %(most)s)",
        kept.values(),
    )
    counted = conn.execute("DELETE FROM token_uses WHERE last_at < %(persons)s", kept.values())
    return lines.rowcount + counted.rowcount


def _imports(conn: Conn, kept: Kept) -> int:
    """Purge rows of files that ended or were never decided on; bad rows hold people's data."""
    old = conn.execute(
        "UPDATE imports SET purged_at = %(now)s, file_name = '',"
        " state = CASE WHEN finished_at IS NULL THEN 'cancelled' ELSE state END,"
        " finished_at = coalesce(finished_at, %(now)s)"
        " WHERE id = (SELECT id FROM imports WHERE purged_at IS NULL"
        " AND state NOT IN ('reading', 'checking', 'importing') AND created_at < %(imports)s"
        " ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED) RETURNING id",
        kept.values(),
    ).fetchone()
    if old is None:
        return 0
    return 1 + conn.execute("DELETE FROM import_rows WHERE import_id = %s", old).rowcount


def _statement(sql: str) -> Batch:
    """Return the batch that is one statement; its rows are counted."""
    return lambda conn, kept: conn.execute(sql.encode(), kept.values()).rowcount


# The people of articles whose journey has long been over. What was booked before that and goes on
# is little: an index by the day of booking finds both, and no change of state is written in it.
_ARTICLES = """
UPDATE articles SET recipient_name = '', recipient_address = '', sender_name = '',
    sender_address = '', unlinked_at = coalesce(unlinked_at, %(now)s), recipient_phone = NULL,
    sender_phone = NULL, authorised_person = NULL, document_last4 = NULL, digipin = NULL
WHERE id IN (SELECT id FROM articles WHERE recipient_name <> ''
    AND booked_at < %(persons)s AND updated_at < %(persons)s
    AND state IN ('delivered', 'returned', 'recalled')
    ORDER BY booked_at LIMIT %(most)s FOR UPDATE SKIP LOCKED)
"""
# Why an exception was asked for stays; the end of the document's number goes, and the telephone.
_EXCEPTIONS = """
UPDATE exceptions SET last4 = NULL, phone = NULL
WHERE id IN (SELECT id FROM exceptions
    WHERE (last4 IS NOT NULL OR phone IS NOT NULL) AND asked_at < %(persons)s
    ORDER BY id LIMIT %(most)s FOR UPDATE SKIP LOCKED)
"""
# What is wished for all post ends with the last of it.
_HOUSEHOLDS = """
DELETE FROM households WHERE phone IN (SELECT h.phone FROM households h
    WHERE h.changed_at < %(persons)s
      AND NOT EXISTS (SELECT FROM articles a WHERE a.recipient_phone = h.phone)
    ORDER BY h.changed_at LIMIT %(most)s FOR UPDATE SKIP LOCKED)
"""
# What two people signed stays; the telephone, the document's digits and the words go.
_REQUESTS = """
UPDATE requests SET phone = NULL, document_last4 = NULL, note = '', answer = ''
WHERE id IN (SELECT id FROM requests WHERE state <> 'waiting' AND asked_at < %(persons)s
    AND (phone IS NOT NULL OR document_last4 IS NOT NULL OR note <> '' OR answer <> '')
    ORDER BY id LIMIT %(most)s FOR UPDATE SKIP LOCKED)
"""
_DATA_REQUESTS = """
DELETE FROM data_requests WHERE id IN
    (SELECT id FROM data_requests WHERE done_at < %(persons)s ORDER BY id LIMIT %(most)s)
"""
_ANSWERS = """
DELETE FROM idempotency_keys WHERE (token_id, key) IN
    (SELECT token_id, key FROM idempotency_keys WHERE created_at < %(answers)s LIMIT %(most)s)
"""
_SIGN_INS = """
DELETE FROM sign_ins WHERE id IN
    (SELECT id FROM sign_ins WHERE at < %(sign_ins)s LIMIT %(most)s)
"""
# Who signed in lately is known by the browsers; notices are kept as long as the access log.
_TRIES = """
DELETE FROM sign_in_tries WHERE (staff_id, place) IN
    (SELECT staff_id, place FROM sign_in_tries WHERE last_at < %(tries)s LIMIT %(most)s)
"""
_PIN_TRIES = """
DELETE FROM pin_tries WHERE (staff_id, phone) IN
    (SELECT staff_id, phone FROM pin_tries WHERE last_at < %(tries)s LIMIT %(most)s)
"""
_BROWSERS = """
DELETE FROM browsers WHERE id IN
    (SELECT id FROM browsers WHERE last_at < %(persons)s LIMIT %(most)s)
"""
_NOTICES = """
DELETE FROM staff_notices WHERE id IN
    (SELECT id FROM staff_notices WHERE at < %(persons)s ORDER BY id LIMIT %(most)s)
"""
_DELIVERIES = """
DELETE FROM webhook_deliveries WHERE id IN (SELECT id FROM webhook_deliveries
    WHERE settled_at < %(deliveries)s AND state <> 'pending' ORDER BY settled_at
    LIMIT %(most)s FOR UPDATE SKIP LOCKED)
"""

# What was promised is in the reports' sums by then.
_WINDOWS = """
DELETE FROM promised_windows WHERE item_id IN
    (SELECT item_id FROM promised_windows WHERE made_at < %(scans)s ORDER BY made_at
     LIMIT %(most)s)
"""
_SCANS = """
DELETE FROM scans WHERE id IN (SELECT id FROM scans WHERE at < %(scans)s ORDER BY id LIMIT %(most)s)
"""
_BATCHES: dict[str, Batch] = {
    "texts": _texts,
    "dials": _dials,
    "floods": _floods,
    "articles": _statement(_ARTICLES),
    "exceptions": _statement(_EXCEPTIONS),
    "households": _statement(_HOUSEHOLDS),
    "bookings": _bookings,
    "requests": _statement(_REQUESTS),
    "data requests": _statement(_DATA_REQUESTS),
    "access log": _access_log,
    "token log": _token_log,
    "answers": _statement(_ANSWERS),
    "sign-ins": _statement(_SIGN_INS),
    "wrong passwords": _statement(_TRIES),
    "wrong PINs": _statement(_PIN_TRIES),
    "browsers": _statement(_BROWSERS),
    "notices": _statement(_NOTICES),
    "webhook deliveries": _statement(_DELIVERIES),
    "scans": _statement(_SCANS),
    "promised hours": _statement(_WINDOWS),
    "imports": _imports,
}
