"""Every route of the staff, in every role, for the own office and for another one.

What is expected is the table of postal/people/rights.py, which docs/desk.md prints.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from postal.people.accounts import ROLES, Role
from postal.people.rights import RIGHTS
from runtime import Runtime
from tests.rigs.desk import Colleague, sign_in
from tests.rigs.told import nothing_in
from tests.rigs.transcript import Player
from tests.rigs.two_offices import OTHER, OWN, Things, things
from web.callers import Caller, stated
from web.commands.staff import MARKS, rights_table
from web.staff.rooms import ACTS, OPEN

HOUSE = Path(__file__).parents[3]
# What an address of this beginning is about, the longest beginning first; None: no office's.
ABOUT: dict[str, str | None] = {
    "/desk/conversations/<int:conversation>": "conversation",
    "/desk/articles/<int:article>": "article",
    "/desk/sprints/<int:id_>": "sprint",
    "/desk/texts/<int:text>": "text",
    "/desk/offices/<int:id_>": "office",
    "/desk/lists/<int:id_>": "list",
    "/desk/tickets/<int:id_>": "ticket",
    "/desk/tickets/views/<int:id_>": None,
    "/desk/requests/<int:id_>": "request",
    "/desk/prefix-stops/<int:id_>": None,
    "/desk/account/sign-ins/<int:id_>": None,
    "/desk/accounts/sign-ins/<int:id_>": None,
    "/desk/webhooks/<int:id_>": None,
    "/desk/carriers/<name>": None,
    "/desk/reports/<measure>": None,
    "/desk/data-protection/requests/<int:id_>": None,
    "/desk/data-protection/breaches/<int:id_>": None,
    "/counter/groups/<int:id_>": "group",
    "/counter/payments/<int:id_>": "credit",
    "/counter/days/<int:id_>": "day",
    "/counter/entries/<int:id_>": "entry",
    "/counter/books/<what>": None,
    "/administration/staff/<int:id_>": None,
    "/administration/staff/requests/<int:id_>": None,
    "/administration/postmen/<int:id_>": None,
    "/administration/offices/<int:id_>": None,
    "/administration/tokens/<int:id_>": None,
    "/administration/webhooks/<int:id_>": None,
    "/office/lists/<int:id_>": "list",
    "/office/items/<int:id_>": "item",
    "/office/cash/<int:id_>": "handing",
    "/office/paper/<int:id_>": "outage",
    "/office/imports/<int:id_>": "import",
    "/office/imports/template-<kind>": None,
}
# Fillings of what else is in an address.
FILLED = {"<measure>": "lists", "<what>": "entries", "<kind>": "lists", "<name>": "simulator"}
ON_THE_WAY_IN = {
    "/desk/sign-in",
    "/desk/sign-in-left",
    "/desk/second-factor",
    "/desk/passkey-options",
    "/desk/enrol",
}
# Pages about one thing, whose answer is 404 for another reason.
NOT_YET = {
    "POST /counter/groups/<int:id_>/upi/simulate",  # no QR code is shown
    "POST /counter/groups/<int:id_>/upi/now",
    "POST /counter/groups/<int:id_>/upi/stop",
    "POST /counter/groups/<int:id_>/upi/reference",
}


def routes(app: Flask) -> list[tuple[str, Rule]]:
    """Method and rule of every route, static files apart."""
    return [
        (method, rule)
        for rule in app.url_map.iter_rules()
        for method in sorted((rule.methods or set()) & {"GET", "POST", "PUT", "PATCH", "DELETE"})
        if rule.endpoint != "static"
    ]


def of_staff(app: Flask) -> list[tuple[str, Rule]]:
    return [
        (method, rule)
        for method, rule in routes(app)
        if stated(rule.endpoint.split(".")[0]) is Caller.STAFF and rule.rule not in ON_THE_WAY_IN
    ]


def about(path: str) -> str | None:
    """What kind of thing `path` is about. Fails for a path with a value that `ABOUT` has not."""
    if "<" not in path:
        return None
    found = [begin for begin in ABOUT if path.startswith(begin)]
    assert found, f"{path}: say what it is about in ABOUT of tests/web/desk/test_roles.py"
    return ABOUT[max(found, key=len)]


def call(colleague: Colleague, method: str, path: str, there: Things) -> TestResponse:
    kind = about(path)
    for placeholder, value in FILLED.items():
        path = path.replace(placeholder, value)
    if kind is not None:
        path = re.sub(r"<int:\w+>", str(there.ids[kind]), path, count=1)
    path = re.sub(r"<int:\w+>", str(there.ids["booked"]), path)
    return colleague.get(path) if method == "GET" else colleague.post(path)


def both_offices(player: Player, app: Flask, me: Colleague) -> tuple[Things, Things]:
    """The same at the office of `me` and at another one; `me` opens the own counter."""
    runtime = player.runtime
    with runtime.database.transaction() as conn:
        conn.execute(
            "INSERT INTO offices (name, pin, branch_type, district)"
            " VALUES ('Nautanwa', %s, 'sub', 'Maharajganj')",
            [OTHER],
        )
    asker = sign_in(app, runtime, "supervisor", "asker")
    elsewhere = sign_in(app, runtime, "clerk", "elsewhere", OTHER)
    return things(player, OWN, me, asker), things(player, OTHER, elsewhere, asker)


@pytest.mark.parametrize("role", ROLES)
def test_each_role_does_what_the_table_says_at_its_offices(
    player: Player, app: Flask, runtime: Runtime, role: Role
) -> None:
    me = sign_in(app, runtime, role, "me")
    own, other = both_offices(player, app, me)
    wrong = []
    for method, rule in of_staff(app):
        path = rule.rule
        reach = RIGHTS[ACTS[rule.endpoint]].who.get(role)
        if path == "/desk/sign-out":
            continue  # it is allowed to all, and ends this test
        for there, mine in ((own, True), (other, False)):
            status = call(me, method, path, there).status_code
            if reach is None:
                right = status == 403
            elif not mine and reach == "own" and about(path) is not None:
                right = status == 404
            else:
                missing = f"{method} {path}" in NOT_YET or ("<" in path and about(path) is None)
                right = status != 403 and (status != 404 or missing)
            if not right or status >= 500:
                wrong.append(
                    f"{role}, {'own' if mine else 'other'} office: {method} {path}: {status}"
                )
    nothing_in(iter(wrong))


@pytest.mark.parametrize("role", ROLES)
def test_no_page_shows_what_is_behind_a_wall(
    player: Player, app: Flask, runtime: Runtime, role: Role
) -> None:
    me = sign_in(app, runtime, role, "me")
    own, other = both_offices(player, app, me)
    shown: set[str] = set()
    leaks = []
    for method, rule in of_staff(app):
        reach = RIGHTS[ACTS[rule.endpoint]].who.get(role)
        if method != "GET" or reach is None:
            continue
        text = call(me, method, rule.rule, own).get_data().decode(errors="replace")
        shown |= {mark for mark in (*own.marks, *other.marks) if mark in text}
        if reach == "own":
            leaks += [f"{rule.rule}: {mark}" for mark in other.marks if mark in text]
    nothing_in(iter(leaks))
    if role in ("postmaster", "clerk"):
        assert set(own.marks) & shown, "the pages show nothing at all: this proves nothing"


@pytest.mark.parametrize("role", ["agent", "postmaster"])
def test_what_is_found_is_of_the_offices_that_one_reaches(
    player: Player, app: Flask, runtime: Runtime, role: Role
) -> None:
    me = sign_in(app, runtime, role, "me")
    own, other = both_offices(player, app, me)
    everywhere = RIGHTS["find"].who[role] == "district"
    for query, there, finds in (
        (own.marks[0], own, True),
        (other.marks[0], other, everywhere),
        ("+919841000000", own, True),
        ("+919842000000", other, everywhere),
        ("7001", own, True),
        ("7002", other, everywhere),
        (OTHER, other, everywhere),
    ):
        page = me.post("/desk/find", query=query).text
        links = (
            f'/desk/articles/{there.ids["article"]}"',
            f'/desk/conversations/{there.ids["postman"]}"',
            f'/desk/offices/{there.ids["office"]}"',
        )
        assert any(link in page for link in links) == finds, f"{role} finds {query}"


def test_nobody_gets_in_without_signing_in(app: Flask, player: Player) -> None:
    client = app.test_client()
    for method, rule in of_staff(app):
        path = re.sub(r"<[^>]+>", "1", rule.rule)
        answer = client.open(path, method=method)
        if method == "GET":
            assert answer.headers["Location"] == "/desk/sign-in", path
        else:
            assert answer.status_code == 400, path  # no page, no token


def test_every_route_is_part_of_an_act_and_every_act_has_a_route(app: Flask) -> None:
    used = {ACTS[rule.endpoint] for _, rule in of_staff(app)}
    nothing_in(
        f"postal/people/rights.py: no route is part of {act}" for act in RIGHTS.keys() - used
    )
    assert {f"/desk/{name.split('.')[1].replace('_', '-')}" for name in OPEN} == ON_THE_WAY_IN


def test_every_other_route_states_its_caller(app: Flask) -> None:
    for _, rule in routes(app):
        assert stated(rule.endpoint.split(".")[0]) in Caller


def test_the_table_of_the_documentation_is_current() -> None:
    page = (HOUSE / "docs/desk.md").read_text(encoding="utf-8")
    begin, end = MARKS
    assert begin in page
    written = page.split(begin)[1].split(end)[0].strip()
    if written != rights_table().strip():
        pytest.fail("docs/desk.md: run flask --app app staff rights", pytrace=False)
