"""The part that texts and calls of an Africa's Talking account share.

Requests to us are not signed; a secret in the path proves them. Facts: docs/developing/carriers.md.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import requests

from gateways.africastalking.settings import AfricasTalkingSettings
from gateways.base import Outcome, Outgoing, Reason, Rejected, UnknownOutcome
from gateways.network import TIMEOUT, failed, kept, refused, retry_after
from settings import Settings


class HttpRefused(Exception):
    """An HTTP status that is no success; the SDK's own exception drops the status."""

    def __init__(self, status: int, after: float | None) -> None:
        super().__init__(f"HTTP {status}")
        self.status = status
        self.after = after


class Pooled:
    """A mixin for a service of the SDK: pooled connections, another address, the HTTP status.

    `version`: the path after an address of our own.
    """

    version = ""
    _baseUrl: str

    def __init__(self, settings: Settings, base: str) -> None:
        """Connect to `base`, or to the SDK's own address where `base` is empty."""
        self._base = base
        own = AfricasTalkingSettings.read(settings)
        super().__init__(  # type: ignore[call-arg]  # the SDK's service
            own.username, own.api_key.get_secret_value()
        )
        self._session = kept(self._baseUrl, settings.send_slots)

    @property
    def address(self) -> str:
        """Return the address of the requests."""
        return str(self._baseUrl)

    def _init_service(self) -> None:
        super()._init_service()  # type: ignore[misc]  # the SDK's service
        if self._base:
            self._baseUrl = f"{self._base}{self.version}"

    def _make_request(
        self,
        url: str,
        method: str,
        headers: Mapping[str, str],
        data: Mapping[str, Any] | None,
        params: Mapping[str, Any] | None,
        callback: object = None,
        timeout: tuple[float, float] = TIMEOUT,
    ) -> Any:
        response = self._session.request(
            method,
            url,
            headers=headers,
            data=data,
            params=params,
            timeout=timeout,
            allow_redirects=False,
        )
        if not 200 <= response.status_code < 300:
            after = retry_after(response.headers.get("Retry-After"))
            raise HttpRefused(response.status_code, after)
        try:
            return response.json()
        except requests.exceptions.JSONDecodeError:
            return None


class AfricasTalkingAccount:
    """The base of both gateways of an account."""

    dlt = False

    def look_up(self, message: Outgoing) -> Outcome:
        """Return unknown: Africa's Talking has no request that finds a text or a call."""
        return UnknownOutcome("Africa's Talking cannot be asked")

    def _outcome(self, submit: Callable[[], Any], read: Callable[[Any], Outcome]) -> Outcome:
        """Return what `read` makes of the answer to `submit`, or what its failure means."""
        try:
            answer = submit()
        except requests.RequestException as error:
            return failed(error)
        except HttpRefused as refusal:
            return refused(refusal.status, f"HTTP {refusal.status}", refusal.after)
        except ValueError as error:  # the SDK takes it for no number
            return Rejected(Reason.BAD_NUMBER, type(error).__name__)
        try:
            return read(answer)
        except (KeyError, TypeError, ValueError, AttributeError):
            # Not as documented, but 2xx: the carrier may well have accepted it.
            return UnknownOutcome("unreadable answer")
