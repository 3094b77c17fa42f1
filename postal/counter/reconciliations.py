"""Days to be compared with the providers' lists: requested here, done by the worker."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final, Literal

from psycopg.rows import class_row

from store.database import Conn
from store.refusals import Unknown

# How long a dead worker blocks a day. If two compare it at once, a sum is still taken once.
LEASE: Final = timedelta(minutes=15)

What = Literal[
    "taken_in",  # on their list, and new here
    "not_theirs",  # here, and not on their list
    "amount",  # the sums differ
    "given_back",  # they gave it back without our order: now refunded here too
    "given_back_but_booked",  # they gave back what booked articles
    "given_back_in_part",  # they gave back another sum than ours
    "given_back_twice",  # in cash or by transfer from here, and by them
    "not_given_back",  # refunded here, and not there
    "not_compared",  # an error here, which the log names; the others went on
]


@dataclass(frozen=True)
class ProviderDifference:
    """One difference. `theirs`, `ours`: paise, None for nothing.

    `theirs`: what came, or what they gave back if that was in part or twice.
    """

    what: What
    provider: str
    payment_id: str
    tr: str | None
    theirs: int | None
    ours: int | None
    state: str  # of our sum, afterwards; "-": not known


@dataclass(frozen=True)
class Reconciled:
    """The result for one provider. `failed`: it returned no list, and nothing was compared."""

    provider: str
    theirs: int
    settled: int  # newly marked as paid out to the bank
    differences: Sequence[ProviderDifference]
    failed: str | None = None


@dataclass(frozen=True)
class Reconciliation:
    """A requested day. `found`: None until it is done."""

    id: int
    day: date
    asked_at: datetime
    done_at: datetime | None
    found: list[dict[str, Any]] | None

    @property
    def reconciled(self) -> list[Reconciled]:
        """The result of each provider; empty until it is done, or if none keeps a list."""
        return [
            Reconciled(
                **{
                    **each,
                    "differences": [ProviderDifference(**one) for one in each["differences"]],
                }
            )
            for each in self.found or []
        ]


class UnknownReconciliation(Unknown):
    """No reconciliation has this row id."""

    sentence = "there is no such reconciliation"


_READ = "SELECT id, day, asked_at, done_at, found FROM reconciliations"


def ask(conn: Conn, day: date, now: datetime) -> Reconciliation:
    """Request the comparison of `day`, or return the one that still waits or runs."""
    conn.execute(
        "INSERT INTO reconciliations (day, asked_at, next_at) VALUES (%s, %s, %s)"
        " ON CONFLICT (day) WHERE done_at IS NULL DO NOTHING",
        (day, now, now),
    )
    with conn.cursor(row_factory=class_row(Reconciliation)) as cursor:
        found = cursor.execute(
            _READ + " WHERE day = %s ORDER BY id DESC LIMIT 1", (day,)
        ).fetchone()
    assert found is not None
    return found


def get(conn: Conn, id_: int) -> Reconciliation:
    """Return the reconciliation with that row id. Raises `UnknownReconciliation`."""
    with conn.cursor(row_factory=class_row(Reconciliation)) as cursor:
        found = cursor.execute(_READ + " WHERE id = %s", (id_,)).fetchone()
    if found is None:
        raise UnknownReconciliation
    return found


def claim(conn: Conn, now: datetime) -> Reconciliation | None:
    """Lease a day that is due to this worker, until the lease ends."""
    with conn.cursor(row_factory=class_row(Reconciliation)) as cursor:
        return cursor.execute(
            """
            UPDATE reconciliations SET next_at = %s
            WHERE id = (SELECT id FROM reconciliations WHERE done_at IS NULL AND next_at <= %s
                        ORDER BY next_at LIMIT 1 FOR UPDATE SKIP LOCKED)
            RETURNING id, day, asked_at, done_at, found
            """,
            (now + LEASE, now),
        ).fetchone()


def done(conn: Conn, id_: int, found: Sequence[Reconciled], now: datetime) -> None:
    """Store the result; if two workers compared the day at once, that of the first counts."""
    conn.execute(
        "UPDATE reconciliations SET done_at = %s, next_at = NULL, found = %s"
        " WHERE id = %s AND done_at IS NULL",
        (now, json.dumps([asdict(each) for each in found]), id_),
    )
