"""The people of a day, a process of its own: postmen who text, and whoever reads what comes back.

    python -m bench.day_people FILE

FILE holds the plan as JSON (`bench/day.py`). Delivery i is due at i / rate: its postman texts that
he is there, the code is read from the carrier's log, the postman texts it, and the thanks to
recipient and sender are awaited. Prints what became of them as JSON; to
standard error, when they begin.
"""

from __future__ import annotations

import asyncio
import gc
import json
import re
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from bench import texts
from bench.books import Doorstep
from bench.load import percentile
from bench.texts import Account
from bench.wire import Place, Wire

_CODE = re.compile(r"(?<!\d)\d{6}(?!\d)")  # no other text has six digits together
_LONGEST_LINE = 65_536
_NAP_SECONDS = 0.01
_BEGINS_SECONDS = 60  # of a carrier whose process was begun a moment ago
_LATE_SECONDS = 10.0  # of a code, after its text was taken


@dataclass(frozen=True)
class Leg:
    """How long one part of the deliveries took, in milliseconds."""

    p50: float
    p99: float
    most: float

    @classmethod
    def of(cls, seconds: list[float]) -> Leg:
        if not seconds:
            return cls(0.0, 0.0, 0.0)
        times = sorted(1000 * each for each in seconds)
        return cls(percentile(times, 0.5), percentile(times, 0.99), times[-1])


@dataclass(frozen=True)
class Told:
    """What the people know at the end.

    `late`: seconds that the last text went out after it was due. `again`: requests that had no 2xx.
    `silent`: the longest time without an answer, in seconds. `late_codes`: those that came more
    than ten seconds after the text was taken. `wrong`: what came to a telephone where it does not
    belong; `twice`: what came once too often, by its kind.
    """

    deliveries: int
    no_code: int
    no_thanks: int
    late_codes: int
    wrong: dict[str, int]
    twice: dict[str, int]
    again: int
    silent: float
    late: float
    seconds: float
    processor: float
    answered: Leg  # a text of a postman, until it was taken
    coded: Leg  # from his first text to the code at the carrier
    thanked: Leg  # from his second one to both thanks at the carrier
    slowest: list[str]  # the delivery that took longest, as its telephones showed it

    @classmethod
    def read(cls, found: dict[str, Any]) -> Told:
        legs = {name: Leg(**found[name]) for name in ("answered", "coded", "thanked")}
        return cls(**found | legs)


@dataclass
class _Delivery:
    door: Doorstep
    due: float = 0.0
    approached: float = 0.0
    taken: float = 0.0  # when that text was answered
    coded: float = 0.0
    handed: float = 0.0
    handed_taken: float = 0.0
    thanks: dict[str, float] = field(default_factory=dict)  # by telephone


class People:
    """All deliveries of a run, known by the telephones that belong to them."""

    def __init__(self, plan: dict[str, Any], wire: Wire) -> None:
        doors = [Doorstep(*each) for each in plan["doors"]]
        self._account = Account(*plan["account"])
        self._rate: float = plan["rate"]
        self._texted: int = plan["texted"]  # before: no two texts have the same id
        self._wire = wire
        self._all = [_Delivery(door) for door in doors]
        self._of: dict[str, _Delivery] = {}
        for each in self._all:
            self._of[each.door.recipient_phone] = each
            self._of[_sender(each.door)] = each
        self._postmen = Counter(door.postman_phone for door in doors)
        self._replies: Counter[str] = Counter()
        self.wrong: Counter[str] = Counter()
        self.twice: Counter[str] = Counter()
        self._answered: list[float] = []
        self._left = len(doors)
        self.done = asyncio.Event()

    async def approach(self) -> None:
        """Let every postman text when his delivery is due."""
        began = time.time()
        for number, each in enumerate(self._all):
            each.due = began + number / self._rate
            while (left := each.due - time.time()) > 0:
                await asyncio.sleep(max(left, _NAP_SECONDS))
            each.approached = time.time()
            self._text(each.door, str(each.door.serial), partial(_taken, each))

    def came(self, at: float, to: str, body: str) -> None:
        """Read a text that the carrier took."""
        delivery = self._of.get(to)
        if delivery is None:
            self._replies[to] += 1
            if self._replies[to] > 2 * self._postmen[to]:
                self.twice["an answer too many to a postman"] += 1
            return
        code = _CODE.search(body)
        if code is not None:
            self._code_came(delivery, at, to, code[0])
        elif not delivery.handed:
            self.wrong["thanks before the code was texted"] += 1
        elif to in delivery.thanks:
            self.twice["thanks"] += 1
        else:
            delivery.thanks[to] = at
            if len(delivery.thanks) == 2:
                self._left -= 1
                if not self._left:
                    self.done.set()

    def _code_came(self, delivery: _Delivery, at: float, to: str, code: str) -> None:
        if to != delivery.door.recipient_phone:
            self.wrong["a code to another telephone"] += 1
        elif delivery.coded:
            self.twice["a code"] += 1
        else:
            delivery.coded, delivery.handed = at, time.time()
            self._text(delivery.door, f"{delivery.door.serial} {code}", partial(_handed, delivery))

    def _text(self, door: Doorstep, words: str, taken: Callable[[], None]) -> None:
        sent = time.time()
        self._texted += 1
        raw = texts.text(self._account, door.postman_phone, words, texts.carrier_id(self._texted))

        def answered() -> None:
            self._answered.append(time.time() - sent)
            taken()

        self._wire.post(raw, answered)

    def told(self, seconds: float) -> Told:
        coded = [each for each in self._all if each.coded]
        thanked = [each for each in coded if len(each.thanks) == 2]
        return Told(
            deliveries=len(self._all),
            no_code=len(self._all) - len(coded),
            no_thanks=len(coded) - len(thanked),
            late_codes=sum(each.coded - each.taken > _LATE_SECONDS for each in coded),
            wrong=dict(self.wrong),
            twice=dict(self.twice),
            again=self._wire.again,
            silent=self._wire.silent,
            late=max(each.approached - each.due for each in self._all),
            seconds=seconds,
            processor=time.process_time(),
            answered=Leg.of(self._answered),
            coded=Leg.of([each.coded - each.approached for each in coded]),
            thanked=Leg.of([max(each.thanks.values()) - each.handed for each in thanked]),
            slowest=_shown(max(thanked, key=_lasted)) if thanked else [],
        )


