"""What a failed HTTP exchange means, the same for every carrier.

The question is only whether the request can have reached the carrier. Where it cannot, the message
is simply sent again; where it may have, the outcome is unknown and is looked up first.
"""

from __future__ import annotations

import requests
from urllib3.exceptions import (
    ConnectTimeoutError,
    MaxRetryError,
    NewConnectionError,
    ProxyError,
    SSLError,
)

from gateways.base import Outcome, Reason, Rejected, Retry, Unknown

# (connect, read) in seconds. Below the outbox's lease, or a second worker would take the message.
TIMEOUT = (3.05, 9.05)
_NEVER_SENT = (ConnectTimeoutError, NewConnectionError, ProxyError, SSLError)


def failed(error: requests.RequestException) -> Outcome:
    """The outcome of an exchange that ended in `error`. Its text is not kept: it has addresses."""
    name = type(error).__name__
    if isinstance(error, requests.ConnectTimeout | requests.exceptions.SSLError):
        return Retry(Reason.CARRIER, name)
    if isinstance(error, requests.ConnectionError) and error.args:
        cause = error.args[0]
        if isinstance(cause, MaxRetryError) and isinstance(cause.reason, _NEVER_SENT):
            return Retry(Reason.CARRIER, type(cause.reason).__name__)
    return Unknown(name)


def refused(status: int, error: str, after: float | None = None) -> Outcome:
    """The outcome of an HTTP status that is no success, where the carrier's body says no more.

    429 and a plain 5xx: try again. 502 and 504 come from a proxy that lost the answer: unknown.
    """
    if status == 429:
        return Retry(Reason.CARRIER, error, after)
    if status in (502, 504):
        return Unknown(error)
    if status >= 500:
        return Retry(Reason.CARRIER, error, after)
    if status in (401, 403):
        return Rejected(Reason.CONFIGURATION, error)
    return Rejected(Reason.UNKNOWN, error)


def retry_after(header: str | None) -> float | None:
    """The seconds of a Retry-After header; None for a date or nonsense."""
    try:
        return max(0.0, float(header)) if header else None
    except ValueError:
        return None


def pooled(size: int) -> requests.Session:
    """A session that keeps `size` connections open, for as many threads."""
    session = requests.Session()
    adapter = requests.adapters.HTTPAdapter(pool_connections=4, pool_maxsize=size)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    return session
