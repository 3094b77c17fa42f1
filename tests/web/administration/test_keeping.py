"""Offices, postmen, tokens, webhooks, texts, and the log of it all: kept in the browser."""

from __future__ import annotations

import csv
import io
import re
from html import unescape

from flask import Flask

from postal.people import tokens
from runtime import Runtime
from store.database import Database
from tests.rigs.clock import Clock
from tests.rigs.desk import Colleague, number, sign_in, speak, submit
from tests.rigs.transcript import Player

TOKEN = re.compile(r"<code>(dakiya_[\w-]+)</code>")
SECRET = re.compile(r"<code>(whsec_[\w+/=]+)</code>")


def test_another_district_comes_from_the_directory(admin: Colleague, runtime: Runtime) -> None:
    asked = unescape(admin.get("/administration/offices?district=UTTAR+PRADESH%2FDEORIA").text)
    promised = re.search(r"(\d+) delivering post offices in the directory, (\d+) of them", asked)
    assert promised
    assert int(promised[1]) == int(promised[2]) > 200
    for _ in range(2):  # a repeat adds nothing
        admin.post("/administration/offices", district="UTTAR PRADESH/DEORIA")
        assert _one(runtime, "SELECT count(*) FROM offices WHERE district = 'DEORIA'") == int(
            promised[2]
        )
    admin.post("/administration/offices", district="ATLANTIS/NOWHERE")
    assert "Choose a district of the list" in admin.get("/administration/offices").text
    small = _one(runtime, "SELECT id FROM offices WHERE branch_type = 'branch' LIMIT 1")
    big = _one(runtime, "SELECT id FROM offices WHERE branch_type = 'head' LIMIT 1")
    for keeper in (small, big):
        form = {"office": str(small), "keeper": str(keeper)}
        admin.post("/administration/offices/account-office", **form)
    assert _one(runtime, "SELECT account_office_id FROM offices WHERE id = %s", small) == big
    supervisor = sign_in(admin.client.application, runtime, "supervisor", "s1")
    assert supervisor.get("/administration/offices").status_code == 200
    refused = supervisor.post("/administration/offices", district="UTTAR PRADESH/BASTI")
    assert refused.status_code == 403


def test_postmen_are_added_walk_another_beat_and_end(
    admin: Colleague, player: Player, app: Flask, runtime: Runtime
) -> None:
    player.step("postman 1001 +919839000001")
    player.step("article EU123456785IN to +919876500001 hi")
    player.step("list 1001: EU123456785IN")
    office = str(_one(runtime, "SELECT office_id FROM staff WHERE staff_id = '1001'"))
    new = {"staff_id": "1002", "name": "Sita Ram", "phone": "9839000002", "office": office}
    for pins, status in ((("7305", "7350"), 422), (("1234", "1234"), 422), (("7305", "7305"), 302)):
        answer = admin.post("/administration/postmen", **new, pin=pins[0], again=pins[1])
        assert answer.status_code == status, pins
    again = {**new, "staff_id": "1003"}
    assert (
        admin.post("/administration/postmen", **again, pin="7305", again="7305").status_code == 409
    )
    rows = {
        each: _one(runtime, "SELECT id FROM staff WHERE staff_id = %s", each)
        for each in ("1001", "1002")
    }
    admin.post(f"/administration/postmen/{rows['1002']}/beat", beat="1")
    assert "has beat 1" in unescape(admin.get("/administration/postmen").text)
    admin.post(f"/administration/postmen/{rows['1002']}/beat", beat="७")
    assert _one(runtime, "SELECT beat FROM staff WHERE staff_id = '1002'") == 7
    for each, active in (("1001", True), ("1002", False)):  # 1001 has a list today
        admin.post(f"/administration/postmen/{rows[each]}/end")
        assert _one(runtime, "SELECT active FROM staff WHERE staff_id = %s", each) is active
    elsewhere = sign_in(app, runtime, "postmaster", "pm", _other_office(runtime))
    assert "1001" not in elsewhere.get("/administration/postmen").text
    assert elsewhere.post(f"/administration/postmen/{rows['1001']}/end").status_code == 404


