"""The reading of the counter's form as a whole: its notes while it is typed, and its price."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal, TypeVar, get_args
from uuid import UUID

from postal.articles import Service
from postal.counter import directory, tariff
from postal.counter.directory import Place
from postal.counter.groups import BookingItem, Group, NewItem, Sender, WithoutPhone
from postal.counter.tariff import Quote, ToPrice
from postal.new_articles import has_hours
from store.database import Conn
from store.refusals import Invalid
from web.counter import fields
from web.counter.fields import FieldNote, hint, refused_as, wrong
from web.counter.typed import LANGUAGES, TypedArticle, TypedSender

SERVICES: Final[tuple[Service, ...]] = get_args(Service)
WITHOUT: Final[tuple[WithoutPhone, ...]] = get_args(WithoutPhone)
How = Literal["code", "addressee", "anyone"]  # the article is handed over
T = TypeVar("T", bound=str)


@dataclass(frozen=True)
class Desk:
    """The place of a booking: the office's PIN, the day in India, the group it is added to.

    `sender`: what is typed of the sender where there is no group yet.
    """

    pin: str
    day: date
    group: Group | None = None
    sender: TypedSender | None = None

    @property
    def sender_phone(self) -> str | None:
        """Return the sender's telephone (E.164), if it is known and right."""
        if self.group is not None:
            return self.group.sender_phone
        return fields.read_phone(self.sender.phone).value if self.sender is not None else None


@dataclass(frozen=True)
class Reading:
    """A form that was read. `notes` by field; `item`: None if anything is wrong or missing."""

    notes: Mapping[str, FieldNote]
    quote: Quote | None
    how: How
    item: NewItem | None

    @property
    def first_wrong(self) -> str | None:
        """Return the first wrong field, in the order of the form."""
        return next((name for name, note in self.notes.items() if note.tone == "wrong"), None)


@dataclass(frozen=True)
class SenderReading:
    notes: Mapping[str, FieldNote]
    sender: Sender | None


def read_article(conn: Conn, desk: Desk, typed: TypedArticle) -> Reading:
    """Read what is typed so far; an empty field gets no note."""
    changed = _item(desk.group, typed.changing)
    own = changed.number if changed else None
    number = fields.read_number(conn, typed.number, UUID(typed.once), own)
    service = _one_of(SERVICES, typed.service)
    weight = fields.read_weight(typed.weight)
    place = fields.read_pin(conn, typed.pin)
    cod = fields.read_cod(typed.cod)
    name = fields.read_name(typed.name)
    address = fields.read_address(typed.address)
    phone = fields.read_phone(typed.phone)
    promise = fields.read_promise(typed.promise)
    due_by = fields.read_due_by(typed.due_by, desk.day)
    pieces = fields.read_pieces(typed.pieces)
    digipin = fields.read_digipin(typed.digipin)
    without = _one_of(WITHOUT, typed.without_phone)
    language = _one_of(LANGUAGES, typed.language)
    said: dict[str, FieldNote | None] = {
        "number": number.note,
        "service": None if service else wrong("book_service_none"),
        "weight": weight.note,
        "pin": place.note,
        "cod": cod.note,
        "promise": promise.note,
        "due_by": due_by.note,
        "pieces": pieces.note,
        "digipin": digipin.note,
        "otp": None,
        "name": name.note,
        "address": address.note,
        "phone": phone.note,
        "without_phone": hint(f"book_without_{without}") if without else None,
    }
    like = _like(desk.group, typed) if not typed.phone and without is None else None
    if like is not None:
        said["phone"] = FieldNote("right", "book_phone_as_before")
    if phone.value and phone.value == desk.sender_phone and not typed.same_phone:
        said["phone"] = wrong("book_phone_same")
    if promise.value and service and not has_hours(service):
        said["promise"] = wrong("book_promise_service")
    if without and typed.phone:
        said["phone"] = wrong("book_phone_and_without")
    if without and typed.otp:
        said["otp"] = wrong("book_otp_no_phone")
    quote = None
    if service and weight.value and place.value:
        posted = ToPrice(service, weight.value, typed.otp, typed.registration)
        quote = _quote(conn, desk, posted, place.value, said)
    notes = {field: note for field, note in said.items() if note is not None}
    registered = quote.registration if quote else typed.registration
    how: How = "anyone"
    if typed.otp and without is None:
        how = "code"
    elif registered or typed.passport or cod.value:
        how = "addressee"
    e164 = phone.value or like
    if (
        any(note.tone == "wrong" for note in notes.values())
        or number.value is None
        or service is None
        or weight.value is None
        or place.value is None
        or cod.value is None
        or pieces.value is None
        or (typed.digipin and digipin.value is None)
        or name.value is None
        or address.value is None
        or language is None
        or quote is None
        or (e164 is None and without is None)
    ):
        return Reading(notes, quote, how, None)
    item = NewItem(
        once=UUID(typed.once),
        number=number.value,
        service=service,
        weight_g=weight.value,
        otp_required=typed.otp,
        registration=quote.registration,
        cod_amount=cod.value,
        passport=typed.passport,
        recipient_phone=e164,
        without_phone=without,
        recipient_name=name.value,
        recipient_address=address.value,
        recipient_pin=place.value.pin,
        recipient_language=language,
        promise=promise.value,
        due_by=due_by.value,
        pieces=pieces.value,
        digipin=digipin.value,
        charges=quote.charges,
    )
    return Reading(notes, quote, how, item)


