"""Carriers whose times of the texts that come are off by a constant, as local time told as UTC.

What a postman sends is judged by when he wrote it: by a clock that is behind, all of it comes late.
The difference to the moment at which the texts came here shows it; `SMS_STAMPS` sets it right. What
a carrier keeps waiting comes late too, and nothing sets that right: only hours and half hours are
taken for a clock that is behind, and only where the quickest text and the usual one show the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from postal.desk.carrier_truth import LEAST_OFF, LEAST_STAMPS, SPREAD, off_by
from store.database import Conn

_HALF_HOUR: Final = 1800.0
_NEWEST: Final = "(SELECT * FROM messages ORDER BY id DESC LIMIT %(most)s) AS newest"
_FOR_A_TURN: Final = 5_000  # messages, of a day at most
_CLOCKS: Final = """
    SELECT gateway, stamps, middle, quickest FROM (
        SELECT gateway, count(*) AS stamps, max(ahead) AS quickest,
               percentile_cont(0.5) WITHIN GROUP (ORDER BY ahead) AS middle,
               percentile_cont(0.9) WITHIN GROUP (ORDER BY ahead)
                   - percentile_cont(0.1) WITHIN GROUP (ORDER BY ahead) AS spread
        FROM (SELECT gateway, extract(epoch FROM carrier_at - at)::float AS ahead FROM {texts}
              WHERE direction = 'in' AND channel = 'text' AND gateway IS NOT NULL
                    AND carrier_at IS NOT NULL AND at >= %(since)s AND at < %(until)s) AS told
        GROUP BY 1) AS clocks
    WHERE stamps >= {least} AND spread <= {spread} ORDER BY 1
"""
"""By carrier: how many texts told a time, and by how many seconds it is ahead of ours; of those
that differ by a constant. `SMS_STAMPS` is in what is stored."""


@dataclass(frozen=True)
class TextClock:
    """The times that a carrier tells of texts, which are about `ahead` seconds ahead of ours.

    `off`: seconds by which its clock is; 0: it is right; None: the carrier is slow, or it is wrong.
    """

    carrier: str
    stamps: int
    ahead: float
    off: float | None

    @property
    def hours(self) -> tuple[int, int]:
        """Return hours and minutes of the difference, without its sign."""
        return divmod(round(abs(self.ahead if self.off is None else self.off) / 60), 60)

    def right(self, minutes: int) -> str:
        """Return the setting that sets it right, where `minutes` are added to it now."""
        return f"SMS_STAMPS={self.carrier}={minutes - round((self.off or 0) / 60)}"


def read(conn: Conn, since: datetime, until: datetime) -> list[TextClock]:
    """Return the clocks of the carriers whose texts came then and tell a constant."""
    return _read(conn, "messages", {"since": since, "until": until})


def read_newest(conn: Conn, since: datetime, now: datetime, most: int) -> list[TextClock]:
    """Return them of the newest `most` messages, none of them from before `since`."""
    return _read(conn, _NEWEST, {"since": since, "until": now, "most": most})


def off_now(conn: Conn, carrier: str, now: datetime) -> timedelta:
    """Return how far a carrier's clock is found to be ahead now; nothing where that is unknown."""
    found = read_newest(conn, now - timedelta(days=1), now, _FOR_A_TURN)
    return timedelta(seconds=sum(each.off or 0 for each in found if each.carrier == carrier))


def _read(conn: Conn, texts: str, bound: dict[str, Any]) -> list[TextClock]:
    sql = _CLOCKS.format(texts=texts, least=LEAST_STAMPS, spread=SPREAD)
    return [
        TextClock(name, stamps, middle, _off(middle, quickest))
        for name, stamps, middle, quickest in conn.execute(sql, bound).fetchall()
    ]


def _off(middle: float, quickest: float) -> float | None:
    if (off := off_by(middle)) >= 0:
        return off
    off = round(middle / _HALF_HOUR) * _HALF_HOUR
    alike = all(abs(each - off) < LEAST_OFF for each in (middle, quickest))
    return off if off and alike else None
