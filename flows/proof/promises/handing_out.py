"""I1 and I2 at the door and at the window: on what an article is handed out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from flows.acts.codes import IssueCode
from flows.acts.door import HandOver
from flows.acts.moves import DisputeMove
from flows.acts.paper import HandOverOnPaper
from flows.acts.phone import ConfirmNumber
from flows.acts.remarks import RecordRemark
from flows.acts.window import HandOut
from flows.events import ReportFraud
from flows.happenings import CodeStopped, DocumentShown
from flows.proof.promises.promise import Promise, done
from flows.proof.world import verdicts
from flows.proof.world.books import POSTMASTER, SmallWorld
from flows.proof.world.doors import Played
from flows.proof.world.parcel import CodeIssued, Parcel
from flows.proof.world.turn import Decided

_DOCUMENT_FOR = timedelta(hours=48)
_WATCH = timedelta(minutes=5)
_IN_PERSON = ("registered", "insured", "money_order")


def holders_code(before: SmallWorld, played: Played) -> Iterator[str]:
    for each, act in done(played, HandOver, HandOut, HandOverOnPaper):
        parcel = each.books.parcels[act.article]
        if isinstance(act, HandOverOnPaper):
            yield from _by_another(act)
        if not parcel.coded:
            continue
        if isinstance(act, HandOut) and act.document is not None:
            yield from _by_two(each)
            continue
        if isinstance(act, HandOver) and act.proof in ("exception", "word"):
            continue  # as their own rules allow: exceptions.py and household.py beside this
        signed = isinstance(act, HandOverOnPaper) and act.shown != "code"
        if signed or (isinstance(act, HandOver) and act.proof not in ("code", "offline")):
            if parcel.mode != "pilot":
                yield "handed over without a code"
            continue
        yield from _sent_to_holder(played, each, parcel)
        if isinstance(act, HandOver) and _carrier(parcel) != _postman(each):
            yield "handed over by a postman who does not carry it"


def _sent_to_holder(played: Played, each: Decided, parcel: Parcel) -> Iterator[str]:
    code = _said(played, each, parcel)
    if code is None:
        yield "handed out without the digits of any of its codes"
    elif code.sent_to != (parcel.holder(each.books.now),):
        yield f"handed out on a code that {' and '.join(code.sent_to) or 'nobody'} got"


def _by_two(each: Decided) -> Iterator[str]:
    event = each.event
    assert isinstance(event, DocumentShown)
    if event.second != POSTMASTER or event.second == event.by:
        yield "handed out on a document that one person alone saw"


def _by_another(act: HandOverOnPaper) -> Iterator[str]:
    if act.by == POSTMASTER:
        yield "handed over on a slip that was typed by who vouches for the outage"


def _carrier(parcel: Parcel) -> str | None:
    return parcel.item.postman if parcel.item else None


def _postman(each: Decided) -> str | None:
    row = each.books.postman_of(each.whose[0])
    return row.staff if row else None


def document_after_a_move(before: SmallWorld, played: Played) -> Iterator[str]:
    for each, act in done(played, HandOver, HandOut, HandOverOnPaper):
        parcel = each.books.parcels[act.article]
        shown = None
        if not isinstance(act, HandOverOnPaper):
            shown = act.document if isinstance(act, HandOver) else act.document or act.beside
        moved = parcel.moved_at
        lately = moved is not None and each.books.now - moved < _DOCUMENT_FOR
        excepted = isinstance(act, HandOver) and act.proof == "exception"
        if lately and shown is None and parcel.coded and not excepted:
            yield "handed out without a document, in the 48 hours after a move"


def dead_codes(before: SmallWorld, played: Played) -> Iterator[str]:
    for each, act in done(played, HandOver, HandOut, RecordRemark):
        if isinstance(act, RecordRemark) and not act.proven:
            continue
        if not isinstance(act, RecordRemark) and act.document is not None and not played.codes:
            continue
        if isinstance(act, HandOver) and act.proof == "offline":
            continue  # as its own rules allow: flows/proof/promises/offline.py
        parcel = each.books.parcels[act.article]
        code = _said(played, each, parcel)
        if code is not None and parcel.coded:
            yield from _worthless(code, parcel, each.books.now, played.written_at)
            wanted = "refusal" if isinstance(act, RecordRemark) else "handover"
            wanted = "window" if isinstance(act, HandOut) else wanted
            if code.purpose != wanted:
                yield f"a code for the {code.purpose} was good for the {wanted}"
    for each, slip in done(played, HandOverOnPaper):
        parcel = each.books.parcels[slip.article]
        code = _said(played, each, parcel)
        if code is not None and parcel.coded:
            yield from _worthless(code, parcel, each.books.now, slip.said_at - _WATCH)
            if code.released_at > slip.said_at + _WATCH + timedelta(minutes=1):
                yield "a slip was written before its code was there"
            if code.purpose != "handover":
                yield f"a code for the {code.purpose} was good on a slip"


def _worthless(
    code: CodeIssued, parcel: Parcel, now: datetime, written_at: datetime | None
) -> Iterator[str]:
    if code.used_at is not None:
        yield "a code opened twice"
    if code.dead_at is not None:
        yield "a code opened that was stopped"
    if code.expires_at <= (written_at or now):
        yield "a code opened whose time was over"
    if code.number <= parcel.code_at_move:
        yield "a code opened that was issued before the code went to another telephone"
    if code.number != len(parcel.codes):
        yield "a code opened that a newer one replaced"


def _said(played: Played, each: Decided, parcel: Parcel) -> CodeIssued | None:
    found = (verdicts.issue_of(each.books, parcel, digits) for digits in played.codes)
    return next((code for code in found if code is not None), None)


def stopped_codes(before: SmallWorld, played: Played) -> Iterator[str]:
    for each in played.decided:
        if isinstance(each.event, CodeStopped) and _alive(played.world, each.event.article):
            yield "the desk stopped a code, and it lives"
    came = played.came
    if not isinstance(came, ReportFraud) or came.which is not None:
        return
    if any(done(played, DisputeMove)):  # of what was moved away: that comes first
        return
    for number, was in before.parcels.items():
        lived = was.holder(before.now) == played.phone and _alive(before, number)
        if lived and _alive(played.world, number):
            yield "its holder reported fraud, and the code lives"


def _alive(world: SmallWorld, number: str) -> bool:
    code = world.parcels[number].code
    return code is not None and code.state(world.now) == "live"


def nothing_in_dispute(before: SmallWorld, played: Played) -> Iterator[str]:
    for each, act in done(played, HandOver, HandOut, HandOverOnPaper):
        by_two = isinstance(act, HandOut) and act.document is not None
        if each.books.parcels[act.article].disputed and not by_two:
            yield "handed out while whoever had the code before objects"


def no_code_where_off(before: SmallWorld, played: Played) -> Iterator[str]:
    for each, act in done(played, IssueCode):
        if each.books.parcels[act.article].mode == "off":
            yield "a code was issued though its office delivers without codes"


def asked_when_in_doubt(before: SmallWorld, played: Played) -> Iterator[str]:
    """Look at codes that went to a telephone in doubt, and at who ended the doubt."""
    for each, act in done(played, IssueCode):
        parcel = each.books.parcels[act.article]
        if parcel.holder(each.books.now) not in parcel.doubted:
            continue
        confirmed = any(isinstance(one, ConfirmNumber) for one in each.decision.acts)
        if not confirmed:
            yield "a code was issued for a telephone in doubt, which did not say that it is for it"
    for each, _ in done(played, ConfirmNumber):
        if played.phone != each.whose[0] or played.proof not in ("text", "quoted"):
            yield "a telephone in doubt was believed, and did not write"


def signed_in_a_pilot(before: SmallWorld, played: Played) -> Iterator[str]:
    """Look at what was handed over on a signature, though a code was to be asked."""
    for each, act in done(played, HandOver, HandOverOnPaper):
        parcel = each.books.parcels[act.article]
        shown = act.shown if isinstance(act, HandOverOnPaper) else act.proof
        if shown != "signature" or not parcel.coded:
            continue
        in_person = parcel.service in _IN_PERSON or parcel.passport or parcel.amount > 0
        if in_person:
            yield "what goes to the addressee in person was handed over on a signature"
        if parcel.unlinked or parcel.recipient is None:
            yield "handed over on a signature, and no telephone could be told"
        if parcel.door_only:
            yield "handed over on a signature though fraud was reported"
        if isinstance(act, HandOver) and not (parcel.item and parcel.item.approached):
            yield "handed over on a signature, and the code was never asked"
        if _alive(played.world, act.article):
            yield "handed over on a signature, and the code lives"
        wrong = parcel.wrong_on.count(each.books.today)
        tickets = played.world.parcels[act.article].tickets
        if wrong and not any(about == "signed" for about, _ in tickets):
            yield "a signature after wrong codes, and nobody looks at it"
        texts = {say.template for _, say in played.said if say.article == act.article}
        if not texts & {"signed_for"}:
            yield "handed over on a signature, and its holder is not told how"


PROMISES = (
    Promise(
        "R16",
        "no code where it is off",
        "Of what went out while its office delivered without codes, none is issued.",
        no_code_where_off,
    ),
    Promise(
        "R18",
        "asked when in doubt",
        "No code is issued for a telephone in doubt before it wrote itself that the article is for"
        " the person who has it.",
        asked_when_in_doubt,
    ),
    Promise(
        "R16",
        "a signature in a pilot",
        "In a pilot a signature suffices for plain post alone, after the code was asked, without"
        " fraud reported; it ends the code, its holder is told how, and wrong codes before it are"
        " a ticket.",
        signed_in_a_pilot,
    ),
    Promise(
        "I1",
        "the holder's code",
        "An article with OTP delivery is handed out only on a code that its holder alone was sent,"
        " by the postman who carries it, or on a document that two of the staff saw; on the slip of"
        " an outage only where somebody else vouches for that; in a pilot also on a signature, and"
        " by an exception (R17) or a household's word (R20), as their own rules allow.",
        holders_code,
    ),
    Promise(
        "I1",
        "a document after a move",
        "For 48 hours after a move that the holder did not begin, it is handed out on code and"
        " document.",
        document_after_a_move,
    ),
    Promise(
        "I1",
        "nothing in dispute",
        "What a former holder objects to is handed out to nobody, but on a document by two.",
        nothing_in_dispute,
    ),
    Promise(
        "I2",
        "dead codes",
        "A code that was stopped, used, replaced or over, or issued before a move, opens nothing.",
        dead_codes,
    ),
    Promise(
        "I2",
        "stopped codes",
        "No code lives after its holder reported fraud, or a desk stopped it.",
        stopped_codes,
    ),
)
