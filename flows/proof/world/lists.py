"""Delivery lists of the small world, as postal/lists.py and postal/carry.py make them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from flows.facts import MOST_ATTEMPTS
from flows.proof.world.books import SmallWorld, next_serial
from flows.proof.world.ledger import kill_codes
from flows.proof.world.parcel import ListedParcel, Parcel
from flows.remarks import NO_OTHER_VISIT


def may_go_out(world: SmallWorld, staff: str, number: str) -> bool:
    """Tell whether the list of the postman `staff` of today takes the article."""
    parcel = world.parcels[number]
    if parcel.unlinked or parcel.attempts >= MOST_ATTEMPTS:
        return False
    if parcel.recipient == world.postmen[staff].phone:
        return False
    if _left_over(parcel, world.today):
        return True
    if parcel.chosen_day is not None and parcel.chosen_day > world.today:
        return False
    return parcel.state in ("booked", "attempted") or _is_brought(parcel, world.now)


def _is_brought(parcel: Parcel, now: datetime) -> bool:
    """Tell whether a wish that kept it is over, or a day chosen; not while its code opens there."""
    if parcel.state != "at_office" or not parcel.by_wish:
        return False
    wished, code = parcel.household(), parcel.code
    if code is not None and code.state(now) == "live":
        return False
    return parcel.chosen_day is not None or wished is None or not wished.keeps


def _left_over(parcel: Parcel, today: date) -> bool:
    item = parcel.item
    return item is not None and item.state == "open" and item.day < today


def send_out(world: SmallWorld, staff: str, numbers: Sequence[str]) -> SmallWorld:
    """Return the world with these articles on today's list of `staff`."""
    for number in numbers:
        parcel = world.parcels[number]
        if parcel.item is not None and parcel.item.state == "open":
            parcel = kill_codes(parcel.with_item(state="withdrawn"), world.now)
        listed = ListedParcel(staff, world.today, next_serial(world, staff), mode=world.mode)
        parcel = replace(
            parcel,
            items=(*parcel.items, listed),
            state="out_for_delivery",
            remark=None,
            suspended=False,
            witness=None,
            counts=False,
            chosen_day=None,
            held_until=None,
            extended=parcel.extended and not parcel.by_wish,
            by_wish=False,
            updated_at=world.now,
        )
        world = replace(world, parcels={**world.parcels, number: parcel})
    return world


def due_again(world: SmallWorld, staff: str) -> list[str]:
    """Return what the postman `staff` carries again this morning."""
    due = []
    for number, parcel in world.parcels.items():
        item = parcel.item
        if item is None or item.postman != staff or item.day >= world.today or parcel.unlinked:
            continue
        another = parcel.remark not in NO_OTHER_VISIT or parcel.witness == "contested"
        chosen = parcel.chosen_day is None or parcel.chosen_day <= world.today
        waits = parcel.state == "attempted" or _is_brought(parcel, world.now)
        again = waits and chosen and another
        untried = parcel.state == "out_for_delivery" and item.state == "open"
        own = parcel.recipient == world.postmen[staff].phone
        if (again or untried) and parcel.attempts < MOST_ATTEMPTS and not own:
            due.append((item.day, item.serial, number))
    return [number for *_, number in sorted(due) if may_go_out(world, staff, number)]
