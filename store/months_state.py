"""What there is of the months of the large tables: missing ones, rows that are astray, archives."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from psycopg import sql

from store.database import Conn
from store.months import LARGE, WAITING, Large

_PARTITIONS: Final = """
SELECT p.large, p.number, month_begins(p.number), month_begins(p.number + 1), p.bytes,
       p.number - month_number(clock_timestamp())
FROM (SELECT i.inhparent::regclass::text AS large, CASE WHEN c.relname LIKE '%%\\_first' THEN 0
             ELSE month_number(to_date(right(c.relname, 7), 'YYYY_MM')::timestamp
                               AT TIME ZONE 'Asia/Kolkata') END AS number,
             pg_total_relation_size(c.oid) AS bytes
      FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
      WHERE i.inhparent = ANY(%s::regclass[]) AND c.relname NOT LIKE '%%\\_default') AS p
ORDER BY p.number, p.large
"""


@dataclass(frozen=True)
class MonthOfTable:
    """A partition. `ends`: the first day after it; `distance`: in months, from this one."""

    table: Large
    number: int
    begins: date
    ends: date
    bytes: int
    distance: int


@dataclass(frozen=True)
class FirstMonth:
    """The partition of what was before the months, and of the first of them."""

    month: date
    over: bool
    tables: tuple[str, ...]
    mebibytes: int


def partitions(conn: Conn) -> list[MonthOfTable]:
    """Return the months that there are, without the default partitions, in order."""
    return [MonthOfTable(*row) for row in conn.execute(_PARTITIONS, [list(LARGE)]).fetchall()]


def missing(conn: Conn) -> Mapping[date, list[Large]]:
    """Return of this month and the next which tables have none."""
    made = {(each.table, each.number) for each in partitions(conn)}
    rows = conn.execute(
        "SELECT n, month_begins(n) FROM month_number(clock_timestamp()) AS now (this),"
        " generate_series(this, this + 1) AS n"
    ).fetchall()
    found = {month: [each for each in LARGE if (each, n) not in made] for n, month in rows}
    return {month: tables for month, tables in found.items() if tables}


def made_until(conn: Conn) -> date:
    """Return the first day of which a table has no month."""
    last: dict[str, date] = {}
    for each in partitions(conn):
        last[each.table] = each.ends
    return min(last.values())


def waiting(conn: Conn) -> Mapping[str, int]:
    """Return the tables of which rows are in no month, and how many, up to a thousand."""
    counted = conn.execute(" UNION ALL ".join(WAITING.format(each) for each in LARGE).encode())
    return {table: rows for table, rows in counted.fetchall() if rows}


def ahead_of_time(conn: Conn) -> Mapping[date, list[str]]:
    """Return the months that have not begun and have rows, and of which tables."""
    found: dict[date, list[str]] = defaultdict(list)
    for each in partitions(conn):
        if each.distance > 0 and _rows(conn, each, 1):
            found[each.begins].append(each.table)
    return found


def before(conn: Conn, table: Large, day: date) -> list[date]:
    """Return the months of `table` that ended before `day` and are still there."""
    return [
        each.begins
        for each in partitions(conn)
        if each.table == table and each.ends <= day and each.distance < 0
    ]


def first(conn: Conn) -> FirstMonth:
    """Return what is in the partitions of before there were months."""
    of_first = [each for each in partitions(conn) if each.number == 0]
    filled = [each for each in of_first if _rows(conn, each, 1)]
    row = conn.execute("SELECT month_begins(0), month_number(clock_timestamp()) > 0").fetchone()
    assert row is not None
    size = sum(each.bytes for each in filled) >> 20
    return FirstMonth(row[0], row[1], tuple(each.table for each in filled), size)


@dataclass(frozen=True)
class ArchivedRows:
    """An archived month of a table. `back`: how many of its rows are in the database again.

    `late`: how many rows came to the month afterwards, as the clock of the database stood wrong.
    """

    table: Large
    month: date
    ends: date
    rows: int
    place: str
    back: int
    late: int

    @property
    def half(self) -> bool:
        """Tell whether some of its rows are here and some are not."""
        return 0 < self.back < self.rows


def archived(conn: Conn) -> list[ArchivedRows]:
    """Return the archived months of all tables, in order."""
    there = {(each.table, each.number): each for each in partitions(conn)}
    found = []
    for number, month, ends, table, rows, place, last in conn.execute(
        "SELECT month, month_begins(month), month_begins(month + 1), of_table, rows, place, last_id"
        " FROM archived_months ORDER BY month, of_table"
    ).fetchall():
        part = there.get((table, number))
        back = _rows(conn, part, rows + 1, last) if part is not None else 0
        every = _rows(conn, part, back + 1_000) if part is not None else 0
        found.append(ArchivedRows(table, month, ends, rows, place, back, every - back))
    return found


def incomplete(conn: Conn) -> Mapping[date, list[Large]]:
    """Return the months of which some tables are archived and others are not, and which not."""
    rows = conn.execute(
        "SELECT month_begins(month), array_agg(of_table) FROM archived_months"
        " GROUP BY month ORDER BY month"
    ).fetchall()
    return {
        month: [each for each in LARGE if each not in known]
        for month, known in rows
        if len(known) < len(LARGE)
    }


def _rows(conn: Conn, month: MonthOfTable, most: int, last: int | None = None) -> int:
    """Return how many rows a month of a table has, up to `most`; with ids up to `last`."""
    key = "session_id" if month.table == "ussd_hops" else "id"
    query = sql.SQL(
        "SELECT count(*) FROM (SELECT FROM {} WHERE {key} >= %s AND {key} <= %s LIMIT %s) AS found"
    ).format(sql.Identifier(month.table), key=sql.Identifier(key))
    low = month.number * 10**12 if month.number else -(2**62)
    high = (month.number + 1) * 10**12 - 1 if last is None else last
    row = conn.execute(query, [low, high, most]).fetchone()
    assert row is not None
    return int(row[0])
