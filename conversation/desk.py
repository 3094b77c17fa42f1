"""The door of the help desk: the machines decide on its actions as they do on texts.

Each function works within the caller's transaction; wake the outbox after the commit. `proof`: of
whoever acts, as docs/developing/trust.md ranks it; None: nobody wished it.
"""

from __future__ import annotations

from dataclasses import dataclass

from conversation.turn import postman_at, take_turn
from flows.events import (
    Event,
    LanguageSet,
    Outcome,
    PhoneBlocked,
    PinChanged,
    RequestWaiting,
    SetWish,
    TicketClosed,
)
from flows.facts import Proof
from flows.happenings import CodeWanted, DestinationMoved, Happening, NumberCorrected
from flows.postman.beats import spoken
from messages.catalogue import Language
from postal.acts.all import hold
from postal.people import contacts, roles
from runtime import Runtime
from store.conversations import ConversationPlace
from store.database import Conn
from store.refusals import Conflict


@dataclass(frozen=True)
class Intervened:
    """The result of an action. `done`: something was changed or said.

    `said`: the templates that the machines chose; `texts`: ids of the messages that go out.
    """

    done: bool
    said: tuple[str, ...]
    texts: tuple[int, ...] = ()


class NobodyThere(Conflict):
    """An article without a telephone of the kind that is needed."""

    sentence = "no telephone is known for this: nothing was changed"
    word = "act_nobody"


class HasItAlready(Conflict):
    """The telephone that is to get the article has it: that would move nothing."""

    sentence = "the article has that telephone already: nothing was changed"
    word = "act_has_it"


def on_article(runtime: Runtime, conn: Conn, event: Happening, proof: Proof | None) -> Intervened:
    """Let the article's own conversation decide on `event`."""
    return _take(runtime, conn, ConversationPlace(event.article, "article"), event, proof)


def on_holder(
    runtime: Runtime, conn: Conn, article_id: int, event: CodeWanted, proof: Proof | None
) -> Intervened:
    """Let the conversation of the article's code holder decide on `event`. Raises `NobodyThere`."""
    held = hold(conn, [article_id], runtime.now())[event.article]
    if held.holder_phone is None:
        raise NobodyThere
    return _take(runtime, conn, ConversationPlace(held.holder_phone, "recipient"), event, proof)


def on_recipient(
    runtime: Runtime, conn: Conn, article_id: int, event: DestinationMoved, proof: Proof | None
) -> Intervened:
    """Let the addressee's conversation decide on `event`.

    Raises `NobodyThere`, and `HasItAlready` where the addressee himself is named in his place.
    """
    held = hold(conn, [article_id], runtime.now())[event.article]
    if held.recipient_phone is None:
        raise NobodyThere
    if held.recipient_phone == event.phone:
        raise HasItAlready
    return _take(runtime, conn, ConversationPlace(held.recipient_phone, "recipient"), event, proof)


def correct_number(
    runtime: Runtime, conn: Conn, article_id: int, event: NumberCorrected, proof: Proof | None
) -> Intervened:
    """Let the article's own conversation decide on its new number. Raises `HasItAlready`."""
    held = hold(conn, [article_id], runtime.now())[event.article]
    if held.recipient_phone == event.phone:
        raise HasItAlready
    return on_article(runtime, conn, event, proof)


def request_waiting(runtime: Runtime, conn: Conn, phone: str) -> None:
    """Tell the telephone of a member of staff that something waits for a second person."""
    _take(runtime, conn, ConversationPlace(phone, "office"), RequestWaiting(), None)


def set_language(
    runtime: Runtime, conn: Conn, phone: str, language: Language, proof: Proof | None
) -> Intervened:
    """Speak to `phone` (E.164) in `language` from now on. Raises `NobodyThere` for strangers."""
    role = _role(conn, phone)
    if role not in ("recipient", "sender", "postman"):
        raise NobodyThere
    return _take(runtime, conn, ConversationPlace(phone, role), LanguageSet(language), proof)


def set_wish(
    runtime: Runtime, conn: Conn, phone: str, wish: SetWish, proof: Proof | None
) -> Intervened:
    """Let the conversation of `phone` (E.164) decide on what its person wishes for all post.

    Raises `NobodyThere` for a telephone that receives nothing.
    """
    if "recipient" not in roles.identify(conn, phone).roles:
        raise NobodyThere
    return _take(runtime, conn, ConversationPlace(phone, "recipient"), wish, proof)


def pin_changed(runtime: Runtime, conn: Conn, staff_id: str, proof: Proof | None) -> Intervened:
    """Tell a postman, if he has a telephone, that he has a new PIN."""
    phone = contacts.postmans_phone(conn, staff_id)
    if phone is None:
        return Intervened(True, ())
    told = _take(runtime, conn, ConversationPlace(phone, "postman"), PinChanged(), proof)
    return Intervened(True, told.said, told.texts)


def phone_blocked(runtime: Runtime, conn: Conn, staff_id: str) -> Intervened:
    """Tell the postman's office, if it has a telephone, that his is blocked."""
    office = contacts.office_phone(conn, staff_id)
    if office is None:
        return Intervened(True, ())
    blocked = PhoneBlocked(spoken(staff_id))
    told = _take(runtime, conn, ConversationPlace(office, "office"), blocked, None)
    return Intervened(True, told.said, told.texts)


def ticket_closed(
    runtime: Runtime,
    conn: Conn,
    phone: str,
    ticket: int,
    outcome: Outcome,
    proof: Proof | None,
) -> Intervened:
    """Tell the telephone that raised a ticket its outcome."""
    place = ConversationPlace(phone, _role(conn, phone))
    return _take(runtime, conn, place, TicketClosed(ticket, outcome), proof)


def _role(conn: Conn, phone: str) -> str:
    named = (role for role in roles.identify(conn, phone).roles if role != "new_phone")
    return next(named, "stranger")


def _take(
    runtime: Runtime, conn: Conn, place: ConversationPlace, event: Event, proof: Proof | None
) -> Intervened:
    turn = take_turn(runtime, conn, place, event, postman_at(conn, place), proof=proof)
    said = tuple(draft.say.template for draft in turn.drafts)
    done = bool(turn.sprints[0].decision.acts) or bool(said)
    return Intervened(done, said, tuple(turn.queued.answer()))
