"""How many articles of a month were handed over at the first visit, and into which hands."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from bench.month_world import Month, Parcel


@dataclass(frozen=True)
class Success:
    """The figures of one month's articles with OTP delivery; shares are of 1."""

    visited: int
    first: int  # handed over at the first visit, and not to somebody else
    doors: int  # handed over at any visit
    words: int  # of these, on the word of a household
    excepted: int  # of these, without a code as the office agreed
    tried: int  # by the dishonest postman
    wrong: int  # handed over in the books alone, or to nobody who should have it
    agreed: int  # of these, by an exception that an office agreed to
    found: int  # of those, objected to

    @property
    def first_share(self) -> float:
        return self.first / max(1, self.visited)

    @property
    def excepted_share(self) -> float:
        return self.excepted / max(1, self.doors)


def success(month: Month) -> Success:
    """Return what became of the articles of `month` that count."""
    return of_parcels(counted(month))


def counted(month: Month) -> list[Parcel]:
    """Return the articles with OTP delivery whose first visit was on a day that counts."""
    first = 1440 * (month.plan.counted_from - 1)
    return [each for each in month.parcels.values()
            if each.otp and each.visits and each.visited_at >= first]  # fmt: skip


def of_parcels(parcels: Iterable[Parcel]) -> Success:
    """Return what became of `parcels`; what was never visited does not count."""
    visited = [each for each in parcels if each.otp and each.visits]
    doors = [each for each in visited if _at_door(each)]
    wrong = [each for each in visited if each.stolen]
    return Success(
        visited=len(visited),
        first=sum(map(at_first_visit, doors)),
        doors=len(doors),
        words=sum(each.on_word for each in doors),
        excepted=sum(each.excepted for each in doors)
        + sum(each.by == "exception" for each in wrong),
        tried=sum(each.tried for each in visited),
        wrong=len(wrong),
        agreed=sum(each.by == "exception" for each in wrong),
        found=sum(each.objected for each in wrong),
    )


def at_first_visit(parcel: Parcel) -> bool:
    """Tell whether it was handed over at the first visit, and to who should have it."""
    return parcel.visits == 1 and _at_door(parcel) and not parcel.stolen


def _at_door(parcel: Parcel) -> bool:
    on_road = parcel.excepted or parcel.on_word
    given = parcel.handed_by_right_code or on_road or parcel.stolen
    return given and not parcel.at_window


def lines(success: Success) -> list[tuple[str, str]]:
    """Return the figures as labels and values."""
    return [
        ("articles with OTP that were visited", str(success.visited)),
        ("handed over at the first visit", f"{success.first_share:.1%}"),
        ("handed over at a door", str(success.doors)),
        ("of these on a household's word", f"{success.words / max(1, success.doors):.1%}"),
        ("of these by an exception", f"{success.excepted_share:.1%}"),
        ("tries of the dishonest postman", str(success.tried)),
        ("wrong handovers", str(success.wrong)),
        ("of these, by an exception", str(success.agreed)),
        ("of those, objected to", str(success.found)),
    ]


def beside(plain: Success, roads: Success) -> str:
    """Return Markdown: the month without any road, and with those that were open."""
    left, right = lines(plain), lines(roads)
    width = max(len(what) for what, _ in left)
    rows = [
        f"| {what.ljust(width)} | {before:>7} | {after:>7} |"
        for (what, before), (_, after) in zip(left, right, strict=True)
    ]
    points = 100 * (roads.first_share - plain.first_share)
    rows.append(f"| {'points at the first visit'.ljust(width)} | {'':>7} | {points:>+7.1f} |")
    return "\n".join(
        [f"| {'the same doors'.ljust(width)} | without | with    |", "| --- | ---: | ---: |", *rows]
    )


SENSITIVITY: Final = """\
| rate | value | without | with | points | exceptions | tries, wrong, without · with |
| --- | ---: | ---: | ---: | ---: | ---: | ---: |"""


def row(rate: str, value: float | None, plain: Success, roads: Success) -> str:
    """Return a row under `SENSITIVITY`: a value of one rate (None: all as they are)."""
    shown = "" if value is None else f"{value:g}"
    return (
        f"| {rate} | {shown} | {plain.first_share:.1%} | {roads.first_share:.1%}"
        f" | {100 * (roads.first_share - plain.first_share):+.1f} | {roads.excepted_share:.1%}"
        f" | {plain.tried}, {plain.wrong} · {roads.tried}, {roads.wrong} |"
    )
