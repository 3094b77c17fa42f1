"""The week before the morning of `bench.house`: lived, not written into tables.

Texts come in by `conversation.inbound.receive`, the outbox sends, codes are read from the simulated
telephones; in the evening the lists are closed and the cash is counted.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import uuid4

from psycopg.rows import class_row

from bench.house import NOW, House
from conversation import office
from conversation.postmen import begin_day, end_day
from india.calendar import day_of, is_working
from postal.office import cash, closing, day_closing, returning
from postal.people.doer import Doer, Staff
from web.phones import demo, fresh

_DAYS: Final = 7
_SEED: Final = 14
_TO_A_DOOR: Final = timedelta(minutes=4)
_EVENING: Final = timedelta(hours=9)  # after the morning's hour
_ABSENT, _LIED, _FRAUD = 0.14, 0.04, 0.02  # shares of doors


@dataclass(frozen=True)
class Door:
    """A door of a list. `postman` and `home`: telephones; `cod`: rupees."""

    postman: str
    serial: int
    home: str | None
    cod: int


def live(house: House) -> None:
    """Live the week; on its last morning today's articles are booked and lie at the office."""
    chance = random.Random(_SEED)
    for days in range(_DAYS, 0, -1):
        house.clock.at = NOW - timedelta(days=days)
        if is_working(day_of(house.clock.at)):
            _day(house, chance, last=days == 1)
    house.clock.at = NOW
    begin_day(house.runtime)
    _book(house)


def _day(house: House, chance: random.Random, *, last: bool) -> None:
    morning = house.clock.at
    begin_day(house.runtime)
    demo.load(house.runtime)  # on the first day: the offices, the people, their first lists
    _go_out(house)
    house.settle()
    for door in doors(house):
        house.clock.at += _TO_A_DOOR
        _visit(house, door, chance.random(), last=last)
    house.clock.at = morning + _EVENING
    end_day(house.runtime)
    house.settle()
    _close(house, morning)


def _visit(house: House, door: Door, kind: float, *, last: bool) -> None:
    if door.home is None:
        house.say(door.postman, f"{door.serial} 10")
        return
    house.say(door.postman, f"{door.serial}")
    house.clock.at += timedelta(minutes=1)
    if kind < _ABSENT:
        house.say(door.postman, f"{door.serial} 11")
        if kind < _LIED and last:
            house.say(door.home, "2")
    elif kind > 1 - _FRAUD and last:
        house.say(door.home, "3")
    else:
        paid = " 1" if door.cod else ""
        house.say(door.postman, f"{door.serial} {house.code(door.home)}{paid}")


def doors(house: House) -> list[Door]:
    """Return the doors that are left of today, in walking order."""
    with (
        house.runtime.database.transaction() as conn,
        conn.cursor(row_factory=class_row(Door)) as cursor,
    ):
        return cursor.execute(
            "SELECT s.phone AS postman, i.serial, a.recipient_phone AS home, a.cod_amount AS cod"
            " FROM delivery_items i JOIN articles a ON a.id = i.article_id"
            " JOIN delivery_lists l ON l.id = i.list_id JOIN staff s ON s.id = l.postman_id"
            " WHERE l.date = %s AND i.state = 'open' ORDER BY i.serial, s.staff_id",
            [day_of(house.clock.at)],
        ).fetchall()


def _close(house: House, day: datetime) -> None:
    """Take in what came back, close the lists, count the cash, close the offices' day."""
    runtime, today = house.runtime, day_of(day)
    with runtime.database.transaction() as conn:
        offices = conn.execute(
            "SELECT DISTINCT s.office_id FROM delivery_lists l JOIN staff s ON s.id = l.postman_id"
            " WHERE l.date = %s",
            [today],
        ).fetchall()
        (master,) = conn.execute(
            "SELECT id FROM staff WHERE staff_id = 'postmaster'"
        ).fetchone() or (0,)
    for (office_id,) in offices:
        by = Doer(Staff(master, "postmaster"), office_id, "postmaster", "fresh", runtime.now())
        with runtime.database.transaction() as conn:
            lists = [each.id for each in closing.of_day(conn, office_id, today)]
        for list_id in lists:
            _close_list(house, list_id, by)
        with runtime.database.transaction() as conn:
            waits = any(each.waits for each in closing.of_day(conn, office_id, today))
            if not waits:
                day_closing.close_day(conn, office_id, today, "all is counted and put away", by)
    house.settle()


def _close_list(house: House, list_id: int, by: Doer) -> None:
    with house.runtime.database.transaction() as conn:
        back = [each for each in returning.lines(conn, list_id) if each.state != "delivered"]
        for each in back:
            office.take_in(house.runtime, conn, list_id, each.number, by)
        if any(each.waits for each in returning.lines(conn, list_id)):
            return
        closing.close_list(conn, list_id, None, by)
        owing = cash.of_list(conn, list_id)
        if owing.open:
            count = cash.CashCount(uuid4(), owing.open, None)
            cash.hand_in(conn, list_id, owing.open, count, by)


def _book(house: House) -> dict[str, list[str]]:
    """Book an article for each household that waits for none, the guided delivery's apart.

    Return the numbers by the staff id of the postman.
    """
    booked: dict[str, list[str]] = {}
    with house.runtime.database.transaction() as conn:
        for key, home in demo.households().items():
            if key != demo.STORY and demo.unfinished(conn, key) is None:
                number = demo.book(house.runtime, conn, key)
                booked.setdefault(home.postman, []).append(number)
    house.settle()
    return booked


def _go_out(house: House) -> None:
    for postman, numbers in _book(house).items():
        with house.runtime.database.transaction() as conn:
            fresh.send_out(house.runtime, conn, postman, numbers)
