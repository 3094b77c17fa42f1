"""What is done to the cluster while texts flow, and how it is made good again."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bench.cluster import network, release, state
from bench.cluster.machine import ClusterFailed, Machine
from bench.cluster.plan import of_role
from bench.cluster.up import await_that

_WELL_SECONDS = 120.0
_AWAY_SECONDS = 20.0  # that what is struck stays away
_UNPRIVILEGED = ["runuser", "-u", "postgres", "--"]

_NEXT = "two"
_FAKETIME = "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1"
_BAD_MILLISECONDS = 200.0
_BAD_PERCENT = 5.0

Machines = Mapping[str, Machine]


@dataclass(frozen=True)
class Fault:
    """`strike` does it, keeps it for as long as it is to last, and makes it good again.

    It returns what is to be said of it beside the figures of every fault; empty: nothing.
    """

    name: str
    strike: Callable[[Machines], str]


def await_well() -> None:
    """Wait until three databases follow each other. Raise `ClusterFailed`."""
    await_that(_all_well, "all databases well", _WELL_SECONDS)


def _all_well() -> bool:
    found = state.members()
    return (
        len(found) == len(of_role("database"))
        and all(each.well for each in found)
        and any(each.role == "leader" for each in found)
    )


def _primary_killed(made: Machines) -> str:
    struck = made[state.leader()]
    struck.kill()
    after = _new_leader(struck.host.name)
    struck.boot()
    return f"another primary after {after:.0f} s"


def _primary_cut_off(made: Machines) -> str:
    """Cut the primary off; nothing that is written there from then on may be acknowledged."""
    struck = made[state.leader()]
    network.cut(struck.host)
    began = time.monotonic()
    acknowledged, refuses = 0, 0.0
    after = 0.0
    while time.monotonic() - began < _AWAY_SECONDS + _WELL_SECONDS / 4:
        acknowledged += _writes(struck)
        if not refuses and _only_reads(struck):
            refuses = time.monotonic() - began
        if not after and _leader_or_none() not in ("", struck.host.name):
            after = time.monotonic() - began
        if refuses and after and time.monotonic() - began > _AWAY_SECONDS:
            break
    network.join(struck.host)
    if not refuses or acknowledged:
        raise ClusterFailed(
            f"{struck.host.name}, cut off, acknowledged {acknowledged} writes"
            f" and {'refused' if refuses else 'did not refuse'} them at the end"
        )
    return (
        f"another primary after {after:.0f} s; the old one refuses writes after {refuses:.0f} s,"
        f" and acknowledged none"
    )


def _writes(struck: Machine) -> bool:
    """Tell whether a write on it is acknowledged within two seconds."""
    statement = (
        "SET statement_timeout = '1500ms'; CREATE TABLE IF NOT EXISTS cut_off (at timestamptz);"
        " INSERT INTO cut_off VALUES (now())"
    )
    ended = struck.tried([*_UNPRIVILEGED, "timeout", "2", *_PSQL, "postgres", "-c", statement])
    return not ended.returncode and "canceling" not in ended.stderr


def _only_reads(struck: Machine) -> bool:
    ended = struck.tried(
        [*_UNPRIVILEGED, "timeout", "2", *_PSQL, "-tA", "postgres", "-c",
         "SELECT pg_is_in_recovery()"]
    )  # fmt: skip
    return bool(ended.returncode) or ended.stdout.strip() == "t"


_PSQL = ["psql", "-h", "/run/dakiya-patroni", "-v", "ON_ERROR_STOP=1"]


def _replica_lost(made: Machines) -> str:
    return _lost(made[_replicas()[0]])


def _etcd_member_lost(made: Machines) -> str:
    return _without("dakiya-etcd", [made[_replicas()[0]]])


def _two_etcd_members_lost(made: Machines) -> str:
    return _without("dakiya-etcd", [made[name] for name in _replicas()])


def _balancer_restarted(made: Machines) -> str:
    made[of_role("balancer")[0].name].run(["systemctl", "restart", "dakiya-haproxy"])
    return ""


def _web_killed(made: Machines) -> str:
    return _lost(made[of_role("web")[0].name])


def _workers_killed(made: Machines) -> str:
    struck = [made[each.name] for each in of_role("worker")]
    for each in struck:
        each.kill()
    for each in struck:
        each.boot()
    return ""


def _valkey_lost(made: Machines) -> str:
    return _without("dakiya-valkey", [made[each.name] for each in of_role("worker")])


def _disk_full(made: Machines) -> str:
    struck = made[state.leader()]
    ballast = struck.disk / "ballast"
    with ballast.open("wb") as file:
        try:
            while True:
                file.write(bytes(2**20))
        except OSError:
            pass
    try:
        after = _new_leader(struck.host.name)
        said = f"another primary after {after:.0f} s"
    except ClusterFailed:
        said = "the same primary all the time"
    ballast.unlink()
    return said


def _clocks_off(made: Machines) -> str:
    """Let the clock of one web machine and one worker be ten minutes fast."""
    struck = {
        made[of_role("web")[1].name]: ["dakiya-web"],
        made[of_role("worker")[1].name]: ["dakiya-worker", "dakiya-clock"],
    }
    for each, units in struck.items():
        each.run(["systemctl", "set-environment", f"LD_PRELOAD={_FAKETIME}", "FAKETIME=+10m",
                  "FAKETIME_DONT_FAKE_MONOTONIC=1"])  # fmt: skip
        each.run(["systemctl", "restart", *units])
    time.sleep(_AWAY_SECONDS)
    for each, units in struck.items():
        each.run(["systemctl", "unset-environment", "LD_PRELOAD", "FAKETIME",
                  "FAKETIME_DONT_FAKE_MONOTONIC"])  # fmt: skip
        each.run(["systemctl", "restart", *units])
    return ""


def _network_bad(made: Machines) -> str:
    """Let a web machine and a replica have 200 ms there and back, and lose a twentieth."""
    with (
        network.bad(of_role("web")[1], _BAD_MILLISECONDS / 2, _BAD_PERCENT),
        network.bad(made[_replicas()[0]].host, _BAD_MILLISECONDS / 2, _BAD_PERCENT),
    ):
        time.sleep(_AWAY_SECONDS)
    return ""


def _upgraded(made: Machines) -> str:
    """Let every machine run another release, one after the other, the schema first."""
    release.lay(_NEXT)
    workers, webs = of_role("worker"), of_role("web")
    made[workers[0].name].run(
        ["env", f"DAKIYA_RELEASE={release.THERE}/{_NEXT}", "dakiya", "db", "migrate"]
    )
    for each in (*workers, *webs):
        made[each.name].run([f"{release.THERE}/{_NEXT}/deploy/switch", _NEXT])
    return ""


def _lost(struck: Machine) -> str:
    struck.kill()
    time.sleep(_AWAY_SECONDS)
    struck.boot()
    return ""


def _without(unit: str, struck: list[Machine]) -> str:
    """Kill a unit on each and keep it away."""
    for each in struck:
        each.run(["systemctl", "kill", "--kill-who=main", "--signal=KILL", unit])
        each.run(["systemctl", "stop", unit])
    time.sleep(_AWAY_SECONDS)
    for each in struck:
        each.run(["systemctl", "start", "--no-block", unit])
    return ""


def _new_leader(old: str) -> float:
    """Wait for a primary other than `old`; return how many seconds it took."""
    began = time.monotonic()
    await_that(lambda: _leader_or_none() not in ("", old), "another primary", _WELL_SECONDS / 2)
    return time.monotonic() - began


def _leader_or_none() -> str:
    try:
        return state.leader()
    except ClusterFailed:
        return ""


def _replicas() -> list[str]:
    leader = state.leader()
    return [each.name for each in of_role("database") if each.name != leader]


FAULTS = (
    Fault("primary killed", _primary_killed),
    Fault("primary cut off the network", _primary_cut_off),
    Fault("replica lost", _replica_lost),
    Fault("one member of etcd lost", _etcd_member_lost),
    Fault("two members of etcd lost", _two_etcd_members_lost),
    Fault("balancer restarted", _balancer_restarted),
    Fault("web machine killed", _web_killed),
    Fault("both workers killed", _workers_killed),
    Fault("Valkey lost for good", _valkey_lost),
    Fault("disk of the primary full", _disk_full),
    Fault("clock of a web and a worker machine ten minutes fast", _clocks_off),
    Fault("rolling upgrade", _upgraded),
    Fault("200 ms and 5 % loss to a web machine and a replica", _network_bad),
)
QUICK = ("primary killed", "both workers killed")
