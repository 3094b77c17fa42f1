"""The acts of decisions, done to the small books as postal/acts does them to the real ones.

Each act of flows/acts has one writer. Where a statement of postal/acts would change no row, it
raises `RefusedByBooks`: there the whole turn would be undone, and somebody's text lost.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

from flows.acts import codes, door, hold, lists, moves, nominee, phone, remarks, reports, window
from flows.decision import Act, Say
from flows.facts import Proof
from flows.proof.world.books import SmallWorld
from flows.proof.world.parcel import CodeIssued, Listed, MoveRow, NomineeRow, Parcel
from flows.trust import DOCUMENT_FOR, NOMINEE_AFTER


class RefusedByBooks(Exception):
    """An act found the books other than its facts said."""


@dataclass
class Ledger:
    """The books while a turn writes them. `holders`: who got each code when the turn began."""

    world: SmallWorld
    proof: Proof | None
    holders: Mapping[str, str | None]

    @property
    def now(self) -> datetime:
        return self.world.now

    def put(self, parcel: Parcel) -> None:
        """Write the parcel's row."""
        parcels = {**self.world.parcels, parcel.number: parcel}
        self.world = replace(self.world, parcels=parcels)

    def update(self, parcel: Parcel, **changes: Any) -> None:
        """Write the changed parcel, as an UPDATE of `articles` that notes the time."""
        self.put(replace(parcel, updated_at=self.now, **changes))

    def do(self, act: Act, whose: str) -> None:
        """Do one act that was decided in the conversation of `whose`."""
        number = getattr(act, "article", None)
        parcel = self.world.parcels[number] if number is not None else None
        _WRITERS[type(act)](self, act, parcel, whose)

    def count_sent(self, say: Say, whose: str) -> None:
        """Note that the present code of the article is sent to `whose`."""
        assert say.code_of is not None
        parcel = self.world.parcels[say.code_of]
        last = parcel.code
        _must(last is not None and last.used_at is None and last.dead_at is None, "sends no code")
        assert last is not None
        told = last.sent_to if whose in last.sent_to else (*last.sent_to, whose)
        self.put(parcel.with_code(sends=last.sends + 1, sent_to=told))
        got = (*self.world.got.get(whose, ()), (parcel.number, last.number))[-2:]
        self.world = replace(self.world, got={**self.world.got, whose: got})


Written = Callable[[Ledger, Any, Any, str], None]
_WRITERS: dict[type[Act], Written] = {}
WRITERS: Final[Mapping[type[Act], Written]] = MappingProxyType(_WRITERS)


def _writes(act: type[Act]) -> Callable[[Written], Written]:
    def declare(writer: Written) -> Written:
        _WRITERS[act] = writer
        return writer

    return declare


def _must(holds: bool, why: str) -> None:
    if not holds:
        raise RefusedByBooks(why)


def _in(parcel: Parcel, *states: str) -> None:
    _must(parcel.state in states, f"the article is {parcel.state}")


def _item(parcel: Parcel, state: str = "open") -> None:
    item = parcel.item
    _must(item is not None and item.state == state, f"no item is {state}")


# ---- codes -------------------------------------------------------------------------------------


def _unspent(code: CodeIssued) -> bool:
    return code.used_at is None and code.dead_at is None


def kill_codes(parcel: Parcel, now: datetime) -> Parcel:
    """Return the parcel without a code that counts."""
    dead = tuple(replace(c, dead_at=now) if _unspent(c) else c for c in parcel.codes)
    return replace(parcel, codes=dead)


def _spend(parcel: Parcel, now: datetime) -> Parcel:
    """Kill a code that was spoken."""
    spent = tuple(
        replace(c, used_at=None, dead_at=now) if c.used_at is not None else c for c in parcel.codes
    )
    return replace(parcel, codes=spent)


def _use(parcel: Parcel, now: datetime, said: datetime) -> Parcel:
    last = parcel.code
    alive = last is not None and _unspent(last) and last.expires_at > said
    _must(alive, "no code to use up")
    return parcel.with_code(used_at=now)


