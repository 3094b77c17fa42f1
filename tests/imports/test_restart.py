"""Killed in the midst, two at once, cancelled, broken: nothing twice, nothing lost."""

from __future__ import annotations

import dataclasses
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient
from redis import Redis

from imports import file_rows, register
from imports.importer import AT_ONCE, Importer, advance
from imports.register import Import
from outbox.wake import IMPORTS, ring
from runtime import Runtime
from store.database import Database
from tests.outbox.test_worker import process, until
from tests.rigs.api_calls import api_of
from tests.rigs.counter import office
from tests.rigs.desk import sign_in
from tests.rigs.doers import operator
from tests.rigs.imports import count, get, row, started, text, uploaded, work
from tests.rigs.outbox import NOWHERE

ROWS = 4 * AT_ONCE


def received(runtime: Runtime, rows: int = ROWS, first: int = 1) -> Import:
    content = text(row(n) for n in range(first, first + rows)).encode()
    return runtime.database.run(
        lambda conn: register.receive(conn, content, "a.csv", operator(runtime.now()))
    )


def start(runtime: Runtime, id_: int) -> None:
    left_out = get(runtime, id_).left_out
    runtime.database.run(lambda conn: register.start(conn, id_, left_out, runtime.now()))


def each_once(runtime: Runtime, rows: int = ROWS) -> None:
    """Every row is one article, its people were told once, and the import says so."""
    assert count(runtime, "articles") == rows
    assert count(runtime, "events WHERE kind = 'article_booked'") == rows
    assert count(runtime, "messages WHERE template = 'booked'") == rows
    assert count(runtime, "import_rows WHERE state = 'done'") == rows
    with runtime.database.transaction() as conn:
        (imported,) = conn.execute("SELECT sum(imported) FROM imports").fetchone() or (0,)
    assert imported == rows


@contextmanager
def held_after(runtime: Runtime, batches: int) -> Iterator[Callable[[], bool]]:
    """No worker gets beyond so many batches; gives whether one waits there."""
    first = 2 + batches * AT_ONCE  # line 1 is the heading
    with psycopg.connect(runtime.settings.database_url) as holding:
        holding.execute("SELECT FROM import_rows WHERE line = %s FOR UPDATE", (first,))
        pid = holding.info.backend_pid
        waiting = f"pg_stat_activity WHERE {pid} = ANY(pg_blocking_pids(pid))"
        yield lambda: count(runtime, waiting) == 1
        holding.rollback()


def test_a_worker_killed_again_and_again_goes_on_where_it_was(
    runtime: Runtime, client: FlaskClient
) -> None:
    api_of(runtime, client)
    found = received(runtime)

    def imported() -> int:
        return get(runtime, found.id).imported

    with process(runtime, "clock"):
        with process(runtime) as killed:  # while it is read or checked
            until(lambda: get(runtime, found.id).state != "reading")
            killed.send_signal(signal.SIGKILL)
            killed.wait()
        with process(runtime):
            until(lambda: get(runtime, found.id).state == "checked")
        start(runtime, found.id)
        for batches in (1, 3):
            with held_after(runtime, batches) as waiting, process(runtime) as killed:
                until(waiting)
                killed.send_signal(signal.SIGKILL)
                killed.wait()
            assert imported() == batches * AT_ONCE
        with process(runtime) as worker:
            until(lambda: get(runtime, found.id).state == "done")
            worker.terminate()
            assert worker.wait(30) == 0
    each_once(runtime)


def test_killed_within_a_batch_nothing_of_it_is_left(runtime: Runtime, client: FlaskClient) -> None:
    api_of(runtime, client)
    found = received(runtime, 60)
    work(runtime)
    start(runtime, found.id)
    ring(runtime.redis, IMPORTS)
    with held_after(runtime, 0) as waiting, process(runtime) as worker:
        # What is booked cannot be written down: the batch stands between the two.
        until(waiting)
        worker.send_signal(signal.SIGKILL)
        worker.wait()
    assert count(runtime, "articles") == count(runtime, "messages") == 0
    work(runtime)
    each_once(runtime, 60)


def test_a_worker_told_to_stop_ends_after_its_batch(runtime: Runtime, client: FlaskClient) -> None:
    api_of(runtime, client)
    found = received(runtime)
    work(runtime)
    start(runtime, found.id)
    ring(runtime.redis, IMPORTS)
    with process(runtime) as worker:
        with held_after(runtime, 1) as waiting:
            until(waiting)
            worker.terminate()
        assert worker.wait(30) == 0
    before = get(runtime, found.id)
    assert before.state == "importing"
    assert count(runtime, "articles") == before.imported
    work(runtime)
    each_once(runtime)


