"""The dashboard and the alert rules speak of numbers that /metrics really has."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families

from outbox import heartbeat
from runtime import Runtime
from tests.rigs.transcript import Player

FOLDER = Path(__file__).parent.parent.parent / "docs" / "grafana"
_NAME = re.compile(r"\bdakiya_[a-z_]+")
_SUFFIX = re.compile(r"_(bucket|sum|count)$")


@pytest.fixture
def families(player: Player, runtime: Runtime, client: FlaskClient) -> dict[str, set[str]]:
    """What /metrics has after a delivery: each name with its labels."""
    for process in heartbeat.PROCESSES:
        heartbeat.note(runtime.redis, process)
    return {
        family.name: {label for sample in family.samples for label in sample.labels}
        for family in text_string_to_metric_families(client.get("/metrics").text)
    }


def named(text: str) -> set[str]:
    return {_SUFFIX.sub("", name) for name in _NAME.findall(text)}


def test_every_panel_shows_what_there_is(families: dict[str, set[str]]) -> None:
    board = json.loads((FOLDER / "dakiya.json").read_text(encoding="utf-8"))
    asked = [target["expr"] for panel in board["panels"] for target in panel["targets"]]
    assert named(" ".join(asked)) <= families.keys()
    assert len({panel["id"] for panel in board["panels"]}) == len(board["panels"])


def test_every_number_is_on_the_dashboard(families: dict[str, set[str]]) -> None:
    ours = {name for name in families if name.startswith("dakiya_")}
    assert ours == named((FOLDER / "dakiya.json").read_text(encoding="utf-8"))


def test_every_alert_watches_what_there_is_and_says_what_to_do(
    families: dict[str, set[str]],
) -> None:
    text = (FOLDER / "alerts.yml").read_text(encoding="utf-8")
    assert named(text) <= families.keys()
    assert len(re.findall("- alert:", text)) == len(re.findall("action:", text))
