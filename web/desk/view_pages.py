"""Saved views of the queue of tickets: kept, renamed, removed, shared with everybody."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from postal.desk import views
from postal.desk.views import LONGEST_NAME
from store.database import Conn
from web import given
from web.desk.queue_pages import asked, link
from web.desk.room import doer, route
from web.staff.refusals import attempt

_AT: Final = "views"


@route("/tickets/views", "tickets", methods=("POST",))
def keep_view() -> Response:
    """Keep what the queue's page shows under a name."""
    return _do(lambda conn: views.keep(conn, _row(), _name(), asked()), "view_kept_done")


@route("/tickets/views/<int:id_>/name", "tickets", methods=("POST",))
def rename_view(id_: int) -> Response:
    return _do(lambda conn: views.rename(conn, id_, _row(), _name()), "view_renamed_done")


@route("/tickets/views/<int:id_>/remove", "tickets", methods=("POST",))
def remove_view(id_: int) -> Response:
    """Remove an own view; the tickets are as they were."""
    return _do(lambda conn: views.remove(conn, id_, _row()), "view_removed_done")


@route("/tickets/views/<int:id_>/share", "share_view", methods=("POST",))
def share_view(id_: int) -> Response:
    return _do(lambda conn: views.share(conn, id_, _row()), "view_shared_done")


@route("/tickets/views/<int:id_>/keep-to-oneself", "share_view", methods=("POST",))
def keep_view_to_oneself(id_: int) -> Response:
    """Share a view no more, whoever shared it: he keeps it."""
    return _do(lambda conn: views.keep_to_oneself(conn, id_), "view_own_done")


def _do(work: Callable[[Conn], object], word: str) -> Response:
    def told(conn: Conn) -> str:
        work(conn)
        return word

    attempt(told)
    return redirect(url_for("desk.ticket_queue", **link(asked()), _anchor=_AT))


def _row() -> int:
    return doer().own_staff.row


def _name() -> str:
    return given.line(request.form, "name", LONGEST_NAME)
