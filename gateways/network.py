"""What a failed HTTP exchange means, the same for every carrier.

The question is only whether the request can have reached the carrier. Where it cannot, the message
is simply sent again; where it may have, the outcome is unknown and is looked up first.
"""

from __future__ import annotations

import logging
import ssl
from typing import Final

import requests
from requests.exceptions import InvalidHeader, InvalidSchema, InvalidURL, MissingSchema
from urllib3.exceptions import (
    ConnectTimeoutError,
    MaxRetryError,
    NewConnectionError,
    ProxyError,
    SSLError,
)

from gateways.base import Outcome, Reason, Rejected, Retry, UnknownOutcome

# (connect, read) in seconds. Below the outbox's lease, or a second worker would take the message.
TIMEOUT: Final[tuple[float, float]] = (3.05, 9.05)
_NEVER_SENT: Final = (ConnectTimeoutError, NewConnectionError, ProxyError)
_MISCONFIGURED: Final = (InvalidHeader, InvalidSchema, InvalidURL, MissingSchema)
# Its debug lines hold addresses, and a look-up's address holds a telephone number.
logging.getLogger("urllib3").setLevel(logging.INFO)


def failed(error: requests.RequestException) -> Outcome:
    """The outcome of an exchange that ended in `error`. Its text is not kept: it has addresses."""
    name = type(error).__name__
    if isinstance(error, _MISCONFIGURED):
        return Rejected(Reason.CONFIGURATION, name)
    cause = error.args[0] if error.args else None
    reason = cause.reason if isinstance(cause, MaxRetryError) else cause
    if isinstance(reason, _NEVER_SENT) or _distrusted(reason):
        return Retry(Reason.CARRIER, type(reason).__name__)
    return UnknownOutcome(name)


def _distrusted(reason: object) -> bool:
    # Only a refused certificate is sure to precede the request: other TLS errors may end it midway.
    return (
        isinstance(reason, SSLError)
        and bool(reason.args)
        and isinstance(reason.args[0], ssl.SSLCertVerificationError)
    )


def refused(status: int, error: str, after: float | None = None) -> Outcome:
    """The outcome of an HTTP status that is no success, where the carrier's body says no more.

    429 and a plain 5xx: try again. 502 and 504 come from a proxy that lost the answer: unknown.
    A redirect is not followed: it would hand our key to another address.
    """
    if status == 429:
        return Retry(Reason.CARRIER, error, after)
    if status in (502, 504):
        return UnknownOutcome(error)
    if status >= 500:
        return Retry(Reason.CARRIER, error, after)
    if status in (401, 403) or 300 <= status < 400:
        return Rejected(Reason.CONFIGURATION, error)
    return Rejected(Reason.UNKNOWN, error)


_LONGEST_WAIT: Final = 86_400.0  # seconds


def retry_after(header: str | None) -> float | None:
    """The seconds of a Retry-After header, a day at most; None for a date or nonsense."""
    try:
        seconds = float(header) if header else None
    except ValueError:
        return None
    # Also sorts out "nan" and "inf", which are numbers to float().
    return seconds if seconds is not None and 0 <= seconds <= _LONGEST_WAIT else None


def pooled(address: str, size: int) -> requests.Session:
    """A session that keeps `size` connections to `address` open, for as many threads.

    The environment's proxy and certificate settings are read here, once: requests would read them
    again for every message, a quarter of the processor time of a send.
    """
    session = requests.Session()
    adapter = requests.adapters.HTTPAdapter(pool_connections=4, pool_maxsize=size)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    environment = session.merge_environment_settings(address, {}, None, None, None)
    session.proxies = environment["proxies"]
    session.verify = environment["verify"]
    session.trust_env = False
    return session
