"""Two processes of one installation: one on the old settings, one with a new master key."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from flask import Flask
from pydantic import SecretStr

import jobs
from app import create_app
from runtime import Runtime
from settings import Settings
from tests.rigs.clock import Clock
from tests.rigs.transcript import Player

HOUSE = Path(__file__).resolve().parent.parent.parent
NEW = "the next master key: also 32 bytes or more"


@dataclass
class ServerProcess:
    """What one process of the service has: its settings, its connections, its keys, its pages."""

    runtime: Runtime
    app: Flask
    before: Runtime | None = None  # whose worker sent when this one's began to

    def plays(self, player: Player) -> Player:
        """Make this the process that takes the texts of `player`, and whose worker sends."""
        self.before = self.before or player.runtime
        jobs.use(self.runtime)
        player.runtime, player.client = self.runtime, self.app.test_client()
        return player


@contextmanager
def process(settings: Settings, clock: Clock) -> Iterator[ServerProcess]:
    """A process of the service, with connections of its own, until the block ends."""
    runtime = Runtime.build(settings, clock.now)
    runtime.database.open()
    made = ServerProcess(runtime, create_app(runtime))
    try:
        yield made
    finally:
        if made.before is not None:
            jobs.use(made.before)
        runtime.database.close()
        runtime.redis.close()


def with_new_master(settings: Settings) -> Settings:
    """The settings of a process that was started anew for a rotation."""
    return new_alone(settings).model_copy(
        update={"dakiya_old_master_keys": settings.dakiya_master_key}
    )


def new_alone(settings: Settings) -> Settings:
    """The settings of a process that knows of no older master key any more."""
    return settings.model_copy(
        update={"dakiya_master_key": SecretStr(NEW), "dakiya_old_master_keys": SecretStr("")}
    )


def command(settings: Settings, *words: str) -> subprocess.Popen[str]:
    """Start `flask …` as an operator does, in a process with these settings."""
    return subprocess.Popen(
        [sys.executable, "-m", "flask", "--app", "app", *words],
        cwd=HOUSE,
        env=os.environ
        | {
            "DAKIYA_ENV": "test",
            "DATABASE_URL": settings.database_url,
            "REDIS_URL": settings.redis_url,
            "DAKIYA_MASTER_KEY": settings.dakiya_master_key.get_secret_value(),
            "DAKIYA_OLD_MASTER_KEYS": settings.dakiya_old_master_keys.get_secret_value(),
            "SECRET_KEY": settings.secret_key.get_secret_value(),
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def run(of: ServerProcess, *words: str) -> str:
    """Run `flask …` in a process, where it must end well; return what it says."""
    done = of.app.test_cli_runner().invoke(args=[*words])
    assert done.exit_code == 0, done.output
    return done.output


def refused(of: ServerProcess, *words: str) -> str:
    """Run `flask …` in a process, where it must be refused; return what it says."""
    done = of.app.test_cli_runner().invoke(args=[*words])
    assert done.exit_code == 1, done.output
    return done.output


def until(condition: Callable[[], bool]) -> None:
    """Ask again and again, for 30 seconds at most."""
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline, "it did not happen within 30 seconds"
