"""A Patroni's REST API on this machine, which says what it is told to say.

The answers begin as those of a real cluster's (tests/data/patroni, `./script/cluster`).
"""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final

RECORDED: Final = Path(__file__).parents[1] / "data" / "patroni"
NAMES: Final = ("db1", "db2", "db3")


class PatroniStub:
    """One Patroni: `answers` by path, which a test changes. None: it fails, as with etcd away."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.answers: dict[str, Any] = {
            f"/{path}": json.loads((RECORDED / f"{name}.{path}.json").read_text())
            for path in ("patroni", "cluster", "config")
        }
        stub = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                said = stub.answers.get(self.path)
                if said is None:
                    self.send_error(502)
                    return
                body = json.dumps(said).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *said: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def secure(self, certificate: Path, key: Path) -> None:
        """Let it answer by https, with a certificate."""
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(certificate, key)
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self.url = self.url.replace("http:", "https:")

    @contextmanager
    def serving(self) -> Iterator[None]:
        thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._server.shutdown()
            self._server.server_close()
            thread.join()

    def of(self, name: str) -> dict[str, Any]:
        """Return what this one says of a member."""
        members: list[dict[str, Any]] = self.answers["/cluster"]["members"]
        return next(each for each in members if each["name"] == name)

    @property
    def own(self) -> dict[str, Any]:
        """Return what it says of itself."""
        found: dict[str, Any] = self.answers["/patroni"]
        return found


@contextmanager
def cluster() -> Iterator[dict[str, PatroniStub]]:
    """Yield three that are well: db3 is the primary."""
    stubs = {name: PatroniStub(name) for name in NAMES}
    with ExitStack() as stack:
        for each in stubs.values():
            stack.enter_context(each.serving())
        yield stubs
