"""The two installations that growth compares, and what is asked of each: the same, in turn."""

from __future__ import annotations

import secrets
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from statistics import median
from typing import Final

import psycopg

from bench import books, inbound, receipting, sending, texts
from bench.against import Loads
from bench.finding import Agent
from bench.rig import (
    LOCAL,
    MeasureFailed,
    Rig,
    await_port,
    await_that,
    free_port,
    rig,
    spent_seconds,
)
from bench.scenes import SCENES, Stood
from bench.texts import Account
from bench.year import MONTHS, begin_earlier
from india.calendar import day_of
from outbox.wake import wake
from postal.desk import sprints
from postal.desk.sprints import Period
from postal.people import pins
from postal.people.weak_pins import PinBearer
from runtime import Runtime
from store import limits

_PIN: Final = "2468"
_UNTHROTTLED: Final = 100_000.0
_HANDERS: Final = 60  # postmen whose articles are handed over by text; their recipients ask
_APPROACHERS: Final = 30
_IDS_APART: Final = 1_000_000  # of the carrier, from scene to scene


@dataclass(frozen=True)
class Amount:
    """How much of each kind is asked in one run."""

    texts: int = 300
    dials: int = 36
    receipts: int = 600
    messages: int = 1_500
    pages: int = 10

    def dialling_postmen(self, runs: int) -> int:
        """Return how many postmen there must be: each dials once, two of three dials are theirs."""
        return 2 * (runs + 1) * self.dials // 3


@dataclass(frozen=True)
class Got:
    """One run: units a second, and milliseconds of processor of a unit (0: not measured)."""

    per_second: float
    ms: float = 0.0


