"""The door of the counter and the window: what is posted there is booked, what waits is fetched.

Each function works within the caller's transaction; wake the outbox after the commit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from conversation.announce import announce
from conversation.facts import SAID
from conversation.turn import Turn
from flows.acts.door import can_miss
from flows.acts.window import SECONDS, CountWrongAtWindow, RefuseAtWindow, WindowRefusal
from flows.facts import TRIES_PER_DAY, ClockFacts
from flows.grammar.postman import LAST4
from flows.happenings import AtWindow, Booked, DocumentShown, ToldCodeAtWindow
from postal.articles import Article, UnknownArticle
from postal.collect import NotAtOffice, NotPaid, WrongPieces
from postal.counter import booking
from postal.counter.groups import Group
from postal.counter.ledger import Method
from postal.facts import articles_numbered
from postal.people import people
from postal.people.people import StaffMissing
from runtime import Runtime
from store.conversations import ConversationPlace
from store.database import Conn
from store.sprints import Sprint


def book(
    runtime: Runtime,
    conn: Conn,
    group_id: int,
    method: Method,
    given_paise: int | None = None,
) -> Group:
    """Book a group that was paid for by `method`; recipients and sender are told.

    `given_paise`: what the customer gave in cash, where that is known. Raises as
    `postal.counter.booking.book` does.
    """
    group = booking.book(conn, group_id, method, runtime.now(), given_paise)
    announce(runtime, conn, [Booked(item.number) for item in group.items])
    return group


# ---- the window ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Collecting:
    """`why_not` is None where the article is handed out; else what to tell the recipient."""

    why_not: str | None
    tries_left: int


def told_code(
    runtime: Runtime, conn: Conn, event: ToldCodeAtWindow, code: str, last4: str = ""
) -> Collecting:
    """Hand the article out on the code that was said at the window, or return why not.

    `last4`: the end of the number of the document shown besides. A wrong code counts as one of the
    day's. Raises `UnknownArticle`, `NotAtOffice`, `NotPaid`, `WrongPieces`, `StaffMissing`.
    """
    return _at_window(runtime, conn, event, {SAID: code, LAST4: last4})


def shown_document(runtime: Runtime, conn: Conn, event: DocumentShown, last4: str) -> Collecting:
    """Hand the article out on an identity document, whose number ends in `last4`.

    Raises as `told_code` does.
    """
    return _at_window(runtime, conn, event, {LAST4: last4})


def refuse_unready(article: Article, event: DocumentShown, conn: Conn) -> None:
    """Raise where two signatures would not help, as `told_code` does.

    `event.second`: whom the caller names as the second, if anybody.
    """
    if article.state != "at_office":
        raise NotAtOffice(article.number, article.state)
    if bool(article.cod_amount) != (event.payment is not None):
        raise NotPaid(article.cod_amount)
    if not can_miss(article.pieces, event.missing):
        raise WrongPieces(article.pieces)
    if event.second is None:
        return
    if event.second == event.by:
        raise StaffMissing("second", "without the code two of the staff hand it out: name another")
    second = people.staff(conn, event.second)
    if second is None:
        raise StaffMissing("second", f"nobody of the staff has the id {event.second}")
    if second.role not in SECONDS:
        say = f"{event.second} is a {second.role}: it takes a {' or '.join(SECONDS)}"
        raise StaffMissing("second", say)


def _at_window(
    runtime: Runtime, conn: Conn, event: AtWindow, apart: Mapping[str, str]
) -> Collecting:
    if not articles_numbered(conn, [event.article]):
        raise UnknownArticle(event.article)
    place = ConversationPlace(event.article, "article")
    turn = Turn(runtime, conn, runtime.now(), codes=apart)
    turn.begin(place, event)
    turn.take(place, event)
    turn.finish(message_id=None)
    return _collecting(event, turn.sprints[0])


def _collecting(event: AtWindow, sprint: Sprint) -> Collecting:
    facts, acts = sprint.facts, sprint.decision.acts
    assert isinstance(facts, ClockFacts)
    refused = next((act.why for act in acts if isinstance(act, RefuseAtWindow)), None)
    if refused is not None:
        _raise_for(refused, event, facts)
    counted = any(isinstance(act, CountWrongAtWindow) for act in acts)
    left = TRIES_PER_DAY - facts.article.wrong_tries - counted
    return Collecting(_WHY_NOT[refused] if refused else None, left)


_WHY_NOT: Final[Mapping[WindowRefusal, str]] = MappingProxyType(
    {
        "document": "it needs no code: ask for an identity document",
        "document_too": "its telephone was changed lately: ask for an identity document as well",
        "disputed": "whoever had its code before objects: by identity document, by two",
        "wrong": "the code is wrong",
        "expired": "the code has expired: the recipient sends 1 for a new one",
        "stale": "that code counts no more: the newest one does",
        "none": "no code is out: the recipient sends 1 for one",
        "locked": "five wrong codes today: by identity document, or tomorrow",
    }
)


def _raise_for(why: WindowRefusal, event: AtWindow, facts: ClockFacts) -> None:
    """Raise where the caller must mend what he says: nothing of the turn is kept then."""
    second = event.second if isinstance(event, DocumentShown) else None
    match why:
        case "not_here":
            raise NotAtOffice(event.article, facts.article.state)
        case "unpaid" | "no_cod":
            raise NotPaid(facts.article.amount)
        case "pieces":
            raise WrongPieces(facts.article.pieces)
        case "staff_unknown":
            raise StaffMissing("staff", f"nobody of the staff has the id {event.by}")
        case "second_wanted":
            raise StaffMissing(
                "second", "without the code two of the staff hand it out: name another"
            )
        case "second_unknown":
            raise StaffMissing("second", f"nobody of the staff has the id {second}")
        case "second_role":
            role = facts.window.second if facts.window else None
            raise StaffMissing("second", f"{second} is a {role}: it takes a {' or '.join(SECONDS)}")
