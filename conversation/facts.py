"""What a decision may know, read for the conversation and the event at hand, within a turn."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, Generic

from redis import RedisError

from conversation.locking import Locked
from conversation.ringing import may_ring
from flows import article, exception, helped, move, office, recall, sender, stranger, trust
from flows.decision import Context, HelpAsked, LastVisit
from flows.events import (
    AnswerException,
    Approach,
    AskException,
    AskLeft,
    AskPerson,
    AskStatus,
    AskVisit,
    AskWishes,
    AskWord,
    CallMe,
    Consent,
    CorrectNumber,
    DayEnded,
    Deny,
    DrawWord,
    Event,
    GivePin,
    Handover,
    HoldAtOffice,
    ItemsOffered,
    ListMade,
    NotUnderstood,
    Pass,
    PhoneMoved,
    ProveSender,
    Recall,
    RepeatQuestion,
    ReportFraud,
    SendCode,
    SetWish,
    SomebodyElse,
    SpeakCode,
    StopRecall,
    TakeOver,
    TakeWord,
    TurnDown,
    Undo,
    Visit,
    VisitAct,
    WhetherHelped,
    Wished,
    Yes,
)
from flows.facts import (
    ArticleFact,
    ClockFacts,
    ExceptionFacts,
    Facts,
    HelpedFacts,
    HouseholdFact,
    ItemFact,
    MoveFacts,
    NewPhoneFacts,
    OfferFact,
    OfferFacts,
    PartyFacts,
    PostmanFacts,
    RecipientFacts,
)
from flows.grammar.person import QUOTE
from flows.grammar.postman import PIN
from flows.happenings import (
    AboveAsked,
    Attempted,
    AtWindow,
    Booked,
    CameToOffice,
    DestinationMoved,
    DueMoved,
    ExceptionAnswered,
    ExceptionAsked,
    Happening,
    NamedAtDoor,
    NamedNoMore,
    NumberCorrected,
    QuestionOpened,
    SenderProved,
    WrittenOnPaper,
)
from flows.machine import F, Machine, settle
from flows.postman import new_phone, offering
from flows.postman import states as postman
from flows.postman.beats import spoken
from flows.recipient import states as recipient
from flows.recipient.household import may_answer_wish
from flows.recipient.moves import is_asked
from flows.recipient.wish_answers import GREETED_AGAIN_AFTER, greets
from flows.sender_words import SENT_LATELY
from india import calendar
from india.calendar import INDIA
from india.phone import fingerprint
from outbox.reach import answered_at, arrive, said_last, times_said, was_lost, was_said
from postal import collect, exceptions, households, lists, offers, offline, slips
from postal.acts import beats
from postal.acts.reports import next_ticket
from postal.desk import questions
from postal.facts import article_sent
from postal.people import offices, pins, roles
from postal.quotes import BOOKING
from settings import Settings
from store import conversations
from store.conversations import Conversation, ConversationPlace
from store.gcra import Gcra

# What a telephone may ask for; both fail closed without Valkey.
CODES_AN_HOUR = 5  # code messages, calls among them
CALLS_AN_HOUR = 3

_CODE_LATELY: Final = timedelta(hours=12)  # its text is of that visit, or of that morning

SAID: Final = "said"
"""What travels apart from the events: the code that was said at the window, or is on a slip."""


@dataclass(frozen=True)
class FactsOf(Generic[F]):
    """How the facts of one machine are read."""

    machine: Machine[Context, F]
    read: Callable[[Locked, Conversation, Event], F]


def read(locked: Locked, conversation: Conversation, event: Event) -> Facts:
    """Read the facts for `event` in `conversation`, under the locks of `locked`."""
    return _BY_MACHINE[conversation.place.machine].read(locked, conversation, event)


def _clock_facts(locked: Locked, conversation: Conversation, event: Event) -> ClockFacts:
    its = locked.reader.of_itself(conversation.place.whose)
    window = None
    if isinstance(event, AtWindow):
        window = collect.at_window(locked.reader, its, event, locked.codes.get(SAID, ""))
    paper = None
    if isinstance(event, WrittenOnPaper):
        paper = slips.on_paper(locked.reader, its, event, locked.codes.get(SAID, ""))
    staff = has_it = False
    if isinstance(event, NumberCorrected):
        staff = roles.is_staff(locked.conn, event.phone)
        has_it = event.phone == locked.held[its.number].recipient_phone
    return ClockFacts(locked.now, locked.today, its, window, staff, has_it, paper)


def _move_facts(locked: Locked, conversation: Conversation, event: Event) -> MoveFacts:
    its = locked.reader.of_itself(conversation.place.whose)
    held = locked.held[its.number]
    silence = timedelta(seconds=locked.runtime.settings.move_silence)
    ends = calendar.awake_after(locked.now, silence)
    named = held.named_phone or ""
    staff = bool(named) and roles.is_staff(locked.conn, named)
    has_it = bool(named) and named == held.recipient_phone
    return MoveFacts(locked.now, its, ends, named, held.named_by or "sender", staff, has_it)


def _exception_facts(locked: Locked, conversation: Conversation, event: Event) -> ExceptionFacts:
    its = locked.reader.of_itself(conversation.place.whose)
    open_ = exceptions.of_article(locked.conn, locked.held[its.number].id)
    asked_at = open_.asked_at if open_ is not None else locked.now
    until = asked_at + timedelta(minutes=locked.runtime.settings.exception_minutes)
    carrier = locked.held[its.number].postman_id
    if isinstance(event, QuestionOpened) and carrier is not None:
        who = exceptions.answerer(locked.conn, event.by, carrier)
        return ExceptionFacts(locked.now, its, until, who.role, who.same, who.elsewhere)
    if open_ is None or not isinstance(event, ExceptionAnswered):
        return ExceptionFacts(locked.now, its, until)
    who = exceptions.Answerer()
    if event.by:
        who = exceptions.answerer(locked.conn, event.by, open_.postman_id)
    found = ExceptionFacts(
        locked.now,
        its,
        until,
        who.role,
        who.same,
        who.elsewhere,
        is_full(locked, open_.office_id),
    )
    if open_.phone is None:
        return found
    return replace(
        found,
        named=open_.phone,
        named_is_staff=roles.is_staff(locked.conn, open_.phone),
        named_has_it=open_.phone == locked.held[its.number].recipient_phone,
    )


def is_full(locked: Locked, office_id: int) -> bool:
    """Tell whether this office agreed to as many exceptions today as it may alone."""
    granted = exceptions.granted_today(locked.conn, office_id, locked.today)
    return granted >= locked.runtime.settings.exceptions_per_office


def _office_facts(locked: Locked, conversation: Conversation, event: Event) -> PartyFacts:
    phone = conversation.place.whose
    if isinstance(event, ExceptionAsked):
        found = locked.reader.of_party(event.article, phone)
    elif isinstance(event, AnswerException | NotUnderstood):
        asked = _answerable(locked, phone, event)
        if len(asked) > 1:
            return PartyFacts(locked.now, today=locked.today, several=True)
        found = _answered(locked, phone, asked)
        if found is None:
            return _asked_above(locked, phone)
    else:
        return _party_facts(locked, conversation, event)
    if found is None:
        return PartyFacts(locked.now, today=locked.today)
    open_ = exceptions.of_article(locked.conn, locked.held[found.number].id)
    if open_ is None:
        return PartyFacts(locked.now, found, locked.today)
    return PartyFacts(
        locked.now,
        found,
        locked.today,
        rate=exceptions.rate(locked.conn, open_.postman_id, locked.now),
        answerable=open_.postman_phone != phone,
        full=is_full(locked, open_.office_id),
        above=trust.has_its_code(found)
        and offices.asked_by_text(locked.conn, open_.postman_id)[1] == phone,
        before=isinstance(event, AnswerException)
        and found.quote != "right"
        and locked.was_before(open_.asked_at),
    )


def _asked_above(locked: Locked, phone: str) -> PartyFacts:
    """Return the facts of an answer where this telephone is asked nothing: another may be."""
    number = exceptions.waits_above(locked.conn, phone)
    found = None if number is None else locked.reader.of_party(number, phone)
    if found is None or not trust.has_its_code(found):
        return PartyFacts(locked.now, today=locked.today)
    return PartyFacts(locked.now, found, locked.today, answerable=False, above=True)


def _answerable(
    locked: Locked, phone: str, event: AnswerException | NotUnderstood
) -> list[ArticleFact]:
    """Return the articles that an office's answer can be about, the newest question first.

    What it agreed to is meant where nothing else is asked. What is not read answers nothing.
    """
    ids = exceptions.asked_of(locked.conn, phone)
    by_id = {held.id: held.number for held in locked.held.values()}
    asked = [locked.reader.of_itself(by_id[each]) for each in ids if each in by_id]
    which = event.which if isinstance(event, AnswerException) else None
    asked = [each for each in asked if which in (None, each.digits)]
    unanswered = [each for each in asked if each.exception == "asked"]
    if isinstance(event, NotUnderstood):
        return unanswered
    return unanswered or (asked[:1] if QUOTE in locked.codes else asked)


def _answered(locked: Locked, phone: str, asked: Sequence[ArticleFact]) -> ArticleFact | None:
    """Return the article that an office's answer is about, with the verdict on its digits."""
    if not asked or QUOTE not in locked.codes:
        return next(iter(asked), None)
    return _quoting(locked, asked[0], phone, asked[0].exceptions)


