"""Whatever is put into a path, a query or a form, the answer is never a 500."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, Final

import pytest
from flask import Flask
from werkzeug.routing import Rule

from postal.people.accounts import ROLES, Role
from runtime import Runtime
from store.database import Database
from tests.rigs.desk import Colleague, sign_in
from tests.rigs.full_house import FullHouse, fields_of, full_house, may
from tests.rigs.told import nothing_in
from tests.rigs.transcript import Player
from web import guard
from web.given import Fields
from web.staff import factor_form

HOSTILE = (
    "\x00",
    "12\x00",
    "-1",
    "0",
    "99999999999999999999",
    "9223372036854775808",
    "1" * 5_000,
    "0001-01-01",
    "9999-12-31",
    "2026-02-30",
    "९९९९",
    "²",
    "\ufdfa" * 18 + "\u3164",
    "\U0010ffff\ufffe",
    "1e400",
    "NaN",
    "1,00,00,00,000",
    "253402300799.0.0.0",
    "-62135596800.999999.4.9223372036854775807",
    '["", 1e999, "right"]',
    "' OR 1=1 --",
    "{{7*7}}%s%(x)s",
)
IDS = ("0", "-1", "9223372036854775807", "9223372036854775808", "9" * 40, "%00", "१", "1%00")
# What a clerk might send: a hostile value is one among fields that are in order.
ORDERLY = {
    "day": "2026-08-14",
    "once": "0b5f2a2e-2f0b-4f0f-9d5e-7a8a1c0f1a11",
    "group_once": "0b5f2a2e-2f0b-4f0f-9d5e-7a8a1c0f1a12",
    "amount": "10",
    "counted": "10",
    "given": "1000",
    "cash": "10",
    "counter": "7",
    "reason": "customer_asked",
    "note": "quiet",
    "phone": "+919839000077",
    "article": "1",
    "postman": "1",
    "number": "EU000000014IN",
    "document": "passport",
    "last4": "1234",
    "state": "checked",
    "verdict": "confirmed",
    "way": "upi",
    "did": "rest",
    "provider": "static",
    "event": "1",
    "language": "en",
    "outcome": "settled",
}


ALL: Final = "all"
# What guards every page alike: a wrong one too often, and the sign-in is closed.
NO_FIELDS: Final = {ALL, "csrf_token", *factor_form.FIELDS}
FIELD: Final = re.compile("[a-z_]+[0-9]?")  # not one that is named after a row: seen-12
ASKED: Final[set[str]] = set()


class NotedFields(Fields):
    """The fields of a query or a form, which write into `ASKED` what a page asks of them."""

    _made = False

    def __init__(self, mapping: Any = None) -> None:
        super().__init__(mapping)
        self._made = True

    def __getitem__(self, key: str) -> str:
        ASKED.add(key)
        return super().__getitem__(key)

    def __contains__(self, key: object) -> bool:
        ASKED.add(str(key))
        return super().__contains__(key)

    def getlist(self, key: str, type: Any = None) -> list[Any]:
        ASKED.add(key)
        return super().getlist(key, type)

    def lists(self) -> Iterable[tuple[str, list[str]]]:
        if self._made:
            ASKED.add(ALL)
        return super().lists()

    def items(self, multi: bool = False) -> Iterable[tuple[str, str]]:  # type: ignore[override]
        ASKED.add(ALL)
        return super().items(multi)

    def __iter__(self) -> Iterator[str]:
        ASKED.add(ALL)
        return super().__iter__()


@pytest.fixture
def house(
    player: Player, app: Flask, runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> FullHouse:
    monkeypatch.setattr(guard, "Fields", NotedFields)
    return full_house(player, app, runtime)


def in_role(house: FullHouse, role: Role) -> Colleague:
    """One of that role; the clerk has a counter open."""
    if role == "clerk":
        return house.clerk
    return sign_in(house.app, house.runtime, role, f"{role[:9]}-tries")


def filled(rule: Rule, value: str) -> str:
    """The route with `value` as its id; words as they are."""
    path = rule.rule.replace("<name>", "simulator").replace("<what>", "entries")
    path = path.replace("<kind>", "articles")
    for part in ("conversation", "article", "id_"):
        path = path.replace(f"<int:{part}>", value)
    return path


def broken(house: FullHouse, who: Colleague, method: str, path: str, **fields: str) -> str:
    """What went wrong; empty: nothing."""
    what = f"{method} {path[:80]} { ({name: each[:30] for name, each in fields.items()})!r}"
    try:
        if method == "GET":
            answer = who.client.get(path, query_string=fields)
        else:
            answer = who.post(path, **fields)
    except Exception as error:
        return f"{what}: {type(error).__name__}: {error}"
    return f"{what}: {answer.status_code}" if answer.status_code >= 500 else ""


@pytest.mark.parametrize("role", ROLES)
def test_no_path_breaks_a_page(house: FullHouse, role: Role) -> None:
    who = in_role(house, role)
    nothing_in(
        found
        for method in ("GET", "POST")
        for rule in house.rules(method)
        if may(rule, role)
        for value in _share(rule, role, IDS)
        if (found := broken(house, who, method, filled(rule, value)))
    )


@pytest.mark.parametrize("role", ROLES)
def test_no_query_breaks_a_page(house: FullHouse, role: Role) -> None:
    who = in_role(house, role)
    nothing_in(
        found
        for rule in house.rules("GET")
        if may(rule, role)
        for name, value in _tries(house, rule, role, "GET")
        if (found := broken(house, who, "GET", filled(rule, "1"), **{name: value}))
    )


@pytest.mark.parametrize("role", ROLES)
def test_no_form_breaks_a_page(house: FullHouse, role: Role) -> None:
    who = in_role(house, role)
    nothing_in(
        found
        for rule in house.rules("POST")
        if may(rule, role)
        for fields in _forms(house, rule, role)
        if (found := broken(house, who, "POST", filled(rule, "1"), **fields))
    )


def _share(rule: Rule, role: Role, values: tuple[str, ...] = HOSTILE) -> tuple[str, ...]:
    """The values that this role tries: those who may call a route divide them."""
    allowed = [each for each in ROLES if may(rule, each)]
    return values[allowed.index(role) :: len(allowed)]


def _forms(house: FullHouse, rule: Rule, role: Role) -> Iterator[dict[str, str]]:
    names = fields_of(house.app, rule.endpoint, "POST")
    orderly = {name: ORDERLY.get(name, "1") for name in names}
    for name, value in _tries(house, rule, role, "POST"):
        yield orderly | {name: value}
    yield orderly


def _tries(house: FullHouse, rule: Rule, role: Role, method: str) -> Iterator[tuple[str, str]]:
    """Yield each field with the values that this role puts into it.

    The fields are those that the view's own source names, and what the page is seen to ask for.
    """
    names = list(fields_of(house.app, rule.endpoint, method))
    for place, name in enumerate(names):  # it grows
        values = _share(rule, role)
        if method == "POST":
            values = values[place % 2 :: 2]  # neighbours divide them
        if name == "lang" and values:  # one reader for all pages: they divide them too
            values = (values[len(rule.rule) % len(values)],)
        # What a page does with all of its fields alike, such as to keep them while it asks who is
        # there, the first two show.
        alike = {name, ALL} if place < 2 else {name}
        asked = True
        for value in values:
            # To a page that does not look at a field, all that it might hold is the same: NUL alone
            # is looked for in every one.
            if asked or "\x00" in value:
                ASKED.clear()
                yield name, value
                asked = asked and ("\x00" in value or not ASKED.isdisjoint(alike))
                names += sorted(filter(FIELD.fullmatch, ASKED - {*names, *NO_FIELDS}))


def test_a_value_that_cannot_be_is_refused_with_a_sentence(house: FullHouse) -> None:
    for path in (
        "/office/lists?day=0001-01-01",
        "/office/lists?day=9999-12-31",
        "/office/cash?day=%00",
        "/office/imports/1?after=99999999999999999999",
    ):
        answer = house.clerk.get(path)
        assert answer.status_code == 422, path
        assert "not possible here" in answer.text
    assert house.clerk.get("/office/lists/99999999999999999999").status_code == 404


def test_a_stored_time_that_cannot_be_does_not_break_a_page(
    house: FullHouse, owner: Database
) -> None:
    agent = in_role(house, "agent")
    with owner.transaction() as conn:
        people = conn.execute(
            "SELECT id FROM conversations WHERE whose LIKE '+%' ORDER BY id LIMIT 4"
        ).fetchall()
    for time in ("9999-12-31 23:59:59+00", "0001-01-01 00:00:00+00", "infinity"):
        with house.runtime.database.transaction() as conn:
            conn.execute("UPDATE messages SET carrier_at = %s::timestamptz", [time])
        for (id_,) in people:
            assert agent.get(f"/desk/conversations/{id_}").status_code == 200
    with owner.transaction() as conn:
        conn.execute("SET LOCAL session_replication_role = replica")
        conn.execute("UPDATE messages SET sent_at = '9999-12-31 23:59:59+00'")
        conn.execute("UPDATE receipts SET at = '0001-01-01 00:00:00+00'")
    assert agent.get(f"/desk/conversations/{people[0][0]}").status_code == 200
