"""An office's books of a day as tables (CSV): entries, articles, counters."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from types import MappingProxyType

from india import money
from india.calendar import local
from postal.counter import day_end, entries
from postal.counter.day_end import CounterEnd
from store.database import Conn
from web.staff.tables import Cell

Rows = list[tuple[Cell, ...]]


def _at(at: datetime) -> str:
    """Return a time with India's day and clock, as the pages show it."""
    return local(at).isoformat()


def _entries(conn: Conn, office_id: int, day: date) -> Rows:
    heading = ("id", "at", "counter", "staff_id", "kind", "method", "rupees", "booking", "corrects",
               "note", "article")  # fmt: skip
    return [
        heading,
        *(
            (each.id, _at(each.at), each.counter or "", each.staff_id or "", each.kind,
             each.method, money.exact(each.paise), each.tr or "", each.corrects or "",
             each.note or "", each.article or "")
            for each in entries.of_day(conn, office_id, day)
        ),
    ]  # fmt: skip


def _articles(conn: Conn, office_id: int, day: date) -> Rows:
    heading = ("at", "counter", "staff_id", "booking", "number", "service", "weight_g", "pin",
               "method", "base", "otp", "registration", "gst", "rupees")  # fmt: skip
    return [
        heading,
        *(
            (_at(each.at), each.counter or "", each.staff_id or "", each.tr, each.number,
             each.service, each.weight_g, each.pin, each.method, money.exact(each.base_paise),
             money.exact(each.otp_paise), money.exact(each.registration_paise),
             money.exact(each.gst_paise), money.exact(each.paise))
            for each in entries.articles_of_day(conn, office_id, day)
        ),
    ]  # fmt: skip


def _counters(conn: Conn, office_id: int, day: date) -> Rows:
    heading = ("day", "counter", "staff_id", "name", "opened_at", "closed_at", "expected",
               "counted", "counted_as", "difference", "explanation")  # fmt: skip
    return [heading, *(_counter_line(each) for each in day_end.of_day(conn, office_id, day))]


def _counter_line(end: CounterEnd) -> tuple[Cell, ...]:
    start = (
        end.day.isoformat(),
        end.counter,
        end.staff_id,
        end.name,
        _at(end.opened_at),
    )
    if end.closed_at is None or end.counted_paise is None or end.expected_paise is None:
        return (*start, "", "", "", "", "", "")
    return (
        *start,
        _at(end.closed_at),
        money.exact(end.expected_paise),
        money.exact(end.counted_paise),
        end.counted_as or "",
        money.exact(end.counted_paise - end.expected_paise),
        end.explanation or "",
    )


# Each returns a heading and the rows of an office's day.
TABLES: Mapping[str, Callable[[Conn, int, date], Rows]] = MappingProxyType(
    {"entries": _entries, "articles": _articles, "counters": _counters}
)


def name(what: str, pin: str, day: date) -> str:
    """Return the file's name, without its extension."""
    return f"dakiya-{what}-{pin}-{day.isoformat()}"
