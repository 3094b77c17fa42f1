"""The parts that all hooks of carriers share: the limit of a call, and what a gateway sees of it.

Paths hold secrets, and queries of some carriers telephone numbers: never log an address.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qsl

from flask import abort, request

from gateways.base import Request
from web.running import runtime

LARGEST_BODY: Final = 64 * 1024
_URLENCODED: Final = "application/x-www-form-urlencoded"


def limit_body() -> None:
    """Answer 413 to a body over the limit; the query of a carrier that calls by GET is its body.

    One byte more is read than is taken: werkzeug cuts a chunked body at its limit, silently.
    """
    request.max_content_length = LARGEST_BODY + 1
    if max(len(request.get_data(cache=True)), len(request.query_string)) > LARGEST_BODY:
        abort(413)


def _form(body: bytes) -> Mapping[str, str]:
    """Return the first value of each field, every byte that is not UTF-8 as U+FFFD.

    werkzeug reads no field at all of a body in which one raw byte is not UTF-8, the sender's
    telephone included.
    """
    if request.mimetype != _URLENCODED:
        return request.form
    fields: dict[str, str] = {}
    for name, value in parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True):
        fields.setdefault(name, value)
    return fields


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
        form=_form(body),
        query=dict(parse_qsl(query, keep_blank_values=True)),
        secret=secret,
    )
