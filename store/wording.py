"""What a message of ours says, in one compressed column: its words and the values in them.

`messages.said` holds both, in zstd with a dictionary that was trained on the catalogue's texts
(`store/phrases`, which only grows), behind the number of that dictionary: exactly what was
rendered, whatever the catalogue says since. `body` is empty then and `variables` is NULL. Where
`body` is not empty it counts: a row of before, or a text that somebody wrote to us.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, TypeVar

import orjson
import structlog
import zstandard

from store.trained import Codecs, Shelf, Unpackable

SHELF: Final = Shelf(Path(__file__).parent / "phrases", "texts", bare=True)

_CODECS: Final = Codecs(SHELF)
_LONGEST: Final = 1 << 16  # bytes of one text: more is none
log = structlog.get_logger(__name__)
_BETWEEN: Final = b"\0"  # in no JSON, and in no text of PostgreSQL

_Row = TypeVar("_Row")


def sample(body: str, variables: Mapping[str, Any] | None) -> bytes:
    """Return what is compressed of a message."""
    return orjson.dumps(variables) + _BETWEEN + body.encode()


def pack(body: str, variables: Mapping[str, Any] | None) -> bytes:
    """Return `said` of a message."""
    number = SHELF.newest()
    return bytes((number,)) + _CODECS.of(number).compressor.compress(sample(body, variables))


def unpack(said: bytes) -> tuple[str, Mapping[str, Any] | None]:
    """Return the words and values that `pack` was given. Raises `Unpackable`."""
    try:
        decompressor = _CODECS.of(said[0]).decompressor
        written = decompressor.decompress(said[1:], max_output_size=_LONGEST)
        variables, _, body = written.partition(_BETWEEN)
        return body.decode(), orjson.loads(variables)
    except (zstandard.ZstdError, ValueError, LookupError) as damaged:
        raise Unpackable from damaged


def body_of(body: str, said: bytes | None) -> str:
    """Return the words of a row; none where they cannot be unpacked: such a row stops no other."""
    return body if body or said is None else _tried(said)[0]


def values_of(variables: Mapping[str, Any] | None, said: bytes | None) -> Mapping[str, Any] | None:
    """Return the values of a row; None where they cannot be unpacked."""
    return variables if variables is not None or said is None else _tried(said)[1]


def _tried(said: bytes) -> tuple[str, Mapping[str, Any] | None]:
    try:
        return unpack(said)
    except Unpackable as why:
        log.error("words_unreadable", why=str(why))
        return "", None


def read(make: Callable[..., _Row]) -> Callable[..., _Row]:
    """Return what makes a row of columns by name, `said` among them; for `kwargs_row`."""

    def made(*, said: bytes | None, **columns: Any) -> _Row:
        columns["body"] = body_of(columns["body"], said)
        if "variables" in columns:
            columns["variables"] = values_of(columns["variables"], said)
        return make(**columns)

    return made
