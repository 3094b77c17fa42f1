"""All writers of acts; whatever does acts imports `Books` from here."""

from __future__ import annotations

from postal.acts import (
    beats,
    door,
    exceptions,
    handsets,
    helped,
    moves,
    offline,
    paper,
    recipient,
    reports,
    window,
)
from postal.acts.books import Books, BooksDisagree, Held, hold, written

__all__ = [
    "Books",
    "BooksDisagree",
    "Held",
    "beats",
    "door",
    "exceptions",
    "handsets",
    "helped",
    "hold",
    "moves",
    "offline",
    "paper",
    "recipient",
    "reports",
    "window",
    "written",
]