def _party_facts(locked: Locked, conversation: Conversation, event: Event) -> PartyFacts:
    phone = conversation.place.whose
    found = None
    if isinstance(event, AskStatus | CameToOffice | DueMoved | AboveAsked | Attempted):
        found = locked.reader.of_party(event.article, phone)
    elif isinstance(event, Recall | CorrectNumber | ProveSender | AskVisit | SenderProved):
        # Whoever acts on an article must have sent it; an office may only ask.
        found = _sent(locked, phone, event.article)
    elif isinstance(event, StopRecall):
        found = next(
            (
                _sent(locked, phone, number)
                for number in locked.held
                if event.article in (None, number)
            ),
            None,
        )
    elif isinstance(event, Wished):
        found = _only_sent(locked, phone)
    staff = isinstance(event, CorrectNumber) and bool(event.phone)
    return PartyFacts(
        locked.now,
        found,
        locked.today,
        _ticket(locked, event, phone),
        staff and isinstance(event, CorrectNumber) and roles.is_staff(locked.conn, event.phone),
        _greeted(locked, phone, event),
    )


def _sent(locked: Locked, phone: str, number: str) -> ArticleFact | None:
    """Return the article that `phone` sent, with the verdict on digits that it quotes."""
    held = locked.held.get(number)
    if held is None or held.sender_phone != phone:
        return None
    found = locked.reader.of_party(number, phone)
    if found is None or QUOTE not in locked.codes:
        return found
    return _quoting(locked, found, phone, BOOKING)


