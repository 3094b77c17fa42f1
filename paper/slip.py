"""A postman's delivery slip on A4: a row for each article in walking order, header on every page.

The postman writes on it the remark, how COD was paid, and has it signed where the law requires a
signature. It shows no telephone and no code; beside plain post the three digits that are compared
where there is no network (docs/developing/trust.md rule 19).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from flows.grammar.postman import KINDS_OF_DOCUMENT, REASONS
from flows.number import last_digits
from flows.remarks import BY_CODE
from india.calendar import long_day, moment
from india.money import printed_whole
from paper.content import Carried, Language, Slip
from paper.layout import Block, PrintColumn, beside, joined, space
from paper.pdf import Align, PdfDocument, Style
from paper.receipt import count_of
from paper.words import say

_WIDTH, _HEIGHT, _MARGIN = 210.0, 297.0, 8.0
_INNER: Final = _WIDTH - 2 * _MARGIN
_MODULE: Final = 0.254  # 10 mil: three dots of a laser printer of 300 dpi
_BAR_HEIGHT: Final = 5.5
_PAD: Final = 0.9
_ROW: Final = 14.0  # at least: room to sign in
_TICK: Final = 2.4  # the side of a box to tick

_BODY, _STRONG, _SMALL = Style(8.5), Style(9.5, bold=True), Style(7)
_TITLE, _DIGITS, _SERIAL = Style(15, bold=True), Style(17, bold=True), Style(14, bold=True)


# The columns, which the page in the browser has as well, by name: their widths in mm, which are
# those of web/static/paper/paper.css. The heading of `cod` is `head_cod`.
COLUMNS: Final[Mapping[str, float]] = MappingProxyType(
    {
        "serial": 12.0,
        "article": 46.5,
        "recipient": 49.0,
        "cod": 20.0,
        "code": 13.0,
        "remark": 23.0,
        "signature": 30.5,
    }
)


@dataclass(frozen=True)
class _Cell:
    """A column of the table: the key of its heading, and its position."""

    head: str
    x: float
    width: float


def _cells() -> tuple[_Cell, ...]:
    cells: list[_Cell] = []
    x = _MARGIN
    for name, width in COLUMNS.items():
        cells.append(_Cell(f"head_{name}", x, width))
        x += width
    return tuple(cells)


_CELLS: Final = _cells()


def slip(what: Slip, language: Language) -> bytes:
    """Return the PDF."""
    return slips([what], language)


def slips(all_: Sequence[Slip], language: Language) -> bytes:
    """Return one PDF of several slips, at least one; each begins on a page of its own."""
    names = ", ".join(what.staff_id for what in all_)
    pdf = PdfDocument(f"{say(language, 'slip')} {names} {all_[0].day}", language)
    for what in all_:
        _draw(pdf, what, language)
    return pdf.bytes()


def _draw(pdf: PdfDocument, what: Slip, language: Language) -> None:
    whole = PrintColumn(pdf, _MARGIN, _INNER)
    foot = _HEIGHT - _MARGIN - _SMALL.leading
    head = joined(_head(whole, what, language))
    first = _MARGIN + head.height
    pages: list[list[Block]] = [[]]
    y = first
    for block in _body(pdf, whole, what, language):
        if pages[-1] and y + block.height > foot - 1:
            pages.append([])
            y = first
        pages[-1].append(block)
        y += block.height
    for place, page in enumerate(pages, 1):
        pdf.page(_WIDTH, _HEIGHT)
        head.draw(_MARGIN)
        joined(page).draw(first)
        made = say(language, "slip_made", at=moment(what.made_at, language))
        pdf.write(_MARGIN, foot, made, _SMALL)
        number = say(language, "page_of", page=place, pages=len(pages))
        pdf.write(_WIDTH - _MARGIN, foot, number, _SMALL, Align.R)


def _head(column: PrintColumn, what: Slip, language: Language) -> Iterator[Block]:
    half = column.width / 2
    left = PrintColumn(column.pdf, column.x, half)
    right = PrintColumn(column.pdf, column.x + half, half)
    office = say(language, "post_office", office=what.office, pin=what.office_pin)
    postman = say(language, "slip_of", name=what.postman, staff_id=what.staff_id)
    yield beside(
        joined((left.text(say(language, "slip"), _TITLE), left.text(postman, _STRONG))),
        joined(
            (
                right.text(office, _STRONG, Align.R),
                right.text(long_day(what.day, language), _STRONG, Align.R),
                right.text(_totals(what, language), _BODY, Align.R),
            )
        ),
    )
    yield space(1.5)
    yield _framed(
        column.pdf,
        tuple(
            PrintColumn(column.pdf, cell.x + _PAD, cell.width - 2 * _PAD).text(
                say(language, cell.head), _SMALL
            )
            for cell in _CELLS
        ),
        least=0,
    )


def _body(pdf: PdfDocument, whole: PrintColumn, what: Slip, language: Language) -> Iterator[Block]:
    if not what.carried:
        yield space(6)
        yield whole.text(say(language, "slip_empty"), _STRONG, Align.C)
    for each in what.carried:
        yield _row(pdf, each, language)
    yield joined(_foot(whole, what, language))


def _row(pdf: PdfDocument, each: Carried, language: Language) -> Block:
    columns = [PrintColumn(pdf, cell.x + _PAD, cell.width - 2 * _PAD) for cell in _CELLS]
    serial, article, recipient, cod, code, remark, signature = columns
    return _framed(
        pdf,
        (
            serial.text(str(each.serial), _SERIAL, Align.C),
            joined(_article(article, each)),
            joined(_recipient(recipient, each, language)),
            joined(_cod(cod, each, language)),
            joined(_code(code, each, language)),
            joined(_outcome(remark, each, language)),
            joined(_signature(signature, each, language)),
        ),
        least=_ROW,
    )


def _article(column: PrintColumn, each: Carried) -> Iterator[Block]:
    """Yield the number, with the digits that the postman says first in large type, and its bars."""
    digits = last_digits(each.number)
    before, _, after = each.number.rpartition(digits)
    pdf, strong = column.pdf, _DIGITS

    def draw(y: float) -> None:
        x = column.x
        for part, style in ((f"{before[:2]} {before[2:]}", _STRONG), (digits, strong)):
            pdf.write(x, y + (strong.leading - style.leading) * 0.72, part, style)
            x += pdf.width(part, style) + 0.8
        pdf.write(x, y + (strong.leading - _STRONG.leading) * 0.72, after, _STRONG)

    yield Block(strong.leading - 0.8, draw)
    yield column.barcode(each.number, _MODULE, _BAR_HEIGHT)


def _recipient(column: PrintColumn, each: Carried, language: Language) -> Iterator[Block]:
    for mark in each.marks:
        yield column.text(f"! {say(language, f'mark_{mark}')}", _STRONG)
    if each.due:
        yield column.text(f"! {say(language, 'slip_due')}", _STRONG)
    if each.pieces > 1:
        yield column.text(f"! {say(language, 'slip_pieces', count=each.pieces)}", _STRONG)
    yield column.text(each.recipient_name, _STRONG)
    yield column.text(f"{each.recipient_address}, {each.recipient_pin}", _BODY)
    if each.digipin:
        yield column.text(f"DIGIPIN {each.digipin}", _SMALL)
    if each.hint:
        yield column.text(f'"{each.hint}"', _SMALL)


def _code(column: PrintColumn, each: Carried, language: Language) -> Iterator[Block]:
    """Yield whether a code is asked for, and the three digits that are compared without network."""
    asks = "code_yes" if each.code_required else "code_no"
    yield column.text(say(language, asks), _STRONG if each.code_required else _BODY)
    if each.check:
        yield column.text(say(language, "without_network"), _SMALL)
        yield column.text(each.check, _STRONG)


def _cod(column: PrintColumn, each: Carried, language: Language) -> Iterator[Block]:
    if not each.cod_amount:
        yield column.text("–", _BODY)
        return
    yield column.text(printed_whole(each.cod_amount, language), _STRONG)
    for way in ("cash", "upi"):
        yield _tick(column, say(language, way))


def _tick(column: PrintColumn, label: str) -> Block:
    def draw(y: float) -> None:
        top = y + (_SMALL.leading - _TICK) / 2
        column.pdf.box(column.x, top, _TICK, _TICK, thick=0.2)
        column.pdf.write(column.x + _TICK + 1, y, label, _SMALL)

    return Block(_SMALL.leading, draw)


def _outcome(column: PrintColumn, each: Carried, language: Language) -> Iterator[Block]:
    """Yield the outcome so far, where the slip is printed during the day."""
    if each.outcome == "delivered":
        yield column.text(say(language, "outcome_delivered"), _BODY)
    if each.outcome == "attempted" and each.remark is not None:
        yield column.text(remark(each.remark, language), _BODY)


def remark(number: int, language: Language) -> str:
    """Return a remark by number and name; by number alone where it has no name on paper."""
    return f"{number} {say(language, f'remark_{number}')}" if number in BY_CODE else str(number)


def _signature(column: PrintColumn, each: Carried, language: Language) -> Iterator[Block]:
    """Yield what proves the handover, and who may take it, where limited; else room to sign."""
    if each.document:
        yield column.text(say(language, "with_document"), _STRONG)
    elif not each.signature:
        yield column.text(say(language, "by_code"), _SMALL)
    if each.taker == "addressee":
        yield column.text(say(language, "addressee_only"), _SMALL)


def _foot(column: PrintColumn, what: Slip, language: Language) -> Iterator[Block]:
    yield space(2)
    yield column.pair(
        _totals(what, language),
        say(language, "slip_collect", amount=printed_whole(what.cod_amount, language)),
        _STRONG,
    )
    yield space(1)
    for hint in hints(what, language):
        yield column.text(hint, _SMALL)
    if column.pdf.respelt:
        yield column.text(say(language, "respelt"), _SMALL)
    yield space(13)
    third = column.width / 3
    columns = [
        PrintColumn(column.pdf, column.x + place * third, third - 6)
        for place in range(len(_SIGNED))
    ]
    yield beside(
        *(
            joined((each.rule(around=0.3), each.text(say(language, key), _SMALL)))
            for each, key in zip(columns, _SIGNED, strict=True)
        )
    )


def hints(what: Slip, language: Language) -> Iterator[str]:
    """Yield what the signs of this slip mean, and how the postman writes it in a text."""
    yield legend(language)
    if any(each.check for each in what.carried):
        yield say(language, "how_without_network")
    if any(each.pieces > 1 for each in what.carried):
        yield say(language, "how_pieces")
    if any(each.code_required and each.taker == "anyone" for each in what.carried):
        yield say(language, "how_word")


def legend(language: Language) -> str:
    """Return the remarks by their numbers, with what each figure of 28 and 29 means."""
    remarks = (remark(number, language) for number in BY_CODE)
    asked = (say(language, "how_28"), say(language, "how_29"))
    reasons = (f"{each} {say(language, f'reason_{each}')}" for each in REASONS)
    documents = (f"{n} {say(language, f'document_{of}')}" for n, of in KINDS_OF_DOCUMENT.items())
    return (
        f"{say(language, 'remarks_are')} {' · '.join((*remarks, *asked))}."
        f" {say(language, 'reasons_are')} {' · '.join(reasons)}."
        f" {say(language, 'documents_are')} {' · '.join(documents)}."
    )


_SIGNED: Final = ("given_out", "taken", "brought_back")


def _totals(what: Slip, language: Language) -> str:
    items = count_of(len(what.carried), language)
    return say(language, "slip_total", items=items, cod_items=what.cod_items)


def _framed(pdf: PdfDocument, cells: tuple[Block, ...], least: float) -> Block:
    """Return a row of the table, at least `least` high, each cell in a frame."""
    height = max(least, *(cell.height + 2 * _PAD for cell in cells))

    def draw(y: float) -> None:
        for cell, place in zip(cells, _CELLS, strict=True):
            pdf.box(place.x, y, place.width, height, thick=0.2)
            cell.draw(y + _PAD)

    return Block(height, draw)
