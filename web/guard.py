"""The frame of every request: its id, its security headers, and the answer to an error."""

from __future__ import annotations

import re
from io import BytesIO
from types import TracebackType
from typing import IO, Final

import psycopg
import structlog
from flask import Flask, Request, Response, abort, current_app, g, render_template, request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from flask_talisman import Talisman
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.exceptions import HTTPException, ServiceUnavailable

from logs import described, new_request_id
from postal.people.hashing import TooManyHashes
from settings import Settings
from store.together import OutcomeUnknown
from web import compression, loopback
from web.api.engine.problems import of_http
from web.cookies import name_of
from web.front import busy
from web.given import Fields
from web.proxies import BehindProxies

log = structlog.get_logger(__name__)

_ID = re.compile(r"[A-Za-z0-9._-]{8,64}", re.ASCII)
_API = "/api/"
_HOOKS = "/hooks/"
_ROOMS = ("/desk", "/counter", "/office")  # of the staff
_NOT_READ = (_HOOKS, "/static/", "/healthz", "/readyz", "/metrics")  # asked for by programs
_EXPLAINED = (400, 403, 404, 405, 413, 422, 500)
_CONTENT_SECURITY_POLICY = {
    "default-src": "'self'",
    "img-src": "'self' data:",
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}

# What no page needs. Passkeys are the pages' own.
_PERMISSIONS_POLICY: Final = {
    **dict.fromkeys(
        (
            "accelerometer", "browsing-topics", "camera", "display-capture", "geolocation",
            "gyroscope", "hid", "identity-credentials-get", "idle-detection", "magnetometer",
            "microphone", "midi", "payment", "serial", "usb",
        ),
        "()",
    ),
    "publickey-credentials-create": "(self)",
    "publickey-credentials-get": "(self)",
}  # fmt: skip
# Neither a page that opened ours nor one that embeds something of ours learns anything of it.
_APART: Final = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}

Trouble = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class InMemory(Request):
    """A request that keeps uploads in memory: Flask's own writes them to a file in clear text.

    Its query and form are `given.Fields`; those of hooks take any character, since nothing that a
    carrier sends is dropped.
    """

    @property
    def parameter_storage_class(self) -> type[ImmutableMultiDict[str, str]]:  # type: ignore[override]
        """Return the type of the query and of the form."""
        return ImmutableMultiDict if self.path.startswith(_HOOKS) else Fields

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        return BytesIO()


