"""Rooms for staff: the signed-in member, and the act of which each route is a part.

Every route of a room (help desk, counter, office) is made with its `route`, which names the act;
there is no other way to make one. postal/people/rights.py says who may do it, at which offices, and
whether it is signed. Every POST carries a token against forged requests (Flask-WTF). The desk has
the sign-in.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit

from flask import Blueprint, Flask, Response, abort, current_app, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user
from flask_wtf.csrf import CSRFProtect
from werkzeug.exceptions import NotFound

from postal.people import rights, sign_ins
from postal.people.access import Onlooker
from postal.people.doer import Doer
from postal.people.rights import RIGHTS, Act
from postal.people.sign_ins import SignIn
from store.keyring import Keyring
from store.refusals import Unknown
from web import language
from web.callers import Caller, states
from web.running import runtime
from web.staff import over, step_up
from web.staff.htmx import go_to
from web.staff.places import keep_browser

View = TypeVar("View", bound=Callable[..., Any])

ACTS: dict[str, Act] = {}
"""The act of which each endpoint is a part. Those of `OPEN` are called before sign-in."""
OPEN: set[str] = set()
_PATHS: list[str] = []
# What a person may call who has not said yet that the recovery codes are written down.
_BEFORE_CODES: Final = frozenset(
    ("desk.recovery_codes", "desk.show_recovery_codes", "desk.keep_recovery_codes", "desk.sign_out")
)
# … who has not replaced yet a password that somebody else handed over.
_BEFORE_OWN: Final = frozenset((*_BEFORE_CODES, "desk.own_password", "desk.choose_own_password"))
_MOST_DONE: Final = 4  # forms that were done since a page was last shown
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
        act = ACTS.get(endpoint)
        return act is not None and self.account.role in RIGHTS[act].who

    def sees(self, endpoint: str) -> int | None:
        """Return the only office whose things this member sees at `endpoint`; None: all."""
        return rights.seen(self.account.role, ACTS[endpoint], self.account.office_id)


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
    _logins.session_protection = None  # it would read X-Forwarded-For by anybody's word
    app.register_blueprint(shared)


class Room:
    """A blueprint whose routes are for staff only."""

    def __init__(self, name: str, path: str) -> None:
        self.blueprint: Final = Blueprint(name, __name__, url_prefix=path)
        states(self.blueprint, Caller.STAFF)
        self.blueprint.before_request(admit)
        self.blueprint.after_request(language.remember)
        self.blueprint.after_request(keep_browser)
        self.blueprint.after_request(_tell_end)
        self.blueprint.after_request(_note_done)
        self.blueprint.context_processor(_outcome)
        self.blueprint.register_error_handler(Unknown, _not_there)
        _PATHS.append(path)

    def route(
        self, rule: str, act: Act, *, methods: tuple[str, ...] = ("GET",)
    ) -> Callable[[View], View]:
        """Make a route for staff who may do `act`; where that is signed, a POST steps up."""

        def declare(view: View) -> View:
            ACTS[f"{self.blueprint.name}.{view.__name__}"] = act
            self.blueprint.add_url_rule(rule, view_func=view, methods=list(methods))
            return view

        return declare

    def live_route(self, rule: str, act: Act) -> Callable[[View], View]:
        """Make a route that the page itself polls every few seconds, by POST."""

        def declare(view: View) -> View:
            _QUIET.add(f"{self.blueprint.name}.{view.__name__}")
            return self.route(rule, act, methods=("POST",))(view)

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


def key() -> Keyring:
    """Return the key ring, which opens the secrets of second factors."""
    return runtime().keys


def office_seen() -> int | None:
    """Return the only office whose things this request may show or change; None: every office's."""
    return me().sees(request.endpoint or "")


def within(office_id: int | None) -> None:
    """End the request with 404 where this belongs to an office behind a wall."""
    if office_seen() not in (None, office_id):
        abort(404)


def home() -> str:
    """Return where sign-in leads: the page that was asked for if it is in a room, else the desk."""
    wanted = str(session.pop("wanted", ""))
    known = any(wanted == path or wanted.startswith(path + "/") for path in _PATHS)
    return _shown_at(wanted) if known else url_for("desk.overview")


def _shown_at(path: str) -> str:
    """Return the nearest page at `path` or above it: the answer to a form has no address."""
    paths = current_app.url_map.bind("")
    while path.strip("/") and not paths.test(path, "GET"):
        path = path.rpartition("/")[0]
    return path or url_for("desk.overview")


