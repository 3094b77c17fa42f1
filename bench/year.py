"""A year of rows of a large installation: those of a small town, again and again, by the owner.

Months begin a year earlier than the database was made (`begin_earlier`), so that the rows lie in
months that are over, as they would. A month is filled as a table of its own and becomes a partition
then, which makes its indexes at once. What rows hold is what the service wrote
(`year_patterns.py`), and digests are made by its own triggers: the sprints replay, and the chains
can be sealed and verified.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import psycopg

from bench.year_patterns import Patterns
from store.database import Conn
from store.months import LARGE

MONTHS: Final = 12
_IN_MONTH: Final = 10**12
_A_PERSON: Final = 50  # sprints
_AN_ARTICLE: Final = 25  # sprints, and messages

# Once for each month: its part of all rows.
_ROWS: Final = """
(SELECT n, {month} * 1000000000000 + n AS id, {begins} + (n - {first}) * {step} AS at
 FROM generate_series({first}::bigint, {last}::bigint) AS n) AS rows
"""
_MESSAGES: Final = """
INSERT INTO filled (id, direction, channel, status, error, phone, at, next_attempt_at, sprint_id,
    template, language, variables, body, said, segments, lane, not_after, gateway, carrier_id,
    first_tried_at, sent_at, delivered_at, heard, attempts, given, quote, quote_key, request_id,
    article_id)
SELECT id, direction, channel, status, error,
    '+916' || lpad((rows.n * 7919 % {people})::text, 9, '0'), at, at + next,
    CASE WHEN direction = 'out' THEN id END, template, language, variables, body, said, segments,
    lane, at + lasts, 'twilio', 'GR' || md5(id::text), at + tried, at + sent, at + arrived, heard,
    attempts, CASE WHEN direction = 'out' THEN '{{twilio}}'::text[] ELSE '{{}}' END,
    quote, quote_key, request_id,
    CASE WHEN of_article THEN rows.n % {articles} + {first_article} END
FROM {rows} JOIN pattern_messages AS pattern ON pattern.n = rows.n % {messages}
"""
_SPRINTS: Final = """
INSERT INTO filled (id, conversation_id, at, kept, dictionary, phones, event_kind, acts, about,
    proof, day_written, message_id)
SELECT id, machine.first + (rows.n / {sprints} * in_machine + of_machine) % machine.conversations,
    at, kept, dictionary, phones, event_kind, acts, about, proof,
    (at AT TIME ZONE 'Asia/Kolkata')::date, CASE WHEN by_text THEN id END
FROM {rows} JOIN pattern_sprints AS pattern ON pattern.n = rows.n % {sprints}
     JOIN filled_machines AS machine USING (machine)
"""
# The usual receipt is in the message's own row. Every second text has one more of its carrier's.
_RECEIPTS: Final = """
INSERT INTO filled (id, gateway, carrier_id, message_id, status, word, at)
SELECT id, 'twilio', 'GR' || md5(id::text), id, 'sent', 'sent', at + sent
FROM {rows} JOIN pattern_messages AS pattern ON pattern.n = rows.n % {messages}
WHERE rows.n % 2 = 1 AND direction = 'out' AND sent IS NOT NULL
"""
_EVENTS: Final = """
INSERT INTO filled (id, position, at, kind, article_id, data, day_written)
SELECT id, nextval('event_positions'), at, kind, rows.n % {articles} + {first_article}, data,
    (at AT TIME ZONE 'Asia/Kolkata')::date
FROM {rows} JOIN pattern_events AS pattern ON pattern.n = rows.n / 5 % {events}
WHERE rows.n % 5 = 1
"""
_FILLED: Final = {
    "messages": _MESSAGES, "sprints": _SPRINTS, "receipts": _RECEIPTS, "events": _EVENTS,
}  # fmt: skip
_DIGESTED: Final = {"sprints": "chain_sprint", "events": "chain_row"}  # by which function

# Addressees are as many as people; of others there are so much fewer. Each has a kind of telephone
# of his own in its first digits.
_CONVERSATIONS: Final = """
INSERT INTO conversations (whose, machine, state, context, entered_at)
SELECT CASE WHEN machine IN ('article', 'move', 'recall') THEN 'RG' || lpad(n::text, 9, '0') || 'IN'
       WHEN machine = 'recipient' THEN '+916' || lpad(n::text, 9, '0')
       ELSE '+915' || lpad(n::text, 9, '0') END, machine, state, context, now()
