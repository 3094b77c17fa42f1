"""What a token may do: scopes and offices route by route, its expiry, its rate and its log.

docs/developing/trust.md rule 14
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from redis import Redis
from werkzeug.test import TestResponse

from app import create_app
from postal.people import tokens
from postal.people.tokens import TokenGrant
from runtime import Runtime
from tests.rigs import imports
from tests.rigs.api_calls import Api, api_of, article, booking, number_of, postman
from tests.rigs.clock import Clock
from tests.rigs.counter import directory
from tests.rigs.upi import unpaid
from tests.rigs.webhook import happen, receiving, subscribe, work
from tests.script.test_server import HOUSE
from web.api import OPERATIONS, SIMULATOR_OPERATIONS
from web.api.engine import scopes
from web.api.engine.operation import CSV, Operation, Reach
from webhooks import subscriptions
from webhooks.sender import WebhookSender

EVERY = {each.name: each for each in (*OPERATIONS, *SIMULATOR_OPERATIONS)}
OURS, THEIRS = "273303", "273164"
_ALL = [f"{name}:{way}" for name in scopes.SCOPES for way in ("read", "write")]


@pytest.fixture
def api(runtime: Runtime, client: FlaskClient) -> Api:
    """The department's own software, and the office of 273303 with something of everything."""
    api = api_of(runtime, client)
    directory(runtime)
    with runtime.database.transaction() as conn:
        conn.execute(
            "INSERT INTO offices (name, pin, branch_type, district)"
            " VALUES ('Nichlaul', %s, 'sub', 'MAHARAJGANJ')",
            [THEIRS],
        )
        conn.execute(
            "INSERT INTO staff (staff_id, name, role, office_id)"
            " SELECT s.id, 'A', s.role, o.id FROM offices o,"
            " (VALUES ('3001', 'clerk'), ('3002', 'postmaster')) AS s (id, role) WHERE o.pin = %s",
            [OURS],
        )
    api.post("/postmen", postman())
    api.post("/articles", article(1))
    listed = {"postman": "1001", "date": "2026-08-14", "articles": [number_of(1)]}
    assert api.post("/delivery-lists", listed).status_code == 201
    opened = {"staff": "3001", "counter": 1, "opening_paise": 100}
    assert api.post("/counters", opened).status_code == 201
    unpaid(runtime, "BOOKEDBYSOFTWARE")
    assert api.post("/payments", {"booking": "BOOKEDBYSOFTWARE"}).status_code in (200, 202)
    assert api.post("/postmen/1001/phone", {"phone": "9839000004"}).status_code == 202
    return api


def with_token(api: Api, runtime: Runtime, name: str, **grant: Any) -> Api:
    with runtime.database.transaction() as conn:
        made = tokens.create(conn, name, TokenGrant(**grant), runtime.now())
    return Api(api.client, made)


