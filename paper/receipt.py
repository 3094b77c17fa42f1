"""A receipt: on the roll of a thermal printer, 80 mm wide and of any length, or on A4."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from india import digipin
from india.calendar import exact, moment
from india.gst import SAC
from india.money import printed, printed_whole
from paper.content import Language, Paper, Posted, PrintedReceipt, Ways
from paper.layout import Block, PrintColumn, beside, joined, space
from paper.pdf import Align, PdfDocument, Style
from paper.words import say

WARNINGS: Final = (
    "warning_code",
    "warning_phone",
    "warning_pay",
    "warning_dial",
)
NUMBERS: Final = ("warning_money", "warning_post")

_ROLL_WIDTH, _ROLL_MARGIN = 80.0, 4.0  # such a printer prints 72 mm
_ROLL_TEAR: Final = 8.0  # below the last line, for tearing off
_LONGEST: Final = 4800.0  # of a page of PDF, which is at most 14,400 points
_A4_WIDTH, _A4_HEIGHT, _A4_MARGIN = 210.0, 297.0, 15.0
_ARTICLE_SHARE: Final = 0.56  # of the width of A4; the rest is for the charges
_COLUMN_GAP: Final = 8.0
_MODULE: Final = 0.375  # three dots of a thermal printer (8 per millimetre)
_BAR_HEIGHT: Final = 11.0

_BODY, _STRONG = Style(9), Style(9, bold=True)
_SMALL, _TITLE, _SUM = Style(8), Style(15, bold=True), Style(12.5, bold=True)
_NUMBER: Final = Style(11, bold=True)


def receipt(what: PrintedReceipt, ways: Ways, paper: Paper, language: Language, copy: int) -> bytes:
    """Return the PDF. `copy`: 0 is the original, 1 the first copy, …"""
    pdf = PdfDocument(f"{say(language, 'receipt')} {what.reference}", language)
    if paper == "80mm":
        column = PrintColumn(pdf, _ROLL_MARGIN, _ROLL_WIDTH - 2 * _ROLL_MARGIN)
        _unroll(pdf, list(_blocks(column, what, ways, language, copy)))
    else:
        column = PrintColumn(pdf, _A4_MARGIN, _A4_WIDTH - 2 * _A4_MARGIN)
        _leaf(pdf, column, list(_blocks(column, what, ways, language, copy)), language)
    return pdf.bytes()


def spaced(number: str) -> str:
    """Return an article number with spaces: EU 123456785 IN."""
    return f"{number[:2]} {number[2:-2]} {number[-2:]}"


def count_of(articles: int, language: Language) -> str:
    """Return the number of articles in words."""
    return say(language, "count_one" if articles == 1 else "count_many", count=articles)


def _unroll(pdf: PdfDocument, blocks: list[Block]) -> None:
    """Draw one page as long as the blocks; several where that is longer than a PDF allows."""
    pages: list[list[Block]] = [[]]
    for block in blocks:
        if sum(each.height for each in pages[-1]) + block.height > _LONGEST:
            pages.append([])
        pages[-1].append(block)
    for page in pages:
        whole = joined(page)
        pdf.page(_ROLL_WIDTH, whole.height + _ROLL_MARGIN + _ROLL_TEAR)
        whole.draw(_ROLL_MARGIN)


def _leaf(pdf: PdfDocument, column: PrintColumn, blocks: list[Block], language: Language) -> None:
    """Draw pages of A4, with their numbers at the foot."""
    bottom = _A4_HEIGHT - _A4_MARGIN - _SMALL.leading
    pages: list[list[Block]] = [[]]
    y = _A4_MARGIN
    for block in blocks:
        if pages[-1] and y + block.height > bottom:
            pages.append([])
            y = _A4_MARGIN
        pages[-1].append(block)
        y += block.height
    for place, page in enumerate(pages, 1):
        pdf.page(_A4_WIDTH, _A4_HEIGHT)
        joined(page).draw(_A4_MARGIN)
        foot = say(language, "page_of", page=place, pages=len(pages))
        column.text(foot, _SMALL, Align.R).draw(bottom)


def _blocks(
    column: PrintColumn, what: PrintedReceipt, ways: Ways, language: Language, copy: int
) -> Iterator[Block]:
    yield from _head(column, what, language, copy)
    for place, each in enumerate(what.posted, 1):
        yield column.rule()
        yield _article(column, place, each, language)
    yield column.rule(thick=0.6)
    yield joined(_sum(column, what, language))
    yield space(2.5)
    yield column.framed(lambda inside: _warning(inside, language))
    if any(ways):
        yield space(2)
        yield joined(_reached(column, ways, language))
    yield space(2)
    if column.pdf.respelt:
        yield column.text(say(language, "respelt"), _SMALL, Align.C)
    if what.kept_days:
        yield column.text(say(language, "privacy", days=what.kept_days), _SMALL)
    yield column.text(say(language, "keep"), _SMALL, Align.C)


def _head(
    column: PrintColumn, what: PrintedReceipt, language: Language, copy: int
) -> Iterator[Block]:
    if copy:
        yield column.banner(say(language, "copy", count=copy), _SUM)
        yield space(1)
    yield column.text(say(language, "receipt"), _TITLE, Align.C)
    yield column.text(supplier(what, language), _STRONG, Align.C)
    if what.gstin:
        for line in invoice(what, language):
            yield column.text(line, _BODY, Align.C)
    yield column.text(moment(what.at, language), _BODY, Align.C)
    yield column.text(served_by(what, language), _BODY, Align.C)
    yield space(1)
    if what.number:
        yield column.text(say(language, "number", number=what.number), _STRONG)
    yield column.text(sent_by(what, language), _BODY)
    yield column.text(say(language, "reference", reference=what.reference), _BODY)


def supplier(what: PrintedReceipt, language: Language) -> str:
    """Return the office with its address."""
    office = say(language, "post_office", office=what.office, pin=what.office_pin)
    return ", ".join(filter(None, (office, what.district, what.state)))


def invoice(what: PrintedReceipt, language: Language) -> tuple[str, ...]:
    """Return the lines of a tax invoice: rule 46 of the CGST Rules, (a), (g), (n) and (p)."""
    place = f"{what.state} ({what.state_code})"
    return (
        say(language, "tax_invoice"),
        say(language, "gstin", gstin=what.gstin),
        say(language, "supplied", sac=SAC, place=place),
    )


def sent_by(what: PrintedReceipt, language: Language) -> str:
    """Return the sender, with the address as far as he said it."""
    known = (what.sender_name, what.sender_address, what.sender_pin)
    return say(language, "from", name=", ".join(filter(None, known)))


def sent_to(each: Posted, language: Language) -> str:
    """Return the addressee, with the address."""
    whom = ", ".join(filter(None, (each.recipient_name, each.recipient_address)))
    return say(language, "to", name=whom, pin=each.recipient_pin)


def promised(each: Posted, language: Language) -> tuple[str, ...]:
    """Return the lines of what was agreed beside its service: day, pieces, place."""
    lines: list[str] = []
    if each.due_by is not None:
        day = exact(each.due_by, language)
        if each.promise is not None:
            lines.append(say(language, "promised", hours=each.promise, day=day))
        else:
            lines.append(say(language, "due_by", day=day))
    if each.pieces > 1:
        lines.append(say(language, "pieces", count=each.pieces))
    if each.digipin:
        lines.append(say(language, "digipin", digipin=digipin.shown(each.digipin)))
    return tuple(lines)


def served_by(what: PrintedReceipt, language: Language) -> str:
    """Return counter and clerk, or that it was software."""
    if what.counter is None:
        return say(language, "by_software")
    return say(language, "counter_of", counter=what.counter, clerk=what.clerk or "")


def _article(column: PrintColumn, place: int, each: Posted, language: Language) -> Block:
    """Return one article, its charges below it on the roll, beside it on A4."""
    if column.width < 100:
        return joined(
            (
                *_named(column, place, each, language),
                space(1),
                *_charged(column, each, language),
            )
        )
    share = column.width * _ARTICLE_SHARE
    left = PrintColumn(column.pdf, column.x, share)
    right = PrintColumn(
        column.pdf, column.x + share + _COLUMN_GAP, column.width - share - _COLUMN_GAP
    )
    return beside(
        joined(_named(left, place, each, language)), joined(_charged(right, each, language))
    )


def _named(column: PrintColumn, place: int, each: Posted, language: Language) -> Iterator[Block]:
    service = say(language, f"service_{each.service}")
    weight = say(language, "weight", grams=each.weight_g)
    yield column.text(f"{place}. {service} · {weight}", _STRONG)
    yield space(1)
    yield column.barcode(each.number, _MODULE, _BAR_HEIGHT)
    yield column.text(spaced(each.number), _NUMBER, Align.C)
    yield column.text(sent_to(each, language), _BODY)
    for line in promised(each, language):
        yield column.text(line, _BODY)
    handover = "code_required" if each.code_required else "signature_required"
    yield column.text(say(language, handover), _SMALL)
    if each.cod_amount:
        amount = printed_whole(each.cod_amount, language)
        yield column.text(say(language, "cod", amount=amount), _STRONG)


def _charged(column: PrintColumn, each: Posted, language: Language) -> Iterator[Block]:
    for charge in each.taxed:
        label = say(language, f"charge_{charge.kind}")
        yield column.pair(label, printed(charge.paise, language), _BODY)
    yield column.pair(say(language, "taxable"), printed(each.taxable, language), _BODY)
    for tax in each.taxes:
        label = say(language, f"charge_{tax.kind}", per_cent=tax.per_cent or 0)
        yield column.pair(label, printed(tax.paise, language), _BODY)
    yield column.pair(say(language, "article_total"), printed(each.paise, language), _STRONG)


def _sum(column: PrintColumn, what: PrintedReceipt, language: Language) -> Iterator[Block]:
    count = count_of(len(what.posted), language)
    yield column.pair(f"{say(language, 'total')} ({count})", printed(what.paise, language), _SUM)
    yield column.text(say(language, f"paid_{what.method}"), _STRONG)
    if what.given_paise is not None and what.change_paise is not None:
        yield column.pair(say(language, "given"), printed(what.given_paise, language), _BODY)
        yield column.pair(say(language, "change"), printed(what.change_paise, language), _BODY)
    if what.method == "upi":
        yield column.text(say(language, "upi_reference", reference=what.reference), _BODY)
        if what.rrn:
            yield column.text(say(language, "bank_reference", reference=what.rrn), _BODY)
    if any(each.cod_amount for each in what.posted):
        yield column.text(say(language, "cod_apart"), _SMALL)


def _warning(column: PrintColumn, language: Language) -> Iterator[Block]:
    yield column.text(say(language, "warning"), _NUMBER, Align.C)
    for key in WARNINGS:
        yield column.text(say(language, key), _BODY)
        yield space(0.8)
    for key in NUMBERS:
        yield column.text(say(language, key), _STRONG)


def _reached(column: PrintColumn, ways: Ways, language: Language) -> Iterator[Block]:
    yield column.text(say(language, "ways"), _STRONG, Align.C)
    for way, to in ways:
        yield column.text(say(language, f"way_{way}", to=to), _STRONG, Align.C)
