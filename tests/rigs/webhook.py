"""The department's server that webhooks go to: a real HTTP server whose answers a test scripts."""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from unittest.mock import patch
from urllib.parse import urlsplit

import standardwebhooks.webhooks
from standardwebhooks import Webhook, WebhookVerificationError

from postal.people import tokens
from runtime import Runtime
from store import feed
from store.feed_kinds import Kind
from webhooks import subscriptions
from webhooks.secret import COLUMN, written
from webhooks.sender import WebhookSender

HANG, DROP = "hang", "drop"  # instead of a status: no answer · the connection is closed


@dataclass(frozen=True)
class Call:
    """A request as the receiver got it."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def event(self) -> Any:
        return json.loads(self.body)

    def signed_by(self, secret: str, now: datetime) -> bool:
        """Tell whether the library of Standard Webhooks takes it, by a clock that says `now`."""
        try:
            with receivers_clock(now):
                return bool(Webhook(secret).verify(self.body, self.headers) == self.event)
        except WebhookVerificationError:
            return False


@dataclass
class Receiver:
    """Answers by `script` (statuses, HANG, DROP), and with `usual` where it is used up."""

    url: str = ""
    usual: int | str = 204
    script: list[int | str] = field(default_factory=list)
    says: bytes = b""
    calls: list[Call] = field(default_factory=list)
    location: str = ""
    connections: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)
    over: threading.Event = field(default_factory=threading.Event)

    @property
    def port(self) -> int:
        return urlsplit(self.url).port or 0

    @property
    def ids(self) -> list[int]:
        return [call.event["id"] for call in self.calls]

    def take(self, call: Call) -> int | str:
        with self.lock:
            self.calls.append(call)
            return self.script.pop(0) if self.script else self.usual


@contextmanager
def receivers_clock(now: datetime) -> Iterator[None]:
    """Have the library of Standard Webhooks take `now` for the time, until the block ends."""

    class Stopped(datetime):
        @classmethod
        def now(cls, tz: object = None) -> datetime:  # type: ignore[override]
            return now

    with patch.object(standardwebhooks.webhooks, "datetime", Stopped):
        yield


@contextmanager
def receiving(tls: ssl.SSLContext | None = None) -> Iterator[Receiver]:
    """A receiver at an address of its own, until the block ends; with `tls` it speaks https."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def setup(self) -> None:
            with receiver.lock:
                receiver.connections += 1
            super().setup()

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            does = receiver.take(Call(self.path, dict(self.headers), body))
            if does == HANG:
                receiver.over.wait()
            if isinstance(does, str):
                self.close_connection = True
                return
            self.send_response(does)
            if receiver.location:
                self.send_header("Location", receiver.location)
            if does != 204:
                self.send_header("Content-Length", str(len(receiver.says)))
            self.end_headers()
            if does != 204:
                self.wfile.write(receiver.says)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    receiver.url = f"http://127.0.0.1:{server.server_port}/hook"
    yield receiver
    receiver.over.set()
    server.shutdown()
    thread.join()
    server.server_close()


def token(runtime: Runtime, name: str = "department") -> int:
    with runtime.database.transaction() as conn:
        found = tokens.identify(conn, tokens.create(conn, name))
    assert found is not None
    return found.id


def subscribe(runtime: Runtime, token_id: int, url: str, *kinds: Kind) -> int:
    with runtime.database.transaction() as conn:
        return subscriptions.subscribe(conn, token_id, url, kinds, runtime.now()).id


def happen(runtime: Runtime, *kinds: Kind) -> None:
    with runtime.database.transaction() as conn:
        for kind in kinds:
            feed.append(conn, kind, None, runtime.now(), {"remark": 11})


def secret(runtime: Runtime, id_: int) -> str:
    with runtime.database.transaction() as conn:
        return written(COLUMN.of(conn, id_, runtime.keys))


def deliveries(runtime: Runtime, id_: int) -> list[subscriptions.Delivery]:
    with runtime.database.transaction() as conn:
        return subscriptions.deliveries(conn, id_, None, 0, 10_000)


def states(runtime: Runtime, id_: int) -> list[str]:
    return [each.state for each in deliveries(runtime, id_)]


def one(runtime: Runtime, id_: int) -> subscriptions.Subscription:
    with runtime.database.transaction() as conn:
        return subscriptions.get(conn, id_)


def work(sender: WebhookSender) -> None:
    """All that is due now."""
    while sender.start():
        sender.wait()
