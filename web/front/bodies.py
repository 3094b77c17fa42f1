"""The reading of a request's body, before a thread is taken: with a limit and a deadline."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable
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

    _large: int = 0  # bytes that are here of bodies that are not whole yet, beyond _SMALL of each

    async def read(self, incoming: Incoming, announced: str | None, most: int) -> Body:
        """Return the body; one that is over `most` bytes is not read, and its length says so.

        `announced`: the header Content-Length; None: it comes in chunks. Raise `CutOff`, `TooSlow`
        and `TooMany`.
        """
        if announced is None:
            content = await self._pieces(incoming, None, most)
            return Body(content, len(content))
        length = int(announced) if announced.isdecimal() else 0
        if not 0 < length <= most:
            return Body(b"", length)
        if length <= _SMALL:
            return Body(await _whole(incoming), length)
        return Body(await self._pieces(incoming, length, most), length)

    async def _pieces(self, incoming: Incoming, length: int | None, most: int) -> bytes:
        """Return a body piece by piece, of `length` bytes; None: as much as comes, up to `most`.

        Only what has come takes room, so to announce a body keeps no other away. It has some
        seconds, and more with what it brings, but never more than those at once: whoever sent
        nearly all of it must go on as fast. granian ends a body with one empty piece; a connection
        that is cut within it shows as one more.
        """
        pieces, size, empty, held = [], 0, 0, 0
        loop = asyncio.get_running_loop()
        wanted = most if length is None else length
        try:
            async with asyncio.timeout(_SECONDS) as time:
                async for piece in incoming:
                    empty += not piece
                    pieces.append(piece)
                    size += len(piece)
                    more = max(0, size - _SMALL) - held
                    if self._large + more > _MOST_LARGE:
                        raise TooMany
                    held += more
                    self._large += more
                    if size >= wanted:
                        return b"".join(pieces)[:wanted]
                    until = (time.when() or loop.time()) + len(piece) / _SLOWEST
                    time.reschedule(min(until, loop.time() + _SECONDS))
        except TimeoutError:
            raise TooSlow from None
        finally:
            self._large -= held
        if length is not None or empty != 1:
            raise CutOff
        return b"".join(pieces)


async def _whole(incoming: Incoming) -> bytes:
    try:
        async with asyncio.timeout(_SECONDS):
            return await incoming()
    except TimeoutError:
        raise TooSlow from None
    except Exception as broken:  # granian's own class says no more than that
        raise CutOff from broken
