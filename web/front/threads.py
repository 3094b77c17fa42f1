"""The threads of one room, and the requests that wait for them: both bounded."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from queue import SimpleQueue
from threading import Thread

import structlog

from logs import described
from web.front.precedence import Precedence
from web.front.rooms import FrontRoom

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class _Job:
    """A request whose body is there. `late`: what is done instead once its patience is over."""

    do: Callable[[], None]
    late: Callable[[], None]
    until: float  # time.monotonic()
    done: asyncio.Future[None]


@dataclass
class Threads:
    """The threads of a room, used by one event loop. They are daemons: a hanging one ends too."""

    room: FrontRoom
    loop: asyncio.AbstractEventLoop
    precedence: Precedence
    _jobs: SimpleQueue[_Job] = field(default_factory=SimpleQueue)
    _inside: int = 0  # at work or waiting; the loop alone counts

    def __post_init__(self) -> None:
        for number in range(self.room.threads):
            Thread(target=self._work, name=f"{self.room.name}-{number}", daemon=True).start()

    @property
    def full(self) -> bool:
        """Tell whether one more would wait longer than makes sense."""
        return self._inside >= self.room.threads + self.room.waiting

    async def run(self, do: Callable[[], None], late: Callable[[], None]) -> None:
        """Do it on a thread, or `late` where none is free in time; return when it is done."""
        done = self.loop.create_future()
        self._inside += 1
        if not self.room.gives_way:
            self.precedence.enter()
        try:
            self._jobs.put(_Job(do, late, time.monotonic() + self.room.patience, done))
            await done
        finally:
            self._inside -= 1
            if not self.room.gives_way:
                self.precedence.leave()

    def _work(self) -> None:
        while True:
            job = self._jobs.get()
            try:
                if self.room.gives_way:
                    self.precedence.wait(self.room.gives_way)
                (job.do if time.monotonic() < job.until else job.late)()
            except BaseException as broken:  # the thread serves the next request all the same
                _tell(broken)
            finally:
                self.loop.call_soon_threadsafe(_end, job.done)
                del job  # an idle thread keeps no request alive


def _tell(broken: BaseException) -> None:
    with suppress(Exception):
        log.error("unexpected", **described(broken))


def _end(done: asyncio.Future[None]) -> None:
    if not done.done():  # the connection was cut, or the server ends
        done.set_result(None)
