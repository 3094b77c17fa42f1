"""The tests' browser: whose sign-in it has, and what it says on its console."""

from __future__ import annotations

from playwright.sync_api import Page

from tests.rigs.desk import Colleague, session_name

# No complaint: somebody was quicker at the keyboard than the page's own autofocus.
_QUICKER = "Autofocus processing was blocked"


def listen(page: Page, complaints: list[str]) -> None:
    """Append to `complaints` what the console of `page` says, and what its scripts raise."""

    def note(kind: str, text: str) -> None:
        if not text.startswith(_QUICKER):
            complaints.append(f"{kind} {text}")

    page.on("console", lambda message: note(message.type, message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))


def enter(page: Page, address: str, colleague: Colleague) -> None:
    """Take the sign-in of a colleague over into the browser."""
    cookie = colleague.client.get_cookie(session_name(colleague.client))
    assert cookie is not None
    page.context.add_cookies(
        # __Host-: Chromium takes it for https alone, and sends it to loopback all the same.
        [{"name": cookie.key, "value": cookie.value, "url": address.replace("http:", "https:")}]
    )
