"""The world of the simulated month: its clock, its parcels and telephones, and the office's window.

People (`month_people.py`) and the office (`month_office.py`) act in it by generators, each at its
minute. Texts enter by `conversation.inbound.receive`; the outbox sends to the simulated carrier.
"""

from __future__ import annotations

import heapq
import itertools
import random
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from bench.month_rates import ROADS, House, Rates, Road
from conversation import counter, exceptions
from conversation.inbound import receive
from flows.facts import ExceptionRate
from flows.happenings import DocumentShown, ToldCodeAtWindow
from gateways.base import Inbound, Receipt, ReceiptStatus
from gateways.simulator.sms import SimulatorGateway
from india import calendar
from outbox import receipts
from outbox.drain import Drain
from postal.collect import NotAtOffice
from postal.counter.ledger import Method
from postal.exceptions import last_question, rate
from postal.people.doer import Doer, Staff
from runtime import Runtime
from web.phones.simulator import received

FIRST_DAY = date(2026, 8, 3)  # a Monday
_NEWS = ("fraud_alert", "nudge")  # to postmen, and no answers
_CHECK = re.compile(r"(?<!\d)\d{3}(?!\d)")
_CODE = re.compile(r"(?<!\d)\d{6}(?!\d)")

Acting = Iterator[float]  # what is yielded: minutes until the person goes on
Reaction = Callable[["Month", "Parcel", str], Acting]  # to a text, on the telephone named


@dataclass
class Parcel:
    """One article as its people know it, and its fate as they believe it."""

    number: str
    phone: str
    sender: str
    amount: int
    otp: bool
    attempts: int = 0
    last_counts: bool = False  # whether the last remark counted
    handed_by_right_code: bool = False
    handed_without: bool = False
    loses: bool = False  # the next code text does not reach the telephone
    holder: str | None = None  # a nominee's telephone
    house: House = field(default_factory=lambda: House())
    visits: int = 0
    visited_at: float = 0.0  # for the first time, in minutes of the month's clock
    at_window: bool = False  # handed over at the office and not at the door
    excepted: bool = False  # handed over without a code, as the office agreed
    on_word: bool = False  # handed over on the word of its household
    by: str = ""  # how the dishonest postman got it into the books
    missed: str = ""  # why it was not handed over at the first visit, as far as it was not
    refusal: str = ""  # why the exception that was asked last was not granted
    wanted: bool = False  # by the dishonest postman, at this visit
    tried: int = 0  # times that he tried
    stolen: bool = False  # handed over in the books, and its people have not got it
    objected: bool = False  # and said so

    @property
    def digits(self) -> str:
        return self.number[-6:-2]


@dataclass(frozen=True)
class HouseWord:
    """A household's word as it is told to whoever is at home. `numbers`: four digits."""

    numbers: str
    drawn_at: datetime


@dataclass
class Postman:
    staff_id: str
    phone: str
    approached: set[int] = field(default_factory=set)


@dataclass(frozen=True)
class Plan:
    """The size, the length, the rates and the roads of a month.

    `counted_from`: the day, from 1, since which first visits count. In its first weeks an office
    has no past: no postman's share of exceptions, no hours of a beat.
    """

    articles: int = 1000
    seed: int = 1
    days: int = 30
    counted_from: int = 1
    rates: Rates = field(default_factory=Rates)
    roads: frozenset[Road] = ROADS


