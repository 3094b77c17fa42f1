"""Readers of Razorpay's JSON. They raise ValueError, TypeError or KeyError."""

from __future__ import annotations

from datetime import UTC, datetime

from india.money import of_paise
from providers.base import Came, Listed, PaidOut
from providers.reading import Json, bank_reference, name


def is_captured(payment: Json) -> bool:
    """Tell whether the money was received, even if it was refunded afterwards."""
    return payment.get("captured") is True


def came(payment: Json, ref: str, tr: str | None) -> Came:
    """Return a captured payment on the QR code `ref`."""
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
        bank_reference(rrn),
    )


def noted(code: Json) -> str | None:
    """Return the booking's reference, which we noted on the QR code."""
    notes = code.get("notes")
    tr = notes.get("tr") if isinstance(notes, dict) else None
    return tr if isinstance(tr, str) else None


def listed(payment: Json, codes: Json) -> Listed | None:
    """Return a payment of their list with its QR code; None where it was made without one."""
    if not codes["items"]:
        return None
    code = codes["items"][0]
    refunded = payment.get("amount_refunded") or 0
    if not isinstance(refunded, int):
        raise TypeError("amount_refunded is no number")
    return Listed(came(payment, code["id"], noted(code)), refunded)


def settled(items: list[Json]) -> list[PaidOut]:
    """Return the payments of a settlement report that were paid out."""
    return [
        PaidOut(name(each["entity_id"]), _time(each["settled_at"]))
        for each in items
        if each.get("type") == "payment" and each.get("settled") is True
    ]


def _time(raw: object) -> datetime:
    if not isinstance(raw, int) or isinstance(raw, bool) or not 0 < raw < 2**33:
        raise ValueError("a time is missing")
    return datetime.fromtimestamp(raw, UTC)
