"""Twilio's request for each text, signed and ready as bytes: the client only sends."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

from twilio.request_validator import RequestValidator

from bench.books import Doorstep
from gateways.twilio.settings import TwilioSettings
from settings import Settings

PATH = "/hooks/twilio/sms"


@dataclass(frozen=True)
class Account:
    """Whom a request is for: the account, its token, the number that is texted, and our address."""

    sid: str
    token: str = field(repr=False)
    number: str
    public_url: str

    @classmethod
    def of(cls, settings: Settings) -> Account:
        account = TwilioSettings.read(settings)
        token = account.auth_token.get_secret_value()
        return cls(account.account_sid, token, account.from_, settings.public_url)


def write(path: Path, settings: Settings, doorsteps: Iterable[Doorstep]) -> None:
    """Write one handover per doorstep into `path`, in order."""
    account = Account.of(settings)
    handovers = ((door.postman_phone, f"{door.serial} {door.code}") for door in doorsteps)
    keep(path, signed(account, handovers))


def keep(path: Path, requests: Iterable[list[bytes]]) -> None:
    """Write requests into `path`, each with its parts: one, or those of a chain."""
    with path.open("wb") as file:
        for parts in requests:
            file.write(struct.pack(">I", len(parts)))
            for raw in parts:
                file.write(struct.pack(">I", len(raw)) + raw)


def signed(
    account: Account, said: Iterable[tuple[str, str]], first: int = 0
) -> Iterator[list[bytes]]:
    """Return a request for each pair of a telephone and what it texts; ids begin with `first`."""
    for number, (phone, words) in enumerate(said, start=first):
        yield [text(account, phone, words, carrier_id(number))]


def carrier_id(number: int) -> str:
    return f"SM{number:032x}"


def read(path: Path, first: int, count: int) -> list[list[bytes]]:
    """Return `count` requests from number `first`."""
    found = list(_requests(path.read_bytes()))[first : first + count]
    if len(found) < count:
        raise ValueError(f"{path} has no {count} requests from number {first}")
    return found


def _requests(content: bytes) -> Iterator[list[bytes]]:
    at = 0
    while at < len(content):
        (left,) = struct.unpack_from(">I", content, at)
        at += 4
        parts = []
        for _ in range(left):
            (length,) = struct.unpack_from(">I", content, at)
            parts.append(content[at + 4 : at + 4 + length])
            at += 4 + length
        yield parts


def text(account: Account, phone: str, words: str, sid: str) -> bytes:
    """Return the request that brings one text."""
    form = {
        "ToCountry": "US", "ToState": "", "SmsMessageSid": sid, "NumMedia": "0", "ToCity": "",
        "FromZip": "", "SmsSid": sid, "FromState": "", "SmsStatus": "received", "FromCity": "",
        "Body": words, "FromCountry": "IN", "To": account.number,
        "ToZip": "", "NumSegments": "1", "MessageSid": sid,
        "AccountSid": account.sid, "From": phone,
        "ApiVersion": "2010-04-01",
    }  # fmt: skip
    return signed_form(account, PATH, form)


def signed_form(account: Account, path: str, form: Mapping[str, str]) -> bytes:
    """Return a request of Twilio's, signed."""
    validator = RequestValidator(account.token)
    signature = validator.compute_signature(account.public_url + path, form)
    body = urlencode(form).encode()
    head = (
        f"POST {path} HTTP/1.1\r\n"
        f"Host: {account.public_url.removeprefix('https://')}\r\n"
        "User-Agent: TwilioProxy/1.1\r\n"
        "Accept: */*\r\n"
        "Content-Type: application/x-www-form-urlencoded; charset=utf-8\r\n"
        f"Content-Length: {len(body)}\r\n"
        f"X-Twilio-Signature: {signature}\r\n\r\n"
    )
    return head.encode() + body
