"""No page says a name of the code or a stored time where people read, and each has its help."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Final

import pytest
from flask import Flask

from postal.people.accounts import ROLES, Role
from runtime import Runtime
from tests.rigs.desk import sign_in, speak
from tests.rigs.full_house import FullHouse, full_house, may
from tests.rigs.told import nothing_in
from tests.rigs.transcript import Player
from tests.web.test_masked_everywhere import paths
from web.language import NAMES

_UNSEEN: Final = ("script", "style", "template", "code", "kbd", "textarea")
_READ_OUT: Final = ("title", "aria-label", "alt", "placeholder", "data-label")
_NO_END: Final = ("area", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr")
_RAW: Final = {
    "a stored time": re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d|\+00:00"),
    "a stored day": re.compile(r"\b20\d\d-\d\d-\d\d\b"),
    "a key": re.compile(r"\b[a-z]+(?:_[a-z0-9]+)+\b"),
    "a class": re.compile(r"\b[A-Z][a-z]+(?:[A-Z][a-z]+)+\b"),
    "a module": re.compile(
        r"\b(?:flows|postal|conversation|outbox|web|messages|gateways|desk|office|counter|api)"
        r"\.[a-z_]+\b"
    ),
}
_NAMES: Final = frozenset(("WhatsApp", "PostgreSQL", "ChromeOS", "JavaScript"))


class Visible(HTMLParser):
    """What somebody reads or hears of a page, technical details apart."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self._open: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = {name: value or "" for name, value in attrs}
        hidden = tag in _UNSEEN or "technical" in named.get("class", "").split()
        hidden = hidden or any(each for _, each in self._open)
        if not hidden:
            self.said += [named[name] for name in _READ_OUT if name in named]
            if tag == "input" and named.get("type") in ("submit", "button"):
                self.said.append(named.get("value", ""))
        if tag not in _NO_END:
            self._open.append((tag, hidden))

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if data.strip() and not any(hidden for _, hidden in self._open):
            self.said.append(data.strip())


def raw(text: str) -> Iterator[str]:
    """Yield what a page says that is no word of a language."""
    read = Visible()
    read.feed(text)
    for said in read.said:
        for what, sign in _RAW.items():
            for found in sign.findall(said):
                if found not in _NAMES:
                    yield f"{what}: {found!r} in {said[:90]!r}"


@pytest.fixture
def house(player: Player, app: Flask, runtime: Runtime) -> FullHouse:
    house = full_house(player, app, runtime)
    for step in (
        "+919876500001 > 3",
        "+919876500001 > 5 9876543210",
        "+919876500001 > 4",
        "+919876500001 > kab aayega mera parcel",
        "+919839000001 > 00",
        "+919839000001 > 0",
        "+919876500003 > 6",
        "+919876500001 > STOP",
    ):
        player.step(step)
    return house


@pytest.mark.parametrize("role", ROLES)
def test_no_page_says_a_name_of_the_code(house: FullHouse, role: Role) -> None:
    colleague = house.clerk
    if role != "clerk":
        colleague = sign_in(house.app, house.runtime, role, f"{role[:9]}-reads")
    found: set[str] = set()
    seen = 0
    for language in NAMES:
        speak(colleague.client, language)
        for rule in house.rules("GET"):
            if not may(rule, role):
                continue
            for path in paths(rule.rule):
                answer = colleague.get(path)
                if answer.status_code == 200 and answer.mimetype == "text/html":
                    seen += 1
                    found |= {f"{language} {path}: {each}" for each in raw(answer.text)}
                    if "<header" in answer.text and 'id="help"' not in answer.text:
                        found.add(f"{language} {path}: no help on it")
    nothing_in(sorted(found))
    assert seen > 10
