"""What texts and calls of a Twilio account share: the SDK's client, and who may call our hooks."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping
from urllib.parse import urlencode

import requests
from requests.structures import CaseInsensitiveDict
from twilio.http import HttpClient
from twilio.http.response import Response
from twilio.request_validator import RequestValidator
from twilio.rest import Client

from gateways.base import Request, Unauthentic
from gateways.network import pooled, retry_after
from gateways.twilio.settings import TwilioSettings
from settings import Settings

API = "https://api.twilio.com"


class TwilioAccount:
    """The client with its connections, and the check of signatures. For many threads."""

    def __init__(self, settings: Settings, timeout: tuple[float, float]) -> None:
        """`timeout`: seconds to connect, and to wait for an answer."""
        own = TwilioSettings.read(settings)
        token = own.auth_token.get_secret_value()
        self._http = _HttpClient(own.api_url, settings.send_slots, timeout)
        self._validator = RequestValidator(token) if token else None
        self.client = Client(own.account_sid, token, http_client=self._http)

    def authenticate(self, request: Request) -> None:
        """Raises `Unauthentic`. The algorithm is ours (HMAC-SHA1 with the auth token), never what
        a header asks for."""
        signature = request.headers.get("x-twilio-signature")
        if self._validator is None or not signature:
            raise Unauthentic
        try:
            genuine = self._validator.validate(request.url, request.form, signature)
        except (TypeError, ValueError) as error:
            raise Unauthentic from error
        if not genuine:
            raise Unauthentic

    def asked_to_wait(self) -> float | None:
        """The Retry-After of this thread's last answer, seconds."""
        return self._http.asked_to_wait()


def message_named(request: Request) -> int | None:
    """The id of ours that stands in the query of an address that we gave to Twilio."""
    ours = request.query.get("message", "")
    return int(ours) if ours.isascii() and ours.isdigit() and len(ours) < 19 else None


class _HttpClient(HttpClient):
    """The SDK's HTTP port with time-outs, a pool for all slots, another address, and silence.

    Its own client logs bodies, which hold codes, and takes requests the long way round (merging of
    sessions, cookies, hooks, redirects), a third of the processor time of a send.
    """

    def __init__(self, base: str, slots: int, timeout: tuple[float, float]) -> None:
        """`base`: another address than the SDK's own, or an empty string."""
        silent = logging.Logger("twilio, unlogged", level=logging.CRITICAL + 1)
        super().__init__(silent, False, timeout[1])
        self._session = pooled(base or API, slots)
        self._base = base
        self._timeout = timeout
        self._of_thread = threading.local()

    def request(
        self,
        method: str,
        url: str,
        params: Mapping[str, object] | None = None,
        data: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,
        allow_redirects: bool = False,
    ) -> Response:
        """One exchange, redirects never followed. Raises `requests.RequestException`."""
        self._of_thread.wait = None
        if self._base:
            # The whole host: TWILIO_EDGE and TWILIO_REGION of the SDK change it too.
            url = self._base + url[url.index("/", len("https://")) :]
        prepared = requests.PreparedRequest()
        prepared.method = method.upper()
        prepared.url = f"{url}?{urlencode(params, doseq=True)}" if params else url
        prepared.headers = CaseInsensitiveDict(headers or {})
        prepared.prepare_cookies({})
        prepared.prepare_body(dict(data) if data else None, None)
        prepared.prepare_auth(auth, prepared.url)
        response = self._session.get_adapter(prepared.url).send(
            prepared,
            timeout=self._timeout,
            verify=True if self._session.verify is None else self._session.verify,
            proxies=self._session.proxies,
        )
        self._of_thread.wait = retry_after(response.headers.get("Retry-After"))
        return Response(response.status_code, response.text, response.headers)

    def asked_to_wait(self) -> float | None:
        """The Retry-After of this thread's last answer, seconds."""
        wait: float | None = getattr(self._of_thread, "wait", None)
        return wait
