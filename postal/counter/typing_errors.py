"""A booker's own typing error in a telephone: whether he may still correct it, alone.

docs/developing/trust.md rule 11
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from postal.people.doer import Doer
from store.database import Conn
from store.refusals import Conflict, Unknown

WITHIN: Final = timedelta(minutes=30)
"""From the booking."""
_MOST: Final = 2  # corrections of one article: each is told to two telephones


@dataclass(frozen=True)
class Correctable:
    """An article whose telephone its booker may correct now."""

    article_id: int
    number: str


class NotTheBooker(Conflict):
    """Somebody else booked it: he alone corrects what he typed."""

    sentence = "somebody else booked this: two of the staff correct it at the help desk"
    word = "typing_not_booker"


class TooLate(Conflict):
    """The half hour is over, a code is out, the article is on its way, or was moved by others."""

    sentence = "it is too late for this: two of the staff correct it at the help desk"
    word = "typing_too_late"


class NothingTyped(Conflict):
    """No telephone was typed for it."""

    sentence = "it was booked without a telephone: there is nothing to be corrected"
    word = "typing_nothing"


def hold(conn: Conn, group_id: int, item_id: int, by: Doer) -> Correctable:
    """Return the article of a booked item, its row locked.

    Raise `NotTheBooker`, `TooLate`, `NothingTyped`, and `Unknown` for what is not booked.
    """
    row = conn.execute(
        "SELECT a.id, a.number, a.booked_at, a.state, a.code_issue, a.recipient_phone, g.staff_id,"
        " (SELECT count(*) FROM events e WHERE e.article_id = a.id"
        "  AND e.kind = 'recipient_corrected'), a.recipient_phone = i.recipient_phone"
        " FROM booking_items i JOIN booking_groups g ON g.id = i.group_id"
        " JOIN articles a ON a.id = i.article_id"
        " WHERE i.group_id = %s AND i.id = %s FOR UPDATE OF a",
        (group_id, item_id),
    ).fetchone()
    if row is None:
        raise Unknown("there is no such article in this booking")
    id_, number, booked_at, state, issues, phone, booker, corrected, as_typed = row
    if booker != by.staff_row:
        raise NotTheBooker
    if phone is None:
        raise NothingTyped
    late = state != "booked" or issues or by.at - booked_at > WITHIN
    if late or corrected >= _MOST or not as_typed:
        raise TooLate
    return Correctable(id_, number)


def note(conn: Conn, group_id: int, item_id: int, phone: str) -> None:
    """Note the right telephone with the booking, whose pages show it."""
    conn.execute(
        "UPDATE booking_items SET recipient_phone = %s WHERE group_id = %s AND id = %s",
        (phone, group_id, item_id),
    )
