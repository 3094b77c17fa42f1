"""A room that is full says so at once; a body has its time; a thread outlives what it does."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from flask import Flask

from settings import Settings
from web.front import bodies, busy, rooms
from web.front.front import Front
from web.front.wsgi import WholeAnswer


@dataclass(frozen=True)
class Scope:
    """A request as granian tells of it."""

    path: str
    headers: dict[str, str] = field(default_factory=dict)
    method: str = "GET"
    server: str = "127.0.0.1:8000"
    client: str = "127.0.0.1:9000"
    scheme: str = "http"
    query_string: str = ""
    http_version: str = "1.1"


class Connection:
    """Granian's side of one exchange. `stalls`: of its body no more comes than is there."""

    def __init__(self, there: bytes = b"", *, stalls: bool = False) -> None:
        self.there = there
        self.stalls = stalls
        self.answer: WholeAnswer | None = None
        self.answered = threading.Event()

    async def __call__(self) -> bytes:
        await asyncio.sleep(3600 if self.stalls else 0)
        return self.there

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield self.there
        await asyncio.sleep(3600 if self.stalls else 0)
        yield b""

    def response_bytes(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        self.answer = WholeAnswer(status, headers, body)
        self.answered.set()


def _small(settings: Settings) -> list[rooms.FrontRoom]:
    return [replace(room, threads=1, waiting=0) for room in rooms.rooms(settings)]


def test_a_full_room_answers_at_once_and_the_others_go_on(app: Flask, settings: Settings) -> None:
    places, held, goes_on = _small(settings), threading.Event(), threading.Event()

    def application(environ: dict[str, Any], start: Callable[..., object]) -> Iterable[bytes]:
        if environ["PATH_INFO"] == "/held":
            held.set()
            goes_on.wait()
        start("200 OK", [])
        return [b"done"]

    front = Front(application, places, busy.answers(app, places))

    async def ask(path: str) -> Connection:
        connection = Connection()
        await front.__rsgi__(Scope(path), connection)
        return connection

    async def play() -> tuple[Connection, list[Connection]]:
        front.__rsgi_init__(asyncio.get_running_loop())
        first = asyncio.create_task(ask("/held"))
        await asyncio.to_thread(held.wait)
        paths = ("/desk", "/hooks/twilio/sms", "/api/v1/articles", "/healthz")
        others = [await ask(path) for path in paths]
        goes_on.set()
        return await first, others

    first, (page, hook, api, alive) = asyncio.run(play())
    assert [each.answer and each.answer.status for each in (first, page, hook, api, alive)] == [
        200, 503, 200, 200, 200,
    ]  # fmt: skip
    assert page.answer is not None
    headers = dict(page.answer.headers)
    assert headers["Retry-After"] == "5"
    assert headers["Content-Security-Policy"]
    shown = page.answer.body.decode()
    assert "Very much is asked for" in shown
    assert "अभी बहुत काम चल रहा है" in shown


def test_a_thread_outlives_what_breaks_it(app: Flask, settings: Settings) -> None:
    places = _small(settings)

    def application(environ: dict[str, Any], start: Callable[..., object]) -> Iterable[bytes]:
        if environ["PATH_INFO"] == "/breaks":
            raise SystemExit
        start("200 OK", [])
        return [b"done"]

    front = Front(application, places, busy.answers(app, places))

    async def play() -> Connection:
        front.__rsgi_init__(asyncio.get_running_loop())
        await front.__rsgi__(Scope("/breaks"), Connection())
        after = Connection()
        await front.__rsgi__(Scope("/goes-on"), after)
        return after

    after = asyncio.run(play())
    assert after.answer == WholeAnswer(200, [], b"done")


def test_a_body_has_its_time_and_large_ones_have_their_room(
    app: Flask, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bodies, "_SECONDS", 0.01)
    monkeypatch.setattr(bodies, "_MOST_LARGE", 100_000)
    places = _small(settings)
    front = Front(lambda *_: pytest.fail("no thread is taken"), places, busy.answers(app, places))

    async def play() -> list[Connection]:
        front.__rsgi_init__(asyncio.get_running_loop())
        asked = [
            ("/hooks/twilio/sms", {"content-length": "100"}, Connection(stalls=True)),
            ("/", {"content-length": "200000"}, Connection(b"x" * 200_000)),
            ("/", {"content-length": "200000"}, Connection(b"x" * 70_000, stalls=True)),
            ("/", {"transfer-encoding": "chunked"}, Connection(b"x" * 200_000)),
            ("/", {"content-length": "200000"}, Connection(b"x" * 70_000)),
        ]
        for path, headers, connection in asked:
            await front.__rsgi__(Scope(path, headers, "POST"), connection)
        return [connection for _, _, connection in asked]

    answers = [each.answer for each in asyncio.run(play())]
    assert [each and each.status for each in answers] == [408, 503, 408, 503, 408]


def test_no_header_is_anothers(app: Flask, settings: Settings) -> None:
    """WSGI knows no difference between - and _: what a proxy wrote would be what a caller did."""
    places, seen = _small(settings), {}

    def application(environ: dict[str, Any], start: Callable[..., object]) -> Iterable[bytes]:
        seen.update(environ)
        start("200 OK", [])
        return [b""]

    front = Front(application, places, busy.answers(app, places))

    async def play() -> None:
        front.__rsgi_init__(asyncio.get_running_loop())
        headers = {"x-forwarded-for": "198.51.100.1", "x_forwarded_for": "203.0.113.9"}
        await front.__rsgi__(Scope("/", headers), Connection())

    asyncio.run(play())
    assert seen["HTTP_X_FORWARDED_FOR"] == "198.51.100.1"
