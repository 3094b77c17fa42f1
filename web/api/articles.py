"""Booking, looking up and recalling articles."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from pydantic import Field

from conversation.announce import announce
from flows.facts import ArticleState
from flows.happenings import Booked, Recalled
from india.phone import masked
from postal import articles
from postal.articles import Language, Service
from postal.counter import number_check
from postal.counter.number_check import State as CheckState
from web.api.engine.fields import (
    Address,
    ArticleNumber,
    CodAmount,
    Input,
    Name,
    Nothing,
    Output,
    Phone,
    Pin,
    WeightG,
)
from web.api.engine.operation import Answer, Call, Operation
from web.api.engine.path import article_number
from web.api.engine.problems import FieldError


class RecipientIn(Input):
    phone: Phone | None = None
    name: Name
    address: Address
    pin: Pin
    language: Language | None = Field(None, description="default: DEFAULT_LANGUAGE")


class SenderIn(Input):
    phone: Phone | None = None
    name: Name


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

    @classmethod
    def beyond_fields(cls, loose: Any) -> list[FieldError]:
        recipient = loose.get("recipient") if isinstance(loose, dict) else None
        if not isinstance(recipient, dict) or loose.get("otp_required", True) is not True:
            return []
        if recipient.get("phone") is not None:
            return []
        why = "is needed: without a phone no code can be sent; or set otp_required to false"
        return [FieldError(field="recipient.phone", message=why)]


class RecipientOut(Output):
    phone: str | None = Field(description="masked: +91••••••3210")
    name: str
    address: str
    pin: str
    language: Language | None


class SenderOut(Output):
    phone: str | None = Field(description="masked")
    name: str


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
    number_check: CheckState = Field(
        description="whether a text has reached the recipient's number; denied: said “not mine”"
    )
    attempts: int
    remark: int | None
    witness: str | None
    remark_counts: bool | None
    chosen_day: date | None = Field(description="the addressee chose it: not before")
    held_until: date | None = Field(description="the last day at the office")
    booked_at: datetime
    delivered_at: datetime | None
    updated_at: datetime
    events: list[EventOut]
    proof: str = Field(description="the address of its certificate")


def _book(call: Call[BookArticleIn]) -> Answer:
    given = call.input
    default = call.runtime.settings.default_language
    booking = articles.book(
        call.conn,
        articles.NewArticle(
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
            sender_language=default,
            cod_amount=given.cod_amount,
            passport=given.passport,
            authorised_person=given.authorised_person,
            registration=given.registration,
            weight_g=given.weight_g,
        ),
        call.now,
    )
    if booking.new:
        announce(call.runtime, call.conn, [Booked(given.number)])
    return Answer(201 if booking.new else 200, _shown(call, given.number))


def _get(call: Call[Nothing]) -> Answer:
    return Answer(200, _shown(call, article_number(call)))


def _recall(call: Call[Nothing]) -> Answer:
    recalled = articles.recall(call.conn, article_number(call), call.now)
    announce(call.runtime, call.conn, [Recalled(recalled.number)])
    return Answer(200, _shown(call, recalled.number))


def _shown(call: Call[Any], number: str) -> ArticleOut:
    article = articles.look(call.conn, number, call.reader())
    return ArticleOut.of(
        article,
        recipient=RecipientOut(
            phone=_masked(article.recipient_phone),
            name=article.recipient_name,
            address=article.recipient_address,
            pin=article.recipient_pin,
            language=article.recipient_language,
        ),
        sender=SenderOut(phone=_masked(article.sender_phone), name=article.sender_name),
        number_check=number_check.for_articles(call.conn, [article.id])[article.id].state,
        proof=f"/api/v1/articles/{article.number}/proof",
        events=[
            EventOut.of(each, data=dict(each.data)) for each in articles.history(call.conn, article)
        ],
    )


def _masked(phone: str | None) -> str | None:
    return None if phone is None else masked(phone)


BOOK = Operation(
    route="POST /articles",
    name="book_article",
    summary="Book an article; recipient and sender are told. The same once more answers 200.",
    input=BookArticleIn,
    handle=_book,
    answers={201: ArticleOut, 200: ArticleOut},
    problems=(409,),
)
GET = Operation(
    route="GET /articles/{number:s10}",
    name="get_article",
    summary="An article's state and events",
    input=Nothing,
    handle=_get,
    answers={200: ArticleOut},
    problems=(404,),
)
RECALL = Operation(
    route="POST /articles/{number:s10}/recall",
    name="recall_article",
    summary="The sender recalls an article that is booked, attempted or at_office",
    input=Nothing,
    handle=_recall,
    answers={200: ArticleOut},
    problems=(404, 409),
)
