"""A day is sealed once, whole, after its last transaction, and writers wait for nothing."""

from __future__ import annotations

import itertools
import json
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from postal.people import tokens
from runtime import Runtime
from store.chains import publish, redact, seal
from store.chains.days import Days
from store.chains.document import DayDocument
from store.chains.redact import Removing
from store.chains.rows import CHAINS
from store.chains.seal import Sealer
from store.database import Database
from tests.rigs import chains
from tests.rigs.chains import days_ago, happened, many_happened, verify


def sealed_days(runtime: Runtime) -> list[DayDocument]:
    with runtime.database.transaction() as conn:
        rows = conn.execute("SELECT document FROM seals ORDER BY day").fetchall()
    return [DayDocument.read(row[0]) for row in rows]


def test_nothing_is_sealed_where_nothing_is_over(runtime: Runtime) -> None:
    assert chains.seal(runtime) == 0
    with runtime.database.transaction() as conn:
        conn.execute("INSERT INTO events (at, kind) VALUES (now(), 'desk_acted')")
    assert chains.seal(runtime) == 0


def test_every_day_has_a_seal_that_names_the_one_before(runtime: Runtime, owner: Database) -> None:
    with owner.transaction() as conn:
        first, second = (happened(conn, days_ago(4), name) for name in "ab")
        third = happened(conn, days_ago(2), "c")
    assert chains.seal(runtime) == 4
    found = sealed_days(runtime)
    assert [each.day for each in found] == [days_ago(n) for n in (4, 3, 2, 1)]
    assert [each.chains["events"].rows for each in found] == [2, 0, 1, 0]
    assert (found[0].chains["events"].first, found[0].chains["events"].last) == (first, second)
    assert found[2].chains["events"].first == third
    assert set(found[0].chains) == set(CHAINS)
    assert found[0].previous == ""
    for before, after in itertools.pairwise(found):
        assert after.previous == sha256(before.text().encode()).hexdigest()
    assert chains.seal(runtime) == 0


@pytest.mark.parametrize("rows", [1, 1023, 1024, 1025, 3000])
def test_parts_hold_every_row_once(
    app: Flask, runtime: Runtime, owner: Database, rows: int
) -> None:
    ids = many_happened(owner, days_ago(1), rows)
    chains.seal(runtime)
    with runtime.database.transaction() as conn:
        stored = conn.execute(
            "SELECT ids FROM sealed_leaves WHERE chain = 'events' ORDER BY part"
        ).fetchall()
    assert [id_ for row in stored for id_ in row[0]] == ids
    assert verify(app).exit_code == 0


def test_a_day_waits_for_the_transaction_that_has_not_ended(
    runtime: Runtime, owner: Database
) -> None:
    sealer = Sealer(runtime.database, runtime.now)
    with owner.transaction() as slow:
        late = happened(slow, days_ago(1), "written before midnight, committed after it")
        with owner.transaction() as conn:
            happened(conn, days_ago(1), "fast")
        assert sealer.advance() == []
        assert sealer.advance() == []
        assert sealer.due() == days_ago(1)
    while not (done := sealer.advance()):  # the databases of other tests have transactions as well
        pass
    (sealed,) = done
    assert DayDocument.read(sealed.document).chains["events"].rows == 2
    with runtime.database.transaction() as conn:
        stored = conn.execute("SELECT ids FROM sealed_leaves WHERE chain = 'events'").fetchone()
    assert stored is not None
    assert late in stored[0]


def test_many_writers_while_a_day_closes(
    app: Flask, runtime: Runtime, owner: Database, addresses: object
) -> None:
    """Each began before midnight and commits after it; others already write the new day."""
    writers, each = 8, 40
    many = Database(runtime.settings.owner_url, writers)
    many.open()
    begun = threading.Barrier(writers + 1)
    started = threading.Event()
    sealed: list[int] = []
    stop = threading.Event()

    def write() -> None:
        with many.transaction() as conn:
            happened(conn, days_ago(1), "before midnight")
            begun.wait()
            started.wait()
            for n in range(each):
                happened(conn, days_ago(1), f"still before {n}")
        for n in range(each):
            with runtime.database.transaction() as conn:
                conn.execute(
                    "INSERT INTO events (at, kind) VALUES (now(), %s)", [f"after midnight {n}"]
                )

    def close() -> None:
        days = Days(runtime.database, None, runtime.now)
        while not stop.is_set():
            sealed.append(days.advance())

    threads = [threading.Thread(target=write) for _ in range(writers)]
    closers = [threading.Thread(target=close) for _ in range(2)]
    for thread in threads:
        thread.start()
    begun.wait()  # all of yesterday's transactions are under way: now it is midnight
    for thread in closers:
        thread.start()
    started.set()
    for thread in threads:
        thread.join()
    chains.seal(runtime)
    stop.set()
    for thread in closers:
        thread.join()
    many.close()
    (document,) = sealed_days(runtime)
    assert document.chains["events"].rows == writers * (each + 1)
    verified = verify(app)
    assert verified.exit_code == 0, verified.output
    told = f"{writers * each + 1} of days without a seal yet"  # and the event of the seal
    assert told in verified.output


