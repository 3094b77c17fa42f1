"""Help on each page: in every language, short, and the documents say the same."""

from __future__ import annotations

from pathlib import Path

from jinja2 import Environment, nodes

from tests.rigs.told import nothing_in
from web.commands.pages import DOCS, FILES, page
from web.language import NAMES
from web.staff import help_pages

TEMPLATES = Path(__file__).parents[3] / "web" / "templates"
LONGEST = 170  # characters of one sentence or two: help is read while somebody waits
STEPS = 4
# What is no page to work on: the frames of others, and what says that something is not possible.
NO_PAGE = ("refused.html",)


def _extended(name: str) -> str | None:
    parsed = Environment(autoescape=True).parse((TEMPLATES / name).read_text(encoding="utf-8"))
    found = parsed.find(nodes.Extends)
    return found.template.value if found and isinstance(found.template, nodes.Const) else None


def _pages() -> set[str]:
    """The templates of whole pages of the staff: they extend the layout of the desk."""
    above = {each.relative_to(TEMPLATES).as_posix(): "" for each in TEMPLATES.rglob("*.html")}
    above = {name: _extended(name) or "" for name in above}
    found = set()
    for name in above:
        upper = name
        while above.get(upper):
            upper = above[upper]
            if upper == "desk/layout.html" and not name.endswith("layout.html"):
                found.add(name)
    return found - set(NO_PAGE)


def test_every_page_has_a_help_and_every_help_a_page() -> None:
    listed = [name for found in help_pages.places().values() for name in found]
    assert len(listed) == len(set(listed))
    nothing_in(
        [
            *(f"web/help/pages.toml: no help stands on {each}" for each in _pages() - set(listed)),
            *(f"web/help/pages.toml: {each} is no page" for each in set(listed) - _pages()),
        ]
    )


def test_every_help_is_short_and_said_in_every_language() -> None:
    for language in NAMES:
        nothing_in(
            f"web/help/{language}.toml: {name}: {said[:60]!r}: {len(said)}, {LONGEST} at most"
            for name, each in help_pages.helps(language).items()
            for said in (each.title, each.what, each.final, *each.steps)
            if len(said) > LONGEST
        )
    english, hindi = (help_pages.helps(each) for each in ("en", "hi"))
    for name, each in english.items():
        assert 1 <= len(each.steps) <= STEPS, name
        assert len(each.steps) == len(hindi[name].steps), name
        assert bool(each.final) == bool(hindi[name].final), name


def test_the_documents_say_what_the_pages_say() -> None:
    assert set(FILES) == set(NAMES)
    for language, name in FILES.items():
        if (DOCS / name).read_text(encoding="utf-8") != page(language):
            nothing_in([f"docs/{name} is not current: run `flask --app app pages`"])
