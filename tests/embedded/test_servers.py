"""The embedded servers: whoever starts them may die in any way; data stay and processes do not."""

from __future__ import annotations

import os
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import psycopg
import pytest
from redis import Redis

from embedded import cluster, servers
from embedded.addresses import KEEP, THROW_AWAY, Addresses, read
from embedded.cluster import ServerFailed
from embedded.lock import AlreadyRunning
from embedded.secrets import keep_once
from embedded.servers import Servers, resolve
from gateways.safety import UnsafeSettings
from runtime import Runtime
from settings import Settings
from store import own_role
from store.database import Database

HOUSE = Path(__file__).parent.parent.parent
_HOLD = """
import sys
from pathlib import Path
from embedded.addresses import KEEP
from embedded.servers import Servers
with Servers(Path(sys.argv[1]), KEEP):
    print("started", flush=True)
    sys.stdin.read()
"""


def until(true: Callable[[], bool], seconds: float = 30) -> None:
    """Returns as soon as `true()`; fails where that does not come."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not come to that"
        time.sleep(0.02)


def servers_of(directory: Path) -> list[psutil.Process]:
    """Every process of the servers in `directory`: guardians, PostgreSQL, Valkey."""
    found = []
    for process in psutil.process_iter():
        try:
            line = process.cmdline()
        except psutil.Error:
            continue
        if process.pid != os.getpid() and any(str(directory) in word for word in line):
            found.append(process)
    return found


@pytest.fixture(scope="session")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Servers that were started once: making a cluster is the slow part."""
    directory = tmp_path_factory.mktemp("fresh") / "var"
    with Servers(directory, THROW_AWAY):
        pass
    return directory


@pytest.fixture
def directory(fresh: Path, tmp_path: Path) -> Path:
    """A copy of `fresh` for one test."""
    copy = tmp_path / "var"
    # cp, since copytree does not keep owners
    subprocess.run(["cp", "-a", str(fresh), str(copy)], check=True)
    return copy


