"""Replay as a proof: what was decided is decided again, and every difference is said."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from flask import Flask
from psycopg.types.json import Jsonb

from flows.replay.replay import Undecidable, decided_today, differences
from flows.replay.replay import replay as decided_again
from postal.desk import sprints
from postal.desk.sprints import Period
from runtime import Runtime
from store.database import Conn, Database
from tests.rigs import sprints as stored_sprints
from tests.rigs.clock import Clock
from tests.rigs.desk import sign_in
from tests.rigs.transcript import Player

RECIPIENT, POSTMAN = "+919876500001", "+919839000001"


def run(app: Flask, *arguments: str) -> Result:
    return app.test_cli_runner().invoke(args=["replay", *arguments])


@pytest.fixture
def played(player: Player) -> Player:
    player.step(f"postman 1001 {POSTMAN}")
    player.step(f"article EU123456785IN to {RECIPIENT} en")
    player.step("list 1001: EU123456785IN")
    player.step(f"{POSTMAN} > 1")
    player.step(f"{RECIPIENT} > 3")
    return player


Change = Callable[[dict[str, Any]], dict[str, Any]]


def tamper(owner: Database, kind: str, change: Change) -> int:
    """Rewrites the stored decision of the first sprint on an event of that kind."""

    def work(conn: Conn) -> int:
        stored_sprints.as_before(conn)
        row = conn.execute(
            "SELECT id, decision FROM sprints WHERE event->>'kind' = %s ORDER BY id LIMIT 1",
            [kind],
        ).fetchone()
        assert row is not None
        id_, decision = row
        conn.execute(
            "UPDATE sprints SET decision = %s WHERE id = %s", [Jsonb(change(decision)), id_]
        )
        return int(id_)

    return owner.run(work)


def test_nothing_differs_and_that_is_said(played: Player, app: Flask) -> None:
    done = run(app)
    assert done.exit_code == 0, done.output
    assert re.search(r"\d+ sprints decided again, 0 differ \([\d,]+ a second\)", done.output)


def test_a_difference_is_said_and_fails(played: Player, app: Flask, owner: Database) -> None:
    def otherwise(decision: dict[str, Any]) -> dict[str, Any]:
        return {**decision, "state": "idle", "acts": decision["acts"][:1]}

    id_ = tamper(owner, "ReportFraud", otherwise)
    done = run(app)
    assert done.exit_code == 1
    assert f"sprint {id_}," in done.output
    assert "recipient +91••••••0001, ReportFraud (proof: text):" in done.output
    assert 'state was "idle"' in done.output
    assert 'state now "reported"' in done.output
    assert "acts now" in done.output
    assert RECIPIENT not in done.output
    assert "1 differ" in done.output


def test_each_sprint_is_said_with_its_proof_and_no_telephone(played: Player, app: Flask) -> None:
    assert "sprint" not in run(app).output.replace("sprints decided", "")
    done = run(app, "--each")
    assert done.exit_code == 0, done.output
    assert re.search(r"recipient \+91••••••0001, ReportFraud \(proof: text\)$", done.output, re.M)
    assert re.search(r", \w+ \(proof: none\)$", done.output, re.M)
    assert RECIPIENT not in done.output
    assert POSTMAN not in done.output


def test_a_whole_telephone_is_shown_for_a_reason_which_is_written_down(
    played: Player, app: Flask, runtime: Runtime
) -> None:
    for wrong in (("--reveal", "ticket 7 asks"), ("--reveal", " x ", "--phone", RECIPIENT)):
        refused = run(app, "--each", *wrong)
        assert refused.exit_code == 2
        assert RECIPIENT not in refused.output
    done = run(app, "--each", "--phone", RECIPIENT, "--reveal", f"ticket 7 of {POSTMAN}")
    assert f"recipient {RECIPIENT}, ReportFraud (proof: text)" in done.output
    with runtime.database.transaction() as conn:
        looks = conn.execute(
            "SELECT phone, reason FROM access_log WHERE what = 'revealed' AND operator IS NOT NULL"
        ).fetchall()
    ((phone, reason),) = looks
    assert phone == RECIPIENT
    assert "ticket 7 of" in reason
    assert POSTMAN not in reason


def test_the_desk_says_it_too(
    played: Player, app: Flask, runtime: Runtime, owner: Database
) -> None:
    agent = sign_in(app, runtime, "agent")
    id_ = tamper(owner, "ReportFraud", lambda decision: {**decision, "state": "idle"})
    found = agent.post("/desk/find", query=RECIPIENT).text
    conversation = re.search(r"/desk/conversations/\d+", found)
    assert conversation is not None
    page = agent.get(conversation[0]).text
    assert "Today this would be answered differently" in page
    assert f'id="s{id_}"' in page
    assert "answered differently" in agent.get(f"/desk/sprints/{id_}").text
    assert "answered differently" not in agent.get(f"/desk/sprints/{id_ - 1}").text


def test_a_record_that_nobody_can_read_any_more_is_a_difference(
    played: Player, app: Flask, owner: Database
) -> None:
    with owner.transaction() as conn:
        stored_sprints.as_before(conn)
        conn.execute(
            'UPDATE sprints SET event = \'{"kind": "Telegram"}\''
            " WHERE event->>'kind' = 'ReportFraud'"
        )
    done = run(app)
    assert done.exit_code == 1
    assert "not one of today's" in done.output


def test_a_field_that_came_later_has_its_default(played: Player, runtime: Runtime) -> None:
    with runtime.database.transaction() as conn:
        stored = next(
            each for each in sprints.stream(conn, Period()) if each.event["kind"] == "ReportFraud"
        )
    old = {name: value for name, value in stored.decision.items() if name != "until"}
    facts = {name: value for name, value in stored.facts.items() if name != "named_is_staff"}
    again = decided_again(stored.machine, stored.event, stored.state_before, facts, old)
    assert again == ()
    with pytest.raises(Undecidable):
        decided_today("postman", stored.event, stored.state_before, facts)
    assert [each.field for each in differences(old, {**old, "state": "idle"})] == ["state"]


@pytest.mark.parametrize("copies", [0, 600])
def test_all_sprints_of_a_person_are_read_once_be_they_few_or_many(
    played: Player, runtime: Runtime, copies: int
) -> None:
    tomorrow = runtime.now() + timedelta(days=1)
    with runtime.database.transaction() as conn:
        of_postman = len(list(sprints.stream(conn, Period(phone=POSTMAN))))
        first, *others = (each.id for each in sprints.stream(conn, Period(phone=RECIPIENT)))
        conn.execute(
            "INSERT INTO sprints (conversation_id, at, kept, dictionary, phones, event_kind, acts,"
            " about, proof) SELECT conversation_id, at, kept, dictionary, phones, event_kind, acts,"
            " about, proof FROM sprints, generate_series(1, %s) WHERE id = %s",
            [copies, first],
        )
        found = [each.id for each in sprints.stream(conn, Period(phone=RECIPIENT))]
        late = list(sprints.stream(conn, Period(since=tomorrow, phone=RECIPIENT)))
        early = list(sprints.stream(conn, Period(until=tomorrow, phone=RECIPIENT)))
        counted = sprints.counted(conn, Period(until=tomorrow, phone=RECIPIENT))
        still = len(list(sprints.stream(conn, Period(phone=POSTMAN))))
    assert len(found) == len(set(found)) == counted == len(early) == 1 + len(others) + copies
    assert {first, *others} <= set(found)
    assert late == []
    assert still == of_postman > 0


def test_another_revision_is_compared_by_its_file(
    played: Player, app: Flask, runtime: Runtime, owner: Database, tmp_path: Path
) -> None:
    file = tmp_path / "decisions.jsonl"
    assert run(app, "--record", str(file)).exit_code == 0
    lines = file.read_text(encoding="utf-8").splitlines()
    assert run(app, "--against", str(file)).exit_code == 0

    tamper(owner, "ReportFraud", lambda decision: {**decision, "state": "idle"})
    assert run(app, "--against", str(file)).exit_code == 0  # what is stored does not count then

    changed = []
    for line in lines[1:]:
        id_, decision = json.loads(line)
        state = "elsewhere" if line == lines[-1] else decision["state"]
        changed.append(json.dumps([id_, {**decision, "state": state}]))
    file.write_text("\n".join(changed), encoding="utf-8")
    done = run(app, "--against", str(file))
    assert done.exit_code == 1
    assert "1 differ, 1 not in decisions.jsonl" in done.output
    assert 'state was "elsewhere"' in done.output


def test_a_file_that_is_none_is_refused_with_its_line(
    played: Player, app: Flask, tmp_path: Path
) -> None:
    file = tmp_path / "decisions.jsonl"
    file.write_text('[1, {"state": "idle"}]\nrubbish\n', encoding="utf-8")
    refused = run(app, "--against", str(file))
    assert refused.exit_code == 1
    assert "line 2: not written by flask replay --record" in refused.output


def test_period_and_telephone_narrow_it(played: Player, app: Flask, clock: Clock) -> None:
    def count(*arguments: str) -> int:
        found = re.search(r"(\d+) sprints", run(app, *arguments).output)
        assert found is not None
        return int(found[1])

    all_of_them = count()
    clock.advance(days=1)
    played.step(f"{RECIPIENT} > 0")
    assert count() == all_of_them + 1
    assert count("--since", "2026-08-15") == 1
    assert count("--until", "2026-08-15") == all_of_them
    assert count("--since", "2026-08-15T10:01") == 0
    assert count("--since", "2026-08-15", "--phone", "98765 00001") == 1
    assert count("--since", "2026-08-15", "--phone", POSTMAN) == 0
    assert "before --until" in run(app, "--since", "2026-08-15", "--until", "2026-08-15").output
    assert run(app, "--since", "yesterday").exit_code == 2
    assert "telephone number" in run(app, "--phone", "12").output
