"""A filled year holds what the service writes: it replays, its chains hold, its words are read."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from bench import year, year_patterns
from bench.month import thrown_away
from bench.month_world import Plan
from flows.replay.replay import replay
from postal.desk import sprints
from postal.desk.sprints import Period
from runtime import Runtime
from store import limits, wording
from store.chains.verify import Verification, Verifier
from store.database import Database

_ROWS = 1_200


@pytest.fixture(scope="module")
def filled() -> Iterator[Database]:
    patterns = year_patterns.play(Plan(articles=12, days=4))
    with thrown_away() as settings:
        with psycopg.connect(settings.owner_url) as conn:
            year.begin_earlier(conn, year.MONTHS)
        pieces = list(year.fill(settings.owner_url, _ROWS, patterns))
        assert any(piece.startswith(f"sprints of month {year.MONTHS}") for piece in pieces)
        runtime = Runtime.build(settings).within(limits.COMMANDS)
        runtime.database.open()
        yield runtime.database
        runtime.database.close()
        runtime.redis.close()


def test_each_sprint_of_a_filled_year_is_decided_again_as_it_is_stored(filled: Database) -> None:
    with filled.transaction() as conn:
        found = list(sprints.stream(conn, Period()))
    differ = [
        each.id
        for each in found
        if replay(each.machine, each.event, each.state_before, each.facts, each.decision)
    ]
    assert (len(found), differ) == (_ROWS, [])


def test_each_row_of_a_filled_year_has_the_digest_of_what_it_holds(filled: Database) -> None:
    # No day is sealed: to seal a year takes minutes where the disk is slow.
    with filled.transaction() as conn:
        verifier = Verifier(conn, Verification(), lambda rows: None)
        findings = {each.difference for each in verifier.run()}
    rows = {each.table: each.rows for each in verifier.counted}
    assert findings <= {"no seal", "unsealed"}
    assert rows["sprints"] == _ROWS
    assert rows["events"] >= _ROWS // 5


def test_what_we_say_in_a_filled_year_is_packed_and_its_usual_receipt_is_a_column(
    filled: Database,
) -> None:
    with filled.transaction() as conn:
        ours = conn.execute(
            "SELECT body, variables, said, status, heard FROM messages WHERE direction = 'out'"
        ).fetchall()
        theirs = conn.execute(
            "SELECT count(*) FROM messages WHERE direction = 'in' AND said IS NULL"
        ).fetchone()
        usual = conn.execute("SELECT count(*) FROM receipts WHERE status <> 'sent'").fetchone()
    assert all(body == "" and variables is None for body, variables, *_ in ours)
    assert all(wording.unpack(said)[0] for _, _, said, *_ in ours)
    arrived = [heard for *_, status, heard in ours if status == "delivered"]
    assert len(arrived) > _ROWS / 2
    assert set(arrived) == {"delivered"}
    assert theirs is not None
    assert theirs[0] == _ROWS - len(ours) > 0
    assert usual == (0,)
