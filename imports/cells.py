"""Readers of one cell of a row, as people and spreadsheets write it.

Each takes the raw cell and returns the value, or raises `Bad` with the reason.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import date
from typing import Final, TypeVar, get_args

from flows.number import read as read_number
from imports.faults import Reason
from india import figures, signs
from india.calendar import NoDay
from india.calendar import read as read_day
from india.figures import GROUPED
from india.phone import read as read_phone
from postal.articles import Language, Service

T = TypeVar("T")

MOST_COD: Final = 50_000  # whole rupees
MOST_GRAMS: Final = 50_000
LONGEST_NAME: Final = 100
LONGEST_ADDRESS: Final = 300

_SCIENTIFIC: Final = re.compile(r"[+-]?[0-9]+([.,][0-9]+)?\s?[eE][+-]?[0-9]+", re.ASCII)
_TEXT_TRICK: Final = re.compile(r'="(.*)"', re.DOTALL)  # ="0983…", as programs keep zeros in Excel
# A whole number as `india.figures` reads it, and the decimals that spreadsheets add to it. Anything
# else may be another number than it seems: 1.000 is a thousand in some countries.
_WHOLE: Final = re.compile(rf"({GROUPED})(?:\.0{{1,2}})?", re.ASCII)
_MOST_WHOLE: Final = 10**12  # beyond what any column takes
_MONEY: Final = re.compile(r"(rs\.?|inr|₹|रु\.?|रू\.?|/-)", re.IGNORECASE)
_PIN: Final = re.compile(r"[1-9][0-9]{5}", re.ASCII)
_STAFF_ID: Final = re.compile(r"[A-Za-z0-9._-]{1,40}", re.ASCII)
_DATE: Final = re.compile(r"([0-9]{1,2})[-/.]([0-9]{1,2})[-/.]([0-9]{4}|[0-9]{2})", re.ASCII)
_ISO: Final = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})([T ]00:00(:00)?)?", re.ASCII)
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
    value = figures.digits(_digits(cell)).removesuffix(".0")
    if _PIN.fullmatch(value) is None:
        raise Bad("pin")
    return value


def staff_id(cell: str) -> str:
    value = _digits(cell).removesuffix(".0")
    if _STAFF_ID.fullmatch(value) is None:
        raise Bad("staff_id")
    return value


def name(cell: str) -> str:
    value = _text(cell)
    if "\n" in value or "\r" in value:
        raise Bad("line_break")
    return _seen(value, LONGEST_NAME)


def address(cell: str) -> str:
    """Return the address on one line: commas join several lines."""
    lines = [" ".join(line.split()).strip(" ,") for line in _text(cell).splitlines()]
    return _seen(", ".join(filter(None, lines)), LONGEST_ADDRESS)


def amount(cell: str) -> int:
    """Return whole rupees."""
    value = _MONEY.sub("", _digits(cell)).strip()
    rupees = _whole(value)
    if rupees is None:
        raise Bad("amount")
    if rupees > MOST_COD:
        raise Bad("amount_high", str(MOST_COD))
    return rupees


def grams(cell: str) -> int:
    value = re.sub(r"\s*(g|gm|gms|gram|grams|ग्राम)\.?$", "", _digits(cell), flags=re.IGNORECASE)
    weight = _whole(value)
    if weight is None or not 1 <= weight <= MOST_GRAMS:
        raise Bad("weight", str(MOST_GRAMS))
    return weight


def day(cell: str) -> date:
    """Return the day of 2026-08-14, or as India writes it: 14-08-2026, 14/8/26."""
    value = _digits(cell)
    if iso := _ISO.fullmatch(value):
        year, month, number = int(iso[1]), int(iso[2]), int(iso[3])
    elif written := _DATE.fullmatch(value):
        number, month = int(written[1]), int(written[2])
        year = int(written[3]) + (2000 if len(written[3]) == 2 else 0)
    else:
        raise Bad("date")
    try:
        return read_day(f"{year:04}-{month:02}-{number:02}")
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


def _whole(value: str) -> int | None:
    found = _WHOLE.fullmatch(value)
    try:
        return None if found is None else figures.whole(found[1], 0, _MOST_WHOLE)
    except figures.NoNumber:
        return _MOST_WHOLE


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


def _seen(value: str, most: int) -> str:
    """Return `value` as it is kept, of which a reader sees something."""
    kept = signs.named(value)
    if not kept:
        raise Bad("missing")
    if len(kept) > most:
        raise Bad("too_long", str(most))
    return kept


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
