"""The door of the sender's proof: the two digits of his booking text, given at a counter or by
software.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

from conversation.turn import Turn, take_turn
from flows.events import AskVisit, Recall
from flows.facts import PartyFacts, Proof
from flows.grammar.person import QUOTE
from flows.happenings import SenderProved
from postal import articles
from runtime import Runtime
from store.conversations import ConversationPlace
from store.database import Conn
from store.refusals import Conflict, Invalid


class WrongDigits(Invalid):
    """The digits are not those of the booking text, or three were wrong today."""

    field = "proof"
    word = "sender_proof_wrong"


class NoSender(Invalid):
    """No telephone of the sender is known: no text showed him digits."""

    field = "proof"
    word = "sender_proof_nobody"


class WishRefused(Conflict):
    """The sender's wish cannot be met; he was told so by text."""

    def __init__(self, said: str) -> None:
        super().__init__(f"{_WHY.get(said, said)}; the sender was told by text")


_DONE: Final = ("sender_day_chosen", "sender_recall_asked")
_WHY: Final[Mapping[str, str]] = {
    "sender_no_visit": "no visit is left: it waits at the office, and goes back after its time",
    "sender_out": "the article is out for delivery",
    "sender_over": "the article's way is over",
    "sender_untried": "it was not tried yet: name the day of its first visit",
    "sender_not_now": "it waits at the office, or no day is left that may be chosen",
    "sender_unproven": "the sender is not proven: give the digits of his booking text as proof",
    "sender_day_stays": "a day was chosen before, and stays",
    "sender_day_impossible": "no visit is possible on that day: a working day of the next seven",
}


def prove(
    runtime: Runtime,
    number: str,
    digits: str,
    how: Literal["counter", "software"],
    proof: Proof | None,
) -> None:
    """Believe that whoever gives the two `digits` is the sender of the article `number`.

    In a transaction of its own: a wrong try counts, and what refuses it must not undo that. Raises
    `UnknownArticle`, `NoSender` and `WrongDigits`.
    """
    turn = runtime.database.run(lambda conn: _take(runtime, conn, number, digits, how, proof))
    facts = turn.sprints[0].facts
    assert isinstance(facts, PartyFacts)
    if facts.article is None or facts.article.quote != "right":
        raise WrongDigits("the digits are not those of the text that said it was booked")


def wish(runtime: Runtime, number: str, event: AskVisit | Recall, digits: str | None) -> None:
    """Bring a sender's wish that the department's software was given to his conversation.

    He is answered by text, as if he had texted. `digits`: of his booking text; None: he was proven
    before. In a transaction of its own, as `prove` says. Raises `UnknownArticle`, `NoSender`,
    `WrongDigits` and `WishRefused`.
    """
    turn = runtime.database.run(lambda conn: _bring(runtime, conn, number, event, digits))
    said = turn.sprints[0].decision.says[0].template
    if said in ("sender_quote_wrong", "sender_quote_locked"):
        raise WrongDigits("the digits are not those of the text that said it was booked")
    if said not in _DONE:
        raise WishRefused(said)


def _bring(
    runtime: Runtime, conn: Conn, number: str, event: AskVisit | Recall, digits: str | None
) -> Turn:
    place = _place(conn, number)
    apart = {} if digits is None else {QUOTE: digits}
    return take_turn(runtime, conn, place, event, proof=None, apart=apart)


def _place(conn: Conn, number: str) -> ConversationPlace:
    article = articles.get(conn, number)
    if article.sender_phone is None:
        raise NoSender("the article has no telephone of a sender: no text showed him any digits")
    return ConversationPlace(article.sender_phone, "sender")


def _take(
    runtime: Runtime,
    conn: Conn,
    number: str,
    digits: str,
    how: Literal["counter", "software"],
    proof: Proof | None,
) -> Turn:
    place = _place(conn, number)
    event = SenderProved(number, how)
    return take_turn(runtime, conn, place, event, proof=proof, apart={QUOTE: digits})
