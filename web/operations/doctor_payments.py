"""The checks of payments: the provider's keys and address, and the tariff of today."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

import requests

from india.calendar import day_of
from postal.counter import tariff
from postal.counter.tariff import NoTariff
from providers import cashfree
from settings import Settings
from web.operations.findings import CONNECT_SECONDS, Finding

_KEYS: Final = {
    "static": ("upi_id",),
    "razorpay": ("razorpay_key_id", "razorpay_key_secret", "razorpay_webhook_secret"),
    "cashfree": ("cashfree_client_id", "cashfree_client_secret", "cashfree_phone"),
}
# The doctor asks for an order that does not exist: 404 means that the keys are right.
_UNKNOWN_ORDER: Final = "doctor"


def examine(settings: Settings, now: datetime) -> Iterator[Finding]:
    yield from _tariff(now)
    used = settings.upi_provider
    for name, keys in _KEYS.items():
        missing = [key.upper() for key in keys if not _value(settings, key)]
        if used == name and missing:
            says = f"{name}, which needs {', '.join(missing)}: docs/payments.md"
            yield Finding("wrong", "UPI_PROVIDER", says)
        elif missing and len(missing) < len(keys):
            says = f"half set, without {', '.join(missing)}: set them, or none of {name.upper()}_*"
            yield Finding("wrong", name, says)
        elif not missing:
            yield from _account(name, settings)
    if not settings.takes_upi_by:
        yield Finding("note", "UPI_PROVIDER", "empty: the counter takes cash only")


def _tariff(now: datetime) -> Iterator[Finding]:
    day = day_of(now)
    try:
        edition = tariff.edition_on(day)
    except NoTariff:
        says = (
            f"none for {day}: the counter can price nothing; add a file to postal/counter/tariffs"
        )
        yield Finding("wrong", "tariff", says)
    except ValueError as error:  # pydantic's and tomllib's: where the mistake is
        says = f"cannot be read: {' '.join(str(error).split())}; mend postal/counter/tariffs"
        yield Finding("wrong", "tariff", says)
    else:
        yield Finding("ok", "tariff", f"of {edition.from_}")


def _account(name: str, settings: Settings) -> Iterator[Finding]:
    if name == "static":
        yield Finding("ok", name, "the UPI id can be read; nobody but its bank knows whose it is")
        return
    address = _address(name, settings)
    where = urlsplit(address).hostname
    try:
        answer = _asked(name, address, settings)
    except requests.RequestException as error:
        says = f"{where} cannot be reached ({type(error).__name__}): a firewall, a proxy or"
        yield Finding("wrong", name, f"{says} {name.upper()}_API_URL")
        return
    status = answer.status_code
    if status in (401, 403):
        says = f"{where} can be reached, and refuses the keys (HTTP {status}): enter them anew"
        yield Finding("wrong", name, says)
    elif status == 429 or status >= 500:
        yield Finding(
            "wrong", name, f"{where} can be reached, but fails (HTTP {status}): try later"
        )
    elif _is_theirs(name, answer):
        yield Finding("ok", name, f"{where} can be reached, and takes the keys")
    else:
        says = f"{where} answers (HTTP {status}), but not as {name} does: see"
        yield Finding("wrong", name, f"{says} {name.upper()}_API_URL")


def _is_theirs(name: str, answer: requests.Response) -> bool:
    """Tell whether the provider took the keys, not something else at the address.

    Razorpay's lists are a `collection` (razorpay.com/docs/api/payments/fetch-all-payments). Every
    error of Cashfree has `type`, `code`, `message` (docs.cashfree.com/docs/debugging).
    """
    try:
        body = answer.json()
    except requests.JSONDecodeError:
        return False
    if not isinstance(body, dict):
        return False
    if name == "razorpay":
        return answer.status_code == 200 and body.get("entity") == "collection"
    return answer.status_code == 404 and body.keys() >= {"type", "code", "message"}


def _address(name: str, settings: Settings) -> str:
    if name == "razorpay":
        from providers import razorpay  # brings an SDK

        return settings.razorpay_api_url or razorpay.API
    return settings.cashfree_api_url or cashfree.API


def _asked(name: str, address: str, settings: Settings) -> requests.Response:
    """Return the answer to one question that changes nothing."""
    if name == "razorpay":
        login = (settings.razorpay_key_id, _value(settings, "razorpay_key_secret"))
        return requests.get(
            f"{address}/v1/payments",
            params={"count": 1},
            auth=login,
            timeout=CONNECT_SECONDS,
            allow_redirects=False,
        )
    headers = {
        "x-api-version": cashfree.VERSION,
        "x-client-id": settings.cashfree_client_id,
        "x-client-secret": _value(settings, "cashfree_client_secret"),
    }
    return requests.get(
        f"{address}/orders/{_UNKNOWN_ORDER}",
        headers=headers,
        timeout=CONNECT_SECONDS,
        allow_redirects=False,
    )


def _value(settings: Settings, key: str) -> str:
    value = getattr(settings, key)
    return str(value.get_secret_value() if hasattr(value, "get_secret_value") else value)
