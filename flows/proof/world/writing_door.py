"""The acts of postmen and witnesses, and the lists, in the small books: as postal/acts/door.py."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flows.acts import codes, door, exception, lists, offline, paper, remarks
from flows.proof.world.books import SUPERVISOR, OfferRow, next_serial
from flows.proof.world.ledger import (
    Ledger,
    has_item,
    in_state,
    kill_codes,
    must,
    spend,
    unspent,
    use,
    writes,
)
from flows.proof.world.parcel import CodeIssued, ExceptionRow, ListedParcel, Parcel
from flows.proof.world.writing_household import use_word
from flows.trust import MOST_ASKED

# ---- codes ---------------------------------------------------------------------------------------


@writes(codes.IssueCode)
def _issue(ledger: Ledger, act: codes.IssueCode, parcel: Parcel, whose: str) -> None:
    dead = kill_codes(parcel, ledger.now).codes
    codes_ = tuple(
        replace(after, replaced=unspent(before))
        for before, after in zip(parcel.codes, dead, strict=True)
    )
    parcel = replace(parcel, codes=codes_)
    place = len(parcel.items) - 1 if parcel.items and act.purpose == "handover" else None
    bearer = None if act.purpose == "window" or not parcel.item else parcel.item.postman
    number = len(parcel.codes) + 1
    issued = CodeIssued(number, ledger.now, act.expires_at, act.purpose, bearer, place=place)
    ledger.put(replace(parcel, codes=(*parcel.codes, issued)))


@writes(codes.KillCode)
def _kill(ledger: Ledger, act: codes.KillCode, parcel: Parcel, whose: str) -> None:
    must(any(map(unspent, parcel.codes)), "no code to kill")
    ledger.put(kill_codes(parcel, ledger.now, act.reason))


@writes(codes.CountWrongCode)
def _wrong(ledger: Ledger, act: codes.CountWrongCode, parcel: Parcel, whose: str) -> None:
    ledger.put(replace(parcel, wrong_on=(*parcel.wrong_on, ledger.world.today)))


# ---- at the door ---------------------------------------------------------------------------------


@writes(door.MarkApproached)
def _approached(ledger: Ledger, act: door.MarkApproached, parcel: Parcel, whose: str) -> None:
    has_item(parcel)
    came = replace(parcel, approaches=(*parcel.approaches, ledger.now))
    ledger.put(came.with_item(approached_at=ledger.now))


@writes(door.UndoApproach)
def _unapproached(ledger: Ledger, act: door.UndoApproach, parcel: Parcel, whose: str) -> None:
    has_item(parcel)
    ledger.put(parcel.with_item(approached_at=None))


@writes(door.HandOver)
def _hand_over(ledger: Ledger, act: door.HandOver, parcel: Parcel, whose: str) -> None:
    if act.proof == "code":
        parcel = use(parcel, ledger.now, act.written_at or ledger.now)
    has_item(parcel)
    in_state(parcel, "out_for_delivery")
    if act.proof == "offline":
        last, item = parcel.code, parcel.item
        must(last is not None and (unspent(last) or last.undone), "no code to use up")
        assert item is not None
        used = parcel.with_code(used_at=ledger.now, dead_at=None, undone=False)
        parcel = used.with_claim(item.postman, ledger.world.today, "stands")
    if act.proof == "exception":
        row = parcel.exception
        must(row is not None and row.granted_at is not None, "nobody agreed")
        parcel = replace(parcel, exception=None)
    parcel = parcel.with_item(state="delivered", proof=act.proof)
    if act.proof == "word":
        parcel = replace(parcel, worded_on=ledger.world.today)
    ledger.update(parcel, state="delivered", delivered_at=ledger.now)
    if act.proof == "word":
        use_word(ledger, parcel)


@writes(offline.ClaimOffline)
def _claim(ledger: Ledger, act: offline.ClaimOffline, parcel: Parcel, whose: str) -> None:
    item = parcel.item
    must(item is not None, "nobody carries it")
    assert item is not None
    claimed = parcel.with_claim(item.postman, ledger.world.today, "unproven")
    ledger.put(replace(claimed, tickets=parcel.tickets | {("offline", None)}))


@writes(offline.SettleOffline)
def _settle(ledger: Ledger, act: offline.SettleOffline, parcel: Parcel, whose: str) -> None:
    ledger.put(parcel.with_claims("unproven", "settled"))


@writes(exception.AskForException)
def _ask_exception(
    ledger: Ledger, act: exception.AskForException, parcel: Parcel, whose: str
) -> None:
    assert parcel.item is not None
    asked = (parcel.item.postman, ledger.world.today)
    place = len(parcel.items)
    left = max(0, parcel.item.question_opened - 1)
    row = ExceptionRow(parcel.item.postman, ledger.now, phone=act.phone, place=place, left=left)
    named = parcel.named_on if act.phone is None else (*parcel.named_on, asked)
    excepted = (*parcel.excepted_on, asked)
    asking = parcel.with_item(question_opened=0)
    ledger.put(replace(asking, exception=row, excepted_on=excepted, named_on=named))


@writes(exception.OpenQuestion)
def _open_question(ledger: Ledger, act: exception.OpenQuestion, parcel: Parcel, whose: str) -> None:
    in_state(parcel, "out_for_delivery")
    ledger.put(parcel.with_item(question_opened=MOST_ASKED))


@writes(exception.GrantException)
def _grant_exception(
    ledger: Ledger, act: exception.GrantException, parcel: Parcel, whose: str
) -> None:
    row = parcel.exception
    must(row is not None and row.granted_at is None, "nothing is asked")
    assert row is not None
    above = act.by == SUPERVISOR
    granted = replace(row, granted_at=ledger.now, by=act.by, proof=act.proof, above=above)
    ledger.put(replace(parcel, exception=granted))


@writes(exception.EndException)
def _end_exception(ledger: Ledger, act: exception.EndException, parcel: Parcel, whose: str) -> None:
    row = parcel.exception
    must(row is not None, "nothing is asked")
    assert row is not None
    free = act.why == "refused" and not (act.by or row.by)
    refused = ((row.postman, ledger.world.today),) if free else ()
    if free and row.left and row.place == len(parcel.items):
        parcel = parcel.with_item(question_opened=row.left)
    ledger.put(replace(parcel, exception=None, refused_on=(*parcel.refused_on, *refused)))


@writes(paper.HandOverOnPaper)
def _hand_over_on_paper(
    ledger: Ledger, act: paper.HandOverOnPaper, parcel: Parcel, whose: str
) -> None:
    if act.shown == "code":
        last = parcel.code
        must(last is not None and unspent(last) and last.purpose == "handover", "no code to use up")
        parcel = parcel.with_code(used_at=ledger.now)
    has_item(parcel)
    in_state(parcel, "out_for_delivery")
    parcel = parcel.with_item(state="delivered")
    ledger.update(parcel, state="delivered", delivered_at=ledger.now)


@writes(paper.KeepOnPaper)
def _keep(ledger: Ledger, act: paper.KeepOnPaper, parcel: Parcel, whose: str) -> None:
    ledger.put(replace(parcel, tickets=parcel.tickets | {("paper", None)}))


@writes(paper.CountWrongOnPaper)
def _wrong_on_paper(
    ledger: Ledger, act: paper.CountWrongOnPaper, parcel: Parcel, whose: str
) -> None:
    counted = replace(parcel, wrong_on=(*parcel.wrong_on, ledger.world.today))
    ledger.put(kill_codes(counted, ledger.now) if act.last else counted)


@writes(paper.LeaveOnPaper)
def _leave(ledger: Ledger, act: paper.LeaveOnPaper, parcel: Parcel, whose: str) -> None:
    """Write nothing, as postal/acts/paper.py."""


@writes(door.UndoHandOver)
def _not_handed_over(ledger: Ledger, act: door.UndoHandOver, parcel: Parcel, whose: str) -> None:
    has_item(parcel, "delivered")
    in_state(parcel, "delivered")
    parcel = spend(parcel, ledger.now).with_item(state="open", proof=None)
    parcel = parcel.with_claims("stands", "undone")
    ledger.update(parcel, state="out_for_delivery", delivered_at=None, objected=False)


# ---- remarks -------------------------------------------------------------------------------------


@writes(remarks.RecordRemark)
def _record(ledger: Ledger, act: remarks.RecordRemark, parcel: Parcel, whose: str) -> None:
    has_item(parcel)
    if act.proven:
        parcel = use(parcel, ledger.now, ledger.now)
    in_state(parcel, "out_for_delivery")
    ledger.update(
        parcel.with_item(state="attempted"),
        state="attempted",
        remark=act.remark,
        counts=act.counts,
        suspended=False,
        witness="confirmed" if act.proven else "unconfirmed",
        final=False,
        judged=False,
        attempts=parcel.attempts + act.counts,
    )


@writes(remarks.UndoRemark)
def _unrecord(ledger: Ledger, act: remarks.UndoRemark, parcel: Parcel, whose: str) -> None:
    has_item(parcel, "attempted")
    in_state(parcel, "attempted")
    ledger.update(
        spend(parcel, ledger.now).with_item(state="open"),
        state="out_for_delivery",
        remark=None,
        witness=None,
        judged=False,
        attempts=parcel.attempts - (parcel.counts and not parcel.suspended),
        counts=False,
        suspended=False,
    )


@writes(remarks.MakeFinal)
def _finalize(ledger: Ledger, act: remarks.MakeFinal, parcel: Parcel, whose: str) -> None:
    in_state(parcel, "attempted", "at_office")
    must(parcel.remark is not None and not parcel.final, "no remark to make final")
    ledger.update(parcel, final=True)


@writes(remarks.SuspendRemark)
def _suspend(ledger: Ledger, act: remarks.SuspendRemark, parcel: Parcel, whose: str) -> None:
    must(parcel.witness == "unconfirmed", f"the witness is {parcel.witness}")
    must(not parcel.suspended, "it is suspended already")
    ledger.update(parcel, suspended=True, attempts=parcel.attempts - parcel.counts)


@writes(remarks.ConfirmRemark)
def _confirm(ledger: Ledger, act: remarks.ConfirmRemark, parcel: Parcel, whose: str) -> None:
    must(parcel.witness == "unconfirmed", f"the witness is {parcel.witness}")
    ledger.update(_counting(parcel), witness="confirmed", judged=False)


@writes(remarks.ContestRemark)
def _contest(ledger: Ledger, act: remarks.ContestRemark, parcel: Parcel, whose: str) -> None:
    must(parcel.witness in ("unconfirmed", "confirmed"), f"the witness is {parcel.witness}")
    _strike(ledger, parcel, judged=False)


@writes(remarks.JudgeRemark)
def _judge(ledger: Ledger, act: remarks.JudgeRemark, parcel: Parcel, whose: str) -> None:
    in_state(parcel, "attempted", "at_office")
    must(parcel.witness not in (None, act.verdict), f"the witness is {parcel.witness}")
    if act.verdict == "contested":
        _strike(ledger, parcel, judged=True)
    else:
        ledger.update(_counting(parcel), witness="confirmed", judged=True)


def _counting(parcel: Parcel) -> Parcel:
    """Return the parcel with its attempt counted again, where own words had suspended it."""
    again = parcel.counts and parcel.suspended
    return replace(parcel, attempts=parcel.attempts + again, suspended=False)


def _strike(ledger: Ledger, parcel: Parcel, *, judged: bool) -> None:
    ledger.update(
        parcel,
        witness="contested",
        judged=judged,
        attempts=parcel.attempts - (parcel.counts and not parcel.suspended),
        counts=False,
        suspended=False,
        held_until=None,
        state="attempted",
    )


# ---- lists ---------------------------------------------------------------------------------------


@writes(lists.OfferItem)
def _offer(ledger: Ledger, act: lists.OfferItem, parcel: Parcel, whose: str) -> None:
    has_item(parcel)
    item, world = parcel.item, ledger.world
    assert item is not None
    offered = (parcel.number, item.serial)
    left = tuple(
        replace(each, items=tuple(one for one in each.items if one != offered))
        if each.giver == item.postman
        else each
        for each in world.offers
    )
    left = tuple(each for each in left if each.items or each.giver != item.postman)
    same = (item.postman, act.to, ledger.now)  # all that one text offers to one colleague
    found = next((e for e in left if (e.giver, e.to, e.asked_at) == same), None)
    into = found or OfferRow(world.last_offer + 1, *same)
    into = replace(into, items=(*into.items, offered))
    others = tuple(each for each in left if each is not found)
    last = max(world.last_offer, into.id)
    ledger.world = replace(world, offers=(*others, into), last_offer=last)


@writes(lists.EndOffer)
def _end_offer(ledger: Ledger, act: lists.EndOffer, parcel: None, whose: str) -> None:
    left = tuple(each for each in ledger.world.offers if each.id != act.offer)
    must(len(left) < len(ledger.world.offers), f"offer {act.offer} is over")
    ledger.world = replace(ledger.world, offers=left)


@writes(lists.PassItem)
def _pass(ledger: Ledger, act: lists.PassItem, parcel: Parcel, whose: str) -> None:
    has_item(parcel)
    serial = next_serial(ledger.world, act.to)
    taken = ListedParcel(act.to, ledger.world.today, serial, mode=parcel.mode)
    withdrawn = parcel.with_item(state="withdrawn")
    ledger.put(replace(withdrawn, items=(*withdrawn.items, taken), exception=None))


def _back(ledger: Ledger, act: Any, parcel: Parcel, whose: str) -> None:
    has_item(parcel)
    in_state(parcel, "out_for_delivery")
    ledger.update(
        replace(parcel.with_item(state="withdrawn"), exception=None),
        state="attempted",
        remark=None,
        suspended=False,
        witness=None,
        counts=False,
    )


writes(lists.GiveBack)(_back)
writes(lists.TakeOffList)(_back)
