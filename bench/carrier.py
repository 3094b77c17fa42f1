"""A carrier in Twilio's shape, for measuring: keep-alive, each answer after a fixed time.

    python -m bench.carrier PLACE SECONDS [WEB]

A process of its own on bare asyncio, so that it takes little of the cores that are measured.
PLACE and WEB are ports, or places as `bench.wire.Place` reads them. `GET /arrivals` returns what
came so far: `[[unix time, To], …]`. `GET /log` is answered by a line of JSON for each text as it
comes: `[unix time, To, Body]`. Texts to a telephone are listed as Twilio lists them. With WEB, our
web process, it sends a receipt for every text after its answer; its token comes in the environment.
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import sys
import time
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import partial
from itertools import count
from urllib.parse import parse_qs, urlsplit
from urllib.request import urlopen

from bench.rig import LOCAL
from bench.texts import Account, signed_form
from bench.wire import Place, Wire, length

_RECEIPTS_AT_ONCE = 16
_DAY = "Fri, 14 Aug 2026 04:30:00 +0000"  # what nobody reads of an answer
_arrivals: list[tuple[float, str]] = []
_taken: dict[str, list[tuple[float, dict[str, object]]]] = {}  # by telephone
_numbers = count(1)


def arrivals(port: int) -> list[tuple[float, str]]:
    """Return what the carrier at `port` has received: unix time and telephone."""
    with urlopen(f"http://{LOCAL}:{port}/arrivals", timeout=30) as answer:
        return [(at, to) for at, to in json.load(answer)]


class _Connection(asyncio.Protocol):
    def __init__(self, seconds: float, log: Log, teller: Teller | None) -> None:
        self._seconds = seconds
        self._log = log
        self._teller = teller
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, end, body = self._buffer.partition(b"\r\n\r\n")
        if not end:
            return
        if head.startswith(b"GET /arrivals "):
            self._buffer = b""
            self._answer("200 OK", json.dumps(_arrivals).encode())
            return
        if head.startswith(b"GET /log "):
            self._buffer = b""
            self._transport.write(b"HTTP/1.1 200 OK\r\n\r\n")
            self._log.readers.append(self._transport)
            return
        if len(body) < length(head):
            return
        self._buffer = b""
        method, path, _ = head.split(b" ", 2)
        if method != b"POST":
            self._list(path.decode())
            return
        form = parse_qs(body.decode())
        at, to = time.time(), form["To"][0]
        _arrivals.append((at, to))
        self._log.wrote(at, to, form["Body"][0])
        account = path.split(b"/")[3].decode()
        sid = f"SM{next(_numbers):032x}"
        message: dict[str, object] = {
            "account_sid": account, "api_version": "2010-04-01", "body": form["Body"][0],
            "date_created": _DAY, "date_sent": None, "date_updated": _DAY,
            "direction": "outbound-api", "error_code": None, "error_message": None,
            "from": form.get("From", [None])[0], "messaging_service_sid": None, "num_media": "0",
            "num_segments": "1", "price": None, "price_unit": "USD", "sid": sid,
            "status": "queued", "subresource_uris": {}, "to": to,
            "uri": f"/2010-04-01/Accounts/{account}/Messages/{sid}.json",
        }  # fmt: skip
        _taken.setdefault(to, []).append((at, message))
        asyncio.get_running_loop().call_later(self._seconds, self._accept, sid, message, form)

    def _list(self, target: str) -> None:
        """Return the texts to a telephone, as they are looked up after an unknown outcome."""
        asked = parse_qs(urlsplit(target).query)
        found = [
            message | {"date_created": format_datetime(datetime.fromtimestamp(at, UTC))}
            for at, message in reversed(_taken.get(asked.get("To", [""])[0], []))
        ]
        page = {
            "messages": found, "page": 0, "page_size": 50, "start": 0, "end": 50,
            "first_page_uri": target, "next_page_uri": None, "previous_page_uri": None,
            "uri": target,
        }  # fmt: skip
        self._answer("200 OK", json.dumps(page).encode())

    def _accept(self, sid: str, message: dict[str, object], form: dict[str, list[str]]) -> None:
        self._answer("201 Created", json.dumps(message).encode())
        if self._teller is not None:
            self._teller.tell(sid, form["To"][0], form["StatusCallback"][0])

    def _answer(self, status: str, body: bytes) -> None:
        head = (
            f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        self._transport.write(head.encode() + body)


class Log:
    """The connections that read what comes."""

    def __init__(self) -> None:
        self.readers: list[asyncio.Transport] = []

    def wrote(self, at: float, to: str, body: str) -> None:
        for reader in self.readers:
            reader.write(json.dumps([at, to, body]).encode() + b"\n")


class Teller:
    """The receipts: one for each text, as Twilio posts them."""

    def __init__(self, account: Account, web: Place) -> None:
        self._account = account
        self._wire = Wire(web)

    async def open(self) -> None:
        await self._wire.open(_RECEIPTS_AT_ONCE)

    def tell(self, sid: str, to: str, callback: str) -> None:
        path = callback.removeprefix(self._account.public_url)
        form = {"MessageSid": sid, "SmsSid": sid, "MessageStatus": "delivered", "To": to,
                "From": self._account.number, "AccountSid": self._account.sid}  # fmt: skip
        self._wire.post(signed_form(self._account, path, form), _nothing)


def _nothing() -> None:
    pass


async def _serve(place: Place, seconds: float, web: Place | None) -> None:
    loop = asyncio.get_running_loop()
    teller = None if web is None else Teller(_account(), web)
    if teller is not None:
        await teller.open()
    log = Log()
    server = await loop.create_server(
        partial(_Connection, seconds, log, teller), place.host, place.port, backlog=512
    )
    gc.freeze()
    await server.serve_forever()


def _account() -> Account:
    names = ("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_FROM", "PUBLIC_URL")
    return Account(*(os.environ[name] for name in names))


if __name__ == "__main__":
    _place, _seconds, *_web = sys.argv[1:]
    _told = Place.read(_web[0]) if _web else None
    asyncio.run(_serve(Place.read(_place), float(_seconds), _told))
