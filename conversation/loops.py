"""Machines that answer our answers: after a few alike texts from one telephone we rest.

An autoresponder, or two of our kind, would answer each other for ever, at somebody's cost. Within
the hour of rest only what began it, and what says nothing clear, is left without an answer: a rest
that a stranger's forged texts began must not silence a person. A postman's texts of which something
is masked are alike only where so many words stand beside it that they are no slip at a door, since
what was written is kept nowhere; nor is he left without an answer to what is not the text that
began it. The text that begins the rest, and those within it, say so in their rows.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Final

from flows.events import Event, NotUnderstood, Said, Wished
from flows.grammar.text import MASK
from flows.reading.normal import normalise
from store import inbound as texts
from store.database import Conn
from store.inbound import InboundRow

_WORD: Final = re.compile(r"[^\W\d_]{2,}")
ALIKE: Final = 3  # answered texts; the next one of that kind is not answered
WITHIN: Final = timedelta(minutes=10)
REST: Final = timedelta(hours=1)
_NO_SLIP: Final = 5  # different words beside what is masked
_MACHINES: Final = ("notice", "autoresponder")
_NOTHING_CLEAR: Final = frozenset(
    ("unclear", "chatter", "thanks", "greeting", "acknowledged", "quote", *_MACHINES)
)


def rests(conn: Conn, message_id: int, text: InboundRow, event: Event, machine: str) -> bool:
    """Tell whether `text`, kept as `message_id`, is left without an answer; its row says so.

    `machine`: the one that answers it.
    """
    if not isinstance(event, NotUnderstood | Said | Wished) or text.phone is None:
        return False
    if machine == "postman" and _is_slip(text.body):
        return False
    form = _form(text.body)
    resting = texts.rested_since(conn, text.phone, text.at - REST)
    named = MASK in text.body or any(map(str.isdigit, text.body))
    heard = _is_clear(event) or (machine == "postman" and named)
    if resting and (not heard or form in map(_form, resting)):
        texts.mark(conn, message_id, texts.RESTING)
        return True
    answered = texts.answered_since(conn, text.phone, text.at - WITHIN)
    if sum(_form(each) == form for each in answered) < ALIKE:
        return False
    texts.mark(conn, message_id, texts.LOOP)
    return True


def _is_slip(body: str) -> bool:
    """Tell whether something of a text is masked, beside which too few words say whose it is."""
    return MASK in body and len(set(_WORD.findall(body.casefold()))) < _NO_SLIP


def _is_clear(event: Event) -> bool:
    if isinstance(event, Wished):
        return not {wish.what for wish in event.wishes} <= _NOTHING_CLEAR
    return isinstance(event, Said)


def _form(body: str) -> str:
    """Return what alike texts have in common: their normal form, or the kind of a machine's."""
    normal = normalise(body)
    return normal.kind if normal.kind in _MACHINES else normal.text or body.strip()
