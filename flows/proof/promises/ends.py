"""I5, and what of I7 and of the limits can be seen without the doors."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

from flows.acts.door import MarkApproached
from flows.acts.helped import NoteAnswer, NoteWords, OpenAgain
from flows.acts.lists import PassItem
from flows.acts.remarks import SuspendRemark
from flows.acts.reports import NoteHint, OpenTicket
from flows.decision import LastVisit
from flows.events import Approach, AskedBack, Deny, NotUnderstood, TakeOver, Visit, Wished, Yes
from flows.facts import PostmanFacts
from flows.happenings import WentOut
from flows.proof.promises.promise import Promise, done, pairs
from flows.proof.world.books import SmallWorld
from flows.proof.world.doors import Played

_ENDED = ("delivered", "returned", "recalled")
_TEN_MINUTES = timedelta(minutes=10)
_MOST_APPROACHES, _MOST_DOORS, _TRIES, _QUOTES = 3, 5, 5, 3
_WRONG = ("quote_wrong", "sender_quote_wrong")
_ASKED_FOR = {
    "quiet": timedelta(0),
    "asked": timedelta(days=3),
    "thanked": timedelta(days=1),
    "reopened": timedelta(days=3),
}
_SILENT = ("told", "greeted")  # said what to ask, once a day


def nothing_is_forgotten(before: SmallWorld, played: Played) -> Iterator[str]:
    for number, parcel in played.world.parcels.items():
        talk = played.world.talks[number, "article"]
        if parcel.state in _ENDED:
            if talk.due_at is not None:
                yield f"it is {parcel.state}, and its time still runs"
        elif talk.due_at is None and not parcel.tickets:
            yield f"it is {parcel.state} and has no time limit and no ticket"
        if parcel.move is not None and played.world.talks[number, "move"].due_at is None:
            yield "its holder is asked for ever"
        if parcel.recalled_at is not None and played.world.talks[number, "recall"].due_at is None:
            yield "its recall is neither done nor ended"
    for offer in played.world.offers:
        giver = played.world.postmen[offer.giver].phone
        waits = played.world.talks.get((giver, "offer"))
        if offer.is_of(played.world.today) and (waits is None or waits.due_at is None):
            yield "a colleague is asked for ever to take items over"


def every_text_is_answered(before: SmallWorld, played: Played) -> Iterator[str]:
    if not played.phone or any(phone == played.phone for phone, _ in played.said):
        return
    first = played.decided[0]
    if first.decision.state not in _SILENT:
        yield "a text without an answer"


# What own words may do before a digit comes: they are noted, and doubt what a postman said.
_PROPOSES = (NoteHint, NoteWords, OpenTicket, SuspendRemark)


def nothing_by_guess(before: SmallWorld, played: Played) -> Iterator[str]:
    if isinstance(played.came, NotUnderstood | AskedBack | Wished):
        for each in played.decided:
            for act in each.decision.acts:
                if not isinstance(act, _PROPOSES):
                    yield f"a text in own words did {type(act).__name__}"


_OF_TICKET = (NoteAnswer, NoteWords, OpenAgain)
_BARE = (Yes(), Deny())


def an_answer_to_the_desk(before: SmallWorld, played: Played) -> Iterator[str]:
    """A bare 1 or 2 after the desk's question does nothing to post, and no other one to tickets."""
    asked = played.phone in before.questioned and not before.is_staff(played.phone)
    for each in played.decided:
        if asked and played.came in _BARE and each.whose[1] != "helped":
            waits = before.talks[played.phone, "helped"].standing
            if played.world.now - waits.entered_at < _ASKED_FOR[waits.state]:
                yield "an answer to the desk's question was taken for one about post"
        for act in each.decision.acts:
            if isinstance(act, _OF_TICKET) and not asked:
                yield "a ticket's person was heard whom nobody asked"


