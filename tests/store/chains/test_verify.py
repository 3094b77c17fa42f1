"""Somebody with all rights rewrites: verifying names the row, the day and what differs."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import LiteralString

import pytest
from flask import Flask

from runtime import Runtime
from store.chains import redact, seal, verify_seals
from store.chains.document import DayDocument, root_of
from store.chains.redact import Removing, StandIn
from store.database import Database
from tests.rigs import chains
from tests.rigs.chains import days_ago, happened, many_happened, verify

ROWS = 1500  # two parts
DAY = 3  # days ago
NO_SEAL = "the day is over and has no seal: it was removed, or no worker seals (audit seal)"


@pytest.fixture(autouse=True)
def _at_any_hour(monkeypatch: pytest.MonkeyPatch) -> None:
    """Expect a seal of yesterday also in the hour after midnight, by the clock of the database."""
    monkeypatch.setattr(verify_seals, "_SEALING", timedelta())


@pytest.fixture
def ids(runtime: Runtime, owner: Database, app: Flask, tmp_path: Path) -> Iterator[list[int]]:
    """The ids of the events of a sealed day, whose root was published; one before, one after."""
    here = runtime.settings.model_copy(update={"day_roots_dir": tmp_path})
    app.extensions["dakiya"] = replace(runtime, settings=here)
    with owner.transaction() as conn:
        happened(conn, days_ago(DAY + 1), "before")
    made = many_happened(owner, days_ago(DAY), ROWS)
    with owner.transaction() as conn:
        conn.execute("SELECT nextval('events_id_seq')")  # what a rolled back transaction leaves
        happened(conn, days_ago(DAY - 1), "after")
    chains.seal(runtime, tmp_path)
    clean = verify(app)
    assert clean.exit_code == 0, clean.output
    yield made
    app.extensions["dakiya"] = runtime


def tamper(owner: Database, statement: LiteralString, *values: object) -> None:
    with owner.transaction() as conn:
        conn.execute("SET LOCAL TimeZone = 'UTC'")
        assert conn.execute(statement, values).rowcount == 1


def found(app: Flask, *arguments: str) -> list[str]:
    done = verify(app, *arguments)
    assert done.exit_code == 1, done.output
    lines = done.stdout.splitlines()
    return [
        line for line in lines if re.match(r"[a-z_ ]+(id \d+)?, 20[-\d]+( to 20[-\d]+)?: ", line)
    ]


def row(id_: int, what: str, day: int = DAY) -> str:
    return f"events id {id_}, {days_ago(day)}: {what}"


def test_one_changed_row_is_named(app: Flask, owner: Database, ids: list[int]) -> None:
    tamper(owner, "UPDATE events SET kind = 'delivered' WHERE id = %s", ids[1100])
    assert found(app) == [row(ids[1100], "changed after it was written")]
    assert found(app, "--table", "events", "--day", str(days_ago(DAY))) != []
    other = verify(app, "--day", str(days_ago(DAY + 1)))
    assert other.exit_code == 0, other.output
    assert verify(app, "--table", "ledger").exit_code == 0


def test_so_is_one_whose_digest_was_made_anew(app: Flask, owner: Database, ids: list[int]) -> None:
    tamper(
        owner,
        "UPDATE events SET data = '{}', digest = row_digest(salt, json_build_object('id', id,"
        " 'at', at, 'kind', kind, 'data', '{}'::jsonb, 'day_written', day_written))"
        " WHERE id = %s",
        ids[7],
    )
    assert found(app) == [row(ids[7], "changed after it was written (its digest too)")]


def test_one_removed_row_is_named(app: Flask, owner: Database, ids: list[int]) -> None:
    for id_ in (ids[0], ids[800], ids[-1]):
        tamper(owner, "DELETE FROM events WHERE id = %s", id_)
    assert found(app) == [
        row(id_, "removed, and not by purge") for id_ in (ids[0], ids[800], ids[-1])
    ]


@pytest.mark.parametrize("place", ["in the gap", "at the end"])
def test_one_inserted_row_is_named(app: Flask, owner: Database, ids: list[int], place: str) -> None:
    id_ = ids[-1] + 1 if place == "in the gap" else 900_000_000
    tamper(
        owner,
        "INSERT INTO events (id, at, kind, day_written) OVERRIDING SYSTEM VALUE"
        " VALUES (%s, now(), 'delivered', %s)",
        id_,
        days_ago(DAY),
    )
    assert found(app) == [row(id_, "inserted after the day was sealed")]


def test_a_row_that_was_moved_to_another_day_is_named_on_both(
    app: Flask, owner: Database, ids: list[int]
) -> None:
    tamper(owner, "UPDATE events SET day_written = %s WHERE id = %s", days_ago(DAY - 1), ids[3])
    assert found(app) == [
        row(ids[3], "removed, and not by purge"),
        row(ids[3], "inserted after the day was sealed", DAY - 1),
    ]


def test_a_forged_removal_is_no_removal(app: Flask, owner: Database, ids: list[int]) -> None:
    tamper(
        owner,
        "INSERT INTO redactions (at, chain, row_id, row_day, digest_was, operator, reason)"
        " SELECT now(), 'events', id, day_written, '\\x00', 'root', 'purge' FROM events"
        " WHERE id = %s",
        ids[5],
    )
    tamper(owner, "DELETE FROM events WHERE id = %s", ids[5])
    (finding,) = found(app)
    assert finding == row(ids[5], "its entry in redactions does not fit the digest that was sealed")


def test_sealed_digests_that_were_changed_are_no_measure(
    app: Flask, owner: Database, ids: list[int]
) -> None:
    tamper(
        owner,
        "UPDATE sealed_leaves SET digests = overlay(digests PLACING sha256('forged') FROM 1)"
        " WHERE chain = 'events' AND day = %s AND part = 1",
        days_ago(DAY),
    )
    assert found(app) == [
        row(ids[1024], "changed after it was written (its digest too)"),
        f"events, {days_ago(DAY)}: the sealed digests were changed: what the rows are compared"
        " with is not sound (part 1)",
    ]


def test_a_seal_that_was_written_anew_is_not_what_was_published(
    app: Flask, owner: Database, ids: list[int]
) -> None:
    """Everything in the database fits again: only the file knows."""
    with owner.transaction() as conn:
        day = days_ago(1)
        before = conn.execute("SELECT document FROM seals WHERE day = %s", [day]).fetchone()
        assert before is not None
        forged = json.loads(before[0])
        forged["chains"]["ledger"]["rows"] = 0
        text = DayDocument.read(json.dumps(forged)).text().replace(" 1", "  1", 1)
        conn.execute(
            "UPDATE seals SET document = %s, root = %s WHERE day = %s", [text, root_of(text), day]
        )
    said = found(app)
    assert f"all tables, {days_ago(1)}: the published file and the seal differ" in said


def test_a_seal_that_is_gone_is_missed(app: Flask, owner: Database, ids: list[int]) -> None:
    tamper(owner, "DELETE FROM seals WHERE day = %s", days_ago(DAY))
    gone = f"all tables, {days_ago(DAY)}: {NO_SEAL} (the feed told its root: it was removed)"
    assert found(app) == [
        gone,
        f"all tables, {days_ago(DAY - 1)}: the seal does not follow from the day before: one was"
        " changed, removed or inserted",
    ]
    assert found(app, "--day", str(days_ago(DAY))) == [gone]
    assert found(app, "--day", str(days_ago(DAY)), "--table", "ledger") == [gone]
    assert verify(app, "--day", str(days_ago(DAY + 1))).exit_code == 0


def test_the_last_seal_that_is_gone_is_missed_by_its_file(
    app: Flask, owner: Database, ids: list[int]
) -> None:
    tamper(owner, "DELETE FROM seals WHERE day = %s", days_ago(1))
    tamper(owner, "DELETE FROM events WHERE data->>'day' = %s", str(days_ago(1)))
    assert found(app) == [
        f"all tables, {days_ago(1)}: {NO_SEAL}",
        f"all tables, {days_ago(1)}: the published file and the seal differ"
        " (there is a file and no seal)",
    ]


def test_the_last_seal_that_is_gone_is_missed_without_a_file(
    app: Flask, runtime: Runtime, owner: Database
) -> None:
    with owner.transaction() as conn:
        happened(conn, days_ago(2), "a")
    chains.seal(runtime)
    assert verify(app).exit_code == 0
    tamper(owner, "DELETE FROM seals WHERE day = %s", days_ago(1))
    gone = f"all tables, {days_ago(1)}: {NO_SEAL} (the feed told its root: it was removed)"
    assert found(app) == [gone]
    assert found(app, "--day", str(days_ago(1))) == [gone]
    with owner.transaction() as conn:
        conn.execute("DELETE FROM events WHERE kind = 'day_sealed'")
        conn.execute("DELETE FROM seals")
    assert found(app) == [f"all tables, {days_ago(2)} to {days_ago(1)}: {NO_SEAL}"]


def test_a_day_that_was_sealed_again_is_not_what_the_feed_told(
    app: Flask, runtime: Runtime, owner: Database
) -> None:
    with owner.transaction() as conn:
        id_ = happened(conn, days_ago(1), "a")
    chains.seal(runtime)
    tamper(owner, "DELETE FROM seals WHERE day = %s", days_ago(1))
    tamper(owner, "DELETE FROM sealed_leaves WHERE day = %s", days_ago(1))
    tamper(owner, "DELETE FROM events WHERE id = %s", id_)
    with owner.transaction() as conn:
        happened(conn, days_ago(1), "another")
    runtime.database.run(lambda conn: seal._advance(conn, days_ago(1)))
    runtime.database.run(lambda conn: seal._advance(conn, days_ago(1)))
    says = f"all tables, {days_ago(1)}: the feed told another root of it than the seal has"
    assert found(app) == [says]


def test_a_row_that_is_dated_before_every_seal_is_named(
    app: Flask, owner: Database, ids: list[int]
) -> None:
    with owner.transaction() as conn:
        happened(conn, days_ago(DAY + 9), "invented")
    late = f"events, {days_ago(DAY + 9)}: there are rows before the first day that was sealed"
    assert found(app) == [late]
    assert found(app, "--day", str(days_ago(DAY + 9))) == [late]
    assert verify(app, "--day", str(days_ago(DAY))).exit_code == 0


def test_a_row_of_today_is_held_to_its_own_digest(
    app: Flask, runtime: Runtime, owner: Database
) -> None:
    with runtime.database.transaction() as conn:
        conn.execute("INSERT INTO events (at, kind) VALUES (now(), 'desk_acted')")
    assert verify(app).exit_code == 0
    tamper(owner, "UPDATE events SET kind = 'delivered' WHERE id = %s", 1)
    (finding,) = found(app)
    assert finding.startswith("events id 1, ")
    assert finding.endswith(": changed after it was written")


def test_a_day_that_has_not_begun_has_no_rows(
    app: Flask, runtime: Runtime, owner: Database
) -> None:
    with owner.transaction() as conn:
        happened(conn, days_ago(-2), "tomorrow's news")
    assert found(app) == [f"events, {days_ago(-2)}: written on a day that has not begun"]


@pytest.mark.parametrize("table", ["sprints", "ledger", "access_log", "redactions"])
def test_every_chain_is_verified(
    app: Flask, runtime: Runtime, owner: Database, table: LiteralString
) -> None:
    rows: dict[str, LiteralString] = {
        "sprints": "INSERT INTO sprints (conversation_id, at, event, state_before, facts,"
        " decision, state_after, day_written)"
        " SELECT id, now(), '{}', '{}', '{}', '{}', '{}', %s FROM conversations",
        "ledger": "INSERT INTO ledger (at, day, office_id, kind, method, paise, day_written)"
        " SELECT now(), current_date, id, 'unclassified', 'upi', 100, %s FROM offices",
        "access_log": "INSERT INTO access_log (at, operator, what, day_written)"
        " VALUES (now(), 'root', 'opened', %s)",
        "redactions": "INSERT INTO redactions (at, chain, row_id, row_day, digest_was, operator,"
        " reason, day_written) VALUES (now(), 'ledger', 1, '2026-01-01', '', 'root', 'x', %s)",
    }
    with owner.transaction() as conn:
        conn.execute(
            "INSERT INTO conversations (whose, machine, state, entered_at)"
            " VALUES ('+919839000001', 'recipient', 'idle', now())"
        )
        conn.execute(
            "INSERT INTO offices (name, pin, branch_type, district)"
            " VALUES ('Gorakhpur', '273303', 'head', 'Gorakhpur')"
        )
        conn.execute(rows[table], [days_ago(1)])
    chains.seal(runtime)
    assert verify(app).exit_code == 0
    with owner.transaction() as conn:
        conn.execute(b"UPDATE %b SET at = at + interval '1 second'" % table.encode())
    (finding,) = found(app)
    assert finding == f"{table} id 1, {days_ago(1)}: changed after it was written"


def _a_sprint(owner: Database) -> None:
    with owner.transaction() as conn:
        conn.execute(
            "INSERT INTO conversations (whose, machine, state, entered_at)"
            " VALUES ('+919839000001', 'recipient', 'idle', now())"
        )
        conn.execute(
            "INSERT INTO sprints (conversation_id, at, event, state_before, facts, decision,"
            " state_after, day_written) SELECT id, now(), %s, '{}', '{}', %s, '{}', %s"
            " FROM conversations",
            [
                json.dumps({"kind": "text_came", "phone": "+919839000001"}),
                json.dumps({"acts": [{"kind": "Tell", "to": "+919839000001"}]}),
                days_ago(1),
            ],
        )


def test_what_was_forgotten_is_no_difference_and_is_counted(
    app: Flask, runtime: Runtime, owner: Database, purging: Database
) -> None:
    _a_sprint(owner)
    chains.seal(runtime)
    with purging.transaction() as conn:
        by = Removing("root", "by letter", runtime.now())
        gone = StandIn("+919839000001", "+9991234567890")
        assert redact.forget_in_sprints(conn, gone, ["+919839000001"], by) == 1
        assert redact.forget_in_sprints(conn, gone, ["+919839000001"], by) == 0
    verified = verify(app)
    assert verified.exit_code == 0, verified.output
    assert "sprints: 1 rows, 1 of which something was removed since" in verified.output
    assert "removed: sprints, 1 rows" in verified.output
    with runtime.database.transaction() as conn:
        (text,) = conn.execute("SELECT s::text FROM sprints s").fetchall()
    assert "+919839000001" not in text[0]
    assert "+9991234567890" in text[0]


def test_a_part_of_a_telephone_is_no_telephone(
    runtime: Runtime, owner: Database, purging: Database
) -> None:
    _a_sprint(owner)
    with purging.transaction() as conn:
        by = Removing("root", "by letter", runtime.now())
        gone = StandIn("+9198390000", "+9991234567890")
        assert redact.forget_in_sprints(conn, gone, ["+919839000001"], by) == 0


@pytest.mark.parametrize(
    "forged",
    [
        "decision = jsonb_set(decision, '{acts,0,kind}', '\"HandOver\"')",
        "event = jsonb_set(event, '{kind}', '\"told_code\"')",
    ],
)
def test_a_rewriting_that_calls_itself_a_removal_is_found(
    app: Flask, runtime: Runtime, owner: Database, forged: LiteralString
) -> None:
    """With the owner's rights: purge itself may not."""
    _a_sprint(owner)
    chains.seal(runtime)
    with owner.transaction() as conn:
        conn.execute("SET LOCAL TimeZone = 'UTC'")
        conn.execute(
            b"WITH touched AS (UPDATE sprints SET private_salt = gen_random_uuid(), %b"
            b" RETURNING *) INSERT INTO redactions (at, chain, row_id, row_day, digest_was,"
            b" digest_now, operator, reason) SELECT now(), 'sprints', id, day_written, digest,"
            b" private_digest(private_salt, to_json(touched)), 'x', 'retention' FROM touched"
            % forged.encode()
        )
    (finding,) = found(app)
    assert finding.startswith(f"sprints id 1, {days_ago(1)}: event or acts are not what its digest")


@pytest.mark.parametrize("column", ["facts", "private_salt", "private_digest", "told"])
def test_each_part_of_a_sprint_is_verified(
    app: Flask, runtime: Runtime, owner: Database, column: LiteralString
) -> None:
    _a_sprint(owner)
    chains.seal(runtime)
    values: dict[str, LiteralString] = {
        "facts": "UPDATE sprints SET facts = '[]'",
        "private_salt": "UPDATE sprints SET private_salt = gen_random_uuid()",
        "private_digest": "UPDATE sprints SET private_digest = sha256('x')",
        "told": "UPDATE sprints SET told = '{}'",
    }
    tamper(owner, values[column])
    (finding,) = found(app)
    assert finding == f"sprints id 1, {days_ago(1)}: changed after it was written"
