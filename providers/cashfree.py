"""Cashfree: an order, and a QR code to pay it; signed webhooks. Sums are decimal rupees.

From Cashfree's documents (www.cashfree.com/docs/api-reference/payments/latest, read November 2026):
- orders/create, orders/terminate-order: `order_id` of letters, digits, - and _ is ours;
  `customer_phone` is required; `order_expiry_time`; PATCH with `order_status` TERMINATED.
- payments/pay: `upi` with `channel` qrcode on the order's `payment_session_id`; Cashfree enables
  this (S2S) per account. `data.payload.qrcode` is a PNG as data: URI, as published users of the API
  read it; the reference only says "key value pairs". x-client-device, -os and -browser are
  required since 2026.
- payments/get-payments-for-an-order: `payment_status` SUCCESS is money.
- payments/webhooks, webhooks/signature-verification: `x-webhook-signature` is base64 HMAC-SHA256
  over `x-webhook-timestamp` + raw body, keyed with the client secret; `x-idempotency-key` names an
  event.
- refunds/create, refunds/get: our `refund_id`; SUCCESS, PENDING, ONHOLD, CANCELLED, FAILED.
- settlements/reconcile (POST /recon) and settlement-reconciliation (POST /settlement/recon).
Their SDK (cashfree-pg 6) is not used, as its sums are float.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final
from urllib.parse import quote

from india.calendar import bounds
from india.money import loads, rupees
from providers import cashfree_read as read
from providers.base import (
    Attempt,
    Came,
    Closed,
    Failure,
    Listed,
    Notice,
    NotRefunded,
    PaidOut,
    ProviderCall,
    ProviderName,
    ProviderRefused,
    Qr,
    Refunded,
    Refunding,
    ToRefund,
    UnauthenticNotice,
    Unreachable,
)
from providers.failures import CallFailed, exchange, returned
from providers.network import LONGEST, TIMEOUT, ProviderSession, short
from providers.reading import notice
from settings import Settings

NAME: Final[ProviderName] = "cashfree"
API: Final = "https://api.cashfree.com/pg"
VERSION: Final = "2025-01-01"
_SHORTEST: Final = timedelta(minutes=16)  # Cashfree's minimum is 15 minutes
_PAGE, _MOST_PAGES = 100, 1_000
_SUCCESS: Final = "PAYMENT_SUCCESS_WEBHOOK"
_LONGEST_IMAGE: Final = 200_000


class CashfreeProvider:
    """One account."""

    name: ProviderName = NAME

    def __init__(self, settings: Settings, timeout: tuple[float, float] = TIMEOUT) -> None:
        self._base = settings.cashfree_api_url or API
        self._session = ProviderSession(self._base, timeout)
        self._secret = settings.cashfree_client_secret.get_secret_value()
        self._phone = settings.cashfree_phone
        self._session.headers.update(
            {
                "x-api-version": VERSION,
                "x-client-id": settings.cashfree_client_id,
                "x-client-secret": self._secret,
                # Of the screen that shows the code, not of the customer's telephone.
                "x-client-device": "desktop",
                "x-client-os": "others",
                "x-client-browser": "chrome",
            }
        )

    def make(self, attempt: Attempt) -> Qr | Failure:
        order_id = read.order_id(attempt)
        closes = max(attempt.expires_at, attempt.begun_at + _SHORTEST)
        order = {
            "order_id": order_id,
            "order_currency": "INR",
            "customer_details": {
                "customer_id": attempt.tr,
                "customer_phone": self._phone,
            },
            "order_expiry_time": closes.isoformat(timespec="seconds"),
            "order_note": f"Post {attempt.tr}",
        }

        def work() -> Qr | Failure:
            try:
                made = self._ask("POST", "/orders", _with_sum("order_amount", attempt.paise, order))
            except CallFailed as failed:
                if failed.status != 409:  # 409: made before, and the answer was lost
                    raise
                made = self._ask("GET", f"/orders/{order_id}")
            session = {
                "payment_session_id": made["payment_session_id"],
                "payment_method": {"upi": {"channel": "qrcode"}},
            }
            paying = self._ask("POST", "/orders/sessions", json.dumps(session))
            image = paying["data"]["payload"]["qrcode"]
            if not isinstance(image, str) or not image.startswith("data:image/png;base64,"):
                return Unreachable("an answer without a QR code")
            if len(image) > _LONGEST_IMAGE:
                return Unreachable("a QR code of more than 200 KB")
            return Qr(order_id, image=image)

        return returned(work)

    def look(self, attempt: Attempt) -> Sequence[Came] | Failure:
        order_id = attempt.ref or read.order_id(attempt)

        def work() -> list[Came]:
            try:
                found = self._ask("GET", f"/orders/{quote(order_id, safe='')}/payments")
            except CallFailed as failed:
                if failed.status == 404:
                    return []
                raise
            if not isinstance(found, list):
                raise ValueError("no list")
            return [read.came(each, order_id) for each in found if read.is_success(each)]

        return returned(work)

    def close(self, attempt: Attempt) -> Closed | Failure:
        path = f"/orders/{quote(attempt.ref or read.order_id(attempt), safe='')}"

        def work() -> Closed | Failure:
            try:
                answer = self._ask("PATCH", path, json.dumps({"order_status": "TERMINATED"}))
            except CallFailed as failed:
                if isinstance(failed.failure, Unreachable):
                    raise
                answer = self._ask("GET", path)
            status = answer.get("order_status")
            if status in ("TERMINATED", "EXPIRED", "PAID"):
                return Closed()
            return Unreachable(f"the order is {short(status)[:40]} still")

        return returned(work)

    def refund(self, due: ToRefund) -> Refunded | Refunding | NotRefunded | Failure:
        orders = f"/orders/{quote(due.ref or '', safe='')}/refunds"

        def work() -> Refunded | Refunding | NotRefunded | Failure:
            if due.ref is None:
                return ProviderRefused("Cashfree gives back by order, and the order is not known")
            if due.refund_ref is not None:
                answer = self._ask("GET", f"{orders}/{due.key.hex}")
            else:
                order = {"refund_id": due.key.hex, "refund_speed": "STANDARD"}
                body = _with_sum("refund_amount", due.paise, order)
                try:
                    answer = self._ask("POST", orders, body, str(due.key))
                except CallFailed as failed:
                    if failed.status != 409:  # 409: ordered before, and the answer was lost
                        raise
                    answer = self._ordered(f"{orders}/{due.key.hex}")
            answer = answer[0] if isinstance(answer, list) else answer
            status, ref = answer["refund_status"], read.name(answer["cf_refund_id"])
            if status == "SUCCESS":
                return Refunded(ref)
            if status in ("CANCELLED", "FAILED"):
                return NotRefunded(f"Cashfree: the refund is {status}")
            return Refunding(ref)

        return returned(work)

    def listed(self, day: date) -> Sequence[Listed] | Failure:
        return returned(lambda: read.listed(list(self._lines("/recon", day))))

    def settled(self, day: date) -> Sequence[PaidOut] | Failure:
        return returned(lambda: read.settled(list(self._lines("/settlement/recon", day))))

    def receive(self, request: ProviderCall) -> Notice:
        given = request.headers.get("x-webhook-signature", "").encode("utf-8", "replace")
        signed = request.headers.get("x-webhook-timestamp", "").encode("utf-8", "replace")
        digest = hmac.new(self._secret.encode(), signed + request.body, hashlib.sha256).digest()
        if not self._secret or not hmac.compare_digest(base64.b64encode(digest), given):
            raise UnauthenticNotice
        return notice(NAME, request, "x-idempotency-key", ("type", _SUCCESS), _came)

    def _ordered(self, path: str) -> Any:
        """Return a refund that a 409 has confirmed: even where it is not shown, it exists."""
        try:
            return self._ask("GET", path)
        except CallFailed as failed:
            raise CallFailed(Unreachable(failed.failure.error), failed.status) from failed

    def _ask(self, method: str, path: str, body: str | None = None, once: str = "") -> Any:
        headers = {"Content-Type": "application/json"} if body else {}
        if once:
            headers["x-idempotency-key"] = once
        with exchange(lambda told: _refusal(told, 401)):
            answer = self._session.request(
                method, self._base + path, data=body.encode() if body else None, headers=headers
            )
        told = loads(answer.content)
        if not 200 <= answer.status_code < 300:
            status = answer.status_code
            raise CallFailed(ProviderRefused(_refusal(told, status)), status)
        return told

    def _lines(self, path: str, day: date) -> Iterator[dict[str, Any]]:
        first, after = bounds(day)
        span = {"start_date": _utc(first), "end_date": _utc(after - timedelta(seconds=1))}
        cursor: str | None = None
        for _ in range(_MOST_PAGES):
            asked = {"pagination": {"limit": _PAGE, "cursor": cursor}, "filters": span}
            page = self._ask("POST", path, json.dumps(asked))
            lines, cursor = page["data"], page.get("cursor")
            if not isinstance(lines, list):
                raise ValueError("no list")
            yield from lines
            if not cursor or len(lines) < _PAGE:
                return
        raise CallFailed(Unreachable("a list without an end"))


def _refusal(told: Any, status: int) -> str:
    said = told.get("message") if isinstance(told, dict) else None
    return f"Cashfree: {short(said or f'HTTP {status}')}"[:LONGEST]


def _with_sum(name: str, paise: int, rest: dict[str, Any]) -> str:
    """Return JSON with an exact sum in rupees: json writes no Decimal, and a float is inexact."""
    assert Decimal(rupees(paise)) * 100 == paise
    return f'{{"{name}": {rupees(paise)}, {json.dumps(rest)[1:]}'


def _utc(at: datetime) -> str:
    return at.isoformat(timespec="seconds")


def _came(told: Any) -> Came:
    payment, order = told["data"]["payment"], told["data"]["order"]
    if not read.is_success(payment):
        raise ValueError("the payment is no success")
    return read.came(payment, read.name(order["order_id"]))
