"""The consecutive numbers of receipts: one series for each PIN and financial year, without a gap.

Rule 46 (b) of the CGST Rules, 2017: a consecutive serial number of at most sixteen characters,
letters, digits, - and /, in one or several series, unique for a financial year.
"""

from __future__ import annotations

from datetime import date, datetime

from india.calendar import day_of
from store.database import Conn

_APRIL = 4


def following(conn: Conn, office_id: int, now: datetime) -> str:
    """Return the next number of an office, as 273303/26/000042.

    Its series is locked until the transaction ends: a booking that fails leaves no gap.
    """
    year = financial_year(day_of(now))
    row = conn.execute(
        "INSERT INTO receipt_series AS s (pin, year, last) SELECT pin, %s, 1 FROM offices"
        " WHERE id = %s ON CONFLICT (pin, year) DO UPDATE SET last = s.last + 1"
        " RETURNING pin, last",
        (year, office_id),
    ).fetchone()
    assert row is not None
    return f"{row[0]}/{year % 100:02}/{row[1]:06}"


def financial_year(day: date) -> int:
    """Return the year in which the financial year of `day` began, on 1 April."""
    return day.year if day.month >= _APRIL else day.year - 1
