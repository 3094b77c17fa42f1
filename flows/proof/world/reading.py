"""What a decision may know in the small world, as conversation/ and postal/facts.py read it.

Codes and quotes are compared here and nowhere else, as `postal.codes.judge` and
`postal.quotes.judge` do it; the limits of Valkey (code messages an hour) never refuse.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Final

from flows.decision import LastVisit
from flows.events import (
    AnswerException,
    AskException,
    AskLeft,
    AskStatus,
    AskVisit,
    AskWishes,
    AskWord,
    Consent,
    CorrectNumber,
    DayEnded,
    Deny,
    DrawWord,
    Event,
    GivePin,
    Handover,
    ItemsOffered,
    ListMade,
    NotUnderstood,
    Pass,
    PhoneMoved,
    ProveSender,
    Recall,
    ReportFraud,
    SetWish,
    SomebodyElse,
    StopRecall,
    TakeOver,
    TakeWord,
    TimedOut,
    TurnDown,
    Undo,
    Visit,
    VisitAct,
    Wished,
)
from flows.facts import (
    ArticleFact,
    ClockFacts,
    DayFact,
    ExceptionFacts,
    ExceptionRate,
    Facts,
    HelpedFacts,
    HouseholdFact,
    ItemFact,
    MoveFacts,
    NewPhoneFacts,
    OfferFact,
    OfferFacts,
    PaperFact,
    PartyFacts,
    PostmanFacts,
    RecipientFacts,
    SentOffer,
    StaffRole,
    WindowFact,
)
from flows.grammar.person import QUOTE
from flows.grammar.postman import PIN, WORD
from flows.grammar.postman_numbers import CHECKED
from flows.grammar.postman_passing import COLLEAGUE as TAKER
from flows.happenings import (
    Attempted,
    AtWindow,
    CameToOffice,
    DestinationMoved,
    DocumentShown,
    ExceptionAnswered,
    ExceptionAsked,
    Happening,
    NamedAtDoor,
    NamedNoMore,
    NumberCorrected,
    QuestionOpened,
    SenderProved,
    ToldCodeAtWindow,
    WrittenOnPaper,
)
from flows.helped import collects, is_busy
from flows.machine import Standing, settle
from flows.postman import new_phone
from flows.postman.beats import spoken
from flows.proof.world import verdicts
from flows.proof.world.books import (
    BOTH,
    CLERK,
    POSTMASTER,
    SUPERVISOR,
    OfferRow,
    PostmanRow,
    SmallWorld,
    Whose,
    next_serial,
)
from flows.proof.world.parcel import ListedParcel, Parcel
from flows.recipient import states as recipient
from flows.recipient.household import may_answer_wish
from flows.recipient.moves import is_asked
from flows.recipient.wish_answers import GREETED_AGAIN_AFTER, greets
from flows.sender_words import SENT_LATELY
from flows.trust import APPROACHES_WITHIN, MOST_ASKED, MOST_ASKED_OF_ARTICLE, MOST_NAMED, offline
from india import calendar
from india.calendar import INDIA

if TYPE_CHECKING:
    from flows.proof.world.turn import SmallTurn

SILENCE: Final = timedelta(hours=4)  # MOVE_SILENCE
CODE_SECONDS: Final = 600  # CODE_TTL
PIN_OF_ALL: Final = "2468"
SAID: Final = "said"  # the key of what was said at the window, or is on a slip
_DAY_END: Final = time(20, 0)
_OPEN: Final = ("booked", "out_for_delivery", "attempted", "at_office")
_ROLES: Final[dict[str, StaffRole]] = {
    CLERK: "clerk", POSTMASTER: "postmaster", BOTH: "postmaster", SUPERVISOR: "supervisor"
}  # fmt: skip
EXCEPTION_ANSWERED_IN: Final = timedelta(minutes=10)  # EXCEPTION_MINUTES
EXCEPTIONS_A_DAY: Final = 3  # EXCEPTIONS_PER_POSTMAN
OFFLINE_A_DAY: Final = 10  # OFFLINE_PER_POSTMAN


# ---- what a turn holds -------------------------------------------------------------------------


def look_beside(turn: SmallTurn, whose: Whose, event: Event) -> None:
    """Find the people whom no article leads to: a colleague, or the owner of a new telephone."""
    world = turn.world
    if whose[1] == "new_phone":
        named = (p for p in world.postmen.values() if p.next_phone == whose[0])
        turn.named = next(named, None)
    if isinstance(event, Pass) and turn.postman is not None and TAKER in turn.apart:
        taker = world.postmen.get(turn.apart[TAKER])
        fit = taker is not None and taker != turn.postman and not taker.blocked
        turn.colleague = taker if fit else None
        turn.giver = whose[0] if fit else None
    if isinstance(event, TakeOver | TurnDown) and turn.postman is not None:
        turn.colleague = turn.postman
        turn.offer = world.newest_offer(turn.postman.staff, event.offer)
        turn.giver = world.postmen[turn.offer.giver].phone if turn.offer else None


def concerned(turn: SmallTurn, whose: Whose, event: Event) -> Sequence[str]:
    """Return the articles that an event in the conversation of `whose` can concern."""
    world, (phone, machine) = turn.world, whose
    if machine == "recipient":
        mine = [
            n
            for n, each in world.parcels.items()
            if _is_of(each, phone, world.now, 8 if _is_long(each) else 3)
        ]
        if isinstance(event, ReportFraud | Deny):
            turn.lost = _lost(world, phone)
        if isinstance(event, ReportFraud):
            turn.recalls = _recalled(world, phone)
        return (*mine, *turn.lost, *turn.recalls)
    if machine in ("article", "move", "recall", "exception"):
        return (phone,)
    if isinstance(event, AnswerException) or (
        machine == "office" and isinstance(event, NotUnderstood)
    ):
        return _asked_of_office(world)
    if isinstance(event, Recall | CorrectNumber | ProveSender | AskVisit | SenderProved):
        return (event.article,) if event.article in world.parcels else ()
    if isinstance(event, StopRecall):
        return _recalled(world, phone)
    if turn.offer is not None:
        giver = turn.offer.giver
        offered = (_listed(world, giver, number) for number, _ in turn.offer.items)
        return tuple(item[0].number for item in offered if item is not None)
    if machine == "postman" and turn.postman is not None:
        talk = world.talks.get(whose)
        refs = _refs(turn, event, talk.standing if talk else None)
        items = (_listed(world, turn.postman.staff, ref) for ref in refs)
        return tuple(item[0].number for item in items if item is not None)
    return ()


def _is_of(parcel: Parcel, phone: str, now: datetime, days: int) -> bool:
    nominee = parcel.nominee
    mine = parcel.recipient == phone or (nominee is not None and nominee.phone == phone)
    return mine and (
        parcel.state in _OPEN
        or (parcel.updated_at is not None and parcel.updated_at > now - timedelta(days=days))
    )


def _is_long(parcel: Parcel) -> bool:
    """Tell whether what was handed over can be contested for a week."""
    without = parcel.item is not None and parcel.item.proof in ("exception", "word", "offline")
    return without or parcel.taken_by_named()


def _lost(world: SmallWorld, phone: str) -> tuple[str, ...]:
    return tuple(
        number
        for number, parcel in world.parcels.items()
        if parcel.recipient != phone
        and any(whose == phone and _since(world, parcel, at) for whose, at in parcel.left)
    )


def _since(world: SmallWorld, parcel: Parcel, at: datetime) -> bool:
    """As postal/facts.py: lately, handed over lately, or nobody's since, or another's lately."""
    since = world.now - timedelta(days=2)
    handed_over = parcel.delivered_at
    if at > since or (handed_over and handed_over >= world.now - timedelta(days=7)):
        return True
    moved = parcel.moved_at is not None and parcel.moved_at > since
    return parcel.state in _OPEN and (parcel.recipient is None or moved)


def _recalled(world: SmallWorld, phone: str) -> tuple[str, ...]:
    return tuple(
        n for n, each in world.parcels.items() if each.sender == phone and each.recalled_at
    )


# ---- by machine --------------------------------------------------------------------------------


def read(turn: SmallTurn, whose: Whose, before: Standing, event: Event) -> Facts:
    """Return what the machine of `whose` may know when it decides `event`."""
    phone, machine = whose
    world = turn.world
    match machine:
        case "recipient":
            return _of_recipient(turn, phone, event)
        case "postman":
            return _of_postman(turn, before, event)
        case "article":
            staff = has_it = False
            if isinstance(event, NumberCorrected):
                staff = world.is_staff(event.phone)
                has_it = event.phone == turn.held[phone].recipient
            window = _window(turn, phone, event) if isinstance(event, AtWindow) else None
            paper = _paper(turn, phone, event) if isinstance(event, WrittenOnPaper) else None
            its = world.parcels[phone].fact(world.now)
            return ClockFacts(world.now, world.today, its, window, staff, has_it, paper)
        case "move" | "recall":
            held, its = turn.held[phone], world.parcels[phone].fact(world.now)
            ends = calendar.awake_after(world.now, SILENCE)
            named = held.named or ""
            staff = bool(named) and world.is_staff(named)
            by, has_it = held.named_by or "sender", bool(named) and named == held.recipient
            return MoveFacts(world.now, its, ends, named, by, staff, has_it)
        case "exception":
            return _of_exception(turn, phone, event)
        case "office" if isinstance(event, AnswerException | ExceptionAsked | NotUnderstood):
            return _of_office(turn, phone, event)
        case "offer":
            sent = tuple(_sent_offer(world, each) for each in world.offers_of(phone))
            return OfferFacts(world.now, sent)
        case "new_phone":
            return _of_new_phone(turn, before, event)
        case "helped":
            return _of_helped(world, phone)
        case _:
            return _of_party(turn, phone, event)


def _asked_of_office(world: SmallWorld) -> tuple[str, ...]:
    """Return the articles about which the office is asked, the newest question first."""
    asked = [(each.exception.asked_at, n) for n, each in world.parcels.items() if each.exception]
    return tuple(number for _, number in sorted(asked, reverse=True))


def _of_exception(turn: SmallTurn, number: str, event: Event) -> ExceptionFacts:
    world, parcel = turn.world, turn.world.parcels[number]
    row, its = parcel.exception, parcel.fact(world.now)
    until = (row.asked_at if row else world.now) + EXCEPTION_ANSWERED_IN
    if isinstance(event, QuestionOpened) and parcel.item is not None:
        same = event.by in (parcel.item.postman, BOTH)
        return ExceptionFacts(world.now, its, until, _ROLES.get(event.by), same)
    if row is None or not isinstance(event, ExceptionAnswered):
        return ExceptionFacts(world.now, its, until)
    role = _ROLES.get(event.by)
    found = ExceptionFacts(world.now, its, until, role, event.by in (row.postman, BOTH))
    if row.phone is None:
        return found
    return replace(
        found,
        named=row.phone,
        named_is_staff=world.is_staff(row.phone),
        named_has_it=row.phone == turn.held[number].recipient,
    )


def _of_office(
    turn: SmallTurn, phone: str, event: AnswerException | ExceptionAsked | NotUnderstood
) -> PartyFacts:
    """As conversation/facts.py: of several questions that whose digits are quoted."""
    world = turn.world
    found: ArticleFact | None = None
    if isinstance(event, ExceptionAsked):
        found = world.parcels[event.article].fact(world.now, phone)
    else:
        asked = [world.parcels[n].fact(world.now, phone) for n in _asked_of_office(world)]
        which = event.which if isinstance(event, AnswerException) else None
        asked = [each for each in asked if which in (None, each.digits)]
        unanswered = [each for each in asked if each.exception == "asked"]
        if not isinstance(event, NotUnderstood):
            asked = unanswered or (asked[:1] if QUOTE in turn.apart else asked)
        else:
            asked = unanswered
        if len(asked) > 1:
            return PartyFacts(world.now, None, world.today, several=True)
        if QUOTE in turn.apart:
            asked = [_quoting(turn, each, phone, each.exceptions) for each in asked]
        found = next(iter(asked), None)
    row = world.parcels[found.number].exception if found is not None else None
    if found is None or row is None:
        return PartyFacts(world.now, found, world.today)
    used, handed = _rate(world, row.postman)
    return PartyFacts(
        world.now,
        found,
        world.today,
        rate=ExceptionRate(row.postman, used, handed),
        answerable=world.postmen[row.postman].phone != phone,
        before=isinstance(event, AnswerException)
        and found.quote != "right"
        and turn.written_at is not None
        and turn.written_at < row.asked_at,
    )


def _rate(world: SmallWorld, staff: str) -> tuple[int, int]:
    items = [item for parcel in world.parcels.values() for item in parcel.items]
    handed = [item for item in items if (item.postman, item.state) == (staff, "delivered")]
    return sum(item.proof == "exception" for item in handed), len(handed)


def _window(turn: SmallTurn, number: str, event: AtWindow) -> WindowFact:
    second = event.second if isinstance(event, DocumentShown) else None
    fact = WindowFact(by=_ROLES.get(event.by), second=_ROLES.get(second) if second else None)
    parcel = turn.world.parcels[number]
    if not isinstance(event, ToldCodeAtWindow) or not parcel.coded:
        return fact
    said = turn.apart.get(SAID, "")
    return replace(fact, verdict=verdicts.at_window(turn.world, parcel, said))


def _paper(turn: SmallTurn, number: str, event: WrittenOnPaper) -> PaperFact:
    """As postal/slips.py: the list is that of the article's last item, and the outage the day's."""
    world, parcel = turn.world, turn.world.parcels[number]
    item = parcel.item
    assert item is not None  # the door found it on the slip
    fact = PaperFact(
        item=item.state,
        covered=event.said_at <= world.now and calendar.day_of(event.said_at) == item.day,
        by=_ROLES.get(event.by),
        opener=_ROLES[POSTMASTER],
        alone=event.by == POSTMASTER,
    )
    if event.shown == "signature" or not parcel.coded or parcel.state == "delivered":
        return fact
    said = turn.apart.get(SAID, "")
    worth = verdicts.on_paper(world, parcel, item.postman, said, event.said_at)
    return replace(fact, verdict=worth)


def _of_helped(world: SmallWorld, phone: str) -> HelpedFacts:
    """As conversation/facts.py: the post of the telephone, and what it was asked about it."""
    mine = [each for each in world.parcels.values() if _is_of(each, phone, world.now, 2)]
    facts = [each.fact(world.now, phone) for each in mine]
    talk = world.talks.get((phone, "recipient"))
    state = settle(recipient.MACHINE, talk.standing, world.now).state if talk else "quiet"
    return HelpedFacts(world.now, 0, is_busy(facts, state), collects(facts))


def _of_new_phone(turn: SmallTurn, before: Standing, event: Event) -> NewPhoneFacts:
    now, named = turn.world.now, turn.named
    if named is None:
        return NewPhoneFacts(now, "")
    old = not named.blocked
    asked = settle(new_phone.MACHINE, before, now).state == "asked"
    if not isinstance(event, GivePin) or not asked:
        return NewPhoneFacts(now, spoken(named.staff), old_phone=old)
    right = turn.apart[PIN] == PIN_OF_ALL
    return NewPhoneFacts(now, spoken(named.staff), "right" if right else "wrong", 2, old)


def _of_party(turn: SmallTurn, phone: str, event: Event) -> PartyFacts:
    world = turn.world
    found: ArticleFact | None = None
    if isinstance(event, AskStatus | CameToOffice | Attempted):
        parcel = world.parcels.get(event.article)
        may = parcel is not None and (parcel.sender == phone or phone == world.office)
        found = parcel.fact(world.now, phone) if parcel is not None and may else None
    elif isinstance(event, Recall | CorrectNumber | ProveSender | AskVisit | SenderProved):
        found = _sent(turn, phone, event.article)
    elif isinstance(event, StopRecall):
        known = (_sent(turn, phone, n) for n in turn.held if event.article in (None, n))
        found = next(known, None)
    elif isinstance(event, Wished):
        sent = [each for each in world.parcels.values() if each.sender == phone]
        under_way = [each for each in sent if each.state in _OPEN]
        lately = [
            each
            for each in sent
            if each.state == "delivered"
            and each.delivered_at is not None
            and each.delivered_at > world.now - SENT_LATELY
        ]
        meant = under_way or lately
        found = meant[0].fact(world.now, phone) if len(meant) == 1 else None
    staff = isinstance(event, CorrectNumber) and world.is_staff(event.phone)
    return PartyFacts(world.now, found, world.today, 1, staff, _greeted(world, phone, event))


def _sent(turn: SmallTurn, phone: str, number: str) -> ArticleFact | None:
    if number not in turn.held or turn.held[number].sender != phone:
        return None
    fact = turn.world.parcels[number].fact(turn.world.now, phone)
    return _quoting(turn, fact, phone, 0) if QUOTE in turn.apart else fact


def _quoting(turn: SmallTurn, fact: ArticleFact, phone: str, question: int) -> ArticleFact:
    quoted = turn.apart[QUOTE]
    verdict = verdicts.quote(turn.world, fact.number, phone, question, quoted)
    if verdict == "right" and turn.proof == "text":
        turn.proof = "quoted"
    return replace(fact, quote=verdict)


def _of_recipient(turn: SmallTurn, phone: str, event: Event) -> RecipientFacts:
    world, now = turn.world, turn.world.now
    named = event.article if isinstance(event, Happening) else None
    parcels = [
        parcel
        for number, parcel in world.parcels.items()
        if number == named
        or (number in turn.held and _is_of(parcel, phone, now, 7 if _is_long(parcel) else 2))
    ]
    parcels.sort(key=lambda each: (each.number == named, each.updated_at or each.booked_at))
    mine = tuple(parcel.fact(now, phone) for parcel in parcels)
    if isinstance(event, ReportFraud):
        mine = tuple(_with_herd(world, each, phone) for each in mine)
    if isinstance(event, Consent):
        mine = tuple(
            _quoting(turn, each, phone, each.questions) if is_asked(each) else each for each in mine
        )
    if isinstance(event, Deny):
        mine = tuple(_with_question(world, each, phone) for each in mine)
    names = SomebodyElse | DestinationMoved
    return RecipientFacts(
        now=now,
        articles=mine,
        lost=tuple(_with_denial(world, world.parcels[n], phone) for n in turn.lost),
        recalls=tuple(world.parcels[n].fact(now, phone) for n in turn.recalls),
        named_is_staff=isinstance(event, names)
        and bool(event.phone)
        and world.is_staff(str(event.phone)),
        hears_named=_hears_named(world, phone, event),
        itself=tuple(
            each.number
            for each in mine
            if isinstance(event, Consent)
            and is_asked(each)
            and turn.held[each.number].named == phone
        ),
        greeted=_greeted(world, phone, event),
        release="approach",
        code_ttl=CODE_SECONDS,
        day_end=datetime.combine(world.today, _DAY_END, INDIA),
        today=world.today,
        ticket=1,
        offline=OFFLINE_A_DAY > 0,
        household=_household(turn, phone, event, mine),
    )


def _hears_named(world: SmallWorld, phone: str, event: Event) -> bool:
    if isinstance(event, NamedAtDoor):
        return world.named_today(phone) < MOST_NAMED
    return not isinstance(event, NamedNoMore) or (phone, event.article) in world.naming


def _with_question(world: SmallWorld, fact: ArticleFact, phone: str) -> ArticleFact:
    if not fact.unsure or fact.state != "out_for_delivery":
        return fact
    return replace(fact, whose_asked=phone in world.parcels[fact.number].whose)


def _with_denial(world: SmallWorld, parcel: Parcel, phone: str) -> ArticleFact:
    return replace(parcel.fact(world.now, phone), disowned=phone in parcel.denials)


def _household(
    turn: SmallTurn, phone: str, event: Event, mine: Sequence[ArticleFact]
) -> HouseholdFact:
    """As conversation/facts.py: read where the event is about it."""
    about = isinstance(event, AskWishes | SetWish | AskWord | DrawWord | TakeWord | ReportFraud)
    if not about and not may_answer_wish(event, mine):
        return HouseholdFact()
    row = turn.world.households.get(phone)
    doubted = phone in turn.world.doubted
    fact = HouseholdFact(doubted=doubted)
    if row is not None:
        fact = HouseholdFact(
            row.may_take or "holder",
            row.weekdays,
            row.keeps,
            "offered" if row.offered else row.word,
            row.asking(turn.world.now) or "holder",
            row.question,
            spent=row.spent(turn.world.today),
            doubted=doubted,
        )
    if not isinstance(event, SetWish | Consent) or QUOTE not in turn.apart:
        return fact
    wish = fact.asks if isinstance(event, Consent) else event.wish
    if wish not in ("household", "neighbour"):
        return fact
    verdict = verdicts.household_quote(turn.world, phone, wish, turn.apart[QUOTE])
    if verdict == "right" and turn.proof == "text":
        turn.proof = "quoted"
    return replace(fact, quote=verdict)


def _greeted(world: SmallWorld, phone: str, event: Event) -> bool:
    last = world.greeted.get(phone) if greets(event) else None
    return last is not None and last > world.now - GREETED_AGAIN_AFTER


def _with_herd(world: SmallWorld, fact: ArticleFact, phone: str) -> ArticleFact:
    """As `postal.herd.reported`: everybody lives in one PIN."""
    today = world.today
    others = (whose for whose, day in world.frauds if day == today and whose != phone)
    warned = today in world.warned or any(
        about == "herd" for each in world.parcels.values() for about, _ in each.tickets
    )
    due = {
        each.recipient for each in world.parcels.values() if each.state == "out_for_delivery"
    } - {None}
    return replace(
        fact,
        fraud_reports=sum(world.had_code(whose, today) for whose in others),
        had_code=world.had_code(phone, today),
        herd=None if warned else len(due),
    )


# ---- postmen -----------------------------------------------------------------------------------


def _of_postman(turn: SmallTurn, before: Standing, event: Event) -> PostmanFacts:
    world, postman = turn.world, turn.postman
    if isinstance(event, PhoneMoved):
        return PostmanFacts(world.now, (), has_list=False, left=0, next_serial=None)
    if isinstance(event, ItemsOffered | TakeOver | TurnDown):
        return _answering(turn, event)
    staff = postman.staff if postman else None
    if isinstance(event, Happening):
        staff = turn.held[event.article].postman
    assert staff is not None
    items = tuple(_item(turn, staff, ref) for ref in _refs(turn, event, before))
    has_list, left, following = True, 0, None
    if isinstance(event, AskLeft) or any(item.state == "elsewhere" for item in items):
        has_list, left, following = _left(world, staff)
    if isinstance(event, AskException) and event.phone is None:
        items = tuple(_reached(world, item) for item in items)
    if isinstance(event, Pass):
        items = _offered(world, staff, items)
    day = _day(world, staff) if isinstance(event, ListMade | DayEnded) else None
    return PostmanFacts(
        world.now,
        items,
        has_list,
        left,
        following,
        turn.written_at,
        _taker(turn),
        day,
        exceptions_left=_exceptions_left(world, staff, event, items),
        offline_left=_offline_left(world, staff, event),
        named_is_staff=isinstance(event, AskException)
        and bool(event.phone)
        and world.is_staff(str(event.phone)),
    )


def _reached(world: SmallWorld, item: ItemFact) -> ItemFact:
    article = item.article
    if article is None or article.exception != "none":
        return item
    reached = world.parcels[article.number].reached(world.now)
    return replace(item, article=replace(article, within_reach=reached))


def _offline_left(world: SmallWorld, staff: str, event: Event) -> int:
    if not isinstance(event, Visit) or not any(_is_offline(act) for act in event.acts):
        return 0
    rows = [row for parcel in world.parcels.values() for row in parcel.claims]
    said = [r for r in rows if (r.postman, r.day) == (staff, world.today)]
    counted = sum(row.outcome in ("stands", "unproven") for row in said)
    return max(0, OFFLINE_A_DAY - counted)


def _is_offline(act: VisitAct) -> bool:
    return isinstance(act, Handover) and act.proof == "offline"


def _exceptions_left(world: SmallWorld, staff: str, event: Event, items: Sequence[ItemFact]) -> int:
    if not isinstance(event, AskException):
        return 0
    parcels = world.parcels.values()
    today = (staff, world.today)
    asked = sum(each.excepted_on.count(today) for each in parcels)
    free = sum(each.refused_on.count(today) for each in parcels)
    named = sum(each.named_on.count(today) for each in parcels)
    left = [EXCEPTIONS_A_DAY - asked + free, MOST_ASKED * EXCEPTIONS_A_DAY - asked]
    left += [
        MOST_ASKED_OF_ARTICLE - sum(day == world.today for _, day in parcel.excepted_on)
        for item in items
        if item.article is not None
        for parcel in (world.parcels[item.article.number],)
    ]
    if event.phone is not None:
        left.append(EXCEPTIONS_A_DAY - named)
    places = [world.parcels[item.article.number].item for item in items if item.article]
    if any(place is not None and place.question_opened for place in places):
        return 1
    return max(0, min(left))


def _refs(turn: SmallTurn, event: Event, before: Standing | None) -> list[str]:
    context = before.context if before else None
    if isinstance(event, Visit):
        return [act.item for act in event.acts]
    if isinstance(event, Pass):
        return list(event.items)
    if isinstance(event, AskException):
        return [event.item]
    if isinstance(event, Happening):
        return [event.article]
    if isinstance(event, Undo) and isinstance(context, LastVisit):
        assert turn.postman is not None
        mine = turn.postman.staff
        parcels = turn.world.parcels
        last = {n: each.item for n, each in parcels.items()}
        return [
            done.article
            for done in context.done
            if (item := last[done.article]) is not None and item.postman == mine
        ]
    if isinstance(event, TimedOut) and isinstance(context, LastVisit):
        return list(context.visiting)
    return []


def _listed(world: SmallWorld, staff: str, ref: str) -> tuple[Parcel, ListedParcel] | None:
    """Return the item that `ref` (a serial, or an article number) is on today's list of `staff`."""
    found = None
    for parcel in world.parcels.values():
        for item in parcel.items:
            mine = (item.postman, item.day) == (staff, world.today)
            if mine and ref in (str(item.serial), parcel.number):
                found = (parcel, item)
    return found


