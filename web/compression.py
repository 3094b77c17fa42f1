"""Answers in fewer bytes: brotli, or gzip, where the caller takes it.

Of Flask-Compress it differs in that refused forms, which are whole pages, are compressed as well.
BREACH reads a secret of a page (the token of its forms, the key of what is kept) from the sizes of
many answers to addresses that a stranger chose, where the page says back what the address holds.
`SameSite=Lax` lets another site open such an address with the cookie: so an answer to what another
site leads to is not compressed where the address asks for something. A browser that does not say
who leads there is not believed.
"""

from __future__ import annotations

import gzip
from typing import Final

import brotli
from flask import Flask, Response, request

_CODINGS: Final = ("br", "gzip")  # the first that is taken
_LEAST: Final = 500  # bytes: below, nothing is gained
_PAGE_QUALITY: Final = 5  # of brotli: 30 kB in 1 ms
_FILE_QUALITY: Final = 11
_GZIP_LEVEL: Final = 6
_OWN: Final = ("same-origin", "none")  # of Sec-Fetch-Site: our own page, or the person's own hand
_KINDS: Final = frozenset(
    (
        "application/javascript",
        "application/json",
        "application/problem+json",
        "image/svg+xml",
        "text/css",
        "text/csv",
        "text/html",
        "text/javascript",
        "text/plain",
    )
)


def furnish(app: Flask) -> None:
    """Compress the answers of `app`. To be called first: it has to be the last that changes one."""
    app.after_request(_compress)


def coding() -> str | None:
    """Return the coding that the caller takes; None: as it is."""
    accepted = request.accept_encodings
    taken = [(accepted.quality(each), each) for each in _CODINGS if accepted.quality(each) > 0]
    return max(taken, key=lambda each: each[0])[1] if taken else None


def fits(kind: str | None, length: int) -> bool:
    """Tell whether content of this type and length gains by it."""
    return kind in _KINDS and length >= _LEAST


def smallest(content: bytes, coding: str) -> bytes:
    """Return `content` in `coding`, as small as it goes, however long that takes."""
    if coding == "br":
        return bytes(brotli.compress(content, quality=_FILE_QUALITY))
    return gzip.compress(content, 9, mtime=0)


def _chosen_elsewhere(response: Response) -> bool:
    """Tell whether a stranger may have chosen words that stand on this page."""
    asks = bool(request.query_string) and response.mimetype == "text/html"
    return asks and request.headers.get("Sec-Fetch-Site") not in _OWN


def _compress(response: Response) -> Response:
    if response.is_streamed or response.direct_passthrough or response.content_encoding:
        return response
    content = response.get_data()
    if not fits(response.mimetype, len(content)):
        return response
    response.vary.add("Accept-Encoding")
    if (wanted := coding()) and not _chosen_elsewhere(response):
        response.set_data(
            brotli.compress(content, quality=_PAGE_QUALITY)
            if wanted == "br"
            else gzip.compress(content, _GZIP_LEVEL, mtime=0)
        )
        response.content_encoding = wanted
    return response