BODIES: dict[str, Any] = {
    "book_article": article(2),
    "book_articles": {"articles": [article(2)]},
    "collect_article": {"staff": "3001", "code": "123456"},
    "make_booking": booking(3),
    "begin_booking": {"office_pin": OURS, "sender": booking(3)["sender"]},
    "add_to_booking": booking(4)["articles"][0],
    "change_in_booking": booking(4)["articles"][0],
    "pay_booking_in_cash": {"paise": 1},
    "print_receipt": {"staff": "3001", "once": "b7f1a3f0-5a5c-4c39-9b58-3f9b6a0a9c11"},
    "open_counter": {"staff": "3001", "counter": 2, "opening_paise": 100},
    "hand_over_cash": {
        "staff": "3001",
        "once": "b7f1a3f0-5a5c-4c39-9b58-3f9b6a0a9c11",
        "paise": 1,
    },
    "close_counter": {"staff": "3001", "count": {"1": 1}},
    "correct_entry": {
        "staff": "3002",
        "once": "b7f1a3f0-5a5c-4c39-9b58-3f9b6a0a9c11",
        "paise": 1,
        "why": "mistyped",
    },
    "enter_roll": {"first": number_of(50), "last": number_of(50)},
    "prove_sender": {"proof": "47"},
    "note_arrivals": {"articles": [number_of(1)]},
    "place_article": {"article": number_of(1), "beat": None},
    "send_out_draft": {"beat": 1, "articles": [number_of(1)]},
    "take_in_returns": {"articles": [number_of(1)]},
    "close_office_day": {"date": "2026-08-14"},
    "hand_in_cash": {
        "once": "b7f1a3f0-5a5c-4c39-9b58-3f9b6a0a9c11",
        "expected": 0,
        "counted": 0,
    },
    "add_postman": postman(staff_id="1002", phone="9839000002"),
    "name_phone": {"phone": "9839000003"},
    "reset_pin": {"pin": "704512", "reason": "forgotten"},
    "correct_number": {"phone": "9876500009", "reason": "document shown"},
    "move_destination": {"phone": "9876500009", "reason": "document shown"},
    "reopen_article": {"reason": "he asks for it"},
    "make_delivery_list": {
        "postman": "1001",
        "date": "2026-08-14",
        "articles": [number_of(1)],
    },
    "receive_import": imports.text([imports.row(9)]),
    "start_import": {"left_out": 0},
    "begin_payment": {"booking": "BOOKEDBYSOFTWARE"},
    "enter_payment_reference": {"reference": "412345678901", "paise": 1},
    "ask_reconciliation": {"day": "2026-08-13"},
    "subscribe_webhook": {"url": "https://post.example/dakiya"},
}
QUERIES = {
    "quote": f"?office_pin={OURS}&pin=226001&service=speed_post&weight_g=120",
    "slip_pdf": "?staff=3001",
}
VALUES = {
    "number": number_of(1),
    "pin": OURS,
    "reference": "BOOKEDBYSOFTWARE",
    "id": "1",
    "staff_id": "3001",
    "once": "b7f1a3f0-5a5c-4c39-9b58-3f9b6a0a9c11",
    "table": "entries",
    "phone": "+919839000011",
}


def call(api: Api, operation: Operation[Any]) -> TestResponse:
    """Call an operation about something of the office of 273303."""
    values = VALUES | ({"staff_id": "1001"} if operation.scope == "postmen" else {})
    path = operation.path.format(**values) + QUERIES.get(operation.name, "")
    if operation.method == "GET":
        return api.get(path)
    if operation.takes == CSV:
        sent = {"Authorization": f"Bearer {api.token}", "Content-Type": CSV}
        return api.client.post(f"/api/v1{path}", data=BODIES[operation.name], headers=sent)
    return api.post(path, BODIES.get(operation.name, {}))


# ---- scopes --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", EVERY)
def test_every_operation_needs_its_scope_and_no_other(
    api: Api, runtime: Runtime, name: str
) -> None:
    operation = EVERY[name]
    others = [each for each in _ALL if each != operation.needs]
    refused = call(with_token(api, runtime, "all but this", scopes=others), operation)
    assert refused.status_code == 403, refused.data
    assert f"lacks the scope {operation.needs}" in refused.get_json()["detail"]
    assert f'scope="{operation.needs}"' in refused.headers["WWW-Authenticate"]
    alone = call(with_token(api, runtime, "this alone", scopes=[operation.needs]), operation)
    assert alone.status_code not in (401, 403), alone.data


def test_the_page_of_the_api_tells_the_scope_of_every_operation() -> None:
    page = (HOUSE / "docs/api.md").read_text()
    table = page.partition("| scope |")[2].partition("\n\n")[0]
    rows = re.findall(r"^\| `(\w+)` \| (.*?) \| (.*?) \|$", table, re.MULTILINE)
    told = {
        (name, scope, reach)
        for scope, operations, reach in rows
        for name in re.findall(r"`(\w+)`", operations)
    }
    words = {Reach.ANYONE: "any", Reach.ITS_OFFICES: "shows its own", Reach.EVERY_OFFICE: "none"}
    assert told == {
        (
            each.name,
            each.scope,
            words[each.whose] if isinstance(each.whose, Reach) else "its own",
        )
        for each in EVERY.values()
    }


