"""The kinds of events, with the event codes of the Universal Postal Union.

The codes are those of the message EMSEVT V3 (UPU standard M40) as posts publish them in their
tracking: EMA posting/collection · EMC departure from, EMB arrival at the outward office of
exchange · EMD arrival at, EMF departure from the inward office of exchange · EMG arrival at
delivery office · EDG item out for physical delivery · EDH item arrival at collection point for
pick-up · EMH attempted/unsuccessful (physical) delivery · EMI final delivery. A domestic article
passes no office of exchange, so we never send EMB, EMC, EMD and EMF.

EMH has a reason and a measure. The UPU publishes those code lists to its members only and no free
source has them complete: `data.remark` holds our own numbers (flows/remarks.py), not translated.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

CODES: Final[Mapping[str, str | None]] = {
    # the journey
    "article_booked": "EMA",
    "arrived": "EMG",
    "out_for_delivery": "EDG",
    "attempted": "EMH",
    "at_office": "EDH",
    "delivered": "EMI",
    "collected": "EMI",
    # A return is a measure of EMH and then a journey of its own; EDX ends an import.
    "returned": None,
    "recalled": None,
    # A remark told at the door was sent as EMH; the office's decision has no event of its own.
    "remark_final": None,
    # Forwarded to another office: EMG belongs to the one that delivers it.
    "missent": None,
    "taken_in": None,
    # EMSEVT has no reversal: the reader must undo what followed from the event before.
    "handover_undone": None,
    "remark_undone": None,
    "approach_undone": None,
    "reopened": None,
    # around the journey
    "approached": None,
    "day_chosen": None,
    "fraud_reported": None,
    "given_back": None,
    "hold_extended": None,
    "late_handover": None,
    "nomination_ended": None,
    "nominee_agreed": None,
    "nominee_asked": None,
    "not_received": None,
    "passed_on": None,
    "recipient_corrected": None,
    "recipient_denied": None,
    "remark_confirmed": None,
    "remark_contested": None,
    "taken_off_list": None,
    # carriers and guards
    "carrier_closed": None,
    "carrier_opened": None,
    "carrier_order_lifted": None,
    "carrier_preferred": None,
    "carrier_rested": None,
    "code_rerouted": None,
    "failover_budget_spent": None,
    "inbound_flood": None,
    "prefix_released": None,
    "prefix_stopped": None,
    # the delivery office's day: lists and cash, without an article
    "cod_handed_in": None,
    "day_closed": None,
    "day_left_open": None,
    "list_closed": None,
    # codes, texts, telephones, the desk
    "code_issued": None,
    "code_killed": None,
    "code_wrong": None,
    "desk_acted": None,
    "message_expired": None,
    "message_failed": None,
    "payment_booked": None,
    "payment_refund_due": None,
    "payment_refunded": None,
    "person_forgotten": None,
    "phone_blocked": None,
    "phone_moved": None,
    "phone_named": None,
    "ticket_closed": None,
    "ticket_opened": None,
}
"""Every kind of the feed, with its UPU event code or None where none fits."""


def code(kind: str) -> str | None:
    """Return the UPU event code of a kind; None where none fits, or the kind is new."""
    return CODES.get(kind)
