"""The pages of articles on deposit, day by day, and of returns to senders, also as CSV."""

from __future__ import annotations

from datetime import date

from flask import Response, render_template

from india.calendar import day_of, local
from postal.office import deposit as deposited
from postal.office.deposit import GoingBack
from web.language import say
from web.office.room import me, reader, route, runtime
from web.staff.tables import sheet
from web.staff.times import asked_day
from web.staff.words import word


@route("/deposit", "deliver")
def deposit() -> str:
    """Show what can be fetched until when, and what waits for another visit."""
    account, today = me().account, day_of(runtime().now())
    lying = runtime().database.run(
        lambda conn: deposited.lying(conn, account.office_id, account.office_pin, today, reader())
    )
    return render_template(
        "office/deposit.html",
        today=today,
        days=deposited.by_day(lying),
        others=[each for each in lying if each.state != "at_office"],
    )


@route("/returns", "deliver")
def returns() -> str:
    """Show what is returned to senders on a day (default: today)."""
    day = asked_day() or day_of(runtime().now())
    account = me().account
    back = runtime().database.run(
        lambda conn: deposited.going_back(
            conn, account.office_id, account.office_pin, day, reader()
        )
    )
    return render_template("office/returns.html", day=day, back=back, today=day_of(runtime().now()))


@route("/returns.csv", "deliver")
def returns_csv() -> Response:
    """Return the returns of a day as CSV."""
    day = asked_day() or day_of(runtime().now())
    heading = (
        "date", "article", "reason", "remark", "remark_text", "attempts", "fetch_until",
        "decided_at", "sender", "sender_address", "sender_pin", "recipient", "recipient_pin",
        "with_postman",
    )  # fmt: skip
    account = me().account
    back = runtime().database.run(
        lambda conn: deposited.export_back(
            conn, account.office_id, account.office_pin, day, reader()
        )
    )
    rows = [heading, *(_cells(day, each) for each in back)]
    return sheet(f"dakiya-returns-{day.isoformat()}.csv", rows)


def _cells(day: date, each: GoingBack) -> tuple[str | int, ...]:
    return (
        day.isoformat(), each.number, say(f"back_{each.reason}"), each.remark or "",
        word(str(each.remark), "remark_") if each.remark else "", each.attempts,
        each.until.isoformat() if each.until else "", local(each.decided_at).isoformat(),
        each.sender_name, each.sender_address, each.sender_pin or "", each.recipient_name,
        each.recipient_pin, each.with_postman or "",
    )  # fmt: skip