FROM pattern_conversations, generate_series(0, CASE machine WHEN 'recipient' THEN {people}
    WHEN 'article' THEN {articles} WHEN 'sender' THEN {people} / 5 ELSE {people} / 100 END) AS n
ORDER BY machine, n
"""
_MACHINES: Final = """
CREATE TEMPORARY TABLE filled_machines AS
SELECT machine, min(id) AS first, count(*) AS conversations FROM conversations
WHERE id >= {first_conversation} GROUP BY machine
"""
_ARTICLES: Final = """
INSERT INTO articles (number, service, otp_required, state, recipient_phone, recipient_name,
    recipient_address, recipient_pin, sender_phone, sender_name, code_salt, booked_at, updated_at,
    delivered_at, sought)
SELECT 'RG' || lpad(n::text, 9, '0') || 'IN', 'registered', true, 'delivered',
    '+916' || lpad((n % {people})::text, 9, '0'), 'Recipient ' || n, 'Ward ' || n % 40, '273303',
    '+915' || lpad(n::text, 9, '0'), 'Sender ' || n, decode(md5(n::text), 'hex'), at, at, at,
    to_tsvector('simple', 'n' || n % 5000 || ' n' || n % 301)
FROM (SELECT n, now() - (365.0 * ({articles} - n) / {articles}) * interval '1 day' AS at
      FROM generate_series(0, {articles} - 1) AS n) AS rows
"""
_GUARDS: Final = """
INSERT INTO carrier_ids (kind, gateway, carrier_id, message_id)
SELECT direction, gateway, carrier_id, CASE direction WHEN 'out' THEN id END FROM messages
WHERE carrier_id LIKE 'GR%' ORDER BY direction, gateway, carrier_id
"""


def begin_earlier(conn: Conn, months: int) -> None:
    """Let the months of an empty database begin so many months before the one that it was made in.

    `conn`: the owner's. Nothing may have been written to the large tables yet.
    """
    row = conn.execute("SELECT month_begins(0)").fetchone()
    assert row is not None
    zero = row[0].year * 12 + row[0].month - months
    first = row[0].replace(year=(zero - 1) // 12, month=(zero - 1) % 12 + 1)
    for name in partitions(conn):
        conn.execute(f"DROP TABLE {name}")
    conn.execute(
        "CREATE OR REPLACE FUNCTION month_number(at timestamptz) RETURNS bigint LANGUAGE sql"  # noqa: S608
        " IMMUTABLE AS $$ SELECT greatest(0, extract(year FROM at AT TIME ZONE 'Asia/Kolkata')"
        f"::bigint * 12 + extract(month FROM at AT TIME ZONE 'Asia/Kolkata')::bigint - {zero}) $$"
    )
    conn.execute(
        "CREATE OR REPLACE FUNCTION month_begins(number bigint) RETURNS date LANGUAGE sql IMMUTABLE"
        f" AS $$ SELECT (date '{first}' + make_interval(months => number::integer))::date $$"
    )
    conn.execute("SELECT make_months(3)")


def make_month(conn: Conn, number: int) -> None:
    """Make a month of all large tables, as it was made when it began."""
    for table in LARGE:
        (row,) = conn.execute(
            "SELECT to_char(month_begins(%s), 'YYYY_MM'), month_settings(%s)", [number, table]
        ).fetchall()
        low = number * 10**12
        conn.execute(
            f"CREATE TABLE IF NOT EXISTS {table}_{row[0]} PARTITION OF {table}"
            f" FOR VALUES FROM ({low}) TO ({low + 10**12}) WITH ({row[1]})".encode()
        )


def partitions(conn: Conn) -> list[str]:
    """Return the partitions that are a month's, and neither the first nor the default one."""
    rows = conn.execute(
        "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = ANY(%s::regclass[])"
        " AND inhrelid::regclass::text ~ '_[0-9]{4}_[0-9]{2}$'",
        [list(LARGE)],
    ).fetchall()
    return [str(row[0]) for row in rows]


