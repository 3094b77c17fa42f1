"""Fetching an article at the window, through the API: codes count, documents wait for two."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from postal.desk.sprints import Period, StoredSprint, stream
from tests.rigs.desk import sign_in
from tests.rigs.requests import by_two
from tests.rigs.transcript import Player
from web.desk.sprints import differs_today

NUMBER, PHONE, POSTMAN = "EU123456785IN", "+919876500001", "+919839000001"


@pytest.fixture
def office(player: Player) -> Player:
    """The article waits at the office; 1001 is a postman, 2001 the postmaster."""
    for line in (
        f"postman 1001 {POSTMAN}",
        "postmaster 2001",
        f"article {NUMBER} to {PHONE} en",
        f"list 1001: {NUMBER}",
        f"{POSTMAN} > 1 11",
        f"{PHONE} > 44",
    ):
        player.step(line)
    return player


def collect(player: Player, **body: Any) -> TestResponse:
    return player.client.post(
        f"/api/v1/articles/{NUMBER}/collect", json=body, headers=player.headers()
    )


def state(player: Player) -> str:
    answer = player.client.get(f"/api/v1/articles/{NUMBER}", headers=player.headers())
    return str(answer.get_json()["state"])


def test_five_wrong_codes_end_the_day_and_the_right_one_is_of_no_use_then(office: Player) -> None:
    office.step(f"{PHONE} > 1")
    right = office.codes[PHONE][-1]
    wrong = f"{(int(right) + 1) % 10**6:06d}"
    for left in (4, 3, 2, 1, 0):
        answer = collect(office, staff="2001", code=wrong)
        assert answer.status_code == 200
        assert (answer.get_json()["collected"], answer.get_json()["tries_left"]) == (False, left)
    answer = collect(office, staff="2001", code=right)
    assert answer.get_json()["collected"] is False
    assert "tomorrow" in answer.get_json()["why_not"]
    assert state(office) == "at_office"
    office.step("wait 15 h")
    office.step(f"{PHONE} > 1")
    assert (
        collect(office, staff="2001", code=office.codes[PHONE][-1]).get_json()["collected"] is True
    )
    assert state(office) == "delivered"


def test_a_code_of_the_window_is_one_use_and_expires(office: Player) -> None:
    office.step(f"{PHONE} > 1")
    code = office.codes[PHONE][-1]
    office.step("wait 11 min")
    answer = collect(office, staff="2001", code=code)
    assert (answer.get_json()["collected"], answer.get_json()["tries_left"]) == (False, 5)
    assert "expired" in answer.get_json()["why_not"]


def test_the_postman_cannot_use_the_code_of_the_window(office: Player) -> None:
    office.step(f"{PHONE} > 1")
    office.step(f"{POSTMAN} > 1 {office.codes[PHONE][-1]}")
    assert state(office) == "at_office"


def test_a_document_in_place_of_a_code_takes_two_in_their_own_sessions(
    office: Player, app: Flask
) -> None:
    document = {"type": "aadhaar", "last4": "4821"}
    for body, field in (
        ({"staff": "2001", "second": "2001"}, "second"),
        ({"staff": "2001", "second": "1001"}, "second"),
        ({"staff": "9999", "second": "2001"}, "staff"),
    ):
        answer = collect(office, document=document, **body)
        assert answer.status_code == 422
        assert [each["field"] for each in answer.get_json()["errors"]] == [field]
    assert state(office) == "at_office"
    waiting = collect(office, document=document, staff="1001", second="2001")
    assert waiting.status_code == 202
    assert waiting.get_json()["waiting_at"] == "/desk/requests/1"
    assert state(office) == "at_office"  # software signs nothing
    assert "Agreed, and done." in by_two(app, office.runtime, 1)
    assert state(office) == "delivered"
    with office.runtime.database.transaction() as conn:
        row = conn.execute("SELECT collected, document, document_last4 FROM articles").fetchone()
    assert row == ("document", "aadhaar", "4821")


def test_cod_is_paid_at_the_window_and_goes_into_the_books(player: Player) -> None:
    for line in (
        f"postman 1001 {POSTMAN}", "postmaster 2001", f"article {NUMBER} to {PHONE} en cod 450",
        f"list 1001: {NUMBER}", f"{POSTMAN} > 1 11", f"{PHONE} > 44", f"{PHONE} > 1",
    ):  # fmt: skip
        player.step(line)
    code = player.codes[PHONE][-1]
    unpaid = collect(player, staff="2001", code=code)
    assert unpaid.status_code == 422
    assert "450 rupees" in unpaid.get_json()["errors"][0]["message"]
    assert state(player) == "at_office"
    assert collect(player, staff="2001", code=code, payment="cash").get_json()["collected"] is True
    with player.runtime.database.transaction() as conn:
        rows = conn.execute(
            "SELECT l.kind, l.method, l.paise, s.staff_id, a.number FROM ledger l"
            " JOIN staff s ON s.id = l.staff_id JOIN articles a ON a.id = l.article_id"
        ).fetchall()
    assert rows == [("cod", "cash", 45_000, "2001", NUMBER)]


def test_what_has_no_cod_is_not_paid_for(office: Player) -> None:
    office.step(f"{PHONE} > 1")
    answer = collect(office, staff="2001", code=office.codes[PHONE][-1], payment="cash")
    assert [each["field"] for each in answer.get_json()["errors"]] == ["payment"]
    assert state(office) == "at_office"


@pytest.mark.parametrize(
    "body",
    [
        {"staff": "2001"},
        {"staff": "2001", "code": "123456", "pieces": 2},
        {"staff": "2001", "code": "12"},
        {"staff": "2001", "document": {"type": "library card", "last4": "1234"}},
        {"staff": "2001", "document": {"type": "pan", "last4": "ABCDE1234F"}},
    ],
)
def test_a_body_that_says_too_little_or_too_much_is_refused(
    office: Player, body: dict[str, Any]
) -> None:
    assert collect(office, **body).status_code == 422


def test_what_is_not_at_the_office_cannot_be_collected(office: Player, app: Flask) -> None:
    document = {"type": "voter", "last4": "77A1"}
    assert collect(office, document=document, staff="1001", second="2001").status_code == 202
    by_two(app, office.runtime, 1)
    again = collect(office, document=document, staff="1001", second="2001")
    assert again.status_code == 409
    assert "delivered" in again.get_json()["detail"]


def sprints(player: Player) -> list[StoredSprint]:
    """What the article's own conversation decided at the window."""
    with player.runtime.database.transaction() as conn:
        found = sorted(stream(conn, Period()), key=lambda each: each.id)
    at_window = ("ToldCodeAtWindow", "DocumentShown")
    return [each for each in found if each.event["kind"] in at_window]


