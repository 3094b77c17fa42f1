"""The intake of texts and receipts from carriers. Nothing authentic is dropped."""

from __future__ import annotations

from conversation import inbound
from gateways.base import Inbound, Receipt, Unreadable
from outbox import receipts
from web.running import runtime


def keep_text(came: Inbound | Unreadable) -> None:
    """Take in a text; what cannot be read is kept for the help desk."""
    if isinstance(came, Unreadable):
        inbound.receive_unreadable(runtime(), came)
    else:
        inbound.receive(runtime(), came)


def keep_receipt(came: Receipt | Unreadable) -> None:
    """Take in the receipt of a message; what cannot be read is kept for the help desk."""
    if isinstance(came, Receipt):
        receipts.receive(runtime(), came)
    else:
        receipts.receive_unreadable(runtime(), came)
