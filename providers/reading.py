"""The parts of reading that providers' JSON has in common."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import Any

from india.money import loads
from providers.base import Came, Ignored, Notice, ProviderCall, ProviderName, UnreadableNotice
from providers.network import short
from providers.unnamed import unnamed

Json = Mapping[str, Any]
_LONGEST_ID = 100


def name(raw: object) -> str:
    """Return an id of the provider's. Raises ValueError."""
    if not isinstance(raw, str) or not 0 < len(raw) <= _LONGEST_ID or not raw.isprintable():
        raise ValueError("an id is missing")
    return raw


def bank_reference(raw: object) -> str | None:
    """Return the bank's reference (RRN) of a payment; None where there is none."""
    usable = isinstance(raw, str) and raw.isalnum() and len(raw) <= _LONGEST_ID
    return str(raw) if usable else None


def notice(
    provider: ProviderName,
    call: ProviderCall,
    id_header: str,
    kind: tuple[str, str],
    came: Callable[[Any], Came],
) -> Notice:
    """Return an authentic call of our hook, read.

    `kind`: the key of the event's kind, and the kind of a sum received, which `came` reads. A call
    without an id in its header has one made of its content.
    """
    id_ = call.headers.get(id_header, "")
    if not 0 < len(id_) <= _LONGEST_ID or not id_.isprintable():
        id_ = "sha256:" + hashlib.sha256(call.body).hexdigest()
    named = "?"
    try:
        told = loads(call.body)
        named = short(told[kind[0]])[:80]
        what = came(told) if named == kind[1] else Ignored()
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        why = f"{type(error).__name__}: {short(error)}"
        return Notice(provider, id_, named, UnreadableNotice(why, unnamed(call.body)))
    return Notice(provider, id_, named, what)
