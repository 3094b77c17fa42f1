"""The encoding of a file: UTF-8, UTF-16 or Windows-1252, tried strictly in turn.

No guessing by letter frequency: bytes that are UTF-8 throughout are UTF-8, and what else
spreadsheets save in India is UTF-16 ("Unicode text") or Windows-1252 ("CSV"). Windows-1252 has no
Devanagari: Hindi becomes question marks, which `cells.py` refuses.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Final

from imports.faults import FileRefused

UTF_8: Final = "UTF-8"
UTF_16: Final = "UTF-16"
WINDOWS: Final = "Windows-1252"
_CODECS: Final = {UTF_8: "utf-8-sig", UTF_16: "utf-16", WINDOWS: "cp1252"}
_LITTLE: Final = "UTF-16LE"  # without a byte order mark
_BIG: Final = "UTF-16BE"
_SAMPLE: Final = 4096
# What is no text at all, by its first bytes.
_WORKBOOKS: Final = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")  # xlsx, ods; xls
_OTHERS: Final = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"\x1f\x8b", b"{\\rtf")


def recognise(pieces: Iterable[bytes]) -> str:
    """Return the encoding of a file that comes in pieces, as `decode` takes it.

    Raise `FileRefused`: it is no text, or in none of the encodings.
    """
    pieces = iter(pieces)
    first = b""
    while len(first) < _SAMPLE and (piece := next(pieces, None)) is not None:
        first += piece
    if first.startswith(_WORKBOOKS):
        raise FileRefused("workbook")
    if first.startswith(_OTHERS):
        raise FileRefused("no_text")
    wide = _two_bytes(first[:_SAMPLE])
    candidates = [wide] if wide else [UTF_8, WINDOWS]
    decoders = {name: _decoder(name) for name in candidates}
    for piece in _and_end(chain([first], pieces)):
        for name, decoder in list(decoders.items()):
            try:
                decoder.decode(piece, final=piece == b"")
            except UnicodeError:
                del decoders[name]
        if not decoders:
            raise FileRefused("encoding")
    return next(name for name in candidates if name in decoders)


def decode(pieces: Iterable[bytes], encoding: str) -> Iterator[str]:
    """Yield the text of the file, piece by piece, without a byte order mark."""
    decoder = _decoder(encoding)
    for piece in _and_end(iter(pieces)):
        text = decoder.decode(piece, final=piece == b"")
        if text:
            yield text


def _and_end(pieces: Iterator[bytes]) -> Iterator[bytes]:
    yield from (piece for piece in pieces if piece)
    yield b""


def _decoder(encoding: str) -> codecs.IncrementalDecoder:
    return codecs.getincrementaldecoder(_CODECS.get(encoding, encoding))("strict")


def _two_bytes(sample: bytes) -> str | None:
    """Recognise UTF-16 by its mark or by zeros beside Latin letters; None: one byte or UTF-8."""
    if sample.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return UTF_16
    half = len(sample) // 2
    if half and sample[1::2].count(0) > 0.4 * half and not sample[0::2].count(0):
        return _LITTLE
    if half and sample[0::2].count(0) > 0.4 * half and not sample[1::2].count(0):
        return _BIG
    return None
