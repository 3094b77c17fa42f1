"""How a check over the source tells what it found: a line for each finding, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

_FLOWS = Path(__file__).parents[2] / "docs" / "flows"


def nothing_in(found: Iterable[str]) -> None:
    """Fail with the lines of `found`, each of which says where and what, if there is any."""
    if lines := list(found):
        pytest.fail("\n".join(lines), pytrace=False)


def drawn_is_current(name: str, page: str) -> None:
    """Fail where the file `name` of docs/flows is not `page`, which is drawn from the source."""
    if (_FLOWS / name).read_text(encoding="utf-8") != page:
        nothing_in([f"docs/flows/{name} is not current: run `flask --app app flows draw`"])
