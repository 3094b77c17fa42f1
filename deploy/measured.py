#!/usr/bin/python3 -I
"""Write what Prometheus' node exporter is to say of this machine: ./measured FILE, every minute.

On a database machine: the pools of PgBouncer, the archive of the log, what replicas still lack,
etcd. On backup1: the age of the backups and of the newest log. On both: room on the disk, and the
end of the certificate. Patroni and HAProxy have their own (deploy/prometheus.yml). It runs as
postgres, asks the programs of this machine alone, and says what could not be asked
(`dakiya_measurement_failed`; why: journalctl -u dakiya-measured).
"""

from __future__ import annotations

import csv
import json
import os
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

ROLE = Path("/etc/dakiya/role")  # deploy/install writes it
TLS = Path("/etc/dakiya/tls")
REPOSITORY = Path("/var/lib/pgbackrest")
DISKS = {"database": "/var/lib/postgresql", "backup": str(REPOSITORY)}
SECONDS = 10  # that a program may take

GAUGES = {
    "dakiya_pool_clients_active": "Connections of the application that have a server connection",
    "dakiya_pool_clients_waiting": "Connections of the application that wait for one",
    "dakiya_pool_servers_busy": "Connections of PgBouncer to PostgreSQL that are in use",
    "dakiya_pool_servers_idle": "Connections of PgBouncer to PostgreSQL that are free",
    "dakiya_pool_wait_seconds": "How long the client that waits longest has waited",
    "dakiya_archived_timestamp_seconds": "When the primary archived a piece of the log last",
    "dakiya_archive_failed_timestamp_seconds": "When the primary failed to archive last; 0: never",
    "dakiya_slot_kept_bytes": "Log that the primary keeps for a replica",
    "dakiya_slot_lost": "1 where the primary no longer keeps what a replica lacks",
    "dakiya_etcd_up": "1 where this machine's etcd answers and sees a leader",
    "dakiya_backup_timestamp_seconds": "When the newest backup of a kind ended",
    "dakiya_backup_bytes": "Size of the database in the newest backup",
    "dakiya_backup_wrong": "0 where pgBackRest finds its repository in order",
    "dakiya_archive_newest_timestamp_seconds": "When the newest piece of the log came to backup1",
    "dakiya_disk_bytes": "Size of the disk of PostgreSQL, or of the backups",
    "dakiya_disk_free_bytes": "What is free of it",
    "dakiya_certificate_end_timestamp_seconds": "When the certificate of this machine ends",
    "dakiya_measured_timestamp_seconds": "When this was written",
    "dakiya_measurement_failed": "1 where something could not be asked",
}


@dataclass(frozen=True)
class Sample:
    """One number. `labels`: names and values."""

    name: str
    labels: tuple[tuple[str, str], ...]
    value: float

    def __str__(self) -> str:
        labels = ",".join(f"{name}={json.dumps(value)}" for name, value in self.labels)
        return f"{self.name}{{{labels}}} {self.value:.17g}" if labels else (
            f"{self.name} {self.value:.17g}"
        )  # fmt: skip


def one(name: str, value: float, **labels: str) -> Sample:
    """Return a sample."""
    return Sample(name, tuple(labels.items()), value)


def ran(*command: str) -> str:
    """Return what a program wrote. Raise CalledProcessError, or TimeoutExpired."""
    return subprocess.run(
        command, capture_output=True, text=True, check=True, timeout=SECONDS
    ).stdout


def asked(socket: str, port: int, user: str, database: str, statement: str) -> list[dict[str, str]]:
    """Return the rows of a statement."""
    where = ["-h", socket, "-p", str(port), "-U", user, "-d", database]
    said = ran("psql", "-X", "-v", "ON_ERROR_STOP=1", "--csv", *where, "-c", statement)
    return list(csv.DictReader(said.splitlines()))


def postgres(statement: str) -> list[dict[str, str]]:
    """Return the rows of a statement of this machine's PostgreSQL."""
    return asked("/run/dakiya-patroni", 5432, "postgres", "postgres", statement)


def pools() -> Iterator[Sample]:
    """Yield the pools of PgBouncer, which lets its own user in by the socket."""
    for row in asked("/run/dakiya-pgbouncer", 6432, "pgbouncer", "pgbouncer", "SHOW POOLS"):
        if row["database"] == "pgbouncer":
            continue
        of = {"user": row["user"]}
        yield one("dakiya_pool_clients_active", float(row["cl_active"]), **of)
        yield one("dakiya_pool_clients_waiting", float(row["cl_waiting"]), **of)
        yield one("dakiya_pool_servers_busy", float(row["sv_active"]), **of)
        yield one("dakiya_pool_servers_idle", float(row["sv_idle"]) + float(row["sv_used"]), **of)
        waited = float(row["maxwait"]) + float(row["maxwait_us"]) / 1_000_000
        yield one("dakiya_pool_wait_seconds", waited, **of)


