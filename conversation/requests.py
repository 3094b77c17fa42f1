"""The door of what takes two people: asked, told to possible second persons, agreed, carried out.

docs/developing/trust.md rule 11. What was asked is decided again when the second person agrees, by
the other doors, in the transaction that ends the request. Each function works within the caller's
transaction; wake the outbox after the commit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from typing import Final, Literal

from conversation import desk
from conversation.carrying_out import NotNow, carry_out
from postal.people import access
from postal.people.doer import Doer, Staff
from postal.people.rights import RIGHTS, Act
from postal.requests import hands, reading, register
from postal.requests.hands import Hand, House
from postal.requests.reading import StaffRequest
from postal.requests.register import NotTheNamed, SignedAlready, Why
from postal.requests.wish import Wish
from runtime import Runtime
from store import feed
from store.database import Conn
from store.refusals import Conflict, Refusal

Place = Literal["first", "second"]
_MOST_TOLD: Final = 5  # telephones of possible second persons


@dataclass(frozen=True)
class Signed:
    """What a signature led to. `texts`: ids of the messages that go out.

    first: the second signature is missing now · agreed: done · refused: the rules do not allow it
    any more, `word` says why
    """

    outcome: Literal["first", "agreed", "refused"]
    texts: tuple[int, ...] = ()
    word: str = ""


class OwnAccount(Conflict):
    """Nobody agrees to a change of his own account."""

    sentence = "nobody agrees to a change of his own account"
    word = "request_own_account"


class NotFresh(Conflict):
    """What is signed takes a second factor of the last five minutes."""

    sentence = "confirm with your second factor first: five minutes are over"
    word = "request_not_fresh"


def ask(runtime: Runtime, conn: Conn, wish: Wish, why: Why, by: Doer) -> StaffRequest:
    """Write down what `by` asks, if it could be done now, and tell possible second persons.

    Raise what carrying it out would raise, `NotNow`, `register.AskedAlready`, and for people as
    `hands.may_begin` says and `NotFresh`.
    """
    asked = register.ask(conn, wish, why, by)
    first = None
    if isinstance(by.who, Staff):
        first = _signing(conn, by)
        _refuse(hands.may_begin(asked.act, first, asked.office_id))
    seconds, house = _seconds(conn, asked)
    _would(runtime, conn, asked, first, seconds, by)
    _tell(runtime, conn, asked, first, seconds, house, by)
    if first is not None:
        said = f"{asked.what} asked, {asked.reason}" + (f": {asked.note}" if asked.note else "")
        access.note(conn, by, "acted", article_id=asked.article_id, reason=said)
    return asked


def sign(runtime: Runtime, conn: Conn, id_: int, by: Doer, place: Place) -> Signed:
    """Sign a request: first where only software asked, else as the second person, which does it.

    `place`: which signature the person saw missing, so that nobody agrees who meant to ask. Raise
    `reading.UnknownRequest`, `NotWaiting`, `SignedAlready` and `NotTheNamed`, as
    `hands.may_begin` and `may_agree` say, and `NotFresh`.
    """
    request, hand = register.hold(conn, id_, by.at), _signing(conn, by)
    seconds, house = _seconds(conn, request)
    if (request.signed_by is None) != (place == "first"):
        raise SignedAlready
    if request.signed_by is None:
        if request.named not in (None, hand.row) and _may_sign(conn, request.named):
            raise NotTheNamed(request.named_id or "")
        _refuse(hands.may_begin(request.act, hand, request.office_id))
        register.sign(conn, request, by)
        _tell(runtime, conn, reading.get(conn, id_), hand, seconds, house, by)
        return Signed("first")
    first = hands.hand(conn, request.signed_by)
    if first is None or hands.may_begin(request.act, first, request.office_id) is not None:
        register.refuse(conn, request, by, word="request_asker_left")
        return Signed("refused", word="request_asker_left")
    _refuse(_against(conn, request, first, hand, house))
    try:
        with conn.transaction():
            done = carry_out(runtime, conn, request, _doer(first, by), hand.staff_id)
    except Refusal as refusal:
        word = refusal.word if refusal.word and not refusal.values else NotNow.word
        register.refuse(conn, request, by, word=word)
        return Signed("refused", word=word)
    register.agree(conn, request, by)
    _write_down(conn, request, by)
    return Signed("agreed", done.texts)


def refuse(conn: Conn, id_: int, answer: str, by: Doer) -> StaffRequest:
    """Refuse a request as somebody who could have signed it. Raise as `sign` does."""
    request, hand = register.hold(conn, id_, by.at), _signing(conn, by)
    if request.signed_by is None:
        _refuse(hands.may_begin(request.act, hand, request.office_id))
    else:
        first = hands.hand(conn, request.signed_by)
        house = _seconds(conn, request)[1]
        if first is not None:
            _refuse(_against(conn, request, first, hand, house))
    register.refuse(conn, request, by, answer=answer)
    access.note(
        conn, by, "acted", article_id=request.article_id, reason=f"{request.what} refused: {answer}"
    )
    return request


def withdraw(conn: Conn, id_: int, by: Doer) -> StaffRequest:
    """Withdraw an own request. Raise `register.NotTheAsker` and `NotWaiting`."""
    request = register.hold(conn, id_, by.at)
    register.withdraw(conn, request, by)
    access.note(
        conn, by, "acted", article_id=request.article_id, reason=f"{request.what} withdrawn"
    )
    return request


def lapse(runtime: Runtime) -> int:
    """End what nobody decided on its day; return how many."""
    return runtime.database.run(lambda conn: register.lapse(conn, runtime.now()))


# ---- who could sign ------------------------------------------------------------------------------


def signable(conn: Conn, requests: Sequence[StaffRequest], staff_row: int) -> list[StaffRequest]:
    """Return those of `requests` that this member of staff could sign now, first or second."""
    hand = hands.hand(conn, staff_row)
    if hand is None:
        return []
    person = cache(partial(hands.hand, conn))  # every page asks: each is read once

    @cache
    def house(act: Act, office: int | None, account: int | None) -> House:
        among = [each for each in hands.seconds(conn, act) if each.row != account]
        return hands.house(conn, act, office, among)

    def could(request: StaffRequest) -> bool:
        if request.signed_by is None:
            other = request.named not in (None, staff_row) and person(request.named) is not None
            return not other and hands.may_begin(request.act, hand, request.office_id) is None
        if hand.role not in RIGHTS[request.act].second or request.signed_by == staff_row:
            return False
        first = person(request.signed_by)
        there = house(request.act, request.office_id, request.account_id)
        return first is not None and _against(conn, request, first, hand, there) is None

    return [each for each in requests if could(each)]


def _seconds(conn: Conn, request: StaffRequest) -> tuple[list[Hand], House]:
    seconds = [each for each in hands.seconds(conn, request.act) if each.row != request.account_id]
    return seconds, hands.house(conn, request.act, request.office_id, seconds)


def _signing(conn: Conn, by: Doer) -> Hand:
    """Return who signs. Raise `NotFresh`, also for what is no person's own session."""
    hand = hands.hand(conn, by.who.row) if isinstance(by.who, Staff) else None
    if hand is None or by.proof not in ("fresh", "two"):
        raise NotFresh
    return hand


