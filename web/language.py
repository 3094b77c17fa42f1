"""The language of the pages, and what they say in it: web/words/<language>/*.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

from flask import Response, request
from werkzeug.exceptions import RequestEntityTooLarge

NAMES: Final[Mapping[str, str]] = {"hi": "हिन्दी", "en": "English"}
"""The languages of the pages, each by its own name."""

_COOKIE: Final = "language"
_YEAR_SECONDS: Final = 365 * 24 * 3600
_FOLDER: Final = Path(__file__).parent / "words"


@cache
def words(language: str) -> Mapping[str, str]:
    """All that the pages say in `language`, by key. Raises ValueError for a key said twice."""
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
    """The language of this request: chosen now, chosen before, or what the browser asks for."""
    for asked in (_asked(), request.cookies.get(_COOKIE, "")):
        if asked in NAMES:
            return asked
    return request.accept_languages.best_match(NAMES) or "hi"


def _asked() -> str:
    try:
        return request.values.get("lang", "")
    except RequestEntityTooLarge:  # so is said on a page, which has a language too
        return request.args.get("lang", "")


def say(key: str, **values: str | int) -> str:
    """The sentence called `key`, filled in, in the language of this request.

    Raises KeyError for a sentence or a value that is missing.
    """
    return words(chosen())[key].format(**values)


def remember(response: Response) -> Response:
    """Keeps the language that `?lang=` chose; a flask `after_request` function.

    That of what is printed is the customer's: it changes nothing for the clerk.
    """
    if response.status_code >= 400:  # what was refused may not even have a readable query
        return response
    if response.mimetype == "application/pdf":
        return response
    asked = request.args.get("lang", "")
    if asked in NAMES:
        response.set_cookie(_COOKIE, asked, _YEAR_SECONDS, httponly=True, samesite="Lax")
    return response
