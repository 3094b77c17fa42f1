"""What a stranger relies on to find the home of a thing: file names, class names, one root."""

from __future__ import annotations

import ast
from collections import defaultdict
from pathlib import Path

from tests.rigs.told import nothing_in

HOUSE = Path(__file__).parent.parent
ROOT_FILES = {"app.py", "worker.py", "jobs.py", "runtime.py", "settings.py", "logs.py"}
ROOMS = (
    "conversation",
    "embedded",
    "flows",
    "gateways",
    "imports",
    "india",
    "messages",
    "outbox",
    "paper",
    "payments",
    "postal",
    "providers",
    "store",
    "web",
    "webhooks",
)
# Tests that are about no room: processes as a whole, the documentation, what tests work with.
BESIDE_ROOMS = {"attacks", "bench", "corpus", "data", "docs", "rigs", "script", "transcripts"}
NO_NAMES = {"utils", "util", "helpers", "helper", "manager", "managers", "misc", "common"}


def sources() -> list[Path]:
    return sorted(path for room in ROOMS for path in (HOUSE / room).rglob("*.py"))


def test_only_what_runs_and_what_it_runs_with_lies_at_the_root() -> None:
    found = {path.name for path in HOUSE.glob("*.py")}
    nothing_in(f"{name}: a module belongs into a room" for name in sorted(found - ROOT_FILES))
    nothing_in(f"{name} is missing" for name in sorted(ROOT_FILES - found))


def test_a_public_class_name_exists_once() -> None:
    """Outside of web/api, whose bodies are named after what they carry."""
    places: dict[str, list[str]] = defaultdict(list)
    for path in sources():
        if path.is_relative_to(HOUSE / "web" / "api"):
            continue
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                places[node.name].append(f"{path.relative_to(HOUSE)}:{node.lineno}")
    nothing_in(
        f"{where[-1]}: there is another {name} at {', '.join(where[:-1])}: qualify one of them"
        for name, where in sorted(places.items())
        if where[1:]
    )


def test_no_file_is_called_after_nothing() -> None:
    nothing_in(
        f"{path.relative_to(HOUSE)}: name it after what it holds"
        for path in sources()
        if path.stem in NO_NAMES
    )


def test_the_tests_mirror_the_house() -> None:
    folders = [path.parent for path in (HOUSE / "tests").rglob("__init__.py")]
    names = [folder.relative_to(HOUSE / "tests") for folder in sorted(folders)]
    nothing_in(
        f"tests/{name}: there is no room {name}"
        for name in names
        if name.parts and name.parts[0] not in BESIDE_ROOMS and not (HOUSE / name).is_dir()
    )
