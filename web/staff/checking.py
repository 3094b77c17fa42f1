"""What a page tells its script to say beside a field (web/static/staff/checking.js)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from web import language
from web.staff.rooms import shared

_PREFIX: Final = "beside_"
_PLACES: Final[Mapping[str, str]] = {
    name: "{" + name + "}" for name in ("day", "least", "most", "now")
}


@shared.app_context_processor
def _checks() -> dict[str, Any]:
    return {"check_words": check_words}


def check_words() -> Mapping[str, str]:
    """Return each sentence by its name, with its values still to be filled in, in braces."""
    return _said(language.chosen())


@cache
def _said(chosen: str) -> Mapping[str, str]:
    return {
        key.removeprefix(_PREFIX): sentence.format(**_PLACES)
        for key, sentence in language.words(chosen).items()
        if key.startswith(_PREFIX)
    }
