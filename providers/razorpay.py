"""Razorpay: a QR code for one payment of a fixed sum, by the official SDK; signed webhooks.

From Razorpay's documents (github.com/razorpay/markdown-docs, pages named without their ending, read
November 2026):
- api/qr-codes/image-content/create: `usage` single_use, `fixed_amount`, `payment_amount` in
  paise, `close_by` at least 15 minutes ahead, `notes`; the answer's `image_content` is the link
  to encode. Razorpay's support enables QR codes and `image_content` per account.
- api/qr-codes/image-content/fetch-payments and close; what is paid by QR code is captured.
- webhooks/qr-codes: `qr_code.credited` holds `payload.payment.entity`, `payload.qr_code.entity`.
- webhooks/validate-test: `X-Razorpay-Signature` is hex HMAC-SHA256 over the raw body, keyed
  with the webhook's own secret. webhooks/best-practices: a repeat has the same
  `X-Razorpay-Event-Id`; answer within 5 seconds; after a day of failures the webhook is disabled,
  so poll too.
- api/refunds/normal-refunds-idempotent: `X-Refund-Idempotency`; a refund is pending, processed
  or failed.
- api/payments/fetch-all-payments, api/qr-codes/fetch-payment-id, api/settlements.
The SDK (razorpay 2.0.1) has no time-out of its own, prints failures, and drops the HTTP status in
its exceptions; `session`, `base_url` and `cert_path` can be set.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from typing import Any, Final

import razorpay
from razorpay.errors import BadRequestError, GatewayError, ServerError

from india.calendar import bounds
from providers import razorpay_read as read
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
from providers.reading import name, notice
from settings import Settings

NAME: Final[ProviderName] = "razorpay"
API: Final = "https://api.razorpay.com"
_CREDITED: Final = "qr_code.credited"
_SHORTEST: Final = timedelta(minutes=16)  # Razorpay's minimum is 15 minutes after it reads it
_PAGE, _REPORT_PAGE, _MOST_PAGES = 100, 1_000, 1_000


class RazorpayProvider:
    """One account. The SDK's client keeps no state between calls; threads share its session."""

    name: ProviderName = NAME

    def __init__(self, settings: Settings, timeout: tuple[float, float] = TIMEOUT) -> None:
        base = settings.razorpay_api_url or API
        session = ProviderSession(base, timeout)
        self._client = razorpay.Client(
            session=session,
            auth=(settings.razorpay_key_id, settings.razorpay_key_secret.get_secret_value()),
            base_url=base,
        )
        self._client.cert_path = session.verify  # instead of the SDK's own list of certificates
        self._secret = settings.razorpay_webhook_secret.get_secret_value().encode()

    def make(self, attempt: Attempt) -> Qr | Failure:
        closes = max(attempt.expires_at, attempt.begun_at + _SHORTEST)
        order = {
            "type": "upi_qr",
            "usage": "single_use",
            "fixed_amount": True,
            "payment_amount": attempt.paise,
            "description": f"Post {attempt.tr}",
            "close_by": int(closes.timestamp()),
            "notes": {"tr": attempt.tr, "payment": str(attempt.id)},
        }

        def work() -> Qr | Failure:
            made = _ask(self._client.qrcode.create, order)
            ref, text = name(made["id"]), made.get("image_content")
            if not isinstance(text, str) or not text.startswith("upi://pay?"):
                return ProviderRefused(
                    "no image_content: Razorpay's support switches it on for QR codes"
                )
            return Qr(ref, text)

        return returned(work)

    def look(self, attempt: Attempt) -> Sequence[Came] | Failure:
        ref = attempt.ref or ""

        def work() -> list[Came]:
            items = _items(_ask(self._client.qrcode.fetch_all_payments, ref))
            return [read.came(each, ref, attempt.tr) for each in items if read.is_captured(each)]

        return returned(work)

    def close(self, attempt: Attempt) -> Closed | Failure:
        ref = attempt.ref or ""

        def work() -> Closed | Failure:
            try:
                _ask(self._client.qrcode.close, ref)
            except CallFailed as failed:
                # Also where it is closed already, by its payment or its time: ask for its status.
                if isinstance(failed.failure, Unreachable):
                    raise
                if _ask(self._client.qrcode.fetch, ref).get("status") != "closed":
                    return failed.failure
            return Closed()

        return returned(work)

    def refund(self, due: ToRefund) -> Refunded | Refunding | NotRefunded | Failure:
        def work() -> Refunded | Refunding | NotRefunded:
            if due.refund_ref is not None:
                answer = _ask(self._client.refund.fetch, due.refund_ref)
            else:
                order = {"amount": due.paise, "speed": "normal", "receipt": due.key.hex}
                once = {"X-Refund-Idempotency": str(due.key)}
                pay_back = self._client.payment.refund
                answer = _ask(pay_back, due.payment_id, order, headers=once)
            ref, status = name(answer["id"]), answer.get("status")
            if status == "processed":
                return Refunded(ref)
            if status == "failed":
                return NotRefunded(f"Razorpay: the refund {ref} failed"[:LONGEST])
            return Refunding(ref)

        return returned(work)

    def listed(self, day: date) -> Sequence[Listed] | Failure:
        """Return the account's UPI payments by QR code; the list does not name the codes, so each
        is asked for."""
        first, after = bounds(day)
        span = {"from": int(first.timestamp()), "to": int(after.timestamp()) - 1}

        def work() -> list[Listed]:
            found = []
            for each in _pages(self._client.payment.all, span, _PAGE):
                if each.get("method") != "upi" or not read.is_captured(each):
                    continue
                codes = _ask(self._client.qrcode.all, {"payment_id": name(each["id"])})
                if (line := read.listed(each, codes)) is not None:
                    found.append(line)
            return found

        return returned(work)

    def settled(self, day: date) -> Sequence[PaidOut] | Failure:
        span = {"year": day.year, "month": day.month, "day": day.day}
        report = self._client.settlement.report
        return returned(lambda: read.settled(list(_pages(report, span, _REPORT_PAGE))))

    def receive(self, request: ProviderCall) -> Notice:
        given = request.headers.get("x-razorpay-signature", "").encode("utf-8", "replace")
        right = hmac.new(self._secret, request.body, hashlib.sha256).hexdigest().encode()
        if not self._secret or not hmac.compare_digest(right, given):
            raise UnauthenticNotice
        return notice(NAME, request, "x-razorpay-event-id", ("event", _CREDITED), _came)


