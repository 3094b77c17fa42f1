"""./script/test, ended by its id before it is over: nothing that it began lives on."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from pathlib import Path

import psutil
import pytest

from tests.embedded.test_servers import until

HOUSE = Path(__file__).parent.parent.parent
_PYTHON = """#!/bin/sh
case $1 in
    -V) echo Python ;;
    *) sleep 321 | sleep 321 ;;
esac
"""


def _program(folder: Path, name: str, body: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(body)
    (folder / name).chmod(0o755)


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A house whose tools are installed and sleep, on a machine on which nothing is installed."""
    shutil.copytree(HOUSE / "script", tmp_path / "script")
    (tmp_path / "requirements-dev.txt").write_text("")
    tools = tmp_path / ".venv" / "bin"
    _program(tools, "python", _PYTHON)
    for name in ("ruff", "mypy", "lint-imports", "djlint"):
        _program(tools, name, "#!/bin/sh\nsleep 321\n")
    (tmp_path / ".venv" / "requirements-dev.txt.installed").write_text("Python\n")
    _program(tmp_path / "bin", "id", "#!/bin/sh\necho 1000\n")
    _program(tmp_path / "bin", "sudo", "#!/bin/sh\n")
    return tmp_path


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_ended_by_its_id_it_leaves_nobody(house: Path, number: signal.Signals) -> None:
    process = subprocess.Popen(
        [house / "script" / "test"],
        env={**os.environ, "PATH": f"{house / 'bin'}:{os.environ['PATH']}"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    begun = psutil.Process(process.pid)
    try:
        # Ruff, and both that pytest is here.
        until(lambda: sum(p.name() == "sleep" for p in begun.children(True)) == 3, seconds=30)
        everyone = [begun, *begun.children(True)]
        process.send_signal(number)
        process.wait(timeout=30)
        assert process.returncode == {signal.SIGINT: 130}.get(number, 143)
        assert psutil.wait_procs(everyone, timeout=30)[1] == []
    finally:
        for each in (*begun.children(True), begun) if process.poll() is None else ():
            each.kill()
