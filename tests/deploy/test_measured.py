"""What a machine says for the node exporter: numbers as Prometheus reads them, what failed too."""

from __future__ import annotations

import importlib.util
import os
import sys
import time
from pathlib import Path
from types import ModuleType

import pytest
from prometheus_client.parser import text_string_to_metric_families

_FILE = Path(__file__).resolve().parents[2] / "deploy" / "measured.py"
_POOLS = """\
database,user,cl_active,cl_waiting,cl_active_cancel_req,cl_waiting_cancel_req,sv_active,\
sv_active_cancel,sv_being_canceled,sv_idle,sv_used,sv_tested,sv_login,maxwait,maxwait_us,pool_mode
dakiya,dakiya_application,12,3,0,0,40,0,0,1,2,0,0,1,500000,transaction
pgbouncer,pgbouncer,1,0,0,0,0,0,0,0,0,0,0,0,0,statement
"""
_INFO = """[{"name": "dakiya", "status": {"code": 0, "message": "ok"}, "backup": [
 {"type": "full", "timestamp": {"start": 100, "stop": 200}, "info": {"size": 1000}},
 {"type": "diff", "timestamp": {"start": 300, "stop": 400}, "info": {"size": 1100}},
 {"type": "diff", "timestamp": {"start": 500, "stop": 600}, "info": {"size": 1200}}]}]"""


def program(directory: Path, name: str, script: str) -> None:
    path = directory / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def says(text: str) -> str:
    return f"cat <<'END'\n{text}\nEND"


@pytest.fixture
def measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The script, with a directory of this machine's for all that it looks at."""
    spec = importlib.util.spec_from_file_location("measured", _FILE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "measured", module)
    spec.loader.exec_module(module)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setattr(module, "REPOSITORY", tmp_path)
    monkeypatch.setattr(module, "TLS", tmp_path)
    monkeypatch.setattr(module, "DISKS", {"database": str(tmp_path), "backup": str(tmp_path)})
    return module


def numbers(module: ModuleType, role: str) -> dict[tuple[str, ...], float]:
    text = module.written(module.measured(role))
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_pools_are_those_of_the_application(measured: ModuleType, tmp_path: Path) -> None:
    program(tmp_path, "psql", says(_POOLS))
    found = {each.name: each.value for each in measured.pools()}
    assert found == {
        "dakiya_pool_clients_active": 12,
        "dakiya_pool_clients_waiting": 3,
        "dakiya_pool_servers_busy": 40,
        "dakiya_pool_servers_idle": 3,
        "dakiya_pool_wait_seconds": 1.5,
    }


def test_backups_have_their_age_by_kind(measured: ModuleType, tmp_path: Path) -> None:
    program(tmp_path, "pgbackrest", says(_INFO))
    program(tmp_path, "openssl", "echo 'notAfter=Jan  5 09:34:43 2018 GMT'")
    for timeline, piece in (("0000000100000000", "new"), ("0000000200000000", "newest")):
        directory = tmp_path / "archive" / "dakiya" / "15-1" / timeline
        directory.mkdir(parents=True)
        (directory / piece).touch()
    os.utime(directory / piece, (700, 700))
    found = numbers(measured, "backup")
    assert found["dakiya_backup_timestamp_seconds", "full"] == 200
    assert found["dakiya_backup_timestamp_seconds", "diff"] == 600
    assert found["dakiya_backup_bytes",] == 1200
    assert found["dakiya_backup_wrong",] == 0
    assert found["dakiya_archive_newest_timestamp_seconds",] == 700
    assert found["dakiya_certificate_end_timestamp_seconds",] == 1515144883
    assert found["dakiya_disk_free_bytes", str(tmp_path)] > 0
    assert (
        found["dakiya_disk_bytes", str(tmp_path)] >= found["dakiya_disk_free_bytes", str(tmp_path)]
    )
    assert time.time() - found["dakiya_measured_timestamp_seconds",] < 60
    assert [key for key, value in found.items() if key[0].endswith("failed") and value] == []


def test_what_cannot_be_asked_costs_no_other_number_and_is_said(
    measured: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    program(tmp_path, "psql", "echo 'FATAL: the database system is starting up' >&2; exit 2")
    program(tmp_path, "openssl", says("notAfter=never"))
    found = numbers(measured, "database")
    failed = {key[1] for key, value in found.items() if key[0].endswith("failed") and value}
    assert failed == {"pools", "archive", "slots", "etcd", "certificate"}
    assert found["dakiya_measurement_failed", "disk"] == 0
    assert found["dakiya_disk_bytes", str(tmp_path)] > 0
    assert "archive: CalledProcessError: FATAL: the database system is" in capsys.readouterr().err


def test_the_file_is_there_at_once_or_not_at_all(
    measured: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    role = tmp_path / "role"
    monkeypatch.setattr(measured, "ROLE", role)
    into = tmp_path / "dakiya.prom"
    role.write_text("web\n")
    with pytest.raises(KeyError):
        measured.main(into)
    assert not into.exists()
    role.write_text("backup\n")
    measured.main(into)
    assert "dakiya_disk_free_bytes" in into.read_text()
    assert [path.name for path in tmp_path.glob("*.new")] == []
