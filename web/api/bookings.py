"""Several articles of one customer, priced, paid for and booked at once."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import uuid4

from pydantic import Field

from conversation import counter
from india.calendar import day_of
from india.promises import Promise
from postal.articles import Language, Service
from postal.counter import booking, groups
from postal.counter.groups import (
    MOST_ITEMS,
    Group,
    GroupState,
    NewItem,
    Sender,
    WithoutPhone,
)
from postal.counter.ledger import Method
from postal.counter.tariff import ToPrice
from postal.new_articles import unpromised
from postal.people.people import office_of
from store.refusals import Invalid
from web.api.engine import whose
from web.api.engine.fields import (
    Address,
    ArticleNumber,
    CodAmount,
    Digipin,
    DueBy,
    Input,
    Name,
    Nothing,
    Output,
    Phone,
    Pieces,
    Pin,
    WeightG,
)
from web.api.engine.operation import Answer, Call, Operation
from web.api.engine.problems import FieldError, below, named_by_path
from web.api.tariff import priced
from web.api.two_phones import SamePhone, one_phone_errors


class AddresseeIn(Input):
    """A phone, or why there is none: then no code and no text."""

    phone: Phone | None = None
    without_phone: WithoutPhone | None = None
    same_phone: SamePhone = False
    name: Name
    address: Address
    pin: Pin
    language: Language | None = Field(None, description="default: DEFAULT_LANGUAGE")


class PostedIn(Input):
    """An article. `otp_required` and `registration` cost what `GET /tariff` says."""

    number: ArticleNumber
    service: Service
    weight_g: WeightG
    otp_required: bool
    registration: bool = False
    cod_amount: CodAmount = 0
    passport: bool = False
    promise: Promise | None = Field(None, description="24 or 48 Speed Post")
    due_by: DueBy | None = None
    pieces: Pieces = 1
    digipin: Digipin | None = Field(None, description="of the recipient's place")
    recipient: AddresseeIn


class PosterIn(Input):
    """`address`, `pin`: where the articles go back to, should they."""

    phone: Phone | None = None
    name: Name
    address: Address | None = None
    pin: Pin | None = None
    language: Language | None = Field(None, description="default: DEFAULT_LANGUAGE")


class PaymentIn(Input):
    """What the customer has paid. It must be the price exactly."""

    method: Method
    paise: Annotated[int, Field(ge=0)]


class MakeBookingIn(Input):
    """`office_pin`: of the office that books."""

    office_pin: Pin
    sender: PosterIn
    articles: Annotated[list[PostedIn], Field(min_length=1, max_length=MOST_ITEMS)]
    payment: PaymentIn

    @classmethod
    def beyond_fields(cls, loose: Any) -> list[FieldError]:
        listed = loose.get("articles") if isinstance(loose, dict) else None
        return [
            error
            for index, each in enumerate(listed if isinstance(listed, list) else [])
            for error in (
                *phone_errors(each, f"articles.{index}."),
                *one_phone_errors(each, loose.get("sender"), f"articles.{index}."),
            )
        ]


class BookedArticleOut(Output):
    number: str
    base_paise: int
    otp_paise: int
    registration_paise: int
    gst_paise: int
    paise: int


class BookingOut(Output):
    """`reference`: of the payment, as UPI's `tr`. `receipt_number`: null until it is booked."""

    reference: str
    receipt_number: str | None
    state: GroupState
    method: Method | None
    paise: int
    articles: list[BookedArticleOut]
    created_at: datetime
    finished_at: datetime | None


class WrongSum(Invalid):
    """A payment that is not the price."""

    field = "payment.paise"
    summary = "nothing was booked: another sum was paid than the price"


def phone_errors(loose: Any, under: str = "") -> list[FieldError]:
    """Return what is wrong between an article's telephone and its code, named below `under`."""
    recipient = loose.get("recipient") if isinstance(loose, dict) else None
    if not isinstance(recipient, dict):
        return []
    phone, without = recipient.get("phone"), recipient.get("without_phone")
    if (phone is None) == (without is None):
        why = "give a phone, or without_phone (no_mobile, office): one of the two"
        return [FieldError(field=f"{under}recipient.phone", message=why)]
    if phone is None and loose.get("otp_required") is True:
        why = "without a phone no code can be sent: set otp_required to false"
        return [FieldError(field=f"{under}otp_required", message=why)]
    return []


def _make(call: Call[MakeBookingIn]) -> Answer:
    given, now = call.input, call.now
    office_id, _ = office_of(call.conn, given.office_pin)
    sender = sender_of(call, given.sender)
    group = booking.begin(call.conn, uuid4(), sender, None, call.doer(office_id))
    for index, each in enumerate(given.articles):
        with below(f"articles.{index}."):
            item = item_of(call, given.office_pin, each)
        with below(f"articles.{index}.", "nothing was booked: see errors"):
            group = booking.add(call.conn, group.id, item, now)
    if given.payment.paise != group.paise:
        raise WrongSum(f"the price is {group.paise} paise: see GET /tariff")
    booked = counter.book(call.runtime, call.conn, group.id, given.payment.method)
    return Answer(201, shown(booked))


def sender_of(call: Call[Any], given: PosterIn) -> Sender:
    """Return the customer whom `given` names."""
    language = given.language or call.runtime.settings.default_language
    return Sender(given.name, given.phone, language, given.address or "", given.pin)


def item_of(call: Call[Any], office_pin: str, each: PostedIn) -> NewItem:
    """Return the article, priced. Raises what the tariff refuses."""
    why = unpromised(each.service, each.promise, each.due_by, day_of(call.now))
    if why is not None:
        raise why
    language = each.recipient.language or call.runtime.settings.default_language
    posted = ToPrice(each.service, each.weight_g, each.otp_required, each.registration)
    with below("", pin="recipient.pin"):
        quote = priced(call, office_pin, each.recipient.pin, posted)
    return NewItem(
        once=uuid4(),
        number=each.number,
        service=each.service,
        weight_g=each.weight_g,
        otp_required=each.otp_required,
        registration=quote.registration,
        cod_amount=each.cod_amount,
        passport=each.passport,
        promise=each.promise,
        due_by=each.due_by,
        pieces=each.pieces,
        digipin=each.digipin,
        recipient_phone=each.recipient.phone,
        without_phone=each.recipient.without_phone,
        recipient_name=each.recipient.name,
        recipient_address=each.recipient.address,
        recipient_pin=each.recipient.pin,
        recipient_language=language,
        charges=quote.charges,
    )


def _get(call: Call[Nothing]) -> Answer:
    return Answer(200, shown(group_of(call)))


def group_of(call: Call[Any]) -> Group:
    """Return the booking in the path. Raises `UnknownGroup`."""
    with named_by_path():
        return groups.by_tr(call.conn, call.path["reference"].upper())


def shown(group: Group) -> BookingOut:
    """Return a booking as an answer."""
    return BookingOut.of(
        group, reference=group.tr, articles=[BookedArticleOut.of(item) for item in group.items]
    )


MAKE = Operation(
    route="POST /bookings",
    name="make_booking",
    scope="bookings",
    whose=whose.office_pin,
    summary="Book articles that were paid for; all or nothing. Recipients and sender are told.",
    input=MakeBookingIn,
    handle=_make,
    answers={201: BookingOut},
    problems=(409,),
)
GET = Operation(
    route="GET /bookings/{reference:booking}",
    name="get_booking",
    scope="bookings",
    whose=whose.booking,
    summary="A booking, made by software or at a counter",
    input=Nothing,
    handle=_get,
    answers={200: BookingOut},
    problems=(404,),
)
