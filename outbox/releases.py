"""Which releases run where: every process says so in Valkey, and is forgotten when it is silent.

A process names its tree and the newest migration that its code knows. So `flask doctor` sees a
release that is rolled out halfway, and `flask db migrate --contract` a process that could not go
on. Nothing else relies on it: where Valkey was lost, it is known again after some seconds.
"""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any, Final, Literal

import orjson
import structlog
from redis import Redis, RedisError

from store import migrate

log = structlog.get_logger(__name__)

Kind = Literal["web", "worker", "clock"]

SILENT_SECONDS: Final = 30
EVERY_SECONDS: Final = 5.0
_KEY: Final = "dakiya:releases"
# As this process begins: later the path may lead to another release (deploy/switch).
_TREE: Final = Path(__file__).resolve().parent.parent.name


@dataclass(frozen=True, order=True)
class RunningProcess:
    """A process that was seen a moment ago. `schema`: the newest migration that it knows."""

    machine: str
    kind: str
    pid: int
    tree: str
    schema: str

    def __str__(self) -> str:
        return f"{self.kind} on {self.machine} (pid {self.pid}): {self.tree}, schema {self.schema}"


def note(redis: Redis, kind: Kind) -> None:
    """Record that this process runs. Never raises: the next note follows soon."""
    here = RunningProcess(socket.gethostname(), kind, os.getpid(), _TREE, migrate.newest())
    try:
        seconds, _ = redis.time()
        with redis.pipeline(transaction=False) as pipeline:
            pipeline.zadd(_KEY, {orjson.dumps(astuple(here)): seconds})
            pipeline.zremrangebyscore(_KEY, "-inf", seconds - SILENT_SECONDS)
            pipeline.execute()
    except RedisError as error:
        log.warning("valkey_away", what="releases", error=type(error).__name__)


def keep_noting(redis: Redis, kind: Kind) -> None:
    """Record in a thread of its own, as long as this process lives, that it runs."""

    def go_on() -> None:
        while True:
            note(redis, kind)
            never.wait(EVERY_SECONDS)

    never = threading.Event()
    threading.Thread(target=go_on, name="releases", daemon=True).start()


def running(redis: Redis) -> Sequence[RunningProcess]:
    """Return the processes that were seen of late. Raises `RedisError`."""
    seconds, _ = redis.time()
    found: list[Any] = redis.zrangebyscore(_KEY, seconds - SILENT_SECONDS, "+inf")
    return sorted(RunningProcess(*orjson.loads(each)) for each in found)


def older(processes: Sequence[RunningProcess], revision: str) -> Sequence[RunningProcess]:
    """Return those that do not know a migration, and so cannot go on after it."""
    return [each for each in processes if each.schema < revision]