class Side:
    """One installation, its servers running."""

    def __init__(self, name: str, made: Rig, hook_secret: str) -> None:
        self.name = name
        self.made = made
        self._hook_secret = hook_secret
        self.runtime: Runtime = made.runtime()
        self.plays: dict[str, Callable[[], Got]] = {}
        self.databases = [self.runtime.database]
        self._worker: subprocess.Popen[bytes] | None = None

    def prepare(self, amount: Amount, runs: int) -> None:
        """Fill the books of today, start the web, and write all requests."""
        others = _HANDERS + _APPROACHERS
        postmen = others + amount.dialling_postmen(runs)
        doors = books.fill(self.made.settings, postmen * books.LIST_LENGTH, datetime.now(UTC))
        by_postman = sorted({door.postman_phone for door in doors})
        first, second = set(by_postman[:_HANDERS]), set(by_postman[_HANDERS:others])
        handing = [door for door in doors if door.postman_phone in first]
        approached = [door for door in doors if door.postman_phone in second]
        dialled = [door for door in doors if door.postman_phone not in first | second]
        with psycopg.connect(self.made.settings.owner_url) as conn:
            # No code is ever deleted else, so no index finds the texts that refer to one.
            conn.execute("SET LOCAL session_replication_role = replica")
            books.without_codes(conn, [door.recipient_phone for door in approached])
            conn.execute("SET LOCAL session_replication_role = origin")
            conn.execute(
                "INSERT INTO offices (name, pin, branch_type, district)"
                " VALUES ('Gorakhpur', '273303', 'head', 'Gorakhpur')"
            )
            # One hash for all: what a dial costs besides it is what is compared.
            conn.execute(
                "UPDATE staff SET pin_hash = %s", [pins.hashed(_PIN, PinBearer("", "", ""))]
            )
            sending.queue(conn, "bulk", (runs + 1) * amount.receipts)
            sent = receipting.as_sent(conn, "bulk")
        web = inbound.serve(self.made)
        dial_path = f"/hooks/africastalking/{self._hook_secret}/ussd"
        stood = Stood(
            str(self.made.directory), web.port, web.process.pid,
            self.made.servers.processes["postgres"].pid, Account.of(self.made.settings), doors,
            self.made.directory / "requests", dial_path, _PIN,
        )  # fmt: skip
        half = len(handing) // 2
        account = stood.account
        handovers = ((each.postman_phone, f"{each.serial} {each.code}") for each in handing[:half])
        approaches = ((each.postman_phone, str(each.serial)) for each in approached)
        answers = ((each.recipient_phone, "1") for each in handing[half:])
        dials = replace(stood, doors=dialled, requests=self.made.directory / "dials")
        units = amount.dials * (runs + 1)
        self._from_web("handover", stood, texts.signed(account, handovers), amount.texts)
        self._from_web(
            "approach", stood, texts.signed(account, approaches, _IDS_APART), amount.texts
        )
        self._from_web(
            "answer", stood, texts.signed(account, answers, 2 * _IDS_APART), amount.texts
        )
        self._from_web("dial", dials, SCENES["dial"].requests(dials, units), amount.dials)
        receipts = ([receipting.receipt(account, number, "delivered")] for number in sent)
        self._from_web("receipt", stood, receipts, amount.receipts)
        self._from_pages([door.recipient_phone for door in handing[: amount.pages]])

    def _from_web(
        self, name: str, stood: Stood, requests: Iterator[list[bytes]], units: int
    ) -> None:
        path = self.made.directory / f"requests-{name}"
        texts.keep(path, requests)
        loads = Loads(replace(stood, requests=path))

        def play() -> Got:
            run = loads.run(units)
            return Got(run.load.per_second, run.web_ms + run.postgres_ms)

        self.plays[name] = play

    def _from_pages(self, phones: list[str]) -> None:
        # Not in production, where cookies travel by https alone.
        settings = self.runtime.settings.model_copy(update={"dakiya_env": "development"})
        shown = Runtime.build(settings).within(limits.COMMANDS)
        shown.database.open()
        self.databases.append(shown.database)
        agent = Agent(shown)
        today = day_of(datetime.now(UTC)).isoformat()
        report = f"/desk/reports?since={today}&until={today}"

        with shown.database.transaction() as conn:
            found = conn.execute(
                "SELECT id FROM conversations WHERE machine = 'recipient' AND whose = ANY(%s)",
                [phones],
            ).fetchall()
        conversations = [f"/desk/conversations/{row[0]}" for row in found]

        def replayed(phone: str) -> None:
            with self.runtime.database.transaction() as conn:
                if not list(sprints.stream(conn, Period(phone=phone))):
                    raise MeasureFailed(f"{self.name}: nothing was kept of a recipient")

        self.plays |= {
            "find one person": lambda: _pages(agent.find(phones)),
            "open one conversation": lambda: _pages(agent.get(conversations)),
            "read one person's sprints": lambda: _pages([_ms(replayed, each) for each in phones]),
            "the figures of the day": lambda: _pages(agent.get(["/desk/figures"] * 3)),
            "the reports of a day": lambda: _pages(agent.get([report] * 3)),
        }

    def start_sending(self, messages: int) -> None:
        """Start the worker, and let it send what the web left behind."""
        self._worker = self.made.start("worker", sending.WORKER)
        wake(self.runtime.redis)
        await_that(self._all_sent, f"{self.name}: what waits is sent", 300)
        self.plays["messages sent"] = lambda: self._send(messages)

    def _all_sent(self) -> bool:
        with self.runtime.database.transaction() as conn:
            return not sending.anything_left(conn)

    def _send(self, messages: int) -> Got:
        assert self._worker is not None
        pids = (self._worker.pid, self.made.servers.processes["postgres"].pid)
        before = sum(map(spent_seconds, pids))
        with self.runtime.database.transaction() as conn:
            sending.queue(conn, "reply", messages)
        began = time.monotonic()
        wake(self.runtime.redis)
        await_that(self._all_sent, f"{messages} messages are sent", 120)
        seconds = time.monotonic() - began
        return Got(messages / seconds, 1000 * (sum(map(spent_seconds, pids)) - before) / messages)


@contextmanager
def side(name: str) -> Iterator[Side]:
    """Start an installation whose months began a year ago, and its carrier."""
    port, hook_secret = free_port(), secrets.token_hex(16)
    with rig(
        TWILIO_API_URL=f"http://{LOCAL}:{port}",
        TWILIO_RATE=_UNTHROTTLED,
        receipt_seconds=3_600,
        prefix_hourly_limit=10**9,
        AFRICASTALKING_USERNAME="dakiya",
        AFRICASTALKING_API_KEY=secrets.token_hex(16),
        AFRICASTALKING_HOOK_SECRET=hook_secret,
    ) as made:
        with psycopg.connect(made.settings.owner_url) as conn:
            begin_earlier(conn, MONTHS)
        command = [sys.executable, "-m", "bench.carrier", str(port), str(sending.ANSWER_SECONDS)]
        await_port(port, made.start("carrier", command))
        one = Side(name, made, hook_secret)
        try:
            yield one
        finally:
            for database in one.databases:
                database.close()


def _pages(times: list[float]) -> Got:
    """Return how many a second one asker sees, from milliseconds."""
    return Got(1000 / median(times))


def _ms(call: Callable[[str], None], what: str) -> float:
    began = time.perf_counter()
    call(what)
    return 1000 * (time.perf_counter() - began)
