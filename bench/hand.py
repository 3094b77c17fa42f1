"""A hand at a page, which counts what it does: keys pressed, letters typed, clicks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from playwright.sync_api import Locator, Page

_MOST_TABS: Final = 80


@dataclass
class Hand:
    """What was done so far. `letters`: of what must be said anyway; `keys`: all the others."""

    page: Page
    keys: int = 0
    letters: int = 0
    clicks: int = 0

    def press(self, *keys: str) -> None:
        """Press keys, one after the other."""
        for key in keys:
            self.page.keyboard.press(key)
        self.keys += len(keys)

    def type(self, text: str) -> None:
        """Type a text, letter by letter."""
        self.page.keyboard.type(text)
        self.letters += len(text)

    def line(self, *texts: str) -> None:
        """Type each text, and Enter after it."""
        for text in texts:
            self.type(text)
            self.press("Enter")

    def click(self, what: Locator) -> None:
        """Click once."""
        what.click()
        self.clicks += 1

    def leave(self, *keys: str) -> None:
        """Press keys, of which the last one leads to another page."""
        with self.page.expect_navigation():
            self.press(*keys)
        self.page.wait_for_load_state()

    def follow(self, what: Locator) -> None:
        """Click on what leads to another page."""
        with self.page.expect_navigation():
            self.click(what)
        self.page.wait_for_load_state()

    def reach(self, what: Locator) -> None:
        """Press Tab until that has the focus. Raise `LookupError` where it never has."""
        for _ in range(_MOST_TABS):
            if what.evaluate("it => it === document.activeElement"):
                return
            self.press("Tab")
        raise LookupError("Tab does not lead there")

    def __str__(self) -> str:
        parts = ((self.keys, "key"), (self.clicks, "click"), (self.letters, "letter"))
        said = [f"{count} {word}{'s' if count != 1 else ''}" for count, word in parts if count]
        return ", ".join(said) or "nothing"