def _item(turn: SmallTurn, staff: str, ref: str) -> ItemFact:
    world, found = turn.world, _listed(turn.world, staff, ref)
    if found is None:
        return ItemFact(ref, int(ref) if ref.isdigit() else 0, "elsewhere", None)
    parcel, item = found
    since = world.now - APPROACHES_WITHIN
    came = sum(at > since for at in parcel.approaches)
    fact = parcel.fact(world.now)
    entered = turn.apart.get(ref)
    three = turn.apart.get(f"{ref}{CHECKED}")
    judged = item.state == "open" and offline(fact) is None
    if entered is not None and three is not None and judged:
        worth, check = verdicts.without_network(world, parcel, entered, three, staff)
        came_ = (worth, item.approached, came)
        return ItemFact(ref, item.serial, item.state, fact, *came_, check=check)
    verdict = (
        verdicts.at_door(world, parcel, item, entered, staff, turn.written_at)
        if entered is not None and (parcel.coded or fact.code_for == "refusal")
        else "unchecked"
    )
    sent = any(each.place == len(parcel.items) - 1 for each in parcel.codes)
    if three is not None and verdict not in ("right", "unchecked") and not sent:
        verdict = "none"
    its = ItemFact(ref, item.serial, item.state, fact, verdict, item.approached, came)
    if WORD not in turn.apart or item.state != "open":
        return its
    return replace(its, word=verdicts.word(world, parcel, item, turn.apart[WORD], staff))


