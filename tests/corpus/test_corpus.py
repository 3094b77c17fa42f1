"""The corpus as it is read: nothing harmful, however its texts are spelled.

The files with `aside` in their name are for measuring alone: no test judges them.
"""

from __future__ import annotations

from functools import reduce
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.corpus.judge import Row, figures, heard, judge, rows
from tests.corpus.spellings import SPELLINGS

HERE = Path(__file__).parent
FILES = (HERE / "recipients.jsonl", HERE / "senders.jsonl")
LAST_SEEN = 8000  # whoever wrote the rules has read the texts up to this id
ROWS: tuple[Row, ...] = tuple(rows(FILES))


def test_no_text_of_the_corpus_does_harm() -> None:
    assert [each.row["id"] for each in map(judge, ROWS) if each.harmful] == []


def test_the_corpus_is_read_as_well_as_it_was() -> None:
    verdicts = list(map(judge, ROWS))
    line = figures("all", verdicts)
    assert line.not_understood / line.rows < 0.02
    assert line.right / line.rows > 0.94
    for meaning, least in (("fraud", 0.99), ("send_code", 0.98)):
        meant, _, asking = heard(verdicts, meaning)
        assert asking / meant > least


@settings(max_examples=600, derandomize=True, suppress_health_check=list(HealthCheck))
@given(
    st.sampled_from(ROWS),
    st.lists(st.sampled_from(sorted(SPELLINGS)), min_size=1, max_size=3, unique=True),
)
def test_no_spelling_of_it_does_harm(row: Row, names: list[str]) -> None:
    text = reduce(lambda said, name: SPELLINGS[name](said), names, str(row["text"]))
    found = judge({**row, "text": text})
    assert not found.harmful, (row["id"], text, found.effect)


@pytest.mark.parametrize("name", sorted(SPELLINGS))
def test_a_tenth_of_it_in_every_spelling_does_no_harm(name: str) -> None:
    spell = SPELLINGS[name]
    harmful = [
        (row["id"], text)
        for row in ROWS[::10]
        if (text := spell(str(row["text"]))) != row["text"] and judge({**row, "text": text}).harmful
    ]
    assert harmful == []


def test_rows_have_their_fields_and_the_files_their_split() -> None:
    seen: set[str] = set()
    for path in sorted(HERE.glob("*.jsonl")):
        if path.name.startswith("postmen"):
            continue
        for row in rows([path]):
            assert row["id"] not in seen
            seen.add(row["id"])
            assert row["meaning"] not in row["harmful"]
            laid_aside = int(row["id"][1:]) > LAST_SEEN
            assert laid_aside == ("aside" in path.name), row["id"]
