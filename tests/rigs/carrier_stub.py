"""A carrier on this machine that speaks the HTTP of Twilio and of Africa's Talking.

It does what real carriers do, and misbehaves on order.

`with CarrierStub() as carrier:` listens on a free port of 127.0.0.1, with keep-alive.
`carrier.will(…)` queues what happens to the next requests, one each; after that, all are accepted.
Its receipts: `tests/rigs/receipt_stub.py`. For loads, see `bench/carrier.py` and `bench/faulty.py`.
"""

from __future__ import annotations

import json
import socket
import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

LOCAL = "127.0.0.1"
CONFIGURED = "/configured"  # what a carrier of tests/rigs/configured.py posts to
_PATIENCE = 30.0  # seconds; nothing in a test takes as long


@dataclass(frozen=True)
class Accept:
    """Takes the message and says so, after a while (seconds)."""

    after: float = 0.0
    status: str | None = None  # the carrier's own word for how far it is
    error_code: int | None = None  # Twilio: comes with status failed or undelivered
    # What it does between taking the message and saying so: its receipt can overtake its answer.
    meanwhile: Callable[[dict[str, Any]], None] | None = None


@dataclass(frozen=True)
class Refuse:
    """Twilio: an HTTP error with a code. Africa's Talking: 201, and the recipient's statusCode."""

    code: int
    http: int = 400
    retry_after: str | None = None


@dataclass(frozen=True)
class Say:
    """Answers with exactly this."""

    http: int
    body: str
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class AcceptAndHang:
    """Takes the message and never answers."""


@dataclass(frozen=True)
class AcceptAndDrop:
    """Takes the message and ends the connection without an answer."""


@dataclass(frozen=True)
class Drop:
    """Reads the request, takes nothing, ends the connection without an answer."""


Behaviour = Accept | Refuse | Say | AcceptAndHang | AcceptAndDrop | Drop