def test_two_workers_at_once_import_once(runtime: Runtime, client: FlaskClient) -> None:
    api_of(runtime, client)
    found = [received(runtime, 150), received(runtime, 150, first=500)]
    together(runtime)
    for each in found:
        start(runtime, each.id)
    together(runtime)
    assert [get(runtime, each.id).state for each in found] == ["done", "done"]
    each_once(runtime, 300)


def together(runtime: Runtime) -> None:
    """Two workers, each until it finds nothing that it could do."""
    importers = [Importer(runtime), Importer(runtime)]
    while any([importer.start() for importer in importers]):
        for importer in importers:
            importer.wait()


def test_whoever_presses_start_twice_at_once_starts_once(
    runtime: Runtime, client: FlaskClient
) -> None:
    api_of(runtime, client)
    found = received(runtime, 20)
    work(runtime)
    threads = [threading.Thread(target=start, args=(runtime, found.id)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    together(runtime)
    each_once(runtime, 20)


def test_cancelled_in_the_midst_what_is_done_stays_and_the_rest_goes(
    runtime: Runtime, app: Flask
) -> None:
    office(runtime)
    clerk = sign_in(app, runtime, "clerk")
    found = uploaded(clerk, text(row(n) for n in range(1, 201)).encode())
    clerk.post(f"/office/imports/{found.id}/start", left_out="0")
    assert advance(runtime, found.id, "importing")
    assert clerk.post(f"/office/imports/{found.id}/cancel").status_code == 302
    work(runtime)
    found = get(runtime, found.id)
    assert (found.state, found.imported) == ("cancelled", AT_ONCE)
    assert count(runtime, "articles") == AT_ONCE
    assert count(runtime, "import_rows WHERE state <> 'done'") == 0
    assert "Cancelled." in clerk.get(f"/office/imports/{found.id}").text
    clerk.post(f"/office/imports/{found.id}/cancel")
    assert "It has ended already." in clerk.get(f"/office/imports/{found.id}").text
    again = started(clerk, uploaded(clerk, text(row(n) for n in range(1, 201)).encode()))
    assert (again.known, again.imported) == (AT_ONCE, 200 - AT_ONCE)


@pytest.mark.parametrize("when", ["reading", "checking"])
def test_cancelled_before_it_is_checked(runtime: Runtime, client: FlaskClient, when: str) -> None:
    found = received(runtime)
    if when == "checking":
        advance(runtime, found.id, "reading")
        assert get(runtime, found.id).state == "checking"
    runtime.database.run(lambda conn: register.cancel(conn, found.id, runtime.now()))
    work(runtime)
    assert get(runtime, found.id).state == "cancelled"
    assert count(runtime, "import_rows") == count(runtime, "import_pieces") == 0


def test_a_row_that_breaks_its_batch_is_named_and_the_others_are_done(
    runtime: Runtime, client: FlaskClient, owner: Database
) -> None:
    api_of(runtime, client)
    found = received(runtime, 60)
    work(runtime)
    start(runtime, found.id)
    with owner.transaction() as conn:  # a fault of ours that no check foresaw
        conn.execute(
            "ALTER TABLE articles ADD CONSTRAINT fault CHECK (recipient_phone <> '+919839000007')"
        )
    try:
        work(runtime)
    finally:
        with owner.transaction() as conn:
            conn.execute("ALTER TABLE articles DROP CONSTRAINT fault")
    found = get(runtime, found.id)
    assert (found.state, found.imported, found.bad) == ("done", 59, 1)
    with runtime.database.transaction() as conn:
        (bad,) = file_rows.in_states(conn, found.id, ("bad",), 0, 5)
    assert (bad.line, bad.faults[0].reason) == (8, "broke")


def test_a_file_that_breaks_the_reader_does_not_hold_up_the_next(
    runtime: Runtime, client: FlaskClient, owner: Database
) -> None:
    api_of(runtime, client)
    broken, next_ = received(runtime, 20), received(runtime, 3, first=500)
    with owner.transaction() as conn:  # a fault of ours that no check foresaw
        conn.execute("ALTER TABLE import_rows ADD CONSTRAINT fault CHECK (line <> 9)")
    try:
        work(runtime)
    finally:
        with owner.transaction() as conn:
            conn.execute("ALTER TABLE import_rows DROP CONSTRAINT fault")
    assert (get(runtime, broken.id).state, get(runtime, broken.id).refusal) == ("refused", "broke")
    assert count(runtime, f"import_pieces WHERE import_id = {broken.id}") == 0
    assert get(runtime, next_.id).state == "checked"


def test_without_valkey_imports_go_on(runtime: Runtime, client: FlaskClient) -> None:
    api_of(runtime, client)
    found = received(runtime, 20)
    away = dataclasses.replace(runtime, redis=Redis.from_url(NOWHERE))
    work(away)
    start(away, found.id)
    work(away)
    each_once(runtime, 20)
