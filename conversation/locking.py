"""The locks of a turn: its articles, the people of no article, and every conversation it may move.

The articles are locked first, in the order of their ids, then the conversations, in the order of
their telephones: two turns never deadlock.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from flows import machines
from flows.acts.moves import AskMove, Relink
from flows.acts.nominee import Nominate
from flows.decision import Act, Context, LastVisit, Role
from flows.events import (
    CorrectNumber,
    Event,
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
from postal import article_rows, facts, offers
from postal.acts import beats, handsets
from postal.acts.all import Books, Held
from postal.article_rows import Items
from runtime import Runtime
from store import conversations
from store.conversations import Beginning, Conversation, ConversationPlace
from store.database import Conn

_BEGINNINGS = {
    name: Beginning(machine.initial, machine.context) for name, machine in machines.ALL.items()
}

# Roles that no article leads to.
_BESIDE: frozenset[Role] = frozenset(("colleague", "giver", "old_phone"))


def _newcomers(event: Event) -> list[ConversationPlace]:
    """Return the conversations with telephones that an event brings in."""
    named = SomebodyElse | CorrectNumber | DestinationMoved | NumberCorrected
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
    message_id: int | None = None  # the text that came, as it is kept
    held: dict[str, Held] = field(default_factory=dict)
    beside: dict[Role, ConversationPlace] = field(default_factory=dict)  # people of no article
    colleague: beats.Colleague | None = None  # who is to take items over
    offer: offers.OpenOffer | None = None  # that he answers
    named: handsets.Named | None = None
    standing: dict[ConversationPlace, Conversation] = field(default_factory=dict)
    lost: list[int] = field(default_factory=list)  # ids: had their code here until lately
    recalls: list[int] = field(default_factory=list)  # ids: sent by this telephone, called back

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

    def begin(self, place: ConversationPlace, event: Event, *more: ConversationPlace) -> None:
        """Lock what an event at `place` can concern, and the conversations at `more`."""
        self._look_beside(place, event)
        roles = machines.tells(place.machine, type(event))
        self.held = self._lock_articles(place, event)
        self._lock_conversations(roles, place, *more, *_newcomers(event))
        if place.machine == "recipient" and isinstance(event, ReportFraud):
            # What left this telephone while the turn waited for the locks is lost, and not its own.
            lost = facts.articles_lost(self.conn, place.whose, self.now)
            self.lost = [held.id for held in self.held.values() if held.id in lost]

    def hold(self, ids: list[int], roles: Sequence[Role], *more: ConversationPlace) -> None:
        """Lock the articles `ids`, then the conversations of their `roles` and those at `more`."""
        self.held = self._lock(ids)
        self._lock_conversations(roles, *more)

    def _lock(self, ids: Sequence[int]) -> dict[str, Held]:
        if ids:
            article_rows.lock(self.conn, ids)
        return self.reader.hold(ids)

    def _lock_items(self, postman_id: int, refs: Sequence[str]) -> dict[str, Held]:
        items = Items(postman_id, tuple(refs))
        if not refs or not article_rows.lock_items(self.conn, items, self.today):
            return {}
        return self.reader.hold_items(items)

    def _lock_conversations(self, roles: Sequence[Role], *more: ConversationPlace) -> None:
        places = [
            self.place_of(role, held)
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

    def _lock_articles(self, place: ConversationPlace, event: Event) -> dict[str, Held]:
        if place.machine == "recipient" and isinstance(event, ReportFraud):
            mine = article_rows.of_recipient(self.conn, place.whose, self.now)
            lost = facts.articles_lost(self.conn, place.whose, self.now)
            self.recalls = facts.articles_recalled(self.conn, place.whose)
            return self._lock([*dict.fromkeys((*mine, *lost, *self.recalls))])
        if place.machine == "recipient" or isinstance(event, WhetherHelped):
            return self.reader.hold(
                article_rows.lock_of_recipient(self.conn, place.whose, self.now)
            )
        if self.offer is not None:
            return self._lock_items(self.offer.giver_id, self.offer.items)
        if place.machine == "postman" and self.postman_id is not None:
            return self._lock_items(self.postman_id, self.refs(event, self._context(place, event)))
        return self._lock(self._named(place, event))

    def _named(self, place: ConversationPlace, event: Event) -> list[int]:
        if place.machine in ("article", "move", "recall"):
            return facts.articles_numbered(self.conn, [place.whose])
        if isinstance(event, Recall | CorrectNumber | ProveSender | SenderProved):
            return facts.articles_numbered(self.conn, [event.article])
        if isinstance(event, StopRecall):
            return facts.articles_recalled(self.conn, place.whose)
        return []

    def _context(self, place: ConversationPlace, event: Event) -> Context | None:
        """Return what a conversation remembers of its articles; None where no event asks."""
        if not isinstance(event, Undo | TimedOut):
            return None
        standing = conversations.peek(self.conn, place)
        return standing.context if standing else None

    def place_of(self, role: Role, held: Held) -> ConversationPlace | None:
        """Return the conversation of an article's `role`; None without its telephone."""
        if role in ("article", "move", "recall"):
            return ConversationPlace(held.number, role)
        phone = {
            "recipient": held.recipient_phone,
            "holder": held.holder_phone,
            "nominee": held.nominee_phone,
            "sender": held.sender_phone,
            "postman": held.postman_phone,
            "office": held.office_phone,
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
        elif isinstance(act, AskMove):
            held = self.held[act.article]
            self.held[act.article] = replace(held, named_phone=act.phone)
        elif isinstance(act, Relink):
            held = self.held[act.article]
            self.held[act.article] = replace(
                held, recipient_phone=act.phone, former_phone=held.recipient_phone
            )

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

    def refs(self, event: Event, context: Context | None) -> list[str]:
        """Return the items that an event in a postman's conversation is about."""
        if isinstance(event, Visit):
            return [act.item for act in event.acts]
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

    def _still_held(self, numbers: Iterable[str]) -> list[str]:
        """Return what the context names; once locked, only what was locked.

        Another text may have come between reading and locking.
        """
        return [number for number in numbers if not self.standing or number in self.held]

    def _carries(self, number: str) -> bool:
        """Tell whether it is still his: what a colleague carries by now is the colleague's."""
        return not self.held or self.held[number].postman_id == self.postman_id
