"""Every route of the application, called by everybody; compared with a table, and nothing else."""

from __future__ import annotations

import pytest
from flask import Flask

from postal.people.accounts import ROLES, Role
from runtime import Runtime
from tests.rigs.desk import Colleague, sign_in
from tests.rigs.told import nothing_in
from tests.rigs.transcript import Player
from web.callers import Caller, stated
from web.staff.rooms import ALLOWED, OPEN

_HELPERS = ("agent", "supervisor", "postmaster")
_JUDGES = ("supervisor", "postmaster")
_CLERKS = ("clerk", "postmaster")
_IMPORTERS = ("clerk", "postmaster", "supervisor")

# Who may: the rooms of the staff, by method and path. A route that is not here fails the test.
TABLE: dict[str, tuple[str, ...]] = {
    "GET /desk": ROLES,
    "POST /desk/sign-out": ROLES,
    "GET /desk/account": ROLES,
    "POST /desk/account/password": ROLES,
    "POST /desk/account/recovery-codes": ROLES,
    "GET /desk/access-log": ("administrator",),
    "POST /desk/access-log": ("administrator",),
    "GET /desk/find": _HELPERS,
    "POST /desk/find": _HELPERS,
    "GET /desk/conversations/<int:conversation>": _HELPERS,
    "GET /desk/conversations/<int:conversation>/replay": _HELPERS,
    "POST /desk/conversations/<int:conversation>/whole-number": _HELPERS,
    "POST /desk/conversations/<int:conversation>/news": _HELPERS,
    "POST /desk/conversations/<int:conversation>/language": _HELPERS,
    "POST /desk/conversations/<int:conversation>/block-phone": _HELPERS,
    "POST /desk/conversations/<int:conversation>/reset-pin": ("postmaster",),
    "GET /desk/articles/<int:article>": _HELPERS,
    "POST /desk/articles/<int:article>/news": _HELPERS,
    "GET /desk/articles/<int:article>/certificate": _HELPERS,
    "GET /desk/articles/<int:article>/certificate.pdf": _HELPERS,
    "POST /desk/articles/<int:article>/send-code": _HELPERS,
    "POST /desk/articles/<int:article>/stop-code": _HELPERS,
    "POST /desk/articles/<int:article>/move-destination": _JUDGES,
    "POST /desk/articles/<int:article>/correct-number": _JUDGES,
    "POST /desk/articles/<int:article>/confirm-remark": _JUDGES,
    "POST /desk/articles/<int:article>/contest-remark": _JUDGES,
    "POST /desk/articles/<int:article>/reopen": _JUDGES,
    "POST /desk/articles/<int:article>/warn-herd": _JUDGES,
    "GET /desk/sprints/<int:id_>": _HELPERS,
    "GET /desk/sprints/<int:id_>/what-if": _HELPERS,
    "POST /desk/sprints/<int:id_>/what-if": _HELPERS,
    "GET /desk/offices/<int:id_>": _HELPERS,
    "GET /desk/lists/<int:id_>": _HELPERS,
    "GET /desk/tickets": _HELPERS,
    "GET /desk/tickets/<int:id_>": _HELPERS,
    "POST /desk/tickets/<int:id_>/here": _HELPERS,
    "POST /desk/tickets/<int:id_>/take": _HELPERS,
    "POST /desk/tickets/<int:id_>/put-back": _HELPERS,
    "POST /desk/tickets/<int:id_>/note": _HELPERS,
    "POST /desk/tickets/<int:id_>/close": _HELPERS,
    "POST /desk/tickets/<int:id_>/reopen": _HELPERS,
    "POST /desk/tickets/hand-over": _HELPERS,
    "GET /desk/figures": (*_JUDGES, "administrator"),
    "GET /desk/figures.csv": (*_JUDGES, "administrator"),
    "GET /desk/fraud": (*_JUDGES, "administrator"),
    "GET /desk/carriers": ("supervisor", "administrator"),
    "POST /desk/carriers/<name>/order": ("supervisor", "administrator"),
    "POST /desk/prefix-stops/<int:id_>/lift": ("supervisor", "administrator"),
    "GET /desk/webhooks": ("supervisor", "administrator"),
    "POST /desk/webhooks/<int:id_>/send-again": ("supervisor", "administrator"),
    "GET /desk/window": (*_HELPERS, "clerk"),
    "POST /desk/window": (*_HELPERS, "clerk"),
    "POST /desk/window/<int:id_>/agree": _JUDGES,
    "POST /desk/window/<int:id_>/decline": _JUDGES,
    "GET /counter": _CLERKS,
    "GET /counter/groups/<int:id_>/receipt": _CLERKS,
    "POST /counter/groups/<int:id_>/receipt": _CLERKS,
    "GET /counter/groups/<int:id_>/receipt.pdf": _CLERKS,
    "POST /counter/open": _CLERKS,
    "POST /counter/check": _CLERKS,
    "POST /counter/groups": _CLERKS,
    "GET /counter/groups/<int:id_>": _CLERKS,
    "GET /counter/groups/<int:id_>/articles": _CLERKS,
    "POST /counter/groups/<int:id_>/articles": _CLERKS,
    "POST /counter/groups/<int:id_>/articles/<int:article>/remove": _CLERKS,
    "POST /counter/groups/<int:id_>/cancel": _CLERKS,
    "POST /counter/groups/<int:id_>/change": _CLERKS,
    "POST /counter/groups/<int:id_>/cash": _CLERKS,
    "GET /counter/bookings": _CLERKS,
    "GET /counter/rolls": _CLERKS,
    "POST /counter/rolls": _CLERKS,
    "GET /counter/tariff": _CLERKS,
    "GET /counter/groups/<int:id_>/upi": _CLERKS,
    "POST /counter/groups/<int:id_>/upi": _CLERKS,
    "POST /counter/groups/<int:id_>/upi/now": _CLERKS,
    "POST /counter/groups/<int:id_>/upi/stop": _CLERKS,
    "POST /counter/groups/<int:id_>/upi/reference": _CLERKS,
    "POST /counter/groups/<int:id_>/upi/simulate": _CLERKS,
    "GET /counter/payments": _JUDGES,
    "POST /counter/payments/<int:id_>/refund": _JUDGES,
    "POST /counter/payments/settled": _JUDGES,
    "POST /counter/payments/unreadable": _JUDGES,
    "GET /office": _CLERKS,
    "GET /counter/day": _CLERKS,
    "POST /counter/day/count": _CLERKS,
    "POST /counter/day/close": _CLERKS,
    "POST /counter/day/hand-over": _CLERKS,
    "GET /counter/days/<int:id_>": (*_CLERKS, "supervisor"),
    "GET /counter/books": _JUDGES,
    "GET /counter/books/<what>.csv": _JUDGES,
    "GET /counter/entries/<int:id_>": _JUDGES,
    "POST /counter/entries/<int:id_>/correct": _JUDGES,
    "GET /office/lists/<int:id_>/slip": _CLERKS,
    "GET /office/lists/<int:id_>/slip.pdf": _CLERKS,
    "GET /office/arrivals": _CLERKS,
    "POST /office/arrivals": _CLERKS,
    "GET /office/draft": _CLERKS,
    "POST /office/draft/place": _CLERKS,
    "POST /office/draft/take-off": _CLERKS,
    "POST /office/draft/send-out": _CLERKS,
    "POST /office/draft/news": _CLERKS,
    "GET /office/lists": _CLERKS,
    "GET /office/lists/<int:id_>": _CLERKS,
    "GET /office/lists/<int:id_>/close": _CLERKS,
    "POST /office/lists/<int:id_>/take-in": _CLERKS,
    "POST /office/lists/<int:id_>/close": _CLERKS,
    "POST /office/lists/<int:id_>/cash": _CLERKS,
    "POST /office/items/<int:id_>/judge": ("postmaster",),
    "POST /office/close": _CLERKS,
    "GET /office/cash": _CLERKS,
    "POST /office/cash/<int:id_>/correct": _CLERKS,
    "GET /office/deposit": _CLERKS,
    "GET /office/returns": _CLERKS,
    "GET /office/returns.csv": _CLERKS,
    "GET /office/imports": _IMPORTERS,
    "POST /office/imports": _IMPORTERS,
    "GET /office/imports/template-<kind>.csv": _IMPORTERS,
    "GET /office/imports/<int:id_>": _IMPORTERS,
    "POST /office/imports/<int:id_>/progress": _IMPORTERS,
    "POST /office/imports/<int:id_>/start": _IMPORTERS,
    "POST /office/imports/<int:id_>/cancel": _IMPORTERS,
    "GET /office/imports/<int:id_>/bad-rows.csv": _IMPORTERS,
}
ON_THE_WAY_IN = {"/desk/sign-in", "/desk/second-factor", "/desk/enrol"}


