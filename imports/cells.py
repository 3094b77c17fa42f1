"""Readers of one cell of a row, as people and spreadsheets write it.

Each takes the raw cell and returns the value, or raises `Bad` with the reason.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date
from typing import Final, TypeVar, get_args

from flows.number import read as read_number
from imports.faults import Reason
from india import digipin as digipins
from india import figures, money, names, pincode, signs
from india.calendar import NoDay
from india.calendar import read as read_day
from india.phone import read as read_phone
from india.promises import PROMISES, Promise
from postal.articles import Language, Service

T = TypeVar("T")

MOST_COD: Final = 50_000  # whole rupees
MOST_GRAMS: Final = 50_000

_SCIENTIFIC: Final = re.compile(r"[+-]?[0-9]+([.,][0-9]+)?\s?[eE][+-]?[0-9]+", re.ASCII)
_TEXT_TRICK: Final = re.compile(r'="(.*)"', re.DOTALL)  # ="0983…", as programs keep zeros in Excel
# The decimals that spreadsheets add to a whole number. More of them may be another number than it
# seems: 1.000 is a thousand in some countries.
_ADDED: Final = re.compile(r"\.0{1,2}(?=$|\s*[^\s0-9.,])", re.ASCII)
_STAFF_ID: Final = re.compile(r"[A-Za-z0-9._-]{1,40}", re.ASCII)
_PROMISE: Final = re.compile(
    r"([0-9]{2})( ?(h|hours?|hrs?)| speed ?post)?", re.ASCII | re.IGNORECASE
)
_PIECES: Final = re.compile(r"[1-9][0-9]?", re.ASCII)
_MIDNIGHT: Final = re.compile(r"[T ]00:00(:00)?$", re.ASCII)  # as spreadsheets add it to a day
# Hindi that became Latin: three bytes of UTF-8 read as three letters.
_MIXED: Final = re.compile("à[¤¥][\u0080-\u00ff\u0152-\u2122]|Ã[\u0080-\u00bf]|â€")
_LOST: Final = re.compile(r"\?\s?\?|\ufffd")
# Control characters, the shown NUL, and marks that turn the direction of what follows.
_CONTROL: Final = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2400\u2028-\u202e\u2066-\u2069]"
)


class Bad(Exception):
    """The cell cannot be taken."""

    def __init__(self, reason: Reason, detail: str = "") -> None:
        super().__init__(reason)
        self.reason: Reason = reason
        self.detail = detail


def bare(cell: str) -> str:
    """Return the cell without what spreadsheets put around a value. Raise `Bad` for a formula."""
    value = cell.strip().removeprefix("'").strip()
    if trick := _TEXT_TRICK.fullmatch(value):
        value = trick[1].strip()
    if value.startswith("="):
        raise Bad("formula")
    return value


def number(cell: str) -> str:
    """Return an article number, as EU123456785IN."""
    value = _digits(cell)
    try:
        return read_number(value)
    except ValueError as error:
        raise Bad("number", str(error)) from None


def phone(cell: str) -> str:
    """Return a mobile number in E.164."""
    value = _digits(cell)
    if whole := re.fullmatch(r"(\+?[0-9]{10,13})\.0+", value):
        value = whole[1]
    try:
        return read_phone(value)
    except ValueError as error:
        raise Bad("phone", str(error)) from None


def pin(cell: str) -> str:
    try:
        return pincode.read(_digits(cell).removesuffix(".0"))
    except pincode.NoPin:
        raise Bad("pin") from None


def staff_id(cell: str) -> str:
    value = _digits(cell).removesuffix(".0")
    if _STAFF_ID.fullmatch(value) is None:
        raise Bad("staff_id")
    return value


def name(cell: str) -> str:
    value = _text(cell)
    if "\n" in value or "\r" in value:
        raise Bad("line_break")
    return _named(names.read, value)


def address(cell: str) -> str:
    """Return the address on one line: commas join several lines."""
    return _named(names.read_address, _text(cell))


def amount(cell: str) -> int:
    """Return whole rupees."""
    try:
        return money.whole_rupees(_digits(cell), MOST_COD)
    except figures.OutOfRange:
        raise Bad("amount_high", str(MOST_COD)) from None
    except ValueError:
        raise Bad("amount") from None


def grams(cell: str) -> int:
    try:
        return figures.grams(_ADDED.sub("", _digits(cell)), MOST_GRAMS)
    except figures.NoNumber:
        raise Bad("weight", str(MOST_GRAMS)) from None


def promise(cell: str) -> Promise:
    """Return 24 or 48, of `24`, `48 hours` or `48 Speed Post`."""
    found = _PROMISE.fullmatch(_ADDED.sub("", _digits(cell)))
    for each in PROMISES:
        if found is not None and found[1] == str(each):
            return each
    raise Bad("promise")


def pieces(cell: str) -> int:
    """Return how many pieces go under the one number."""
    value = _ADDED.sub("", _digits(cell))
    if not _PIECES.fullmatch(value):
        raise Bad("pieces")
    return int(value)


def digipin(cell: str) -> str:
    try:
        return digipins.read(_digits(cell))
    except digipins.NoDigipin:
        raise Bad("digipin") from None


def day(cell: str) -> date:
    """Return the day of 2026-08-14, or as India writes it: 14-08-2026, 14/8/26."""
    try:
        return read_day(_MIDNIGHT.sub("", _digits(cell)))
    except NoDay:
        raise Bad("date") from None


def yes_no(cell: str) -> bool:
    return _choice(cell, _YES_NO, "yes_no")


def service(cell: str) -> Service:
    return _choice(cell, _SERVICES, "service")


def language(cell: str) -> Language:
    return _choice(cell, _LANGUAGES, "language")


def _choice(cell: str, words: Mapping[str, T], reason: Reason) -> T:
    word = unicodedata.normalize("NFC", re.sub(r"[\s_-]+", " ", bare(cell))).casefold()
    if word not in words:
        raise Bad(reason)
    return words[word]


def _digits(cell: str) -> str:
    value = " ".join(signs.bare(bare(cell)).split())
    if _SCIENTIFIC.fullmatch(value):
        raise Bad("scientific")
    if _CONTROL.search(value):
        raise Bad("control")
    return value


def _text(cell: str) -> str:
    value = unicodedata.normalize("NFC", bare(cell))
    if value.startswith(("+", "-", "@")):
        raise Bad("formula")
    if _CONTROL.search(value):
        raise Bad("control")
    if _LOST.search(value):
        raise Bad("letters_lost")
    if _MIXED.search(value):
        raise Bad("letters_mixed")
    return value


def _named(read: Callable[[str], str], value: str) -> str:
    try:
        return read(value)
    except names.TooLong as long:
        raise Bad("too_long", str(long.most)) from None
    except names.Unprintable:
        raise Bad("control") from None
    except names.Unseen:
        raise Bad("missing") from None


def _words(of: Mapping[T, str]) -> dict[str, T]:
    """Return each value by its words, which bars separate."""
    return {
        unicodedata.normalize("NFC", word).casefold(): value
        for value, words in of.items()
        for word in words.split("|")
    }


_YES_NO: Final = _words(
    {
        True: "yes|y|true|1|हां|हाँ|जी|haan|han",
        False: "no|n|false|0|नहीं|नही|nahi|nahin|-",
    }
)
_SERVICES: Final[dict[str, Service]] = _words(
    {
        "speed_post": "speed post|speedpost|sp|ems|स्पीड पोस्ट|स्पीडपोस्ट",
        "registered": "registered|registered letter|registered post|rl|रजिस्टर्ड|रजिस्ट्री",
        "parcel": "parcel|speed post parcel|sp parcel|पार्सल",
        "insured": "insured|insured letter|बीमा|बीमाकृत",
        "money_order": "money order|mo|मनी ऑर्डर|मनीऑर्डर|मनी आर्डर",
    }
)
_LANGUAGES: Final[dict[str, Language]] = _words(
    {
        "hi": "hi|hindi|हिन्दी|हिंदी",
        "hi-Latn": "hi latn|roman hindi|hinglish|रोमन हिन्दी|रोमन हिंदी",
        "en": "en|english|अंग्रेज़ी|अंग्रेजी",
    }
)
assert set(_SERVICES.values()) == set(get_args(Service))
