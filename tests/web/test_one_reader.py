"""What is typed in any script or pasted with anything is read alike at every door.

The counter's form has its cases in tests/web/counter/test_pages.py, cells of files in
tests/imports/test_reader.py, the search in tests/web/desk/test_find.py.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient

from postal.people.accounts import ROLES
from runtime import Runtime
from tests.rigs import notations
from tests.rigs.api_calls import Api, api_of, article, fields, number_of, postman
from tests.rigs.clock import Clock
from tests.rigs.counter import Clerk, clerk, directory
from tests.rigs.desk import sign_in
from tests.rigs.full_house import full_house, may
from tests.rigs.imports import row, started, text, uploaded
from tests.rigs.office import Office
from tests.rigs.office import office as office_of
from tests.rigs.told import nothing_in
from tests.rigs.transcript import Player
from tests.web.counter.test_pages import begin, form, say
from tests.web.office.test_draft import seen, send_out
from tests.web.test_masked_everywhere import paths

Written = Callable[[str], str]
TEMPLATES = Path(__file__).parents[2] / "web" / "templates"


def hindi(typed: str) -> str:
    return notations.written(typed, "०")


def pasted(typed: str) -> str:
    """As a chat or a page puts it into the clipboard."""
    return f"\u202a\u00a0{typed[:2]}\u200e{typed[2:]}\u202c"


def divided(typed: str) -> str:
    """Partly in Hindi, with a dash, as labels and cards print it."""
    return (
        hindi(typed) if len(typed) < 4 else f"{notations.written(typed[:3], '০')}\u2011{typed[3:]}"
    )


def rows(runtime: Runtime, sql: str) -> list[tuple[Any, ...]]:
    with runtime.database.transaction() as conn:
        return conn.execute(sql).fetchall()


@pytest.fixture
def at(player: Player, app: Flask, runtime: Runtime) -> Office:
    directory(runtime)
    return office_of(player, app, runtime)


@pytest.fixture
def api(runtime: Runtime, client: FlaskClient) -> Api:
    directory(runtime)
    return api_of(runtime, client)


# ---- taken ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("written", [hindi, pasted, divided])
def test_at_the_office_and_the_desk(at: Office, written: Written) -> None:
    first, second = at.book(1, 2)
    at.clerk.post_in_page("/office/arrivals", number=written(first))
    at.clerk.post_in_page("/office/arrivals", number=written(second))
    for label in (first[-6:-2], second):
        at.clerk.post_in_page(
            "/office/draft/place", digits=written(label), beat=written("1"), serial=written("1")
        )
    assert seen(at) == [second, first]
    assert send_out(at, [second, first]).status_code == 302
    day = written("14-08-2026") if written is not divided else "१४/८/26"
    assert "1001" in at.clerk.get(f"/office/lists?day={day}").text
    assert at.clerk.get("/office/lists?day=08-14-2026").status_code == 422
    agent = sign_in(at.app, at.runtime, "agent", "agent-9")
    for typed, holds in ((second, second), (second[-6:-2], second), ("273303", "Gorakhpur")):
        assert holds in agent.post("/desk/find", query=written(typed)).text
    assert second in agent.post("/desk/find", query=second, day=day).text
    # At the end of the day the labels are scanned again.
    at.clerk.post_in_page(f"/office/lists/{at.list_id()}/take-in", number=written(first))
    assert first in at.clerk.get(f"/office/lists/{at.list_id()}/close").text


@pytest.mark.parametrize("written", [hindi, pasted])
def test_at_the_counter(at: Office, written: Written) -> None:
    colleague = sign_in(at.app, at.runtime, "clerk", "clerk-7")
    opened = colleague.post("/counter/open", counter=written("7"), cash=written("1,00,500.50"))
    assert opened.status_code == 302
    assert rows(at.runtime, "SELECT paise FROM ledger") == [(10_050_050,)]
    roll = colleague.post(
        "/counter/rolls", first=written(number_of(10)), last=written(number_of(19))
    )
    assert roll.status_code == 302
    sent = form(
        number=written(number_of(12)), weight=written("120") + " g", cod="₹ " + written("1,500")
    )
    path = colleague.post("/counter/groups", **sent).headers["Location"]
    colleague.post(f"{path}/cash", given="Rs " + written("100"), seen="7500")
    booked = "SELECT number, weight_g, cod_amount FROM articles"
    assert rows(at.runtime, booked) == [(number_of(12), 120, 1_500)]
    item = rows(at.runtime, "SELECT id FROM booking_items")[0][0]
    colleague.post(f"{path}/articles/{item}/phone", phone=written("9839000055"))
    assert rows(at.runtime, "SELECT recipient_phone FROM articles") == [("+919839000055",)]
    count = {
        "counter_day": "1", "note_500": written("201"), "note_50": written("1"),
        "note_10": written("2"), "note_5": written("1"),
    }  # fmt: skip
    question = colleague.post("/counter/day/question", **count).text
    seen = re.search(r'name="seen" value="(-?\d+)"', question)
    assert seen is not None
    closed = colleague.post(
        "/counter/day/close", **count, seen=seen[1], explanation="fifty paise: no coin has them"
    )
    assert closed.status_code == 302, closed.text


@pytest.mark.parametrize("written", [hindi, pasted, divided])
def test_at_the_api(api: Api, runtime: Runtime, written: Written) -> None:
    number = number_of(12345678)
    given = article()
    recipient = given["recipient"] | {
        "phone": written("9839000011"),
        "pin": written("273303"),
        "name": "\u202aSita\u00a0 Devi\u202c",
        "address": "12 Dhanewa\nMaharajganj",
    }
    body = given | {"number": written(number), "recipient": recipient}
    assert api.post("/articles", body).status_code == 201
    kept = "SELECT number, recipient_phone, recipient_pin, recipient_name, recipient_address"
    assert rows(runtime, f"{kept} FROM articles") == [
        (number, "+919839000011", "273303", "Sita Devi", "12 Dhanewa, Maharajganj")
    ]
    made = postman(
        staff_id=written("1001"), phone=written("9839000001"), office_pin=written("273303"),
        pin=written("2580"),
    )  # fmt: skip
    if written is not divided:  # a staff id may have a hyphen
        assert api.post("/postmen", made).status_code == 201
        wanted = {
            "postman": written("1001"), "date": "2026-08-14", "articles": [written(number)],
        }  # fmt: skip
        assert api.post("/delivery-lists", wanted).status_code in (200, 201)
    assert api.get(f"/articles/{written(number)}").get_json()["number"] == number
    assert api.get(f"/pins/{written('273303')}").get_json()["pin"] == "273303"
    books = api.get(f"/offices/{written('273303')}/books?day={hindi('14-08-2026')}")
    assert books.get_json()["day"] == "2026-08-14"
    assert api.get(f"/events?limit={hindi('5')}").status_code == 200


def test_by_commands(api: Api, app: Flask, runtime: Runtime) -> None:
    run = app.test_cli_runner().invoke
    words = ("--staff-id", "१००१", "--name", "\u200eRam  Lakhan\u202c", "--phone", "९८३९० ००००१")
    done = run(args=["postman", "add", *words, "--office-pin", "२७३ ३०३", "--pin", "२५८०"])
    assert done.exit_code == 0, done.output
    words = ("--staff-id", pasted("c-1"), "--name", "रा\u095c", "--role", "clerk")
    done = run(
        args=["staff", "add", *words, "--office-pin", "273\u2011303"], input="long enough x\n" * 2
    )
    assert done.exit_code == 0, done.output
    assert rows(runtime, "SELECT staff_id, name FROM staff ORDER BY id") == [
        ("1001", "Ram Lakhan"),
        ("c-1", "रा\u0921\u093c"),
    ]
    for command in (
        ("payments", "reconcile", "--day"), ("audit", "verify", "--day"), ("replay", "--since"),
    ):  # fmt: skip
        assert run(args=[*command, "१४-०८-२०२६"]).exit_code == 0
        assert run(args=[*command, "9999-12-31"]).exit_code == 2


def test_in_files(at: Office) -> None:
    cells = {
        "article": pasted(number_of(1)), "pin": "२७३ ३०३",
        "recipient_mobile": "\u202a+91098390 00011",
        "cod": "₹ १,५००/-", "recipient_name": "\u200e  सीता देवी",
    }  # fmt: skip
    found = started(at.clerk, uploaded(at.clerk, text([row(1, **cells)]).encode()))
    assert found.imported == 1
    kept = "SELECT number, recipient_pin, recipient_phone, cod_amount, recipient_name FROM articles"
    assert rows(at.runtime, kept) == [(number_of(1), "273303", "+919839000011", 1_500, "सीता देवी")]


# ---- refused -------------------------------------------------------------------------------------

TWO_SUMS = ("500,00", "76,50", ",5,", "1,,0", "1.000", "5,0000")


@pytest.mark.parametrize("typed", TWO_SUMS)
def test_what_may_be_two_sums_is_none_at_any_door(at: Office, typed: str) -> None:
    at.out(1, more=" from +919839000081 cod 500")
    at.deliver(1, 1, "500 1")
    given = at.clerk.post(
        f"/office/lists/{at.list_id()}/cash", once=str(uuid4()), expected="50000", counted=typed,
        explanation="as counted",
    )  # fmt: skip
    assert given.status_code in (302, 303, 422)
    assert rows(at.runtime, "SELECT * FROM cod_handings") == []
    colleague = sign_in(at.app, at.runtime, "clerk", "clerk-7")
    assert colleague.post("/counter/open", counter="7", cash=typed).status_code == 422
    desk = clerk(at.app, at.runtime, 3)
    assert desk.colleague.post("/counter/groups", **form(cod=typed)).status_code == 422
    path = begin(desk, number=number_of(5))
    refused = desk.colleague.post(f"{path}/cash", given=typed, seen="7500")
    assert refused.status_code == 422
    assert "Type the cash" in refused.text
    treasury = {"amount": typed, "once": str(uuid4()), "note": ""}
    assert desk.colleague.post("/counter/day/hand-over", **treasury).status_code == 422
    bad = uploaded(desk.colleague, text([row(2, cod=typed)]).encode())
    assert bad.bad == 1
    assert rows(at.runtime, "SELECT count(*) FROM ledger WHERE kind <> 'opening'") == [(0,)]


@pytest.mark.parametrize(
    "name", ["\u200b", "\u3164\u3164\u3164\u3164\u3164", "\u00ad", "Ram\u202eLal"]
)
def test_a_name_that_shows_nothing_is_none_at_any_door(
    api: Api, app: Flask, runtime: Runtime, name: str
) -> None:
    given = article()
    refused = api.post("/articles", given | {"recipient": given["recipient"] | {"name": name}})
    assert "recipient.name" in fields(refused)
    assert "name" in fields(api.post("/postmen", postman(name=name)))
    words = ("--staff-id", "1", "--name", name, "--phone", "9839000001", "--office-pin", "273303")
    done = app.test_cli_runner().invoke(args=["postman", "add", *words, "--pin", "2580"])
    assert "name" in done.output
    assert rows(runtime, "SELECT 1 FROM articles UNION ALL SELECT 1 FROM staff") == []


def test_a_reason_that_shows_nothing_is_none(at: Office) -> None:
    at.out(1)
    agent = sign_in(at.app, at.runtime, "agent", "agent-9")
    shown = agent.post("/desk/conversations/1/whole-number", reason="\u3164\u200b" * 9)
    assert shown.status_code == 422


# ---- a form that is sent again -------------------------------------------------------------------


@pytest.fixture
def desk(at: Office) -> Clerk:
    return clerk(at.app, at.runtime, 3)


def test_a_form_that_is_sent_again_with_other_content_is_refused_and_kept(
    desk: Clerk, runtime: Runtime
) -> None:
    first = form()
    path = desk.colleague.post("/counter/groups", **first).headers["Location"]
    again = desk.colleague.post("/counter/groups", **first | {"name": "Somebody Else"})
    assert again.status_code == 422
    assert "was not added" in say(again)
    assert 'value="Somebody Else"' in again.text
    second = {**form(number=number_of(2)), "group_once": ""}
    for _ in range(2):
        assert desk.colleague.post(f"{path}/articles", **second).status_code == 302
    other = desk.colleague.post(f"{path}/articles", **second | {"address": "another village"})
    assert other.status_code == 422
    assert 'value="another village"' in other.text
    # What was taken off does not come back silently: the form stays, to be sent as a new one.
    desk.colleague.post(f"{path}/articles/2/remove")
    gone = desk.colleague.post(f"{path}/articles", **second)
    assert gone.status_code == 422
    once = re.search(r'name="once" value="([^"]+)"', gone.text)
    assert once is not None
    assert desk.colleague.post(f"{path}/articles", **second | {"once": once[1]}).status_code == 302
    assert rows(
        runtime, "SELECT recipient_name, removed_at IS NULL FROM booking_items ORDER BY id"
    ) == [
        ("रामावती देवी", True),
        ("रामावती देवी", False),
        ("रामावती देवी", True),
    ]


# ---- the day of India ----------------------------------------------------------------------------


@pytest.fixture
def at_night(clock: Clock) -> None:
    clock.at = datetime(2026, 8, 13, 20, 32, tzinfo=UTC)  # 02:02 of the 14th in India


@pytest.mark.usefixtures("at_night")
def test_what_happens_at_two_at_night_is_of_indias_day_on_every_page_and_file(
    player: Player, app: Flask, runtime: Runtime
) -> None:
    house = full_house(player, app, runtime)
    found, seen_pages = [], 0
    for role in ROLES:
        who = house.clerk if role == "clerk" else sign_in(app, runtime, role, f"{role[:9]}-late")
        for rule in house.rules("GET"):
            if not may(rule, role):
                continue
            for path in paths(rule.rule):
                answer = who.get(path)
                seen_pages += answer.status_code == 200
                page = "" if answer.mimetype == "application/pdf" else answer.get_data(as_text=True)
                if shown := _yesterday(page):
                    found.append(f"{role}: GET {path}: {shown}")
    nothing_in(found)
    assert seen_pages > 60
    agent = sign_in(app, runtime, "agent", "agent-finds")
    for day, there in (("14-08-2026", True), ("2026-08-14", True), ("2026-08-13", False)):
        shown = agent.post("/desk/find", query=number_of(1), day=day).text
        assert ("/desk/articles/1" in shown) is there


def _yesterday(page: str) -> str:
    page = re.sub(r"datetime=\"[^\"]*\"", "", page)  # for machines, with its zone
    shown = re.search(r".{0,60}(?:\b13 Aug|13 अगस्त|2026-08-13|13-08-2026).{0,30}", page)
    return shown[0] if shown else ""


# ---- fields have room for what is pasted ---------------------------------------------------------


def test_no_field_of_numbers_cuts_what_is_pasted_or_asks_for_latin_digits() -> None:
    wrong = []
    for path in TEMPLATES.rglob("*.html"):
        written = path.read_text(encoding="utf-8")
        for field in re.findall(r"\{\{.*?\}\}|<input\b[^>]*>", written, re.DOTALL):
            if not re.search(r"inputmode=\"?(numeric|decimal|tel)", field):
                continue
            room = re.search(r"maxlength=\"?(\d+)", field)
            if (room and int(room[1]) < 64) or "pattern=" in field:
                wrong.append(f"{path.name}: {' '.join(field.split())}")
    nothing_in(wrong)
