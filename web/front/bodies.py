"""The reading of a request's body, before a thread is taken: with a limit and a deadline."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final, Protocol

_SECONDS: Final = 10.0
_SLOWEST: Final = 8 * 1024  # bytes a second that a long body must bring: half of 128 kbit/s
_SMALL: Final = 64 * 1024
_MOST_LARGE: Final = 128 * 2**20  # bytes of larger bodies that this process holds at once


class CutOff(Exception):
    """The connection ended within the body: nobody waits for an answer."""


class TooSlow(Exception):
    """The body did not come within its time."""


class TooMany(Exception):
    """Others send so much that there is no room for this body now."""


class Incoming(Protocol):
    """The part of RSGI's protocol that brings a body."""

    def __call__(self) -> Awaitable[bytes]:
        """Return the whole body. Raise where the connection ends within it."""
        ...

    def __aiter__(self) -> AsyncIterator[bytes]:
        """Return its pieces."""
        ...


@dataclass(frozen=True)
class Body:
    """What came. `length`: what is to be said of it: more than `content` where it is too large."""

    content: bytes
    length: int


@dataclass
class Bodies:
    """The bodies that one process reads at a time."""

    _large: int = 0

    async def read(self, incoming: Incoming, announced: str | None, most: int) -> Body:
        """Return the body; one that is over `most` bytes is not read, and its length says so.

        `announced`: the header Content-Length; None: it comes in chunks. Raise `CutOff`, `TooSlow`
        and `TooMany`.
        """
        if announced is not None:
            length = int(announced) if announced.isdecimal() else 0
            if not 0 < length <= most:
                return Body(b"", length)
            async with self._room_for(length):
                return Body(await _in_time(_whole(incoming), length), length)
        async with self._room_for(most):
            content = await _in_time(_pieces(incoming, most), most)
            return Body(content, len(content))

    @asynccontextmanager
    async def _room_for(self, size: int) -> AsyncIterator[None]:
        if size <= _SMALL:
            yield
            return
        if self._large + size > _MOST_LARGE:
            raise TooMany
        self._large += size
        try:
            yield
        finally:
            self._large -= size


async def _in_time(reading: Awaitable[bytes], size: int) -> bytes:
    seconds = _SECONDS + (size / _SLOWEST if size > _SMALL else 0.0)
    try:
        async with asyncio.timeout(seconds):
            return await reading
    except TimeoutError:
        raise TooSlow from None


async def _whole(incoming: Incoming) -> bytes:
    try:
        return await incoming()
    except Exception as broken:  # granian's own class says no more than that
        raise CutOff from broken


async def _pieces(incoming: Incoming, most: int) -> bytes:
    """Return a body without an announced length, or as much of it as is too much.

    granian ends it with one empty piece; a connection that is cut within it shows as one more.
    """
    pieces, size, empty = [], 0, 0
    async for piece in incoming:
        empty += not piece
        pieces.append(piece)
        size += len(piece)
        if size >= most:
            return b"".join(pieces)[:most]
    if empty != 1:
        raise CutOff
    return b"".join(pieces)
