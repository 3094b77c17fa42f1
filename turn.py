"""One turn: an event and everything that follows from it, in one transaction.

A turn locks its articles first, in the order of their ids, then every conversation that it may
move, in the order of their telephones: two turns never wait for each other in a ring. Then it
decides, does, and passes news on to other conversations, and at its end writes the sprints and
what is to be sent.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

from redis import RedisError

from flows import machines
from flows.beats import spoken
from flows.decision import Act, Nominate, Relink, Role, Say, Tell
from flows.events import (
    AskLeft,
    AskPerson,
    AskStatus,
    CorrectNumber,
    DayEnded,
    Event,
    GivePin,
    ListMade,
    Pass,
    PhoneMoved,
    Recall,
    SendCode,
    SomebodyElse,
    TimedOut,
    Undo,
    Visit,
    Yes,
)
from flows.facts import ClockFacts, NewPhoneFacts, PartyFacts, PostmanFacts, RecipientFacts
from flows.happenings import (
    CameToOffice,
    Happening,
    ItemsCame,
)
from flows.machine import Standing, deadline, decide, entered, settle
from flows.postman_grammar import COLLEAGUE, PIN
from messages.catalogue import catalogue
from outbox.enqueue import Draft, enqueue_many
from postal import beats, facts, handsets, lists, pins, who
from postal.acts import Books, Held, hold
from postal.calendar import INDIA, day_of
from postal.reports import next_ticket
from runtime import Runtime
from settings import Language
from store import conversations
from store.conversations import Beginning, Conversation, Place, Sprint
from store.database import Conn
from store.gcra import Gcra
from store.phone import fingerprint

# Whoever said STOP still gets codes, and answers to what he asks: law and contract require them.
_IN_SPITE_OF_STOP = ("code", "reply")
CODES_AN_HOUR = 5  # code messages that a telephone may ask for; fails closed without Valkey
_BEGINNINGS = {
    name: Beginning(machine.initial, machine.context) for name, machine in machines.ALL.items()
}


def _newcomers(event: Event) -> list[Place]:
    """The conversations with telephones that an event brings in."""
    phone = event.phone if isinstance(event, SomebodyElse | CorrectNumber) else None
    return [Place(phone, "recipient")] if phone else []


# Roles that no article leads to.
_BESIDE: frozenset[Role] = frozenset(("colleague", "old_phone"))


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
class Turn:
    """One event and everything that follows from it, in one transaction."""

    runtime: Runtime
    conn: Conn
    now: datetime
    postman_id: int | None = None
    codes: Mapping[str, str] = field(default_factory=dict, repr=False)
    written_at: datetime | None = None  # the text that came, by its carrier
    held: dict[str, Held] = field(default_factory=dict)
    beside: dict[Role, Place] = field(default_factory=dict)  # people of no article
    colleague: beats.Colleague | None = None
    named: handsets.Named | None = None
    standing: dict[Place, Conversation] = field(default_factory=dict)
    sprints: list[Sprint] = field(default_factory=list)
    drafts: list[_Unsent] = field(default_factory=list)

    def __post_init__(self) -> None:
        settings = self.runtime.settings
        self.today = day_of(self.now)
        self.reader = facts.Reader(
            self.conn,
            self.now,
            self.today,
            settings.dakiya_master_key.get_secret_value().encode(),
            settings.code_length,
            self.written_at,
        )

    def begin(self, place: Place, event: Event) -> None:
        """Locks what an event at `place` can concern."""
        self._look_beside(place, event)
        roles = machines.tells(place.machine, type(event))
        ids = self._articles(place, event)
        self.hold(ids, roles, place, *_newcomers(event))

    def hold(self, ids: list[int], roles: Sequence[Role], *more: Place) -> None:
        self.held = hold(self.conn, ids)
        places = [
            self._place(role, held)
            for held in self.held.values()
            for role in roles
            if role not in _BESIDE
        ]
        self.standing = conversations.lock(
            self.conn,
            [*more, *self.beside.values(), *(place for place in places if place is not None)],
            _BEGINNINGS,
            self.now,
        )
        default = self.runtime.settings.default_language
        self.books = Books(self.conn, self.held, self.now, self.today, default)

    def _articles(self, place: Place, event: Event) -> list[int]:
        if place.machine == "recipient":
            return facts.articles_of_recipient(self.conn, place.whose, self.now)
        if place.machine == "article":
            return facts.articles_numbered(self.conn, [place.whose])
        if isinstance(event, Recall | CorrectNumber):
            return facts.articles_numbered(self.conn, [event.article])
        if place.machine == "postman" and self.postman_id is not None:
            standing = conversations.peek(self.conn, place)
            refs = self._refs(event, standing.context if standing else None)
            return facts.articles_of_items(self.conn, self.postman_id, self.today, refs)
        return []

    def take(self, place: Place, event: Event) -> None:
        """Decides `event` at `place`, does its acts, and passes its news on."""
        conversation = self.standing[place]
        machine = machines.ALL[place.machine]
        known = self._facts(conversation, event)
        decision = decide(machine, conversation.standing, event, known)
        since = entered(machine, conversation.standing, decision, self.now)
        due_at = deadline(machine, decision, since)
        sprint = len(self.sprints)
        self.sprints.append(Sprint(conversation, event, known, decision, since, due_at))
        self.standing[place] = replace(
            conversation, standing=Standing(decision.state, decision.context, since)
        )
        self.books.do(decision.acts, place.whose)
        for act in decision.acts:
            self._meet(act)
        for say in decision.says:
            code = self._code(say.code_of) if say.code_of else None
            self.drafts.append(_Unsent(sprint, place, say, code))
        for tell in decision.tells:
            self.tell(tell)

    def tell(self, tell: Tell) -> None:
        """Passes a happening to the person of its article; nobody there: nobody is told."""
        place = self.beside.get(tell.to)
        if place is None and isinstance(tell.event, Happening):
            place = self._place(tell.to, self.held[tell.event.article])
        if place is not None:
            self.take(place, tell.event)

    def finish(self, message_id: int | None) -> None:
        """Writes the sprints and puts the messages into the outbox."""
        ids = conversations.record(self.conn, self.sprints, message_id, self.now)
        if not self.drafts:
            return
        manners = who.manners(self.conn, {unsent.place.whose for unsent in self.drafts})
        unknown = who.Manners(self.runtime.settings.default_language, opted_out=False)
        drafts = []
        for unsent in self.drafts:
            manner = manners.get(unsent.place.whose, unknown)
            draft = self._draft(unsent, ids[unsent.sprint], manner.language)
            if not manner.opted_out or draft.lane in _IN_SPITE_OF_STOP:
                drafts.append(draft)
        enqueue_many(self.conn, drafts)

    # -- where, what, which -------------------------------------------------------------------

    def _place(self, role: Role, held: Held) -> Place | None:
        if role == "article":
            return Place(held.number, role)
        phone = {
            "recipient": held.recipient_phone,
            "holder": held.holder_phone,
            "nominee": held.nominee_phone,
            "sender": held.sender_phone,
            "postman": held.postman_phone,
            "office": held.office_phone,
        }[role]
        return Place(phone, machines.of_role(role).name) if phone is not None else None

    def _meet(self, act: Act) -> None:
        """An act that names a new telephone for an article: later news goes there."""
        if isinstance(act, Nominate):
            held = self.held[act.article]
            self.held[act.article] = replace(held, nominee_phone=act.phone)
        elif isinstance(act, Relink):
            held = self.held[act.article]
            self.held[act.article] = replace(held, recipient_phone=act.phone)

    def _look_beside(self, place: Place, event: Event) -> None:
        """Finds the people whom no article leads to: their rows and conversations are locked."""
        if place.machine == "new_phone":
            self.named = handsets.named(self.conn, place.whose)
            if self.named is not None and self.named.old_phone is not None:
                self.beside["old_phone"] = Place(self.named.old_phone, "postman")
        if isinstance(event, Pass) and self.postman_id is not None and COLLEAGUE in self.codes:
            typed = self.codes[COLLEAGUE]
            self.colleague = beats.lock_colleague(self.conn, self.postman_id, typed)
            if self.colleague is not None:
                self.beside["colleague"] = Place(self.colleague.phone, "postman")

    def _refs(self, event: Event, context: Any) -> list[str]:
        """The items that an event in a postman's conversation is about."""
        if isinstance(event, Visit):
            return [act.item for act in event.acts]
        if isinstance(event, Pass):
            return list(event.items)
        if isinstance(event, Happening):
            return [event.article]
        if isinstance(event, Undo) and context is not None:
            named = self._still_held(done.article for done in context.done)
            return [number for number in named if self._carries(number)]
        if isinstance(event, TimedOut) and context is not None:
            return self._still_held(context.visiting)
        return []

    def _still_held(self, numbers: Iterable[str]) -> list[str]:
        """What the context names; once locked, only what was locked: another text may have come
        between the look and the lock."""
        return [number for number in numbers if not self.standing or number in self.held]

    def _carries(self, number: str) -> bool:
        """What a colleague carries by now is his, whatever stands on the list of before."""
        return not self.held or self.held[number].postman_id == self.postman_id

    def _facts(self, conversation: Conversation, event: Event) -> Any:
        place = conversation.place
        if place.machine == "recipient":
            return self._recipient_facts(place.whose, event)
        if place.machine == "postman":
            return self._postman_facts(conversation, event)
        if place.machine == "new_phone":
            return self._new_phone_facts(conversation, event)
        if place.machine == "article":
            return ClockFacts(self.now, self.today, self.reader.of_itself(place.whose))
        article = None
        if isinstance(event, AskStatus | Recall | CorrectNumber | CameToOffice):
            article = self.reader.of_party(event.article, place.whose)
            if isinstance(event, Recall | CorrectNumber) and article is not None:
                # Whoever acts on an article must have sent it; an office may only ask.
                sent = self.held[event.article].sender_phone == place.whose
                article = article if sent else None
        return PartyFacts(self.now, article, self.today, self._ticket(event, place.whose))

    def _ticket(self, event: Event, phone: str) -> int:
        return next_ticket(self.conn, phone) if isinstance(event, AskPerson) else 0

    def _new_phone_facts(self, conversation: Conversation, event: Event) -> NewPhoneFacts:
        named = self.named
        if named is None:
            return NewPhoneFacts(self.now, "")
        staff = spoken(named.staff_id)
        old = named.old_phone is not None
        asked = settle(machines.ALL["new_phone"], conversation.standing, self.now).state == "asked"
        if not isinstance(event, GivePin) or not asked:
            return NewPhoneFacts(self.now, staff, old_phone=old)
        checked = pins.check(self.conn, named.id, self.codes[PIN], self.now)
        return NewPhoneFacts(self.now, staff, checked.verdict, checked.left, old)

    def _recipient_facts(self, phone: str, event: Event) -> RecipientFacts:
        settings = self.runtime.settings
        day_end = datetime.combine(
            self.today, time.fromisoformat(settings.delivery_day_end), INDIA
        ).astimezone(UTC)
        named = event.article if isinstance(event, Happening) else None
        return RecipientFacts(
            now=self.now,
            articles=self.reader.of_recipient(
                phone, named, [held.id for held in self.held.values()]
            ),
            named_is_staff=isinstance(event, SomebodyElse)
            and bool(event.phone)
            and who.is_staff(self.conn, str(event.phone)),
            release=settings.code_release,
            code_ttl=settings.code_ttl,
            day_end=day_end,
            may_send_code=not isinstance(event, Yes | SendCode) or self._may_send_code(phone),
            today=self.today,
            ticket=self._ticket(event, phone),
        )

    def _may_send_code(self, phone: str) -> bool:
        try:
            wait = Gcra(self.runtime.redis).take(
                f"dakiya:codes:{fingerprint(phone)}", CODES_AN_HOUR / 3600, CODES_AN_HOUR
            )
        except RedisError:
            return False
        return wait == 0

    def _postman_facts(self, conversation: Conversation, event: Event) -> PostmanFacts:
        postman_id = self.postman_id
        if isinstance(event, PhoneMoved):
            return PostmanFacts(self.now, (), has_list=False, left=0, next_serial=None)
        if isinstance(event, ItemsCame) and self.colleague is not None:
            postman_id = self.colleague.id
        elif isinstance(event, Happening) or postman_id is None:
            postman_id = self._carrier(event)
        refs = self._refs(event, conversation.standing.context)
        items = self.reader.of_items(postman_id, refs, self.codes)
        has_list, left, next_serial = True, 0, None
        if isinstance(event, AskLeft) or any(item.state == "elsewhere" for item in items):
            has_list, left, next_serial = self.reader.left(postman_id)
        colleague = self._taker(len(items))
        day = self.reader.day(postman_id) if isinstance(event, ListMade | DayEnded) else None
        return PostmanFacts(
            self.now, items, has_list, left, next_serial, self.written_at, colleague, day
        )

    def _taker(self, count: int) -> str | None:
        """The colleague named, where he can take them all: there is room, no code is his own."""
        colleague = self.colleague
        if colleague is None or any(
            colleague.phone in (held.recipient_phone, held.nominee_phone)
            for held in self.held.values()
        ):
            return None
        full = beats.last_serial(self.conn, colleague, self.today) + count > lists.MOST_ITEMS
        return None if full else colleague.staff_id

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
            phone=unsent.place.whose,
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
