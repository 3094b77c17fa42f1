"""Everything that is printed has room: long names wrap, no word is parted, no letter is lost."""

from __future__ import annotations

import re
import string
import unicodedata
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.number import check_digit, last_digits
from india.money import printed, printed_whole
from paper import slip as slips
from paper.barcode import QUIET_MODULES, code128
from paper.content import (
    LANGUAGES,
    PAPERS,
    Carried,
    Charge,
    Language,
    Paper,
    Posted,
    PrintedReceipt,
    Slip,
    Ways,
)
from paper.layout import PrintColumn
from paper.pdf import PdfDocument, Style
from paper.receipt import receipt
from paper.scripts import runs
from paper.words import words
from tests.rigs.paper import sheets
from tests.rigs.told import nothing_in

HOUSE = Path(__file__).parents[2]
AT = datetime(2026, 8, 14, 4, 30, tzinfo=UTC)
LONG = "श्रीमती दुर्गावती देवी क्षत्रिय, द्वारा विद्यार्थी पुस्तक केन्द्र, पिपरौली " * 3
UNBROKEN = "पिपरौलीक्षत्रियदुर्गावतीश्रीमती" * 6
POSTED = Posted(
    number="EU123456785IN",
    service="speed_post",
    weight_g=50_000,
    recipient_name=LONG,
    recipient_address=LONG,
    recipient_pin="273303",
    code_required=True,
    cod_amount=50_000,
    charges=(
        Charge("base", 9_300_000),
        Charge("otp", 500),
        Charge("cgst", 837_045, 9),
        Charge("sgst", 837_045, 9),
    ),
)
RECEIPT = PrintedReceipt(
    reference="Z" * 35,
    number="273303/26/1000000",
    gstin="27AAPFU0939F1ZV",
    state="The Dadra And Nagar Haveli And Daman And Diu",
    state_code="26",
    district="Dadra And Nagar Haveli",
    sender_address=LONG,
    sender_pin="273303",
    given_paise=100_000_000,
    office="Maharajganj Mukhya Dakghar Head Office Extension Counter",
    office_pin="273303",
    counter=99,
    clerk=UNBROKEN,
    at=AT,
    sender_name=UNBROKEN,
    method="upi",
    posted=(POSTED,),
)
WAYS = Ways("*247*1234567#", "+91 98390 00000", "1800 123 456 789")
CARRIED = Carried(
    serial=999,
    number="EU123456785IN",
    recipient_name=LONG,
    recipient_address=UNBROKEN,
    recipient_pin="273303",
    cod_amount=50_000,
    code_required=True,
    document=True,
    taker="addressee",
    signature=True,
    outcome="attempted",
    remark=26,
)
SLIP = Slip("Maharajganj H.O", "273303", UNBROKEN, "1001", date(2026, 8, 14), AT, (CARRIED,))


def number(serial: int) -> str:
    return f"EU{serial:08}{check_digit(f'{serial:08}')}IN"


def carried(count: int) -> Slip:
    """A slip with ordinary names, `count` of them."""
    names = ("रामावती देवी", "Ram Kumar", "श्रीमती दुर्गावती क्षत्रिय")
    return replace(
        SLIP,
        postman="रामप्रसाद",
        carried=tuple(
            replace(
                CARRIED,
                serial=place,
                number=number(12_340_000 + place),
                recipient_name=names[place % 3],
                recipient_address="ग्राम पिपरौली",
                cod_amount=100 if place % 5 == 0 else 0,
                document=False,
                outcome="open",
                remark=None,
            )
            for place in range(1, count + 1)
        ),
    )


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("paper", "width", "margin"), [("80mm", 80, 4), ("a4", 210, 15)])
def test_the_longest_receipt_stays_within_the_margins(
    paper: Paper, width: int, margin: int, language: Language
) -> None:
    for sheet in sheets(receipt(RECEIPT, WAYS, paper, language, 12)):
        left, top, right, bottom = sheet.ink()
        assert left >= margin - 0.5
        assert right <= width - margin + 0.5
        assert top >= margin - 0.5
        assert bottom <= sheet.height - margin + 0.5


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_longest_slip_stays_within_the_margins(language: Language) -> None:
    for sheet in sheets(slips.slip(SLIP, language)):
        left, top, right, bottom = sheet.ink()
        assert left >= 7.5
        assert right <= 202.5
        assert top >= 7.5
        assert bottom <= 289.5


