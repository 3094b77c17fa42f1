"""I4 and I6: who is told what was taken from him, and what nobody may learn."""

from __future__ import annotations

import re
from collections.abc import Iterator

from flows.acts.moves import AskMove, Relink
from flows.acts.nominee import AcceptNomination
from flows.acts.remarks import RecordRemark
from flows.office import QUESTIONS
from flows.proof.promises.promise import Promise, done, pairs, told
from flows.proof.world.books import SmallWorld
from flows.proof.world.doors import Played
from flows.proof.world.parcel import Parcel
from messages.catalogue import catalogue

_ENDED = ("delivered", "returned", "recalled")
_TELEPHONE = re.compile(r"(?<![0-9A-Z])\+?[0-9]{10,12}(?![0-9A-Z])")


def _alarmed(played: Played, number: str) -> set[str]:
    """Return who was told by a text that STOP and budgets let through, or by his answer."""
    loud = {
        phone
        for phone, say in played.said
        if say.article == number and catalogue().template(say.template).lane in ("alarm", "code")
    }
    return loud | ({played.phone} & told(played, number))


def code_lost(before: SmallWorld, played: Played) -> Iterator[str]:
    now = played.world.now
    for was, after in pairs(before, played):
        heard = _alarmed(played, after.number)
        loses = {was.holder(now), _agreed(was)} - {after.holder(now), _agreed(after), None}
        if after.recipient == was.recipient:
            loses -= {was.recipient}  # he agreed to a nominee, or is told below
        yield from (f"{phone} lost the code and is not told" for phone in loses - heard)
    for each, act in done(played, AcceptNomination):
        recipient = each.books.parcels[act.article].recipient
        if recipient is not None and recipient not in _alarmed(played, act.article):
            yield "the holder is not told that somebody else agreed to take it"


def _agreed(parcel: Parcel) -> str | None:
    nominee = parcel.nominee
    return nominee.phone if nominee is not None and nominee.agreed_at is not None else None


def article_lost(before: SmallWorld, played: Played) -> Iterator[str]:
    for was, after in pairs(before, played):
        if after.state not in _ENDED or was.state in _ENDED:
            continue
        heard = told(played, after.number)
        refused = was.remark == 17 and was.witness == "confirmed"
        theirs = {was.sender} if refused else {was.sender, was.recipient, _agreed(was)}
        missing = theirs - heard - {None}
        yield from (f"it was {after.state}, and {phone} is not told" for phone in missing)


def attempt_lost(before: SmallWorld, played: Played) -> Iterator[str]:
    for each, act in done(played, RecordRemark):
        holder = each.books.parcels[act.article].holder(each.books.now)
        if holder is not None and holder not in told(played, act.article):
            yield "an attempt was used up, and its holder is not told"


def both_told(before: SmallWorld, played: Played) -> Iterator[str]:
    for each, act in done(played, AskMove, Relink):
        parcel = each.books.parcels[act.article]
        heard = told(played, act.article)
        if act.phone not in heard:
            yield "the new telephone is not told"
        if isinstance(act, AskMove) and parcel.recipient not in heard:
            yield "the holder is not asked"
        if isinstance(act, Relink) and parcel.sender not in heard:
            yield "the sender is not told of a move"


def only_its_own(before: SmallWorld, played: Played) -> Iterator[str]:
    for phone, say in played.said:
        for value in say.values.values():
            if _TELEPHONE.search(str(value)):
                yield f"{say.template} names a telephone"
        if say.code_of is not None and phone != played.world.parcels[say.code_of].holder(
            played.world.now
        ):
            yield f"{say.template} sends a code to a telephone that is not the holder's"
        if say.quote is not None and say.article is not None:
            parcel = played.world.parcels[say.article]
            asked = parcel.recipient if say.quote else parcel.sender
            if phone != (played.world.office if say.template in QUESTIONS else asked):
                yield f"{say.template} shows another person's digits"


PROMISES = (
    Promise(
        "I4",
        "the code",
        "Whoever ceases to get the code is told at the telephone that he had, by an alarm.",
        code_lost,
    ),
    Promise(
        "I4",
        "the article",
        "Of an article's end its sender, its recipient and an agreed nominee are told.",
        article_lost,
    ),
    Promise("I4", "the attempt", "Of a remark its holder is told.", attempt_lost),
    Promise(
        "R3",
        "both telephones",
        "Both telephones are told before a move and after it, and so is the sender.",
        both_told,
    ),
    Promise(
        "I6",
        "nobody else's",
        "A code goes to the holder alone, digits to quote to whoever is asked, and no text names a"
        " telephone.",
        only_its_own,
    ),
)