@_writes(codes.IssueCode)
def _issue(ledger: Ledger, act: codes.IssueCode, parcel: Parcel, whose: str) -> None:
    parcel = kill_codes(parcel, ledger.now)
    bearer = None if act.purpose == "window" or not parcel.item else parcel.item.postman
    number = len(parcel.codes) + 1
    issued = CodeIssued(number, ledger.now, act.expires_at, act.purpose, bearer)
    ledger.put(replace(parcel, codes=(*parcel.codes, issued)))


@_writes(codes.KillCode)
def _kill(ledger: Ledger, act: codes.KillCode, parcel: Parcel, whose: str) -> None:
    _must(any(map(_unspent, parcel.codes)), "no code to kill")
    ledger.put(kill_codes(parcel, ledger.now))


@_writes(codes.CountWrongCode)
def _wrong(ledger: Ledger, act: codes.CountWrongCode, parcel: Parcel, whose: str) -> None:
    ledger.put(replace(parcel, wrong_on=(*parcel.wrong_on, ledger.world.today)))


# ---- at the door -------------------------------------------------------------------------------


@_writes(door.MarkApproached)
def _approached(ledger: Ledger, act: door.MarkApproached, parcel: Parcel, whose: str) -> None:
    _item(parcel)
    came = replace(parcel, approaches=(*parcel.approaches, ledger.now))
    ledger.put(came.with_item(approached=True))


@_writes(door.UndoApproach)
def _unapproached(ledger: Ledger, act: door.UndoApproach, parcel: Parcel, whose: str) -> None:
    _item(parcel)
    ledger.put(parcel.with_item(approached=False))


@_writes(door.HandOver)
def _hand_over(ledger: Ledger, act: door.HandOver, parcel: Parcel, whose: str) -> None:
    if act.proof == "code":
        parcel = _use(parcel, ledger.now, act.written_at or ledger.now)
    _item(parcel)
    _in(parcel, "out_for_delivery")
    parcel = parcel.with_item(state="delivered")
    ledger.update(parcel, state="delivered", delivered_at=ledger.now)


@_writes(door.UndoHandOver)
def _not_handed_over(ledger: Ledger, act: door.UndoHandOver, parcel: Parcel, whose: str) -> None:
    _item(parcel, "delivered")
    _in(parcel, "delivered")
    parcel = _spend(parcel, ledger.now).with_item(state="open")
    ledger.update(parcel, state="out_for_delivery", delivered_at=None, objected=False)


# ---- remarks -----------------------------------------------------------------------------------


@_writes(remarks.RecordRemark)
def _record(ledger: Ledger, act: remarks.RecordRemark, parcel: Parcel, whose: str) -> None:
    _item(parcel)
    if act.proven:
        parcel = _use(parcel, ledger.now, ledger.now)
    _in(parcel, "out_for_delivery")
    ledger.update(
        parcel.with_item(state="attempted"),
        state="attempted",
        remark=act.remark,
        counts=act.counts,
        witness="confirmed" if act.proven else "unconfirmed",
        final=False,
        attempts=parcel.attempts + act.counts,
    )


@_writes(remarks.UndoRemark)
def _unrecord(ledger: Ledger, act: remarks.UndoRemark, parcel: Parcel, whose: str) -> None:
    _item(parcel, "attempted")
    _in(parcel, "attempted")
    ledger.update(
        _spend(parcel, ledger.now).with_item(state="open"),
        state="out_for_delivery",
        remark=None,
        witness=None,
        attempts=parcel.attempts - parcel.counts,
        counts=False,
    )


@_writes(remarks.MakeFinal)
def _finalize(ledger: Ledger, act: remarks.MakeFinal, parcel: Parcel, whose: str) -> None:
    _in(parcel, "attempted", "at_office")
    _must(parcel.remark is not None and not parcel.final, "no remark to make final")
    ledger.update(parcel, final=True)


@_writes(remarks.ConfirmRemark)
def _confirm(ledger: Ledger, act: remarks.ConfirmRemark, parcel: Parcel, whose: str) -> None:
    _must(parcel.witness == "unconfirmed", f"the witness is {parcel.witness}")
    ledger.update(parcel, witness="confirmed")


@_writes(remarks.ContestRemark)
def _contest(ledger: Ledger, act: remarks.ContestRemark, parcel: Parcel, whose: str) -> None:
    _must(parcel.witness == "unconfirmed", f"the witness is {parcel.witness}")
    _strike(ledger, parcel)


