"""What menus show a person, dialled or heard in a call: the articles of a telephone."""

from __future__ import annotations

from conversation.turn import Turn
from flows import machines
from flows.decision import Asked
from flows.facts import ArticleFact
from flows.machine import Standing, settle
from flows.recipient.answers import is_witness
from flows.ussd.engine import Post, Question
from postal import article_rows
from store import conversations
from store.conversations import ConversationPlace


def posts(turn: Turn, phone: str, article: str | None) -> tuple[Post, ...]:
    """Return the articles of `phone`, and `article` though it is over; with what each asks."""
    ids = article_rows.of_recipient(turn.conn, phone, turn.now)
    mine = turn.reader.keep(article_rows.of_ids(turn.conn, ids, turn.now, turn.today))
    standing = _standing(turn, phone)
    return tuple(
        Post(each.number, each.state, _question(each, standing), each.pieces)
        for each in turn.reader.of_recipient(phone, article, mine)
    )


def _standing(turn: Turn, phone: str) -> Standing:
    """Return the state of the recipient's conversation: SMS questions are answered here."""
    machine = machines.ALL["recipient"]
    standing = conversations.peek(turn.conn, ConversationPlace(phone, machine.name))
    never = Standing(machine.initial, machine.context, turn.now)
    return settle(machine, standing or never, turn.now)


def _question(article: ArticleFact, standing: Standing) -> Question | None:
    if article.part == "asked":
        return "nominee"
    assert isinstance(standing.context, Asked)
    asked = is_witness(article, standing.state, standing.context)
    return "witness" if article.state == "attempted" and asked else None
