"""The runner: one event comes in, one transaction applies what a pure function decides.

Texts, happenings (booked, out for delivery) and time limits enter at the same door
(`conversation/turn.py` does what follows). Nothing is sent here; the outbox is woken after the
commit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from types import MappingProxyType

import structlog

from conversation.turn import Turn
from flows import machines
from flows.decision import Role, Tell
from flows.events import (
    AskStatus,
    Event,
    ListMade,
    NotUnderstood,
    SomebodyElse,
    Start,
    Stop,
    TimedOut,
    ToldCode,
)
from flows.grammar import late
from flows.grammar.person import Understood
from flows.grammar.text import mask_codes, mask_spelled_codes
from flows.happenings import Booked, Collected, Happening, HerdWarned, Recalled, WentOut
from gateways.base import Inbound, Unreadable
from india.calendar import day_of
from india.phone import masked
from logs import request_id
from outbox.wake import wake
from postal import facts, floods, herd, todays_list
from postal.acts import reports
from postal.people import roles as who
from runtime import Runtime
from store import conversations
from store.conversations import ConversationPlace
from store.database import Conn

log = structlog.get_logger(__name__)

_LONGEST_BODY = 10_000
_TIMERS_AT_ONCE = 200
PUT_OFF = timedelta(hours=1)  # a time limit that could not be fired
RINGS_ON = timedelta(seconds=30)  # within which a missed call is one, however often it rings


# ---- the doors -----------------------------------------------------------------------------------


def receive(runtime: Runtime, inbound: Inbound) -> None:
    """Stores a text, decides on it and applies the decision, all or nothing.

    A repeat of the same carrier id changes nothing. Raises only what the database raises; the
    carrier then repeats the text.
    """
    now = runtime.now()
    new = runtime.database.run(lambda conn: _receive(runtime, conn, inbound, now))
    log.info(
        "text_in",
        request_id=request_id(),
        gateway=inbound.gateway,
        phone=masked(inbound.phone),
        new=new,
    )
    if new:
        wake(runtime.redis)


def receive_unreadable(runtime: Runtime, unreadable: Unreadable) -> None:
    """Keeps what a carrier delivered and nobody can read, for the help desk. No answer goes out."""
    body = mask_spelled_codes(_storable(unreadable.text))
    limit = runtime.settings.inbound_hourly_limit
    with runtime.database.transaction() as conn:
        phone = unreadable.phone
        if phone and floods.over(conn, phone, limit, runtime.now()):
            floods.count(conn, phone, runtime.now())
            return
        reports.open_unparsed(conn, unreadable.phone, runtime.now())
        conn.execute(
            "INSERT INTO messages (direction, phone, gateway, carrier_id, at, body, status, error,"
            " channel, request_id) VALUES ('in', %s, %s, %s, %s, %s, 'unreadable', %s, %s, %s)"
            " ON CONFLICT DO NOTHING",
            [
                unreadable.phone,
                unreadable.gateway,
                unreadable.carrier_id,
                runtime.now(),
                body,
                _storable(unreadable.reason),
                unreadable.channel,
                request_id(),
            ],
        )


def announce(runtime: Runtime, conn: Conn, happenings: Sequence[Happening]) -> None:
    """Tells the people of each article what happened to it, within the caller's transaction.

    What went out is told to its postman too, in one text. Wake the outbox after the commit.
    """
    turn = Turn(runtime, conn, runtime.now())
    roles = {role for event in happenings for role in _CONCERNED[type(event)]}
    numbers = [event.article for event in happenings]
    went_out = [event.article for event in happenings if isinstance(event, WentOut)]
    additions = todays_list.additions(conn, went_out) if went_out else []
    postmen = [ConversationPlace(addition.walker.phone, "postman") for addition in additions]
    turn.hold(facts.articles_numbered(conn, numbers), machines.with_told(roles), *postmen)
    for event in happenings:
        for role in _CONCERNED[type(event)]:
            turn.tell(Tell(role, event))
    for addition, place in zip(additions, postmen, strict=True):
        turn.postman_id = addition.walker.postman_id
        turn.take(place, ListMade(addition.count, addition.serial))
    turn.finish(message_id=None)


_CONCERNED: Mapping[type[Happening], tuple[Role, ...]] = MappingProxyType(
    {
        Booked: ("recipient", "sender", "article"),
        WentOut: ("holder", "article"),
        Recalled: ("recipient", "sender", "article"),
        Collected: ("recipient", "sender", "article"),
        HerdWarned: ("recipient",),
    }
)


def fire_timers(runtime: Runtime) -> int:
    """Fires the time limits that are over, each in a transaction of its own. Gives how many."""
    now = runtime.now()
    due = runtime.database.run(lambda conn: conversations.due_timers(conn, now, _TIMERS_AT_ONCE))

    def fire(conn: Conn, timer: conversations.DueTimer) -> int:
        _fire(runtime, conn, timer, now)
        return 1

    def put_off(conn: Conn, timer: conversations.DueTimer) -> None:
        conversations.put_off(conn, timer, now + PUT_OFF)

    fired = runtime.database.run_each(due, fire, put_off)
    if fired:
        wake(runtime.redis)
    return fired


def warn_herds(runtime: Runtime) -> int:
    """Warns those whom today's herd warnings have not reached yet. Gives how many articles."""
    now = runtime.now()
    warned = 0
    for warning in runtime.database.run(lambda conn: herd.open_warnings(conn, day_of(now))):
        while some := runtime.database.run(
            lambda conn, warning=warning: _warn(runtime, conn, warning, now)  # type: ignore[misc]
        ):
            warned += some
    if warned:
        wake(runtime.redis)
    return warned