def _may_sign(conn: Conn, staff_row: int | None) -> bool:
    return staff_row is not None and hands.hand(conn, staff_row) is not None


def _against(
    conn: Conn, request: StaffRequest, first: Hand, second: Hand, house: House
) -> Conflict | None:
    """Return what speaks against `second` agreeing; nobody agrees to what an own account is."""
    account = hands.hand(conn, request.account_id) if request.account_id is not None else None
    if account is not None and account.is_human_of(second):
        return OwnAccount()
    return hands.may_agree(request.act, first, second, house)


def _refuse(against: Conflict | None) -> None:
    if against is not None:
        raise against


# ---- carrying out --------------------------------------------------------------------------------


def _would(
    runtime: Runtime,
    conn: Conn,
    request: StaffRequest,
    first: Hand | None,
    seconds: list[Hand],
    by: Doer,
) -> None:
    """Carry out the request and take it back: raise what speaks against it already now."""
    stand_in = first or (next(iter(seconds), None) if request.named is None else None)
    others = [each.staff_id for each in seconds if stand_in is None or each.row != stand_in.row]
    if request.what == "document" and (stand_in is None or not others):
        return
    doer = _doer(stand_in, by) if stand_in is not None else by
    with conn.transaction(force_rollback=True):
        carry_out(runtime, conn, request, doer, next(iter(others), ""))


def _doer(first: Hand, by: Doer) -> Doer:
    """Return the first person as the books name who did it, now that both have signed."""
    return Doer(Staff(first.row, first.staff_id), first.office_id, first.role, "two", by.at)


def _write_down(conn: Conn, request: StaffRequest, by: Doer) -> None:
    asked_by = str(request.signed_id)
    data = {
        "action": request.what,
        "reason": request.reason,
        "asked_by": asked_by,
        "by": by.known_as,
    }
    feed.append(conn, "desk_acted", request.article_id, by.at, data)
    said = f"{request.what} agreed, asked by {asked_by}"
    access.note(conn, replace(by, proof="two"), "acted", article_id=request.article_id, reason=said)


def _tell(
    runtime: Runtime,
    conn: Conn,
    request: StaffRequest,
    first: Hand | None,
    seconds: list[Hand],
    house: House,
    by: Doer,
) -> None:
    """Text the telephones of those who could be the second, once an hour for one asker's subject.

    Those of the office first; what software asked is told once somebody has signed it.
    """
    if first is None:
        return
    able = hands.agreeing(request.act, first, seconds, house)
    able.sort(key=lambda each: each.office_id != request.office_id)
    phones = list(dict.fromkeys(each.phone for each in able if each.phone))[:_MOST_TOLD]
    if phones and register.claim_telling(conn, request, by.at):
        for phone in phones:
            desk.request_waiting(runtime, conn, phone)
