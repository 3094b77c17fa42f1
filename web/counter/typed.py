"""The form of an article and its sender as a clerk typed it, before it is validated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID, uuid4

from india import digipin, figures
from postal.articles import Language
from postal.counter.groups import BookingItem, Group

LANGUAGES: Final[tuple[Language, ...]] = ("hi", "hi-Latn", "en")
_LONGEST: Final = 800  # characters of any field; the readers have their own limits


@dataclass(frozen=True)
class TypedArticle:
    """An article as typed. `once`: the form's uuid. `like`: an item with the same telephone.

    `changing`: the row of the item that it is to replace.
    """

    once: str
    number: str = ""
    service: str = "speed_post"
    weight: str = ""
    pin: str = ""
    cod: str = ""
    otp: bool = False
    registration: bool = False
    passport: bool = False
    name: str = ""
    address: str = ""
    phone: str = ""
    without_phone: str = ""
    same_phone: bool = False
    language: str = "hi"
    like: str = ""
    changing: str = ""
    promise: str = ""
    due_by: str = ""
    pieces: str = ""
    digipin: str = ""


@dataclass(frozen=True)
class TypedSender:
    """A sender as typed. `once`: the uuid of the form that begins the booking."""

    once: str
    name: str = ""
    phone: str = ""
    language: str = "hi"
    address: str = ""
    pin: str = ""


def new_article(number: str | None, language: Language) -> TypedArticle:
    """Return an empty form that offers `number`."""
    return TypedArticle(str(uuid4()), number=number or "", language=language)


def another_for(item: BookingItem, number: str | None) -> TypedArticle:
    """Return a form for the recipient of `item`, whose telephone is not shown again."""
    return TypedArticle(
        str(uuid4()),
        number=number or "",
        service=item.service,
        pin=item.recipient_pin,
        otp=item.otp_required,
        registration=item.registration and item.service != "registered",
        name=item.recipient_name,
        address=item.recipient_address,
        without_phone=item.without_phone or "",
        language=item.recipient_language,
        digipin=digipin.shown(item.digipin) if item.digipin else "",
        like="" if item.recipient_phone is None else str(item.id),
    )


def to_change(item: BookingItem, sender_phone: str | None) -> TypedArticle:
    """Return the form of an article that is on the bill, filled in."""
    return TypedArticle(
        str(uuid4()),
        number=item.number,
        service=item.service,
        weight=str(item.weight_g),
        pin=item.recipient_pin,
        cod=str(item.cod_amount) if item.cod_amount else "",
        otp=item.otp_required,
        registration=item.registration and item.service != "registered",
        passport=item.passport,
        name=item.recipient_name,
        address=item.recipient_address,
        phone=legible(item.recipient_phone),
        without_phone=item.without_phone or "",
        same_phone=item.recipient_phone is not None and item.recipient_phone == sender_phone,
        language=item.recipient_language,
        changing=str(item.id),
        promise=str(item.promise or ""),
        due_by=item.due_by.isoformat() if item.due_by else "",
        pieces=str(item.pieces) if item.pieces > 1 else "",
        digipin=digipin.shown(item.digipin) if item.digipin else "",
    )


def sender_to_change(group: Group) -> TypedSender:
    """Return the form of a booking's sender, filled in."""
    return TypedSender(
        str(uuid4()),
        name=group.sender_name,
        phone=legible(group.sender_phone),
        language=group.sender_language,
        address=group.sender_address,
        pin=group.sender_pin or "",
    )


def legible(phone: str | None) -> str:
    """Return a telephone (E.164) as one reads it out, 98390 00011, for whoever is typing it."""
    if phone is None or not phone.startswith("+91"):
        return phone or ""
    return f"{phone[3:8]} {phone[8:]}"


def new_sender(language: Language) -> TypedSender:
    """Return an empty form."""
    return TypedSender(str(uuid4()), language=language)


def article_of(form: Mapping[str, str]) -> TypedArticle:
    """Return the article of a received form."""

    def field(name: str) -> str:
        return " ".join(form.get(name, "")[:_LONGEST].split())

    return TypedArticle(
        once=_uuid(form.get("once", "")),
        number=field("number"),
        service=field("service"),
        weight=field("weight"),
        pin=figures.digits(field("pin")),
        cod=field("cod"),
        otp="otp" in form,
        registration="registration" in form,
        passport="passport" in form,
        name=field("name"),
        address=field("address"),
        phone=field("phone"),
        without_phone=field("without_phone"),
        same_phone="same_phone" in form,
        language=field("language"),
        like=field("like"),
        changing=field("changing"),
        promise=field("promise"),
        due_by=field("due_by"),
        pieces=field("pieces"),
        digipin=field("digipin"),
    )


def sender_of(form: Mapping[str, str]) -> TypedSender:
    """Return the sender of a received form."""
    return TypedSender(
        once=_uuid(form.get("group_once", "")),
        name=" ".join(form.get("sender_name", "")[:_LONGEST].split()),
        phone=form.get("sender_phone", "")[:_LONGEST].strip(),
        language=form.get("sender_language", ""),
        address=" ".join(form.get("sender_address", "")[:_LONGEST].split()),
        pin=figures.digits(form.get("sender_pin", "")[:_LONGEST].strip()),
    )


def _uuid(given: str) -> str:
    """Return `given` if it is a uuid, else a new one: only our own forms are idempotent."""
    try:
        return str(UUID(given))
    except ValueError:
        return str(uuid4())