def test_a_token_and_a_webhook_are_shown_once_and_hold_what_was_ticked(
    admin: Colleague, app: Flask, runtime: Runtime, owner: Database
) -> None:
    form = {
        "name": "counter",
        "scope": "articles:read",
        "days": "30",
        "pins": "273303",
        "rate": "60",
    }
    made = admin.post("/administration/tokens", **form)
    token = TOKEN.search(made.text)
    assert token
    assert made.headers["Cache-Control"] == "no-store"
    found = runtime.database.run(lambda conn: tokens.identify(conn, token[1]))
    assert found is not None
    assert (found.scopes, found.calls_a_minute) == (["articles:read"], 60)
    assert found.offices
    assert admin.post("/administration/tokens", **form).status_code == 409
    for wrong in ({"scope": ""}, {"pins": "999999"}, {"days": "0"}, {"name": ""}):
        bad = {**form, "name": "other", **wrong}
        answer = admin.post("/administration/tokens", **{k: v for k, v in bad.items() if v})
        assert answer.status_code == 422, wrong
    hook = {"url": "https://example.org/dakiya", "token": str(found.id), "kind": "delivered"}
    secret = SECRET.search(admin.post("/administration/webhooks", **hook).text)
    assert secret
    id_ = _one(runtime, "SELECT max(id) FROM webhook_subscriptions")
    assert admin.post("/administration/webhooks", **hook).status_code == 409
    for wrong in ({"url": "nonsense"}, {"token": "77"}):
        assert admin.post("/administration/webhooks", **{**hook, **wrong}).status_code in (404, 422)
    elsewhere = {**hook, "url": "https://example.org/all", "kind": "of before an upgrade"}
    assert admin.post("/administration/webhooks", **elsewhere).status_code == 400, "not every kind"
    admin.post(f"/administration/webhooks/{id_}/ping")
    assert _one(runtime, "SELECT count(*) FROM webhook_deliveries") == 1
    admin.post(f"/administration/webhooks/{id_}/end")
    assert _one(runtime, "SELECT end_reason FROM webhook_subscriptions") == "asked"
    admin.post(f"/administration/tokens/{found.id}/revoke")
    assert runtime.database.run(lambda conn: tokens.identify(conn, token[1])) is None
    with owner.transaction() as conn:
        said = "\n".join(
            row[0] for row in conn.execute("SELECT coalesce(reason, '') FROM access_log").fetchall()
        )
    assert token[1] not in said
    assert secret[1] not in said
    for line in ("made the token counter: articles:read; 273303", "of counter to example.org"):
        assert line in said
    supervisor = sign_in(app, runtime, "supervisor", "s1")
    assert supervisor.get("/administration/tokens").status_code == 200
    assert supervisor.post("/administration/tokens", **form).status_code == 403


def test_what_is_signed_asks_for_the_second_factor(
    admin: Colleague, runtime: Runtime, clock: Clock
) -> None:
    clock.advance(seconds=360)
    form = {"name": "late", "scope": "everything", "days": "30"}
    page = admin.post("/administration/tokens", **form)
    assert "Confirm with your second factor" in page.text
    assert not TOKEN.search(page.text)
    proved = {**form, "second_factor": number(runtime, admin.staff_row)}
    assert TOKEN.search(admin.post("/administration/tokens", **proved).text)


def test_the_texts_are_read_with_segments_and_registration(admin: Colleague) -> None:
    page = unescape(admin.get("/administration/templates?query=code_at_door").text)
    assert "code_at_door" in page
    assert "1 of 1 segments" in page
    assert "not registered" in page
    assert "No text holds this" in admin.get("/administration/templates?query=zzz").text


def test_the_log_is_filtered_grouped_and_leaves_as_a_file(
    admin: Colleague, player: Player, app: Flask, runtime: Runtime, clock: Clock
) -> None:
    player.step("postman 1001 +919839000001")
    player.step("article EU123456785IN to +919876500001 hi")
    player.step("article RR287043775IN to +919876500002 hi")
    agent = sign_in(app, runtime, "agent", "agent-1")
    for _ in range(2):
        for id_ in (1, 2):
            assert agent.get(f"/desk/articles/{id_}").status_code == 200
        clock.advance(seconds=660)
    stranger = app.test_client()
    speak(stranger, "en")
    wrong = submit(stranger, "/desk/sign-in", staff_id="agent-1", password="wrong horse battery")
    assert wrong.status_code == 401

    page = unescape(admin.post("/desk/access-log", staff_id="agent-1", what="opened").text)
    assert page.count("<tr>") == 2, "four openings are one line under the headings"
    assert "4 times" in page
    assert page.count("EU123456785IN") == 2
    failed = unescape(admin.post("/desk/access-log", what="sign_in_failed").text)
    assert "sign-in failed" in failed
    assert "password, 127.0.0.•" in failed
    assert "wrong horse" not in failed
    today = runtime.now().date().isoformat()
    for days, any_ in (({"since": today}, True), ({"until": "2020-01-01"}, False)):
        assert ("agent-1" in admin.post("/desk/access-log", **days).text) is any_
    answer = admin.post("/desk/access-log", **{"as": "csv", "staff_id": "agent-1"})
    assert answer.mimetype == "text/csv"
    rows = list(csv.reader(io.StringIO(answer.get_data(as_text=True))))
    assert len([row for row in rows if row[2] == "opened"]) == 4
    assert "+919876500001" not in answer.get_data(as_text=True)
    assert "exported" in admin.post("/desk/access-log", what="exported").text


def _other_office(runtime: Runtime) -> str:
    with runtime.database.transaction() as conn:
        conn.execute(
            "INSERT INTO offices (name, pin, branch_type, district)"
            " VALUES ('Nautanwa', '273164', 'sub', 'MAHARAJGANJ')"
        )
    return "273164"


def _one(runtime: Runtime, query: str, *values: object) -> object:
    with runtime.database.transaction() as conn:
        row = conn.execute(query.encode(), values).fetchone()
    assert row is not None, query
    return row[0]
