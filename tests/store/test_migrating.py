"""`flask db migrate` beside running traffic: nobody waits long, nothing is done twice or half."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from flask import Flask

from runtime import Runtime
from settings import Settings
from store import applying, migrate
from store.applying import LOCK, WHOLE, BehindPooler, LostDatabase, NoLock
from store.database import Database
from store.limits import HOOKS
from tests.conftest import OfWorker
from tests.rigs.migrations import Written, copy_of_template
from tests.rigs.pgbouncer import pooled
from tests.rigs.transcript import Player

HOUSE = Path(__file__).parent.parent.parent
_PEOPLE = 4
_SOON = 30.0  # seconds; nothing here takes as long

_CHILD = """
import sys
from pathlib import Path
from store import migrate
done = migrate.migrate(sys.argv[1], None, directories=[Path(each) for each in sys.argv[2:]])
print(" ".join(each.revision for each in done))
"""


@pytest.fixture
def own(addresses: OfWorker) -> Iterator[OfWorker]:
    """A database of its own, whose schema this test changes."""
    with copy_of_template(addresses, f"migrating_{os.getpid()}") as made:
        yield made


@pytest.fixture
def settings(usual_settings: Settings, own: OfWorker) -> Settings:
    return usual_settings.model_copy(
        update={
            "database_url": own.application,
            "database_owner_url": own.owner,
            "database_purge_url": own.purge,
        }
    )


@pytest.fixture
def open_database(own: OfWorker) -> Iterator[Database]:
    database = Database(own.application, 12, wait=60)
    database.open()
    yield database
    database.close()


@pytest.fixture
def owner(own: OfWorker) -> Iterator[Database]:
    database = Database(own.owner, 2, wait=60)
    database.open()
    yield database
    database.close()


@pytest.fixture
def written(tmp_path: Path) -> Written:
    return Written(tmp_path)


def _columns(url: str, table: str = "articles") -> set[str]:
    with psycopg.connect(url) as conn:
        rows = conn.execute(
            "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0",
            [table],
        ).fetchall()
    return {str(row[0]) for row in rows}


def _at(url: str) -> str:
    with psycopg.connect(url) as conn:
        row = conn.execute("SELECT version_num FROM alembic_version").fetchone()
    assert row is not None
    return str(row[0])


def _await(url: str, query: str, *values: object) -> tuple[Any, ...]:
    """Return the first row of `query` as soon as there is one."""
    deadline = time.monotonic() + _SOON
    with psycopg.connect(url, autocommit=True) as conn:
        while True:
            row = conn.execute(query.encode(), values).fetchone()
            if row is not None:
                return row
            assert time.monotonic() < deadline, f"not within {_SOON:.0f} s: {query}"


# For a moment after a wait has begun there is no `waitstart` yet (PostgreSQL, pg_locks).
_WAITING = """
SELECT extract(epoch FROM clock_timestamp() - waitstart)::float FROM pg_locks
JOIN pg_stat_activity USING (pid)
WHERE NOT granted AND waitstart IS NOT NULL AND application_name = %s
AND pg_stat_activity.datname = current_database()
"""


# ---- beside traffic ------------------------------------------------------------------------------


class Street:
    """Postmen who text without pause through the hook, and how long their texts took."""

    def __init__(self, app: Flask, player: Player) -> None:
        self._app = app
        self._over = threading.Event()
        self.took: list[float] = []
        self.refused: list[int] = []
        for n in range(_PEOPLE):
            player.step(f"postman 100{n} +91983900000{n}")
            player.step(f"article EU{_NUMBERS[n]}IN to +91987650000{n} hi from +919811100001")
            player.step(f"list 100{n}: EU{_NUMBERS[n]}IN")

    def _walk(self, n: int) -> None:
        client, texted = self._app.test_client(), 0
        while not self._over.is_set():
            texted += 1
            body = {"from": f"+91983900000{n}", "text": ("1", "1 3", "00")[texted % 3],
                    "id": f"{n}-{texted}"}  # fmt: skip
            began = time.monotonic()
            answer = client.post("/hooks/simulator/sms", json=body)
            self.took.append(time.monotonic() - began)
            if answer.status_code != 200:
                self.refused.append(answer.status_code)

    @contextmanager
    def busy(self) -> Iterator[None]:
        with ThreadPoolExecutor(_PEOPLE) as threads:
            walks = [threads.submit(self._walk, n) for n in range(_PEOPLE)]
            try:
                yield
            finally:
                self._over.set()
            for each in walks:
                each.result()


_NUMBERS = ("123456785", "123456799", "123456808", "123456811")


def test_texts_wait_no_longer_than_a_lock_may_take_while_a_long_transaction_is_in_the_way(
    app: Flask, player: Player, runtime: Runtime, own: OfWorker, written: Written
) -> None:
    revision = written.add("expand", "ALTER TABLE articles ADD COLUMN seen_at timestamptz")
    street, done = Street(app, player), threading.Event()
    waits: list[float] = []

    def measure() -> None:
        """How long a session of the application waits for a lock, as PostgreSQL sees it."""
        with psycopg.connect(own.owner, autocommit=True) as conn:
            while not done.is_set():
                waits.extend(
                    row[0]
                    for row in conn.execute(
                        _WAITING.replace("= %s", "NOT LIKE '%% migrate%%'").encode(), []
                    )
                )

    with ThreadPoolExecutor(2) as threads, psycopg.connect(own.owner) as report:
        report.execute("SELECT count(*) FROM articles")  # in a transaction that goes on
        measuring = threads.submit(measure)
        try:
            with street.busy():
                migrating = threads.submit(
                    migrate.migrate, own.owner, None, "expand", _SOON, written.all
                )
                for _ in range(2):  # it came, and was refused, and came again
                    _await(own.owner, _WAITING, applying.NAME)
                    _await(own.owner, f"SELECT WHERE NOT EXISTS ({_WAITING})", applying.NAME)
                report.rollback()
                assert [each.revision for each in migrating.result(_SOON)] == [revision]
        finally:
            done.set()
        measuring.result()
    assert "seen_at" in _columns(own.owner)
    assert street.refused == []
    assert len(street.took) > 4 * _PEOPLE
    assert max(waits) > 0.1, "no text waited: the report was not in the way"
    assert max(waits) < HOOKS.lock / 1000
    with runtime.database.transaction() as conn:
        assert conn.execute("SELECT count(*) FROM waiting_texts").fetchone() == (0,)


def test_what_has_one_lock_and_waits_for_another_is_undone_in_time(
    own: OfWorker, written: Written
) -> None:
    """Each statement may wait `LOCK`; all of them together hold others up for `WHOLE`."""
    together = "; ".join(
        ("SELECT pg_sleep(0.35)", "ALTER TABLE articles ADD COLUMN seen_at timestamptz",
         "SELECT pg_sleep(0.25)", "ALTER TABLE phones ADD COLUMN seen_at timestamptz")
    )  # fmt: skip
    assert 350 < LOCK < WHOLE < 600 + LOCK
    written.add("expand", together)
    with psycopg.connect(own.owner) as report:
        report.execute("SELECT count(*) FROM phones")
        began = time.monotonic()
        with pytest.raises(NoLock) as refused:
            migrate.migrate(own.owner, None, "expand", 0.5, written.all)
        assert time.monotonic() - began < _SOON
    assert "seen_at" not in _columns(own.owner) | _columns(own.owner, "phones")
    # It was not the lock's own time: that would have come 300 ms later.
    assert isinstance(refused.value.__cause__.orig, psycopg.errors.QueryCanceled)  # type: ignore[union-attr]


def test_who_is_in_the_way_is_named_and_nothing_is_half_done(
    own: OfWorker, written: Written
) -> None:
    first = written.add("expand", "ALTER TABLE phones ADD COLUMN seen_at timestamptz")
    second = written.add(
        "expand",
        "CREATE TABLE seen (id bigint); ALTER TABLE articles ADD COLUMN seen_at timestamptz",
    )
    with psycopg.connect(own.application, application_name="a long report") as report:
        report.execute("SELECT 'Sita Devi', count(*) FROM articles")
        with pytest.raises(NoLock) as refused:
            migrate.migrate(own.owner, None, "expand", 0.5, written.all)
        says = str(refused.value)
        assert says.startswith(f"{second} was tried ")
        assert f"pid {report.info.backend_pid} (a long report), in a transaction since 20" in says
        assert "pg_terminate_backend(PID)" in says
        assert "Sita" not in says
        assert "SELECT 'Sita" not in says
    assert _at(own.owner) == first
    with psycopg.connect(own.owner) as conn:
        assert conn.execute("SELECT to_regclass('seen')").fetchone() == (None,)
    done = migrate.migrate(own.owner, None, "expand", _SOON, written.all)
    assert [each.revision for each in done] == [second]


# ---- two at once, and one that is killed ---------------------------------------------------------


def test_two_at_once_do_the_work_once(own: OfWorker, written: Written) -> None:
    revisions = [
        written.add("expand", f"CREATE TABLE seen_{n} (id bigint); SELECT pg_sleep(0.2)")
        for n in range(3)
    ]
    with ThreadPoolExecutor(2) as threads:
        both = [
            threads.submit(migrate.migrate, own.owner, None, "expand", _SOON, written.all)
            for _ in range(2)
        ]
        done = [[each.revision for each in one.result(_SOON)] for one in both]
    assert sorted(done) == [[], revisions]
    assert _at(own.owner) == revisions[-1]


def test_one_that_waits_for_another_gives_up_in_time(own: OfWorker, written: Written) -> None:
    written.add("expand", "CREATE TABLE seen (id bigint)")
    with applying.guarded(own.owner, _SOON), pytest.raises(NoLock, match="another"):
        migrate.migrate(own.owner, None, "expand", 0.5, written.all)
    assert _at(own.owner) == migrate.newest()


def _child(own: OfWorker, written: Written) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", _CHILD, own.owner, *map(str, written.all)],
        cwd=HOUSE,
        stdout=subprocess.PIPE,
    )


def _killed_in(own: OfWorker, written: Written, doing: str) -> None:
    """Kill a migrate while PostgreSQL runs a statement like `doing`."""
    child = _child(own, written)
    _await(
        own.owner,
        "SELECT pid FROM pg_stat_activity WHERE application_name = %s AND state = 'active'"
        " AND query LIKE %s AND datname = current_database()",
        applying.NAME,
        doing,
    )
    child.send_signal(signal.SIGKILL)
    child.communicate(timeout=_SOON)


def test_one_that_is_killed_in_the_middle_left_nothing_and_runs_again(
    own: OfWorker, written: Written
) -> None:
    first = written.add("expand", "CREATE TABLE seen_first (id bigint)")
    flag = "SELECT pg_sleep(CASE WHEN to_regclass('go_on') IS NULL THEN 2 ELSE 0 END)"
    second = written.add("stop", f"CREATE TABLE seen (id bigint); {flag}")
    _killed_in(own, written, "%pg_sleep%")
    assert _at(own.owner) == first
    with psycopg.connect(own.owner) as conn:
        assert conn.execute("SELECT to_regclass('seen')").fetchone() == (None,)
        conn.execute("CREATE TABLE go_on (id bigint)")
    child = _child(own, written)
    said, _ = child.communicate(timeout=_SOON)
    assert said.decode().split() == [second]
    assert _at(own.owner) == second


def test_one_whose_database_goes_away_says_to_run_it_again(own: OfWorker, written: Written) -> None:
    revision = written.add("stop", "CREATE TABLE seen (id bigint); SELECT pg_sleep(20)")
    with ThreadPoolExecutor(1) as threads:
        migrating = threads.submit(migrate.migrate, own.owner, None, "expand", _SOON, written.all)
        _await(
            own.owner,
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = %s"
            " AND query LIKE %s AND datname = current_database()",
            applying.NAME,
            "%pg_sleep%",
        )
        with pytest.raises(LostDatabase, match=f"while {revision} was applied: run this again"):
            migrating.result(_SOON)
    assert _at(own.owner) == migrate.newest()


# ---- indexes of large tables ---------------------------------------------------------------------


def _indexes(url: str, like: str) -> dict[str, bool]:
    with psycopg.connect(url) as conn:
        rows = conn.execute(
            "SELECT indexrelid::regclass::text, indisvalid FROM pg_index"
            " WHERE indexrelid::regclass::text LIKE %s",
            [like],
        ).fetchall()
    return {str(row[0]): bool(row[1]) for row in rows}


def test_an_index_is_built_for_each_month_and_those_to_come(
    own: OfWorker, written: Written
) -> None:
    written.add("expand", "", 'Index("sent_to", "messages", "(phone, at)"),')
    assert len(migrate.migrate(own.owner, None, "expand", _SOON, written.all)) == 1
    with psycopg.connect(own.owner) as conn:
        conn.execute(
            "CREATE TABLE messages_later PARTITION OF messages"
            " FOR VALUES FROM (900000000000000) TO (901000000000000)"
        )
        months = conn.execute(
            "SELECT count(*) FROM pg_inherits WHERE inhparent = 'messages'::regclass"
        ).fetchone()
        built = conn.execute(
            "SELECT count(*) FROM pg_inherits WHERE inhparent = 'sent_to'::regclass"
        ).fetchone()
    assert months == built
    assert _indexes(own.owner, "sent_to") == {"sent_to": True}


def test_an_index_that_was_killed_is_built_anew(own: OfWorker, written: Written) -> None:
    revision = written.add("expand", "", 'Index("of_sender", "articles", "(sender_phone, id)"),')
    # It builds once nobody has a snapshot from before it: this one keeps it waiting.
    with psycopg.connect(own.owner) as report:
        report.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        report.execute("SELECT count(*) FROM phones")
        _killed_in(own, written, "CREATE INDEX CONCURRENTLY%")
        with psycopg.connect(own.owner, autocommit=True) as conn:
            conn.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE application_name = %s AND datname = current_database()",
                [applying.NAME],
            )
    _await(
        own.owner,
        "SELECT WHERE NOT EXISTS (SELECT FROM pg_stat_activity"
        " WHERE application_name = %s AND datname = current_database())",
        applying.NAME,
    )
    assert _indexes(own.owner, "of_sender") == {"of_sender": False}
    done = migrate.migrate(own.owner, None, "expand", _SOON, written.all)
    assert [each.revision for each in done] == [revision]
    assert _indexes(own.owner, "of_sender") == {"of_sender": True}


# ---- phases --------------------------------------------------------------------------------------


def test_a_contract_waits_and_what_follows_it_too(own: OfWorker, written: Written) -> None:
    expand = written.add("expand", "ALTER TABLE articles ADD COLUMN seen_at timestamptz")
    contract = written.add("contract", "ALTER TABLE articles DROP COLUMN seen_at")
    later = written.add("expand", "ALTER TABLE articles ADD COLUMN heard_at timestamptz")
    done = migrate.migrate(own.owner, None, "expand", _SOON, written.all)
    assert [each.revision for each in done] == [expand]
    done = migrate.migrate(own.owner, None, "contract", _SOON, written.all)
    assert [each.revision for each in done] == [contract, later]
    with psycopg.connect(own.owner) as conn:
        floor = conn.execute("SELECT floor FROM alembic_version").fetchone()
    assert floor == (contract,)


def test_code_of_the_release_before_runs_on_until_a_contract(
    runtime: Runtime, app: Flask, own: OfWorker, written: Written
) -> None:
    """What /readyz says of a schema that this code does not know."""
    ready = app.test_client()
    written.add("expand", "ALTER TABLE articles ADD COLUMN seen_at timestamptz")
    migrate.migrate(own.owner, None, "expand", _SOON, written.all)
    says = ready.get("/readyz").get_json()
    assert "migrations" not in says["failing"]
    assert says["migrations"].startswith("at 9000_written, of a newer release")
    written.add("contract", "ALTER TABLE articles DROP COLUMN seen_at")
    migrate.migrate(own.owner, None, "contract", _SOON, written.all)
    says = ready.get("/readyz").get_json()
    assert "migrations" in says["failing"]
    assert "which this version of Dakiya does not know" in says["migrations"]


def test_through_a_pooler_it_is_refused_with_where_to_go(own: OfWorker, tmp_path: Path) -> None:
    with (
        pooled(own.owner, tmp_path) as url,
        pytest.raises(BehindPooler, match="PostgreSQL's own port"),
    ):
        migrate.migrate(url, None)
