"""Every attack that is told in texts and calls alone, played through the real hooks.

Python stories, of people with sessions and of software with tokens, are the modules beside.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.rigs.played import as_written
from tests.rigs.transcript import Player

STORIES = sorted(Path(__file__).parent.glob("*.txt"))


@pytest.mark.parametrize("path", STORIES, ids=lambda path: path.stem)
def test_the_attack_ends_as_written(
    path: Path, player: Player, request: pytest.FixtureRequest
) -> None:
    as_written(player, path, request.config.getoption("--rewrite-transcripts"))
