"""The door of happenings: articles booked, gone out, recalled, a herd warning.

What the other doors, the API and imports did is announced here to everybody it concerns.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from conversation.turn import Turn
from flows import machines
from flows.decision import Role, Tell
from flows.events import ListMade
from flows.happenings import Booked, Happening, HerdWarned, Recalled, WentOut
from postal import todays_list
from runtime import Runtime
from store.conversations import ConversationPlace
from store.database import Conn

_CONCERNED: Mapping[type[Happening], tuple[Role, ...]] = MappingProxyType(
    {
        Booked: ("recipient", "sender", "article"),
        WentOut: ("holder", "article"),
        Recalled: ("recipient", "nominee", "sender", "article"),
        HerdWarned: ("recipient",),
    }
)


def announce(runtime: Runtime, conn: Conn, happenings: Sequence[Happening]) -> None:
    """Tell the people of each article what happened to it, within the caller's transaction.

    What went out is told to its postman too, in one text. Wake the outbox after the commit.
    """
    turn = Turn(runtime, conn, runtime.now())
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
