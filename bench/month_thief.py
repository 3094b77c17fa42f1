"""The dishonest postman of docs/developing/trust.md in the month, and who finds him out."""

from __future__ import annotations

from bench.month_fate import chances
from bench.month_lost import turns_away
from bench.month_rates import Door
from bench.month_roads import by_exception, on_another_telephone
from bench.month_said import answered, remark
from bench.month_world import Acting, Month, Parcel, Postman

_ABSENT = 12
_TELEPHONE_OFF = 2  # the reason that he names for an exception


def wants(month: Month, man: Postman, parcel: Parcel) -> bool:
    """Tell whether this postman wants this article for himself: one of them does at times."""
    if man is not month.postmen[0] or not parcel.otp or parcel.amount:
        return False
    return chances(month, parcel, "thief").random() < month.plan.rates.dishonest


def steals(month: Month, man: Postman, serial: int, parcel: Parcel, door: Door) -> Acting:
    """Get the code by telephone, or an exception; else leave a false remark behind.

    The addressee is at the other end of the telephone and knows of nobody at the door.
    """
    month.happened["the dishonest postman tried"] += 1
    parcel.tried += 1
    rng, rates = chances(month, parcel, "victim"), month.plan.rates
    parcel.wanted = True
    if rng.random() < rates.gullible and door.telephone in ("here", "called", "out"):
        code = month.read_code(parcel, ("code",))
        if code is not None:
            got = yield from answered(month, man, parcel, f"{serial} {code}")
            parcel.stolen, parcel.by = got.startswith("handed_over"), "code"
    elif "exception" in month.plan.roads:
        parcel.stolen = yield from by_exception(month, man, serial, parcel, _TELEPHONE_OFF)
        parcel.by = "exception"
    if not parcel.stolen:
        parcel.wanted = False
        turns_away(parcel, "the dishonest postman left a false remark")
        yield from remark(month, man, serial, parcel, _ABSENT)


def forges(month: Month, parcel: Parcel) -> bool:
    """Tell whether he forges "not mine" in the addressee's name, and names a cousin's telephone."""
    named = "numbers" in month.plan.roads
    return named and chances(month, parcel, "forges").random() < month.plan.rates.forged


def steals_by_number(month: Month, man: Postman, serial: int, parcel: Parcel) -> Acting:
    """Forge a text of the addressee's before he comes, and have the code sent to a cousin."""
    month.happened["the dishonest postman tried"] += 1
    parcel.tried += 1
    month.happened["he forged a text of the addressee"] += 1
    parcel.wanted, phone = True, parcel.phone
    month.say(phone, f"2 {parcel.digits}")
    yield 2
    parcel.stolen = yield from on_another_telephone(month, man, serial, parcel)
    parcel.by, parcel.handed_by_right_code = "number", False
    if not parcel.stolen:
        parcel.wanted, parcel.holder = False, None
        turns_away(parcel, "the dishonest postman left a false remark")
        yield from remark(month, man, serial, parcel, _ABSENT)


def number_agreed(month: Month, parcel: Parcel, phone: str) -> Acting:
    """Answer for the office on its page: who had the number said that it is not his."""
    rng = chances(month, parcel, "page")
    yield rng.uniform(1, 8)
    month.answer_above(parcel, rng.random() < month.plan.rates.agreeing)


def warned(month: Month, parcel: Parcel, phone: str) -> Acting:
    """Object to what is asked for, or to a number that is named, while nobody is at the door."""
    if phone in month.carrier.off:  # he reads it when all is over
        return
    if parcel.wanted and _objects(month, parcel):
        yield chances(month, parcel, "warned").uniform(1, 30)
        month.say(phone, f"3 {parcel.digits}")
        parcel.objected = True


def robbed(month: Month, parcel: Parcel, phone: str) -> Acting:
    """Object to a handover that never was."""
    if parcel.stolen and not parcel.objected and _objects(month, parcel):
        yield chances(month, parcel, "robbed").uniform(5, 900)
        month.say(phone, f"2 {parcel.digits}")
        parcel.objected = True


def _objects(month: Month, parcel: Parcel) -> bool:
    """Tell whether whoever has the telephone reads the alarm and answers it."""
    rates = month.plan.rates
    return not parcel.house.strangers and chances(month, parcel, "objects").random() < (
        rates.objecting
    )
