"""Whether a telephone is called because its number called us, or is answered by text.

A caller's number is easily faked (docs/developing/trust.md rules 8 and 10): at night nobody is
rung for it who did not just text us, and by day only some times, so that it is no bomb.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from redis import Redis, RedisError

from india import calendar
from india.phone import fingerprint
from outbox.automatic import FROM, UNTIL
from store.database import Conn
from store.gcra import Gcra

RINGS_A_DAY: Final = 6
_TEXTED_WITHIN: Final = timedelta(hours=1)
_DAY: Final = 86_400


def may_ring(conn: Conn, redis: Redis, phone: str, now: datetime) -> bool:
    """Tell whether `phone`, from which a call seems to have come, is called back; and count it.

    Without Valkey nobody is.
    """
    if not FROM <= calendar.local(now).time() < UNTIL and not _texted(conn, phone, now):
        return False
    rate = RINGS_A_DAY / _DAY
    try:
        return Gcra(redis).take(f"dakiya:rings:{fingerprint(phone)}", rate, RINGS_A_DAY) == 0
    except RedisError:
        return False


def _texted(conn: Conn, phone: str, now: datetime) -> bool:
    row = conn.execute(
        "SELECT FROM messages WHERE phone = %s AND direction = 'in' AND channel = 'text'"
        " AND at > %s LIMIT 1",
        [phone, now - _TEXTED_WITHIN],
    ).fetchone()
    return row is not None
