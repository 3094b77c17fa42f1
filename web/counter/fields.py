"""The readers of the counter's form: each field's value, and the note beside the field.

An unfinished value gets a hint; one that can no longer become right is wrong.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final, Generic, Literal, TypeVar
from uuid import UUID

from flows import number as numbers
from india import calendar, digipin, figures, money, names, pincode
from india import phone as phones
from india.promises import PROMISES, Promise
from postal.counter import directory, rolls
from postal.counter.directory import Place, UnknownPin
from store.database import Conn
from store.refusals import Refusal
from web.staff.refusals import word_of

MOST_COD: Final = 50_000  # whole rupees (docs/developing/domain.md rule 10)
HEAVIEST_G: Final = 50_000
_NUMBER_BEGUN: Final = re.compile(
    r"[A-Z]{0,2}|[A-Z]{2}[0-9OI]{0,9}|[A-Z]{2}[0-9OI]{9}IN?", re.ASCII
)
_NUMBER_LENGTH: Final = 13
_PIECES: Final = re.compile(r"[1-9][0-9]?", re.ASCII)

T = TypeVar("T")


@dataclass(frozen=True)
class FieldNote:
    """A note beside a field: `word` is the key of its sentence, `values` fill it in."""

    tone: Literal["wrong", "hint", "right"]
    word: str
    values: Mapping[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True)
class FieldValue(Generic[T]):
    """The reading of a field. `value` is None if there is no correct one."""

    value: T | None
    note: FieldNote | None = None


def wrong(word: str, **values: str | int) -> FieldNote:
    return FieldNote("wrong", word, values)


def refused_as(refusal: Refusal) -> FieldNote:
    return FieldNote("wrong", word_of(refusal), refusal.values)


def hint(word: str, **values: str | int) -> FieldNote:
    return FieldNote("hint", word, values)


def read_number(
    conn: Conn, typed: str, once: UUID | None = None, own: str | None = None
) -> FieldValue[str]:
    """Read an article number that no article has yet, or that of the one being changed, `own`.

    `once`: of the form, whose own article may have it.
    """
    bare = figures.digits(typed).upper()
    if not bare:
        return FieldValue(None)
    try:
        number = numbers.read(typed)
    except numbers.WrongCheckDigit:
        return FieldValue(None, wrong("book_number_check"))
    except ValueError:
        if _NUMBER_BEGUN.fullmatch(bare):
            left = _NUMBER_LENGTH - len(bare)
            return FieldValue(None, hint("book_number_more", left=left))
        return FieldValue(None, wrong("book_number_shape"))
    if number != own and rolls.is_taken(conn, number, once):
        return FieldValue(None, wrong("book_number_taken", number=number))
    grouped = f"{number[:2]} {number[2:10]} {number[10]} IN"
    return FieldValue(number, FieldNote("right", "book_number_right", {"number": grouped}))


def read_weight(typed: str) -> FieldValue[int]:
    """Read grams."""
    if not typed:
        return FieldValue(None)
    try:
        return FieldValue(figures.grams(typed, HEAVIEST_G))
    except figures.NoNumber:
        return FieldValue(None, wrong("book_weight_wrong"))


def read_pin(conn: Conn, typed: str) -> FieldValue[Place]:
    """Read a PIN that the directory knows."""
    if not typed:
        return FieldValue(None)
    try:
        place = directory.find(conn, pincode.read(typed))
    except pincode.PinBegun as begun:
        return FieldValue(None, hint("book_pin_more", left=begun.left))
    except pincode.NoPin:
        return FieldValue(None, wrong("book_pin_wrong"))
    except UnknownPin:
        if not directory.is_loaded(conn):
            return FieldValue(None, wrong("book_pin_no_directory"))
        return FieldValue(None, wrong("book_pin_unknown"))
    named = ", ".join(filter(None, (place.office, place.district, place.state)))
    return FieldValue(place, FieldNote("right", "book_pin_right", {"place": named}))


def read_phone(typed: str) -> FieldValue[str]:
    """Read a mobile number, as E.164."""
    if not typed:
        return FieldValue(None)
    try:
        left = phones.missing_digits(typed)
        if left:
            return FieldValue(None, hint("book_phone_more", left=left))
        phone = phones.read(typed)
    except phones.Landline:
        return FieldValue(None, wrong("book_phone_landline"))
    except phones.NoDigits:
        return FieldValue(None, wrong("book_phone_digits"))
    except ValueError:
        return FieldValue(None, wrong("book_phone_impossible"))
    return FieldValue(phone, FieldNote("right", "book_phone_right"))


def read_cod(typed: str) -> FieldValue[int]:
    """Read whole rupees; empty is 0."""
    if not typed:
        return FieldValue(0)
    try:
        return FieldValue(money.whole_rupees(typed, MOST_COD))
    except figures.OutOfRange:
        return FieldValue(None, wrong("book_cod_most", most=MOST_COD))
    except ValueError:
        return FieldValue(None, wrong("book_cod_whole"))


def read_promise(typed: str) -> FieldValue[Promise]:
    """Read 24 or 48; empty is neither."""
    if not typed:
        return FieldValue(None)
    promise = next((each for each in PROMISES if typed == str(each)), None)
    return FieldValue(promise, None if promise else wrong("book_promise_wrong"))


def read_due_by(typed: str, today: date) -> FieldValue[date]:
    """Read the day that was agreed, today at the earliest; empty is none."""
    if not typed:
        return FieldValue(None)
    try:
        day = calendar.read(typed)
    except calendar.NoDay:
        return FieldValue(None, wrong("book_due_by_wrong"))
    return FieldValue(day) if day >= today else FieldValue(None, wrong("book_due_by_over"))


def read_pieces(typed: str) -> FieldValue[int]:
    """Read how many pieces there are; empty is one."""
    if not typed:
        return FieldValue(1)
    bare = figures.digits(typed)
    if _PIECES.fullmatch(bare):
        return FieldValue(int(bare))
    return FieldValue(None, wrong("book_pieces_wrong"))


def read_digipin(typed: str) -> FieldValue[str]:
    """Read a DIGIPIN; empty is none."""
    if not typed:
        return FieldValue(None)
    try:
        found = digipin.read(typed)
    except digipin.DigipinBegun as begun:
        return FieldValue(None, hint("book_digipin_more", left=begun.left))
    except digipin.NoDigipin:
        return FieldValue(None, wrong("book_digipin_wrong"))
    return FieldValue(
        found, FieldNote("right", "book_digipin_right", {"digipin": digipin.shown(found)})
    )


def read_name(typed: str) -> FieldValue[str]:
    """Read a name."""
    return _named(names.read, typed)


def read_address(typed: str) -> FieldValue[str]:
    """Read an address."""
    return _named(names.read_address, typed)


def _named(read: Callable[[str], str], typed: str) -> FieldValue[str]:
    if not typed:
        return FieldValue(None)
    try:
        return FieldValue(read(typed))
    except names.TooLong as long:
        return FieldValue(None, wrong("book_text_long", most=long.most))
    except names.Unprintable:
        return FieldValue(None, wrong("book_text_signs"))
    except names.Unseen:
        return FieldValue(None, wrong("book_text_unseen"))
