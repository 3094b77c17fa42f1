"""A service for look-ups at the HTTP edge: it answers as Exotel documents, lies, hangs or fails."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Final, Literal

from gateways.lookups.exotel import ExotelLookup, ExotelLookupSettings
from tests.rigs.gateway import settings_with

ACCOUNT: Final = {
    "EXOTEL_ACCOUNT_SID": "dakiya1",
    "EXOTEL_API_KEY": "key-of-the-lookup",
    "EXOTEL_API_TOKEN": "token-of-the-lookup",
}
MOBILE: Final = {
    "PhoneNumber": "09839012345", "Circle": "UE", "CircleName": "UP (East)", "Type": "Mobile",
    "Operator": "JI", "OperatorName": "Reliance Jio", "DND": "Yes",
}  # fmt: skip
Answer = tuple[int, bytes] | Literal["hangs", "drips"]


def says(line: str) -> tuple[int, bytes]:
    """Its answer about a number that is a `line`: Mobile, Landline."""
    return 200, json.dumps({"Numbers": MOBILE | {"Type": line}}).encode()


# What a transcript may let it say.
ANSWERS: Final[dict[str, Answer]] = {
    "mobile": says("Mobile"),
    "landline": says("Landline"),
    "404": (404, b'{"RestException": {"Status": 404}}'),
    "500": (500, b""),
    "garbage": (200, b"<html>"),
    "hangs": "hangs",
}


class LookupService(ThreadingHTTPServer):
    """Says `answer` of every number, or what `of` has for it, one after the other; the last stays.

    `asked`: path and authorization of each request. `over`: lets go of what hangs.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answer: Answer = says("Mobile")
        self.of: dict[str, list[Answer]] = {}
        self.asked: list[tuple[str, str]] = []
        self.reached, self.over = Event(), Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def numbers(self) -> list[str]:
        """The telephones that it was asked about, in their order."""
        return [path.rpartition("/")[2].removesuffix(".json") for path, _ in self.asked]

    def adapter(self, timeout: tuple[float, float] = (3.05, 9.05)) -> ExotelLookup:
        """The real gateway, which asks this service."""
        own = ExotelLookupSettings.read(settings_with(EXOTEL_URL=self.url, **ACCOUNT))
        return ExotelLookup(own, timeout)


class _Handler(BaseHTTPRequestHandler):
    server: LookupService

    def do_GET(self) -> None:
        service = self.server
        service.asked.append((self.path, self.headers["Authorization"]))
        told = service.of.get(service.numbers()[-1], [])
        answer = service.answer if not told else told.pop(0) if len(told) > 1 else told[0]
        service.reached.set()
        if answer == "hangs":
            service.over.wait()
            return
        status, body = answer if isinstance(answer, tuple) else says("Mobile")
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if answer == "drips":  # a byte before any time-out between two of them is over
            for byte in body:
                if service.over.wait(0.1):
                    return
                self.wfile.write(bytes([byte]))
                self.wfile.flush()
            return
        self.wfile.write(body)

    def handle(self) -> None:
        try:
            super().handle()
        except ConnectionError:
            """Whoever asked has gone."""

    def log_message(self, format: str, *args: object) -> None:
        """Keep it out of the tests' output."""


@contextmanager
def lookup_service() -> Iterator[LookupService]:
    """Run one."""
    service = LookupService()
    thread = Thread(target=service.serve_forever)
    thread.start()
    try:
        yield service
    finally:
        service.over.set()
        service.shutdown()
        thread.join()
        service.server_close()
