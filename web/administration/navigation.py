"""The navigation of the administration, and pages of other rooms that belong to it."""

from __future__ import annotations

from typing import Any, Final

from web.administration.room import administration
from web.staff.rooms import ACTS

# Endpoint and the key of its word; a page that the role may not see is not shown.
PAGES: Final = (
    ("administration.staff", "administration_staff"),
    ("administration.offices", "administration_offices"),
    ("administration.postmen", "administration_postmen"),
    ("administration.tokens_", "administration_tokens"),
    ("administration.webhooks", "administration_webhooks"),
    ("administration.templates", "administration_templates"),
)
ELSEWHERE: Final = (
    ("desk.access_log", "nav_access_log"),
    ("desk.account_board", "nav_accounts"),
    ("desk.carriers", "nav_carriers"),
    ("counter.tariff_sources", "nav_tariff"),
)


@administration.context_processor
def navigation() -> dict[str, Any]:
    """Return the values of web/templates/administration/layout.html."""
    return {
        "administration_pages": [each for each in PAGES if each[0] in ACTS],
        "pages_elsewhere": [each for each in ELSEWHERE if each[0] in ACTS],
    }
