"""Board and alerts of a cluster speak of numbers that there are, and say what to do.

That Patroni, HAProxy and the machines really say them is asked of real ones: `./script/cluster up`
(bench/cluster/measures.py).
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

HOUSE = Path(__file__).resolve().parents[2]
FOLDER = HOUSE / "docs" / "grafana"
_MEASURED = set(
    re.findall(r'^    "(dakiya_\w+)": "', (HOUSE / "deploy" / "measured.py").read_text(), re.M)
)
_OF_DAKIYA = {"dakiya_replica_age_seconds"}


def board() -> list[dict[str, object]]:
    panels: list[dict[str, object]] = json.loads((FOLDER / "cluster.json").read_text())["panels"]
    return panels


def named() -> set[str]:
    text = (FOLDER / "cluster.json").read_text() + (FOLDER / "cluster-alerts.yml").read_text()
    return set(re.findall(r"\bdakiya_[a-z_]+", text))


def test_every_number_of_a_machine_is_shown_or_watched() -> None:
    assert named() == _MEASURED | _OF_DAKIYA


def test_every_panel_has_its_place_and_its_number() -> None:
    panels = board()
    assert len({str(panel["id"]) for panel in panels}) == len(panels)
    places = [json.dumps(panel["gridPos"]) for panel in panels]
    assert len(set(places)) == len(places)


def test_every_alert_says_what_to_do() -> None:
    rules = yaml.safe_load((FOLDER / "cluster-alerts.yml").read_text())["groups"][0]["rules"]
    names = [rule["alert"] for rule in rules]
    assert len(set(names)) == len(names)
    for rule in rules:
        assert rule["labels"]["severity"] in {"page", "ticket"}
        assert set(rule["annotations"]) == {"summary", "action"}
    page = (HOUSE / "docs" / "cluster.md").read_text()
    assert [name for name in names if f"`{name}`" not in page] == []


def test_prometheus_asks_every_machine_of_deploy_hosts() -> None:
    configured = yaml.safe_load((HOUSE / "deploy" / "prometheus.yml").read_text())
    targets = {
        target.partition(":")[0]
        for job in configured["scrape_configs"]
        for target in job["static_configs"][0]["targets"]
    }
    lines = (HOUSE / "deploy" / "hosts").read_text().splitlines()
    machines = {line.split()[1] for line in lines if line and line[0] not in "#"} - {"database"}
    assert targets == machines | {"dakiya.example"}
    assert configured["rule_files"] == ["alerts.yml", "cluster-alerts.yml"]


def test_promtool_accepts_what_prometheus_is_given(tmp_path: Path) -> None:
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("promtool is not installed (Debian: prometheus)")
    (tmp_path / "dakiya").mkdir()
    for name in ("metrics-token", "ca.crt"):
        (tmp_path / "dakiya" / name).touch()
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=prometheus",
         "-keyout", tmp_path / "dakiya/host.key", "-out", tmp_path / "dakiya/host.crt"],
        check=True, capture_output=True,
    )  # fmt: skip
    for path in (HOUSE / "deploy" / "prometheus.yml", *FOLDER.glob("*.yml")):
        shutil.copy(path, tmp_path)
    ended = subprocess.run(
        [promtool, "check", "config", tmp_path / "prometheus.yml"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stdout + ended.stderr
