"""A month of one office through the real engine, its clock running as fast as the machine can.

    ./script/bench month --articles 1000 --seed 1 --absence 0.25 --wrong-code 0.05

Real PostgreSQL and Valkey, thrown away afterwards. Texts enter by `inbound.receive`, timers by
`fire_timers`, mornings by `begin_day`; the outbox sends to the simulated carrier, and codes are
read from its telephones. At the end the books are checked (`month_checks.py`).
"""

from __future__ import annotations

import argparse
import heapq
import itertools
import os
import random
import re
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from pydantic import SecretStr

from bench import month_checks
from bench.month_people import REACTIONS, Acting, Parcel, Postman, Rates, visit
from conversation.announce import announce
from conversation.herd import warn_herds
from conversation.inbound import receive
from conversation.postmen import begin_day
from conversation.timers import fire_timers
from embedded.addresses import THROW_AWAY
from embedded.servers import Servers
from flows.happenings import Booked, Collected, WentOut
from flows.number import check_digit
from gateways.base import Inbound
from gateways.registry import variables
from india import calendar
from outbox.drain import Drain
from postal import articles, collect, lists
from postal.counter.ledger import Method
from postal.people import people
from runtime import Runtime
from settings import Settings
from store import migrate
from web.phones.simulator import received

PIN = "273303"
OFFICE_PHONE = "+915512340000"
_FIRST_DAY = date(2026, 8, 3)  # a Monday
_DOORS_A_DAY = 50  # of one postman
_NEWS = ("fraud_alert", "nudge")  # to postmen, and no answers
_CODE = re.compile(r"(?<!\d)\d{6}(?!\d)")


@dataclass(frozen=True)
class Plan:
    """How large, how long, and how often what."""

    articles: int = 1000
    seed: int = 1
    days: int = 30
    rates: Rates = field(default_factory=Rates)


