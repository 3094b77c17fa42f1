"""What sprints hold, for tests that search all of it or rewrite it (store/packing.py)."""

from __future__ import annotations

from dataclasses import asdict

import orjson
from psycopg.types.json import Jsonb

from store import packing
from store.database import Conn


def contents(conn: Conn) -> list[str]:
    """Return all that each sprint holds, as JSON, in the order of their ids."""
    found = conn.execute(
        f"SELECT {packing.COLUMNS} FROM sprints s ORDER BY s.id"  # noqa: S608
    ).fetchall()
    return [orjson.dumps(asdict(packing.records(row))).decode() for row in found]


def as_before(conn: Conn) -> None:
    """Make packed rows what rows were before: five columns of JSON, which SQL can change."""
    found = conn.execute(
        f"SELECT {packing.COLUMNS}, s.id FROM sprints s WHERE s.kept IS NOT NULL"  # noqa: S608
    ).fetchall()
    for *packed, id_ in found:
        whole = [Jsonb(each) for each in asdict(packing.records(tuple(packed))).values()]
        conn.execute(
            "UPDATE sprints SET event = %s, state_before = %s, facts = %s, decision = %s,"
            " state_after = %s, kept = NULL, dictionary = NULL, phones = NULL, event_kind = NULL,"
            " acts = NULL, about = NULL, article = NULL, told = jsonb_strip_nulls("
            "jsonb_build_object('machine', 'article', 'article', article, 'event', event_kind,"
            " 'acts', to_jsonb(coalesce(string_to_array(nullif(acts, ''), ','), '{}'))))"
            " WHERE id = %s",
            [*whole, id_],
        )