@dataclass
class Month:
    """The state shared by all, with a clock in minutes since the first midnight in India."""

    runtime: Runtime
    plan: Plan
    reactions: Mapping[str, Reaction]  # by template: what a text makes its reader do
    now: float = 0.0
    parcels: dict[str, Parcel] = field(default_factory=dict)
    postmen: list[Postman] = field(default_factory=list)
    # By telephone and article: the template of the first answer since it was asked.
    heard: dict[tuple[str, str], str] = field(default_factory=dict)
    wished: set[str] = field(default_factory=set)  # telephones that were asked what they wish
    wishing: set[str] = field(default_factory=set)  # of these: let a neighbour take their post
    words: dict[str, HouseWord] = field(default_factory=dict)  # by telephone: its household's
    # By article: the hours in which its people wait for the postman.
    awaited: dict[str, tuple[datetime, datetime]] = field(default_factory=dict)
    inbound: int = 0
    seen: int = 0
    happened: Counter[str] = field(default_factory=Counter)
    unsettled: bool = False  # whether texts may wait to be sent or read

    def __post_init__(self) -> None:
        self.rng = random.Random(self.plan.seed)
        # What is booked is the same, whatever people do and whichever roads are open.
        self.births = random.Random(f"{self.plan.seed} births")
        self._queue: list[tuple[float, int, Acting]] = []
        self._order = itertools.count()
        self._phones = itertools.count(1)
        self._serials = itertools.count()
        self._drain = Drain(self.runtime)
        carrier = self.runtime.gateways["simulator"]
        assert isinstance(carrier, SimulatorGateway)
        self.carrier = carrier

    # -- time ----------------------------------------------------------------------------------

    def clock(self, minutes: float | None = None) -> datetime:
        """Return the moment `minutes` after the first midnight; default: now."""
        at = self.now if minutes is None else minutes
        midnight = datetime(FIRST_DAY.year, FIRST_DAY.month, FIRST_DAY.day, tzinfo=calendar.INDIA)
        return (midnight + timedelta(seconds=round(at * 60))).astimezone(UTC)

    def later(self, acting: Acting, minutes: float = 0) -> None:
        """Let somebody act after `minutes`."""
        heapq.heappush(self._queue, (self.now + minutes, next(self._order), acting))

    def advance(self, until: float) -> None:
        """Let everybody act who is due before `until`, in order."""
        while self._queue and self._queue[0][0] <= until:
            at = self._queue[0][0]
            if int(at) > int(self.now):
                self.settle()
            self.now = max(self.now, at)
            _, _, acting = heapq.heappop(self._queue)
            for wait in acting:
                self.later(acting, wait)
                break
        self.settle()
        self.now = until

    def settle(self) -> None:
        """Send what is due, and let people read it."""
        if not self.unsettled:
            return
        self.unsettled = False
        while self._drain.run():
            pass
        with self.runtime.database.transaction() as conn:
            rows = conn.execute(
                "SELECT m.id, m.phone, m.template, a.number FROM messages m"
                " LEFT JOIN articles a ON a.id = m.article_id"
                " WHERE m.direction = 'out' AND m.id > %s ORDER BY m.id",
                [self.seen],
            ).fetchall()
        for id_, phone, template, number in rows:
            self.seen = id_
            if template not in _NEWS:
                self.heard.setdefault((phone, number), template)
            if template in self.reactions and number in self.parcels:
                self.later(self.reactions[template](self, self.parcels[number], phone))

    def finish(self) -> None:
        """Send what is left, and end the outbox's sends."""
        self.settle()
        self._drain.finish()

    # -- what everybody can do -----------------------------------------------------------------

    def serial(self) -> int:
        """Return a serial that no article of this month has."""
        return 10_000_000 + 7 * next(self._serials)

    def new_phone(self) -> str:
        return f"+9170{next(self._phones):08}"

    def neighbour(self, parcel: Parcel) -> str:
        """Return the ten digits of somebody who may take it in the addressee's place."""
        return f"61{parcel.number[2:10]}"

    # -- the telephones ------------------------------------------------------------------------

    def switch_off(self, phone: str) -> None:
        self.settle()
        self.carrier.off.add(phone)

    def switch_on(self, phone: str) -> None:
        """Let what waits for it arrive."""
        self.settle()
        self.carrier.off.discard(phone)
        with self.runtime.database.transaction() as conn:
            waiting = conn.execute(
                "SELECT carrier_id FROM messages WHERE phone = %s AND direction = 'out'"
                " AND status = 'sent'",
                [phone],
            ).fetchall()
        for (carrier_id,) in waiting:
            came = Receipt("simulator", carrier_id, None, ReceiptStatus.DELIVERED, "delivered")
            receipts.receive(self.runtime, came)

    def say(self, phone: str, text: str, written: float | None = None) -> None:
        """Bring one text as the simulated carrier does; some come twice."""
        self.inbound += 1
        at = self.clock(written) if written is not None else None
        inbound = Inbound("simulator", f"m{self.inbound}", phone, text, at)
        receive(self.runtime, inbound)
        if self.rng.random() < self.plan.rates.repeated:
            receive(self.runtime, inbound)
            self.happened["texts brought twice"] += 1
        self.unsettled = True

    def read_code(self, parcel: Parcel, templates: tuple[str, ...]) -> str | None:
        """Return the newest code on the telephone whose text names the digits of this article."""
        if parcel.loses:
            return None
        self.settle()
        for message in reversed(received(self.runtime, parcel.holder or parcel.phone)):
            if message.template in templates and parcel.digits in message.text:
                found = _CODE.search(message.text)
                return found[0] if found else None
        return None

    def read_check(self, parcel: Parcel) -> str | None:
        """Return the three digits beside the newest code on the telephone of this article."""
        for message in reversed(received(self.runtime, parcel.holder or parcel.phone)):
            if message.template == "code" and parcel.digits in message.text:
                found = _CHECK.search(message.text)
                return found[0] if found else None
        return None

    def is_open(self, man: Postman, serial: int) -> bool:
        """Tell whether the postman still has it to hand over: he is told what is withdrawn."""
        with self.runtime.database.transaction() as conn:
            row = conn.execute(
                "SELECT i.state = 'open' FROM delivery_items i JOIN delivery_lists l"
                " ON l.id = i.list_id JOIN staff s ON s.id = l.postman_id"
                " WHERE s.staff_id = %s AND l.date = %s AND i.serial = %s",
                [man.staff_id, self.clock().astimezone(calendar.INDIA).date(), serial],
            ).fetchone()
        return row is not None and row[0]

    def is_awaited(self, parcel: Parcel) -> bool:
        """Tell whether now are the hours for which the text of the morning named the postman."""
        first, last = self.awaited.get(parcel.number, (self.clock(0), self.clock(0)))
        return first <= self.clock() < last

    def rate_above(self, parcel: Parcel) -> ExceptionRate:
        """Return what the page shows of the postman who asks for an exception of `parcel`."""
        with self.runtime.database.transaction() as conn:
            row = conn.execute(
                "SELECT x.postman_id FROM exceptions x JOIN articles a ON a.id = x.article_id"
                " WHERE a.number = %s ORDER BY x.id DESC LIMIT 1",
                [parcel.number],
            ).fetchone()
            assert row is not None
            return rate(conn, row[0], self.clock())

    def answer_above(self, parcel: Parcel, granted: bool) -> None:
        """Answer an exception on the page, as a supervisor."""
        with self.runtime.database.transaction() as conn:
            asked = exceptions.Question(parcel.number, last_question(conn, parcel.number))
            row = conn.execute(
                "SELECT id, office_id FROM staff WHERE staff_id = 'supervisor'"
            ).fetchone()
            assert row is not None
            who = Staff(row[0], "supervisor")
            by = Doer(who, row[1], "supervisor", "fresh", self.clock())
            try:
                exceptions.answer(self.runtime, conn, asked, granted, by)
            except exceptions.NotAnswered:
                self.happened["the office above answered what was over"] += 1
        self.unsettled = True

    def collect(self, parcel: Parcel, code: str | None) -> None:
        """Hand over at the window: by the code, or by a document before two of the staff."""
        staff, number = self.postmen[0].staff_id, parcel.number
        with self.runtime.database.transaction() as conn:
            row = conn.execute(
                "SELECT cod_amount FROM articles WHERE number = %s", [number]
            ).fetchone()
            paid: Method | None = "cash" if row and row[0] else None
            try:
                if code is None:
                    shown = DocumentShown(number, staff, paid, "voter", "postmaster")
                    done = counter.shown_document(self.runtime, conn, shown, "1234")
                else:
                    said = ToldCodeAtWindow(number, staff, paid)
                    done = counter.told_code(self.runtime, conn, said, code)
            except NotAtOffice:
                self.happened["came to the window for nothing"] += 1
                return
            if done.why_not is None:
                parcel.handed_by_right_code |= code is not None
                parcel.handed_without |= code is None
                parcel.at_window = True
            else:
                self.happened[f"at the window: {done.why_not.split(':')[0]}"] += 1
        self.unsettled = True