def _ask(call: Callable[..., Any], *arguments: Any, **options: Any) -> dict[str, Any]:
    """Make one call of the SDK's and return its answer, an object. Raises `CallFailed`."""
    try:
        with exchange(lambda told: f"Razorpay: {_description(told)}"[:LONGEST]):
            answer = call(*arguments, **options)
    except (BadRequestError, GatewayError, ServerError) as refused:
        raise CallFailed(ProviderRefused(f"Razorpay: {short(refused)}"[:LONGEST])) from refused
    if not isinstance(answer, dict):
        raise CallFailed(Unreachable("an answer that is no object"))
    return answer


def _description(told: Any) -> str:
    error = told.get("error") if isinstance(told, dict) else None
    said = error.get("description") if isinstance(error, dict) else None
    return short(said or "HTTP 401")


def _items(page: dict[str, Any]) -> list[dict[str, Any]]:
    items = page.get("items")
    if not isinstance(items, list) or not all(isinstance(each, dict) for each in items):
        raise CallFailed(Unreachable("an answer without a list"))
    return items


def _pages(call: Callable[..., Any], span: dict[str, int], size: int) -> Iterator[dict[str, Any]]:
    for page in range(_MOST_PAGES):
        items = _items(_ask(call, {**span, "count": size, "skip": page * size}))
        yield from items
        if len(items) < size:
            return
    raise CallFailed(Unreachable("a list without an end"))


def _came(told: Any) -> Came:
    payment, code = told["payload"]["payment"]["entity"], told["payload"]["qr_code"]["entity"]
    if not read.is_captured(payment):
        raise ValueError("the payment is not captured")
    return read.came(payment, code["id"], read.noted(code))
