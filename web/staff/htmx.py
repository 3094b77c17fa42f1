"""Redirects that htmx follows with the whole page, not with the part that it asked for."""

from __future__ import annotations

from flask import Response, redirect, request
from werkzeug.wrappers import Response as Answer


def load(address: str) -> Response:
    """Return the answer that makes htmx load `address`."""
    return Response(status=200, headers={"HX-Redirect": address})


def go_to(address: str) -> Answer:
    """Redirect to `address`, also where htmx asked for a part of a page."""
    return load(address) if "HX-Request" in request.headers else redirect(address)
