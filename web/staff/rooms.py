"""Rooms for staff: the signed-in member, and the roles that may call each route.

Every route of a room (help desk, counter, office) is made with its `route`, which names the roles;
there is no other way to make one. Every POST carries a token against forged requests (Flask-WTF).
The desk has the sign-in.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit

from flask import Blueprint, Flask, abort, current_app, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import LoginManager, UserMixin, current_user
from flask_wtf.csrf import CSRFProtect
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from postal.people import sign_ins
from postal.people.access import Onlooker
from postal.people.accounts import ROLES, Role
from postal.people.doer import Doer
from postal.people.sign_ins import SignIn
from store.refusals import Unknown
from web import language
from web.callers import Caller, states
from web.running import runtime
from web.staff.htmx import go_to

View = TypeVar("View", bound=Callable[..., Any])

EVERYONE: Final = ROLES  # all who are signed in
HELPERS: Final[tuple[Role, ...]] = ("agent", "supervisor", "postmaster")
JUDGES: Final[tuple[Role, ...]] = ("supervisor", "postmaster")  # who decide between two statements
BOOKKEEPERS: Final[tuple[Role, ...]] = ("postmaster", "supervisor")  # who read an office's books
CLERKS: Final[tuple[Role, ...]] = ("clerk", "postmaster")  # who book and receive money

ALLOWED: dict[str, frozenset[Role]] = {}
"""The roles that may call each endpoint. Those of `OPEN` are called before sign-in."""
OPEN: set[str] = set()
_PATHS: list[str] = []
_QUIET: set[str] = set()  # polled by the page itself: they do not prolong a sign-in

shared: Final = Blueprint("staff", __name__)
"""The template filters and words of every page of the staff; it has no routes."""
states(shared, Caller.STAFF)

csrf: Final = CSRFProtect()
_logins: Final = LoginManager()


class Member(UserMixin):
    """A signed-in member of staff, for Flask-Login. Its id is the token in the cookie."""

    def __init__(self, token: str, sign_in: SignIn) -> None:
        self._token = token
        self.sign_in = sign_in
        self.account = sign_in.account

    def get_id(self) -> str:
        return self._token

    def may(self, endpoint: str) -> bool:
        """Tell whether the role of this member may call `endpoint`."""
        return self.account.role in ALLOWED.get(endpoint, frozenset())


def furnish(app: Flask) -> None:
    """Install sign-in and the tokens against forged requests in `app`."""
    app.config.update(
        WTF_CSRF_CHECK_DEFAULT=False,  # hooks and API have keys of their own
        WTF_CSRF_TIME_LIMIT=None,  # as long as the session
        SESSION_COOKIE_SAMESITE="Lax",
    )
    csrf.init_app(app)
    _logins.init_app(app)
    _logins.user_loader(_member)
    app.register_blueprint(shared)


class Room:
    """A blueprint whose routes are for staff only."""

    def __init__(self, name: str, path: str) -> None:
        self.blueprint: Final = Blueprint(name, __name__, url_prefix=path)
        states(self.blueprint, Caller.STAFF)
        self.blueprint.before_request(admit)
        self.blueprint.after_request(language.remember)
        self.blueprint.after_request(keep_nothing)
        self.blueprint.context_processor(_outcome)
        self.blueprint.register_error_handler(Unknown, _not_there)
        _PATHS.append(path)

    def route(
        self, rule: str, roles: tuple[Role, ...], *, methods: tuple[str, ...] = ("GET",)
    ) -> Callable[[View], View]:
        """Make a route for staff in one of `roles`."""

        def declare(view: View) -> View:
            ALLOWED[f"{self.blueprint.name}.{view.__name__}"] = frozenset(roles)
            self.blueprint.add_url_rule(rule, view_func=view, methods=list(methods))
            return view

        return declare

    def live_route(self, rule: str, roles: tuple[Role, ...]) -> Callable[[View], View]:
        """Make a route that the page itself polls every few seconds, by POST."""

        def declare(view: View) -> View:
            _QUIET.add(f"{self.blueprint.name}.{view.__name__}")
            return self.route(rule, roles, methods=("POST",))(view)

        return declare

    def open_route(self, rule: str) -> Callable[[View], View]:
        """Make a route of the sign-in, before the second factor."""

        def declare(view: View) -> View:
            OPEN.add(f"{self.blueprint.name}.{view.__name__}")
            self.blueprint.add_url_rule(rule, view_func=view, methods=["GET", "POST"])
            return view

        return declare


def me() -> Member:
    """Return the signed-in member. Only for routes that are not open."""
    member: Member = current_user._get_current_object()
    return member


def doer() -> Doer:
    """Return the signed-in member as the `Doer` that the books record, with the time."""
    return me().sign_in.doer(runtime().now())


def reader() -> Onlooker:
    """Return who reads, and on which page, for functions that show people's data."""
    return Onlooker(doer(), request.endpoint or "")


def key() -> bytes:
    """Return the master key."""
    return runtime().settings.dakiya_master_key.get_secret_value().encode()


def home() -> str:
    """Return where sign-in leads: the page that was asked for if it is in a room, else the desk."""
    wanted = str(session.pop("wanted", ""))
    known = any(wanted == path or wanted.startswith(path + "/") for path in _PATHS)
    return wanted if known else url_for("desk.overview")


def admit() -> Response | None:
    """Admit a signed-in member whose role may call the route; redirect others to the sign-in."""
    endpoint = request.endpoint or ""
    if request.method == "POST":
        csrf.protect()
    if endpoint in OPEN:
        return None
    if not current_user.is_authenticated:
        if request.method == "GET":
            session["wanted"] = urlsplit(request.full_path).path
        return go_to(url_for("desk.sign_in"))
    if not me().sign_in.proved:
        return go_to(url_for("desk.second_factor" if me().account.enrolled else "desk.enrol"))
    if not me().may(endpoint):
        abort(403)
    if endpoint not in _QUIET:
        runtime().database.run(lambda conn: sign_ins.note_seen(conn, me().sign_in, runtime().now()))
    return None


def keep_nothing(response: Response) -> Response:
    """Keep personal data out of the browser's cache."""
    response.headers["Cache-Control"] = "no-store"
    return response


def _not_there(_: Unknown) -> ResponseReturnValue:
    return current_app.handle_http_exception(NotFound())


def _member(token: str) -> Member | None:
    found = runtime().database.run(lambda conn: sign_ins.find(conn, token, runtime().now()))
    return Member(token, found) if found else None


def _outcome() -> dict[str, Any]:
    """Return the outcome of the last act, which is shown once."""
    return {
        "told": session.pop("told", None),
        "told_values": session.pop("told_values", {}),
        "said": session.pop("said", ()),
    }
