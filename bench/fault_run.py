"""One run with faults: postmen text, carriers fail, processes die, servers restart.

Afterwards the books are audited (`bench/audit.py`).
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import psycopg

from bench import books
from bench.audit import Audit, Span, audit
from bench.chaos import Blow, Chaos
from bench.illness import DEAD, Phase
from bench.midnight import refuse_midnight
from bench.phones import Phones, ask, taken
from bench.postmen import AT_ONCE, Postmen
from bench.rig import LOCAL, MeasureFailed, Rig, await_port, free_port, rig

SEED = "1"
_START_SECONDS = 120.0  # of our processes; as much again, an estimate, of the books
_MOST_SLOWER = 1.5  # than planned ...
_MOST_LATER = 120.0  # ... and so many seconds on top: then no more is posted, whatever is missing
_LAST_SECONDS = 120.0  # for what is still due when the last code has come
# After a blow, and after a carrier's change, what was under way is to be over before a quiet part.
_SETTLE_SECONDS = 5.0
_NO_LIMIT = 1_000_000
_LEAST_POSTMEN = 60
CARRIERS = ("twilio", "africastalking")


@dataclass(frozen=True)
class Plan:
    """The size of a run: `codes` articles, `rate` of them a second."""

    codes: int
    rate: float

    @property
    def posting_seconds(self) -> float:
        """Return the limit from the first text to the last answer."""
        return _MOST_SLOWER * self.codes / self.rate + _MOST_LATER

    @property
    def seconds(self) -> float:
        """Return the limit of the whole run: then it is stopped."""
        return 2 * _START_SECONDS + self.posting_seconds + _LAST_SECONDS


@dataclass(frozen=True)
class Part:
    """The carriers' state for a part of the run. `calm`: nothing of ours is struck."""

    phases: Mapping[str, Phase]
    share: float  # of the articles
    calm: bool = False


@dataclass(frozen=True)
class Spell:
    """A part that took place, with its times (unix)."""

    part: Part
    began: float
    ended: float

    @property
    def dead(self) -> bool:
        return any(phase in DEAD for phase in self.part.phases.values())


_BOTH_ILL = {"twilio": Phase.ILL, "africastalking": Phase.ILL}
_FIRST_SILENT = {"twilio": Phase.SILENT, "africastalking": Phase.FRAIL}
_SECOND_GONE = {"twilio": Phase.FRAIL, "africastalking": Phase.GONE}
# Both are ill in between: where one dies at the moment that the other comes back, two are dead for
# the codes under way, and that is another question.
_PARTS = (
    Part(_BOTH_ILL, 0.1),
    Part(_FIRST_SILENT, 0.15, calm=True),
    Part(_FIRST_SILENT, 0.15),
    Part(_BOTH_ILL, 0.05),
    Part(_SECOND_GONE, 0.15, calm=True),
    Part(_SECOND_GONE, 0.15),
    Part(_BOTH_ILL, 1.0),  # what is left: the waits before the calm parts took some
)


@dataclass
class Leases:
    """Observations of messages in `sending`, one a second."""

    looks: int = 0
    looks_failed: int = 0
    longest_beyond: float = 0.0  # seconds that a message was `sending` after its lease was over
    messages_beyond: int = 0  # at most, in one look


@dataclass(frozen=True)
class Result:
    """A run and the audit of its books."""

    plan: Plan
    seconds: float  # from the first text to the last answer
    audit: Audit
    leases: Leases
    blows: Mapping[str, int]
    struck: Sequence[Blow]  # each of them
    told: Mapping[str, Mapping[str, int]]  # receipts by carrier
    spells: Sequence[Spell]
    texts: int
    posts: int  # of texts: those that got no 200 were posted again
    in_time: bool  # all was posted and answered; else the books are of what was


def measure(plan: Plan) -> Result:
    """Measure a run. Raises `MeasureFailed` where it cannot be made."""
    refuse_midnight(plan.seconds)
    web, ports, controls = free_port(), _ports(), _ports()
    changes: dict[str, object] = {
        "sms_routes": ",".join(CARRIERS),
        "TWILIO_API_URL": f"http://{LOCAL}:{ports['twilio']}",
        "AFRICASTALKING_API_URL": f"http://{LOCAL}:{ports['africastalking']}",
        "AFRICASTALKING_USERNAME": "bench",
        "AFRICASTALKING_API_KEY": secrets.token_hex(16),
        "AFRICASTALKING_HOOK_SECRET": secrets.token_urlsafe(32),
        "TWILIO_RATE": 1000.0,
        "AFRICASTALKING_RATE": 1000.0,
        # The made-up numbers are neighbours, and a day's codes come in minutes.
        "prefix_hourly_limit": _NO_LIMIT,
        "failover_hourly_limit": _NO_LIMIT,
        "delivery_day_start": "00:00",
        "delivery_day_end": "23:59",
    }
    with rig(**changes) as made:
        for name in CARRIERS:
            command = [
                sys.executable, "-m", "bench.faulty",
                name, str(ports[name]), str(controls[name]), str(web), SEED,
            ]  # fmt: skip
            await_port(controls[name], made.start(name, command))
        try:
            return asyncio.run(_measure(made, plan, web, controls))
        except ExceptionGroup as errors:
            raise MeasureFailed("; ".join(_reasons(errors))) from errors
        except (OSError, psycopg.Error) as error:
            raise MeasureFailed(f"{type(error).__name__}: {error}") from error


