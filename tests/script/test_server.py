"""./script/server, as a newcomer runs it: it starts all, and ends all, however it is ended."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import psycopg
import pytest

from embedded.addresses import read
from tests.embedded.test_servers import servers_of, until

HOUSE = Path(__file__).parent.parent.parent
SERVE = [sys.executable, str(HOUSE / "script" / "serve.py")]


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=5):  # noqa: S310
            return True
    except (urllib.error.URLError, OSError):
        return False


@dataclass(frozen=True)
class Server:
    """A running ./script/server."""

    process: subprocess.Popen[str]
    var: Path
    port: int

    @property
    def ready(self) -> bool:
        assert self.process.poll() is None, "it ended by itself"
        return _answers(f"http://127.0.0.1:{self.port}/readyz")

    def everyone(self) -> list[psutil.Process]:
        """The server and all that it started."""
        begun = psutil.Process(self.process.pid)
        return [begun, *begun.children(recursive=True)]

    def end(self, number: signal.Signals) -> list[psutil.Process]:
        """Signals it; gives whoever of it still lives when none should."""
        everyone = self.everyone()
        self.process.send_signal(number)
        self.process.communicate(timeout=60)
        alive: list[psutil.Process]
        _, alive = psutil.wait_procs(everyone, timeout=30)
        return alive

    def articles(self) -> int:
        with psycopg.connect(read(self.var / "servers.json").database_url) as connection:
            row = connection.execute("SELECT count(*) FROM articles").fetchone()
        assert row is not None
        return int(row[0])


@contextlib.contextmanager
def _serving(var: Path, port: int) -> Iterator[Server]:
    process = subprocess.Popen(
        SERVE,
        cwd="/",
        env={**os.environ, "VAR_DIR": str(var), "PORT": str(port), "WEB_CONCURRENCY": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    server = Server(process, var, port)
    try:
        until(lambda: server.ready, seconds=90)
        yield server
    finally:
        process.kill()
        process.communicate()
        until(lambda: not servers_of(var), seconds=60)


@pytest.fixture(scope="module")
def var(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the servers of these tests keep their data: the first one makes it, with the demo."""
    return tmp_path_factory.mktemp("var")


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_killed_it_leaves_nobody_and_the_next_start_has_the_data(var: Path, port: int) -> None:
    with _serving(var, port) as server:
        booked = server.articles()
        assert booked > 0, "the demo is not loaded"
        assert server.end(signal.SIGKILL) == []
    with _serving(var, port) as server:
        assert server.articles() == booked
        assert server.end(signal.SIGTERM) == []
        assert server.process.returncode == 0


def test_it_says_where_to_look_and_ends_on_ctrl_c(var: Path, port: int) -> None:
    with _serving(var, port) as server:
        assert server.process.stdout is not None
        for line in server.process.stdout:
            if f"http://127.0.0.1:{port}/phones" in line:
                break
        else:
            pytest.fail("no address was printed")
        server.process.send_signal(signal.SIGINT)
        rest, _ = server.process.communicate(timeout=60)
    assert server.process.returncode == 0
    assert "Traceback" not in rest
    assert "worker_stopped" in rest, "the worker was not let to end"
    assert "Killing" not in rest, "web was not let to end"


def test_where_the_worker_dies_the_rest_ends_with_code_1(var: Path, port: int) -> None:
    with _serving(var, port) as server:
        everyone = server.everyone()
        worker = next(p for p in everyone if p.cmdline()[-1:] == ["worker.py"])
        worker.kill()
        said, _ = server.process.communicate(timeout=60)
        assert psutil.wait_procs(everyone, timeout=30)[1] == []
    assert server.process.returncode == 1
    assert re.search(r"worker ended by itself \(code 137\)", said)


def test_a_port_that_is_taken_is_named(tmp_path: Path) -> None:
    with socket.socket() as squatter:
        squatter.bind(("127.0.0.1", 0))
        squatter.listen()
        taken = squatter.getsockname()[1]
        done = subprocess.run(
            SERVE,
            env={**os.environ, "VAR_DIR": str(tmp_path), "PORT": str(taken)},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
    assert done.returncode == 1
    assert f"port {taken} is taken" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "postgres").exists()


def test_settings_that_make_no_sense_are_named(tmp_path: Path) -> None:
    done = subprocess.run(
        SERVE,
        env={**os.environ, "VAR_DIR": str(tmp_path), "CODE_LENGTH": "3"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 1
    assert "code_length" in done.stderr
    assert "Traceback" not in done.stderr
