"""Recorded prompts as files, at addresses that hold a digest of their content.

Carriers fetch what a call plays. The address names a piece of speech and nobody's call; which
digits follow each other in a call would be a code, so no line of a log is written for it.
"""

from __future__ import annotations

from typing import Final

from flask import Blueprint, Response, abort, send_file

from messages.recordings import MIMETYPES
from messages.speech import CALL_TONGUES
from outbox import calls
from web.callers import Caller, states
from web.running import runtime

recordings = Blueprint("recordings", __name__, url_prefix="/speech")
states(recordings, Caller.ANYONE)

_YEAR_SECONDS: Final = 365 * 24 * 3600


@recordings.get("/<tongue>/<name>")
def recording(tongue: str, name: str) -> Response:
    """Return a recording, which may be kept for ever: other content has another address."""
    known = next((each for each in CALL_TONGUES if each == tongue), None)
    path = calls.library(runtime()).served(known, name) if known else None
    if path is None:
        abort(404)
    try:
        response = send_file(path, MIMETYPES[path.suffix], conditional=True, etag=False)
    except OSError:  # gone, or closed to us, since the folder was read
        abort(404)
    response.headers["Cache-Control"] = f"public, max-age={_YEAR_SECONDS}, immutable"
    return response
