"""Passkeys in Chromium, with its virtual authenticator: added, used at the sign-in, removed."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import CDPSession, Page, expect
from werkzeug.serving import make_server

from runtime import Runtime
from settings import Settings
from tests.rigs.browser import listen
from tests.rigs.clock import Clock
from tests.rigs.desk import PASSWORD, add, number
from tests.rigs.transcript import Player

expect.set_options(timeout=20_000)


@pytest.fixture(scope="module")
def port() -> int:
    """A port that is free: passkeys are bound to the address, so it is settled first."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@pytest.fixture
def settings(settings: Settings, port: int) -> Settings:
    return settings.model_copy(update={"public_url": f"http://localhost:{port}"})


@pytest.fixture
def address(app: Flask, port: int) -> Iterator[str]:
    server = make_server("127.0.0.1", port, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))  # seconds to its end
    thread.start()
    yield f"http://localhost:{port}"
    server.shutdown()
    thread.join()


class Keys:
    """Chromium's virtual authenticators, which somebody plugs in and touches."""

    def __init__(self, page: Page) -> None:
        self._session: CDPSession = page.context.new_cdp_session(page)
        self._session.send("WebAuthn.enable")
        self.key = ""

    def plug_in(self, *, knows_its_owner: bool) -> None:
        if self.key:
            self._session.send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": self.key})
        options = {
            "protocol": "ctap2",
            "transport": "usb",
            "hasUserVerification": True,
            "isUserVerified": knows_its_owner,
            "automaticPresenceSimulation": True,
        }
        added = self._session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
        self.key = str(added["authenticatorId"])

    def recognise(self, *, owner: bool) -> None:
        self._session.send(
            "WebAuthn.setUserVerified", {"authenticatorId": self.key, "isUserVerified": owner}
        )


def fill_password(page: Page, address: str) -> None:
    page.goto(f"{address}/desk?lang=en")
    page.wait_for_load_state()
    page.get_by_label("Staff id").fill("s1")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def test_a_key_is_added_opens_and_is_removed(
    page: Page, address: str, player: Player, runtime: Runtime, clock: Clock
) -> None:
    complaints: list[str] = []
    listen(page, complaints)
    row = add(runtime, "s1", "supervisor")
    keys = Keys(page)
    keys.plug_in(knows_its_owner=True)

    fill_password(page, address)
    page.get_by_label("The number that it shows now").fill(number(runtime, row))
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="I have written them down").click()
    page.get_by_role("link", name="Supervisor s1").click()
    page.get_by_role("link", name="Passkeys").click()
    expect(page.get_by_text("No passkey yet.")).to_be_visible()

    clock.advance(seconds=30)
    page.get_by_label("What you call it").fill("blue key")
    page.get_by_label("The six digits").fill(number(runtime, row))
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="Make the passkey").click()
    expect(page.get_by_text("The passkey is added.")).to_be_visible()
    expect(page.get_by_role("rowheader", name="blue key")).to_be_visible()

    page.get_by_role("link", name="2 new").click()
    expect(page.get_by_role("cell", name="The passkey “blue key” was added. new")).to_be_visible()
    page.get_by_role("button", name="I have seen them").click()
    expect(page.get_by_role("link", name="2 new")).not_to_be_visible()

    page.get_by_role("button", name="Sign out").click()
    fill_password(page, address)
    keys.recognise(owner=False)  # somebody else touches it
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_text("The passkey was not used.")).to_be_visible()
    keys.recognise(owner=True)
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Namaste")

    page.goto(f"{address}/desk/account/passkeys")
    page.wait_for_load_state()
    removal = page.locator("form", has=page.get_by_role("heading", name="Remove a passkey"))
    removal.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_text("The passkey is removed.")).to_be_visible()
    expect(page.get_by_text("No passkey yet.")).to_be_visible()
    assert complaints == []


def test_elsewhere_the_page_says_where_passkeys_work(
    page: Page, address: str, player: Player, runtime: Runtime, clock: Clock
) -> None:
    row = add(runtime, "s1", "supervisor")
    elsewhere = address.replace("localhost", "127.0.0.1")
    fill_password(page, elsewhere)
    page.get_by_label("The number that it shows now").fill(number(runtime, row))
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="I have written them down").click()
    page.goto(f"{elsewhere}/desk/account/passkeys")
    expect(page.get_by_text(f"Passkeys work at {address} only.")).to_be_visible()