def _only_sent(locked: Locked, phone: str) -> ArticleFact | None:
    """Return the one article that a sender without a number can mean, or None."""
    number = article_sent(locked.conn, phone, locked.now - SENT_LATELY)
    return None if number is None else locked.reader.of_party(number, phone)


def _quoting(locked: Locked, article: ArticleFact, phone: str, question: int) -> ArticleFact:
    held = locked.held[article.number]
    judged = locked.reader.quoting(article, held, phone, question, locked.codes[QUOTE])
    if judged.quote == "right" and locked.proof == "text":
        locked.proof = "quoted"
    return judged


def _ticket(locked: Locked, event: Event, phone: str) -> int:
    return next_ticket(locked.conn, phone) if isinstance(event, AskPerson) else 0


def _new_phone_facts(locked: Locked, conversation: Conversation, event: Event) -> NewPhoneFacts:
    named = locked.named
    if named is None:
        return NewPhoneFacts(locked.now, "")
    staff = spoken(named.staff_id)
    old = named.old_phone is not None
    asked = settle(new_phone.MACHINE, conversation.standing, locked.now).state == "asked"
    if not isinstance(event, GivePin) or not asked:
        return NewPhoneFacts(locked.now, staff, old_phone=old)
    phone = conversation.place.whose
    checked = pins.check(locked.conn, named.id, locked.codes[PIN], phone, locked.now)
    return NewPhoneFacts(locked.now, staff, checked.verdict, checked.left, old)


