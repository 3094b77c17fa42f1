"""The department's heads of complaint, for each kind of ticket.

The heads are those under which post offices register complaints of articles: delay in delivery,
delivery to an unauthorised person, loss, non-delivery, wrong delivery, and others that no ticket of
ours is about (abstraction of contents, no acknowledgement, VP articles and their money orders).
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Literal

Head = Literal[
    "non_delivery", "wrong_delivery", "unauthorised", "delay", "wrong_address", "fraud", "enquiry"
]

HEADS: Final[Mapping[str, Head]] = MappingProxyType(
    {
        "contested": "non_delivery",  # "he never came"
        "not_received": "wrong_delivery",  # recorded as delivered, and the addressee has it not
        "late_handover": "delay",
        "fraud": "fraud",  # the department has no head of its own
        "herd": "fraud",
        "move": "unauthorised",  # somebody else wants the code
        "signed": "unauthorised",  # handed over on a signature after wrong codes
        "unproven": "unauthorised",
        "wrong_number": "wrong_address",
        "person": "enquiry",
        "overlooked": "enquiry",
        "unparsed": "enquiry",
    }
)
"""The head of each kind of ticket."""

OF_KIND: Final = (
    "CASE t.kind "
    + " ".join(f"WHEN '{kind}' THEN '{head}'" for kind, head in HEADS.items())
    + " ELSE 'enquiry' END"
)
"""The head of the ticket `t`, as SQL."""