async def _measure(made: Rig, plan: Plan, port: int, controls: Mapping[str, int]) -> Result:
    runtime = made.runtime()
    wanted = max(plan.codes, _LEAST_POSTMEN * books.LIST_LENGTH)
    doors = books.fill(made.settings, wanted, datetime.now(UTC))
    with runtime.database.transaction() as conn:
        books.without_codes(conn)
        # Nobody booked with a sender's telephone: fewer texts on the same cores, more codes.
        conn.execute("UPDATE articles SET sender_phone = NULL")
    runtime.database.close()
    chaos, phones, leases = Chaos(made, port, SEED), Phones(controls), Leases()
    chaos.start()
    try:
        async with asyncio.timeout(_START_SECONDS):
            await chaos.all_up()
    except TimeoutError:
        raise MeasureFailed(f"web and workers are not up within {_START_SECONDS:.0f} s") from None
    postmen = Postmen(made.settings, port, phones, SEED)
    began = time.monotonic()
    async with asyncio.timeout(plan.seconds), asyncio.TaskGroup() as tasks:
        watching = [
            tasks.create_task(phones.watch()),
            tasks.create_task(_sample(made.settings.database_url, leases)),
        ]
        raging = tasks.create_task(chaos.rage())
        changing = tasks.create_task(
            _spells(controls, chaos, lambda: postmen.begun / (plan.codes // AT_ONCE * AT_ONCE))
        )
        try:
            async with asyncio.timeout(plan.posting_seconds):
                await postmen.carry(doors, plan.codes, plan.rate)
            in_time = True
        except TimeoutError:
            in_time = False
        took = time.monotonic() - began
        chaos.over.set()
        spells = await changing
        await raging
        await asyncio.to_thread(_order, controls, dict.fromkeys(CARRIERS, Phase.WELL))
        await _await_quiet(made.settings.database_url)
        for task in watching:
            task.cancel()
    arrivals = {name: taken(control) for name, control in controls.items()}
    dead = [Span(each.began, each.ended, each.part.calm) for each in spells if each.dead]
    carried = postmen.round
    with psycopg.connect(made.settings.database_url) as conn:
        found = audit(conn, arrivals, carried, chaos.blows, dead)
    return Result(
        plan=plan,
        seconds=took,
        audit=found,
        leases=leases,
        blows=dict(chaos.counts()),
        struck=chaos.blows,
        told={name: _told(control) for name, control in controls.items()},
        spells=spells,
        posts=sum(text.posts for text in carried.texts),
        texts=len(carried.texts),
        in_time=in_time,
    )


async def _spells(
    controls: Mapping[str, int], chaos: Chaos, begun: Callable[[], float]
) -> list[Spell]:
    """Play the parts in order; `begun`: the share of articles begun. The last part stays."""
    spells: list[Spell] = []
    for part in _PARTS:
        if part.calm:
            await chaos.rest()
            await _sleep(chaos, _SETTLE_SECONDS)
        await asyncio.to_thread(_order, controls, part.phases)
        began, until = time.time(), min(1.0, begun() + part.share)
        while begun() < until and not chaos.over.is_set():
            await asyncio.sleep(0.1)
        chaos.resting = False
        spells.append(Spell(part, began, time.time()))
    return spells


async def _sleep(chaos: Chaos, seconds: float) -> None:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(chaos.over.wait(), seconds)


def _order(controls: Mapping[str, int], phases: Mapping[str, Phase]) -> None:
    for name, phase in phases.items():
        ask(controls[name], f"phase/{phase}")


async def _sample(database_url: str, leases: Leases) -> None:
    """Look at the leases every second, until cancelled."""
    while True:
        try:
            messages, longest = await asyncio.to_thread(_beyond, database_url)
            leases.looks += 1
            leases.messages_beyond = max(leases.messages_beyond, messages)
            leases.longest_beyond = max(leases.longest_beyond, longest)
        except psycopg.OperationalError:  # it is being restarted
            leases.looks_failed += 1
        await asyncio.sleep(1.0)


def _beyond(database_url: str) -> tuple[int, float]:
    with psycopg.connect(database_url, connect_timeout=2) as conn:
        row = conn.execute(
            "SELECT count(*), coalesce(extract(epoch FROM max(now() - leased_until)), 0)"
            " FROM messages WHERE status = 'sending' AND leased_until < now()"
        ).fetchone()
    assert row is not None
    return int(row[0]), float(row[1])


async def _await_quiet(database_url: str) -> None:
    """Wait until no code is on its way; the audit shows what is left after two minutes."""
    deadline = time.monotonic() + _LAST_SECONDS
    while time.monotonic() < deadline:
        if not await asyncio.to_thread(_codes_under_way, database_url):
            return
        await asyncio.sleep(1.0)


def _codes_under_way(database_url: str) -> int:
    with psycopg.connect(database_url) as conn:
        row = conn.execute(
            "SELECT count(*) FROM messages WHERE direction = 'out' AND lane = 'code'"
            " AND status IN ('queued', 'sending', 'unknown')"
        ).fetchone()
    assert row is not None
    return int(row[0])


def _told(control: int) -> Mapping[str, int]:
    found = ask(control, "told")
    assert isinstance(found, dict)
    return dict(found)


def _ports() -> dict[str, int]:
    return {name: free_port() for name in CARRIERS}


def _reasons(errors: BaseExceptionGroup) -> Iterator[str]:
    for error in errors.exceptions:
        if isinstance(error, BaseExceptionGroup):
            yield from _reasons(error)
        else:
            yield f"{type(error).__name__}: {error}"
