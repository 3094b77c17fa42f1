"""Two phones in Chromium, and hands to press their keys; the real hook and worker behind them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from playwright.sync_api import Locator, Page, expect

from tests.rigs.browser import listen
from tests.rigs.transcript import Player

RECIPIENT = "+919876500001"
OTHER = "+919876500002"
POSTMAN = "+919839000001"
PATIENCE_MS = 20_000

expect.set_options(timeout=PATIENCE_MS)


@dataclass
class Phones:
    """The page, and the worker that sends what was said there."""

    page: Page
    player: Player
    complaints: list[str] = field(default_factory=list)
    urls: list[str] = field(default_factory=list)

    def screen(self, side: str) -> Locator:
        return self.page.locator(f"#{side}-handset .lcd")

    def half(self, side: str) -> str:
        """All that the page holds of one side, seen or not."""
        return self.page.locator(f".side-{side}").inner_html()

    def key(self, side: str, name: str) -> Locator:
        return self.page.locator(f'#{side}-handset [data-key="{name}"]')

    def press(self, side: str, *names: str) -> None:
        for name in names:
            self.key(side, name).click()

    def type(self, side: str, text: str) -> None:
        """On the pad: `#` is the space."""
        self.press(side, *text.replace(" ", "#"))
        expect(self.screen(side).locator(".write-line")).to_have_text(text)

    def send(self, side: str, text: str) -> None:
        self.type(side, text)
        with self.page.expect_response("**/hooks/simulator/sms"):
            self.press(side, "soft-left")
        self.player.drain()

    def dial(self, side: str, service: str) -> None:
        self.press(side, *service)
        expect(self.screen(side).locator(".dial-line")).to_have_text(service)
        with self.page.expect_response("**/hooks/simulator/ussd"):
            self.press(side, "call")

    def reply(self, side: str, text: str) -> None:
        """Types on a screen of the service, and sends it."""
        expect(self.screen(side).locator(".ussd-line")).to_have_text("")
        self.press(side, *text)
        expect(self.screen(side).locator(".ussd-line")).to_have_text(text)
        with self.page.expect_response("**/hooks/simulator/ussd"):
            self.press(side, "soft-left")

    def show(self, side: str, words: str) -> None:
        """Waits for a text that arrives, and opens it."""
        expect(self.screen(side)).to_contain_text(words)
        self.press(side, "soft-left")
        expect(self.screen(side).locator(".read-body")).to_contain_text(words)


@contextmanager
def opened(page: Page, address: str, player: Player) -> Iterator[Phones]:
    """The page of a postman with two articles, both recipients told."""
    player.step(f"postman 1001 {POSTMAN}")
    player.step(f"article EU123456785IN to {RECIPIENT} en")
    player.step(f"article RR287043775IN to {OTHER} hi cod 300")
    player.step("list 1001: EU123456785IN RR287043775IN")
    phones = Phones(page, player)
    listen(page, phones.complaints)
    page.on("request", lambda request: phones.urls.append(request.url))
    page.goto(f"{address}/phones")
    expect(phones.screen("recipient")).to_contain_text("2 new messages")
    yield phones
    page.close()  # before its server: a page that still asks would complain
