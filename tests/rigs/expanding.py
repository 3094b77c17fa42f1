"""What an expand migration did that the release before, or running traffic, could not bear.

The schema before is compared with the schema after, as PostgreSQL's catalogues have them: whatever
a migration does, and however it is written, shows there. What it does to rows shows in the
statistics of its own transaction.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import psycopg
from psycopg.rows import dict_row

Row = Mapping[str, Any]
Things = Mapping[tuple[str, ...], Row]

# OURS: of our own tables.
_OURS: Final = "n.nspname = 'public' AND c.relname <> 'alembic_version'"
_QUERIES: Final = {
    "table": (
        "SELECT c.relname AS name, c.relkind, c.relfilenode, c.relispartition"
        " FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace WHERE OURS"
        " AND c.relkind IN ('r', 'p', 'S', 'v', 'm', 'i', 'I')"
    ),
    "column": (
        "SELECT c.relname AS name, a.attname AS part, format_type(atttypid, atttypmod) AS type,"
        " attnotnull, attidentity, attgenerated, a.attcollation,"
        " pg_get_expr(adbin, adrelid) AS value, c.relispartition"
        " FROM pg_attribute a JOIN pg_class c ON c.oid = attrelid"
        " JOIN pg_namespace n ON n.oid = relnamespace"
        " LEFT JOIN pg_attrdef d ON d.adrelid = attrelid AND d.adnum = attnum"
        " WHERE OURS AND c.relkind IN ('r', 'p', 'v') AND attnum > 0 AND NOT attisdropped"
    ),
    "constraint": (
        "SELECT c.relname AS name, k.conname AS part, contype, convalidated,"
        " regexp_replace(pg_get_constraintdef(k.oid), ' NOT VALID$', '') AS says,"
        " c.relispartition,"
        " ARRAY(SELECT attname::text FROM pg_attribute WHERE attrelid = conrelid"
        "       AND attnum = ANY(conkey)) AS columns"
        " FROM pg_constraint k JOIN pg_class c ON c.oid = conrelid"
        " JOIN pg_namespace n ON n.oid = relnamespace WHERE OURS"
        " AND contype <> 'n'"  # PostgreSQL 18: also what the column says
    ),
    "index": (
        "SELECT c.relname AS name, i.relname AS part, pg_get_indexdef(i.oid) AS says,"
        " indisunique,"
        " c.relispartition, ARRAY(SELECT attname::text FROM pg_attribute WHERE attrelid = indrelid"
        "       AND attnum = ANY(indkey)) AS columns"
        " FROM pg_index x JOIN pg_class i ON i.oid = indexrelid"
        " JOIN pg_class c ON c.oid = indrelid"
        " JOIN pg_namespace n ON n.oid = c.relnamespace WHERE OURS"
    ),
    "trigger": (
        "SELECT c.relname AS name, tgname AS part, pg_get_triggerdef(t.oid) AS says,"
        " c.relispartition FROM pg_trigger t JOIN pg_class c ON c.oid = tgrelid"
        " JOIN pg_namespace n ON n.oid = relnamespace WHERE OURS AND NOT tgisinternal"
    ),
    "view": (
        "SELECT c.relname AS name, pg_get_viewdef(c.oid) AS says"
        " FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace WHERE OURS"
        " AND c.relkind IN ('v', 'm')"
    ),
    "function": (
        "SELECT p.oid::regprocedure::text AS name, pg_get_function_result(p.oid) AS says, prokind"
        " FROM pg_proc p JOIN pg_namespace n ON n.oid = pronamespace WHERE n.nspname = 'public'"
    ),
    "type": (
        "SELECT t.typname AS name, coalesce(e.enumlabel, '') AS part, typtype, typnotnull"
        " FROM pg_type t JOIN pg_namespace n ON n.oid = typnamespace"
        " LEFT JOIN pg_enum e ON e.enumtypid = t.oid"
        " WHERE n.nspname = 'public' AND typtype IN ('e', 'd')"
    ),
}
# Of tables that were there: those that statements of this transaction read through or changed.
TOUCHED: Final = """
SELECT relname FROM pg_stat_xact_user_tables
WHERE schemaname = 'public' AND relname <> 'alembic_version'
AND (seq_scan > 0 OR n_tup_upd > 0 OR n_tup_del > 0)
"""


@dataclass(frozen=True)
class Snapshot:
    """Everything of the schema that code relies on, by kind and name."""

    kinds: Mapping[str, Things]

    @classmethod
    def of(cls, url: str) -> Snapshot:
        with psycopg.connect(url, row_factory=dict_row) as conn:
            return cls(
                {
                    kind: {_key(row): row for row in conn.execute(_full(query)).fetchall()}
                    for kind, query in _QUERIES.items()
                }
            )

    @property
    def tables(self) -> set[str]:
        return {name for (name,), row in self.kinds["table"].items() if row["relkind"] in "rp"}


def _full(query: str) -> bytes:
    return query.replace("OURS", _OURS).encode()


def _key(row: Row) -> tuple[str, ...]:
    return (row["name"], row["part"]) if "part" in row else (row["name"],)


def faults(
    before: Snapshot, after: Snapshot, touched: set[str], concurrently: set[str]
) -> Iterator[str]:
    """Yield why a migration is no expand migration.

    `touched`: tables that it read through or changed. `concurrently`: indexes it built that way.
    """
    for kind, things in before.kinds.items():
        for key, row in things.items():
            now = after.kinds[kind].get(key)
            named = f"{kind} {'.'.join(filter(None, key))}"
            if now is None:
                yield f"{named} is gone, or has another name"
            elif kind == "constraint" and _wider(row, now):
                continue
            elif _told(row) != _told(now):
                yield f"{named} is not what it was"
    for table in sorted(touched & before.tables):
        yield f"table {table} is read through or written while others wait for it"
    yield from _new_columns(before, after)
    yield from _new_constraints(before, after)
    yield from _new_indexes(before, after, concurrently)


def _told(row: Row) -> Row:
    return {name: value for name, value in row.items() if name != "convalidated"}


_WORDS: Final = re.compile(r"'((?:[^']|'')*)'(?:::\w+(?: \w+)*)?")


def _wider(row: Row, now: Row) -> bool:
    """Tell whether a list of words that may be in a column has more of them, and none less.

    The rows of before fulfil it, so it is validated later, without a lock.
    """
    if now["contype"] != "c" or now["convalidated"]:
        return False
    had, has = set(_WORDS.findall(row["says"])), set(_WORDS.findall(now["says"]))
    same = re.sub(r"(W, )+", "", _WORDS.sub("W", row["says"])) == re.sub(
        r"(W, )+", "", _WORDS.sub("W", now["says"])
    )
    return same and had < has


def _added(before: Snapshot, after: Snapshot, kind: str) -> Iterator[tuple[tuple[str, ...], Row]]:
    """Yield what is new of tables that were there. A month is as the table that it is of."""
    for key, row in after.kinds[kind].items():
        if key not in before.kinds[kind] and key[0] in before.tables and not row["relispartition"]:
            yield key, row


def _new_columns(before: Snapshot, after: Snapshot) -> Iterator[str]:
    for key, row in _added(before, after, "column"):
        if row["attnotnull"] and row["value"] is None and not row["attidentity"]:
            yield f"column {'.'.join(key)} must be filled, which the release before does not know"


def _new_constraints(before: Snapshot, after: Snapshot) -> Iterator[str]:
    fresh = {key for key, _ in _added(before, after, "column")}
    for key, row in _added(before, after, "constraint"):
        if row["convalidated"]:
            yield f"constraint {'.'.join(key)} reads the table under its lock: NOT VALID, then" \
                  " Validated in a later migration"  # fmt: skip
        if not any((key[0], column) in fresh for column in row["columns"]):
            yield f"constraint {'.'.join(key)} forbids what the release before may write"


def _new_indexes(before: Snapshot, after: Snapshot, concurrently: set[str]) -> Iterator[str]:
    fresh = {key for key, _ in _added(before, after, "column")}
    for key, row in _added(before, after, "index"):
        if key[1] not in concurrently:
            yield f"index {key[1]} is built while nobody may write: name it in `concurrently`"
        if row["indisunique"] and not any((key[0], column) in fresh for column in row["columns"]):
            yield f"index {key[1]} forbids what the release before may write"
