"""What is true of carriers' receipts on a day: those that never came, why texts failed, and clocks.

A carrier's stamp may be off by a constant, as local time told as UTC. The difference to the moment
at which its receipts came here shows it, and is taken off the figures that use the stamps.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from psycopg.rows import class_row

from india.calendar import bounds
from postal.desk.unconfirmed import UNCONFIRMED
from store.database import Conn

_EARLIER: Final = timedelta(days=1)  # between the decision on a text and its hand-over
# Clocks differ by quarters of an hour where a zone is mistaken; less is a clock that goes wrong.
_QUARTER: Final = 900.0
LEAST_OFF: Final = 120.0
LEAST_STAMPS: Final = 10
SPREAD: Final = 600.0  # seconds between the middle 80 in 100: with more it is no constant

_UNCONFIRMED: Final = f"""
    SELECT gateway, count(*) FROM messages
    WHERE direction = 'out' AND gateway IS NOT NULL AND at >= %(before)s AND at < %(until)s
          AND sent_at >= %(since)s AND sent_at < %(until)s AND {UNCONFIRMED}
    GROUP BY 1
"""  # noqa: S608


@dataclass(frozen=True)
class TextFailures:
    """Texts of a carrier that failed for one reason, in the words of gateways/base.py."""

    carrier: str
    reason: str
    count: int


@dataclass(frozen=True)
class CarrierClock:
    """The stamps of a carrier's receipts, beside the moment at which they came here.

    `off`: seconds by which they are wrong, 0 where they are right; None: they differ by no
    constant. `p50`, `p95`: seconds from hand-over to arrival by these stamps, corrected.
    """

    carrier: str
    stamps: int
    off: float | None
    p50: float | None
    p95: float | None

    @property
    def hours(self) -> tuple[int, int]:
        """Return hours and minutes of the difference, without its sign."""
        return divmod(round(abs(self.off or 0) / 60), 60)


@dataclass(frozen=True)
class _Stamps:
    carrier: str
    stamps: int
    middle: float
    low: float
    high: float
    p50: float
    p95: float


def unconfirmed(conn: Conn, day: date, now: datetime, after: timedelta) -> dict[str, int]:
    """Return the day's texts that have had no receipt for so long, by carrier."""
    since, until = bounds(day)
    rows = conn.execute(
        _UNCONFIRMED,
        {
            "before": since - _EARLIER,
            "since": since,
            "until": until,
            "now": now,
            "unconfirmed": after,
        },
    ).fetchall()
    return {row[0]: row[1] for row in rows}


def failures(conn: Conn, day: date) -> list[TextFailures]:
    """Return why texts of the day failed, carrier by carrier, the most frequent first."""
    with conn.cursor(row_factory=class_row(TextFailures)) as cursor:
        return cursor.execute(
            "SELECT gateway AS carrier, split_part(coalesce(error, ''), ':', 1) AS reason,"
            " count(*) AS count FROM messages WHERE direction = 'out' AND channel = 'text'"
            " AND status = 'failed' AND gateway IS NOT NULL AND at >= %s AND at < %s"
            " GROUP BY 1, 2 ORDER BY 1, 3 DESC, 2",
            bounds(day),
        ).fetchall()


def clocks(conn: Conn, day: date) -> list[CarrierClock]:
    """Return what the stamps of each carrier that tells any are worth."""
    since, until = bounds(day)
    with conn.cursor(row_factory=class_row(_Stamps)) as cursor:
        found = cursor.execute(
            """
            SELECT gateway AS carrier, count(*) AS stamps,
                   percentile_cont(0.5) WITHIN GROUP (ORDER BY ahead) AS middle,
                   percentile_cont(0.1) WITHIN GROUP (ORDER BY ahead) AS low,
                   percentile_cont(0.9) WITHIN GROUP (ORDER BY ahead) AS high,
                   percentile_cont(0.5) WITHIN GROUP (ORDER BY took) AS p50,
                   percentile_cont(0.95) WITHIN GROUP (ORDER BY took) AS p95
            FROM (SELECT gateway, extract(epoch FROM told_at - delivered_at)::float AS ahead,
                         extract(epoch FROM told_at - sent_at)::float AS took
                  FROM messages
                  WHERE direction = 'out' AND channel = 'text' AND told_at IS NOT NULL
                        AND delivered_at IS NOT NULL AND at >= %(before)s AND at < %(until)s
                        AND sent_at >= %(since)s AND sent_at < %(until)s) AS told
            GROUP BY 1 ORDER BY 1
            """,
            {"before": since - _EARLIER, "since": since, "until": until},
        ).fetchall()
    return [_clock(each) for each in found]


def _clock(each: _Stamps) -> CarrierClock:
    if each.stamps < LEAST_STAMPS:
        return CarrierClock(each.carrier, each.stamps, 0.0, None, None)
    if each.high - each.low > SPREAD:
        return CarrierClock(each.carrier, each.stamps, None, None, None)
    off = off_by(each.middle)
    return CarrierClock(
        each.carrier, each.stamps, off, max(0.0, each.p50 - off), max(0.0, each.p95 - off)
    )


def off_by(ahead: float) -> float:
    """Return the seconds by which stamps are wrong that are so much ahead of our receipts.

    Receipts come later than what they tell of, never earlier: what is a little behind is right. A
    mistaken zone is a whole number of quarters of an hour; what is left is the way of the receipt.
    """
    if -_QUARTER / 2 < ahead < LEAST_OFF:
        return 0.0
    return round(ahead / _QUARTER) * _QUARTER or ahead