def acts(each: StoredSprint) -> list[str]:
    return [act["kind"] for act in each.decision["acts"]]


def test_the_window_is_decided_by_the_articles_machine(office: Player) -> None:
    office.step(f"{PHONE} > 1")
    right = office.codes[PHONE][-1]
    wrong = f"{(int(right) + 1) % 10**6:06d}"
    collect(office, staff="2001", code=wrong)
    collect(office, staff="2001", code=right)
    first, second = sprints(office)
    assert acts(first) == ["CountWrongAtWindow", "RefuseAtWindow"]
    assert acts(second) == ["HandOut"]
    assert [tell["to"] for tell in second.decision["tells"]] == ["recipient", "sender"]
    for each in (first, second):
        assert differs_today(each) == ()
        kept = str((each.event, each.facts, each.decision))
        assert right not in kept
        assert wrong not in kept


def test_what_the_caller_must_mend_leaves_no_trace(office: Player, app: Flask) -> None:
    document = {"type": "aadhaar", "last4": "4821"}
    assert collect(office, document=document, staff="2001", second="2001").status_code == 422
    assert sprints(office) == []
    assert collect(office, document=document, staff="1001", second="2001").status_code == 202
    assert sprints(office) == []  # decided for a trial, and taken back
    by_two(app, office.runtime, 1)
    (handed,) = sprints(office)
    assert (handed.event["by"], handed.event["second"]) == ("postmaster-of-1", "supervisor-of-1")
    assert differs_today(handed) == ()
    assert "4821" not in str((handed.event, handed.facts, handed.decision))


def test_the_feed_says_what_it_said(office: Player, app: Flask) -> None:
    office.step(f"{PHONE} > 1")
    right = office.codes[PHONE][-1]
    for _ in range(5):
        collect(office, staff="2001", code=f"{(int(right) + 1) % 10**6:06d}")
    collect(office, staff="2001", second="2001", document={"type": "pan", "last4": "234F"})
    collect(office, staff="1001", second="2001", document={"type": "pan", "last4": "234F"})
    by_two(app, office.runtime, 1)
    with office.runtime.database.transaction() as conn:
        rows = conn.execute(
            "SELECT kind, data FROM events WHERE kind IN ('code_wrong', 'code_killed', 'collected')"
            " ORDER BY id"
        ).fetchall()
        dead = conn.execute("SELECT dead_reason FROM codes").fetchall()
    collected = ("collected", {"by": "document", "document": "pan"})
    assert rows == [*[("code_wrong", {})] * 5, collected]
    assert dead == [("tries",)]


def test_the_desk_explains_why_it_was_not_handed_out(office: Player, app: Flask) -> None:
    office.step(f"{PHONE} > 1")
    right = office.codes[PHONE][-1]
    collect(office, staff="2001", code=f"{(int(right) + 1) % 10**6:06d}")
    agent = sign_in(app, office.runtime, "agent")
    page = agent.get(f"/desk/sprints/{sprints(office)[0].id}").text
    assert "a code was said at the window" in page
    assert "not handed out at the window" in page
    assert "what the code was worth" in page
    assert "flows.window.told_code" in page
