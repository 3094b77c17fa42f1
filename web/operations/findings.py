"""The findings of `flask doctor`, and the check that an address can be reached."""

from __future__ import annotations

import socket
import ssl
from dataclasses import dataclass
from typing import Final, Literal
from urllib.parse import urlsplit

State = Literal["ok", "wrong", "note"]

CONNECT_SECONDS: Final = 5


@dataclass(frozen=True)
class Finding:
    """One finding about `what`; a wrong one says what to do."""

    state: State
    what: str
    says: str


def unreachable(address: str) -> str:
    """Return why no connection to the host of a URL can be made, TLS included, or ""."""
    parts = urlsplit(address)
    host, secure = parts.hostname or "", parts.scheme == "https"
    try:
        with socket.create_connection(
            (host, parts.port or (443 if secure else 80)), timeout=CONNECT_SECONDS
        ) as plain:
            if secure:
                ssl.create_default_context().wrap_socket(plain, server_hostname=host).close()
    except (OSError, ValueError) as error:
        return type(error).__name__
    return ""
