"""Every conversation in tests/transcripts, through the real hooks; then decided once more."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.rigs.played import as_written
from tests.rigs.transcript import Player

TRANSCRIPTS = sorted((Path(__file__).parent.parent / "transcripts").glob("*.txt"))


@pytest.mark.parametrize("path", TRANSCRIPTS, ids=lambda path: path.stem)
def test_the_conversation_goes_as_written(
    path: Path, player: Player, request: pytest.FixtureRequest
) -> None:
    as_written(player, path, request.config.getoption("--rewrite-transcripts"))
