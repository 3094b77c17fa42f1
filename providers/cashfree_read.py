"""Cashfree's JSON, read; decimals are `Decimal`. Raises ValueError, TypeError or KeyError."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from india.money import of_rupees
from providers.base import Attempt, Came, Listed, PaidOut

Json = Mapping[str, Any]
_LONGEST_ID = 100


def order_id(attempt: Attempt) -> str:
    """Our name for the order: of the booking and of the attempt, as an order is paid for once."""
    return f"{attempt.tr}-{attempt.id}"


def name(raw: object) -> str:
    """An id; older versions of their API write numbers. Raises ValueError."""
    if isinstance(raw, int) and not isinstance(raw, bool):
        raw = str(raw)
    if not isinstance(raw, str) or not 0 < len(raw) <= _LONGEST_ID or not raw.isprintable():
        raise ValueError("an id is missing")
    return raw


def is_success(payment: Json) -> bool:
    """Whether it is money; everything else is on its way or will never be."""
    return payment.get("payment_status") == "SUCCESS"


def came(payment: Json, order: str) -> Came:
    """A payment that succeeded, for `order`."""
    if payment.get("payment_currency", "INR") != "INR":
        raise ValueError("the currency is not INR")
    return _came(payment["cf_payment_id"], payment["payment_amount"], order, payment)


def listed(lines: Sequence[Json]) -> list[Listed]:
    """The payments of a reconciliation list, each with what was given back of it on that day; what
    went back on another day stands in another list."""
    found: dict[str, Came] = {}
    back: dict[str, int] = {}
    for line in lines:
        event, payment = line["event_details"], line["payment_details"]
        if event.get("event_status") != "SUCCESS":
            continue
        if event.get("event_type") == "REFUND":
            of = name(payment["cf_payment_id"])
            back[of] = back.get(of, 0) + of_rupees(event["event_amount"])
        if event.get("event_type") != "PAYMENT":
            continue
        order = name(line["order_details"]["order_id"])
        times = {"payment_time": payment.get("payment_time") or event["event_time"]}
        one = _came(
            payment.get("cf_payment_id") or event["event_id"],
            event["event_amount"],
            order,
            {**payment, **times},
        )
        found[one.payment_id] = one
    return [Listed(one, back.get(id_)) for id_, one in found.items()]


def settled(lines: Sequence[Json]) -> list[PaidOut]:
    """The payments that a settlement paid out."""
    return [
        PaidOut(
            name(line["payment_details"]["cf_payment_id"]),
            _time(line["settlement_details"]["settlement_date"]),
        )
        for line in lines
        if line["event_details"].get("event_type") == "PAYMENT"
        and line["event_details"].get("event_status") == "SUCCESS"
        and line["settlement_details"].get("settlement_date")
    ]


def event_id(given: str | None, body: bytes) -> str:
    """What names a call to our hook; where they did not say: its content does."""
    if given and len(given) <= _LONGEST_ID and given.isprintable():
        return given
    return "sha256:" + hashlib.sha256(body).hexdigest()


def _came(id_: object, rupees: object, order: str, payment: Json) -> Came:
    rrn = payment.get("bank_reference")
    return Came(
        "cashfree",
        name(id_),
        of_rupees(rupees),
        _time(payment["payment_time"]),
        order.partition("-")[0],
        order,
        rrn if isinstance(rrn, str) and rrn.isalnum() and len(rrn) <= _LONGEST_ID else None,
    )


def _time(raw: object) -> datetime:
    at = datetime.fromisoformat(raw) if isinstance(raw, str) else None
    if at is None or at.utcoffset() is None:
        raise ValueError("a time is missing")
    return at
