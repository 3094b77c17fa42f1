"""The load client, a process of its own: keep-alive connections, requests from a file.

    python -m bench.load FILE FIRST COUNT PORT CONNECTIONS RATE

RATE 0 is the closed loop: each connection sends its next request when the answer is there. Else
the loop is open: request i is due at i / RATE, whatever became of those before it, and its time
runs from then, so that waiting for a free connection counts. A request may be a chain (a dial): its
parts go out on one connection, each when the one before is answered. Prints the result as JSON.
"""

from __future__ import annotations

import asyncio
import gc
import json
import math
import sys
import time
from collections import deque
from dataclasses import asdict, dataclass, field
from pathlib import Path

from bench import texts
from bench.rig import LOCAL
from bench.wire import length

_MOST_SECONDS = 180


@dataclass(frozen=True)
class Load:
    """The result of a run. Times in milliseconds, of single parts where requests are chains."""

    requests: int
    seconds: float
    per_second: float
    p50: float
    p99: float
    most: float


@dataclass
class _Run:
    requests: list[list[bytes]]
    rate: float
    done: asyncio.Future[None]
    began: float = 0.0
    ended: float = 0.0
    sent: int = 0
    done_with: int = 0
    times: list[float] = field(default_factory=list)
    idle: deque[_Connection] = field(default_factory=deque)

    def start(self, connections: list[_Connection]) -> None:
        self.began = time.perf_counter()
        if self.rate:
            self.idle.extend(connections)
            self.tick()
            return
        for connection in connections:
            self.next(connection)

    def tick(self) -> None:
        """Send what is due, and run again when the next request is."""
        now = time.perf_counter()
        while self.idle and self.sent < len(self.requests) and self._due(self.sent) <= now:
            self._send(self.idle.popleft(), self._due(self.sent))
        if self.sent < len(self.requests) and self.idle:
            loop = asyncio.get_running_loop()
            loop.call_later(max(0.0, self._due(self.sent) - now), self.tick)

    def next(self, connection: _Connection) -> None:
        """Take `connection`, which is free, for the next request."""
        if self.rate:
            self.idle.append(connection)
            if len(self.idle) == 1:  # all were taken: nothing ticks
                self.tick()
        elif self.sent < len(self.requests):
            self._send(connection, time.perf_counter())

    def answered(self, since: float) -> None:
        """Note the time of a part."""
        self.ended = time.perf_counter()
        self.times.append(self.ended - since)

    def over(self, connection: _Connection) -> None:
        """Note that a whole request is answered, and take its connection for the next one."""
        self.done_with += 1
        if self.done_with == len(self.requests):
            self.done.set_result(None)
        self.next(connection)

    def failed(self, why: str) -> None:
        if not self.done.done():
            self.done.set_exception(RuntimeError(why))

    def _due(self, number: int) -> float:
        return self.began + number / self.rate

    def _send(self, connection: _Connection, since: float) -> None:
        request = self.requests[self.sent]
        self.sent += 1
        connection.send(request, since)


class _Connection(asyncio.Protocol):
    def __init__(self, run: _Run) -> None:
        self._run = run
        self._buffer = b""
        self._since = 0.0
        self._left: deque[bytes] = deque()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def connection_lost(self, error: Exception | None) -> None:
        self._run.failed(f"the server closed a connection: {error}")

    def send(self, request: list[bytes], since: float) -> None:
        first, *more = request
        self._left.extend(more)
        self._write(first, since)

    def _write(self, part: bytes, since: float) -> None:
        self._since = since
        self._transport.write(part)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, end, body = self._buffer.partition(b"\r\n\r\n")
        if not end or len(body) < length(head):
            return
        if not head.startswith((b"HTTP/1.1 200 ", b"HTTP/1.1 201 ", b"HTTP/1.1 204 ")):
            self._run.failed(f"answered {head[:60]!r} {body[:200]!r}")
            return
        self._buffer = b""
        self._run.answered(self._since)
        if self._left:
            self._write(self._left.popleft(), time.perf_counter())
        else:
            self._run.over(self)


async def _load(requests: list[list[bytes]], port: int, connections: int, rate: float) -> _Run:
    loop = asyncio.get_running_loop()
    run = _Run(requests, rate, loop.create_future())
    opened = [
        (await loop.create_connection(lambda: _Connection(run), LOCAL, port))[1]
        for _ in range(connections)
    ]
    gc.collect()
    gc.disable()
    run.start(opened)
    await asyncio.wait_for(run.done, _MOST_SECONDS)
    return run


def percentile(times: list[float], part: float) -> float:
    """Return the value that `part` (0 to 1) of `times`, sorted, do not exceed."""
    return times[max(0, math.ceil(len(times) * part) - 1)]


def main(file: str, first: str, count: str, port: str, connections: str, rate: str) -> None:
    requests = texts.read(Path(file), int(first), int(count))
    run = asyncio.run(_load(requests, int(port), int(connections), float(rate)))
    seconds = run.ended - run.began
    times = sorted(1000 * each for each in run.times)
    load = Load(
        requests=len(requests),
        seconds=seconds,
        per_second=len(requests) / seconds,
        p50=percentile(times, 0.5),
        p99=percentile(times, 0.99),
        most=times[-1],
    )
    print(json.dumps(asdict(load)))


if __name__ == "__main__":
    main(*sys.argv[1:])