# ---- one text ------------------------------------------------------------------------------------


def _receive(runtime: Runtime, conn: Conn, inbound: Inbound, now: datetime) -> bool:
    """True where the text is new, and one that is read."""
    if floods.over(conn, inbound.phone, runtime.settings.inbound_hourly_limit, now):
        if not _known(conn, inbound.gateway, inbound.carrier_id):
            floods.count(conn, inbound.phone, now)
        return False
    sender = who.identify(conn, inbound.phone)
    if inbound.channel == "voice":
        # A missed call answers a recipient's question: on a postman's list it would be an item.
        sender = replace(sender, roles=("recipient",), postman_id=None)
    text = _storable(inbound.text)
    machine, understood = _opted(sender, inbound) or _understand(
        runtime, conn, sender, inbound.phone, text
    )
    message_id = _record(conn, inbound, _body(text, understood.event), now)
    if message_id is None or _rings_on(conn, inbound, message_id, now):
        return False
    place = ConversationPlace(inbound.phone, machine)
    written_at = late.written_at(inbound.carrier_at, now)
    turn = Turn(runtime, conn, now, sender.postman_id, understood.codes, written_at)
    turn.begin(place, understood.event)
    turn.take(place, understood.event)
    turn.finish(message_id)
    return True


def _opted(sender: who.Who, inbound: Inbound) -> tuple[str, Understood] | None:
    """What the carrier itself took for STOP or START, in whatever words; else None."""
    role = next((role for role in sender.roles if role in ("recipient", "sender")), None)
    if role is None or inbound.opting is None:
        return None
    return role, Understood(Stop() if inbound.opting == "stop" else Start())


def _understand(
    runtime: Runtime, conn: Conn, sender: who.Who, phone: str, text: str
) -> tuple[str, Understood]:
    """Whose text this is, and what it says: the most particular role that understands it."""
    code_length = runtime.settings.code_length
    tried = [(role, machines.understand(role, text, code_length)) for role in sender.roles]
    for role, understood in tried:
        if isinstance(understood.event, AskStatus):
            related = who.relation(conn, phone, understood.event.article)
            if related is not None and related in sender.roles:
                return related, understood
        elif not isinstance(understood.event, NotUnderstood):
            return role, understood
    return tried[0]


def _record(conn: Conn, inbound: Inbound, body: str, now: datetime) -> int | None:
    row = conn.execute(
        "INSERT INTO messages (direction, phone, gateway, carrier_id, at, carrier_at, body, status,"
        " channel, request_id) VALUES ('in', %s, %s, %s, %s, %s, %s, 'received', %s, %s)"
        " ON CONFLICT (gateway, carrier_id) WHERE direction = 'in' DO NOTHING RETURNING id",
        [
            inbound.phone,
            inbound.gateway,
            inbound.carrier_id,
            now,
            inbound.carrier_at,
            body,
            inbound.channel,
            request_id(),
        ],
    ).fetchone()
    return row[0] if row else None


def _known(conn: Conn, gateway: str, carrier_id: str) -> bool:
    """Whether it is a repeat of a text that was read."""
    row = conn.execute(
        "SELECT FROM messages WHERE gateway = %s AND carrier_id = %s AND direction = 'in'",
        (gateway, carrier_id),
    ).fetchone()
    return row is not None


def _rings_on(conn: Conn, inbound: Inbound, message_id: int, now: datetime) -> bool:
    """Whether this is the same missed call once more.

    Who is not taken up rings again: what he says a moment later on the same number he has said.
    """
    if inbound.channel == "text":
        return False
    conn.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"ring:{inbound.phone}"])
    row = conn.execute(
        "SELECT EXISTS (SELECT FROM messages WHERE phone = %s AND direction = 'in'"
        " AND channel = 'voice' AND body = %s AND at > %s AND id <> %s AND error IS NULL)",
        [inbound.phone, inbound.text, now - RINGS_ON, message_id],
    ).fetchone()
    if row != (True,):
        return False
    conn.execute("UPDATE messages SET error = 'rang again' WHERE id = %s", [message_id])
    return True


def _storable(text: str) -> str:
    """`text` as PostgreSQL can keep it: no NUL, no lone surrogates, not endless."""
    clean = text.replace("\x00", "\ufffd").encode("utf-8", "replace").decode("utf-8")
    return clean[:_LONGEST_BODY]


def _body(text: str, event: Event) -> str:
    # "5 9 8 0 5 3" reads as "somebody else" with a telephone that is none; it may be a code.
    no_phone = isinstance(event, SomebodyElse) and event.phone == ""
    unclear = no_phone or isinstance(event, NotUnderstood | ToldCode)
    return mask_spelled_codes(text) if unclear else mask_codes(text)


def _fire(runtime: Runtime, conn: Conn, timer: conversations.DueTimer, now: datetime) -> None:
    turn = Turn(runtime, conn, now)
    if timer.place.machine == "postman":
        turn.postman_id = who.identify(conn, timer.place.whose).postman_id
    turn.begin(timer.place, TimedOut())
    # Under the lock: whoever moved on meanwhile is left alone.
    if turn.standing[timer.place].last_sprint_id != timer.sprint_id:
        return
    if turn.postman_id is None and timer.place.machine == "postman":
        conn.execute("DELETE FROM timers WHERE sprint_id = %s", [timer.sprint_id])
        return
    turn.take(timer.place, TimedOut())
    turn.finish(message_id=None)


def _warn(runtime: Runtime, conn: Conn, warning: herd.HerdWarning, now: datetime) -> int:
    numbers = herd.next_articles(conn, warning, now)
    if not numbers:
        return 0
    announce(runtime, conn, [HerdWarned(number) for number in numbers])
    return len(numbers)
