"""Which texts answer the help desk's "did that help?" and not a question about post.

The newer question wins: a bare 1 or 2 is the desk's while no text came after its question that
offers these digits itself, or brings a code (flows/helped.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from flows import helped, machines
from flows.events import Event, NotUnderstood
from flows.grammar.person import is_clear
from flows.machine import settle
from outbox.reach import last_templates
from postal.people.roles import PhoneRoles
from store import conversations
from store.conversations import ConversationPlace
from store.database import Conn

_WITHIN: Final = timedelta(days=4)  # longer than any state of the conversation lasts
_LOOKED_AT: Final = 20
_NEVER: Final = frozenset(("postman", "office", "new_phone"))  # their digits are other things


@dataclass(frozen=True)
class TicketAnswer:
    """A text about a closed ticket. `alone`: it says nothing else, and is answered there alone."""

    place: ConversationPlace
    event: Event
    alone: bool


def about_ticket(
    conn: Conn, sender: PhoneRoles, place: ConversationPlace, said: str, read: Event, now: datetime
) -> TicketAnswer | None:
    """Return what a text says about a closed ticket, or None. `read`: what it says at `place`."""
    if _NEVER & set(sender.roles):
        return None
    here = ConversationPlace(place.whose, helped.HELPED.name)
    standing = conversations.peek(conn, here)
    if standing is None:
        return None
    state = settle(helped.HELPED, standing, now).state
    event = machines.understand(here.machine, said, 0).event
    if not helped.hears(state, event, read):
        return None
    if not helped.is_last(last_templates(conn, place.whose, now - _WITHIN, _LOOKED_AT)):
        return None
    alone = not isinstance(event, NotUnderstood) or not is_clear(read)
    return TicketAnswer(here, event, alone)
