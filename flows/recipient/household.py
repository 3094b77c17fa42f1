"""What a telephone wishes for all its post: 55, and the word of who is at home.

docs/developing/trust.md rule 20. Whom a wish lets in takes two digits of our own text, and counts
ten minutes after the telephone was told. The word is shown by dial alone: a text would stay on the
telephone and pass through many hands.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Final

from flows import trust
from flows.acts.hold import LISTED_WITHIN, BringAgain, KeepOn
from flows.acts.household import (
    AskTakers,
    ChooseWord,
    CountWrongWish,
    EndWishes,
    KeepAlways,
    OfferWord,
    SetTakers,
    SetWeekdays,
)
from flows.decision import Act, Asked, Decision, Say, Tell
from flows.events import (
    AskWishes,
    AskWord,
    Consent,
    DrawWord,
    Event,
    Said,
    SetWish,
    TakeWord,
    Wished,
    Yes,
)
from flows.facts import (
    ArticleFact,
    HouseholdFact,
    OtherTakers,
    RecipientFacts,
    Takers,
    wish_digits,
)
from flows.happenings import GivenOnWord, HoldExtended, WordTried
from flows.machine import SAME, Case
from flows.recipient import days as chosen
from flows.recipient.states import (
    MACHINE,
    ask_number,
    can_be_brought,
    digits,
    fact,
    given,
    is_open,
    stay,
)

ALL_WEEK = 6  # days on which post comes; Sunday is none
_KEY_OF: Mapping[Takers, int] = {"holder": 0, "household": 1, "neighbour": 2}


# What is wished now, in words: a text for each, since DLT takes no words in a variable's place.
WISHES_NOW: Final = tuple(
    f"wishes_{who}_{comes}" for comes in ("any", "days", "kept") for who in _KEY_OF
)


def listed(house: HouseholdFact) -> dict[str, int | str]:
    """Return what is wished, by the digits that wish it: who 1 or 2, 135 or 44; 0: nothing."""
    comes = "44" if house.keeps else weekdays(house.weekdays) or "0"
    return {"who": _KEY_OF[house.may_take], "comes": comes}


def wishes_now(house: HouseholdFact) -> Say:
    """Return the text that says who takes all post, and when it comes."""
    comes = "kept" if house.keeps else "days" if house.weekdays else "any"
    values = {"when": weekdays(house.weekdays)} if comes == "days" else {}
    return Say(f"wishes_{house.may_take}_{comes}", values)


def weekdays(days: tuple[int, ...]) -> str:
    """Return weekdays as one number, as a person types them: 135."""
    return "".join(map(str, days))


@MACHINE.on(AskWishes, says=WISHES_NOW)
def ask_wishes(case: Case[AskWishes, Asked, RecipientFacts]) -> Decision[Asked]:
    return stay(case, wishes_now(case.facts.household))


@MACHINE.on(
    SetWish,
    to=("out", "asked_back", SAME),
    says=(
        *("wish_ask_household", "wish_ask_neighbour", "wish_household", "wish_neighbour"),
        *("wish_days", "wish_days_how", "wish_keep", "wish_none", "wish_wrong", "wish_locked"),
        *(*WISHES_NOW, "wish_often", "wish_in_doubt", "number_asked"),
    ),
    acts=(AskTakers, SetTakers, CountWrongWish, SetWeekdays, KeepAlways, EndWishes, BringAgain,
          KeepOn),
    tells=("article",),
)  # fmt: skip
def set_wish(case: Case[SetWish, Asked, RecipientFacts]) -> Decision[Asked]:
    wish, house = case.event.wish, case.facts.household
    if wish == "none":
        return _end(case)
    lets_in = wish in ("household", "neighbour")
    if not trust.at_least(case.facts.proof, "fresh"):
        doubted = _in_doubt(case.facts)
        if doubted is not None:  # whose post it is comes first (rule 18)
            return ask_number(doubted)
        if house.doubted:  # nothing of its post is open by which it could be asked
            return stay(case, Say("wish_in_doubt"))
        # What somebody wishes in her name again and again is no bomb; an office goes on. Digits
        # that answer were asked for before, and wrong ones have a limit of their own (rule 10).
        if ("who" if lets_in else "when") in house.spent and house.quote == "unchecked":
            return stay(case, Say("wish_often"))
    if wish in ("household", "neighbour"):
        return _let_in(case, wish)
    days = case.event.weekdays
    if wish == "days" and not 0 < len(days) < ALL_WEEK:
        return stay(case, Say("wish_days_how"))
    again = _keep_again(case.facts) if wish == "keep" else ()
    so = house.keeps and not again if wish == "keep" else house.weekdays == days
    if so or not trust.may_wish(wish, case.facts.proof):  # a caller's number is easily faked
        return stay(case, wishes_now(house))
    if wish == "keep":
        return _done(case, Say("wish_keep"), KeepAlways(), *again)
    said = Say("wish_days", {"when": weekdays(days)})
    return _bring(_done(case, said, SetWeekdays(days)), _kept(case.facts), case.facts)


def _keep_again(facts: RecipientFacts) -> tuple[Act, ...]:
    """Keep what lies at the office and was to be brought on a day: it may have been forged."""
    return tuple(
        KeepOn(each.number)
        for each in facts.articles
        if can_be_brought(each) and each.by_wish and each.chosen_day is not None
    )


def _kept(facts: RecipientFacts) -> list[ArticleFact]:
    """Return what a wish for all post keeps at the office, and could be brought."""
    keeps = facts.household.keeps
    return [each for each in facts.articles if keeps and each.by_wish and can_be_brought(each)]


_LATELY: Final = timedelta(days=6)  # of seven at the office: kept there today or yesterday


def _kept_lately(facts: RecipientFacts) -> list[ArticleFact]:
    """Return what `44` took to the office within a day, while another day can be chosen for it."""
    return [
        each
        for each in facts.articles
        if can_be_brought(each)
        and not (each.by_wish or each.extended)
        and each.held_until is not None
        and each.held_until >= facts.today + _LATELY
        and chosen.may_choose(each, facts)
    ]


def _bring(
    decision: Decision[Asked], kept: Sequence[ArticleFact], facts: RecipientFacts
) -> Decision[Asked]:
    """Let lists take what was kept: it may have been forged. It waits as long as that takes."""
    acts: list[Act] = []
    tells: list[Tell] = []
    for article in kept:
        assert article.held_until is not None
        last = chosen.last(article, facts)
        until = max(article.held_until, min(facts.today, last) + LISTED_WITHIN)
        acts.append(BringAgain(article.number, until, last))
        if until != article.held_until:
            tells.append(Tell("article", HoldExtended(article.number)))
    return replace(decision, acts=(*decision.acts, *acts), tells=(*decision.tells, *tells))


def _in_doubt(facts: RecipientFacts) -> ArticleFact | None:
    """Return the newest article whose telephone, this one, may be another person's by now."""
    mine = (
        each
        for each in reversed(facts.articles)
        if is_open(each) and each.part == "addressee" and not trust.held_by_nominee(each, facts.now)
    )
    return next((each for each in mine if each.unsure), None)


