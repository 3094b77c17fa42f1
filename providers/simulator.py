"""The simulated provider of development and tests, whose customers press buttons on the page.

It has a ledger of its own (`simulator_payments`), as a real provider has: it may report a payment
late, or only when asked.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final

from india.calendar import bounds
from providers import link
from providers.base import (
    Attempt,
    Came,
    Closed,
    Failure,
    Listed,
    PaidOut,
    ProviderName,
    ProviderRefused,
    Qr,
    Refunded,
    Refunding,
    ToRefund,
)
from store.database import Conn, Database

NAME: Final[ProviderName] = "simulator"
_PA: Final = "dakiya.simulator@example"
_READ: Final = "SELECT id, payment_id, tr, paise, paid_at, refunded_at FROM simulator_payments"


class SimulatorProvider:
    """A provider with a real QR code to an address that nobody owns; it refunds at once."""

    name: ProviderName = NAME

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now

    def make(self, attempt: Attempt) -> Qr | Failure:
        text = link.pay(_PA, "Simulated Post", attempt.tr, f"Post {attempt.tr}", attempt.paise)
        return Qr(_ref(attempt.id), text)

    def look(self, attempt: Attempt) -> Sequence[Came] | Failure:
        with self._database.transaction() as conn:
            rows = conn.execute(
                _READ + " WHERE payment_id = %s AND paid_at <= %s ORDER BY id",
                (attempt.id, self._now()),
            ).fetchall()
        return [_came(row) for row in rows]

    def close(self, attempt: Attempt) -> Closed | Failure:
        return Closed()  # its customers can pay all the same, to simulate late payments

    def refund(self, due: ToRefund) -> Refunded | Refunding | Failure:
        number = due.payment_id.removeprefix("SIM-")
        with self._database.transaction() as conn:
            row = conn.execute(
                "UPDATE simulator_payments SET refund_key = coalesce(refund_key, %s),"
                " refunded_at = coalesce(refunded_at, %s) WHERE id::text = %s"
                " RETURNING refund_key",
                (due.key, self._now(), number),
            ).fetchone()
        if row is None:
            return ProviderRefused("the simulator knows no such payment")
        return (
            Refunded(f"SIM-R{number}")
            if row[0] == due.key
            else ProviderRefused("given back already")
        )

    def listed(self, day: date) -> Sequence[Listed] | Failure:
        first, after = bounds(day)
        with self._database.transaction() as conn:
            rows = conn.execute(
                _READ + " WHERE paid_at >= %s AND paid_at < %s AND paid_at <= %s ORDER BY id",
                (first, after, self._now()),
            ).fetchall()
        return [Listed(_came(row), row[3] if row[5] else 0) for row in rows]

    def settled(self, day: date) -> Sequence[PaidOut] | Failure:
        """Return the sums received on the day before."""
        listed = self.listed(day - timedelta(days=1))
        if isinstance(listed, Failure):
            return listed
        at = bounds(day)[0]
        return [PaidOut(each.came.payment_id, at) for each in listed]


def pay(conn: Conn, attempt: Attempt, paise: int, at: datetime) -> Came:
    """Record a customer's payment, which the provider reports from `at` on."""
    row = conn.execute(
        "INSERT INTO simulator_payments (payment_id, tr, paise, paid_at) VALUES (%s, %s, %s, %s)"
        " RETURNING id, payment_id, tr, paise, paid_at, refunded_at",
        (attempt.id, attempt.tr, paise, at),
    ).fetchone()
    assert row is not None
    return _came(row)


def _ref(payment_id: int) -> str:
    return f"SIM-Q{payment_id}"


def _came(row: tuple[Any, ...]) -> Came:
    id_, payment_id, tr, paise, paid_at, _ = row
    rrn = f"{900_000_000_000 + id_}"
    return Came(NAME, f"SIM-{id_}", paise, paid_at, tr, _ref(payment_id), rrn)