@_writes(remarks.JudgeRemark)
def _judge(ledger: Ledger, act: remarks.JudgeRemark, parcel: Parcel, whose: str) -> None:
    _in(parcel, "attempted", "at_office")
    _must(parcel.witness not in (None, act.verdict), f"the witness is {parcel.witness}")
    if act.verdict == "contested":
        _strike(ledger, parcel)
    else:
        ledger.update(parcel, witness="confirmed")


def _strike(ledger: Ledger, parcel: Parcel) -> None:
    ledger.update(
        parcel,
        witness="contested",
        attempts=parcel.attempts - parcel.counts,
        counts=False,
        held_until=None,
        state="attempted",
    )


# ---- when and where it waits -------------------------------------------------------------------


@_writes(hold.ChooseDay)
def _choose(ledger: Ledger, act: hold.ChooseDay, parcel: Parcel, whose: str) -> None:
    ledger.update(parcel, chosen_day=act.day, choose_until=act.until)


@_writes(hold.KeepAtOffice)
def _keep(ledger: Ledger, act: hold.KeepAtOffice, parcel: Parcel, whose: str) -> None:
    _in(parcel, "attempted", "booked")
    ledger.update(parcel, state="at_office", held_until=act.until)


@_writes(hold.ExtendHold)
def _extend(ledger: Ledger, act: hold.ExtendHold, parcel: Parcel, whose: str) -> None:
    _must(parcel.state == "at_office" and not parcel.extended, "not to be extended")
    ledger.update(parcel, held_until=act.until, extended=True)


@_writes(hold.ReturnToSender)
def _return(ledger: Ledger, act: hold.ReturnToSender, parcel: Parcel, whose: str) -> None:
    _in(parcel, "attempted", "at_office")
    ledger.update(parcel, state="returned")


@_writes(hold.RecallArticle)
def _recall(ledger: Ledger, act: hold.RecallArticle, parcel: Parcel, whose: str) -> None:
    _in(parcel, "booked", "attempted", "at_office")
    ledger.update(parcel, state="recalled", recalled_at=None)


@_writes(hold.AskRecall)
def _ask_recall(ledger: Ledger, act: hold.AskRecall, parcel: Parcel, whose: str) -> None:
    _must(parcel.recalled_at is None, "it is recalled already")
    ledger.update(parcel, recalled_at=ledger.now)


@_writes(hold.EndRecall)
def _end_recall(ledger: Ledger, act: hold.EndRecall, parcel: Parcel, whose: str) -> None:
    _must(parcel.recalled_at is not None, "nobody recalled it")
    ledger.update(parcel, recalled_at=None)


@_writes(hold.ReopenArticle)
def _reopen(ledger: Ledger, act: hold.ReopenArticle, parcel: Parcel, whose: str) -> None:
    _in(parcel, "attempted", "at_office", "delivered")
    ledger.update(
        parcel,
        state="attempted",
        attempts=min(parcel.attempts, 1),
        remark=None,
        witness=None,
        counts=False,
        held_until=None,
        extended=False,
        delivered_at=None,
        objected=False,
        disputed=False,
    )


# ---- lists -------------------------------------------------------------------------------------


def next_serial(world: SmallWorld, postman: str) -> int:
    """Return the serial of the next item on today's list of `postman`."""
    on_it = [
        item.serial
        for parcel in world.parcels.values()
        for item in parcel.items
        if (item.postman, item.day) == (postman, world.today)
    ]
    return max(on_it, default=0) + 1


@_writes(lists.PassItem)
def _pass(ledger: Ledger, act: lists.PassItem, parcel: Parcel, whose: str) -> None:
    _item(parcel)
    taken = Listed(act.to, ledger.world.today, next_serial(ledger.world, act.to))
    withdrawn = parcel.with_item(state="withdrawn")
    ledger.put(replace(withdrawn, items=(*withdrawn.items, taken)))


def _back(ledger: Ledger, act: Any, parcel: Parcel, whose: str) -> None:
    _item(parcel)
    _in(parcel, "out_for_delivery")
    ledger.update(
        parcel.with_item(state="withdrawn"),
        state="attempted",
        remark=None,
        witness=None,
        counts=False,
    )


