"""The certificate of an article in the form of section 63 of the Bharatiya Sakshya Adhiniyam, 2023.

Part A is left to the party and Part B to the expert: what only they know, and their signatures, are
lines. What the register knows is filled in: the record, its hash and the algorithm. The hash report
that the form asks for follows. In English, the language in which the form was enacted.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final

from india.calendar import moment
from paper.content import PrintedCertificate, PrintedEvent
from paper.layout import Block, PrintColumn, beside, joined, space
from paper.pdf import Align, PdfDocument, Style
from paper.words import say

_WIDTH, _HEIGHT, _MARGIN = 210.0, 297.0, 18.0
_INNER: Final = _WIDTH - 2 * _MARGIN
_FOOT: Final = _HEIGHT - 12.0
_TICK: Final = 3.0  # the side of a box to tick
_BODY, _SMALL, _TINY = Style(9.5), Style(8), Style(6.8)
_STRONG, _TITLE = Style(10, bold=True), Style(13, bold=True)
_AT, _DAY = 44.0, 24.0  # widths of columns
_ALGORITHM: Final = "SHA256"


@cache
def _form() -> Mapping[str, Any]:
    path = Path(__file__).with_name("section_63.toml")
    return tomllib.loads(path.read_text(encoding="utf-8"))


def certificate(what: PrintedCertificate) -> bytes:
    """Return the PDF."""
    pdf = PdfDocument(f"Certificate {what.article}", "en")
    column = PrintColumn(pdf, _MARGIN, _INNER)
    pages = [
        [joined(_part_a(column, what))],
        [joined(_part_b(column, what))],
        *_paged(_report(column, what)),
    ]
    for place, page in enumerate(pages, 1):
        pdf.page(_WIDTH, _HEIGHT)
        joined(page).draw(_MARGIN)
        made = _said("made", at=moment(what.made_at, "en"))
        pdf.write(_MARGIN, _FOOT, made, _TINY)
        number = _said("page", page=place, pages=len(pages))
        pdf.write(_WIDTH - _MARGIN, _FOOT, number, _TINY, Align.R)
    return pdf.bytes()


def _said(key: str, **values: str | int) -> str:
    return str(_form()[key]).format(**values)


def _paged(blocks: Iterator[Block]) -> list[list[Block]]:
    pages: list[list[Block]] = [[]]
    y = _MARGIN
    for block in blocks:
        if pages[-1] and y + block.height > _FOOT - 2:
            pages.append([])
            y = _MARGIN
        pages[-1].append(block)
        y += block.height
    return pages


# ---- the form ------------------------------------------------------------------------------------


def _part_a(column: PrintColumn, what: PrintedCertificate) -> Iterator[Block]:
    yield column.text(_said("act"), _STRONG, Align.C)
    yield column.text(_said("under"), _SMALL, Align.C)
    yield space(2)
    yield column.text(_said("title"), _TITLE, Align.C)
    yield from _part(column, what, "a")
    yield column.text(_said("control"), _BODY)
    yield space(2)
    yield _ticks(column, (*_form()["holding"],), 4)
    yield column.text(_said("by_me"), _BODY)
    yield space(3)
    yield from _hash(column, what)
    yield from _signed(column, "sign_a")


def _part_b(column: PrintColumn, what: PrintedCertificate) -> Iterator[Block]:
    yield from _part(column, what, "b")
    yield from _hash(column, what)
    yield from _signed(column, "sign_b")


def _part(column: PrintColumn, what: PrintedCertificate, letter: str) -> Iterator[Block]:
    yield space(2)
    yield column.text(_said(f"part_{letter}"), _TITLE, Align.C)
    yield column.text(_said(f"part_{letter}_by"), _SMALL, Align.C)
    yield space(4)
    yield column.text(_said("affirm"), _BODY)
    yield space(3)
    yield column.text(_said(f"source_{letter}"), _BODY)
    yield space(2)
    yield _ticks(column, (*_form()["sources"],), 3)
    yield column.text(_said("other"), _BODY)
    yield space(2)
    yield column.text(_said("make"), _BODY)
    yield space(2)
    yield column.text(_said("id"), _BODY)
    yield space(2)
    record = _said("record", article=what.article)
    yield column.text(_said("specify", record=record), _BODY)
    yield space(3)


def _hash(column: PrintColumn, what: PrintedCertificate) -> Iterator[Block]:
    yield column.text(_said("hash"), _BODY)
    yield space(1)
    yield column.framed(lambda inside: (inside.text(what.hash, _STRONG, Align.C),), 1.5)
    yield space(1.5)
    yield column.text(_said("algorithm"), _BODY)
    yield space(2)
    yield _ticks(column, (*_form()["algorithms"],), 4)
    yield column.text(_said("standard"), _BODY)
    yield column.text(_said("report"), _BODY)
    yield space(3)


def _signed(column: PrintColumn, key: str) -> Iterator[Block]:
    yield space(14)
    right = PrintColumn(column.pdf, column.x + column.width / 2, column.width / 2)
    yield right.rule()
    yield right.text(_said(key), _BODY, Align.C)
    yield space(3)
    for line in ("date", "time", "place"):
        yield column.text(_said(line), _BODY)
        yield space(1.5)


def _ticks(column: PrintColumn, labels: Sequence[str], in_a_row: int) -> Block:
    """Return boxes to tick; the algorithm that was used has a cross."""
    width = column.width / in_a_row
    rows = [labels[start : start + in_a_row] for start in range(0, len(labels), in_a_row)]
    return joined(
        joined(
            (
                beside(
                    *(
                        _tick(column, column.x + place * width, label, label == _ALGORITHM)
                        for place, label in enumerate(row)
                    )
                ),
                space(1.5),
            )
        )
        for row in rows
    )


def _tick(column: PrintColumn, x: float, label: str, crossed: bool) -> Block:
    pdf = column.pdf

    def draw(y: float) -> None:
        top = y + (_BODY.leading - _TICK) / 2
        pdf.box(x, top, _TICK, _TICK)
        if crossed:
            pdf.write(x + _TICK / 2, y, "X", _STRONG, Align.C)
        pdf.write(x + _TICK + 1.5, y, label, _BODY)

    return Block(_BODY.leading, draw)


# ---- the hash report -----------------------------------------------------------------------------


def _report(column: PrintColumn, what: PrintedCertificate) -> Iterator[Block]:
    yield column.text(_said("annex"), _TITLE, Align.C)
    yield column.text(_said("annex_of", article=what.article), _SMALL, Align.C)
    yield space(3)
    service = say("en", f"service_{what.service}")
    booked = moment(what.booked_at, "en")
    about = _said("article", article=what.article, service=service, state=what.state, booked=booked)
    yield column.text(about, _BODY)
    yield column.text(_said("to", recipient=what.recipient), _BODY)
    yield column.text(_said("from", sender=what.sender), _BODY)
    yield space(2)
    yield column.text(_said("record_hash"), _STRONG)
    yield column.text(what.hash, _SMALL)
    yield space(2)
    yield column.text(_said("meaning"), _SMALL)
    yield space(1.5)
    yield column.text(_said("checking", article=what.article), _SMALL)
    yield space(3)
    yield column.text(_said("events"), _STRONG)
    yield _line(column, (_said("at"), _said("what"), _said("proof"), _said("day")), _SMALL)
    yield column.rule()
    for each in what.events:
        yield _event(column, each)
    if not what.events:
        yield column.text(_said("none"), _BODY)
    yield space(2)
    yield column.text(_said("days"), _STRONG)
    for day in what.days:
        yield joined((column.text(f"{day.day}  {day.root}", _SMALL), space(0.8)))
    yield space(2)
    yield column.text(_said("decisions", count=len(what.decisions)), _SMALL)
    yield space(1.5)
    yield column.text(_said("complete"), _SMALL)
    if column.pdf.respelt:
        yield space(1.5)
        yield column.text(_said("respelt"), _SMALL)


def _event(column: PrintColumn, each: PrintedEvent) -> Block:
    day = each.day if each.sealed else _said("not_sealed")
    told = _line(column, (moment(each.at, "en"), each.said, each.proof, day), _BODY)
    return joined((told, column.text(each.digest, _TINY), space(1.5)))


def _line(column: PrintColumn, cells: tuple[str, str, str, str], style: Style) -> Block:
    proof = 18.0
    widths = (_AT, column.width - _AT - proof - _DAY, proof, _DAY)
    x, blocks = column.x, []
    for text, width in zip(cells, widths, strict=True):
        blocks.append(PrintColumn(column.pdf, x, width - 2).text(text, style))
        x += width
    return beside(*blocks)
