"""The addresses that webhooks may go to, as far as the network need not be asked."""

from __future__ import annotations

import re
from collections.abc import Collection
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Final
from urllib.parse import SplitResult, urlsplit

from store.refusals import Invalid

LONGEST = 500
_SHOWN_PATH = 30
_HTTPS: Final = 443
_DEFAULT_PORTS: Final = {"https": _HTTPS, "http": 80}
_HOST: Final = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+\.?")  # with a dot: a name of the internet
_NUMERIC: Final = re.compile(r"(?:[0-9]+|0x[0-9a-f]*)\.?")  # 127.1, 0x7f.1: other notations of IPv4
_INSIDE: Final = (".local", ".internal", ".localhost", ".home.arpa")
# RFC 4291. Any other IPv6 address is refused, unless a public IPv4 one is in it.
_GLOBAL_UNICAST: Final = IPv6Network("2000::/3")
# RFC 6052. 64:ff9b:1::/48 (RFC 8215) is for a network's own translation, and leads inside.
_NAT64: Final = IPv6Network("64:ff9b::/96")


class BadAddress(Invalid):
    """No webhook goes to such an address; the message says why."""

    field = "url"
    word = "webhook_bad_address"
    summary = "the body has bad fields: see errors"


def anywhere(raw: str) -> str:
    """Return an http or https address, for development and tests. Raises `BadAddress`."""
    _parts(raw, ("http", "https"))
    return raw


def public(raw: str, ports: Collection[int] = (_HTTPS,)) -> str:
    """Return a public https address at one of `ports`, for production. Raises `BadAddress`.

    Names are not resolved here: they may lead elsewhere tomorrow, so every connection checks it
    (`webhooks/post.py`).
    """
    parts = _parts(raw, ("https",))
    if not has_port(raw, ports):
        named = ", ".join(map(str, sorted(ports)))
        raise BadAddress(f"goes to a port that webhooks may not go to: give one of {named}")
    host = parts.hostname or ""
    try:
        ip_address(host)
    except ValueError:
        bare = host.rstrip(".")
        named_so = _HOST.fullmatch(host) and not _NUMERIC.fullmatch(bare.rpartition(".")[2])
        inside = not named_so or bare.endswith(_INSIDE)
    else:
        inside = not is_public(host)
    if inside:
        raise BadAddress("is an address inside a network: give one that the internet can reach")
    return raw


def has_port(url: str, ports: Collection[int]) -> bool:
    """Tell whether an address goes to one of `ports`."""
    parts = urlsplit(url)
    return (parts.port or _DEFAULT_PORTS.get(parts.scheme)) in ports


def is_public(address: str) -> bool:
    """Tell whether an IP address is one of the internet.

    An IPv6 address that carries an IPv4 one is as public as that: mapped, 6to4, NAT64. Teredo
    carries two, of a tunnel through somebody's own network, and is refused.
    """
    found = ip_address(address.partition("%")[0])
    if isinstance(found, IPv6Address):
        inner = _carried(found)
        if inner is None and found not in _GLOBAL_UNICAST:
            return False
        found = inner or found
    return found.is_global and not found.is_multicast


def _carried(address: IPv6Address) -> IPv4Address | None:
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour


def canonical(url: str) -> str:
    """Return what all notations of an address have in common: two such are one receiver."""
    parts = urlsplit(url)
    host = (parts.hostname or "").rstrip(".")
    port = parts.port or _DEFAULT_PORTS.get(parts.scheme)
    query = f"?{parts.query}" if parts.query else ""
    return f"{parts.scheme}://{host}:{port}{parts.path or '/'}{query}"


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
