"""A carrier in Twilio's shape, for measuring: keep-alive, each answer after a fixed time.

    python -m bench.carrier PORT SECONDS

A process of its own on bare asyncio, so that it takes little of the cores that are measured.
`GET /arrivals` returns what came so far: `[[unix time, To], …]`.
"""

from __future__ import annotations

import asyncio
import gc
import json
import sys
import time
from itertools import count
from urllib.parse import parse_qs
from urllib.request import urlopen

from bench.rig import LOCAL

_arrivals: list[tuple[float, str]] = []
_numbers = count(1)


def arrivals(port: int) -> list[tuple[float, str]]:
    """Return what the carrier at `port` has received: unix time and telephone."""
    with urlopen(f"http://{LOCAL}:{port}/arrivals", timeout=30) as answer:
        return [(at, to) for at, to in json.load(answer)]


class _Connection(asyncio.Protocol):
    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
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
        if len(body) < _length(head):
            return
        self._buffer = b""
        method, path, _ = head.split(b" ", 2)
        if method != b"POST" or not path.endswith(b"/Messages.json"):
            # Messages are looked up where a call's outcome is unknown: then the run is spoilt.
            self._answer("501 Not Implemented", b"{}")
            return
        form = parse_qs(body.decode())
        _arrivals.append((time.time(), form["To"][0]))
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

    def _answer(self, status: str, body: bytes) -> None:
        head = (
            f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        self._transport.write(head.encode() + body)


def _length(head: bytes) -> int:
    lower = head.lower()
    at = lower.find(b"content-length:")
    return int(lower[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0


async def _serve(port: int, seconds: float) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Connection(seconds), LOCAL, port, backlog=512)
    gc.freeze()
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1]), float(sys.argv[2])))
