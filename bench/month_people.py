"""The people of the simulated month: each is a generator that texts, waits minutes, reads, texts.

They know only their own telephone and the article in their hands. What they believe has happened
is kept in the ledger, to be compared with the books at the end.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping

from bench.month_world import Acting, Month, Parcel, Postman, Reaction

# What never counts as an attempt (docs/developing/domain.md rule 4), written down here once
# more on purpose.
NOT_COUNTED = frozenset((18, 20, 21, 22, 23, 24, 25, 26))


def visit(month: Month, man: Postman, serial: int, parcel: Parcel, following: int | None) -> Acting:
    """Visit one door: approach, code or remark, and what goes wrong there."""
    rng, rates = month.rng, month.plan.rates
    if serial not in man.approached:
        both = following is not None and rng.random() < 0.2
        # "10 11" alone would be item 10 with remark 11.
        month.say(man.phone, f"a {serial} {following}" if both else f"{serial}")
        if both and following is not None:
            man.approached.add(following)
    yield 3
    if not month.is_open(man, serial):  # the addressee wants it another day
        return
    if rng.random() < rates.absence:
        yield from remark(month, man, serial, parcel, rng.choice((11, 11, 12, 12, 14, 20, 26)))
    elif parcel.otp and rng.random() < rates.refused:
        yield from _refuse(month, man, serial, parcel)
    elif not parcel.otp:
        paid = f" {rng.choice('12')}" if parcel.amount else ""
        if (yield from _answered(month, man, parcel, f"{serial} 10{paid}")).startswith(
            "handed_over"
        ):
            parcel.handed_without = True
    else:
        yield from _by_code(month, man, serial, parcel)


def _by_code(month: Month, man: Postman, serial: int, parcel: Parcel) -> Acting:
    rng, rates = month.rng, month.plan.rates
    parcel.loses = rng.random() < rates.lost
    code = month.read_code(parcel, ("code",))
    if code is None:
        parcel.loses = False
        month.say(parcel.holder or parcel.phone, f"1 {parcel.digits}")
        yield 2
        code = month.read_code(parcel, ("code",))
    if code is None:
        yield from remark(month, man, serial, parcel, 26)
        return
    paid = f" {rng.choice('12')}" if parcel.amount else ""
    if rng.random() < rates.wrong_code:
        for _ in range(5 if rng.random() < rates.stubborn else 1):
            wrong = f"{(int(code) + rng.randint(1, 999_998)) % 10**6:06d}"
            got = yield from _answered(month, man, parcel, f"{serial} {wrong}{paid}")
            if got == "tries_over":
                yield from remark(month, man, serial, parcel, 27)
                return
    if rng.random() < rates.dead_zone:
        month.later(_out_of_the_dead_zone(month, man, f"{serial} {code}{paid}", parcel, month.now))
        return
    got = yield from _answered(month, man, parcel, f"{serial} {code}{paid}")
    if got.startswith("handed_over"):
        parcel.handed_by_right_code = True
        if rng.random() < rates.undone:
            yield from _undo(month, man, serial, parcel)


def _undo(month: Month, man: Postman, serial: int, parcel: Parcel) -> Acting:
    """Undo the wrong item, and hand it over again on a new code."""
    if (yield from _answered(month, man, parcel, "0")) != "undone_one":
        return
    parcel.handed_by_right_code = False
    month.say(man.phone, f"{serial}")
    yield 2
    code = month.read_code(parcel, ("code",))
    paid = f" {month.rng.choice('12')}" if parcel.amount else ""
    if code is not None:
        got = yield from _answered(month, man, parcel, f"{serial} {code}{paid}")
        parcel.handed_by_right_code = got.startswith("handed_over")


def _out_of_the_dead_zone(
    month: Month, man: Postman, text: str, parcel: Parcel, written: float
) -> Acting:
    """Deliver a text hours after it was written at the door, with the time from its carrier."""
    yield month.rng.choice((35, 90, 200, 300))
    got = yield from _answered(month, man, parcel, text, written)
    parcel.handed_by_right_code |= got.startswith("handed_over")


def remark(month: Month, man: Postman, serial: int, parcel: Parcel, code: int) -> Acting:
    if (yield from _answered(month, man, parcel, f"{serial} {code}")) == "remark_noted":
        parcel.last_counts = code not in NOT_COUNTED
        parcel.attempts += parcel.last_counts


def _refuse(month: Month, man: Postman, serial: int, parcel: Parcel) -> Acting:
    if (yield from _answered(month, man, parcel, f"{serial} 17")) != "refusal_wait":
        return
    code = month.read_code(parcel, ("refusal_code",))
    if code is None or month.rng.random() < 0.3:
        month.say(parcel.holder or parcel.phone, f"2 {parcel.digits}")
        yield 1
        yield from remark(month, man, serial, parcel, 12)
    elif (yield from _answered(month, man, parcel, f"{serial} {code}")) == "refusal_noted":
        parcel.attempts += 1


def _answered(
    month: Month, man: Postman, parcel: Parcel, text: str, written: float | None = None
) -> Generator[float, None, str]:
    """Text, and return the template of the answer about this article; a minute passes."""
    month.heard.pop((man.phone, parcel.number), None)
    month.say(man.phone, text, written)
    yield 1
    return month.heard.get((man.phone, parcel.number), "")


# ---- recipients and senders: what a text to them leads to --------------------------------------


def _reply(month: Month, parcel: Parcel, phone: str, text: str, minutes: float) -> Acting:
    yield minutes
    month.say(phone, text)


def booked(month: Month, parcel: Parcel, phone: str) -> Acting:
    rng, rates, minutes = month.rng, month.plan.rates, month.rng.uniform(1, 600)
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
    rng, rates = month.rng, month.plan.rates
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
    if month.rng.random() < month.plan.rates.fraud:
        yield from _reply(month, parcel, phone, f"3 {parcel.digits}", 1)


def attempted(month: Month, parcel: Parcel, phone: str) -> Acting:
    rng, rates = month.rng, month.plan.rates
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
    if month.rng.random() < month.plan.rates.not_received:
        yield from _reply(month, parcel, phone, f"2 {parcel.digits}", month.rng.uniform(5, 900))


def at_office(month: Month, parcel: Parcel, phone: str) -> Acting:
    rng, rates = month.rng, month.plan.rates
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
    agrees = month.rng.random() < 0.8
    yield from _reply(month, parcel, phone, "1" if agrees else "2", month.rng.uniform(1, 300))


def thanked(month: Month, parcel: Parcel, phone: str) -> Acting:
    parcel.holder = phone
    return
    yield


def sender_booked(month: Month, parcel: Parcel, phone: str) -> Acting:
    if month.rng.random() < month.plan.rates.recalled:
        yield from _reply(month, parcel, phone, f"{parcel.number} wapas", month.rng.uniform(5, 900))


def sender_unlinked(month: Month, parcel: Parcel, phone: str) -> Acting:
    if month.rng.random() < 0.6:
        right = month.new_phone()
        yield from _reply(month, parcel, phone, f"{parcel.number} {right[3:]}", 60)
        parcel.phone = right


REACTIONS: Mapping[str, Reaction] = {
    "booked": booked,
    "booked_plain": booked,
    "out_for_delivery": out,
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
    "sender_booked": sender_booked,
    "sender_unlinked": sender_unlinked,
}
