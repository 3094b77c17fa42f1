"""A release of the application as it lies on the machines: /opt/dakiya/releases/NAME."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

from bench.cluster.plan import DIRECTORY
from bench.rig import HOUSE

RELEASES: Final = DIRECTORY / "releases"
THERE: Final = "/opt/dakiya/releases"
CURRENT: Final = "/opt/dakiya/current"


def lay(name: str, source: Path = HOUSE) -> None:
    """Lay the tree at `source`, as git knows it, beside its environment."""
    into = RELEASES / name
    listed = subprocess.run(
        ["git", "-C", str(source), "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        capture_output=True, check=True,
    ).stdout  # fmt: skip
    for each in filter(None, listed.decode().split("\0")):
        there = into / each
        there.parent.mkdir(parents=True, exist_ok=True)
        if (source / each).exists():
            shutil.copy2(source / each, there, follow_symlinks=False)
    environment(into / ".venv", into / "requirements.txt")


def environment(into: Path, lock: Path) -> None:
    """Make an environment of the machines' own Python with what `lock` lists."""
    uv = Path(sys.executable).with_name("uv")
    python = into / "bin" / "python"
    for command in (
        ["venv", "--quiet", "--python", "/usr/bin/python3", str(into)],
        ["pip", "install", "--quiet", "--require-hashes", "--compile-bytecode",
         "--python", str(python), "-r", str(lock)],
    ):  # fmt: skip
        subprocess.run([uv, *command], check=True)
