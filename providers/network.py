"""HTTP to a provider: pooled, with time-outs, without redirects; and its failures."""

from __future__ import annotations

import logging
from typing import Any, Final

import requests

from gateways.deadline import TimedAdapter

# (connect, read) in seconds. A clerk waits for the QR code; shorter than the leases of
# payments/rounds.py.
TIMEOUT: Final[tuple[float, float]] = (3.05, 9.05)
LONGEST: Final = 300
# urllib3's debug lines hold addresses with payment ids.
logging.getLogger("urllib3").setLevel(logging.INFO)


class Lost(Exception):
    """No answer came, or a meaningless one: the request may or may not have been executed."""


class TooManyCalls(Lost):
    """HTTP 429: the provider did not look at the request."""


class KeysRefused(Exception):
    """HTTP 401: the provider refused our keys. `told`: the JSON of its answer."""

    def __init__(self, told: Any) -> None:
        super().__init__("HTTP 401")
        self.told = told


class ProviderSession(requests.Session):
    """A session with time-outs and without redirects; it reads proxies and certificates once.

    Raises `KeysRefused` for 401, `TooManyCalls` for 429, `Lost` for a failed connection, for 5xx
    and for what is no JSON.
    """

    def __init__(self, address: str, timeout: tuple[float, float] = TIMEOUT) -> None:
        super().__init__()
        adapter = TimedAdapter(pool_connections=2, pool_maxsize=8)
        self.mount("https://", adapter)
        self.mount("http://", adapter)
        environment = self.merge_environment_settings(address, {}, None, None, None)
        self.proxies, self.verify = environment["proxies"], environment["verify"]
        self.trust_env = False
        self._timeout = timeout

    def request(self, *arguments: Any, **options: Any) -> requests.Response:
        options["timeout"] = self._timeout
        options["allow_redirects"] = False
        try:
            answer = super().request(*arguments, **options)
        except requests.RequestException as error:
            raise Lost(type(error).__name__) from None  # its text holds the address
        if answer.status_code == 429:
            raise TooManyCalls("HTTP 429")
        if answer.status_code >= 500:
            raise Lost(f"HTTP {answer.status_code}")
        try:
            told = answer.json()
        except requests.RequestException:
            raise Lost(f"HTTP {answer.status_code} without JSON") from None
        if answer.status_code == 401:
            raise KeysRefused(told)
        return answer


def short(error: object) -> str:
    """Return a provider's words, made storable and short."""
    text = " ".join(str(error).replace("\x00", " ").split())
    clean = text.encode("utf-8", "replace").decode()
    return clean[:LONGEST] or type(error).__name__
