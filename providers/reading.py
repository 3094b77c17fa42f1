"""The parts of reading that providers' JSON has in common."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

Json = Mapping[str, Any]
_LONGEST_ID = 100


def name(raw: object) -> str:
    """Return an id of the provider's. Raises ValueError."""
    if not isinstance(raw, str) or not 0 < len(raw) <= _LONGEST_ID or not raw.isprintable():
        raise ValueError("an id is missing")
    return raw


def bank_reference(raw: object) -> str | None:
    """Return the bank's reference (RRN) of a payment; None where there is none."""
    usable = isinstance(raw, str) and raw.isalnum() and len(raw) <= _LONGEST_ID
    return str(raw) if usable else None


def event_id(given: str | None, body: bytes) -> str:
    """Return the id of a call to our hook, as given, else made of its content."""
    if given and len(given) <= _LONGEST_ID and given.isprintable():
        return given
    return "sha256:" + hashlib.sha256(body).hexdigest()
