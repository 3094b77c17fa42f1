"""Machines that answer our answers: after a few alike texts from one telephone we rest.

An autoresponder, or two of our kind, would answer each other for ever, at somebody's cost. Within
the hour of rest only own words are left without an answer: exact commands, a report of fraud and
"send my code" are heard. The text that begins the rest, and those within it, say so in their rows.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from flows.events import Event, NotUnderstood, Said, Wished
from flows.reading.normal import normalise
from store import inbound as texts
from store.database import Conn
from store.inbound import InboundRow

ALIKE: Final = 3  # answered texts; the next one of that kind is not answered
WITHIN: Final = timedelta(minutes=10)
REST: Final = timedelta(hours=1)
_MACHINES: Final = ("notice", "autoresponder")


def rests(conn: Conn, message_id: int, text: InboundRow, event: Event) -> bool:
    """Tell whether `text`, kept as `message_id`, is left without an answer; its row says so."""
    if not isinstance(event, NotUnderstood | Said | Wished) or text.phone is None:
        return False
    if texts.began_to_rest(conn, text.phone, text.at - REST):
        texts.mark(conn, message_id, texts.RESTING)
        return True
    form = _form(text.body)
    answered = texts.answered_since(conn, text.phone, text.at - WITHIN)
    if sum(_form(each) == form for each in answered) < ALIKE:
        return False
    texts.mark(conn, message_id, texts.LOOP)
    return True


def _form(body: str) -> str:
    """Return what alike texts have in common: their normal form, or the kind of a machine's."""
    normal = normalise(body)
    return normal.kind if normal.kind in _MACHINES else normal.text or body.strip()
