"""What a carrier wrote, made fit to keep.

PostgreSQL stores neither NUL nor half a surrogate pair, and no index takes a key of 40 KB. A hook
that failed on them would be called again for hours, with the same.
"""

from __future__ import annotations

from hashlib import sha256
from urllib.parse import unquote_plus

from flows.grammar.text import mask_spelled_codes
from gateways.base import Request

LONGEST_ID = 200
LONGEST_LINE = 80
_FORM = "application/x-www-form-urlencoded"


def clean(text: str) -> str:
    """`text` with U+FFFD in the place of what cannot be stored."""
    return (
        text.replace("\x00", "\ufffd").encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    )


def identifier(raw: str | None) -> str | None:
    """A carrier's name for a message; None where it gave none.

    One that cannot be stored as it is ends in its SHA-256: a repeat is still known as a repeat.
    """
    if raw is None or not raw.strip():
        return None
    kept = clean(raw)
    if kept == raw and len(kept) <= LONGEST_ID:
        return raw
    digest = sha256(raw.encode("utf-8", "surrogatepass")).hexdigest()
    return f"{kept[: LONGEST_ID - len(digest) - 1]}~{digest}"


def line(raw: str) -> str:
    """A status or error word of a carrier's: short, whatever came."""
    return clean(raw)[:LONGEST_LINE]


def whole(request: Request) -> str:
    """The body, for the help desk to read where no field of it could be; codes are masked.

    A form is shown decoded: percent signs would hide Hindi from people, and a code from the mask.
    """
    body = request.body.decode("utf-8", "replace")
    if request.headers.get("content-type", "").startswith(_FORM):
        body = unquote_plus(body)
    return mask_spelled_codes(clean(body))
