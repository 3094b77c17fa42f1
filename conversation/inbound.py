"""The door of texts: one text comes in, one transaction applies what a pure function decides.

The order: its parts (`conversation/parts.py`), the sender and what he says
(`conversation/meaning.py`), its row (`store/inbound.py`), then the turn (`conversation/turn.py`).
Nothing is sent here; the outbox is woken after the commit.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

import structlog

from conversation import flooding, loops, meaning, parts, repeats
from conversation.answers import about_ticket
from conversation.let_wait import let_wait
from conversation.quoted import unread
from conversation.turn import Turn
from flows import machines
from flows.events import AskedBack, WroteAlso
from flows.facts import Proof
from flows.grammar import late
from flows.grammar.person import Understood
from gateways.base import Inbound, Unreadable
from india.phone import masked
from logs import described, request_id
from outbox import probing
from outbox.wake import wake
from postal import floods
from postal.acts import reports
from postal.people import roles
from postal.people.hashing import TooManyHashes
from postal.people.roles import PhoneRoles
from runtime import Runtime
from store import inbound as texts
from store import text_parts, waiting_texts
from store.conversations import ConversationPlace
from store.database import NOT_IN_TIME, Conn
from store.inbound import InboundRow
from store.text_parts import HeldPart, PartsOf
from store.together import Awaited, Rescue

_AT_ONCE: Final = 200
_HELD_UP: Final = (*NOT_IN_TIME, TooManyHashes)
_MOST_READ: Final = 1_000  # letters of one text: a person writes no more
_PUT_OFF: Final = timedelta(minutes=1)  # held texts that could not be read
_WAITS_TOO: Final = timedelta(seconds=1)

log = structlog.get_logger(__name__)


def receive(runtime: Runtime, inbound: Inbound) -> None:
    """Keep a text, decide on it and apply the decision, all or nothing.

    A repeat of the same carrier id changes nothing. Where others hold the rows of its turn, the
    text is kept and the clock takes its turn (`conversation/waiting.py`): the carrier need not
    repeat it, and no thread waits. Raises only what the database raises; the carrier then repeats
    the text, or is asked for it later (`conversation/listed.py`, docs/gateways.md).
    """
    now, inbound = runtime.now(), _set_right(runtime, inbound)

    def turn(conn: Conn) -> bool:
        return _receive(runtime, conn, inbound, now)

    def wait(conn: Conn, held_up: Exception) -> bool:
        log.warning("text_waits", gateway=inbound.gateway, **described(held_up))
        return let_wait(runtime, conn, inbound, now)

    try:
        # It begins to wait before the next text of its telephone may begin.
        new = runtime.database.run_together_or_else(turn, Rescue(_HELD_UP, wait))
    except _HELD_UP as held_up:  # the text before is just being read, or a call rings
        new = runtime.database.run(lambda conn, why=held_up: wait(conn, why))  # type: ignore[misc]
    log.info(
        "text_in",
        request_id=request_id(),
        gateway=inbound.gateway,
        phone=masked(inbound.phone),
        new=new,
    )
    if new:
        wake(runtime.redis)


def _set_right(runtime: Runtime, inbound: Inbound) -> Inbound:
    """Return a text with the time that its carrier means, where its clock is known to be off."""
    off = runtime.settings.stamps.get(inbound.gateway)
    if off is None or inbound.carrier_at is None:
        return inbound
    return replace(inbound, carrier_at=inbound.carrier_at + off)


def receive_unreadable(runtime: Runtime, unreadable: Unreadable) -> None:
    """Keep for the help desk what a carrier delivered and cannot be read. No answer is sent."""
    now, phone = runtime.now(), unreadable.phone

    def keep(conn: Conn) -> None:
        if phone and floods.over(conn, phone, runtime.settings.inbound_hourly_limit, now):
            floods.count(conn, phone, now)
            return
        reports.open_unparsed(conn, phone, now)
        text = InboundRow(
            now,
            unreadable.gateway,
            unreadable.carrier_id,
            phone,
            unreadable.channel,
            unread(conn, phone, texts.storable(unreadable.text), now),
            unreadable=texts.storable(unreadable.reason),
        )
        texts.keep(conn, text)

    runtime.database.run(keep)


def _receive(runtime: Runtime, conn: Conn, inbound: Inbound, now: datetime) -> bool:
    """Take in a text, or let it wait after those of its telephone that do; return as `take_in`."""
    if inbound.channel != "text":
        return take_in(runtime, conn, inbound, now)
    next_ = roles.identify_next(conn, inbound.phone)
    if next_.earlier_waits:
        return let_wait(runtime, conn, inbound, now)
    return _take_in(runtime, conn, next_.sender, inbound, now)


def take_in(runtime: Runtime, conn: Conn, inbound: Inbound, now: datetime) -> bool:
    """Take in a text whose turn it is; return whether it is new, and something is to be sent."""
    sender = roles.identify(conn, inbound.phone)
    if inbound.channel == "voice":
        # A missed call answers a recipient's question: on a postman's list it would be an item.
        sender = replace(sender, roles=("recipient",), postman_id=None)
    return _take_in(runtime, conn, sender, inbound, now)


def _take_in(
    runtime: Runtime, conn: Conn, sender: PhoneRoles, inbound: Inbound, now: datetime
) -> bool:
    if (
        inbound.part is not None
        and inbound.part.total > 1
        and not probing.is_probe(runtime, inbound)
        and flooding.is_flood(runtime, conn, inbound, now)
    ):
        return flooding.put_aside(runtime, conn, sender, inbound, now)
    gathered = parts.gather(runtime, conn, inbound, now)
    if gathered.held:
        return False
    return _read(runtime, conn, sender, gathered.inbound, now)


def _read(
    runtime: Runtime,
    conn: Conn,
    sender: PhoneRoles,
    inbound: Inbound,
    now: datetime,
    kept_as: int | None = None,
) -> bool:
    """Read a whole text; return whether it is new. `kept_as`: its row, if it was held before."""
    if probing.is_probe(runtime, inbound):
        return probing.answer(runtime, conn, inbound, now, kept_as)
    said = texts.storable(inbound.text)
    machine, understood = meaning.opted(sender, inbound) or meaning.understand(
        runtime, conn, sender, inbound.phone, said[:_MOST_READ]
    )
    if (
        kept_as is None
        and not flooding.is_exact(inbound, understood.event)
        and flooding.is_flood(runtime, conn, inbound, now)
    ):
        return flooding.put_aside(runtime, conn, sender, inbound, now)
    proof: Proof = "text"
    if inbound.channel == "voice":
        proof, understood = "call", replace(understood, event=meaning.by_call(understood.event))
    text = InboundRow(
        now,
        inbound.gateway,
        inbound.carrier_id,
        inbound.phone,
        inbound.channel,
        meaning.kept_of(conn, inbound.phone, machine, said, understood, now),
        inbound.carrier_at,
    )
    place = ConversationPlace(inbound.phone, machine)
    written_at = late.written_at(inbound.carrier_at, now)
    turn = Turn(runtime, conn, now, sender.postman_id, understood.codes, written_at, proof)
    turn.written_on = late.written_on(inbound.carrier_at, now)
    former = None
    if inbound.channel == "text":
        former = repeats.ask_former(conn, inbound.phone, now, kept_as)
    kept = Awaited(lambda: kept_as) if kept_as is not None else texts.ask_keep(conn, text)
    turn.ask(place, understood.event)
    message_id = turn.message_id = kept.answer()
    if message_id is None:
        return False
    if former is not None:

        def again(name: str) -> Understood:
            if name == machine and inbound.opting is None and len(said) <= _MOST_READ:
                return understood
            return machines.understand(name, said, runtime.settings.code_length)

        repeat = repeats.repeat_of(conn, former.answer(), message_id, inbound.phone, again)
        if repeat is not None:
            codes = repeat.understood.codes
            turn = Turn(runtime, conn, now, sender.postman_id, codes, proof=proof)
            turn.begin(repeat.place, repeat.understood.event)
            turn.repeat(repeat.place, repeat.understood.event, repeat.answers)
            return True
    if inbound.channel == "voice" and texts.rings_on(conn, message_id, text):
        return False
    if loops.rests(conn, message_id, text, understood.event, machine):
        return True
    ticket = None
    if inbound.channel == "text":
        ticket = about_ticket(conn, sender, place, said, understood.event, now)
    turn.begin(place, understood.event, *(() if ticket is None else (ticket.place,)))
    if ticket is None or not ticket.alone:
        turn.take(place, understood.event)
    if ticket is not None:
        turn.take(ticket.place, WroteAlso() if turn.drafts else ticket.event)
    turn.finish(message_id)
    return True


def _ask_again(turn: Turn, last: HeldPart) -> None:
    """Answer a postman whose text lacks its end: he waits at a door. Nothing is done."""
    place, event = ConversationPlace(last.phone, "postman"), AskedBack("cut")
    turn.begin(place, event)
    turn.take(place, event)
    turn.finish(last.message_id)


def read_held(runtime: Runtime) -> int:
    """Read texts of which nothing more is awaited, or leave them to people; return how many."""
    now = runtime.now()
    due = runtime.database.run(lambda conn: text_parts.due(conn, now, _AT_ONCE))

    def finish(conn: Conn, of: PartsOf) -> int:
        return _finish(runtime, conn, of, now)

    def put_off(conn: Conn, of: PartsOf) -> None:
        text_parts.put_off(conn, of, now + _PUT_OFF)

    done = runtime.database.run_each(due, finish, put_off)
    if done:
        wake(runtime.redis)
    return done


def _finish(runtime: Runtime, conn: Conn, of: PartsOf, now: datetime) -> int:
    texts.one_by_one(conn, of.phone)
    if waiting_texts.any_of(conn, of.phone):  # it may be the rest
        text_parts.put_off(conn, of, now + _WAITS_TOO)
        return 0
    there = text_parts.held(conn, runtime.keys, of)
    if not there or there[0].waits(now):  # meanwhile the rest came
        return 0
    sender = roles.identify(conn, of.phone)
    # A postman's text that ends within a number would be another item's.
    whole = of.ref is None and "postman" not in sender.roles
    if not whole or any(each.text is None for each in there):
        parts.give_up(conn, there, now)
        if "postman" in sender.roles:
            _ask_again(Turn(runtime, conn, now, sender.postman_id, proof="text"), there[-1])
        return 1
    last = there[-1].message_id
    text = parts.alone(conn, there)
    texts.mark(conn, last, None)
    _read(runtime, conn, sender, text, now, last)
    return 1
