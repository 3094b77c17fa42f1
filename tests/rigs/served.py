"""The web process as the Procfile starts it, for tests of the server itself."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from settings import Settings

HOUSE = Path(__file__).resolve().parent.parent.parent


@dataclass(frozen=True)
class Served:
    """A web process and its port."""

    port: int
    process: subprocess.Popen[bytes]

    def status(self, path: str) -> int:
        """Return the status of a GET; 0 where nothing answers."""
        try:
            address = f"http://127.0.0.1:{self.port}{path}"
            with urllib.request.urlopen(address, timeout=5) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as refused:
            return refused.code
        except OSError:
            return 0

    def connect(self) -> socket.socket:
        """Return a new connection."""
        return socket.create_connection(("127.0.0.1", self.port), 20)

    def ask(self, *pieces: bytes) -> bytes:
        """Return all that comes for these pieces, sent one by one, on a connection of its own."""
        with self.connect() as connection:
            for piece in pieces:
                connection.sendall(piece)
            return answer(connection)


def answer(connection: socket.socket) -> bytes:
    """Return the status line and what follows, until the other side closes or has said all."""
    said = b""
    while True:
        piece = b""
        with suppress(ConnectionResetError):
            piece = connection.recv(65536)
        said += piece
        head, _, body = said.partition(b"\r\n\r\n")
        length = head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]
        if not piece or (length.isdigit() and len(body) >= int(length)):
            return said


@contextmanager
def served(
    settings: Settings, host: str = "127.0.0.1", log: BinaryIO | None = None, **variables: str
) -> Iterator[Served]:
    """Yield the web process, one worker and one thread a room, bound to `host`.

    `log`: where it writes its log; None: where the tests do.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    line = (HOUSE / "Procfile").read_text().partition("web: ")[2].partition("\n")[0]
    process = subprocess.Popen(
        ["sh", "-c", f"exec {line}"],
        cwd=HOUSE,
        stdout=log,
        stderr=log,
        env={
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "DAKIYA_ENV": "test",
            "DATABASE_URL": settings.database_url,
            "REDIS_URL": settings.redis_url,
            "DAKIYA_MASTER_KEY": settings.dakiya_master_key.get_secret_value(),
            "SECRET_KEY": settings.secret_key.get_secret_value(),
            "HOST": host,
            "PORT": str(port),
            "WEB_CONCURRENCY": "1",
            "WEB_THREADS": "1",
            "WEB_PAGE_THREADS": "1",
            "WEB_API_THREADS": "1",
            **variables,
        },
    )
    made = Served(port, process)
    try:
        deadline = time.monotonic() + 60
        while made.status("/healthz") != 200:
            assert process.poll() is None
            assert time.monotonic() < deadline
        yield made
    finally:
        process.terminate()
        process.wait(30)
