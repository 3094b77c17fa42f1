"""Addresses and tuning of the embedded servers."""

from __future__ import annotations

import hmac
import json
import secrets
import socket
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from embedded.cluster import ServerFailed
from embedded.secrets import write_secret
from store.rights import Roles

OWNER: Final = "dakiya"  # initdb's own user
APPLICATION: Final = "dakiya_application"
PURGE: Final = "dakiya_purge"


@dataclass(frozen=True)
class Tuning:
    """The difference between servers that keep their data and disposable ones."""

    postgres: Mapping[str, str]
    valkey: Mapping[str, str]


KEEP = Tuning(
    postgres={
        "max_connections": "100",
        "max_locks_per_transaction": "256",
        "autovacuum_naptime": "15s",
    },
    valkey={"appendonly": "yes", "appendfsync": "everysec"},
)
THROW_AWAY = Tuning(
    postgres={
        "max_connections": "200",
        "fsync": "off",
        "synchronous_commit": "off",
        "full_page_writes": "off",
    },
    valkey={"appendonly": "no"},
)


@dataclass(frozen=True)
class Addresses:
    """The ports and the password of the servers of a directory."""

    postgres_port: int
    valkey_port: int
    password: str

    @property
    def owner_url(self) -> str:
        """Return the URL of the owner, who made the cluster."""
        return self._as(OWNER, self.password)

    @property
    def database_url(self) -> str:
        """Return the URL of the application."""
        return self._as(APPLICATION, self.password_of(APPLICATION))

    @property
    def purge_url(self) -> str:
        """Return the URL of purge and forgetting."""
        return self._as(PURGE, self.password_of(PURGE))

    @property
    def roles(self) -> Roles:
        return Roles(APPLICATION, PURGE)

    def password_of(self, role: str) -> str:
        """Return a password from which nobody learns the owner's."""
        return hmac.digest(self.password.encode(), role.encode(), "sha256").hex()

    def _as(self, user: str, password: str) -> str:
        return f"postgresql://{user}:{password}@127.0.0.1:{self.postgres_port}/dakiya"

    @property
    def redis_url(self) -> str:
        return f"redis://:{self.password}@127.0.0.1:{self.valkey_port}/0"


def choose(directory: Path) -> Addresses:
    """Return the addresses of the last run, with another port where one is taken now."""
    path = directory / "servers.json"
    last = read(path) if path.exists() else Addresses(0, 0, secrets.token_urlsafe(24))
    chosen = Addresses(_free(last.postgres_port), _free(last.valkey_port), last.password)
    write_secret(path, json.dumps(asdict(chosen)))
    return chosen


def read(path: Path) -> Addresses:
    """Return what `choose` wrote to `path`."""
    return Addresses(**json.loads(path.read_text()))


def _free(port: int) -> int:
    """Return `port` where nothing listens on it, else a free one."""
    for wanted in (port, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", wanted))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise ServerFailed("no free port on 127.0.0.1")
