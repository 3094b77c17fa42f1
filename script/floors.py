"""The contracts of import-linter as this house needs them: each finding is one line.

A line says which file imports what, and why it must not; `./script/test` shows these lines alone.

import-linter reads packages only; `app.py`, `worker.py`, `jobs.py`, `runtime.py`, `settings.py` and
`logs.py` are files. Without them the floors between `web` and `postal` would not be checked.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import grimp
from importlinter.application import output
from importlinter.contracts.forbidden import ForbiddenContract
from importlinter.contracts.layers import LayersContract
from importlinter.domain.contract import ContractCheck


class Floors(LayersContract):
    """`layers` over the packages and the files of the folder where lint-imports runs."""

    type_name = "floors"

    def check(self, graph: grimp.ImportGraph, verbose: bool) -> ContractCheck:
        """Return what `layers` finds when `graph` includes the single files."""
        files = {path.stem: path for path in Path().glob("*.py")}
        for name in files:
            importers = (
                graph.find_modules_that_directly_import(name) if name in graph.modules else ()
            )
            lines = [
                graph.get_import_details(importer=each, imported=name)[0] for each in importers
            ]
            if name in graph.modules:
                graph.remove_module(name)
            graph.add_module(name)
            for line in lines:
                graph.add_import(**line)
        for name, path in files.items():
            for imported, number, text in _imports(path, graph.modules):
                graph.add_import(
                    importer=name, imported=imported, line_number=number, line_contents=text
                )
        return super().check(graph, verbose)

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Print a line for each import that points up, or to another room of the same floor."""
        for pair in check.metadata["invalid_dependencies"]:
            why = f"{pair['importer']} is not above {pair['imported']}"
            for route in pair["routes"]:
                first, *rest = route["chain"]
                _tell([first, *(route["extra_firsts"] if rest else ())], why)
        for module in sorted(check.metadata["undeclared_modules"]):
            output.print(f"{_file(module)}:1: is on no floor: name {module} in pyproject.toml")


class Without(ForbiddenContract):
    """`forbidden`: rooms that do without a module, directly and through others."""

    type_name = "without"

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Print a line for each import by which a room comes to what it does without."""
        for pair in check.metadata["invalid_chains"]:
            why = f"{pair['downstream_module']} does without {pair['upstream_module']}"
            _tell((chain[0] for chain in pair["chains"]), why)


def _tell(links: Iterable[Mapping[str, Any]], why: str) -> None:
    for link in links:
        for line in link["line_numbers"]:
            output.print(f"{_file(link['importer'])}:{line}: imports {link['imported']}: {why}")


def _file(module: str) -> Path:
    path = Path(*module.split("."))
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


def _imports(path: Path, modules: set[str]) -> list[tuple[str, int, str]]:
    """Return the file's imports among `modules`: module, line number, line."""
    source = path.read_text(encoding="utf-8")
    lines = source.splitlines()
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            inside = [f"{node.module}.{alias.name}" for alias in node.names]
            names = [each if each in modules else node.module for each in inside]
        else:
            continue
        found += [(name, node.lineno, lines[node.lineno - 1]) for name in names if name in modules]
    return found
