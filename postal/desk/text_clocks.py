"""Carriers whose times of the texts that come are off by a constant, as local time told as UTC.

What a postman sends is judged by when he wrote it: by a clock that is behind, all of it comes late.
The difference to the moment at which the texts came here shows it; `SMS_STAMPS` sets it right.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from postal.desk.carrier_truth import LEAST_STAMPS, SPREAD, off_by
from store.database import Conn

OFF: Final = f"""
    SELECT gateway, stamps, middle FROM (
        SELECT gateway, count(*) AS stamps,
               percentile_cont(0.5) WITHIN GROUP (ORDER BY ahead) AS middle,
               percentile_cont(0.9) WITHIN GROUP (ORDER BY ahead)
                   - percentile_cont(0.1) WITHIN GROUP (ORDER BY ahead) AS spread
        FROM (SELECT gateway, extract(epoch FROM carrier_at - at)::float AS ahead FROM messages
              WHERE direction = 'in' AND channel = 'text' AND gateway IS NOT NULL
                    AND carrier_at IS NOT NULL AND at >= %(since)s AND at < %(until)s) AS told
        GROUP BY 1) AS clocks
    WHERE stamps >= {LEAST_STAMPS} AND spread <= {SPREAD} ORDER BY 1
"""  # noqa: S608
"""By carrier: how many texts told a time, and by how many seconds it is ahead of ours; of those
that differ by a constant. `SMS_STAMPS` is in what is stored."""


@dataclass(frozen=True)
class TextClock:
    """The times that a carrier tells of texts. `off`: seconds by which they are ahead; 0: right."""

    carrier: str
    stamps: int
    off: float

    @property
    def hours(self) -> tuple[int, int]:
        """Return hours and minutes of the difference, without its sign."""
        return divmod(round(abs(self.off) / 60), 60)

    def right(self, minutes: int) -> str:
        """Return the setting that sets it right, where `minutes` are added to it now."""
        return f"SMS_STAMPS={self.carrier}={minutes - round(self.off / 60)}"


def read(conn: Conn, since: datetime, until: datetime) -> list[TextClock]:
    """Return the clocks of the carriers whose texts came then and tell a constant."""
    rows = conn.execute(OFF, {"since": since, "until": until}).fetchall()
    return [TextClock(name, stamps, off_by(middle)) for name, stamps, middle in rows]
