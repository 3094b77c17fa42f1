"""Domestic carriers of calls: their signatures, and what they ask of our hooks."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from base64 import b64encode
from collections.abc import Mapping
from urllib.parse import parse_qsl, urlsplit

TOKEN = "12345678901234567890"
NONCE = "05429567804466091622"
OURS = "+911140001000"
PUBLIC = "https://dakiya.test"
_HEADERS = {"plivo": "X-Plivo-Signature-V3", "vobiz": "X-Vobiz-Signature-V3"}


def signed_as(
    carrier: str, form: Mapping[str, str], path: str, token: str = TOKEN, public: str = PUBLIC
) -> dict[str, str]:
    """Return the headers with which `carrier` proves a request, by its documents.

    With a nonce of its own, 20 digits.
    """
    nonce = f"{secrets.randbelow(10**20):020d}"
    parts = urlsplit(public + path)
    text = f"{parts.scheme}://{parts.netloc}{parts.path}"
    if carrier == "plivo":
        query = "&".join(f"{name}={value}" for name, value in sorted(parse_qsl(parts.query)))
        fields = "".join(f"{name}{value}" for name, value in sorted(form.items()))
        text += f"?{query}.{fields}" if query else f"?{fields}"
    made = hmac.new(token.encode(), f"{text}.{nonce}".encode(), hashlib.sha256).digest()
    name = _HEADERS[carrier]
    return {name: b64encode(made).decode(), f"{name}-Nonce": nonce}
