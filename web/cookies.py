"""The names of cookies: bound to this very host where browsers come by https.

`__Host-` makes a browser refuse a cookie of that name from a neighbour's subdomain, or by http
(RFC 6265bis, 4.1.3.2).
"""

from __future__ import annotations

from typing import Final

from flask import Response

from settings import Settings
from web.running import runtime

_PREFIX: Final = "__Host-"


def name_of(cookie: str, settings: Settings) -> str:
    """Return the name of `cookie` as browsers keep it."""
    return f"{_PREFIX}{cookie}" if settings.by_https else cookie


def keep(response: Response, cookie: str, value: str, seconds: int) -> None:
    """Let the browser keep `cookie` for `seconds`, out of reach of scripts and other sites."""
    settings = runtime().settings
    response.set_cookie(
        name_of(cookie, settings),
        value,
        seconds,
        path="/",
        secure=settings.by_https,
        httponly=True,
        samesite="Lax",
    )
