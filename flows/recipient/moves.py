"""What a telephone is told and asked about a move of the code (docs/developing/trust.md rule 2).

The article's own conversation about it is flows/move.py.
"""

from __future__ import annotations

from dataclasses import replace

from flows import trust
from flows.acts.moves import CountWrongQuote
from flows.decision import Asked, Decision, Say, Tell
from flows.events import Consent
from flows.facts import ArticleFact, RecipientFacts
from flows.happenings import (
    MoveAgreed,
    MoveAsked,
    MovedAway,
    NamedAtDoor,
    NamedForMove,
    NamedNoMore,
    Relinked,
)
from flows.machine import SAME, Case
from flows.recipient.states import ASKED_BACK, MACHINE, digits, fact, meant, stay, told


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
    to=("quiet", SAME),
    says=(*ASKED_BACK, "move_done", "move_not_now", "quote_wrong", "quote_locked"),
    acts=(CountWrongQuote,),
    tells=("move",),
)
def consent(case: Case[Consent, Asked, RecipientFacts]) -> Decision[Asked]:
    article = meant(case, case.event.which, is_asked)
    if isinstance(article, Say):
        return stay(case, article)
    if not is_asked(article):
        return stay(case, Say("nothing_waiting"))
    number = article.number
    if article.quote == "locked":
        return stay(case, digits("quote_locked", article))
    if article.quote != "right":
        return replace(stay(case, digits("quote_wrong", article)), acts=(CountWrongQuote(number),))
    if not trust.can_move(article, article.asked_by):
        return stay(case, digits("move_not_now", article))
    agreed = Tell("move", MoveAgreed(number))
    return Decision("quiet", Asked(number), (digits("move_done", article),), (), (agreed,))


MACHINE.on(MovedAway, to=("quiet",), says=("move_done",))(told("quiet", "move_done"))
MACHINE.on(NamedForMove, says=("move_named",))(told(SAME, "move_named"))
MACHINE.on(NamedAtDoor, says=("number_named",))(told(SAME, "number_named"))
MACHINE.on(NamedNoMore, says=("move_kept_there",))(told(SAME, "move_kept_there"))


@MACHINE.on(Relinked, to=("booked",), says=("moved_here", "booked_plain"))
def moved_here(case: Case[Relinked, Asked, RecipientFacts]) -> Decision[Asked]:
    """Tell the new telephone, and that a document will be asked for besides the code."""
    article = fact(case, case.event.article)
    template = "moved_here" if article.coded else "booked_plain"
    say = Say(template, {"article": article.number}, article.number)
    return Decision("booked", Asked(article.number), (say,))
