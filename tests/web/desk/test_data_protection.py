"""What people ask of their data, and breaches: their clocks, who closes them, and what is kept."""

from __future__ import annotations

import json
import re
from html import unescape

import pytest
from flask import Flask

from postal.privacy import worklists
from runtime import Runtime
from tests.rigs.clock import Clock
from tests.rigs.desk import Colleague, sign_in
from tests.rigs.doers import operator
from tests.rigs.transcript import Player

PERSON = "+919876500001"
FORM = {
    "phone": "98765 00001",
    "identified": "telephone",
    "asked": "2026-08-01",
    "note": "by letter",
}
PAGE = "/desk/data-protection"


@pytest.fixture
def supervisor(player: Player, app: Flask, runtime: Runtime) -> Colleague:
    player.step(f"article EU123456785IN to {PERSON} en")
    player.step(f"{PERSON} > 8")
    return sign_in(app, runtime, "supervisor")


def test_requests_have_their_times_and_are_answered(
    supervisor: Colleague, app: Flask, runtime: Runtime, clock: Clock
) -> None:
    for what in ("see", "forget", "complain"):
        answer = supervisor.post(f"{PAGE}/requests", what=what, **FORM)
        assert answer.status_code == 302, answer.text
    assert supervisor.post(f"{PAGE}/requests", what="see", **FORM).status_code == 422  # twice
    page = unescape(supervisor.get(PAGE).text)
    assert PERSON not in page
    assert page.index("31 Aug 2026") < page.index("30 Oct 2026")  # 30 and 90 days after 1 August
    assert "flask export-person --request 1" in page
    with runtime.database.transaction() as conn:
        row = conn.execute("SELECT reason, phone FROM access_log WHERE reason ~ 'data request 1'")
        assert ("data request 1: see", PERSON) in [
            (reason.split(" · ")[-1], phone) for reason, phone in row.fetchall()
        ]
        assert worklists.due(conn, runtime.now()).late == 0
    run = app.test_cli_runner()
    exported = run.invoke(args=["export-person", "--request", "1"])
    assert json.loads(exported.stdout)["received"][0]["number"] == "EU123456785IN"
    assert run.invoke(args=["export-person", "--request", "1"]).exit_code != 0  # closed
    assert run.invoke(args=["export-person", "--request", "2"]).exit_code != 0  # not to see
    assert run.invoke(args=["export-person"]).exit_code != 0
    refused = supervisor.post(f"{PAGE}/requests/3", outcome="refused", answer="")
    assert "A refusal needs its reason" in unescape(refused.text)
    assert supervisor.post(f"{PAGE}/requests/3", outcome="refused", answer="no").status_code == 302
    assert supervisor.post(f"{PAGE}/requests/3", outcome="done", answer="").status_code == 422

    under_way = run.invoke(args=["forget-person", "--request", "2", "--reason", "asked", "--yes"])
    assert "is booked" in under_way.output + under_way.stderr
    with runtime.database.transaction() as conn:
        conn.execute("UPDATE articles SET state = 'returned'")
        conn.execute("UPDATE messages SET status = 'sent' WHERE direction = 'out'")
    forgotten = run.invoke(args=["forget-person", "--request", "2", "--reason", "asked", "--yes"])
    assert forgotten.exit_code == 0, forgotten.output
    with runtime.database.transaction() as conn:
        rows = conn.execute(
            "SELECT phone, note, outcome, done_by FROM data_requests ORDER BY id"
        ).fetchall()
    assert [row[2] for row in rows] == ["done", "done", "refused"]
    assert not any(PERSON in (row[0], row[1]) or row[1] for row in rows)


def test_a_breach_has_72_hours_and_three_who_are_told(
    supervisor: Colleague, runtime: Runtime, clock: Clock
) -> None:
    known = {"breach": "A list lay on the street", "known": "2026-08-13", "known_time": "12:00"}
    assert supervisor.post(f"{PAGE}/breaches", **{**known, "breach": ""}).status_code == 422
    assert (
        supervisor.post(f"{PAGE}/breaches", **{**known, "known": "2026-08-20"}).status_code == 422
    )
    assert supervisor.post(f"{PAGE}/breaches", **known).status_code == 302
    page = unescape(supervisor.get(PAGE).text)
    assert "16 Aug 2026, 12:00:00" in page
    assert len(re.findall(r"Late: it was due", page)) == 2  # at once is over; the report is not
    for step in ("board", "people"):
        assert supervisor.post(f"{PAGE}/breaches/1", step=step).status_code == 302
    assert supervisor.post(f"{PAGE}/breaches/1", step="board").status_code == 422
    assert supervisor.post(f"{PAGE}/breaches/1", step="minister").status_code == 422
    with runtime.database.transaction() as conn:
        assert worklists.due(conn, runtime.now()) == worklists.DueData(1, 0)
    assert "1 open, 0 late" in supervisor.get("/desk").text
    clock.advance(days=3)
    with runtime.database.transaction() as conn:
        assert worklists.due(conn, runtime.now()) == worklists.DueData(1, 1)
        worklists.told(conn, 1, "report", operator(runtime.now()))
        assert worklists.due(conn, runtime.now()) == worklists.DueData(0, 0)
