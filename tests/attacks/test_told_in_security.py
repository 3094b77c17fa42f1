"""SECURITY.md's table of threats leads to every story, and each story says what a story says."""

from __future__ import annotations

import re
from pathlib import Path

from messages.catalogue import LANGUAGES
from tests.rigs.told import nothing_in

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
NO_STORIES = {"test_stories.py", "test_told_in_security.py"}
PARTS = ("Who", "Wants", "In the way", "Told")

_LINK = re.compile(r"\]\(tests/attacks/([^)\s]+)\)")
_ADDRESSEE = re.compile(r"^article \S+ to \S+ (\S+)", re.MULTILINE)


def stories() -> set[str]:
    """Return the names of the files that tell a story."""
    found = [*HERE.glob("*.txt"), *HERE.glob("test_*.py")]
    return {path.name for path in found} - NO_STORIES


def threats(page: str) -> list[str]:
    """Return the rows of the table of threats."""
    table = page.partition("| who attacks |")[2].partition("\n\n")[0]
    return table.splitlines()[2:]


def wrong(page: str, told: set[str]) -> list[str]:
    """Return a line for each threat without a story, each dead link and each story without one."""
    rows = threats(page)
    linked = [name for row in rows for name in _LINK.findall(row)]
    return [
        *(f"no story: {row}" for row in rows if not _LINK.search(row)),
        *(f"{name}: there is no such story" for name in linked if name not in told),
        *(f"{name}: no threat leads to it" for name in sorted(told - set(linked))),
    ]


def test_each_threat_has_its_stories_and_each_story_its_threat() -> None:
    page = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
    assert len(threats(page)) > 10
    nothing_in(wrong(page, stories()))


def test_what_is_missing_is_told() -> None:
    page = (
        "| who attacks | how |\n| --- | --- |\n"
        "| he | [a](tests/attacks/a.txt), [b](tests/attacks/b.txt) |\n| she | nothing |\n\n"
        "[c](tests/attacks/c.txt)"
    )
    assert wrong(page, {"a.txt", "c.txt"}) == [
        "no story: | she | nothing |",
        "b.txt: there is no such story",
        "c.txt: no threat leads to it",
    ]


def test_every_story_says_who_wants_what_and_who_is_told() -> None:
    heads = {name: (HERE / name).read_text(encoding="utf-8")[:1000] for name in stories()}
    nothing_in(
        f"{name}: its head does not say {part!r}"
        for name, head in sorted(heads.items())
        for part in PARTS
        if f"{part}:" not in head
    )


def test_where_words_matter_they_are_tried_in_every_language() -> None:
    """Stories of words: those that go to recipients of all languages of the catalogue."""
    of_words = {
        path.name
        for path in HERE.glob("*.txt")
        if set(_ADDRESSEE.findall(path.read_text(encoding="utf-8"))) >= set(LANGUAGES)
    }
    assert of_words >= {
        "a_forged_not_mine.txt",
        "a_forged_stop.txt",
        "a_proven_sender_is_dishonest.txt",
        "a_witness_in_her_name.txt",
        "contradictory.txt",
        "not_found_falsely.txt",
        "refused_falsely.txt",
        "said_twice.txt",
        "who_asks_for_the_code.txt",
        "yes_and_then_no.txt",
    }
