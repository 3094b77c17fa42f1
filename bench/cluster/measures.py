"""What the cluster says of itself: to Prometheus (deploy/prometheus.yml) and `dakiya doctor`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import urllib3
import yaml

from bench.cluster.machine import ClusterFailed, Machine
from bench.cluster.plan import DEPLOY, DIRECTORY, PUBLIC_NAME, host, of_role
from bench.rig import HOUSE

BOARD: Final = (
    HOUSE / "docs" / "grafana" / "cluster.json",
    HOUSE / "docs" / "grafana" / "cluster-alerts.yml",
)
_NAME: Final = re.compile(r"\b(?:dakiya|patroni|haproxy)_[a-z0-9_]+")
_SECRETS: Final = DIRECTORY / "secrets"
_TEXT_FILE: Final = "/var/lib/prometheus/node-exporter/dakiya.prom"
_OF_THE_CLUSTER: Final = (
    "cluster", "database", "archive", "replica", "pooler", "DATABASE_PREPARES",
    "DATABASE_OWNER_URL", "DATABASE_REPLICA_URL", "PATRONI_CA", "PATRONI_URLS",
)  # fmt: skip


def insist(made: Mapping[str, Machine]) -> None:
    """Raise `ClusterFailed` where a figure is not there, or `dakiya doctor` finds a wrong."""
    told = "".join(figures(made))
    asked = {name for path in BOARD for name in _NAME.findall(path.read_text())}
    there = set(re.findall(r"^([a-z0-9_]+)[{ ]", told, re.MULTILINE))
    missing = sorted(asked - there)
    if missing:
        raise ClusterFailed(f"board or alerts speak of what nobody measures: {', '.join(missing)}")
    failed = re.findall(r'^dakiya_measurement_failed\{of="(\w+)"\} 1', told, re.MULTILINE)
    if failed:
        raise ClusterFailed(f"could not be measured: {failed}: journalctl -u dakiya-measured")
    wrong = list(_wrong(made))
    if wrong:
        raise ClusterFailed("dakiya doctor on worker1 says:\n" + "\n".join(wrong))


def figures(made: Mapping[str, Machine]) -> Iterator[str]:
    """Yield what each target of deploy/prometheus.yml says, asked as Prometheus asks it.

    Raises `ClusterFailed` where one does not answer.
    """
    configured = yaml.safe_load((DEPLOY / "prometheus.yml").read_text())
    for job in configured["scrape_configs"]:
        for target in job["static_configs"][0]["targets"]:
            if job["job_name"] == "machines":
                yield _measured(made[target.partition(":")[0]])
            else:
                yield _scraped(job, target)


def _measured(machine: Machine) -> str:
    """Return what the node exporter of a machine would add to its own."""
    machine.run(["runuser", "-u", "postgres", "-G", "postgres", "-G", "ssl-cert", "--",
                 "/usr/local/bin/dakiya-measured", _TEXT_FILE])  # fmt: skip
    return machine.run(["cat", _TEXT_FILE])


def _scraped(job: Mapping[str, Any], target: str) -> str:
    name, _, port = target.partition(":")
    at = of_role("balancer")[0] if name == PUBLIC_NAME else host(name)
    own = {file: _there(path) for file, path in job.get("tls_config", {}).items()}
    headers = {}
    if "authorization" in job:
        token = _there(job["authorization"]["credentials_file"]).read_text()
        headers["Authorization"] = f"Bearer {token}"
    pool = urllib3.HTTPSConnectionPool(
        at.address, int(port or 443), server_hostname=name, assert_hostname=name,
        ca_certs=str(own.get("ca_file", _SECRETS / "ca.crt")), cert_reqs="CERT_REQUIRED",
        cert_file=str(own["cert_file"]) if "cert_file" in own else None,
        key_file=str(own["key_file"]) if "key_file" in own else None,
        retries=False, timeout=10.0,
    )  # fmt: skip
    try:
        answer = pool.request("GET", "/metrics", headers={"Host": name, **headers})
    except urllib3.exceptions.HTTPError as error:
        raise ClusterFailed(f"{target} of {job['job_name']} does not answer: {error}") from error
    if answer.status != 200:
        raise ClusterFailed(f"{target} of {job['job_name']} answers {answer.status}")
    return answer.data.decode()


def _there(path: str) -> Path:
    """Return the secret that Prometheus has at dakiya/…: its own directory, and the authority."""
    name = Path(path).name
    return _SECRETS / name if name == "ca.crt" else _SECRETS / "prometheus" / name


def _wrong(made: Mapping[str, Machine]) -> Iterator[str]:
    """Yield what `dakiya doctor` finds wrong with the cluster; carriers and offices are none."""
    said = made[of_role("worker")[0].name].tried(["dakiya", "doctor"]).stdout
    if "cluster: " not in said:
        yield said
    for line in said.splitlines():
        what = line.removeprefix("WRONG").strip().partition(":")[0]
        if line.startswith("WRONG") and what in _OF_THE_CLUSTER:
            yield line
