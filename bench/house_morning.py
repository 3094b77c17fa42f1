"""The morning of `bench.house`: what arrived, a beat on its way, what people told the help desk."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from bench.house import PIN, House
from bench.house_week import doors, live
from conversation import office
from postal.office import paper_days
from postal.people.doer import Doer, Staff
from postal.reports import summing_up
from web.phones import fresh

FIRST, SECOND = "1001", "1002"  # the beats of the office
_LEFT: Final = 1  # doors that the first beat has not reached


def arrived(house: House) -> list[str]:
    """Live the week and count it; return what lies before the office, not scanned yet."""
    live(house)
    while house.runtime.database.run(
        lambda conn: summing_up.sum_up_next(conn, house.runtime.now())
    ):
        pass
    with house.runtime.database.transaction() as conn:
        rows = conn.execute(
            "SELECT number FROM articles WHERE recipient_pin = %s AND state = 'booked' ORDER BY id",
            [PIN],
        ).fetchall()
    return [number for (number,) in rows]


def under_way(house: House) -> None:
    """Scan everything, send the first beat out, and let its postman go from door to door."""
    numbers = arrived(house)
    by = master(house)
    with house.runtime.database.transaction() as conn:
        for number in numbers:
            office.scan(house.runtime, conn, PIN, number, by)
        first = conn.execute(
            "SELECT a.number FROM articles a WHERE a.number = ANY(%s) AND EXISTS"
            " (SELECT FROM delivery_items i JOIN articles b ON b.id = i.article_id"
            "  JOIN delivery_lists l ON l.id = i.list_id JOIN staff s ON s.id = l.postman_id"
            "  WHERE b.recipient_phone = a.recipient_phone AND s.staff_id = %s) ORDER BY a.id",
            [numbers, FIRST],
        ).fetchall()
    with house.runtime.database.transaction() as conn:
        fresh.send_out(house.runtime, conn, FIRST, [number for (number,) in first])
    house.settle()
    _round(house)
    house.wait(minutes=2)
    by, until = master(house), house.clock.at
    began = until - timedelta(minutes=40)
    with house.runtime.database.transaction() as conn:
        paper_days.vouch(conn, by.own_office, began, until, "no network since the storm", by)


def master(house: House) -> Doer:
    """Return the postmaster of the office, now."""
    with house.runtime.database.transaction() as conn:
        row = conn.execute(
            "SELECT id, office_id FROM staff WHERE staff_id = 'postmaster'"
        ).fetchone()
    assert row is not None
    return Doer(Staff(row[0], "postmaster"), row[1], "postmaster", "fresh", house.runtime.now())


def _round(house: House) -> None:
    """Lead the postman of the first beat to his doors: handed over, absent, and one fraud."""
    open_doors = [each for each in doors(house) if each.postman.endswith("0001")]
    for nth, door in enumerate(open_doors[:-_LEFT]):
        house.wait(minutes=4)
        if door.home is None:
            house.say(door.postman, f"{door.serial} 10")
            continue
        house.say(door.postman, f"{door.serial}")
        house.wait(minutes=1)
        if nth == 1:
            house.say(door.home, "3")
        elif nth == 2:
            house.say(door.postman, f"{door.serial} 11")
            house.say(door.home, "2")
        elif nth == 3:
            house.say(door.home, "9")
        else:
            paid = " 1" if door.cod else ""
            house.say(door.postman, f"{door.serial} {house.code(door.home)}{paid}")
    house.say(open_doors[-1].home or "", "mera ghar mandir ke piche hai")
