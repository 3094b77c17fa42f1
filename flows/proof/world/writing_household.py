"""What telephones wish for all their post, in the small books: as postal/acts/household.py."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flows.acts import household
from flows.facts import WishGroup
from flows.proof.world.ledger import Ledger, must, writes
from flows.proof.world.parcel import HouseholdRow, Parcel
from flows.trust import WISH_AFTER


def _row(ledger: Ledger, phone: str) -> HouseholdRow:
    return ledger.world.households.get(phone, HouseholdRow())


def _keep(ledger: Ledger, phone: str, **changes: Any) -> None:
    ledger.world = ledger.world.with_household(phone, replace(_row(ledger, phone), **changes))


def _wish(ledger: Ledger, group: WishGroup, phone: str, **changes: Any) -> None:
    """Write what is wished, which only so often a day is."""
    wished_on = (*_row(ledger, phone).wished_on, (group, ledger.world.today))
    _keep(ledger, phone, wished_on=wished_on, **changes)


def close(ledger: Ledger, phone: str) -> None:
    """Let nobody else take the post of a telephone."""
    if phone in ledger.world.households:
        ledger.world = ledger.world.with_household(phone, _row(ledger, phone).closed())


@writes(household.AskTakers)
def _ask(ledger: Ledger, act: household.AskTakers, parcel: None, whose: str) -> None:
    row = _row(ledger, whose)
    if row.asking(ledger.now) is None:
        row = replace(row, question=row.question + 1, asked_at=ledger.now)
    _wish(ledger, "who", whose, asks=act.takers, question=row.question, asked_at=row.asked_at)


@writes(household.SetTakers)
def _set(ledger: Ledger, act: household.SetTakers, parcel: None, whose: str) -> None:
    now = ledger.now
    _wish(
        ledger,
        "who",
        whose,
        may_take=act.takers,
        may_take_from=now + WISH_AFTER,
        proof=ledger.proof,
        set_at=now,
        asks=None,
    )


@writes(household.SetWeekdays)
def _days(ledger: Ledger, act: household.SetWeekdays, parcel: None, whose: str) -> None:
    _wish(ledger, "when", whose, weekdays=act.weekdays, keeps=False)


@writes(household.KeepAlways)
def _keeps(ledger: Ledger, act: household.KeepAlways, parcel: None, whose: str) -> None:
    _wish(ledger, "when", whose, keeps=True, weekdays=())


@writes(household.EndWishes)
def _end(ledger: Ledger, act: household.EndWishes, parcel: None, whose: str) -> None:
    close(ledger, whose)
    if whose in ledger.world.households:
        _keep(ledger, whose, weekdays=(), keeps=False)


@writes(household.CloseHousehold)
def _close(ledger: Ledger, act: household.CloseHousehold, parcel: None, whose: str) -> None:
    close(ledger, whose)


@writes(household.CountWrongWish)
def _wrong(ledger: Ledger, act: household.CountWrongWish, parcel: None, whose: str) -> None:
    _keep(ledger, whose, wrong_on=(*_row(ledger, whose).wrong_on, ledger.world.today))


@writes(household.OfferWord)
def _offer(ledger: Ledger, act: household.OfferWord, parcel: None, whose: str) -> None:
    drawn = _row(ledger, whose).drawn + 1
    _keep(ledger, whose, offered=True, drawn=drawn)


@writes(household.ChooseWord)
def _choose(ledger: Ledger, act: household.ChooseWord, parcel: None, whose: str) -> None:
    row = _row(ledger, whose)
    must(row.offered, "no word is offered")
    taken = {"taken": row.drawn, "offered": False}
    _wish(ledger, "word", whose, word="chosen", word_at=ledger.now, **taken)


@writes(household.CountWrongWord)
def _word(ledger: Ledger, act: household.CountWrongWord, parcel: Parcel, whose: str) -> None:
    assert parcel.item is not None
    today = ledger.world.today
    tried = (*parcel.words_on, (parcel.item.postman, today))
    ledger.put(replace(parcel, wrong_on=(*parcel.wrong_on, today), words_on=tried))


def use_word(ledger: Ledger, parcel: Parcel) -> None:
    """End the word on which the parcel is handed over: it was heard at a door."""
    row = parcel.household()
    must(row is not None and row.word == "chosen", "no word was chosen")
    assert parcel.recipient is not None
    _keep(ledger, parcel.recipient, word="none", offered=False)
