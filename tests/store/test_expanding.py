"""An expand migration only adds, in a moment; a new migration is one, or waits as a contract."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from alembic import command
from alembic.script import ScriptDirectory
from psycopg import sql

from store import applying, migrate, phases
from store.applying import VERSIONS
from store.phases import UndeclaredPhase
from tests.conftest import OfWorker
from tests.rigs.expanding import TOUCHED, Snapshot, faults
from tests.rigs.migrations import Written, copy_of_template
from tests.rigs.told import nothing_in

# The last one that all processes had to end for. Those after it are expand or contract.
LAST_STOP = "0033_narrow"
# What a migration reads or writes that is small wherever it runs, and why.
SMALL = {
    "0034_nobody_waits": {
        "archived_months": "six rows for each month that was archived",
        "purges": "a row for each kind",
    },
}


@pytest.fixture
def stopped(addresses: OfWorker) -> Iterator[str]:
    """The owner's URL of a database at the last migration of before there were phases."""
    server = addresses.owner.rpartition("/")[0]
    name = f"stopped_{os.getpid()}"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as conn:
        conn.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        command.upgrade(applying.config(f"{server}/{name}", [VERSIONS]), LAST_STOP)
        yield f"{server}/{name}"
        conn.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture
def own(addresses: OfWorker) -> Iterator[str]:
    with copy_of_template(addresses, f"expanding_{os.getpid()}") as made:
        yield made.owner


def _faults(url: str, directories: tuple[Path, ...], revision: str) -> list[str]:
    """Apply one migration, and return why it is no expand migration."""
    before = Snapshot.of(url)
    touched: set[str] = set()
    config = applying.config(url, directories)
    module = ScriptDirectory.from_config(config).get_revision(revision).module
    concurrently = getattr(module, "concurrently", ())
    with psycopg.connect(url, autocommit=True) as conn:
        for each in concurrently:
            each.make(conn)

    def look(ctx: object, **_: object) -> None:
        touched.update(row[0] for row in ctx.connection.exec_driver_sql(TOUCHED))  # type: ignore[attr-defined]

    config.attributes["applied"] = look
    command.upgrade(config, revision)
    names = {each.name for each in concurrently if hasattr(each, "name")}
    small = SMALL.get(revision, {}).keys()
    return list(faults(before, Snapshot.of(url), touched - small, names))


def test_every_expand_migration_only_adds_in_a_moment(stopped: str) -> None:
    new = phases.to_come(migrate.shipped(), LAST_STOP)
    assert new
    found: list[str] = []
    for each in new:
        said = _faults(stopped, (VERSIONS,), each.revision)
        if each.phase == "expand":
            found += [f"{each.revision}: {one}" for one in said]
    nothing_in(found)


