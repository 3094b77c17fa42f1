"""What a page of the reports is asked for, read from its address, and addresses made of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final, cast

from babel.dates import format_date
from flask import abort, request

from india.calendar import day_of, exact
from postal.reports.heads import HEADS
from postal.reports.measures import MEASURES, By, Measure
from postal.reports.reading import MOST_DAYS, STEPS, ReportPeriod, ReportWhere
from web import given
from web.desk.room import office_seen, runtime
from web.given import NotPossible
from web.language import chosen, say

_INNER: Final[dict[By, By]] = {
    "district": "office", "office": "beat", "beat": "service", "service": "office",
    "head": "office",
}  # fmt: skip
SERVICES: Final = ("speed_post", "registered", "parcel", "insured", "money_order")
_USUAL: Final = timedelta(days=29)


@dataclass(frozen=True)
class ReportQuery:
    """The period, what is counted, and by what it is divided (None: the measure's first)."""

    period: ReportPeriod
    where: ReportWhere
    by: By | None

    def link(self, **changes: str | int | None) -> dict[str, str | int]:
        """Return the query of an address that asks for the same but for `changes`."""
        own = {
            "since": self.period.since.isoformat(),
            "until": self.period.until.isoformat(),
            "step": self.period.step,
            "by": self.by,
            **self.where.values(),
            **changes,
        }
        return {name: value for name, value in own.items() if value is not None}

    def further(self, measure: Measure, key: str) -> dict[str, str | int] | None:
        """Return the query of the address that looks into one group; None: there is no more in it.

        A district is divided by its offices, an office by its beats, a beat by services.
        """
        inner = _INNER.get(self.by) if self.by and key else None
        if inner is None:
            return None
        return self.link(**{str(self.by): key}, by=inner if inner in measure.by else self.by)

    def step_name(self, start: str) -> str:
        """Return what the step that begins on the day `start` is called in the page's language."""
        first, language = date.fromisoformat(start), chosen()
        if self.period.step == "month":
            return format_date(first, "MMMM y", locale=f"{language}_IN")
        if self.period.step == "week":
            return f"{exact(first, language)} –"
        return exact(first, language)

    def part_of(self, start: str) -> dict[str, str | int | None]:
        """Return the changes that lead to one step alone, which begins with the day `start`."""
        first = date.fromisoformat(start)
        return {
            "since": max(first, self.period.since).isoformat(),
            "until": self.period.end_of(first).isoformat(),
        }


def measure_called(name: str) -> Measure:
    """Return the measure of an address; end the request with 404 where there is none."""
    if name not in MEASURES:
        abort(404)
    return MEASURES[name]


def asked(measure: Measure | None = None) -> ReportQuery:
    """Return what the query of this request asks for. Raise `NotPossible`.

    Whoever sees one office only is shown that, whatever is asked for.
    """
    today = day_of(runtime().now())
    until = given.day(request.args, "until") or today
    since = given.day(request.args, "since") or until - _USUAL
    if since > until:
        raise NotPossible(say("reports_backwards"))
    if until - since > timedelta(days=MOST_DAYS):
        raise NotPossible(say("reports_too_long"))
    step = request.args.get("step", "day")
    if step not in STEPS:
        raise NotPossible("step: day, week or month")
    by = request.args.get("by") or None
    if measure is not None:
        by = by or measure.by[0]
        if by not in measure.by:
            raise NotPossible(f"by: {', '.join(measure.by)}")
    where = ReportWhere(
        office=given.whole(request.args, "office"),
        beat=given.whole(request.args, "beat"),
        district=given.line(request.args, "district", 100) or None,
        service=_one_of("service", SERVICES),
        head=_one_of("head", tuple(set(HEADS.values()))),
    )
    if (own := office_seen()) is not None:
        where = replace(where, office=own)
    return ReportQuery(ReportPeriod(since, until, step), where, cast("By | None", by))


def _one_of(name: str, known: tuple[str, ...]) -> str | None:
    typed = request.args.get(name) or None
    if typed is not None and typed not in known:
        raise NotPossible(f"{name}: {', '.join(sorted(known))}")
    return typed
