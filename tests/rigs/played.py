"""A conversation file played to its end: said as it is written, and decided alike once more."""

from __future__ import annotations

from difflib import unified_diff
from pathlib import Path

from flows.replay.replay import replay
from postal.desk import sprints as sprint
from postal.desk.sprints import Period
from tests.rigs.transcript import Player


def as_written(player: Player, path: Path, rewrite: bool) -> None:
    """Play the file at `path`; with `rewrite`, write what is said now into it first."""
    played = player.play(path)
    if rewrite:
        path.write_text("\n".join(played) + "\n", encoding="utf-8")
    written = path.read_text(encoding="utf-8").splitlines()
    assert played == written, "\n".join(
        unified_diff(written, played, "written", "played", lineterm="")
    )
    with player.runtime.database.transaction() as conn:
        sprints = list(sprint.stream(conn, Period()))
    assert sprints
    for each in sprints:
        again = replay(each.machine, each.event, each.state_before, each.facts, each.decision)
        assert again == (), (each.id, again)
