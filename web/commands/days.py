"""Days and moments that commands take, read as at every other door (`india/calendar.py`)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import click

from india import calendar


class Day(click.ParamType):  # type: ignore[type-arg]
    """A day in India: 2026-08-14, 14-08-2026."""

    name = "day"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> date | Any:
        """Return the day of what was typed; a usage error for what is none."""
        if not isinstance(value, str):
            return value
        try:
            return calendar.read(value)
        except calendar.NoDay as wrong:
            self.fail(str(wrong), param, ctx)


class Moment(click.ParamType):  # type: ignore[type-arg]
    """A day (its midnight in India) or a moment in ISO 8601."""

    name = "when"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        """Return the moment of what was typed, aware; a usage error for what is none."""
        try:
            return calendar.bounds(calendar.read(str(value)))[0]
        except calendar.NoDay:
            pass
        try:
            at = datetime.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value} is no day and no moment: 2026-08-14 or 2026-08-14T10:00")
        if not calendar.is_usable(at):
            self.fail(f"from {calendar.FIRST} to {calendar.LAST}", param, ctx)
        return at if at.tzinfo else at.replace(tzinfo=calendar.INDIA)