_writes(lists.GiveBack)(_back)
_writes(lists.TakeOffList)(_back)


# ---- who gets the code -------------------------------------------------------------------------


@_writes(moves.AskMove)
def _ask_move(ledger: Ledger, act: moves.AskMove, parcel: Parcel, whose: str) -> None:
    _must(parcel.move is None, "its holder is asked already")
    asked = MoveRow(act.phone, act.by, ledger.holders[parcel.number], ledger.now)
    ledger.update(parcel, move=asked, questions=parcel.questions + 1)


@_writes(moves.EndMove)
def _end_move(ledger: Ledger, act: moves.EndMove, parcel: Parcel, whose: str) -> None:
    _must(parcel.move is not None, "nobody is asked")
    ledger.update(parcel, move=None, frozen=parcel.frozen or act.why == "denied")


@_writes(moves.Relink)
def _relink(ledger: Ledger, act: moves.Relink, parcel: Parcel, whose: str) -> None:
    former = parcel.move.whose if parcel.move else ledger.holders[parcel.number]
    gone = ((former, ledger.now),) if former else ()
    ledger.update(
        parcel,
        recipient=act.phone,
        unlinked=False,
        moves=parcel.moves + 1,
        move=None,
        disputed=False,
        document_until=ledger.now + DOCUMENT_FOR if act.document else parcel.document_until,
        left=(*parcel.left, *gone),
        held_before=parcel.held_before | ({former} if former else set()),
        code_at_move=len(parcel.codes),
        moved_at=ledger.now,
    )


@_writes(moves.DisputeMove)
def _dispute(ledger: Ledger, act: moves.DisputeMove, parcel: Parcel, whose: str) -> None:
    _must(not parcel.disputed, "it is disputed already")
    ledger.update(parcel, disputed=True, frozen=True)


@_writes(moves.CountWrongQuote)
def _wrong_quote(ledger: Ledger, act: moves.CountWrongQuote, parcel: Parcel, whose: str) -> None:
    counted = (*parcel.wrong_quotes, (whose, ledger.world.today))
    ledger.put(replace(parcel, wrong_quotes=counted))


@_writes(moves.MarkSenderProven)
def _prove(ledger: Ledger, act: moves.MarkSenderProven, parcel: Parcel, whose: str) -> None:
    _must(not parcel.proven, "he is proven already")
    ledger.update(parcel, proven=True)


@_writes(nominee.Nominate)
def _nominate(ledger: Ledger, act: nominee.Nominate, parcel: Parcel, whose: str) -> None:
    _must(parcel.nominee is None, "somebody is nominated already")
    asked = NomineeRow(act.phone)
    ledger.put(replace(parcel, nominee=asked, nominations=parcel.nominations + 1))


@_writes(nominee.AcceptNomination)
def _accept(ledger: Ledger, act: nominee.AcceptNomination, parcel: Parcel, whose: str) -> None:
    asked = parcel.nominee
    _must(asked is not None and asked.phone == whose, "another is nominated")
    ledger.update(
        parcel,
        moves=parcel.moves + 1,
        nominee=NomineeRow(whose, ledger.now, ledger.now + NOMINEE_AFTER),
        held_before=parcel.held_before | ({parcel.recipient} if parcel.recipient else set()),
        code_at_move=len(parcel.codes),
    )


@_writes(nominee.EndNomination)
def _end_nomination(
    ledger: Ledger, act: nominee.EndNomination, parcel: Parcel, whose: str
) -> None:
    _must(parcel.nominee is not None, "nobody is nominated")
    ledger.put(replace(parcel, nominee=None))


@_writes(phone.Unlink)
def _unlink(ledger: Ledger, act: phone.Unlink, parcel: Parcel, whose: str) -> None:
    _must(parcel.recipient == whose, "the telephone is not its recipient's")
    ledger.update(
        parcel,
        recipient=None,
        unlinked=True,
        left=(*parcel.left, (whose, ledger.now)),
        held_before=parcel.held_before | {whose},
    )


# ---- telephones --------------------------------------------------------------------------------