def test_the_columns_of_a_slip_fill_the_sheet_on_paper_and_in_the_browser() -> None:
    assert sum(slips.COLUMNS.values()) == 210 - 2 * 8
    style = "web/static/paper/paper.css"
    written = (HOUSE / style).read_text(encoding="utf-8")
    rules = (f".slip-{name} {{ width: {wide:g}mm; }}" for name, wide in slips.COLUMNS.items())
    nothing_in(f"{style}: no rule {rule}" for rule in rules if rule not in written)
    said = ((language, f"head_{name}") for language in LANGUAGES for name in slips.COLUMNS)
    nothing_in(
        f"paper/words/{language}.toml: {head} is missing"
        for language, head in said
        if head not in words(language)
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_word_of_ours_is_parted_at_the_edge(language: Language) -> None:
    pdf = PdfDocument("", language)
    said = words(language)
    places = {
        key: (cell.width - 1.8, slips._SMALL) for cell in slips._CELLS for key in (cell.head,)
    }
    places |= dict.fromkeys(("by_code", "addressee_only"), (28.7, slips._SMALL))
    places |= {"with_document": (28.7, slips._STRONG)}
    places |= {"code_yes": (11.2, slips._STRONG), "code_no": (11.2, slips._BODY)}
    places |= {key: (21.2, slips._BODY) for key in said if key.startswith("remark_")}
    places |= {"outcome_delivered": (21.2, slips._BODY)}
    for key, text in said.items():
        width, style = places.get(key, (68.0, Style(9, bold=True)))
        lines = pdf.lines(text, style, width)
        assert " ".join(lines) == text, key
        assert all(pdf.width(line, style) <= width for line in lines), key


@pytest.mark.parametrize("paper", PAPERS)
def test_a_hundred_articles_are_all_on_the_receipt(paper: Paper) -> None:
    posted = tuple(replace(POSTED, number=number(12_345_000 + each)) for each in range(100))
    pages = sheets(receipt(replace(RECEIPT, posted=posted), WAYS, paper, "en", 0))
    text = " ".join(page.text for page in pages)
    for each in posted:
        assert f"EU {each.number[2:-2]} IN" in text
    assert all(page.height < 5_080 for page in pages)  # what a PDF may be at most
    if paper == "a4":
        assert f"Page {len(pages)} of {len(pages)}" in pages[-1].text


def test_every_page_of_a_slip_has_the_header_and_its_number() -> None:
    pages = sheets(slips.slip(carried(65), "en"))
    assert len(pages) == 4
    for place, page in enumerate(pages, 1):
        assert "Delivery slip" in page.text
        assert "Friday, 14 August 2026" in page.text
        assert "say these digits first" in page.text
        assert f"Page {place} of 4" in page.text
    assert "To collect: ₹ 1,300" in pages[-1].text
    assert "65 articles, 13 of them with COD" in pages[-1].text
    read = [code for page in pages for code in page.barcodes()]
    assert read == [number(12_340_000 + each) for each in range(1, 66)]


def test_a_slip_of_999_has_them_all_in_order() -> None:
    with pypdfium2.PdfDocument(slips.slip(carried(999), "hi")) as document:
        text = "\n".join(page.get_textpage().get_text_bounded() for page in document)
    said_first = re.findall(r"EU 12340\s*([0-9]{4})\s*IN", text)
    assert said_first == [last_digits(number(12_340_000 + each)) for each in range(1, 1000)]


def test_an_empty_slip_says_so() -> None:
    (page,) = sheets(slips.slip(replace(SLIP, postman="Ram", carried=()), "en"))
    assert "There is nothing on this list." in page.text


@given(st.text(string.ascii_uppercase + string.digits, min_size=13, max_size=13))
@settings(max_examples=200)
def test_bars_do_not_touch_and_leave_room_at_both_ends(text: str) -> None:
    code = code128(text)
    assert code.bars[0].x == QUIET_MODULES
    assert code.bars[-1].x + code.bars[-1].width == code.modules - QUIET_MODULES
    for left, right in zip(code.bars, code.bars[1:], strict=False):
        assert 1 <= right.x - left.x - left.width <= 4
        assert 1 <= left.width <= 4


@given(st.text(st.sampled_from("कक्षित्रर्ीदुAb 1,.\u200d।ज़₹"), max_size=60), st.floats(6, 60))
@settings(max_examples=150)
def test_broken_lines_are_the_whole_text(text: str, width: float) -> None:
    pdf = PdfDocument("", "hi")
    lines = pdf.lines(text, Style(9), width)
    whole = unicodedata.normalize("NFC", text)
    assert "".join("".join(lines).split()) == "".join(whole.split())


def test_a_run_is_of_one_script_and_nothing_gets_lost() -> None:
    text = "PIN 273303, श्रीमती (दुर्गावती) Devi · ₹ 5"
    assert "".join(run.text for run in runs(text)) == text
    assert [run.script for run in runs(text)] == ["Latn", "Deva", "Latn"]


def test_conjuncts_are_joined_where_latin_letters_begin_the_line() -> None:
    pdf = PdfDocument("", "hi")
    style = Style(12)
    for word in ("क्षत्रिय", "श्रीमती", "दुर्गावती", "पिपरौली"):
        alone = pdf.width(word, style)
        assert pdf.width(f"PIN {word}", style) == pytest.approx(pdf.width("PIN ", style) + alone)
        spelt = sum(pdf.width(letter, style) for letter in word)
        assert alone < spelt  # marks and joined consonants take no room of their own


def test_a_long_label_leaves_its_amount_alone() -> None:
    pdf = PdfDocument("", "en")
    column = PrintColumn(pdf, 0, 40)
    assert column.pair(LONG, "₹ 1", Style(9)).height > column.pair("a", "₹ 1", Style(9)).height


def test_amounts_are_grouped_as_in_india() -> None:
    assert printed(12_345_650, "hi") == "₹ 1,23,456.50"
    assert printed(5, "en") == "₹ 0.05"
    assert printed_whole(50_000, "en") == "₹ 50,000"


def test_both_languages_say_the_same_things() -> None:
    said = {each: words(each) for each in LANGUAGES}
    assert said["hi"].keys() == said["en"].keys()
    for key, text in said["en"].items():
        assert _values(text) == _values(said["hi"][key]), key


@pytest.mark.parametrize("paper", ["80mm", "a4"])
def test_a_receipt_says_what_was_promised(paper: Paper) -> None:
    """By when, how many, and where: without the day nobody can claim that it was late."""
    plain = replace(POSTED, cod_amount=0, pieces=2, digipin="39J49LL8T4")
    hours = replace(plain, promise=48, due_by=date(2026, 8, 16))
    agreed = replace(plain, due_by=date(2026, 8, 20), pieces=1, digipin="")
    found = sheets(receipt(replace(RECEIPT, posted=(hours, agreed)), WAYS, paper, "en", 0))
    said = " ".join(" ".join(page.text for page in found).split())
    for each in ("48 Speed Post: due by 16 Aug 2026", "Due by 20 Aug 2026", "39J-49L-L8T4"):
        assert each in said
    assert said.count("2 pieces under one number and one code") == 1


def test_every_word_is_printed_somewhere() -> None:
    root = Path(__file__).parent.parent.parent
    sources = [*root.glob("paper/*.py"), *root.glob("web/templates/**/*.html")]
    text = "\n".join(path.read_text(encoding="utf-8") for path in sources)
    families = (
        "service_",
        "charge_",
        "paid_",
        "way_",
        "remark_",
        "count_",
        "head_",
        "outcome_",
        "mark_",
        "reason_",
        "document_",
    )
    quoted = "[\"']"  # in Python, and within a formatted string of it
    left = [
        key
        for key in words("en")
        if not key.startswith(families) and not re.search(f"{quoted}{key}{quoted}", text)
    ]
    assert left == []


def test_the_fonts_have_their_licence_beside_them() -> None:
    fonts = Path(__file__).parent.parent.parent / "paper" / "fonts"
    licence = (fonts / "LICENSE").read_text(encoding="utf-8")
    assert "SIL Open Font License" in licence
    assert licence.count("The Noto Project Authors") == 10


def _values(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}