def archive() -> Iterator[Sample]:
    """Yield how the primary archives its log; a replica archives nothing."""
    for row in postgres(
        "SELECT extract(epoch FROM last_archived_time) AS archived,"
        " coalesce(extract(epoch FROM last_failed_time), 0) AS failed"
        " FROM pg_stat_archiver WHERE NOT pg_is_in_recovery()"
    ):
        if row["archived"]:
            yield one("dakiya_archived_timestamp_seconds", float(row["archived"]))
        yield one("dakiya_archive_failed_timestamp_seconds", float(row["failed"]))


def slots() -> Iterator[Sample]:
    """Yield what the primary keeps for each replica."""
    for row in postgres(
        "SELECT slot_name, wal_status IN ('lost', 'unreserved') AS lost,"
        " coalesce(pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn), 0) AS kept"
        " FROM pg_replication_slots WHERE NOT pg_is_in_recovery()"
    ):
        yield one("dakiya_slot_kept_bytes", float(row["kept"]), slot=row["slot_name"])
        yield one("dakiya_slot_lost", float(row["lost"] == "t"), slot=row["slot_name"])


def etcd() -> Iterator[Sample]:
    """Yield whether this machine's etcd is well; one that is away is no failure to ask."""
    trusted = ssl.create_default_context(cafile=str(TLS / "ca.crt"))
    trusted.load_cert_chain(TLS / "host.crt", TLS / "host.key")
    try:
        with urlopen("https://localhost:2379/health", timeout=SECONDS, context=trusted) as answer:
            well = json.load(answer)["health"] == "true"
    except OSError:
        well = False
    yield one("dakiya_etcd_up", float(well))


def backups() -> Iterator[Sample]:
    """Yield the newest backup of each kind."""
    (stanza,) = json.loads(ran("pgbackrest", "--stanza=dakiya", "--output=json", "info"))
    yield one("dakiya_backup_wrong", float(stanza["status"]["code"]))
    newest = {each["type"]: each for each in stanza["backup"]}  # the oldest comes first
    for kind, each in newest.items():
        yield one("dakiya_backup_timestamp_seconds", float(each["timestamp"]["stop"]), kind=kind)
    if stanza["backup"]:
        yield one("dakiya_backup_bytes", float(stanza["backup"][-1]["info"]["size"]))


def newest_log() -> Iterator[Sample]:
    """Yield when the newest piece of the log came: a gap begins there, whatever the primary says.

    A piece lies at archive/dakiya/15-1/(timeline and first half of its number)/; names count up.
    """
    pieces = sorted((REPOSITORY / "archive" / "dakiya").glob("*/*/"))
    if pieces:
        times = [each.stat().st_mtime for each in pieces[-1].iterdir()]
        yield one("dakiya_archive_newest_timestamp_seconds", max(times))


def disk(directory: str) -> Iterator[Sample]:
    """Yield the room on the disk of a directory."""
    found = os.statvfs(directory)
    of = {"directory": directory}
    yield one("dakiya_disk_bytes", float(found.f_blocks * found.f_frsize), **of)
    yield one("dakiya_disk_free_bytes", float(found.f_bavail * found.f_frsize), **of)


def certificate() -> Iterator[Sample]:
    """Yield when this machine's certificate ends, and the cluster with it."""
    said = ran("openssl", "x509", "-noout", "-enddate", "-in", str(TLS / "host.crt"))
    at = ssl.cert_time_to_seconds(said.strip().removeprefix("notAfter="))
    yield one("dakiya_certificate_end_timestamp_seconds", float(at))


def measures(role: str) -> dict[str, Callable[[], Iterator[Sample]]]:
    """Return what is measured on a machine of that role. Raise KeyError for other roles."""
    directory = DISKS[role]
    own: dict[str, Callable[[], Iterator[Sample]]] = {
        "database": {"pools": pools, "archive": archive, "slots": slots, "etcd": etcd},
        "backup": {"backups": backups, "newest_log": newest_log},
    }[role]
    return {**own, "disk": lambda: disk(directory), "certificate": certificate}


def measured(role: str) -> list[Sample]:
    """Return every number of this machine; what fails costs none of the others."""
    found: list[Sample] = []
    for name, measure in measures(role).items():
        try:
            found += list(measure())
            failed = 0.0
        except (OSError, ValueError, LookupError, subprocess.SubprocessError) as error:
            said = getattr(error, "stderr", "") or error
            sys.stderr.write(f"{name}: {type(error).__name__}: {said}\n")
            failed = 1.0
        found.append(one("dakiya_measurement_failed", failed, of=name))
    return [*found, one("dakiya_measured_timestamp_seconds", time.time())]


def written(samples: Iterable[Sample]) -> str:
    """Return the text that Prometheus reads: the samples of a name together."""
    found = list(samples)
    lines = []
    for name, about in GAUGES.items():
        own = [str(each) for each in found if each.name == name]
        if own:
            lines += [f"# HELP {name} {about}", f"# TYPE {name} gauge", *own]
    return "\n".join(lines) + "\n"


def main(into: Path) -> None:
    """Write all numbers of this machine to `into`, at once."""
    beside = into.with_suffix(".new")  # the node exporter reads *.prom alone
    beside.write_text(written(measured(ROLE.read_text().strip())))
    beside.replace(into)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("which file? measured /var/lib/prometheus/node-exporter/dakiya.prom")
    main(Path(sys.argv[1]))
