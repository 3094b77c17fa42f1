"""Herd warnings: everybody with an article due today in a PIN with reported fraud is warned.

Three telephones of one PIN that had a live code that day report it (flows/recipient/fraud.py), or
the help desk confirms it; where that are many people, a supervisor. Each telephone is warned once a
day, whatever the PIN.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from flows.trust import MOST_WARNED
from india import pincode
from store.database import Conn
from store.refusals import Conflict, Invalid

TEXT = "herd_warning"  # the template that everybody is sent
AT_ONCE = 100  # articles whose people are warned in one transaction


@dataclass(frozen=True)
class HerdWarning:
    """A warning under way for everybody in `pin` on `day`."""

    pin: str
    day: date


_TO_WARN = """
    FROM articles WHERE recipient_pin = %(pin)s AND state = 'out_for_delivery'
    AND recipient_phone IS NOT NULL AND NOT EXISTS (SELECT 1 FROM herd_warned w
     WHERE w.phone = recipient_phone AND w.day = %(day)s)
"""


def people(conn: Conn, pin: str, day: date) -> int:
    """Return how many telephones a warning in `pin` would reach now."""
    row = conn.execute(
        f"SELECT count(DISTINCT recipient_phone) {_TO_WARN}",
        {"pin": pin, "day": day},
    ).fetchone()
    assert row is not None
    return int(row[0])


@dataclass(frozen=True)
class Reported:
    """The reports of fraud in a PIN on one day, before one more by a telephone.

    `had_code`: that telephone had a live code there that day; `others`: so many other telephones
    had, and reported fraud. `to_be_warned`: how many a warning would reach; None: there was one, or
    a supervisor has the ticket that asks for it.
    """

    had_code: bool
    others: int
    to_be_warned: int | None


def reported(conn: Conn, pin: str, day: date, phone: str) -> Reported:
    """Return what was reported in `pin` on `day`, for a report by `phone` (E.164)."""
    row = conn.execute(
        "SELECT had_code(%(phone)s, %(pin)s, %(day)s), (SELECT count(*) FROM fraud_reports f"
        "  WHERE f.pin = %(pin)s AND f.day = %(day)s AND f.phone <> %(phone)s"
        "  AND had_code(f.phone, f.pin, f.day)),"
        " EXISTS (SELECT FROM herd_warnings WHERE pin = %(pin)s AND day = %(day)s)"
        " OR EXISTS (SELECT FROM tickets t JOIN articles a ON a.id = t.article_id"
        "  WHERE t.kind = 'herd' AND t.closed_at IS NULL AND a.recipient_pin = %(pin)s)",
        {"pin": pin, "day": day, "phone": phone},
    ).fetchone()
    assert row is not None
    had_code, others, decided = row
    return Reported(had_code, others, None if decided else people(conn, pin, day))


class ManyPeople(Conflict):
    """It would warn more people than whoever wishes it has seen, or may warn."""

    word = "act_herd_many"

    def __init__(self, count: int) -> None:
        super().__init__(
            f"that would warn {count} people: see how many they are and what they are told first",
            count=count,
        )


def start(conn: Conn, pin: str, day: date, now: datetime, seen: int = 0) -> bool:
    """Start the warning for `pin`, confirmed by the help desk. False: it was started before.

    `seen`: so many people whoever sends it knows that it warns; beyond 50 it takes that. Raise
    `Invalid` for what is no PIN, `ManyPeople` where there are more.
    """
    if pincode.parse(pin) != pin:
        raise Invalid(f"{pin} is no PIN: six digits, the first not 0", field="pin")
    if (count := people(conn, pin, day)) > max(MOST_WARNED, seen):
        raise ManyPeople(count)
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

    None left: the warning is done. Those that another clock is just warning are left to it.
    """
    rows = conn.execute(
        "WITH due AS (SELECT DISTINCT ON (recipient_phone) recipient_phone AS phone, number"  # noqa: S608
        f" {_TO_WARN}"
        " ORDER BY recipient_phone, id LIMIT %(most)s),"
        " warned AS (INSERT INTO herd_warned (phone, day) SELECT phone, %(day)s FROM due"
        "  ON CONFLICT DO NOTHING RETURNING phone)"
        " SELECT number, warned.phone IS NOT NULL FROM due LEFT JOIN warned USING (phone)",
        {"pin": warning.pin, "day": warning.day, "most": AT_ONCE},
    ).fetchall()
    if not rows:
        conn.execute(
            "UPDATE herd_warnings SET done_at = %s WHERE pin = %s AND day = %s",
            [now, warning.pin, warning.day],
        )
    return [number for number, mine in rows if mine]
