"""What every page of the office knows: its own ways, and money as people read it."""

from __future__ import annotations

from typing import Any, Final

from web.office.room import office
from web.staff import ALLOWED

# Endpoint and the word for it; what is not there is not shown.
_WAYS: Final = (
    ("office.start", "way_start"),
    ("office.arrivals", "way_arrivals"),
    ("office.draft", "way_draft"),
    ("office.lists", "way_lists"),
    ("office.cash", "way_cash"),
    ("office.deposit", "way_deposit"),
    ("office.returns", "way_returns"),
    ("office.imports", "way_imports"),
)


@office.context_processor
def ways() -> dict[str, Any]:
    """What web/templates/office/layout.html is filled with."""
    return {"office_ways": [(endpoint, word) for endpoint, word in _WAYS if endpoint in ALLOWED]}


@office.app_template_filter()
def rupees(paise: int) -> str:
    """₹1,450 or ₹59.50 of so many paise, digits grouped as in India; −₹50 below nothing."""
    whole, rest = divmod(abs(paise), 100)
    text = f"{whole}"
    head, tail = text[:-3], text[-3:]
    groups = [head[max(0, end - 2) : end] for end in range(len(head), 0, -2)][::-1]
    grouped = ",".join([*groups, tail])
    return ("−" if paise < 0 else "") + "₹" + grouped + (f".{rest:02d}" if rest else "")
