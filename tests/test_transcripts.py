"""Every conversation in tests/transcripts, through the real hooks."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.transcript import Player

TRANSCRIPTS = sorted((Path(__file__).parent / "transcripts").glob("*.txt"))


@pytest.mark.parametrize("path", TRANSCRIPTS, ids=lambda path: path.stem)
def test_the_conversation_goes_as_written(path: Path, player: Player, request) -> None:
    played = player.play(path)
    if request.config.getoption("--rewrite-transcripts"):
        path.write_text("\n".join(played) + "\n", encoding="utf-8")
    assert played == path.read_text(encoding="utf-8").splitlines()
