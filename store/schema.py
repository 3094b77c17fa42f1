"""The schema and its documentation, read from the catalogue of a live database.

The database itself describes its tables, columns and indexes (COMMENT ON …), so that psql, any
other tool and docs/developing/schema.md (store/schema_page.py) say the same.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, TypeVar

from psycopg.rows import class_row

from store.database import Conn

# The rooms that own tables, in the order in which an article meets them.
ROOMS: Final = (
    "postal/people",
    "web/api",
    "postal",
    "outbox",
    "store",
    "postal/desk",
    "postal/requests",
    "postal/privacy",
    "postal/reports",
    "webhooks",
    "postal/counter",
    "postal/office",
    "imports",
    "payments",
)
_COMMENT: Final = re.compile(r"([a-z_/]+): (.+)")


class UndocumentedTable(Exception):
    """A table whose comment is missing or names no room. Says what to write."""


@dataclass(frozen=True)
class SchemaColumn:
    """`default` is an SQL expression, `identity`, or `generated: …`; empty: none."""

    name: str
    type: str
    nullable: bool
    default: str
    comment: str


@dataclass(frozen=True)
class SchemaPart:
    """A named constraint, index, trigger, domain, function or sequence. SQL, and its comment."""

    name: str
    definition: str
    comment: str


@dataclass(frozen=True)
class SchemaTable:
    """`keys` are primary, unique, foreign and exclusion; `checks` all other constraints."""

    name: str
    room: str
    comment: str
    columns: tuple[SchemaColumn, ...]
    keys: tuple[SchemaPart, ...]
    checks: tuple[SchemaPart, ...]
    indexes: tuple[SchemaPart, ...]
    triggers: tuple[SchemaPart, ...]


@dataclass(frozen=True)
class Schema:
    """The whole schema, each kind sorted by name."""

    tables: tuple[SchemaTable, ...]
    domains: tuple[SchemaPart, ...]
    functions: tuple[SchemaPart, ...]
    sequences: tuple[SchemaPart, ...]


_TABLES = """
SELECT relname, coalesce(obj_description(oid, 'pg_class'), '') FROM pg_class
WHERE relkind IN ('r', 'p') AND NOT relispartition
      AND relnamespace = 'public'::regnamespace AND relname <> 'alembic_version'
ORDER BY relname COLLATE "C"
"""
_COLUMNS = """
SELECT attname AS name, format_type(atttypid, atttypmod) AS type, NOT attnotnull AS nullable,
       CASE WHEN attidentity <> '' THEN 'identity'
            WHEN attgenerated <> '' THEN 'generated: ' || pg_get_expr(adbin, adrelid, true)
            ELSE coalesce(pg_get_expr(adbin, adrelid, true), '') END AS default,
       coalesce(col_description(attrelid, attnum), '') AS comment
FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum
"""
_CONSTRAINTS = """
SELECT conname AS name, pg_get_constraintdef(oid, true) AS definition,
       coalesce(obj_description(oid, 'pg_constraint'), '') AS comment
FROM pg_constraint WHERE conrelid = %s::regclass AND contype = ANY(%s::"char"[])
ORDER BY array_position('{p,u,x,f,c}', contype), conname COLLATE "C"
"""
_INDEXES = """
SELECT relname AS name, pg_get_indexdef(indexrelid, 0, true) AS definition,
       coalesce(obj_description(indexrelid, 'pg_class'), '') AS comment
FROM pg_index JOIN pg_class c ON c.oid = indexrelid
WHERE indrelid = %s::regclass
      AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid AND conrelid = indrelid)
ORDER BY relname COLLATE "C"
"""
_TRIGGERS = """
SELECT tgname AS name, pg_get_triggerdef(oid, true) AS definition,
       coalesce(obj_description(oid, 'pg_trigger'), '') AS comment
FROM pg_trigger WHERE tgrelid = %s::regclass AND NOT tgisinternal ORDER BY tgname COLLATE "C"
"""
_DOMAINS = """
SELECT typname AS name,
       concat_ws(' ', format_type(typbasetype, typtypmod),
                 (SELECT string_agg(pg_get_constraintdef(oid, true), ' ' ORDER BY conname)
                  FROM pg_constraint WHERE contypid = t.oid AND contype = 'c')) AS definition,
       coalesce(obj_description(oid, 'pg_type'), '') AS comment
FROM pg_type t WHERE typtype = 'd' AND typnamespace = 'public'::regnamespace
ORDER BY typname COLLATE "C"
"""
_FUNCTIONS = """
SELECT proname AS name, '(' || pg_get_function_arguments(oid) || ') RETURNS '
       || pg_get_function_result(oid) AS definition,
       coalesce(obj_description(oid, 'pg_proc'), '') AS comment
FROM pg_proc WHERE pronamespace = 'public'::regnamespace ORDER BY proname COLLATE "C"
"""
_SEQUENCES = """
SELECT relname AS name, '' AS definition, coalesce(obj_description(oid, 'pg_class'), '') AS comment
FROM pg_class c WHERE relkind = 'S' AND relnamespace = 'public'::regnamespace
      AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = c.oid AND deptype IN ('i', 'a')
                      AND refclassid = 'pg_class'::regclass)
ORDER BY relname COLLATE "C"
"""


def read(conn: Conn) -> Schema:
    """Return the schema of the database of `conn`. Raises `UndocumentedTable`."""
    found = conn.execute(_TABLES).fetchall()
    return Schema(
        tuple(_table(conn, name, comment) for name, comment in found),
        _rows(conn, SchemaPart, _DOMAINS),
        _rows(conn, SchemaPart, _FUNCTIONS),
        _rows(conn, SchemaPart, _SEQUENCES),
    )


def by_room(schema: Schema) -> Mapping[str, tuple[SchemaTable, ...]]:
    """Return the tables of each room, rooms in the order of `ROOMS`."""
    return {room: tuple(each for each in schema.tables if each.room == room) for room in ROOMS}


def _table(conn: Conn, name: str, comment: str) -> SchemaTable:
    written = _COMMENT.fullmatch(comment)
    if written is None or written[1] not in ROOMS:
        raise UndocumentedTable(
            f"table {name}: its migration must say COMMENT ON TABLE {name} IS"
            f" '<room>: <what a row is>.', with a room of store/schema.py ({', '.join(ROOMS)})"
        )
    return SchemaTable(
        name,
        written[1],
        written[2],
        _rows(conn, SchemaColumn, _COLUMNS, name),
        _rows(conn, SchemaPart, _CONSTRAINTS, name, ["p", "u", "x", "f"]),
        _rows(conn, SchemaPart, _CONSTRAINTS, name, ["c"]),
        _rows(conn, SchemaPart, _INDEXES, name),
        _rows(conn, SchemaPart, _TRIGGERS, name),
    )


_Row = TypeVar("_Row", SchemaColumn, SchemaPart)


def _rows(conn: Conn, kind: type[_Row], query: str, *values: str | list[str]) -> tuple[_Row, ...]:
    with conn.cursor(row_factory=class_row(kind)) as cursor:
        return tuple(cursor.execute(query.encode(), values or None).fetchall())
