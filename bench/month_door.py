"""A postman of the simulated month at one door: approach, code or remark, and what goes wrong.

Each act is a generator that texts, waits minutes, reads, texts. The postman knows only his own
telephone, the article in his hands and who stands before him.
"""

from __future__ import annotations

from collections.abc import Generator

from bench.month_fate import chances, door_of
from bench.month_home import hears
from bench.month_lost import turns_away
from bench.month_rates import Door
from bench.month_roads import by_word, without_code
from bench.month_said import NO_NETWORK, answered, paid_for, remark
from bench.month_thief import forges, steals, steals_by_number, wants
from bench.month_world import Acting, Month, Parcel, Postman


def visit(month: Month, man: Postman, serial: int, parcel: Parcel, following: int | None) -> Acting:
    """Visit one door: approach, code or remark, and what goes wrong there."""
    if not month.is_open(man, serial):  # the addressee wants it another day
        return
    parcel.visits += 1
    if parcel.visits == 1:
        parcel.visited_at = month.now
    door = door_of(month, parcel)
    phone = parcel.holder or parcel.phone
    if door.telephone == "off":
        month.switch_off(phone)
    try:
        yield from _at_door(month, man, serial, parcel, door, following)
    finally:
        if door.telephone == "off":
            month.switch_on(phone)


def _at_door(
    month: Month, man: Postman, serial: int, parcel: Parcel, door: Door, following: int | None
) -> Acting:
    if wants(month, man, parcel) and serial not in man.approached and forges(month, parcel):
        yield from steals_by_number(month, man, serial, parcel)
        return
    if serial not in man.approached and (door.network or door.code_before):
        both = following is not None and chances(month, parcel, "both").random() < 0.2
        # "10 11" alone would be item 10 with remark 11.
        month.say(man.phone, f"a {serial} {following}" if both else f"{serial}")
        if both and following is not None:
            man.approached.add(following)
    yield 3
    if not month.is_open(man, serial):
        turns_away(parcel, "called off while he came")
        return
    rates = month.plan.rates
    if wants(month, man, parcel):
        yield from steals(month, man, serial, parcel, door)
    elif not door.network:
        yield from _without_network(month, man, serial, parcel, door)
    elif door.home == "nobody":
        yield from _nobody_home(month, man, serial, parcel, door)
    elif not parcel.otp:
        got = yield from answered(month, man, parcel, f"{serial} 10{paid_for(month, parcel)}")
        if got.startswith("handed_over"):
            parcel.handed_without = True
    elif door.home == "addressee" and chances(month, parcel, "refuse").random() < rates.refused:
        yield from _refuse(month, man, serial, parcel)
    else:
        yield from _by_code(month, man, serial, parcel, door)


def _nobody_home(month: Month, man: Postman, serial: int, parcel: Parcel, door: Door) -> Acting:
    """Try the neighbour, where the addressee lets him take it, and leave a remark behind.

    He gives the household's word, or the code, where who has the telephone is called and says it.
    """
    if not door.neighbour:
        turns_away(parcel, "nobody at home, no neighbour either")
    elif parcel.phone not in month.wishing:
        turns_away(parcel, "nobody at home, no wish lets the neighbour take it")
    elif parcel.amount or not parcel.otp:
        turns_away(parcel, "nobody at home, and the neighbour pays nothing")
    elif (yield from by_word(month, man, serial, parcel)):
        return
    elif door.telephone == "called":
        code = yield from _told(month, parcel, door)
        if code is not None:
            yield from _hands_over(month, man, serial, parcel, code)
            return
    why = chances(month, parcel, "remark").choice((11, 11, 12, 12, 14, 20, 26))
    yield from remark(month, man, serial, parcel, why)


def _without_network(month: Month, man: Postman, serial: int, parcel: Parcel, door: Door) -> Acting:
    """Say where there is a network again what was done: handed over on three digits, or not."""
    later = chances(month, parcel, "later").choice((35, 90, 200))
    told = door.home != "nobody" and door.code_before and door.telephone == "here" and door.reads
    if "offline" in month.plan.roads and parcel.otp and not parcel.amount and told:
        code, check = month.read_code(parcel, ("code",)), month.read_check(parcel)
        if code is not None and check is not None:  # and it is what stands on his slip
            text = f"{serial} {code} {check}"
            month.later(_offline(month, man, text, parcel), later)
            return
    turns_away(parcel, f"no network: {_why_not_offline(parcel, door)}")
    month.later(remark(month, man, serial, parcel, NO_NETWORK), later)
    return
    yield


def _why_not_offline(parcel: Parcel, door: Door) -> str:
    if door.home == "nobody":
        return "nobody at home"
    if not door.code_before:
        return "no code had come before"
    if door.telephone != "here" or not door.reads:
        return "nobody there who could read the code"
    return "COD, or no code to be had" if parcel.amount else "no code or no three digits"


