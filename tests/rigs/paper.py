"""What came out of the printer: a PDF's pages as pictures, the barcodes on them, its words."""

from __future__ import annotations

from dataclasses import dataclass

import pypdfium2
import zxingcpp
from PIL import Image

_DPI = 203  # of a thermal printer: 8 dots to the millimetre
_MM = 72 / 25.4
_INK = 128  # darker than this is printed


@dataclass(frozen=True)
class Sheet:
    """A page. Sizes in millimetres."""

    width: float
    height: float
    picture: Image.Image
    text: str

    def barcodes(self) -> list[str]:
        """What a scanner reads, from top to bottom."""
        found = zxingcpp.read_barcodes(
            self.picture, formats=zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.Code128])
        )
        found.sort(key=lambda code: (code.position.top_left.y, code.position.top_left.x))
        return [code.text for code in found]

    def ink(self) -> tuple[float, float, float, float]:
        """The edges of what is printed: left, top, right, bottom."""
        black = self.picture.point(lambda level: 255 if level < _INK else 0)
        box = black.getbbox()
        assert box is not None
        left, top, right, bottom = (edge * 25.4 / _DPI for edge in box)
        return left, top, right, bottom


def sheets(pdf: bytes) -> list[Sheet]:
    """The pages of a PDF."""
    with pypdfium2.PdfDocument(pdf) as document:
        found = []
        for page in document:
            width, height = page.get_size()
            picture = page.render(scale=_DPI / 72, grayscale=True).to_pil().convert("L")
            text = page.get_textpage().get_text_bounded()
            found.append(Sheet(width / _MM, height / _MM, picture, text))
    return found
