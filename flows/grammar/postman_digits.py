"""The digits of postmen: items, codes, remarks and payments, several in one text. Pure.

A text whose digits have two readings is `Unclear`: a wrong guess would cost somebody an article, a
second text costs the postman seconds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final, Literal

from flows import number
from flows.events import (
    Approach,
    AskedBack,
    Handover,
    HandoverProof,
    Payment,
    Remark,
    Visit,
    VisitAct,
)
from flows.grammar.person import Understood
from flows.grammar.postman_numbers import (
    AMOUNT,
    CHECKED,
    EXCEPTION,
    HELP,
    MOST_ITEMS,
    NEW_NUMBER,
    PAYMENTS,
    RUPEE_WORDS,
    SIGNATURE,
    VERBS,
    Unclear,
    doors_or_remark,
    is_spelled,
    item_of,
    remark_of,
    rupees_of,
)
from flows.remarks import TYPED


@dataclass(frozen=True)
class DigitsReader:
    """A reader of the tokens about items. Codes divide the text; `bare` is between them."""

    code_length: int

    def visit(self, found: list[str]) -> Understood:
        """Return what the tokens say. Raise `Unclear`."""
        acts: list[VisitAct] = []
        codes: dict[str, str] = {}
        for verb, part in _by_verb(found):
            if verb != "approach" and is_spelled(part, self.code_length):
                raise Unclear(AskedBack("spelled"))
            whole = part if verb == "approach" else self._join_halves(part)
            try:
                self._part(verb, whole, acts, codes)
            except Unclear as unclear:
                if not isinstance(unclear.event, AskedBack):
                    raise
                if with_slip(whole, self.code_length):
                    raise _sure(next(iter(codes), whole[0]), "slip") from None
                if codes:
                    raise _sure(next(iter(codes))) from None
                raise
        return whole_visit(acts, codes)

    def _part(
        self, verb: str | None, part: list[str], acts: list[VisitAct], codes: dict[str, str]
    ) -> None:
        bare: list[str] = []
        after_code = False
        rest = list(part)
        while rest:
            token = rest.pop(0)
            if not self._is_code(token):
                bare.append(token)
                continue
            if _signed_for(bare) and AMOUNT.fullmatch(token) and rest and rest[0] in PAYMENTS:
                bare.append(f"rs{token}")
                continue
            if not bare and not acts and not rest:
                raise Unclear(AskedBack("item") if self._proof(token) == "code" else None)
            if not bare or verb not in (None, "handover"):
                raise Unclear
            if not acts and not rest and self._is_after_slip(bare, token):
                rest.append(bare.pop())
            item = bare.pop()
            check = self._check(token, rest)
            before = _bare_acts(verb, _pay(bare, acts) if after_code else bare)
            if any(isinstance(act, Approach) for act in before):
                raise _sure(item)  # "7 8 482913": whose code is it?
            acts += before
            payment, amount = self._paid(rest) if check is None else (None, None)
            proof: HandoverProof = self._proof(token) if check is None else "offline"
            if proof == "malformed":
                amount = None  # it may be three digits of the slip
            acts.append(Handover(item_of(item), proof, payment, amount))
            if codes.setdefault(item_of(item), token) != token:
                raise Unclear
            if check is not None and codes.setdefault(check_of(item), check) != check:
                raise Unclear
            bare, after_code = [], payment is None
        after = _bare_acts(verb, _pay(bare, acts) if after_code else bare)
        if codes and verb is None and _is_doubtful(after, acts[-1]):
            raise _sure(next(iter(codes)))  # "7 482913 45 1": two doors, or 45 rupees in cash?
        acts += after

    def _check(self, code: str, rest: list[str]) -> str | None:
        """Remove and return the three digits of the slip after a code; None: there are none.

        They end the text, or the next item and its code follow; but for 1 and 2, which may be how
        that many rupees were paid, unless that code has three digits too.
        """
        if self._proof(code) != "code" or not rest or not _is_half(rest[0]):
            return None
        then = rest[1:4]
        next_item = len(then) > 1 and self._is_code(then[1]) and not self._is_code(then[0])
        paid = bool(then) and then[0] in PAYMENTS and not any(map(_is_half, then[2:]))
        if then and (paid or not next_item):
            return None
        return rest.pop(0)

    def _is_after_slip(self, bare: list[str], code: str) -> bool:
        """Tell whether the digits of the slip are before the code: "7 417 482913".

        Of an item below 100 they are no door: so long a list is none.
        """
        if len(bare) != 2 or not _is_half(bare[1]) or self._proof(code) != "code":
            return False
        return not bare[0].isdigit() or len(bare[0]) < len(bare[1])

    def _paid(self, rest: list[str]) -> tuple[Payment | None, int | None]:
        """Remove "500 1" or "Rs 500 1" after a code; return how it was paid, and the amount."""
        amount = rupees_of(rest[0]) if rest else None
        if amount is not None:
            del rest[0]
            return (PAYMENTS[rest.pop(0)] if rest and rest[0] in PAYMENTS else None), amount
        if len(rest) > 1 and rest[0] in PAYMENTS and rupees_of(rest[1]) is not None:
            payment = PAYMENTS[rest.pop(0)]
            return payment, rupees_of(rest.pop(0))
        if len(rest) == 2 and rest[0] in PAYMENTS and AMOUNT.fullmatch(rest[1]):
            return PAYMENTS[rest.pop(0)], int(rest.pop())
        if len(rest) == 1 and AMOUNT.fullmatch(rest[0]):
            return None, int(rest.pop())
        if len(rest) < 2 or not AMOUNT.fullmatch(rest[0]) or rest[1] not in PAYMENTS:
            return None, None
        after = rest[2:]
        if len(rest[0]) == 3 and after:
            if self._is_code(after[0]):
                return None, None  # "7 482913 500 1 551234": approach 500, and item 1 with its code
            if remark_of(after[0]) is not None and not any(map(self._is_code, after)):
                raise Unclear  # "7 482913 500 1 11": paid and approach 11, or item 1, remark 11?
        amount, payment = int(rest[0]), PAYMENTS[rest[1]]
        del rest[:2]
        return payment, amount

    def _is_code(self, token: str) -> bool:
        return token.isdigit() and 4 <= len(token) <= 8

    def _proof(self, token: str) -> Literal["code", "malformed"]:
        return "code" if len(token) == self.code_length else "malformed"

    def _join_halves(self, part: list[str]) -> list[str]:
        """Join the halves of a code that was typed as two groups of three: "7 482 913".

        "101 102 103" may also be three doors, so it is refused; "A 101 102 103" is not.
        """
        if len(part) == 2 and all(map(_is_half, part)):
            raise Unclear(AskedBack("item"))
        joined: list[str] = []
        rest = list(part)
        while rest:
            if not joined or not all(map(_is_half, rest[:2])) or len(rest) < 2:
                joined.append(rest.pop(0))
                continue
            paid = len(rest) > 3 and rest[3] in PAYMENTS  # "7 482 913 500 1"
            if _is_half(joined[-1]) or (any(map(_is_half, rest[2:3])) and not paid):
                raise Unclear
            joined.append("".join(rest[:2]))
            del rest[:2]
        return joined


def check_of(item: str) -> str:
    """Return the key in `Understood.codes` of the three digits that were typed for an item."""
    return f"{item_of(item)}{CHECKED}"


def whole_visit(acts: list[VisitAct], codes: dict[str, str]) -> Understood:
    """Return the acts as one event; what was said twice is once. Raise `Unclear`."""
    said = tuple(dict.fromkeys(acts))
    items = [act.item for act in said]
    approached = [act.item for act in acts if isinstance(act, Approach)]
    if not said or len(set(items)) < len(items) or len(items) > MOST_ITEMS:
        raise Unclear
    if len(set(approached)) < len(approached):
        raise Unclear
    if len(said) > 1 and any(isinstance(a, Handover) and a.proof == "malformed" for a in said):
        raise Unclear(AskedBack("spelled"))
    return Understood(Visit(said), codes)


def _is_half(token: str) -> bool:
    return len(token) == 3 and token.isdigit()


def _by_verb(found: list[str]) -> list[tuple[str | None, list[str]]]:
    """Return the tokens, cut before each word such as D or A. Raise `Unclear` for others."""
    parts: list[tuple[str | None, list[str]]] = [(None, [])]
    for token in found:
        if token.isdigit() or number.parse(token) is not None or rupees_of(token) is not None:
            parts[-1][1].append(token)
        elif VERBS.get(token) in ("approach", "handover", "remark"):
            parts.append((VERBS[token], []))
        else:
            raise Unclear
    if any(verb is not None and not part for verb, part in parts):
        raise Unclear
    return [(verb, part) for verb, part in parts if part]


def with_slip(numbers: Sequence[str], code_length: int) -> bool:
    """Tell whether three digits stand beside a code, before or after it."""
    return any(sorted(map(len, pair)) == [3, code_length] for pair in pairwise(numbers))


def _sure(item: str, why: Literal["sure", "slip"] = "sure") -> Unclear:
    return Unclear(AskedBack(why, int(item) if item.isdigit() and len(item) <= 3 else 0))


_MOST_NEXT: Final = 9


def _is_no_next_door(act: VisitAct) -> bool:
    """Tell whether what follows a code may be money or a remark rather than the next door."""
    if not isinstance(act, Approach) or not act.item.isdigit():
        return False
    return act.item in PAYMENTS or int(act.item) > _MOST_NEXT


def _is_doubtful(after: list[VisitAct], handed: VisitAct) -> bool:
    """Tell whether what follows a code may be a payment mistyped, "7 482913 3", or money."""
    if len(after) == 1 and isinstance(after[0], Approach):
        below = [act.item for act in (*after, handed) if act.item.isdigit()]
        if len(below) == 2 and int(below[0]) < int(below[1]):
            return True
    return any(map(_is_no_next_door, after))


def _pay(bare: list[str], acts: list[VisitAct]) -> list[str]:
    """Record the payment that may follow a code, and return the tokens after it."""
    if not bare or bare[0] not in PAYMENTS:
        return bare
    if len(bare) == 2 and remark_of(bare[1]) is not None:
        raise Unclear  # "7 482913 1 11": paid and approach 11, or item 1 with remark 11?
    last = acts[-1]
    assert isinstance(last, Handover)
    acts[-1] = replace(last, payment=PAYMENTS[bare[0]])
    return bare[1:]


def _bare_acts(verb: str | None, bare: list[str]) -> list[VisitAct]:
    """Return the acts of tokens between codes: all approaches, or all pairs of item and remark."""
    if not bare:
        return []
    if verb == "approach":
        return [Approach(item_of(token)) for token in bare]
    if len(bare) == 3 and remark_of(bare[1]) == SIGNATURE and bare[2] in PAYMENTS:
        return [Handover(item_of(bare[0]), "signature", PAYMENTS[bare[2]])]
    if len(bare) == 3 and remark_of(bare[1]) == EXCEPTION and bare[2] in PAYMENTS:
        return [Handover(item_of(bare[0]), "exception", PAYMENTS[bare[2]])]
    if len(bare) == 4 and _signed_for(bare[:2]) and bare[3] in PAYMENTS:
        amount = rupees_of(bare[2] if bare[2].startswith("rs") else f"rs{bare[2]}")
        if amount is not None and (bare[2].startswith("rs") or AMOUNT.fullmatch(bare[2])):
            return [Handover(item_of(bare[0]), "signature", PAYMENTS[bare[3]], amount)]
    remarks = [remark_of(token) for token in bare[1:]]
    if verb is None and not any(remark is not None for remark in remarks):
        return _doors(bare)
    if len(bare) % 2 or any(remark is None for remark in remarks[::2]):
        raise Unclear
    if verb is None:
        for item, remark in zip(bare[::2], bare[1::2], strict=True):
            if _may_be_doors(item, int(remark)):
                raise doors_or_remark(item, remark)
    return [
        _noted(verb, item_of(item), int(remark))
        for item, remark in zip(bare[::2], bare[1::2], strict=True)
    ]


_FAR: Final = 100  # from here, a number beside a small one may be an amount


def _doors(bare: list[str]) -> list[VisitAct]:
    """Return the approaches. Raise `Unclear` where a number may be another thing than a door: a
    payment, 99 for help, an amount or half a code.
    """
    doors: list[VisitAct] = [Approach(item_of(token)) for token in bare]
    if len(bare) > 1 and (
        HELP in bare
        or (bare[-1] in PAYMENTS and not (_ascends(bare[-2], bare[-1]) or _is_asking(bare)))
        or len({int(token) >= _FAR for token in bare if token.isdigit()}) > 1
    ):
        first = item_of(bare[0])
        raise Unclear(AskedBack("what", int(first)) if first.isdigit() else None)
    return doors


def _is_asking(bare: list[str]) -> bool:
    """Tell whether it may be a question to the office, before its item: "28 1"."""
    return len(bare) == 2 and bare[0] in (str(EXCEPTION), str(NEW_NUMBER))


def _ascends(before: str, after: str) -> bool:
    return before.isdigit() and int(before) < int(after)


_NEAR: Final = 3


def _may_be_doors(item: str, remark: int) -> bool:
    """Tell whether "11 12" may be two doors in walking order."""
    if not item.isdigit():
        return False
    return remark == int(item) + 1 or (int(item) in TYPED and 0 < remark - int(item) < _NEAR)


def _signed_for(bare: list[str]) -> bool:
    """Tell whether these are an item and the remark of a signature: "7 10"."""
    return len(bare) == 2 and remark_of(bare[1]) == SIGNATURE


def _noted(verb: str | None, item: str, remark: int) -> VisitAct:
    if remark == SIGNATURE:
        return Handover(item, "signature")
    if remark == EXCEPTION and verb != "handover":
        return Handover(item, "exception")
    if verb == "handover":
        raise Unclear
    return Remark(item, remark)


def withrupees_of(found: tuple[str, ...]) -> list[str]:
    """Return the tokens, with "rs 500" as one: "rs500"."""
    joined: list[str] = []
    for token in found:
        if joined and joined[-1] == "rs" and token.isdigit():
            joined[-1] = f"rs{token}"
        else:
            joined.append("rs" if token in RUPEE_WORDS else token)
    return joined
