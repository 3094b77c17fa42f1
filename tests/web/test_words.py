"""What the pages say: every sentence in every language, and none that a page asks for missing."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from string import Formatter

from flask import Flask
from jinja2 import Environment, nodes

from tests.rigs.told import nothing_in
from web.language import NAMES, say, words
from web.staff.times import lasting

ROOT = Path(__file__).parents[2]
WORDS, TEMPLATES = Path("web/words"), Path("web/templates")
ENGINE = Environment(autoescape=True)
_HEADED = frozenset(("table", "wide_table"))  # macros whose first list names words


def of(path: Path) -> Mapping[str, str]:
    """Return the sentences of one file."""
    return tomllib.loads((ROOT / path).read_text(encoding="utf-8")) if path.exists() else {}


def uneven() -> Iterator[str]:
    """Yield a line for each sentence that a language lacks, or fills in with other values."""
    files = sorted({path.name for path in (ROOT / WORDS).rglob("*.toml")})
    for name in files:
        every = {language: of(WORDS / language / name) for language in NAMES}
        for key in sorted(set().union(*every.values())):
            having = {language: said[key] for language, said in every.items() if key in said}
            for language in NAMES.keys() - having.keys():
                yield f"{WORDS / language / name}: {key} is missing, which {', '.join(having)} has"
            if len({frozenset(values(said)) for said in having.values()}) > 1:
                yield f"{WORDS}/*/{name}: {key} is filled in with other values in each language"


def values(said: str) -> Iterator[str]:
    """Yield the names of the values that a sentence is filled in with."""
    return (name for _, name, _, _ in Formatter().parse(said) if name)


def unsaid() -> Iterator[str]:
    """Yield a line for each word that a template names and no language has."""
    known = words("en")
    for path in sorted((ROOT / TEMPLATES).rglob("*.html")):
        where = path.relative_to(ROOT)
        for call in ENGINE.parse(path.read_text(encoding="utf-8")).find_all(nodes.Call):
            for name in named_by(call):
                if name and name not in known:  # "": a heading over nothing
                    yield f"{where}:{call.lineno}: no file of {WORDS}/en says {name}"


def named_by(call: nodes.Call) -> Iterator[str]:
    """Yield the words that a call of a template names in full."""
    called = call.node
    if not call.args or not isinstance(called, nodes.Name):
        return
    first = call.args[0]
    if called.name == "say" and isinstance(first, nodes.Const):
        yield str(first.value)
    if called.name in _HEADED and isinstance(first, nodes.List):
        yield from (each.value for each in first.items if isinstance(each, nodes.Const))


def test_every_sentence_is_said_in_every_language_with_the_same_values() -> None:
    nothing_in(uneven())


def test_every_word_that_a_template_names_is_said() -> None:
    nothing_in(unsaid())


def test_one_thing_is_said_as_one_in_every_language(app: Flask) -> None:
    for language, one, many in (
        ("en", "1 list is not closed yet.", "2 lists are not closed yet."),
        ("hi", "1 सूची अभी बंद नहीं हुई।", "2 सूचियां अभी बंद नहीं हुईं।"),
    ):
        with app.test_request_context(f"/?lang={language}"):
            assert [say("day_not_yet", count=count) for count in (1, 2)] == [one, many]
            assert say("tickets_open", count=1).endswith("1")  # where one is said like many


def test_a_length_of_time_is_said_in_its_largest_whole_unit(app: Flask) -> None:
    for language, said in (
        ("en", ["10 minutes", "1 day", "90 minutes", "2 hours"]),
        ("hi", ["10 मिनट", "1 दिन", "90 मिनट", "2 घंटे"]),
    ):
        with app.test_request_context(f"/?lang={language}"):
            assert [lasting(each) for each in (600, 86400, 5400, 7200)] == said
