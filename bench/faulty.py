"""A failing carrier in a process that is never killed: in Twilio's shape or in Africa's Talking's.

    python -m bench.faulty twilio|africastalking PORT CONTROL WEB SEED

It takes texts at PORT and sends its receipts to our web process at WEB; secrets come in the
environment (TWILIO_AUTH_TOKEN, AFRICASTALKING_HOOK_SECRET). At CONTROL it obeys the bench:
`GET /phase/ill` and so on, `GET /taken/N`: the texts it took, from number N, as `Taken` of
`bench/phones.py`; `GET /told`: the fate of its receipts. What it does is drawn
(`bench/illness.py`).
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import partial
from urllib.parse import parse_qs, parse_qsl, urlsplit

from twilio.request_validator import RequestValidator

from bench.illness import Fate, Illness, Notice, Phase
from bench.phones import Taken
from bench.posting import post
from bench.rig import LOCAL, PUBLIC_URL

_GIVE_UP = 30.0  # seconds after which a call that is never answered is closed
_TELLERS = 8  # receipts under way at once
_TRIES = 6  # of a receipt, two seconds apart
_WORDS: Mapping[str, Mapping[str, dict[str, str]]] = {
    "twilio": {
        "sent": {"MessageStatus": "sent"},
        "delivered": {"MessageStatus": "delivered"},
        "failed": {"MessageStatus": "undelivered", "ErrorCode": "30003"},
    },
    "africastalking": {
        "sent": {"status": "Sent"},
        "delivered": {"status": "Success"},
        "failed": {"status": "Failed", "failureReason": "UserIsInactive"},
    },
}


class Carrier:
    """The texts it has taken, and the receipts it still has to send."""

    def __init__(self, shape: str, web: int, seed: str) -> None:
        self.shape = shape
        self.illness = Illness(f"{shape} {seed}")
        self.taken: list[Taken] = []
        self.told: Counter[str] = Counter()
        self.open: set[asyncio.Transport] = set()
        self._web = web
        self._of_phone: dict[str, list[int]] = {}
        self._tellers = asyncio.Semaphore(_TELLERS)
        self._telling: set[asyncio.Task[None]] = set()
        self._sign = RequestValidator(os.environ["TWILIO_AUTH_TOKEN"]).compute_signature
        self._secret = os.environ["AFRICASTALKING_HOOK_SECRET"]

    def take(self, form: Mapping[str, str]) -> Taken:
        """Keep a text, and begin to send its receipts."""
        number = len(self.taken)
        callback = form.get("StatusCallback", "")
        message = parse_qs(urlsplit(callback).query).get("message", [None])[0]
        taken = Taken(
            number=number,
            at=time.time(),
            to=form.get("To") or form["to"],
            body=form.get("Body") or form["message"],
            sid=f"SM{number:032x}" if self.shape == "twilio" else f"ATXid_{number:032x}",
            message=int(message) if message else None,
        )
        self.taken.append(taken)
        self._of_phone.setdefault(taken.to, []).append(number)
        for notice in self.illness.notices():
            taken.failed = taken.failed or notice.word == "failed"
            task = asyncio.get_running_loop().create_task(self._tell(taken, notice))
            self._telling.add(task)
            task.add_done_callback(self._telling.discard)
        return taken

    def found(self, to: str) -> list[Taken]:
        """Return the texts to a telephone, newest first."""
        return [self.taken[number] for number in reversed(self._of_phone.get(to, []))]

    async def _tell(self, taken: Taken, notice: Notice) -> None:
        await asyncio.sleep(notice.after)
        sid = f"SM{'f' * 20}{taken.number:012x}" if notice.stranger else taken.sid
        form = dict(_WORDS[self.shape][notice.word])
        if self.shape == "twilio":
            path = "/hooks/twilio/status"
            if taken.message is not None and not notice.stranger:
                path += f"?message={taken.message}"
            form |= {"MessageSid": sid, "To": taken.to}
            headers = {"X-Twilio-Signature": self._sign(PUBLIC_URL + path, form)}
        else:
            path = f"/hooks/africastalking/{self._secret}/delivery"
            form |= {"id": sid, "phoneNumber": taken.to, "networkCode": "40445"}
            headers = {}
        async with self._tellers:
            for _ in range(_TRIES):
                status = await post(self._web, path, form, headers)
                if status is not None and status < 300:
                    self.told["stranger" if notice.stranger else notice.word] += 1
                    return
                await asyncio.sleep(2.0)
        self.told["given up"] += 1


class _Connection(asyncio.Protocol):
    def __init__(self, carrier: Carrier) -> None:
        self._carrier = carrier
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._carrier.open.add(transport)

    def connection_lost(self, error: Exception | None) -> None:
        self._carrier.open.discard(self._transport)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, end, body = self._buffer.partition(b"\r\n\r\n")
        if not end or len(body) < _length(head):
            return
        self._buffer = b""
        method, target, _ = head.split(b" ", 2)
        illness = self._carrier.illness
        fate = illness.fate()
        if method == b"GET":
            self._find(urlsplit(target.decode()), fate)
            return
        form = dict(parse_qsl(body.decode(), keep_blank_values=True))
        after = partial(asyncio.get_running_loop().call_later, illness.wait(fate))
        match fate:
            case Fate.ACCEPT | Fate.SLOW:
                after(self._accepted, self._carrier.take(form), form)
            case Fate.HANG_TAKEN:
                self._carrier.take(form).ended = "hung"
                self._hang()
            case Fate.DROP_TAKEN:
                self._carrier.take(form).ended = "dropped"
                self._transport.abort()
            case Fate.GARBLED:
                self._carrier.take(form).ended = "garbled"
                after(self._answer, "201 Created", b"<html>it worked</html>")
            case Fate.REFUSE:
                after(self._refused, form)
            case Fate.DROP:
                self._transport.abort()
            case Fate.HANG:
                self._hang()

    def _find(self, target: object, fate: Fate) -> None:
        """Return Twilio's list of the texts to a telephone; no text is taken: fewer fates apply."""
        query = dict(parse_qsl(getattr(target, "query", "")))
        if fate in (Fate.HANG, Fate.HANG_TAKEN):
            self._hang()
        elif fate in (Fate.DROP, Fate.DROP_TAKEN):
            self._transport.abort()
        elif fate is Fate.REFUSE:
            self._answer("503 Service Unavailable", b"{}")
        else:
            found = self._carrier.found(query.get("To", ""))
            path = getattr(target, "path", "")
            page = {
                "messages": [_described(each) for each in found], "page": 0, "page_size": 50,
                "start": 0, "end": 50, "first_page_uri": path, "next_page_uri": None,
                "previous_page_uri": None, "uri": path,
            }  # fmt: skip
            self._answer("200 OK", json.dumps(page).encode())

    def _accepted(self, taken: Taken, form: Mapping[str, str]) -> None:
        # Whoever asked may be gone by now: killed, or out of patience.
        taken.ended = "gone" if self._transport.is_closing() else "answered"
        if self._carrier.shape == "twilio":
            answer = _described(taken)
        else:
            answer = _recipient(form["to"], 101, taken.sid, "Success")
        self._answer("201 Created", json.dumps(answer).encode())

    def _refused(self, form: Mapping[str, str]) -> None:
        if self._carrier.shape == "twilio":
            refusal: dict[str, object] = {"code": 20429, "message": "too many", "status": 429}
            self._answer("429 Too Many Requests", json.dumps(refusal).encode())
        else:
            refusal = _recipient(form["to"], 501, "None", "GatewayError")
            self._answer("201 Created", json.dumps(refusal).encode())

    def _hang(self) -> None:
        asyncio.get_running_loop().call_later(_GIVE_UP, self._transport.abort)

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