def test_a_scope_is_both_ways_where_it_names_none() -> None:
    assert scopes.read(["articles", "events:read"]) == [
        "articles:read",
        "articles:write",
        "events:read",
    ]
    for wrong in ("article", "articles:delete", "", ":read"):
        with pytest.raises(ValueError, match="there is no scope") as refused:
            _raise(wrong)
        assert "articles" in str(refused.value)


def _raise(wrong: str) -> None:
    try:
        scopes.read([wrong])
    except Exception as refusal:
        raise ValueError(str(refusal)) from refusal


# ---- offices -------------------------------------------------------------------------------------

OF_ONE_OFFICE = [name for name, each in EVERY.items() if not isinstance(each.whose, Reach)]


@pytest.mark.parametrize("name", OF_ONE_OFFICE)
def test_what_is_of_one_office_is_for_its_tokens_alone(
    api: Api, runtime: Runtime, name: str
) -> None:
    theirs = call(with_token(api, runtime, "theirs", office_pins=[THEIRS]), EVERY[name])
    if name == "give_back":  # nothing has come in: there is no such sum, of no office
        assert theirs.status_code == 403
        return
    assert theirs.status_code == 403, theirs.data
    assert f"acts for {THEIRS} alone" in theirs.get_json()["detail"]
    ours = call(with_token(api, runtime, "ours", office_pins=[OURS, THEIRS]), EVERY[name])
    assert ours.status_code not in (401, 403), ours.data


@pytest.mark.parametrize(
    "name", [name for name, each in EVERY.items() if each.whose is Reach.EVERY_OFFICE]
)
def test_what_is_of_all_offices_is_for_no_token_of_some(
    api: Api, runtime: Runtime, name: str
) -> None:
    refused = call(with_token(api, runtime, "ours", office_pins=[OURS]), EVERY[name])
    assert refused.status_code == 403, refused.data
    assert "for every office" in refused.get_json()["detail"]


def test_events_and_webhooks_show_a_token_its_own_articles_alone(
    api: Api, runtime: Runtime
) -> None:
    assert api.post("/articles", article(5) | _to(THEIRS, "+919839000012")).status_code == 201
    ours = with_token(api, runtime, "ours", office_pins=[OURS])
    theirs = with_token(api, runtime, "theirs", office_pins=[THEIRS])
    assert _articles(ours) == {number_of(1)}
    assert _articles(theirs) == {number_of(5)}
    assert _articles(api) >= {number_of(1), number_of(5)}
    assert theirs.get(f"/articles/{number_of(5)}").status_code == 200
    with receiving() as receiver:
        url = {"url": receiver.url}
        assert theirs.post("/webhooks", url).status_code == 201
        api.post(f"/articles/{number_of(5)}/recall", {})
        api.post("/articles", article(6))
        with closing_sender(runtime) as sender:
            work(sender)
        assert {each.event["article"] for each in receiver.calls} == {number_of(5)}


def _to(pin: str, phone: str) -> dict[str, Any]:
    return {"recipient": article()["recipient"] | {"pin": pin, "phone": phone}}


def _articles(api: Api) -> set[str]:
    return {each["article"] for each in api.get("/events?limit=1000").get_json()["events"]} - {None}


# ---- expiry --------------------------------------------------------------------------------------


def test_a_token_holds_for_a_year_and_then_says_so(
    api: Api, runtime: Runtime, clock: Clock
) -> None:
    other = with_token(api, runtime, "counter")
    clock.advance(days=364, hours=23)
    assert other.get("/events").status_code == 200
    clock.advance(hours=1)
    refused = other.post("/articles", article(7))
    assert refused.status_code == 401
    assert refused.mimetype == "application/problem+json"
    assert (
        "counter, expired on 2027-08-14 at 04:30 UTC, and nothing was done"
        in (refused.get_json()["detail"])
    )
    assert 'error="invalid_token"' in refused.headers["WWW-Authenticate"]
    assert other.token not in refused.text
    with runtime.database.transaction() as conn:
        tokens.renew(conn, "counter", timedelta(days=1), runtime.now())
    assert other.post("/articles", article(7)).status_code == 201


