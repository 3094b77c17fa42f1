"""What can be asked of a second person, and what is needed to carry it out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Final, Literal

from flows.events import DocumentType
from flows.facts import Mode
from postal import walls
from postal.counter import counter_days, credits
from postal.counter.ledger import Method
from postal.counter.payment_rules import Way
from postal.people.accounts import Role
from postal.people.rights import Act
from store.database import Conn

What = Literal[
    "correct_number", "move_destination", "reopen", "reset_pin", "name_phone", "document",
    "refund", "reopen_counter", "reopen_day", "add_account", "change_account", "reset_password",
    "reset_factor", "change_mode",
]  # fmt: skip
ACT: Final[Mapping[What, Act]] = MappingProxyType(
    {
        "correct_number": "move",
        "move_destination": "move",
        "reopen": "reopen",
        "reset_pin": "reset_pin",
        "name_phone": "name_phone",
        "document": "document",
        "refund": "refund",
        "reopen_counter": "reopen_counter",
        "reopen_day": "reopen_day",
        "add_account": "change_staff",
        "change_account": "change_staff",
        "reset_password": "change_staff",
        "reset_factor": "change_staff",
        "change_mode": "change_mode",
    }
)
"""The right that each takes (`postal/people/rights.py`)."""


@dataclass(frozen=True)
class AccountWish:
    """An account as it is to be, at the office of the wish."""

    staff_id: str
    name: str
    role: Role


@dataclass(frozen=True)
class Wish:
    """What somebody wants done, and with what. One row, `day`, `account` or `mode` says to whom.

    `day`: of the office `office_id`, to be opened again. `phone`: E.164. `last4`: of the
    document's number. `pin_hash`: argon2 of the PIN that its owner typed, or of the password that
    is handed over. `counter_day_id`: the open counter that a refund in cash comes from;
    `closed_day_id`: the closed one that is to be reopened. `account_id`: the account that is
    changed, None for a new one; `account`: what it is to be.
    """

    what: What
    article_id: int | None = None
    postman_id: int | None = None
    credit_id: int | None = None
    closed_day_id: int | None = None
    day: date | None = None
    office_id: int | None = None
    phone: str | None = None
    document: DocumentType | None = None
    last4: str | None = None
    payment: Method | None = None
    missing: tuple[int, ...] = ()  # pieces of what is handed out that are not there
    refund_way: Way | None = None
    refund_ref: str | None = None
    counter_day_id: int | None = None
    pin_hash: str | None = field(default=None, repr=False)
    account_id: int | None = None
    account: AccountWish | None = None
    mode: Mode | None = None  # that the office `office_id` is to have

    @property
    def new_account(self) -> str | None:
        """Return the staff id of an account that is to be added."""
        return self.account.staff_id if self.account and self.account_id is None else None

    @property
    def act(self) -> Act:
        """Return the right that it takes."""
        return ACT[self.what]


def office_of(conn: Conn, wish: Wish, asking: int | None) -> int | None:
    """Return the office that a wish belongs to; None: no office of ours has to do with it.

    Money of nobody belongs to the office that is `asking`: that gives it back.
    """
    if wish.article_id is not None:
        return walls.home(conn, wish.article_id)
    if wish.postman_id is not None:
        row = conn.execute(
            "SELECT office_id FROM staff WHERE id = %s", (wish.postman_id,)
        ).fetchone()
        return row[0] if row else None
    if wish.closed_day_id is not None:
        return counter_days.get(conn, wish.closed_day_id).office_id
    if wish.day is not None or wish.account is not None or wish.mode is not None:
        return wish.office_id
    assert wish.credit_id is not None  # one of the four is there
    return credits.get(conn, wish.credit_id).office_id or asking
