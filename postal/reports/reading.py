"""Read a measure: over time, or divided by office, beat, district, service, carrier or head.

Days that are over come from their sums (summing_up.py); today, and yesterday until it is summed up,
are read live by the same SQL.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final, Literal

from india.calendar import day_of
from postal.desk.confidence import Share, share
from postal.reports.measures import By, Measure, Source
from postal.reports.sources import COLUMNS, LIVE, STORED, stored, values
from store.database import Conn

Step = Literal["day", "week", "month"]
STEPS: Final[tuple[Step, ...]] = ("day", "week", "month")
AHEAD: Final = frozenset[Source](("promises",))
"""Sources whose days may be still to come: an article is due by one."""
MOST_DAYS: Final = 1100  # three years: more is a typing error


@dataclass(frozen=True)
class ReportPeriod:
    """The days `since` to `until`, both included, in steps of a day, a week or a month."""

    since: date
    until: date
    step: Step = "day"

    def starts(self) -> list[date]:
        """Return the first day of each step, also of those in which nothing happened."""
        found: list[date] = []
        day = self.since
        while day <= self.until:
            start = self.start_of(day)
            if not found or found[-1] != start:
                found.append(start)
            day += timedelta(days=1)
        return found

    def start_of(self, day: date) -> date:
        """Return the first day of the step that `day` is in; weeks begin on Monday."""
        if self.step == "week":
            return day - timedelta(days=day.weekday())
        return day.replace(day=1) if self.step == "month" else day

    def end_of(self, start: date) -> date:
        """Return the last day of the step that begins with `start`, within the period."""
        if self.step == "week":
            end = start + timedelta(days=6)
        elif self.step == "month":
            end = (start + timedelta(days=31)).replace(day=1) - timedelta(days=1)
        else:
            end = start
        return min(end, self.until)


@dataclass(frozen=True)
class ReportWhere:
    """What is counted; None: everything. `office` and `beat`: rows; `beat`: of a postman."""

    office: int | None = None
    beat: int | None = None
    district: str | None = None
    service: str | None = None
    head: str | None = None

    def values(self) -> dict[str, Any]:
        return {
            "office": self.office,
            "beat": self.beat,
            "district": self.district,
            "service": self.service,
            "head": self.head,
        }


WITHIN: Final = """
(%(office)s::bigint IS NULL OR rows.office_id = %(office)s)
AND (%(beat)s::bigint IS NULL OR rows.postman_id = %(beat)s)
AND (%(district)s::text IS NULL OR o.district = %(district)s)
AND (%(service)s::text IS NULL OR rows.service = %(service)s)
AND (%(head)s::text IS NULL OR rows.head = %(head)s)
"""
"""Whether the row `rows`, of the office `o`, is counted, as SQL."""

_KEYS: Final[Mapping[By, tuple[str, str]]] = {
    "office": ("rows.office_id::text", "o.name || ' ' || o.pin"),
    "beat": ("rows.postman_id::text", "p.name || ' (' || p.staff_id || ')'"),
    "district": ("o.district", "o.district"),
    "service": ("rows.service", "rows.service"),
    "carrier": ("rows.carrier", "rows.carrier"),
    "head": ("rows.head", "rows.head"),
}


@dataclass(frozen=True)
class MeasureCount:
    """The parts of a measure, in its order. `key`: what the page passes on to see more; `name`: for
    people, empty where the rows belong to none (no office, no beat)."""

    measure: Measure
    key: str
    name: str
    values: tuple[int, ...]

    @property
    def total(self) -> int:
        return sum(self.values)

    @property
    def share(self) -> Share | None:
        """Return the share that the measure is about; None: it is about its sum."""
        if self.measure.share is None:
            return None
        return share(self.values[self.measure.parts.index(self.measure.share)], self.total)


@dataclass(frozen=True)
class Spent:
    """What texts cost: `segments` in all, of which `unpriced` go by carriers without a price."""

    key: str
    name: str
    segments: int
    unpriced: int
    paise: Decimal


@dataclass(frozen=True)
class TicketTimes:
    """How long tickets took until they were closed: half of them, and nine of ten."""

    half: timedelta | None
    most: timedelta | None


def over_time(
    conn: Conn, measures: Iterable[Measure], period: ReportPeriod, where: ReportWhere, now: datetime
) -> dict[str, list[MeasureCount]]:
    """Return each step of the period for each measure, by its name; a `key` is a first day.

    Measures of the same source are read at once.
    """
    sources: dict[Source, list[Measure]] = {}
    for measure in measures:
        sources.setdefault(measure.source, []).append(measure)
    counted: dict[str, list[MeasureCount]] = {}
    for source, of_source in sources.items():
        parts = tuple(part for measure in of_source for part in measure.parts)
        given, rows = _rows(conn, source, parts, period, now)
        found = conn.execute(
            f"SELECT date_trunc('{period.step}', rows.day)::date, {_sums(parts)}"  # noqa: S608
            f" FROM {rows} WHERE {WITHIN} GROUP BY 1".encode(),
            {**given, **where.values()},
        ).fetchall()
        sums = {row[0]: dict(zip(parts, row[1:], strict=True)) for row in found}
        for measure in of_source:
            counted[measure.name] = [
                MeasureCount(
                    measure,
                    start.isoformat(),
                    "",
                    tuple(sums.get(start, {}).get(part, 0) for part in measure.parts),
                )
                for start in period.starts()
            ]
    return counted


def summed(steps: Iterable[MeasureCount]) -> MeasureCount:
    """Return the sum of steps or groups of one measure, of which there is at least one."""
    all_of_them = list(steps)
    columns = zip(*(each.values for each in all_of_them), strict=True)
    return MeasureCount(all_of_them[0].measure, "", "", tuple(map(sum, columns)))


def divided(
    conn: Conn, measure: Measure, by: By, period: ReportPeriod, where: ReportWhere, now: datetime
) -> list[MeasureCount]:
    """Return the whole period, divided; the largest first."""
    source = "texts" if by == "carrier" else measure.source
    given, rows = _rows(conn, source, measure.parts, period, now)
    key, name = _KEYS[by]
    found = conn.execute(
        f"SELECT coalesce({key}, ''), coalesce(min({name}), ''), {_sums(measure.parts)}"  # noqa: S608
        f" FROM {rows} WHERE {WITHIN} GROUP BY 1".encode(),
        {**given, **where.values()},
    ).fetchall()
    counted = (MeasureCount(measure, row[0], row[1], tuple(row[2:])) for row in found)
    return sorted(
        (each for each in counted if each.total), key=lambda each: (-each.total, each.key)
    )


def spent(
    conn: Conn,
    by: By,
    period: ReportPeriod,
    where: ReportWhere,
    prices: Mapping[str, Decimal],
    now: datetime,
) -> list[Spent]:
    """Return what texts cost by `prices`, paise a segment of each carrier."""
    given, rows = _rows(conn, "texts", ("segments",), period, now)
    key, name = _KEYS[by]
    found = conn.execute(
        f"SELECT coalesce({key}, ''), coalesce(min({name}), ''), rows.carrier,"  # noqa: S608
        f" sum(rows.segments)::bigint FROM {rows} WHERE {WITHIN} GROUP BY 1, 3".encode(),
        {**given, **where.values()},
    ).fetchall()
    sums: dict[str, Spent] = {}
    for key_, name_, carrier, segments in found:
        price = prices.get(carrier)
        before = sums.get(key_, Spent(key_, name_, 0, 0, Decimal()))
        sums[key_] = Spent(
            key_,
            before.name or name_,
            before.segments + segments,
            before.unpriced + (segments if price is None else 0),
            before.paise + (price or 0) * segments,
        )
    return sorted(sums.values(), key=lambda each: (-each.segments, each.key))


def times(conn: Conn, period: ReportPeriod, where: ReportWhere) -> TicketTimes:
    """Return how long the tickets that were opened in the period took, of those that are closed."""
    row = conn.execute(
        "SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY rows.took),"  # noqa: S608
        " percentile_cont(0.9) WITHIN GROUP (ORDER BY rows.took)"
        f" FROM {_OF_TICKETS} WHERE {WITHIN}".encode(),
        {**values(period.since, period.until), **where.values()},
    ).fetchone()
    assert row is not None
    return TicketTimes(*row)


def not_summed(conn: Conn, period: ReportPeriod, now: datetime) -> int:
    """Return how many days of the period are not summed up yet, and so are missing."""
    yesterday = day_of(now) - timedelta(days=1)
    row = conn.execute(
        "SELECT count(*) FROM generate_series("
        "   greatest(%(since)s, (SELECT min(date) FROM delivery_lists)),"
        "   least(%(until)s, %(yesterday)s - 1), interval '1 day') AS d(day)"
        " LEFT JOIN report_days r ON r.day = d.day::date WHERE r.day IS NULL",
        {"since": period.since, "until": period.until, "yesterday": yesterday},
    ).fetchone()
    assert row is not None
    return int(row[0])


_OF_TICKETS: Final = (
    f"(SELECT t.took, t.office_id, t.postman_id, t.service, t.head FROM ({LIVE['tickets']}) AS t)"  # noqa: S608
    " AS rows LEFT JOIN offices o ON o.id = rows.office_id"
)


def _sums(parts: Iterable[str]) -> str:
    return ", ".join(f"coalesce(sum(rows.{part}), 0)::bigint" for part in parts)


def _rows(
    conn: Conn, source: Source, parts: tuple[str, ...], period: ReportPeriod, now: datetime
) -> tuple[dict[str, Any], str]:
    """Return the values and the SQL of the rows of a period: sums, and what is read live."""
    columns = ", ".join(parts)
    today = day_of(now)
    first, last, kept = period.since, period.until, []
    if source not in AHEAD:
        last = min(last, today)
    branches = []
    if source in STORED:
        yesterday = today - timedelta(days=1)
        days = "SELECT day FROM report_days WHERE day BETWEEN %s AND %s"
        kept = [row[0] for row in conn.execute(days, (first, min(last, yesterday)))]
        branches.append(stored(source, columns))
        first = max(first, today if yesterday in kept else yesterday)
    live = "" if first <= last else " WHERE false"  # a period that has not begun, or is summed up
    branches.append(f"SELECT {COLUMNS}, {columns} FROM ({LIVE[source]}) AS live{live}")  # noqa: S608
    union = " UNION ALL ".join(branches)
    rows = (
        f"({union}) AS rows({COLUMNS}, {columns}) LEFT JOIN offices o ON o.id = rows.office_id"
        " LEFT JOIN staff p ON p.id = rows.postman_id"
    )
    return {**values(min(first, last), max(first, last)), "kept": kept, "today": today}, rows
