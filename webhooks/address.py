"""The addresses that webhooks may go to, as far as the network need not be asked."""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

from store.refusals import Invalid

LONGEST = 500
_SHOWN_PATH = 30


class BadAddress(Invalid):
    """No webhook goes to such an address; the message says why."""

    field = "url"
    summary = "the body has bad fields: see errors"


def anywhere(raw: str) -> str:
    """Return an http or https address, for development and tests. Raises `BadAddress`."""
    _parts(raw, ("http", "https"))
    return raw


def public(raw: str) -> str:
    """Return a public https address, for production. Raises `BadAddress`.

    Names are not resolved here: they may lead elsewhere tomorrow, so every connection checks it
    (`webhooks/post.py`).
    """
    host = _parts(raw, ("https",)).hostname or ""
    try:
        address = ip_address(host)
    except ValueError:
        inside = "." not in host or host.endswith((".local", ".internal", ".localhost"))
    else:
        inside = not address.is_global
    if inside:
        raise BadAddress("is an address inside a network: give one that the internet can reach")
    return raw


def shown(url: str) -> str:
    """Return host and beginning of the path: the rest may be a secret of the receiver."""
    parts = urlsplit(url)
    path = parts.path + ("?" if parts.query else "")
    if len(path) > _SHOWN_PATH or parts.query:
        path = path[:_SHOWN_PATH] + "…"
    return f"{parts.netloc}{path}"


def host(url: str) -> str:
    """Return host and port alone, for logs."""
    return urlsplit(url).netloc


def _parts(raw: str, schemes: tuple[str, ...]) -> SplitResult:
    if len(raw) > LONGEST:
        raise BadAddress(f"is longer than {LONGEST} characters")
    if not raw.isascii() or not raw.isprintable() or " " in raw or "\\" in raw:
        raise BadAddress("has characters that no address has: escape them with %")
    try:
        parts = urlsplit(raw)
        port = parts.port
    except ValueError as error:
        raise BadAddress("is no address: write https://host/path") from error
    if parts.scheme not in schemes:
        raise BadAddress(f"begins with {' or '.join(f'{each}://' for each in schemes)}")
    if not parts.hostname or port == 0:
        raise BadAddress("names no host: write https://host/path")
    if "@" in parts.netloc or parts.fragment:
        raise BadAddress("holds a user name or a #: the signature proves who calls")
    return parts