def tries_are_counted(before: SmallWorld, played: Played) -> Iterator[str]:
    for was, after in pairs(before, played):
        today = played.world.today
        opened = after.state == "delivered" and was.state != "delivered" and played.codes
        if opened and was.wrong_on.count(today) >= _TRIES:
            yield "a code opened after five wrong ones today"
        if after.wrong_on.count(today) > _TRIES:
            yield "more than five wrong codes were compared"
    wrong = Counter(
        phone
        for parcel in played.world.parcels.values()
        for phone, day in parcel.wrong_quotes
        if day == played.world.today
    )
    if any(count > _QUOTES for count in wrong.values()):
        yield "more than three wrong quotes of a telephone were compared"
    for each in played.decided:
        facts = each.facts
        if isinstance(each.event, Visit) and isinstance(facts, PostmanFacts):
            for item in facts.items:
                if item.verdict == "wrong" and item.article is not None:
                    number = item.article.number
                    was, after = each.books.parcels[number], played.world.parcels[number]
                    if len(after.wrong_on) != len(was.wrong_on) + 1:
                        yield "a wrong code was not counted"


def quotes_are_counted(before: SmallWorld, played: Played) -> Iterator[str]:
    for phone, say in played.said:
        if say.template in _WRONG and say.article is not None:
            was, after = before.parcels[say.article], played.world.parcels[say.article]
            if len(after.wrong_quotes) != len(was.wrong_quotes) + 1:
                yield f"{phone} quoted wrong digits, and they were not counted"


def three_approaches(before: SmallWorld, played: Played) -> Iterator[str]:
    for parcel in played.world.parcels.values():
        lately = [at for at in parcel.approaches if played.world.now - at < _TEN_MINUTES]
        if parcel.coded and len(lately) > _MOST_APPROACHES:
            yield f"{len(lately)} approaches to one item within ten minutes"
    for each, _ in done(played, MarkApproached):
        assert isinstance(each.event, Visit)
        doors = [act for act in each.event.acts if isinstance(act, Approach)]
        talk = each.books.talks.get(each.whose)
        context = talk.standing.context if talk else None
        asked = isinstance(context, LastVisit) and len(context.doors) == len(doors)
        if len(doors) > _MOST_DOORS and not asked:
            yield "more than five doors in one text, without asking back"


def by_his_own_word(before: SmallWorld, played: Played) -> Iterator[str]:
    for each, act in done(played, PassItem):
        taker = each.books.postmen[act.to]
        if not isinstance(played.came, TakeOver) or played.phone != taker.phone:
            yield "an item went to a colleague without his word"
        parcel = each.books.parcels[act.article]
        offered = any(
            (offer.to, offer.giver) == (act.to, parcel.item.postman)
            and (act.article, parcel.item.serial) in offer.items
            for offer in each.books.offers
            if parcel.item is not None
        )
        if not offered:
            yield "a colleague took over what its postman does not offer him"
    for was, after in pairs(before, played):
        if was.item and after.item and was.item.postman != after.item.postman:
            listed = any(isinstance(each.event, WentOut) for each in played.decided)
            if not listed and not any(done(played, PassItem)):
                yield "an item is on another list, and nobody put it there"


PROMISES = (
    Promise(
        "I5",
        "nothing is forgotten",
        "Every article has ended, or has a time limit or a ticket; so has every question.",
        nothing_is_forgotten,
    ),
    Promise(
        "I5",
        "every text is answered",
        "Every text is answered, unless its sender was told today what to ask.",
        every_text_is_answered,
    ),
    Promise(
        "R1",
        "nothing by guess",
        "Own words ask, note and doubt; what is not understood opens a ticket; neither does more.",
        nothing_by_guess,
    ),
    Promise(
        "R1",
        "did that help",
        "A bare 1 or 2 answers the desk while its question is the newest, and then nothing else.",
        an_answer_to_the_desk,
    ),
    Promise(
        "I7",
        "every try counts",
        "Every wrong code and every wrong quote counts; after five, or three, nothing is compared.",
        tries_are_counted,
    ),
    Promise(
        "I7",
        "every quote counts",
        "Whoever is told that the digits of a quote are wrong has one try less.",
        quotes_are_counted,
    ),
    Promise(
        "R13",
        "approaches",
        "Three approaches to an item in ten minutes; more than five doors are asked back.",
        three_approaches,
    ),
    Promise(
        "R13",
        "his own word",
        "An item goes to a colleague only by his own 01, and only if its postman offers it to him.",
        by_his_own_word,
    ),
)
