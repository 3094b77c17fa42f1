"""Blocks of print below each other: measured first, then distributed over pages."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from paper.barcode import code128
from paper.pdf import Align, PdfDocument, Style

_GAP: Final = 3.0  # between a label and its amount, at least
_DOTS: Final = 8  # of a thermal printer, per millimetre


@dataclass(frozen=True)
class Block:
    """A part of a page that is not divided. `draw` takes the y of its top; all in millimetres."""

    height: float
    draw: Callable[[float], None]


def space(height: float) -> Block:
    """Return an empty block."""
    return Block(height, lambda y: None)


def joined(blocks: Iterable[Block]) -> Block:
    """Return blocks below each other as one block."""
    parts = tuple(blocks)

    def draw(y: float) -> None:
        for part in parts:
            part.draw(y)
            y += part.height

    return Block(sum(part.height for part in parts), draw)


def beside(*blocks: Block) -> Block:
    """Return blocks of different columns as one, their tops in line."""

    def draw(y: float) -> None:
        for block in blocks:
            block.draw(y)

    return Block(max(block.height for block in blocks), draw)


@dataclass(frozen=True)
class PrintColumn:
    """A column from `x`, `width` wide, which makes blocks."""

    pdf: PdfDocument
    x: float
    width: float

    def text(self, text: str, style: Style, align: Align = Align.L) -> Block:
        """Return a paragraph, broken into lines."""
        lines = self.pdf.lines(text, style, self.width)
        x = self.x + self.width * {Align.R: 1.0, Align.C: 0.5}.get(align, 0.0)

        def draw(y: float) -> None:
            for line in lines:
                self.pdf.write(x, y, line, style, align)
                y += style.leading

        return Block(style.leading * len(lines), draw)

    def pair(self, label: str, amount: str, style: Style) -> Block:
        """Return a label and an amount at the right edge of its last line."""
        room = self.width - self.pdf.width(amount, style) - _GAP
        lines = self.pdf.lines(label, style, room)

        def draw(y: float) -> None:
            for line in lines:
                self.pdf.write(self.x, y, line, style)
                y += style.leading
            self.pdf.write(self.x + self.width, y - style.leading, amount, style, Align.R)

        return Block(style.leading * len(lines), draw)

    def rule(self, thick: float = 0.2, around: float = 1.2) -> Block:
        """Return a line across, with space around it."""
        return Block(2 * around, lambda y: self.pdf.rule(self.x, y + around, self.width, thick))

    def banner(self, text: str, style: Style) -> Block:
        """Return white text on black across the column, broken into lines."""
        lines = self.pdf.lines(text, style, self.width - 2)

        def draw(y: float) -> None:
            for line in lines:
                self.pdf.banner(self.x, y, self.width, line, style)
                y += style.leading

        return Block(style.leading * len(lines), draw)

    def barcode(self, text: str, module: float, height: float) -> Block:
        """Return Code 128 in the middle of the column. `module`: the width of the thinnest bar.

        It begins on a dot of a thermal printer, otherwise equal bars are printed unequal.
        """
        code = code128(text)
        x = self.x + (self.width - code.modules * module) / 2
        x = round(x * _DOTS) / _DOTS
        return Block(height, lambda y: self.pdf.bars(x, y, code, module, height))

    def framed(self, blocks: Callable[[PrintColumn], Iterable[Block]], pad: float = 2.0) -> Block:
        """Return a frame with what `blocks` makes for the column inside."""
        inside = joined(blocks(PrintColumn(self.pdf, self.x + pad, self.width - 2 * pad)))
        height = inside.height + 2 * pad

        def draw(y: float) -> None:
            self.pdf.box(self.x, y, self.width, height)
            inside.draw(y + pad)

        return Block(height, draw)
