"""What a decision may know, read for the conversation and the event at hand, within a turn."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Generic

from redis import RedisError

from conversation.locking import Scene
from flows import article, office, sender, stranger
from flows.decision import Context
from flows.events import (
    AskLeft,
    AskPerson,
    AskStatus,
    CorrectNumber,
    DayEnded,
    Event,
    GivePin,
    ListMade,
    PhoneMoved,
    Recall,
    SendCode,
    SomebodyElse,
    SpeakCode,
    Yes,
)
from flows.facts import (
    ClockFacts,
    Facts,
    NewPhoneFacts,
    PartyFacts,
    PostmanFacts,
    RecipientFacts,
)
from flows.grammar.postman import PIN
from flows.happenings import CameToOffice, DestinationMoved, Happening, ItemsCame
from flows.machine import F, Machine, settle
from flows.postman import new_phone
from flows.postman import states as postman
from flows.postman.beats import spoken
from flows.recipient import states as recipient
from india.calendar import INDIA
from india.phone import fingerprint
from postal import lists
from postal.acts import beats
from postal.acts.reports import next_ticket
from postal.people import pins, roles
from store.conversations import Conversation
from store.gcra import Gcra

# What a telephone may ask for; both fail closed without Valkey.
CODES_AN_HOUR = 5  # code messages, calls among them
CALLS_AN_HOUR = 3


@dataclass(frozen=True)
class FactsOf(Generic[F]):
    """How the facts of one machine are read."""

    machine: Machine[Context, F]
    read: Callable[[Scene, Conversation, Event], F]


def read(scene: Scene, conversation: Conversation, event: Event) -> Facts:
    """Read the facts for `event` in `conversation`, under the locks of `scene`."""
    return _BY_MACHINE[conversation.place.machine].read(scene, conversation, event)


def _clock_facts(scene: Scene, conversation: Conversation, event: Event) -> ClockFacts:
    number = conversation.place.whose
    return ClockFacts(scene.now, scene.today, scene.reader.of_itself(number))


def _party_facts(scene: Scene, conversation: Conversation, event: Event) -> PartyFacts:
    phone = conversation.place.whose
    found = None
    if isinstance(event, AskStatus | Recall | CorrectNumber | CameToOffice):
        found = scene.reader.of_party(event.article, phone)
        if isinstance(event, Recall | CorrectNumber) and found is not None:
            # Whoever acts on an article must have sent it; an office may only ask.
            sent = scene.held[event.article].sender_phone == phone
            found = found if sent else None
    return PartyFacts(scene.now, found, scene.today, _ticket(scene, event, phone))


def _ticket(scene: Scene, event: Event, phone: str) -> int:
    return next_ticket(scene.conn, phone) if isinstance(event, AskPerson) else 0


def _new_phone_facts(scene: Scene, conversation: Conversation, event: Event) -> NewPhoneFacts:
    named = scene.named
    if named is None:
        return NewPhoneFacts(scene.now, "")
    staff = spoken(named.staff_id)
    old = named.old_phone is not None
    asked = settle(new_phone.MACHINE, conversation.standing, scene.now).state == "asked"
    if not isinstance(event, GivePin) or not asked:
        return NewPhoneFacts(scene.now, staff, old_phone=old)
    checked = pins.check(scene.conn, named.id, scene.codes[PIN], scene.now)
    return NewPhoneFacts(scene.now, staff, checked.verdict, checked.left, old)


def _recipient_facts(scene: Scene, conversation: Conversation, event: Event) -> RecipientFacts:
    settings, phone = scene.runtime.settings, conversation.place.whose
    day_end = datetime.combine(
        scene.today, time.fromisoformat(settings.delivery_day_end), INDIA
    ).astimezone(UTC)
    named = event.article if isinstance(event, Happening) else None
    return RecipientFacts(
        now=scene.now,
        articles=scene.reader.of_recipient(phone, named, [held.id for held in scene.held.values()]),
        named_is_staff=isinstance(event, SomebodyElse | DestinationMoved)
        and bool(event.phone)
        and roles.is_staff(scene.conn, str(event.phone)),
        release=settings.code_release,
        code_ttl=settings.code_ttl,
        day_end=day_end,
        may_send_code=_may_send_code(scene, phone, event),
        may_call=bool(settings.voices),
        today=scene.today,
        ticket=_ticket(scene, event, phone),
    )


def _may_send_code(scene: Scene, phone: str, event: Event) -> bool:
    """Whether the limits allow one more; it is counted. A call counts as a code message too."""
    limits: tuple[tuple[str, int], ...] = ()
    if isinstance(event, SpeakCode):
        limits = (("calls", CALLS_AN_HOUR), ("codes", CODES_AN_HOUR))
    elif isinstance(event, Yes | SendCode):
        limits = (("codes", CODES_AN_HOUR),)
    gcra = Gcra(scene.runtime.redis)
    try:
        return all(
            gcra.take(f"dakiya:{name}:{fingerprint(phone)}", most / 3600, most) == 0
            for name, most in limits
        )
    except RedisError:
        return False


def _postman_facts(scene: Scene, conversation: Conversation, event: Event) -> PostmanFacts:
    postman_id = scene.postman_id
    if isinstance(event, PhoneMoved):
        return PostmanFacts(scene.now, (), has_list=False, left=0, next_serial=None)
    if isinstance(event, ItemsCame) and scene.colleague is not None:
        postman_id = scene.colleague.id
    elif isinstance(event, Happening) or postman_id is None:
        postman_id = _carrier(scene, event)
    refs = scene.refs(event, conversation.standing.context)
    items = scene.reader.of_items(postman_id, refs, scene.codes)
    has_list, left, next_serial = True, 0, None
    if isinstance(event, AskLeft) or any(item.state == "elsewhere" for item in items):
        has_list, left, next_serial = scene.reader.left(postman_id)
    colleague = _taker(scene, len(items))
    day = scene.reader.day(postman_id) if isinstance(event, ListMade | DayEnded) else None
    return PostmanFacts(
        scene.now, items, has_list, left, next_serial, scene.written_at, colleague, day
    )


def _taker(scene: Scene, count: int) -> str | None:
    """The colleague named, where he can take them all: there is room, no code is his own."""
    colleague = scene.colleague
    if colleague is None or any(
        colleague.phone in (held.recipient_phone, held.nominee_phone)
        for held in scene.held.values()
    ):
        return None
    full = beats.last_serial(scene.conn, colleague, scene.today) + count > lists.MOST_ITEMS
    return None if full else colleague.staff_id


def _carrier(scene: Scene, event: Event) -> int:
    assert isinstance(event, Happening)
    carrier = scene.held[event.article].postman_id
    assert carrier is not None
    return carrier


_BY_MACHINE: Mapping[str, FactsOf] = {
    each.machine.name: each
    for each in (
        FactsOf[RecipientFacts](recipient.MACHINE, _recipient_facts),
        FactsOf[PostmanFacts](postman.MACHINE, _postman_facts),
        FactsOf[NewPhoneFacts](new_phone.MACHINE, _new_phone_facts),
        FactsOf[ClockFacts](article.MACHINE, _clock_facts),
        FactsOf[PartyFacts](sender.SENDER, _party_facts),
        FactsOf[PartyFacts](office.OFFICE, _party_facts),
        FactsOf[PartyFacts](stranger.STRANGER, _party_facts),
    )
}
