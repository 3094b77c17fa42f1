"""A recipient's telephone that is the sender's own: asked back, or the sender gets the code.

Whoever writes two people's numbers off one slip easily writes one of them twice.
"""

from __future__ import annotations

from typing import Annotated, Any, Final

from pydantic import Field

from india.phone import e164
from store.refusals import Invalid
from web.api.engine.problems import FieldError

SamePhone = Annotated[bool, Field(description="it is the sender's own telephone, and meant so")]
_FIELD: Final = "recipient.phone"
_WHY: Final = "is the sender's own: give the recipient's, or same_phone true where it is meant so"


class OneTelephone(Invalid):
    """The recipient has the sender's telephone, and nobody said that this is meant."""

    field = _FIELD
    sentence = _WHY


def one_phone_errors(loose: Any, sender: Any, under: str = "") -> list[FieldError]:
    """Return what is wrong where recipient and sender, as they were given, have one telephone.

    `loose`: the article, named below `under`.
    """
    recipient = loose.get("recipient") if isinstance(loose, dict) else None
    if not isinstance(recipient, dict) or not isinstance(sender, dict):
        return []
    mine, other = (e164(str(each.get("phone") or "")) for each in (recipient, sender))
    if mine is None or mine != other or recipient.get("same_phone") is True:
        return []
    return [FieldError(field=under + _FIELD, message=_WHY)]
