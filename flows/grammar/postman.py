"""What a postman types: items, codes, remarks and payments in digits, several in one text. Pure.

Where the digits of a text can be read in two ways, it is `NotUnderstood`: a wrong guess would cost
somebody an article, a second text costs the postman seconds.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Literal

from flows import number
from flows.events import (
    Approach,
    AskHelp,
    AskLeft,
    GivePin,
    Handover,
    NotUnderstood,
    Pass,
    Payment,
    Remark,
    Undo,
    Visit,
    VisitAct,
)
from flows.grammar import words
from flows.grammar.person import Understood
from flows.grammar.text import fold, tokens
from flows.remarks import TYPED

PAYMENTS: Mapping[str, Payment] = MappingProxyType({"1": "cash", "2": "upi"})
SIGNATURE = 10  # "7 10": handed over against a signature, where no code is required
_MOST_ITEMS = 20
# Digits alone are an amount only where a payment follows, and from 100: "45 1" are two doors.
_AMOUNT = re.compile(r"[1-9][0-9]{2,4}", re.ASCII)
_RUPEES = re.compile(r"rs0*([1-9][0-9]{0,4})", re.ASCII)
_RUPEE_WORDS = frozenset(fold(word) for word in words.RUPEES)


class _Ambiguous(Exception):
    """The text has two readings, or none."""


_POSTMAN = {fold(word): command for command, line in words.POSTMAN_WORDS.items() for word in line}
_ALONE: dict[str, type[Undo] | type[AskLeft] | type[AskHelp]] = {
    "0": Undo,
    "00": AskLeft,
    "99": AskHelp,
    "undo": Undo,
    "left": AskLeft,
    "help": AskHelp,
}


def postman(raw: str, code_length: int) -> Understood:
    """The event of a postman's text; `code_length` digits together are a code."""
    if ">" in raw:
        return _passed(raw)
    found = _with_rupees(tokens(raw))
    if len(found) == 1:
        command = _POSTMAN.get(found[0], found[0])
        if command in _ALONE:
            return Understood(_ALONE[command]())
    try:
        return _Reader(code_length).visit(found)
    except _Ambiguous:
        return Understood(NotUnderstood())


PIN = "pin"  # where `Understood.codes` has a PIN
_PIN_WORDS = frozenset(fold(word) for word in words.PIN)


def pin(raw: str) -> Understood:
    """A PIN by itself, or behind the word; anything else is not understood."""
    found = [token for token in tokens(raw) if token not in _PIN_WORDS]
    if len(found) == 1 and found[0].isdigit() and 4 <= len(found[0]) <= 6:
        return Understood(GivePin(), {PIN: found[0]})
    return Understood(NotUnderstood())


COLLEAGUE = ">"  # where `Understood.codes` has what was typed behind the sign
_OFFICE = frozenset(("0", "00", *(fold(word) for word in words.OFFICE)))


def _passed(raw: str) -> Understood:
    """`7 8 > 45`, `7 > 0`. A staff id is compared by its letters and digits alone."""
    left, _, right = raw.partition(">")
    to = "".join(tokens(right))
    try:
        items = tuple(_item(token) for token in tokens(left))
    except _Ambiguous:
        items = ()
    bad = not items or len(set(items)) < len(items) or len(items) > _MOST_ITEMS or ">" in right
    if bad or not to:
        return Understood(NotUnderstood())
    if to in _OFFICE:
        return Understood(Pass(items, back=True))
    return Understood(Pass(items), {COLLEAGUE: to})


@dataclass(frozen=True)
class _Reader:
    """Reads the tokens of a text about items. Codes cut the text; what lies between is `bare`."""

    code_length: int

    def visit(self, found: list[str]) -> Understood:
        acts: list[VisitAct] = []
        codes: dict[str, str] = {}
        for verb, part in _by_verb(found):
            whole = part if verb == "approach" else self._join_halves(part)
            self._part(verb, whole, acts, codes)
        items = [act.item for act in acts]
        if not acts or len(set(items)) < len(items) or len(items) > _MOST_ITEMS:
            raise _Ambiguous
        return Understood(Visit(tuple(acts)), codes)

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
            if _signed_for(bare) and _AMOUNT.fullmatch(token) and rest and rest[0] in PAYMENTS:
                bare.append(f"rs{token}")
                continue
            if not bare or verb not in (None, "handover"):
                raise _Ambiguous
            item = bare.pop()
            acts += _bare_acts(verb, _pay(bare, acts) if after_code else bare)
            payment, amount = self._paid(rest)
            acts.append(Handover(_item(item), self._proof(token), payment, amount))
            codes[_item(item)] = token
            bare, after_code = [], payment is None
        acts += _bare_acts(verb, _pay(bare, acts) if after_code else bare)

    def _paid(self, rest: list[str]) -> tuple[Payment | None, int | None]:
        """Takes "500 1" or "Rs 500 1" behind a code: how it was paid, and the amount taken."""
        amount = _rupees(rest[0]) if rest else None
        if amount is not None:
            del rest[0]
            return (PAYMENTS[rest.pop(0)] if rest and rest[0] in PAYMENTS else None), amount
        if len(rest) > 1 and rest[0] in PAYMENTS and _rupees(rest[1]) is not None:
            payment = PAYMENTS[rest.pop(0)]
            return payment, _rupees(rest.pop(0))
        if len(rest) < 2 or not _AMOUNT.fullmatch(rest[0]) or rest[1] not in PAYMENTS:
            return None, None
        behind = rest[2:]
        if len(rest[0]) == 3 and behind:
            if self._is_code(behind[0]):
                return None, None  # "7 482913 500 1 551234": coming to 500, and item 1 on its code
            if _remark(behind[0]) is not None and not any(map(self._is_code, behind)):
                raise _Ambiguous  # "7 482913 500 1 11": paid and coming to 11, or 1 with remark 11?
        amount, payment = int(rest[0]), PAYMENTS[rest[1]]
        del rest[:2]
        return payment, amount

    def _is_code(self, token: str) -> bool:
        return token.isdigit() and 4 <= len(token) <= 8

    def _proof(self, token: str) -> Literal["code", "malformed"]:
        return "code" if len(token) == self.code_length else "malformed"

    def _join_halves(self, part: list[str]) -> list[str]:
        """ "7 482 913": a code that was typed in two halves of three.

        "101 102 103" may be three doors as well, so it is neither: "A 101 102 103" is.
        """
        joined: list[str] = []
        rest = list(part)
        while rest:
            if not joined or not all(map(_is_half, rest[:2])) or len(rest) < 2:
                joined.append(rest.pop(0))
                continue
            paid = len(rest) > 3 and rest[3] in PAYMENTS  # "7 482 913 500 1"
            if _is_half(joined[-1]) or (any(map(_is_half, rest[2:3])) and not paid):
                raise _Ambiguous
            joined.append("".join(rest[:2]))
            del rest[:2]
        return joined


