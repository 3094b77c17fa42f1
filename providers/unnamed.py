"""A provider's JSON, stored for people to read, without personal data."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from typing import Any, Final

from india.phone import UNSPACED

LONGEST: Final = 4_000
_PERSONAL: Final = re.compile(
    r"email|contact|phone|name|vpa|upi_id|card|account_number|customer", re.IGNORECASE
)
# An address or a telephone. The address has a greatest length: without one, a long body without any
# @ takes half a minute.
_LOOKS_PERSONAL: Final = re.compile(r"[^\s\"',:{}]{1,255}@[^\s\"',:{}]+|" + UNSPACED)


def unnamed(body: bytes) -> str:
    """Return `body` as text, without personal fields and whatever looks personal elsewhere."""
    text = body.decode("utf-8", "replace").replace("\x00", "\ufffd")
    with suppress(ValueError, RecursionError):  # what is not JSON is kept as it came
        text = json.dumps(_without(json.loads(text)), ensure_ascii=False)
    clean = text.encode("utf-8", "replace").decode()
    return _LOOKS_PERSONAL.sub("•••", clean)[:LONGEST]


def _without(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            key: "•••" if _PERSONAL.search(str(key)) else _without(inner)
            for key, inner in value.items()
        }
    return [_without(inner) for inner in value] if isinstance(value, list) else value