def test_a_token_that_expires_in_the_middle_of_an_import(
    api: Api, runtime: Runtime, clock: Clock
) -> None:
    short = with_token(api, runtime, "short", life=timedelta(days=1))
    file = imports.text([imports.row(n) for n in range(20, 25)])
    waiting, begun = (_sent(short, file + "\n" * n) for n in range(2))
    imports.work(runtime)
    assert short.post(f"/imports/{begun}/start", {"left_out": 0}).status_code == 202
    clock.advance(days=1)
    for refused in (
        short.post(f"/imports/{waiting}/start", {"left_out": 0}),
        short.get(f"/imports/{begun}"),
        short.post(f"/imports/{begun}/cancel", None),
    ):
        assert refused.status_code == 401
        assert "short, expired on" in refused.get_json()["detail"]
    imports.work(runtime)
    with runtime.database.transaction() as conn:
        tokens.renew(conn, "short", timedelta(days=1), runtime.now())
    # What was started while the token held is whole; what was not has begun with nothing.
    done, other = (short.get(f"/imports/{each}").get_json() for each in (begun, waiting))
    assert (done["state"], done["imported"]) == ("done", 5)
    assert (other["imported"], other["state"]) == (0, "checked")


def _sent(api: Api, file: str) -> int:
    sent = {"Authorization": f"Bearer {api.token}", "Content-Type": CSV}
    answer = api.client.post("/api/v1/imports", data=file.encode(), headers=sent)
    assert answer.status_code == 202, answer.data
    return int(answer.get_json()["id"])


def test_webhooks_of_an_expired_token_wait_for_its_renewal(
    api: Api, runtime: Runtime, clock: Clock
) -> None:
    with_token(api, runtime, "short", life=timedelta(days=1))
    with runtime.database.transaction() as conn:
        row = tokens.named(conn, "short").id
    clock.advance(minutes=1)
    with receiving() as receiver:
        subscribe(runtime, row, receiver.url)
        with closing_sender(runtime) as sender:
            with runtime.database.transaction() as conn:
                (hook,) = subscriptions.of_token(conn, row)
                subscriptions.ping(conn, hook.id, clock.now())
            clock.advance(days=1)
            happen(runtime, "delivered")
            work(sender)
            assert receiver.calls == []
            with runtime.database.transaction() as conn:
                tokens.renew(conn, "short", timedelta(days=1), runtime.now())
            work(sender)
        assert [each.event["kind"] for each in receiver.calls] == ["ping", "delivered"]


@contextmanager
def closing_sender(runtime: Runtime) -> Iterator[WebhookSender]:
    sender = WebhookSender(runtime)
    try:
        yield sender
    finally:
        sender.finish()


# ---- rate ----------------------------------------------------------------------------------------


def test_half_of_a_minutes_calls_at_once_and_then_the_rest(api: Api, runtime: Runtime) -> None:
    slow = with_token(api, runtime, "slow", calls_a_minute=4)
    statuses = [slow.get("/events").status_code for _ in range(3)]
    assert statuses == [200, 200, 429]
    refused = slow.get("/events")
    assert 1 <= int(refused.headers["Retry-After"]) <= 15
    assert "makes 4 calls a minute" in refused.get_json()["detail"]
    assert api.get("/events").status_code == 200


@pytest.fixture
def without_valkey(runtime: Runtime) -> Iterator[Flask]:
    away = Redis.from_url("redis://127.0.0.1:1/0", socket_connect_timeout=1)
    yield create_app(dataclasses.replace(runtime, redis=away))
    away.close()


def test_without_valkey_there_is_no_rate(api: Api, runtime: Runtime, without_valkey: Flask) -> None:
    slow = with_token(api, runtime, "slow", calls_a_minute=2)
    cut_off = Api(without_valkey.test_client(), slow.token)
    assert [cut_off.get("/events").status_code for _ in range(3)] == [200, 200, 200]


