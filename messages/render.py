"""From a template and values to a text. No text is made in another way."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from messages.catalogue import CODE, QUOTE, VARIABLE, CatalogueError, catalogue
from messages.segments import Segments, count

CODE_MASK: Final = "••••••"
QUOTE_MASK: Final = "▪▪"
_CODE = re.compile(r"[0-9]{4,8}", re.ASCII)
_QUOTE = re.compile(r"[0-9]{2}", re.ASCII)
_SIX = "000000"
_TWO = "00"


@dataclass(frozen=True)
class Rendered:
    """A text as it is stored, with masks in the place of a code and of digits to be quoted."""

    template: str
    language: str
    text: str
    segments: Segments


def render(template: str, language: str, values: Mapping[str, int | str]) -> Rendered:
    """Return the text of `template` in `language`, its variables filled with `values`.

    A code, and the two digits that prove who answers, are no values: masks keep their places until
    `fill_code` and `fill_quote` insert them when the message is sent; the segments are those of the
    text with a code of six digits. Where nothing is to be paid the words are those of its `free`
    template; it is still the text `template`. Raise `CatalogueError` for a template, language or
    variable that does not exist or is missing, and for a value that is not of its kind.
    """
    entry = catalogue().template(template)
    kinds = {each.name: each.kind for each in entry.variables if each.name not in (CODE, QUOTE)}
    if set(kinds) != set(values):
        raise CatalogueError(
            f"template {template} takes {sorted(kinds) or 'no variables'}, not {sorted(values)}"
        )
    for name, kind in kinds.items():
        if not kind.admits(values[name]):
            # The message omits the value: a misplaced code must not end in a log.
            raise CatalogueError(f"template {template}: {name} must be {kind.allowed}")
    text = catalogue().text(catalogue().words_of(template, values), language)
    stored = _fill(text, {**values, CODE: CODE_MASK, QUOTE: QUOTE_MASK})
    sent = _fill(text, {**values, CODE: _SIX, QUOTE: _TWO})
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
    given = {**values, "day": day, CODE: CODE_MASK, QUOTE: QUOTE_MASK}
    names = {each.name for each in catalogue().template(late).variables}
    if not names <= set(given):
        raise CatalogueError(f"template {late} takes more than {template} has")
    return _fill(catalogue().text(late, language), given)


def fill_code(text: str, code: str) -> str:
    """Return `text` with `code` in the place of its mask.

    Raise ValueError, without the code in it, if there is not exactly one mask or `code` is not 4 to
    8 ASCII digits.
    """
    if _CODE.fullmatch(code) is None:
        raise ValueError("a code is 4 to 8 digits")
    if text.count(CODE_MASK) != 1:
        raise ValueError("the text has no single place for a code")
    return text.replace(CODE_MASK, code)


def fill_quote(text: str, quote: str) -> str:
    """Return `text` with the two digits `quote` in the place of their mask.

    Raise ValueError, without the digits in it, if there is not exactly one mask.
    """
    if _QUOTE.fullmatch(quote) is None:
        raise ValueError("what is quoted are two digits")
    if text.count(QUOTE_MASK) != 1:
        raise ValueError("the text has no single place for digits to quote")
    return text.replace(QUOTE_MASK, quote)


def _fill(text: str, values: Mapping[str, int | str]) -> str:
    return VARIABLE.sub(lambda match: str(values[match[1]]), text)
