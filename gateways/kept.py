"""Connections to a carrier that stay open: one per thread, by the standard library's client.

The pool of urllib3 and the answers of requests took half of a send's processor time
(bench/README.md). Sessions, redirects, cookies and proxies stay with requests: where a proxy leads
to the carrier, its own adapter is used. Failures are those of requests, so that
`gateways/network.py` reads both alike.
"""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException, HTTPMessage, HTTPSConnection
from io import BytesIO
from pathlib import Path
from typing import Any, Final
from urllib.parse import SplitResult, urlsplit

import certifi
import requests
from requests.structures import CaseInsensitiveDict
from requests.utils import select_proxy
from urllib3.connection import HTTPConnection as NamedConnection
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError, SSLError
from urllib3.response import HTTPResponse
from urllib3.util.wait import wait_for_read

from gateways.deadline import TimedAdapter, use, within

# A carrier closes connections that rest, so one that rested this long is looked at before it is
# used. A carrier that closes sooner says so in its answer.
_RESTED_SECONDS: Final = 0.2

Headers = HTTPMessage | Mapping[str, str]
_Place = tuple[str, str]  # scheme and authority


@dataclass(frozen=True)
class CarrierAnswer:
    """What came back. The names of `headers` are compared without case."""

    status: int
    headers: Headers = field(repr=False)
    content: bytes = field(repr=False)


@dataclass
class _Kept:
    connection: HTTPConnection
    used_at: float  # time.monotonic()


class KeptAdapter(TimedAdapter):
    """Exchanges with carriers, each on its thread's own connection, which is made when needed."""

    def __init__(self, size: int) -> None:
        """Set up the adapter. `size`: threads at once, of those that go by a proxy."""
        super().__init__(pool_connections=4, pool_maxsize=size)
        self._of_thread = threading.local()
        self._contexts: dict[str, ssl.SSLContext] = {}

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: Any = None,
        verify: bool | str = True,
        cert: Any = None,
        proxies: Mapping[str, str] | None = None,
    ) -> requests.Response:
        """Make the exchange of `request`. Raises `requests.RequestException`."""
        if select_proxy(request.url or "", dict(proxies or {})):
            return super().send(request, stream, timeout, verify, cert, proxies)
        limits = timeout if isinstance(timeout, tuple) else (timeout, timeout)
        body = request.body.encode() if isinstance(request.body, str) else request.body
        answer = self.exchange(
            request.method or "GET",
            request.url or "",
            request.headers,
            body,
            limits,
            verify,
        )
        response = requests.Response()
        response.status_code = answer.status
        response.headers = CaseInsensitiveDict(answer.headers.items())
        response.encoding = "utf-8"
        response.url = request.url or ""
        response.request = request
        response._content = answer.content
        return response

    def exchange(
        self,
        method: str,
        address: str,
        headers: Mapping[str, str],
        body: bytes | None,
        timeout: tuple[float, float],
        verify: bool | str,
    ) -> CarrierAnswer:
        """Make one exchange without a proxy. Raises `requests.RequestException`.

        `timeout`: seconds to connect, and to wait for an answer, together the deadline of the
        whole; `verify`: a file or directory of the certificates to trust, or True.
        """
        with within(sum(timeout)):
            return self._exchange(method, address, headers, body, timeout, verify)

    def _exchange(
        self,
        method: str,
        address: str,
        headers: Mapping[str, str],
        body: bytes | None,
        timeout: tuple[float, float],
        verify: bool | str,
    ) -> CarrierAnswer:
        place = urlsplit(address)
        if place.scheme not in ("http", "https") or not place.hostname:
            raise requests.exceptions.InvalidURL(place.scheme)
        target = f"{place.path or '/'}?{place.query}" if place.query else place.path or "/"
        connection = self._kept(place) or self._connect(place, timeout, verify)
        use(connection.sock)
        try:
            connection.request(method, target, body, dict(headers))
            answered = connection.getresponse()
            content = answered.read()
        except TimeoutError as error:
            self._drop(place)
            raise requests.ReadTimeout(type(error).__name__) from error
        except (OSError, HTTPException, ValueError) as error:
            self._drop(place)
            raise requests.ConnectionError(type(error).__name__) from error
        except BaseException:
            self._drop(place)
            raise
        return CarrierAnswer(
            answered.status, answered.headers, _unpacked(content, answered.headers)
        )

    def _kept(self, place: SplitResult) -> HTTPConnection | None:
        """Return this thread's connection, if the carrier has neither closed it nor spoken."""
        kept = self._all().get((place.scheme, place.netloc))
        if kept is None or kept.connection.sock is None:
            return None
        now = time.monotonic()
        rested = now - kept.used_at > _RESTED_SECONDS
        if rested and wait_for_read(kept.connection.sock, timeout=0.0):
            self._drop(place)
            return None
        kept.used_at = now
        return kept.connection

    def _connect(
        self, place: SplitResult, timeout: tuple[float, float], verify: bool | str
    ) -> HTTPConnection:
        """Return a new connection. Whatever fails here precedes the request."""
        connection = self._unconnected(place, timeout[0], verify)
        named = NamedConnection(place.hostname or "", port=place.port)  # for the errors' words
        try:
            connection.connect()
            connection.sock.settimeout(timeout[1])
        except ssl.SSLCertVerificationError as error:
            raise requests.exceptions.SSLError(SSLError(error)) from error
        except TimeoutError as error:
            raise requests.ConnectTimeout(ConnectTimeoutError(named, "timed out")) from error
        except (OSError, ValueError) as error:
            kind = type(error).__name__
            raise requests.ConnectionError(NewConnectionError(named, kind)) from error
        self._all()[place.scheme, place.netloc] = _Kept(connection, time.monotonic())
        return connection

    def _unconnected(
        self, place: SplitResult, seconds: float, verify: bool | str
    ) -> HTTPConnection:
        host = place.hostname or ""
        if place.scheme == "http":
            return HTTPConnection(host, place.port, timeout=seconds)
        trusted = verify if isinstance(verify, str) else certifi.where()
        return HTTPSConnection(host, place.port, timeout=seconds, context=self._context(trusted))

    def _context(self, trusted: str) -> ssl.SSLContext:
        """Return the TLS context that trusts the certificates in a file or directory, made once."""
        if trusted not in self._contexts:
            folder = Path(trusted).is_dir()
            self._contexts[trusted] = ssl.create_default_context(
                cafile=None if folder else trusted, capath=trusted if folder else None
            )
        return self._contexts[trusted]

    def _all(self) -> dict[_Place, _Kept]:
        found: dict[_Place, _Kept] | None = getattr(self._of_thread, "all", None)
        if found is None:
            found = self._of_thread.all = {}
        return found

    def _drop(self, place: SplitResult) -> None:
        kept = self._all().pop((place.scheme, place.netloc), None)
        if kept is not None:
            kept.connection.close()


def _unpacked(content: bytes, headers: Headers) -> bytes:
    """Return the content of an answer, also of a carrier that packs what nobody asked it to."""
    if "Content-Encoding" not in headers:
        return content
    try:
        return HTTPResponse(BytesIO(content), dict(headers.items()), decode_content=True).data
    except HTTPError as error:
        raise requests.exceptions.ContentDecodingError(type(error).__name__) from error
