"""Booking, looking up and recalling articles."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from conversation import senders
from conversation.announce import announce
from flows.events import AskVisit, Recall
from flows.facts import ArticleState, Proof
from flows.happenings import Booked, Recalled
from flows.wishes import DayNamed
from india.calendar import day_of
from india.masks import veiled_within
from india.phone import masked
from india.promises import Promise
from postal import articles, moves, new_articles, promises
from postal.articles import Article, ArticleEvent, Language, Service
from postal.counter import number_check
from postal.counter.number_check import State as CheckState
from postal.moves import MoveMade
from postal.new_articles import NewArticle
from postal.people import access
from postal.promises import Lateness
from store.database import Database
from web.api.engine import whose
from web.api.engine.fields import (
    Address,
    ArticleNumber,
    CodAmount,
    Day,
    Digipin,
    DueBy,
    Input,
    Name,
    Nothing,
    Output,
    Phone,
    Pieces,
    Pin,
    Veiled,
    WeightG,
)
from web.api.engine.operation import Answer, Call, Operation
from web.api.engine.path import article_number
from web.api.engine.problems import FieldError
from web.api.two_phones import SamePhone, one_phone_errors


class RecipientIn(Input):
    phone: Phone | None = None
    same_phone: SamePhone = False
    name: Name
    address: Address
    pin: Pin
    language: Language | None = Field(None, description="default: DEFAULT_LANGUAGE")


class SenderIn(Input):
    """`address`, `pin`: where the article goes back to, should it."""

    phone: Phone | None = None
    name: Name
    address: Address | None = None
    pin: Pin | None = None
    language: Language | None = Field(None, description="default: DEFAULT_LANGUAGE")


QuotedDigits = Annotated[str, StringConstraints(pattern="^[0-9]{2}$")]


class SenderProofIn(Input):
    """The two digits of the text that told the sender that it was booked."""

    proof: QuotedDigits


class BookArticleIn(Input):
    """An article as the counter books it. `otp_required` needs the recipient's phone."""

    number: ArticleNumber
    service: Service
    otp_required: bool = Field(True, description="handed over against a code only")
    recipient: RecipientIn
    sender: SenderIn
    cod_amount: CodAmount = 0
    passport: bool = Field(False, description="goes to the addressee in person, nowhere else")
    authorised_person: Name | None = Field(
        None, description="who may take it besides the addressee, by a record of the office"
    )
    registration: bool = Field(
        False, description="paid for: the addressee or an authorised person only"
    )
    weight_g: WeightG | None = None
    promise: Promise | None = Field(None, description="24 or 48 Speed Post: says by when it is due")
    due_by: DueBy | None = None
    pieces: Pieces | None = None
    digipin: Digipin | None = Field(None, description="of the recipient's place")

    @classmethod
    def beyond_fields(cls, loose: Any) -> list[FieldError]:
        recipient = loose.get("recipient") if isinstance(loose, dict) else None
        if errors := one_phone_errors(loose, loose.get("sender") if recipient else None):
            return errors
        if not isinstance(recipient, dict) or loose.get("otp_required", True) is not True:
            return []
        if recipient.get("phone") is not None:
            return []
        why = "is needed: without a phone no code can be sent; or set otp_required to false"
        return [FieldError(field="recipient.phone", message=why)]


class RecipientOut(Output):
    phone: str | None = Field(description="masked: +91••••••3210")
    name: Veiled
    address: Veiled
    pin: str
    language: Language | None


class SenderOut(Output):
    phone: str | None = Field(description="masked")
    name: Veiled
    address: Veiled = Field(description="where it goes back to; empty: the sender did not say")
    pin: str | None


class MoveOut(Output):
    """One wish that another telephone gets the code. No telephone is named."""

    by: Literal["holder", "sender", "booker", "office", "door", "denial"] = Field(
        description="who wished it; denial: the holder said that the article is not his"
    )
    asked_at: datetime
    asked_proof: Proof | None
    ended_at: datetime | None
    outcome: Literal["done", "denied", "lapsed"] | None = Field(
        description="null while the holder is asked"
    )
    consent: Proof | None = Field(
        description="how it was proven who agreed; null: nobody did, or silence was enough"
    )


