"""The place of a sign-in: the network that it comes from, and the browser.

An address is one place; of IPv6 its /64 is, of which a single subscriber has all (RFC 6177).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv4Network, IPv6Address, ip_address, ip_network
from typing import Literal

from store.database import Conn

KNOWN_FOR = timedelta(days=30)  # a network after a sign-in; sign-ins are kept as long

# browser: both factors were shown in it before · network: … were shown from there · nothing
Knows = Literal["browser", "network", "nothing"]


@dataclass(frozen=True)
class SignInPlace:
    """Where somebody is. `network`: CIDR, None where the address cannot be read.

    `browser`: the digest of the token in the browser's own cookie; `program` and `system`: what its
    User-Agent names, None where that names nothing that we know.
    """

    network: str | None
    browser: bytes | None = None
    program: str | None = None
    system: str | None = None


def network_of(address: str) -> str | None:
    """Return the network of a client's address, None for what is no address."""
    try:
        read = ip_address(address.partition("%")[0])
    except ValueError:
        return None
    if isinstance(read, IPv6Address) and read.ipv4_mapped is not None:
        read = read.ipv4_mapped
    return str(ip_network((read, 64 if read.version == 6 else 32), strict=False))


def masked_network(network: str) -> str:
    """Return a network for people to recognise, without its end."""
    read = ip_network(network)
    if isinstance(read, IPv4Network):
        return ".".join(str(read.network_address).split(".")[:3]) + ".•"
    return ":".join(f"{int(part, 16):x}" for part in read.exploded.split(":")[:3]) + ":…"


def digest_of(token: str) -> bytes:
    """Return what is kept of a browser's token."""
    return hashlib.sha256(token.encode(errors="surrogateescape")).digest()


def browser_row(conn: Conn, staff_row: int, place: SignInPlace) -> int | None:
    """Return the row of the browser, if the account was opened in it before."""
    row = conn.execute(
        "SELECT id FROM browsers WHERE staff_id = %s AND digest = %s", (staff_row, place.browser)
    ).fetchone()
    return int(row[0]) if row else None


def is_network_known(conn: Conn, staff_row: int, place: SignInPlace, now: datetime) -> bool:
    """Tell whether the account was opened from this network lately."""
    row = conn.execute(
        "SELECT EXISTS (SELECT FROM sign_ins WHERE staff_id = %s AND network = %s::cidr"
        " AND proved_at > %s)",
        (staff_row, place.network, now - KNOWN_FOR),
    ).fetchone()
    return row == (True,)


def is_browser_known(conn: Conn, place: SignInPlace) -> bool:
    """Tell whether anybody's account was opened in this browser before."""
    row = conn.execute(
        "SELECT EXISTS (SELECT FROM browsers WHERE digest = %s)", (place.browser,)
    ).fetchone()
    return row == (True,)


def remember_browser(conn: Conn, staff_row: int, place: SignInPlace, now: datetime) -> int | None:
    """Note that the account was opened in this browser; return its row, None without a token."""
    if place.browser is None:
        return None
    row = conn.execute(
        "INSERT INTO browsers (staff_id, digest, first_at, last_at) VALUES (%s, %s, %s, %s)"
        " ON CONFLICT (staff_id, digest) DO UPDATE SET last_at = excluded.last_at RETURNING id",
        (staff_row, place.browser, now, now),
    ).fetchone()
    assert row is not None
    return int(row[0])


def forget_browsers(conn: Conn, staff_row: int) -> None:
    """Forget all browsers of an account: the next sign-in in each is told as a new one."""
    conn.execute("DELETE FROM browsers WHERE staff_id = %s", (staff_row,))