def fill(owner_url: str, rows: int, patterns: Patterns) -> Iterator[str]:
    """Write `rows` messages and sprints, receipts, a fifth as many events, and people.

    Yields a word after each piece.
    """
    people, articles = max(100, rows // _A_PERSON), max(100, rows // _AN_ARTICLE)
    with psycopg.connect(owner_url, autocommit=True) as conn:
        conn.execute("SET synchronous_commit = off")
        conn.execute("SET maintenance_work_mem = '512MB'")
        conn.execute("SET max_parallel_maintenance_workers = 0")
        counts = {"people": people, "articles": articles}
        patterns.store(conn)
        for table in ("messages", "sprints", "events"):
            counts[table] = _count(conn, f"pattern_{table}")
        conn.execute("ALTER TABLE carrier_ids DROP CONSTRAINT carrier_ids_pkey")
        conversation = _next(conn, "conversations")
        conn.execute(_CONVERSATIONS.format(**counts).encode())
        conn.execute(_MACHINES.format(first_conversation=conversation).encode())
        yield f"conversations of {people} people"
        article = _next(conn, "articles")
        conn.execute(_ARTICLES.format(**counts).encode())
        yield f"{articles} articles"
        per_month = -(-rows // MONTHS)
        for number in range(1, MONTHS + 1):
            values = {
                **counts,
                "rows": _ROWS.format(**_month(conn, number, per_month)),
                "first_article": article,
            }
            for table, query in _FILLED.items():
                _partition(conn, table, number, query.format(**values))
                yield f"{table} of month {number}"
        for name in LARGE[:4]:
            conn.execute(f"SELECT setval('{name}_id_seq', {rows + 2 * MONTHS})".encode())
        conn.execute(_GUARDS.encode())
        conn.execute("ALTER TABLE carrier_ids ADD PRIMARY KEY (kind, gateway, carrier_id)")
        yield "carriers' ids"
        conn.execute("VACUUM ANALYZE articles, conversations, carrier_ids")
        for table in _FILLED:
            conn.execute(f"VACUUM ANALYZE {table}")
        conn.execute("CHECKPOINT")
        yield "vacuumed"


def _count(conn: Conn, table: str) -> int:
    row = conn.execute(f"SELECT count(*) FROM {table}".encode()).fetchone()  # noqa: S608
    assert row is not None
    return int(row[0])


def _next(conn: Conn, table: str) -> int:
    """Return the id that the next row of `table` gets; those after it follow without a gap."""
    row = conn.execute(f"SELECT nextval('{table}_id_seq') + 1".encode()).fetchone()
    assert row is not None
    return int(row[0])


def _month(conn: Conn, number: int, rows: int) -> dict[str, object]:
    """Return the values of a month: rows spread over it, those of this one up to yesterday."""
    row = conn.execute(
        "SELECT month_begins(%(n)s)::text, 86400.0 * greatest(1, least("
        "(now() AT TIME ZONE 'Asia/Kolkata')::date, month_begins(%(n)s + 1))"
        " - month_begins(%(n)s))",
        {"n": number},
    ).fetchone()
    assert row is not None
    first = (number - 1) * rows + 1
    return {
        "month": number, "first": first, "last": first + rows - 1,
        "begins": f"timestamptz '{row[0]} 00:00+05:30'",
        "step": f"{row[1] / (rows + 1):.9f} * interval '1 second'",
    }  # fmt: skip


def _partition(conn: Conn, table: str, number: int, query: str) -> None:
    row = conn.execute(
        "SELECT to_char(month_begins(%s), 'YYYY_MM'), month_settings(%s)", [number, table]
    ).fetchone()
    assert row is not None
    name, low = f"{table}_{row[0]}", number * _IN_MONTH
    statements = (
        f"DROP TABLE IF EXISTS {name}",
        f"CREATE TABLE filled (LIKE {table}_default INCLUDING ALL EXCLUDING INDEXES"
        f" EXCLUDING COMMENTS, CONSTRAINT in_month CHECK (id >= {low} AND id < {low + _IN_MONTH}))"
        f" WITH ({row[1]})",
        *(_digesting(query, table) if table in _DIGESTED else [query]),
        f"ALTER TABLE filled RENAME TO {name}",
        f"ALTER TABLE {table} ATTACH PARTITION {name} FOR VALUES FROM ({low})"
        f" TO ({low + _IN_MONTH})",
        f"ALTER TABLE {name} DROP CONSTRAINT in_month",
    )
    with conn.transaction():
        for statement in statements:
            conn.execute(statement.encode())


def _digesting(query: str, table: str) -> list[str]:
    """Return what runs `query` with the trigger of `table` that makes digests."""
    return [
        f"CREATE TRIGGER digested BEFORE INSERT ON filled FOR EACH ROW EXECUTE FUNCTION"
        f" {_DIGESTED[table]}()",
        query,
        "DROP TRIGGER digested ON filled",
    ]
