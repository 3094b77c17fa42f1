"""All writers of acts, gathered: whoever does acts imports `Books` from here."""

from __future__ import annotations

from postal import delivery, reports, wishes
from postal.books import Books, BooksDisagree, Held, hold, written

__all__ = ["Books", "BooksDisagree", "Held", "delivery", "hold", "reports", "wishes", "written"]
