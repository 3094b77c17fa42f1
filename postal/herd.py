"""Herd warnings: everybody with an article due today in a PIN with reported fraud is warned.

Three telephones of one PIN report it on one day (flows/recipient/answers.py), or the help desk
confirms it. Each telephone is warned once a day, whatever the PIN.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime

from store.database import Conn
from store.refusals import Invalid

_PIN = re.compile(r"[1-9][0-9]{5}", re.ASCII)
AT_ONCE = 100  # articles whose people are warned in one transaction


@dataclass(frozen=True)
class HerdWarning:
    """A warning under way for everybody in `pin` on `day`."""

    pin: str
    day: date


def start(conn: Conn, pin: str, day: date, now: datetime) -> bool:
    """Start the warning for `pin`, confirmed by the help desk. False: it was started before.

    Raise `Invalid` for what is no PIN.
    """
    if not _PIN.fullmatch(pin):
        raise Invalid(f"{pin} is no PIN: six digits, the first not 0", field="pin")
    done = conn.execute(
        "INSERT INTO herd_warnings (pin, day, cause, at) VALUES (%s, %s, 'help_desk', %s)"
        " ON CONFLICT DO NOTHING",
        [pin, day, now],
    )
    return done.rowcount == 1


def open_warnings(conn: Conn, day: date) -> list[HerdWarning]:
    """Return the warnings of `day` that have not yet reached everybody."""
    rows = conn.execute(
        "SELECT pin, day FROM herd_warnings WHERE day = %s AND done_at IS NULL ORDER BY at", [day]
    ).fetchall()
    return [HerdWarning(pin, on) for pin, on in rows]


def next_articles(conn: Conn, warning: HerdWarning, now: datetime) -> list[str]:
    """Return some article numbers, one per telephone to be warned, which now counts as warned.

    None left: the warning is done.
    """
    rows = conn.execute(
        "WITH due AS (SELECT DISTINCT ON (recipient_phone) recipient_phone AS phone, number"
        " FROM articles WHERE recipient_pin = %(pin)s AND state = 'out_for_delivery'"
        " AND recipient_phone IS NOT NULL AND NOT EXISTS (SELECT 1 FROM herd_warned w"
        "  WHERE w.phone = recipient_phone AND w.day = %(day)s)"
        " ORDER BY recipient_phone, id LIMIT %(most)s),"
        " warned AS (INSERT INTO herd_warned (phone, day) SELECT phone, %(day)s FROM due"
        "  ON CONFLICT DO NOTHING RETURNING phone)"
        " SELECT number FROM due JOIN warned USING (phone)",
        {"pin": warning.pin, "day": warning.day, "most": AT_ONCE},
    ).fetchall()
    if not rows:
        conn.execute(
            "UPDATE herd_warnings SET done_at = %s WHERE pin = %s AND day = %s",
            [now, warning.pin, warning.day],
        )
    return [row[0] for row in rows]
