"""The words and numbers of a text as signs: a telephone, a day, a time, money, a code, an article.

Digits alone mean nothing here; what they are is told by what they look like and stand beside. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from flows import number
from flows.grammar.text import articles_joined
from flows.reading.words import find, parts
from flows.wishes import DayNamed
from india.phone import mobile


@dataclass(frozen=True)
class Sign:
    """A piece of a text. `notion`: what it is, where that is no matter of the lexicon."""

    text: str
    notion: str | None = None
    phone: str = ""
    day: DayNamed | None = None
    which: str = ""


MONTHS: Final[Mapping[str, int]] = MappingProxyType(
    {
        name: at
        for at, name in enumerate(
            ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), 1
        )
    }
)
WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
OFFSETS: Final[Mapping[str, int]] = MappingProxyType({"today": 0, "tomorrow": 1, "dayafter": 2})
_EMOJI: Final[Mapping[str, str]] = MappingProxyType(
    dict.fromkeys("👍👌🆗✅✔☑👏💯🤝", "thumbs")
    | dict.fromkeys("🙏", "namaste#")
    | dict.fromkeys("👎❌🚫", "thumbsdown")
    | dict.fromkeys("😡😠🤬", "angry#")
)

_SIGN: Final = re.compile(
    r"(?P<article>\b[a-z]{2}[0-9oi]{9}in\b)"
    r"|(?P<date>\b\d{1,2}(?:/\d{1,2}(?:/\d{2,4})?|[-.]\d{1,2}[-.]\d{2,4})(?![\d/]))"
    r"|(?P<money>(?:₹|\b(?:rs|inr)\b)\.?\s*\d[\d,]*|\b\d[\d,]*\s*/-)"
    r"|(?P<grouped>\b\d{1,3}(?:,\d{2,3})+\b)"
    r"|(?P<mobile>(?<!\d)(?:\+?91[ -]?|0091[ -]?|0)?[6-9]\d(?:[ ().-]{0,2}\d){8}(?!\d))"
    r"|(?P<phone>\+?\d[\d ().-]{6,18}\d)"
    r"|(?P<hour>\b\d{1,2}(?:[:.]\d{2})?\s*(?:am|pm|baje|bje|bajay|bajey|o'?clock)\b)"
    r"|(?P<nth>\b\d{1,2}(?:st|nd|rd|th)\b)"
    r"|(?P<ussd>[*#]{1,2}\d{2,3}[*#][\d*#]*)"
    r"|(?P<digits>\d+)"
    r"|(?P<letters>\b(?:[a-z]\.){2,}[a-z]?(?![a-z]))"
    r"|(?P<word>[^\W\d_]+(?:'[a-z]+)?)"
    r"|(?P<ask>\?)"
    r"|(?P<end>\.{2,}|[.!;|]|--+|[—–])"
    r"|(?P<emoji>[👍👌🆗✅✔☑👏💯🤝🙏👎❌🚫😡😠🤬])"
)
_NO_END_AFTER: Final = frozenset(("no", "rs", "mob", "ph", "dr", "sh", "smt", "mr", "mrs"))
_FOREIGN: Final = re.compile(r"\+(?!91)\d{8,15}|00(?!91)\d{9,15}")
_TOLL_START: Final = 4
_NO_ARTICLE: Final = re.compile(r"1930|1800|20[2-3]\d")  # helplines and years
_TOLL: Final = re.compile(r"1[89]\d{2}\d{6,7}|1[48]\d{5,9}")


def signs(text: str) -> list[Sign]:
    """Return the signs of a folded text in Latin letters."""
    found: list[Sign] = []
    for match in _SIGN.finditer(articles_joined(text).lower()):
        kind = match.lastgroup or ""
        if kind == "end":
            if not (match.group() == "." and found and found[-1].text in _NO_END_AFTER):
                found.append(Sign(match.group(), ";"))
            continue
        found.extend(_READ[kind](match.group()))
    return _with_days(_with_neighbours(found))


def _article(text: str) -> list[Sign]:
    read = number.parse(text)
    return [Sign(text, "article#", which=read or "")] if read else [Sign(text, "long#")]


def _date(text: str) -> list[Sign]:
    parts = [int(part) for part in re.split(r"[/.-]", text)]
    day = _day_of(parts)
    return [Sign(text, "date#", day=day)] if day else [Sign(text, "n#")]


def _day_of(parts: list[int]) -> DayNamed | None:
    year = parts[2] if len(parts) > 2 else None
    if year is not None and year < 100:
        year += 2000
    if not (1 <= parts[0] <= 31 and 1 <= parts[1] <= 12):
        return None
    return DayNamed(day=parts[0], month=parts[1], year=year)


def _phone(text: str) -> list[Sign]:
    """Return a telephone where the digits are one, else the numbers that are spaced so."""
    joined = re.sub(r"[^\d+]", "", text)
    phone = mobile(joined.lstrip("+"))
    if phone:
        return [Sign(text, "phone#", phone=phone)]
    spaced_code = len(text.split()[0]) < _TOLL_START  # "1 482913": an answer and a code
    if _FOREIGN.fullmatch(joined) or (_TOLL.fullmatch(joined) and not spaced_code):
        return [Sign(text, "caller#")]
    first, _, rest = text.partition(" ")
    if rest:  # "2 9839012345": an answer before a telephone
        return [*_numbers(first), *_phone(rest.strip())]
    return _numbers(text)


def _numbers(text: str) -> list[Sign]:
    return [each for run in re.findall(r"\d+", text) for each in _digits(run)]


def _digits(run: str) -> list[Sign]:
    phone = mobile(run)
    if phone:
        return [Sign(run, "phone#", phone=phone)]
    if _TOLL.fullmatch(run):
        return [Sign(run, "caller#")]
    if len(run) == 4:
        return [Sign(run, "four#", which="" if _NO_ARTICLE.fullmatch(run) else run)]
    if len(run) <= 3:
        return [Sign(run, str(int(run)))]
    return [Sign(run, "digits#" if len(run) <= 8 else "long#")]


_READ: Final[Mapping[str, Callable[[str], list[Sign]]]] = MappingProxyType(
    {
        "article": _article,
        "date": _date,
        "money": lambda text: [Sign(text, "money"), Sign(text, "n#")],
        "grouped": lambda text: [Sign(text, "n#")],
        "mobile": _phone,
        "phone": _phone,
        "hour": lambda text: [Sign(text, "time")],
        "nth": lambda text: [Sign(text, str(int(text[:-2])))],
        "digits": _digits,
        "letters": lambda text: [Sign(text.replace(".", ""))],
        "word": lambda text: [Sign(part) for part in parts(text)],
        "ussd": lambda text: [Sign(text, "ussd#")],
        "ask": lambda text: [Sign(text, "?")],
        "emoji": lambda text: [Sign(text, _EMOJI[text])],
    }
)


def _notion(sign: Sign) -> str:
    return sign.notion if sign.notion is not None else find(sign.text).notion


def _with_neighbours(found: list[Sign]) -> list[Sign]:
    """Read a number by the word beside it: an hour, money, days that passed, a day of a month."""
    kept: list[Sign] = []
    for at, sign in enumerate(found):
        after = _notion(found[at + 1]) if at + 1 < len(found) else ""
        small = sign.notion is not None and sign.notion.isdigit()
        amount = small or sign.notion in ("four#", "digits#")
        if small and after == "time":
            continue
        if amount and after == "money":
            kept.append(Sign(sign.text, "n#"))
        elif small and after in MONTHS:
            day = _day_of([int(sign.text[:2].strip("stndrh") or 0), MONTHS[after]])
            kept.append(Sign(sign.text, "date#", day=day) if day else sign)
        elif after and kept and kept[-1].notion == "date#" and _notion(sign) in MONTHS:
            kept.append(sign)
        else:
            kept.append(sign)
    return [each for at, each in enumerate(kept) if not _says_month(kept, at)]


def _says_month(found: list[Sign], at: int) -> bool:
    """Tell whether this is the month of the date before it."""
    return at > 0 and found[at - 1].notion == "date#" and _notion(found[at]) in MONTHS


def _with_days(found: list[Sign]) -> list[Sign]:
    """Add the day to each word that names one, and to "29 tarikh" and "December 2"."""
    kept: list[Sign] = []
    for sign in found:
        notion = _notion(sign)
        before = kept[-1] if kept else None
        number_before = before is not None and before.notion is not None and before.notion.isdigit()
        if sign.notion is None and notion in OFFSETS:
            kept.append(Sign(sign.text, day=DayNamed(offset=OFFSETS[notion])))
        elif sign.notion is None and notion in WEEKDAYS:
            kept.append(Sign(sign.text, day=DayNamed(weekday=WEEKDAYS.index(notion))))
        elif before is not None and number_before and _is_date_word(sign.text):
            kept[-1] = _of_month(before)
        elif before is not None and _notion(before) in MONTHS and notion.isdigit():
            day = _day_of([int(notion), MONTHS[_notion(before)]])
            kept[-1] = Sign(sign.text, "date#", day=day) if day else before
        else:
            kept.append(sign)
    return kept


def _is_date_word(text: str) -> bool:
    return text.startswith(("tari", "tare", "tarkh")) or text == "date"


def _of_month(sign: Sign) -> Sign:
    day = int(sign.notion or 0)
    return Sign(sign.text, "date#", day=DayNamed(day=day)) if 1 <= day <= 31 else sign
