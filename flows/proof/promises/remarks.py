"""I3: what a remark is worth, who is its witness, and what a missed call can do."""

from __future__ import annotations

from collections.abc import Iterator

from flows.acts.codes import IssueCode
from flows.acts.hold import ReturnToSender
from flows.acts.moves import Relink
from flows.acts.nominee import AcceptNomination, EndNomination, Nominate
from flows.acts.phone import ConfirmNumber, Unlink
from flows.acts.remarks import ConfirmRemark, ContestRemark, JudgeRemark, RecordRemark
from flows.acts.reports import MarkNotReceived, OpenTicket
from flows.events import Deny, Yes
from flows.happenings import RemarkJudged
from flows.proof.promises.promise import Promise, done, pairs
from flows.proof.world.books import SmallWorld
from flows.proof.world.doors import Played
from flows.remarks import BY_CODE

_MOST_ATTEMPTS = 2
# What only somebody's own text, a PIN or an office may say.
_WORD_OF_A_PERSON = (
    *(AcceptNomination, ConfirmNumber, ConfirmRemark, MarkNotReceived, Nominate, Relink, Unlink),
)


def silence_proves_nothing(before: SmallWorld, played: Played) -> Iterator[str]:
    for was, after in pairs(before, played):
        if was.witness == after.witness or after.witness not in ("confirmed", "contested"):
            continue
        answered = isinstance(played.came, Yes | Deny) and played.proof == "text"
        # A key protects, and confirms nothing (docs/developing/trust.md rule 21).
        answered |= played.proof == "keys" and after.witness == "contested"
        judged = any(isinstance(each.event, RemarkJudged) for each in played.decided)
        proven = any(act.proven for _, act in done(played, RecordRemark))
        if not (answered or judged or proven):
            yield f"a remark became {after.witness} though nobody said so by text"


def witness_is_asked(before: SmallWorld, played: Played) -> Iterator[str]:
    for each, act in done(played, ConfirmRemark, ContestRemark):
        parcel = each.books.parcels[act.article]
        nominee = parcel.nominee
        agreed = nominee is not None and nominee.agreed_at is not None
        theirs = {parcel.recipient} | ({nominee.phone} if nominee and agreed else set())
        if played.phone not in theirs:
            yield "a remark was answered by somebody whom it does not concern"
        closed = parcel.judged or parcel.final
        if parcel.witness == "confirmed" and closed:
            yield "a remark was contested that an office has confirmed, or taken in as confirmed"


def refusal_needs_the_code(before: SmallWorld, played: Played) -> Iterator[str]:
    for each, act in done(played, RecordRemark):
        parcel = each.books.parcels[act.article]
        kind = BY_CODE[act.remark]
        if act.counts != kind.counts:
            yield f"remark {act.remark} counts otherwise than its table says"
        with_codes = parcel.recipient is not None and parcel.mode != "off"
        if kind.needs_code and with_codes and not (act.proven and played.codes):
            yield "a refusal without the recipient's code"
    for each, back in done(played, ReturnToSender):
        parcel = each.books.parcels[back.article]
        refused = parcel.remark is not None and BY_CODE[parcel.remark].needs_code
        proven = refused and parcel.witness == "confirmed"
        waited = parcel.held_until is not None and each.books.today > parcel.held_until
        if not (proven or (parcel.state == "at_office" and waited)):
            yield "returned though nobody refused it, and before its days at the office were over"


def attempts_that_count(before: SmallWorld, played: Played) -> Iterator[str]:
    for was, after in pairs(before, played):
        if not 0 <= after.attempts <= _MOST_ATTEMPTS:
            yield f"{after.attempts} attempts"
        if after.state == "out_for_delivery" and was.state != "out_for_delivery":
            undone = was.state in ("delivered", "attempted") and was.item == after.item
            if after.attempts >= _MOST_ATTEMPTS and not undone:
                yield "it went out after two attempts that count"
    for each, judged in done(played, ContestRemark, JudgeRemark):
        was, after = each.books.parcels[judged.article], played.world.parcels[judged.article]
        struck = isinstance(judged, ContestRemark) or judged.verdict == "contested"
        counted = was.counts and not was.suspended
        if struck and after.attempts != was.attempts - counted:
            yield "a contested remark still counts"


def a_call_brings_something(before: SmallWorld, played: Played) -> Iterator[str]:
    if played.proof != "call":
        return
    for each in played.decided:
        if each.whose[0] != played.phone:
            yield f"a missed call told {each.whose[1]} something"
        for act in each.decision.acts:
            if not isinstance(act, IssueCode | OpenTicket):
                yield f"a missed call did {type(act).__name__}"


def a_key_is_no_yes(before: SmallWorld, played: Played) -> Iterator[str]:
    if played.proof != "keys":
        return
    for each in played.decided:
        for act in each.decision.acts:
            # A `3` takes a wish back: that protects whoever has the code.
            declined = isinstance(act, EndNomination) and act.why == "refused"
            if declined or isinstance(act, _WORD_OF_A_PERSON):
                yield f"a key did {type(act).__name__}"


PROMISES = (
    Promise(
        "R21",
        "a key",
        "A key in a call that we made confirms no remark and no telephone, accepts and declines"
        " nothing, and says of no article that it is somebody else's.",
        a_key_is_no_yes,
    ),
    Promise(
        "I3",
        "silence proves nothing",
        "A remark is confirmed or contested only by a text, a desk's verdict or the refusal code;"
        " silence and calls leave it unconfirmed.",
        silence_proves_nothing,
    ),
    Promise(
        "I3",
        "the witness",
        "A remark is answered only by the addressee, or by a nominee who agreed, and a"
        " yes only until an office judged it or took the article in.",
        witness_is_asked,
    ),
    Promise(
        "I3",
        "refused and unclaimed",
        "Refused is what the refusal code proves; returned is what was refused so, or lay at the"
        " office to the end of its days.",
        refusal_needs_the_code,
    ),
    Promise(
        "I3",
        "two attempts",
        "An attempt counts as the table of remarks says, a contested one does not, and there are"
        " two at most.",
        attempts_that_count,
    ),
    Promise(
        "R8",
        "a missed call",
        "A missed call brings a code or the question to the number that called, or opens a ticket.",
        a_call_brings_something,
    ),
)
