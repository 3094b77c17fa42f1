"""What a telephone is told and asked about a move of the code (docs/developing/trust.md rule 2).

The article's own conversation about it is flows/move.py.
"""

from __future__ import annotations

from dataclasses import replace

from flows import status, trust
from flows.acts.household import AskTakers, CountWrongWish, SetTakers
from flows.acts.moves import CountWrongQuote
from flows.decision import Asked, Decision, Say, Tell
from flows.events import Consent
from flows.facts import ArticleFact, RecipientFacts
from flows.happenings import (
    Happening,
    MoveAgreed,
    MoveAsked,
    MovedAway,
    NamedAtDoor,
    NamedForMove,
    NamedNoMore,
    Relinked,
)
from flows.machine import SAME, Case
from flows.recipient.household import ANSWERED, answer_wish, is_wish_asked
from flows.recipient.states import ASKED_BACK, MACHINE, digits, fact, is_open, meant, stay, told


def ask_holder(article: ArticleFact) -> Say:
    """Return the question to the holder, with the two digits that agree to it."""
    return replace(digits("move_asked", article), quote=article.questions)


@MACHINE.on(MoveAsked, says=("move_asked",))
def move_asked(case: Case[MoveAsked, Asked, RecipientFacts]) -> Decision[Asked]:
    """Ask; a bare digit goes on being about what was asked before."""
    return stay(case, ask_holder(fact(case, case.event.article)))


def is_asked(article: ArticleFact) -> bool:
    """Tell whether this telephone is asked to let the code go."""
    return article.asked and article.part == "addressee"


@MACHINE.on(
    Consent,
    to=("quiet", "out", "asked_back", "booked", SAME),
    says=(
        *ASKED_BACK, "move_done", "moved_here", "booked_plain", "move_not_now", "quote_wrong",
        "quote_locked", *ANSWERED, *status.TEMPLATES,
    ),
    acts=(CountWrongQuote, AskTakers, SetTakers, CountWrongWish),
    tells=("move",),
)  # fmt: skip
def consent(case: Case[Consent, Asked, RecipientFacts]) -> Decision[Asked]:
    """Take the digits of a question: of the one about a move, where both are open.

    Where none is, say how it stands with the post.
    """
    which, facts = case.event.which, case.facts
    asked = any(map(is_asked, facts.articles))
    if which is None and not asked and is_wish_asked(facts):
        return answer_wish(case)
    article = meant(case, which, is_asked if asked else is_open)
    if isinstance(article, Say):
        return stay(case, article)
    if not is_asked(article):
        return stay(case, status.say(article))
    number = article.number
    if article.quote == "locked":
        return stay(case, digits("quote_locked", article))
    if article.quote != "right":
        return replace(stay(case, digits("quote_wrong", article)), acts=(CountWrongQuote(number),))
    if not trust.can_move(article, article.asked_by):
        return stay(case, digits("move_not_now", article))
    agreed = Tell("move", MoveAgreed(number))
    if number in facts.itself:  # it is its own number that was named: nothing goes anywhere
        return Decision("booked", Asked(number), (_comes(article),), (), (agreed,))
    return Decision("quiet", Asked(number), (digits("move_done", article),), (), (agreed,))


MACHINE.on(MovedAway, to=("quiet",), says=("move_done",))(told("quiet", "move_done"))
MACHINE.on(NamedForMove, says=("move_named",))(told(SAME, "move_named"))


@MACHINE.on(NamedAtDoor, NamedNoMore, says=("number_named", "move_kept_there"))
def named(case: Case[Happening, Asked, RecipientFacts]) -> Decision[Asked]:
    """Tell a stranger that he was named, some times a day; and that it is over, if he was told.

    Whoever names him may be nobody's postman. What an office agrees to he is told always.
    """
    if not case.facts.hears_named:
        return stay(case)
    begins = isinstance(case.event, NamedAtDoor)
    template = "number_named" if begins else "move_kept_there"
    return stay(case, digits(template, fact(case, case.event.article)))


@MACHINE.on(Relinked, to=("booked",), says=("moved_here", "booked_plain"))
def moved_here(case: Case[Relinked, Asked, RecipientFacts]) -> Decision[Asked]:
    """Tell the new telephone, and that a document will be asked for besides the code."""
    article = fact(case, case.event.article)
    return Decision("booked", Asked(article.number), (_comes(article),))


def _comes(article: ArticleFact) -> Say:
    template = "moved_here" if article.coded else "booked_plain"
    return Say(template, {"article": article.number}, article.number)
