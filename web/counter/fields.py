"""Each field of the counter's form, read: a value, and what is said of it beside the field.

What is not finished yet is a hint; what cannot become right any more is wrong.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Generic, Literal, TypeVar

from flows import number as numbers
from india import phone as phones
from postal.counter import directory, rolls
from postal.counter.directory import Place, UnknownPin
from store.database import Conn
from store.refusals import Refusal
from web.staff.refusals import word_of

MOST_COD: Final = 50_000  # whole rupees (docs/developing/domain.md rule 10)
HEAVIEST_G: Final = 50_000
LONGEST_NAME: Final = 100
LONGEST_ADDRESS: Final = 300
_NUMBER_BEGUN: Final = re.compile(
    r"[A-Z]{0,2}|[A-Z]{2}[0-9OI]{0,9}|[A-Z]{2}[0-9OI]{9}IN?", re.ASCII
)
_NUMBER_LENGTH: Final = 13
_PIN_LENGTH: Final = 6
_UNPRINTABLE: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")

T = TypeVar("T")


@dataclass(frozen=True)
class Note:
    """What is said of a field: `word` names the sentence, `values` fill it in."""

    tone: Literal["wrong", "hint", "right"]
    word: str
    values: Mapping[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True)
class Read(Generic[T]):
    """`value` is None where there is none that is right."""

    value: T | None
    note: Note | None = None


def wrong(word: str, **values: str | int) -> Note:
    return Note("wrong", word, values)


def refused_as(refusal: Refusal) -> Note:
    return Note("wrong", word_of(refusal), refusal.values)


def hint(word: str, **values: str | int) -> Note:
    return Note("hint", word, values)


def read_number(conn: Conn, typed: str) -> Read[str]:
    """An article number that is on nothing yet."""
    bare = re.sub(r"[\s-]", "", typed).upper()
    if not bare:
        return Read(None)
    try:
        number = numbers.read(typed)
    except numbers.WrongCheckDigit:
        return Read(None, wrong("book_number_check"))
    except ValueError:
        if _NUMBER_BEGUN.fullmatch(bare):
            left = _NUMBER_LENGTH - len(bare)
            return Read(None, hint("book_number_more", left=left))
        return Read(None, wrong("book_number_shape"))
    if rolls.is_taken(conn, number):
        return Read(None, wrong("book_number_taken", number=number))
    grouped = f"{number[:2]} {number[2:10]} {number[10]} IN"
    return Read(number, Note("right", "book_number_right", {"number": grouped}))


def read_weight(typed: str) -> Read[int]:
    """Grams."""
    if not typed:
        return Read(None)
    if not (typed.isascii() and typed.isdigit()) or not 1 <= int(typed) <= HEAVIEST_G:
        return Read(None, wrong("book_weight_wrong"))
    return Read(int(typed))


def read_pin(conn: Conn, typed: str) -> Read[Place]:
    """A PIN that the directory knows."""
    if not typed:
        return Read(None)
    digits = typed.isascii() and typed.isdigit()
    if not digits or len(typed) > _PIN_LENGTH or typed.startswith("0"):
        return Read(None, wrong("book_pin_wrong"))
    if len(typed) < _PIN_LENGTH:
        return Read(None, hint("book_pin_more", left=_PIN_LENGTH - len(typed)))
    try:
        place = directory.find(conn, typed)
    except UnknownPin:
        if not directory.is_loaded(conn):
            return Read(None, wrong("book_pin_no_directory"))
        return Read(None, wrong("book_pin_unknown"))
    named = ", ".join(filter(None, (place.office, place.district, place.state)))
    return Read(place, Note("right", "book_pin_right", {"place": named}))


def read_phone(typed: str) -> Read[str]:
    """A mobile in E.164."""
    if not typed:
        return Read(None)
    try:
        left = phones.missing_digits(typed)
        if left:
            return Read(None, hint("book_phone_more", left=left))
        phone = phones.read(typed)
    except phones.Landline:
        return Read(None, wrong("book_phone_landline"))
    except phones.NoDigits:
        return Read(None, wrong("book_phone_digits"))
    except ValueError:
        return Read(None, wrong("book_phone_impossible"))
    return Read(phone, Note("right", "book_phone_right"))


def read_cod(typed: str) -> Read[int]:
    """Whole rupees; none is 0."""
    bare = typed.replace(",", "")
    if not bare:
        return Read(0)
    if not (bare.isascii() and bare.isdigit()):
        return Read(None, wrong("book_cod_whole"))
    if int(bare) > MOST_COD:
        return Read(None, wrong("book_cod_most", most=MOST_COD))
    return Read(int(bare))


def read_text(typed: str, most: int) -> Read[str]:
    """A name or an address of `most` characters."""
    if not typed:
        return Read(None)
    if len(typed) > most:
        return Read(None, wrong("book_text_long", most=most))
    if _UNPRINTABLE.search(typed):
        return Read(None, wrong("book_text_signs"))
    return Read(typed)
