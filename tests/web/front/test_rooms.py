"""A room that is full says so at once; a body has its time; a thread outlives what it does."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from ipaddress import ip_network
from typing import Any, TypeVar

import pytest
from flask import Flask

from settings import Settings
from web.front import bodies, busy, rooms
from web.front.bodies import Bodies
from web.front.front import Front
from web.front.wsgi import WholeAnswer

T = TypeVar("T")


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


def _played(play: Coroutine[Any, Any, T]) -> T:
    """Return what `play` does, in a thread of its own: a browser's loop may run in this one."""
    with ThreadPoolExecutor(1) as alone:
        return alone.submit(asyncio.run, play).result()


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

    front = Front(application, places, busy.answers(app, places), Bodies(100_000))

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

    first, (page, hook, api, alive) = _played(play())
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

    front = Front(application, places, busy.answers(app, places), Bodies(100_000))

    async def play() -> Connection:
        front.__rsgi_init__(asyncio.get_running_loop())
        await front.__rsgi__(Scope("/breaks"), Connection())
        after = Connection()
        await front.__rsgi__(Scope("/goes-on"), after)
        return after

    after = _played(play())
    assert after.answer == WholeAnswer(200, [], b"done")


def test_a_body_has_its_time_and_large_ones_have_their_room(
    app: Flask, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bodies, "_SECONDS", 0.01)
    places = _small(settings)

    def application(*_: object) -> Iterable[bytes]:
        pytest.fail("no thread is taken")

    front = Front(application, places, busy.answers(app, places), Bodies(100_000))

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

    answers = [each.answer for each in _played(play())]
    assert [each and each.status for each in answers] == [408, 503, 408, 503, 408]


class Sending(Connection):
    """One whose body comes as it is told, from `address`."""

    def __init__(self, address: str) -> None:
        super().__init__()
        self.address = address
        self.pieces: asyncio.Queue[bytes] = asyncio.Queue()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while True:
            yield await self.pieces.get()


def test_where_there_is_no_room_the_slow_give_way(app: Flask, settings: Settings) -> None:
    """Its body that began first does. Who sends slowly keeps nobody away, from two networks too."""
    places = _small(settings)

    def application(environ: dict[str, Any], start: Callable[..., object]) -> Iterable[bytes]:
        start("200 OK", [("taken", str(len(environ["wsgi.input"].read())))])
        return [b""]

    trusted = [ip_network("10.0.0.0/8")]
    seconds = [0.0]
    room = Bodies(1_000_000, lambda: seconds[0])
    front = Front(application, places, busy.answers(app, places), room, trusted)

    async def play() -> tuple[list[Sending], Sending]:
        front.__rsgi_init__(asyncio.get_running_loop())
        tasks: list[asyncio.Task[None]] = []

        def begin(address: str, length: int) -> Sending:
            sending = Sending(address)
            headers = {"content-length": str(length), "x-forwarded-for": f"9.9.9.9, {address}"}
            scope = Scope("/office/imports", headers, "POST", client="10.0.0.1:9000")
            tasks.append(asyncio.create_task(front.__rsgi__(scope, sending)))
            return sending

        slow = [begin(f"2001:db8:0:{n // 4}::{n}", 5_000_000) for n in range(8)]
        for each in slow:
            each.pieces.put_nowait(b"x" * 160_000)
            await asyncio.sleep(0)
        seconds[0] = 9.0
        other = begin("198.51.100.7", 600_000)
        for _ in range(6):
            other.pieces.put_nowait(b"x" * 100_000)
            seconds[0] += 0.1
        async with asyncio.timeout(30):
            await tasks[-1]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        return slow, other

    slow, other = _played(play())
    assert other.answer == WholeAnswer(200, [("taken", "600000")], b"")
    gave_way = [number for number, each in enumerate(slow) if each.answer]
    assert gave_way == [0, 1, 4, 5]  # in turn of the two networks, the oldest of each
    assert {each.answer.status for each in slow if each.answer} == {503}
    assert room.held == 0


