"""The reports: every measure over time and divided, as charts, tables and CSV, to be printed.

`/desk/reports` shows all measures of a period, `/desk/reports/<measure>` one, and its `/articles`
what is behind a number. The day alone is `/desk/figures`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final

from babel.dates import format_timedelta
from flask import Response, abort, render_template, request

from india.calendar import day_of
from india.money import shown
from postal.reports import articles, choices
from postal.reports import reading as measuring
from postal.reports.measures import MEASURES, Measure
from postal.reports.reading import MeasureCount, summed
from web.desk.charts import ChartBar, ChartPart, stacked
from web.desk.report_charts import ChartColumn, ChartPoint, columns, line, sparkline
from web.desk.report_query import SERVICES, ReportQuery, asked, measure_called
from web.desk.room import office_seen, route, runtime
from web.language import chosen, say
from web.replica import reading
from web.staff.tables import Cell, sheet
from web.staff.words import word

TONES: Final = {
    "delivered": "good", "failed": "bad", "open": "mid", "withdrawn": "off",
    "first_delivered": "good", "first_failed": "bad",
    "soon": "good", "late": "warn", "silent": "off",
    "contested": "bad", "confirmed": "good", "unanswered": "off",
    "unapproached": "bad", "approached": "good", "burst": "bad", "single": "good",
    "by_code": "good", "by_signature": "mid", "after_wrong": "warn", "objected": "bad",
    "excepted": "warn", "unexcepted": "good",
    "window_kept": "good", "window_missed": "bad", "window_unvisited": "off",
    "worded": "good", "worded_objected": "bad", "word_wrong": "warn", "word_locked": "also",
    "home_word": "good", "home_household": "mid", "home_neighbour": "warn", "home_days": "off",
    "home_kept": "also",
    "asked_used": "mid", "asked_objected": "bad", "asked_moved": "also", "asked_denied": "deep",
    "asked_refused": "good", "asked_lapsed": "warn", "asked_unused": "off",
    "handed": "good", "outstanding": "bad", "upi": "mid",
    "closed_soon": "good", "closed_late": "warn", "waiting": "bad",
    "promise_in_time": "good", "promise_tried": "mid", "promise_excused": "off",
    "promise_late": "bad", "promise_due": "warn",
    "helped": "good", "not_helped": "bad", "no_answer": "off",
    "reported": "bad", "codes": "good", "alarms": "bad", "news": "off", "calls": "mid",
}  # fmt: skip
_MOST_BARS: Final = 40


@route("/reports", "figures")
def reports() -> str:
    """Show every measure of a period: its figure, its line, and where to see more."""
    query, now = asked(), runtime().now()
    with reading() as conn:
        found = measuring.over_time(conn, MEASURES.values(), query.period, query.where, now)
        missing = measuring.not_summed(conn, query.period, now)
        choice = choices.offices(conn) if office_seen() is None else []
    tiles = [(summed(steps), _spark(steps)) for steps in found.values()]
    return render_template(
        "desk/reports.html",
        query=query,
        tiles=tiles,
        missing=missing,
        offices=choice,
        services=SERVICES,
    )


@route("/reports/<measure>", "figures")
def report(measure: str) -> str:
    """Show one measure over time and divided, with its charts and tables."""
    of = measure_called(measure)
    query, now = asked(of), runtime().now()
    assert query.by is not None
    with reading() as conn:
        steps = measuring.over_time(conn, [of], query.period, query.where, now)[of.name]
        groups = measuring.divided(conn, of, query.by, query.period, query.where, now)
        prices = runtime().settings.prices
        spent = (
            measuring.spent(conn, query.by, query.period, query.where, prices, now)
            if of.name == "texts"
            else []
        )
        times = measuring.times(conn, query.period, query.where) if of.name == "tickets" else None
        missing = measuring.not_summed(conn, query.period, now)
        choice = choices.offices(conn) if office_seen() is None else []
        narrowed_to = choices.names(conn, query.where) + _narrowed_by_word(query)
    parts = [ChartPart(TONES[part], say(f"report_part_{part}")) for part in of.parts]
    shares = [ChartPoint(_short_day(each.key, query), each.share) for each in steps if each.share]
    return render_template(
        "desk/report.html",
        measure=of,
        query=query,
        steps=steps,
        groups=groups,
        total=summed(steps),
        spent=spent,
        times=times,
        missing=missing,
        offices=choice,
        services=SERVICES,
        narrowed_to=narrowed_to,
        lasted=_lasted,
        over_time=columns(
            say(f"report_{of.name}"),
            parts,
            [ChartColumn(_short_day(each.key, query), _drawn(of, each)) for each in steps],
        ),
        share_line=line(say(f"report_share_{of.name}"), shares) if shares else None,
        by_group=stacked(
            say("report_by_" + query.by),
            parts,
            [ChartBar(name_of(each, query), _drawn(of, each)) for each in groups[:_MOST_BARS]],
        )
        if groups
        else None,
        name_of=name_of,
        counted=counted,
    )


@route("/reports/<measure>.csv", "figures")
def report_csv(measure: str) -> Response:
    """Return one table of a measure as CSV: over time, or divided (`?table=by`)."""
    of = measure_called(measure)
    query, now = asked(of), runtime().now()
    assert query.by is not None
    divided = request.args.get("table") == "by"
    with reading() as conn:
        if divided:
            rows = measuring.divided(conn, of, query.by, query.period, query.where, now)
        else:
            rows = measuring.over_time(conn, [of], query.period, query.where, now)[of.name]
    heading: tuple[Cell, ...] = (query.by, "name") if divided else (query.period.step,)
    shares = ("share", "share_low", "share_high") if of.share else ()
    table: list[Sequence[Cell]] = [
        (*heading, *(_unit(of, part) for part in of.parts), "total", *shares)
    ]
    for each in rows:
        name: tuple[Cell, ...] = (each.key, name_of(each, query)) if divided else (each.key,)
        table.append((*name, *each.values, each.total, *_in_digits(each)))
    first, period = heading[0], query.period
    return sheet(f"dakiya-{of.name}-{first}-{period.since}-{period.until}.csv", table)


@route("/reports/<measure>/articles", "figures")
def report_articles(measure: str) -> str:
    """Show the articles that a number counts."""
    of = measure_called(measure)
    query, part = asked(of), request.args.get("part", "")
    if part not in of.listed:
        abort(404)
    with reading() as conn:
        found, more = articles.behind(
            conn, of, part, query.period, query.where, day_of(runtime().now())
        )
    return render_template(
        "desk/report_articles.html",
        measure=of,
        part=part,
        query=query,
        found=found,
        more=more,
        most=articles.MOST,
    )


def counted(measure: Measure, value: int) -> str:
    """Return a number of a measure for people: ₹1,200 where it is money."""
    return shown(value) if measure.money else str(value)


def name_of(group: MeasureCount, query: ReportQuery) -> str:
    """Return what a group is called in the language of the page."""
    if not group.key:
        return say("report_none")
    if query.by == "service":
        return word(group.key, "service_")
    if query.by == "head":
        return say(f"complaint_{group.key}")
    return group.name or group.key


def _narrowed_by_word(query: ReportQuery) -> list[str]:
    """Return what else a report is narrowed down to: district, service, head of complaint."""
    where = query.where
    found = [where.district] if where.district else []
    found += [word(where.service, "service_")] if where.service else []
    return found + ([say(f"complaint_{where.head}")] if where.head else [])


def _lasted(took: timedelta) -> str:
    return format_timedelta(took, locale=f"{chosen()}_IN")


def _drawn(measure: Measure, each: MeasureCount) -> tuple[int, ...]:
    """Return what is drawn: rupees instead of paise."""
    return tuple(value // 100 for value in each.values) if measure.money else each.values


def _spark(steps: list[MeasureCount]) -> str:
    values = [
        (each.share.value if each.share.of else None) if each.share else float(each.total)
        for each in steps
    ]
    return sparkline(say("report_trend"), values)


def _short_day(start: str, query: ReportQuery) -> str:
    day = date.fromisoformat(start)
    if query.period.step == "month":
        return f"{day.month:02}-{day.year % 100:02}"
    return f"{day.day:02}-{day.month:02}"


def _unit(measure: Measure, part: str) -> str:
    return f"{part}_paise" if measure.money else part


def _in_digits(each: MeasureCount) -> tuple[Cell, ...]:
    if each.share is None:
        return ()
    return tuple(f"{value:.4f}" for value in (each.share.value, each.share.low, each.share.high))
