"""Whether a month of the large tables may go into files: nothing of it may still be asked for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final

from psycopg import sql

from india.calendar import day_of
from store.database import Conn
from store.months import Large
from store.refusals import Conflict

_SUMMED_AGAIN: Final = timedelta(days=15)  # so long the reports of a day are made anew, at most


class NotOver(Conflict):
    """The month still runs, or something in it does. Says what."""


class Archived(Conflict):
    """The month was archived before, and rows of it are there again. Says what to do."""


def refuse_again(conn: Conn, number: int, month: date) -> None:
    """Refuse what was archived: its files must not be touched by rows that came since."""
    row = conn.execute(
        "SELECT min(place) FROM archived_months WHERE month = %s", [number]
    ).fetchone()
    if row is not None and row[0] is not None:
        raise Archived(
            f"{month:%Y-%m} is archived in {Path(row[0]).parent}: to archive it again, bring its"
            " rows back first (docs/operations.md, Months)"
        )


def refuse(
    conn: Conn, number: int, month: date, now: datetime, parts: Mapping[Large, sql.Identifier]
) -> None:
    """Refuse a month in which something is not done yet. `parts`: its partitions, locked.

    Raises `NotOver`.
    """
    query = sql.SQL(
        "SELECT month_begins({number} + 1), month_number({now}) > {number},"
        " (SELECT count(*) FROM outbox WHERE message_id / 1000000000000 = {number}), greatest("
        "(SELECT max(day_written) FROM {sprints}), (SELECT max(day_written) FROM {events}),"
        " (SELECT max(day_written) FROM {access_log})) > coalesce((SELECT max(day) FROM seals),"
        " '-infinity'), (SELECT min(day) FROM (SELECT DISTINCT"
        " (at AT TIME ZONE 'Asia/Kolkata')::date AS day FROM {messages}) AS days"
        " WHERE NOT EXISTS (SELECT FROM report_days r WHERE r.day = days.day)),"
        " (SELECT count(*) FROM webhook_deliveries d JOIN {events} e USING (position)"
        " WHERE d.state = 'pending') + (SELECT count(*) FROM webhook_subscriptions s"
        " JOIN tokens t ON t.id = s.token_id WHERE s.ended_at IS NULL AND t.revoked_at IS NULL"
        " AND t.expires_at > {now} AND EXISTS (SELECT FROM {events} e"
        " WHERE e.at >= s.created_at AND (e.position IS NULL OR e.position > s.cursor))),"
        " (SELECT count(DISTINCT a.id) FROM {messages} m JOIN articles a ON a.id = m.article_id"
        " WHERE m.quote IS NOT NULL AND a.state NOT IN ('delivered', 'returned', 'recalled'))"
    ).format(now=now, number=number, **{str(table): part for table, part in parts.items()})
    row = conn.execute(query).fetchone()
    assert row is not None
    end, over, waiting, unsealed, unsummed, untold, asked = row
    if not over:
        raise NotOver(f"{month:%Y-%m} is not over")
    if day_of(now) < end + _SUMMED_AGAIN:
        raise NotOver(
            f"{month:%Y-%m} is over since a few days, of which reports are still made anew:"
            f" from {end + _SUMMED_AGAIN} on"
        )
    if waiting:
        raise NotOver(f"{waiting} texts of {month:%Y-%m} are not sent yet")
    if unsealed:
        raise NotOver(f"not every day of {month:%Y-%m} is sealed yet: run `audit seal`")
    if unsummed:
        raise NotOver(f"the reports of {unsummed} are not made yet: does a worker run?")
    if untold:
        raise NotOver(
            f"webhooks have not told all of {month:%Y-%m} yet: see /desk/webhooks, and let them"
            " catch up, or end them"
        )
    if asked:
        raise NotOver(
            f"{asked} articles under way show digits in texts of {month:%Y-%m}, which are compared"
            " with what is quoted: wait for them"
        )
