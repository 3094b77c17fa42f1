"""Keeping, giving, forgetting: words go after their time, people get and lose what is theirs."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import pytest
from click.testing import Result
from flask import Flask
from psycopg import sql

from postal.people import pins, tries
from postal.people.places import SignInPlace, remember_browser
from postal.privacy import kept as limits
from postal.privacy import retention
from postal.privacy.kept import Kept
from runtime import Runtime
from store.database import Database
from tests.rigs import sprints as stored_sprints
from tests.rigs.clock import Clock
from tests.rigs.desk import sign_in
from tests.rigs.transcript import Player

RECIPIENT, OTHER, SENDER, POSTMAN = (
    "+919876500001", "+919876500002", "+919811100001", "+919839000001",
)  # fmt: skip
ARTICLE = "EU123456785IN"


@pytest.fixture
def delivered(player: Player) -> Player:
    player.step(f"postman 1001 {POSTMAN}")
    player.step(f"article {ARTICLE} to {RECIPIENT} en from {SENDER}")
    player.step(f"list 1001: {ARTICLE}")
    player.step(f"{RECIPIENT} > 5 {OTHER}")
    player.step(f"{OTHER} > 1")
    player.step(f"{RECIPIENT} > 5 0")
    player.step(f"{RECIPIENT} dials")
    player.step(f"{RECIPIENT} hangs up")
    player.step(f"{POSTMAN} > 1")
    player.step(f"{POSTMAN} > 1 {player.codes[RECIPIENT][-1]}")
    return player


def run(app: Flask, *arguments: str) -> Result:
    return app.test_cli_runner().invoke(args=list(arguments))


def rows(runtime: Runtime, query: str) -> list[Any]:
    with runtime.database.transaction() as conn:
        return conn.execute(query.encode()).fetchall()


def every_row(runtime: Runtime) -> str:
    """All that the database holds, as one text."""
    with runtime.database.transaction() as conn:
        tables = conn.execute(
            "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p')"
            " AND NOT relispartition AND relnamespace = 'public'::regnamespace"
        )
        rows = [
            str(row[0])
            for (table,) in tables.fetchall()
            for row in conn.execute(
                sql.SQL("SELECT to_jsonb(t)::text FROM {} t").format(sql.Identifier(table))
            ).fetchall()
        ]
        return "\n".join([*rows, *stored_sprints.contents(conn)])


# ---- purge -------------------------------------------------------------------------------------


def test_words_go_after_their_time_and_what_happened_stays(
    delivered: Player, app: Flask, runtime: Runtime, clock: Clock
) -> None:
    kept = "SELECT id, at, direction, phone, template, status, segments, sprint_id FROM messages"
    kept += " ORDER BY id"
    events = "SELECT kind, at, data FROM events ORDER BY id"
    before = rows(runtime, kept), rows(runtime, events)
    clock.advance(days=89)
    assert "nothing was old enough" in run(app, "purge").output
    clock.advance(days=2)
    assert "rows would be purged; nothing was changed" in run(app, "purge", "--dry-run").output
    assert rows(runtime, "SELECT FROM messages WHERE purged_at IS NOT NULL") == []
    done = run(app, "purge")
    assert done.exit_code == 0, done.output
    assert f"texts: {len(before[0])}" in done.output
    assert "dials: 1" in done.output
    assert rows(runtime, "SELECT DISTINCT body, said, variables FROM messages") == [
        ("", None, None)
    ]
    assert rows(runtime, "SELECT DISTINCT body, typed FROM ussd_hops") == [("", "")]
    assert (rows(runtime, kept), rows(runtime, events)) == before
    assert "nothing was old enough" in run(app, "purge").output
    assert run(app, "replay").exit_code == 0
    agent = sign_in(app, runtime, "agent")
    found = agent.post("/desk/find", query=ARTICLE).text
    page = re.search(r"/desk/articles/\d+", found)
    assert page
    assert "their time is over" in agent.get(page[0]).text


def test_what_is_still_being_sent_keeps_its_words(
    delivered: Player, app: Flask, runtime: Runtime, clock: Clock
) -> None:
    delivered.say(RECIPIENT, "0")
    waiting = rows(runtime, "SELECT id, said FROM messages WHERE status = 'queued'")
    assert len(waiting) == 1
    clock.advance(days=91)
    run(app, "purge")
    assert rows(runtime, "SELECT id, said FROM messages WHERE said IS NOT NULL") == waiting


def test_a_purge_that_was_stopped_goes_on(
    delivered: Player,
    app: Flask,
    runtime: Runtime,
    clock: Clock,
    purging: Database,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(limits, "AT_ONCE", 3)
    clock.advance(days=91)
    kept = Kept(clock.now(), clock.now(), clock.now(), "root")
    going = retention.purge(purging, kept)
    assert next(going) == ("texts", 3)
    going.close()  # killed here
    left = rows(runtime, "SELECT count(*) FROM messages WHERE purged_at IS NULL")[0][0]
    assert left == rows(runtime, "SELECT count(*) FROM messages")[0][0] - 3
    assert f"texts: {left}" in run(app, "purge", "--bodies-older-than", "1").output
    assert rows(runtime, "SELECT FROM messages WHERE purged_at IS NULL") == []


def test_young_texts_beside_old_ones_are_not_passed_over(
    delivered: Player, app: Flask, runtime: Runtime, clock: Clock
) -> None:
    with runtime.database.transaction() as conn:  # a slower transaction with an earlier number
        conn.execute(
            "UPDATE messages SET at = at + interval '2 days'"
            " WHERE id = (SELECT min(id) + 1 FROM messages)"
        )
    clock.advance(days=91)
    run(app, "purge")
    assert len(rows(runtime, "SELECT FROM messages WHERE purged_at IS NOT NULL")) == 1
    clock.advance(days=2)
    run(app, "purge")
    assert rows(runtime, "SELECT FROM messages WHERE purged_at IS NULL") == []


def test_people_of_articles_that_are_long_over_go_and_the_log_after_a_year(
    delivered: Player, app: Flask, runtime: Runtime, clock: Clock
) -> None:
    agent = sign_in(app, runtime, "agent")
    agent.post("/desk/find", query=RECIPIENT)
    clock.advance(days=366)
    done = run(app, "purge").output
    assert "articles: 1" in done
    assert "access log" not in done  # a line waits for its month, at most so many days
    clock.advance(days=31)
    assert "access log: 3" in run(app, "purge", "--after-a-pause").output
    assert "sign-ins: 1" in done
    names = "SELECT recipient_name, recipient_address, recipient_phone, sender_phone FROM articles"
    assert rows(runtime, names) == [("", "", None, None)]


def test_what_was_removed_is_written_down_and_the_digests_verify(
    delivered: Player, app: Flask, runtime: Runtime, clock: Clock
) -> None:
    agent = sign_in(app, runtime, "agent")
    agent.post("/desk/find", query=RECIPIENT)
    digests = set(rows(runtime, "SELECT id, digest FROM access_log"))
    clock.advance(days=366 + 31)
    assert "access log: 3" in run(app, "purge").output
    assert rows(runtime, "SELECT FROM access_log") == []
    written = "SELECT row_id, digest_was FROM redactions WHERE digest_now IS NULL"
    assert set(rows(runtime, written)) == digests
    verified = run(app, "audit", "verify")
    assert verified.exit_code == 0, verified.output
    assert re.search(r"removed: access_log, 3 rows, .+ as dakiya_purge: purge", verified.output)


def test_without_the_purging_role_a_purge_says_what_to_do(
    delivered: Player, app: Flask, runtime: Runtime, clock: Clock
) -> None:
    sign_in(app, runtime, "agent")
    clock.advance(days=366)
    settings = runtime.settings
    alone = settings.model_copy(update={"database_purge_url": settings.database_url})
    app.extensions["dakiya"] = replace(runtime, settings=alone)
    done = run(app, "purge")
    assert done.exit_code == 1
    assert "set DATABASE_PURGE_URL" in done.output
    assert len(rows(runtime, "SELECT FROM access_log")) == 2


# ---- export ------------------------------------------------------------------------------------


def test_a_person_gets_all_that_is_theirs_and_no_more(delivered: Player, app: Flask) -> None:
    code = delivered.codes[RECIPIENT][-1]
    done = run(app, "export-person", "98765 00001")
    assert done.exit_code == 0, done.output
    given = json.loads(done.output)
    assert {"telephone", "received", "texts", "screens", "understood"} <= set(given)
    assert given["received"][0]["recipient_name"] == "Sita Devi"
    assert "••••••" in done.output
    assert code not in done.output
    for secret in ("salt", "hash", "digest"):
        assert secret not in done.output

    sent = json.loads(run(app, "export-person", SENDER).output)
    assert "Piprauli" not in json.dumps(sent)
    assert sent["sent"][0]["number"] == ARTICLE


def test_who_is_unknown_has_nothing_to_get_or_lose(delivered: Player, app: Flask) -> None:
    for command in (("export-person",), ("forget-person", "--reason", "asked", "--yes")):
        done = run(app, *command, "9876599999")
        assert done.exit_code == 1
        assert "nothing is stored of this telephone" in done.output
    assert "telephone number" in run(app, "export-person", "12").output


# ---- forget ------------------------------------------------------------------------------------


def forget(app: Flask, phone: str = RECIPIENT) -> Result:
    return run(app, "forget-person", phone, "--reason", "asked by letter of 12 August", "--yes")


def test_a_forgotten_person_stands_nowhere_and_everything_replays(
    delivered: Player, app: Flask, runtime: Runtime
) -> None:
    before = rows(runtime, "SELECT kind, at FROM events ORDER BY id")
    done = forget(app)
    assert done.exit_code == 0, done.output
    assert RECIPIENT not in done.output
    found = every_row(runtime)
    for trace in (RECIPIENT, RECIPIENT[3:], "Sita Devi", "Piprauli"):
        assert trace not in found
    assert OTHER in found  # the others stay
    assert rows(runtime, "SELECT kind, at FROM events ORDER BY id")[: len(before)] == before
    assert rows(runtime, "SELECT data FROM events WHERE kind = 'person_forgotten'") == [
        ({"reason": "asked by letter of 12 August"},)
    ]
    assert run(app, "replay").exit_code == 0
    assert "nothing is stored" in forget(app).output


def test_whoever_named_them_in_a_text_stays_without_those_words(
    delivered: Player, app: Flask, runtime: Runtime
) -> None:
    assert forget(app, OTHER).exit_code == 0
    found = every_row(runtime)
    assert OTHER not in found
    assert OTHER[3:] not in found
    assert run(app, "replay").exit_code == 0
    verified = run(app, "audit", "verify")
    assert verified.exit_code == 0, verified.output
    assert re.search(
        r"removed: sprints, \d+ rows, .+: asked by letter of 12 August", verified.output
    )


def test_nobody_can_book_or_text_the_stand_in(
    delivered: Player, app: Flask, runtime: Runtime
) -> None:
    forget(app)
    stand_in = rows(runtime, "SELECT recipient_phone FROM articles")[0][0]
    assert stand_in.startswith("+999")
    assert run(app, "export-person", stand_in).exit_code == 1


def test_what_is_under_way_is_said_and_nothing_is_lost(
    delivered: Player, app: Flask, runtime: Runtime
) -> None:
    delivered.step(f"article RR287043775IN to {RECIPIENT} en")
    delivered.step(f"{RECIPIENT} > 9")
    refused = forget(app)
    assert refused.exit_code == 1
    assert "article RR287043775IN is booked" in refused.output
    assert "ticket 1 is open" in refused.output
    assert RECIPIENT in every_row(runtime)
    assert "telephone of staff 1001" in forget(app, POSTMAN).output


def test_it_is_asked_before(delivered: Player, app: Flask, runtime: Runtime) -> None:
    asked = app.test_cli_runner().invoke(
        args=["forget-person", RECIPIENT, "--reason", "x"], input="n\n"
    )
    assert asked.exit_code == 1
    assert RECIPIENT in every_row(runtime)


# ---- accounts of the staff -----------------------------------------------------------------------


def test_tries_browsers_and_notices_of_accounts_go_after_their_time(
    player: Player, app: Flask, runtime: Runtime, clock: Clock
) -> None:
    row = sign_in(app, runtime, "agent", "a1").staff_row
    place, now = SignInPlace("198.51.100.7/32", b"browser"), clock.now()
    player.step(f"postman 1001 {POSTMAN}")
    with runtime.database.transaction() as conn:
        remember_browser(conn, row, place, now)
        tries.count_wrong(conn, tries.lock(conn, row, SignInPlace(None), now), "password", now)
        postman = conn.execute("SELECT id FROM staff WHERE staff_id = '1001'").fetchone()
        assert postman is not None
        pins.check(conn, postman[0], "1357", OTHER, now)
    clock.advance(days=3)
    assert run(app, "purge").exit_code == 0
    assert rows(runtime, "SELECT count(*) FROM sign_in_tries") == [(0,)]
    assert OTHER not in every_row(runtime)
    kept = "SELECT (SELECT count(*) FROM browsers), (SELECT count(*) FROM staff_notices)"
    assert rows(runtime, kept) == [(1, 1)]
    clock.advance(days=364)
    assert run(app, "purge").exit_code == 0
    assert rows(runtime, kept) == [(0, 0)]
