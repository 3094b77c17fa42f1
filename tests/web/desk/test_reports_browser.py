"""The reports in Chromium: from the home to what is behind a number, at any width, in print."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from runtime import Runtime
from tests.rigs.browser import enter, listen
from tests.rigs.desk import sign_in
from tests.rigs.transcript import Player
from tests.web.desk.test_reports import day

__all__ = ["day"]
expect.set_options(timeout=20_000)


@pytest.mark.parametrize("language", ["en", "hi"])
def test_from_the_home_to_an_article(
    day: Player, page: Page, address: str, app: Flask, runtime: Runtime, language: str
) -> None:
    complaints: list[str] = []
    listen(page, complaints)
    enter(page, address, sign_in(app, runtime, "supervisor"))
    for width in (360, 1024, 1366):
        page.set_viewport_size({"width": width, "height": 900})
        for path in ("reports", "reports/lists?by=beat", "reports/contested", "reports/texts",
                     "reports/lists/articles?part=failed", "figures",
                     "data-protection"):  # fmt: skip
            page.goto(f"{address}/desk/{path}{'&' if '?' in path else '?'}lang={language}")
            page.wait_for_load_state()
            wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
            assert wide <= 0, (path, width, wide)
            if where := os.environ.get("SHOW_PAGES"):
                name = path.replace("/", "-").replace("?", "-")
                page.screenshot(path=Path(where) / f"{name}-{width}-{language}.png", full_page=True)
    page.goto(f"{address}/desk")
    page.locator(".card[href='/desk/reports']").press("Enter")
    page.locator(".card[href^='/desk/reports/contested?']").press("Enter")
    expect(page.locator(".figure").first).to_contain_text("33 %")
    number = page.locator("tbody a[href*='part=contested']").first
    expect(number).to_have_text("1")
    number.press("Enter")
    page.locator("tbody th a").first.press("Enter")
    expect(page.locator("#timeline")).to_be_visible()
    page.go_back()
    page.go_back()
    page.emulate_media(media="print")
    expect(page.locator(".chart").first).to_be_visible()
    expect(page.locator(".report-form")).to_be_hidden()
    assert complaints == []