def enter(token: str) -> None:
    """Make the sign-in of `token` that of this browser, whose session begins anew.

    Nothing of an earlier person is left in it but the page that was asked for, and that only where
    it was the same person, or nobody was signed in.
    """
    with runtime().database.transaction() as conn:
        found = sign_ins.find(conn, token, runtime().now())
    assert found is not None
    wanted, whose = session.get("wanted"), session.get("whose")
    session.clear()
    if wanted and whose in (None, found.account.id):
        session["wanted"] = wanted
    login_user(Member(token, found))
    session["whose"] = found.account.id


def leave() -> None:
    """End the sign-in of this browser, if there is one, here and on the server."""
    if current_user.is_authenticated:
        runtime().database.run(lambda conn: sign_ins.end(conn, me().sign_in, runtime().now()))
        logout_user()


def admit() -> ResponseReturnValue | None:
    """Admit a signed-in member whose role may call the route; redirect others to the sign-in.

    What is signed is asked back for the second factor, with all that was typed
    (web/staff/step_up.py).
    """
    endpoint = request.endpoint or ""
    if request.method == "POST":
        csrf.protect()
    if endpoint in OPEN:
        return None
    if not current_user.is_authenticated:
        _empty_session()
        session["wanted"] = urlsplit(_page_asked_for()).path
        return over.ended() or go_to(url_for("desk.sign_in"))
    if not me().sign_in.proved:
        return over.ended() or go_to(
            url_for("desk.second_factor" if me().account.enrolled else "desk.enrol")
        )
    if not me().account.codes_kept and endpoint not in _BEFORE_CODES:
        return go_to(url_for("desk.recovery_codes"))
    if me().account.handed_over and endpoint not in _BEFORE_OWN:
        return over.ended() or go_to(url_for("desk.own_password"))
    if not me().may(endpoint):
        abort(403)
    if endpoint not in _QUIET:
        me().sign_in = runtime().database.run(
            lambda conn: sign_ins.note_seen(conn, me().sign_in, runtime().now())
        )
    if request.method == "POST" and RIGHTS[ACTS[endpoint]].needs != "session":
        return step_up.ask(me())
    return None


def _page_asked_for() -> str:
    """Return the page that is asked for, or whose form or part this request is."""
    if request.method == "GET" and "HX-Request" not in request.headers:
        return request.full_path
    came_from = urlsplit(request.referrer or "")
    return came_from.path if came_from.netloc == request.host else ""


def _empty_session() -> None:
    """Leave nothing of a person whose sign-in is over but who it was, for the next sign-in."""
    whose = session.get("whose")
    session.clear()
    if whose is not None:
        session["whose"] = whose


def _not_there(_: Unknown) -> ResponseReturnValue:
    return current_app.handle_http_exception(NotFound())


def _member(token: str) -> Member | None:
    found = runtime().database.run(lambda conn: sign_ins.find(conn, token, runtime().now()))
    return Member(token, found) if found else None


def seconds_left() -> int:
    """Return how many seconds the sign-in lasts if nothing is done any more; 0: there is none."""
    if not current_user.is_authenticated or not me().sign_in.proved:
        return 0
    return max(0, int((me().sign_in.ends_at - runtime().now()).total_seconds()))


def _tell_end(response: Response) -> Response:
    """Tell the page how long the sign-in lasts (web/static/staff/sign_in.js)."""
    if left := seconds_left():
        response.headers[over.LEFT] = str(left)
    return response


def _note_done(response: Response) -> Response:
    """Note what became of a form: what was done is not kept in the browser any more.

    A refused form is answered with its own page, or leads on with a word that does not end well.
    """
    if request.method == "POST" and response.status_code == 302 and seconds_left():
        good = str(session.get("told") or "_done").endswith("_done")
        name = "kept_done" if good else "kept_back"
        session[name] = [*session.get(name, ())[-_MOST_DONE:], request.path]
    return response


def _outcome() -> dict[str, Any]:
    """Return the outcome of the last act, which is shown once."""
    return {
        "told": _once("told", None),
        "told_values": _once("told_values", {}),
        "told_texts": _once("texts", None),
        **_done(),
        "kept_back": _once("kept_back", ()),
        "seconds_left": seconds_left,
    }


def _done() -> dict[str, Any]:
    """Return the forms that were done, once for this page and once more for the next.

    Whoever is quick leaves a page before its scripts have run.
    """
    found = {"kept_done": _once("kept_done", ()), "done_before": _once("done_before", ())}
    if found["kept_done"]:
        session["done_before"] = found["kept_done"]
    return found


def _once(name: str, otherwise: object) -> Any:
    """Return what the session has under `name`, for this page alone.

    Where there is nothing the session stays untouched: the answer to a poll must not take from the
    next page what was told meanwhile.
    """
    return session.pop(name) if name in session else otherwise
