"""Readers of Cashfree's JSON, decimals as `Decimal`. They raise ValueError, TypeError, KeyError."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from india.calendar import is_usable
from india.money import of_rupees
from providers import reading
from providers.base import Attempt, Came, Listed, PaidOut
from providers.reading import Json, bank_reference


def order_id(attempt: Attempt) -> str:
    """Return our id of the order, made of booking and attempt, as an order is paid once."""
    return f"{attempt.tr}-{attempt.id}"


def name(raw: object) -> str:
    """Return an id; older versions of their API write numbers. Raises ValueError."""
    number = isinstance(raw, int) and not isinstance(raw, bool)
    return reading.name(str(raw) if number else raw)


def is_success(payment: Json) -> bool:
    """Tell whether the money was received; any other status is pending or failed."""
    return payment.get("payment_status") == "SUCCESS"


def came(payment: Json, order: str) -> Came:
    """Return a payment that succeeded, for `order`."""
    if payment.get("payment_currency", "INR") != "INR":
        raise ValueError("the currency is not INR")
    return _came(payment["cf_payment_id"], payment["payment_amount"], order, payment)


def listed(lines: Sequence[Json]) -> list[Listed]:
    """Return the payments of a reconciliation list, each with its refunds of that day; those of
    other days are in other lists."""
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
    """Return the payments that a settlement paid out."""
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


def _came(id_: object, rupees: object, order: str, payment: Json) -> Came:
    return Came(
        "cashfree",
        name(id_),
        of_rupees(rupees),
        _time(payment["payment_time"]),
        order.partition("-")[0],
        order,
        bank_reference(payment.get("bank_reference")),
    )


def _time(raw: object) -> datetime:
    at = datetime.fromisoformat(raw) if isinstance(raw, str) else None
    if at is None or at.utcoffset() is None or not is_usable(at):
        raise ValueError("a time is missing")
    return at
