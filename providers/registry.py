"""The payment providers. To add one, add its file, its name in base.py, and its lines here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType

from providers.base import Provider, ProviderName
from providers.simulator import SimulatorProvider
from providers.static import StaticProvider
from settings import Settings
from store.database import Database

_NEEDS = {
    "simulator": "DAKIYA_ENV=development or test",
    "static": "UPI_ID",
    "razorpay": "RAZORPAY_KEY_ID, RAZORPAY_KEY_SECRET and RAZORPAY_WEBHOOK_SECRET",
    "cashfree": "CASHFREE_CLIENT_ID, CASHFREE_CLIENT_SECRET and CASHFREE_PHONE",
}


def build(
    settings: Settings, database: Database, now: Callable[[], datetime]
) -> Mapping[ProviderName, Provider]:
    """Return the providers of this process by name: all whose settings are complete.

    One that is no longer used for new payments remains while its keys are set, for late payments
    and those begun before the change. Raises ValueError where UPI_PROVIDER lacks its settings.
    """
    found: dict[ProviderName, Provider] = {}
    if not settings.production:
        found["simulator"] = SimulatorProvider(database, now)
    if settings.upi_id:
        found["static"] = StaticProvider(settings)
    if (
        settings.razorpay_key_id
        and settings.razorpay_key_secret.get_secret_value()
        and settings.razorpay_webhook_secret.get_secret_value()
    ):
        from providers.razorpay import RazorpayProvider  # brings an SDK

        found["razorpay"] = RazorpayProvider(settings)
    if (
        settings.cashfree_client_id
        and settings.cashfree_client_secret.get_secret_value()
        and settings.cashfree_phone
    ):
        from providers.cashfree import CashfreeProvider

        found["cashfree"] = CashfreeProvider(settings)
    used = settings.upi_provider
    if used and used not in found:
        raise ValueError(f"UPI_PROVIDER is {used}, which needs {_NEEDS[used]}")
    return MappingProxyType(found)
