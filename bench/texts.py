"""Twilio's request for each handover, signed and ready as bytes: the client only sends."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import urlencode

from twilio.request_validator import RequestValidator

from bench.books import Doorstep
from gateways.twilio.settings import TwilioSettings
from settings import Settings

PATH = "/hooks/twilio/sms"


def write(path: Path, settings: Settings, doorsteps: Iterable[Doorstep]) -> None:
    """Write one request per doorstep into `path`, in order, each preceded by its length."""
    account = TwilioSettings.read(settings)
    validator = RequestValidator(account.auth_token.get_secret_value())
    with path.open("wb") as file:
        for number, door in enumerate(doorsteps):
            raw = _request(settings.public_url, account, validator, door, carrier_id(number))
            file.write(struct.pack(">I", len(raw)) + raw)


def carrier_id(number: int) -> str:
    return f"SM{number:032x}"


def read(path: Path, first: int, count: int) -> list[bytes]:
    """Return `count` requests from number `first`."""
    found = list(_requests(path.read_bytes()))[first : first + count]
    if len(found) < count:
        raise ValueError(f"{path} has no {count} requests from number {first}")
    return found


def _requests(content: bytes) -> Iterator[bytes]:
    at = 0
    while at < len(content):
        (length,) = struct.unpack_from(">I", content, at)
        yield content[at + 4 : at + 4 + length]
        at += 4 + length


def _request(
    public_url: str,
    account: TwilioSettings,
    validator: RequestValidator,
    door: Doorstep,
    sid: str,
) -> bytes:
    form = {
        "ToCountry": "US", "ToState": "", "SmsMessageSid": sid, "NumMedia": "0", "ToCity": "",
        "FromZip": "", "SmsSid": sid, "FromState": "", "SmsStatus": "received", "FromCity": "",
        "Body": f"{door.serial} {door.code}", "FromCountry": "IN", "To": account.from_,
        "ToZip": "", "NumSegments": "1", "MessageSid": sid,
        "AccountSid": account.account_sid, "From": door.postman_phone,
        "ApiVersion": "2010-04-01",
    }  # fmt: skip
    signature = validator.compute_signature(public_url + PATH, form)
    body = urlencode(form).encode()
    head = (
        f"POST {PATH} HTTP/1.1\r\n"
        f"Host: {public_url.removeprefix('https://')}\r\n"
        "User-Agent: TwilioProxy/1.1\r\n"
        "Accept: */*\r\n"
        "Content-Type: application/x-www-form-urlencoded; charset=utf-8\r\n"
        f"Content-Length: {len(body)}\r\n"
        f"X-Twilio-Signature: {signature}\r\n\r\n"
    )
    return head.encode() + body
