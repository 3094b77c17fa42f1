"""What messages say, for tests that search all of it (store/wording.py)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from store import wording
from store.database import Conn


@dataclass(frozen=True)
class Words:
    """The words of a message, and the values of its variables."""

    id: int
    body: str
    variables: Mapping[str, Any] | None


def contents(conn: Conn) -> list[Words]:
    """Return what each message says, in the order of their ids."""
    rows = conn.execute("SELECT id, body, variables, said FROM messages ORDER BY id").fetchall()
    return [
        Words(id_, wording.body_of(body, said), wording.values_of(variables, said))
        for id_, body, variables, said in rows
    ]
