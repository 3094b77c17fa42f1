"""Every document that source, documentation and tests name exists, and so does every rule of it.

A rule is named as docs/developing/README.md says, on one line; a document by its path from the
root or from the file that names it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.rigs.told import nothing_in

ROOT = Path(__file__).resolve().parent.parent.parent
RULE_BOOK = "docs/developing"

_READ = frozenset(
    (".css", ".conf", ".html", ".js", ".mako", ".md", ".py", ".sql", ".toml", ".txt", ".yml", "")
)
_ELSEWHERE = frozenset(("var", "node_modules", "__pycache__", "vendor"))  # nothing of ours in there

# Neither a part of an address nor of a longer path; `{name}.md` in a format string is no document,
# and a bare name that begins a string is a piece of which a path is made.
_DOCUMENT = re.compile(
    r"(?<![\w./:{}-])(?:(?:\.{1,2}/)+|(?:\.{1,2}/)*(?:[\w-]+/)+|(?<!\"))[\w-]+\.md\b"
)
_LINK = re.compile(r"\]\(([^()\s]+)\)")
_NAMED = re.compile(
    r"(?P<path>[\w./-]+\.md) rules? (?P<first>I?[0-9]+)"
    r"(?: to (?P<last>[0-9]+))?(?P<more>(?:,? (?:and )?rule I?[0-9]+)*)"
)
_IN_LINE = re.compile(r"\bI?[0-9]+\b")
_RULE = re.compile(r"^\*\*Rule (I?[0-9]+)\.\*\*", re.MULTILINE)
_WITHOUT_PAGE = re.compile(r"\b[A-Z]{4,}(?:\.md)? rules? [0-9]+")


def broken(root: Path) -> list[str]:
    """Return a line for each reference under `root` that leads nowhere: file, line and what."""
    return [
        f"{path.relative_to(root)}:{number}: {what}"
        for path in _files(root)
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        for what in _wrong(root, path, line)
    ]


def _files(root: Path) -> Iterator[Path]:
    for path in sorted(root.iterdir()):
        if path.name in _ELSEWHERE or (path.name.startswith(".") and path.name != ".env.example"):
            continue
        if path.is_dir():
            yield from _files(path)
        elif path.suffix in _READ or path.name == ".env.example":
            yield path


def _wrong(root: Path, path: Path, line: str) -> Iterator[str]:
    for found in _DOCUMENT.findall(line):
        if not _there(root, path, found):
            yield f"no document {found}"
    for target in _LINK.findall(line) if path.suffix == ".md" else ():
        place, _, _ = target.partition("#")
        if place and "://" not in place and not (path.parent / place).exists():
            yield f"no {target}: links lead from the page's own folder"
    for named in _NAMED.finditer(line):
        document = root / named["path"]
        for rule in _numbers(named) if document.is_file() else ():
            if rule not in _rules(document):
                yield f"{named['path']} has no rule {rule}"
    for found in _WITHOUT_PAGE.findall(line):
        yield f"{found}: name the page, as {RULE_BOOK}/domain.md rule 4"


def _there(root: Path, path: Path, found: str) -> bool:
    return (root / found).is_file() or (path.parent / found).is_file()


def _numbers(named: re.Match[str]) -> list[str]:
    """Return every rule of a reference: `rules 7 to 9`, `rule 2, rule 8`."""
    more = _IN_LINE.findall(named["more"])
    if named["last"] is None:
        return [named["first"], *more]
    return [*map(str, range(int(named["first"]), int(named["last"]) + 1)), *more]


@cache
def _rules(document: Path) -> frozenset[str]:
    return frozenset(_RULE.findall(document.read_text(encoding="utf-8")))


def test_every_document_and_rule_that_is_named_exists() -> None:
    nothing_in(broken(ROOT))


@pytest.mark.parametrize(
    ("page", "rules"),
    [
        ("domain", range(1, 12)),
        ("architecture", range(1, 19)),
        ("trust", [*range(1, 22), *(f"I{number}" for number in range(1, 8))]),
        ("scale", range(1, 12)),
    ],
)
def test_a_rule_keeps_its_number(page: str, rules: range | list[str]) -> None:
    text = (ROOT / RULE_BOOK / f"{page}.md").read_text(encoding="utf-8")
    assert _RULE.findall(text) == [str(rule) for rule in rules]


def test_what_leads_nowhere_is_told_with_its_place(tmp_path: Path) -> None:
    page = tmp_path / RULE_BOOK / "domain.md"
    page.parent.mkdir(parents=True)
    page.write_text("# The domain\n\n**Rule 1.** One.\n\n**Rule 2.** Two.\n")
    (tmp_path / "good.py").write_text(
        f'"""As {RULE_BOOK}/domain.md rules 1 to 2; https://example.org/NOTES.md is not ours."""\n'
    )
    (tmp_path / "bad.py").write_text(
        f"# {RULE_BOOK}/domain.md rule 3\n"
        f"# {RULE_BOOK}/domain.md rules 1 to 3\n"
        f"# {RULE_BOOK}/domain.md rule 1, rule I4\n"
        "# docs/none" + ".md\n"
        "# DOMAIN" + " rule 1\n"
    )
    (tmp_path / "page.md").write_text(f"[one]({RULE_BOOK}/domain.md#the-domain) [two](two.svg)\n")
    assert broken(tmp_path) == [
        f"bad.py:1: {RULE_BOOK}/domain.md has no rule 3",
        f"bad.py:2: {RULE_BOOK}/domain.md has no rule 3",
        f"bad.py:3: {RULE_BOOK}/domain.md has no rule I4",
        "bad.py:4: no document docs/none" + ".md",
        "bad.py:5: DOMAIN" + f" rule 1: name the page, as {RULE_BOOK}/domain.md rule 4",
        "page.md:1: no two.svg: links lead from the page's own folder",
    ]
