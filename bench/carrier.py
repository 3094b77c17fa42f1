"""A carrier in Twilio's shape, for measuring: keep-alive, each answer after a fixed time.

    python -m bench.carrier PORT SECONDS [WEB]

A process of its own on bare asyncio, so that it takes little of the cores that are measured.
`GET /arrivals` returns what came so far: `[[unix time, To], …]`. `GET /log` is answered by a line
of JSON for each text as it comes: `[unix time, To, Body]`. With WEB, the port of our web process,
it sends a receipt for every text after its answer; its token comes in the environment.
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import sys
import time
from functools import partial
from itertools import count
from urllib.parse import parse_qs
from urllib.request import urlopen

from bench.rig import LOCAL
from bench.texts import Account, signed_form
from bench.wire import Wire, length

_RECEIPTS_AT_ONCE = 16
_arrivals: list[tuple[float, str]] = []
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
        if method != b"POST" or not path.endswith(b"/Messages.json"):
            # Messages are looked up where a call's outcome is unknown: then the run is spoilt.
            self._answer("501 Not Implemented", b"{}")
            return
        form = parse_qs(body.decode())
        at, to = time.time(), form["To"][0]
        _arrivals.append((at, to))
        self._log.wrote(at, to, form["Body"][0])
        asyncio.get_running_loop().call_later(self._seconds, self._accept, path, form)

    def _accept(self, path: bytes, form: dict[str, list[str]]) -> None:
        account = path.split(b"/")[3].decode()
        sid = f"SM{next(_numbers):032x}"
        message: dict[str, object] = {
            "account_sid": account, "api_version": "2010-04-01", "body": form["Body"][0],
            "date_created": "Fri, 14 Aug 2026 04:30:00 +0000", "date_sent": None,
            "date_updated": "Fri, 14 Aug 2026 04:30:00 +0000", "direction": "outbound-api",
            "error_code": None, "error_message": None, "from": form.get("From", [None])[0],
            "messaging_service_sid": None, "num_media": "0", "num_segments": "1", "price": None,
            "price_unit": "USD", "sid": sid, "status": "queued", "subresource_uris": {},
            "to": form["To"][0], "uri": f"/2010-04-01/Accounts/{account}/Messages/{sid}.json",
        }  # fmt: skip
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

    def __init__(self, account: Account, web: int) -> None:
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


async def _serve(port: int, seconds: float, web: int | None) -> None:
    loop = asyncio.get_running_loop()
    teller = None if web is None else Teller(_account(), web)
    if teller is not None:
        await teller.open()
    log = Log()
    server = await loop.create_server(
        partial(_Connection, seconds, log, teller), LOCAL, port, backlog=512
    )
    gc.freeze()
    await server.serve_forever()


def _account() -> Account:
    names = ("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_FROM", "PUBLIC_URL")
    return Account(*(os.environ[name] for name in names))


if __name__ == "__main__":
    _port, _seconds, *_web = sys.argv[1:]
    asyncio.run(_serve(int(_port), float(_seconds), int(_web[0]) if _web else None))
