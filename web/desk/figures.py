"""The supervisor's figures of a day per office and beat, as tables, charts and CSV."""

from __future__ import annotations

from datetime import date, timedelta

from flask import Response, render_template

from india.calendar import day_of
from postal.desk import figures
from postal.desk.figures import BeatFigures
from web.desk.charts import ChartBar, ChartPart, stacked
from web.desk.room import office_seen, route, runtime
from web.language import say
from web.replica import reading
from web.staff.tables import sheet
from web.staff.times import asked_day


@route("/figures", "figures")
def day_figures() -> str:
    """Show the figures of a day (default: today)."""
    now, office = runtime().now(), office_seen()
    day = asked_day() or day_of(now)
    unconfirmed = timedelta(seconds=runtime().settings.unconfirmed_seconds)
    with reading() as conn:
        beats = figures.beats(conn, day, office)
        found = {
            "beats": beats,
            "remarks": figures.remarks(conn, day, office),
            # Carriers and codes are counted for all offices together.
            "codes": figures.codes(conn, day, now) if office is None else None,
            "texts": figures.texts(conn, day, now, unconfirmed) if office is None else [],
            "waiting": figures.waiting(conn) if office is None else None,
        }
        hours = figures.hours(conn, day, office)
    ends = (
        ChartPart("delivered", say("figure_delivered")),
        ChartPart("failed", say("figure_failed")),
    )
    by_beat = stacked(
        say("figures_by_beat"),
        (
            *ends,
            ChartPart("open", say("figure_open")),
            ChartPart("withdrawn", say("figure_withdrawn")),
        ),
        [ChartBar(f"{beat.name} ({beat.staff_id})", _parts(beat)) for beat in beats[:40]],
    )
    by_hour = stacked(
        say("figures_by_hour"),
        ends,
        [ChartBar(f"{hour.hour:02}:00", (hour.delivered, hour.failed)) for hour in hours],
    )
    return render_template(
        "desk/figures.html", day=day, by_beat=by_beat, by_hour=by_hour, hours=hours, **found
    )


@route("/figures.csv", "figures")
def day_figures_csv() -> Response:
    """Return the beats of a day as CSV."""
    day = asked_day() or day_of(runtime().now())
    with reading() as conn:
        beats = figures.beats(conn, day, office_seen())
    heading = (
        "date", "office", "pin", "staff_id", "name", "out", "delivered", "failed", "open",
        "withdrawn", "contested", "contested_low", "contested_high",
    )  # fmt: skip
    return sheet(f"dakiya-{day.isoformat()}.csv", [heading, *(_line(day, beat) for beat in beats)])


def _parts(beat: BeatFigures) -> tuple[int, ...]:
    return beat.delivered, beat.failed, beat.open, beat.withdrawn


def _line(day: date, beat: BeatFigures) -> tuple[str | int, ...]:
    contested = beat.contested_share
    return (
        day.isoformat(), beat.office, beat.pin, beat.staff_id, beat.name, beat.out,
        beat.delivered, beat.failed, beat.open, beat.withdrawn, beat.contested,
        f"{contested.low:.3f}", f"{contested.high:.3f}",
    )  # fmt: skip
