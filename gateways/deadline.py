"""A deadline for a whole HTTP exchange: connecting, sending, and every piece of the answer.

The time-outs of requests begin anew with each piece that comes: whoever answers a byte a second
holds its caller for ever. Here one thread of the process ends the connections of exchanges whose
time is over; to the caller it looks as if the other side had closed them.
"""

from __future__ import annotations

import heapq
import os
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Final

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection

_LOOKS_EVERY: Final = 0.1  # seconds, while an exchange is under way


@dataclass
class Exchange:
    """One exchange and the connections that it uses: duplicates, since TLS takes the first over."""

    sockets: list[socket.socket] = field(default_factory=list)
    over: bool = False  # its time, or the exchange itself
    late: bool = False  # its time was over first
    lock: threading.Lock = field(default_factory=threading.Lock)

    def uses(self, connection: socket.socket) -> None:
        """Note a connection: it ends with the time of the exchange."""
        with self.lock:
            mine = socket.socket(fileno=os.dup(connection.fileno()))  # one by TLS has no dup()
            self.sockets.append(mine)
            if self.over:
                _shut(mine)

    def cut(self) -> None:
        """End its connections: its time is over."""
        with self.lock:
            if not self.over:
                self.over = self.late = True
                for each in self.sockets:
                    _shut(each)

    def end(self) -> None:
        """Let go of its connections, which stay open."""
        with self.lock:
            self.over = True
            for each in self.sockets:
                each.close()


def _shut(connection: socket.socket) -> None:
    with suppress(OSError):  # it was closed meanwhile
        connection.shutdown(socket.SHUT_RDWR)


class _Watch:
    """The thread that ends what is over, begun with the first exchange of the process."""

    def __init__(self) -> None:
        self._due: list[tuple[float, int, Exchange]] = []
        self._numbers = count()
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None

    def add(self, exchange: Exchange, seconds: float) -> None:
        """End `exchange` in so many seconds, unless it ended before."""
        with self._changed:
            heapq.heappush(self._due, (time.monotonic() + seconds, next(self._numbers), exchange))
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="deadlines", daemon=True)
                self._thread.start()
            if len(self._due) == 1:
                self._changed.notify()

    def _run(self) -> None:
        while True:
            with self._changed:
                while not self._due:
                    self._changed.wait()
                while self._due and (self._due[0][2].over or self._due[0][0] <= time.monotonic()):
                    heapq.heappop(self._due)[2].cut()
            time.sleep(_LOOKS_EVERY)


_watch = _Watch()
_of_thread = threading.local()


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Give all HTTP of the block, in this thread, so many seconds together.

    Raise `requests.ReadTimeout` where they were over, whatever the block made of what it had: the
    head of an answer that is cut off looks like a whole one.
    """
    if getattr(_of_thread, "exchange", None) is not None:
        yield  # a part of a longer exchange, whose time counts
        return
    exchange = _of_thread.exchange = Exchange()
    _watch.add(exchange, seconds)
    try:
        yield
    finally:
        _of_thread.exchange = None
        exchange.end()
    if exchange.late:
        raise requests.ReadTimeout("the whole exchange took too long")


def use(connection: socket.socket | None) -> None:
    """Note a connection of the exchange that this thread makes."""
    exchange: Exchange | None = getattr(_of_thread, "exchange", None)
    if exchange is not None and connection is not None:
        exchange.uses(connection)


class _Timed(HTTPConnection):
    def _new_conn(self) -> socket.socket:
        made = super()._new_conn()
        use(made)
        return made

    def request(self, *arguments: Any, **options: Any) -> None:
        use(self.sock)
        super().request(*arguments, **options)


class TimedHTTPSConnection(HTTPSConnection):
    """A connection by TLS that ends with the time of its exchange."""

    def _new_conn(self) -> socket.socket:
        made = super()._new_conn()
        use(made)
        return made

    def request(self, *arguments: Any, **options: Any) -> None:
        """Send a request."""
        use(self.sock)
        super().request(*arguments, **options)


class _TimedPool(HTTPConnectionPool):
    ConnectionCls = _Timed


class _TimedHTTPSPool(HTTPSConnectionPool):
    ConnectionCls = TimedHTTPSConnection


class TimedAdapter(HTTPAdapter):
    """requests' adapter, with both time-outs together as the deadline of an exchange.

    A body that is streamed is read afterwards: enclose that too, by `within`.
    """

    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        """Make the pools."""
        super().init_poolmanager(*arguments, **options)
        self.poolmanager.pool_classes_by_scheme = {"http": _TimedPool, "https": _TimedHTTPSPool}

    def proxy_manager_for(self, *arguments: Any, **options: Any) -> Any:
        """Return the pools behind a proxy."""
        manager = super().proxy_manager_for(*arguments, **options)
        manager.pool_classes_by_scheme = {"http": _TimedPool, "https": _TimedHTTPSPool}
        return manager

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: Any = None,
        verify: bool | str = True,
        cert: Any = None,
        proxies: Mapping[str, str] | None = None,
    ) -> requests.Response:
        """Make an exchange within its time. Raise what requests raises."""
        with within(_total(timeout)):
            answer = super().send(request, stream, timeout, verify, cert, proxies)
            if not stream:
                _ = answer.content
            return answer


def _total(timeout: Any) -> float:
    connect, read = timeout if isinstance(timeout, tuple) else (timeout, timeout)
    return float((connect or 30) + (read or 30))
