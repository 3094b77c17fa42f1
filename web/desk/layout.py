"""The values of the templates of the desk."""

from __future__ import annotations

from typing import Any

from web.desk.actions import REASONS
from web.desk.room import desk
from web.desk.ticket_pages import ticket_link


@desk.context_processor
def means() -> dict[str, Any]:
    """Return the values of every template of the desk."""
    return {"reasons": REASONS, "ticket_link": ticket_link}