def test_what_purge_removed_before_the_seal_is_in_it(
    app: Flask, runtime: Runtime, owner: Database, purging: Database
) -> None:
    with owner.transaction() as conn:
        for age in (3, 1):
            conn.execute(
                "INSERT INTO access_log (at, operator, what, day_written)"
                " VALUES (%s::date, 'root', 'opened', %s)",
                [days_ago(age), days_ago(1)],
            )
    with purging.transaction() as conn:
        removing = Removing("root", "purge", runtime.now())
        before = datetime.now(UTC) - timedelta(days=2)
        assert redact.purge_access_log(conn, before, 10, removing) == 1
    chains.seal(runtime)
    (document,) = sealed_days(runtime)
    assert document.chains["access_log"].rows == 2
    verified = verify(app)
    assert verified.exit_code == 0, verified.output
    assert "access_log: 1 rows, 1 removed whole" in verified.output


def test_roots_go_to_files_that_are_never_written_again(
    app: Flask, runtime: Runtime, owner: Database, tmp_path: Path
) -> None:
    with owner.transaction() as conn:
        happened(conn, days_ago(2), "a")
    assert chains.seal(runtime, tmp_path / "roots") == 2
    files = sorted((tmp_path / "roots").iterdir())
    assert [path.name for path in files] == [f"{days_ago(n)}.json" for n in (2, 1)]
    first, second = (path.read_bytes() for path in files)
    assert json.loads(second)["previous"] == sha256(first).hexdigest()
    assert files[0].stat().st_mode & 0o777 == 0o444
    files[1].unlink()
    with runtime.database.transaction() as conn:
        assert publish.publish(conn, tmp_path / "roots") == [files[1]]
        assert publish.publish(conn, tmp_path / "roots") == []
    assert files[1].read_bytes() == second


def test_a_directory_that_refuses_stops_no_seal(
    runtime: Runtime, owner: Database, tmp_path: Path
) -> None:
    with owner.transaction() as conn:
        happened(conn, days_ago(1), "a")
    (tmp_path / "a file").write_text("in the way")
    assert chains.seal(runtime, tmp_path / "a file") == 1


def test_the_feed_tells_the_root(runtime: Runtime, owner: Database, client: FlaskClient) -> None:
    with owner.transaction() as conn:
        happened(conn, days_ago(1), "a")
    chains.seal(runtime)
    with runtime.database.transaction() as conn:
        token = tokens.create(conn, "department")
        sealed = seal.last(conn)
    answer = client.get("/api/v1/events", headers={"Authorization": f"Bearer {token}"}).json
    assert answer is not None
    assert sealed is not None
    told = [event["data"] for event in answer["events"] if event["kind"] == "day_sealed"]
    assert told == [{"day": days_ago(1).isoformat(), "root": sealed.root}]


def test_the_command_seals_and_says_what_it_waits_for(
    app: Flask, runtime: Runtime, owner: Database, tmp_path: Path
) -> None:
    here = runtime.settings.model_copy(update={"day_roots_dir": tmp_path})
    app.extensions["dakiya"] = replace(runtime, settings=here)
    command = app.test_cli_runner()
    with owner.transaction() as conn:
        happened(conn, days_ago(1), "a")
    with owner.transaction() as conn:
        happened(conn, days_ago(1), "committed")
    with owner.transaction() as conn:
        happened(conn, days_ago(1), "under way")
        stuck = command.invoke(args=["audit", "seal", "--wait", "0"])
        assert stuck.exit_code == 1
        assert f"{days_ago(1)} waits for a transaction that has not ended" in stuck.output
    assert "days sealed: 1" in command.invoke(args=["audit", "seal"]).output
    assert (tmp_path / f"{days_ago(1)}.json").exists()
