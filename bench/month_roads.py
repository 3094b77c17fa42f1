"""The roads of the simulated month on which nobody goes without his post: no code at the door."""

from __future__ import annotations

import re
from collections.abc import Generator
from typing import Final

from bench.month_fate import chances
from bench.month_rates import Door
from bench.month_said import NO_CODE, answered, remark, waited_for
from bench.month_world import Acting, Month, Parcel, Postman
from flows.office import QUESTIONS
from web.phones.simulator import received

# The reasons of remark 28 (docs/postmen.md).
_REASONS: Final = {"off": 2, "out": 3, "called": 3, "strangers": 4, "here": 5}
_DOOR_MINUTES: Final = 12  # that a postman waits for the office
_QUOTED: Final = re.compile(r"(?<!\d)\d\d(?!\d)")
_ENOUGH: Final = 50  # handovers of a postman of which a share says something


def without_code(month: Month, man: Postman, serial: int, parcel: Parcel, door: Door) -> Acting:
    """Hand it over on a road that is open, or leave with it."""
    roads = month.plan.roads
    if (yield from by_word(month, man, serial, parcel)):
        return
    withdrawn = door.telephone == "strangers" and parcel.house.withdrawn
    if "numbers" in roads and withdrawn:
        given = yield from on_another_telephone(month, man, serial, parcel)
        if given:
            return
    if "exception" in roads and door.document and not parcel.amount:
        reason = _REASONS[door.telephone]
        parcel.excepted = yield from by_exception(month, man, serial, parcel, reason)
    if not parcel.excepted:
        yield from remark(month, man, serial, parcel, NO_CODE)


def by_word(
    month: Month, man: Postman, serial: int, parcel: Parcel
) -> Generator[float, None, bool]:
    """Hand it over on the word that its telephone told the household. Return whether he did."""
    word = month.words.pop(parcel.phone, None)
    if word is None or parcel.amount:
        return False
    got = yield from answered(month, man, parcel, f"{serial} ** {word}")
    month.happened[f"a household's word was answered {got or 'nothing'}"] += 1
    parcel.on_word = got.startswith("handed_over")
    return parcel.on_word


def on_another_telephone(
    month: Month, man: Postman, serial: int, parcel: Parcel
) -> Generator[float, None, bool]:
    """Have the number corrected by the office, and hand it over on the code that goes there."""
    right = f"+9180{parcel.number[2:10]}"
    got = yield from _office_says(month, man, parcel, f"{serial} 29 {right[3:]} 1 1234")
    month.happened[f"who named another telephone was answered {got or 'nothing'}"] += 1
    if got != "number_changed":
        return False
    parcel.holder = right
    month.say(man.phone, f"{serial}")
    yield 2
    code = month.read_code(parcel, ("code",))
    if code is None:
        return False
    got = yield from answered(month, man, parcel, f"{serial} {code} * 1234")
    parcel.handed_by_right_code = got.startswith("handed_over")
    return parcel.handed_by_right_code


def by_exception(
    month: Month, man: Postman, serial: int, parcel: Parcel, reason: int
) -> Generator[float, None, bool]:
    """Ask for an exception, wait for the office, and hand it over. Return whether he did."""
    got = yield from _office_says(month, man, parcel, f"{serial} 28 {reason} 1 1234")
    month.happened[f"who asked for an exception was answered {got or 'nothing'}"] += 1
    if got != "exception_yes":
        return False
    return (yield from answered(month, man, parcel, f"{serial} 28")).startswith("handed_over")


def _office_says(
    month: Month, man: Postman, parcel: Parcel, text: str
) -> Generator[float, None, str]:
    """Ask the office by `text`; return the template of its answer, or of why it is not asked."""
    got = yield from answered(month, man, parcel, text)
    if got in ("exception_sent", "exception_reached"):
        got = yield from waited_for(month, man, parcel, _DOOR_MINUTES)
    return got


def office_asked(month: Month, parcel: Parcel, phone: str) -> Acting:
    """Answer for the office: no to a postman who asks too often, else nearly always yes."""
    text = _question(month, parcel, phone)
    of, excepted = (int(number) for number in re.findall(r"\d+", text)[1:3])
    rng = chances(month, parcel, "office")
    yield rng.uniform(1, 8)
    often = of >= _ENOUGH and excepted / of >= month.plan.rates.careful
    if often or rng.random() >= month.plan.rates.agreeing:
        month.say(phone, f"2 {parcel.digits}")
    else:
        month.say(phone, f"1 {_QUOTED.findall(text)[-1]}")


def above_asked(month: Month, parcel: Parcel, phone: str) -> Acting:
    """Answer for the office above: as whoever has the telephone says, who is called first."""
    rng, rates = chances(month, parcel, "above"), month.plan.rates
    yield rng.uniform(2, 10)
    spoken = rng.random() < rates.picking_up and not parcel.house.strangers
    agrees = spoken and not parcel.wanted and rng.random() < rates.agreeing
    month.happened[f"the office above said {'yes' if agrees else 'no'}"] += 1
    month.answer_above(parcel, agrees)


def _question(month: Month, parcel: Parcel, phone: str) -> str:
    """Return the text that shows the office how often he asked, and the digits of its yes."""
    with month.runtime.database.transaction() as conn:
        row = conn.execute(
            "SELECT max(m.id) FROM messages m JOIN articles a ON a.id = m.article_id"
            " WHERE m.template = ANY(%s) AND a.number = %s",
            [[*QUESTIONS], parcel.number],
        ).fetchone()
    assert row is not None
    return next(each.text for each in received(month.runtime, phone) if each.id == row[0])
