"""The secret that signs the deliveries of a subscription, which its receiver has too.

It is bound to a key of the ring and stays the same when that key is replaced: no receiver notices.
"""

from __future__ import annotations

from base64 import b64encode
from typing import Final

from store.hidden import HiddenColumn

COLUMN: Final = HiddenColumn(
    purpose="webhooks",
    table="webhook_subscriptions",
    name="secret",
    derivation=b"dakiya/webhook/1/",
    living="ended_at IS NULL",
)


def written(bare: bytes) -> str:
    """Return a secret as Standard Webhooks writes it: `whsec_`, then 256 bits in base64."""
    return "whsec_" + b64encode(bare).decode()
