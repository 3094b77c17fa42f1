"""A primary whose disk is nearly full is handed over, once."""

from __future__ import annotations

import importlib.util
import json
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from types import ModuleType

import pytest

_DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
_NOW = datetime(2026, 11, 30, 0, 0, tzinfo=UTC)


class Patroni(ThreadingHTTPServer):
    """Answers as Patroni's REST API does, and keeps what it was told to do."""

    primary = True
    history: list[list[object]]
    told: list[tuple[str, dict[str, object]]]


class _Handler(BaseHTTPRequestHandler):
    server: Patroni

    def do_GET(self) -> None:
        if self.path == "/history":
            self._answer(200, json.dumps(self.server.history))
        else:
            self._answer(200 if self.server.primary else 503, "{}")

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        self.server.told.append((self.path, json.loads(self.rfile.read(length))))
        self._answer(200, "Successfully switched over")

    def _answer(self, status: int, body: str) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, format: str, *args: object) -> None:
        """Keep it out of the tests' output."""


@pytest.fixture
def patroni(secrets: Path) -> Iterator[Patroni]:
    server = Patroni(("127.0.0.1", 0), _Handler)
    server.history, server.told = [], []
    asked = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=str(secrets / "ca.crt"))
    asked.verify_mode = ssl.CERT_REQUIRED  # what changes something needs a certificate
    asked.load_cert_chain(secrets / "db1" / "host.crt", secrets / "db1" / "host.key")
    server.socket = asked.wrap_socket(server.socket, server_side=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def room(
    patroni: Patroni, secrets: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> ModuleType:
    spec = importlib.util.spec_from_file_location("room", _DEPLOY / "room.py")
    assert spec is not None
    assert spec.loader is not None
    room = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(room)
    tls = tmp_path / "tls"
    tls.mkdir()
    (tls / "ca.crt").symlink_to(secrets / "ca.crt")
    for each in ("host.crt", "host.key"):
        (tls / each).symlink_to(secrets / "db1" / each)
    monkeypatch.setattr(room, "DISK", str(tmp_path))
    monkeypatch.setattr(room, "TLS", str(tls))
    monkeypatch.setattr(room, "PORT", patroni.server_port)
    return room


def fill(room: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let what is free of the disk be little."""
    monkeypatch.setattr(room, "LEAST_BYTES", 2**62)
    monkeypatch.setattr(room, "LEAST_SHARE", 2.0)


def _changed(ago: timedelta) -> list[object]:
    at = datetime.now(UTC) - ago
    return [2, 100, "no recovery target specified", at.isoformat(), "db1"]


def test_a_primary_without_room_is_handed_over(
    room: ModuleType, patroni: Patroni, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(room, monkeypatch)
    patroni.history = [_changed(timedelta(days=3))]
    room.look()
    ((path, body),) = patroni.told
    assert path == "/switchover"
    assert list(body) == ["leader"]


def test_one_with_room_stays(room: ModuleType, patroni: Patroni) -> None:
    room.look()
    assert patroni.told == []


def test_a_replica_without_room_hands_nothing_over(
    room: ModuleType, patroni: Patroni, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(room, monkeypatch)
    patroni.primary = False
    room.look()
    assert patroni.told == []


def test_disks_that_are_all_full_are_not_handed_round(
    room: ModuleType, patroni: Patroni, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(room, monkeypatch)
    patroni.history = [_changed(timedelta(days=3)), _changed(timedelta(minutes=2))]
    room.look()
    patroni.history = [[2, 100, "no recovery target specified"]]  # it has just been
    room.look()
    assert patroni.told == []


@pytest.mark.parametrize(
    ("free", "size", "is_little"),
    [
        (0, 2**40, True),
        (255 * 2**20, 2**40, True),
        (257 * 2**20, 2**40, False),
        (200 * 2**20, 4 * 2**30, False),
        (80 * 2**20, 4 * 2**30, True),
    ],
)
def test_what_is_little(room: ModuleType, free: int, size: int, *, is_little: bool) -> None:
    assert room.little(free, size) == is_little
