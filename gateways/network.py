"""The meaning of a failed HTTP exchange, the same for every carrier.

It depends on whether the request can have reached the carrier. Where it cannot, the message is
sent again; where it may have, the outcome is unknown and is looked up first.
"""

from __future__ import annotations

import logging
import ssl
from base64 import b64encode
from collections.abc import Mapping
from functools import cache
from typing import Any, Final

import requests
from requests.exceptions import InvalidHeader, InvalidSchema, InvalidURL, MissingSchema
from requests.utils import select_proxy
from urllib3.exceptions import (
    ConnectTimeoutError,
    MaxRetryError,
    NewConnectionError,
    ProxyError,
    SSLError,
)

from gateways.base import Outcome, Reason, Rejected, Retry, UnknownOutcome
from gateways.deadline import TimedAdapter
from gateways.kept import CarrierAnswer, KeptAdapter

# (connect, read) in seconds; together they are the most of a whole exchange. Shorter than the
# outbox's lease, so that no second worker takes the message meanwhile.
TIMEOUT: Final[tuple[float, float]] = (3.05, 9.05)
_NEVER_SENT: Final = (ConnectTimeoutError, NewConnectionError, ProxyError)
_MISCONFIGURED: Final = (InvalidHeader, InvalidSchema, InvalidURL, MissingSchema)
# urllib3's debug lines hold addresses, and a look-up's address holds a telephone number.
logging.getLogger("urllib3").setLevel(logging.INFO)


def failed(error: requests.RequestException) -> Outcome:
    """Return the outcome of an exchange that ended in `error`, whose text may hold addresses."""
    name = type(error).__name__
    if isinstance(error, _MISCONFIGURED):
        return Rejected(Reason.CONFIGURATION, name)
    cause = error.args[0] if error.args else None
    reason = cause.reason if isinstance(cause, MaxRetryError) else cause
    if isinstance(reason, _NEVER_SENT) or _distrusted(reason):
        return Retry(Reason.CARRIER, type(reason).__name__)
    return UnknownOutcome(name)


def _distrusted(reason: object) -> bool:
    # Only a refused certificate certainly precedes the request; other TLS errors may interrupt it.
    return (
        isinstance(reason, SSLError)
        and bool(reason.args)
        and isinstance(reason.args[0], ssl.SSLCertVerificationError)
    )


def refused(status: int, error: str, after: float | None = None) -> Outcome:
    """Return the outcome of an HTTP status that is no success, where the body says no more.

    429 and other 5xx: try again. 502 and 504 come from a proxy that lost the answer: unknown.
    A redirect is not followed, as it would send our key to another address.
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
    """Return the seconds of a Retry-After header; None for a date, over a day, or no number."""
    try:
        seconds = float(header) if header else None
    except ValueError:
        return None
    # The comparison also excludes "nan" and "inf", which float() accepts.
    return seconds if seconds is not None and 0 <= seconds <= _LONGEST_WAIT else None


def kept(address: str, size: int) -> requests.Session:
    """Return a session for a carrier at `address`, with a connection for each of `size` threads.

    As `pooled`, for less of the processor (`gateways/kept.py`).
    """
    session = pooled(address, size)
    adapter = KeptAdapter(size)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    session.headers["Accept-Encoding"] = "identity"
    return session


def exchange(
    session: requests.Session,
    method: str,
    address: str,
    headers: Mapping[str, str],
    body: bytes | None,
    timeout: tuple[float, float],
) -> CarrierAnswer:
    """Make one exchange by a session of `kept`; never follow a redirect.

    `timeout`: seconds to connect, and to wait for an answer. Raises `requests.RequestException`.
    """
    adapter = session.get_adapter(address)
    verify = True if session.verify is None else session.verify
    if isinstance(adapter, KeptAdapter) and not select_proxy(address, session.proxies):
        return adapter.exchange(method, address, headers, body, timeout, verify)
    response = session.request(
        method, address, headers=headers, data=body, timeout=timeout, allow_redirects=False
    )
    return CarrierAnswer(response.status_code, response.headers, response.content)


def posted(
    session: requests.Session, address: str, timeout: tuple[float, float], **given: Any
) -> requests.Response | Outcome:
    """POST what is `given` as requests takes it; never follow a redirect.

    Return the answer where it is a success, else what became of the message.
    """
    try:
        answer = session.post(address, timeout=timeout, allow_redirects=False, **given)
    except requests.RequestException as error:
        return failed(error)
    if answer.ok and not answer.is_redirect:
        return answer
    after = retry_after(answer.headers.get("Retry-After"))
    return refused(answer.status_code, f"HTTP {answer.status_code}", after)


@cache
def basic(user: str, password: str) -> str:
    """Return the Authorization header of a user with a password (RFC 7617)."""
    return "Basic " + b64encode(f"{user}:{password}".encode()).decode()


def pooled(address: str, size: int) -> requests.Session:
    """Return a session that keeps `size` connections to `address` open, for as many threads.

    It reads the environment's proxy and certificate settings once: requests would read them for
    every message, which takes a quarter of the processor time of a send.
    """
    session = requests.Session()
    adapter = TimedAdapter(pool_connections=4, pool_maxsize=size)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    environment = session.merge_environment_settings(address, {}, None, None, None)
    session.proxies = environment["proxies"]
    session.verify = environment["verify"]
    session.trust_env = False
    return session
