"""Servers and processes of one measurement, in a directory of its own, gone when it ends."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil
from honcho.environ import parse_procfile
from pydantic import SecretStr

from embedded.addresses import KEEP, Tuning
from embedded.servers import Servers, guarded
from gateways.registry import variables
from runtime import Runtime
from settings import Settings
from store import limits, migrate

HOUSE = Path(__file__).resolve().parent.parent
LOCAL = "127.0.0.1"
PUBLIC_URL = "https://dakiya.example"
_READY_SECONDS = 30


class MeasureFailed(Exception):
    """A measurement that could not be made; says why."""


def refuse_surroundings() -> None:
    """Refuse settings of the caller: none may reach what is measured."""
    for name in (*Settings.model_fields, *variables()):
        os.environ.pop(name.upper(), None)


@dataclass
class Rig:
    """PostgreSQL and Valkey as they keep data (fsync on), and the processes started on them."""

    directory: Path
    servers: Servers
    settings: Settings
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(
        self, name: str, command: Sequence[str], environment: Mapping[str, str] | None = None
    ) -> subprocess.Popen[bytes]:
        """Start `command` with our settings; it ends with us. Its output goes to `name`.log."""
        with self.log(name).open("ab") as log:
            process = subprocess.Popen(
                guarded(self.servers.lock_path, "SIGTERM", "-", command),
                cwd=HOUSE,
                env={**_environment(self.settings), **(environment or {})},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.processes.append(process)
        return process

    def environment(self) -> dict[str, str]:
        """Return the environment of a process on these servers."""
        return _environment(self.settings)

    def log(self, name: str) -> Path:
        return self.directory / f"{name}.log"

    def stop(self, process: subprocess.Popen[bytes]) -> None:
        """End a process of `start`, and wait for its end."""
        process.terminate()
        process.wait()
        self.processes.remove(process)

    def kill(self, process: subprocess.Popen[bytes]) -> None:
        """Kill (-9) a process of `start` and its whole group: nothing can be tidied."""
        for child in psutil.Process(process.pid).children():  # the guardian's own session is spared
            os.killpg(child.pid, signal.SIGKILL)
        process.wait()
        self.processes.remove(process)

    def runtime(self) -> Runtime:
        """Return a runtime on these servers, its database open. The caller closes it."""
        runtime = Runtime.build(self.settings).within(limits.COMMANDS)
        runtime.database.open()
        return runtime


@contextmanager
def rig(tuning: Tuning = KEEP, within: Path | None = None, /, **changes: object) -> Iterator[Rig]:
    """Yield a rig with an empty, migrated database; `changes` to its settings.

    `tuning`: settings of the two servers. `within`: the directory that its own is made in; None:
    that of temporary files. A name in capitals is a carrier's variable, any other one a setting of
    the core.
    """
    given = {name: str(value) for name, value in changes.items() if name.isupper()}
    own = {name: value for name, value in changes.items() if not name.isupper()}
    directory = Path(tempfile.mkdtemp(prefix="dakiya-bench-", dir=within))
    try:
        with Servers(directory, tuning) as servers:
            migrate.migrate(servers.addresses.owner_url, servers.addresses.roles)
            made = Rig(directory, servers, _settings(servers, own, given))
            try:
                yield made
            except MeasureFailed as failure:
                raise MeasureFailed(f"{failure}\n{_tails(made)}") from failure
            finally:
                for process in list(made.processes):
                    made.stop(process)
    finally:
        shutil.rmtree(directory)


def _settings(
    servers: Servers, changes: Mapping[str, object], given: Mapping[str, str]
) -> Settings:
    """Return production settings with made-up keys, then the changes."""
    made_up = Settings(
        _env_file=None,
        dakiya_env="production",
        database_url=servers.addresses.database_url,
        database_owner_url=servers.addresses.owner_url,
        database_purge_url=servers.addresses.purge_url,
        redis_url=servers.addresses.redis_url,
        dakiya_master_key=SecretStr(secrets.token_urlsafe(48)),
        secret_key=SecretStr(secrets.token_urlsafe(48)),
        public_url=PUBLIC_URL,
        sms_routes="twilio",
    )
    account = {
        "TWILIO_ACCOUNT_SID": "AC" + secrets.token_hex(16),
        "TWILIO_AUTH_TOKEN": secrets.token_hex(16),
        "TWILIO_FROM": "+15005550006",
    }
    return made_up.model_copy(update=dict(changes)).giving(**(account | dict(given)))


def _environment(settings: Settings) -> dict[str, str]:
    """Return `settings` for a child: secrets travel here only, never as arguments."""
    return {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "HOME": os.environ.get("HOME", "/"),
        "PYTHONUNBUFFERED": "1",
        "HOST": LOCAL,
        **{
            name.upper(): value.get_secret_value() if isinstance(value, SecretStr) else str(value)
            for name, value in settings
            if value is not None
        },
        **{name: value for name, value in settings.given.items() if value is not None},
    }


def _tails(made: Rig) -> str:
    tails = [
        f"--- the end of {log.name} ---\n{log.read_text(errors='replace')[-2000:]}"
        for log in sorted(made.directory.glob("*.log"))
    ]
    return "\n".join(tails)


def cpu_seconds(process: subprocess.Popen[bytes]) -> float:
    """Return the processor time of `process` and its living descendants."""
    family = [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]
    return sum(sum(member.cpu_times()[:2]) for member in family)


def spent_seconds(pid: int) -> float:
    """Return the processor time of a process, its living descendants and those they waited for."""
    root = psutil.Process(pid)
    return sum(sum(member.cpu_times()[:4]) for member in [root, *root.children(recursive=True)])


def web_command(port: int) -> list[str]:
    """Return the web process of the Procfile, at `port`."""
    command = parse_procfile((HOUSE / "Procfile").read_text()).processes["web"]
    return ["sh", "-c", f"PORT={port} && exec {command}"]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOCAL, 0))
        return int(probe.getsockname()[1])


def await_that(holds: Callable[[], bool], what: str, seconds: float = _READY_SECONDS) -> None:
    """Wait until `holds()`. Raises `MeasureFailed` after `seconds`."""
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            raise MeasureFailed(f"{what}: not within {seconds:.0f} s")
        time.sleep(0.05)


def await_port(port: int, process: subprocess.Popen[bytes]) -> None:
    """Wait until something listens at `port`."""

    def listens() -> bool:
        if process.poll() is not None:
            raise MeasureFailed(f"the process for port {port} ended by itself")
        with socket.socket() as probe:
            return probe.connect_ex((LOCAL, port)) == 0

    await_that(listens, f"port {port} answers")
