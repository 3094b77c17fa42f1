"""The door of a booker who corrects his own typing within the half hour.

docs/developing/trust.md rule 11. Within the caller's transaction; wake the outbox after the commit.
"""

from __future__ import annotations

from conversation import desk
from conversation.desk import Intervened
from flows.happenings import NumberCorrected
from postal.counter import typing_errors
from postal.counter.typing_errors import TooLate
from postal.people import access
from postal.people.doer import Doer
from runtime import Runtime
from store.database import Conn


def correct_typing(
    runtime: Runtime, conn: Conn, group_id: int, item_id: int, phone: str, by: Doer
) -> Intervened:
    """Give the article of a booked item its right telephone (E.164); both telephones are told.

    Raise as `postal.counter.typing_errors.hold` does, and `desk.HasItAlready`.
    """
    article = typing_errors.hold(conn, group_id, item_id, by)
    event = NumberCorrected(article.number, phone, "booker")
    done = desk.correct_number(runtime, conn, article.article_id, event, by.proof)
    if not done.done:
        raise TooLate
    typing_errors.note(conn, group_id, item_id, phone)
    access.note(conn, by, "acted", article_id=article.article_id, reason="own typing corrected")
    return done
