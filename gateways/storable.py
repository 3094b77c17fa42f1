"""Carriers' words made storable.

PostgreSQL stores neither NUL nor half a surrogate pair, and no index takes a key of 40 KB. A
carrier would repeat for hours a call that fails on them.
"""

from __future__ import annotations

import re
from hashlib import sha256
from urllib.parse import unquote_plus

from flows.grammar.text import mask_spelled_codes
from gateways.base import Request

LONGEST_ID = 200
LONGEST_LINE = 80
_NUMBER = re.compile(r"\d{3,}")
_FORM = "application/x-www-form-urlencoded"


def clean(text: str) -> str:
    """Return `text` with U+FFFD in place of what cannot be stored."""
    return (
        text.replace("\x00", "\ufffd").encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    )


def identifier(raw: str | None) -> str | None:
    """Return a carrier's id of a message; None where it gave none.

    One that cannot be stored unchanged ends in its SHA-256, so that a repeat is still recognised.
    """
    if raw is None or not raw.strip():
        return None
    kept = clean(raw)
    if kept == raw and len(kept) <= LONGEST_ID:
        return raw
    digest = sha256(raw.encode("utf-8", "surrogatepass")).hexdigest()
    return f"{kept[: LONGEST_ID - len(digest) - 1]}~{digest}"


def line(raw: str) -> str:
    """Return a carrier's status or error word, shortened."""
    return clean(raw)[:LONGEST_LINE]


def without_numbers(text: str) -> str:
    """Return `text` without numbers of three digits or more: a telephone or a code is not kept."""
    return _NUMBER.sub("…", text)


def whole(request: Request) -> str:
    """Return the whole body, for the help desk, where its fields cannot be read; codes are masked.

    A form is decoded: percent-encoding would hide Hindi from people, and a code from the mask.
    """
    body = request.body.decode("utf-8", "replace")
    if request.headers.get("content-type", "").startswith(_FORM):
        body = unquote_plus(body)
    return mask_spelled_codes(clean(body))


def hop_named(request: Request) -> int | None:
    """Return which answer of a call the address of `request` names as ours (`?hop=`)."""
    named = request.query.get("hop", "")
    whole_number = named.isascii() and named.isdigit() and len(named) < 4
    return int(named) if whole_number and int(named) else None
