"""The counter's form as a whole: what is said of it while it is typed, and what it comes to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal, TypeVar, get_args
from uuid import UUID

from postal.articles import Service
from postal.counter import directory, tariff
from postal.counter.directory import Place
from postal.counter.groups import Group, NewItem, Sender, WithoutPhone
from postal.counter.tariff import Quote, ToPrice
from store.database import Conn
from store.refusals import Invalid
from web.counter import fields
from web.counter.fields import Note, hint, refused_as, wrong
from web.counter.typed import LANGUAGES, TypedArticle, TypedSender

SERVICES: Final[tuple[Service, ...]] = get_args(Service)
WITHOUT: Final[tuple[WithoutPhone, ...]] = get_args(WithoutPhone)
How = Literal["code", "addressee", "anyone"]  # it is handed over
T = TypeVar("T", bound=str)


@dataclass(frozen=True)
class Desk:
    """Where an article is booked: the office's PIN, the day in India, the group it is added to."""

    pin: str
    day: date
    group: Group | None = None


@dataclass(frozen=True)
class Reading:
    """`notes` by field. `item`: only where nothing is wrong and nothing is missing."""

    notes: Mapping[str, Note]
    quote: Quote | None
    how: How
    item: NewItem | None

    @property
    def first_wrong(self) -> str | None:
        """The first field to mend, in the order of the form."""
        return next((name for name, note in self.notes.items() if note.tone == "wrong"), None)


@dataclass(frozen=True)
class SenderReading:
    notes: Mapping[str, Note]
    sender: Sender | None


def read_article(conn: Conn, desk: Desk, typed: TypedArticle) -> Reading:
    """What is typed so far; nothing is said of what is still empty."""
    number = fields.read_number(conn, typed.number)
    service = _one_of(SERVICES, typed.service)
    weight = fields.read_weight(typed.weight)
    place = fields.read_pin(conn, typed.pin)
    cod = fields.read_cod(typed.cod)
    name = fields.read_text(typed.name, fields.LONGEST_NAME)
    address = fields.read_text(typed.address, fields.LONGEST_ADDRESS)
    phone = fields.read_phone(typed.phone)
    without = _one_of(WITHOUT, typed.without_phone)
    language = _one_of(LANGUAGES, typed.language)
    said: dict[str, Note | None] = {
        "number": number.note,
        "service": None if service else wrong("book_service_none"),
        "weight": weight.note,
        "pin": place.note,
        "cod": cod.note,
        "otp": None,
        "name": name.note,
        "address": address.note,
        "phone": phone.note,
        "without_phone": hint(f"book_without_{without}") if without else None,
    }
    like = _like(desk.group, typed) if not typed.phone and without is None else None
    if like is not None:
        said["phone"] = Note("right", "book_phone_as_before")
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
        charges=quote.charges,
    )
    return Reading(notes, quote, how, item)


def finished_article(typed: TypedArticle, reading: Reading) -> Reading:
    """The same, of a form that was sent: what is empty or unfinished is wrong now."""
    notes: dict[str, Note] = {}
    for field, value in (
        ("number", typed.number),
        ("service", typed.service),
        ("weight", typed.weight),
        ("pin", typed.pin),
        ("cod", "0"),
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
            note = Note("wrong", note.word, note.values)
        if note:
            notes[field] = note
    return Reading(notes, reading.quote, reading.how, reading.item)


def read_sender(typed: TypedSender) -> SenderReading:
    """What is typed of the sender so far. The telephone may be left out."""
    name = fields.read_text(typed.name, fields.LONGEST_NAME)
    phone = fields.read_phone(typed.phone)
    language = _one_of(LANGUAGES, typed.language)
    notes = {
        field: note
        for field, note in (("sender_name", name.note), ("sender_phone", phone.note))
        if note is not None
    }
    if name.value is None or language is None or (typed.phone and phone.value is None):
        return SenderReading(notes, None)
    return SenderReading(notes, Sender(name.value, phone.value, language))


def finished_sender(typed: TypedSender, reading: SenderReading) -> SenderReading:
    """The same, of a form that was sent."""
    notes = {
        field: Note("wrong", note.word, note.values) if note.tone == "hint" else note
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
    said: dict[str, Note | None],
) -> Quote | None:
    edition = tariff.edition_on(desk.day)
    try:
        return tariff.quote(edition, posted, directory.route(conn, edition, desk.pin, place))
    except Invalid as refusal:
        said[refusal.field.removesuffix("_g")] = refused_as(refusal)
    return None


def _like(group: Group | None, typed: TypedArticle) -> str | None:
    """The telephone of the item that this form was made after."""
    items = group.items if group else ()
    return next((item.recipient_phone for item in items if str(item.id) == typed.like), None)


def _one_of(known: tuple[T, ...], typed: str) -> T | None:
    return next((each for each in known if each == typed), None)
