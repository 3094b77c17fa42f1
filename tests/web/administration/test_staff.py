"""Accounts are kept in the browser: asked by an administrator, agreed to by another person."""

from __future__ import annotations

import re
from html import unescape

from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Page, expect
from werkzeug.test import TestResponse

from runtime import Runtime
from store.database import Database
from tests.rigs.browser import enter, listen
from tests.rigs.clock import Clock
from tests.rigs.desk import Colleague, number, sign_in, speak, submit
from tests.rigs.requests import sign

PASSWORD = re.compile(r"<code>([0-9A-Z]{4}(?:-[0-9A-Z]{4}){3})</code>")
OWN = "seven green parcels"
NEW = {"staff_id": "9001", "name": "Asha Devi", "role": "clerk", "note": "starts on Monday"}


def office(runtime: Runtime) -> str:
    return str(_one(runtime, "SELECT id FROM offices WHERE pin = '273303' ORDER BY id LIMIT 1"))


def request_id(runtime: Runtime) -> int:
    return int(str(_one(runtime, "SELECT max(id) FROM requests WHERE state = 'waiting'")))


def shown_password(answer: TestResponse) -> str:
    assert answer.status_code == 200, answer.text[:400]
    found = PASSWORD.search(answer.text)
    assert found
    assert answer.headers["Cache-Control"] == "no-store"
    return found[1]


def try_password(client: FlaskClient, staff_id: str, password: str) -> str | None:
    speak(client, "en")
    answer = submit(client, "/desk/sign-in", staff_id=staff_id, password=password)
    return answer.headers.get("Location")


def test_a_newcomer_is_asked_for_agreed_to_and_chooses_an_own_password(
    admin: Colleague,
    postmaster: Colleague,
    app: Flask,
    runtime: Runtime,
    owner: Database,
    clock: Clock,
) -> None:
    password = shown_password(
        admin.post("/administration/staff", **NEW, office=office(runtime), phone="98765 43210")
    )
    newcomer = app.test_client()
    assert try_password(newcomer, "9001", password) is None, "nobody agreed yet"
    assert "Asha Devi (9001)" in unescape(
        postmaster.get(f"/desk/requests/{request_id(runtime)}").text
    )
    assert "Agreed, and done." in sign(postmaster, request_id(runtime))

    assert try_password(newcomer, "9001", password) == "/desk/enrol"
    row = int(str(_one(runtime, "SELECT id FROM staff WHERE staff_id = '9001'")))
    assert submit(newcomer, "/desk/enrol", second_factor=number(runtime, row)).status_code == 200
    colleague = Colleague(newcomer, runtime, row)
    token = re.search(
        r'name="csrf_token" value="([^"]+)"', newcomer.get("/desk/recovery-codes").text
    )
    assert token
    newcomer.post("/desk/recovery-codes/kept", data={"csrf_token": token[1]})
    for page in ("/desk", "/counter", "/office", "/desk/account"):
        assert newcomer.get(page).headers["Location"] == "/desk/own-password", page
    for new, again, says in (
        (OWN, OWN + "s", "not the same"),
        (password, password, "handed over"),
        ("short", "short", "12 to 200"),
    ):
        refused = submit(newcomer, "/desk/own-password", new=new, again=again)
        assert refused.status_code == 422
        assert says in refused.text
    done = submit(newcomer, "/desk/own-password", new=OWN, again=OWN)
    assert done.status_code == 302
    assert colleague.get("/counter").status_code == 200

    clock.advance(seconds=60)
    other = app.test_client()
    assert try_password(other, "9001", password) is None, "the handed one is worth nothing now"
    assert try_password(other, "9001", OWN) == "/desk/second-factor"
    page = unescape(admin.get("/administration/staff").text)
    assert "Asha Devi" in page
    everything = _everything(owner)
    assert password not in everything
    assert OWN not in everything
    assert "add_account asked, other: starts on Monday" in everything
    assert "add_account agreed, asked by admin" in everything
    assert "sign_in_failed" in everything


def test_a_colleague_is_added_by_two_in_the_browser_and_sees_own_rooms(
    admin: Colleague, postmaster: Colleague, runtime: Runtime, page: Page, address: str
) -> None:
    """PAGES 10 and 19, in Chromium: no shell, two people, and a bar by role."""
    rooms = page.locator("header .room-door")
    complaints: list[str] = []
    listen(page, complaints)
    enter(page, address, admin)
    page.goto(f"{address}/administration/staff?lang=en")
    expect(rooms).to_have_text(["Reports", "Administration", "Phones"])
    page.get_by_text("Add somebody").press("Enter")
    adding = page.locator("details.adding")
    for field in ("staff_id", "name", "note"):
        adding.locator(f"[name={field}]").fill(NEW[field])
    adding.locator("[name=office]").select_option(office(runtime))
    adding.get_by_role("button", name="Ask for a second person").press("Enter")
    secret = page.locator(".secret code")
    expect(secret).to_be_visible()
    password = secret.inner_text()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Staff")
    expect(page.locator("main")).to_contain_text("A second person must agree")
    expect(page.get_by_role("rowheader", name="9001")).to_have_count(0)
    page.wait_for_load_state("networkidle")
    expect(page.locator(".kept")).to_have_count(0)  # what was answered is no unfinished form
    assert password not in page.content()

    enter(page, address, postmaster)
    page.goto(f"{address}/desk/requests?lang=en")
    page.locator("main a[href*='/desk/requests/']").first.press("Enter")
    expect(page.locator(".request-would")).to_contain_text("Asha Devi (9001)")
    page.get_by_role("button", name="I agree: do it").press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Agreed, and done.")

    page.context.clear_cookies()
    page.goto(f"{address}/counter?lang=en")
    page.locator("[name=staff_id]").fill("9001")
    page.locator("[name=password]").fill(password)
    page.keyboard.press("Enter")
    expect(page.get_by_role("textbox")).to_be_focused()
    row = int(str(_one(runtime, "SELECT id FROM staff WHERE staff_id = '9001'")))
    page.keyboard.type(number(runtime, row))
    page.keyboard.press("Enter")
    page.get_by_role("button", name="I have written them down").press("Enter")
    expect(page.locator("[name=new]")).to_be_focused()
    page.keyboard.type(OWN)
    page.keyboard.press("Tab")
    page.keyboard.type(OWN)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).not_to_have_text("Choose your own password")
    expect(rooms).to_have_text(["Counter", "Delivery office", "Help desk", "Phones"])
    enter(page, address, admin)
    page.goto(f"{address}/administration/staff?lang=en")
    expect(page.get_by_role("rowheader", name="9001")).to_be_visible()
    assert complaints == []


