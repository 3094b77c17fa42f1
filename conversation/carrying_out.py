"""What two people agreed to, done by the doors that do it for one: decided again, or refused.

docs/developing/trust.md rule 11. Within the caller's transaction.
"""

from __future__ import annotations

from conversation import counter, desk, postmen
from conversation.desk import Intervened
from flows.happenings import DestinationMoved, DocumentShown, NumberCorrected, Reopened
from postal import modes
from postal.counter import counter_days, refunds, reopening
from postal.office import day_closing
from postal.people import accounts, pins, staffing
from postal.people.doer import Doer
from postal.people.staffing import NewAccount, Seat
from postal.requests import reading
from postal.requests.reading import StaffRequest
from runtime import Runtime
from store.database import Conn
from store.refusals import Conflict


class NotNow(Conflict):
    """The machine of the article refuses it as things are."""

    sentence = "that cannot be done as things are now"
    word = "act_not_now"


class NoDrawer(Conflict):
    """The counter that a refund in cash comes from is closed."""

    sentence = "the counter that the cash comes from is closed"
    word = "refund_no_drawer"


def carry_out(
    runtime: Runtime, conn: Conn, request: StaffRequest, first: Doer, second: str
) -> Intervened:
    """Do what was asked, decided by its own door. Raise what that raises, and `NotNow`."""
    match request.what:
        case "correct_number":
            assert request.article_id is not None
            event = NumberCorrected(str(request.article), str(request.phone))
            done = desk.correct_number(runtime, conn, request.article_id, event, "two")
        case "move_destination":
            assert request.article_id is not None
            moved = DestinationMoved(str(request.article), str(request.phone))
            done = desk.on_recipient(runtime, conn, request.article_id, moved, "two")
        case "reopen":
            done = desk.on_article(runtime, conn, Reopened(str(request.article)), "two")
        case "reset_pin":
            pins.set_hash(conn, str(request.postman), reading.pin_hash(conn, request.id))
            done = desk.pin_changed(runtime, conn, str(request.postman), "two")
        case "name_phone":
            postmen.name_phone(runtime, conn, str(request.postman), str(request.phone))
            done = Intervened(True, ("phone_named",))
        case "reopen_day":
            assert request.office_id is not None and request.day is not None  # noqa: PT018
            day_closing.reopen(conn, request.office_id, request.day, request.id, first)
            done = Intervened(True, ())
        case "change_mode":
            assert request.office_id is not None and request.mode is not None  # noqa: PT018
            modes.change(conn, request.office_id, request.mode, first, second)
            done = Intervened(True, ())
        case "document":
            done = _hand_out(runtime, conn, request, first, second)
        case "refund":
            done = _give_back(conn, request, first)
        case "add_account" | "change_account" | "reset_password" | "reset_factor":
            _account(runtime, conn, request)
            done = Intervened(True, ())
        case "reopen_counter":
            assert request.closed_day_id is not None
            reopening.reopen(conn, request.closed_day_id, request.note, first, second)
            done = Intervened(True, ())
    if not done.done:
        raise NotNow
    return done


def _account(runtime: Runtime, conn: Conn, request: StaffRequest) -> None:
    assert request.account is not None
    now = runtime.now()
    if request.what == "reset_factor":
        accounts.forget_second_factor(conn, request.account, now)
    elif request.what == "reset_password":
        staffing.hand_over(conn, request.account, reading.pin_hash(conn, request.id), now)
    else:
        assert request.account_name and request.account_role and request.office_id  # noqa: PT018
        at = Seat(request.account_role, request.office_id)
        if request.what == "change_account":
            staffing.move(conn, request.account, at, now)
        else:
            new = NewAccount(request.account, request.account_name, at, request.phone)
            staffing.add(conn, new, reading.pin_hash(conn, request.id), now)


def _hand_out(
    runtime: Runtime, conn: Conn, request: StaffRequest, first: Doer, second: str
) -> Intervened:
    assert request.article is not None and request.document is not None  # noqa: PT018
    shown = DocumentShown(
        request.article,
        first.known_as,
        request.payment,
        request.document,
        second,
        missing=tuple(request.pieces_missing or ()),
    )
    counter.shown_document(runtime, conn, shown, request.document_last4 or "")
    return Intervened(True, ())


def _give_back(conn: Conn, request: StaffRequest, first: Doer) -> Intervened:
    assert request.credit_id is not None
    if request.refund_way == "provider":
        refunds.ask(conn, request.credit_id, first)
    elif request.refund_way == "upi":
        refunds.enter_transfer(conn, request.credit_id, request.refund_ref or "", first)
    else:
        drawer = counter_days.current(conn, first.own_staff.row)
        if drawer is None or drawer.id != request.counter_day_id:
            raise NoDrawer
        refunds.enter_cash(conn, request.credit_id, drawer.id, first)
    return Intervened(True, ())
