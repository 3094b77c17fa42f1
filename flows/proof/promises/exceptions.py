"""I1 and R17: what is handed over without its code, because the office agreed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from flows.acts.door import HandOver
from flows.acts.exception import AskForException, EndException, OpenQuestion
from flows.acts.paper import HandOverOnPaper
from flows.acts.remarks import RecordRemark
from flows.acts.reports import MarkNotReceived, OpenTicket
from flows.events import AnswerException, Deny, ReportFraud
from flows.proof.promises.promise import Promise, done
from flows.proof.world.books import BOTH, SUPERVISOR, SmallWorld
from flows.proof.world.doors import Played
from flows.proof.world.parcel import ExceptionRow, Parcel

_USABLE: Final = timedelta(minutes=30)
_AT_THE_DOOR: Final = timedelta(minutes=30)
_OBJECT: Final = timedelta(days=7)
_MOST_A_DAY: Final = 3
_MOST_AT_ALL: Final = 9
_MOST_OF_ARTICLE: Final = 2
_MOST_TOLD: Final = 3
_TOLD_OF_ONE_MORE: Final = ("exception_opened", "exception_how", "number_how")
_NEVER: Final = ("insured", "money_order")
_DOCUMENT_FOR: Final = timedelta(hours=48)


def agreed(before: SmallWorld, played: Played) -> Iterator[str]:
    for each, act in done(played, HandOver):
        parcel = each.books.parcels[act.article]
        if act.proof != "exception" or not parcel.coded:
            continue
        row = parcel.exception
        if row is None or row.granted_at is None:
            yield "handed over without its code, and nobody agreed"
            continue
        yield from _by_another(row, parcel)
        yield from _of_its_class(row, parcel, before)
        if row.by != SUPERVISOR and parcel.reached(each.books.now):
            yield "handed over without its code, and the telephone that has it was reached"
        if each.books.now - row.granted_at > _USABLE:
            yield "handed over without its code, half an hour after the office agreed"
        code = played.world.parcels[act.article].code
        if code is not None and code.state(played.world.now) == "live":
            yield "handed over without its code, and the code lives"
        texts = {say.template for _, say in played.said if say.article == act.article}
        if "exception_done" not in texts:
            yield "handed over without its code, and its holder is not told how"


def _by_another(row: ExceptionRow, parcel: Parcel) -> Iterator[str]:
    if row.by in (row.postman, BOTH):
        yield "the postman agreed to his own exception"
    if parcel.item is None or parcel.item.postman != row.postman:
        yield "handed over by another postman than the one who asked"


def _of_its_class(row: ExceptionRow, parcel: Parcel, before: SmallWorld) -> Iterator[str]:
    if parcel.passport or parcel.service in _NEVER:
        yield "what goes only with its code, or at the window, was handed over without"
    in_person = parcel.service == "registered" or parcel.amount > 0
    wrong = parcel.wrong_on.count(before.today)
    if row.proof != "fresh" and (in_person or wrong or row.proof != "quoted"):
        yield f"an agreement by {row.proof} was enough"
    if parcel.door_only:
        yield "handed over without its code though fraud was reported"
    if parcel.disputed:
        yield "handed over without its code while whoever had the code before objects"
    if parcel.recipient is None:
        yield "handed over without its code, and no telephone could be told"
    if parcel.moved_at is not None and before.now - parcel.moved_at < _DOCUMENT_FOR:
        yield "handed over without its code in the 48 hours after a move"


def _written_before(before: SmallWorld, played: Played) -> Iterator[str]:
    """Look at an office's text that its carrier took before what it seems to answer."""
    if not isinstance(played.came, AnswerException) or played.written_at is None:
        return
    for _, act in done(played, EndException):
        row = before.parcels[act.article].exception
        if row is not None and played.written_at < row.asked_at:
            yield "an office's text answers a question that was asked after it was written"


def asked(before: SmallWorld, played: Played) -> Iterator[str]:
    yield from _written_before(before, played)
    for _, act in done(played, AskForException):
        written_at = played.written_at or before.now
        if before.now - written_at > _AT_THE_DOOR:
            yield "an exception was asked for by a text of long ago"
        parcel = played.world.parcels[act.article]
        was = before.parcels[act.article].item
        by_hand = was is not None and was.question_opened
        linked = before.parcels[act.article].recipient is not None
        if linked and not (parcel.item and parcel.item.approached):
            yield "an exception was asked for, and the code was never sent"
        of_article = sum(day == before.today for _, day in parcel.excepted_on)
        if of_article > _MOST_OF_ARTICLE and not by_hand:
            yield "an exception was asked for once more than an article may be asked about in a day"
        who = (parcel.item.postman if parcel.item else "", before.today)
        all_ = [each for other in played.world.parcels.values() for each in other.excepted_on]
        free = [each for other in played.world.parcels.values() for each in other.refused_on]
        named = [each for other in played.world.parcels.values() for each in other.named_on]
        often = all_.count(who) - free.count(who) > _MOST_A_DAY or all_.count(who) > _MOST_AT_ALL
        if often and not by_hand:
            yield "a postman asked for one exception more than a day allows"
        if named.count(who) > _MOST_A_DAY and not by_hand:
            yield "a postman named one telephone more than a day allows"
        texts = {say.template for _, say in played.said if say.article == act.article}
        told = {"exception_asked"} if act.phone is None else {"sender_number_named"}
        if act.phone is not None and before.named_today(act.phone) < _MOST_TOLD:
            told |= {"number_named"}
        if act.phone is not None and (parcel.recipient or parcel.disowned) is not None:
            told |= {"number_wrong"}
        if not told <= texts:
            yield "an exception was asked for, and not everybody is told"


