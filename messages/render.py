"""From a template and values to a text. No text is made in another way."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from messages.catalogue import CHECK, CODE, QUOTE, SHOWN, VARIABLE, CatalogueError, catalogue
from messages.segments import Segments, count
from messages.worded import in_text

CODE_MASK: Final = "••••••"
QUOTE_MASK: Final = "▪▪"
CHECK_MASK: Final = "▫▫▫"
_CODE = re.compile(r"[0-9]{4,8}", re.ASCII)
_QUOTE = re.compile(r"[0-9]{2}", re.ASCII)
_CHECK = re.compile(r"[0-9]{3}", re.ASCII)
_MASKS = {CODE: CODE_MASK, QUOTE: QUOTE_MASK, CHECK: CHECK_MASK}
_SENT = {CODE: "000000", QUOTE: "00", CHECK: "000"}


@dataclass(frozen=True)
class Rendered:
    """A text as it is stored, with masks in the place of a code, of digits to quote or to check."""

    template: str
    language: str
    text: str
    segments: Segments


def render(template: str, language: str, values: Mapping[str, int | str]) -> Rendered:
    """Return the text of `template` in `language`, its variables filled with `values`.

    A code, the two digits that prove who answers, and the three of the postman's slip are no
    values: masks keep their places until `fill_code`, `fill_quote` and `fill_check` insert them
    when the message is sent; the segments are those of the text with a code of six digits. Where
    nothing is to be paid the words are those of its `free` template, or, where `check` is `SHOWN`,
    of that one's `checked`; it is still the text `template`. Raise `CatalogueError` for a template,
    language or variable that does not exist or is missing, and for a value that is not of its kind.
    """
    entry = catalogue().template(template)
    words = catalogue().words_of(template, values)
    kinds = {each.name: each.kind for each in entry.variables if each.name not in _MASKS}
    given = {name: value for name, value in values.items() if name != CHECK}
    if set(kinds) != set(given):
        raise CatalogueError(
            f"template {template} takes {sorted(kinds) or 'no variables'}, not {sorted(values)}"
        )
    checked = any(each.name == CHECK for each in catalogue().template(words).variables)
    if values.get(CHECK) != (SHOWN if checked else None):
        raise CatalogueError(f"template {template}: {CHECK} is {SHOWN}, where its words have it")
    for name, kind in kinds.items():
        if not kind.admits(values[name]):
            # The message omits the value: a misplaced code must not end in a log.
            raise CatalogueError(f"template {template}: {name} must be {kind.allowed}")
    text = catalogue().text(words, language)
    stored = _fill(text, {**values, **_MASKS}, language)
    sent = _fill(text, {**values, **_SENT}, language)
    return Rendered(template, language, stored, count(sent))


def render_late(
    template: str, language: str, values: Mapping[str, int | str], day: str
) -> str | None:
    """Return the words of `template` that say until when they are true; None: it has no such words.

    For a carrier that delivers a text however late. `day`: of today, as 14AUG. Masks as `render`.
    """
    late = catalogue().late_words_of(template, values)
    if late == catalogue().words_of(template, values):
        return None
    given = {**values, "day": day, **_MASKS}
    names = {each.name for each in catalogue().template(late).variables}
    if not names <= set(given):
        raise CatalogueError(f"template {late} takes more than {template} has")
    return _fill(catalogue().text(late, language), given, language)


def fill_code(text: str, code: str) -> str:
    """Return `text` with `code` in the place of its mask.

    Raise ValueError, without the code in it, if there is not exactly one mask or `code` is not 4 to
    8 ASCII digits.
    """
    if _CODE.fullmatch(code) is None:
        raise ValueError("a code is 4 to 8 digits")
    return _put(text, CODE_MASK, code, "a code")


def fill_quote(text: str, quote: str) -> str:
    """Return `text` with the two digits `quote` in the place of their mask.

    Raise ValueError, without the digits in it, if there is not exactly one mask.
    """
    if _QUOTE.fullmatch(quote) is None:
        raise ValueError("what is quoted are two digits")
    return _put(text, QUOTE_MASK, quote, "digits to quote")


def fill_check(text: str, check: str) -> str:
    """Return `text` with the three digits `check` in the place of their mask.

    Raise ValueError, without the digits in it, if there is not exactly one mask.
    """
    if _CHECK.fullmatch(check) is None:
        raise ValueError("what is compared with a slip are three digits")
    return _put(text, CHECK_MASK, check, "digits of a slip")


def _put(text: str, mask: str, digits: str, what: str) -> str:
    if text.count(mask) != 1:
        raise ValueError(f"the text has no single place for {what}")
    return text.replace(mask, digits)


def _fill(text: str, values: Mapping[str, int | str], language: str) -> str:
    return VARIABLE.sub(lambda match: in_text(match[1], values[match[1]], language), text)
