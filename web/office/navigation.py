"""The navigation of every page of the office."""

from __future__ import annotations

from typing import Any, Final

from web.office.room import office
from web.staff.rooms import ALLOWED

# Endpoint and the key of its word; a page that is not there is not shown.
_PAGES: Final = (
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
def navigation() -> dict[str, Any]:
    """Return the values of web/templates/office/layout.html."""
    return {"office_pages": [(endpoint, word) for endpoint, word in _PAGES if endpoint in ALLOWED]}
