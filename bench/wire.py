"""Requests to one port over connections that stay open: as cheap as asyncio allows."""

from __future__ import annotations

import asyncio
import ssl
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

from bench.rig import LOCAL

_AGAIN_SECONDS = 1.0  # until a request that was refused or lost goes out again, as carriers do it
_CONNECT_SECONDS = 3.0
_ANSWER_SECONDS = 15.0  # a carrier's own patience


@dataclass(frozen=True)
class Place:
    """Where requests go. `trusted`: the file of the authority whose certificate it shows; empty:
    it speaks HTTP in clear.
    """

    port: int
    host: str = LOCAL
    trusted: str = ""

    @classmethod
    def read(cls, written: str) -> Self:
        """Return the place that is written as `PORT`, `HOST:PORT` or `HOST:PORT:FILE`."""
        parts = written.split(":", 2)
        if len(parts) == 1:
            return cls(int(parts[0]))
        return cls(int(parts[1]), parts[0], "".join(parts[2:]))

    def __str__(self) -> str:
        return f"{self.host}:{self.port}:{self.trusted}"

    def tls(self) -> ssl.SSLContext | None:
        """Return how to trust it: by its authority alone, whatever name its certificate has."""
        if not self.trusted:
            return None
        context = ssl.create_default_context(cafile=self.trusted)
        context.check_hostname = False
        return context


@dataclass(frozen=True)
class _Asked:
    raw: bytes
    answered: Callable[[], None]


class Wire:
    """A queue of requests, each sent until a 2xx answers it.

    `again`: how often one did not. `silent`: the longest time without one, from the
    first request to the last answer, in seconds.
    """

    def __init__(self, place: Place) -> None:
        self._place = place
        self._tls = place.tls()
        self._last = 0.0
        self.silent = 0.0
        self._idle: list[_Connection] = []
        self._waiting: deque[_Asked] = deque()
        self.again = 0

    async def open(self, connections: int) -> None:
        for _ in range(connections):
            await self._connect()

    @property
    def waiting(self) -> int:
        """Return how many requests wait for a connection."""
        return len(self._waiting)

    def post(self, raw: bytes, answered: Callable[[], None]) -> None:
        """Send `raw` as soon as a connection is free; call `answered` when it is taken."""
        if not self._last:
            self._last = time.monotonic()
        asked = _Asked(raw, answered)
        if self._idle:
            self._idle.pop().send(asked)
        else:
            self._waiting.append(asked)

    def free(self, connection: _Connection) -> None:
        if self._waiting:
            connection.send(self._waiting.popleft())
        else:
            self._idle.append(connection)

    def answered(self, asked: _Asked) -> None:
        now = time.monotonic()
        self.silent = max(self.silent, now - self._last)
        self._last = now
        asked.answered()

    def failed(self, asked: _Asked) -> None:
        self.again += 1
        loop = asyncio.get_running_loop()
        loop.call_later(_AGAIN_SECONDS, self.post, asked.raw, asked.answered)

    def lost(self, connection: _Connection, asked: _Asked | None) -> None:
        """Open another connection; what was under way goes out again."""
        if connection in self._idle:
            self._idle.remove(connection)
        if asked is not None:
            self.failed(asked)
        self._task = asyncio.get_running_loop().create_task(self._connect())

    async def _connect(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                async with asyncio.timeout(_CONNECT_SECONDS):
                    await loop.create_connection(
                        lambda: _Connection(self),
                        self._place.host, self._place.port, ssl=self._tls,
                    )  # fmt: skip
            except (OSError, TimeoutError):
                await asyncio.sleep(_AGAIN_SECONDS)
            else:
                return


class _Connection(asyncio.Protocol):
    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._buffer = b""
        self._asked: _Asked | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._wire.free(self)

    def connection_lost(self, error: Exception | None) -> None:
        if self._asked is not None:
            self._patience.cancel()
        self._wire.lost(self, self._asked)

    def send(self, asked: _Asked) -> None:
        self._asked = asked
        self._transport.write(asked.raw)
        loop = asyncio.get_running_loop()
        self._patience = loop.call_later(_ANSWER_SECONDS, self._transport.abort)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, end, body = self._buffer.partition(b"\r\n\r\n")
        if not end or len(body) < length(head):
            return
        self._buffer = b""
        asked, self._asked = self._asked, None
        if asked is None:  # 408 to a connection that rested too long (RFC 9110, 15.5.9)
            self._transport.close()
            return
        self._patience.cancel()
        if head.startswith(b"HTTP/1.1 2"):
            self._wire.answered(asked)
        else:
            self._wire.failed(asked)
        if not self._transport.is_closing():
            self._wire.free(self)


def length(head: bytes) -> int:
    """Return the length of the body that a head announces; 0 where it says nothing."""
    lower = head.lower()
    at = lower.find(b"content-length:")
    return int(lower[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
