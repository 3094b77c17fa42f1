"""Codecs of zstd with trained dictionaries, which rows name by number: their folder only grows."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import zstandard

from store.refusals import Conflict

_LEVEL: Final = 3  # a higher one takes three times as long for six bytes less of eighty


class Unpackable(Conflict):
    """A row holds what was never packed. Says so."""

    sentence = "what is kept of it cannot be unpacked: it is damaged, or was not written by Dakiya"


class UnknownDictionary(Unpackable):
    """A row was packed with a dictionary that is not here: by a newer release, or one was removed.

    Says what to do.
    """


@dataclass(frozen=True)
class Shelf:
    """The dictionaries of one kind of rows. `what` these are, in words.

    `bare`: frames have no signature and no length of what is in them, which is five bytes.
    """

    folder: Path
    what: str
    bare: bool

    @cache  # noqa: B019 (a shelf is a constant of its module)
    def newest(self) -> int:
        """Return the number of the dictionary that rows are packed with."""
        return max(int(path.stem) for path in self.folder.glob("*.zstd"))

    @cache  # noqa: B019
    def file(self, number: int, kind: str) -> bytes:
        """Return a file of a dictionary. Raises `UnknownDictionary`."""
        try:
            return (self.folder / f"{number}.{kind}").read_bytes()
        except FileNotFoundError as missing:
            raise UnknownDictionary(
                f"{self.what} of dictionary {number} cannot be read:"
                f" store/{self.folder.name} has no {number}.{kind}."
                " A newer release wrote them: run that one"
            ) from missing

    @cache  # noqa: B019
    def dictionary(self, number: int) -> zstandard.ZstdCompressionDict:
        made = zstandard.ZstdCompressionDict(self.file(number, "zstd"))
        made.precompute_compress(level=_LEVEL)
        return made


@dataclass(frozen=True)
class Codec:
    """What packs and unpacks with one dictionary, in one thread."""

    compressor: zstandard.ZstdCompressor
    decompressor: zstandard.ZstdDecompressor


class Codecs(threading.local):
    """The codecs of one thread, by dictionary: zstandard's are not to be shared."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self._made: dict[int, Codec] = {}

    def of(self, number: int) -> Codec:
        """Return the codec with that dictionary. Raises `UnknownDictionary`."""
        if number not in self._made:
            dictionary = self._shelf.dictionary(number)
            form = zstandard.FORMAT_ZSTD1_MAGICLESS if self._shelf.bare else zstandard.FORMAT_ZSTD1
            made = zstandard.ZstdCompressionParameters.from_level(
                _LEVEL,
                format=form,
                write_content_size=0 if self._shelf.bare else 1,
                write_checksum=0,
                write_dict_id=0,
            )
            self._made[number] = Codec(
                zstandard.ZstdCompressor(dict_data=dictionary, compression_params=made),
                zstandard.ZstdDecompressor(dict_data=dictionary, format=form),
            )
        return self._made[number]