def _is_half(token: str) -> bool:
    return len(token) == 3 and token.isdigit()


def _by_verb(found: list[str]) -> list[tuple[str | None, list[str]]]:
    """The tokens, cut before each word such as D or A; an unknown word spoils the text."""
    parts: list[tuple[str | None, list[str]]] = [(None, [])]
    for token in found:
        if token.isdigit() or number.parse(token) is not None or _rupees(token) is not None:
            parts[-1][1].append(token)
        elif _POSTMAN.get(token) in ("approach", "handover", "remark"):
            parts.append((_POSTMAN[token], []))
        else:
            raise _Ambiguous
    if any(verb is not None and not part for verb, part in parts):
        raise _Ambiguous
    return [(verb, part) for verb, part in parts if part]


def _pay(bare: list[str], acts: list[VisitAct]) -> list[str]:
    """Takes the payment that may follow a code, and gives the tokens after it."""
    if not bare or bare[0] not in PAYMENTS:
        return bare
    if len(bare) == 2 and _remark(bare[1]) is not None:
        raise _Ambiguous  # "7 482913 1 11": paid and coming to 11, or item 1 with remark 11?
    last = acts[-1]
    assert isinstance(last, Handover)
    acts[-1] = replace(last, payment=PAYMENTS[bare[0]])
    return bare[1:]


def _bare_acts(verb: str | None, bare: list[str]) -> list[VisitAct]:
    """Items and remarks between codes: all approaches, or all pairs of item and remark."""
    if not bare:
        return []
    if verb == "approach":
        return [Approach(_item(token)) for token in bare]
    if len(bare) == 3 and _remark(bare[1]) == SIGNATURE and bare[2] in PAYMENTS:
        return [Handover(_item(bare[0]), "signature", PAYMENTS[bare[2]])]
    if len(bare) == 4 and _signed_for(bare[:2]) and bare[3] in PAYMENTS:
        amount = _rupees(bare[2] if bare[2].startswith("rs") else f"rs{bare[2]}")
        if amount is not None and (bare[2].startswith("rs") or _AMOUNT.fullmatch(bare[2])):
            return [Handover(_item(bare[0]), "signature", PAYMENTS[bare[3]], amount)]
    remarks = [_remark(token) for token in bare[1:]]
    if verb is None and not any(remark is not None for remark in remarks):
        return [Approach(_item(token)) for token in bare]
    if len(bare) % 2 or any(remark is None for remark in remarks[::2]):
        raise _Ambiguous
    return [
        _noted(verb, _item(item), int(remark))
        for item, remark in zip(bare[::2], bare[1::2], strict=True)
    ]


def _signed_for(bare: list[str]) -> bool:
    """ "7 10": an item and the remark that says that it was signed for."""
    return len(bare) == 2 and _remark(bare[1]) == SIGNATURE


def _noted(verb: str | None, item: str, remark: int) -> VisitAct:
    if remark == SIGNATURE:
        return Handover(item, "signature")
    if verb == "handover":
        raise _Ambiguous
    return Remark(item, remark)


def _with_rupees(found: tuple[str, ...]) -> list[str]:
    """The tokens, with "rs 500" as one: "rs500"."""
    joined: list[str] = []
    for token in found:
        if joined and joined[-1] == "rs" and token.isdigit():
            joined[-1] = f"rs{token}"
        else:
            joined.append("rs" if token in _RUPEE_WORDS else token)
    return joined


def _rupees(token: str) -> int | None:
    """The whole rupees of "rs500"; None: it is no amount of money."""
    match = _RUPEES.fullmatch(token)
    return int(match[1]) if match else None


def _remark(token: str) -> int | None:
    if len(token) == 2 and token.isdigit() and int(token) in TYPED:
        return int(token)
    return None


def _item(token: str) -> str:
    """A serial without leading zeros, or a full article number."""
    article = number.parse(token)
    if article is not None:
        return article
    if not token.isdigit() or len(token) > 6 or not 1 <= int(token) <= 999:
        raise _Ambiguous
    return str(int(token))