@dataclass(frozen=True)
class Call:
    """One request as it came. `client` is the caller's port: the same means the same connection."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes
    client: int

    @property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode(), keep_blank_values=True))


class CarrierStub:
    """What came is in `calls`, every answer given in `answers`, what was taken in `messages`."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.answers: list[tuple[Call, int, str, str]] = []  # to what; status, type, body
        self.messages: list[dict[str, Any]] = []  # as Twilio describes them, oldest first
        self.numbers: list[dict[str, Any]] = []  # of the account, as Twilio describes them
        self.rings: list[dict[str, Any]] = []  # calls that it makes, the same way
        self._behaviours: deque[Behaviour] = deque()
        self._numbers = count(1)
        self._over = threading.Event()
        self._server = _Server((LOCAL, 0), _Handler)
        self._server.stub = self
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))

    @property
    def url(self) -> str:
        return f"http://{LOCAL}:{self._server.server_address[1]}"

    @property
    def connections(self) -> int:
        """How many different connections the requests came through."""
        return len({call.client for call in self.calls})

    def will(self, *behaviours: Behaviour) -> None:
        """What happens to the next requests that send, one each."""
        self._behaviours.extend(behaviours)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._server.shutdown()
        self._server.end_connections()
        self._server.server_close()
        self._thread.join()

    # ---- what a carrier does --------------------------------------------------------------------

    def take(self, form: Mapping[str, str], account: str, done: Accept) -> dict[str, Any]:
        """Keeps a message and gives Twilio's description of it."""
        sid, now = f"SM{next(self._numbers):032x}", format_datetime(datetime.now(UTC))
        uri = f"/2010-04-01/Accounts/{account}/Messages/{sid}"
        message: dict[str, Any] = {
            "account_sid": account, "api_version": "2010-04-01", "body": form.get("Body"),
            "date_created": now, "date_sent": None, "date_updated": now,
            "direction": "outbound-api", "error_code": done.error_code, "error_message": None,
            "from": form.get("From"), "messaging_service_sid": form.get("MessagingServiceSid"),
            "num_media": "0", "num_segments": "1", "price": None, "price_unit": "USD", "sid": sid,
            "status": done.status or ("accepted" if "MessagingServiceSid" in form else "queued"),
            "status_callback": form.get("StatusCallback"),
            "subresource_uris": {"media": f"{uri}/Media.json"}, "to": form.get("To"),
            "uri": f"{uri}.json",
        }  # fmt: skip
        self.messages.append(message)
        return message

    def receive(self, phone: str, text: str | None, to: str, at: datetime) -> dict[str, Any]:
        """Keeps a text that came for us, whose hook failed, as Twilio describes it."""
        message = self.take({"From": phone, "To": to}, "AC" + "0" * 32, Accept())
        came = format_datetime(at)
        message |= {"direction": "inbound", "status": "received", "date_sent": came}
        message |= {"date_created": came, "body": text}
        return message

    def ring(self, form: Mapping[str, str], account: str, done: Accept) -> dict[str, Any]:
        """Keeps a call and gives Twilio's description of it."""
        sid, now = f"CA{next(self._numbers):032x}", format_datetime(datetime.now(UTC))
        uri = f"/2010-04-01/Accounts/{account}/Calls/{sid}"
        call: dict[str, Any] = {
            "account_sid": account, "answered_by": None, "api_version": "2010-04-01",
            "caller_name": None, "date_created": now, "date_updated": now,
            "direction": "outbound-api", "duration": None, "end_time": None,
            "forwarded_from": None, "from": form.get("From"), "from_formatted": form.get("From"),
            "group_sid": None, "parent_call_sid": None, "phone_number_sid": None, "price": None,
            "price_unit": "USD", "queue_time": "0", "sid": sid, "start_time": None,
            "status": done.status or "queued", "subresource_uris": {}, "to": form.get("To"),
            "to_formatted": form.get("To"), "trunk_sid": None, "uri": f"{uri}.json",
        }  # fmt: skip
        self.rings.append(call)
        return call

    def next_behaviour(self) -> Behaviour:
        try:
            return self._behaviours.popleft()
        except IndexError:
            return Accept()

    def wait(self, seconds: float) -> bool:
        """False where the stub ended meanwhile."""
        return not self._over.wait(seconds)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256
    stub: CarrierStub

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._open: set[socket.socket] = set()

    def get_request(self) -> tuple[socket.socket, Any]:
        connection, address = super().get_request()
        self._open.add(connection)
        return connection, address

    def shutdown_request(self, request: Any) -> None:
        self._open.discard(request)
        super().shutdown_request(request)

    def end_connections(self) -> None:
        for connection in tuple(self._open):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:  # it ended by itself
                continue


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *_: object) -> None:
        """Nothing: tests read `calls`."""

    def do_GET(self) -> None:
        call = self._note()
        stub = self.server.stub
        behaviour = stub.next_behaviour()
        if not isinstance(behaviour, Accept):
            self._misbehave(behaviour)
            return
        if call.path.endswith("/IncomingPhoneNumbers.json"):
            self._answer(200, json.dumps({"incoming_phone_numbers": stub.numbers}))
            return
        kind = "calls" if call.path.endswith("/Calls.json") else "messages"
        kept = stub.rings if kind == "calls" else stub.messages
        after, before = call.query.get("DateSent>"), call.query.get("DateSent<")
        found = [
            each
            for each in reversed(kept)
            if each["to"] == call.query.get("To")
            and (after is None or _sent_at(each) >= datetime.fromisoformat(after))
            and (before is None or _sent_at(each) <= datetime.fromisoformat(before))
        ]
        size = int(call.query.get("PageSize", "50"))
        page = {
            kind: found[:size], "page": 0, "page_size": size, "start": 0, "end": size,
            "first_page_uri": call.path, "next_page_uri": None, "previous_page_uri": None,
            "uri": call.path,
        }  # fmt: skip
        self._answer(200, json.dumps(page))

    def do_POST(self) -> None:
        call = self._note()
        stub = self.server.stub
        behaviour = stub.next_behaviour()
        twilio = call.path.startswith("/2010-04-01/")
        take = self._take_twilio if twilio else self._take_africastalking
        if call.path == CONFIGURED:
            take = self._take_configured
        match behaviour:
            case Accept():
                answer = take(call, behaviour)
                if behaviour.meanwhile is not None:
                    behaviour.meanwhile(stub.messages[-1])
                if stub.wait(behaviour.after):
                    self._answer(201, json.dumps(answer))
            case AcceptAndHang() | AcceptAndDrop():
                take(call, Accept())
                self._misbehave(behaviour)
            case Refuse() if not twilio:
                self._answer(201, json.dumps(_recipient(call, behaviour.code, "None", "Refused")))
            case _:
                self._misbehave(behaviour)

    def _take_twilio(self, call: Call, done: Accept) -> dict[str, Any]:
        if call.path.endswith("/Calls.json"):
            return self.server.stub.ring(call.form, call.path.split("/")[3], done)
        return self.server.stub.take(call.form, call.path.split("/")[3], done)

    def _take_configured(self, call: Call, done: Accept) -> dict[str, Any]:
        form = call.form
        named = {"From": form["from"], "To": form["to"], "Body": form["text"]}
        message = self.server.stub.take(named | {"StatusCallback": form["callback"]}, "", done)
        return {"status": done.status or "ok", "id": message["sid"]}

    def _take_africastalking(self, call: Call, done: Accept) -> dict[str, Any]:
        form = call.form
        if call.path == "/call":
            named = {"From": form["from"], "To": form["to"]}
            session = f"ATVId_{self.server.stub.ring(named, '', done)['sid']}"
            return _entry(form["to"], done.status or "Queued", session)
        sid = self.server.stub.take({"To": form["to"], "Body": form["message"]}, "", done)["sid"]
        return _recipient(call, int(done.status or 101), f"ATXid_{sid}", "Success")

    def _misbehave(self, behaviour: Behaviour) -> None:
        match behaviour:
            case Say():
                self._answer(
                    behaviour.http, behaviour.body, behaviour.content_type, behaviour.headers
                )
            case Refuse():
                wait = {"Retry-After": behaviour.retry_after} if behaviour.retry_after else {}
                error = {
                    "code": behaviour.code,
                    "message": "refused",
                    "more_info": f"https://www.twilio.com/docs/errors/{behaviour.code}",
                    "status": behaviour.http,
                }
                self._answer(behaviour.http, json.dumps(error), headers=wait)
            case AcceptAndHang():
                self.server.stub.wait(_PATIENCE)
                self.close_connection = True
            case _:
                self.close_connection = True

    def _note(self) -> Call:
        parts = urlsplit(self.path)
        call = Call(
            method=self.command,
            path=parts.path,
            query=dict(parse_qsl(parts.query, keep_blank_values=True)),
            headers={name.lower(): value for name, value in self.headers.items()},
            body=self.rfile.read(int(self.headers.get("Content-Length", "0"))),
            client=self.client_address[1],
        )
        self.server.stub.calls.append(call)
        self._call = call
        return call

    def _answer(
        self,
        status: int,
        body: str,
        content_type: str = "application/json",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.server.stub.answers.append((self._call, status, content_type, body))
        data = body.encode()
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(data)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)


def _sent_at(message: Mapping[str, Any]) -> datetime:
    return parsedate_to_datetime(str(message["date_sent"] or message["date_created"]))


def _entry(phone: str, status: str, session: str) -> dict[str, Any]:
    entry = {"phoneNumber": phone, "status": status, "sessionId": session}
    return {"entries": [entry], "errorMessage": "None"}


def _recipient(call: Call, code: int, message_id: str, status: str) -> dict[str, Any]:
    return {
        "SMSMessageData": {
            "Message": "Sent to 1/1 Total Cost: INR 0.2500",
            "Recipients": [
                {
                    "cost": "INR 0.2500",
                    "messageId": message_id,
                    "number": call.form["to"],
                    "status": status,
                    "statusCode": code,
                }
            ],
        }
    }
