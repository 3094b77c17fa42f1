"""What a page tells its script to say beside a field (web/static/staff/checking.js)."""

from __future__ import annotations

from collections.abc import Mapping
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


def check_words() -> dict[str, str]:
    """Return each sentence by its name, with its values still to be filled in, in braces."""
    said = language.words(language.chosen())
    return {
        key.removeprefix(_PREFIX): language.say(key, **_PLACES)
        for key in said
        if key.startswith(_PREFIX)
    }
