"""The machines of the cluster, and where they lie."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from bench.rig import HOUSE

Role = Literal["database", "web", "worker", "balancer", "backup", "outside"]

DIRECTORY: Final = Path("/var/lib/dakiya-cluster")
"""Not in the project: what is laid over this machine's own root would be found in it again."""
DEPLOY: Final = HOUSE / "deploy"
PREFIX: Final = "dakiya-"
HUB: Final = f"{PREFIX}hub"
"""The network namespace of the switch that joins the machines."""
PUBLIC_NAME: Final = "dakiya.example"


@dataclass(frozen=True)
class Host:
    """One machine. `address`: of deploy/hosts."""

    name: str
    address: str
    role: Role

    @property
    def namespace(self) -> str:
        return PREFIX + self.name

    @property
    def directory(self) -> Path:
        """Return where its disk lies."""
        return DIRECTORY / "machines" / self.name


def hosts() -> tuple[Host, ...]:
    """Return the machines of deploy/hosts, and `outside`: carriers and people."""
    named = [
        line.split()
        for line in (DEPLOY / "hosts").read_text().splitlines()
        if line and not line.startswith(("#", "127."))
    ]
    return (
        *(Host(name, address, _role(name)) for address, name in named),
        Host("outside", f"{NETWORK}.200", "outside"),
    )


def host(name: str) -> Host:
    """Return the machine of that name."""
    return next(each for each in hosts() if each.name == name)


def of_role(role: Role) -> tuple[Host, ...]:
    """Return the machines of a role, in order."""
    return tuple(each for each in hosts() if each.role == role)


NETWORK: Final = "10.88.0"
HERE: Final = f"{NETWORK}.254"
"""The address of this machine itself in the cluster's network."""

_ROLES: Final[dict[str, Role]] = {
    "db": "database",
    "web": "web",
    "worker": "worker",
    "balancer": "balancer",
    "backup": "backup",
}


def _role(name: str) -> Role:
    return _ROLES[name.rstrip("0123456789")]
