"""The bookings of today, and whether the recipients' numbers work; the tariff."""

from __future__ import annotations

from flask import render_template

from india.calendar import day_of
from postal.counter import bookings_of_day, number_check, tariff
from web.counter.room import me, reader, route, runtime


@route("/bookings", "book")
def day_bookings() -> str:
    """Show today's bookings of this office, newest first."""
    with runtime().database.transaction() as conn:
        booked = bookings_of_day.of_office(
            conn, me().account.office_id, day_of(runtime().now()), reader()
        )
        checks = number_check.for_articles(conn, [each.article_id for each in booked])
    return render_template("counter/bookings.html", booked=booked, checks=checks)


@route("/tariff", "book")
def tariff_page() -> str:
    """Show the tariff in force, the source of each figure, and what is not sold here and why."""
    edition = tariff.edition_on(day_of(runtime().now()))
    return render_template("counter/tariff.html", edition=edition)
