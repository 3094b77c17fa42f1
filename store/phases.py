"""The phases of the migrations, and which of them are to come.

A migration declares its `phase`. *expand*: it only adds, so the release before goes on running on
what it makes. *contract*: it removes what only the release before needed. *stop*: all processes of
the release before end first; none of these are made any more. docs/developing/migrations.md
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, get_args

Phase = Literal["expand", "contract", "stop"]
PHASES: Final[tuple[Phase, ...]] = get_args(Phase)


class UndeclaredPhase(Exception):
    """A migration that does not say its phase, or says one that there is not. Names its file."""


@dataclass(frozen=True)
class Migration:
    """One migration. `revision` is its file's name; `says` the first line of its docstring."""

    revision: str
    phase: Phase
    says: str


def read(directory: Path) -> tuple[Migration, ...]:
    """Return the migrations of a directory, the oldest first: their names count up.

    Read without running them, so Alembic is not imported. Raises `UndeclaredPhase`.
    """
    return tuple(_of(path) for path in sorted(directory.glob("*.py")))


def _of(path: Path) -> Migration:
    module = ast.parse(path.read_text(encoding="utf-8"))
    declared = list(_assigned(module, "phase"))
    said = [phase for phase in PHASES if phase in declared]
    if len(said) != 1:
        raise UndeclaredPhase(f"{path}: phase is to be one of {', '.join(PHASES)}")
    return Migration(path.stem, said[0], (ast.get_docstring(module) or "").partition("\n")[0])


def _assigned(module: ast.Module, name: str) -> Iterator[object]:
    for node in module.body:
        if (
            isinstance(node, ast.Assign)
            and isinstance(node.value, ast.Constant)
            and any(isinstance(to, ast.Name) and to.id == name for to in node.targets)
        ):
            yield node.value.value


def to_come(migrations: Sequence[Migration], at: str | None) -> Sequence[Migration]:
    """Return those after the revision `at`; None: all of them."""
    return [each for each in migrations if at is None or each.revision > at]


def beside_others(pending: Sequence[Migration], at: str | None) -> Sequence[Migration]:
    """Return those of `pending` that may be applied while the release before runs.

    All, where the database is empty (`at` is None) or one of them stops all processes anyway;
    else those before the first contract.
    """
    if at is None or any(each.phase == "stop" for each in pending):
        return pending
    first = next((n for n, each in enumerate(pending) if each.phase == "contract"), len(pending))
    return pending[:first]
