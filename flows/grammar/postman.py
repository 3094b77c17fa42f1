"""The grammar of a postman: items, codes, remarks and payments in digits, several in one text.
Pure.

A text whose digits have two readings is `NotUnderstood`: a wrong guess would cost somebody an
article, a second text costs the postman seconds.
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
    ShownDocument,
    TakeOver,
    TurnDown,
    Undo,
    Visit,
    VisitAct,
)
from flows.grammar import words
from flows.grammar.person import Understood
from flows.grammar.text import MOST_READ, fold, tokens
from flows.remarks import TYPED

PAYMENTS: Mapping[str, Payment] = MappingProxyType({"1": "cash", "2": "upi"})
SIGNATURE = 10  # "7 10": handed over against a signature, where no code is required
_MOST_ITEMS = 20
# Digits alone are an amount only before a payment, and from 100: "45 1" are two doors.
_AMOUNT = re.compile(r"[1-9][0-9]{2,4}", re.ASCII)
_RUPEES = re.compile(r"rs0*([1-9][0-9]{0,4})", re.ASCII)
_RUPEE_WORDS = frozenset(fold(word) for word in words.RUPEES)


class _Ambiguous(Exception):
    """The text has two readings, or none."""


_POSTMAN = {fold(word): command for command, line in words.POSTMAN_WORDS.items() for word in line}
_ALONE: dict[str, type[Undo | AskLeft | AskHelp | TakeOver | TurnDown]] = {
    "0": Undo,
    "00": AskLeft,
    "01": TakeOver,  # "1" alone is always an item (docs/developing/trust.md rule 13)
    "02": TurnDown,
    "99": AskHelp,
    "undo": Undo,
    "left": AskLeft,
    "help": AskHelp,
}


def postman(raw: str, code_length: int) -> Understood:
    """Return the event of a postman's text; `code_length` digits together are a code."""
    if len(raw) > MOST_READ:  # a beginning may be another command than the whole
        return Understood(NotUnderstood())
    if ">" in raw:
        return _passed(raw)
    if "*" in raw:
        return _with_document(raw, code_length)
    found = _with_rupees(tokens(raw))
    if len(found) == 1:
        command = _POSTMAN.get(found[0], found[0])
        if command in _ALONE:
            return Understood(_ALONE[command]())
    try:
        return _Reader(code_length).visit(found)
    except _Ambiguous:
        return Understood(NotUnderstood())


PIN = "pin"  # the key of a PIN in `Understood.codes`
_PIN_WORDS = frozenset(fold(word) for word in words.PIN)


def pin(raw: str) -> Understood:
    """Return the event of a PIN alone or after the word; anything else is not understood."""
    found = [token for token in tokens(raw) if token not in _PIN_WORDS]
    if len(found) == 1 and found[0].isdigit() and 4 <= len(found[0]) <= 6:
        return Understood(GivePin(), {PIN: found[0]})
    return Understood(NotUnderstood())


COLLEAGUE = ">"  # the key in `Understood.codes` of what was typed after the sign
_OFFICE = frozenset(("0", "00", *(fold(word) for word in words.OFFICE)))


def _passed(raw: str) -> Understood:
    """Return the event of `7 8 > 45` or `7 > 0`; of a staff id only letters and digits count."""
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


LAST4 = "last4"  # the key in `Understood.codes` of the end of a document's number
_ENDING = re.compile(r"[0-9a-z]{4}", re.ASCII)
_DOCUMENTS = {fold(word): document for document, line in words.DOCUMENTS.items() for word in line}


def _with_document(raw: str, code_length: int) -> Understood:
    """Return the event of `7 482913 * 1234`: handed over, and a document was shown besides."""
    left, _, right = raw.partition("*")
    handed = postman(left, code_length)
    shown = list(tokens(right))
    document: ShownDocument = "unnamed"
    if len(shown) == 2 and shown[0] in _DOCUMENTS:
        document = _DOCUMENTS[shown.pop(0)]
    visit = handed.event
    if not isinstance(visit, Visit) or len(visit.acts) != 1 or len(shown) != 1:
        return Understood(NotUnderstood())
    (act,) = visit.acts
    if not isinstance(act, Handover) or _ENDING.fullmatch(shown[0]) is None:
        return Understood(NotUnderstood())
    codes = {**handed.codes, LAST4: shown[0].upper()}
    return Understood(Visit((replace(act, document=document),)), codes)


@dataclass(frozen=True)
class _Reader:
    """A reader of the tokens about items. Codes divide the text; `bare` is between them."""

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
        """Remove "500 1" or "Rs 500 1" after a code; return how it was paid, and the amount."""
        amount = _rupees(rest[0]) if rest else None
        if amount is not None:
            del rest[0]
            return (PAYMENTS[rest.pop(0)] if rest and rest[0] in PAYMENTS else None), amount
        if len(rest) > 1 and rest[0] in PAYMENTS and _rupees(rest[1]) is not None:
            payment = PAYMENTS[rest.pop(0)]
            return payment, _rupees(rest.pop(0))
        if len(rest) < 2 or not _AMOUNT.fullmatch(rest[0]) or rest[1] not in PAYMENTS:
            return None, None
        after = rest[2:]
        if len(rest[0]) == 3 and after:
            if self._is_code(after[0]):
                return None, None  # "7 482913 500 1 551234": approach 500, and item 1 with its code
            if _remark(after[0]) is not None and not any(map(self._is_code, after)):
                raise _Ambiguous  # "7 482913 500 1 11": paid and approach 11, or item 1, remark 11?
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
    """Return the tokens, cut before each word such as D or A. Raise `_Ambiguous` for others."""
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
    """Record the payment that may follow a code, and return the tokens after it."""
    if not bare or bare[0] not in PAYMENTS:
        return bare
    if len(bare) == 2 and _remark(bare[1]) is not None:
        raise _Ambiguous  # "7 482913 1 11": paid and approach 11, or item 1 with remark 11?
    last = acts[-1]
    assert isinstance(last, Handover)
    acts[-1] = replace(last, payment=PAYMENTS[bare[0]])
    return bare[1:]


def _bare_acts(verb: str | None, bare: list[str]) -> list[VisitAct]:
    """Return the acts of tokens between codes: all approaches, or all pairs of item and remark."""
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
    """Tell whether these are an item and the remark of a signature: "7 10"."""
    return len(bare) == 2 and _remark(bare[1]) == SIGNATURE


def _noted(verb: str | None, item: str, remark: int) -> VisitAct:
    if remark == SIGNATURE:
        return Handover(item, "signature")
    if verb == "handover":
        raise _Ambiguous
    return Remark(item, remark)


def _with_rupees(found: tuple[str, ...]) -> list[str]:
    """Return the tokens, with "rs 500" as one: "rs500"."""
    joined: list[str] = []
    for token in found:
        if joined and joined[-1] == "rs" and token.isdigit():
            joined[-1] = f"rs{token}"
        else:
            joined.append("rs" if token in _RUPEE_WORDS else token)
    return joined


def _rupees(token: str) -> int | None:
    """Return the whole rupees of "rs500", or None."""
    match = _RUPEES.fullmatch(token)
    return int(match[1]) if match else None


def _remark(token: str) -> int | None:
    if len(token) == 2 and token.isdigit() and int(token) in TYPED:
        return int(token)
    return None


def _item(token: str) -> str:
    """Return a serial without leading zeros, or a full article number. Raise `_Ambiguous`."""
    article = number.parse(token)
    if article is not None:
        return article
    if not token.isdigit() or len(token) > 6 or not 1 <= int(token) <= 999:
        raise _Ambiguous
    return str(int(token))