def _end(case: Case[SetWish, Asked, RecipientFacts]) -> Decision[Asked]:
    """End every wish: it protects, so it is done however often; told where there was any.

    What one of them keeps at the office is brought again, and what `44` took there within a day.
    """
    house = case.facts.household
    kept = [*_kept(case.facts), *_kept_lately(case.facts)]
    wished = house.opens or house.keeps or house.weekdays or kept
    if not wished or not trust.may_wish("none", case.facts.proof):
        return stay(case, wishes_now(house))
    return _bring(_done(case, Say("wish_none"), EndWishes()), kept, case.facts)


ASK_TAKERS = ("wish_ask_household", "wish_ask_neighbour")
ANSWERED = (
    *("wish_household", "wish_neighbour", "wish_wrong", "wish_locked", "number_asked"),
    *ASK_TAKERS,
)


def is_wish_asked(facts: RecipientFacts) -> bool:
    """Tell whether this telephone is asked whom it lets in."""
    return facts.household.asks != "holder"


def may_answer_wish(event: Event, articles: Sequence[ArticleFact]) -> bool:
    """Tell whether a text may be meant for that question: then it is read whether it is open.

    A bare `1` brings the code of what has one, and is not.
    """
    if isinstance(event, Wished):
        return any(wish.what in ("yes", "acknowledged", "unclear") for wish in event.wishes)
    if isinstance(event, Said):
        return event.answer == "yes"
    if isinstance(event, Yes):
        return event.which is None and not any(each.state in _HAS_CODE for each in articles)
    asked = any(each.asked and each.part == "addressee" for each in articles)
    return isinstance(event, Consent) and event.which is None and not asked