@_writes(phone.TakePhone)
def _take_phone(ledger: Ledger, act: phone.TakePhone, parcel: None, whose: str) -> None:
    postmen = ledger.world.postmen
    named = next((p for p in postmen.values() if p.next_phone == whose), None)
    _must(named is not None, "no telephone is named")
    assert named is not None
    taken = replace(named, phone=whose, next_phone=None, blocked=False)
    ledger.world = replace(ledger.world, postmen={**postmen, named.staff: taken})


@_writes(phone.SetLanguage)
def _language(ledger: Ledger, act: phone.SetLanguage, parcel: None, whose: str) -> None:
    stopped = ledger.world.phones.get(whose, (None, False))[1]
    _phone(ledger, whose, (act.language, stopped))


@_writes(phone.OptOut)
def _opt_out(ledger: Ledger, act: phone.OptOut, parcel: None, whose: str) -> None:
    _phone(ledger, whose, (ledger.world.phones.get(whose, (None, False))[0], True))


@_writes(phone.OptIn)
def _opt_in(ledger: Ledger, act: phone.OptIn, parcel: None, whose: str) -> None:
    _phone(ledger, whose, (ledger.world.phones.get(whose, (None, False))[0], False))


def _phone(ledger: Ledger, whose: str, known: tuple[Any, bool]) -> None:
    ledger.world = replace(ledger.world, phones={**ledger.world.phones, whose: known})


# ---- reports -----------------------------------------------------------------------------------


@_writes(reports.ReportLate)
def _late(ledger: Ledger, act: reports.ReportLate, parcel: Parcel, whose: str) -> None:
    ledger.put(replace(parcel, tickets=parcel.tickets | {("late_handover", whose)}))


@_writes(reports.MarkDoorOnly)
def _door_only(ledger: Ledger, act: reports.MarkDoorOnly, parcel: Parcel, whose: str) -> None:
    ledger.put(replace(parcel, door_only=True))
    reported = ledger.world.frauds | {(whose, ledger.world.today)}
    ledger.world = replace(ledger.world, frauds=reported)


@_writes(reports.MarkNotReceived)
def _not_received(ledger: Ledger, act: reports.MarkNotReceived, parcel: Parcel, whose: str) -> None:
    ledger.put(replace(parcel, objected=True))


@_writes(reports.WarnHerd)
def _warn(ledger: Ledger, act: reports.WarnHerd, parcel: Parcel, whose: str) -> None:
    ledger.world = replace(ledger.world, warned=ledger.world.warned | {ledger.world.today})


@_writes(reports.NameNumber)
def _name(ledger: Ledger, act: reports.NameNumber, parcel: None, whose: str) -> None:
    """Write nothing: no decision reads which numbers were named."""


@_writes(reports.OpenTicket)
def _ticket(ledger: Ledger, act: reports.OpenTicket, parcel: Parcel | None, whose: str) -> None:
    raised = (act.about, whose if whose.startswith("+") else None)
    if parcel is None:
        tickets = ledger.world.tickets | {raised}
        ledger.world = replace(ledger.world, tickets=tickets)
    else:
        ledger.put(replace(parcel, tickets=parcel.tickets | {raised}))


# ---- the window --------------------------------------------------------------------------------


@_writes(window.HandOut)
def _hand_out(ledger: Ledger, act: window.HandOut, parcel: Parcel, whose: str) -> None:
    if act.document is None:
        parcel = _use(parcel, ledger.now, ledger.now)
        _must(parcel.codes[-1].purpose == "window", "the code is not the window's")
    _in(parcel, "at_office")
    ledger.update(
        kill_codes(parcel, ledger.now), state="delivered", delivered_at=ledger.now
    )


@_writes(window.CountWrongAtWindow)
def _wrong_at_window(
    ledger: Ledger, act: window.CountWrongAtWindow, parcel: Parcel, whose: str
) -> None:
    counted = replace(parcel, wrong_on=(*parcel.wrong_on, ledger.world.today))
    ledger.put(kill_codes(counted, ledger.now) if act.last else counted)


@_writes(window.RefuseAtWindow)
def _refuse(ledger: Ledger, act: window.RefuseAtWindow, parcel: Parcel, whose: str) -> None:
    """Write nothing, as postal/acts/window.py."""
