"""From a template and values to a text. No text is made in another way."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from messages.catalogue import CODE, VARIABLE, CatalogueError, catalogue
from messages.segments import Segments, count

CODE_MASK: Final = "••••••"
_CODE = re.compile(r"[0-9]{4,8}", re.ASCII)
_SIX = "000000"


@dataclass(frozen=True)
class Rendered:
    """A text as it is stored, with `CODE_MASK` in the place of a code."""

    template: str
    language: str
    text: str
    segments: Segments


def render(template: str, language: str, values: Mapping[str, int | str]) -> Rendered:
    """Return the text of `template` in `language`, its variables filled with `values`.

    The code is not a value: `CODE_MASK` keeps its place until `fill_code` inserts it when the
    message is sent; the segments are those of the text with a code of six digits. Raise
    `CatalogueError` for a template, language or variable that does not exist or is missing, and for
    a value that is not of its kind.
    """
    entry = catalogue().template(template)
    kinds = {variable.name: variable.kind for variable in entry.variables if variable.name != CODE}
    if set(kinds) != set(values):
        raise CatalogueError(
            f"template {template} takes {sorted(kinds) or 'no variables'}, not {sorted(values)}"
        )
    for name, kind in kinds.items():
        if not kind.admits(values[name]):
            # The message omits the value: a misplaced code must not end in a log.
            raise CatalogueError(f"template {template}: {name} must be {kind.allowed}")
    text = catalogue().text(template, language)
    stored = _fill(text, {**values, CODE: CODE_MASK})
    return Rendered(template, language, stored, count(_fill(text, {**values, CODE: _SIX})))


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


def _fill(text: str, values: Mapping[str, int | str]) -> str:
    return VARIABLE.sub(lambda match: str(values[match[1]]), text)
