"""The acts of recipients, senders and offices in the small books: as postal/acts writes them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flows.acts import helped, hold, moves, nominee, phone, reports, window
from flows.decision import Act
from flows.proof.world.ledger import (
    Ledger,
    in_state,
    kill_codes,
    must,
    use,
    writes,
)
from flows.proof.world.parcel import MoveRow, NomineeRow, Parcel
from flows.proof.world.writing_household import close
from flows.trust import DOCUMENT_FOR, at_least

# ---- when and where it waits ---------------------------------------------------------------------


@writes(hold.ChooseDay)
def _choose(ledger: Ledger, act: hold.ChooseDay, parcel: Parcel, whose: str) -> None:
    brought: dict[str, Any] = {}
    if parcel.state == "at_office" and parcel.held_until is not None:
        held_until = max(parcel.held_until, act.day + hold.LISTED_WITHIN)
        brought = {"held_until": held_until, "by_wish": True}
    ledger.update(parcel, chosen_day=act.day, choose_until=act.until, **brought)


@writes(hold.KeepAtOffice)
def _keep(ledger: Ledger, act: hold.KeepAtOffice, parcel: Parcel, whose: str) -> None:
    must(parcel.by_wish or parcel.state in ("attempted", "booked"), "it is not brought")
    must(not parcel.by_wish or parcel.held_until == act.until, "its clock is changed")
    ledger.update(parcel, state="at_office", held_until=act.until, by_wish=False, chosen_day=None)


@writes(hold.KeepByWish)
def _keep_by_wish(ledger: Ledger, act: hold.KeepByWish, parcel: Parcel, whose: str) -> None:
    in_state(parcel, "booked")
    ledger.update(parcel, state="at_office", held_until=act.until, extended=True, by_wish=True)


@writes(hold.KeepOn)
def _keep_on(ledger: Ledger, act: hold.KeepOn, parcel: Parcel, whose: str) -> None:
    in_state(parcel, "at_office")
    must(parcel.by_wish, "no wish keeps it")
    ledger.update(parcel, chosen_day=None)


@writes(hold.BringAgain)
def _bring_again(ledger: Ledger, act: hold.BringAgain, parcel: Parcel, whose: str) -> None:
    in_state(parcel, "at_office")
    must(parcel.held_until is not None and parcel.held_until <= act.until, "it goes back earlier")
    if not parcel.by_wish or parcel.held_until != act.until:
        ledger.update(parcel, held_until=act.until, choose_until=act.choose_until, by_wish=True)


@writes(hold.ExtendHold)
def _extend(ledger: Ledger, act: hold.ExtendHold, parcel: Parcel, whose: str) -> None:
    must(parcel.state == "at_office" and not parcel.extended, "not to be extended")
    ledger.update(parcel, held_until=act.until, extended=True)


@writes(hold.ReturnToSender)
def _return(ledger: Ledger, act: hold.ReturnToSender, parcel: Parcel, whose: str) -> None:
    in_state(parcel, "attempted", "at_office")
    ledger.update(parcel, state="returned")


@writes(hold.RecallArticle)
def _recall(ledger: Ledger, act: hold.RecallArticle, parcel: Parcel, whose: str) -> None:
    in_state(parcel, "booked", "attempted", "at_office")
    ledger.update(parcel, state="recalled", recalled_at=None)


@writes(hold.AskRecall)
def _ask_recall(ledger: Ledger, act: hold.AskRecall, parcel: Parcel, whose: str) -> None:
    must(parcel.recalled_at is None, "it is recalled already")
    ledger.update(parcel, recalled_at=ledger.now)


@writes(hold.EndRecall)
def _end_recall(ledger: Ledger, act: hold.EndRecall, parcel: Parcel, whose: str) -> None:
    must(parcel.recalled_at is not None, "nobody recalled it")
    ledger.update(parcel, recalled_at=None)


@writes(hold.ReopenArticle)
def _reopen(ledger: Ledger, act: hold.ReopenArticle, parcel: Parcel, whose: str) -> None:
    in_state(parcel, "attempted", "at_office", "delivered")
    ledger.update(
        parcel,
        state="attempted",
        attempts=min(parcel.attempts, 1),
        remark=None,
        suspended=False,
        witness=None,
        judged=False,
        counts=False,
        held_until=None,
        extended=False,
        by_wish=False,
        delivered_at=None,
        objected=False,
        disputed=False,
    )


# ---- who gets the code ---------------------------------------------------------------------------


@writes(moves.AskMove)
def _ask_move(ledger: Ledger, act: moves.AskMove, parcel: Parcel, whose: str) -> None:
    must(parcel.move is None, "its holder is asked already")
    asked = MoveRow(act.phone, act.by, ledger.holders[parcel.number], ledger.now)
    ledger.update(parcel, move=asked, questions=parcel.questions + 1)


@writes(moves.EndMove)
def _end_move(ledger: Ledger, act: moves.EndMove, parcel: Parcel, whose: str) -> None:
    must(parcel.move is not None, "nobody is asked")
    ledger.update(parcel, move=None, frozen=parcel.frozen or act.why == "denied")


@writes(moves.Relink)
def _relink(ledger: Ledger, act: moves.Relink, parcel: Parcel, whose: str) -> None:
    asked = parcel.move
    this = asked is not None and (asked.by, asked.phone) == (act.by, act.phone)
    former = asked.whose if asked and this else ledger.holders[parcel.number]
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


@writes(moves.DisputeMove)
def _dispute(ledger: Ledger, act: moves.DisputeMove, parcel: Parcel, whose: str) -> None:
    must(not parcel.disputed, "it is disputed already")
    ledger.update(parcel, disputed=True, frozen=True)


@writes(moves.CountWrongQuote)
def _wrong_quote(ledger: Ledger, act: moves.CountWrongQuote, parcel: Parcel, whose: str) -> None:
    counted = (*parcel.wrong_quotes, (whose, ledger.world.today))
    ledger.put(replace(parcel, wrong_quotes=counted))


@writes(moves.MarkSenderProven)
def _prove(ledger: Ledger, act: moves.MarkSenderProven, parcel: Parcel, whose: str) -> None:
    must(not parcel.proven, "he is proven already")
    ledger.update(parcel, proven=True)


@writes(nominee.Nominate)
def _nominate(ledger: Ledger, act: nominee.Nominate, parcel: Parcel, whose: str) -> None:
    must(parcel.nominee is None, "somebody is nominated already")
    heard = parcel.recipient not in parcel.off
    asked = NomineeRow(act.phone, signed=at_least(ledger.proof, "fresh"), told=heard)
    ledger.put(replace(parcel, nominee=asked, nominations=parcel.nominations + 1))


@writes(nominee.AcceptNomination)
def _accept(ledger: Ledger, act: nominee.AcceptNomination, parcel: Parcel, whose: str) -> None:
    asked = parcel.nominee
    assert asked is not None
    must(asked.phone == whose, "another is nominated")
    heard = replace(asked, told=asked.told or parcel.recipient not in parcel.off)
    ledger.update(
        parcel,
        moves=parcel.moves + 1,
        nominee=heard.agreeing(ledger.now),
        held_before=parcel.held_before | ({parcel.recipient} if parcel.recipient else set()),
        code_at_move=len(parcel.codes),
    )


@writes(nominee.EndNomination)
def _end_nomination(ledger: Ledger, act: nominee.EndNomination, parcel: Parcel, whose: str) -> None:
    must(parcel.nominee is not None, "nobody is nominated")
    ledger.put(replace(parcel, nominee=None))


@writes(phone.Unlink)
def _unlink(ledger: Ledger, act: phone.Unlink, parcel: Parcel, whose: str) -> None:
    must(parcel.recipient == whose, "the telephone is not its recipient's")
    ledger.update(
        parcel,
        recipient=None,
        unlinked=True,
        left=(*parcel.left, (whose, ledger.now)),
        disowned=whose,
        denials=parcel.denials | {whose},
        held_before=parcel.held_before | {whose},
    )
    ledger.world = ledger.world.in_doubt(ledger.world.doubted | {whose})


@writes(phone.ConfirmNumber)
def _confirm_number(ledger: Ledger, act: phone.ConfirmNumber, parcel: Parcel, whose: str) -> None:
    must(whose in ledger.world.doubted, "the telephone is not in doubt")
    ledger.world = ledger.world.in_doubt(ledger.world.doubted - {whose})
    close(ledger, whose)


# ---- telephones ----------------------------------------------------------------------------------


@writes(phone.TakePhone)
def _take_phone(ledger: Ledger, act: phone.TakePhone, parcel: None, whose: str) -> None:
    postmen = ledger.world.postmen
    named = next((p for p in postmen.values() if p.next_phone == whose), None)
    must(named is not None, "no telephone is named")
    assert named is not None
    taken = replace(named, phone=whose, next_phone=None, blocked=False)
    world = replace(ledger.world, postmen={**postmen, named.staff: taken})
    ledger.world = world.without_offers(named.staff)


@writes(phone.SetLanguage)
def _language(ledger: Ledger, act: phone.SetLanguage, parcel: None, whose: str) -> None:
    stopped = ledger.world.phones.get(whose, (None, False))[1]
    _phone(ledger, whose, (act.language, stopped))


@writes(phone.OptOut)
def _opt_out(ledger: Ledger, act: phone.OptOut, parcel: None, whose: str) -> None:
    _phone(ledger, whose, (ledger.world.phones.get(whose, (None, False))[0], True))


@writes(phone.OptIn)
def _opt_in(ledger: Ledger, act: phone.OptIn, parcel: None, whose: str) -> None:
    _phone(ledger, whose, (ledger.world.phones.get(whose, (None, False))[0], False))


def _phone(ledger: Ledger, whose: str, known: tuple[Any, bool]) -> None:
    ledger.world = replace(ledger.world, phones={**ledger.world.phones, whose: known})


# ---- reports -------------------------------------------------------------------------------------


@writes(reports.ReportLate)
def _late(ledger: Ledger, act: reports.ReportLate, parcel: Parcel, whose: str) -> None:
    ledger.put(replace(parcel, tickets=parcel.tickets | {("late_handover", whose)}))


@writes(reports.MarkDoorOnly)
def _door_only(ledger: Ledger, act: reports.MarkDoorOnly, parcel: Parcel, whose: str) -> None:
    ledger.put(replace(parcel, door_only=True))
    reported = ledger.world.frauds | {(whose, ledger.world.today)}
    ledger.world = replace(ledger.world, frauds=reported)


@writes(reports.MarkNotReceived)
def _not_received(ledger: Ledger, act: reports.MarkNotReceived, parcel: Parcel, whose: str) -> None:
    ledger.put(replace(parcel, objected=True))


@writes(reports.WarnHerd)
def _warn(ledger: Ledger, act: reports.WarnHerd, parcel: Parcel, whose: str) -> None:
    ledger.world = replace(ledger.world, warned=ledger.world.warned | {ledger.world.today})


@writes(reports.NameNumber)
def _name(ledger: Ledger, act: reports.NameNumber, parcel: None, whose: str) -> None:
    """Write nothing: no decision reads which numbers were named."""


@writes(reports.NoteHint)
def _hint(ledger: Ledger, act: reports.NoteHint, parcel: Parcel, whose: str) -> None:
    in_state(parcel, "booked", "out_for_delivery", "attempted", "at_office")


@writes(reports.OpenTicket)
def _ticket(ledger: Ledger, act: reports.OpenTicket, parcel: Parcel | None, whose: str) -> None:
    asks = whose.startswith("+") and act.about != "herd"
    raised = (act.about, whose if asks else None)
    if parcel is None:
        tickets = ledger.world.tickets | {raised}
        ledger.world = replace(ledger.world, tickets=tickets)
    else:
        ledger.put(replace(parcel, tickets=parcel.tickets | {raised}))


@writes(helped.NoteAnswer)
@writes(helped.OpenAgain)
@writes(helped.NoteWords)
def _of_ticket(ledger: Ledger, act: Act, parcel: None, whose: str) -> None:
    """Write nothing: which tickets are open, no decision about post reads."""


# ---- the window ----------------------------------------------------------------------------------


@writes(window.HandOut)
def _hand_out(ledger: Ledger, act: window.HandOut, parcel: Parcel, whose: str) -> None:
    if act.document is None:
        parcel = use(parcel, ledger.now, ledger.now)
        must(parcel.codes[-1].purpose == "window", "the code is not the window's")
    in_state(parcel, "at_office")
    ledger.update(kill_codes(parcel, ledger.now), state="delivered", delivered_at=ledger.now)


@writes(window.CountWrongAtWindow)
def _wrong_at_window(
    ledger: Ledger, act: window.CountWrongAtWindow, parcel: Parcel, whose: str
) -> None:
    counted = replace(parcel, wrong_on=(*parcel.wrong_on, ledger.world.today))
    ledger.put(kill_codes(counted, ledger.now) if act.last else counted)


@writes(window.RefuseAtWindow)
def _refuse(ledger: Ledger, act: window.RefuseAtWindow, parcel: Parcel, whose: str) -> None:
    """Write nothing, as postal/acts/window.py."""
