"""The office of the simulated month: its staff, what it books and lists, and its postmen's rounds.

Mornings begin by `begin_day`, timers fire by `fire_timers`, as the worker has it done.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from datetime import date, timedelta

from bench.month_door import visit
from bench.month_fate import house_of
from bench.month_home import listed
from bench.month_world import FIRST_DAY, Acting, Month, Parcel, Postman
from conversation.announce import announce
from conversation.herd import warn_herds
from conversation.postmen import begin_day
from conversation.timers import fire_timers
from flows.happenings import Booked, WentOut
from flows.number import check_digit
from india import calendar
from messages.catalogue import Language
from postal import lists, new_articles
from postal.people import people

PIN = "273303"
OFFICE_PHONE = "+915512340000"
_DOORS_A_DAY = 50  # of one postman
_LANGUAGES: tuple[Language, ...] = ("hi", "hi", "hi-Latn", "en")  # as often as addressees have them


@dataclass
class Office:
    """One office in `month`, and the articles on their way to it."""

    month: Month
    waiting: list[tuple[date, Parcel]] = field(default_factory=list)

    def open(self) -> None:
        """Add the staff, with enough postmen for the articles."""
        a_day = self.month.plan.articles / (self.month.plan.days * 6 / 7)
        with self.month.runtime.database.transaction() as conn:
            conn.execute(
                "INSERT INTO offices (name, pin, branch_type, district, phone)"
                " VALUES ('Gorakhpur', %s, 'head', 'Gorakhpur', %s)",
                [PIN, OFFICE_PHONE],
            )
            conn.execute(
                "INSERT INTO staff (staff_id, name, role, office_id)"
                " SELECT each, 'Asha', each, id FROM offices, unnest(ARRAY['postmaster',"
                " 'supervisor']) each"
            )
            for n in range(1, 2 + int(a_day * 1.4 / _DOORS_A_DAY)):
                man = Postman(str(1000 + n), f"+9198390{n:05}")
                people.add_postman(conn, man.staff_id, "Ram", man.phone, PIN, "2468")
                self.month.postmen.append(man)

    def play(self) -> None:
        """Play the whole month."""
        for day in range(self.month.plan.days):
            # Loses nothing: its limits count in hours of this clock.
            self.month.runtime.redis.flushdb()
            self.month.advance(day * 1440 + 480)
            begin_day(self.month.runtime)
            self.month.unsettled = True
            today = FIRST_DAY + timedelta(days=day)
            if calendar.is_working(today):
                self._working_day(day, today)
            self.month.advance((day + 1) * 1440)
        self.month.finish()

    def _working_day(self, day: int, today: date) -> None:
        left = sum(calendar.is_working(FIRST_DAY + timedelta(days=n))
                   for n in range(day, self.month.plan.days))  # fmt: skip
        share = -(-(self.month.plan.articles - len(self.month.parcels)) // left)
        self.month.now += 30
        self._list(today)
        for man in self.month.postmen:
            self.month.later(self._round(man, today), 60)
        for hour in range(1, 14):
            self.month.later(self._hour(), 60 * hour)
        self.month.later(self._book(share, today), 360)

    def _hour(self) -> Acting:
        while fire_timers(self.month.runtime):
            pass
        warn_herds(self.month.runtime)
        self.month.unsettled = True
        return
        yield

    def _book(self, share: int, today: date) -> Acting:
        """Book the day's articles, fifty in a transaction; they go out one to three days later."""
        for start in range(0, share, 50):
            new = [self.parcel() for _ in range(min(50, share - start))]
            with self.month.runtime.database.transaction() as conn:
                for parcel in new:
                    new_articles.book(conn, self.form(parcel), self.month.clock())
                announce(self.month.runtime, conn, [Booked(parcel.number) for parcel in new])
            for parcel in new:
                listed(self.month, parcel)
                self.month.parcels[parcel.number] = parcel
                due = today + timedelta(days=self.month.births.randint(1, 3))
                self.waiting.append((due, parcel))
            self.month.unsettled = True
            yield 1

    def parcel(self) -> Parcel:
        births = self.month.births
        serial = f"{self.month.serial():08}"
        number = f"EU{serial}{check_digit(serial)}IN"
        household = self.month.parcels and births.random() < 0.2
        beside = births.choice(list(self.month.parcels.values())[-200:]) if household else None
        phone = beside.phone if beside else self.month.new_phone()
        amount = births.choice((450, 1299, 50_000)) if births.random() < 0.15 else 0
        otp = births.random() < 0.9
        house = beside.house if beside else house_of(self.month.plan, number)
        return Parcel(number, phone, self._sender(), amount, otp, house=house)

    def _sender(self) -> str:
        return f"+9160{self.month.births.randint(1, max(5, self.month.plan.articles // 3)):08}"

    def form(self, parcel: Parcel) -> new_articles.NewArticle:
        language = self.month.births.choice(_LANGUAGES)
        return new_articles.NewArticle(
            parcel.number, "speed_post", parcel.otp, parcel.phone, "Sita Devi", "Piprauli", PIN,
            language, parcel.sender, "Mohan", "hi-Latn", parcel.amount,
        )  # fmt: skip

    def _list(self, today: date) -> None:
        """List what has arrived, as the department's software would: what may go out today."""
        arrived = [parcel.number for due, parcel in self.waiting if due <= today]
        with self.month.runtime.database.transaction() as conn:
            rows = conn.execute(
                "SELECT number FROM articles WHERE number = ANY(%(arrived)s) AND state = 'booked'"
                " AND unlinked_at IS NULL AND coalesce(chosen_day, %(today)s) <= %(today)s"
                " AND (chosen_day IS NOT NULL OR NOT EXISTS (SELECT FROM households h"
                "  WHERE h.phone = recipient_phone"
                "  AND extract(isodow FROM %(today)s::date)::smallint <> ALL(h.weekdays)))"
                " ORDER BY number",
                {"arrived": arrived, "today": today},
            ).fetchall()
        numbers = [number for (number,) in rows]
        for n, man in enumerate(self.month.postmen):
            beats = len(self.month.postmen)  # an address lies on one beat, whatever else is listed
            if mine := [number for number in numbers if int(number[2:10]) % beats == n]:
                with self.month.runtime.database.transaction() as conn:
                    made = lists.make_list(conn, man.staff_id, today, mine, self.month.clock())
                    announce(
                        self.month.runtime, conn, [WentOut(item.number) for item in made.items]
                    )
        self.waiting = [(due, p) for due, p in self.waiting if p.number not in set(numbers)]
        self.month.unsettled = True

    def _round(self, man: Postman, today: date) -> Acting:
        """Lead a postman through his day, door after door."""
        man.approached = set()
        with self.month.runtime.database.transaction() as conn:
            rows = conn.execute(
                "SELECT i.serial, a.number FROM delivery_items i JOIN articles a"
                " ON a.id = i.article_id JOIN delivery_lists l ON l.id = i.list_id"
                " JOIN staff s ON s.id = l.postman_id"
                " WHERE s.staff_id = %s AND l.date = %s AND i.state = 'open' ORDER BY i.serial",
                [man.staff_id, today],
            ).fetchall()
        doors = [(serial, self.month.parcels[number]) for serial, number in rows]
        for (serial, parcel), after in itertools.zip_longest(doors, doors[1:]):
            yield from visit(self.month, man, serial, parcel, after[0] if after else None)
            yield 2