@pytest.mark.parametrize(
    ("statement", "says"),
    [
        ("ALTER TABLE articles DROP COLUMN hint_id", "column articles.hint_id is gone"),
        ("ALTER TABLE articles RENAME COLUMN state TO status", "column articles.state is gone"),
        ("ALTER TABLE timers RENAME TO alarms", "table timers is gone"),
        ("DROP TABLE waiting_texts", "table waiting_texts is gone"),
        ("DROP INDEX staff_name", "table staff_name is gone"),
        ("DROP FUNCTION alike_prefix(text)", "function alike_prefix(text) is gone"),
        ("ALTER TABLE articles ALTER recipient_address TYPE varchar(900)", "_address is not what"),
        ("ALTER TABLE articles ALTER recipient_name DROP NOT NULL", "recipient_name is not what"),
        ("ALTER TABLE articles ALTER held_until SET NOT NULL", "articles.held_until is not what"),
        ("ALTER TABLE articles ALTER attempts SET DEFAULT 7", "articles.attempts is not what"),
        ("ALTER TABLE articles ADD COLUMN seen text NOT NULL", "articles.seen must be filled"),
        ("ALTER TABLE articles ADD COLUMN seen timestamptz DEFAULT clock_timestamp()",
         "table articles is not what it was"),
        ("ALTER TABLE articles ADD CHECK (attempts < 99)", "NOT VALID"),
        ("ALTER TABLE articles ADD CONSTRAINT few CHECK (attempts < 99) NOT VALID",
         "few forbids what"),
        ("ALTER TABLE articles ADD COLUMN seen_by bigint REFERENCES staff", "NOT VALID"),
        ("CREATE INDEX of_sender ON articles (sender_phone)", "is built while nobody may write"),
        ("CREATE UNIQUE INDEX once ON phones (language)", "once forbids what"),
        ("UPDATE phones SET language = 'hi' WHERE phone = '1'; DELETE FROM timers",
         "table timers is read through"),
        ("INSERT INTO timers SELECT * FROM timers WHERE false", ""),
        ("ALTER TABLE offices ALTER district TYPE varchar(900)", "column offices.district is not"),
        ("SELECT make_months(12)", "messages_default is read through"),
        ("CLUSTER articles USING articles_pkey", "table articles is not what it was"),
        ("ALTER TABLE budget_hits DROP CONSTRAINT budget_hits_budget_check",
         "constraint budget_hits.budget_hits_budget_check is gone"),
        ("ALTER TABLE budget_hits DROP CONSTRAINT budget_hits_budget_check,"
         " ADD CONSTRAINT budget_hits_budget_check CHECK (budget IN ('phone', 'talk')) NOT VALID",
         "budget_hits_budget_check is not what"),
    ],
)  # fmt: skip
def test_what_is_no_expand_migration_is_refused(
    own: str, tmp_path: Path, statement: str, says: str
) -> None:
    written = Written(tmp_path)
    said = _faults(own, written.all, written.add("expand", statement))
    if says:
        assert any(says in each for each in said), said
    else:
        assert said == []


_BUDGETS = (
    "('phone', 'talk', 'door', 'code', 'article', 'sender', 'prefix', 'codes_prefix', 'country'"
)


def test_what_only_adds_is_let_through(own: str, tmp_path: Path) -> None:
    written = Written(tmp_path)
    many = "; ".join(
        (
            "CREATE TABLE seen (id bigint PRIMARY KEY, article_id bigint REFERENCES articles)",
            "CREATE INDEX ON seen (article_id)",
            "ALTER TABLE articles ADD COLUMN seen_at timestamptz",
            "ALTER TABLE articles ADD COLUMN seen_times integer NOT NULL DEFAULT 0",
            "ALTER TABLE messages ADD COLUMN seen_at timestamptz",
            "ALTER TABLE articles ADD COLUMN seen_by bigint",
            "ALTER TABLE articles ADD CONSTRAINT seen_by_staff FOREIGN KEY (seen_by)"
            " REFERENCES staff NOT VALID",
            "ALTER TABLE budget_hits DROP CONSTRAINT budget_hits_budget_check,"
            " ADD CONSTRAINT budget_hits_budget_check"
            f" CHECK (budget IN {_BUDGETS}, 'day')) NOT VALID",
        )
    )
    assert _faults(own, written.all, written.add("expand", many)) == []
    later = written.add(
        "expand",
        "",
        'Validated("articles", "seen_by_staff"), Index("seen_lately", "articles", "(seen_at)"),',
    )
    assert _faults(own, written.all, later) == []


# ---- declared ------------------------------------------------------------------------------------


def test_none_after_the_last_stop_needs_one() -> None:
    new = phases.to_come(migrate.shipped(), LAST_STOP)
    nothing_in(f"{each.revision} is a stop" for each in new if each.phase == "stop")


@pytest.mark.parametrize("line", ["", 'phase = "both"\n', "phase = 1\n"])
def test_a_migration_that_declares_no_phase_is_refused(tmp_path: Path, line: str) -> None:
    (tmp_path / "0001_it.py").write_text(f'"""It."""\n{line}')
    with pytest.raises(UndeclaredPhase, match="expand, contract, stop"):
        phases.read(tmp_path)