def test_what_is_handed_over_lasts_three_days(
    admin: Colleague, postmaster: Colleague, app: Flask, runtime: Runtime, clock: Clock
) -> None:
    password = shown_password(admin.post("/administration/staff", **NEW, office=office(runtime)))
    sign(postmaster, request_id(runtime))
    clock.advance(days=3, seconds=1)
    assert try_password(app.test_client(), "9001", password) is None


def test_one_person_alone_changes_no_account(
    admin: Colleague, postmaster: Colleague, app: Flask, runtime: Runtime
) -> None:
    clerk = sign_in(app, runtime, "clerk", "c1")
    path = f"/administration/staff/{clerk.staff_row}"
    moved = {"role": "supervisor", "office": office(runtime), "note": "promoted"}
    admin.post(f"{path}/seat", **moved)
    assert _role(runtime, "c1") == "clerk"
    waiting = request_id(runtime)
    assert admin.post(f"/desk/requests/{waiting}/sign", place="second").status_code == 403
    assert admin.post(f"{path}/factor", note="lost the telephone").status_code == 302
    factor = request_id(runtime)
    assert factor != waiting
    assert clerk.get("/desk").status_code == 200, "nothing happened to the clerk yet"
    assert "Agreed, and done." in sign(postmaster, waiting)
    assert _role(runtime, "c1") == "supervisor"
    assert clerk.get("/desk").headers["Location"] == "/desk/sign-in", "the old role is signed out"
    assert "Agreed, and done." in sign(postmaster, factor)
    assert _one(runtime, "SELECT totp_confirmed_at FROM staff WHERE staff_id = 'c1'") is None

    own = f"/administration/staff/{postmaster.staff_row}"
    admin.post(f"{own}/password", note="forgot it on holiday")
    mine = request_id(runtime)
    assert "own account" in sign(postmaster, mine), "nobody vouches for himself"
    supervisor = sign_in(app, runtime, "supervisor", "s1")
    assert "Agreed, and done." in sign(supervisor, mine)

    admin.post(f"/administration/staff/{admin.staff_row}/seat", **moved)
    assert "another administrator" in admin.get("/administration/staff").text
    assert admin.post("/administration/staff", **NEW, office="77").status_code == 422
    assert (
        admin.post(
            "/administration/staff", **NEW | {"staff_id": "c1"}, office=office(runtime)
        ).status_code
        == 409
    )
    for role in ("agent", "clerk"):
        other = sign_in(app, runtime, role, f"{role}-x")
        assert other.get("/administration/staff").status_code == 403


def test_an_account_ends_at_once_and_its_telephone_is_told(
    admin: Colleague, app: Flask, runtime: Runtime, owner: Database
) -> None:
    clerk = sign_in(app, runtime, "clerk", "c1")
    path = f"/administration/staff/{clerk.staff_row}"
    admin.post(f"{path}/phone", phone="9876543210")
    admin.post(f"{path}/unlock")
    assert (
        _one(runtime, "SELECT template FROM messages ORDER BY id DESC LIMIT 1")
        == "account_phone_changed"
    )
    assert clerk.get("/desk").status_code == 200
    admin.post(f"{path}/end")
    assert clerk.get("/desk").headers["Location"] == "/desk/sign-in"
    everything = _everything(owner)
    for said in ("telephone of c1", "forgot the wrong tries at c1", "ended the account c1"):
        assert said in everything
    assert admin.post(f"/administration/staff/{admin.staff_row}/end").status_code == 302
    assert admin.get("/desk").status_code == 200, "nobody ends the own account by accident"


def _role(runtime: Runtime, staff_id: str) -> object:
    return _one(runtime, f"SELECT role FROM staff WHERE staff_id = '{staff_id}'")  # noqa: S608


def _one(runtime: Runtime, query: str) -> object:
    with runtime.database.transaction() as conn:
        row = conn.execute(query.encode()).fetchone()
    assert row is not None, query
    return row[0]


def _everything(owner: Database) -> str:
    """All that log, feed and requests hold, as text."""
    with owner.transaction() as conn:
        rows = [
            *conn.execute("SELECT to_json(a)::text FROM access_log a").fetchall(),
            *conn.execute("SELECT to_json(e)::text FROM events e").fetchall(),
            *conn.execute("SELECT to_json(r)::text FROM requests r").fetchall(),
        ]
    return "\n".join(row[0] for row in rows)
