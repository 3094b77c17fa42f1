"""What texts and calls of an Africa's Talking account share: the SDK's requests, and the secret.

Nothing that comes in is signed: a secret in the path stands for that. Facts:
docs/developing/carriers.md.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from typing import Any

import requests

from gateways.africastalking.settings import AfricasTalkingSettings
from gateways.base import Request, Unauthentic
from gateways.network import TIMEOUT, pooled, retry_after
from settings import Settings


class HttpRefused(Exception):
    """An HTTP status that is no success. The SDK's own exception drops the status."""

    def __init__(self, status: int, after: float | None) -> None:
        super().__init__(f"HTTP {status}")
        self.status = status
        self.after = after


class Pooled:
    """Mixed into a service of the SDK: pooled connections, another address, the HTTP status kept.

    `version`: what an address of our own is followed by.
    """

    version = ""
    _baseUrl: str

    def __init__(self, settings: Settings, base: str) -> None:
        """`base`: another address than the SDK's own, or an empty string."""
        self._base = base
        own = AfricasTalkingSettings.read(settings)
        super().__init__(  # type: ignore[call-arg]  # the SDK's service
            own.username, own.api_key.get_secret_value()
        )
        self._session = pooled(self._baseUrl, settings.send_slots)

    @property
    def address(self) -> str:
        """Where requests go."""
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


def authenticate(request: Request, secret: str) -> None:
    """Raises `Unauthentic` where the path does not hold `secret`, or there is none."""
    given = request.secret.encode("utf-8", "surrogatepass")
    if not secret or not hmac.compare_digest(given, secret.encode()):
        raise Unauthentic
