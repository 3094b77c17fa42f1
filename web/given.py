"""What a request gives, read in one place: numbers, days, ids and texts of path, query and form.

What cannot be is refused here with a sentence, and reaches no query: PostgreSQL takes no NUL and no
number beyond 64 bits, and sums of days overflow at both ends of the calendar. JSON bodies are read
with the same limits (`unfit`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Final
from uuid import UUID

from flask import Flask
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.exceptions import UnprocessableEntity
from werkzeug.routing import IntegerConverter

from india import calendar, figures, names, signs

LARGEST: Final = 2**63 - 1
"""Of any number: PostgreSQL's bigint ends here."""
_NUL: Final = "\x00"


class NotPossible(UnprocessableEntity):
    """A value of the request that nothing here can have; the description says which and why."""


class Fields(ImmutableMultiDict[str, str]):
    """The fields of a query or a form. Raise `NotPossible` where a text in it holds a NUL."""

    def __init__(self, mapping: Any = None) -> None:
        super().__init__(mapping)
        for name, values in self.lists():
            # Files are among them: werkzeug makes this of their part of a form too.
            texts = [name, *(each for each in values if isinstance(each, str))]
            if any(_NUL in each for each in texts):
                raise NotPossible(f"a character that no text has (NUL) is in {_shown(name)!r}")


class RowId(IntegerConverter):
    """The id of a row in a path; one that no row can have is 404."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **{"max": LARGEST, **options})


def furnish(app: Flask) -> None:
    """Install the reader of ids in paths in `app`. Call before the routes are made."""
    app.url_map.converters["int"] = RowId


# ---- queries and forms -------------------------------------------------------------------------


def whole(fields: Mapping[str, str], name: str, most: int = LARGEST) -> int | None:
    """Return the whole number of a field, from 0 to `most`; None where it is missing or empty.

    Raise `NotPossible`.
    """
    typed = fields.get(name, "").strip()
    if not typed:
        return None
    try:
        return figures.whole(typed, 0, most)
    except figures.NoNumber as error:
        raise NotPossible(f"{name}: {error}") from None


def signed(fields: Mapping[str, str], name: str) -> int | None:
    """Return the whole number of a field, which a minus may begin; None as in `whole`.

    Raise `NotPossible`.
    """
    typed = signs.bare(fields.get(name, ""))
    number = whole({name: typed.removeprefix("-")}, name)
    return -number if number is not None and typed.startswith("-") else number


def day(fields: Mapping[str, str], name: str) -> date | None:
    """Return the day of a field; None where it is missing or empty. Raise `NotPossible`."""
    typed = fields.get(name, "").strip()
    if not typed:
        return None
    try:
        return calendar.read(typed)
    except calendar.NoDay as error:
        raise NotPossible(f"{name}: {error}") from None


def uuid(fields: Mapping[str, str], name: str) -> UUID | None:
    """Return the uuid of a field; None where it is missing or empty. Raise `NotPossible`."""
    typed = fields.get(name, "").strip()
    if not typed:
        return None
    try:
        return UUID(typed)
    except ValueError:
        raise NotPossible(f"{name}: no uuid") from None


def line(fields: Mapping[str, str], name: str, most: int) -> str:
    """Return a field as one line of at most `most` characters: what a reader sees of it."""
    return names.seen(fields.get(name, ""))[:most]


# ---- JSON --------------------------------------------------------------------------------------


def unfit(value: Any, at: str = "") -> Iterator[tuple[str, str]]:
    """Yield what cannot be stored of JSON: its place, as `articles.3`, and the reason."""
    if isinstance(value, str):
        if _NUL in value:
            yield at or "body", "holds a character that no text has (NUL)"
        elif not value.isascii() and any("\ud800" <= each <= "\udfff" for each in value):
            yield at or "body", "holds half a character (a lone surrogate)"
    elif isinstance(value, int) and not -LARGEST <= value <= LARGEST:
        yield at or "body", "is a number that nothing here can have"
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            yield from unfit(name, at or "body")
            yield from unfit(inner, f"{at}.{name}" if at else str(name))
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from unfit(inner, f"{at}.{place}" if at else str(place))


def _shown(name: str) -> str:
    return name.replace(_NUL, "")[:40]