def _recipient_facts(locked: Locked, conversation: Conversation, event: Event) -> RecipientFacts:
    settings, phone = locked.runtime.settings, conversation.place.whose
    named = event.article if isinstance(event, Happening) else None
    mine = locked.reader.of_recipient(phone, named, locked.held)
    if isinstance(event, Consent):
        mine = tuple(
            _quoting(locked, each, phone, each.questions) if is_asked(each) else each
            for each in mine
        )
    elif isinstance(event, ReportFraud):
        mine = locked.reader.with_herds(mine, phone)
    elif isinstance(event, Deny):
        mine = locked.reader.with_question(mine, phone)
    lost = locked.reader.numbered(phone, _numbers(locked, locked.lost))
    return RecipientFacts(
        now=locked.now,
        articles=mine,
        lost=locked.reader.with_denials(lost, phone),
        recalls=locked.reader.numbered(phone, _numbers(locked, locked.recalls)),
        texts_arrive=not isinstance(event, RepeatQuestion) or arrive(locked.conn, phone),
        named_is_staff=isinstance(event, SomebodyElse | DestinationMoved)
        and bool(event.phone)
        and roles.is_staff(locked.conn, str(event.phone)),
        release=settings.code_release,
        code_ttl=settings.code_ttl,
        day_end=day_end(settings, locked.today),
        may_send_code=_may_send_code(locked, phone, event),
        may_call=bool(settings.voices) and _may_ring(locked, phone, event),
        today=locked.today,
        ticket=_ticket(locked, event, phone),
        greeted=_greeted(locked, phone, event),
        notice=_notice(locked, phone, event),
        offline=settings.offline_per_postman > 0,
        hears_named=_hears_named(locked, phone, event),
        itself=tuple(
            each.number
            for each in mine
            if isinstance(event, Consent)
            and is_asked(each)
            and locked.held[each.number].named_phone == phone
        ),
        dialled=locked.dialled,
        household=_household(locked, phone, event, mine),
    )


_OF_NAMED: Final = ("number_named", "move_named", "move_kept_there")


def _hears_named(locked: Locked, phone: str, event: Event) -> bool:
    """Tell whether a telephone that was named at a door is told so, or that it came to nothing."""
    if isinstance(event, NamedAtDoor):
        since, _ = calendar.bounds(locked.today)
        return times_said(locked.conn, phone, "number_named", since) < trust.MOST_NAMED
    if isinstance(event, NamedNoMore):
        about = locked.held[event.article].id
        said = said_last(locked.conn, phone, about, _OF_NAMED)
        return said in _OF_NAMED[:2]
    return True


_OF_HOUSEHOLD: Final = (AskWishes, SetWish, AskWord, DrawWord, TakeWord, ReportFraud, HoldAtOffice)


def _household(
    locked: Locked, phone: str, event: Event, mine: Sequence[ArticleFact]
) -> HouseholdFact:
    """Return what the telephone wishes for all its post, where the event is about it."""
    if not isinstance(event, _OF_HOUSEHOLD) and not may_answer_wish(event, mine):
        return HouseholdFact()
    quoted, digits = None, locked.codes.get(QUOTE)
    if isinstance(event, Consent) and digits is not None:
        quoted = households.QuotedWish(None, digits)
    elif isinstance(event, SetWish) and event.wish in ("household", "neighbour"):
        quoted = None if digits is None else households.QuotedWish(event.wish, digits)
    keys = locked.runtime.keys
    house = households.fact(locked.conn, keys, phone, locked.now, quoted)
    if house.quote == "right" and locked.proof == "text":
        locked.proof = "quoted"
    return house


