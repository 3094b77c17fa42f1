"""A text as people send it, made comparable; and what of it may be written down.

Two jobs on the same raw text, both pure: `tokens` for the grammar, `mask_codes` for the books.
"""

from __future__ import annotations

import re
import unicodedata

from flows import number

MASK = "••••••"

_JOINERS = {ord(c): None for c in "\u200b\u200c\u200d\u2060\ufeff"}
_APOSTROPHES = {ord("'"): None, ord("’"): None}
_NOT_WORD = re.compile(r"[^\w\u0900-\u0963\u0971-\u097f]+")  # "।" is no letter
_ARTICLE = re.compile(
    r"(?<![A-Z0-9])([A-Z]{2})[\s\-]*((?:[0-9OI][\s\-]*){8}[0-9OI])[\s\-]*(IN)(?![A-Z0-9])",
    re.IGNORECASE,
)
# What might be a code: a run of 4 to 8 digits, or one cut in two like "482 913", by whatever the
# grammar takes for a gap. Longer runs are telephone numbers; article numbers are told apart before.
_PHONE = r"(?:0|91|0091)?[6-9][0-9]{9}(?![0-9])"
_CODE_RUN = re.compile(
    rf"(?<![0-9])(?!{_PHONE})(?:[0-9]{{4,}}|[0-9]{{3}}[\W_]+[0-9]{{3}})(?![0-9])"
)
_SPELLED = re.compile(r"(?<![0-9])(?:[0-9]{1,2}[\W_]{1,3}){2,7}[0-9]{1,2}(?![0-9])")
_JOINED_DIGITS = re.compile(rf"(?<=[0-9])[{''.join(map(chr, _JOINERS))}]+(?=[0-9])")


def fold(raw: str) -> str:
    """`raw` with ASCII digits, composed letters, no joiners, in lower case."""
    text = unicodedata.normalize("NFKC", raw).translate(_JOINERS).translate(_APOSTROPHES)
    return _ascii_digits(text).lower()


def _ascii_digits(text: str) -> str:
    """Digits of any script, Devanagari first of all, raised and circled ones too, as 0-9."""
    return text if text.isascii() else "".join(map(_ascii_digit, text))


def _ascii_digit(letter: str) -> str:
    if letter.isascii() or not letter.isdigit():
        return letter
    return str(unicodedata.digit(letter))


def tokens(raw: str) -> tuple[str, ...]:
    """The words and numbers of `raw`; a full article number, however spaced, is one of them."""
    joined = _ARTICLE.sub(_join, fold(raw))
    return tuple(token for token in _NOT_WORD.split(joined.replace("_", " ")) if token)


def mask_codes(raw: str) -> str:
    """`raw` with everything that could be a code as ••••••. Article and phone numbers stay."""
    return _mask(raw, _CODE_RUN)


def mask_spelled_codes(raw: str) -> str:
    """As `mask_codes`, and digits spelled out one or two at a time ("4 8 2 9 1 3") as well."""
    return _mask(mask_codes(raw), _SPELLED)


def _mask(raw: str, pattern: re.Pattern[str]) -> str:
    text = _JOINED_DIGITS.sub("", _ascii_digits(raw))
    parts: list[str] = []
    start = 0
    for article in _ARTICLE.finditer(text):
        if number.parse(article.group()) is None:
            continue  # written like one, but no article number: it may hold a code
        parts.append(pattern.sub(MASK, text[start : article.start()]))
        parts.append(article.group())
        start = article.end()
    parts.append(pattern.sub(MASK, text[start:]))
    return "".join(parts)


def _join(match: re.Match[str]) -> str:
    return " " + re.sub(r"[\s\-]", "", "".join(match.groups())) + " "
