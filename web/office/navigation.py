"""What every page of the office knows: its own ways."""

from __future__ import annotations

from typing import Any, Final

from web.office.room import office
from web.staff.rooms import ALLOWED

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
    return {"office_pages": [(endpoint, word) for endpoint, word in _WAYS if endpoint in ALLOWED]}
