"""A text as people send it: normalised for the grammar, masked for the books. Pure."""

from __future__ import annotations

import re
import unicodedata

from flows import number
from flows.reading.scripts import MOST_READ
from india.phone import DIALLED, mobile
from india.signs import ascii_digits

MASK = "••••••"
_JOINERS = {ord(c): None for c in "\u200b\u200c\u200d\u2060\ufeff"}
_APOSTROPHES = {ord("'"): None, ord("’"): None}
_NOT_WORD = re.compile(r"[^\w\u0900-\u0963\u0971-\u097f]+")  # "।" is no letter
_ARTICLE = re.compile(
    r"(?<![A-Z0-9])([A-Z]{2})[\s\-]*((?:[0-9OI][\s\-]*){8}[0-9OI])[\s\-]*(IN)(?![A-Z0-9])",
    re.IGNORECASE,
)
# What may be a code: a run of 4 to 8 digits, or one divided like "482 913" by whatever the grammar
# takes for a gap. Longer runs are telephone numbers; article numbers are recognised before.
_CODE_RUN = re.compile(
    rf"(?<![0-9])(?!{DIALLED}(?![0-9]))(?:[0-9]{{4,}}|[0-9]{{3}}[\W_]+[0-9]{{3}})(?![0-9])"
)
_SPELLED = re.compile(r"(?<![0-9])(?:[0-9]{1,2}[\W_]{1,3}){2,7}[0-9]{1,2}(?![0-9])")
# The same with letters for digits or between them: "48x29x13", "482o13".
_LETTERED = re.compile(
    r"(?<![0-9A-Za-z])[0-9](?=[0-9]*[A-Za-z])(?:[A-Za-z]?[0-9]){3,11}(?![0-9A-Za-z])"
)
_AFTER_PIN = re.compile(
    r"(?<=\bpin)[\W_]{1,3}[0-9](?:[\W_]{0,3}[0-9]){1,7}(?![0-9])", re.IGNORECASE
)
_DATE = re.compile(r"(?:0?[1-9]|[12][0-9]|3[01]) (?:0?[1-9]|1[0-2])(?: (?:20)?[0-9]{2})?")
# The same in unequal pieces, "4829 13"; so long only where nothing was understood.
_PIECES = re.compile(r"(?<![0-9])[0-9]{1,5}(?:[\W_]{1,4}[0-9]{1,5})+(?![0-9])")
_MOST_SHOWN = 4  # digits in pieces that are certainly no code
_JOINED_DIGITS = re.compile(rf"(?<=[0-9])[{''.join(map(chr, _JOINERS))}]+(?=[0-9])")


def fold(raw: str) -> str:
    """Return `raw` with ASCII digits, composed letters, no joiners, in lower case.

    Of a longer text the beginning, `MOST_READ` letters and no word or number cut in two.
    """
    text = unicodedata.normalize("NFKC", raw[: 2 * MOST_READ])[: 2 * MOST_READ]
    text = ascii_digits(text.translate(_JOINERS).translate(_APOSTROPHES)).lower()
    whole = len(raw) <= 2 * MOST_READ and len(text) <= MOST_READ
    return text if whole else _to_the_last_word(text[:MOST_READ])


def _to_the_last_word(cut: str) -> str:
    """Return `cut` without the word at its end, and without numbers before it.

    Half of "7 482 913" would be another item's number, or a sum.
    """
    end = len(cut)
    while end and cut[end - 1].isalnum():
        end -= 1
    while end and not cut[end - 1].isalpha():
        end -= 1
    return cut[:end]


def tokens(raw: str) -> tuple[str, ...]:
    """Return the words and numbers of `raw`; a full article number is one, however it is spaced."""
    joined = articles_joined(fold(raw))
    return tuple(token for token in _NOT_WORD.split(joined.replace("_", " ")) if token)


def articles_joined(folded: str) -> str:
    """Return a folded text with each full article number as one word."""
    return _ARTICLE.sub(_join, folded)


def mask_codes(raw: str) -> str:
    """Return `raw` with •••••• for all that may be a code; article and phone numbers stay."""
    return _mask(raw, _CODE_RUN)


def mask_spelled_codes(raw: str) -> str:
    """Mask as `mask_codes` does, and also digits in other pieces ("4 8 2 9 1 3", "482o13")."""
    text = _mask(_mask(_mask(raw, _AFTER_PIN), _LETTERED), _PIECES)
    return _mask(mask_codes(text), _SPELLED)


def mask_own_words(raw: str) -> str:
    """Mask as `mask_spelled_codes` does, but keep telephones and dates in pieces."""
    text = _JOINED_DIGITS.sub("", ascii_digits(raw))
    parts: list[str] = []
    start = 0
    for found in _PIECES.finditer(text):
        if _is_number(found.group()):
            parts += [mask_spelled_codes(text[start : found.start()]), found.group()]
            start = found.end()
    return "".join((*parts, mask_spelled_codes(text[start:])))


# "53", "5 3", and "153" for "1 53".
_PAIRS = re.compile(
    r"(?<![0-9+•▫▪])(?:([12]?)[0-9]{2}|(?:[0-9][\W_]{1,3})+[0-9])(?![0-9•▫▪])", re.ASCII
)


def mask_pairs(raw: str, mask: str) -> str:
    """Return `raw` with `mask` for whatever may be two digits of a question; telephones stay."""

    def hidden(found: str) -> str:
        return _PAIRS.sub(lambda pair: (pair[1] or "") + mask, found)

    text = _JOINED_DIGITS.sub("", ascii_digits(raw))
    parts: list[str] = []
    start = 0
    for found in _PIECES.finditer(text):
        if mobile(re.sub(r"[^0-9]+", "", found.group())):
            parts += [hidden(text[start : found.start()]), found.group()]
            start = found.end()
    return "".join((*parts, hidden(text[start:])))


def _is_number(found: str) -> bool:
    """Tell whether digits in pieces are a telephone or a date."""
    bare = re.sub(r"[^0-9]+", " ", found).strip()
    return bool(mobile(bare.replace(" ", "")) or _DATE.fullmatch(bare))


def _mask(raw: str, pattern: re.Pattern[str]) -> str:
    def hidden(found: re.Match[str]) -> str:
        shown = pattern is _PIECES and sum(map(str.isdigit, found.group())) <= _MOST_SHOWN
        return found.group() if shown else MASK

    text = _JOINED_DIGITS.sub("", ascii_digits(raw))
    parts: list[str] = []
    start = 0
    for article in _ARTICLE.finditer(text):
        if number.parse(article.group()) is None:
            continue  # the shape of an article number, but not one: it may contain a code
        parts.append(pattern.sub(hidden, text[start : article.start()]))
        parts.append(article.group())
        start = article.end()
    parts.append(pattern.sub(hidden, text[start:]))
    return "".join(parts)


def _join(match: re.Match[str]) -> str:
    return " " + re.sub(r"[\s\-]", "", "".join(match.groups())) + " "
