"""What Patroni says of the database machines, asked as HAProxy asks."""

from __future__ import annotations

import json
import ssl
from dataclasses import dataclass
from http.client import HTTPException, HTTPSConnection

from bench.cluster.machine import ClusterFailed
from bench.cluster.plan import DIRECTORY, of_role

_PORT = 8008
_SECONDS = 2.0


@dataclass(frozen=True)
class Member:
    """One PostgreSQL. `role`: leader, quorum_standby, sync_standby or replica."""

    name: str
    role: str
    state: str
    timeline: int

    @property
    def well(self) -> bool:
        return self.state in {"running", "streaming"}


def members() -> tuple[Member, ...]:
    """Return the members as the first machine that answers knows them; none where none does."""
    for each in of_role("database"):
        try:
            found = json.loads(asked(each.address, "/cluster"))
        except (OSError, HTTPException, ValueError):
            continue
        return tuple(
            Member(one["name"], one["role"], one["state"], one.get("timeline", 0))
            for one in found["members"]
        )
    return ()


def leader() -> str:
    """Return the name of the primary. Raise `ClusterFailed` where there is none."""
    for each in members():
        if each.role == "leader" and each.state == "running":
            return each.name
    raise ClusterFailed("there is no primary: patronictl list on a database machine says why")


def asked(address: str, path: str) -> bytes:
    """Return what Patroni of a machine answers. Raise OSError or HTTPException."""
    trusted = ssl.create_default_context(cafile=str(DIRECTORY / "secrets" / "ca.crt"))
    trusted.check_hostname = False  # its certificate has names, and we know addresses
    connection = HTTPSConnection(address, _PORT, timeout=_SECONDS, context=trusted)
    try:
        connection.request("GET", path)
        return connection.getresponse().read()
    finally:
        connection.close()
