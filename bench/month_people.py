"""The recipients and senders of the simulated month: what a text to them leads to.

They know only their own telephone. What they believe has happened is kept in the ledger, to be
compared with the books at the end.
"""

from __future__ import annotations

from collections.abc import Mapping

from bench.month_fate import chances
from bench.month_home import WINDOWS, draws_word, waits, wishes
from bench.month_roads import above_asked, office_asked
from bench.month_thief import number_agreed, robbed, warned
from bench.month_world import Acting, Month, Parcel, Reaction
from flows.office import QUESTIONS


def _reply(month: Month, parcel: Parcel, phone: str, text: str, minutes: float) -> Acting:
    yield minutes
    month.say(phone, text)


def booked(month: Month, parcel: Parcel, phone: str) -> Acting:
    yield from wishes(month, parcel)
    rng, rates = chances(month, parcel, "booked"), month.plan.rates
    minutes = rng.uniform(1, 600)
    answers = (
        (rates.wrong_number, f"2 {parcel.digits}"),
        (rates.another_day / 2, f"4 {parcel.digits}"),
        (rates.somebody_else, f"5 {parcel.digits} {month.neighbour(parcel)}"),
        (
            rates.chatter,
            rng.choice(("0", "9", "8", "8 3", "8 1", parcel.number, "kya hai", "hello")),
        ),
    )
    for rate, text in answers:
        if rng.random() < rate:
            yield from _reply(month, parcel, phone, text, minutes)
            return


def out(month: Month, parcel: Parcel, phone: str) -> Acting:
    draws_word(month, parcel)
    yield from _answers_morning(month, parcel, phone)


def out_in_hours(month: Month, parcel: Parcel, phone: str) -> Acting:
    """Do the same where the text names the hours of the visit."""
    waits(month, parcel, phone)
    yield from out(month, parcel, phone)


def word_used(month: Month, parcel: Parcel, phone: str) -> Acting:
    """Draw another word for what comes next: one counts once."""
    yield 5
    draws_word(month, parcel)


def _answers_morning(month: Month, parcel: Parcel, phone: str) -> Acting:
    rng, rates = chances(month, parcel, "out"), month.plan.rates
    answers = (
        (rates.asked_before, f"1 {parcel.digits}"),
        (rates.another_day / 2, f"4 {parcel.digits}"),
        (rates.hold, f"44 {parcel.digits}"),
    )
    for rate, text in answers:
        if rng.random() < rate:
            yield from _reply(month, parcel, phone, text, rng.uniform(1, 120))
            return


def coded(month: Month, parcel: Parcel, phone: str) -> Acting:
    if chances(month, parcel, "coded").random() < month.plan.rates.fraud:
        yield from _reply(month, parcel, phone, f"3 {parcel.digits}", 1)


def attempted(month: Month, parcel: Parcel, phone: str) -> Acting:
    rng, rates = chances(month, parcel, "attempted"), month.plan.rates
    chance = rng.random()
    if chance < rates.contested:
        yield from _reply(month, parcel, phone, f"2 {parcel.digits}", rng.uniform(1, 200))
    elif chance < rates.contested + rates.confirmed:
        yield from _reply(month, parcel, phone, f"1 {parcel.digits}", rng.uniform(1, 200))
    elif rng.random() < rates.another_day:
        yield from _reply(month, parcel, phone, f"4 {parcel.digits}", rng.uniform(1, 200))


def contest_heard(month: Month, parcel: Parcel, phone: str) -> Acting:
    """Note that the office believed him: what counted counts no more."""
    parcel.attempts -= parcel.last_counts
    parcel.last_counts = False
    return
    yield


def handed(month: Month, parcel: Parcel, phone: str) -> Acting:
    if parcel.stolen:
        yield from robbed(month, parcel, phone)
        return
    rng = chances(month, parcel, "handed")
    if rng.random() < month.plan.rates.not_received:
        yield from _reply(month, parcel, phone, f"2 {parcel.digits}", rng.uniform(5, 900))


def at_office(month: Month, parcel: Parcel, phone: str) -> Acting:
    rng, rates = chances(month, parcel, "at_office"), month.plan.rates
    chance = rng.random()
    days = 24 * 60 * rng.randint(1, 4)
    if chance < rates.fetched_by_code and parcel.otp:
        yield days + rng.uniform(0, 120)
        month.say(phone, f"1 {parcel.digits}")
        yield 4
        month.collect(parcel, month.read_code(parcel, ("window_code",)))
    elif chance < rates.fetched_by_code + rates.fetched_by_document:
        yield days
        month.collect(parcel, None)
    elif chance > 0.95:
        yield from _reply(month, parcel, phone, f"44 {parcel.digits}", days)


def asked(month: Month, parcel: Parcel, phone: str) -> Acting:
    rng = chances(month, parcel, "asked")
    agrees = rng.random() < 0.8
    yield from _reply(month, parcel, phone, "1" if agrees else "2", rng.uniform(1, 300))


def thanked(month: Month, parcel: Parcel, phone: str) -> Acting:
    parcel.holder = phone
    return
    yield


def sender_booked(month: Month, parcel: Parcel, phone: str) -> Acting:
    rng = chances(month, parcel, "sender")
    if rng.random() < month.plan.rates.recalled:
        yield from _reply(month, parcel, phone, f"{parcel.number} wapas", rng.uniform(5, 900))


def whose(month: Month, parcel: Parcel, phone: str) -> Acting:
    """Answer the question whose the post is: at once, or never."""
    rng = chances(month, parcel, "whose")
    if not parcel.house.strangers:
        yield from _reply(month, parcel, phone, f"1 {parcel.digits}", rng.uniform(0.5, 2))
    elif rng.random() < month.plan.rates.disowning:
        yield from _reply(month, parcel, phone, f"2 {parcel.digits}", rng.uniform(0.5, 2))


def sender_unlinked(month: Month, parcel: Parcel, phone: str) -> Acting:
    if chances(month, parcel, "unlinked").random() < 0.6:
        right = parcel.phone if parcel.wanted else month.new_phone()
        yield from _reply(month, parcel, phone, f"{parcel.number} {right[3:]}", 60)
        parcel.phone = right


REACTIONS: Mapping[str, Reaction] = {
    "booked": booked,
    "booked_plain": booked,
    "out_for_delivery": out,
    **dict.fromkeys(WINDOWS, out_in_hours),
    "word_done": word_used,
    "code": coded,
    **dict.fromkeys(
        (f"attempted_{group}" for group in ("absent", "address", "money", "code", "other")),
        attempted,
    ),
    "remark_contested": contest_heard,
    "delivered": handed,
    "at_office": at_office,
    "nominee_ask": asked,
    "nominee_thanks": thanked,
    "exception_asked": warned,
    "number_asked": whose,
    "number_wrong": warned,
    "move_done": warned,
    "office_number_page": number_agreed,
    "exception_done": robbed,
    **dict.fromkeys(QUESTIONS, office_asked),
    "office_exception_page": above_asked,
    "office_exception_reached": above_asked,
    "sender_booked": sender_booked,
    "sender_unlinked": sender_unlinked,
}
