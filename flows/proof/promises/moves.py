"""I1 where the holder changes: who may make another telephone the holder, and how it was proven."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from flows.acts.hold import AskRecall, ChooseDay, RecallArticle
from flows.acts.moves import AskMove, Relink
from flows.acts.nominee import AcceptNomination, Nominate
from flows.acts.phone import TakePhone, Unlink
from flows.events import Consent, Deny, ReportFraud, StopRecall, TimedOut
from flows.facts import NewPhoneFacts, PartyFacts
from flows.happenings import DestinationMoved, ExceptionAnswered
from flows.proof.promises.promise import Promise, done
from flows.proof.world.books import BOTH, SmallWorld
from flows.proof.world.doors import Played
from flows.proof.world.parcel import Parcel
from flows.proof.world.turn import Decided
from india.calendar import awake_after

_SILENCE = timedelta(hours=4)
_OWN_TYPING = timedelta(minutes=30)
_TEN_MINUTES = timedelta(minutes=10)
_HALF_AN_HOUR = timedelta(minutes=30)
_MOST_MOVES = 2
_ENDED = ("delivered", "returned", "recalled")


def _personal(parcel: Parcel) -> bool:
    kinds = ("registered", "insured", "money_order")
    return parcel.passport or parcel.service in kinds or parcel.amount > 0


def moved_by(before: SmallWorld, played: Played) -> Iterator[str]:
    for each, asks in done(played, AskMove):
        if asks.by == "door":
            yield from _agreed_at_door(asks.phone, each.books.parcels[asks.article], each)
    for each, act in done(played, Relink):
        was = before.parcels[act.article]
        parcel = each.books.parcels[act.article]
        if act.phone == was.recipient:
            yield "it was moved to the telephone that it had"
        if act.by == "office":
            if each.facts.proof != "two":
                yield "an office moved it without two people"
        elif act.by == "booker":
            late = each.books.now - parcel.booked_at > _OWN_TYPING
            if parcel.codes or late or each.facts.proof not in ("pin", "fresh", "two"):
                yield "the booker moved it after half an hour, or after a code"
        elif act.by == "door":
            yield from _at_door(act.phone, was, parcel, played, each)
        elif _personal(parcel):
            yield "what goes to the addressee in person was moved by text"
        else:
            yield from _by_sender(was, parcel, played, each)


def _by_sender(was: Parcel, parcel: Parcel, played: Played, each: Decided) -> Iterator[str]:
    facts = each.facts
    quoted = isinstance(facts, PartyFacts) and facts.article and facts.article.quote == "right"
    if not (parcel.proven or quoted):
        yield "it was moved for a sender who has not proven himself"
    if parcel.frozen or parcel.disputed:
        yield "it was moved for a sender though a holder said that it is his"
    if was.recipient is None:
        return  # he said himself that it is not his, as `unlinked_by` has seen
    mine = played.phone == was.recipient
    if isinstance(played.came, Consent) and mine and played.proof == "quoted":
        return
    if isinstance(played.came, Deny) and mine and played.proof == "text":
        return
    if isinstance(each.event, TimedOut) and parcel.move is not None and not parcel.codes:
        if awake_after(parcel.move.asked_at, _SILENCE) > each.books.now:
            yield "silence was consent before four waking hours"
        return
    yield "it was moved without the holder's consent"


def _at_door(
    phone: str, was: Parcel, parcel: Parcel, played: Played, each: Decided
) -> Iterator[str]:
    """Look at a number that was corrected at the door: at once, or after its holder was asked."""
    if each.whose[1] == "exception":
        yield from _agreed_at_door(phone, parcel, each)
        if was.recipient is not None and not _nobodys(parcel, each):
            yield "a number was corrected at the door, and who has it was not asked"
        if each.facts.proof != "fresh":
            yield "a number was corrected at the door without a yes, and the page was not looked at"
        texts = {whose for whose, say in played.said if say.template == "move_done"}
        if was.recipient is None and was.disowned not in (None, *texts):
            yield "a number was corrected at the door, and who disowned it does not hear it"
        return
    asked = parcel.move
    if asked is None or (asked.by, asked.phone) != ("door", phone):
        yield "a number was corrected at the door, and the office did not agree"
        return
    if parcel.frozen or parcel.disputed:
        yield "a number was corrected at the door though a holder said that it is his"
    mine = played.phone == was.recipient
    if mine and isinstance(played.came, Consent) and played.proof == "quoted":
        return
    if mine and isinstance(played.came, Deny) and played.proof == "text":
        return
    yield "a number was corrected at the door without its holder's consent"


def _nobodys(parcel: Parcel, each: Decided) -> bool:
    """Tell whether the telephone was withdrawn, and has neither a code nor a text of ours."""
    gone = parcel.recipient in parcel.withdrawn and not parcel.codes
    return gone and not parcel.reached(each.books.now)


def _agreed_at_door(phone: str, parcel: Parcel, each: Decided) -> Iterator[str]:
    """Look at who agreed that a number is corrected, and of what."""
    row, event = parcel.exception, each.event
    if row is None or row.phone != phone:
        yield "a number was corrected that nobody asked for"
        return
    if not isinstance(event, ExceptionAnswered) or not event.granted:
        yield "a number was corrected at the door, and nobody agreed"
        return
    if event.by in (row.postman, BOTH) or each.facts.proof not in ("quoted", "fresh"):
        yield "a number was corrected at the door, and nobody but its postman agreed"
    if _personal(parcel):
        yield "the number of what goes to the addressee in person was corrected at the door"
    if parcel.door_only or parcel.frozen or parcel.disputed:
        yield "a number was corrected at the door that somebody says is his"
    if parcel.wrong_today(each.books.now):
        yield "a number was corrected at the door after wrong codes"


def unlinked_by(before: SmallWorld, played: Played) -> Iterator[str]:
    for _, act in done(played, Unlink):
        parcel = before.parcels[act.article]
        mine = parcel.recipient == played.phone
        if not (mine and isinstance(played.came, Deny) and played.proof in ("text", "quoted")):
            yield "a telephone lost an article without saying by text that it is not its own"
        code = parcel.code
        here = code is not None and code.sent_to[-1:] == (played.phone,)
        if code is None or not here:
            continue
        if code.state(before.now) == "live":
            yield "a telephone that has a living code lost its article by a no"
        moved = parcel.document_until is not None and parcel.document_until > before.now
        if played.phone not in parcel.whose and not moved:
            yield "a telephone that had its code lost its article by a no that nobody asked for"
        if played.phone not in parcel.withdrawn and not moved:
            yield "a telephone that had its code lost its article by a no, and nobody withdrew it"


def nominated_by(before: SmallWorld, played: Played) -> Iterator[str]:
    for each, act in done(played, Nominate, AcceptNomination):
        parcel = each.books.parcels[act.article]
        if _personal(parcel) and (parcel.passport or not parcel.authorised):
            yield "somebody is named for what goes to the addressee in person"
        if isinstance(act, AcceptNomination):
            asked = parcel.nominee.phone if parcel.nominee else None
            if played.phone != asked or played.proof not in ("text", "quoted"):
                yield "a nominee's yes that is not the nominee's own"
            continue
        by_desk = isinstance(each.event, DestinationMoved)
        if by_desk and each.facts.proof != "two":
            yield "one person of the office alone named somebody"
        if not by_desk and (played.phone != parcel.recipient or played.proof != "text"):
            yield "somebody was named by another than the addressee"


def nominee_after_ten_minutes(before: SmallWorld, played: Played) -> Iterator[str]:
    for each in played.decided:
        for say in each.decision.says:
            if say.code_of is None:
                continue
            nominee = played.world.parcels[say.code_of].nominee
            if nominee is None or nominee.phone != each.whose[0]:
                continue
            agreed = nominee.agreed_at
            if agreed is None or each.books.now - agreed < _TEN_MINUTES:
                yield "a nominee got a code before the holder had ten minutes to object"
            elif not (nominee.told or nominee.signed):
                yield "a nominee got a code of whom the holder was never told"


def staff_holds_nothing(before: SmallWorld, played: Played) -> Iterator[str]:
    for each, act in done(played, Relink, Nominate):
        if each.books.is_staff(act.phone):
            yield "a telephone of the staff is to get the code"


def twice_at_most(before: SmallWorld, played: Played) -> Iterator[str]:
    for parcel in played.world.parcels.values():
        if parcel.moves > _MOST_MOVES:
            yield f"it was moved {parcel.moves} times"


def postmans_phone(before: SmallWorld, played: Played) -> Iterator[str]:
    for each, _ in done(played, TakePhone):
        facts = each.facts
        right = isinstance(facts, NewPhoneFacts) and facts.pin == "right"
        named = any(p.next_phone == each.whose[0] for p in each.books.postmen.values())
        if not (right and named):
            yield "a telephone speaks for a postman without his office and his PIN"


def recalled_by(before: SmallWorld, played: Played) -> Iterator[str]:
    for each, act in done(played, AskRecall, RecallArticle):
        parcel = each.books.parcels[act.article]
        facts = each.facts
        quoted = isinstance(facts, PartyFacts) and facts.article and facts.article.quote == "right"
        if not (parcel.proven or quoted):
            yield "it was recalled for a sender who has not proven himself"
        at = parcel.recalled_at
        if isinstance(act, RecallArticle) and (
            at is None or each.books.now - at < _HALF_AN_HOUR or parcel.state == "out_for_delivery"
        ):
            yield "it was recalled before the sender had half an hour to object"


def named_by_sender(before: SmallWorld, played: Played) -> Iterator[str]:
    for each, act in done(played, ChooseDay):
        if each.whose[1] != "sender":
            continue
        parcel, facts = each.books.parcels[act.article], each.facts
        quoted = isinstance(facts, PartyFacts) and facts.article and facts.article.quote == "right"
        if not (parcel.proven or quoted):
            yield "the day was chosen for a sender who has not proven himself"
        if parcel.chosen_day is not None:
            yield "the day that was chosen before was taken away by the sender"


def said_no(before: SmallWorld, played: Played) -> Iterator[str]:
    for number, was in before.parcels.items():
        after = played.world.parcels[number]
        kept = isinstance(played.came, ReportFraud) and played.came.which is None
        asked = was.move is not None and was.recipient == played.phone
        going_on = after.move is not None or not after.frozen
        if asked and kept and going_on and was.state not in _ENDED:
            yield "the holder said that it is his, and he is still asked, or asked again"
        stopped = isinstance(played.came, StopRecall) and played.came.article in (None, number)
        his = was.recalled_at is not None and was.sender == played.phone
        if his and stopped and after.recalled_at is not None:
            yield "the sender objected to a recall, and it goes on"


PROMISES = (
    Promise(
        "I1",
        "who moves it",
        "Another telephone becomes the holder only by the present one's consent, quoted; by his own"
        " word that it is not his, for a proven sender; by four waking hours of his silence, if no"
        " code was ever issued; by two of an office; by the booker within half an hour; or at the"
        " door, for plain post, where the office agreed, by his yes, or where the number was"
        " withdrawn or not his; never by his silence there."
        " What it has already is no move.",
        moved_by,
    ),
    Promise(
        "I1",
        "not mine",
        "A telephone ceases to be an article's only by its own text; where its code was sent there,"
        " only if its operator withdrew it and it was asked since whether it is for it.",
        unlinked_by,
    ),
    Promise(
        "I1",
        "who names a nominee",
        "A nominee is named by the addressee, where the law allows one, or by two of an office, and"
        " agrees herself.",
        nominated_by,
    ),
    Promise(
        "I1",
        "ten minutes for the holder",
        "A nominee gets codes ten minutes after her yes, not earlier, and whom a text named not"
        " before the addressee was told.",
        nominee_after_ten_minutes,
    ),
    Promise(
        "I1", "no staff", "A telephone of the staff never becomes a holder.", staff_holds_nothing
    ),
    Promise(
        "I1",
        "no",
        "The holder's 3 ends a move that he is asked about, for good; the sender's, a recall.",
        said_no,
    ),
    Promise("I1", "twice at most", "An article is moved twice at most.", twice_at_most),
    Promise(
        "I1",
        "a postman's telephone",
        "Another telephone speaks for a postman only if his office named it and his PIN was right.",
        postmans_phone,
    ),
    Promise(
        "R7",
        "who recalls",
        "A sender recalls an article only if he is proven, and half an hour after he said so.",
        recalled_by,
    ),
    Promise(
        "R7",
        "who names the day",
        "A sender names the day of a visit only if he is proven and no day was chosen before.",
        named_by_sender,
    ),
)
