"""An import that points up, or to what a room does without, is told in one line."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from pathlib import Path

from tests.rigs.told import nothing_in

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
name = "Inside of the attic"
type = "floors"
containers = ["attic"]
exhaustive = true
layers = ["roof", "beams"]
[[tool.importlinter.contracts]]
name = "The cellar is dark"
type = "without"
source_modules = ["cellar"]
forbidden_modules = ["random"]
"""


def test_every_room_is_on_a_floor() -> None:
    project = tomllib.loads((HOUSE / "pyproject.toml").read_text(encoding="utf-8"))
    known = project["tool"]["importlinter"]["root_packages"]
    packages = {path.parent.name for path in HOUSE.glob("[a-z]*/__init__.py")}
    rooms = packages - {"tests", "bench", "script"}
    nothing_in(f"pyproject.toml: root_packages lacks {room}" for room in sorted(rooms - set(known)))


def test_each_import_that_may_not_be_is_one_line(tmp_path: Path) -> None:
    for room in ("attic", "cellar"):
        (tmp_path / room).mkdir()
        (tmp_path / room / "__init__.py").write_text("")
    (tmp_path / "pyproject.toml").write_text(_PROJECT)
    (tmp_path / "attic" / "roof.py").write_text("import stairs\nimport cellar.wine\n")
    (tmp_path / "attic" / "beams.py").write_text("from attic import roof\n")
    (tmp_path / "attic" / "chest.py").write_text("")
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
        "attic/beams.py:1: imports attic.roof: attic.beams is not above attic.roof",
        "attic/chest.py:1: is on no floor: name attic.chest in pyproject.toml",
        "cellar/coal.py:1: imports stairs: cellar is not above stairs",
        "cellar/wine.py:2: imports attic.roof: cellar is not above attic",
        "cellar/wine.py:3: imports random: cellar does without random",
        "stairs.py:2: imports attic.roof: stairs is not above attic",
    ], done.stdout
