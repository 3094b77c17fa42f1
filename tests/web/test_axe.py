"""Every page in Chromium: no fault of WCAG 2.0 to 2.2 (A, AA) nor of axe's best practices, and as
wide as the window, be it a telephone's.

The pages are those of the routes, for every role that may open them, in both languages, with
everything unfolded and every dialog opened. Whoever adds a route adds its page.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from postal.people.accounts import ROLES
from postal.reports.measures import MEASURES
from runtime import Runtime
from tests.rigs import axe
from tests.rigs.api_calls import number_of
from tests.rigs.browser import enter
from tests.rigs.clock import Clock
from tests.rigs.desk import PASSWORD, add, number, sign_in
from tests.rigs.full_house import FullHouse, full_house, may
from tests.rigs.told import nothing_in
from tests.rigs.transcript import Player
from tests.web.counter.test_pages import PRICE, form
from web.language import NAMES

WIDTHS = (360, 1024)
ROOMS = ("administration", "counter", "desk", "office")
# The values of an address: of each, those whose pages differ.
FILLED: dict[str, tuple[str, ...]] = {
    "<int:conversation>": ("1", "2", "4", "6"),
    "<int:article>": ("1", "2", "3"),
    "<int:text>": tuple(map(str, range(1, 20))),  # those that came in
    "<measure>": tuple(MEASURES),
}
ID = ("1", "2", "3", "4")
ASKED = {"/desk/reports/<measure>/articles": "?part=delivered"}
# No page is behind these addresses: they lead on, or are files.
NO_PAGE = re.compile(r"\.(csv|pdf)$")
NOT_HERE = {
    "/administration",  # leads to what one may see
    "/desk/own-password",  # for whom another one has set it: see the way in
    "/desk/recovery-codes",  # likewise
}
TAG = re.compile(r"<([a-z0-9-]+)(\s[^<>]*)?>")
ATTRIBUTE = re.compile(r'\s([a-z-]+)(?:="([^"]*)")?')
DIALOG = re.compile(r'<dialog[^>]*\sid="([^"]+)"')


def parts(html: str) -> set[tuple[str, ...]]:
    """What a page is made of: its tags with their attributes, whatever they say."""
    return {
        (tag, *sorted(f"{name}={value if name in ('class', 'type', 'role') else ''}"
         for name, value in ATTRIBUTE.findall(attributes)))
        for tag, attributes in TAG.findall(html)
    }  # fmt: skip


@dataclass
class Looks:
    """A browser with axe, and what it found."""

    page: Page
    address: str
    found: list[str] = field(default_factory=list)
    dialogs: set[tuple[str, str]] = field(default_factory=set)

    def at(self, path: str, status: int = 200, languages: Iterable[str] = NAMES) -> None:
        """Look at that page in each of `languages`."""
        for language in languages:
            answer = self.page.goto(
                f"{self.address}{path}{'&' if '?' in path else '?'}lang={language}"
            )
            assert answer is not None
            assert answer.status == status, path
            self.now(f"{language} {path}", language)

    def now(self, what: str, language: str) -> None:
        """Look at the page that is there."""
        there = {(each, language) for each in DIALOG.findall(self.page.content())} - self.dialogs
        self.dialogs |= there
        opened = [name for name, _ in there]
        self.found += [f"{what}: {each}" for each in axe.faults(self.page, opened)]
        for width in WIDTHS:
            self.page.set_viewport_size({"width": width, "height": 768})
            across = self.page.evaluate("document.documentElement.scrollWidth")
            if across > width:
                self.found.append(f"{what}: {across} px wide in a window of {width}")


@pytest.fixture
def looks(page: Page, address: str) -> Looks:
    axe.prepare(page)
    return Looks(page, address)


def paths(rule: str) -> Iterator[str]:
    """The route with what may be there."""
    part = re.search(r"<[^>]+>", rule)
    if part is None:
        yield rule
        return
    for value in FILLED.get(part[0], ID):
        yield from paths(rule.replace(part[0], value, 1))


def fill(house: FullHouse) -> None:
    """What the house has not: an account, customers who paid and who are about to, an outage."""
    sign_in(house.app, house.runtime, "agent", "agent-2")
    house.clerk.post("/counter/rolls", first=number_of(41), last=number_of(49))
    made = [house.clerk.post("/counter/groups", **form(number=number_of(n))) for n in (41, 42)]
    paid, waiting = (each.headers["Location"] for each in made)
    house.clerk.post(f"{paid}/cash", given="100", seen=str(PRICE))
    house.clerk.post(f"{waiting}/upi")
    master = sign_in(house.app, house.runtime, "postmaster", "master")
    hours = {"day": "14-08-2026", "from": "09:00", "until": "09:30", "reason": "no network"}
    assert master.post("/office/outages", **hours).status_code == 302


@pytest.mark.parametrize("room", ROOMS)
def test_the_pages_of_a_room(
    player: Player, app: Flask, runtime: Runtime, looks: Looks, room: str
) -> None:
    house = full_house(player, app, runtime)
    fill(house)
    of_room = [
        rule
        for rule in house.rules("GET")
        if rule.rule.split("/")[1] == room and not NO_PAGE.search(rule.rule)
    ]
    seen: dict[str, set[tuple[str, ...]]] = {}
    for role in ROLES:
        who = house.clerk if role == "clerk" else sign_in(app, runtime, role, f"{role[:9]}-sees")
        enter(looks.page, looks.address, who)
        for rule in of_room:
            for path in paths(rule.rule + ASKED.get(rule.rule, "")) if may(rule, role) else ():
                answer = who.get(path)
                made_of = parts(answer.text) if answer.status_code == 200 else set()
                known = seen.setdefault(rule.rule, set())
                # A page all of whose parts were looked at is as they were.
                if not made_of <= known:
                    looks.at(path, languages=["hi"] if known else NAMES)
                known |= made_of
    nothing_in(iter(looks.found))
    nothing_in(
        f"{rule.rule}: no page was found: fill the house or the address"
        for rule in of_room
        if not seen.get(rule.rule) and rule.rule not in NOT_HERE
    )


def test_the_way_in_and_what_everybody_sees(
    player: Player, app: Flask, runtime: Runtime, looks: Looks, clock: Clock
) -> None:
    page = looks.page
    for path, status in (
        ("/", 200),
        ("/privacy", 200),
        ("/phones", 200),
        ("/anything", 404),
        ("/desk/sign-in", 200),
    ):
        looks.at(path, status)
    newcomer = add(runtime, "c1", "clerk")
    for language in NAMES:
        typed(page, f"{looks.address}/desk/sign-in?lang={language}", "c1", "nothing that fits")
        looks.now("a wrong password", language)
    typed(page, page.url, "c1", PASSWORD)
    looks.at("/desk/enrol")
    page.locator("[name=second_factor]").fill(number(runtime, newcomer))
    send(page)
    looks.now("recovery codes", "en")
    looks.at("/desk/recovery-codes")
    with page.expect_navigation():
        page.locator("form[action$=kept] button").click()
    for path, status in (("/counter", 200), ("/desk/find", 403), ("/desk/nowhere", 404)):
        looks.at(path, status)
    with runtime.database.transaction() as conn:
        conn.execute("UPDATE staff SET password_until = %s", [clock.now() + timedelta(days=1)])
    looks.at("/desk/own-password")
    with runtime.database.transaction() as conn:
        conn.execute("UPDATE staff SET password_until = NULL")

    page.goto(f"{looks.address}/counter?lang=en")
    clock.advance(minutes=31)
    page.evaluate("Date.now = ((now) => () => now() + 60_000)(Date.now)")  # not heard for a minute
    page.locator("[name=counter]").fill("1")
    page.locator("[name=cash]").fill("500")
    page.get_by_role("button", name="Open it").click()
    expect(page.get_by_role("dialog", name="Sign in again")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Password")).to_be_focused()
    looks.now("an ended sign-in", "en")
    typed(page, f"{looks.address}/desk/sign-in?lang=hi", "c1", PASSWORD)
    looks.at("/desk/second-factor")
    nothing_in(iter(looks.found))


def typed(page: Page, address: str, staff_id: str, password: str) -> None:
    """Sign in with those at the page of that address."""
    page.goto(address)
    page.locator("[name=staff_id]").fill(staff_id)
    page.locator("[name=password]").fill(password)
    send(page)


def send(page: Page) -> None:
    """Press Enter, and wait for the page that this leads to."""
    with page.expect_navigation():
        page.keyboard.press("Enter")
