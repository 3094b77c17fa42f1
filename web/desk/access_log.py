"""Who looked at whose data: the access log, for the administrator."""

from __future__ import annotations

from flask import render_template, request

from india import phone as phones
from postal.people import access
from web.desk.room import route, runtime

_AT_ONCE = 50


@route("/access-log", ("administrator",), methods=("GET", "POST"))
def access_log() -> str:
    """The newest lines, or those of one member of staff or about one telephone (in the body)."""
    staff_id = request.form.get("staff_id", "").strip() or None
    asked = request.form.get("phone", "").strip()
    before = request.form.get("before", type=int)
    phone = phones.e164(asked) if asked else None
    unreadable = bool(asked) and phone is None
    looks = []
    if not unreadable:
        with runtime().database.transaction() as conn:
            looks = access.read(conn, _AT_ONCE + 1, before=before, staff_id=staff_id, phone=phone)
    return render_template(
        "desk/access_log.html",
        entries=looks[:_AT_ONCE],
        more=looks[_AT_ONCE - 1].id if len(looks) > _AT_ONCE else None,
        staff_id=staff_id or "",
        phone=asked,
        unreadable=unreadable,
    )
