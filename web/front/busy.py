"""What is answered where there is no thread, or the database did not answer in time: 503, at once.

The page asks nobody who reads it, so it is made once, and says it in every language of the pages.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Final, Literal

from flask import Flask, Response, current_app

from web import language
from web.api.engine.problems import CONTENT_TYPE, Problem
from web.front.rooms import FrontRoom
from web.front.wsgi import WholeAnswer

RETRY_SECONDS: Final = 5
SAYS: Final = "more is asked for than can be answered at the moment: ask again in a few seconds"
UNKNOWN: Final = (
    "the database did not answer whether this was done: send the same again, with the same id or"
    " Idempotency-Key, and it is done once"
)
Trouble = Literal["busy", "unknown"]
"""What there is to say: nothing was done, or nobody knows whether it was."""
_TEXT: Final = "text/plain; charset=utf-8"


def page(trouble: Trouble = "busy") -> str:
    """Return the page that says what the trouble is; nothing of it asks who is signed in."""
    words = [(code, language.words(code)) for code in language.NAMES]
    said = [(code, each[f"{trouble}_title"], each[f"{trouble}_says"]) for code, each in words]
    return current_app.jinja_env.get_template("busy.html").render(said=said)


def problem() -> str:
    """Return the same as a problem document (RFC 9457)."""
    said = Problem(title="Service Unavailable", status=503, detail=SAYS)
    return json.dumps(said.model_dump(), ensure_ascii=False)


def answers(app: Flask, rooms: Iterable[FrontRoom]) -> Mapping[str, WholeAnswer]:
    """Return what each room answers while it is full, with the headers of every answer."""
    with app.test_request_context("/"):
        shown = {
            "pages": Response(page(), 503, mimetype="text/html"),
            "uploads": Response(page(), 503, mimetype="text/html"),
            "api": Response(problem(), 503, content_type=CONTENT_TYPE),
        }
        return {
            room.name: _whole(
                app, shown.get(room.name) or Response(f"503: {SAYS}\n", 503, content_type=_TEXT)
            )
            for room in rooms
        }


def _whole(app: Flask, response: Response) -> WholeAnswer:
    response.headers["Retry-After"] = str(RETRY_SECONDS)
    made = app.process_response(response)
    return WholeAnswer(made.status_code, list(made.headers.items()), made.get_data())