class _OfPeople(SecureCookieSessionInterface):
    """Sessions of browsers: carriers, and software with tokens, have none to be opened."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        if request.path.startswith((_HOOKS, _API)):
            return None
        return super().open_session(app, request)


class Application(Flask):
    """A Flask application that logs an unexpected exception without its message."""

    request_class = InMemory
    session_interface = _OfPeople()

    def log_exception(self, exc_info: Trouble) -> None:
        if exc_info[1] is not None:
            log.error("unexpected", **described(exc_info[1]))


def guard(app: Flask, settings: Settings) -> None:
    """Install request ids, security headers and error answers in `app`."""
    if loopback.open_to_all(settings):
        log.warning("simulator_open_to_anybody", setting="SIMULATOR_PUBLIC")
    compression.furnish(app)
    app.before_request(_begin)
    app.after_request(_name)
    app.after_request(_keep_apart)
    app.after_request(_keep_nothing)
    app.register_error_handler(HTTPException, _refuse)
    app.register_error_handler(psycopg.OperationalError, _busy)
    app.register_error_handler(OutcomeUnknown, _unknown)
    app.register_error_handler(TooManyHashes, _busy)
    app.wsgi_app = BehindProxies(app.wsgi_app, settings.proxies)  # type: ignore[method-assign]
    app.config["SESSION_COOKIE_NAME"] = name_of("session", settings)
    app.config["SESSION_COOKIE_PATH"] = "/"
    app.config["SESSION_COOKIE_SECURE"] = settings.by_https
    Talisman(
        app,
        force_https=False,  # TLS ends at the platform; carriers sign PUBLIC_URL, which is https
        strict_transport_security=settings.production,
        session_cookie_secure=settings.by_https,
        content_security_policy=_CONTENT_SECURITY_POLICY,
        permissions_policy=_PERMISSIONS_POLICY,
        frame_options="DENY",
        referrer_policy="same-origin",
    )


def _begin() -> None:
    given = request.headers.get("X-Request-ID", "")
    g.request_id = given if _ID.fullmatch(given) else new_request_id()
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=g.request_id)
    if not request.path.startswith(_HOOKS):  # hooks answer any bytes themselves
        _readable_address()


def _readable_address() -> None:
    try:
        request.query_string.decode()
    except UnicodeDecodeError:
        abort(400, "what follows the question mark in the address is not UTF-8")
    if "\x00" in request.path:
        abort(404, "there is nothing at this address: it holds a NUL")
    _ = request.args  # raises where one of them is not possible


def _name(response: Response) -> Response:
    if "request_id" in g:
        response.headers["X-Request-ID"] = g.request_id
    return response


def _keep_apart(response: Response) -> Response:
    response.headers.extend(_APART)
    return response


def _keep_nothing(response: Response) -> Response:
    """Keep every answer out of caches, as it may hold personal data; files of the service do not.

    Nor does a recording, which each carrier would fetch for each call
    (docs/developing/trust.md rule 14).
    """
    recorded = request.endpoint == "recordings.recording" and response.status_code == 200
    if request.endpoint != "static" and not recorded:
        response.headers["Cache-Control"] = "no-store"
    return response


def _busy(error: psycopg.OperationalError | TooManyHashes) -> Response:
    """Return 503 where the database is away, full, or others hold what was asked for.

    Nothing was done: whoever asked may ask again.
    """
    log.warning("busy", **described(error))
    _ask_nobody()
    return _refuse(ServiceUnavailable(busy.SAYS, retry_after=busy.RETRY_SECONDS))


class _NotKnown(ServiceUnavailable):
    """Nobody knows whether it was done."""


def _unknown(error: OutcomeUnknown) -> Response:
    """Return 503 where the answer to a commit was lost, and the database did not come back.

    Whoever asked may ask again: each door knows the same request (docs/developing/scale.md).
    """
    log.warning("unknown", **described(error))
    _ask_nobody()
    return _refuse(_NotKnown(busy.UNKNOWN, retry_after=busy.RETRY_SECONDS))


def _ask_nobody() -> None:
    if "_login_user" not in g:  # flask-login's: who is signed in is asked of the database no more
        g._login_user = current_app.login_manager.anonymous_user()  # type: ignore[attr-defined]


def _refuse(error: HTTPException) -> Response:
    """Return a problem document under /api, a page for people, else one line of plain text."""
    if request.path.startswith(_API):
        return of_http(error)
    page = _explained(error) if _by_people() else None
    if page is not None:
        answer = Response(page, error.code, mimetype="text/html")
    else:
        said = f"{error.code} {error.name}: {error.description}\n"
        answer = Response(said, error.code, mimetype="text/plain")
    answer.headers.extend(
        (name, value) for name, value in error.get_headers() if name != "Content-Type"
    )
    return answer


def _by_people() -> bool:
    """Tell whether a person asked: in a room of the staff, or with a browser anywhere else."""
    if request.path.startswith(_ROOMS):
        return True
    accepted = request.accept_mimetypes
    return accepted["text/html"] > accepted["text/plain"] and not request.path.startswith(_NOT_READ)


def _explained(error: HTTPException) -> str | None:
    """Return the page that says what could not be done; None where there is none.

    A page asks the database who reads it: without that, a line of plain text has to do.
    """
    status = error.code or 500
    if status == 503:
        return busy.page("unknown" if isinstance(error, _NotKnown) else "busy")
    if status not in _EXPLAINED:
        status = 500 if status > 500 else 400
    try:
        return render_template("refused.html", status=status)
    except Exception as broken:
        log.error("refusal_without_page", **described(broken))
        return None
