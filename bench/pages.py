"""How long the first page in Hindi takes on a village's line, 128 kbit/s and 400 ms, in Chromium.

The Procfile's web process serves the demo; a clerk signs in at full speed. Then each page is opened
in a browser that has nothing of ours in its cache, and once more with what it kept.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from bench.rig import LOCAL, Rig, await_port, free_port, rig, web_command
from postal.counter import directory_load
from postal.people import accounts, authenticator
from web.phones import demo

PAGES = ("/counter", "/office/draft", "/phones")
READABLE_SECONDS = 4.0  # the aim, issue 16
_KILOBITS = 128
_LATENCY_MS = 400
_PASSWORD = "a password for measuring"
_PIN = "273303"
_LONGEST_MS = 60_000

# Seconds to the first words on the screen, and to the last byte asked for.
_TIMES = """() => {
  const bytes = performance.getEntriesByType("resource");
  const page = performance.getEntriesByType("navigation")[0];
  const paint = performance.getEntriesByName("first-contentful-paint")[0];
  return [paint.startTime, Math.max(page.responseEnd, ...bytes.map((each) => each.responseEnd))];
}"""


@dataclass(frozen=True)
class Visit:
    """One opening of a page: seconds until it can be read and until all is there; what it cost."""

    readable: float
    complete: float
    requests: int
    kilobytes: float  # as they came over the line


@dataclass(frozen=True)
class Opened:
    """A page and the middle of its visits: with an empty cache, and right after."""

    path: str
    first: Visit
    again: Visit


def measure(rounds: int) -> list[Opened]:
    """Open each page `rounds` times with an empty cache, and each time once more."""
    port = free_port()
    address = f"http://{LOCAL}:{port}"
    with rig(
        dakiya_env="development", sms_routes="simulator", public_url=address, port=port
    ) as made:
        process = made.start("web", web_command(port))
        await_port(port, process)
        clerk, number = _people(made)
        with _browser() as browser:
            signed_in = browser.new_context(locale="en-IN")
            _sign_in(signed_in.new_page(), address, clerk, number)
            state = signed_in.storage_state()
            opened = []
            for path in PAGES:
                visits = []
                for _ in range(rounds):
                    context = browser.new_context(
                        locale="en-IN",
                        viewport={"width": 1024, "height": 768},
                        storage_state=state,
                    )
                    once, again = (_visit(context, address + path) for _ in range(2))
                    visits.append((once, again))
                    context.close()
                firsts, agains = zip(*visits, strict=True)
                opened.append(Opened(path, _middle(firsts), _middle(agains)))
    return opened


def _middle(visits: tuple[Visit, ...]) -> Visit:
    return sorted(visits, key=lambda each: each.readable)[len(visits) // 2]


def _people(made: Rig) -> tuple[str, str]:
    """Load the demo and a clerk; return the clerk's id and what the authenticator shows."""
    runtime = made.runtime()
    try:
        runtime.database.run(directory_load.load)
        demo.load(runtime)
        with runtime.database.transaction() as conn:
            accounts.add(conn, "bench", "Bench", "clerk", _PIN, _PASSWORD)
            row = next(each.id for each in accounts.listed(conn) if each.staff_id == "bench")
            return "bench", str(authenticator.totp(conn, row, runtime.keys).at(runtime.now()))
    finally:
        runtime.database.close()
        runtime.redis.close()


@contextmanager
def _browser() -> Iterator[Browser]:
    own = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "chrome"))), None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=own, args=["--no-sandbox"])
        yield browser
        browser.close()


def _sign_in(page: Page, address: str, clerk: str, number: str) -> None:
    """Sign in, confirm the recovery codes and open a counter: the form is what is measured."""
    page.goto(f"{address}/desk/sign-in?lang=hi", wait_until="load")
    page.locator("[name=staff_id]").fill(clerk)
    page.locator("[name=password]").fill(_PASSWORD)
    page.keyboard.press("Enter")
    page.locator("[name=second_factor]").fill(number)
    page.keyboard.press("Enter")
    page.locator("main form:has([name=csrf_token]) button.button:not(.quieter)").click()
    page.wait_for_url(f"{address}/desk")
    page.goto(f"{address}/counter", wait_until="load")
    page.locator("[name=counter]").fill("1")
    page.locator("[name=cash]").fill("500")
    page.locator("main form.door button").click()
    page.locator("[name=number]").first.wait_for()


def _visit(context: BrowserContext, address: str) -> Visit:
    page = context.new_page()
    line = context.new_cdp_session(page)
    line.send("Network.enable")
    line.send(
        "Network.emulateNetworkConditions",
        {
            "offline": False,
            "latency": _LATENCY_MS,
            "downloadThroughput": _KILOBITS * 1000 / 8,
            "uploadThroughput": _KILOBITS * 1000 / 8,
        },
    )
    came: list[float] = []
    line.on("Network.loadingFinished", lambda each: came.append(each["encodedDataLength"]))
    page.goto(address, wait_until="load", timeout=_LONGEST_MS)
    page.evaluate("() => document.fonts.ready.then(() => true)")
    readable, complete = page.evaluate(_TIMES)
    over_the_line = [size for size in came if size]
    visit = Visit(readable / 1000, complete / 1000, len(over_the_line), sum(came) / 1000)
    page.close()
    return visit