@dataclass
class Month:
    """The office, its people and its clock, in minutes since the first midnight in India."""

    runtime: Runtime
    plan: Plan
    now: float = 0.0
    parcels: dict[str, Parcel] = field(default_factory=dict)
    postmen: list[Postman] = field(default_factory=list)
    # By telephone and article: the template of the first answer since it was asked.
    heard: dict[tuple[str, str], str] = field(default_factory=dict)
    inbound: int = 0
    seen: int = 0
    happened: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.rng = random.Random(self.plan.seed)
        self._queue: list[tuple[float, int, Acting]] = []
        self._order = itertools.count()
        self._phones = itertools.count(1)
        self._waiting: list[tuple[date, Parcel]] = []  # on their way to the office
        self._drain = Drain(self.runtime)
        self._dirty = False

    # -- time ----------------------------------------------------------------------------------

    def clock(self, minutes: float | None = None) -> datetime:
        """The moment `minutes` after the first midnight; default: now."""
        at = self.now if minutes is None else minutes
        midnight = datetime(
            _FIRST_DAY.year, _FIRST_DAY.month, _FIRST_DAY.day, tzinfo=calendar.INDIA
        )
        return (midnight + timedelta(seconds=round(at * 60))).astimezone(UTC)

    def later(self, acting: Acting, minutes: float = 0) -> None:
        """Lets somebody act after `minutes`."""
        heapq.heappush(self._queue, (self.now + minutes, next(self._order), acting))

    def play(self) -> None:
        """The whole month."""
        for day in range(self.plan.days):
            self.runtime.redis.flushdb()  # loses nothing; its limits count in hours of this clock
            self._advance(day * 1440 + 480)
            begin_day(self.runtime)
            self._dirty = True
            today = _FIRST_DAY + timedelta(days=day)
            if calendar.is_working(today):
                self._working_day(day, today)
            self._advance((day + 1) * 1440)
        self._settle()
        self._drain.finish()

    def _advance(self, until: float) -> None:
        """Lets everybody act who is due before `until`, in order."""
        while self._queue and self._queue[0][0] <= until:
            at = self._queue[0][0]
            if int(at) > int(self.now):
                self._settle()
            self.now = max(self.now, at)
            _, _, acting = heapq.heappop(self._queue)
            for wait in acting:
                self.later(acting, wait)
                break
        self._settle()
        self.now = until

    def _settle(self) -> None:
        """Sends what is due, and lets people read it."""
        if not self._dirty:
            return
        self._dirty = False
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
            if template in REACTIONS and number in self.parcels:
                self.later(REACTIONS[template](self, self.parcels[number], phone))

    # -- the office ----------------------------------------------------------------------------

    def open_office(self) -> None:
        """The staff, with enough postmen for the articles."""
        a_day = self.plan.articles / (self.plan.days * 6 / 7)
        with self.runtime.database.transaction() as conn:
            conn.execute(
                "INSERT INTO offices (name, pin, branch_type, district, phone)"
                " VALUES ('Gorakhpur', %s, 'head', 'Gorakhpur', %s)",
                [PIN, OFFICE_PHONE],
            )
            conn.execute(
                "INSERT INTO staff (staff_id, name, role, office_id)"
                " SELECT 'master', 'Asha', 'postmaster', id FROM offices"
            )
            for n in range(1, 2 + int(a_day * 1.4 / _DOORS_A_DAY)):
                man = Postman(str(1000 + n), f"+9198390{n:05}")
                people.add_postman(conn, man.staff_id, "Ram", man.phone, PIN, "2468")
                self.postmen.append(man)

    def new_phone(self) -> str:
        return f"+9170{next(self._phones):08}"

    def neighbour(self, parcel: Parcel) -> str:
        """Who may take it in the addressee's place: ten digits, as people write them."""
        return f"61{parcel.number[2:10]}"

    def _working_day(self, day: int, today: date) -> None:
        left = sum(calendar.is_working(_FIRST_DAY + timedelta(days=n))
                   for n in range(day, self.plan.days))  # fmt: skip
        share = -(-(self.plan.articles - len(self.parcels)) // left)
        self.now += 30
        self._list(today)
        for man in self.postmen:
            self.later(self._round(man, today), 60)
        for hour in range(1, 14):
            self.later(self._hour(), 60 * hour)
        self.later(self._book(share, today), 360)

    def _hour(self) -> Acting:
        while fire_timers(self.runtime):
            pass
        warn_herds(self.runtime)
        self._dirty = True
        return
        yield

    def _book(self, share: int, today: date) -> Acting:
        """The day's bookings, fifty in a transaction; they go out one to three days later."""
        for start in range(0, share, 50):
            new = [self._parcel() for _ in range(min(50, share - start))]
            with self.runtime.database.transaction() as conn:
                for parcel in new:
                    articles.book(conn, self._form(parcel), self.clock())
                announce(self.runtime, conn, [Booked(parcel.number) for parcel in new])
            for parcel in new:
                self.parcels[parcel.number] = parcel
                due = today + timedelta(days=self.rng.randint(1, 3))
                self._waiting.append((due, parcel))
            self._dirty = True
            yield 1

    def _parcel(self) -> Parcel:
        serial = f"{len(self.parcels) + self._unbooked():08}"
        number = f"EU{serial}{check_digit(serial)}IN"
        household = self.parcels and self.rng.random() < 0.2
        phone = (
            self.rng.choice(list(self.parcels.values())[-200:]).phone
            if household
            else self.new_phone()
        )
        amount = self.rng.choice((450, 1299, 50_000)) if self.rng.random() < 0.15 else 0
        return Parcel(number, phone, self._sender(), amount, self.rng.random() < 0.9)

    def _unbooked(self) -> int:
        return 10_000_000 + next(self._order)

    def _sender(self) -> str:
        return f"+9160{self.rng.randint(1, max(5, self.plan.articles // 3)):08}"

    def _form(self, parcel: Parcel) -> articles.NewArticle:
        language = self.rng.choice(("hi", "hi", "hi-Latn", "en"))
        return articles.NewArticle(
            parcel.number, "speed_post", parcel.otp, parcel.phone, "Sita Devi", "Piprauli", PIN,
            language, parcel.sender, "Mohan", "hi-Latn", parcel.amount,
        )  # fmt: skip

    def _list(self, today: date) -> None:
        """Lists what has arrived, as the department's software would: what may go out today."""
        arrived = [parcel.number for due, parcel in self._waiting if due <= today]
        with self.runtime.database.transaction() as conn:
            rows = conn.execute(
                "SELECT number FROM articles WHERE number = ANY(%(arrived)s) AND state = 'booked'"
                " AND unlinked_at IS NULL AND coalesce(chosen_day, %(today)s) <= %(today)s"
                " ORDER BY number",
                {"arrived": arrived, "today": today},
            ).fetchall()
        numbers = [number for (number,) in rows]
        for n, man in enumerate(self.postmen):
            if mine := numbers[n :: len(self.postmen)]:
                with self.runtime.database.transaction() as conn:
                    made = lists.make_list(conn, man.staff_id, today, mine, self.clock())
                    announce(self.runtime, conn, [WentOut(item.number) for item in made.items])
        self._waiting = [(due, p) for due, p in self._waiting if p.number not in set(numbers)]
        self._dirty = True

    # -- the telephones ------------------------------------------------------------------------

    def say(self, phone: str, text: str, written: float | None = None) -> None:
        """One text, as the simulated carrier brings it; some come twice."""
        self.inbound += 1
        at = self.clock(written) if written is not None else None
        inbound = Inbound("simulator", f"m{self.inbound}", phone, text, at)
        receive(self.runtime, inbound)
        if self.rng.random() < self.plan.rates.repeated:
            receive(self.runtime, inbound)
            self.happened["texts brought twice"] += 1
        self._dirty = True

    def read_code(self, parcel: Parcel, templates: tuple[str, ...]) -> str | None:
        """The newest code on the telephone whose text names the digits of this article."""
        if parcel.loses:
            return None
        self._settle()
        for message in reversed(received(self.runtime, parcel.holder or parcel.phone)):
            if message.template in templates and parcel.digits in message.text:
                found = _CODE.search(message.text)
                return found[0] if found else None
        return None

    def is_open(self, man: Postman, serial: int) -> bool:
        """Whether the postman still has it to hand over: he was told where it was withdrawn."""
        with self.runtime.database.transaction() as conn:
            row = conn.execute(
                "SELECT i.state = 'open' FROM delivery_items i JOIN delivery_lists l"
                " ON l.id = i.list_id JOIN staff s ON s.id = l.postman_id"
                " WHERE s.staff_id = %s AND l.date = %s AND i.serial = %s",
                [man.staff_id, self.clock().astimezone(calendar.INDIA).date(), serial],
            ).fetchone()
        return row is not None and row[0]

    def collect(self, parcel: Parcel, code: str | None) -> None:
        """At the window: by the code, or by a document before two of the staff."""
        staff, key = self.postmen[0].staff_id, self.runtime.settings.dakiya_master_key
        by: collect.ByCode | collect.ByDocument
        if code is None:
            by = collect.ByDocument(collect.Document("voter", "1234"), staff, "master")
        else:
            by = collect.ByCode(code, staff)
        secret = key.get_secret_value().encode()
        with self.runtime.database.transaction() as conn:
            row = conn.execute(
                "SELECT cod_amount FROM articles WHERE number = %s", [parcel.number]
            ).fetchone()
            paid: Method | None = "cash" if row and row[0] else None
            try:
                done = collect.collect(conn, parcel.number, by, self.clock(), secret, 6, paid)
            except collect.NotAtOffice:
                self.happened["came to the window for nothing"] += 1
                return
            if done.why_not is None:
                announce(self.runtime, conn, [Collected(parcel.number)])
                parcel.handed_by_right_code |= code is not None
                parcel.handed_without |= code is None
            else:
                self.happened[f"at the window: {done.why_not.split(':')[0]}"] += 1
        self._dirty = True

    def _round(self, man: Postman, today: date) -> Acting:
        """A postman's day, door after door."""
        man.approached = set()
        with self.runtime.database.transaction() as conn:
            rows = conn.execute(
                "SELECT i.serial, a.number FROM delivery_items i JOIN articles a"
                " ON a.id = i.article_id JOIN delivery_lists l ON l.id = i.list_id"
                " JOIN staff s ON s.id = l.postman_id"
                " WHERE s.staff_id = %s AND l.date = %s AND i.state = 'open' ORDER BY i.serial",
                [man.staff_id, today],
            ).fetchall()
        doors = [(serial, self.parcels[number]) for serial, number in rows]
        for (serial, parcel), after in itertools.zip_longest(doors, doors[1:]):
            yield from visit(self, man, serial, parcel, after[0] if after else None)
            yield 2


# ---- the command ---------------------------------------------------------------------------------


@contextmanager
def thrown_away() -> Iterator[Settings]:
    """Settings on a new, migrated database, gone afterwards."""
    directory = Path(tempfile.mkdtemp(prefix="dakiya-month-"))
    try:
        with Servers(directory, THROW_AWAY) as servers:
            migrate.migrate(servers.addresses.database_url)
            yield settings_on(servers.addresses.database_url, servers.addresses.redis_url)
    finally:
        shutil.rmtree(directory)


def settings_on(database_url: str, redis_url: str) -> Settings:
    """The settings of the month: the simulated carrier, unthrottled."""
    return Settings(
        _env_file=None,
        dakiya_env="test",
        database_url=database_url,
        redis_url=redis_url,
        sms_routes="simulator",
        phone_hourly_limit=1_000_000,  # Valkey counts hours of its own clock
        dakiya_master_key=SecretStr("master key of a month that nobody lived"),
        secret_key=SecretStr("session key of a month that nobody lived"),
    ).giving(SIMULATOR_RATE="100000")


def run(settings: Settings, plan: Plan) -> tuple[Month, month_checks.Found, float]:
    """Plays the month of `plan`; gives it, what the books say, and the seconds that it took."""
    clock: list[Month] = []
    runtime = Runtime.build(settings, lambda: clock[0].clock())
    runtime.database.open()
    try:
        month = Month(runtime, plan)
        clock.append(month)
        month.open_office()
        began = time.perf_counter()
        month.play()
        seconds = time.perf_counter() - began
        return month, month_checks.look(runtime, month), seconds
    finally:
        runtime.database.close()
        runtime.redis.close()


def main(arguments: list[str]) -> int:
    """0 where every invariant holds."""
    parser = argparse.ArgumentParser(prog="./script/bench month", description=__doc__)
    parser.add_argument("--articles", type=int, default=Plan.articles)
    parser.add_argument("--seed", type=int, default=Plan.seed)
    parser.add_argument("--days", type=int, default=Plan.days)
    for rate in fields(Rates):
        parser.add_argument(f"--{rate.name.replace('_', '-')}", type=float, default=rate.default)
    given = vars(parser.parse_args(arguments))
    for name in (
        *Settings.model_fields,
        *variables(),
    ):  # nothing of the caller's own settings may reach the month
        os.environ.pop(name.upper(), None)
    rates = Rates(**{rate.name: given[rate.name] for rate in fields(Rates)})
    plan = Plan(given["articles"], given["seed"], given["days"], rates)
    with thrown_away() as settings:
        month, found, seconds = run(settings, plan)
    print(month_checks.table(month, found, seconds))
    for problem in found.problems:
        print(f"problem: {problem}", file=sys.stderr)
    return 1 if found.problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