def routes(app: Flask) -> list[tuple[str, str, str]]:
    """Method, path and endpoint of every route, static files apart."""
    return [
        (method, rule.rule, rule.endpoint)
        for rule in app.url_map.iter_rules()
        for method in sorted((rule.methods or set()) & {"GET", "POST", "PUT", "PATCH", "DELETE"})
        if rule.endpoint != "static"
    ]


def call(colleague: Colleague, method: str, path: str) -> int:
    for part in ("conversation", "article", "id_"):
        path = path.replace(f"<int:{part}>", "999")
    answer = colleague.get(path) if method == "GET" else colleague.post(path)
    return int(answer.status_code)


@pytest.mark.parametrize("role", ROLES)
def test_each_role_may_what_the_table_says(
    player: Player, app: Flask, runtime: Runtime, role: Role
) -> None:
    colleague = sign_in(app, runtime, role)
    for method, path, endpoint in routes(app):
        if stated(endpoint.split(".")[0]) is not Caller.STAFF or path in ON_THE_WAY_IN:
            continue
        if path == "/desk/sign-out":
            continue  # it is allowed to all, and ends this test
        allowed = role in TABLE[f"{method} {path}"]
        status = call(colleague, method, path)
        assert (status != 403) == allowed, f"{role}: {method} {path}: {status}"
        assert status < 500, f"{role}: {method} {path}: {status}"


