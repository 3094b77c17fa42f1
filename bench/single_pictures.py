"""The pictures of docs/images that show one page, one paper or one moment, in one width.

`bench.pictures` takes them after its own, in the same house.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import pypdfium2
from PIL import Image, ImageOps
from playwright.sync_api import Page

import jobs
from bench import counter_steps
from bench.house import PIN, House
from bench.house_week import Door, doors
from flows.number import check_digit
from paper import slip
from paper.content import Carried, Slip

_ASKED: Final = "9839000013"  # who was called by a fraudster
_DPI: Final = 110
_EDGE: Final = 20  # pixels below what is printed
_ROWS, _BAD = 300, 4


@dataclass(frozen=True)
class Single:
    """A picture: its name, who is signed in (None: nobody), and how it is taken, as PNG."""

    name: str
    who: str | None
    take: Callable[[House, Page], bytes]


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
    page.locator("a[href*='/desk/sprints/']", has_text="fraud").last.click()
    page.get_by_text("Understood as").wait_for()
    return _seen(page)


def _replay(house: House, page: Page) -> bytes:
    _found(house, page, "/desk/conversations/")
    page.goto(f"{page.url.partition('?')[0]}/replay")
    return _seen(page)


def _reading(house: House, page: Page) -> bytes:
    _found(house, page, "/desk/conversations/")
    link = page.locator("a[href*='/desk/texts/']").last.get_attribute("href")
    page.goto(f"{house.address}{link}")
    return _seen(page)


def _request(house: House, page: Page) -> bytes:
    """Ask for another telephone of an article; take what the second person reads."""
    with house.runtime.database.transaction() as conn:
        row = conn.execute(
            "SELECT max(id) FROM articles WHERE state = 'booked' AND recipient_pin = %s", [PIN]
        ).fetchone()
    assert row is not None
    page.goto(f"{house.address}/desk/articles/{row[0]}")
    page.get_by_text("Correct the addressee's number").click()
    asking = page.locator("form[action$=correct-number]")
    asking.get_by_role("textbox", name="Telephone").fill("98390 00777")
    asking.get_by_role("combobox").select_option("wrong_entry")
    asking.get_by_role("textbox", name="Note").fill("one digit off")
    house.wait(minutes=6)  # what a number proved before is over
    asking.get_by_role("button", name="Ask for a second person").click()
    page.get_by_role("textbox").last.fill(house.number("postmaster"))
    page.keyboard.press("Enter")
    page.locator(".request-would").wait_for()
    second = house.page("supervisor")
    second.goto(page.url)
    second.locator(".request-would").wait_for()
    seen = _seen(second)
    second.context.close()
    return seen


def _sign_ins(house: House, page: Page) -> bytes:
    """Sign in at two more places, and end one of these; the others stay."""
    for _ in range(2):
        house.wait(minutes=2)  # a number is good once
        house.sign_in_again("supervisor")
    page.goto(f"{house.address}/desk/account/sign-ins")
    page.locator("main tbody form button").last.click()
    page.wait_for_load_state()
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
    page.wait_for_url("**/office/imports/*")
    jobs.imports()
    page.locator("section.decision").wait_for()
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
    """Return a page as far down as something is printed on it."""
    with pypdfium2.PdfDocument(pdf) as document:
        page = document[nth if nth >= 0 else len(document) + nth]
        whole = page.render(scale=_DPI / 72).to_pil().convert("RGB")
    printed = ImageOps.invert(whole).getbbox() or (0, 0, *whole.size)
    return _png(whole.crop((0, 0, whole.width, min(whole.height, printed[3] + _EDGE))))


def _png(picture: Image.Image) -> bytes:
    written = io.BytesIO()
    picture.convert("RGB").save(written, "PNG")
    return written.getvalue()


_PEOPLE: Final = ("Ramavati Devi", "Shyam Sundar Gupta", "Phoolmati", "Imran Ansari", "Sita Devi")
_PLACES: Final = ("Karmha, west tola", "Nadua Bazar, shop 4", "Bagapar, main road")


def _carried(serial: int) -> Carried:
    """Return an invented article: one in five is paid for, one in seven has several pieces."""
    paid = 450 if serial % 5 == 4 else 0
    plain = paid == 0 and serial % 6 != 3
    return Carried(
        serial=serial,
        number=counter_steps.label(serial),
        recipient_name=_PEOPLE[serial % len(_PEOPLE)],
        recipient_address=_PLACES[serial % len(_PLACES)],
        recipient_pin="273303",
        cod_amount=paid,
        code_required=serial % 11 != 0,
        document=serial == 9,
        taker="anyone" if plain else "addressee",
        signature=not plain or serial % 11 == 0,
        outcome="open",
        remark=None,
        hint="ghar mandir ke piche" if serial == 2 else "",
        marks=("number",) if serial == 6 else (),
        pieces=3 if serial % 7 == 1 else 1,
        due=serial == 5,
        check=f"{(serial * 389) % 1000:03}" if plain and serial not in (6, 9, 11, 22) else "",
    )


def _slip(nth: int) -> Callable[[House, Page], bytes]:
    def take(house: House, page: Page) -> bytes:
        day = house.clock.at
        carried = tuple(_carried(serial) for serial in range(1, 25))
        made = Slip(
            "Maharajganj H.O", "273303", "Ram Lakhan Yadav", "1001", day.date(), day, carried
        )
        return _paper(slip.slip(made, "en"), nth)

    return take


def _receipt(language: str) -> Callable[[House, Page], bytes]:
    def take(house: House, page: Page) -> bytes:
        counter_steps.to_receipt(house, page)
        page.goto(f"{page.url.partition('?')[0]}?paper=80mm&customer={language}")
        with page.expect_response("**/receipt.pdf?printing=*") as answered:
            page.locator("button[form=receipt-pdf]").click()
        return _paper(page.request.get(answered.value.url).body(), 0)

    return take


# ---- telephones ----------------------------------------------------------------------------------


def _press(page: Page, side: str, *keys: str) -> None:
    for key in keys:
        page.locator(f'#{side}-handset [data-key="{key}"]').click()


def _last_door(house: House, page: Page) -> Door:
    """Show the door that the first postman has not reached, with its addressee's telephone."""
    page.goto(f"{house.address}/phones")
    door = [each for each in doors(house) if each.postman.endswith("0001")][-1]
    page.locator(".round .line").last.click()
    return door


