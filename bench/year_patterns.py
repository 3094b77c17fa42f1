"""Rows of a small town as the service wrote them: what a filled year (`year.py`) says again.

A month of one office is played by the real engine (`month.py`) in an installation that is thrown
away, every text confirmed by a receipt. Its messages, sprints and events are the patterns: their
words and decisions are packed by the service's own functions, in the shares in which they come. A
filled row is a pattern with an id, a time, a conversation, a person and an article of its own; what
is packed in it keeps naming those of the town.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from bench.month import run, thrown_away
from bench.month_world import Plan
from gateways.base import Receipt, ReceiptStatus
from outbox import receipts
from runtime import Runtime
from settings import Settings
from store.database import Conn, Database

TOWN: Final = Plan(articles=80, days=8)

# `n` numbers the patterns of a table; times are kept by their distance from `at`.
_PLAYED: Final = {
    "messages": """
SELECT row_number() OVER (ORDER BY id) - 1 AS n, direction, channel, status, error, template,
       language, variables, body, said, segments, lane, attempts, heard, quote, quote_key,
       request_id, article_id IS NOT NULL AS of_article, not_after - at AS lasts,
       next_attempt_at - at AS next, first_tried_at - at AS tried, sent_at - at AS sent,
       delivered_at - at AS arrived
FROM messages WHERE status IN ('received', 'sent', 'delivered', 'failed', 'expired')
      AND again_of IS NULL
""",
    "sprints": """
SELECT row_number() OVER (ORDER BY s.id) - 1 AS n, c.machine,
       row_number() OVER (PARTITION BY c.machine ORDER BY s.id) - 1 AS of_machine,
       count(*) OVER (PARTITION BY c.machine) AS in_machine,
       s.message_id IS NOT NULL AS by_text, s.proof, s.kept, s.dictionary, s.phones, s.event_kind,
       s.acts, s.about
FROM sprints s JOIN conversations c ON c.id = s.conversation_id
""",
    "events": """
SELECT row_number() OVER (ORDER BY id) - 1 AS n, kind, data FROM events WHERE article_id IS NOT NULL
""",
    "conversations": """
SELECT DISTINCT ON (machine) machine, state, context FROM conversations ORDER BY machine, id
""",
}


@dataclass(frozen=True)
class Patterns:
    """Patterns by table: the columns as they are declared, and the rows as COPY wrote them."""

    columns: Mapping[str, str]
    rows: Mapping[str, bytes]

    def store(self, conn: Conn) -> None:
        """Store each table's as `pattern_<table>`, for this connection."""
        for table, columns in self.columns.items():
            conn.execute(f"CREATE TEMPORARY TABLE pattern_{table} ({columns})".encode())
            into = f"COPY pattern_{table} FROM STDIN (FORMAT binary)"
            with conn.cursor() as cursor, cursor.copy(into.encode()) as copy:
                copy.write(self.rows[table])
            conn.execute(f"ANALYZE pattern_{table}".encode())


def play(town: Plan = TOWN) -> Patterns:
    """Play `town` and return its rows."""
    with thrown_away() as settings:
        run(settings, town)
        _confirm(settings)
        database = Database(settings.database_url, 1)
        database.open()
        try:
            with database.transaction() as conn:
                return Patterns(
                    {table: _columns(conn, query) for table, query in _PLAYED.items()},
                    {table: _copied(conn, query) for table, query in _PLAYED.items()},
                )
        finally:
            database.close()


def _confirm(settings: Settings) -> None:
    runtime = Runtime.build(settings)
    runtime.database.open()
    try:
        confirm(runtime)
    finally:
        runtime.database.close()
        runtime.redis.close()


def confirm(runtime: Runtime) -> None:
    """Confirm every text that was sent, as carriers do."""
    with runtime.database.transaction() as conn:
        sent = conn.execute(
            "SELECT gateway, carrier_id FROM messages"
            " WHERE direction = 'out' AND carrier_id IS NOT NULL ORDER BY id"
        ).fetchall()
    for gateway, carrier_id in sent:
        word = ReceiptStatus.DELIVERED
        receipts.receive(runtime, Receipt(gateway, carrier_id, None, word, word.value))


def _columns(conn: Conn, query: str) -> str:
    """Return the columns of `query` as they are declared, by the plain types under any domain."""
    found = conn.execute(f"{query} LIMIT 0".encode()).description
    assert found is not None
    rows = conn.execute("SELECT oid, oid::regtype::text FROM pg_type").fetchall()
    types = {row[0]: row[1] for row in rows}
    return ", ".join(f"{column.name} {types[column.type_code]}" for column in found)


def _copied(conn: Conn, query: str) -> bytes:
    out = f"COPY ({query}) TO STDOUT (FORMAT binary)"
    with conn.cursor() as cursor, cursor.copy(out.encode()) as copy:
        return b"".join(bytes(piece) for piece in copy)
