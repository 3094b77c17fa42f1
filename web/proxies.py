"""The address of a caller, behind proxies too: what `request.remote_addr` is, everywhere.

X-Forwarded-For is read from right to left, each entry by the word of the one to its right: as long
as that is a trusted proxy. What stands further left was written by whoever called, and is his word
alone. docs/developing/trust.md rule 10
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_HEADER: Final = "HTTP_X_FORWARDED_FOR"


class BehindProxies:
    """A WSGI application whose callers' addresses are those before the trusted proxies."""

    def __init__(self, app: WSGIApplication, trusted: Sequence[IPv4Network | IPv6Network]) -> None:
        self._app = app
        self._trusted = trusted

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        address = str(environ.get("REMOTE_ADDR") or "")
        environ["REMOTE_ADDR"] = caller(address, str(environ.get(_HEADER, "")), self._trusted)
        return self._app(environ, start_response)


def caller(peer: str, forwarded: str, trusted: Sequence[IPv4Network | IPv6Network]) -> str:
    """Return the address that called: `peer`, or the last one that no trusted proxy has.

    `forwarded`: the header. An entry that is no address ends it: the proxy that wrote it called.
    """
    found = _read(peer)
    if found is None:
        return peer
    for entry in reversed(forwarded.split(",")):
        if not any(found in network for network in trusted):
            break
        before = _read(entry)
        if before is None:
            break
        found = before
    return str(found)


def _read(entry: str) -> IPv4Address | IPv6Address | None:
    """Return the address of an entry, which may have a port; None for anything else."""
    text = entry.strip().strip('"')
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address
