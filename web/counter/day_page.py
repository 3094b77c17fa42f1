"""The bookings of today, their totals, and whether the recipients' numbers work."""

from __future__ import annotations

from flask import render_template, request

from india.calendar import day_of
from postal.counter import bookings_of_day, number_check
from web.counter.room import me, reader, route, runtime

_LONGEST = 100


@route("/bookings", "book", methods=("GET", "POST"))
def day_bookings() -> str:
    """Show today's bookings of this office, newest first. Form: `query`, which no address holds."""
    query = " ".join(request.form.get("query", "")[:_LONGEST].split())
    day, office = day_of(runtime().now()), me().account.office_id
    with runtime().database.transaction() as conn:
        booked = bookings_of_day.of_office(conn, office, day, reader(), query)
        checks = number_check.for_articles(conn, [each.article_id for each in booked])
        taken = bookings_of_day.taken(conn, office, day)
    return render_template(
        "counter/bookings.html",
        booked=booked,
        checks=checks,
        taken=taken,
        query=query,
        most=bookings_of_day.MOST,
    )
