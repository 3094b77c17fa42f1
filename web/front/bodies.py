"""The reading of a request's body, before a thread is taken: with a limit and a deadline."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final, Protocol

_SECONDS: Final = 10.0
_SLOWEST: Final = 8 * 1024  # bytes a second that a long body must bring: half of 128 kbit/s
_SMALL: Final = 64 * 1024


class CutOff(Exception):
    """The connection ended within the body: nobody waits for an answer."""


class TooSlow(Exception):
    """The body did not come within its time."""


class TooMany(Exception):
    """There is no room for this body now: it gave way to others."""


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


@dataclass(eq=False)
class _Arriving:
    """A large body under way. `held`: the bytes of it that are here, beyond _SMALL."""

    network: str
    began: float
    time: asyncio.Timeout
    held: int = 0
    gave_way: bool = False


@dataclass
class Bodies:
    """The bodies that one process reads at a time.

    `most`: bytes of large ones that it may hold; `held`: does; `now`: a clock that only goes on.

    Where there is no room for a piece, bodies give way: of the network whose bodies have held most
    for longest, bytes times seconds, the one that began first. So slow bodies keep no fast one
    away, however many they are, and whoever would fill the room must fill it again and again.
    """

    most: int
    now: Callable[[], float] = time.monotonic
    held: int = field(default=0, init=False)
    _arriving: dict[_Arriving, None] = field(default_factory=dict, init=False)  # as they began

    async def read(
        self, incoming: Incoming, announced: str | None, most: int, whose: Callable[[], str]
    ) -> Body:
        """Return the body; one that is over `most` bytes is not read, and its length says so.

        `announced`: the header Content-Length; None: it comes in chunks. `whose`: returns the
        network that sends it. Raise `CutOff`, `TooSlow` and `TooMany`.
        """
        if announced is None:
            content = await self._pieces(incoming, None, most, whose)
            return Body(content, len(content))
        length = int(announced) if announced.isdecimal() else 0
        if not 0 < length <= most:
            return Body(b"", length)
        if length <= _SMALL:
            return Body(await _whole(incoming), length)
        return Body(await self._pieces(incoming, length, most, whose), length)

    async def _pieces(
        self, incoming: Incoming, length: int | None, most: int, whose: Callable[[], str]
    ) -> bytes:
        """Return a body piece by piece, of `length` bytes; None: as much as comes, up to `most`.

        Only what has come takes room, so to announce a body keeps no other away. It has some
        seconds, and more with what it brings, but never more than those at once: whoever sent
        nearly all of it must go on as fast. granian ends a body with one empty piece; a connection
        that is cut within it shows as one more.
        """
        pieces, size, empty = [], 0, 0
        loop = asyncio.get_running_loop()
        wanted = most if length is None else length
        body = _Arriving(whose(), self.now(), asyncio.timeout(_SECONDS))
        self._arriving[body] = None
        try:
            async with body.time as limit:
                async for piece in incoming:
                    empty += not piece
                    pieces.append(piece)
                    size += len(piece)
                    more = max(0, size - _SMALL) - body.held
                    body.held += more
                    self.held += more
                    self._make_room(loop.time())
                    if body.gave_way:
                        raise TooMany
                    if size >= wanted:
                        return b"".join(pieces)[:wanted]
                    until = (limit.when() or loop.time()) + len(piece) / _SLOWEST
                    limit.reschedule(min(until, loop.time() + _SECONDS))
        except TimeoutError:
            raise (TooMany if body.gave_way else TooSlow) from None
        finally:
            self._let_go(body)
        if length is not None or empty != 1:
            raise CutOff
        return b"".join(pieces)

    def _make_room(self, at_once: float) -> None:
        """Let bodies give way until the others fit. `at_once`: the loop's time."""
        while self.held > self.most:
            now, cost = self.now(), defaultdict[str, float](float)
            for each in self._arriving:
                cost[each.network] += each.held * (now - each.began)
            dearest = max(cost, key=cost.__getitem__)
            first = next(one for one in self._arriving if one.network == dearest and one.held)
            first.gave_way = True
            first.time.reschedule(at_once)
            self._let_go(first)

    def _let_go(self, body: _Arriving) -> None:
        """Count a body no longer, if it was counted."""
        if body in self._arriving:
            del self._arriving[body]
            self.held -= body.held


async def _whole(incoming: Incoming) -> bytes:
    try:
        async with asyncio.timeout(_SECONDS):
            return await incoming()
    except TimeoutError:
        raise TooSlow from None
    except Exception as broken:  # granian's own class says no more than that
        raise CutOff from broken
