"""Why the first visit of a month ended without the article's handover.

Each place at a door where a postman turns away names its reason; the last one of the visit counts.
"""

from __future__ import annotations

from collections import Counter
from typing import Final

from bench.month_success import at_first_visit, counted
from bench.month_world import Month, Parcel

NOT_LEFT: Final = "its text had not come when the month ended"


def turns_away(parcel: Parcel, why: str) -> None:
    """Note why the postman leaves with `parcel`, at its first visit; moot where it was left."""
    if parcel.visits == 1:
        parcel.missed = why


def lost(month: Month) -> Counter[str]:
    """Return how many first visits were lost, by reason; stolen is lost as well."""
    return Counter(_why(each) for each in counted(month) if not at_first_visit(each))


def _why(parcel: Parcel) -> str:
    return "the dishonest postman kept it" if parcel.stolen else parcel.missed or NOT_LEFT


def table(without: Counter[str], roads: Counter[str]) -> str:
    """Return Markdown: what first visits were lost to, without the roads and with them."""
    reasons = sorted({*without, *roads}, key=lambda why: (-without[why], why))
    width = max(map(len, ("first visits lost", *reasons)))
    rows = [f"| {why.ljust(width)} | {without[why]:>7} | {roads[why]:>4} |" for why in reasons]
    total = f"| {'all'.ljust(width)} | {without.total():>7} | {roads.total():>4} |"
    head = f"| {'first visits lost'.ljust(width)} | without | with |"
    return "\n".join([head, "| --- | ---: | ---: |", *rows, total])
