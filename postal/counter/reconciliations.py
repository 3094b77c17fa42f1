"""Days to be compared with the providers' lists: asked for here, done by the worker."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final, Literal

from psycopg.rows import class_row

from store.database import Conn
from store.refusals import Unknown

# A worker that died leaves it for so long. Compared by two at once, a sum is still taken once.
LEASE: Final = timedelta(minutes=15)

What = Literal[
    "taken_in",  # theirs, and not ours until now
    "not_theirs",  # ours, and not on their list
    "amount",  # another sum than ours
    "given_back",  # they gave it back, we had not asked: now refunded here too
    "given_back_but_booked",  # they gave back what booked articles
    "given_back_in_part",  # another sum than ours went back
    "given_back_twice",  # in cash or by a transfer from here, and by them
    "not_given_back",  # refunded here, and not there
    "not_compared",  # a fault of ours, which the log names; the others went on
]


@dataclass(frozen=True)
class Difference:
    """One line of what differed. `theirs`, `ours`: paise, None for nothing.

    `theirs` is what came; of what was given back in part or twice: what they gave back.
    """

    what: What
    provider: str
    payment_id: str
    tr: str | None
    theirs: int | None
    ours: int | None
    state: str  # of ours, afterwards; "-": not known


@dataclass(frozen=True)
class Reconciled:
    """How one provider's day compared. `failed`: it gave no list, and nothing was compared."""

    provider: str
    theirs: int
    settled: int  # newly marked as paid out to the bank
    differences: Sequence[Difference]
    failed: str | None = None


@dataclass(frozen=True)
class Reconciliation:
    """A day that was asked for. `found` is None until it is done."""

    id: int
    day: date
    asked_at: datetime
    done_at: datetime | None
    found: list[dict[str, Any]] | None

    @property
    def reconciled(self) -> list[Reconciled]:
        """How each provider's day compared; empty until it is done, or where none keeps a list."""
        return [
            Reconciled(
                **{**each, "differences": [Difference(**one) for one in each["differences"]]}
            )
            for each in self.found or []
        ]


class UnknownReconciliation(Unknown):
    """No reconciliation has this row id."""

    sentence = "there is no such reconciliation"


def ask(conn: Conn, day: date, now: datetime) -> Reconciliation:
    """Wants `day` compared; one that still waits or runs is the same."""
    conn.execute(
        "INSERT INTO reconciliations (day, asked_at, next_at) VALUES (%s, %s, %s)"
        " ON CONFLICT (day) WHERE done_at IS NULL DO NOTHING",
        (day, now, now),
    )
    with conn.cursor(row_factory=class_row(Reconciliation)) as cursor:
        found = cursor.execute(
            "SELECT id, day, asked_at, done_at, found FROM reconciliations WHERE day = %s"
            " ORDER BY id DESC LIMIT 1",
            (day,),
        ).fetchone()
    assert found is not None
    return found


def get(conn: Conn, id_: int) -> Reconciliation:
    """Raises `Unknown`."""
    with conn.cursor(row_factory=class_row(Reconciliation)) as cursor:
        found = cursor.execute(
            "SELECT id, day, asked_at, done_at, found FROM reconciliations WHERE id = %s", (id_,)
        ).fetchone()
    if found is None:
        raise Unknown
    return found


def claim(conn: Conn, now: datetime) -> Reconciliation | None:
    """One that is due, for this worker alone until the lease ends."""
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
    """Notes what came out; of two that compared it at once, the first."""
    conn.execute(
        "UPDATE reconciliations SET done_at = %s, next_at = NULL, found = %s"
        " WHERE id = %s AND done_at IS NULL",
        (now, json.dumps([asdict(each) for each in found]), id_),
    )
