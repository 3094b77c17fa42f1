"""What each house and each visit of the simulated month is like, whichever roads are open.

Each has chances of its own, from the seed, its number and the visit, so that the same months with
and without a road meet the same doors.
"""

from __future__ import annotations

from random import Random

from bench.month_rates import POST_DAYS, SATURDAY, Door, House, Telephone, by_chance
from bench.month_world import Month, Parcel, Plan
from india.calendar import INDIA


def house_of(plan: Plan, number: str) -> House:
    """Return what the address of the article `number` is like."""
    rng, rates = Random(f"{plan.seed} {number}"), plan.rates
    return House(
        relayed=rng.random() < rates.relayed,
        strangers=rng.random() < rates.strangers,
        withdrawn=rng.random() < rates.withdrawn,
        wishes=rng.random() < rates.wishes,
        reads=not rng.random() < rates.cannot_read,
        away=_away(rng.random() < rates.at_work, rng.random() < rates.saturdays),
    )


def _away(works: bool, free_saturdays: bool) -> frozenset[int]:
    if not works:
        return frozenset()
    return POST_DAYS - {SATURDAY} if free_saturdays else POST_DAYS


def chances(month: Month, parcel: Parcel, of: str) -> Random:
    """Return the chances of this visit to `parcel` for one thing, `of`."""
    return Random(f"{month.plan.seed} {parcel.number} {parcel.visits} {of}")


def door_of(month: Month, parcel: Parcel) -> Door:
    """Return the door that this visit to `parcel` meets."""
    rng, rates, house = chances(month, parcel, "door"), month.plan.rates, parcel.house
    out_by_chance, others = rng.random() < by_chance(rates), rng.random() < rates.others_home
    out, called = rng.random() < rates.relay_out, rng.random() < rates.relay_called
    off, network = rng.random() < rates.telephone_off, not rng.random() < rates.no_network
    before, read = rng.random() < rates.code_before, rng.random() < rates.read_to_them
    document = rng.random() < rates.document
    neighbour, calls = rng.random() < rates.neighbour_home, rng.random() < rates.called_up
    stays = rng.random() < rates.stays and month.is_awaited(parcel)
    weekday = month.clock().astimezone(INDIA).isoweekday()
    absent = weekday in house.away or (out_by_chance and not stays)
    with_him = absent and not house.relayed  # his own telephone goes where he goes
    telephone: Telephone = (
        "strangers"
        if house.strangers
        else "off"
        if off
        else ("called" if called else "out")
        if with_him or (house.relayed and out)
        else "here"
    )
    return Door(
        home="addressee" if not absent else "household" if others else "nobody",
        telephone=telephone,
        network=network,
        code_before=before,
        reads=house.reads or read,
        calls=calls,
        neighbour=neighbour,
        document=document,
    )
