"""What holds of every template, whatever it says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from jinja2 import Environment, nodes

from tests.rigs.told import nothing_in

WEB = Path(__file__).parents[2] / "web"
TEMPLATES = WEB / "templates"
ENGINE = Environment(autoescape=True)
LONGEST = 160
NAMED_IN_PYTHON = re.compile(r'"([a-z_/]+\.html)"')

ALL = sorted(path.relative_to(TEMPLATES).as_posix() for path in TEMPLATES.rglob("*.html"))


def test_no_line_is_longer_than_a_reader_sees_at_once() -> None:
    long = [
        f"web/templates/{name}:{number}: {len(line)} characters, {LONGEST} at most"
        for name in ALL
        for number, line in enumerate((TEMPLATES / name).read_text().splitlines(), 1)
        if len(line) > LONGEST
    ]
    nothing_in(long)


def test_every_template_is_used_and_every_one_that_is_used_exists() -> None:
    rendered = {
        name for path in WEB.rglob("*.py") for name in NAMED_IN_PYTHON.findall(path.read_text())
    }
    used = rendered | {inner for name in ALL for inner in _named_in(name)}
    wrong = [f"web/templates/{name}: nothing renders it" for name in sorted(set(ALL) - used)]
    wrong += [f"web/templates/{name}: it does not exist" for name in sorted(used - set(ALL))]
    nothing_in(wrong)


def test_every_macro_that_is_imported_is_called() -> None:
    idle = [
        f"web/templates/{name}:{each.lineno}: {macro} is imported and not called"
        for name in ALL
        for each in _parsed(name).find_all(nodes.FromImport)
        for macro in map(str, each.names)
        if not re.search(rf"\b{macro}\(", (TEMPLATES / name).read_text())
    ]
    nothing_in(idle)


def test_no_filter_is_given_a_constant() -> None:
    """Jinja folds it when it compiles: the first reader's language would stay for all."""
    nothing_in(
        f"web/templates/{name}:{each.lineno}: {each.name} of a constant is worked out once for all"
        for name in ALL
        for each in _parsed(name).find_all(nodes.Filter)
        if isinstance(each.node, nodes.Const) and each.name != "format"  # which needs no language
    )


def _parsed(name: str) -> nodes.Template:
    return ENGINE.parse((TEMPLATES / name).read_text(), name)


def _named_in(name: str) -> Iterator[str]:
    """Yield the templates that a template extends, includes or imports from."""
    parsed = _parsed(name)
    naming: list[nodes.Extends | nodes.Include | nodes.FromImport | nodes.Import] = [
        *parsed.find_all(nodes.Extends),
        *parsed.find_all(nodes.Include),
        *parsed.find_all(nodes.FromImport),
        *parsed.find_all(nodes.Import),
    ]
    for each in naming:
        assert isinstance(each.template, nodes.Const), (
            f"web/templates/{name}:{each.lineno}: which template this is cannot be read here"
        )
        yield each.template.value
