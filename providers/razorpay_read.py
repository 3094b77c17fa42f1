"""Razorpay's JSON, read. Raises ValueError, TypeError or KeyError for what is not as documented."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from india.money import of_paise
from providers.base import Came, Listed, PaidOut

Json = Mapping[str, Any]
_LONGEST_ID = 100


def name(raw: object) -> str:
    """An id of theirs. Raises ValueError."""
    if not isinstance(raw, str) or not 0 < len(raw) <= _LONGEST_ID or not raw.isprintable():
        raise ValueError("an id is missing")
    return raw


def is_captured(payment: Json) -> bool:
    """Whether the money is the department's; what was given back again has been so too."""
    return payment.get("captured") is True


def came(payment: Json, ref: str, tr: str | None) -> Came:
    """A captured payment on the QR code `ref`."""
    if payment.get("currency") != "INR":
        raise ValueError("the currency is not INR")
    rrn = payment.get("acquirer_data")
    rrn = rrn.get("rrn") if isinstance(rrn, dict) else None
    return Came(
        "razorpay",
        name(payment["id"]),
        of_paise(payment["amount"]),
        _time(payment["created_at"]),
        tr,
        name(ref),
        rrn if isinstance(rrn, str) and rrn.isalnum() and len(rrn) <= _LONGEST_ID else None,
    )


def noted(code: Json) -> str | None:
    """The booking's reference, which we noted on the QR code."""
    notes = code.get("notes")
    tr = notes.get("tr") if isinstance(notes, dict) else None
    return tr if isinstance(tr, str) else None


def listed(payment: Json, codes: Json) -> Listed | None:
    """A payment of their list, and the QR code that it came by; None where it came by none."""
    if not codes["items"]:
        return None
    code = codes["items"][0]
    refunded = payment.get("amount_refunded") or 0
    if not isinstance(refunded, int):
        raise TypeError("amount_refunded is no number")
    return Listed(came(payment, code["id"], noted(code)), refunded)


def settled(items: list[Json]) -> list[PaidOut]:
    """The payments of a settlement report that were paid out."""
    return [
        PaidOut(name(each["entity_id"]), _time(each["settled_at"]))
        for each in items
        if each.get("type") == "payment" and each.get("settled") is True
    ]


def event_id(given: str | None, body: bytes) -> str:
    """What names a call to our hook; where they did not say: its content does."""
    if given and len(given) <= _LONGEST_ID and given.isprintable():
        return given
    return "sha256:" + hashlib.sha256(body).hexdigest()


def _time(raw: object) -> datetime:
    if not isinstance(raw, int) or isinstance(raw, bool) or not 0 < raw < 2**33:
        raise ValueError("a time is missing")
    return datetime.fromtimestamp(raw, UTC)