class EventOut(Output):
    at: datetime
    kind: str
    data: dict[str, Any]


class ArticleOut(Output):
    """The article and what happened to it, oldest first. Never a code."""

    number: str
    service: Service
    otp_required: bool
    state: ArticleState
    recipient: RecipientOut
    sender: SenderOut
    cod_amount: int
    registration: bool
    weight_g: int | None
    promise: Promise | None
    due_by: date | None = Field(
        description="by the end of this day in India; null: nothing promised"
    )
    lateness: Lateness | None = Field(
        description="due: it still can be in time; null: nothing was promised"
    )
    days_late: int = Field(description="so far, where it is late")
    pieces: int
    pieces_missing: list[int] = Field(
        description="the pieces, from 1, that were not there when the others were handed over"
    )
    digipin: str | None
    number_check: CheckState = Field(
        description="whether a text has reached the recipient's number; denied: said “not mine”"
    )
    attempts: int
    remark: int | None
    witness: str | None
    witness_by: Proof | None = Field(description="how it was proven who answered for the remark")
    remark_counts: bool | None
    remark_suspended: bool = Field(
        description="own words contest the remark, and the digit that confirms it has not come"
    )
    moves: list[MoveOut] = Field(description="how often its code went to another telephone")
    chosen_day: date | None = Field(description="the addressee chose it: not before")
    held_until: date | None = Field(description="the last day at the office")
    booked_at: datetime
    delivered_at: datetime | None
    updated_at: datetime
    events: list[EventOut]
    proof: str = Field(description="the address of its certificate")


def _book(call: Call[BookArticleIn]) -> Answer:
    new = new_article(call.input, call.runtime.settings.default_language)
    booked = new_articles.book_free(call.conn, [new], call.now)
    if new.number not in booked:
        new_articles.same(articles.get(call.conn, new.number), new)
        return Answer(200, _shown(call, new.number))
    why = new_articles.unpromised(new.service, new.promise, new.due_by, day_of(call.now))
    if why is not None:
        raise why
    announce(call.runtime, call.conn, [Booked(new.number)])
    asked = articles.ask_by_id(call.conn, booked[new.number])
    access.look(call.conn, call.reader(), "opened", article_id=booked[new.number])
    events = articles.ask_history(call.conn, booked[new.number])
    check: CheckState = "unknown" if new.recipient_phone else "no_number"
    article = asked.answer()
    assert article is not None
    return Answer(201, _as_shown(call, article, check, [], events.answer()))


def new_article(given: BookArticleIn, default: Language) -> NewArticle:
    """Return the article that was given. `default`: the language of who names none."""
    return NewArticle(
        number=given.number,
        service=given.service,
        otp_required=given.otp_required,
        recipient_phone=given.recipient.phone,
        recipient_name=given.recipient.name,
        recipient_address=given.recipient.address,
        recipient_pin=given.recipient.pin,
        recipient_language=given.recipient.language or default,
        sender_phone=given.sender.phone,
        sender_name=given.sender.name,
        sender_address=given.sender.address or "",
        sender_pin=given.sender.pin,
        sender_language=given.sender.language or default,
        cod_amount=given.cod_amount,
        passport=given.passport,
        authorised_person=given.authorised_person,
        registration=given.registration,
        weight_g=given.weight_g,
        promise=given.promise,
        due_by=given.due_by,
        pieces=given.pieces,
        digipin=given.digipin,
    )


def _get(call: Call[Nothing]) -> Answer:
    return Answer(200, _shown(call, article_number(call)))


def _recall(call: Call[Nothing]) -> Answer:
    recalled = articles.recall(call.conn, article_number(call), call.now)
    announce(call.runtime, call.conn, [Recalled(recalled.number)])
    return Answer(200, _shown(call, recalled.number))


def _shown(call: Call[Any], number: str) -> ArticleOut:
    article = articles.look(call.conn, number, call.reader())
    return _as_shown(
        call,
        article,
        number_check.for_articles(call.conn, [article.id])[article.id].state,
        moves.of_article(call.conn, article.id),
        articles.history(call.conn, article),
    )


