"""Exotel's number metadata as documented, and what a service does that lies, hangs or refuses."""

from __future__ import annotations

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from gateways.lookups.base import LookedUp, NotLookedUp
from gateways.lookups.build import build
from gateways.lookups.exotel import ExotelLookup
from tests.rigs.gateway import settings_with

PHONE = "+919839012345"
ACCOUNT = {
    "EXOTEL_ACCOUNT_SID": "dakiya1",
    "EXOTEL_API_KEY": "key-of-the-lookup",
    "EXOTEL_API_TOKEN": "token-of-the-lookup",
}
_MOBILE = {
    "PhoneNumber": "09839012345", "Circle": "UE", "CircleName": "UP (East)", "Type": "Mobile",
    "Operator": "JI", "OperatorName": "Reliance Jio", "DND": "Yes",
}  # fmt: skip


class Service(ThreadingHTTPServer):
    """Answers every request alike, and keeps its path and its authorization."""

    answer: tuple[int, bytes]
    asked: list[tuple[str, str]]


class _Handler(BaseHTTPRequestHandler):
    server: Service

    def do_GET(self) -> None:
        self.server.asked.append((self.path, self.headers["Authorization"]))
        status, body = self.server.answer
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Keep it out of the tests' output."""


@pytest.fixture
def service() -> Iterator[Service]:
    server = Service(("127.0.0.1", 0), _Handler)
    server.answer, server.asked = (200, json.dumps({"Numbers": _MOBILE}).encode()), []
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def exotel(service: Service) -> ExotelLookup:
    url = f"http://127.0.0.1:{service.server_port}"
    made = build(settings_with(number_lookup="exotel", EXOTEL_URL=url, **ACCOUNT))
    assert isinstance(made, ExotelLookup)
    return made


def test_it_is_asked_as_documented(exotel: ExotelLookup, service: Service) -> None:
    assert exotel.ask(PHONE) == LookedUp("mobile", "Reliance Jio", do_not_disturb=True)
    ((path, authorization),) = service.asked
    assert path == f"/v1/Accounts/dakiya1/Numbers/{PHONE}.json"
    assert authorization.startswith("Basic ")


@pytest.mark.parametrize(
    ("status", "said", "found"),
    [
        (200, {"Numbers": _MOBILE | {"Type": "Landline"}}, "landline"),
        (200, {"Numbers": _MOBILE | {"Type": "Pager"}}, "unknown"),
    ],
)
def test_what_it_can_say(
    exotel: ExotelLookup, service: Service, status: int, said: object, found: str
) -> None:
    service.answer = (status, json.dumps(said).encode())
    assert exotel.ask(PHONE).line == found


@pytest.mark.parametrize(
    "answer",
    [
        (200, b"<html>"),
        (200, b"[]"),
        (200, b'{"Numbers": 7}'),
        (401, b"{}"),
        (503, b""),
        (404, b'{"RestException": {"Status": 404}}'),
        (404, b"<html>no such address</html>"),
        (404, b'{"Numbers": {"Type": "Landline"}}'),
    ],
)
def test_what_cannot_be_read_is_no_answer_and_names_nobody(
    exotel: ExotelLookup, service: Service, answer: tuple[int, bytes]
) -> None:
    service.answer = answer
    with pytest.raises(NotLookedUp) as refused:
        exotel.ask(PHONE)
    assert PHONE[3:] not in str(refused.value)


def test_one_that_is_away_is_no_answer() -> None:
    made = build(settings_with(number_lookup="exotel", EXOTEL_URL="http://127.0.0.1:9", **ACCOUNT))
    assert made is not None
    with pytest.raises(NotLookedUp) as refused:
        made.ask(PHONE)
    assert PHONE[3:] not in str(refused.value)


def test_an_account_that_is_not_whole_is_refused() -> None:
    with pytest.raises(ValueError, match="EXOTEL_ACCOUNT_SID"):
        build(settings_with(number_lookup="exotel"))


def test_nobody_is_asked_by_default() -> None:
    assert build(settings_with()) is None
