"""A row of a file of articles, as an article to be booked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar

from imports import cells
from imports.cells import Bad
from imports.faults import Fault
from postal.articles import Language, Service
from postal.new_articles import NewArticle, has_hours

T = TypeVar("T")


@dataclass(frozen=True)
class ArticleRow:
    """The content of a row. With faults `article` is None; `number` may still be known."""

    article: NewArticle | None
    number: str | None
    faults: tuple[Fault, ...]


@dataclass
class _Reading:
    """The cells of one row by field, and their faults."""

    given: Mapping[str, str]
    faults: list[Fault] = field(default_factory=list)

    def needed(self, name: str, read: Callable[[str], T], otherwise: T) -> T:
        if self._empty(name):
            self.faults.append(Fault(name, "missing"))
            return otherwise
        return self.optional(name, read, otherwise)

    def optional(self, name: str, read: Callable[[str], T], otherwise: T) -> T:
        if self._empty(name):
            return otherwise
        try:
            return read(self.given[name])
        except Bad as bad:
            self.faults.append(Fault(name, bad.reason, bad.detail))
            return otherwise

    def _empty(self, name: str) -> bool:
        return not self.given.get(name, "").strip().removeprefix("'").strip()


def read(fields: Sequence[str], given: Sequence[str], default: Language) -> ArticleRow:
    """Read one row and name every bad cell. `default`: the language where the row names none."""
    row = _Reading({name: cell for name, cell in zip(fields, given, strict=True) if name})
    number = row.needed("number", cells.number, "")
    phone = row.optional("recipient_phone", _some(cells.phone), None)
    otp_required = row.optional("otp_required", cells.yes_no, True)
    bad_phone = any(fault.column == "recipient_phone" for fault in row.faults)
    if otp_required and phone is None and not bad_phone:
        row.faults.append(Fault("recipient_phone", "phone_needed"))
    sender_phone = row.optional("sender_phone", _some(cells.phone), None)
    meant = row.optional("same_phone", cells.yes_no, False)
    if phone is not None and phone == sender_phone and not meant:
        row.faults.append(Fault("recipient_phone", "phone_same"))
    service: Service = row.needed("service", cells.service, "speed_post")
    promise = row.optional("promise", _some(cells.promise), None)
    if promise is not None and not has_hours(service):
        row.faults.append(Fault("promise", "promise_service"))
    article = NewArticle(
        number=number,
        service=service,
        otp_required=otp_required,
        recipient_phone=phone,
        recipient_name=row.needed("recipient_name", cells.name, ""),
        recipient_address=row.needed("recipient_address", cells.address, ""),
        recipient_pin=row.needed("recipient_pin", cells.pin, ""),
        recipient_language=row.optional("recipient_language", cells.language, default),
        sender_phone=sender_phone,
        sender_name=row.needed("sender_name", cells.name, ""),
        sender_language=default,
        cod_amount=row.optional("cod_amount", cells.amount, 0),
        passport=row.optional("passport", cells.yes_no, False),
        authorised_person=row.optional("authorised_person", _some(cells.name), None),
        registration=row.optional("registration", cells.yes_no, False),
        weight_g=row.optional("weight_g", _some(cells.grams), None),
        promise=promise,
        due_by=row.optional("due_by", _some(cells.day), None),
        pieces=row.optional("pieces", _some(cells.pieces), None),
        digipin=row.optional("digipin", _some(cells.digipin), None),
    )
    return ArticleRow(None if row.faults else article, number or None, tuple(row.faults))


def due_over(article: NewArticle | None, today: date) -> tuple[Fault, ...]:
    """Return what is wrong with an article that is booked today, and due before."""
    over = article is not None and article.due_by is not None and article.due_by < today
    return (Fault("due_by", "due_over"),) if over else ()


def _some(read: Callable[[str], T]) -> Callable[[str], T | None]:
    return read