def strangers(before: SmallWorld, played: Played) -> Iterator[str]:
    """Look at the telephones that are named at doors: they are told, and are no bell."""
    for phone in {whose for whose, say in played.said if say.template == "number_named"}:
        if played.world.named_today(phone) > _MOST_TOLD:
            yield "a telephone is told once more than a day allows that it was named"
    for whose, say in played.said:
        if say.template == "move_kept_there" and (whose, say.article) not in before.naming:
            yield "a telephone is told the end of what it was not told of"


def opened(before: SmallWorld, played: Played) -> Iterator[str]:
    for each, act in done(played, OpenQuestion):
        item = each.books.parcels[act.article].item
        if played.proof != "fresh" or item is None or act.by in (item.postman, BOTH):
            yield "one more question was opened, and nobody else signed it"
        if not any(say.template in _TOLD_OF_ONE_MORE for _, say in played.said):
            yield "one more question was opened, and its postman is not told"


def contested(before: SmallWorld, played: Played) -> Iterator[str]:
    for each, act in done(played, MarkNotReceived):
        parcel = each.books.parcels[act.article]
        if parcel.item is None or parcel.item.proof != "exception":
            continue
        if parcel.delivered_at is None or each.books.now - parcel.delivered_at > _OBJECT:
            yield "an exception was contested after its seven days"
    for number in _objected_to(before, played):
        if not any(act.article == number for _, act in done(played, OpenTicket)):
            yield "its holder says that it was not for him, and nobody looks at it"


def _objected_to(before: SmallWorld, played: Played) -> Iterator[str]:
    """Yield what went without its holder's code, and he names in time; he may have before."""
    came = played.came
    if not isinstance(came, ReportFraud | Deny) or played.proof != "text":
        return
    for number, parcel in before.parcels.items():
        mine = parcel.recipient == played.phone and came.which in (number, number[-6:-2])
        if not mine or parcel.item is None or parcel.state != "delivered":
            continue
        if parcel.item.proof not in ("exception", "offline", "word"):
            continue
        if parcel.delivered_at is not None and before.now - parcel.delivered_at <= _OBJECT:
            yield number


def contested_move(before: SmallWorld, played: Played) -> Iterator[str]:
    """Look at 3 and 2 of who had the code of what was handed over to another telephone since."""
    came, phone = played.came, played.phone
    if not isinstance(came, ReportFraud | Deny) or played.proof != "text" or phone is None:
        return
    for number, parcel in before.parcels.items():
        had = phone in {whose for whose, _ in parcel.left}
        if not had or phone == parcel.recipient or came.which not in (number, number[-6:-2]):
            continue
        if parcel.delivered_at is None or before.now - parcel.delivered_at > _OBJECT:
            continue
        after = played.world.parcels[number]
        if not any(about == "move" for about, _ in after.tickets):
            yield "who had the code before contests a handover, and nobody looks at it"
        if phone in parcel.denials and after.objected and not parcel.objected:
            yield "who disowned it makes its handover a contested one"


def denied(before: SmallWorld, played: Played) -> Iterator[str]:
    """Look at the 2 of who has the telephone while a postman wants to do without the code."""
    if not isinstance(played.came, Deny):
        return
    for _, act in done(played, OpenTicket):
        if act.article is None or act.article not in before.parcels:
            continue
        if act.about != "not_received":
            continue
        row = before.parcels[act.article].exception
        if row is None or row.phone is not None:
            continue
        if played.world.parcels[act.article].exception is not None:
            yield "who has the telephone says that nobody came, and an exception stands"


def ended(before: SmallWorld, played: Played) -> Iterator[str]:
    """Look at what ends a visit while its postman's question or agreement is open."""
    for kind in (HandOver, RecordRemark, HandOverOnPaper):
        for _, act in done(played, kind):
            if played.world.parcels[act.article].exception is not None:
                yield "the visit is over, and its exception stands"


PROMISES = (
    Promise(
        "R17",
        "an exception",
        "Without its code an article is handed over only by the postman who asked, within half an"
        " hour of the agreement of somebody else, by quoted digits or for what goes in person by a"
        " signed answer; never a passport or an insured article, nor where fraud was reported,"
        " and where a text arrived at its telephone by another office's agreement alone.",
        agreed,
    ),
    Promise(
        "R17",
        "asking for an exception",
        "It is asked for after the code was sent, by a text of the last half hour, a few times a"
        " day, twice of an article, and the holder is told; of another telephone, that one and the"
        " sender too. What an office wrote before answers nothing.",
        asked,
    ),
    Promise(
        "R17",
        "one more question",
        "Beyond a day's limits a question is opened by somebody else's signature, and its postman"
        " is told.",
        opened,
    ),
    Promise(
        "R17",
        "who is named at a door",
        "A telephone is told a few times a day that it was named, and the end where it was told.",
        strangers,
    ),
    Promise(
        "R17",
        "contesting an exception",
        "For seven days its holder's word opens a ticket, whoever said so in his name before; of a"
        " household's word and a door without network too.",
        contested,
    ),
    Promise(
        "R17",
        "contesting a move",
        "For seven days after a handover the word of whoever had the code before it went to another"
        " telephone opens a ticket; of who disowned it, no more than that.",
        contested_move,
    ),
    Promise(
        "R17",
        "no exception against its holder",
        "Whoever has the telephone and says that nobody came ends question and agreement.",
        denied,
    ),
    Promise(
        "R17",
        "no exception after its visit",
        "A handover, by whatever it is proven, and a remark end question and agreement.",
        ended,
    ),
)
