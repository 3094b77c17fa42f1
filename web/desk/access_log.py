"""The access log, which says who looked at whose data, for the administrator."""

from __future__ import annotations

from flask import render_template, request

from india import phone as phones
from india import signs
from postal.people import access
from web import given
from web.desk.room import route, runtime

_AT_ONCE = 50


@route("/access-log", "access_log", methods=("GET", "POST"))
def access_log() -> str:
    """Show the newest lines, all or of one staff member or telephone (in the body)."""
    staff_id = signs.bare(request.form.get("staff_id", "")) or None
    asked = request.form.get("phone", "").strip()
    before = given.whole(request.form, "before")
    phone = phones.e164(asked) if asked else None
    unreadable = bool(asked) and phone is None
    lines = []
    if not unreadable:
        with runtime().database.transaction() as conn:
            lines = access.read(conn, _AT_ONCE + 1, before=before, staff_id=staff_id, phone=phone)
    return render_template(
        "desk/access_log.html",
        entries=lines[:_AT_ONCE],
        more=lines[_AT_ONCE - 1].id if len(lines) > _AT_ONCE else None,
        staff_id=staff_id or "",
        phone=asked,
        unreadable=unreadable,
    )