_HAS_CODE = ("out_for_delivery", "at_office")


def ask_again(house: HouseholdFact) -> Say:
    """Return the open question once more: it shows how it is answered, and is no other one."""
    assert house.asks != "holder"
    return Say(f"wish_ask_{house.asks}", quote=wish_digits(house.question, house.asks))


def answer_wish(case: Case[Consent, Asked, RecipientFacts]) -> Decision[Asked]:
    """Take `1 47` for `55 1 47`: where that is asked, its digits are the answer."""
    doubted, takers = _in_doubt(case.facts), case.facts.household.asks
    assert takers != "holder"
    return _let_in(case, takers) if doubted is None else ask_number(doubted)


def _let_in(case: Case[Event, Asked, RecipientFacts], takers: OtherTakers) -> Decision[Asked]:
    """Ask with two digits, or take their answer; an office's signature needs none."""
    house = case.facts.household
    if house.quote == "locked":
        return stay(case, Say("wish_locked"))
    if house.quote == "wrong":
        return _done(case, Say("wish_wrong"), CountWrongWish())
    answers = house.quote == "right" and house.asks != "holder"
    signed = house.quote == "unchecked" and trust.may_wish(takers, case.facts.proof)
    if answers or signed:
        return _done(case, Say(f"wish_{takers}"), SetTakers(takers))
    # Asked again, it is the same question: a forged text does not change what is to be quoted.
    number = house.question if house.asks != "holder" else house.question + 1
    asks = Say(f"wish_ask_{takers}", quote=wish_digits(number, takers))
    # What was asked before in a yes or no is not what was asked last any more.
    state = "asked_back" if case.state in ("attempted", "asked") else case.state
    return replace(_done(case, asks, AskTakers(takers)), state=state)


def _done(case: Case[Event, Asked, RecipientFacts], say: Say, *acts: Act) -> Decision[Asked]:
    return Decision(case.state, case.context, (say,), acts)


# ---- the word ----------------------------------------------------------------------------------


@MACHINE.on(AskWord, says=("word_how", "word_no_wish"))
def ask_word(case: Case[AskWord, Asked, RecipientFacts]) -> Decision[Asked]:
    """Say where a word is drawn; who may take post is wished before."""
    template = "word_no_wish" if case.facts.household.may_take == "holder" else "word_how"
    return stay(case, Say(template))


@MACHINE.on(DrawWord, says=("word_no_wish", "wish_often"), acts=(OfferWord,))
def draw_word(case: Case[DrawWord, Asked, RecipientFacts]) -> Decision[Asked]:
    """Draw two words: they are on the screen, and in no answer.

    Where enough were taken today, those that were drawn last can still be.
    """
    house = case.facts.household
    if house.may_take == "holder":
        return stay(case, Say("word_no_wish"))
    if "word" in house.spent:
        return stay(case) if house.word == "offered" else stay(case, Say("wish_often"))
    return Decision(case.state, case.context, (), (OfferWord(),))


@MACHINE.on(TakeWord, says=("word_chosen", "word_no_wish"), acts=(ChooseWord,))
def take_word(case: Case[TakeWord, Asked, RecipientFacts]) -> Decision[Asked]:
    if case.facts.household.word != "offered":
        return stay(case, Say("word_no_wish"))
    return Decision(case.state, case.context, (Say("word_chosen"),), (ChooseWord(),))


MACHINE.on(GivenOnWord, to=("delivered",), says=("word_done", "delivered_missing"))(
    given("word_done")
)


@MACHINE.on(WordTried, to=(SAME,), says=("word_tried", "word_tried_last"))
def word_tried(case: Case[WordTried, Asked, RecipientFacts]) -> Decision[Asked]:
    """Tell that somebody at the door did not know the word: the code still counts."""
    article = fact(case, case.event.article)
    template = "word_tried_last" if case.event.last else "word_tried"
    return Decision(case.state, Asked(article.number), (digits(template, article),))
