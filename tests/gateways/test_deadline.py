"""An exchange has a deadline as a whole: whoever drips his answer holds nobody for ever."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import suppress

import pytest
import requests

from gateways.network import pooled

_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"


@pytest.fixture
def dripping() -> Iterator[str]:
    """Whoever asks for /head gets a head, for /body a body, piece by piece; it ends after long."""
    over = threading.Event()

    def drip(connection: socket.socket) -> None:
        with connection, suppress(OSError):
            body = b"/body" in connection.recv(65536)
            connection.sendall(_HEAD + (b"Content-Length: 200\r\n\r\n" if body else b"X-Slow: "))
            for _ in range(200):
                if over.wait(0.05):
                    return
                connection.sendall(b"x")
            connection.sendall(b"" if body else b"\r\nContent-Length: 0\r\n\r\n")

    def serve() -> None:
        with suppress(OSError):
            while True:
                threading.Thread(target=drip, args=(server.accept()[0],), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=serve, daemon=True).start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
        over.set()
        server.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize("where", ["/head", "/body"])
def test_an_answer_that_drips_is_cut_off(dripping: str, where: str) -> None:
    session = pooled(dripping, 2)
    with pytest.raises(requests.RequestException):
        session.get(dripping + where, timeout=(0.3, 0.3))
