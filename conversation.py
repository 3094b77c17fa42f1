"""The runner: one event comes in, one transaction applies what a pure function decides.

Texts, happenings (booked, out for delivery) and time limits enter at the same door. A turn locks
its articles first, in the order of their ids, then every conversation that it may move, in the
order of their telephones: two turns never wait for each other in a ring. Nothing is sent here; the
outbox is woken after the commit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from redis import RedisError

from flows import machines
from flows.decision import Role, Say, Tell
from flows.events import (
    AskLeft,
    AskStatus,
    Booked,
    Event,
    Happening,
    NotUnderstood,
    SendCode,
    TimedOut,
    ToldCode,
    Undo,
    Visit,
)
from flows.facts import PartyFacts, PostmanFacts, RecipientFacts
from flows.grammar import Understood
from flows.machine import deadline, decide
from flows.text import mask_codes, mask_spelled_codes
from gateways.base import Inbound, Unreadable
from messages.catalogue import catalogue
from outbox.enqueue import Draft, enqueue_many
from outbox.wake import wake
from postal import facts, who
from postal.delivery import Books, Held, hold
from runtime import Runtime
from settings import Language
from store import conversations
from store.conversations import Beginning, Conversation, Place, Sprint
from store.database import Conn
from store.gcra import Gcra

INDIA = ZoneInfo("Asia/Kolkata")
CODES_AN_HOUR = 5  # code messages that a telephone may ask for; fails closed without Valkey
_LONGEST_BODY = 10_000
_TIMERS_AT_ONCE = 200
_BEGINNINGS = {
    name: Beginning(machine.initial, machine.context) for name, machine in machines.ALL.items()
}


# ---- the doors -----------------------------------------------------------------------------------


def receive(runtime: Runtime, inbound: Inbound) -> None:
    """Stores a text, decides on it and applies the decision, all or nothing.

    A repeat of the same carrier id changes nothing. Raises only what the database raises; the
    carrier then repeats the text.
    """
    now = runtime.now()
    if runtime.database.run(lambda conn: _receive(runtime, conn, inbound, now)):
        wake(runtime.redis)


def receive_unreadable(runtime: Runtime, unreadable: Unreadable) -> None:
    """Keeps what a carrier delivered and nobody can read, for the help desk. No answer goes out."""
    body = mask_spelled_codes(_storable(unreadable.text))
    with runtime.database.transaction() as conn:
        conn.execute(
            "INSERT INTO messages (direction, phone, gateway, carrier_id, at, body, status, error)"
            " VALUES ('in', %s, %s, %s, %s, %s, 'unreadable', %s) ON CONFLICT DO NOTHING",
            [
                unreadable.phone,
                unreadable.gateway,
                unreadable.carrier_id,
                runtime.now(),
                body,
                _storable(unreadable.reason),
            ],
        )


def announce(runtime: Runtime, conn: Conn, happenings: Sequence[Happening]) -> None:
    """Tells the people of each article what happened to it, within the caller's transaction.

    Wake the outbox after the commit.
    """
    turn = _Turn(runtime, conn, runtime.now())
    turn.hold(facts.articles_numbered(conn, [event.article for event in happenings]), _ANNOUNCED)
    for event in happenings:
        turn.tell(Tell("recipient", event))
        if isinstance(event, Booked):
            turn.tell(Tell("sender", event))
    turn.finish(message_id=None)


_ANNOUNCED: tuple[Role, ...] = ("recipient", "sender")


def fire_timers(runtime: Runtime) -> int:
    """Fires the time limits that are over, each in a transaction of its own. Gives how many."""
    now = runtime.now()
    due = runtime.database.run(lambda conn: conversations.due_timers(conn, now, _TIMERS_AT_ONCE))
    for timer in due:
        runtime.database.run(lambda conn, timer=timer: _fire(runtime, conn, timer, now))  # type: ignore[misc]
    if due:
        wake(runtime.redis)
    return len(due)


# ---- one text ------------------------------------------------------------------------------------


def _receive(runtime: Runtime, conn: Conn, inbound: Inbound, now: datetime) -> bool:
    """True where the text is new."""
    sender = who.identify(conn, inbound.phone)
    text = _storable(inbound.text)
    machine, understood = _understand(runtime, conn, sender, inbound.phone, text)
    message_id = _record(conn, inbound, _body(text, understood.event), now)
    if message_id is None:
        return False
    place = Place(inbound.phone, machine)
    turn = _Turn(runtime, conn, now, sender.postman_id, understood.codes)
    turn.begin(place, understood.event)
    turn.take(place, understood.event)
    turn.finish(message_id)
    return True


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
        "INSERT INTO messages (direction, phone, gateway, carrier_id, at, carrier_at, body, status)"
        " VALUES ('in', %s, %s, %s, %s, %s, %s, 'received')"
        " ON CONFLICT (gateway, carrier_id) WHERE direction = 'in' DO NOTHING RETURNING id",
        [inbound.phone, inbound.gateway, inbound.carrier_id, now, inbound.carrier_at, body],
    ).fetchone()
    return row[0] if row else None


def _storable(text: str) -> str:
    """`text` as PostgreSQL can keep it: no NUL, no lone surrogates, not endless."""
    clean = text.replace("\x00", "\ufffd").encode("utf-8", "replace").decode("utf-8")
    return clean[:_LONGEST_BODY]


def _body(text: str, event: Event) -> str:
    unclear = isinstance(event, NotUnderstood | ToldCode)
    return mask_spelled_codes(text) if unclear else mask_codes(text)


def _fire(runtime: Runtime, conn: Conn, timer: conversations.DueTimer, now: datetime) -> None:
    turn = _Turn(runtime, conn, now)
    if timer.place.machine == "postman":
        turn.postman_id = who.identify(conn, timer.place.phone).postman_id
    turn.begin(timer.place, TimedOut())
    # Under the lock: whoever moved on meanwhile is left alone.
    if turn.standing[timer.place].last_sprint_id != timer.sprint_id:
        return
    if turn.postman_id is None and timer.place.machine == "postman":
        conn.execute("DELETE FROM timers WHERE sprint_id = %s", [timer.sprint_id])
        return
    turn.take(timer.place, TimedOut())
    turn.finish(message_id=None)


# ---- one turn ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Code:
    """The present code of an article, by its row: the digits are filled in when it is sent."""

    id: int
    expires_at: datetime


@dataclass(frozen=True)
class _Unsent:
    """What the sprint at that index of the turn says to the person at `place`."""

    sprint: int
    place: Place
    say: Say
    code: _Code | None


@dataclass
class _Turn:
    """One event and everything that follows from it, in one transaction."""

    runtime: Runtime
    conn: Conn
    now: datetime
    postman_id: int | None = None
    codes: Mapping[str, str] = field(default_factory=dict, repr=False)
    held: dict[str, Held] = field(default_factory=dict)
    standing: dict[Place, Conversation] = field(default_factory=dict)
    sprints: list[Sprint] = field(default_factory=list)
    drafts: list[_Unsent] = field(default_factory=list)

    def __post_init__(self) -> None:
        settings = self.runtime.settings
        self.today = self.now.astimezone(INDIA).date()
        self.reader = facts.Reader(
            self.conn,
            self.now,
            self.today,
            settings.dakiya_master_key.get_secret_value().encode(),
            settings.code_length,
        )

    def begin(self, place: Place, event: Event) -> None:
        """Locks what an event at `place` can concern."""
        roles = machines.tells(place.machine, type(event))
        ids = self._articles(place, event)
        self.hold(ids, roles, place)

    def hold(self, ids: list[int], roles: Sequence[Role], *more: Place) -> None:
        self.held = hold(self.conn, ids)
        places = [self._place(role, held) for held in self.held.values() for role in roles]
        self.standing = conversations.lock(
            self.conn,
            [*more, *(place for place in places if place is not None)],
            _BEGINNINGS,
            self.now,
        )
        self.books = Books(self.conn, self.held, self.now, self.today)

    def _articles(self, place: Place, event: Event) -> list[int]:
        if place.machine == "recipient":
            return facts.articles_of_recipient(self.conn, place.phone, self.now)
        if place.machine == "postman" and self.postman_id is not None:
            refs = self._refs(event, conversations.peek(self.conn, place))
            return facts.articles_of_items(self.conn, self.postman_id, self.today, refs)
        return []

    def take(self, place: Place, event: Event) -> None:
        """Decides `event` at `place`, does its acts, and passes its news on."""
        conversation = self.standing[place]
        machine = machines.ALL[place.machine]
        known = self._facts(conversation, event)
        decision = decide(machine, conversation.standing, event, known)
        due_at = deadline(machine, decision.state, self.now)
        sprint = len(self.sprints)
        self.sprints.append(Sprint(conversation, event, known, decision, due_at))
        for act in decision.acts:
            self.books.do(act)
        for say in decision.says:
            code = self._code(say.code_of) if say.code_of else None
            self.drafts.append(_Unsent(sprint, place, say, code))
        for tell in decision.tells:
            self.tell(tell)

    def tell(self, tell: Tell) -> None:
        """Passes a happening to the person of its article; nobody there: nobody is told."""
        place = self._place(tell.to, self.held[tell.event.article])
        if place is not None:
            self.take(place, tell.event)

    def finish(self, message_id: int | None) -> None:
        """Writes the sprints and puts the messages into the outbox."""
        ids = conversations.record(self.conn, self.sprints, message_id, self.now)
        if not self.drafts:
            return
        languages = who.languages(self.conn, {unsent.place.phone for unsent in self.drafts})
        default = self.runtime.settings.default_language
        enqueue_many(
            self.conn,
            [
                self._draft(unsent, ids[unsent.sprint], languages.get(unsent.place.phone, default))
                for unsent in self.drafts
            ],
        )

    # -- where, what, which -------------------------------------------------------------------

    def _place(self, role: Role, held: Held) -> Place | None:
        phone = {
            "recipient": held.recipient_phone,
            "sender": held.sender_phone,
            "postman": held.postman_phone,
            "office": held.office_phone,
        }[role]
        return Place(phone, role) if phone is not None else None

    def _refs(self, event: Event, context: Any) -> list[str]:
        """The items that an event in a postman's conversation is about."""
        if isinstance(event, Visit):
            return [act.item for act in event.acts]
        if isinstance(event, Happening):
            return [event.article]
        if isinstance(event, Undo) and context is not None:
            return [done.article for done in context.done]
        if isinstance(event, TimedOut) and context is not None:
            return list(context.visiting)
        return []

    def _facts(self, conversation: Conversation, event: Event) -> Any:
        place = conversation.place
        if place.machine == "recipient":
            return self._recipient_facts(place.phone, event)
        if place.machine == "postman":
            return self._postman_facts(conversation, event)
        article = None
        if isinstance(event, AskStatus):
            article = self.reader.of_party(event.article, place.phone)
        return PartyFacts(self.now, article)

    def _recipient_facts(self, phone: str, event: Event) -> RecipientFacts:
        settings = self.runtime.settings
        day_end = datetime.combine(
            self.today, time.fromisoformat(settings.delivery_day_end), INDIA
        ).astimezone(UTC)
        named = event.article if isinstance(event, Happening) else None
        return RecipientFacts(
            now=self.now,
            articles=self.reader.of_recipient(phone, named),
            release=settings.code_release,
            code_ttl=settings.code_ttl,
            day_end=day_end,
            may_send_code=not isinstance(event, SendCode) or self._may_send_code(phone),
        )

    def _may_send_code(self, phone: str) -> bool:
        try:
            wait = Gcra(self.runtime.redis).take(
                f"codes:{phone}", CODES_AN_HOUR / 3600, CODES_AN_HOUR
            )
        except RedisError:
            return False
        return wait == 0

    def _postman_facts(self, conversation: Conversation, event: Event) -> PostmanFacts:
        postman_id = self.postman_id
        if postman_id is None:
            postman_id = self._carrier(event)
        refs = self._refs(event, conversation.standing.context)
        items = self.reader.of_items(postman_id, refs, self.codes)
        has_list, left, next_serial = True, 0, None
        if isinstance(event, AskLeft) or any(item.state == "elsewhere" for item in items):
            has_list, left, next_serial = self.reader.left(postman_id)
        return PostmanFacts(self.now, items, has_list, left, next_serial)

    def _carrier(self, event: Event) -> int:
        assert isinstance(event, Happening)
        carrier = self.held[event.article].postman_id
        assert carrier is not None
        return carrier

    def _code(self, number: str) -> _Code:
        """The present code of an article, counted as sent once more."""
        row = self.conn.execute(
            "UPDATE codes SET sends = sends + 1"
            " WHERE article_id = %s AND used_at IS NULL AND dead_at IS NULL"
            " RETURNING id, expires_at",
            [self.held[number].id],
        ).fetchone()
        assert row is not None
        return _Code(*row)

    def _draft(self, unsent: _Unsent, sprint_id: int, language: Language) -> Draft:
        say, code = unsent.say, unsent.code
        template = catalogue().template(say.template)
        not_after = self.now + timedelta(seconds=template.lifetime)
        return Draft(
            phone=unsent.place.phone,
            template=say.template,
            language=language,
            values=say.values,
            lane=template.lane,
            not_after=code.expires_at if code else not_after,
            at=self.now,
            sprint_id=sprint_id,
            article_id=self.held[say.article].id if say.article in self.held else None,
            code_id=code.id if code else None,
        )
