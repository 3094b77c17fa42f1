"""A file in Chromium: chosen, uploaded, looked at, imported while one watches, done."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from imports.importer import AT_ONCE, advance
from runtime import Runtime
from tests.rigs.browser import listen
from tests.rigs.counter import office
from tests.rigs.desk import PASSWORD, add, number
from tests.rigs.imports import count, get, row, text, work

expect.set_options(timeout=20_000)


@pytest.fixture
def complaints(page: Page) -> Iterator[list[str]]:
    """What the browser complained of."""
    found: list[str] = []
    listen(page, found)
    yield found
    page.close()


def sign_in(page: Page, address: str, runtime: Runtime, language: str = "en") -> None:
    office(runtime)
    staff_row = add(runtime, "postmaster-1", "postmaster")
    page.goto(f"{address}/desk?lang={language}")
    page.keyboard.type("postmaster-1")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("textbox")).to_be_focused()
    page.keyboard.type(number(runtime, staff_row))
    page.keyboard.press("Enter")
    page.locator(".recovery-codes form button").first.press("Enter")  # in whatever language
    expect(page.locator(".cards").first).to_be_visible()
    page.goto(f"{address}/office/imports")


def save(directory: Path, content: str) -> Path:
    path = directory / "अगस्त articles.csv"
    path.write_text(content, encoding="utf-8-sig", newline="")
    return path


def test_from_upload_to_done(
    page: Page, address: str, runtime: Runtime, tmp_path: Path, complaints: list[str]
) -> None:
    rows = [row(n) for n in range(1, 126)]
    rows[9] = row(10, recipient_mobile="9.83901E+09")
    rows[19] = row(20, recipient_name="????? ???")
    sign_in(page, address, runtime)
    page.get_by_label("CSV file", exact=True).set_input_files(save(tmp_path, text(rows)))
    page.get_by_role("button", name="Upload and check").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("अगस्त articles.csv")
    expect(page.get_by_role("progressbar", name="is being read")).to_be_visible()
    work(runtime)
    expect(page.get_by_text("Cannot be taken: 2.")).to_be_visible()
    expect(page.locator("tbody").first).to_contain_text("letters were lost (???)")
    with page.expect_download() as download:
        page.get_by_role("link", name="Bad rows as CSV").press("Enter")
    assert "was shortened by Excel" in Path(download.value.path()).read_text(encoding="utf-8-sig")
    assert count(runtime, "articles") == 0
    page.get_by_role("button", name="Import 123, leave out 2").press("Enter")
    bar = page.get_by_role("progressbar", name="is being imported")
    expect(bar).to_be_visible()
    assert advance(runtime, 1, "importing")
    expect(page.get_by_text(f"{AT_ONCE} of 123 rows")).to_be_visible()
    expect(bar).to_have_attribute("value", str(AT_ONCE))
    expect(page.locator("#progress [role=status]")).to_have_text("75 %")
    page.reload()  # nothing hangs on the page
    expect(page.get_by_text(f"{AT_ONCE} of 123 rows")).to_be_visible()
    work(runtime)
    expect(page.locator(".tallies .good dd")).to_have_text("123")
    expect(page.get_by_role("main").locator("strong").first).to_have_text("done")
    assert count(runtime, "articles") == 123
    assert complaints == []


def test_cancelled_while_it_runs(
    page: Page, address: str, runtime: Runtime, tmp_path: Path, complaints: list[str]
) -> None:
    sign_in(page, address, runtime)
    page.get_by_label("CSV file", exact=True).set_input_files(
        save(tmp_path, text(row(n) for n in range(1, 121)))
    )
    page.get_by_role("button", name="Upload and check").press("Enter")
    work(runtime)
    page.get_by_role("button", name="Import all: 120").press("Enter")
    expect(page.get_by_role("progressbar")).to_be_visible()
    assert advance(runtime, 1, "importing")
    page.get_by_role("button", name="Cancel").press("Enter")
    expect(page.get_by_text("Cancelled.", exact=True)).to_be_visible()
    work(runtime)
    assert (get(runtime, 1).state, count(runtime, "articles")) == ("cancelled", AT_ONCE)
    assert complaints == []


def test_a_file_that_is_too_large_is_not_even_sent(
    page: Page, address: str, runtime: Runtime, tmp_path: Path
) -> None:
    sign_in(page, address, runtime)
    much = tmp_path / "much.csv"
    much.write_bytes(b"x" * (20 * 2**20 + 1))
    page.get_by_label("CSV file", exact=True).set_input_files(much)
    chosen = page.get_by_label("CSV file", exact=True)
    expect(chosen).to_have_accessible_description(re.compile("Up to 20 MB.*Up to 20 MB"))
    page.get_by_role("button", name="Upload and check").click()
    assert page.url.endswith("/office/imports")
    assert count(runtime, "imports") == 0


@pytest.mark.parametrize("language", ["en", "hi"])
def test_the_pages_fit_a_small_screen(
    page: Page, address: str, runtime: Runtime, tmp_path: Path, language: str
) -> None:
    sign_in(page, address, runtime, language)
    path = save(tmp_path, text(row(n, pin="0" if n % 3 else "273303") for n in range(1, 61)))
    page.locator("input[type=file]").set_input_files(path)
    page.locator("form[enctype] button").press("Enter")
    work(runtime)
    expect(page.locator(".decision")).to_be_visible()
    for width in (1024, 400):
        page.set_viewport_size({"width": width, "height": 768})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
