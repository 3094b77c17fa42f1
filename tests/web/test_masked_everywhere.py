"""No page, paper, file or answer shows a whole telephone that somebody wrote into free text."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pypdfium2
import pytest
from flask import Flask
from werkzeug.test import TestResponse

from india import signs
from postal.people.accounts import ROLES, Role
from runtime import Runtime
from store.database import Database
from tests.rigs.api_calls import number_of
from tests.rigs.desk import Colleague, sign_in
from tests.rigs.full_house import FullHouse, full_house, may
from tests.rigs.told import nothing_in
from tests.rigs.transcript import Player
from web.api import OPERATIONS

# Its notations side by side, so that one look at each page is enough.
WRITTEN = (
    "Mohan 983 955 5777, 9839-555-777; ९८३९५५५७७७ \u202a+91 98395 55777\u202c, +9109839555777,"
    " (98395) 55777, 0 98395\u201155777"
)
_WHOLE = re.compile(r"[^0-9]{0,2}".join("839555777"))
# What one clerk typed at one counter and may still change, until it is paid: he reads it back.
_OWN_FORM = re.compile(r"/counter/groups/\d+/(sender|articles/\d+/change)")
# What a page sends with a POST to show people.
_SHOWN_BY_POST: dict[str, dict[str, str]] = {
    "/desk/find": {"query": number_of(1)},
    "/office/find": {"query": number_of(1)},
    "/desk/access-log": {},
    "/desk/articles/1/news": {"version": ""},
    "/desk/conversations/1/news": {"version": ""},
    "/desk/conversations/3/news": {"version": ""},
    "/office/draft/news": {"version": "0"},
    "/office/imports/1/progress": {"state": "checked"},
    "/desk/tickets/1/here": {"notes": "0"},
}


@pytest.fixture
def house(player: Player, app: Flask, runtime: Runtime) -> FullHouse:
    house = full_house(player, app, runtime)
    assert house.empty() == []
    return house


def shows(answer: TestResponse) -> bool:
    if answer.mimetype == "application/pdf":
        document = pypdfium2.PdfDocument(answer.data)
        text = "".join(page.get_textpage().get_text_range() for page in document)
    else:
        text = unescape(answer.get_data(as_text=True))
    return _WHOLE.search(signs.plain(text)) is not None


def paths(rule: str) -> list[str]:
    """The route with what is there: row ids, a carrier, a kind of file."""
    filled = [rule]
    for part, values in (
        ("<int:conversation>", "12345678"),
        ("<int:article>", "123"),
        ("<int:id_>", "12"),
        ("<name>", ["simulator"]),
        ("<what>", ["entries", "booked", "counters", "summary"]),
        ("<kind>", ["articles", "lists"]),
    ):
        filled = [
            each.replace(part, value)
            for each in filled
            for value in (values if part in each else ["-"])
        ]
    return filled


@pytest.mark.parametrize("role", ROLES)
def test_pages_and_papers_mask_what_people_wrote(
    house: FullHouse, owner: Database, role: Role
) -> None:
    house.plant(owner, WRITTEN)
    colleague = house.clerk
    if role != "clerk":
        colleague = sign_in(house.app, house.runtime, role, f"{role[:9]}-looks")
    seen = 0
    found: list[str] = []
    for rule in house.rules("GET"):
        if not may(rule, role):
            continue
        for path in paths(rule.rule):
            answer = colleague.get(path)
            seen += answer.status_code == 200
            if shows(answer) and not (role == "clerk" and _OWN_FORM.fullmatch(path)):
                found.append(f"{role}: GET {path}")
    found += _by_post(colleague)
    nothing_in(found)
    assert seen > 3


def _by_post(colleague: Colleague) -> list[str]:
    return [
        f"POST {path}"
        for path, form in _SHOWN_BY_POST.items()
        if shows(colleague.post(path, **form))
    ]


def test_the_api_masks_what_people_wrote(house: FullHouse, owner: Database, client: Any) -> None:
    house.plant(owner, WRITTEN)
    values = {
        "number": number_of(1),
        "pin": "273303",
        "staff_id": "1001",
        "reference": "BOOKEDBYSOFTWARE",
        "id": "1",
    }
    found, seen = [], 0
    for operation in OPERATIONS:
        if operation.method != "GET":
            continue
        path = operation.path
        for name, value in values.items():
            path = path.replace("{" + name + "}", value)
        answer = client.get(f"/api/v1{path}", headers=house.office.player.headers())
        seen += answer.status_code == 200
        if shows(answer):
            found.append(f"GET {path}")
    nothing_in(found)
    assert seen > 10
