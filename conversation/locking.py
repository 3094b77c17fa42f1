"""The locks of a turn: its articles, the people of no article, and every conversation it may move.

The articles are locked first, in the order of their ids, then the conversations, in the order of
their telephones, and those of offices last: two turns never deadlock. An office's is locked only
when it is told something: else all postmen of an office would wait for each other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Final

from flows import machines
from flows.acts.exception import AskForException
from flows.acts.moves import AskMove, Relink
from flows.acts.nominee import Nominate
from flows.decision import Act, Context, LastVisit, Role
from flows.events import (
    AnswerException,
    AskException,
    AskVisit,
    CorrectNumber,
    Deny,
    Event,
    Handover,
    NotUnderstood,
    Pass,
    ProveSender,
    Recall,
    ReportFraud,
    SomebodyElse,
    StopRecall,
    TakeOver,
    TimedOut,
    TurnDown,
    Undo,
    Visit,
    WhetherHelped,
)
from flows.facts import Proof
from flows.grammar.postman_passing import COLLEAGUE
from flows.happenings import DestinationMoved, Happening, NumberCorrected, SenderProved
from india.calendar import day_of
from postal import article_rows, exceptions, facts, offers
from postal.acts import beats, handsets
from postal.acts.all import Books, Held
from postal.article_rows import Items
from postal.people import offices
from postal.people import roles as people
from postal.people.roles import Manners
from runtime import Runtime
from store import conversations
from store.conversations import Beginning, Conversation, ConversationPlace
from store.database import Conn
from store.together import Awaited

_BEGINNINGS = {
    name: Beginning(machine.initial, machine.context) for name, machine in machines.ALL.items()
}

# The article's own conversations.
OF_ARTICLE: Final = frozenset(("article", "move", "recall", "exception"))
_NIGHTS: Final = 2  # that a handover without network may wait on a slip
# Roles that no article leads to.
_BESIDE: frozenset[Role] = frozenset(("colleague", "giver", "old_phone"))
# Those, and whose conversation is locked when it is told something.
_LATER = _BESIDE | {"office", "asked", "above"}


def _newcomers(event: Event) -> list[ConversationPlace]:
    """Return the conversations with telephones that an event brings in."""
    named = SomebodyElse | CorrectNumber | DestinationMoved | NumberCorrected | AskException
    phone = event.phone if isinstance(event, named) else None
    return [ConversationPlace(phone, "recipient")] if phone else []


@dataclass
class Locked:
    """The locks of one transaction, in which one event and its consequences are decided."""

    runtime: Runtime
    conn: Conn
    now: datetime
    postman_id: int | None = None
    # What was typed or said and is in no event: codes, a PIN, the end of a document's number.
    codes: Mapping[str, str] = field(default_factory=dict, repr=False)
    written_at: datetime | None = None  # the text that came, by its carrier
    proof: Proof | None = None  # of whoever brought the event
    dialled: bool = False  # it came by dial
    written_on: date | None = None  # an earlier day on which the text was written
    message_id: int | None = None  # the text that came, as it is kept
    held: dict[str, Held] = field(default_factory=dict)
    beside: dict[Role, ConversationPlace] = field(default_factory=dict)  # people of no article
    colleague: beats.Colleague | None = None  # who is to take items over
    offer: offers.OpenOffer | None = None  # that he answers
    named: handsets.Named | None = None
    standing: dict[ConversationPlace, Conversation] = field(default_factory=dict)
    lost: list[int] = field(default_factory=list)  # ids: had their code here until lately
    recalls: list[int] = field(default_factory=list)  # ids: sent by this telephone, called back
    # Of everybody in these conversations.
    manners: Awaited[dict[str, Manners]] = field(default_factory=lambda: Awaited(dict))
    _asked: Awaited[dict[str, Held]] | None = None

    def __post_init__(self) -> None:
        settings = self.runtime.settings
        self.today = day_of(self.now)
        self.reader = facts.Reader(
            self.conn,
            self.now,
            self.today,
            self.runtime.keys,
            settings.code_length,
            self.written_at,
        )

    def ask(self, place: ConversationPlace, event: Event) -> None:
        """Lock the articles that an event at `place` can concern; `begin` awaits the answer."""
        self._look_beside(place, event)
        self._asked = self._lock_articles(place, event)

    def begin(self, place: ConversationPlace, event: Event, *more: ConversationPlace) -> None:
        """Lock what an event at `place` can concern, and the conversations at `more`."""
        if self._asked is None:
            self.ask(place, event)
        assert self._asked is not None
        roles = machines.tells(place.machine, type(event))
        self.held = self._asked.answer()
        self._lock_conversations(roles, place, *more, *_newcomers(event))
        if place.machine == "recipient" and isinstance(event, ReportFraud | Deny):
            # What left this telephone while the turn waited for the locks is lost, and not its own.
            lost = facts.articles_lost(self.conn, place.whose, self.now)
            self.lost = [held.id for held in self.held.values() if held.id in lost]

    def hold(self, numbers: list[str], roles: Sequence[Role], *more: ConversationPlace) -> None:
        """Lock the articles, then the conversations of their `roles` and those at `more`."""
        self.held = self.reader.hold_numbers(numbers).answer()
        self._lock_conversations(roles, *more)

    def _ask_manners(self, places: Iterable[ConversationPlace]) -> Awaited[dict[str, Manners]]:
        return people.ask_manners(self.conn, {place.whose for place in places})

    def _lock_conversations(self, roles: Sequence[Role], *more: ConversationPlace) -> None:
        places = [
            self.place_of(role, held)
            for held in self.held.values()
            for role in roles
            if role not in _LATER
        ]
        concerned = [*more, *self.beside.values(), *(each for each in places if each is not None)]
        self.manners = self._ask_manners(concerned)
        self.standing = conversations.lock(self.conn, concerned, _BEGINNINGS, self.now)
        default = self.runtime.settings.default_language
        self.books = Books(
            self.conn,
            self.held,
            self.now,
            self.today,
            default,
            self.codes,
            self.proof,
            self.message_id,
        )

    def _lock_articles(self, place: ConversationPlace, event: Event) -> Awaited[dict[str, Held]]:
        if place.machine == "recipient" and isinstance(event, ReportFraud | Deny):
            mine = article_rows.of_recipient(self.conn, place.whose, self.now)
            lost = facts.articles_lost(self.conn, place.whose, self.now)
            if isinstance(event, ReportFraud):
                self.recalls = facts.articles_recalled(self.conn, place.whose)
            return self.reader.hold_ids([*dict.fromkeys((*mine, *lost, *self.recalls))])
        if place.machine == "recipient" or isinstance(event, WhetherHelped):
            return self.reader.hold_of_recipient(place.whose)
        if self.offer is not None:
            return self.reader.hold_items(Items(self.offer.giver_id, tuple(self.offer.items)))
        if place.machine == "postman" and self.postman_id is not None:
            refs = self.refs(event, self._context(place, event))
            return self.reader.hold_items(self.items(self.postman_id, event, refs))
        return self.reader.hold_ids(self._named(place, event))

    def join(self, place: ConversationPlace) -> None:
        """Lock one more conversation, after all others: that of an office which is told."""
        self.standing |= conversations.lock(self.conn, [place], _BEGINNINGS, self.now)
        known, new = self.manners, self._ask_manners([place])
        self.manners = Awaited(lambda: known.answer() | new.answer())

    def _named(self, place: ConversationPlace, event: Event) -> list[int]:
        if place.machine in OF_ARTICLE:
            return facts.articles_numbered(self.conn, [place.whose])
        if isinstance(event, Recall | CorrectNumber | ProveSender | AskVisit | SenderProved):
            return facts.articles_numbered(self.conn, [event.article])
        if isinstance(event, StopRecall):
            return facts.articles_recalled(self.conn, place.whose)
        if isinstance(event, AnswerException) or (
            place.machine == "office" and isinstance(event, NotUnderstood)
        ):
            return exceptions.asked_of(self.conn, place.whose)
        return []

    def _context(self, place: ConversationPlace, event: Event) -> Context | None:
        """Return what a conversation remembers of its articles; None where no event asks."""
        if not isinstance(event, Undo | TimedOut):
            return None
        standing = conversations.peek(self.conn, place)
        return standing.context if standing else None

    def place_of(self, role: Role, held: Held) -> ConversationPlace | None:
        """Return the conversation of an article's `role`; None without its telephone."""
        if role in OF_ARTICLE:
            return ConversationPlace(held.number, role)
        phone = {
            "recipient": held.recipient_phone,
            "holder": held.holder_phone,
            "nominee": held.nominee_phone,
            "sender": held.sender_phone,
            "postman": held.postman_phone,
            "office": held.office_phone,
            "asked": held.asked_phone,
            "above": held.above_phone,
            "named": held.named_phone,
            "former": held.former_phone,
        }[role]
        return ConversationPlace(phone, machines.of_role(role).name) if phone is not None else None

    def meet(self, act: Act) -> None:
        """Send later news of an article to the new telephone that an act names for it."""
        if isinstance(act, Nominate):
            held = self.held[act.article]
            before = held.nominee_phone if held.nominee_phone != act.phone else None
            self.held[act.article] = replace(held, nominee_phone=act.phone, former_phone=before)
        elif isinstance(act, AskForException):
            held = self.held[act.article]
            assert held.postman_id is not None
            asked, above = offices.asked_by_text(self.conn, held.postman_id)
            named = act.phone or held.named_phone
            self.held[act.article] = replace(
                held, named_phone=named, asked_phone=asked, above_phone=above
            )
        elif isinstance(act, AskMove):
            held = self.held[act.article]
            self.held[act.article] = replace(held, named_phone=act.phone)
        elif isinstance(act, Relink):
            held = self.held[act.article]
            former = held.recipient_phone or held.former_phone
            self.held[act.article] = replace(held, recipient_phone=act.phone, former_phone=former)

    def _look_beside(self, place: ConversationPlace, event: Event) -> None:
        """Find the people whom no article leads to: their rows and conversations are locked."""
        if place.machine == "new_phone":
            self.named = handsets.named(self.conn, place.whose)
            if self.named is not None and self.named.old_phone is not None:
                self.beside["old_phone"] = ConversationPlace(self.named.old_phone, "postman")
        if isinstance(event, Pass) and self.postman_id is not None and COLLEAGUE in self.codes:
            typed = self.codes[COLLEAGUE]
            self.colleague = beats.lock_colleague(self.conn, self.postman_id, typed)
            if self.colleague is not None:
                self.beside["colleague"] = ConversationPlace(self.colleague.phone, "postman")
                self.beside["giver"] = ConversationPlace(place.whose, "offer")
        if isinstance(event, TakeOver | TurnDown) and self.postman_id is not None:
            self.colleague = offers.taker(self.conn, self.postman_id)
            self.offer = offers.to_postman(self.conn, self.postman_id, self.today, event.offer)
            if self.offer is not None and self.offer.giver_phone is not None:
                self.beside["giver"] = ConversationPlace(self.offer.giver_phone, "offer")

    def items(self, postman_id: int, event: Event, refs: Sequence[str]) -> Items:
        """Return the items on the list of the day that the text is about.

        One that was written on an earlier day is about that day's; without a network a whole number
        may be of a list of the last two.
        """
        if not isinstance(event, Visit | AskException | Pass):
            return Items(postman_id, tuple(refs))
        acts = event.acts if isinstance(event, Visit) else ()
        slept = any(isinstance(act, Handover) and act.proof == "offline" for act in acts)
        nights = _NIGHTS if slept and self.written_on is None else 0
        return Items(postman_id, tuple(refs), self.written_on, nights)

    def refs(self, event: Event, context: Context | None) -> list[str]:
        """Return the items that an event in a postman's conversation is about."""
        if isinstance(event, Visit):
            return [act.item for act in event.acts]
        if isinstance(event, AskException):
            return [event.item]
        if isinstance(event, Pass):
            return list(event.items)
        if isinstance(event, Happening):
            return [event.article]
        if isinstance(event, Undo) and isinstance(context, LastVisit):
            named = self._still_held(done.article for done in context.done)
            return [number for number in named if self._carries(number)]
        if isinstance(event, TimedOut) and isinstance(context, LastVisit):
            return self._still_held(context.visiting)
        return []

    def was_before(self, at: datetime) -> bool:
        """Tell whether the text that came was written before `at`, by its carrier."""
        if self.written_on is not None and self.written_on < day_of(at):
            return True
        return self.written_at is not None and self.written_at < at

    def _still_held(self, numbers: Iterable[str]) -> list[str]:
        """Return what the context names; once locked, only what was locked.

        Another text may have come between reading and locking.
        """
        return [number for number in numbers if not self.standing or number in self.held]

    def _carries(self, number: str) -> bool:
        """Tell whether it is still his: what a colleague carries by now is the colleague's."""
        return not self.held or self.held[number].postman_id == self.postman_id
