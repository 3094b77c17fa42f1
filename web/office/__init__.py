"""The delivery office: arrivals, lists, closing. Each module adds routes to `room.office`."""

from web.office import (
    arrival_pages,
    cash_pages,
    day_pages,
    deposit_pages,
    draft_pages,
    exception_pages,
    finding,
    import_view,
    imports,
    list_pages,
    paper_pages,
    register_pages,
    slips,
    start,
    word_pages,
)
from web.office.room import office

__all__ = [
    "arrival_pages",
    "cash_pages",
    "day_pages",
    "deposit_pages",
    "draft_pages",
    "exception_pages",
    "finding",
    "import_view",
    "imports",
    "list_pages",
    "office",
    "paper_pages",
    "register_pages",
    "slips",
    "start",
    "word_pages",
]
