"""The door of happenings: articles booked, gone out, recalled, a herd warning.

What the other doors, the API and imports did is announced here to everybody it concerns.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType

from conversation.turn import Turn
from flows import machines
from flows.decision import Role, Tell
from flows.events import ListMade
from flows.happenings import Booked, DueMoved, Happening, HerdWarned, Recalled, WentOut
from postal import todays_list, windows
from runtime import Runtime
from store.conversations import ConversationPlace
from store.database import Conn

_CONCERNED: Mapping[type[Happening], tuple[Role, ...]] = MappingProxyType(
    {
        Booked: ("recipient", "sender", "article"),
        WentOut: ("holder", "article"),
        DueMoved: ("sender",),
        Recalled: ("recipient", "nominee", "sender", "article"),
        HerdWarned: ("recipient",),
    }
)


def announce(runtime: Runtime, conn: Conn, happenings: Sequence[Happening]) -> None:
    """Tell the people of each article what happened to it, within the caller's transaction.

    What went out is told to its postman too, in one text. Wake the outbox after the commit.
    """
    now = runtime.now()
    happenings = _with_windows(conn, happenings, now)
    turn = Turn(runtime, conn, now)
    roles = {role for event in happenings for role in _CONCERNED[type(event)]}
    numbers = [event.article for event in happenings]
    went_out = [event.article for event in happenings if isinstance(event, WentOut)]
    additions = todays_list.additions(conn, went_out) if went_out else []
    postmen = [ConversationPlace(addition.walker.phone, "postman") for addition in additions]
    turn.hold(numbers, machines.with_told(roles), *postmen)
    for event in happenings:
        for role in _CONCERNED[type(event)]:
            turn.tell(Tell(role, event))
    for addition, place in zip(additions, postmen, strict=True):
        turn.postman_id = addition.walker.postman_id
        turn.take(place, ListMade(addition.count, addition.serial))
    turn.finish(message_id=None)


def _with_windows(
    conn: Conn, happenings: Sequence[Happening], now: datetime
) -> Sequence[Happening]:
    """Return `happenings` with the hours in which each postman comes, where his beat keeps them."""
    went_out = [event.article for event in happenings if isinstance(event, WentOut)]
    found = windows.promise(conn, went_out, now) if went_out else {}
    return [
        replace(event, hour=found[event.article].hour, staff=found[event.article].staff)
        if isinstance(event, WentOut) and event.article in found
        else event
        for event in happenings
    ]
