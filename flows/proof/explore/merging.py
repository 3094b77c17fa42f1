"""Which worlds are one: those that no later line can tell apart.

Left out are past times that are read no more, all but the last two codes, the numbers of issues and
questions (whether one is the last remains), languages, and which tickets are open (whether one is,
remains). How often a code was sent counts from three: five is the limit. The time itself stays as
it is: whether it is evening or Saturday decides what a wait brings.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import get_args

from flows import machines
from flows.decision import LastVisit
from flows.facts import OtherTakers, WishGroup, wish_digits
from flows.proof.world.books import OfferRow, SmallWorld, Talk, Whose
from flows.proof.world.parcel import CodeIssued, HouseholdRow, ListedParcel, Parcel

_DOCUMENT_FOR = timedelta(hours=48)
_LATELY = timedelta(minutes=10)


def merged(world: SmallWorld) -> int:
    """Return 64 bits that are equal for worlds that are one."""
    numbers = tuple(world.parcels)
    order = sorted(numbers, key=lambda each: (_touched(world.parcels[each]), each))
    return hash(
        (
            world.now,
            tuple(_parcel(world, each) for each in world.parcels.values()),
            tuple(order) if len(order) > 1 else (),
            frozenset((whose, _talk(world, whose, talk)) for whose, talk in world.talks.items()),
            frozenset(world.postmen.values()),
            _known(world),
            frozenset(phone for phone, (_, stopped) in world.phones.items() if stopped),
            frozenset(phone for phone, day in world.frauds if day == world.today),
            world.morning,
            tuple(_offer(world, each) for each in _offers(world)),
            (world.today in world.warned, _reporters(world)),
            world.questioned,
            tuple(sorted(phone for phone, _, day in world.named if day == world.today)),
            world.naming,
            frozenset((phone, _household(world, row)) for phone, row in world.households.items()),
        )
    )


def _touched(parcel: Parcel) -> datetime:
    return parcel.updated_at or parcel.booked_at


def _known(world: SmallWorld) -> Hashable:
    """Return which codes and digits the telephones could give: the last ones, or old ones."""
    codes = frozenset(
        (phone, tuple(
            (number, max(issue - len(world.parcels[number].codes), -2)) for number, issue in got
        ))
        for phone, got in world.got.items()
    )  # fmt: skip
    quotes = frozenset(
        (phone, number, question == 0, _latest(world, phone, number, question))
        for phone, shown in world.quoted.items()
        for number, question in shown[-1:]
    )
    return codes, quotes, frozenset(world.checks.items())


def _latest(world: SmallWorld, phone: str, number: str, question: int) -> int:
    """Return whether it is the last question about an article, or all post, and about whom."""
    if number:
        return int(question == world.parcels[number].questions)
    return max(question - wish_digits(world.households[phone].question, "household"), -1)


def _household(world: SmallWorld, row: HouseholdRow) -> Hashable:
    asked = tuple(wish_digits(row.question, each) in row.shown for each in get_args(OtherTakers))
    often = tuple(row.wished_on.count((each, world.today)) for each in get_args(WishGroup))
    known = (asked, row.wrong_on.count(world.today), row.drawn > 0, often)
    wished = (row.may_take, row.may_take_from, row.proof, row.asks, row.weekdays, row.keeps)
    asked_at = row.asked_at if row.asks else None
    counts = (row.word_at, row.drawn - row.taken) if row.word != "none" else None
    return wished, asked_at, known, row.word, row.offered, counts


def _reporters(world: SmallWorld) -> Hashable:
    """Return whose reports of fraud count today."""
    phones = {phone for parcel in world.parcels.values() for phone in (parcel.recipient,) if phone}
    reported = {phone for phone, day in world.frauds if day == world.today}
    return frozenset(each for each in phones | reported if world.had_code(each, world.today))


def _offers(world: SmallWorld) -> list[OfferRow]:
    return [each for each in world.offers if each.is_of(world.today)]


def _offer(world: SmallWorld, offer: OfferRow) -> Hashable:
    """Return what an offer is, its id left out: places say which is which."""
    since = tuple(
        any(
            each.serial == serial and each.approached_at and each.approached_at > offer.asked_at
            for each in world.parcels[number].items
        )
        for number, serial in offer.items
    )
    return offer.giver, offer.to, offer.asked_at, offer.items, since


def _asked_last(world: SmallWorld, context: LastVisit) -> LastVisit:
    """Return the context with the place of its offer among the open ones, if it is."""
    places = {offer.id: place for place, offer in enumerate(_offers(world))}
    return replace(context, offer=places.get(context.offer or 0))


def _item(item: ListedParcel) -> Hashable:
    visited = (item.approached, item.proof, item.question_opened)
    return item.postman, item.day, item.serial, item.state, visited


def _talk(world: SmallWorld, whose: Whose, talk: Talk) -> Hashable:
    state = machines.ALL[whose[1]].state(talk.standing.state)
    since = talk.standing.entered_at if state.after is not None else None
    context = talk.standing.context
    if isinstance(context, LastVisit) and context.offer is not None:
        context = _asked_last(world, context)
    return talk.standing.state, context, since, talk.due_at


def _code(code: CodeIssued, now: datetime) -> Hashable:
    return (
        code.released_at,
        code.expires_at,
        code.purpose,
        code.bearer,
        code.used_at is not None,
        code.dead_at,
        code.sends if code.sends > 2 else 0,
        code.sent_to,
        code.place,
        code.replaced,
    )


def _parcel(world: SmallWorld, parcel: Parcel) -> Hashable:
    now, today = world.now, world.today
    issues = len(parcel.codes)
    document = parcel.document_until
    return (
        parcel.recipient,
        parcel.state,
        _touched(parcel) if parcel.state not in ("booked", "out_for_delivery") else None,
        tuple(_code(code, now) for code in parcel.codes[-2:]),
        (issues > 0, parcel.code_at_move >= issues, parcel.code_at_move >= issues - 1),
        parcel.wrong_on.count(today),
        tuple(map(_item, parcel.items)),
        tuple(at for at in parcel.approaches if now - at < _LATELY),
        (parcel.door_only, parcel.attempts, parcel.remark, parcel.counts, parcel.witness),
        (
            parcel.final,
            parcel.judged,
            parcel.chosen_day,
            parcel.choose_until,
            parcel.held_until,
            parcel.extended,
            parcel.by_wish,
        ),
        (parcel.delivered_at, parcel.objected, parcel.unlinked, parcel.nominee),
        (min(parcel.nominations, 3), parcel.move, parcel.moves, parcel.frozen, parcel.disputed),
        document if document is not None and document > now else None,
        parcel.moved_at if parcel.moved_at and now - parcel.moved_at < _DOCUMENT_FOR else None,
        (parcel.proven, parcel.recalled_at, parcel.held_before, bool(parcel.tickets)),
        (parcel.doubted, parcel.withdrawn, parcel.disowned, parcel.denials, parcel.whose),
        parcel.off,
        parcel.left,
        tuple(phone for phone, day in parcel.wrong_quotes if day == today),
        frozenset(
            (phone, question == 0)
            for phone, question in parcel.shown
            if question in (0, parcel.questions)
        ),
        frozenset(parcel.claims),
        (
            parcel.exception,
            tuple(who for who, day in parcel.excepted_on if day == today),
            tuple(who for who, day in parcel.named_on if day == today),
            tuple(who for who, day in parcel.refused_on if day == today),
        ),
        (tuple(who for who, day in parcel.words_on if day == today), parcel.worded_on == today),
    )
