"""Statements that travel together: sent with the first answer that is wanted, undone as one."""

from __future__ import annotations

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from runtime import Runtime
from store.database import Conn, Database
from store.limits import PAGES
from store.together import Awaited, Rescue, mark
from tests.rigs.relay import SHUT_DOWN, Relay


def pieces(conn: Conn) -> int:
    """Return how many transactions' worth of queries the server has seen of this session."""
    row = conn.execute("SELECT count(*) FROM probe").fetchone()
    assert row is not None
    return int(row[0])


@pytest.fixture
def probe(runtime: Runtime) -> Runtime:
    with psycopg.connect(runtime.settings.owner_url, autocommit=True) as owner:
        owner.execute("DROP TABLE IF EXISTS probe")
        owner.execute("CREATE TABLE probe (n integer PRIMARY KEY)")
        owner.execute("GRANT ALL ON probe TO PUBLIC")
    return runtime


def test_asks_are_sent_with_the_first_answer_and_committed_at_the_end(probe: Runtime) -> None:
    def work(conn: Conn) -> tuple[int, int]:
        written = conn.execute("INSERT INTO probe VALUES (1), (2) RETURNING n")
        counted = Awaited(conn.execute("SELECT count(*) FROM probe").fetchone)
        assert written.rowcount == -1  # nothing was sent yet
        first = counted.then(lambda row: int(row[0]) if row else 0).answer()
        return first, written.rowcount

    assert probe.database.run_together(work) == (2, 2)
    with probe.database.transaction() as conn:
        assert pieces(conn) == 2
        assert not conn.autocommit


def test_an_error_that_nobody_fetched_undoes_everything(probe: Runtime) -> None:
    def work(conn: Conn) -> None:
        conn.execute("INSERT INTO probe VALUES (1)")
        conn.execute("INSERT INTO probe VALUES (1)")  # its answer is fetched by the commit
        conn.execute("INSERT INTO probe VALUES (3)")

    with pytest.raises(psycopg.errors.UniqueViolation):
        probe.database.run_together(work)
    with probe.database.transaction() as conn:
        assert pieces(conn) == 0


def test_what_is_done_instead_keeps_the_locks_of_before(probe: Runtime) -> None:
    """Undone is what came after the mark; the same statements can be asked for ever after."""
    rescue = Rescue((psycopg.errors.UniqueViolation,), lambda conn, _: pieces(conn))
    marks = True

    def work(conn: Conn) -> int:
        conn.execute("SELECT pg_advisory_xact_lock(1)")
        conn.execute("INSERT INTO probe SELECT coalesce(max(n), 0) + 1 FROM probe")
        if marks:
            mark(conn)
        conn.execute("INSERT INTO probe SELECT coalesce(max(n), 0) + 1 FROM probe")
        conn.execute("INSERT INTO probe SELECT max(n) FROM probe")
        return -1

    rounds = 8  # more than it takes until a statement is prepared
    for number in range(1, rounds + 1):
        assert probe.database.run_together_or_else(work, rescue) == number
    marks = False
    with pytest.raises(psycopg.errors.UniqueViolation):
        probe.database.run_together_or_else(work, rescue)
    with probe.database.transaction() as conn:
        assert pieces(conn) == rounds


def test_an_exception_of_ours_undoes_what_was_only_asked(probe: Runtime) -> None:
    def work(conn: Conn) -> None:
        conn.execute("INSERT INTO probe VALUES (1)")
        raise LookupError("ours")

    with pytest.raises(LookupError):
        probe.database.run_together(work)
    with probe.database.transaction() as conn:
        assert pieces(conn) == 0


def test_its_limits_travel_with_it(probe: Runtime) -> None:
    with probe.database.within(PAGES).together() as conn:
        conn.execute("INSERT INTO probe VALUES (1), (2)")
        asked = conn.execute("SELECT current_setting('statement_timeout')")
        assert asked.fetchone() == ("15s",)
    with probe.database.transaction() as conn:
        assert pieces(conn) == 2


