"""What `flask doctor` says of the way to the database, of its archive, and of the replica."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from runtime import Runtime
from settings import Settings
from tests.conftest import OfWorker
from tests.rigs.patroni_stub import cluster
from tests.rigs.pgbouncer import pooled
from tests.rigs.standby import Standby
from web.operations import doctor_replica, doctor_servers, patroni
from web.operations.findings import Finding
from web.operations.patroni import PatroniTold


@pytest.fixture(scope="module")
def standby(addresses: OfWorker) -> Iterator[Standby]:
    with Standby(addresses.owner) as standby:
        yield standby


def settings(**changes: Any) -> Settings:
    return Settings(_env_file=None, **changes)


def servers(url: str, *told: PatroniTold, **changes: Any) -> list[Finding]:
    prepares = changes.get("database_prepares", 5)
    with psycopg.connect(url, prepare_threshold=prepares or None) as conn:
        return list(doctor_servers.examine(conn, settings(**changes), told))


def replica(url: str, primary: str, **changes: Any) -> Finding:
    with psycopg.connect(primary) as conn:
        (found,) = doctor_replica.examine(conn, settings(database_replica_url=url, **changes))
    return found


def wrong(found: list[Finding]) -> list[tuple[str, str]]:
    return [(each.what, each.says) for each in found if each.state == "wrong"]


# ---- the way there -------------------------------------------------------------------------------


def test_a_pooler_between_wants_no_prepared_statements(runtime: Runtime, tmp_path: Path) -> None:
    url = runtime.settings.database_url
    assert [each for each in servers(url) if each.what != "archive"] == []
    with pooled(url, tmp_path) as through:
        for _ in range(2):  # the second one meets what the first one left
            (found,) = wrong(servers(through))
            assert found == (
                "DATABASE_PREPARES",
                "a pooler (PgBouncer) is between, which mixes up prepared statements:"
                " DATABASE_PREPARES=0",
            )
        with psycopg.connect(through, prepare_threshold=0) as other:
            other.execute("SELECT 'of another process'")
        ((what, _),) = wrong(servers(through))
        assert what == "DATABASE_PREPARES"
        (found_well, *_) = servers(through, database_prepares=0)
        assert (found_well.state, found_well.what) == ("ok", "pooler")


def test_the_owner_does_not_migrate_through_a_pooler(
    runtime: Runtime, addresses: OfWorker, tmp_path: Path
) -> None:
    url = runtime.settings.database_url
    assert wrong(servers(url, database_owner_url=addresses.owner)) == []
    with pooled(addresses.owner, tmp_path) as through:
        ((what, says),) = wrong(servers(url, database_owner_url=through))
    assert what == "DATABASE_OWNER_URL"
    assert says.startswith("leads through a pooler")
    ((what, says),) = wrong(servers(url, database_owner_url="postgresql://o:w@127.0.0.1:1/d"))
    assert (what, says) == (
        "DATABASE_OWNER_URL",
        "it does not answer: see that it runs, and its address; nobody can migrate",
    )


def test_a_replica_is_no_database_url(runtime: Runtime, standby: Standby) -> None:
    ((what, says),) = wrong(servers(standby.url(runtime.settings.database_url)))
    assert what == "database"
    assert says.startswith("DATABASE_URL leads to a replica, which takes no writes")


def test_another_database_than_the_clusters_is_found(runtime: Runtime) -> None:
    url = runtime.settings.database_url
    with cluster() as stubs:
        told = patroni.ask(settings(patroni_urls=",".join(each.url for each in stubs.values())))
        found = wrong(servers(url, *told))
        assert found[0][1].startswith("DATABASE_URL leads to another database than PATRONI_URLS")
        with psycopg.connect(url) as conn:
            stubs["db1"].own["database_system_identifier"] = doctor_servers.system(conn)
        told = patroni.ask(settings(patroni_urls=stubs["db1"].url))
        assert not [says for _, says in wrong(servers(url, *told)) if "DATABASE_URL" in says]


# ---- the archive ---------------------------------------------------------------------------------


def test_a_log_that_is_not_archived_is_wrong_in_a_cluster_alone(runtime: Runtime) -> None:
    url = runtime.settings.database_url
    assert [each for each in servers(url) if each.what == "archive"] == []
    with cluster() as stubs:
        told = patroni.ask(settings(patroni_urls=stubs["db3"].url))
    ((_, says),) = [each for each in wrong(servers(url, *told)) if each[0] == "archive"]
    assert says.startswith("the log is not archived: patronictl -c /etc/dakiya/patroni.yml edit")


def test_an_archive_that_fails_or_stands_still_is_wrong() -> None:
    for row, state, beginning in (
        (("on", 60.0, 30.0, False), "ok", "the log is archived, the last was 30 s ago"),
        (("on", 60.0, 30.0, True), "wrong", "archiving the log fails, the last was 30 s ago"),
        (("on", 60.0, None, True), "wrong", "archiving the log fails, nothing yet"),
        (("on", 60.0, 601.0, False), "wrong", "the last was 601 s ago, though one is due every"),
        (("on", 0.0, 90_000.0, False), "ok", "the log is archived"),
    ):
        (found,) = doctor_servers.archived(doctor_servers.LogArchive(*row), ())
        assert (found.state, found.what) == (state, "archive")
        assert found.says.startswith(beginning)


# ---- the replica ---------------------------------------------------------------------------------


def test_a_replica_that_follows_is_well(runtime: Runtime, standby: Standby) -> None:
    url = runtime.settings.database_url
    with psycopg.connect(url) as conn:
        assert list(doctor_replica.examine(conn, settings())) == []
    standby.caught_up()
    found = replica(standby.url(url), url)
    assert (found.state, found.what) == ("ok", "DATABASE_REPLICA_URL")
    assert found.says.startswith("a replica, ")


def test_a_replica_that_is_too_old_is_wrong(
    runtime: Runtime, standby: Standby, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor_replica, "MOST_SECONDS", 0.0)
    url = runtime.settings.database_url
    standby.stop_following()
    found = replica(standby.url(url), url)
    standby.follow()
    assert found.state == "wrong"
    assert "s old: does it follow (patronictl list), does a worker run?" in found.says


def test_a_replica_that_lets_nobody_in_is_wrong(runtime: Runtime, standby: Standby) -> None:
    url = runtime.settings.database_url
    there = standby.url(url)
    for changed, says in (
        (make_conninfo(there, password="hidden-word"), "the password or the role is wrong"),
        (make_conninfo(there, dbname="nowhere"), "it has no such database or role"),
        (make_conninfo(there, port=1), "it does not answer: see that it runs"),
    ):
        found = replica(changed, url)
        assert (found.state, found.says[: len(says)]) == ("wrong", says)
        assert "hidden-word" not in found.says


def test_a_replica_that_is_the_primary_is_noted(runtime: Runtime) -> None:
    url = runtime.settings.database_url
    found = replica(url, url)
    assert found.state == "note"
    assert found.says.startswith("leads to the primary: no replica is left")


def test_a_replica_through_a_pooler_wants_no_prepared_statements(
    runtime: Runtime, standby: Standby, tmp_path: Path
) -> None:
    url = runtime.settings.database_url
    parts = conninfo_to_dict(standby.url(url))
    there = "postgresql://{user}:{password}@{host}:{port}/{dbname}".format(**parts)
    with pooled(there, tmp_path) as through, psycopg.connect(url) as conn:
        first, _ = doctor_replica.examine(conn, settings(database_replica_url=through))
    assert (first.state, first.says) == ("wrong", "a pooler is between: DATABASE_PREPARES=0")


def test_a_replica_that_went_away_behind_its_pooler_is_named_and_not_the_database(
    runtime: Runtime, addresses: OfWorker, tmp_path: Path
) -> None:
    """PgBouncer lets people in by itself; what is behind it refuses their first question."""
    url = runtime.settings.database_url
    with ExitStack() as pooler:
        with Standby(addresses.owner) as standby:
            standby.caught_up()
            parts = conninfo_to_dict(standby.url(url))
            there = "postgresql://{user}:{password}@{host}:{port}/{dbname}".format(**parts)
            through = pooler.enter_context(pooled(there, tmp_path, waits=2))
            assert replica(through, url, database_prepares=0).state == "ok"
        found = replica(through, url, database_prepares=0)
    assert (found.state, found.what) == ("wrong", "DATABASE_REPLICA_URL")
    assert found.says.endswith("until then reports are read from the primary")
