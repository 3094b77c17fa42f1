"""The place of the current request: its network, and the browser's own cookie.

The cookie holds a random token. It opens nothing: it tells a browser in which the account was
opened before from a stranger's, who has other limits (`postal/people/tries.py`).
"""

from __future__ import annotations

import re
import secrets
from typing import Final

from flask import Response, g, request

from postal.people.places import SignInPlace, digest_of, network_of
from web.cookies import keep, name_of
from web.running import runtime
from web.staff.user_agents import program_of, system_of

_COOKIE: Final = "browser"
_YEAR_SECONDS: Final = 365 * 24 * 3600
_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)


def here() -> SignInPlace:
    """Return where the current request comes from."""
    return _place(_token())


def here_marked() -> SignInPlace:
    """Return the same, and let the browser be told apart from now on."""
    g.browser_token = _token() or secrets.token_urlsafe(32)
    return _place(g.browser_token)


def keep_browser(response: Response) -> Response:
    """Renew the cookie of a browser that `here_marked` marked; a Flask `after_request` function."""
    if "browser_token" in g:
        keep(response, _COOKIE, g.browser_token, _YEAR_SECONDS)
    return response


def _token() -> str | None:
    kept = request.cookies.get(name_of(_COOKIE, runtime().settings), "")
    return kept if _TOKEN.fullmatch(kept) else None


def _place(token: str | None) -> SignInPlace:
    agent = request.headers.get("User-Agent", "")
    return SignInPlace(
        network_of(request.remote_addr or ""),
        digest_of(token) if token else None,
        program_of(agent),
        system_of(agent),
    )
