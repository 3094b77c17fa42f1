"""The demo's district with a week behind it, served for the tasks and the pictures.

Its clock stands, so that the pages are the same on every day: Friday, 14 August 2026, twenty to ten
in Gorakhpur.
"""

from __future__ import annotations

import logging
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

import structlog
from playwright.sync_api import Browser, BrowserContext, Page, StorageState, sync_playwright
from werkzeug.serving import WSGIRequestHandler, make_server

import jobs
from app import create_app
from bench.month import thrown_away
from conversation.inbound import receive
from gateways.base import Inbound
from outbox.drain import Drain
from postal.counter import directory_load
from postal.people import accounts, authenticator
from runtime import Runtime
from web.phones.simulator import received

NOW: Final = datetime(2026, 8, 14, 4, 10, tzinfo=UTC)
PASSWORD: Final = "post for everybody"  # of every account of the demo
PIN: Final = "273303"
LOCAL: Final = "127.0.0.1"
_BREATH: Final = 0.1  # seconds between two rounds of the outbox


@dataclass
class Clock:
    """A clock that stands until it is moved."""

    at: datetime = NOW

    def now(self) -> datetime:
        return self.at


@dataclass
class House:
    """What is served, its clock, and who is signed in at it."""

    runtime: Runtime
    clock: Clock
    address: str
    browser: Browser
    states: dict[str, StorageState] = field(default_factory=dict)
    _sending: threading.Lock = field(default_factory=threading.Lock)
    _texts: int = 0

    def __post_init__(self) -> None:
        self.drain = Drain(self.runtime)

    def say(self, phone: str, text: str) -> None:
        """Bring a text as the simulated carrier does, and send what it leads to."""
        self._texts += 1
        receive(self.runtime, Inbound("simulator", f"house-{self._texts}", phone, text, None))
        self.settle()

    def settle(self) -> None:
        """Send what is due."""
        with self._sending:
            while self.drain.run():
                pass

    def code(self, phone: str) -> str:
        """Return the newest code on that telephone."""
        return next(each.code for each in reversed(received(self.runtime, phone)) if each.code)

    def number(self, staff_id: str) -> str:
        """Return what the authenticator of that account shows now."""
        with self.runtime.database.transaction() as conn:
            row = next(each.id for each in accounts.listed(conn) if each.staff_id == staff_id)
            return str(authenticator.totp(conn, row, self.runtime.keys).at(self.runtime.now()))

    def page(self, staff_id: str | None, width: int = 1024, language: str = "en") -> Page:
        """Return the page of a new browser; `staff_id`: who is signed in, None: nobody."""
        if staff_id and staff_id not in self.states:
            self.states[staff_id] = self._sign_in(staff_id)
        context = self._context(width, self.states[staff_id] if staff_id else None)
        page = context.new_page()
        page.goto(f"{self.address}/?lang={language}")  # from here on it is kept
        return page

    def _context(self, width: int, state: StorageState | None) -> BrowserContext:
        context = self.browser.new_context(
            viewport={"width": width, "height": 740 if width < 600 else 768},
            locale="en-IN",
            timezone_id="Asia/Kolkata",
            reduced_motion="reduce",
            storage_state=state,
        )
        context.set_default_timeout(60_000)  # milliseconds
        context.clock.set_fixed_time(self.clock.at)
        return context

    def _sign_in(self, staff_id: str) -> StorageState:
        """Sign in for the first time: the authenticator is set up, recovery codes are shown."""
        context = self._context(1024, None)
        page = context.new_page()
        self._prove(page, staff_id)
        page.locator("form[action$=kept] button").click()
        page.wait_for_url(f"{self.address}/desk")
        state = context.storage_state()
        context.close()
        return state

    def _prove(self, page: Page, staff_id: str) -> None:
        """Type password and number at the sign-in."""
        page.goto(f"{self.address}/desk/sign-in?lang=en")
        page.locator("[name=staff_id]").fill(staff_id)
        page.locator("[name=password]").fill(PASSWORD)
        page.keyboard.press("Enter")
        page.locator("[name=second_factor]").fill(self.number(staff_id))
        page.keyboard.press("Enter")

    def sign_in_again(self, staff_id: str) -> None:
        """Sign in at another place, which nobody uses afterwards."""
        context = self._context(1024, None)
        page = context.new_page()
        self._prove(page, staff_id)
        page.wait_for_url(f"{self.address}/desk")
        context.close()

    def wait(self, **duration: float) -> None:
        """Move the clock by `timedelta(**duration)`."""
        self.clock.at += timedelta(**duration)


@contextmanager
def house(live: Callable[[House], object]) -> Iterator[House]:
    """Yield the house in which `live` took place before the browser came."""
    clock = Clock()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    with thrown_away() as settings, _chromium() as browser:
        runtime = Runtime.build(settings, clock.now)
        runtime.database.open()
        jobs.use(runtime)
        try:
            runtime.database.run(directory_load.load)
            made = House(runtime, clock, "", browser)
            live(made)
            with _served(made):
                yield made
        finally:
            made.drain.finish()
            jobs.use(runtime)  # ends the sends under way
            runtime.database.close()
            runtime.redis.close()


class _Quiet(WSGIRequestHandler):
    """Requests without a line each."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Write nothing."""


@contextmanager
def _served(made: House) -> Iterator[None]:
    """Serve the pages and send texts until the block ends."""
    server = make_server(LOCAL, 0, create_app(made.runtime), True, request_handler=_Quiet)
    made.address = f"http://{LOCAL}:{server.port}"
    over = threading.Event()

    def send() -> None:
        while not over.wait(_BREATH):
            made.settle()

    threads = [threading.Thread(target=server.serve_forever), threading.Thread(target=send)]
    for each in threads:
        each.start()
    try:
        yield
    finally:
        over.set()
        server.shutdown()
        for each in threads:
            each.join()


@contextmanager
def _chromium() -> Iterator[Browser]:
    own = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "chrome"))), None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=own, args=["--no-sandbox"])
        yield browser
        browser.close()
