"""The registers of an office: what lies in deposit with its day's abstract, and what goes back.

After what Indian post offices keep by hand: articles in deposit for seven days with the remark,
when they came into deposit and their last day, and how each left it; an abstract balances the day.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from postal.office import deposit
from postal.office.deposit import Deposited
from postal.people import access
from postal.people.access import Onlooker
from postal.walls import LIES_AT
from store.database import Conn


@dataclass(frozen=True)
class DepositEntry:
    """An article in deposit, and since when."""

    article: Deposited
    since: datetime | None


@dataclass(frozen=True)
class DepositAbstract:
    """The balance of a day: `opening` and what came make up what left and `closing`."""

    received: int
    collected: int
    returned: int
    otherwise: int  # recalled, or brought once more
    closing: int

    @property
    def opening(self) -> int:
        """Return how many lay there when the day began."""
        return self.closing + self.collected + self.returned + self.otherwise - self.received


@dataclass(frozen=True)
class DepositRegister:
    """What lies in deposit, by its last day, and the abstract of the day."""

    entries: tuple[DepositEntry, ...]
    abstract: DepositAbstract


_SINCE = """
SELECT article_id, max(at) FROM events
WHERE kind = 'at_office' AND article_id = ANY(%s) GROUP BY article_id
"""
_MOVED = f"""
SELECT count(DISTINCT e.article_id) FILTER (WHERE e.kind = 'at_office'),
       count(DISTINCT e.article_id) FILTER (WHERE e.kind = 'collected'),
       count(DISTINCT e.article_id) FILTER (WHERE e.kind = 'returned'),
       count(DISTINCT e.article_id) FILTER (WHERE e.kind IN ('recalled', 'reopened'))
FROM events e JOIN articles a ON a.id = e.article_id
WHERE e.at >= %(begins)s AND e.at < %(ends)s AND {LIES_AT} = %(office)s
  AND e.kind IN ('at_office', 'collected', 'returned', 'recalled', 'reopened')
  AND EXISTS (SELECT FROM events d WHERE d.article_id = a.id AND d.kind = 'at_office'
              AND d.id <= e.id)
"""  # noqa: S608


def of_deposit(
    conn: Conn, office_id: int, pin: str, day: tuple[date, datetime, datetime], reader: Onlooker
) -> DepositRegister:
    """Return the register of `day` (with its first moment and that of the next).

    That it was read is written down.
    """
    today, begins, ends = day
    lying = [
        each
        for each in deposit.lying(conn, office_id, pin, today, reader)
        if each.state == "at_office"
    ]
    since: dict[int, datetime] = dict(
        conn.execute(_SINCE, ([each.article_id for each in lying],)).fetchall()
    )
    moved = conn.execute(_MOVED, {"office": office_id, "begins": begins, "ends": ends}).fetchone()
    assert moved is not None
    received, collected, returned, otherwise = moved
    entries = tuple(DepositEntry(each, since.get(each.article_id)) for each in lying)
    abstract = DepositAbstract(received, collected, returned, otherwise, len(entries))
    return DepositRegister(entries, abstract)


def exported(conn: Conn, entries: Sequence[DepositEntry], reader: Onlooker) -> None:
    """Write down that the register was taken away as a file."""
    access.exported(conn, reader, len(entries), "register of deposit")
