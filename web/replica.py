"""Reads of pages that may be a little old; whoever sees them is told how old."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Final

from flask import Response, g

from store.database import Conn
from web.running import runtime

HEADER: Final = "Dakiya-As-Of"


@contextmanager
def reading() -> Iterator[Conn]:
    """Enclose a transaction that only reads, and keep for the answer how old it is."""
    with runtime().reading() as found:
        if found.as_of is not None:
            g.as_of = found.as_of
        yield found.conn


def as_of() -> datetime | None:
    """Return until when commits are in what was read for this request; None: all are."""
    found: datetime | None = g.get("as_of")
    return found


def say_as_of(response: Response) -> Response:
    """Let every answer say how old it is, files too."""
    if (at := as_of()) is not None:
        response.headers[HEADER] = at.isoformat()
    return response
