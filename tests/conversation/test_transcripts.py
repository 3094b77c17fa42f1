"""Every conversation in tests/transcripts, through the real hooks; then decided once more."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from postal import article_rows
from postal.facts import Reader
from tests.rigs.played import as_written
from tests.rigs.transcript import Player

TRANSCRIPTS = sorted((Path(__file__).parent.parent / "transcripts").glob("*.txt"))


MADE: list[str] = []  # articles that an act told what it made of them


@pytest.fixture(autouse=True)
def checked_by_the_books(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read again whatever an act spared the turn to read: it must be what the act said."""
    MADE.clear()
    change = Reader.change

    def checked(reader: Reader, number: str, made: Mapping[str, object] | None) -> None:
        change(reader, number, made)
        if number in reader._rows:
            MADE.append(number)
            kept = reader._rows[number]._asdict()
            (there,) = article_rows.of_numbers(reader.conn, [number], reader.now, reader.today)
            assert there._asdict() == {name: kept[name] for name in there._fields}

    monkeypatch.setattr(Reader, "change", checked)


@pytest.mark.parametrize("path", TRANSCRIPTS, ids=lambda path: path.stem)
def test_the_conversation_goes_as_written(
    path: Path, player: Player, request: pytest.FixtureRequest
) -> None:
    as_written(player, path, request.config.getoption("--rewrite-transcripts"))
    if path.stem == "alarms_are_no_bomb":
        assert MADE
