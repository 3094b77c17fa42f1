"""What postmen are told without having texted first: a new telephone, their list, their day.

Beside `conversation.py`, at the same door (`turn.py`).
"""

from __future__ import annotations

from flows.events import PhoneNamed
from postal import handsets
from runtime import Runtime
from store.conversations import Place
from store.database import Conn
from turn import Turn


def name_phone(runtime: Runtime, conn: Conn, staff_id: str, phone: str) -> None:
    """Names `phone` (E.164) as the new one of a postman, and asks it for his PIN.

    Within the caller's transaction: wake the outbox after the commit. Raises as
    `postal.handsets.name_phone` does.
    """
    now = runtime.now()
    handsets.name_phone(conn, staff_id, phone, now)
    place = Place(phone, "new_phone")
    turn = Turn(runtime, conn, now)
    turn.begin(place, PhoneNamed())
    turn.take(place, PhoneNamed())
    turn.finish(message_id=None)
