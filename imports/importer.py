"""Imports at work: files are read, checked and done, a batch at a time, beside the outbox.

A batch is one transaction under the lock of its import: a worker that is killed leaves nothing half
done, and any worker continues from there. `Importer` is the worker's thread.
"""

from __future__ import annotations

import time
from typing import Final

import psycopg
import structlog

from conversation.announce import announce
from flows.happenings import Booked, WentOut
from imports import article_rows, checking, delivery_lists, file_rows, reading, register
from imports.checking import at_counters
from imports.faults import Fault, FileRefused
from imports.file_rows import RowState, ShownRow
from imports.register import State
from imports.row_results import RowResult, count, write
from india.calendar import day_of
from logs import described
from outbox.crew import Crew, Work
from outbox.wake import IMPORTS, ring, wake
from postal import articles, new_articles
from postal.articles import Article
from postal.new_articles import NewArticle, NumberTaken
from runtime import Runtime
from store.database import Conn

log = structlog.get_logger(__name__)

# Rows booked in one transaction. Few: the conversations of their people are locked so long.
AT_ONCE: Final = 100
# Between two batches: the outbox's thread runs, so that a waiting code goes first.
_BREATH_SECONDS: Final = 0.01


def advance(runtime: Runtime, id_: int, state: State) -> bool:
    """Do the next batch of an import. False: nothing to do, or another worker does it.

    Raise `psycopg.OperationalError` when the database goes away: nothing of the batch is kept.
    """
    if state == "reading":
        return _read(runtime, id_)
    most = checking.AT_ONCE if state == "checking" else AT_ONCE
    try:
        return _batch(runtime, id_, state, most)
    except psycopg.OperationalError:
        raise
    except Exception as error:
        log.error("import_batch_broke", import_id=id_, **described(error))
    return _one_by_one(runtime, id_, state, most)


def _read(runtime: Runtime, id_: int) -> bool:
    now = runtime.now()
    try:
        return runtime.database.run(lambda conn: reading.read(conn, id_, now))
    except psycopg.OperationalError:
        raise
    except Exception as error:
        log.error("import_file_broke", import_id=id_, **described(error))
    # Else it would break the thread again and again, and the imports after it as well.
    runtime.database.run(lambda conn: reading.refuse(conn, id_, FileRefused("broke"), now))
    return True


def _one_by_one(runtime: Runtime, id_: int, state: State, most: int) -> bool:
    """Do the rows of a broken batch singly; mark one that breaks its batch as bad."""
    for _ in range(most):
        try:
            if not _batch(runtime, id_, state, 1):
                return False
        except psycopg.OperationalError:
            raise
        except Exception as error:
            log.error("import_row_broke", import_id=id_, **described(error))
            runtime.database.run(lambda conn: _spoil(conn, id_, state))
    return True


def _batch(runtime: Runtime, id_: int, state: State, most: int) -> bool:
    def work(conn: Conn) -> bool:
        if state == "checking":
            default = runtime.settings.default_language
            return checking.check(conn, id_, default, runtime.now(), most)
        return _do(runtime, conn, id_, most)

    done = runtime.database.run(work)
    if done and state == "importing":
        wake(runtime.redis)
    return done


def _do(runtime: Runtime, conn: Conn, id_: int, most: int) -> bool:
    found = register.claim(conn, id_, "importing")
    if found is None:
        return False
    if found.kind == "lists":
        postman = delivery_lists.next_postman(conn, id_, "good")
        results = _make(runtime, conn, found, postman) if postman else []
    else:
        rows = file_rows.in_states(conn, id_, ("good",), 0, most)
        results = _book(runtime, conn, found, rows) if rows else []
    if results:
        count(conn, id_, 0, write(conn, id_, results))
    else:
        conn.execute(
            "UPDATE imports SET state = 'done', finished_at = %s"
            " WHERE id = %s AND state = 'importing'",
            (runtime.now(), id_),
        )
    return True


