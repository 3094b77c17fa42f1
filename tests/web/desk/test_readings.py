"""How a text is read, at the desk; and the list of those that were read wrongly."""

from __future__ import annotations

import json
import re
from html import unescape
from pathlib import Path

import pytest
from flask import Flask

from flows.reading.understand import VERSION
from runtime import Runtime
from tests.rigs.clock import Clock
from tests.rigs.desk import Colleague, sign_in
from tests.rigs.transcript import Player

RECIPIENT, POSTMAN, ELSEWHERE = "+919876500001", "+919839000001", "273305"
WORDS = "aaj ghar par nahi hu, 9839555014 par baat karo, dakiya Ramesh ko bolo"


@pytest.fixture
def agent(player: Player, app: Flask, runtime: Runtime) -> Colleague:
    player.step(f"postman 1001 {POSTMAN}")
    player.step(f"article EU123456785IN to {RECIPIENT} hi-Latn")
    player.step("list 1001: EU123456785IN")
    player.say(RECIPIENT, WORDS)
    with runtime.database.transaction() as conn:
        conn.execute("UPDATE staff SET name = 'Ramesh Yadav' WHERE staff_id = '1001'")
    return sign_in(app, runtime, "agent")


def the_text(runtime: Runtime) -> int:
    with runtime.database.transaction() as conn:
        row = conn.execute("SELECT min(id) FROM messages WHERE direction = 'in'").fetchone()
    assert row is not None
    return int(row[0])


def exported(app: Flask, into: Path) -> list[dict[str, object]]:
    done = app.test_cli_runner().invoke(args=["corpus", "export", str(into)])
    assert done.exit_code == 0, done.output
    if not into.exists():
        return []
    return [json.loads(line) for line in into.read_text(encoding="utf-8").splitlines()]


def test_the_desk_shows_normal_form_wishes_why_and_version(
    agent: Colleague, runtime: Runtime
) -> None:
    page = unescape(agent.get(f"/desk/texts/{the_text(runtime)}").text)
    assert "not_home" in page
    assert "Normal form" in page
    assert "phone#" in page
    assert re.search(rf"Version of the reading</dt>\s*<dd>{VERSION}", page)
    assert "9839555014" not in page


def test_the_timeline_and_the_sprint_lead_there(agent: Colleague, runtime: Runtime) -> None:
    found = agent.post("/desk/find", query=RECIPIENT).text
    way = re.search(r"/desk/conversations/\d+", found)
    assert way
    page = agent.get(way[0]).text
    assert f"/desk/texts/{the_text(runtime)}" in page
    with runtime.database.transaction() as conn:
        row = conn.execute(
            "SELECT id FROM sprints WHERE message_id = %s", [the_text(runtime)]
        ).fetchone()
    assert row is not None
    sprint = unescape(agent.get(f"/desk/sprints/{row[0]}").text)
    assert "How it is read today" in sprint
    assert "not_home" in sprint


def test_a_postmans_text_is_shown_as_the_commands_that_it_is(
    agent: Colleague, player: Player, runtime: Runtime
) -> None:
    player.say(POSTMAN, "1 482913")
    with runtime.database.transaction() as conn:
        row = conn.execute("SELECT max(id) FROM messages WHERE direction = 'in'").fetchone()
    assert row is not None
    page = unescape(agent.get(f"/desk/texts/{row[0]}").text)
    assert "exact commands only" in page
    assert "482913" not in page


def test_one_click_files_it_and_is_written_down(
    agent: Colleague, app: Flask, runtime: Runtime, tmp_path: Path
) -> None:
    text = the_text(runtime)
    assert exported(app, tmp_path / "none.jsonl") == []
    for _ in range(2):
        answer = agent.post(f"/desk/texts/{text}/misread")
        assert answer.status_code == 302
    assert "on the list" in agent.get(answer.headers["Location"]).text
    assert "on the list" in agent.get(f"/desk/texts/{text}").text
    with runtime.database.transaction() as conn:
        rows = conn.execute("SELECT message_id, by_id FROM misread_texts").fetchall()
        log = conn.execute("SELECT phone, reason FROM access_log WHERE what = 'acted'").fetchall()
    assert rows == [(text, agent.staff_row)]
    assert log == [(RECIPIENT, f"read_wrongly, text {text}")]
    into = tmp_path / "texts.jsonl"
    (row,) = exported(app, into)
    assert row["text"] == "aaj ghar par nahi hu, ••••••5014 par baat karo, dakiya … ko bolo"
    assert {name: row[name] for name in ("id", "role", "lang", "meaning")} == {
        "id": f"d{text}", "role": "recipient", "lang": "hi-Latn", "meaning": "",
    }  # fmt: skip
    assert "agent" not in into.read_text()
    assert into.stat().st_mode & 0o077 == 0
    with runtime.database.transaction() as conn:
        left = conn.execute("SELECT count(*) FROM access_log WHERE what = 'exported'").fetchone()
    assert left == (1,)


def test_what_is_purged_is_neither_read_nor_exported(
    agent: Colleague, app: Flask, runtime: Runtime, clock: Clock, tmp_path: Path
) -> None:
    text = the_text(runtime)
    agent.post(f"/desk/texts/{text}/misread")
    with runtime.database.transaction() as conn:
        conn.execute(
            "UPDATE messages SET body = '', purged_at = %s WHERE id = %s", [clock.now(), text]
        )
    assert exported(app, tmp_path / "none.jsonl") == []
    assert "Normal form" not in agent.get(f"/desk/texts/{text}").text


def test_only_who_may_find_a_text_sees_or_files_it(
    agent: Colleague, app: Flask, runtime: Runtime
) -> None:
    text = the_text(runtime)
    with runtime.database.transaction() as conn:
        conn.execute(
            "INSERT INTO offices (name, pin, branch_type, district)"
            " VALUES ('Nautanwa', %s, 'sub', 'Maharajganj')",
            [ELSEWHERE],
        )
    other = sign_in(app, runtime, "postmaster", "elsewhere", ELSEWHERE)
    assert other.get(f"/desk/texts/{text}").status_code == 404
    assert other.post(f"/desk/texts/{text}/misread").status_code == 404
    assert agent.get("/desk/texts/999999").status_code == 404
    assert agent.post("/desk/texts/999999/misread").status_code == 404
    with runtime.database.transaction() as conn:
        (sent,) = conn.execute("SELECT min(id) FROM messages WHERE direction = 'out'").fetchall()
    assert agent.get(f"/desk/texts/{sent[0]}").status_code == 404
    assert app.test_client().get(f"/desk/texts/{text}").status_code in (302, 401)
    with runtime.database.transaction() as conn:
        assert conn.execute("SELECT FROM misread_texts").fetchall() == []