def _todays(world: SmallWorld, staff: str) -> list[tuple[Parcel, ListedParcel]]:
    return [
        (parcel, item)
        for parcel in world.parcels.values()
        for item in parcel.items
        if (item.postman, item.day) == (staff, world.today)
    ]


def _left(world: SmallWorld, staff: str) -> tuple[bool, int, int | None]:
    todays = _todays(world, staff)
    serials = [item.serial for _, item in todays if item.state == "open"]
    return bool(todays), len(serials), min(serials, default=None)


def _day(world: SmallWorld, staff: str) -> DayFact:
    todays = _todays(world, staff)
    states = [item.state for _, item in todays]
    open_ = [(parcel.amount, item.serial) for parcel, item in todays if item.state == "open"]
    return DayFact(
        states.count("delivered"),
        states.count("attempted"),
        len(open_),
        min((serial for _, serial in open_), default=None),
        0,
        sum(amount for amount, _ in open_),
    )


# ---- offers to colleagues ------------------------------------------------------------------------


def _taker(turn: SmallTurn) -> str | None:
    taker = turn.colleague
    return taker.staff if taker is not None and _fits(turn, taker) else None


def _fits(turn: SmallTurn, taker: PostmanRow) -> bool:
    """Tell whether no code of the items is the colleague's own; no list is full here."""
    return not any(taker.phone in (held.recipient, held.nominee) for held in turn.held.values())


