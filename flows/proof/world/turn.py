"""One turn in the small world: a machine decides, its acts are done, those concerned are told.

It mirrors conversation/turn.py and conversation/locking.py: what a turn holds is read once, at its
beginning, and an act can bring in a telephone that later news goes to.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from flows import helped, machines
from flows.acts.exception import AskForException
from flows.acts.moves import AskMove, Relink
from flows.acts.nominee import Nominate
from flows.decision import Act, Decision, Role, Say, Tell
from flows.events import Event
from flows.facts import Facts, Mover, Proof
from flows.happenings import Happening
from flows.machine import Standing, deadline, decide, entered
from flows.proof.requirements import unmet
from flows.proof.world import reading, writing_door, writing_household, writing_wishes
from flows.proof.world.books import EMPTY, OfferRow, PostmanRow, SmallWorld, Talk, Whose
from flows.proof.world.ledger import Ledger, RefusedByBooks

WRITTEN_IN: Final = (
    writing_door,
    writing_household,
    writing_wishes,
)  # each declares writers to the ledger


@dataclass(frozen=True, slots=True)
class HeldParcel:
    """The people of an article, as they were when the turn began, or were met in it."""

    recipient: str | None
    sender: str
    nominee: str | None
    holder: str | None
    named: str | None
    named_by: Mover | None
    postman: str | None  # his staff id
    postman_phone: str | None
    former: str | None = None


@dataclass(frozen=True, slots=True)
class Decided:
    """One decision of a turn: in whose conversation, on what, knowing what, with these books."""

    whose: Whose
    event: Event
    facts: Facts
    decision: Decision
    books: SmallWorld


@dataclass(slots=True)
class SmallTurn:
    """An event and everything that follows from it."""

    world: SmallWorld
    proof: Proof | None = None
    # Codes, quotes and PINs that no event holds.
    apart: Mapping[str, str] = field(default_factory=lambda: EMPTY)
    postman: PostmanRow | None = None  # who texts
    written_at: datetime | None = None
    held: dict[str, HeldParcel] = field(default_factory=dict)
    colleague: PostmanRow | None = None  # who is to take items over
    offer: OfferRow | None = None  # that he answers
    giver: str | None = None  # the telephone of whoever offers
    named: PostmanRow | None = None  # for whom the office named the telephone that texts
    lost: tuple[str, ...] = ()
    recalls: tuple[str, ...] = ()
    decided: list[Decided] = field(default_factory=list)
    said: list[tuple[str, Say]] = field(default_factory=list)

    def begin(self, whose: Whose, event: Event) -> None:
        """Hold what `event` in the conversation of `whose` can concern."""
        reading.look_beside(self, whose, event)
        self.hold(reading.concerned(self, whose, event))

    def hold(self, numbers: Iterable[str]) -> None:
        """Hold these articles: read who their people are."""
        for number in dict.fromkeys(numbers):
            parcel = self.world.parcels[number]
            item, move, asked = parcel.item, parcel.move, parcel.exception
            postman = self.world.postmen[item.postman] if item else None
            self.held[number] = HeldParcel(
                parcel.recipient,
                parcel.sender,
                parcel.nominee.phone if parcel.nominee else None,
                parcel.holder(self.world.now),
                move.phone if move else asked.phone if asked else None,
                move.by if move else None,
                postman.staff if postman else None,
                postman.phone if postman and not postman.blocked else None,
                parcel.disowned if parcel.recipient is None else None,
            )

    def take(self, whose: Whose, event: Event) -> None:
        """Decide `event` in the conversation of `whose`, do the acts and pass the news on."""
        machine = machines.ALL[whose[1]]
        now = self.world.now
        talk = self.world.talks.get(whose)
        before = talk.standing if talk else Standing(machine.initial, machine.context, now)
        known = reading.read(self, whose, before, event)
        known = replace(known, proof=self.proof)
        decision = decide(machine, before, event, known)
        since = entered(machine, before, decision, now)
        after = Talk(
            Standing(decision.state, decision.context, since), deadline(machine, decision, since)
        )
        self.decided.append(Decided(whose, event, known, decision, self.world))
        self.world = replace(self.world, talks={**self.world.talks, whose: after})
        self._do(whose, known, decision)
        for tell in decision.tells:
            self.tell(tell)

    def _do(self, whose: Whose, known: Facts, decision: Decision) -> None:
        if decision.acts or any(say.code_of for say in decision.says):
            for why in unmet(decision, known):
                raise RefusedByBooks(why)
        holders = {number: held.holder for number, held in self.held.items()}
        ledger = Ledger(self.world, self.proof, holders)
        for act in decision.acts:
            ledger.do(act, whose[0])
            self._meet(act)
        for say in decision.says:
            if say.code_of is not None:
                ledger.count_sent(say, whose[0])
            if say.template == "number_asked":
                ledger.ask_whose(say, whose[0])
            self.said.append((whose[0], say))
        self.world = ledger.world
        if any(say.template == "greeted" for say in decision.says):
            greeted = {**self.world.greeted, whose[0]: self.world.now}
            self.world = replace(self.world, greeted=greeted)
        for say in decision.says:
            self._name(whose[0], say)
        for say in decision.says:
            if say.channel == "text" and whose[1] == "helped":
                questioned = self.world.questioned | {whose[0]}
            elif say.channel == "text" and helped.displaces(say.template):
                questioned = self.world.questioned - {whose[0]}
            else:
                continue
            if questioned != self.world.questioned:
                self.world = replace(self.world, questioned=questioned)
        for say in decision.says:
            if say.quote is not None and say.article is not None:
                self._show(whose[0], say.article, say.quote)
            elif say.quote is not None:
                self._show_household(whose[0], say.quote)

    def _name(self, phone: str, say: Say) -> None:
        """Note that `phone` is told that it was named, or that this came to nothing."""
        world, number = self.world, say.article
        if number is None:
            return
        if say.template == "number_named":
            self.world = replace(world, named=(*world.named, (phone, number, world.today)))
        if say.template in ("number_named", "move_named"):
            self.world = replace(self.world, naming=world.naming | {(phone, number)})
        elif say.template == "move_kept_there":
            self.world = replace(world, naming=world.naming - {(phone, number)})

    def _show(self, phone: str, number: str, question: int) -> None:
        """Note that `phone` is shown the digits of `question` about the article."""
        parcel = self.world.parcels[number]
        shown = replace(parcel, shown=parcel.shown | {(phone, question)})
        quoted = (*self.world.quoted.get(phone, ()), (number, question))[-3:]
        self.world = replace(
            self.world,
            parcels={**self.world.parcels, number: shown},
            quoted={**self.world.quoted, phone: quoted},
        )

    def _show_household(self, phone: str, question: int) -> None:
        """Note that `phone` is shown the digits of a question about all its post."""
        row = self.world.households[phone]
        quoted = (*self.world.quoted.get(phone, ()), ("", question))[-3:]
        self.world = replace(
            self.world.with_household(phone, replace(row, shown=row.shown | {question})),
            quoted={**self.world.quoted, phone: quoted},
        )

    def tell(self, tell: Tell) -> None:
        """Pass a happening to the person of its article; nobody there: nobody is told."""
        place = self._beside(tell.to)
        if place is None and isinstance(tell.event, Happening):
            place = self.place_of(tell.to, tell.event.article)
        if place is not None:
            self.take(place, tell.event)

    def _beside(self, role: Role) -> Whose | None:
        if role == "colleague" and self.colleague is not None:
            return self.colleague.phone, "postman"
        if role == "giver" and self.giver is not None:
            return self.giver, "offer"
        if role == "old_phone" and self.named is not None:
            return self.named.phone, "postman"
        return None

    def place_of(self, role: Role, number: str) -> Whose | None:
        """Return the conversation of an article's `role`; None without its telephone."""
        if role in ("article", "move", "recall", "exception"):
            return number, role
        held = self.held[number]
        phone = {
            "recipient": held.recipient,
            "holder": held.holder,
            "nominee": held.nominee,
            "sender": held.sender,
            "postman": held.postman_phone,
            "office": self.world.office or None,
            "asked": self.world.office or None,
            "above": None,  # it has no telephone: it answers on its page
            "named": held.named,
            "former": held.former,
        }[role]
        return (phone, machines.of_role(role).name) if phone is not None else None

    def _meet(self, act: Act) -> None:
        """Send later news of an article to the new telephone that an act names for it."""
        if isinstance(act, Nominate):
            before = self.held[act.article].nominee
            former = before if before != act.phone else None
            self._held(act.article, nominee=act.phone, former=former)
        elif isinstance(act, AskMove) or (isinstance(act, AskForException) and act.phone):
            self._held(act.article, named=act.phone)
        elif isinstance(act, Relink):
            former = self.held[act.article].recipient or self.held[act.article].former
            self._held(act.article, recipient=act.phone, former=former)

    def _held(self, number: str, **changes: str | None) -> None:
        self.held[number] = replace(self.held[number], **changes)  # type: ignore[arg-type]  # people