NOTICE_AGAIN_AFTER: Final = timedelta(days=365)


def _notice(locked: Locked, phone: str, event: Event) -> int:
    """Return for how many days the telephone's data are kept, where it is to be told so now."""
    settings = locked.runtime.settings
    first = settings.privacy_notice_from
    if not isinstance(event, Booked) or first is None or locked.today < first:
        return 0
    said = was_said(locked.conn, phone, "privacy_notice", locked.now - NOTICE_AGAIN_AFTER)
    return 0 if said else settings.keep_persons_days


def _greeted(locked: Locked, phone: str, event: Event) -> bool:
    """Tell whether this text greets, and the telephone was greeted within a day."""
    return greets(event) and was_said(
        locked.conn, phone, "greeted", locked.now - GREETED_AGAIN_AFTER
    )


def day_end(settings: Settings, today: date) -> datetime:
    """Return the moment at which the delivery day `today` of India ends."""
    ends = time.fromisoformat(settings.delivery_day_end)
    return datetime.combine(today, ends, INDIA).astimezone(UTC)


def _numbers(locked: Locked, ids: Sequence[int]) -> list[str]:
    return [held.number for held in locked.held.values() if held.id in ids]


def _may_ring(locked: Locked, phone: str, event: Event) -> bool:
    """Tell whether a call may be made for `event`: for a missed call, not at any time."""
    if locked.proof != "call" or not isinstance(event, CallMe | SpeakCode):
        return True
    return may_ring(locked.conn, locked.runtime.redis, phone, locked.now)


def _may_send_code(locked: Locked, phone: str, event: Event) -> bool:
    """Tell whether the limits allow one more, and count it; a call is a code message too."""
    limits: tuple[tuple[str, int], ...] = ()
    if isinstance(event, CallMe):
        limits = (("calls", CALLS_AN_HOUR),)
    elif isinstance(event, SpeakCode):
        limits = (("calls", CALLS_AN_HOUR), ("codes", CODES_AN_HOUR))
    elif isinstance(event, Yes | SendCode | RepeatQuestion):
        limits = (("codes", CODES_AN_HOUR),)
    if not limits:
        return True
    gcra = Gcra(locked.runtime.redis)
    try:
        return all(
            gcra.take(f"dakiya:{name}:{fingerprint(phone)}", most / 3600, most) == 0
            for name, most in limits
        )
    except RedisError:
        return False


def _postman_facts(locked: Locked, conversation: Conversation, event: Event) -> PostmanFacts:
    postman_id = locked.postman_id
    if isinstance(event, PhoneMoved):
        return PostmanFacts(locked.now, (), has_list=False, left=0, next_serial=None)
    if isinstance(event, ItemsOffered | TakeOver | TurnDown):
        return _answering_facts(locked, event)
    if isinstance(event, Happening) or postman_id is None:
        postman_id = _carrier(locked, event)
    refs = locked.refs(event, conversation.standing.context)
    listed = locked.items(postman_id, event, refs)
    items = locked.reader.of_items(postman_id, refs, locked.codes, listed)
    has_list, left, next_serial = True, 0, None
    if isinstance(event, AskLeft) or any(item.state == "elsewhere" for item in items):
        has_list, left, next_serial = locked.reader.left(postman_id)
    if isinstance(event, AskException) and event.phone is None:
        items = tuple(_reached(locked, item) for item in items)
    if isinstance(event, Visit):
        items = tuple(_whether_lost(locked, event, item) for item in items)
    if isinstance(event, Pass):
        items = _offered(locked, postman_id, items)
    fits = locked.colleague is not None and _fits(locked, locked.colleague, len(items))
    colleague = locked.colleague.staff_id if locked.colleague is not None and fits else None
    day = locked.reader.day(postman_id) if isinstance(event, ListMade | DayEnded) else None
    return PostmanFacts(
        locked.now,
        items,
        has_list,
        left,
        next_serial,
        locked.written_at,
        colleague,
        day,
        exceptions_left=_exceptions_left(locked, postman_id, event, items),
        offline_left=_offline_left(locked, postman_id, event),
        named_is_staff=isinstance(event, AskException)
        and bool(event.phone)
        and roles.is_staff(locked.conn, str(event.phone)),
        told_at=_told_at(locked, conversation, event, items),
    )


