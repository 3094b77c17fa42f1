"""Rows find their month by their id, also where the clock jumps or a partition is missing."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from flask import Flask

import store
from bench import year
from runtime import Runtime
from store import months
from store.database import Conn, Database
from store.months import LARGE, Months
from tests.rigs import chains
from tests.rigs.api_calls import number_of
from tests.rigs.transcript import Player
from web.operations import health

HOUSE = Path(store.__file__).parent.parent


@pytest.fixture
def far(owner: Database) -> Iterator[int]:
    """A month, by its number, that has no partition; what was made for it goes again."""
    with owner.transaction() as conn:
        number = _one(conn, "SELECT month_number(clock_timestamp()) + 9")
    yield number
    with owner.transaction() as conn:
        name = _one(conn, f"SELECT to_char(month_begins({number}), 'YYYY_MM')")
        for table in LARGE:
            conn.execute(f"DROP TABLE IF EXISTS {table}_{name}".encode())


def _one(conn: Conn, query: str, *values: object) -> int:
    row = conn.execute(query.encode(), values).fetchone()
    assert row is not None
    return row[0]  # type: ignore[no-any-return]


def _event_of(owner: Database, month: int) -> int:
    """Write an event as if the clock of the database stood in `month`; return its id."""
    with owner.transaction() as conn:
        return _one(
            conn,
            "INSERT INTO events (id, at, kind) VALUES (%s::bigint * 1000000000000"
            " + nextval('events_id_seq'), now(), 'desk_acted') RETURNING id",
            month,
        )


def _place(owner: Database, id_: int) -> str:
    with owner.transaction() as conn:
        return str(_one(conn, "SELECT tableoid::regclass::text FROM events WHERE id = %s", id_))


def test_a_month_that_nobody_made_loses_nothing(
    runtime: Runtime, owner: Database, app: Flask, far: int
) -> None:
    """Midnight comes and the partition is missing: the row waits, is said to, and moves."""
    id_ = _event_of(owner, far)
    assert _place(owner, id_) == "events_default"
    with runtime.database.transaction() as conn:
        assert months.report(conn).waiting == 1
    said = health._months(runtime).says
    assert said.startswith("1 rows wait in no month")
    assert chains.verify(app).exit_code == 0
    Months(runtime.database).advance()
    assert re.fullmatch(r"events_\d{4}_\d\d", _place(owner, id_))
    with runtime.database.transaction() as conn:
        assert months.report(conn).waiting == 0
        digest = conn.execute("SELECT salt, digest FROM events WHERE id = %s", [id_]).fetchall()
    assert digest
    assert chains.verify(app).exit_code == 0
    assert _place(owner, _event_of(owner, far)) == _place(owner, id_)


def test_a_row_of_a_month_that_was_made_later_has_its_digest(
    runtime: Runtime, owner: Database, app: Flask
) -> None:
    with owner.transaction() as conn:
        number = _one(conn, "SELECT month_number(clock_timestamp()) + 2")
    id_ = _event_of(owner, number)
    assert re.fullmatch(r"events_\d{4}_\d\d", _place(owner, id_))
    with runtime.database.transaction() as conn:
        assert len(_one(conn, "SELECT digest FROM events WHERE id = %s", id_)) == 32  # type: ignore[arg-type]
    assert chains.verify(app).exit_code == 0


def test_a_clock_that_jumps_back_makes_no_id_twice(runtime: Runtime, owner: Database) -> None:
    with owner.transaction() as conn:
        before = _one(conn, "SELECT first_id('1999-01-01T00:00:00Z')")
        now = _one(conn, "SELECT first_id(clock_timestamp())")
    assert (before, now % 10**12) == (0, 0)
    ahead = _event_of(owner, now // 10**12 + 1)
    back = _event_of(owner, now // 10**12)
    assert ahead % 10**12 < back % 10**12  # the numbers go on, whatever the clock says
    with owner.transaction() as conn:
        assert _one(conn, "SELECT count(DISTINCT id) FROM events") == 2


def test_the_application_makes_months_and_no_other_table(runtime: Runtime) -> None:
    with runtime.database.transaction() as conn:
        assert months.make(conn) == 0  # all are there
        report = months.report(conn)
    assert (report.ahead, report.waiting) == (3, 0)
    with (
        pytest.raises(psycopg.errors.InsufficientPrivilege),
        runtime.database.transaction() as conn,
    ):
        conn.execute("CREATE TABLE messages_2099_01 ()")
    with pytest.raises(psycopg.errors.RaiseException), runtime.database.transaction() as conn:
        months.make(conn, 1000)


def test_a_table_that_is_held_is_no_error(runtime: Runtime, owner: Database, far: int) -> None:
    _event_of(owner, far)
    with owner.transaction() as held:
        held.execute("LOCK TABLE events IN ACCESS EXCLUSIVE MODE")
        Months(runtime.database).advance()
    with runtime.database.transaction() as conn:
        assert months.report(conn).waiting == 1
    Months(runtime.database).advance()
    with runtime.database.transaction() as conn:
        assert months.report(conn).waiting == 0


def test_a_carriers_id_is_once_over_all_months(runtime: Runtime, owner: Database, far: int) -> None:
    def text(month: int) -> None:
        with owner.transaction() as conn:
            conn.execute(
                "INSERT INTO messages (id, direction, phone, gateway, carrier_id, at, body, status,"
                " template, language, segments, lane, not_after, next_attempt_at)"
                " VALUES (%s::bigint * 1000000000000 + nextval('messages_id_seq'), 'out',"
                " '+919876500001', 'twilio', 'SM1', now(), '', 'sent', 'code', 'hi', 1, 'code',"
                " now(), now())",
                [month],
            )

    text(0)
    with pytest.raises(psycopg.errors.UniqueViolation):
        text(far)
    with owner.transaction() as conn:
        conn.execute("UPDATE messages SET carrier_id = 'SM2'")
    text(far)


@pytest.mark.parametrize("table", LARGE)
def test_every_index_says_which_query_needs_it(runtime: Runtime, table: str) -> None:
    with runtime.database.transaction() as conn:
        found = conn.execute(
            "SELECT c.relname, obj_description(c.oid, 'pg_class') FROM pg_index x"
            " JOIN pg_class c ON c.oid = x.indexrelid WHERE x.indrelid = %s::regclass"
            " AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = c.oid)",
            [table],
        ).fetchall()
    for name, comment in found:
        files = re.findall(r"[a-z_/]+\.py", (comment or "").partition(": ")[0])
        assert files, f"{name}: COMMENT ON INDEX names the file of the query that needs it first"
        for each in files:
            assert (HOUSE / each).exists(), f"{name}: there is no {each}"


@pytest.fixture
def shifted(owner: Database) -> Iterator[Callable[[int], None]]:
    """What lets the clock of the database stand so many months ahead, as its ids see it."""
    with owner.transaction() as conn:
        function = str(_one(conn, "SELECT pg_get_functiondef('month_number'::regproc)"))
        months = _one(conn, "SELECT count(*) FROM pg_inherits")
    offset = re.search(r"- (\d+)\)", function)
    assert offset is not None

    def shift(ahead: int) -> None:
        there = function.replace(offset[0], f"- {int(offset[1]) - ahead})")
        with owner.transaction() as conn:
            conn.execute(there.encode())

    yield shift
    shift(0)
    with owner.transaction() as conn:
        for name in year.partitions(conn):
            conn.execute(f"DROP TABLE {name}".encode())
        conn.execute("SELECT make_months(3)")
        assert _one(conn, "SELECT count(*) FROM pg_inherits") == months


def _newest_of_now(owner: Database) -> int:
    """The last text of the month in which the clock of the database stands."""
    with owner.transaction() as conn:
        return _one(
            conn,
            "SELECT coalesce(max(id), 0) FROM messages"
            " WHERE id < first_id(clock_timestamp()) + 1000000000000",
        )


def test_deliveries_go_on_while_the_clock_of_the_database_jumps(
    player: Player, app: Flask, owner: Database, shifted: Callable[[int], None]
) -> None:
    """A year ahead, where nobody made a month; back again; ahead once more, and then as it was."""
    postman = "+919839000001"
    people = [f"+91987650000{n}" for n in (1, 2, 3)]
    player.step(f"postman 1001 {postman}")
    for n, recipient in enumerate(people):
        player.step(f"article {number_of(n)} to {recipient} en")
    player.step(f"list 1001: {' '.join(map(number_of, range(3)))}")
    for serial, (recipient, ahead) in enumerate(zip(people, (12, 0, 13), strict=True), start=1):
        shifted(ahead)
        player.seen = _newest_of_now(owner)
        player.step(f"{postman} > {serial}")
        shifted(0 if ahead else 12)  # between the code and the handover it jumps again
        player.seen = _newest_of_now(owner)
        player.step(f"{postman} > {serial} {player.codes[recipient][-1]}")
        Months(player.runtime.database).advance()
    shifted(0)
    run = app.test_cli_runner()
    with owner.transaction() as conn:
        delivered = _one(conn, "SELECT count(*) FROM articles WHERE state = 'delivered'")
        months_used = _one(conn, "SELECT count(DISTINCT id / 1000000000000) FROM sprints")
        texts = conn.execute(
            "SELECT DISTINCT array_agg(m.template ORDER BY m.template) FROM messages m"
            " WHERE m.direction = 'out' AND m.article_id IS NOT NULL GROUP BY m.article_id"
        ).fetchall()
    assert (delivered, months_used) == (3, 3)
    assert len(texts) == 1  # each article's people were told the same
    assert {"code", "delivered"} <= set(texts[0][0])
    replayed = run.invoke(args=["replay"])
    assert replayed.exit_code == 0, replayed.output
    assert " 0 differ" in replayed.output
    verified = chains.verify(app)
    assert verified.exit_code == 0, verified.output


def test_every_month_has_the_settings_of_its_table(runtime: Runtime, owner: Database) -> None:
    """Those of now, those that were made ahead, and the one of what was before."""
    with owner.transaction() as conn:
        found = conn.execute(
            "SELECT i.inhparent::regclass::text, c.relname, c.reloptions,"
            " month_settings(i.inhparent::regclass::text)"
            " FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid"
            " WHERE c.relkind = 'r' AND i.inhparent = ANY(%s::regclass[])",
            [list(LARGE)],
        ).fetchall()
    assert len(found) == len(LARGE) * (2 + 3)  # the first, the default one, and three ahead
    for table, name, options, said in found:
        assert sorted(options) == sorted(said.replace(" ", "").split(",")), (table, name)
    with owner.transaction() as conn:
        queue = _one(conn, "SELECT reloptions FROM pg_class WHERE relname = 'outbox'")
    assert "autovacuum_vacuum_scale_factor=0" in queue  # type: ignore[operator]
