"""A PDF with correct Devanagari, Bengali, Tamil, Urdu: text is measured, broken, drawn run by run.

HarfBuzz joins conjuncts and puts the ि before its consonant, but only in a run that it takes for
Devanagari, and it takes a whole text for the script of its first letter. So `PIN, श्रीमती` is cut
into runs (scripts.py), each shaped in its own script, in a font that has it. Lengths are
millimetres, sizes of letters points.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from itertools import chain
from typing import TYPE_CHECKING, Final

from paper.barcode import Barcode
from paper.scripts import Run, clusters, family, file, printable, runs

if TYPE_CHECKING:
    from fpdf import FPDF

# fpdf takes an eighth of a web process's start, so it is imported for the first document.

_POINT: Final = 25.4 / 72
_LEADING: Final = 1.42  # of the size: room for marks above and conjuncts below
_MOST_WIDTHS: Final = 20_000
# Of all documents: half of what a slip takes is to measure what each of them says alike.
_widths: Final[dict[tuple[Run, Style], float]] = {}


class Align(Enum):
    """The part of a line that is at the given x: its left edge, middle or right edge."""

    L = "left"
    C = "middle"
    R = "right"


@dataclass(frozen=True)
class Style:
    """The style of text. `size`: points."""

    size: float
    bold: bool = False

    @property
    def leading(self) -> float:
        """Return the distance from one line to the next, in millimetres."""
        return self.size * _POINT * _LEADING


class PdfDocument:
    """One document. `language`: of the document, for screen readers."""

    def __init__(self, title: str, language: str) -> None:
        from fpdf import FPDF

        self._pdf: FPDF = FPDF(unit="mm", format="A4")
        self._pdf.set_auto_page_break(False)
        self._pdf.set_margin(0)
        self._pdf.c_margin = 0
        self._pdf.set_title(title)
        self._pdf.set_lang(language)
        self._pdf.set_creator("Dakiya")
        self._fonts: set[str] = set()
        self.respelt = False
        """Whether a name was spelt in Latin letters, for want of a font of its own."""

    def page(self, width: float, height: float) -> None:
        """Begin another page of this size."""
        self._pdf.add_page(format=(width, height))

    def bytes(self) -> bytes:
        """Return the document."""
        return bytes(self._pdf.output())

    # ---- text ------------------------------------------------------------------------------------

    def width(self, text: str, style: Style) -> float:
        """Return the width of `text` on one line."""
        return sum(self._run_width(run, style) for run in runs(self._printable(text)))

    def lines(self, text: str, style: Style, width: float) -> tuple[str, ...]:
        """Return `text` in lines of `width` at most, broken between words or in a long word."""
        words = self._printable(text).split()
        line, broken = "", []
        for word in chain.from_iterable(self._parts(word, style, width) for word in words):
            longer = f"{line} {word}" if line else word
            if line and self.width(longer, style) > width:
                broken.append(line)
                longer = word
            line = longer
        return (*broken, line) if line else ()

    def write(self, x: float, y: float, text: str, style: Style, align: Align = Align.L) -> None:
        """Write one line; `y` is its top, `x` its left edge, middle or right edge by `align`."""
        x -= self.width(text, style) * {Align.R: 1.0, Align.C: 0.5}.get(align, 0.0)
        for run in runs(self._printable(text)):
            width = self._run_width(run, style)
            self._use(run, style)
            self._pdf.set_xy(x, y)
            self._pdf.cell(width, style.leading, run.text, new_x="RIGHT", new_y="TOP")
            x += width

    def _run_width(self, run: Run, style: Style) -> float:
        width = _widths.get((run, style))
        if width is None:
            self._use(run, style)
            width = float(self._pdf.get_string_width(run.text))
            if len(_widths) >= _MOST_WIDTHS:
                _widths.clear()
            _widths[run, style] = width
        return width

    def _printable(self, text: str) -> str:
        shown, respelt = printable(text)
        self.respelt |= respelt
        return shown

    def _use(self, run: Run, style: Style) -> None:
        name = family(run.script)
        if name not in self._fonts:
            self._fonts.add(name)
            self._pdf.add_font(name, "", file(name, "Regular"))
            self._pdf.add_font(name, "B", file(name, "Bold"))
        self._pdf.set_font(name, "B" if style.bold else "", style.size)
        # ASCII is not shaped: that would take most of the time of a slip.
        shaped = not run.text.isascii()
        self._pdf.set_text_shaping(shaped, direction=run.direction, script=run.script)

    def _parts(self, word: str, style: Style, width: float) -> Iterator[str]:
        if self.width(word, style) <= width:
            yield word
            return
        part = ""
        for cluster in clusters(word):
            if part and self.width(part + cluster, style) > width:
                yield part
                part = ""
            part += cluster
        yield part

    # ---- shapes ----------------------------------------------------------------------------------

    def rule(self, x: float, y: float, width: float, thick: float = 0.2) -> None:
        """Draw a line across."""
        self._pdf.rect(x, y - thick / 2, width, thick, style="F")

    def box(self, x: float, y: float, width: float, height: float, thick: float = 0.3) -> None:
        """Draw an empty frame."""
        self._pdf.set_line_width(thick)
        self._pdf.rect(x, y, width, height)

    def banner(self, x: float, y: float, width: float, text: str, style: Style) -> None:
        """Write one centred line of white on black."""
        self._pdf.rect(x, y, width, style.leading, style="F")
        self._pdf.set_text_color(255)
        self.write(x + width / 2, y, text, style, Align.C)
        self._pdf.set_text_color(0)

    def bars(self, x: float, y: float, code: Barcode, module: float, height: float) -> None:
        """Draw a barcode whose quiet zone begins at `x`. `module`: the width of one."""
        for bar in code.bars:
            self._pdf.rect(x + bar.x * module, y, bar.width * module, height, style="F")