def _told_at(
    locked: Locked, conversation: Conversation, event: Event, items: Sequence[ItemFact]
) -> datetime | None:
    """Return when it arrived that he handed over without a code, where he takes that back."""
    context = conversation.standing.context
    if not isinstance(event, Undo) or not isinstance(context, LastVisit) or context.at is None:
        return None
    went = next((each.article for each in items if each.article and each.article.excepted), None)
    if went is None:
        return None
    held = locked.held[went.number]
    return answered_at(locked.conn, held.id, conversation.place.whose, context.at)


def _reached(locked: Locked, item: ItemFact) -> ItemFact:
    """Return the item with whether its telephone was reached, which is read where it matters."""
    article = item.article
    if article is None or article.exception != "none":
        return item
    held = locked.held[article.number]
    if held.holder_phone is None:
        return item
    reached = exceptions.within_reach(locked.conn, held.id, held.holder_phone, held.item_id)
    return replace(item, article=replace(article, within_reach=reached))


def _whether_lost(locked: Locked, event: Visit, item: ItemFact) -> ItemFact:
    """Return the item with whether its code's text got lost, where its postman comes again."""
    article = item.article
    comes = any(isinstance(act, Approach) and act.item == item.ref for act in event.acts)
    if not comes or article is None or article.code not in ("live", "expired"):
        return item
    held = locked.held[article.number]
    if held.holder_phone is None:
        return item
    lost = was_lost(locked.conn, held.id, held.holder_phone, locked.now - _CODE_LATELY)
    return replace(item, unheard=lost)


def _offline_left(locked: Locked, postman_id: int, event: Event) -> int:
    """Return how many handovers without network a postman may still say today, where he does."""
    if not isinstance(event, Visit) or not any(_is_offline(act) for act in event.acts):
        return 0
    said = offline.said_today(locked.conn, postman_id, locked.today)
    return max(0, locked.runtime.settings.offline_per_postman - said)


def _is_offline(act: VisitAct) -> bool:
    return isinstance(act, Handover) and act.proof == "offline"


def _exceptions_left(
    locked: Locked, postman_id: int, event: Event, items: Sequence[ItemFact]
) -> int:
    """Return how many exceptions a postman may still ask for today, where he asks for one.

    What is refused by the office's bare telephone spends none of his day, and each question tells
    others: so they have a limit of their own, whatever is answered.
    """
    if not isinstance(event, AskException):
        return 0
    most = locked.runtime.settings.exceptions_per_postman
    article = next((each.article for each in items if each.article is not None), None)
    held = None if article is None else locked.held[article.number]
    about, place = (None, None) if held is None else (held.id, held.item_id)
    asked = exceptions.asked_today(locked.conn, postman_id, about, place, locked.today)
    if asked.opened:
        return 1
    left = [
        most - asked.counted,
        trust.MOST_ASKED * most - asked.all,
        trust.MOST_ASKED_OF_ARTICLE - asked.article,
    ]
    if event.phone is not None:
        left.append(most - asked.named)
    return max(0, min(left))


def _fits(locked: Locked, colleague: beats.Colleague, count: int) -> bool:
    """Tell whether a colleague can take so many: there is room, no code of them is his own."""
    if any(
        colleague.phone in (held.recipient_phone, held.nominee_phone)
        for held in locked.held.values()
    ):
        return False
    return beats.last_serial(locked.conn, colleague, locked.today) + count <= lists.MOST_ITEMS


