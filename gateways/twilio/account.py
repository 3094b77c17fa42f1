"""The part that texts and calls of a Twilio account share: the SDK's client, and signatures."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

import requests
from twilio.base.exceptions import TwilioException
from twilio.http import HttpClient
from twilio.http.response import Response
from twilio.request_validator import RequestValidator
from twilio.rest import Client

from gateways.base import (
    Outcome,
    Reason,
    Rejected,
    Request,
    Retry,
    Unauthentic,
    UnknownOutcome,
)
from gateways.network import basic, exchange, failed, kept, refused, retry_after
from gateways.storable import line
from gateways.twilio.settings import TwilioSettings
from settings import Settings

API = "https://api.twilio.com"
# What the SDK raises for an answer of an unexpected shape.
_UNREADABLE = (ValueError, TypeError, KeyError, AttributeError)


@dataclass(frozen=True)
class TwilioErrors:
    """The error codes of texts, or of calls: the reason of each, and those worth another try."""

    reasons: Mapping[str, Reason]
    again: frozenset[str]

    def reason(self, code: str | None) -> Reason:
        """Return the reason that `code` stands for."""
        return self.reasons.get(code or "", Reason.UNKNOWN)

    def refusal(self, code: str, after: float | None) -> Outcome:
        """Return the outcome of a refusal with `code`. `after`: seconds to wait, if Twilio said."""
        reason = self.reason(code)
        return Retry(reason, code, after) if code in self.again else Rejected(reason, code)


class TwilioAccount:
    """The client with its connections, and the check of signatures. For many threads."""

    def __init__(self, settings: Settings, timeout: tuple[float, float]) -> None:
        """Set up the account. `timeout`: seconds to connect, and to wait for an answer."""
        own = TwilioSettings.read(settings)
        token = own.auth_token.get_secret_value()
        self._http = _HttpClient(own.api_url, settings.send_slots, timeout)
        self._validator = RequestValidator(token) if token else None
        self.client = Client(own.account_sid, token, http_client=self._http)

    def authenticate(self, request: Request) -> None:
        """Raise `Unauthentic` unless `request` is signed by HMAC-SHA1 with the auth token.

        No header chooses the algorithm.
        """
        signature = request.headers.get("x-twilio-signature")
        if self._validator is None or not signature:
            raise Unauthentic
        try:
            genuine = self._validator.validate(request.url, request.form, signature)
        except (TypeError, ValueError) as error:
            raise Unauthentic from error
        if not genuine:
            raise Unauthentic

    def submit(self, call: Callable[[], Outcome], errors: TwilioErrors) -> Outcome:
        """Return the outcome of `call`, which submits by the client, or of its failure."""
        try:
            return call()
        except requests.RequestException as error:
            return failed(error)
        except TwilioException as error:
            return self._refusal(error, errors)
        except _UNREADABLE as error:  # Twilio may well have accepted it
            return _unreadable(error)

    def look_up(self, call: Callable[[], Outcome]) -> Outcome:
        """Return the outcome of `call`, which asks by the client; unknown where it fails."""
        try:
            return call()
        except (TwilioException, requests.RequestException) as error:
            return UnknownOutcome(type(error).__name__)
        except _UNREADABLE as error:
            return _unreadable(error)

    def _refusal(self, error: TwilioException, errors: TwilioErrors) -> Outcome:
        status, after = getattr(error, "status", None), self._http.asked_to_wait()
        code = line(str(getattr(error, "code", "")))
        if code in errors.reasons:
            return errors.refusal(code, after)
        if isinstance(status, int):
            return refused(status, f"HTTP {status}, code {code}", after)
        return UnknownOutcome(type(error).__name__)


def _unreadable(error: Exception) -> Outcome:
    return UnknownOutcome(f"unreadable answer: {type(error).__name__}")


def message_named(request: Request) -> int | None:
    """Return our message's id from the query of an address that we gave to Twilio."""
    ours = request.query.get("message", "")
    return int(ours) if ours.isascii() and ours.isdigit() and len(ours) < 19 else None


class _HttpClient(HttpClient):
    """The SDK's HTTP port with time-outs, kept connections, another address, and no log.

    The SDK's own client logs bodies, which hold codes, and uses all of requests (merging of
    sessions, cookies, hooks, redirects), which takes half of the processor time of a send.
    """

    def __init__(self, base: str, slots: int, timeout: tuple[float, float]) -> None:
        """Connect to `base`, or to the SDK's own address where `base` is empty."""
        silent = logging.Logger("twilio, unlogged", level=logging.CRITICAL + 1)
        super().__init__(silent, False, timeout[1])
        self._session = kept(base or API, slots)
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
        """Make one exchange; never follow a redirect. Raises `requests.RequestException`."""
        self._of_thread.wait = None
        if self._base:
            # The whole host: TWILIO_EDGE and TWILIO_REGION of the SDK change it too.
            url = self._base + url[url.index("/", len("https://")) :]
        if params:
            url = f"{url}?{urlencode(params, doseq=True)}"
        sent = dict(headers or {})
        if auth:
            sent["Authorization"] = basic(*auth)
        body = None
        if data:
            sent["Content-Type"] = "application/x-www-form-urlencoded"
            body = urlencode(data, doseq=True).encode()
        answer = exchange(self._session, method.upper(), url, sent, body, self._timeout)
        self._of_thread.wait = retry_after(answer.headers.get("Retry-After"))
        return Response(answer.status, answer.content.decode(errors="replace"), answer.headers)

    def asked_to_wait(self) -> float | None:
        """Return the Retry-After of this thread's last answer, in seconds."""
        wait: float | None = getattr(self._of_thread, "wait", None)
        return wait
