"""One office: its mode of OTP delivery, what is out under which, and who changed it."""

from __future__ import annotations

from typing import Final, get_args

from flask import render_template, request, url_for
from werkzeug.wrappers import Response

from flows.facts import Mode
from postal import modes
from postal.people import roster
from postal.reports.measures import MEASURES
from postal.requests import reading
from postal.requests.wish import Wish
from store.database import Conn
from web.administration.asking import ask_and_return
from web.administration.room import me, route, runtime
from web.staff.refusals import FormRefused

MODES: Final = get_args(Mode)


@route("/offices/<int:id_>", "offices")
def office(id_: int) -> str:
    """Show one office, and under which mode its articles are out."""
    now, row = runtime().now(), me().account.id
    parts = MEASURES["pilot"].parts
    with runtime().database.transaction() as conn:
        each = roster.office(conn, str(id_))
        waiting = [
            one for one in reading.waiting(conn, now) if one.mode and one.office_id == each.id
        ]
        return render_template(
            "administration/office.html",
            each=each,
            modes=MODES,
            out=modes.out(conn, each.id),
            pilot_parts=parts,
            pilot_heads=[f"report_part_{part}" for part in parts],
            pilot=modes.pilot_days(conn, each.id),
            changes=modes.changes(conn, each.id),
            waiting=waiting,
            mine={one.id for one in waiting if one.signed_by == row},
        )


@route("/offices/<int:id_>/mode", "change_mode", methods=("POST",))
def ask_mode(id_: int) -> Response:
    """Ask a second person for another mode of what goes out from then on."""

    def wish(conn: Conn) -> Wish:
        each = roster.office(conn, str(id_))
        wanted = next((mode for mode in MODES if mode == request.form.get("mode")), None)
        if wanted is None:
            raise FormRefused("mode_choose")
        return Wish("change_mode", office_id=each.id, mode=wanted)

    return ask_and_return(wish, url_for("administration.office", id_=id_))
