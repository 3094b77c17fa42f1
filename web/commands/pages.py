"""`flask pages`: write docs/pages.md and docs/pages.hi.md, what "Help on this page" says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import click

from web.staff import help_pages

DOCS: Final = Path(__file__).parents[2] / "docs"
FILES: Final[Mapping[str, str]] = {"en": "pages.md", "hi": "pages.hi.md"}
_HEADS: Final[Mapping[str, tuple[str, str, str]]] = {
    "en": (
        "What each page is for",
        "The same words stand on the page itself: **Help**, or the key `?`."
        " Written by `flask --app app pages` from web/help.",
        "Cannot be undone",
    ),
    "hi": (
        "हर पन्ना किसलिए है",
        "यही शब्द पन्ने पर भी हैं: **मदद**, या कुंजी `?`। web/help से `flask --app app pages` ने लिखा।",
        "वापस नहीं होता",
    ),
}


def page(spoken: str) -> str:
    """Return the document of every help in the language `spoken`."""
    return "\n".join(_lines(spoken))


def _lines(spoken: str) -> Iterator[str]:
    title, what, final = _HEADS[spoken]
    yield f"# {title}\n"
    yield f"{what}\n"
    room, called = "", help_pages.rooms(spoken)
    for name, each in help_pages.helps(spoken).items():
        if name.partition("_")[0] != room:
            room = name.partition("_")[0]
            yield f"## {called[room]}\n"
        yield f"### {each.title}\n"
        yield f"{each.what}\n"
        yield from (f"- {step}" for step in each.steps)
        yield ""
        if each.final:
            yield f"**{final}:** {each.final}\n"


@click.command("pages")
def pages() -> None:
    """Write docs/pages.md and docs/pages.hi.md from web/help."""
    for spoken, name in FILES.items():
        (DOCS / name).write_text(page(spoken), encoding="utf-8")
        click.echo(DOCS / name)
