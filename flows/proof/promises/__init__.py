"""What must hold after every step of a story: the invariants of docs/developing/trust.md.

Each is a function of the books before a line was played and of what the line led to; it yields a
sentence for each breach. They state the rules on their own, with their own numbers: what
flows/trust.py says is what they test.
"""

from __future__ import annotations

from typing import Final

from flows.proof.promises import (
    ends,
    exceptions,
    handing_out,
    household,
    moves,
    offline,
    remarks,
    telling,
)
from flows.proof.promises.promise import Promise

ALL: Final[tuple[Promise, ...]] = (
    *handing_out.PROMISES,
    *exceptions.PROMISES,
    *offline.PROMISES,
    *household.PROMISES,
    *moves.PROMISES,
    *remarks.PROMISES,
    *telling.PROMISES,
    *ends.PROMISES,
)

__all__ = ["ALL", "Promise"]