def _as_shown(
    call: Call[Any],
    article: Article,
    check: CheckState,
    moved: list[MoveMade],
    events: list[ArticleEvent],
) -> ArticleOut:
    late = promises.of_article(call.conn, article.id, article.due_by, call.now)
    return ArticleOut.of(
        article,
        recipient=RecipientOut(
            phone=_masked(article.recipient_phone),
            name=article.recipient_name,
            address=article.recipient_address,
            pin=article.recipient_pin,
            language=article.recipient_language,
        ),
        sender=SenderOut(
            phone=_masked(article.sender_phone),
            name=article.sender_name,
            address=article.sender_address,
            pin=article.sender_pin,
        ),
        remark_suspended=article.suspended,
        lateness=late.lateness,
        days_late=late.days,
        pieces_missing=article.pieces_missing or [],
        number_check=check,
        moves=[MoveOut.of(each) for each in moved],
        proof=f"/api/v1/articles/{article.number}/proof",
        events=[EventOut.of(each, data=veiled_within(each.data)) for each in events],
    )


def _masked(phone: str | None) -> str | None:
    return None if phone is None else masked(phone)


BOOK = Operation(
    route="POST /articles",
    name="book_article",
    scope="articles",
    whose=whose.pin_of_recipient,
    summary="Book an article; recipient and sender are told. The same once more answers 200.",
    input=BookArticleIn,
    handle=_book,
    answers={201: ArticleOut, 200: ArticleOut},
    problems=(409,),
    runs=Database.run_together,
)
GET = Operation(
    route="GET /articles/{number:s10}",
    name="get_article",
    scope="articles",
    whose=whose.article,
    summary="An article's state and events",
    input=Nothing,
    handle=_get,
    answers={200: ArticleOut},
    problems=(404,),
)


def _prove_sender(call: Call[SenderProofIn]) -> Answer:
    number = article_number(call)
    senders.prove(call.runtime, number, call.input.proof, "software", None)
    return Answer(200, _shown(call, number))


SENDER_PROOF = Operation(
    route="POST /articles/{number:s10}/sender-proof",
    name="prove_sender",
    summary="The sender proves himself by the digits of his booking text; three wrong ones a day",
    scope="articles",
    whose=whose.article,
    input=SenderProofIn,
    handle=_prove_sender,
    answers={200: ArticleOut},
    problems=(404,),
)


class ReturnIn(Input):
    """`proof`: the two digits of the sender's booking text; without: he was proven before."""

    proof: QuotedDigits | None = None


class VisitIn(ReturnIn):
    """`day`: not before it; without: another attempt, on the next working day."""

    day: Day | None = None


def _visit(call: Call[VisitIn]) -> Answer:
    number, day = article_number(call), call.input.day
    named = None if day is None else DayNamed(day=day.day, month=day.month, year=day.year)
    senders.wish(call.runtime, number, AskVisit(number, None, named), call.input.proof)
    return Answer(200, _shown(call, number))


def _return(call: Call[ReturnIn]) -> Answer:
    number = article_number(call)
    senders.wish(call.runtime, number, Recall(number), call.input.proof)
    return Answer(200, _shown(call, number))


VISIT = Operation(
    route="POST /articles/{number:s10}/visit",
    name="ask_visit",
    scope="articles",
    whose=whose.article,
    summary="The proven sender wants another attempt, or another day; never a third attempt",
    input=VisitIn,
    handle=_visit,
    answers={200: ArticleOut},
    problems=(404, 409),
)
RETURN = Operation(
    route="POST /articles/{number:s10}/return",
    name="ask_return",
    scope="articles",
    whose=whose.article,
    summary="The proven sender wants it back: in half an hour, in which he can still object",
    input=ReturnIn,
    handle=_return,
    answers={200: ArticleOut},
    problems=(404, 409),
)
RECALL = Operation(
    route="POST /articles/{number:s10}/recall",
    name="recall_article",
    scope="articles",
    whose=whose.article,
    summary="The sender recalls an article that is booked, attempted or at_office",
    input=Nothing,
    handle=_recall,
    answers={200: ArticleOut},
    problems=(404, 409),
)
