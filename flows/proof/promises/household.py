"""I1 and R20: what is handed over on the word of a household, and who may wish that."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Final

from flows.acts.door import HandOver
from flows.acts.household import (
    AskTakers,
    ChooseWord,
    CountWrongWord,
    EndWishes,
    KeepAlways,
    OfferWord,
    SetTakers,
    SetWeekdays,
)
from flows.decision import Act
from flows.events import Handover, TakeWord, Visit
from flows.facts import MOST_ATTEMPTS, PostmanFacts
from flows.proof.promises.promise import Promise, done
from flows.proof.world.books import SmallWorld
from flows.proof.world.doors import Played
from flows.proof.world.lists import may_go_out
from flows.proof.world.parcel import HouseholdRow, Parcel
from flows.proof.world.turn import Decided

_AT_THE_DOOR: Final = timedelta(minutes=30)
_AFTER_THE_ALARM: Final = timedelta(minutes=10)
_DOCUMENT_FOR: Final = timedelta(hours=48)
_MOST_WRONG: Final = 3
_BY_ANYBODY: Final = ("speed_post", "parcel")
_KNOWN: Final = ("quoted", "fresh", "two")
_TOLD: Final[Mapping[type[Act], set[str]]] = {
    AskTakers: {"wish_ask_household", "wish_ask_neighbour"},
    SetWeekdays: {"wish_days"},
    KeepAlways: {"wish_keep"},
}
_SIGNED: Final = ("fresh", "two")
_OPEN: Final = ("booked", "out_for_delivery", "attempted", "at_office")


def on_a_word(before: SmallWorld, played: Played) -> Iterator[str]:
    for each, act in done(played, HandOver):
        parcel, now = each.books.parcels[act.article], each.books.now
        if act.proof != "word" or not parcel.coded:
            continue
        yield from _of_its_class(parcel, now)
        yield from _wished(parcel.household(), now)
        yield from _said(each, parcel)
        after = played.world.parcels[act.article]
        if after.code is not None and after.code.state(now) == "live":
            yield "handed over on a word, and the code lives"
        kept = after.household()
        if kept is not None and kept.word == "chosen":
            yield "a word that was heard at a door counts again"
        texts = {(phone, say.template) for phone, say in played.said if say.article == act.article}
        if (parcel.recipient, "word_done") not in texts:
            yield "handed over on a word, and its holder is not told how"


def _of_its_class(parcel: Parcel, now: datetime) -> Iterator[str]:
    if parcel.service not in _BY_ANYBODY or parcel.passport or parcel.amount > 0:
        yield "what goes to the addressee in person was handed over on a word"
    if parcel.recipient is None:
        yield "handed over on a word, and no telephone could be told"
    if parcel.recipient in parcel.doubted:
        yield "handed over on the word of a telephone in doubt"
    if parcel.door_only:
        yield "handed over on a word though fraud was reported"
    if parcel.disputed:
        yield "handed over on a word while whoever had the code before objects"
    if parcel.nominee is not None and parcel.nominee.agreed_at is not None:
        yield "handed over on a word though somebody else was named"
    if parcel.moved_at is not None and now - parcel.moved_at < _DOCUMENT_FOR:
        yield "handed over on a word in the 48 hours after a move"
    if parcel.wrong_today(now) >= _MOST_WRONG:
        yield "handed over on a word after three wrong ones"


def _wished(row: HouseholdRow | None, now: datetime) -> Iterator[str]:
    if row is None or row.may_take is None or row.set_at is None:
        yield "handed over on a word, and nobody else may take it"
        return
    if now - row.set_at < _AFTER_THE_ALARM:
        yield "a wish counted before its telephone had ten minutes to object"
    if row.proof not in _KNOWN:
        yield f"a wish that lets somebody in was taken on a {row.proof}"


def _said(each: Decided, parcel: Parcel) -> Iterator[str]:
    row, facts, item = parcel.household(), each.facts, parcel.item
    came = item.approached_at if item else None
    if came is None or each.books.now - came >= _AT_THE_DOOR:
        yield "handed over on a word, and the postman had not just come"
    tried = [one for other in each.books.parcels.values() for one in other.words_on]
    if item is not None and tried.count((item.postman, each.books.today)) >= _MOST_WRONG:
        yield "a postman who said three wrong words was believed a fourth"
    right = isinstance(facts, PostmanFacts) and any(one.word == "right" for one in facts.items)
    if row is None or row.word != "chosen" or not right:
        yield "handed over on a word that its household did not choose"


def let_in(before: SmallWorld, played: Played) -> Iterator[str]:
    for each, _ in done(played, SetTakers):
        if played.phone != each.whose[0] or played.proof not in _KNOWN:
            yield "somebody else may take post, and its telephone did not quote our digits"
        texts = {say.template for phone, say in played.said if phone == each.whose[0]}
        if not texts & {"wish_household", "wish_neighbour"}:
            yield "somebody else may take post, and its telephone is not told"
    for each, _ in done(played, ChooseWord):
        row = each.books.households.get(each.whose[0])
        if not isinstance(each.event, TakeWord) or row is None or not row.offered:
            yield "a word was chosen that nobody was shown"
    for each, _ in done(played, OfferWord):
        row = each.books.households.get(each.whose[0])
        if row is None or row.may_take is None:
            yield "a word was offered, and nobody else may take post"
        after = played.world.households.get(each.whose[0])
        if row is not None and row.word == "chosen" and (after is None or after.word != "chosen"):
            yield "a word that was only drawn ended the one that was taken"


def who_wishes(before: SmallWorld, played: Played) -> Iterator[str]:
    for each, act in done(played, AskTakers, SetWeekdays, KeepAlways):
        phone, books = each.whose[0], each.books
        if played.proof == "call":
            yield "a missed call wished something"
        mine = (one for one in books.parcels.values() if one.recipient == phone)
        waits = any(one.state in _OPEN and one.holder(books.now) == phone for one in mine)
        if phone in books.doubted and waits and played.proof not in _SIGNED:
            yield "a telephone in doubt wished something for post that may be another's"
        texts = {say.template for whose, say in played.said if whose == phone}
        if not texts & _TOLD[type(act)]:
            yield "something is wished, and its telephone is not told"


def ended(before: SmallWorld, played: Played) -> Iterator[str]:
    """Look at what a wish kept at the office, after its telephone ended all of them."""
    for each, _ in done(played, EndWishes):
        for number, parcel in played.world.parcels.items():
            was = before.parcels.get(number)
            kept = was is not None and was.by_wish and was.state == "at_office"
            mine = parcel.recipient == each.whose[0] and kept
            code = parcel.code
            fetched = code is not None and code.state(played.world.now) == "live"
            waits = parcel.chosen_day is not None and parcel.chosen_day > played.world.today
            if not mine or parcel.attempts >= MOST_ATTEMPTS:
                continue
            if parcel.state != "at_office" or parcel.held_until is None:
                yield "a wish ended, and what it kept cannot be fetched any more"
            elif not (fetched or waits or parcel.unlinked) and not any(
                may_go_out(played.world, staff, number) for staff in played.world.postmen
            ):
                yield "a wish ended, and what it kept is not brought again"


def waits(before: SmallWorld, played: Played) -> Iterator[str]:
    """Look at what lies at the office before and after: whoever wished something of it."""
    for number, parcel in played.world.parcels.items():
        was = before.parcels.get(number)
        if was is None or {was.state, parcel.state} != {"at_office"}:
            continue
        if was.held_until is None or parcel.held_until is None:
            continue
        if parcel.held_until < was.held_until:
            yield "a wish shortened the time in which it can be fetched"
        if parcel.chosen_day is not None and parcel.chosen_day > parcel.held_until:
            yield "it goes back to its sender before the day for which it is promised"
    for each, _ in done(played, KeepAlways):
        for parcel in played.world.parcels.values():
            mine = parcel.recipient == each.whose[0] and parcel.state == "at_office"
            brought = parcel.by_wish and parcel.chosen_day is not None
            if mine and brought and parcel.attempts < MOST_ATTEMPTS:
                yield "all post is kept, and a day takes this one from the office"


def tries(before: SmallWorld, played: Played) -> Iterator[str]:
    for each in played.decided:
        facts = each.facts
        if not isinstance(each.event, Visit) or not isinstance(facts, PostmanFacts):
            continue
        for said, item in zip(each.event.acts, facts.items, strict=True):
            on_word = isinstance(said, Handover) and said.proof == "word"
            if not on_word or item.word != "wrong" or item.article is None:
                continue
            was = each.books.parcels[item.article.number]
            after = played.world.parcels[item.article.number]
            counts = not any(_of_its_class(was, each.books.now))
            wished = was.may_take(each.books.now) != "holder"
            if counts and wished and len(after.wrong_on) != len(was.wrong_on) + 1:
                yield "a wrong word was not counted"
    for each, act in done(played, CountWrongWord):
        recipient = each.books.parcels[act.article].recipient
        texts = {(phone, say.template) for phone, say in played.said if say.article == act.article}
        if not texts & {(recipient, "word_tried"), (recipient, "word_tried_last")}:
            yield "a wrong word was said at the door, and its holder is not told"


PROMISES = (
    Promise(
        "R20",
        "a household's word",
        "On a word only what may go to anybody at the address is handed over, by a wish that its"
        " telephone proved ten minutes before, while the postman is at the door, once; not where"
        " fraud was reported, after a move, or after three wrong ones; and its holder is told.",
        on_a_word,
    ),
    Promise(
        "R20",
        "who lets somebody in",
        "Only a telephone that quotes our digits lets somebody else take its post, and it is told;"
        " a word is taken by who was shown it.",
        let_in,
    ),
    Promise(
        "R20",
        "who wishes",
        "A key in a call that we made chooses when post comes and lets nobody in; a missed call"
        " wishes nothing, nor does a telephone that may be another person's before it says whose"
        " its post is; and it is told of what is wished.",
        who_wishes,
    ),
    Promise(
        "R20",
        "what a wish kept",
        "What a wish for all post keeps at the office is brought again when that wish ends, unless"
        " its visits are used up or a code fetches it there; and it can be fetched until then.",
        ended,
    ),
    Promise(
        "R20",
        "what waits at the office",
        "No wish shortens the time in which it can be fetched there; it goes back after the day for"
        " which it is promised; and no day takes it from there against a later wish to keep all.",
        waits,
    ),
    Promise("R20", "wrong words", "Every wrong word counts, and its holder is told.", tries),
)
