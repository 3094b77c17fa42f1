"""Sprints that another revision wrote are decided the same today, or otherwise on purpose."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest
from flask import Flask

from runtime import Runtime
from store.database import Database

_DUMP = Path(__file__).parent.parent.parent / "data" / "sprints_before_the_move.sql.gz"
_SECTION = re.compile(r"^(COPY (\w+) .+? FROM stdin);\n(.*?)^\\\.$", re.MULTILINE | re.DOTALL)
_DIFFERS = re.compile(r"^sprint \d+, [^,]+, (\w+) [^,]*, (\w+) \(proof: \w+\):$", re.MULTILINE)

# What was decided otherwise on purpose since the dump was made, and why.
_ON_PURPOSE = {
    ("sender", "Booked"): "it shows the digits by which the sender proves himself",
    ("sender", "Recall"): "only a proven sender has it back, half an hour later",
    ("sender", "CorrectNumber"): "only a proven sender moves it, and the holder is asked first",
    ("recipient", "AnotherDay"): "the 15th of August is no working day",
    ("recipient", "AskPerson"): "the same",
    ("sender", "AskPerson"): "the same",
    ("recipient", "Relinked"): "the new telephone is told that a document will be wanted",
    ("recipient", "Yes"): "a nominee who agrees ends the code that lives",
    ("recipient", "SpeakCode"): "the code is the nominee's, also one that lives",
    ("recipient", "Deny"): "who said yes to a remark can still contest it",
    ("recipient", "ReportFraud"): "a herd is warned by telephones that had a code",
    ("postman", "Visit"): "a nominee is told by his own role: he is not the holder at once",
    ("postman", "Undo"): "the same",
    ("postman", "NotUnderstood"): "his last text leaves nothing of the one before to undo",
    ("postman", "Pass"): "the colleague is asked, and takes over by his own word",
}


@pytest.fixture
def old_sprints(runtime: Runtime, owner: Database) -> int:
    """Fill the database from the dump; return how many sprints there are."""
    sections = _SECTION.findall(gzip.decompress(_DUMP.read_bytes()).decode())
    with owner.transaction() as conn:
        conn.execute("SET LOCAL session_replication_role = replica")  # each refers to the other
        for statement, _, rows in sections:
            with conn.cursor().copy(statement) as copy:
                copy.write(rows)
    return next(str(rows).count("\n") for _, table, rows in sections if table == "sprints")


def test_a_database_filled_before_the_move_is_decided_the_same(
    old_sprints: int, app: Flask
) -> None:
    done = app.test_cli_runner().invoke(args=["replay"])
    assert old_sprints > 1500
    assert f"{old_sprints} sprints decided again" in done.output
    assert set(_DIFFERS.findall(done.output)) == set(_ON_PURPOSE), done.output
