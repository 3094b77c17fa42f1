"""The postman's screens: after his PIN his list, an item, its result.

The input becomes the same `Visit` as his text, and flows/postman/states.py decides.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from flows import remarks
from flows.acts.door import can_miss
from flows.events import (
    Approach,
    AskException,
    Handover,
    HandoverProof,
    Pass,
    Payment,
    Remark,
    TakeOver,
    TurnDown,
    Undo,
    Visit,
    VisitAct,
)
from flows.grammar.postman import KINDS_OF_DOCUMENT, REASONS
from flows.grammar.postman_numbers import EXCEPTION, NEW_NUMBER, PAYMENTS
from flows.number import last_digits
from flows.ussd.engine import (
    BACK,
    MORE,
    Ask,
    MenuFacts,
    MenuItem,
    Screen,
    Shown,
    Step,
    Typed,
    Where,
    Worth,
    go,
    next_page,
    page,
    word,
)
from india.phone import mobile

# After these answers `1` continues with the same item: at the code, or at the other choices.
_THEN_CODE = (
    *("approach_one", "approach_plain", "wrong_code", "code_used", "code_malformed"),
    *(
        "refusal_wait",
        "approach_document",
        "approach_unsure",
        "document_needed",
        "approach_often",
        "approach_pilot",
        *("approach_lost", "approach_lost_law", "approach_lost_word"),
        "approach_household",
        "approach_neighbour",
        *("word_wrong", "word_none", "word_used", "word_law", "word_not_now", "word_not_yet"),
        "word_spent",
    ),
)
_THEN_ITEM = (
    *("approach_locked", "code_expired", "no_code_yet", "tries_over", "code_needed", "code_first"),
    *("ask_payment", "no_payment_due", "remark_unknown", "item_unlinked", "late_ticket"),
    *("item_disputed", "pass_asked", "pass_unknown"),
    *("exception_how", "exception_yes", "number_how", "number_bad", "pieces_wrong"),
)
ANSWERS = (
    *_THEN_CODE,
    *_THEN_ITEM,
    *(
        "handed_over",
        "handed_over_cash",
        "handed_over_upi",
        "handed_over_signed",
        "handed_over_word",
        "handed_over_missing",
        "not_on_list",
        "already_delivered",
    ),
    *("item_closed", "remark_noted", "undone_one", "undone_many", "nothing_to_undo", "no_list"),
    *("item_withdrawn", "item_gone", "refusal_noted", "late_closed", "by_sms", "noted"),
    *("items_taken", "offer_declined", "offer_gone", "offer_none"),
    *("exception_sent", "exception_waits", "exception_law", "exception_not_now"),
    *("exception_often", "exception_reached", "handed_over_excepted", "number_office"),
)
# A handover is confirmed by SMS as well: the screen disappears, proof must remain.
PROOF = (
    *("handed_over", "handed_over_cash", "handed_over_upi", "handed_over_signed"),
    *("handed_over_word", "refusal_noted", "handed_over_excepted", "handed_over_missing"),
)

_CLOSED = {"delivered": "already_delivered", "attempted": "item_closed", "withdrawn": "item_gone"}
_NOT_OPEN = ("not_on_list", *_CLOSED.values())


# ---- PIN ---------------------------------------------------------------------------------------


def _show_pin(where: Where, facts: MenuFacts) -> Shown:
    if where.tries is not None:
        return Shown(where, "pin_wrong", {"tries": where.tries})
    return Shown(where, "pin")


def _take_pin(where: Where, typed: Typed, facts: MenuFacts) -> Step:
    if typed.text == BACK:
        return Step(go(where, "menu"))
    if typed.worth == "right":
        return Step(Where("list", proved=True))
    if typed.worth == "locked":
        return Step(go(where, "over", told="pin_locked"))
    return Step(go(where, "pin", tries=typed.left))


# ---- the list ----------------------------------------------------------------------------------


def _open(facts: MenuFacts) -> list[MenuItem]:
    return [item for item in facts.items if item.state == "open"]


def _line(item: MenuItem, facts: MenuFacts) -> str:
    parts = [str(item.serial), item.digits]
    if item.pieces > 1:
        parts.append(word("piece_count", facts, count=item.pieces))
    if item.amount:
        parts.append(word("money", facts, amount=item.amount))
    if item.document:
        parts.append(word("with_document", facts))
    return " ".join(parts)


def _show_home(where: Where, facts: MenuFacts) -> Shown:
    return Shown(where, "home_offer" if facts.offer else "home", {"count": len(_open(facts))})


def _take_home(where: Where, typed: Typed, facts: MenuFacts) -> Step:
    if typed.text == "2":
        return Step(go(where, "told"), Ask("postman", Undo()))
    if typed.text == "3" and facts.offer is not None:
        return Step(go(where, "offer", offer=facts.offer.id))
    targets = {"1": "list", MORE: "list", "7": "menu"}
    return Step(go(where, targets.get(typed.text, "home")))


def _show_list(where: Where, facts: MenuFacts) -> Shown:
    left = _open(facts)
    if not left:
        return Shown(where, "left_none" if facts.items else "no_list")
    lines = [_line(item, facts) for item in left]
    return page(where, "list", {"count": len(left)}, lines, facts.language)


def _take_list(where: Where, typed: Typed, facts: MenuFacts) -> Step:
    if typed.text == BACK:
        return Step(go(where, "home"))
    if typed.text == MORE:
        return next_page(where)
    item = _chosen(typed.text, facts)
    if item is not None:
        if item.state == "open":
            return Step(go(where, "item", serial=item.serial))
        told = _CLOSED[item.state]
        return Step(go(where, "told", serial=item.serial, told=told))
    if _is_serial(typed.text):
        return Step(go(where, "told", serial=int(typed.text), told="not_on_list"))
    return Step(where)


def _chosen(text: str, facts: MenuFacts) -> MenuItem | None:
    """Return the item of a serial, or of four last digits that only one open item has."""
    if len(text) == 4:
        ending = [item for item in _open(facts) if item.digits == text]
        return ending[0] if len(ending) == 1 else None
    if not _is_serial(text):
        return None
    return next((item for item in facts.items if item.serial == int(text)), None)


def _is_serial(text: str) -> bool:
    return text.isdigit() and len(text) <= 3 and int(text) > 0


# ---- one item ----------------------------------------------------------------------------------


def _item(where: Where, facts: MenuFacts) -> MenuItem | None:
    """Return the item that was chosen, if it is open."""
    return next((item for item in _open(facts) if item.serial == where.serial), None)


def _visit(where: Where, act: VisitAct) -> Step:
    told = go(where, "told", serial=where.serial, payment=where.payment, missing=where.missing)
    return Step(told, Ask("postman", Visit((act,))))


def _hand_over(where: Where, item: MenuItem, proof: HandoverProof, payment: Payment | None) -> Step:
    return _visit(where, _handover(where, item, proof, payment))


def _handover(
    where: Where, item: MenuItem, proof: HandoverProof, payment: Payment | None
) -> Handover:
    return Handover(str(item.serial), proof, payment, missing=where.missing or ())


def _handing(where: Where, item: MenuItem) -> Step:
    """Return the next step in the handover of `item`: its pieces, the money, code or signature."""
    if item.pieces > 1 and where.missing is None:
        return Step(go(where, "pieces", serial=item.serial))
    if item.amount and where.payment is None:
        return Step(go(where, "pay", serial=item.serial, missing=where.missing))
    screen = "enter" if item.otp_required else "sign"
    chosen = go(where, screen, serial=item.serial, payment=where.payment, missing=where.missing)
    return Step(chosen)


def _show_item(where: Where, facts: MenuFacts) -> Shown:
    item = _item(where, facts)
    if item is None:
        return _show_list(go(where, "list"), facts)
    return Shown(
        where,
        where.screen,
        {"serial": item.serial, "digits": item.digits, "amount": item.amount},
    )


def _show_one(where: Where, facts: MenuFacts) -> Shown:
    """Show the item, and how many pieces it has where there are several."""
    shown, item = _show_item(where, facts), _item(where, facts)
    if item is None or item.pieces == 1:
        return shown
    values: dict[str, int | str] = {**shown.values, "count": item.pieces}
    return replace(shown, name="item_pieces", values=values)


def _take_item(where: Where, typed: Typed, facts: MenuFacts) -> Step:
    item = _item(where, facts)
    if typed.text in (BACK, MORE) or item is None:
        return Step(go(where, "list"))
    if typed.text == "1":
        return _visit(where, Approach(str(item.serial)))
    if typed.text == "2":
        return _handing(where, item)
    targets = {"3": "remarks", "4": "pass"}
    if typed.text not in targets:
        return Step(where)
    return Step(go(where, targets[typed.text], serial=item.serial))


def _take_pass(where: Where, typed: Typed, facts: MenuFacts) -> Step:
    item = _item(where, facts)
    if typed.text in (BACK, MORE) or item is None:
        return Step(go(where, "list"))
    if typed.worth != "named":
        return Step(where)
    told = go(where, "told", serial=where.serial)
    return Step(told, Ask("postman", Pass((str(item.serial),))))


# ---- what a colleague offers -------------------------------------------------------------------


def _show_offer(where: Where, facts: MenuFacts) -> Shown:
    offer = facts.offer
    if offer is None or offer.id != where.offer:  # answered, over, or a newer one came
        return _show_home(go(where, "home"), facts)
    values: dict[str, int | str] = {"staff": offer.by, "count": len(offer.numbers)}
    lines = [last_digits(number) for number in offer.numbers]
    return page(where, "offer", values, lines, facts.language)


def _take_offer(where: Where, typed: Typed, facts: MenuFacts) -> Step:
    """Answer the offer that was shown, and no other that may have come since."""
    if typed.text == MORE:
        return next_page(where)
    if typed.text == "1":
        return Step(go(where, "told"), Ask("postman", TakeOver(where.offer)))
    if typed.text == "2":
        return Step(go(where, "told"), Ask("postman", TurnDown(where.offer)))
    return Step(go(where, "home")) if typed.text == BACK else Step(where)


# ---- several pieces ----------------------------------------------------------------------------


def _show_pieces(where: Where, facts: MenuFacts) -> Shown:
    item = _item(where, facts)
    if item is None:
        return _show_list(go(where, "list"), facts)
    return Shown(where, where.told or "pieces", {"serial": item.serial, "count": item.pieces})


def _take_pieces(where: Where, typed: Typed, facts: MenuFacts) -> Step:
    """Take `1`, all are there, or the missing ones by two digits each: a screen has no space key.

    A piece that it does not have is asked again at once, before money and code.
    """
    item = _item(where, facts)
    if typed.text in (BACK, MORE) or item is None:
        return Step(go(where, "list"))
    missing = () if typed.text == "1" else _named_pieces(typed.text)
    if missing is None or not can_miss(item.pieces, missing):
        return Step(go(where, "pieces", serial=item.serial, told="pieces_again"))
    return _handing(replace(where, missing=missing, told=None), item)


def _named_pieces(text: str) -> tuple[int, ...] | None:
    """Return the pieces that are named by two digits each; None: the digits do not come out so."""
    if not text.isdigit() or len(text) % 2:
        return None
    return tuple(int(text[at : at + 2]) for at in range(0, len(text), 2))


# ---- money, code, signature --------------------------------------------------------------------


def _take_pay(where: Where, typed: Typed, facts: MenuFacts) -> Step:
    item = _item(where, facts)
    if typed.text in (BACK, MORE) or item is None:
        return Step(go(where, "list"))
    payment = PAYMENTS.get(typed.text)
    if payment is None:
        return Step(where)
    if item.otp_required:
        chosen = go(where, "enter", serial=item.serial, payment=payment, missing=where.missing)
        return Step(chosen)
    return _hand_over(where, item, "signature", payment)


_SHOWN: Final[Mapping[Worth | None, HandoverProof]] = MappingProxyType(
    {"code": "code", "signature": "signature", "word": "word", "exception": "exception"}
)


def _take_enter(where: Where, typed: Typed, facts: MenuFacts) -> Step:
    item = _item(where, facts)
    if typed.text in (BACK, MORE) or item is None:
        return Step(go(where, "list"))
    if typed.worth == "code_document":
        handover = _handover(where, item, "code", where.payment)
        return _visit(where, replace(handover, document="unnamed"))
    return _hand_over(where, item, _SHOWN.get(typed.worth, "malformed"), where.payment)


def _take_sign(where: Where, typed: Typed, facts: MenuFacts) -> Step:
    item = _item(where, facts)
    if typed.text in (BACK, MORE) or item is None:
        return Step(go(where, "list"))
    if typed.text != "1":
        return Step(where)
    return _hand_over(where, item, "signature", where.payment)


def _show_remarks(where: Where, facts: MenuFacts) -> Shown:
    """Show the remarks; where a code went out, what the office is asked for comes first."""
    item = _item(where, facts)
    if item is None:
        return _show_list(go(where, "list"), facts)
    lines = [f"{remark} {word(f'remark_{remark}', facts)}" for remark in remarks.BY_CODE]
    asking = [f"{remark} {word(f'ask_{screen}', facts)}" for remark, screen in _ASKING.items()]
    lines = [*asking, *lines] if item.approached and item.otp_required else [*lines, *asking]
    return page(where, "remarks", {}, lines, facts.language)


def _take_remarks(where: Where, typed: Typed, facts: MenuFacts) -> Step:
    if typed.text == BACK or _item(where, facts) is None:
        return Step(go(where, "list"))
    if typed.text == MORE:
        return next_page(where)
    if typed.text.isdigit() and int(typed.text) in _ASKING:
        return Step(go(where, _ASKING[int(typed.text)], serial=where.serial))
    if len(typed.text) == 2 and typed.text.isdigit() and int(typed.text) in remarks.BY_CODE:
        return _visit(where, Remark(str(where.serial), int(typed.text)))
    return Step(where)


_ASKING: Final[Mapping[int, str]] = MappingProxyType({EXCEPTION: "without", NEW_NUMBER: "number"})
"""What the office is asked for, by its remark: the screen that takes it."""


def _take_without(where: Where, typed: Typed, facts: MenuFacts) -> Step:
    """Ask the office to do without the code: `31`, why and which document was shown."""
    item = _item(where, facts)
    if typed.text in (BACK, MORE) or item is None:
        return Step(go(where, "list"))
    reason, kind = REASONS.get(typed.text[:1]), KINDS_OF_DOCUMENT.get(typed.text[1:])
    if typed.worth != "document" or reason is None or kind is None:
        return Step(where)
    asked = AskException(str(item.serial), reason, kind)
    return Step(go(where, "told", serial=where.serial), Ask("postman", asked))


def _take_number(where: Where, typed: Typed, facts: MenuFacts) -> Step:
    """Ask the office for another telephone: its digits, and which document was shown."""
    item = _item(where, facts)
    if typed.text in (BACK, MORE) or item is None:
        return Step(go(where, "list"))
    kind = KINDS_OF_DOCUMENT.get(typed.text[-1:])
    if typed.worth != "document" or kind is None:
        return Step(where)
    asked = AskException(str(item.serial), 4, kind, mobile(typed.text[:-1]))
    return Step(go(where, "told", serial=where.serial), Ask("postman", asked))


# ---- what was answered -------------------------------------------------------------------------


def _show_told(where: Where, facts: MenuFacts) -> Shown:
    """Show the list, or that the chosen item is not open: no machine was asked."""
    if where.told not in _NOT_OPEN or where.serial is None:
        return _show_list(go(where, "list"), facts)
    return Shown(where, where.told, {"serial": where.serial})


def _take_told(where: Where, typed: Typed, facts: MenuFacts) -> Step:
    item = _item(where, facts)
    if typed.text == "1" and item is not None:
        if where.told in _THEN_CODE:
            return _handing(where, item)
        if where.told in _THEN_ITEM:
            return Step(go(where, "item", serial=item.serial))
    return Step(go(where, "list"))


SCREENS = (
    Screen(
        "pin", "asks the postman for his PIN",
        _show_pin, _take_pin, ("pin", "pin_wrong"),
        to=("menu", "list", "over"), hides="pin", resumable=False,
    ),
    Screen(
        "home", "the postman's menu",
        _show_home, _take_home, ("home", "home_offer"),
        to=("list", "menu", "told", "offer"), asks=(Undo,),
    ),
    Screen(
        "list", "the open items of today's list",
        _show_list, _take_list, ("list", "left_none", "no_list"), to=("home", "item", "told"),
    ),
    Screen(
        "item", "one item: coming, handed over, not handed over",
        _show_one, _take_item, ("item", "item_pieces"),
        to=("list", "told", "pieces", "pay", "enter", "sign", "remarks", "pass"), asks=(Visit,),
    ),
    Screen(
        "pass", "asks for the colleague who is to take the item over",
        _show_item, _take_pass, ("pass",), to=("list", "told"), asks=(Pass,), hides="colleague",
    ),
    Screen(
        "offer", "what a colleague offers: yes or no",
        _show_offer, _take_offer, ("offer",), to=("home", "told"), asks=(TakeOver, TurnDown),
    ),
    Screen(
        "pieces", "asks whether all pieces are there, or which are not",
        _show_pieces, _take_pieces, ("pieces", "pieces_again"),
        to=("list", "pay", "enter", "sign"),
    ),
    Screen(
        "pay", "how the money was paid",
        _show_item, _take_pay, ("pay",), to=("list", "enter", "told"), asks=(Visit,),
    ),
    Screen(
        "enter", "takes the code that the postman was told",
        _show_item, _take_enter, ("enter",), to=("list", "told"), asks=(Visit,), hides="code",
    ),
    Screen(
        "sign", "asks for the signature where no code is needed",
        _show_item, _take_sign, ("sign",), to=("list", "told"), asks=(Visit,),
    ),
    Screen(
        "remarks", "why an item was not handed over",
        _show_remarks, _take_remarks, ("remarks",),
        to=("list", "told", "without", "number"), asks=(Visit,),
    ),
    Screen(
        "without", "asks the office to do without the code: why, and which document was shown",
        _show_item, _take_without, ("without",), to=("list", "told"), asks=(AskException,),
        hides="document",
    ),
    Screen(
        "number", "asks the office for the telephone that whoever is at the door names",
        _show_item, _take_number, ("number",), to=("list", "told"), asks=(AskException,),
        hides="number",
    ),
    Screen(
        "told", "the result",
        _show_told, _take_told, ANSWERS, to=("list", "item", "pieces", "pay", "enter", "sign"),
    ),
)  # fmt: skip
