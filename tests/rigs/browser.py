"""The tests' browser: whose sign-in it has, and what it says on its console."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from flask import Flask
from playwright.sync_api import Page
from werkzeug.test import run_wsgi_app

from tests.rigs.desk import Colleague, session_name

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_CUT = "chrome-error:"  # the page that a browser shows of itself
# No complaint: somebody was quicker at the keyboard than the page's own autofocus.
_QUICKER = "Autofocus processing was blocked"


def listen(page: Page, complaints: list[str]) -> None:
    """Append to `complaints` what the console of `page` says, and what its scripts raise."""

    def note(kind: str, text: str) -> None:
        if not text.startswith(_QUICKER):
            complaints.append(f"{kind} {text}")

    page.on("console", lambda message: note(message.type, message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))


def enter(page: Page, address: str, colleague: Colleague) -> None:
    """Take the sign-in of a colleague over into the browser."""
    cookie = colleague.client.get_cookie(session_name(colleague.client))
    assert cookie is not None
    page.context.add_cookies(
        # __Host-: Chromium takes it for https alone, and sends it to loopback all the same.
        [{"name": cookie.key, "value": cookie.value, "url": address.replace("http:", "https:")}]
    )


@contextmanager
def losing_answers(page: Page, app: Flask, path: str) -> Iterator[None]:
    """What the block sends from `page` to `path` is done, and its answer reaches nobody.

    `path`: how the path ends. Afterwards the browser shows that the line was cut.
    """
    serve: WSGIApplication = app.wsgi_app
    done = threading.Event()

    def cut(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] != "POST" or not environ["PATH_INFO"].endswith(path):
            return serve(environ, start_response)
        run_wsgi_app(serve, environ)
        environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
        done.set()
        raise ConnectionError("the line is cut")

    app.wsgi_app = cut  # type: ignore[method-assign]
    try:
        with page.expect_event("framenavigated", lambda frame: frame.url.startswith(_CUT)):
            yield
        assert done.is_set(), f"nothing was sent to {path}"
    finally:
        app.wsgi_app = serve  # type: ignore[assignment]
