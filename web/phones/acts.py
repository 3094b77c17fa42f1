"""What the page of two phones may do besides texting: the guided delivery, and a fresh day.

Only where the simulated carrier is the only one: these acts text the demo's telephone numbers. The
bodies are JSON, which a page of another origin cannot send without asking first.
"""

from __future__ import annotations

from flask import abort, jsonify, request
from werkzeug.wrappers import Response

from outbox.wake import wake
from web.phones import demo, fresh
from web.phones.page import may_act, phones
from web.running import runtime


@phones.post("/phones/again")
def again() -> Response:
    """Begin the demo's day afresh. 409: it has just begun."""
    _insist()
    try:
        fresh.begin(runtime())
    except fresh.JustBegun as refused:
        abort(409, str(refused))
    return Response(status=204)


@phones.post("/phones/story/booked")
def book() -> Response:
    """Book an article for the household of the guided delivery; what it had before ends.

    Returns its number, the household, and the newest text before (`since`).
    """
    _insist()
    here = runtime()
    demo.load(here)
    with here.database.transaction() as conn:
        fresh.end(here, demo.STORY, conn)
        row = conn.execute("SELECT coalesce(max(id), 0) FROM messages").fetchone()
        assert row is not None
        number = demo.book(here, conn, demo.STORY)
    wake(here.redis)
    home = demo.households()[demo.STORY]
    return jsonify(number=number, phone=home.phone, name=home.name, since=row[0])


@phones.post("/phones/story/out")
def send_out() -> Response:
    """Put the article of the guided delivery on its postman's list; return him and its serial.

    409: it is not booked, or out already.
    """
    _insist()
    here = runtime()
    home = demo.households()[demo.STORY]
    with here.database.transaction() as conn:
        number = demo.unfinished(conn, demo.STORY)
        if number is None:
            abort(409, "nothing is booked: begin again")
        made = fresh.send_out(here, conn, home.postman, [number])
        him = conn.execute(
            "SELECT name, phone FROM staff WHERE staff_id = %s", (made.postman,)
        ).fetchone()
        assert him is not None
    wake(here.redis)
    return jsonify(name=him[0], phone=him[1], serial=made.items[0].serial)


def _insist() -> None:
    """End the request where these acts are not for this installation or this caller."""
    if not may_act(runtime().settings):
        abort(404)
    if not request.is_json:
        abort(415, "the body must be JSON")
