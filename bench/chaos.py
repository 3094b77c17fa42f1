"""The platform that restarts our processes, and the seeded, logged chaos that kills them."""

from __future__ import annotations

import asyncio
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from urllib.request import urlopen

from redis import Redis, RedisError

from bench.rig import LOCAL, Rig, web_command

WORKERS = 2
_STARTED = b'"worker_started"'  # in its log


@dataclass(frozen=True)
class Blow:
    """One act of chaos and its time (unix). `ended`: its end, where it takes time."""

    at: float
    what: str
    ended: float


@dataclass
class Chaos:
    """The platform: it keeps web, workers and clock running, and kills them and their servers."""

    made: Rig
    port: int
    seed: str
    blows: list[Blow] = field(default_factory=list)
    over: asyncio.Event = field(default_factory=asyncio.Event)
    resting: bool = False  # nothing is struck; what was begun before is ended
    starts: Counter[str] = field(default_factory=Counter)
    _running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    _under_way: int = 0

    def start(self) -> None:
        """Start web, workers and clock as in the Procfile, the workers twice."""
        for name in ("web", "clock", *self._workers):
            self._start(name)

    @property
    def _workers(self) -> list[str]:
        return [f"worker-{number}" for number in range(1, WORKERS + 1)]

    async def all_up(self) -> None:
        """Wait until web and workers answer."""
        await self._await_web()
        for name in self._workers:
            await self._await(partial(self._worker_is_up, name))

    async def rage(self) -> None:
        """Strike until `over` is set, each kind of blow at its own moments, none left half done."""
        async with asyncio.TaskGroup() as kinds:
            kinds.create_task(self._every(4, 8, "a worker killed", self._kill_worker))
            kinds.create_task(self._every(6, 12, "web killed", self._kill_web))
            kinds.create_task(self._every(15, 25, "Valkey flushed", self._flush))
            kinds.create_task(self._every(35, 55, "Valkey stopped", self._stop_valkey))
            kinds.create_task(self._every(45, 75, "PostgreSQL restarted", self._restart_postgres))

    async def rest(self) -> None:
        """Stop striking until `resting` is unset. Return when all that was struck is back."""
        self.resting = True
        await self._await(lambda: not self._under_way)

    def counts(self) -> Counter[str]:
        return Counter(blow.what for blow in self.blows)

    async def _every(
        self, least: float, most: float, what: str, blow: Callable[[random.Random], Awaitable[None]]
    ) -> None:
        chance = random.Random(f"{what} {self.seed}")
        while not await self._over_within(chance.uniform(least, most)):
            while self.resting and not self.over.is_set():  # it comes right after
                await asyncio.sleep(0.1)
            at = time.time()
            self._under_way += 1
            try:
                await blow(chance)
            finally:
                self._under_way -= 1
            self.blows.append(Blow(at, what, time.time()))

    async def _over_within(self, seconds: float) -> bool:
        try:
            await asyncio.wait_for(self.over.wait(), seconds)
        except TimeoutError:
            return False
        return True

    async def _kill_worker(self, chance: random.Random) -> None:
        name = chance.choice(self._workers)
        await asyncio.to_thread(self._again, name)
        await self._await(lambda: self._worker_is_up(name))

    async def _kill_web(self, chance: random.Random) -> None:
        await asyncio.to_thread(self._again, "web")
        await self._await_web()

    async def _await(self, up: Callable[[], bool]) -> None:
        """Wait before the next blow until what was killed is back, however slow the machine is."""
        while not self.over.is_set() and not up():
            await asyncio.sleep(0.1)

    async def _await_web(self) -> None:
        while not self.over.is_set() and not await asyncio.to_thread(self._web_is_up):
            await asyncio.sleep(0.1)

    def _web_is_up(self) -> bool:
        # A process that was just killed may still be listening: it must answer.
        try:
            with urlopen(f"http://{LOCAL}:{self.port}/healthz", timeout=2) as answer:
                return bool(answer.status == 200)
        except OSError:  # urllib's errors are
            return False

    def _worker_is_up(self, name: str) -> bool:
        return self.made.log(name).read_bytes().count(_STARTED) >= self.starts[name]

    async def _flush(self, chance: random.Random) -> None:
        def flush() -> None:
            with Redis.from_url(self.made.settings.redis_url, socket_timeout=2) as valkey:
                valkey.flushall()

        try:
            await asyncio.to_thread(flush)
        except RedisError:  # it is stopped: worse than flushed
            return

    async def _stop_valkey(self, chance: random.Random) -> None:
        await asyncio.to_thread(self.made.servers.end, "valkey")
        await asyncio.sleep(chance.uniform(3, 6))
        await asyncio.to_thread(self.made.servers.begin, "valkey")

    async def _restart_postgres(self, chance: random.Random) -> None:
        await asyncio.to_thread(self.made.servers.end, "postgres")
        await asyncio.to_thread(self.made.servers.begin, "postgres")

    def _again(self, name: str) -> None:
        self.made.kill(self._running[name])
        self._start(name)

    def _start(self, name: str) -> None:
        command = {
            "web": web_command(self.port),
            "clock": [sys.executable, "worker.py", "clock"],
        }.get(name, [sys.executable, "worker.py"])
        self.starts[name] += 1
        self._running[name] = self.made.start(name, command)
