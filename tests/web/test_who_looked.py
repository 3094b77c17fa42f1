"""Whatever shows a person writes down who looked: every page, every call, every command.

All of them are enumerated. A new route, operation or command whose parameters are unknown here
fails, and so does one that shows a name, an address or a telephone without a line in the log.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from typing import Any, Final
from uuid import uuid4

import click
import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from india.phone import masked
from paper.content import Paper
from postal.counter import receipts
from postal.counter.receipts import NewPrinting
from postal.people import rights
from postal.people.accounts import Role
from runtime import Runtime
from store.database import Database
from tests.rigs import sprints as stored_sprints
from tests.rigs.api_calls import number_of
from tests.rigs.clock import Clock
from tests.rigs.counter import ITEM, SENDER, clerk, directory, group
from tests.rigs.desk import Colleague, sign_in
from tests.rigs.paper import sheets
from tests.rigs.told import nothing_in
from tests.rigs.transcript import Player
from web import api
from web.staff.rooms import ACTS, OPEN

RECIPIENT, OTHER, POSTED_BY, POSTMAN = (
    "+919876500001", "+919876500002", "+919811100001", "+919839000001",
)  # fmt: skip
NUMBER, SECOND, BACK = "EU123456785IN", "RR287043775IN", number_of(15)

# Of people who receive or post, none of the staff's. Telephones are looked for in any notation.
NAMES: Final = ("Sita Devi", "Piprauli", ITEM.recipient_name, ITEM.recipient_address, SENDER.name)
PHONES: Final = (RECIPIENT, OTHER, POSTED_BY, str(ITEM.recipient_phone), str(SENDER.phone))
MARKS: Final = (*NAMES, *PHONES, *(phone[3:] for phone in PHONES), *map(masked, PHONES))

# What shows nobody to anybody in production, or is somebody's own.
EXEMPT: Final = {
    "phones.page": "development only: the simulated telephones themselves",
    "phones.news": "development only",
    "api_simulator.simulated_phone_messages": "development only: 404 in production",
    "desk.access_log": "the log itself; who reads it is its administrator",
}
# Told back to whoever just typed it, before anything is stored.
TYPED_BACK: Final = {"counter.check", "counter.add", "counter.begin", "counter.change"}


@dataclass
class World:
    """Something of everything that shows people, and the values that lead to it."""

    app: Flask
    runtime: Runtime
    owner: Database
    player: Player
    values: dict[str, str]
    colleagues: dict[Role, Colleague]

    def lines(self) -> int:
        with self.owner.transaction() as conn:
            row = conn.execute("SELECT count(*) FROM access_log").fetchone()
            conn.execute("DELETE FROM access_log")
        assert row is not None
        return int(row[0])

    def value(self, endpoint: str, name: str) -> str:
        """The parameter of a route: that of the route, else of its part of the pages."""
        for key in (f"{endpoint}:{name}", name):
            if key in self.values:
                return self.values[key]
        pytest.fail(f"{endpoint}: say in tests/web/test_who_looked.py what <{name}> is")


@pytest.fixture
def world(app: Flask, runtime: Runtime, owner: Database, player: Player, clock: Clock) -> World:
    player.step(f"postman 1001 {POSTMAN}")
    player.step(f"article {NUMBER} to {RECIPIENT} en from {POSTED_BY} cod 500")
    player.step(f"article {SECOND} to {OTHER} hi from {POSTED_BY}")
    player.step(f"article {BACK} to {OTHER} hi from {POSTED_BY}")
    player.step(f"list 1001: {NUMBER} {SECOND}")
    player.step(f"{POSTMAN} > 1")
    player.step(f"{RECIPIENT} > 3")
    player.step(f"{POSTMAN} > 2 11")
    player.step(f"{OTHER} > 9")
    directory(runtime)
    at_counter = clerk(app, runtime)
    waiting = group(runtime, at_counter.poster, 41)
    booked = group(runtime, at_counter.poster, 42)
    roles: tuple[Role, ...] = ("agent", "supervisor", "postmaster", "administrator")
    colleagues = {role: sign_in(app, runtime, role) for role in roles}
    colleagues["clerk"] = at_counter.colleague
    at_counter.colleague.post(
        f"/counter/groups/{booked.id}/cash", given="1000", seen=str(booked.paise)
    )
    once = uuid4()
    with runtime.database.transaction() as conn:
        paper: Paper = "80mm"
        by = at_counter.doer(runtime.now())
        receipts.note_printing(conn, booked.id, NewPrinting(once, paper, "en"), by)
        conn.execute(
            "INSERT INTO named_numbers (phone, named, day, at) VALUES (%s, %s, %s, %s)",
            [OTHER, RECIPIENT, runtime.now().date(), runtime.now()],
        )
        conn.execute(
            "INSERT INTO misread_texts (message_id, by_id, at) SELECT min(m.id), min(s.id), %s"
            " FROM messages m, staff s WHERE direction = 'in'",
            [runtime.now()],
        )
        conn.execute(
            "UPDATE articles SET state = 'at_office', held_until = %s WHERE number = %s",
            [runtime.now().date(), BACK],
        )

        def one(query: str, *values: object) -> str:
            row = conn.execute(query.encode(), values).fetchone()
            assert row is not None, query
            return str(row[0])

        article = one("SELECT id FROM articles WHERE number = %s", NUMBER)
        list_ = one("SELECT id FROM delivery_lists")
        conversation = one("SELECT min(id) FROM conversations WHERE whose = %s", RECIPIENT)
        sprint = one("SELECT min(id) FROM sprints WHERE conversation_id = %s", conversation)
        values = {
            "conversation": conversation,
            "article": article,
            "desk.sheet:id_": list_,
            "desk.office:id_": one("SELECT id FROM offices WHERE pin = '273303'"),
            "desk.sprint_page:id_": sprint,
            "desk.what_if_page:id_": sprint,
            "text": one("SELECT min(id) FROM messages WHERE direction = 'in'"),
            "desk:id_": one("SELECT id FROM tickets WHERE phone = %s", RECIPIENT),
            "office:id_": list_,
            # The administrator's own account, which none of the forms changes.
            "administration:id_": one("SELECT id FROM staff WHERE staff_id = 'administrator-1'"),
            "counter:id_": str(booked.id),
            "counter.group:id_": str(waiting.id),
            "counter.day_statement:id_": str(at_counter.day.id),
            "counter.entry:id_": one("SELECT min(id) FROM ledger"),
            "what": "ledger",
            "measure": "contested",
            "kind": "articles",
            "name": "simulator",
            "number": NUMBER,
            "pin": "273303",
            "reference": booked.tr,
            "table": "entries",
            "staff_id": "1001",
            "phone": RECIPIENT,
            "once": str(once),
            "id": list_,
            "api.get_counter:id": str(at_counter.day.id),
            "filename": "mark.svg",
        }
    clerk_page = colleagues["clerk"]
    page = clerk_page.client.post(
        "/office/imports",
        data={
            **clerk_page.with_token({}),
            "file": (
                __import__("io").BytesIO(b"number,service,recipient_name\nnonsense,x,Sita Devi\n"),
                "a.csv",
            ),
        },
    )
    found = re.search(r"/office/imports/(\d+)", page.headers.get("Location", ""))
    assert found is not None
    values["office.import:id_"] = found[1]
    values["api.get_import:id"] = found[1]
    made = World(app, runtime, owner, player, values, colleagues)
    made.lines()
    return made


def shown(answer: TestResponse) -> set[str]:
    """The people in an answer: in its text, or on the sheets of a PDF."""
    if answer.status_code not in (200, 201, 202, 422):
        return set()
    if answer.mimetype == "application/pdf":
        text = "\n".join(sheet.text for sheet in sheets(answer.data))
    else:
        text = unescape(answer.get_data(as_text=True))
    return {mark for mark in MARKS if mark in text}


def path_of(world: World, rule: Rule) -> str:
    values: dict[str, Any] = {}
    for name in rule.arguments:
        room = rule.endpoint.partition(".")[0]
        keys = [f"{rule.endpoint}:{name}"]
        if "import" in rule.endpoint:
            keys.append(f"{room}.import:{name}")
        keys += [f"{room}:{name}", name]
        key = next((key for key in keys if key in world.values), None)
        if key is None:
            pytest.fail(
                f"{rule.endpoint}: say in tests/web/test_who_looked.py what its <{name}> is",
                pytrace=False,
            )
        values[name] = world.values[key]
    path = rule.rule
    for name, value in values.items():
        path = re.sub(rf"<(\w+:)?{name}>", value, path)
    if rule.endpoint == "counter.receipt_pdf":
        path += f"?printing={world.values['once']}"
    return path


def rules(app: Flask, method: str) -> list[Rule]:
    return sorted(
        (rule for rule in app.url_map.iter_rules() if method in (rule.methods or ())),
        key=lambda rule: rule.endpoint,
    )


# ---- pages ---------------------------------------------------------------------------------------


def test_every_page_that_shows_a_person_is_written_down(world: World) -> None:
    """All pages that are read, by each role that may; then searches and what pages poll."""
    showing: dict[str, set[str]] = {}
    silent: list[str] = []

    def look(endpoint: str, role: Role, answer: TestResponse) -> None:
        lines = world.lines()
        if people := shown(answer):
            showing.setdefault(endpoint, set()).update(people)
            if not lines and endpoint not in EXEMPT:
                silent.append(f"{endpoint} shows {sorted(people)[0]} to the {role}, unwritten")

    for rule in rules(world.app, "GET"):
        if rule.endpoint not in ACTS or rule.endpoint in OPEN:
            continue
        for role in sorted(rights.roles(ACTS[rule.endpoint])):
            look(rule.endpoint, role, world.colleagues[role].get(path_of(world, rule)))
    agent = world.colleagues["agent"]
    for query in (RECIPIENT, NUMBER, "6785", "1001"):
        look("desk.find", "agent", agent.post("/desk/find", query=query))
    for rule in rules(world.app, "POST"):
        if rule.endpoint.endswith(("_news", "_here", "_now", "_progress", ".reveal")):
            for role in sorted(rights.roles(ACTS[rule.endpoint])):
                colleague = world.colleagues[role]
                form = {"reason": "the caller's own number"}
                look(rule.endpoint, role, colleague.post(path_of(world, rule), **form))
    nothing_in(silent)
    # The walk is one: pages that are known to show people do so here.
    known = {
        "counter.day_bookings",
        "counter.group",
        "counter.receipt",
        "counter.receipt_pdf",
        "counter.start",
        "desk.article",
        "desk.article_news",
        "desk.conversation",
        "desk.conversation_news",
        "desk.find",
        "desk.fraud",
        "desk.replay_conversation",
        "desk.reveal",
        "desk.sheet",
        "desk.ticket",
        "desk.ticket_queue",
        "office.deposit",
        "office.list_",
        "office.slip",
        "office.slip_pdf",
    }
    assert known - showing.keys() == set()


def test_every_answer_to_a_form_that_shows_a_person_is_written_down(world: World) -> None:
    """Every form, empty: what is refused beside the fields shows people too."""
    silent = []
    for rule in rules(world.app, "POST"):
        endpoint = rule.endpoint
        if (
            endpoint not in ACTS
            or endpoint in OPEN
            or endpoint in EXEMPT | dict.fromkeys(TYPED_BACK)
        ):
            continue
        if endpoint == "desk.sign_out":
            continue
        role = min(rights.roles(ACTS[endpoint]))
        answer = world.colleagues[role].post(path_of(world, rule))
        people, lines = shown(answer), world.lines()
        if people and not lines:
            silent.append(f"{endpoint} shows {sorted(people)[0]} to the {role}, unwritten")
    nothing_in(silent)


# ---- API -----------------------------------------------------------------------------------------


def test_every_call_that_shows_a_person_is_written_down(world: World, client: FlaskClient) -> None:
    headers = {"Authorization": f"Bearer {world.player.token}"}
    showing, silent = set(), []
    queries = {"staff": "clerk-1", "day": world.runtime.now().date().isoformat()}
    for rule in rules(world.app, "GET"):
        if not rule.endpoint.startswith(("api.", "api_simulator.")):
            continue
        operation = next(
            each
            for each in (*api.OPERATIONS, *api.SIMULATOR_OPERATIONS)
            if each.name == rule.endpoint.partition(".")[2]
        )
        given = {
            name: queries.get(name, "273303" if "pin" in name else "")
            for name, field in operation.input.model_fields.items()
            if field.is_required()
        }
        answer = client.get(path_of(world, rule), headers=headers, query_string=given)
        people, lines = shown(answer), world.lines()
        if people:
            showing.add(rule.endpoint)
            if not lines and rule.endpoint not in EXEMPT:
                silent.append(f"{rule.endpoint} shows {sorted(people)[0]}, unwritten")
    for body, path in ((None, f"/api/v1/articles/{SECOND}/recall"),):
        answer = client.post(path, headers=headers, json=body)
        if shown(answer) and not world.lines():
            silent.append(f"POST {path} shows a person, unwritten")
    nothing_in(silent)
    assert {"api.get_article", "api.get_receipt", "api.receipt_pdf", "api.slip_pdf"} <= showing


def test_a_line_names_the_software_and_the_call(world: World, client: FlaskClient) -> None:
    client.get(
        f"/api/v1/articles/{NUMBER}", headers={"Authorization": f"Bearer {world.player.token}"}
    )
    page = unescape(world.colleagues["administrator"].get("/desk/access-log").text)
    assert "software transcripts" in page
    assert "api.get_article" in page
    assert NUMBER in page


# ---- commands ------------------------------------------------------------------------------------

# The arguments with which each command shows the most. None: it starts something that runs on, or
# asks the outside, and was read: it prints nobody.
COMMANDS: Final[dict[str, list[str] | None]] = {
    "article import": ["{file}"],
    "article template": [],
    "archive check": None,
    "archive list": [],
    "archive month": None,
    "audit seal": [],
    "audit verify": [],
    "db migrate": [],
    "db roles": [],
    "db version": [],
    "db schema": ["--into", "{into}"],
    "directory load": None,
    "doctor": None,
    "export-person": [RECIPIENT],
    "corpus export": ["-"],
    "flows check": None,
    "flows draw": None,
    "flows prove": None,
    "forget-person": ["9876599999", "--reason", "asked", "--yes"],
    "gateways check": None,
    "gateways list": None,
    "herd warn": ["273303"],
    "keys list": [],
    "keys new": None,
    "keys retire": None,
    "keys rotate": None,
    "list import": ["{file}"],
    "list template": [],
    "messages check": [],
    "messages export-dlt": None,
    "messages import-dlt": None,
    "messages review": None,
    "messages understand": ["kal aana"],
    "numbers figures": [],
    "numbers withdrawn": None,
    "pages": None,
    "payments reconcile": None,
    "postman add": None,
    "postman block": ["1001"],
    "postman phone": None,
    "postman pin": None,
    "purge": [],
    "replay": [],
    "speech check": None,
    "speech list": None,
    "staff account-office": None,
    "staff add": None,
    "staff end": None,
    "staff list": [],
    "staff number": None,
    "staff password": None,
    "staff phone": None,
    "staff rights": None,
    "staff second-factor": None,
    "staff unlock": None,
    "token create": ["another"],
    "token list": [],
    "token log": ["another"],
    "token renew": None,
    "token revoke": ["another"],
}


def commands(group: click.Group, above: str = "") -> Iterator[str]:
    for name, command in group.commands.items():
        path = f"{above} {name}".strip()
        if isinstance(command, click.Group):
            yield from commands(command, path)
        else:
            yield path


def test_every_command_that_shows_a_person_is_written_down(
    world: World, tmp_path: Any, owner: Database
) -> None:
    file = tmp_path / "rows.csv"
    file.write_text("number,service,recipient_name\nnonsense,x,Sita Devi\n")
    with owner.transaction() as conn:  # so that a replay differs, and says whose it is
        stored_sprints.as_before(conn)
        conn.execute(
            "UPDATE sprints SET decision = jsonb_set(decision, '{state}', '\"idle\"')"
            " WHERE event->>'kind' = 'ReportFraud'"
        )
    own = {"flask", "run", "shell", "routes"}
    known = [each for each in commands(world.app.cli) if each.split()[0] not in own]
    nothing_in(
        f"flask {each}: say in tests/web/test_who_looked.py with what it shows the most"
        for each in known
        if each not in COMMANDS
    )
    assert COMMANDS.keys() == set(known)
    silent, showing = [], set()
    for each in known:
        arguments = COMMANDS[each]
        if arguments is None:
            continue
        told = [one.format(file=file, into=tmp_path / "page.md") for one in arguments]
        done = world.app.test_cli_runner().invoke(args=[*each.split(), *told])
        people = {mark for mark in MARKS if mark in done.output}
        lines = world.lines()
        if people:
            showing.add(each)
            if not lines:
                silent.append(f"flask {each} shows {sorted(people)[0]}, unwritten")
    nothing_in(silent)
    assert {"export-person", "replay"} <= showing


def test_a_command_names_the_operator(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUDO_USER", "gita")
    world.app.test_cli_runner().invoke(args=["export-person", RECIPIENT])
    page = unescape(world.colleagues["administrator"].get("/desk/access-log").text)
    assert "operator gita" in page
    assert "export-person" in page


# ---- what a line says --------------------------------------------------------------------------


def test_the_reason_is_the_ticket_that_one_works_on(world: World) -> None:
    agent = world.colleagues["agent"]
    ticket = world.values["desk:id_"]
    agent.post(f"/desk/tickets/{ticket}/take")
    world.lines()
    agent.get(f"/desk/conversations/{world.values['conversation']}")
    with world.runtime.database.transaction() as conn:
        rows = conn.execute("SELECT what, phone, reason FROM access_log").fetchall()
    assert rows == [("opened", RECIPIENT, f"ticket {ticket} · desk.conversation")]


def test_who_keeps_a_page_open_looks_once_in_ten_minutes(world: World, clock: Clock) -> None:
    agent = world.colleagues["agent"]
    news = f"/desk/conversations/{world.values['conversation']}/news"
    for _ in range(5):
        agent.post(news)
        clock.advance(seconds=5)
    assert world.lines() == 1
    agent.post(news)
    clock.advance(minutes=10, seconds=1)
    agent.post(news)
    assert world.lines() == 2


def test_a_list_is_one_line_with_how_many(world: World) -> None:
    world.colleagues["clerk"].get("/office/deposit")
    with world.runtime.database.transaction() as conn:
        rows = conn.execute("SELECT what, shown, phone, reason FROM access_log").fetchall()
    assert len(rows) == 1
    assert rows[0][0] == "listed"
    assert rows[0][1] >= 1
    assert rows[0][2:] == (None, "office.deposit: deposit")
