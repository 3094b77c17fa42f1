"""What calls say, piece by piece, in each tongue: what is recorded can be listened to here."""

from __future__ import annotations

from flask import render_template, request

from messages.recordings import not_played
from messages.speech import CALL_TONGUES, CallTongue
from outbox import calls
from web.administration.room import route, runtime


@route("/speech", "templates")
def speech() -> str:
    """Show the pieces of one tongue: `?tongue=`, else Hindi; with `?missing=1`, those without."""
    asked = request.args.get("tongue", "hi")
    tongue: CallTongue = next((each for each in CALL_TONGUES if each == asked), "hi")
    library = calls.library(runtime())
    every = library.listed(tongue)
    missing = request.args.get("missing") == "1"
    return render_template(
        "administration/speech.html",
        tongue=tongue,
        tongues=CALL_TONGUES,
        only_missing=missing,
        found=[each for each in every if not (missing and each.file)],
        of=len(every),
        recorded=sum(each.file is not None for each in every),
        problems=list(not_played(library)),
    )
