"""The delivery office's first page: what to do today, and what was left of other days."""

from __future__ import annotations

from flask import render_template

from india.calendar import day_of
from postal import marks
from postal.office import arrivals, cash, closing, day_closing, deposit, drafts, returning
from web.office.room import me, reader, route, runtime


@route("", "deliver")
def start() -> str:
    """Show the office's day at a glance."""
    account, today = me().account, day_of(runtime().now())
    with runtime().database.transaction() as conn:
        lists = closing.of_day(conn, account.office_id, today)
        making = drafts.in_making(conn, account.office_id, today)
        found = {
            "scanned": arrivals.counted(conn, account.office_id, today),
            "owing": cash.open_ones(conn, account.office_id),
            "left_open": day_closing.left_open(conn, account.office_id, today),
            "still_out": closing.still_out(conn, account.office_id, today),
            "waits": returning.contested(
                conn, account.office_id, today - day_closing.REMEMBERED, reader()
            ),
            "marked": marks.at_office(conn, account.office_id, today, reader()),
            "closed": day_closing.closed(conn, account.office_id, today),
        }
        lying = deposit.counted(conn, account.office_id, account.office_pin, today)
    return render_template(
        "office/start.html",
        today=today,
        lists=lists,
        free=making.free,
        placed=making.placed,
        fetch=lying.fetch,
        back=lying.back,
        **found,
    )
