"""An import that points up, or to what a room does without, is told in one line."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

HOUSE = Path(__file__).parents[2]
_PROJECT = """
[tool.importlinter]
include_external_packages = true
contract_types = ["floors: script.floors.Floors", "without: script.floors.Without"]
root_packages = ["attic", "cellar"]
[[tool.importlinter.contracts]]
name = "Arrows point downwards"
type = "floors"
layers = ["attic", "stairs", "cellar"]
[[tool.importlinter.contracts]]
name = "The cellar is dark"
type = "without"
source_modules = ["cellar"]
forbidden_modules = ["random"]
"""


def test_each_import_that_may_not_be_is_one_line(tmp_path: Path) -> None:
    for room in ("attic", "cellar"):
        (tmp_path / room).mkdir()
        (tmp_path / room / "__init__.py").write_text("")
    (tmp_path / "pyproject.toml").write_text(_PROJECT)
    (tmp_path / "attic" / "roof.py").write_text("import stairs\nimport cellar.wine\n")
    (tmp_path / "stairs.py").write_text("import cellar.wine\nimport attic.roof\n")
    (tmp_path / "cellar" / "wine.py").write_text("\nimport attic.roof\nimport random\n")
    (tmp_path / "cellar" / "coal.py").write_text("import stairs\nfrom cellar import wine\n")
    done = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-cache"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(HOUSE)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    told = [line for line in done.stdout.splitlines() if ".py:" in line]
    assert sorted(told) == [
        "cellar/coal.py:1: imports stairs: cellar is not above stairs",
        "cellar/wine.py:2: imports attic.roof: cellar is not above attic",
        "cellar/wine.py:3: imports random: cellar does without random",
        "stairs.py:2: imports attic.roof: stairs is not above attic",
    ], done.stdout
