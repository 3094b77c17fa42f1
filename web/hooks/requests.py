"""The parts that all hooks of carriers share: the limit of a call, and what a gateway sees of it.

Paths hold secrets, and queries of some carriers telephone numbers: never log an address.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import parse_qsl

from flask import abort, request

from gateways.base import Request
from web.running import runtime

LARGEST_BODY: Final = 64 * 1024


def limit_body() -> None:
    """Answer 413 to a body over the limit; the query of a carrier that calls by GET is its body.

    One byte more is read than is taken: werkzeug cuts a chunked body at its limit, silently.
    """
    request.max_content_length = LARGEST_BODY + 1
    if max(len(request.get_data(cache=True)), len(request.query_string)) > LARGEST_BODY:
        abort(413)


def received(secret: str) -> Request:
    """Return what came, with the URL that the carrier called: PUBLIC_URL, path and query as sent.

    The path is the route's own and holds nothing to unquote; the query is kept as it is.
    """
    query = request.query_string.decode("utf-8", "replace")
    sent = f"{request.path}?{query}" if query else request.path
    body = request.get_data(cache=True)  # kept where it is no form, too
    return Request(
        url=runtime().settings.public_url + sent,
        headers={name.lower(): value for name, value in request.headers.items()},
        body=body,
        form=request.form,
        query=dict(parse_qsl(query, keep_blank_values=True)),
        secret=secret,
    )