def _offered(world: SmallWorld, giver: str, items: Sequence[ItemFact]) -> tuple[ItemFact, ...]:
    """Return `items` of a postman's list with what he offers of them, to whom."""
    return tuple(
        replace(item, offered_to=found[0], approached_since=found[1])
        if item.article is not None and (found := _offer_of(world, giver, item.serial))
        else item
        for item in items
    )


def _offer_of(world: SmallWorld, giver: str, serial: int) -> tuple[str, bool] | None:
    """As `postal.offers.of_items`: to whom, and whether its postman went there since."""
    for offer in world.offers:
        for number, offered in offer.items:
            item = _listed_as(world, offer, number, offered)
            if (offer.giver, offered) == (giver, serial) and item is not None:
                at = item.approached_at
                return offer.to, at is not None and at > offer.asked_at
    return None


def _listed_as(world: SmallWorld, offer: OfferRow, number: str, serial: int) -> ListedParcel | None:
    found = (
        item
        for item in world.parcels[number].items
        if (item.postman, item.day, item.serial) == (offer.giver, world.today, serial)
    )
    return next(found, None)


def _answering(turn: SmallTurn, event: ItemsOffered | TakeOver | TurnDown) -> PostmanFacts:
    """Read what is offered to the postman who is asked."""
    world, taker = turn.world, turn.colleague
    assert taker is not None
    named = turn.offer.id if turn.offer is not None else None
    found = None
    if named is not None or isinstance(event, ItemsOffered):
        found = world.newest_offer(taker.staff, named)
    if found is None:
        return PostmanFacts(world.now, (), True, 0, None, turn.written_at)
    serials = sorted(serial for _, serial in found.items)
    listed = [_item(turn, found.giver, str(serial)) for serial in serials]
    items = _offered(world, found.giver, listed)
    offer = OfferFact(
        found.id,
        found.giver,
        taker.staff,
        found.asked_at,
        next_serial(world, taker.staff),
        _fits(turn, taker),
    )
    return PostmanFacts(world.now, items, True, 0, None, turn.written_at, offer=offer)


def _sent_offer(world: SmallWorld, offer: OfferRow) -> SentOffer:
    items = (_listed_as(world, offer, *each) for each in offer.items)
    return SentOffer(
        offer.id, offer.to, sum(item is not None and item.state == "open" for item in items)
    )
