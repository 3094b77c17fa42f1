"""The words of the pages for names that the code uses."""

from __future__ import annotations

from typing import Any

from web import language
from web.staff.rooms import shared


@shared.app_template_filter()
def carrier_name(name: str) -> str:
    """Return the name of a carrier as people read it: `simulator_voice` is simulator voice."""
    return name.replace("_", " ")


@shared.app_template_filter()
def word(name: Any, prefix: str) -> str:
    """Return the page's word for a name of flows, `word("Yes", "event_")`; else the name."""
    return language.words(language.chosen()).get(f"{prefix}{name}", str(name))
