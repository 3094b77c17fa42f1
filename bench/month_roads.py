"""The roads of the simulated month on which nobody goes without his post: no code at the door."""

from __future__ import annotations

import re
from collections.abc import Generator, Mapping
from typing import Final

from bench.month_fate import chances
from bench.month_lost import turns_away
from bench.month_rates import Door, Rates, Telephone
from bench.month_said import NO_CODE, answered, remark, waited_for
from bench.month_world import Acting, Month, Parcel, Postman
from flows.office import QUESTIONS
from web.phones.simulator import received

# The reasons of remark 28 (docs/postmen.md).
_REASONS: Final = {"off": 2, "out": 3, "called": 3, "strangers": 4, "here": 5}
_WHERE: Final[Mapping[Telephone, str]] = {
    "off": "the telephone is off",
    "out": "the telephone is out",
    "called": "the telephone is out, the code did not come",
    "strangers": "the number is a stranger's",
}
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
    why = ""
    if parcel.amount:
        why = ", COD"
    elif not door.document:
        why = ", no document"
    elif "exception" in roads:
        reason = _REASONS[door.telephone]
        parcel.excepted = yield from by_exception(month, man, serial, parcel, reason)
        why = f", {parcel.refusal or 'no exception'}"
    if not parcel.excepted:
        turns_away(parcel, f"{_no_code(door)}{why if 'exception' in roads else ''}")
        yield from remark(month, man, serial, parcel, NO_CODE)


def _no_code(door: Door) -> str:
    if door.telephone == "here":
        return "the code did not come" if door.reads else "nobody there can read the code"
    return _WHERE[door.telephone]


def by_word(
    month: Month, man: Postman, serial: int, parcel: Parcel
) -> Generator[float, None, bool]:
    """Hand it over on the word that its telephone told the household. Return whether he did."""
    word = month.words.pop(parcel.phone, None)
    if word is None or parcel.amount:
        turns_away(parcel, "nobody at home, the neighbour has no word")
        return False
    got = yield from answered(month, man, parcel, f"{serial} ** {word.numbers}")
    month.happened[f"a household's word was answered {got or 'nothing'}"] += 1
    parcel.on_word = got.startswith("handed_over")
    turns_away(parcel, f"nobody at home, the word was answered {got or 'nothing'}")
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
        parcel.refusal = parcel.refusal or _UNSAID.get(got, got)
        return False
    return (yield from answered(month, man, parcel, f"{serial} 28")).startswith("handed_over")


# Of the answers that no office gave.
_UNSAID: Final = {
    "": "nobody answered within minutes",
    "exception_often": "he had asked three times that day",
}


def _office_says(
    month: Month, man: Postman, parcel: Parcel, text: str
) -> Generator[float, None, str]:
    """Ask the office by `text`; return the template of its answer, or of why it is not asked."""
    parcel.refusal = ""
    got = yield from answered(month, man, parcel, text)
    if got in ("exception_sent", "exception_reached"):
        got = yield from waited_for(month, man, parcel, _DOOR_MINUTES)
    return got


def office_asked(month: Month, parcel: Parcel, phone: str) -> Acting:
    """Answer for the office: no where one more is too often for him, else nearly always yes."""
    text = _question(month, parcel, phone)
    of, excepted = (int(number) for number in re.findall(r"\d+", text)[1:3])
    rng = chances(month, parcel, "office")
    yield rng.uniform(1, 8)
    if too_often(month.plan.rates, excepted, of):
        parcel.refusal = "the office said no: too many go so"
    elif rng.random() >= month.plan.rates.agreeing:
        parcel.refusal = "the office said no"
    if parcel.refusal:
        month.say(phone, f"2 {parcel.digits}")
    else:
        month.say(phone, f"1 {_QUOTED.findall(text)[-1]}")


def above_asked(month: Month, parcel: Parcel, phone: str) -> Acting:
    """Answer for the office above: as whoever has the telephone says, who is called first."""
    rng, rates = chances(month, parcel, "above"), month.plan.rates
    yield rng.uniform(2, 10)
    spoken = rng.random() < rates.picking_up and not parcel.house.strangers
    rate = month.rate_above(parcel)
    if too_often(rates, rate.exceptions, rate.handovers):
        parcel.refusal = "the office above said no: too many go so"
    elif not spoken:
        parcel.refusal = "the office above said no: nobody answered its call"
    elif parcel.wanted or rng.random() >= rates.agreeing:
        parcel.refusal = "the office above said no"
    month.happened[f"the office above said {'no' if parcel.refusal else 'yes'}"] += 1
    month.answer_above(parcel, not parcel.refusal)


def too_often(rates: Rates, excepted: int, of: int) -> bool:
    """Tell whether one more is above what an office agrees to; of few a share says nothing.

    So a careful person reads "8 of his 450 articles went so": with this one it is nine.
    """
    return of >= _ENOUGH and (excepted + 1) / of > rates.careful


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