def test_a_connection_that_was_cut_is_met_by_another(probe: Runtime) -> None:
    """Idle: it is not handed out. At work before the commit: all is done once more."""
    with pytest.raises(psycopg.OperationalError, match="before the commit"):
        _lose_without_a_word(probe)
    cut: list[int] = []

    def work(conn: Conn) -> int:
        conn.execute("INSERT INTO probe VALUES (1)")
        if not cut:
            cut.append(conn.info.backend_pid)
            _cut(probe, conn.info.backend_pid)
        return pieces(conn)

    assert probe.database.run_together(work) == 1
    with probe.database.transaction() as conn:
        assert pieces(conn) == 1


@pytest.mark.parametrize("run", ["run", "run_together"])
def test_a_server_that_is_shut_down_as_it_commits_is_asked(probe: Runtime, run: str) -> None:
    """It says so after the commit and before it is ready again: whether it was done is unknown."""
    url = probe.settings.database_url
    with Relay(int(str(conninfo_to_dict(url)["port"]))) as relay:
        database = Database(make_conninfo(url, port=relay.port), 2)
        database.open()
        relay.last_words = SHUT_DOWN
        relay.lose("answer", 1)

        def work(conn: Conn) -> int:
            conn.execute("INSERT INTO probe SELECT count(*) FROM probe")
            return pieces(conn)

        assert getattr(database, run)(work) == 1
        with probe.database.transaction() as conn:
            assert pieces(conn) == 1
        database.close()


def _lose_without_a_word(probe: Runtime) -> None:
    with probe.database.transaction() as conn:
        _cut(probe, conn.info.backend_pid)
        with pytest.raises(psycopg.OperationalError):
            conn.execute("SELECT 1")


def test_an_idle_connection_that_was_cut_is_not_handed_out(probe: Runtime) -> None:
    with probe.database.transaction() as conn:
        pid = conn.info.backend_pid
    _cut(probe, pid)
    with probe.database.transaction() as conn:
        assert conn.execute("SELECT 1").fetchone() == (1,)


def test_what_is_kept_of_a_statement_fits_each_of_its_answers(probe: Runtime) -> None:
    """Prepared or not, asked twice before an answer is fetched, with values of several types."""
    sql = "SELECT %(it)s, pg_typeof(%(it)s)::text, n FROM generate_series(1, 3) AS n"
    given: tuple[object, ...] = (7, 70_000, 7_000_000_000, b"7", [7], True, 7.5)

    def work(conn: Conn) -> None:
        asked = [(it, conn.execute(sql, {"it": it})) for it in given]
        for it, answer in reversed(asked):
            first = answer.fetchone()
            assert first is not None
            assert [first[0], *(row[0] for row in answer.fetchall())] == [it] * 3, first
            assert answer.fetchone() is None
        assert [*conn.execute(sql, {"it": 8})] == [(8, "smallint", n) for n in (1, 2, 3)]
        assert conn.execute("SELECT '%%'").fetchone() == ("%%",)
        assert conn.execute("SELECT '%%'", {}).fetchone() == ("%",)

    for _ in range(8):  # after the fifth it is prepared
        probe.database.run_together(work)


def test_a_statement_that_was_prepared_may_find_its_table_changed(probe: Runtime) -> None:
    def work(conn: Conn) -> object:
        for _ in range(8):  # after the fifth it is prepared
            found = conn.execute("SELECT * FROM probe WHERE n > %s", [0]).fetchall()
        return found

    database = Database(probe.settings.database_url, size=1)
    database.open()
    try:
        assert database.run_together(work) == []
        with psycopg.connect(probe.settings.owner_url, autocommit=True) as owner:
            owner.execute("ALTER TABLE probe ADD said text DEFAULT 'new'")
            owner.execute("INSERT INTO probe VALUES (1)")
        with pytest.raises(psycopg.errors.FeatureNotSupported):
            database.run_together(work)
        assert database.run_together(work) == [(1, "new")]
    finally:
        database.close()


def _cut(runtime: Runtime, pid: int) -> None:
    with psycopg.connect(runtime.settings.owner_url) as owner:
        assert owner.execute("SELECT pg_terminate_backend(%s, 20000)", (pid,)).fetchone() == (True,)