def _book(
    runtime: Runtime, conn: Conn, found: register.Import, rows: list[ShownRow]
) -> list[RowResult]:
    """Book rows that were good when they were checked, and tell their people."""
    default, now = runtime.settings.default_language, runtime.now()
    at_counter = at_counters(conn, [row.number for row in rows if row.number is not None])
    results: list[RowResult] = []
    good: list[tuple[int, NewArticle]] = []
    for row in rows:
        read = article_rows.read(found.columns, row.cells, default)
        over = article_rows.due_over(read.article, day_of(now))  # the day may be another by now
        if read.article is None or row.number in at_counter or over:
            faults = read.faults or over or (Fault("number", "at_counter"),)
            results.append(RowResult(row.line, "bad", faults=faults))
        else:
            good.append((row.line, read.article))
    new = new_articles.book_free(conn, [article for _, article in good], now)
    unseen = set(new)
    again: list[tuple[int, NewArticle]] = []
    for line, article in good:
        if article.number in unseen:
            unseen.remove(article.number)
            results.append(RowResult(line, "done"))
        else:
            again.append((line, article))
    booked = articles.numbered(conn, [article.number for _, article in again]) if again else {}
    results += [_again(line, booked[article.number], article) for line, article in again]
    if new:
        announce(runtime, conn, [Booked(number) for number in new])
    return results


def _again(line: int, booked: Article, article: NewArticle) -> RowResult:
    """Return what becomes of a row whose number was booked since it was checked."""
    try:
        new_articles.same(booked, article)
    except NumberTaken as taken:
        fault = Fault("number", "taken", ", ".join(taken.differing))
        return RowResult(line, "bad", faults=(fault,))
    return RowResult(line, "known")


def _make(runtime: Runtime, conn: Conn, found: register.Import, postman: str) -> list[RowResult]:
    """Make one list, and tell the recipients and the postman."""
    rows = file_rows.of_list(conn, found.id, postman)
    try:
        with conn.transaction():
            made = delivery_lists.make(conn, found, postman, rows, runtime.now())
    except delivery_lists.NotMade as refused:
        return delivery_lists.results_of(rows, refused.faults)
    if made.new:
        announce(runtime, conn, [WentOut(item.number) for item in made.items])
    return [RowResult(row.line, "done" if made.new else "known") for row in rows]


def _spoil(conn: Conn, id_: int, state: State) -> None:
    """Mark what is next, and broke, as bad: a row, or all rows of a list."""
    found = register.claim(conn, id_, state)
    if found is None:
        return
    broke = Fault("", "broke")
    pending: tuple[RowState, ...] = ("new", "read") if state == "checking" else ("good",)
    postman = next(
        filter(None, (delivery_lists.next_postman(conn, id_, each) for each in pending)), None
    )
    news = file_rows.in_states(conn, id_, ("new",), 0, 1)
    if found.kind == "lists" and postman is not None and not news:
        rows = file_rows.of_list(conn, id_, postman)
        results = delivery_lists.results_of(rows, {rows[0].line: [broke]})
    else:
        rows = news or file_rows.in_states(conn, id_, pending, 0, 1)
        results = [RowResult(row.line, "bad", faults=(broke,)) for row in rows]
    if results:
        count(conn, id_, len(news), write(conn, id_, results))


class Importer:
    """The imports of one process, in a thread beside its other work."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._crew = Crew("imports", self._claim, at_once=1)
        self.start, self.wait = self._crew.start, self._crew.wait
        self.stop, self.finish = self._crew.stop, self._crew.finish

    def _claim(self, _busy: frozenset[str]) -> Work[str] | None:
        """Claim all imports: each batch locks its own import."""
        under_way = self._runtime.database.run(register.under_way)
        return Work("imports", self._work) if under_way else None

    def _work(self) -> None:
        """Do batches until nothing is left. The next periodic job retries a batch that is lost."""
        while self._round() and not self._crew.stopping:
            pass

    def _round(self) -> bool:
        """Do a batch of each import, so that a small one does not wait for a large one."""
        worked = False
        for id_, state in self._runtime.database.run(register.under_way):
            if self._crew.stopping:
                return False
            worked = advance(self._runtime, id_, state) or worked
            time.sleep(_BREATH_SECONDS)
        return worked


def ring_importer(runtime: Runtime) -> None:
    """Start the worker's thread soon. Call it after the commit that created its work."""
    ring(runtime.redis, IMPORTS)
