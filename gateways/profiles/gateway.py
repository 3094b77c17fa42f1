"""An aggregator that is described in a TOML file: no carrier has code here.

The profile (profile.py) says what to submit and how to read; this file is the carrier that
the rest of the service sees. Nothing that comes in is signed: a secret in the path stands for that.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from secrets import token_hex
from typing import Any

import phonenumbers
import requests

from gateways.base import (
    Inbound,
    Outcome,
    Outgoing,
    Reason,
    Receipt,
    Rejected,
    Request,
    Unauthentic,
    UnknownOutcome,
    Unreadable,
)
from gateways.network import TIMEOUT, failed, pooled
from gateways.profiles import reading
from gateways.profiles.profile import HOOK, Profile, ProfileHook
from gateways.profiles.request import Prepared, prepare
from gateways.profiles.sources import Heard, ValueSource, as_json, at
from gateways.profiles.templates import PlaceTemplate, Unfilled
from messages.catalogue import CatalogueError, Dlt, catalogue
from messages.segments import encoding_of
from settings import Settings

_ENCODINGS = {"GSM-7": "gsm7", "UCS-2": "ucs2"}


class HttpGateway:
    """One account at a configured carrier. Its connections are shared by all threads."""

    def __init__(
        self,
        name: str,
        profile: Profile,
        values: Mapping[str, str],
        settings: Settings,
        dlt: Dlt,
        timeout: tuple[float, float] = TIMEOUT,
    ) -> None:
        """`values`: the profile's settings and secrets by name. `timeout`: seconds to connect, and
        to wait for an answer."""
        self.name = name
        self.profile = profile
        self.rate = profile.rate
        self._values = values
        self._dlt = dlt
        self._timeout = timeout
        self._secret = values.get(HOOK, "")
        self._hooks = f"{settings.public_url}/hooks/http/{name}/{self._secret}"
        self.address = _known(profile.request.url, values)
        self.dlt = _tells_operators(profile, dlt)
        self._prefix = _known(profile.inbound.prefix if profile.inbound else None, values)
        self._session = pooled(self.address, settings.send_slots)

    def send(self, message: Outgoing) -> Outcome:
        submit_id = f"{message.message_id}-{token_hex(4)}"
        try:
            request = self.prepare(message, submit_id)
        except Unfilled as error:
            what = f"{error}, {message.template} in {message.language}"
            return Rejected(Reason.CONFIGURATION, what)
        try:
            heard = self._exchange(request)
        except requests.RequestException as error:
            return failed(error)
        return reading.outcome(self.profile.answer, heard, submit_id)

    def prepare(self, message: Outgoing, submit_id: str) -> Prepared:
        """The request that submits `message`. Raises `Unfilled` where the profile lacks a value."""
        fields = fields_of(message, submit_id, self._dlt)
        hooks = {"sms_hook": f"{self._hooks}/sms", "delivery_hook": f"{self._hooks}/delivery"}
        return prepare(self.profile, {**fields, **hooks, **self._values})

    def look_up(self, message: Outgoing) -> Outcome:
        """None of these carriers finds a message without the id that its lost answer had."""
        return UnknownOutcome(f"{self.name} cannot be asked")

    def unpack(self, hook: ProfileHook, request: Request) -> Sequence[Request]:
        """The events of a call that brings several, as one call each. Raises `Unauthentic`."""
        self._authenticate(request)
        if hook.each is None:
            return (request,)
        events = _events(hook.each, reading.as_heard(request))
        if not events:
            return (request,)  # it is not what the profile expects: it will be kept as unreadable
        headers = {**request.headers, "content-type": "application/json"}
        return [
            replace(request, headers=headers, body=json.dumps(event).encode(), form={})
            for event in events
        ]

    def receive_text(self, request: Request) -> Inbound | Unreadable:
        self._authenticate(request)
        keys = self.profile.inbound
        if keys is None:
            raise Unauthentic  # there is no such hook
        return reading.inbound(self.name, keys, request, self._prefix, self._secret)

    def receive_receipt(self, request: Request) -> Receipt | Unreadable:
        self._authenticate(request)
        keys = self.profile.receipt
        if keys is None:
            raise Unauthentic
        return reading.receipt(self.name, keys, request)

    def _authenticate(self, request: Request) -> None:
        given = request.secret.encode("utf-8", "surrogatepass")
        if not self._secret or not hmac.compare_digest(given, self._secret.encode()):
            raise Unauthentic

    def _exchange(self, request: Prepared) -> Heard:
        """One exchange, redirects never followed. Raises `requests.RequestException`."""
        response = self._session.request(
            request.method,
            request.url,
            # As bytes: requests would take a header for Latin-1, and fail on Hindi.
            headers={name: value.encode() for name, value in request.headers.items()},
            data=request.body,
            timeout=self._timeout,
            allow_redirects=False,
        )
        headers = {name.lower(): value for name, value in response.headers.items()}
        return Heard(headers, response.content, status=response.status_code)


def _tells_operators(profile: Profile, dlt: Dlt) -> bool:
    """Whether texts go to Indian operators: the profile must name the registered template, or can
    and there is a registered entity."""
    places = [template.text for template in profile.request.templates]
    needed = any("{dlt_template}" in text for text in places)
    possible = any("{dlt_template?}" in text for text in places)
    return needed or (possible and bool(dlt.entity_id))


def fields_of(message: Outgoing, submit_id: str, dlt: Dlt) -> dict[str, str]:
    """What the places of a profile may hold of a message; empty where there is no such thing."""
    left = int((message.not_after - datetime.now(UTC)).total_seconds())
    try:
        lane = str(catalogue().template(message.template).lane)
    except CatalogueError:
        lane = ""
    return {
        "phone": message.phone,
        "phone_digits": message.phone.removeprefix("+"),
        "phone_national": _national(message.phone),
        "text": message.text,
        "message_id": str(message.message_id),
        "submit_id": submit_id,
        "template": message.template,
        "language": message.language,
        "lane": lane,
        "encoding": _ENCODINGS[encoding_of(message.text)],
        "validity_seconds": str(max(left, 1)),
        "validity_minutes": str(max(left // 60, 1)),
        "timestamp": str(int(datetime.now(UTC).timestamp())),
        "dlt_entity": dlt.entity_id,
        "dlt_header": dlt.header,
        "dlt_template": dlt.template_ids.get((message.template, message.language), ""),
    }


def _national(phone: str) -> str:
    """`phone` without its country code; with it where libphonenumber knows no such country."""
    try:
        return str(phonenumbers.parse(phone).national_number)
    except phonenumbers.NumberParseException:
        return phone.removeprefix("+")


def _known(template: PlaceTemplate | None, values: Mapping[str, str]) -> str:
    """`template` as far as settings and secrets fill it; empty where they do not."""
    try:
        return (template.fill(lambda name: values.get(name, "")) if template else None) or ""
    except Unfilled:
        return ""


def _events(each: ValueSource, heard: Heard) -> list[Any]:
    """The JSON values of the list at `each`; none where there is no such list."""
    found = at(heard.json, each.name) if each.kind == "json" else as_json(heard.read(each) or "")
    return found if isinstance(found, list) else []