def _offline(month: Month, man: Postman, text: str, parcel: Parcel) -> Acting:
    """Text what was written down at a door without network."""
    got = yield from answered(month, man, parcel, text)
    turns_away(parcel, f"no network: what he texted later was answered {got or 'nothing'}")
    month.happened[f"a handover without network was answered {got or 'nothing'}"] += 1
    parcel.handed_by_right_code |= got.startswith("handed_over")


def _told(month: Month, parcel: Parcel, door: Door) -> Generator[float, None, str | None]:
    """Return the code that is said at the door, if it is there for somebody to say."""
    if door.telephone in ("off", "strangers", "out"):
        return None
    if not door.reads:
        calls = "speech" in month.plan.roads and door.calls and door.telephone == "here"
        if not calls or not (yield from hears(month, parcel)):
            return None
    parcel.loses = chances(month, parcel, "lost").random() < month.plan.rates.lost
    code = month.read_code(parcel, ("code",))
    if code is None:
        parcel.loses = False
        month.say(parcel.holder or parcel.phone, f"1 {parcel.digits}")
        yield 2
        code = month.read_code(parcel, ("code",))
    return code


def _by_code(month: Month, man: Postman, serial: int, parcel: Parcel, door: Door) -> Acting:
    code = yield from _told(month, parcel, door)
    if code is None:
        yield from without_code(month, man, serial, parcel, door)
    else:
        yield from _hands_over(month, man, serial, parcel, code)


def _hands_over(month: Month, man: Postman, serial: int, parcel: Parcel, code: str) -> Acting:
    rng, rates = chances(month, parcel, "code"), month.plan.rates
    paid = paid_for(month, parcel)
    if rng.random() < rates.wrong_code:
        for _ in range(5 if rng.random() < rates.stubborn else 1):
            wrong = f"{(int(code) + rng.randint(1, 999_998)) % 10**6:06d}"
            got = yield from answered(month, man, parcel, f"{serial} {wrong}{paid}")
            if got == "tries_over":
                turns_away(parcel, "five wrong codes")
                yield from remark(month, man, serial, parcel, 27)
                return
    if rng.random() < rates.dead_zone:
        month.later(_out_of_the_dead_zone(month, man, f"{serial} {code}{paid}", parcel, month.now))
        return
    got = yield from answered(month, man, parcel, f"{serial} {code}{paid}")
    if got == "code_expired":  # he came late, and asks for another, as he is told
        got = yield from _on_new_code(month, man, serial, parcel)
    turns_away(parcel, f"the code was answered {got or 'nothing'}")
    if got.startswith("handed_over"):
        parcel.handed_by_right_code = True
        if rng.random() < rates.undone:
            yield from _undo(month, man, serial, parcel)


def _undo(month: Month, man: Postman, serial: int, parcel: Parcel) -> Acting:
    """Undo the wrong item, and hand it over again on a new code."""
    if (yield from answered(month, man, parcel, "0")) != "undone_one":
        return
    turns_away(parcel, "undone, and not handed over again")
    parcel.handed_by_right_code = False
    got = yield from _on_new_code(month, man, serial, parcel)
    parcel.handed_by_right_code = got.startswith("handed_over")


def _on_new_code(
    month: Month, man: Postman, serial: int, parcel: Parcel
) -> Generator[float, None, str]:
    """Ask for another code, and hand over on it; return the template of the answer."""
    month.say(man.phone, f"{serial}")
    yield 2
    code = month.read_code(parcel, ("code",))
    if code is None:
        return ""
    return (yield from answered(month, man, parcel, f"{serial} {code}{paid_for(month, parcel)}"))


def _out_of_the_dead_zone(
    month: Month, man: Postman, text: str, parcel: Parcel, written: float
) -> Acting:
    """Deliver a text hours after it was written at the door, with the time from its carrier."""
    yield chances(month, parcel, "dead zone").choice((35, 90, 200, 300))
    got = yield from answered(month, man, parcel, text, written)
    turns_away(parcel, f"a text that came hours late was answered {got or 'nothing'}")
    parcel.handed_by_right_code |= got.startswith("handed_over")


def _refuse(month: Month, man: Postman, serial: int, parcel: Parcel) -> Acting:
    turns_away(parcel, "refused")
    if (yield from answered(month, man, parcel, f"{serial} 17")) != "refusal_wait":
        return
    code = month.read_code(parcel, ("refusal_code",))
    if code is None or chances(month, parcel, "denies").random() < 0.3:
        month.say(parcel.holder or parcel.phone, f"2 {parcel.digits}")
        yield 1
        yield from remark(month, man, serial, parcel, 12)
    elif (yield from answered(month, man, parcel, f"{serial} {code}")) == "refusal_noted":
        parcel.attempts += 1
