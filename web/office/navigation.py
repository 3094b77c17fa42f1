"""The navigation of every page of the office."""

from __future__ import annotations

from typing import Any, Final

from postal import marks
from web.office.room import me, office, runtime
from web.staff.rooms import ACTS

# Endpoint and the key of its word; a page that is not there is not shown.
_PAGES: Final = (
    ("office.start", "navigation_start"),
    ("office.arrivals", "navigation_arrivals"),
    ("office.draft", "navigation_draft"),
    ("office.lists", "navigation_lists"),
    ("office.cash", "navigation_cash"),
    ("office.deposit", "navigation_deposit"),
    ("office.returns", "navigation_returns"),
    ("office.paper_day", "navigation_paper"),
    ("office.outages", "navigation_outages"),
    ("office.imports", "navigation_imports"),
)


def grave_marks() -> int:
    """Return how many articles of the office fraud was reported about, or somebody objects to."""
    with runtime().database.transaction() as conn:
        return marks.grave(conn, me().account.office_id)


@office.context_processor
def navigation() -> dict[str, Any]:
    """Return the values of web/templates/office/layout.html."""
    return {
        "grave_marks": grave_marks,
        "office_pages": [(endpoint, word) for endpoint, word in _PAGES if endpoint in ACTS],
    }
