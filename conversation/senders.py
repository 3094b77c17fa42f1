"""The door of the sender's proof: the two digits of his booking text, given at a counter or by
software.
"""

from __future__ import annotations

from typing import Literal

from conversation.turn import Turn, take_turn
from flows.facts import PartyFacts, Proof
from flows.grammar.person import QUOTE
from flows.happenings import SenderProved
from postal import articles
from runtime import Runtime
from store.conversations import ConversationPlace
from store.database import Conn
from store.refusals import Invalid


class WrongDigits(Invalid):
    """The digits are not those of the booking text, or three were wrong today."""

    field = "proof"
    word = "sender_proof_wrong"


class NoSender(Invalid):
    """No telephone of the sender is known: no text showed him digits."""

    field = "proof"
    word = "sender_proof_nobody"


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


def _take(
    runtime: Runtime,
    conn: Conn,
    number: str,
    digits: str,
    how: Literal["counter", "software"],
    proof: Proof | None,
) -> Turn:
    article = articles.get(conn, number)
    if article.sender_phone is None:
        raise NoSender("the article has no telephone of a sender: no text showed him any digits")
    place = ConversationPlace(article.sender_phone, "sender")
    event = SenderProved(number, how)
    return take_turn(runtime, conn, place, event, proof=proof, apart={QUOTE: digits})