def _call_keys(house: House, page: Page) -> bytes:
    """Give a missed call to the number of the menu, and press 6."""
    door = _last_door(house, page)
    house.say(door.postman, f"{door.serial}")
    screen = page.locator("#recipient-handset .lcd")
    _press(page, "recipient", "call", "down", "down", "down", "call")
    screen.get_by_text("calls").wait_for()
    _press(page, "recipient", "call")
    screen.get_by_text("Press a key, or end.").wait_for()  # Hindi, which she reads in Roman letters
    _press(page, "recipient", "6")
    screen.locator(".sentence", has_text="कोड है").first.wait_for()
    return _seen(page)


_SAID: Final = {
    "recipient": "not at home today, please come tomorrow",
    "postman": "4 ke ghar taala laga hai",
}


def _words(house: House, page: Page) -> bytes:
    """Write in own words on both telephones, and read what is answered: four telephones beside."""
    _last_door(house, page)
    _press(page, "recipient", "end", "soft-right")
    taken = []
    for side, text in _SAID.items():
        page.locator(f"#{side}-handset").focus()
        page.keyboard.type(text)
        taken.append(page.locator(f".side-{side}").screenshot(animations="disabled"))
    for side in _SAID:
        _press(page, side, "soft-left")
        page.locator(f"#{side}-handset .lcd").get_by_text("Show", exact=True).wait_for()
        _press(page, side, "soft-left")
        taken.append(page.locator(f".side-{side}").screenshot(animations="disabled"))
    pictures = [Image.open(io.BytesIO(each)).convert("RGB") for each in taken]
    height = 330
    whole = Image.new("RGB", (sum(each.width for each in pictures), height), "white")
    at = 0
    for each in pictures:
        whole.paste(each.crop((0, 0, each.width, height)), (at, 0))
        at += each.width
    return _png(whole)


SINGLES: Final = (
    Single("carriers", "supervisor", _path("/desk/carriers")),
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
    Single("phones-words", None, _words),
    Single("request", "postmaster", _request),
    Single("sign_ins", "supervisor", _sign_ins),
)
