"""One webhook over the network: the body, its signature, the POST, the meaning of the answer.

Signed by the Standard Webhooks specification, so that receivers verify with its libraries.
"""

from __future__ import annotations

import json
import socket
import sys
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import requests
from standardwebhooks import Webhook
from urllib3 import HTTPSConnectionPool
from urllib3.exceptions import (
    HTTPError,
    NameResolutionError,
    NewConnectionError,
)
from urllib3.util.connection import create_connection

from gateways.deadline import TimedAdapter, TimedHTTPSConnection, use, within
from gateways.network import pooled
from india.masks import veiled_within
from store import feed_kinds
from store.keyring import Keyring
from webhooks.address import has_port, is_public
from webhooks.queue import Delivered, Failed, Gone, Outcome, TakenDelivery
from webhooks.secret import written

# For the connection, and for each piece of the answer; a whole delivery has twice that.
TIMEOUT_SECONDS: Final = 5.0
_SHOWN: Final = 200  # characters of an answer that are kept
_MOST_ADDRESSES: Final = 3  # of one name that one attempt tries


class ClosedPort(requests.exceptions.InvalidURL):
    """The receiver's port is none that webhooks may go to: nothing was sent."""


class NotPublic(NewConnectionError):
    """The receiver's name resolves to a non-public address: nothing was sent."""


def body_of(taken: TakenDelivery) -> str:
    """Return the body: the event as in the feed, the same at every attempt."""
    told = {
        "id": taken.position,
        "at": taken.at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "kind": taken.kind,
        "upu": feed_kinds.upu_code(taken.kind),
        "article": taken.article,
        "data": veiled_within(taken.data),
    }
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))


def signed(taken: TakenDelivery, body: str, secret: str, now: datetime) -> dict[str, str]:
    """Return the headers that prove who sends `body`, and when.

    The id is the delivery's, not the event's: a ping has no event, and an id must not come twice
    with different contents.
    """
    id_, at = f"delivery_{taken.id}", now.astimezone(UTC)  # the library reads any time as UTC
    return {
        "webhook-id": id_,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret).sign(id_, at, body),
    }


@dataclass(frozen=True)
class WebhookPoster:
    """The sender of deliveries, for many threads at once, without a database connection."""

    session: requests.Session
    keys: Keyring
    timeout: float = TIMEOUT_SECONDS

    def post(self, taken: TakenDelivery, now: datetime) -> Outcome:
        """Make one attempt. It raises nothing: a failure is tried again."""
        body = body_of(taken)
        try:
            bare = taken.secret.bare(self.keys.known("webhooks", taken.secret_key))
        except ValueError:  # its key was retired, or the seal is broken
            return Failed("its secret cannot be read here: end the webhook and make it anew")
        headers: Mapping[str, str] = {
            "Content-Type": "application/json",
            "User-Agent": "Dakiya-Webhook/1",
            "Accept-Encoding": "identity",
            **signed(taken, body, written(bare), now),
        }
        try:
            # Redirects are not followed: they would bypass the check of the address. requests
            # does not read the body of the answer, which may be endless.
            with (
                within(2 * self.timeout),
                self.session.post(
                    taken.url,
                    data=body.encode(),
                    headers=headers,
                    timeout=self.timeout,
                    allow_redirects=False,
                    stream=True,
                ) as answer,
            ):
                return _meaning(answer)
        except (requests.RequestException, HTTPError, OSError, ValueError) as error:
            return Failed(_reason(error))


def session(size: int) -> requests.Session:
    """Return a session for `size` threads, to any address, for development and tests.

    It uses no proxy, which would resolve the names unchecked.
    """
    made = pooled("https://", size)
    made.proxies = {}
    return made


def public_session(size: int, ports: Collection[int] = (443,)) -> requests.Session:
    """Return a session that reaches only public addresses by https, at `ports`, for production."""
    made = session(size)
    made.mount("https://", _Public(ports, pool_connections=64, pool_maxsize=size))
    made.adapters.pop("http://", None)
    return made


def _meaning(answer: requests.Response) -> Outcome:
    if 200 <= answer.status_code < 300:
        # A short answer is read so that the connection can be used again; it has no meaning.
        with suppress(HTTPError, OSError):
            answer.raw.read1(_SHOWN)
        return Delivered()
    if answer.status_code == 410:
        return Gone()
    begun = (answer.raw.read1(_SHOWN) or b"").decode(errors="replace")
    said = "".join(each if each.isprintable() else " " for each in begun).strip()
    return Failed(f"answered {answer.status_code}" + (f": {said}" if said else ""))


def _reason(error: Exception) -> str:
    """Return the kind of failure, without the words of the error, which hold the address."""
    cause: object = error.args[0] if error.args else error
    reason = getattr(cause, "reason", None)
    if isinstance(error, ClosedPort):
        return "its port is not among those that webhooks may go to (WEBHOOK_PORTS)"
    if isinstance(reason, NotPublic):
        return "its name leads to an address that is not on the internet"
    return type(reason if isinstance(reason, Exception) else error).__name__


class _PublicConnection(TimedHTTPSConnection):
    """A connection that resolves the name itself, checks the addresses, and connects to one.

    A check apart from the connection would ask the name server twice, and the second answer may
    differ.
    """

    def _new_conn(self) -> socket.socket:
        try:
            found = socket.getaddrinfo(self.host, self.port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            gai = error if isinstance(error, socket.gaierror) else socket.gaierror(str(error))
            raise NameResolutionError(self.host, self, gai) from error
        addresses = list(dict.fromkeys(str(each[4][0]) for each in found))
        if not all(is_public(each) for each in addresses):
            raise NotPublic(self, "not a public address")
        for address in addresses[:_MOST_ADDRESSES]:
            with suppress(OSError):
                made = create_connection(
                    (address, self.port), self.timeout, socket_options=self.socket_options
                )
                use(made)
                sys.audit("http.client.connect", self, self.host, self.port)
                return made
        raise NewConnectionError(self, "no address of it answers")


class _PublicPool(HTTPSConnectionPool):
    ConnectionCls = _PublicConnection


class _Public(TimedAdapter):
    def __init__(self, ports: Collection[int], **options: Any) -> None:
        self._ports = frozenset(ports)
        super().__init__(**options)

    def send(
        self, request: requests.PreparedRequest, *arguments: Any, **options: Any
    ) -> requests.Response:
        # Again at each delivery: an address may be older than the setting.
        if not has_port(request.url or "", self._ports):
            raise ClosedPort
        return super().send(request, *arguments, **options)

    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        super().init_poolmanager(*arguments, **options)
        self.poolmanager.pool_classes_by_scheme = {"https": _PublicPool}
