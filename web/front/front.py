"""The front itself: granian calls it for every request (RSGI)."""

from __future__ import annotations

import asyncio
import resource
import sys
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Final, Protocol

import structlog

from logs import described
from postal.people.places import network_of
from web.front.bodies import Bodies, Body, CutOff, Incoming, TooMany, TooSlow
from web.front.precedence import Precedence
from web.front.rooms import FrontRoom
from web.front.threads import Threads
from web.front.wsgi import RsgiScope, WholeAnswer, answered, environ, peer
from web.proxies import caller

if TYPE_CHECKING:
    from collections.abc import Sequence
    from ipaddress import IPv4Network, IPv6Network

    from _typeshed.wsgi import WSGIApplication, WSGIEnvironment

log = structlog.get_logger(__name__)

_PLAIN: Final = ("content-type", "text/plain; charset=utf-8")
_TOO_SLOW: Final = WholeAnswer(
    408, [_PLAIN, ("connection", "close")], b"408: the body did not come\n"
)
_BROKEN: Final = WholeAnswer(500, [_PLAIN], b"500: something is broken on our side\n")


class Connection(Incoming, Protocol):
    """RSGI's protocol, as much of it as is used."""

    def response_bytes(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        """Send an answer. Does not wait for whoever reads it."""
        ...


class Front:
    """The application behind its rooms.

    `busy`: by room, the answer where there is no thread. `trusted`: proxies, whose
    word says who calls.
    """

    def __init__(
        self,
        application: WSGIApplication,
        rooms: Sequence[FrontRoom],
        busy: Mapping[str, WholeAnswer],
        bodies: Bodies,
        trusted: Sequence[IPv4Network | IPv6Network] = (),
    ) -> None:
        self._application = application
        self._rooms = rooms
        self._busy = busy
        self._bodies = bodies
        self._trusted = trusted
        self._threads: dict[str, Threads] = {}

    def __rsgi_init__(self, loop: asyncio.AbstractEventLoop) -> None:
        """Begin in the process that serves."""
        _open_many_files()
        _switch_quickly()
        first = Precedence()
        self._threads = {room.name: Threads(room, loop, first) for room in self._rooms}

    async def __rsgi__(self, scope: RsgiScope, protocol: Connection) -> None:
        """WholeAnswer one request."""
        path, headers = scope.path, scope.headers
        room = next(room for room in self._rooms if room.has(path))
        threads, busy = self._threads[room.name], self._busy[room.name]
        if threads.full:
            _send(protocol, busy)
            return
        try:
            body = _NONE
            length, coding = headers.get("content-length"), headers.get("transfer-encoding")
            if length is not None or coding is not None:
                announced = length if coding is None else None
                whose = partial(self._network, scope)
                body = await self._bodies.read(protocol, announced, room.largest, whose)
        except CutOff:
            _send(protocol, _TOO_SLOW)  # into the void: granian asks for an answer
            return
        except TooSlow:
            _send(protocol, _TOO_SLOW)
            return
        except TooMany:
            _send(protocol, busy)
            return
        if threads.full:  # others came while the body did: whole ones wait in no greater number
            _send(protocol, busy)
            return
        request = environ(scope, body)
        await threads.run(
            lambda: _send(protocol, self._answer(request)), lambda: _send(protocol, busy)
        )

    def _network(self, scope: RsgiScope) -> str:
        """Return whose the connection is, behind proxies too: of IPv6 a /64."""
        headers = scope.headers.items()
        forwarded = ",".join(value for name, value in headers if name == "x-forwarded-for")
        address = caller(peer(scope), forwarded, self._trusted)
        return network_of(address) or address

    def _answer(self, request: WSGIEnvironment) -> WholeAnswer:
        try:
            return answered(self._application, request)
        except Exception as error:  # Flask answers its own; this is what broke Flask
            log.error("unexpected", **described(error))
            return _BROKEN


_NONE: Final = Body(b"", 0)


def _send(protocol: Connection, answer: WholeAnswer) -> None:
    protocol.response_bytes(answer.status, list(answer.headers), answer.body)


def _switch_quickly() -> None:
    """Let a thread that computes give way to one that has waited for a millisecond.

    A turn waits for the database some ten times: with Python's own five, every wait beside a few
    busy pages would cost as much again.
    """
    sys.setswitchinterval(0.001)


def _open_many_files() -> None:
    """Allow this process as many connections as its machine does: each is a file."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
