"""Parts of a long text are joined before anything is decided, or nothing is done with them.

Where the carrier says which part it is, all of them are awaited, in any order, for a minute; if one
is missing, the others are kept, shown, and a ticket is opened. Where it does not say, a text as
long as a first part and without an end is held for a few seconds, for what follows from the same
telephone. Nothing sleeps: what is due is found in the database (`inbound.read_held`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from conversation.quoted import unread
from flows.events import ReportFraud, Stop
from flows.grammar import person
from gateways.base import Inbound, TextPart
from messages.segments import count
from postal import floods
from postal.acts import reports
from runtime import Runtime
from store import inbound as texts
from store import text_parts
from store.database import Conn
from store.inbound import InboundRow
from store.text_parts import HeldPart, PartsOf

AWAITED: Final = timedelta(seconds=60)  # the other parts of a text, by their reference
FOLLOWS: Final = timedelta(seconds=4)  # what follows a full part without one
_MOST_JOINED: Final = 10  # parts without a reference
# Letters of a part that is full, and of a text alone that is: both look as if something followed.
_FULL: Final = {"GSM-7": (153, 160), "UCS-2": (67, 70)}
_MOST_UNITS: Final = 160
_ENDS: Final = (".", "!", "?", "।", "॥", "…", "۔", "؟")


@dataclass(frozen=True)
class Gathered:
    """What came, as one text. `held`: the rest is awaited, or it was there before: do nothing."""

    inbound: Inbound
    held: bool = False


def gather(runtime: Runtime, conn: Conn, came: Inbound, now: datetime) -> Gathered:
    """Return what is to be read now: the text that came, joined with the parts before it."""
    part = came.part
    if came.channel != "text" or came.opting is not None or (part and part.total == 1):
        return Gathered(came)
    if part is not None:
        return _numbered(runtime, conn, came, part, now)
    return _following(runtime, conn, came, now)


def _numbered(
    runtime: Runtime, conn: Conn, came: Inbound, part: TextPart, now: datetime
) -> Gathered:
    if texts.is_kept(conn, came.gateway, came.carrier_id):
        return Gathered(came, held=True)
    of = PartsOf(came.gateway, came.phone, part.ref, part.total)
    there = text_parts.held(conn, runtime.keys, of)
    same = next((each for each in there if each.number == part.number), None)
    if same is not None and same.text is not None and same.text != came.text:
        give_up(conn, there, now)  # the reference was used again, for another text
        there, same = [], None
    if same is not None or any(each.text is None for each in there):
        _keep(conn, came, now)  # a part that was there before, under another id
        return Gathered(came, held=True)
    if len(there) + 1 == part.total:
        return Gathered(_joined(conn, there, came, part.number))
    message_id = _keep(conn, came, now)
    text_parts.hold(conn, runtime.keys, message_id, of, part.number, came.text, now + AWAITED)
    return Gathered(came, held=True)


def _following(runtime: Runtime, conn: Conn, came: Inbound, now: datetime) -> Gathered:
    of = PartsOf(came.gateway, came.phone)
    there = [each for each in text_parts.held(conn, runtime.keys, of) if each.text is not None]
    goes_on = _goes_on(came.text)
    if not goes_on and (not there or _protects(came.text)):
        return Gathered(came)
    if texts.is_kept(conn, came.gateway, came.carrier_id):
        return Gathered(came, held=True)
    if (
        len(there) + 1 < _MOST_JOINED
        and goes_on
        and not floods.over(conn, came.phone, runtime.settings.inbound_hourly_limit, now)
    ):
        message_id = _keep(conn, came, now)
        text_parts.hold(
            conn, runtime.keys, message_id, of, len(there) + 1, came.text, now + FOLLOWS
        )
        return Gathered(came, held=True)
    return Gathered(_joined(conn, there, came, len(there) + 1) if there else came)


def _protects(text: str) -> bool:
    """Tell whether `text` alone is an exact report of fraud, or STOP: it waits for no other text.

    As the end of a longer one it would be read alone too, and do no harm.
    """
    return isinstance(person.recipient(text).event, ReportFraud | Stop) and person.is_command(text)


def _goes_on(text: str) -> bool:
    """Tell whether `text` is as long as a part that others follow, and has no end."""
    if len(text) > _MOST_UNITS or text.rstrip().endswith(_ENDS):
        return False
    size = count(text)
    return size.units in _FULL[size.encoding]


def _joined(conn: Conn, there: list[HeldPart], came: Inbound, number: int) -> Inbound:
    """Return the whole text as that of the part that came last."""
    text_parts.read(conn, [each.message_id for each in there])
    found = {each.number: each.text or "" for each in there} | {number: came.text}
    written = [each.carrier_at for each in there if each.carrier_at] + (
        [came.carrier_at] if came.carrier_at else []
    )
    return replace(
        came,
        text="".join(found[each] for each in sorted(found)),
        carrier_at=min(written, default=None),
    )


def alone(conn: Conn, there: list[HeldPart]) -> Inbound:
    """Return what was held without a reference, and nothing followed, as one text."""
    text_parts.drop(conn, [each.message_id for each in there])
    last = there[-1]
    return Inbound(
        last.gateway,
        last.carrier_id,
        last.phone,
        "".join(each.text or "" for each in there),
        there[0].carrier_at,
    )


def give_up(conn: Conn, there: list[HeldPart], now: datetime) -> None:
    """Leave parts as they are, for people: what they would say together is not known."""
    waiting = [each for each in there if each.text is not None] or there
    numbers = {each.number for each in there}
    total = there[0].total
    missing = sorted(set(range(1, total + 1)) - numbers) if total else []
    lacks = ", ".join(map(str, missing[:5])) + (" …" if len(missing) > 5 else "")
    why = f"part {lacks} of {total} did not come" if missing else "what followed did not come"
    ids = [each.message_id for each in waiting]
    texts.set_unreadable(conn, ids, why)
    text_parts.drop(conn, [each.message_id for each in there])
    reports.open_unparsed(conn, there[0].phone, now)


def _keep(conn: Conn, came: Inbound, now: datetime) -> int:
    row = InboundRow(
        now,
        came.gateway,
        came.carrier_id,
        came.phone,
        came.channel,
        unread(conn, came.phone, texts.storable(came.text), now),
        came.carrier_at,
    )
    message_id = texts.keep(conn, row)
    assert message_id is not None  # it was asked for under the telephone's lock
    texts.mark(conn, message_id, texts.PART)
    return message_id