def finished_article(typed: TypedArticle, reading: Reading) -> Reading:
    """Return the reading of a form that was sent: an empty or unfinished field is wrong now."""
    notes: dict[str, FieldNote] = {}
    for field, value in (
        ("number", typed.number),
        ("service", typed.service),
        ("weight", typed.weight),
        ("pin", typed.pin),
        ("cod", "0"),
        ("promise", "0"),
        ("due_by", "0"),
        ("pieces", "0"),
        ("digipin", "0"),
        ("otp", "0"),
        ("name", typed.name),
        ("address", typed.address),
        ("phone", typed.phone or typed.without_phone or typed.like),
        ("without_phone", "0"),
    ):
        note = reading.notes.get(field)
        if not value:
            note = wrong(f"book_{field}_missing")
        elif note and note.tone == "hint" and field != "without_phone":
            note = FieldNote("wrong", note.word, note.values)
        if note:
            notes[field] = note
    return Reading(notes, reading.quote, reading.how, reading.item)


def read_sender(conn: Conn, typed: TypedSender) -> SenderReading:
    """Read what is typed of the sender so far. All but the name may be left out."""
    name = fields.read_name(typed.name)
    phone = fields.read_phone(typed.phone)
    address = fields.read_address(typed.address)
    place = fields.read_pin(conn, typed.pin)
    language = _one_of(LANGUAGES, typed.language)
    said = {
        "sender_name": name.note,
        "sender_phone": phone.note,
        "sender_address": address.note,
        "sender_pin": place.note,
    }
    notes = {field: note for field, note in said.items() if note is not None}
    if (
        name.value is None
        or language is None
        or (typed.phone and phone.value is None)
        or (typed.address and address.value is None)
        or (typed.pin and place.value is None)
    ):
        return SenderReading(notes, None)
    pin = place.value.pin if place.value else None
    sender = Sender(name.value, phone.value, language, address.value or "", pin)
    return SenderReading(notes, sender)


def finished_sender(typed: TypedSender, reading: SenderReading) -> SenderReading:
    """Return the reading of a form that was sent."""
    notes = {
        field: FieldNote("wrong", note.word, note.values) if note.tone == "hint" else note
        for field, note in reading.notes.items()
    }
    if not typed.name:
        notes["sender_name"] = wrong("book_sender_name_missing")
    return SenderReading(notes, reading.sender)


def _quote(
    conn: Conn,
    desk: Desk,
    posted: ToPrice,
    place: Place,
    said: dict[str, FieldNote | None],
) -> Quote | None:
    edition = tariff.edition_on(desk.day)
    try:
        return tariff.quote(edition, posted, directory.route(conn, edition, desk.pin, place))
    except Invalid as refusal:
        said[refusal.field.removesuffix("_g")] = refused_as(refusal)
    return None


def _like(group: Group | None, typed: TypedArticle) -> str | None:
    """Return the telephone of the item that `typed.like` names."""
    item = _item(group, typed.like)
    return item.recipient_phone if item else None


def _item(group: Group | None, id_: str) -> BookingItem | None:
    items = group.items if group else ()
    return next((item for item in items if str(item.id) == id_), None)


def _one_of(known: tuple[T, ...], typed: str) -> T | None:
    return next((each for each in known if each == typed), None)
