"""The pictures of docs/images that show one page, one paper or one moment, in one width.

`bench.pictures` takes them after its own, in the same house.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import pypdfium2
from PIL import Image
from playwright.sync_api import Page

from bench import counter_steps
from bench.house import House
from flows.number import check_digit

_ASKED: Final = "9839000013"  # who was called by a fraudster
_DPI: Final = 110
_ROWS, _BAD = 300, 4


@dataclass(frozen=True)
class Single:
    """A picture: its name, who is signed in (None: nobody), and how it is taken, as PNG."""

    name: str
    who: str | None
    take: Callable[[House, Page], bytes]
    width: int = 1024


def _seen(page: Page) -> bytes:
    page.wait_for_load_state()
    page.evaluate("() => document.fonts.ready.then(() => true)")
    return page.screenshot(animations="disabled")


def _path(path: str) -> Callable[[House, Page], bytes]:
    def take(house: House, page: Page) -> bytes:
        page.goto(f"{house.address}{path}")
        return _seen(page)

    return take


# ---- the desk ------------------------------------------------------------------------------------


def _found(house: House, page: Page, link: str) -> None:
    page.goto(f"{house.address}/desk/find")
    page.locator("main [type=search]").fill(_ASKED)
    page.keyboard.press("Enter")
    page.locator(f"main .hits a[href*='{link}']").first.click()
    page.wait_for_load_state()


def _certificate(house: House, page: Page) -> bytes:
    _found(house, page, "/desk/articles/")
    page.goto(f"{page.url.partition('?')[0]}/certificate")
    return _seen(page)


def _conversation(house: House, page: Page) -> bytes:
    _found(house, page, "/desk/conversations/")
    page.locator("a[href*='/desk/sprints/']").last.click()
    page.locator(".sprint, .explained, aside").first.wait_for()
    return _seen(page)


def _replay(house: House, page: Page) -> bytes:
    _found(house, page, "/desk/conversations/")
    page.goto(f"{page.url.partition('?')[0]}/replay")
    return _seen(page)


def _reading(house: House, page: Page) -> bytes:
    _found(house, page, "/desk/conversations/")
    page.locator("a[href*='/desk/texts/']").last.click()
    return _seen(page)


# ---- counter and office --------------------------------------------------------------------------


def _payment(house: House, page: Page) -> bytes:
    counter_steps.to_bill(house, page)
    page.goto(f"{page.url.partition('?')[0]}/upi")
    page.get_by_role("button", name="Show the QR code").press("Enter")
    page.get_by_role("img", name="QR code to pay by UPI").wait_for()
    return _seen(page)


def _imports(house: House, page: Page) -> bytes:
    page.goto(f"{house.address}/office/imports")
    page.locator("[type=file]").set_input_files(
        {"name": "morning.csv", "mimeType": "text/csv", "buffer": _file().encode()}
    )
    page.locator("main form.card button.button").click()
    return _seen(page)


def _file() -> str:
    head = "article,service,recipient name,recipient address,pin,recipient mobile,sender name"
    return "\n".join((head, *(_row(nth) for nth in range(_ROWS)), ""))


def _row(nth: int) -> str:
    serial = f"{60_000_000 + nth:08}"
    digit = check_digit(serial)
    wrong = nth % (_ROWS // _BAD) == 7
    number = f"EU{serial}{(int(digit) + 1) % 10 if wrong else digit}IN"
    return f"{number},speed post,Person {nth},House {nth},273303,98390{nth:05},Bank of Gorakhpur"


# ---- paper ---------------------------------------------------------------------------------------


def _paper(pdf: bytes, nth: int) -> bytes:
    with pypdfium2.PdfDocument(pdf) as document:
        page = document[nth if nth >= 0 else len(document) + nth]
        return _png(page.render(scale=_DPI / 72).to_pil())


def _png(picture: Image.Image) -> bytes:
    written = io.BytesIO()
    picture.convert("RGB").save(written, "PNG")
    return written.getvalue()


def _slip(nth: int) -> Callable[[House, Page], bytes]:
    def take(house: House, page: Page) -> bytes:
        page.goto(f"{house.address}/office")
        link = page.locator("main a[href*='/office/lists/']").first.get_attribute("href")
        assert link is not None
        pdf = page.request.get(f"{house.address}{link.partition('?')[0]}/slip.pdf").body()
        return _paper(pdf, nth)

    return take


def _receipt(language: str) -> Callable[[House, Page], bytes]:
    def take(house: House, page: Page) -> bytes:
        counter_steps.to_receipt(house, page)
        page.goto(f"{page.url.partition('?')[0]}?paper=80mm&customer={language}")
        with page.expect_download() as loaded:
            page.locator("button[form=receipt-pdf]").click()
        return _paper(loaded.value.path().read_bytes(), 0)

    return take


# ---- telephones ----------------------------------------------------------------------------------


def _press(page: Page, side: str, *keys: str) -> None:
    for key in keys:
        page.locator(f'#{side}-handset [data-key="{key}"]').click()


def _call_keys(house: House, page: Page) -> bytes:
    page.goto(f"{house.address}/phones")
    _press(page, "recipient", "call")
    return _seen(page)


def _words(house: House, page: Page) -> bytes:
    page.goto(f"{house.address}/phones")
    return _seen(page)


SINGLES: Final = (
    Single("carriers", "supervisor", _path("/desk/carriers")),
    Single("sign_ins", "supervisor", _path("/desk/account/sign-ins")),
    Single("certificate", "supervisor", _certificate),
    Single("desk", "supervisor", _conversation),
    Single("replay", "supervisor", _replay),
    Single("reading", "supervisor", _reading),
    Single("imports", "postmaster", _imports),
    Single("slip-1", "postmaster", _slip(0)),
    Single("slip-2", "postmaster", _slip(-1)),
    Single("payment", "clerk", _payment),
    Single("receipt-80mm-hi", "clerk", _receipt("hi")),
    Single("receipt-80mm-en", "clerk", _receipt("en")),
    Single("call-keys", None, _call_keys),
)
