"""What Twilio received for us and how it calls us: asked by its REST API.

Twilio does not repeat the hook of a text that failed, unless its address says so by connection
overrides: https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides. All tries are
over after 15 seconds, so whatever fails for longer is found here alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any, Final, TypeVar
from urllib.parse import parse_qs, urlsplit

import requests
from twilio.base.exceptions import TwilioException
from twilio.rest import Client

from gateways.base import WHOLE, HookSetting, Inbound, NotTold, Unreadable, attested
from gateways.storable import identifier
from gateways.twilio.settings import TwilioSettings

T = TypeVar("T")

_PAGE: Final = 1_000  # the most that Twilio returns at once
_MOST: Final = 20_000  # texts of one question
OVERRIDES: Final = "#rc=5&rp=5xx,ct,rt"
_REPEATED: Final = frozenset({"5xx", "ct", "rt"})
# What the SDK raises for an answer of an unexpected shape.
_UNREADABLE: Final = (ValueError, TypeError, KeyError, AttributeError)


def received(
    client: Client, own: TwilioSettings, gateway: str, since: datetime, until: datetime
) -> Sequence[Inbound | Unreadable]:
    """Return the texts to our numbers that Twilio took between `since` and `until`.

    Raises `NotTold`, also where there are more than Dakiya asks for at once.
    """

    def ask() -> list[Any]:
        return [
            each
            for number in _numbers(client, own)
            for each in _listed(client, number, since, until)
        ]

    listed = _asked(ask)
    if len(listed) > _MOST:
        raise NotTold(f"more than {_MOST} texts")
    return [_text(each, gateway) for each in listed]


def _listed(client: Client, number: str, since: datetime, until: datetime) -> Iterator[Any]:
    """Yield what came to `number`, newest first. Whole days may be listed: we look at the times."""
    page = client.messages.stream(
        to=number, date_sent_after=since, date_sent_before=until, page_size=_PAGE
    )
    wanted = 0
    for each in page:
        at = each.date_sent or each.date_created
        if at is not None and at < since:
            return
        # What we sent is listed too, where our own number is a recipient.
        if str(each.direction) == "inbound" and (at is None or at <= until):
            wanted += 1
            yield each
        if wanted > _MOST:
            return


def hook_settings(client: Client, own: TwilioSettings, address: str) -> Sequence[HookSetting]:
    """Return how Twilio calls `address` for texts. Raises `NotTold`."""
    return _asked(lambda: list(_hooks(client, own, address)))


def _hooks(client: Client, own: TwilioSettings, address: str) -> Iterator[HookSetting]:
    if own.messaging_service_sid:
        service = client.messaging.v1.services(own.messaging_service_sid).fetch()
        if not service.use_inbound_webhook_on_number:
            yield _judged(
                f"the messaging service {own.messaging_service_sid}",
                str(service.inbound_request_url or ""),
                str(service.inbound_method or "POST"),
                address,
            )
            return
    for number in _numbers(client, own):
        found = client.incoming_phone_numbers.list(phone_number=number, limit=1)
        if not found:
            yield HookSetting(False, f"the account has no number {number}: nothing can come in")
            continue
        url, method = str(found[0].sms_url or ""), str(found[0].sms_method or "POST")
        yield _judged(f"the number {number}", url, method, address)


def _judged(whose: str, url: str, method: str, address: str) -> HookSetting:
    wanted = f"enter {address}{OVERRIDES} for incoming messages, by POST"
    bare, _, fragment = url.partition("#")
    if bare != address or method != "POST":
        where = urlsplit(bare).hostname or "nowhere"
        return HookSetting(False, f"{whose} leads to {where} by {method}: {wanted}")
    overrides = parse_qs(fragment)
    count = overrides.get("rc", ["1"])[-1]
    kinds = {each.strip() for each in overrides.get("rp", ["ct"])[-1].split(",")}
    if ("all" not in kinds and not kinds >= _REPEATED) or count == "0":
        says = f"{whose} does not repeat what we could not take: {wanted} (docs/gateways.md)"
        return HookSetting(False, says)
    return HookSetting(True, f"{whose} leads here and repeats what we could not take")


def _numbers(client: Client, own: TwilioSettings) -> list[str]:
    """Return our numbers: that of the settings, or those of the messaging service."""
    if not own.messaging_service_sid:
        return [own.from_] if own.from_ else []
    service = client.messaging.v1.services(own.messaging_service_sid)
    return [str(each.phone_number) for each in service.phone_numbers.list(limit=_PAGE)]


def _text(message: Any, gateway: str) -> Inbound | Unreadable:
    sid, phone, text = identifier(message.sid), attested(str(message.from_ or "")), message.body
    if sid is None or phone is None or text is None:
        return Unreadable(gateway, sid, "listed without sid, from or body", str(text or ""), phone)
    at = message.date_sent or message.date_created
    return Inbound(gateway, sid, phone, text, carrier_at=at, part=WHOLE)


def _asked(ask: Callable[[], T]) -> T:
    try:
        return ask()
    except (TwilioException, requests.RequestException, *_UNREADABLE) as error:
        raise NotTold(type(error).__name__) from error