def _lasted(delivery: _Delivery) -> float:
    return max(delivery.thanks.values()) - delivery.approached


def _shown(delivery: _Delivery) -> list[str]:
    """Return a delivery as a transcript, with times; its code is not shown."""
    door = delivery.door
    lines = [
        (delivery.approached, f"postman > {door.serial}"),
        (delivery.taken, "(taken)"),
        (delivery.coded, "recipient < the code"),
        (delivery.handed, f"postman > {door.serial} ••••••"),
        (delivery.handed_taken, "(taken)"),
        (delivery.thanks[door.recipient_phone], "recipient < thanks"),
        (delivery.thanks[_sender(door)], "sender < delivered"),
    ]
    return [
        f"{datetime.fromtimestamp(at, UTC):%H:%M:%S}.{int(at * 10) % 10}"
        f" (+{at - delivery.approached:.1f} s) {what}"
        for at, what in sorted(lines)
    ]


def _handed(delivery: _Delivery) -> None:
    delivery.handed_taken = time.time()


def _taken(delivery: _Delivery) -> None:
    delivery.taken = time.time()


def _sender(door: Doorstep) -> str:
    """Return the telephone of its sender: bench/books.py makes both alike but for one digit."""
    return "+919" + door.recipient_phone[4:]


async def _log_of(carrier: Place) -> asyncio.StreamReader:
    """Return what the carrier takes, line by line. Raise OSError where it does not begin."""
    for left in reversed(range(_BEGINS_SECONDS)):
        try:
            reader, writer = await asyncio.open_connection(
                carrier.host, carrier.port, limit=_LONGEST_LINE
            )
        except OSError:
            if not left:
                raise
            await asyncio.sleep(1)
        else:
            break
    writer.write(b"GET /log HTTP/1.1\r\n\r\n")
    await reader.readuntil(b"\r\n\r\n")
    return reader


async def _read(people: People, log: asyncio.StreamReader) -> None:
    while line := await log.readline():
        people.came(*json.loads(line))
    raise ConnectionError("the carrier ended, and nobody knows what it took")


async def _play(plan: dict[str, Any]) -> Told:
    wire = Wire(Place.read(plan["web"]))
    await wire.open(plan["connections"])
    people = People(plan, wire)
    log = await _log_of(Place.read(plan["carrier"]))
    reading = asyncio.create_task(_read(people, log))
    gc.freeze()
    print("begun", file=sys.stderr, flush=True)
    began = time.time()
    await people.approach()
    ended = asyncio.create_task(people.done.wait())
    await asyncio.wait(
        {ended, reading}, timeout=plan["patience"], return_when=asyncio.FIRST_COMPLETED
    )
    seconds = time.time() - began
    if reading.done():
        reading.result()
    reading.cancel()
    return people.told(seconds)


if __name__ == "__main__":
    print(json.dumps(asdict(asyncio.run(_play(json.loads(Path(sys.argv[1]).read_text()))))))
