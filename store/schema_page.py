"""The schema as a page, docs/developing/schema.md."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from store.schema import Schema, SchemaColumn, SchemaPart, SchemaTable, by_room

COMMAND: Final = "flask --app app db schema"
_HEAD: Final = f"""\
# The schema

Written by `{COMMAND}` from the catalogue of a migrated database: do not edit. What stands
here is said in the migrations (`store/migrations/versions`) with COMMENT ON, so psql shows it too.
Tables are grouped by the room that owns them. Times are aware and stored in UTC; sums are in paise
where the name ends in `_paise`, telephones in E.164.
"""
# PostgreSQL writes out what a reader does not need: types of literals, IN as = ANY, USING btree.
_CAST: Final = re.compile(r"'::(?:text|jsonb)(?:\[\])?")
_ANY: Final = re.compile(r"= ANY \(ARRAY\[([^\]]*)\]\)")
_CREATE_INDEX: Final = re.compile(
    r"CREATE (UNIQUE )?INDEX \S+ ON (?:ONLY )?\S+ USING (?:btree )?(.+)"
)
_CREATE_TRIGGER: Final = re.compile(r"CREATE TRIGGER \S+ (.+?) ON \S+ (.+)")
_REFERENCES: Final = re.compile(r"FOREIGN KEY (\(.+\)) REFERENCES (\w+)\(.+?\)(.*)")


def page(schema: Schema) -> str:
    """Return the whole page, in Markdown."""
    return "\n".join(_lines(schema))


def _lines(schema: Schema) -> Iterator[str]:
    rooms = by_room(schema)
    yield _HEAD
    for room, tables in rooms.items():
        yield f"- {room}: " + ", ".join(f"[{each.name}](#{each.name})" for each in tables)
    yield "- [types, functions and sequences](#types-functions-and-sequences)"
    for room, tables in rooms.items():
        yield f"\n## {room}"
        for each in tables:
            yield from _table(each)
    yield "\n## Types, functions and sequences\n"
    for part in (*schema.domains, *schema.functions, *schema.sequences):
        definition = f" `{_short(part.definition)}`" if part.definition else ""
        yield _item(f"`{part.name}`{definition}", part.comment)
    yield ""


def _table(table: SchemaTable) -> Iterator[str]:
    yield f"\n### {table.name}\n\n{table.comment}\n"
    yield "| column | type | null | default | comment |"
    yield "|---|---|---|---|---|"
    yield from map(_column, table.columns)
    yield ""
    yield from map(_key, table.keys)
    # PostgreSQL named most constraints: their names say nothing.
    yield from (_item(f"`{_short(each.definition)}`", each.comment) for each in table.checks)
    yield from map(_index, table.indexes)
    yield from map(_trigger, table.triggers)


def _column(column: SchemaColumn) -> str:
    default = f"`{_short(column.default)}`" if column.default else ""
    cells: Sequence[str] = (
        f"`{column.name}`",
        column.type.replace("timestamp with time zone", "timestamptz"),
        "null" if column.nullable else "",
        default,
        column.comment,
    )
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _key(key: SchemaPart) -> str:
    to = _REFERENCES.fullmatch(key.definition)
    if to is None:
        return _item(f"`{_short(key.definition)}`", key.comment)
    columns, table, rest = to.groups()
    return _item(f"`{columns}` → [{table}](#{table}){rest}", key.comment)


def _item(what: str, comment: str) -> str:
    return f"- {what}: {comment}" if comment else f"- {what}"


def _short(definition: str) -> str:
    return _ANY.sub(r"IN (\1)", _CAST.sub("'", " ".join(definition.split())))


def _index(index: SchemaPart) -> str:
    made = _CREATE_INDEX.fullmatch(index.definition)
    assert made is not None, index.definition
    unique = "unique " if made[1] else ""
    return _item(f"`{index.name}` {unique}`{_short(made[2])}`", index.comment)


def _trigger(trigger: SchemaPart) -> str:
    made = _CREATE_TRIGGER.fullmatch(trigger.definition)
    assert made is not None, trigger.definition
    return _item(f"`{trigger.name}` `{_short(f'{made[1]} {made[2]}')}`", trigger.comment)
