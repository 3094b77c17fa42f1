"""The registers of deposit and of return, to be printed, and the first as CSV."""

from __future__ import annotations

from datetime import date

from flask import Response, render_template

from india.calendar import bounds, day_of, local
from postal.office import deposit as deposited
from postal.office import registers
from postal.office.registers import DepositEntry, DepositRegister
from store.database import Conn
from web.office.room import me, reader, route, runtime
from web.staff.tables import sheet
from web.staff.times import asked_day
from web.staff.words import word


@route("/registers/deposit", "deliver")
def deposit_register() -> str:
    """Show the register of deposit of today, to be printed."""
    today = day_of(runtime().now())
    return render_template(
        "office/register_deposit.html",
        day=today,
        register=runtime().database.run(_register),
        office=me().account.office,
        office_pin=me().account.office_pin,
    )


@route("/registers/deposit.csv", "deliver")
def deposit_register_csv() -> Response:
    """Return the register of deposit of today as CSV."""
    today = day_of(runtime().now())

    def look(conn: Conn) -> tuple[DepositEntry, ...]:
        entries = _register(conn).entries
        registers.exported(conn, entries, reader())
        return entries

    heading = (
        "date", "article", "recipient", "remark", "remark_text", "attempts", "in_deposit_since",
        "fetch_until", "extended", "cod",
    )  # fmt: skip
    rows = [heading, *(_cells(today, each) for each in runtime().database.run(look))]
    return sheet(f"dakiya-deposit-{today.isoformat()}.csv", rows)


@route("/registers/returns", "deliver")
def return_register() -> str:
    """Show the register of what goes back to senders on a day (default: today), to be printed."""
    day, account = asked_day() or day_of(runtime().now()), me().account
    back = runtime().database.run(
        lambda conn: deposited.going_back(
            conn, account.office_id, account.office_pin, day, reader()
        )
    )
    return render_template(
        "office/register_returns.html",
        day=day,
        back=back,
        office=account.office,
        office_pin=account.office_pin,
    )


def _register(conn: Conn) -> DepositRegister:
    account, today = me().account, day_of(runtime().now())
    day = (today, *bounds(today))
    return registers.of_deposit(conn, account.office_id, account.office_pin, day, reader())


def _cells(day: date, entry: DepositEntry) -> tuple[str | int, ...]:
    each = entry.article
    return (
        day.isoformat(), each.number, each.name, each.remark or "",
        word(str(each.remark), "remark_") if each.remark else "", each.attempts,
        local(entry.since).isoformat() if entry.since else "",
        each.until.isoformat() if each.until else "", "yes" if each.extended else "", each.cod,
    )  # fmt: skip