def test_nobody_gets_in_without_signing_in(app: Flask, player: Player) -> None:
    client = app.test_client()
    for method, path, endpoint in routes(app):
        if stated(endpoint.split(".")[0]) is not Caller.STAFF or path in ON_THE_WAY_IN:
            continue
        for part in ("conversation", "article", "id_"):
            path = path.replace(f"<int:{part}>", "1")
        answer = client.open(path, method=method)
        if method == "GET":
            assert answer.headers["Location"] == "/desk/sign-in", path
        else:
            assert answer.status_code == 400, path  # no page, no token


def test_the_table_is_whole(app: Flask) -> None:
    allowed = {
        f"{method} {path}": ALLOWED.get(endpoint, frozenset())
        for method, path, endpoint in routes(app)
        if stated(endpoint.split(".")[0]) is Caller.STAFF and path not in ON_THE_WAY_IN
    }
    here = "TABLE of tests/web/desk/test_roles.py"
    nothing_in(f"{route}: no line in {here}" for route in sorted(allowed.keys() - TABLE.keys()))
    nothing_in(
        f"{route}: in {here}, and no route" for route in sorted(TABLE.keys() - allowed.keys())
    )
    nothing_in(
        f"{route}: the route lets in {sorted(roles)}, {here} says {sorted(TABLE[route])}"
        for route, roles in allowed.items()
        if roles != set(TABLE[route])
    )
    assert {f"/desk/{name.split('.')[1].replace('_', '-')}" for name in OPEN} == ON_THE_WAY_IN


def test_every_other_route_states_its_caller(app: Flask) -> None:
    for _, _, endpoint in routes(app):
        assert stated(endpoint.split(".")[0]) in Caller
