"""What a postman of the simulated month texts, and what he is answered."""

from __future__ import annotations

from collections.abc import Generator

from bench.month_world import Acting, Month, Parcel, Postman

NO_NETWORK = 25
NO_CODE = 26
# What never counts as an attempt (docs/developing/domain.md rule 4), written down here once
# more on purpose.
NOT_COUNTED = frozenset((18, 20, 21, 22, 23, 24, NO_NETWORK, NO_CODE))


def answered(
    month: Month, man: Postman, parcel: Parcel, text: str, written: float | None = None
) -> Generator[float, None, str]:
    """Text, and return the template of the answer about this article; a minute passes."""
    month.heard.pop((man.phone, parcel.number), None)
    month.say(man.phone, text, written)
    yield 1
    return month.heard.get((man.phone, parcel.number), "")


def waited_for(
    month: Month, man: Postman, parcel: Parcel, minutes: int
) -> Generator[float, None, str]:
    """Return the template of the next text about this article within `minutes`, or ""."""
    month.heard.pop((man.phone, parcel.number), None)
    for _ in range(minutes):
        yield 1
        if (man.phone, parcel.number) in month.heard:
            break
    return month.heard.get((man.phone, parcel.number), "")


def remark(month: Month, man: Postman, serial: int, parcel: Parcel, code: int) -> Acting:
    """Say that it was not handed over, and why."""
    if (yield from answered(month, man, parcel, f"{serial} {code}")) == "remark_noted":
        parcel.last_counts = code not in NOT_COUNTED
        parcel.attempts += parcel.last_counts


def paid_for(month: Month, parcel: Parcel) -> str:
    """Return what a handover's text says of the COD amount, if there is one."""
    return f" {month.rng.choice('12')}" if parcel.amount else ""
