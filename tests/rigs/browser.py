"""What the tests' browser says on its console."""

from __future__ import annotations

from playwright.sync_api import Page

# No complaint: somebody was quicker at the keyboard than the page's own autofocus.
_QUICKER = "Autofocus processing was blocked"


def listen(page: Page, complaints: list[str]) -> None:
    """Append to `complaints` what the console of `page` says, and what its scripts raise."""

    def note(kind: str, text: str) -> None:
        if not text.startswith(_QUICKER):
            complaints.append(f"{kind} {text}")

    page.on("console", lambda message: note(message.type, message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
