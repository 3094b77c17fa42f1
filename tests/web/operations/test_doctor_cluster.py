"""What `flask doctor` says of a cluster: who leads, who follows, and each thing that is wrong."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import ValidationError

from settings import Settings
from tests.rigs.patroni_stub import PatroniStub, cluster
from web.operations import doctor_cluster, patroni
from web.operations.findings import Finding

Cluster = dict[str, PatroniStub]
_LEADER = "db3"


@pytest.fixture
def machines() -> Iterator[Cluster]:
    with cluster() as stubs:
        for each in stubs.values():
            each.own["dcs_last_seen"] = datetime.now(UTC).timestamp()
        yield stubs


def found(machines: Cluster, *urls: str) -> list[Finding]:
    urls = urls or tuple(each.url for each in machines.values())
    settings = Settings(_env_file=None, patroni_urls=",".join(urls))
    return list(doctor_cluster.examine(settings, patroni.ask(settings), datetime.now(UTC)))


def wrong(machines: Cluster, *urls: str) -> list[str]:
    return [each.says for each in found(machines, *urls) if each.state == "wrong"]


def test_who_leads_and_who_follows_is_said(machines: Cluster) -> None:
    assert [(each.state, each.what, each.says) for each in found(machines)] == [
        ("ok", "cluster", "db3 is the primary, timeline 1"),
        ("ok", "cluster", "db1 confirms commits, 0 MB behind"),
        ("ok", "cluster", "db2 confirms commits, 0 MB behind"),
    ]


def test_without_a_cluster_nothing_is_said() -> None:
    assert found({}, "") == []


def everywhere(machines: Cluster, change: Callable[[PatroniStub], None]) -> None:
    for each in machines.values():
        change(each)


def test_a_replica_that_is_far_behind_is_wrong(machines: Cluster) -> None:
    everywhere(machines, lambda each: each.of("db1").update(replay_lag=64 * 2**20))
    assert wrong(machines) == []
    everywhere(machines, lambda each: each.of("db1").update(replay_lag=100 * 2**20))
    (said,) = wrong(machines)
    assert said.startswith("db1 is 100 MB behind: reads do not go there")
    assert said.endswith("patronictl -c /etc/dakiya/patroni.yml reinit dakiya db1 copies it anew")
    everywhere(machines, lambda each: each.of("db1").update(replay_lag="unknown"))
    (said,) = wrong(machines)
    assert said.startswith("db1: nobody knows how far it is behind")


def test_no_primary_is_wrong(machines: Cluster) -> None:
    machines[_LEADER].own.update(role="replica", replication_state="streaming")
    (said,) = wrong(machines)
    assert said.startswith("no primary: nothing is written")
    assert "patronictl -c /etc/dakiya/patroni.yml list" in said


def test_without_a_primary_nobody_is_told_to_throw_data_away(machines: Cluster) -> None:
    """The machine that leads no more, and waits, may have the newest that there is."""
    everywhere(
        machines,
        lambda each: each.own.update(role="replica", replication_state="in archive recovery"),
    )
    for each in machines.values():
        for name in machines:
            each.of(name).update(role="replica", lag="unknown")
    (said,) = wrong(machines)
    assert said.startswith("no primary: nothing is written")
    assert "reinit" not in said


def test_a_replica_that_is_copied_is_waited_for(machines: Cluster) -> None:
    machines["db1"].own.update(state="creating replica", replication_state="")
    everywhere(
        machines, lambda each: each.of("db1").update(state="creating replica", replay_lag="unknown")
    )
    assert wrong(machines) == [
        "db1 copies the primary: wait for it, as long as its disk and network take"
    ]


def test_a_machine_that_is_stopped_is_wrong(machines: Cluster) -> None:
    machines["db1"].own.update(state="stopped")
    (said,) = wrong(machines)
    assert said.startswith("db1: PostgreSQL is stopped: journalctl -u dakiya-patroni there")


def test_a_replica_that_follows_nobody_is_wrong(machines: Cluster) -> None:
    machines["db1"].own.update(replication_state="in archive recovery")
    (said,) = wrong(machines)
    assert said.startswith("db1 does not follow the primary (in archive recovery)")
    assert "reinit dakiya db1" in said


def test_two_clusters_with_one_name_are_found(machines: Cluster) -> None:
    other = machines["db1"]
    other.own.update(role="primary", database_system_identifier="7000000000000000001")
    other.answers["/cluster"]["members"] = [{**other.of("db1"), "role": "leader"}]
    said = wrong(machines)
    assert said[0].startswith("db1: 7000000000000000001; db2, db3: 7713731307014394314: these are")
    assert "two clusters with one name" in said[0]
    assert said[1].startswith("db1, db3 each say that they are the primary: stop dakiya-patroni")


def test_a_machine_of_another_etcd_is_wrong(machines: Cluster) -> None:
    for name in ("db2", "db3"):
        members = machines[name].answers["/cluster"]["members"]
        members[:] = [each for each in members if each["name"] != "db1"]
    machines["db1"].answers["/cluster"]["members"] = [machines["db1"].of("db1")]
    (said,) = wrong(machines)
    assert said.startswith("db1 answers and is no member of this cluster")


def test_other_versions_are_wrong(machines: Cluster) -> None:
    machines["db2"].own["server_version"] = 150014
    (said,) = wrong(machines)
    assert said.startswith("db2: 15.14; db1, db3: 15.18: PostgreSQL differs: apt-get install")


def test_a_pending_restart_is_wrong(machines: Cluster) -> None:
    reason = {"max_connections": {"old_value": "100", "new_value": "200"}}
    machines["db2"].own.update(pending_restart=True, pending_restart_reason=reason)
    (said,) = wrong(machines)
    assert said.startswith("db2 waits for a restart (max_connections): patronictl")


def test_pause_mode_is_wrong(machines: Cluster) -> None:
    everywhere(machines, lambda each: each.own.update(pause=True))
    (said,) = wrong(machines)
    assert said.startswith("pause mode is on: when the primary dies, nobody takes over")
    assert said.endswith("patronictl -c /etc/dakiya/patroni.yml resume")


def test_synchronous_mode_off_is_wrong(machines: Cluster) -> None:
    def off(each: PatroniStub) -> None:
        each.answers["/config"]["synchronous_mode"] = False
        for name in ("db1", "db2"):
            each.of(name)["role"] = "replica"

    everywhere(machines, off)
    (said,) = wrong(machines)
    assert said.startswith("synchronous mode is off")
    assert said.endswith("edit-config -s synchronous_mode=quorum")
    everywhere(machines, lambda each: each.answers["/config"].update(synchronous_mode="quorum"))
    (said,) = wrong(machines)
    assert said.startswith("no replica confirms commits")


def test_etcd_that_is_away_is_wrong(machines: Cluster) -> None:
    def away(each: PatroniStub) -> None:
        each.answers["/cluster"] = None

    everywhere(machines, away)
    everywhere(machines, lambda each: each.own.update(failsafe_mode_is_active=True))
    (said,) = wrong(machines)
    assert said.startswith("failsafe mode: etcd is away")
    assert "systemctl start dakiya-etcd on at least two" in said
    seen = datetime.now(UTC).timestamp() - 90
    everywhere(machines, lambda each: each.own.pop("failsafe_mode_is_active"))
    everywhere(machines, lambda each: each.own.update(dcs_last_seen=seen))
    assert [each[:30] for each in wrong(machines)] == [
        f"{name} has not reached etcd for 9" for name in ("db1", "db2", "db3")
    ]


def test_a_machine_that_does_not_answer_is_named(machines: Cluster) -> None:
    others = [machines[name].url for name in ("db2", "db3")]
    (said,) = wrong(machines, "http://127.0.0.1:1", *others)
    assert said.startswith("127.0.0.1:1: does not answer (ConnectionError): is the machine up")
    (only,) = wrong({}, "http://127.0.0.1:1")
    assert only.startswith("127.0.0.1:1: does not answer")


@pytest.mark.parametrize("said", [[], {"state": "running"}, {"patroni": "yes"}, None])
def test_something_else_than_patroni_is_named(machines: Cluster, said: object) -> None:
    machines["db1"].answers["/patroni"] = said
    (first, *_) = wrong(machines)
    assert "answers, but not as Patroni does" in first or "does not answer (HTTPError)" in first


def test_members_that_nobody_asks_are_noted(machines: Cluster) -> None:
    (note,) = [
        each for each in found(machines, machines["db3"].url, machines["db1"].url)
        if each.state == "note"
    ]  # fmt: skip
    assert note.says == "db1, db2, db3 are members: name all of them in PATRONI_URLS"


def test_a_certificate_of_another_authority_is_named(tmp_path: Path) -> None:
    openssl = shutil.which("openssl")
    assert openssl is not None
    for name in ("one", "two"):
        subprocess.run(
            [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=127.0.0.1",
             "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", tmp_path / f"{name}.key",
             "-out", tmp_path / f"{name}.crt"],
            check=True, capture_output=True,
        )  # fmt: skip
    stub = PatroniStub("db3")
    stub.own["dcs_last_seen"] = datetime.now(UTC).timestamp()
    stub.secure(tmp_path / "one.crt", tmp_path / "one.key")
    with stub.serving():

        def said(authority: Path) -> list[str]:
            settings = Settings(_env_file=None, patroni_urls=stub.url, patroni_ca=authority)
            told = patroni.ask(settings)
            return [
                each.says
                for each in doctor_cluster.examine(settings, told, datetime.now(UTC))
                if each.state == "wrong"
            ]

        assert said(tmp_path / "one.crt") == []
        (other,) = said(tmp_path / "two.crt")
        assert "its certificate is not of PATRONI_CA" in other
        (missing,) = said(tmp_path / "three.crt")
        assert missing.startswith(f"{tmp_path / 'three.crt'} cannot be read")


@pytest.mark.parametrize("urls", ["db1:8008", "https://user:word@db1:8008", "https://db1/x"])
def test_an_address_that_is_none_is_refused(urls: str) -> None:
    with pytest.raises(ValidationError, match="PATRONI_URLS: addresses by comma"):
        Settings(_env_file=None, patroni_urls=urls)
