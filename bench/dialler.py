"""People who dial in, a process of its own: many sessions at once, each waiting between answers.

    python -m bench.dialler FILE PORT SESSIONS THINK

FILE holds the sessions as JSON: telephone, and the answers one after the other. SESSIONS of them
are under way at any time, and each waits THINK seconds, more or less, before an answer. Prints the
times of all requests as JSON. An unreadable screen, or an early end, is a failure.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from urllib.parse import urlencode

from bench.load import percentile
from bench.rig import LOCAL

SERVICE = "*384*77#"


@dataclass(frozen=True)
class Dialled:
    """The result of a run. Times in milliseconds."""

    sessions: int
    requests: int
    seconds: float
    per_second: float
    p50: float
    p99: float
    most: float


@dataclass
class _Run:
    path: str  # of the hook, with its secret
    port: int
    think: float
    waiting: Iterator[tuple[int, list[str]]]
    times: list[float] = field(default_factory=list)

    async def person(self) -> None:
        """Dial again and again, until no session is left."""
        reader, writer = await asyncio.open_connection(LOCAL, self.port)
        random_ = random.Random(id(writer))  # people differ
        for number, (phone, *answers) in self.waiting:
            await asyncio.sleep(random_.uniform(0, 2 * self.think))
            text = ""
            for position, answer in enumerate(["", *answers]):
                text = f"{text}*{answer}" if text else answer
                form = {
                    "sessionId": f"B{number}", "serviceCode": SERVICE, "networkCode": "99999",
                    "phoneNumber": phone, "text": text,
                }  # fmt: skip
                body = urlencode(form).encode()
                began = time.perf_counter()
                screen = await self._ask(reader, writer, body)
                self.times.append(time.perf_counter() - began)
                if not screen.startswith(b"CON ") and position < len(answers):
                    raise RuntimeError(f"session {number}, answer {position}: {screen!r}")
                await asyncio.sleep(random_.uniform(0.5, 1.5) * self.think)
        writer.close()

    async def _ask(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, body: bytes
    ) -> bytes:
        writer.write(
            f"POST {self.path} HTTP/1.1\r\nHost: dakiya.example\r\n"
            "Content-Type: application/x-www-form-urlencoded\r\n"
            f"Content-Length: {len(body)}\r\n\r\n".encode()
            + body
        )
        head = await reader.readuntil(b"\r\n\r\n")
        lines = head.lower().split(b"\r\n")
        length = next(int(x.split(b":")[1]) for x in lines if x.startswith(b"content-length:"))
        screen = await reader.readexactly(length)
        if not head.startswith(b"HTTP/1.1 200 "):
            raise RuntimeError(f"answered {head[:60]!r}")
        return screen


async def _dial(run: _Run, people: int) -> None:
    await asyncio.gather(*(run.person() for _ in range(people)))


def main(file: str, port: str, people: str, think: str) -> None:
    prepared = json.loads(Path(file).read_text())
    sessions: Sequence[list[str]] = prepared["sessions"]
    run = _Run(prepared["path"], int(port), float(think), iter(enumerate(sessions)))
    began = time.perf_counter()
    asyncio.run(_dial(run, int(people)))
    seconds = time.perf_counter() - began
    times = sorted(1000 * each for each in run.times)
    dialled = Dialled(
        sessions=len(sessions),
        requests=len(times),
        seconds=seconds,
        per_second=len(times) / seconds,
        p50=percentile(times, 0.5),
        p99=percentile(times, 0.99),
        most=times[-1],
    )
    print(json.dumps(asdict(dialled)))


if __name__ == "__main__":
    main(*sys.argv[1:])
