"""The day that a recipient names, and whether the article can come on it. Pure."""

from __future__ import annotations

from datetime import date, timedelta

from flows.facts import ArticleFact, PartyFacts, RecipientFacts
from flows.wishes import DayNamed
from india import promises

CHOOSE_WITHIN = timedelta(days=7)  # of the first choice: an article cannot be put off for ever
_A_MONTH = 31
_A_WEEK = 7


def may_choose(article: ArticleFact, facts: RecipientFacts | PartyFacts) -> bool:
    """Tell whether another day can still be chosen for `article`: a morning's list takes it then.

    So it is at the office too, where it waits for its addressee's wish alone.
    """
    waits = article.state in ("booked", "out_for_delivery", "attempted", "at_office")
    left = last(article, facts) >= promises.next_working(facts.today)
    return waits and not article.office_next and left


def last(article: ArticleFact, facts: RecipientFacts | PartyFacts) -> date:
    """Return the last day that may be chosen."""
    return article.choose_until or facts.today + CHOOSE_WITHIN


def is_possible(day: date | None, article: ArticleFact, facts: RecipientFacts | PartyFacts) -> bool:
    """Tell whether `article`, for which a day can be chosen, can come on `day`."""
    if day is None or not promises.is_working(day):
        return False
    return promises.next_working(facts.today) <= day <= last(article, facts)


def of_month(number: int, today: date) -> date | None:
    """Return the next day with that number (today's and past ones are next month's), or None."""
    return next((day for day in _after(today, _A_MONTH) if day.day == number), None)


def named(which: DayNamed, today: date) -> date | None:
    """Return the day that `which` names from `today`, or None: there is none, or it is over."""
    if which.offset is not None:
        return today + timedelta(days=which.offset) if 0 < which.offset <= _A_MONTH else None
    if which.weekday is not None:
        return next(day for day in _after(today, _A_WEEK) if day.weekday() == which.weekday)
    if which.day is None:
        return None
    if which.month is None:
        return of_month(which.day, today)
    dates = (_date(year, which.month, which.day) for year in _years(which, today))
    return next((day for day in dates if day is not None and day > today), None)


def _after(today: date, days: int) -> tuple[date, ...]:
    return tuple(today + timedelta(days=each) for each in range(1, days + 1))


def _years(which: DayNamed, today: date) -> tuple[int, ...]:
    return (today.year, today.year + 1) if which.year is None else (which.year,)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
