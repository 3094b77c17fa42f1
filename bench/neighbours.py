"""Hostile neighbours that need no secret: connections to the web port, many and ill-mannered.

Each runs in a thread of its own with an event loop of its own, until it is told to go.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Final
from urllib.parse import urlencode

from bench.rig import LOCAL

STALLED: Final = 64
IDLE: Final = 2_000
STORMING: Final = 100  # at a time
READERS: Final = 64
SIGNERS: Final = 16
_HOOK: Final = b"POST /hooks/twilio/sms HTTP/1.1\r\nHost: x\r\n"
_FORM: Final = b"Content-Type: application/x-www-form-urlencoded\r\n"
_PAUSE: Final = 0.05  # before a connection that was closed is opened again

Neighbour = Callable[[int, int], Awaitable[None]]  # port, which of them


@contextmanager
def at_work(neighbour: Neighbour, port: int, number: int) -> Iterator[None]:
    """Run `number` of a neighbour until the block ends, each begun again as it ends."""
    loop = asyncio.new_event_loop()

    async def again(which: int) -> None:
        while True:
            with contextlib.suppress(OSError, EOFError, asyncio.IncompleteReadError):
                await neighbour(port, which)
            await asyncio.sleep(_PAUSE)

    async def all_of_them() -> None:
        await asyncio.gather(*(again(which) for which in range(number)))

    def run() -> None:
        with contextlib.suppress(asyncio.CancelledError):
            loop.run_until_complete(task)
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()

    task = loop.create_task(all_of_them())
    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        yield
    finally:
        loop.call_soon_threadsafe(task.cancel)
        thread.join()


@contextmanager
def _connected(
    reader_writer: tuple[asyncio.StreamReader, asyncio.StreamWriter],
) -> Iterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = reader_writer
    try:
        yield reader, writer
    finally:
        writer.transport.abort()


async def stalled(port: int, _which: int) -> None:
    """Announce a body and send none of it."""
    with _connected(await asyncio.open_connection(LOCAL, port)) as (reader, writer):
        writer.write(_HOOK + _FORM + b"Content-Length: 1000\r\n\r\n")
        await reader.read()


async def dripping(port: int, _which: int) -> None:
    """Send a body a byte a second."""
    with _connected(await asyncio.open_connection(LOCAL, port)) as (reader, writer):
        writer.write(_HOOK + _FORM + b"Content-Length: 60000\r\n\r\n")
        ended = asyncio.ensure_future(reader.read())
        while not ended.done():
            writer.write(b"a")
            await asyncio.sleep(1)


async def large(port: int, _which: int) -> None:
    """Send half of a large file at once, and the rest just fast enough."""
    with _connected(await asyncio.open_connection(LOCAL, port)) as (reader, writer):
        writer.write(b"POST /office/imports HTTP/1.1\r\nHost: x\r\n")
        writer.write(b"Content-Length: 20000000\r\n\r\n")
        ended = asyncio.ensure_future(reader.read())
        for _ in range(150):
            writer.write(b"a" * 65_536)
            await writer.drain()
        while not ended.done():
            writer.write(b"a" * 10_000)
            await asyncio.sleep(1)


async def dripping_head(port: int, _which: int) -> None:
    """Send the head of a request a byte a second."""
    with _connected(await asyncio.open_connection(LOCAL, port)) as (reader, writer):
        writer.write(b"GET / HTTP/1.1\r\nX-")
        ended = asyncio.ensure_future(reader.read())
        while not ended.done():
            writer.write(b"a")
            await asyncio.sleep(1)


async def idle(port: int, _which: int) -> None:
    """Connect and say nothing."""
    with _connected(await asyncio.open_connection(LOCAL, port)) as (reader, _writer):
        await reader.read()


async def storm(port: int, which: int) -> None:
    """Connect, say half a word or nothing, and cut the connection, again and again."""
    for turn in range(20):
        with _connected(await asyncio.open_connection(LOCAL, port)) as (_reader, writer):
            if (which + turn) % 2:
                writer.write(b"GET /heal")
            await asyncio.sleep(0)


async def slow_reader(port: int, _which: int) -> None:
    """Ask for pages, one after the other, and read none of the answers."""
    with _connected(await asyncio.open_connection(LOCAL, port, limit=1)) as (reader, writer):
        writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n" * 200)
        while not writer.is_closing():  # the stream's limit of one byte keeps the rest unread
            await asyncio.sleep(1)
        await reader.read(1)


async def pages(port: int, _which: int) -> None:
    """Ask for pages as fast as they come."""
    with _connected(await asyncio.open_connection(LOCAL, port)) as (reader, writer):
        for _ in range(100):
            writer.write(b"GET /desk/sign-in HTTP/1.1\r\nHost: x\r\n\r\n")
            await _answer(reader)


async def cut(port: int, which: int) -> None:
    """Post half of a text, or a whole one that nobody signed, and cut the connection."""
    body = urlencode({"From": "+917000000000", "Body": "1", "MessageSid": f"SM{which}"}).encode()
    announced = len(body) * (1 + which % 2)
    head = _HOOK + _FORM + b"Content-Length: %d\r\n\r\n" % announced
    for _ in range(10):
        with _connected(await asyncio.open_connection(LOCAL, port)) as (_reader, writer):
            writer.write(head + body)
            await writer.drain()
            await asyncio.sleep(0.01)


async def signing_in(port: int, which: int) -> None:
    """Sign in with a wrong password, as fast as it goes, each time from another network."""
    with _connected(await asyncio.open_connection(LOCAL, port)) as (reader, writer):
        writer.write(b"GET /desk/sign-in HTTP/1.1\r\nHost: x\r\n\r\n")
        head, page = await _answer(reader)
        token = re.search(rb'name="csrf_token"[^>]*value="([^"]+)"', page)
        cookie = re.search(rb"(?i)set-cookie: ([^;]+)", head)
        if token is None or cookie is None:
            raise EOFError
        form = {"csrf_token": token[1].decode(), "staff_id": f"nobody{which}", "password": "wrong"}
        body = urlencode(form).encode()
        for turn in range(200):
            network = f"10.{which % 250}.{turn}.9"
            writer.write(
                b"POST /desk/sign-in HTTP/1.1\r\nHost: dakiya.example\r\nCookie: %s\r\n"
                b"Referer: https://dakiya.example/desk/sign-in\r\nX-Forwarded-For: %s\r\n"
                b"%sContent-Length: %d\r\n\r\n" % (cookie[1], network.encode(), _FORM, len(body))
            )
            writer.write(body)
            await _answer(reader)


async def _answer(reader: asyncio.StreamReader) -> tuple[bytes, bytes]:
    head = await reader.readuntil(b"\r\n\r\n")
    length = re.search(rb"(?i)content-length: (\d+)", head)
    return head, await reader.readexactly(int(length[1]) if length else 0)