def _offered(locked: Locked, giver_id: int, items: Sequence[ItemFact]) -> tuple[ItemFact, ...]:
    """Return `items` of a postman's list with what he offers of them, to whom."""
    serials = [item.serial for item in items if item.article is not None and item.listed is None]
    known = offers.of_items(locked.conn, giver_id, serials, locked.today)
    return tuple(
        replace(item, offered_to=found.to, approached_since=found.approached_since)
        if item.article is not None and (found := known.get(item.serial))
        else item
        for item in items
    )


def _answering_facts(locked: Locked, event: ItemsOffered | TakeOver | TurnDown) -> PostmanFacts:
    """Read what is offered to the postman who is asked, under the lock of its articles."""
    colleague = locked.colleague
    assert colleague is not None
    named = locked.offer.id if locked.offer is not None else None
    found = None
    if named is not None or isinstance(event, ItemsOffered):
        found = offers.to_postman(locked.conn, colleague.id, locked.today, named)
    if found is None:
        return PostmanFacts(locked.now, (), True, 0, None, locked.written_at)
    listed = locked.reader.of_items(found.giver_id, found.serials, {})
    items = _offered(locked, found.giver_id, listed)
    offer = OfferFact(
        found.id,
        found.giver,
        colleague.staff_id,
        found.asked_at,
        beats.last_serial(locked.conn, colleague, locked.today) + 1,
        _fits(locked, colleague, len(items)),
    )
    return PostmanFacts(locked.now, items, True, 0, None, locked.written_at, offer=offer)


def _offer_facts(locked: Locked, conversation: Conversation, event: Event) -> OfferFacts:
    phone = conversation.place.whose
    return OfferFacts(locked.now, offers.of_giver(locked.conn, phone, locked.today))


def _carrier(locked: Locked, event: Event) -> int:
    assert isinstance(event, Happening)
    carrier = locked.held[event.article].postman_id
    assert carrier is not None
    return carrier


def _helped_facts(locked: Locked, conversation: Conversation, event: Event) -> HelpedFacts:
    context = conversation.standing.context
    assert isinstance(context, HelpAsked)
    ticket = event.ticket if isinstance(event, WhetherHelped) else context.ticket
    still = questions.open_of_its_kind(locked.conn, ticket)
    phone = conversation.place.whose
    mine = locked.reader.of_recipient(phone, None, locked.held)
    if not isinstance(event, WhetherHelped):
        return HelpedFacts(locked.now, still, collect=helped.collects(mine))
    beside = conversations.peek(locked.conn, ConversationPlace(phone, "recipient"))
    state = settle(recipient.MACHINE, beside, locked.now).state if beside else "quiet"
    return HelpedFacts(locked.now, still, helped.is_busy(mine, state))


_BY_MACHINE: Mapping[str, FactsOf] = {
    each.machine.name: each
    for each in (
        FactsOf[RecipientFacts](recipient.MACHINE, _recipient_facts),
        FactsOf[PostmanFacts](postman.MACHINE, _postman_facts),
        FactsOf[NewPhoneFacts](new_phone.MACHINE, _new_phone_facts),
        FactsOf[HelpedFacts](helped.HELPED, _helped_facts),
        FactsOf[OfferFacts](offering.MACHINE, _offer_facts),
        FactsOf[ClockFacts](article.MACHINE, _clock_facts),
        FactsOf[MoveFacts](move.MACHINE, _move_facts),
        FactsOf[MoveFacts](recall.MACHINE, _move_facts),
        FactsOf[ExceptionFacts](exception.MACHINE, _exception_facts),
        FactsOf[PartyFacts](sender.SENDER, _party_facts),
        FactsOf[PartyFacts](office.OFFICE, _office_facts),
        FactsOf[PartyFacts](stranger.STRANGER, _party_facts),
    )
}
