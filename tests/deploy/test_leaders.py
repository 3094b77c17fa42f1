"""A primary whose disk is nearly full is handed over, once; etcd's leader is another machine."""

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
    """Answers as Patroni's REST API and etcd's gateway do, and keeps what it was told to do.

    It is etcd's member 1 of 3, who follows. `away`: members that take nothing over.
    """

    primary = True
    etcd_leader = "2"
    away: tuple[str, ...] = ()
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
        body = json.loads(self.rfile.read(length))
        match self.path:
            case "/v3/maintenance/status":
                found = {"header": {"member_id": "1"}, "leader": self.server.etcd_leader}
                self._answer(200, json.dumps(found))
            case "/v3/cluster/member/list":
                members = [{"ID": each, "name": f"db{each}"} for each in "123"]
                self._answer(200, json.dumps({"members": members}))
            case "/v3/maintenance/transfer-leadership" if body["targetID"] in self.server.away:
                self._answer(503, '{"error": "etcdserver: request timed out"}')
            case _:
                self.server.told.append((self.path, body))
                self._answer(200, "{}")

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
def leaders(
    patroni: Patroni, secrets: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> ModuleType:
    spec = importlib.util.spec_from_file_location("leaders", _DEPLOY / "leaders.py")
    assert spec is not None
    assert spec.loader is not None
    leaders = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(leaders)
    tls = tmp_path / "tls"
    tls.mkdir()
    (tls / "ca.crt").symlink_to(secrets / "ca.crt")
    for each in ("host.crt", "host.key"):
        (tls / each).symlink_to(secrets / "db1" / each)
    monkeypatch.setattr(leaders, "DISK", str(tmp_path))
    monkeypatch.setattr(leaders, "TLS", str(tls))
    monkeypatch.setattr(leaders, "PATRONI_PORT", patroni.server_port)
    monkeypatch.setattr(leaders, "ETCD_PORT", patroni.server_port)
    return leaders


def fill(leaders: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let what is free of the disk be little."""
    monkeypatch.setattr(leaders, "LEAST_BYTES", 2**62)
    monkeypatch.setattr(leaders, "LEAST_SHARE", 2.0)


def _changed(ago: timedelta) -> list[object]:
    at = datetime.now(UTC) - ago
    return [2, 100, "no recovery target specified", at.isoformat(), "db1"]


def test_a_primary_without_room_is_handed_over(
    leaders: ModuleType, patroni: Patroni, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(leaders, monkeypatch)
    patroni.history = [_changed(timedelta(days=3))]
    leaders.look()
    ((path, body),) = patroni.told
    assert path == "/switchover"
    assert list(body) == ["leader"]


def test_one_with_room_stays(leaders: ModuleType, patroni: Patroni) -> None:
    leaders.look()
    assert patroni.told == []


def test_a_replica_without_room_hands_nothing_over(
    leaders: ModuleType, patroni: Patroni, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(leaders, monkeypatch)
    patroni.primary = False
    leaders.look()
    assert patroni.told == []


def test_disks_that_are_all_full_are_not_handed_round(
    leaders: ModuleType, patroni: Patroni, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(leaders, monkeypatch)
    patroni.history = [_changed(timedelta(days=3)), _changed(timedelta(minutes=2))]
    leaders.look()
    patroni.history = [[2, 100, "no recovery target specified"]]  # it has just been
    leaders.look()
    assert patroni.told == []


def test_etcds_leader_leaves_the_primary(leaders: ModuleType, patroni: Patroni) -> None:
    patroni.etcd_leader = "1"
    leaders.look()
    assert patroni.told == [("/v3/maintenance/transfer-leadership", {"targetID": "2"})]


def test_one_that_is_away_is_not_waited_for(leaders: ModuleType, patroni: Patroni) -> None:
    patroni.etcd_leader, patroni.away = "1", ("2",)
    leaders.look()
    assert patroni.told == [("/v3/maintenance/transfer-leadership", {"targetID": "3"})]


def test_etcds_leader_elsewhere_stays(leaders: ModuleType, patroni: Patroni) -> None:
    leaders.look()
    patroni.primary, patroni.etcd_leader = False, "1"  # this one leads, and is no primary
    leaders.look()
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
def test_what_is_little(leaders: ModuleType, free: int, size: int, *, is_little: bool) -> None:
    assert leaders.little(free, size) == is_little
