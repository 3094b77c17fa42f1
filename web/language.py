"""The language of the pages and their sentences: web/words/<language>/*.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

from flask import Response, request
from werkzeug.exceptions import RequestEntityTooLarge

from web.cookies import keep, name_of
from web.given import NotPossible
from web.running import settings

NAMES: Final[Mapping[str, str]] = {"hi": "हिन्दी", "en": "English"}
"""The languages of the pages, each by its own name."""

ONE: Final = "_one"
"""What ends the key of the sentence for one thing, beside the one for any other number."""

_COOKIE: Final = "language"
_OF_REQUEST: Final = "dakiya.language"
_YEAR_SECONDS: Final = 365 * 24 * 3600
_FOLDER: Final = Path(__file__).parent / "words"


@cache
def words(language: str) -> Mapping[str, str]:
    """Return the pages' sentences in `language`, by key. Raises ValueError for a double key."""
    found: dict[str, str] = {}
    for path in sorted((_FOLDER / language).glob("*.toml")):
        try:
            more = tomllib.loads(path.read_text(encoding="utf-8"))
        except tomllib.TOMLDecodeError as error:
            raise ValueError(f"{path}: {error}") from None
        if twice := found.keys() & more.keys():
            raise ValueError(f"{path}: said in another file too: {', '.join(sorted(twice))}")
        found |= more
    return found


def chosen() -> str:
    """Return the language of this request: chosen now, chosen before, or the browser's.

    A page asks for it with every sentence, so it is kept with the request.
    """
    known: str | None = request.environ.get(_OF_REQUEST)
    if known is None:
        known = request.environ[_OF_REQUEST] = _found()
    return known


def _found() -> str:
    for asked in (_asked(), _kept()):
        if asked in NAMES:
            return asked
    return request.accept_languages.best_match(NAMES) or "hi"


def _kept() -> str:
    return request.cookies.get(name_of(_COOKIE, settings()), "")


def _asked() -> str:
    try:
        return request.values.get("lang", "")
    except RequestEntityTooLarge:  # the page that says so has a language too
        return request.args.get("lang", "")
    except NotPossible:
        return ""


def say(key: str, **values: str | int) -> str:
    """Return the sentence `key`, with `values`, in the language of this request.

    Of one thing, `count=1`, the sentence `key_one` is said where there is such a sentence. Raises
    KeyError if the sentence or a value is missing.
    """
    said = words(chosen())
    one = f"{key}{ONE}"
    return said[one if values.get("count") == 1 and one in said else key].format(**values)


def remember(response: Response) -> Response:
    """Store the language that `?lang=` chose in a cookie; a Flask `after_request` function.

    The language of a print is the customer's: it does not change the clerk's pages.
    """
    if response.status_code >= 400:  # a refused request may have an unreadable query
        return response
    if response.mimetype == "application/pdf":
        return response
    asked = request.args.get("lang", "")
    if asked in NAMES:
        keep(response, _COOKIE, asked, _YEAR_SECONDS)
    return response
