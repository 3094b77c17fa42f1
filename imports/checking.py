"""The check of rows that were read, a batch at a time: nothing is booked here, and no list is made.

A batch is one transaction under the lock of its import, which its worker holds; a worker that is
killed leaves the import as it was before the batch.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final

from imports import article_rows, delivery_lists, file_rows, list_rows, register
from imports.faults import Fault
from imports.file_rows import RowState, ShownRow
from imports.register import Import
from imports.row_results import RowResult, count, write
from india.calendar import day_of
from postal import articles, new_articles
from postal.articles import Article, Language
from store.database import Conn

AT_ONCE: Final = 500  # rows


def check(conn: Conn, id_: int, default: Language, now: datetime, most: int = AT_ONCE) -> bool:
    """Check up to `most` rows, or one list. False: nothing to check, or another worker does.

    `default`: the language of rows that name none.
    """
    found = register.claim(conn, id_, "checking")
    if found is None:
        return False
    rows = file_rows.in_states(conn, id_, ("new",), 0, most)
    if rows:
        if found.kind == "lists":
            results = _lists(conn, found, rows)
        else:
            results = _articles(conn, found, rows, default, day_of(now))
        count(conn, id_, len(rows), write(conn, id_, results))
        if found.kind == "lists" and not file_rows.in_states(conn, id_, ("new",), 0, 1):
            delivery_lists.adopt(conn, id_)
        return True
    postman = delivery_lists.next_postman(conn, id_, "read")
    if postman is not None:
        count(conn, id_, 0, write(conn, id_, delivery_lists.try_out(conn, found, postman, now)))
        return True
    conn.execute(
        "UPDATE imports SET state = 'checked', checked_at = %s"
        " WHERE id = %s AND state = 'checking'",
        (now, id_),
    )
    return True


def _articles(
    conn: Conn, found: Import, rows: Sequence[ShownRow], default: Language, today: date
) -> list[RowResult]:
    read = [article_rows.read(found.columns, row.cells, default) for row in rows]
    numbers = [each.number for each in read if each.number is not None]
    booked = articles.numbered(conn, numbers)
    at_counter = at_counters(conn, numbers)
    first = _first_lines(conn, found.id, numbers)
    results: list[RowResult] = []
    for row, each in zip(rows, read, strict=True):
        faults = list(each.faults)
        known = False
        if each.number is not None:
            before = first.setdefault(each.number, row.line)
            if before < row.line:
                faults.append(Fault("number", "twice", str(before)))
            elif each.number in booked and each.article is not None:
                known = not (taken := _taken(booked[each.number], each.article))
                faults += taken
            elif each.number in at_counter:
                faults.append(Fault("number", "at_counter"))
        if each.number not in booked:
            faults += article_rows.due_over(each.article, today)
        state: RowState = "bad" if faults else "known" if known else "good"
        results.append(RowResult(row.line, state, each.number, None, tuple(faults)))
    return results


def _taken(booked: Article, new: new_articles.NewArticle) -> list[Fault]:
    differing = new_articles.differing(booked, new)
    return [Fault("number", "taken", ", ".join(differing))] if differing else []


def at_counters(conn: Conn, numbers: Sequence[str]) -> set[str]:
    """Return those of `numbers` that a clerk typed for a customer who has not paid yet."""
    rows = conn.execute(
        "SELECT number FROM booking_items WHERE number = ANY(%s) AND removed_at IS NULL"
        " AND article_id IS NULL",
        (list(numbers),),
    ).fetchall()
    return {row[0] for row in rows}


def _lists(conn: Conn, found: Import, rows: Sequence[ShownRow]) -> list[RowResult]:
    read = [list_rows.read(found.columns, row.cells) for row in rows]
    first = _first_lines(conn, found.id, [each.number for each in read if each.number is not None])
    results: list[RowResult] = []
    for row, each in zip(rows, read, strict=True):
        faults = list(each.faults)
        if each.number is not None:
            before = first.setdefault(each.number, row.line)
            if before < row.line:
                faults.append(Fault("number", "twice", str(before)))
        state: RowState = "bad" if faults else "read"
        results.append(RowResult(row.line, state, each.number, each.postman, tuple(faults)))
    return results


def _first_lines(conn: Conn, id_: int, numbers: Sequence[str]) -> dict[str, int]:
    """Return the lines of the numbers in the rows that were checked before."""
    rows = conn.execute(
        "SELECT number, min(line) FROM import_rows WHERE import_id = %s AND number = ANY(%s)"
        " GROUP BY number",
        (id_, list(numbers)),
    ).fetchall()
    return dict(rows)
