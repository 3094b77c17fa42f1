"""`./script/bench pictures`: the main pages on telephones and computers, into docs/images.

Three widths: 360 in Hindi, 1024 in English, 1366 in turns; then what `bench.single_pictures` shows.
The files have few colours and are small; the index is docs/images/README.md.
"""

from __future__ import annotations

import io
import itertools
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from PIL import Image
from playwright.sync_api import Page, expect

from bench import counter_steps
from bench.house import House, house
from bench.house_morning import under_way
from bench.single_pictures import SINGLES

IMAGES: Final = Path(__file__).parent.parent / "docs" / "images"
_COLOURS: Final = 256
_WIDTHS: Final = (360, 1024, 1366)
_ASKED: Final = "9839000013"  # who was called by a fraudster
_ARTICLE: Final = "main .hits a[href*='/desk/articles/']"


@dataclass(frozen=True)
class Shot:
    """A page: its name, who is signed in (None: nobody), and how one comes to it."""

    name: str
    title: str
    who: str | None
    come: Callable[[House, Page], None]


def _path(path: str) -> Callable[[House, Page], None]:
    def come(house: House, page: Page) -> None:
        page.goto(f"{house.address}{path}")

    return come


def _phones(house: House, page: Page) -> None:
    """Press the guided delivery's button up to the fraudster's call."""
    page.goto(f"{house.address}/phones")
    for step in (1, 2, 3):
        page.locator("#story-next").click()
        expect(page.locator("#story-bar")).to_have_js_property("value", step)
    page.locator("#story-call").wait_for()


def _list(house: House, page: Page) -> None:
    page.goto(f"{house.address}/office")
    page.locator(
        "main td a[href*='/office/lists/'], main th a[href*='/office/lists/']"
    ).first.click()
    page.wait_for_load_state()


def _paper(house: House, page: Page) -> None:
    page.goto(f"{house.address}/office/paper")
    page.locator("main a[href*='/office/paper/']").first.click()
    page.wait_for_load_state()


def _article(house: House, page: Page) -> None:
    page.goto(f"{house.address}/desk/find")
    page.locator("main [type=search]").fill(_ASKED)
    page.keyboard.press("Enter")
    page.locator(_ARTICLE).first.click()
    page.locator(".answer").wait_for()


SHOTS: Final = (
    Shot("start", "Start page", None, _path("/")),
    Shot("phones", "The guided delivery", None, _phones),
    Shot("counter", "Booking an article", "clerk", counter_steps.to_form),
    Shot("bill", "The bill", "clerk", counter_steps.to_bill),
    Shot("receipt", "The receipt, and the change", "clerk", counter_steps.to_receipt),
    Shot("office", "The office today", "postmaster", _path("/office")),
    Shot("board", "Making lists", "postmaster", _path("/office/draft")),
    Shot("list", "A delivery list", "postmaster", _list),
    Shot("paper", "A paper day", "clerk", _paper),
    Shot("article", "An article at the desk: the answer first", "agent", _article),
    Shot("tickets", "Tickets", "agent", _path("/desk/tickets")),
    Shot("reports", "Reports", "supervisor", _path("/desk/reports")),
    Shot("administration", "Staff", "administrator", _path("/administration/staff")),
)


def take(only: tuple[str, ...] = ()) -> Iterator[Path]:
    """Take the pictures, those named in `only` or all; yield each file."""
    with house(under_way) as served:
        yield from shots(served, only)
        yield from singles(served, only)
    (IMAGES / "README.md").write_text(_index(), encoding="utf-8")


def shots(served: House, only: tuple[str, ...]) -> Iterator[Path]:
    """Take them in a house that is served already."""
    turns = itertools.cycle(("hi", "en"))
    for shot in SHOTS:
        languages = {360: "hi", 1024: "en", 1366: next(turns)}
        for width in _WIDTHS if not only or shot.name in only else ():
            page = served.page(shot.who, width, languages[width])
            shot.come(served, page)
            page.wait_for_load_state()
            page.evaluate("() => document.fonts.ready.then(() => true)")
            path = IMAGES / f"{shot.name}-{width}.png"
            path.write_bytes(_small(page.screenshot(animations="disabled")))
            page.context.close()
            yield path


def singles(served: House, only: tuple[str, ...]) -> Iterator[Path]:
    """Take the pictures of one width, in their order: some lead to what others show."""
    for each in SINGLES:
        if only and each.name not in only:
            continue
        page = served.page(each.who)
        path = IMAGES / f"{each.name}.png"
        path.write_bytes(_small(each.take(served, page)))
        page.context.close()
        yield path


def _small(png: bytes) -> bytes:
    """Return the picture with few colours."""
    with Image.open(io.BytesIO(png)) as picture:
        few = picture.convert("RGB").quantize(_COLOURS, dither=Image.Dither.NONE)
        written = io.BytesIO()
        few.save(written, "PNG", optimize=True)
    return written.getvalue()


def _index() -> str:
    rows = [
        f"| {shot.title} | "
        + " | ".join(f"![{shot.title}, {w} px]({shot.name}-{w}.png)" for w in _WIDTHS)
        + " |"
        for shot in SHOTS
    ]
    head = ["| | 360 px, Hindi | 1024 px, English | 1366 px |", "| --- | --- | --- | --- |"]
    return "\n".join(
        [
            "# The pages, as they are seen",
            "",
            "Taken by `./script/bench pictures`.",
            "",
            *head,
            *rows,
            "",
            "Of one width, on the pages that they are about: "
            + ", ".join(f"[{each.name}]({each.name}.png)" for each in SINGLES)
            + ".",
            "",
        ]
    )


if __name__ == "__main__":
    for file in take(tuple(sys.argv[1:])):
        print(
            f"{file.relative_to(IMAGES.parent.parent)}  {file.stat().st_size / 1000:.0f} kB",
            flush=True,
        )