@pytest.fixture
def holder(directory: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that runs servers in directory/var."""
    process = _hold(directory)
    yield process
    process.kill()
    process.communicate()
    until(lambda: not servers_of(directory))


def _hold(directory: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", _HOLD, str(directory)],
        cwd=HOUSE,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "started\n"
    return process


def _remember(addresses: Addresses) -> None:
    with psycopg.connect(addresses.owner_url) as connection:
        connection.execute("CREATE TABLE kept (word text)")
        connection.execute("INSERT INTO kept VALUES ('डाकिया')")
    with Redis.from_url(addresses.redis_url) as client:
        client.set("kept", "डाकिया")


def _remembers(addresses: Addresses) -> bool:
    with psycopg.connect(addresses.owner_url) as connection:
        row = connection.execute("SELECT word FROM kept").fetchone()
    with Redis.from_url(addresses.redis_url, decode_responses=True) as client:
        return row == ("डाकिया",) and client.get("kept") == "डाकिया"


def test_what_was_written_is_there_after_an_orderly_end(directory: Path) -> None:
    with Servers(directory, KEEP) as servers:
        _remember(servers.addresses)
    assert not servers_of(directory)
    with Servers(directory, KEEP) as servers:
        assert _remembers(servers.addresses)


def test_a_killed_holder_leaves_no_process_and_no_loss(
    directory: Path, holder: subprocess.Popen[str]
) -> None:
    addresses = read(directory / "servers.json")
    _remember(addresses)
    with Redis.from_url(addresses.redis_url) as client:
        client.waitaof(1, 0, 5000)  # appendfsync everysec: what is on the disk must come back
    holder.kill()
    holder.wait()
    until(lambda: not servers_of(directory))
    with Servers(directory, KEEP) as servers:
        assert _remembers(servers.addresses)


def test_servers_killed_without_warning_recover(
    directory: Path, holder: subprocess.Popen[str]
) -> None:
    addresses = read(directory / "servers.json")
    _remember(addresses)
    with Redis.from_url(addresses.redis_url) as client:
        client.waitaof(1, 0, 5000)
    for process in servers_of(directory):
        process.kill()
    holder.kill()
    holder.wait()
    assert (directory / "postgres" / "postmaster.pid").exists()
    with Servers(directory, KEEP) as servers:
        assert _remembers(servers.addresses)


def test_a_start_waits_for_the_children_of_a_killed_postmaster(
    directory: Path, holder: subprocess.Popen[str]
) -> None:
    _remember(read(directory / "servers.json"))
    data = directory / "postgres"
    postmaster = psutil.Process(int((data / "postmaster.pid").read_text().split()[0]))
    checkpointer = next(p for p in postmaster.children() if "checkpointer" in p.cmdline()[0])
    checkpointer.suspend()  # as one in the middle of a long checkpoint: it sees no orphanhood
    for process in servers_of(directory):
        process.kill()
    holder.kill()
    holder.wait()
    later = threading.Timer(1, checkpointer.resume)
    later.start()
    try:
        with Servers(directory, KEEP) as servers:
            assert _remembers(servers.addresses)
    finally:
        later.join()


def test_a_postmaster_that_lost_its_guardian_is_ended_by_the_next_start(directory: Path) -> None:
    with Servers(directory, KEEP) as servers:
        _remember(servers.addresses)
        postmaster = int((directory / "postgres" / "postmaster.pid").read_text().split()[0])
        guardian = servers.processes["postgres"]
        guardian.send_signal(signal.SIGSTOP)  # hung: it guards nothing, and buries nobody
        try:
            cluster.end_forgotten(directory / "postgres")
            assert psutil.Process(postmaster).status() == psutil.STATUS_ZOMBIE
        finally:
            guardian.send_signal(signal.SIGCONT)
    with Servers(directory, KEEP) as servers:
        assert _remembers(servers.addresses)


def test_a_stale_pid_file_that_names_a_stranger_does_not_matter(directory: Path) -> None:
    with Servers(directory, THROW_AWAY):
        pid_file = directory / "postgres" / "postmaster.pid"
        stale = pid_file.read_text().split("\n")
    stranger = subprocess.Popen(["sleep", "60"])
    try:
        pid_file.write_text("\n".join([str(stranger.pid), *stale[1:]]))
        with Servers(directory, THROW_AWAY) as servers:
            psycopg.connect(servers.addresses.database_url).close()
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_a_second_start_says_that_it_is_running(
    directory: Path, holder: subprocess.Popen[str]
) -> None:
    second = Servers(directory, KEEP)
    with pytest.raises(AlreadyRunning, match="already running"):
        second.start()
    second.stop()
    assert holder.poll() is None
    psycopg.connect(read(directory / "servers.json").database_url).close()


def test_a_port_that_is_taken_meanwhile_is_replaced(directory: Path) -> None:
    with Servers(directory, THROW_AWAY) as servers:
        before = servers.addresses
    with socket.socket() as squatter:
        squatter.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        squatter.bind(("127.0.0.1", before.postgres_port))
        squatter.listen()
        with Servers(directory, THROW_AWAY) as servers:
            assert servers.addresses.postgres_port != before.postgres_port
            assert servers.addresses.valkey_port == before.valkey_port


def test_a_checkout_deep_in_the_file_system_works(tmp_path: Path) -> None:
    deep = tmp_path / ("a long folder's name " * 6) / ("and another " * 8)
    with Servers(deep, THROW_AWAY) as servers:
        psycopg.connect(servers.addresses.database_url).close()


def test_nobody_enters_without_the_password(directory: Path) -> None:
    with Servers(directory, THROW_AWAY) as servers:
        address = servers.addresses
        stranger = Addresses(address.postgres_port, address.valkey_port, "guessed")
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(stranger.database_url)
        with pytest.raises(Exception, match=r"invalid username-password|WRONGPASS"):
            Redis.from_url(stranger.redis_url).ping()
        words = [word for process in servers_of(directory) for word in process.cmdline()]
        assert words
        assert not [word for word in words if address.password in word]
    for secret in ("servers.json", "valkey.conf"):
        assert stat.S_IMODE((directory / secret).stat().st_mode) == 0o600


def test_a_server_that_cannot_start_shows_its_log(directory: Path) -> None:
    with Servers(directory, THROW_AWAY):
        pass
    (directory / "postgres" / "postgresql.conf").write_text("nonsense = on\n")
    with pytest.raises(ServerFailed, match="nonsense"):
        Servers(directory, THROW_AWAY).start()


def test_keys_are_made_once(tmp_path: Path) -> None:
    settings = Settings(
        _env_file=None,
        dakiya_env="development",
        database_url="postgresql://elsewhere",
        redis_url="redis://elsewhere",
        var_dir=tmp_path,
    )
    first, second = resolve(settings), resolve(settings)
    assert first == second
    assert len(first.dakiya_master_key.get_secret_value()) == 64
    assert first.dakiya_master_key != first.secret_key
    assert stat.S_IMODE((tmp_path / "keys" / "secret_key").stat().st_mode) == 0o600


def test_the_one_who_comes_late_takes_the_key_of_the_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "key"
    link = os.link

    def slower(source: Path, target: Path) -> None:
        path.write_text("the other's")
        link(source, target)

    monkeypatch.setattr("embedded.secrets.os.link", slower)
    assert keep_once(path) == "the other's"


def test_a_command_uses_the_servers_that_run(
    directory: Path, holder: subprocess.Popen[str]
) -> None:
    settings = resolve(Settings(_env_file=None, var_dir=directory))
    addresses = read(directory / "servers.json")
    assert settings.database_url == addresses.database_url
    assert settings.redis_url == addresses.redis_url


def test_a_command_alone_starts_servers_for_as_long_as_it_runs(directory: Path) -> None:
    program = (
        "from settings import Settings; from embedded.servers import resolve; import psycopg\n"
        "url = resolve(Settings(_env_file=None)).database_url\n"
        "print(psycopg.connect(url).execute('SELECT count(*) FROM articles').fetchone()[0])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=HOUSE,
        env={**os.environ, "VAR_DIR": str(directory)},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert done.stdout == "0\n"
    until(lambda: not servers_of(directory))


def test_production_starts_on_no_owner_of_the_tables(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A web process has DATABASE_URL alone: only the database knows that it names the owner."""
    production = runtime.settings.model_copy(
        update={"dakiya_env": "production", "database_owner_url": "", "database_purge_url": ""}
    )
    monkeypatch.setattr(servers, "insist", lambda settings: None)
    assert resolve(production) is production
    owning = production.model_copy(update={"database_url": runtime.settings.owner_url})
    with pytest.raises(UnsafeSettings, match=r"role of DATABASE_URL could rewrite.*superuser"):
        resolve(owning)
    away = production.model_copy(update={"database_url": "postgresql://d:x@127.0.0.1:1/d"})
    assert resolve(away) is away


def test_an_owner_that_is_no_superuser_is_refused_too(owner: Database, runtime: Runtime) -> None:
    with owner.transaction() as conn:
        conn.execute("CREATE ROLE owns_one; CREATE TABLE owned (id int)")
        conn.execute("ALTER TABLE owned OWNER TO owns_one; SET LOCAL ROLE owns_one")
        says = own_role.ownership(conn)
        conn.rollback()
    assert says == "it is, or may become, the owner of tables (owns_one)"
    assert runtime.database.run(own_role.ownership) is None