def _described(taken: Taken) -> dict[str, object]:
    """Return a text as Twilio describes it."""
    at = format_datetime(datetime.fromtimestamp(taken.at, UTC))
    uri = f"/2010-04-01/Accounts/AC{'0' * 32}/Messages/{taken.sid}.json"
    return {
        "account_sid": f"AC{'0' * 32}", "api_version": "2010-04-01", "body": taken.body,
        "date_created": at, "date_sent": None, "date_updated": at, "direction": "outbound-api",
        "error_code": None, "error_message": None, "from": "+15005550006",
        "messaging_service_sid": None, "num_media": "0", "num_segments": "1", "price": None,
        "price_unit": "USD", "sid": taken.sid, "status": "queued", "subresource_uris": {},
        "to": taken.to, "uri": uri,
    }  # fmt: skip


def _recipient(to: str, code: int, sid: str, status: str) -> dict[str, object]:
    """Return the answer of Africa's Talking."""
    recipient = {
        "cost": "INR 0.2500", "messageId": sid, "number": to, "status": status, "statusCode": code,
    }  # fmt: skip
    return {"SMSMessageData": {"Message": "Sent to 1/1", "Recipients": [recipient]}}


class _Door:
    """The port where the carrier listens; closed while it is gone."""

    def __init__(self, carrier: Carrier, port: int) -> None:
        self._carrier = carrier
        self._port = port
        self._server: asyncio.Server | None = None

    async def set(self, phase: Phase) -> None:
        self._carrier.illness.phase = phase
        if phase is Phase.GONE and self._server is not None:
            self._server.close()
            self._server = None
            for transport in tuple(self._carrier.open):
                transport.abort()
        if phase is not Phase.GONE and self._server is None:
            loop = asyncio.get_running_loop()
            self._server = await loop.create_server(
                lambda: _Connection(self._carrier), LOCAL, self._port, backlog=512
            )


async def _control(
    carrier: Carrier, door: _Door, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    """Carry out one order of the bench."""
    request = (await reader.readuntil(b"\r\n\r\n")).split(b" ", 2)[1].decode()
    _, what, *which = request.split("/")
    answers: Mapping[str, Callable[[], object]] = {
        "taken": lambda: [vars(each) for each in carrier.taken[int(which[0]) :]],
        "told": lambda: dict(carrier.told),
        "phase": lambda: which[0],
    }
    if what == "phase":
        await door.set(Phase(which[0]))
    body = json.dumps(answers[what]()).encode()
    head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    writer.write(head.encode() + body)
    await writer.drain()
    writer.close()


async def _serve(shape: str, port: int, control: int, web: int, seed: str) -> None:
    carrier = Carrier(shape, web, seed)
    door = _Door(carrier, port)
    await door.set(Phase.ILL)
    orders = await asyncio.start_server(partial(_control, carrier, door), LOCAL, control)
    gc.freeze()
    await orders.serve_forever()


if __name__ == "__main__":
    _shape, _port, _orders, _web, _seed = sys.argv[1:]
    asyncio.run(_serve(_shape, int(_port), int(_orders), int(_web), _seed))
