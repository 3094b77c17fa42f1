"""What Plivo and those who speak as it does differ in: address, proof, and how keys are read."""

from __future__ import annotations

import hashlib
import hmac
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit, urlunsplit
from xml.etree import ElementTree

from gateways.base import Request
from gateways.network import basic
from messages.speech import Listening

# What is signed, of the address that was called and the form that came; without the nonce.
SignedText = Callable[[Request], str]
# The headers that prove who asks the API, by account and token.
Proving = Callable[[str, str], Mapping[str, str]]


@dataclass(frozen=True)
class Dialect:
    """One carrier. `signature`, `nonce`: headers in lower case; several signatures by comma.

    `listen`: makes the element that reads keys, whose address is the last argument.
    """

    name: str
    api: str
    path: str
    signature: str
    nonce: str
    signed: SignedText
    proving: Proving
    listen: Callable[[ElementTree.Element, Listening, str], ElementTree.Element]


def is_signed(dialect: Dialect, token: str, request: Request) -> bool:
    """Tell whether one of the request's signatures is made with the account's token.

    HMAC-SHA256 in base64 over what is signed, a full stop and the nonce; no header chooses how.
    """
    nonce = request.headers.get(dialect.nonce, "")
    given = request.headers.get(dialect.signature, "")
    if not (token and nonce and given):
        return False
    text = f"{dialect.signed(request)}.{nonce}".encode("utf-8", "surrogatepass")
    ours = b64encode(hmac.new(token.encode(), text, hashlib.sha256).digest())
    each = (one.strip().encode("utf-8", "surrogatepass") for one in given.split(","))
    return any([hmac.compare_digest(one, ours) for one in each])


def whole_request(request: Request) -> str:
    """Return the address, its query and the fields of the form in order: Plivo signs all of it."""
    parts = urlsplit(request.url)
    base = urlunsplit((parts.scheme, parts.netloc, parts.path, "", ""))
    query = "&".join(
        f"{name}={value}" for name, value in sorted(parse_qsl(parts.query, keep_blank_values=True))
    )
    fields = "".join(f"{name}{value}" for name, value in sorted(request.form.items()))
    if not fields:
        return f"{base}?{query}" if query else base
    return f"{base}?{query}.{fields}" if query else f"{base}?{fields}"


def bare_address(request: Request) -> str:
    """Return the address alone: Vobiz signs neither query nor form."""
    parts = urlsplit(request.url)
    return urlunsplit((parts.scheme, parts.netloc, parts.path, "", ""))


def by_basic(account: str, token: str) -> Mapping[str, str]:
    """Return Basic authentication."""
    return {"Authorization": basic(account, token)}


def own_headers(account: str, token: str) -> Mapping[str, str]:
    """Return the headers that Vobiz documents."""
    return {"X-Auth-ID": account, "X-Auth-Token": token}


def get_digits(
    response: ElementTree.Element, listening: Listening, address: str
) -> ElementTree.Element:
    """Return Plivo's element: `retries` counts how often it says its words."""
    return ElementTree.SubElement(
        response,
        "GetDigits",
        {
            "action": address,
            "method": "POST",
            "timeout": str(listening.seconds),
            "digitTimeout": "3",
            "numDigits": str(listening.most),
            "finishOnKey": "#",
            "retries": "1",
            "redirect": "true",
            "log": "false",
        },
    )


def gather(
    response: ElementTree.Element, listening: Listening, address: str
) -> ElementTree.Element:
    """Return Vobiz's element."""
    return ElementTree.SubElement(
        response,
        "Gather",
        {
            "action": address,
            "method": "POST",
            "inputType": "dtmf",
            "executionTimeout": str(max(5, listening.seconds)),
            "digitEndTimeout": "3",
            "numDigits": str(listening.most),
            "finishOnKey": "#",
            "log": "false",
        },
    )


PLIVO = Dialect(
    name="plivo_voice",
    api="https://api.plivo.com",
    path="/v1/Account/{account}/Call/",
    signature="x-plivo-signature-v3",
    nonce="x-plivo-signature-v3-nonce",
    signed=whole_request,
    proving=by_basic,
    listen=get_digits,
)
VOBIZ = Dialect(
    name="vobiz_voice",
    api="https://api.vobiz.ai",
    path="/api/v1/Account/{account}/Call/",
    signature="x-vobiz-signature-v3",
    nonce="x-vobiz-signature-v3-nonce",
    signed=bare_address,
    proving=own_headers,
    listen=gather,
)
