"""Times for people: relative, and exact in Asia/Kolkata."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Final

from babel.dates import format_timedelta
from babel.units import format_unit
from flask import request
from markupsafe import Markup

from india import calendar
from india.calendar import day_of, long_day
from web import given, language
from web.running import runtime
from web.staff.rooms import shared

_A_SECOND: Final = timedelta(seconds=1)
_STORED: Final = re.compile(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?\+00:00", re.ASCII)


@shared.app_template_filter()
def exact(at: datetime | date) -> str:
    """Return 14 Aug 2026, 10:04:31; or the day alone."""
    return calendar.exact(at, language.chosen())


@shared.app_template_filter()
def as_typed(day: date | str | None) -> str:
    """Return a day as a field holds it, 14-08-2026; what somebody typed stays as it is."""
    if isinstance(day, date):
        return day.strftime("%d-%m-%Y")
    return day or ""


@shared.app_template_filter("day_of")
def in_india(at: datetime) -> date:
    """Return the day in India at a moment, to be shown by `exact`."""
    return day_of(at)


@shared.app_template_filter()
def clock(at: datetime) -> str:
    """Return 10:04:31, for a moment whose day is shown elsewhere."""
    return calendar.local(at).strftime("%H:%M:%S")


@shared.app_template_filter()
def when(at: datetime) -> Markup:
    """Return the exact and the relative time in a <time> element."""
    return Markup('<time datetime="{}">{} <span class="ago">({})</span></time>').format(
        at.isoformat(), exact(at), ago(at)
    )


@shared.app_template_filter()
def local_if_time(value: object) -> object:
    """Return a stored time in ISO 8601, as events hold it, in India's time; others as they are."""
    if not isinstance(value, str) or _STORED.fullmatch(value) is None:
        return value
    return exact(datetime.fromisoformat(value))


@shared.app_template_filter()
def ago(at: datetime) -> str:
    """Return the relative time: 2 hours ago, in 5 minutes; "just now" within a second."""
    away = at - runtime().now()
    if abs(away) < _A_SECOND:
        return language.say("just_now")
    return format_timedelta(away, add_direction=True, locale=f"{language.chosen()}_IN")


@shared.app_template_filter()
def lasting(seconds: float) -> str:
    """Return a length of time in the largest unit that it is a whole number of: 1 day, 90 minutes.

    Seconds below a minute are left out.
    """
    locale = f"{language.chosen()}_IN"
    minutes = int(seconds // 60)
    for unit, length in (("day", 24 * 60), ("hour", 60)):
        if minutes and minutes % length == 0:
            return format_unit(minutes // length, f"duration-{unit}", locale=locale)
    return format_unit(minutes, "duration-minute", locale=locale)


@shared.app_template_filter()
def day(at: datetime) -> str:
    """Return the day as a heading: Friday, 14 August 2026."""
    return long_day(day_of(at), language.chosen())


def asked_day() -> date | None:
    """Return the day in the query; None where it is missing. Raise `NotPossible`."""
    return given.day(request.args, "day")