def test_two_of_the_largest_bodies_always_have_room(settings: Settings) -> None:
    for megabytes in (20, 200):
        places = rooms.rooms(settings.model_copy(update={"import_megabytes": megabytes}))
        assert rooms.held(places) >= 2 * megabytes * 2**20


def test_of_whole_bodies_no_more_wait_than_the_room_has(app: Flask, settings: Settings) -> None:
    """They all came in while there was a place: each is looked at again once it is whole."""
    places, goes_on = _small(settings), threading.Event()

    def application(environ: dict[str, Any], start: Callable[..., object]) -> Iterable[bytes]:
        goes_on.wait()
        start("200 OK", [])
        return [b""]

    front = Front(application, places, busy.answers(app, places), Bodies(10_000_000))

    async def play() -> list[Sending]:
        front.__rsgi_init__(asyncio.get_running_loop())
        sending = [Sending("198.51.100.7") for _ in range(3)]
        scope = Scope("/office/imports", {"content-length": "100000"}, "POST")
        tasks = [asyncio.create_task(front.__rsgi__(scope, each)) for each in sending]
        await asyncio.sleep(0)  # each has found a place, and waits for its body
        for each in sending:
            each.pieces.put_nowait(b"x" * 100_000)
        refused = asyncio.gather(*tasks[1:])
        _, waits = await asyncio.wait([refused], timeout=10)
        goes_on.set()
        await asyncio.gather(*tasks)
        assert not waits
        return sending

    answers = [each.answer for each in _played(play())]
    assert [each and each.status for each in answers] == [200, 503, 503]


def test_a_page_begins_when_no_text_is_at_work(app: Flask, settings: Settings) -> None:
    for moment, order in ((3_600.0, ["hook", "page"]), (0.01, ["page", "hook"])):
        places = [
            replace(room, gives_way=moment if room.gives_way else 0.0) for room in _small(settings)
        ]
        assert _order_of_a_page_beside_a_hook(app, places) == order


def _order_of_a_page_beside_a_hook(app: Flask, places: list[rooms.FrontRoom]) -> list[str]:
    """Return the ends of a hook, which waits for the page for half a second at most, and a page."""
    inside, page_ended, ended = threading.Event(), threading.Event(), []

    def application(environ: dict[str, Any], start: Callable[..., object]) -> Iterable[bytes]:
        if environ["PATH_INFO"].startswith("/hooks"):
            inside.set()
            page_ended.wait(0.5)
            ended.append("hook")
        else:
            ended.append("page")
            page_ended.set()
        start("200 OK", [])
        return [b""]

    front = Front(application, places, busy.answers(app, places), Bodies(100_000))

    async def play() -> None:
        front.__rsgi_init__(asyncio.get_running_loop())
        hook = asyncio.create_task(front.__rsgi__(Scope("/hooks/twilio/sms"), Connection()))
        await asyncio.to_thread(inside.wait)
        await front.__rsgi__(Scope("/desk"), Connection())
        await hook

    _played(play())
    return ended


def test_no_header_is_anothers(app: Flask, settings: Settings) -> None:
    """WSGI knows no difference between - and _: what a proxy wrote would be what a caller did."""
    places, seen = _small(settings), {}

    def application(environ: dict[str, Any], start: Callable[..., object]) -> Iterable[bytes]:
        seen.update(environ)
        start("200 OK", [])
        return [b""]

    front = Front(application, places, busy.answers(app, places), Bodies(100_000))

    async def play() -> None:
        front.__rsgi_init__(asyncio.get_running_loop())
        headers = {"x-forwarded-for": "198.51.100.1", "x_forwarded_for": "203.0.113.9"}
        await front.__rsgi__(Scope("/", headers), Connection())

    _played(play())
    assert seen["HTTP_X_FORWARDED_FOR"] == "198.51.100.1"
