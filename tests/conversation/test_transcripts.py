"""Every conversation in tests/transcripts, through the real hooks; then decided once more."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.replay.replay import replay
from postal.desk import sprints as sprint
from postal.desk.sprints import Period
from tests.rigs.transcript import Player

TRANSCRIPTS = sorted((Path(__file__).parent.parent / "transcripts").glob("*.txt"))


@pytest.mark.parametrize("path", TRANSCRIPTS, ids=lambda path: path.stem)
def test_the_conversation_goes_as_written(
    path: Path, player: Player, request: pytest.FixtureRequest
) -> None:
    played = player.play(path)
    if request.config.getoption("--rewrite-transcripts"):
        path.write_text("\n".join(played) + "\n", encoding="utf-8")
    assert played == path.read_text(encoding="utf-8").splitlines()
    with player.runtime.database.transaction() as conn:
        sprints = list(sprint.stream(conn, Period()))
    assert sprints
    for each in sprints:
        again = replay(each.machine, each.event, each.state_before, each.facts, each.decision)
        assert again == (), (each.id, again)
