"""The kinds of the event feed, each declared once, beside the UPU's event codes.

A new kind is one line in the `Literal` of whose it is, its word `feed_…` in every language of
web/words, and its row in docs/api.md.

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
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal, get_args

ArticleKind = Literal[
    "article_booked",
    "arrived",
    "out_for_delivery",
    "attempted",
    "at_office",
    "delivered",
    "collected",
    # A return is a measure of EMH and then a journey of its own; EDX ends an import.
    "returned",
    "recalled",
    # A remark told at the door was sent as EMH; the office's word on it has no event of its own.
    "remark_final",
    # Forwarded to another office: EMG belongs to the one that delivers it.
    "missent",
    "taken_in",
    # EMSEVT takes nothing back: what followed from the event before is undone by the reader.
    "handover_undone",
    "remark_undone",
    "approach_undone",
    "reopened",
    "approached",
    "day_chosen",
    "due_moved",
    "fraud_reported",
    "given_back",
    "hold_extended",
    "hold_ended",
    "late_handover",
    "paper_kept",
    "nomination_ended",
    "nominee_agreed",
    "nominee_asked",
    "not_received",
    "number_confirmed",
    "passed_on",
    "recipient_corrected",
    "recipient_denied",
    "remark_confirmed",
    "remark_contested",
    "remark_suspended",
    "hint_noted",
    "taken_off_list",
    # Who gets the code: EMSEVT has no event for it.
    "move_asked",
    "move_disputed",
    "move_ended",
    "quote_wrong",
    "recall_asked",
    "recall_ended",
    "sender_proven",
    "code_issued",
    "code_killed",
    "code_called",
    "code_rerouted",
    "code_wrong",
    # Handed over without its code: told of, with the handover itself (`proof`), not in EMSEVT.
    "exception_asked",
    "exception_ended",
    "exception_granted",
    "question_opened",
    # Whoever should hear of it could not be told: EMSEVT knows no telephone.
    "alarm_called",
    "alarm_unheard",
    # Handed over without network: told of, with the handover itself (`proof`), not in EMSEVT.
    "offline_claimed",
    "offline_settled",
    # At the door a household's word was said that was not its own.
    "word_wrong",
]
MessageKind = Literal[
    "message_expired",
    "message_failed",
    "template_scrubbed",
    "text_rerouted",
]
PostmanKind = Literal[
    "phone_blocked",
    "phone_moved",
    "phone_named",
]
OfficeKind = Literal[
    "cod_handed_in",
    "day_closed",
    "day_left_open",
    "day_reopened",
    "list_closed",
    "mode_changed",
    "paper_day_opened",
]
PaymentKind = Literal[
    "payment_booked",
    "payment_refund_due",
    "payment_refunded",
]
CarrierKind = Literal[
    "carrier_closed",
    "carrier_opened",
    "carrier_order_lifted",
    "carrier_preferred",
    "carrier_rested",
    "failover_budget_spent",
    "inbound_flood",
    "prefix_released",
    "prefix_stopped",
]
DeskKind = Literal[
    "day_sealed",
    "desk_acted",
    "person_forgotten",
    "ticket_closed",
    "ticket_opened",
]

Kind = Literal[
    ArticleKind, MessageKind, PostmanKind, OfficeKind, PaymentKind, CarrierKind, DeskKind
]
"""The kinds that may be appended to the feed."""

UpuCode = Literal["EMA", "EMG", "EDG", "EMH", "EDH", "EMI"]
Whose = Literal["article", "message", "postman", "office", "payment", "carrier", "desk"]

_UPU: Final[Mapping[Kind, UpuCode]] = {
    "article_booked": "EMA",
    "arrived": "EMG",
    "out_for_delivery": "EDG",
    "attempted": "EMH",
    "at_office": "EDH",
    "delivered": "EMI",
    "collected": "EMI",
}
_OF: Final[Mapping[Whose, object]] = {
    "article": ArticleKind,
    "message": MessageKind,
    "postman": PostmanKind,
    "office": OfficeKind,
    "payment": PaymentKind,
    "carrier": CarrierKind,  # and the guards beside them: budgets, floods, blocks of numbers
    "desk": DeskKind,
}


@dataclass(frozen=True)
class DeclaredKind:
    """A kind of the feed: whose it is, and its UPU event code or None where none fits."""

    name: Kind
    whose: Whose
    upu: UpuCode | None


DECLARED: Final[Mapping[str, DeclaredKind]] = MappingProxyType(
    {
        name: DeclaredKind(name, whose, _UPU.get(name))
        for whose, names in _OF.items()
        for name in get_args(names)
    }
)


class UndeclaredKind(ValueError):
    """A kind that nobody declared was to be appended to the feed."""

    def __init__(self, kind: str) -> None:
        super().__init__(f"store/feed_kinds.py declares no kind {kind!r} of the feed: add it there")


def insist_on(kind: str) -> None:
    """Raise `UndeclaredKind` for what is no kind of the feed."""
    if kind not in DECLARED:
        raise UndeclaredKind(kind)


def upu_code(kind: str) -> UpuCode | None:
    """Return the UPU event code of a kind; None where none fits, or an older release wrote it."""
    return DECLARED[kind].upu if kind in DECLARED else None


def of(whose: Whose) -> list[Kind]:
    """Return the kinds that are of `whose`."""
    return [each.name for each in DECLARED.values() if each.whose == whose]