# ---- the log, and the commands -------------------------------------------------------------------


def test_what_a_token_did_is_told_with_refusals_and_repeats(
    api: Api, runtime: Runtime, app: Flask
) -> None:
    flask = app.test_cli_runner()
    made = flask.invoke(
        args=["token", "create", "counter", "--scope", "articles", "--expires", "7", "--rate", "60"]
    )
    counter = Api(api.client, made.output.splitlines()[-1])
    assert "never used" in flask.invoke(args=["token", "log", "counter"]).output
    once = {"Idempotency-Key": "once"}
    for _ in range(2):
        assert counter.post("/articles", article(8), once).status_code == 201
    assert counter.post("/articles", article(9) | {"number": "x"}).status_code == 422
    assert counter.get(f"/articles/{number_of(8)}").status_code == 200
    assert counter.get("/events").status_code == 403
    said = flask.invoke(args=["token", "log", "counter"]).output
    changed = [line for line in said.splitlines() if "request " in line]
    assert len(changed) == 1
    assert "book_article\t/api/v1/articles\trequest" in changed[0]
    assert "2026-08-14\tbook_article\t201\t2 calls" in said
    assert "2026-08-14\tbook_article\t422\t1 calls" in said
    assert "2026-08-14\tget_article\t200\t1 calls" in said
    assert "2026-08-14\tread_events\t403\t1 calls" in said
    listed = flask.invoke(args=["token", "list"]).output
    line = next(each for each in listed.splitlines() if each.startswith("counter\t"))
    assert "holds until 2026-08-21" in line
    assert "may articles:read, articles:write" in line
    assert "60 calls a minute" in line
    assert "used 2026-08-14" in line
    assert counter.token not in said + listed


def test_what_is_rolled_back_leaves_no_line(api: Api, runtime: Runtime) -> None:
    other = with_token(api, runtime, "counter")
    assert other.post("/articles", article(1) | {"cod_amount": 1}).status_code == 409
    with runtime.database.transaction() as conn:
        row = tokens.named(conn, "counter").id
        lines = conn.execute("SELECT FROM token_calls WHERE token_id = %s", [row]).fetchall()
        counted = conn.execute(
            "SELECT operation, status FROM token_uses WHERE token_id = %s", [row]
        ).fetchall()
    assert lines == []
    assert counted == [("book_article", 409)]


def test_offices_and_days_are_checked_when_a_token_is_made(api: Api, app: Flask) -> None:
    flask = app.test_cli_runner()
    made = flask.invoke(args=["token", "create", "ours", "--office", OURS])
    assert made.exit_code == 0, made.output
    assert f"for {OURS}" in flask.invoke(args=["token", "list"]).output
    for wrong, says in (
        (["--office", "999999"], "there is no office with the PIN 999999"),
        (["--scope", "everything"], "there is no scope everything"),
        (["--expires", "0"], "not in the range"),
        (["--expires", "9999"], "not in the range"),
        (["--rate", "0"], "not in the range"),
    ):
        refused = flask.invoke(args=["token", "create", "other", *wrong])
        assert refused.exit_code != 0
        assert says in refused.output
    assert "no token called nobody" in flask.invoke(args=["token", "renew", "nobody"]).output
    renewed = flask.invoke(args=["token", "renew", "ours", "--expires", "10"])
    assert "holds until 2026-08-24" in renewed.output


def test_a_token_without_options_may_do_everything_for_a_year(api: Api, app: Flask) -> None:
    flask = app.test_cli_runner()
    made = flask.invoke(args=["token", "create", "me"])
    last = made.output.splitlines()[-1]
    assert re.fullmatch(r"dakiya_[A-Za-z0-9_-]{43}", last)
    (line,) = (each for each in flask.invoke(args=["token", "list"]).output.splitlines()
               if each.startswith("me\t"))  # fmt: skip
    assert line.split("\t")[2:] == ["holds until 2027-08-14", "never used"]
    assert last not in line
