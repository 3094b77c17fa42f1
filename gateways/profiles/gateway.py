"""The gateway of a carrier that a TOML file describes; no single carrier has code here.

The profile (profile.py) says what to submit and how to read the answers. Requests to us are not
signed; a secret in the path proves them.
"""

from __future__ import annotations

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
    prove_secret,
)
from gateways.network import TIMEOUT, failed, kept
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
    """One account at a configured carrier. All threads share its connections."""

    def __init__(
        self,
        name: str,
        profile: Profile,
        values: Mapping[str, str],
        settings: Settings,
        dlt: Dlt,
        timeout: tuple[float, float] = TIMEOUT,
    ) -> None:
        """Set up the account. `values`: the profile's settings and secrets by name. `timeout`:
        seconds to connect, and to wait for an answer."""
        self.name = name
        self.profile = profile
        self.rate = profile.rate
        self._values = values
        self._dlt = dlt
        self._timeout = timeout
        self._secret = values.get(HOOK, "")
        self._hooks = f"{settings.public_url}/hooks/http/{name}/{self._secret}"
        self.address = _filled(profile.request.url, values)
        self.dlt = _tells_operators(profile, dlt)
        self.sender = values.get("sender", "")
        self.validity = profile.request.ends_in_time
        self._prefix = _filled(profile.inbound.prefix if profile.inbound else None, values)
        self._session = kept(self.address, settings.send_slots)

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
        """Return the request that submits `message`. Raises `Unfilled` where a value is missing."""
        fields = fields_of(message, submit_id, self._dlt)
        hooks = {"sms_hook": f"{self._hooks}/sms", "delivery_hook": f"{self._hooks}/delivery"}
        return prepare(self.profile, {**fields, **hooks, **self._values})

    def look_up(self, message: Outgoing) -> Outcome:
        """Return unknown: none of these carriers finds a message without the id of its answer."""
        return UnknownOutcome(f"{self.name} cannot be asked")

    def unpack(self, hook: ProfileHook, request: Request) -> Sequence[Request]:
        """Return the events of `request`, if it brings several, as one request each.

        Raises `Unauthentic`.
        """
        prove_secret(request, self._secret)
        if hook.each is None:
            return (request,)
        events = _events(hook.each, reading.as_heard(request))
        if not events:
            return (request,)  # not as the profile expects: it will be kept as unreadable
        headers = {**request.headers, "content-type": "application/json"}
        return [
            replace(request, headers=headers, body=json.dumps(event).encode(), form={})
            for event in events
        ]

    def receive_text(self, request: Request) -> Inbound | Unreadable:
        prove_secret(request, self._secret)
        keys = self.profile.inbound
        if keys is None:
            raise Unauthentic  # there is no such hook
        return reading.inbound(self.name, keys, request, self._prefix, self._secret)

    def receive_receipt(self, request: Request) -> Receipt | Unreadable:
        prove_secret(request, self._secret)
        keys = self.profile.receipt
        if keys is None:
            raise Unauthentic
        return reading.receipt(self.name, keys, request)

    def _exchange(self, request: Prepared) -> Heard:
        """Make one exchange; never follow a redirect. Raises `requests.RequestException`."""
        response = self._session.request(
            request.method,
            request.url,
            # As bytes: requests would encode a header in Latin-1, and fail on Hindi.
            headers={name: value.encode() for name, value in request.headers.items()},
            data=request.body,
            timeout=self._timeout,
            allow_redirects=False,
        )
        headers = {name.lower(): value for name, value in response.headers.items()}
        return Heard(headers, response.content, status=response.status_code)


def _tells_operators(profile: Profile, dlt: Dlt) -> bool:
    """Tell whether texts go to Indian operators: the profile requires the registered template, or
    can have it and an entity is registered."""
    places = [template.text for template in profile.request.templates]
    needed = any("{dlt_template}" in text for text in places)
    possible = any("{dlt_template?}" in text for text in places)
    return needed or (possible and bool(dlt.entity_id))


def fields_of(message: Outgoing, submit_id: str, dlt: Dlt) -> dict[str, str]:
    """Return the fields of a message that a profile's placeholders may name; empty where absent."""
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
        "validity_seconds": str(max(message.valid_seconds, 1)),
        "validity_minutes": str(max(message.valid_seconds // 60, 1)),
        "timestamp": str(int(datetime.now(UTC).timestamp())),
        "dlt_entity": dlt.entity_id,
        "dlt_header": dlt.header,
        "dlt_template": dlt.template_ids.get((message.template, message.language), ""),
    }


def _national(phone: str) -> str:
    """Return `phone` without its country code; with it where libphonenumber does not know it."""
    try:
        return str(phonenumbers.parse(phone).national_number)
    except phonenumbers.NumberParseException:
        return phone.removeprefix("+")


def _filled(template: PlaceTemplate | None, values: Mapping[str, str]) -> str:
    """Return `template` filled by settings and secrets; empty where they do not suffice."""
    try:
        return (template.fill(lambda name: values.get(name, "")) if template else None) or ""
    except Unfilled:
        return ""


def _events(each: ValueSource, heard: Heard) -> list[Any]:
    """Return the JSON values of the list at `each`; none where there is no such list."""
    found = at(heard.json, each.name) if each.kind == "json" else as_json(heard.read(each) or "")
    return found if isinstance(found, list) else []
