"""From RSGI to WSGI and back: Flask sees what a WSGI server would show it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final, Protocol

from web.front.bodies import Body

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication, WSGIEnvironment

_OWN: Final = ("content-type", "content-length", "transfer-encoding")
_COOKIE: Final = "cookie"


class Headers(Protocol):
    """The headers of a request; names in small letters."""

    def get(self, key: str, /) -> str | None:
        """Return the first header of that name."""
        ...

    def items(self) -> Iterable[tuple[str, str]]:
        """Return all of them, in order."""
        ...


class RsgiScope(Protocol):
    """What RSGI says of a request. `path` has its escapes resolved; addresses end in `:port`."""

    @property
    def server(self) -> str: ...

    @property
    def client(self) -> str: ...

    @property
    def scheme(self) -> str: ...

    @property
    def method(self) -> str: ...

    @property
    def path(self) -> str: ...

    @property
    def query_string(self) -> str: ...

    @property
    def http_version(self) -> str: ...

    @property
    def headers(self) -> Headers: ...


@dataclass(frozen=True)
class WholeAnswer:
    """A whole answer: status, headers, body."""

    status: int
    headers: Sequence[tuple[str, str]]
    body: bytes


def environ(scope: RsgiScope, body: Body) -> WSGIEnvironment:
    """Return the request as PEP 3333 has it: text is latin-1, and the body is there."""
    name, _, port = scope.server.rpartition(":")
    made: dict[str, Any] = {
        "REQUEST_METHOD": scope.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": _latin(scope.path),
        "QUERY_STRING": _latin(scope.query_string),
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
        "SERVER_NAME": _bare(name),
        "SERVER_PORT": port,
        "REMOTE_ADDR": peer(scope),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.scheme,
        "wsgi.input": BytesIO(body.content),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    for name, value in scope.headers.items():
        if name in _OWN or "_" in name:  # WSGI would not tell it from the name with dashes
            continue
        key = "HTTP_" + name.replace("-", "_").upper()
        before = made.get(key)
        made[key] = value if before is None else before + (";" if name == _COOKIE else ",") + value
    kind = scope.headers.get("content-type")
    if kind is not None:
        made["CONTENT_TYPE"] = kind
    if body.length:
        made["CONTENT_LENGTH"] = str(body.length)
    return made


def peer(scope: RsgiScope) -> str:
    """Return the address at the other end of the connection."""
    return _bare(scope.client.rpartition(":")[0])


def answered(application: WSGIApplication, request: WSGIEnvironment) -> WholeAnswer:
    """Return the application's answer, whole: a slow reader of it holds no thread."""
    begun: list[tuple[str, list[tuple[str, str]]]] = []
    said: list[bytes] = []

    def start(
        status: str, headers: list[tuple[str, str]], error: object = None
    ) -> Callable[[bytes], object]:
        begun[:] = [(status, headers)]
        return said.append

    parts = application(request, start)
    try:
        said.extend(parts)
    finally:
        close = getattr(parts, "close", None)
        if close is not None:
            close()
    ((status, headers),) = begun
    return WholeAnswer(int(status[:3]), headers, b"".join(said))


def _latin(text: str) -> str:
    return text if text.isascii() else text.encode("utf-8", "surrogateescape").decode("latin-1")


def _bare(address: str) -> str:
    """Return an address without the brackets that IPv6 has beside a port."""
    return address.removeprefix("[").removesuffix("]")
