"""By when 24 and 48 Speed Post are due, with Sundays and holidays as the service has them."""

from __future__ import annotations

from datetime import date

import pytest

from india import promises
from india.promises import Holidays, PromiseRule

FRIDAY, SATURDAY = date(2026, 8, 14), date(2026, 8, 15)
INDEPENDENCE_DAY = SATURDAY
HOLIDAYS = Holidays(frozenset({(8, 15)}), frozenset({date(2026, 8, 17)}))


def test_rounds_on_sundays_and_holidays_count_every_day() -> None:
    assert promises.due(24, FRIDAY) == INDEPENDENCE_DAY
    assert promises.due(48, FRIDAY) == date(2026, 8, 16)  # a Sunday
    assert INDEPENDENCE_DAY in promises.HOLIDAYS


@pytest.mark.parametrize(
    ("rule", "due"),
    [
        (PromiseRule(1, sundays=True, holidays=True), date(2026, 8, 15)),
        (PromiseRule(1, sundays=True, holidays=False), date(2026, 8, 16)),
        (PromiseRule(1, sundays=False, holidays=False), date(2026, 8, 18)),
        (PromiseRule(2, sundays=False, holidays=True), date(2026, 8, 17)),
    ],
)
def test_a_service_without_such_rounds_has_the_next_day_that_has_one(
    rule: PromiseRule, due: date
) -> None:
    assert promises.due_by(rule, HOLIDAYS, FRIDAY) == due
