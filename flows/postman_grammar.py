"""What a postman types: items, codes, remarks and payments in digits, several in one text. Pure.

Where the digits of a text can be read in two ways, it is `NotUnderstood`: a wrong guess would cost
somebody an article, a second text costs the postman seconds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from flows import number, words
from flows.events import (
    Approach,
    AskHelp,
    AskLeft,
    Handover,
    NotUnderstood,
    Payment,
    Remark,
    Undo,
    Visit,
    VisitAct,
)
from flows.grammar import Understood
from flows.text import fold, tokens

PAYMENTS: Mapping[str, Payment] = MappingProxyType({"1": "cash", "2": "upi"})
SIGNATURE = 10  # "7 10": handed over against a signature, where no code is required
_REMARKS = range(10, 30)
_MOST_ITEMS = 20


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
    found = list(tokens(raw))
    if len(found) == 1:
        command = _POSTMAN.get(found[0], found[0])
        if command in _ALONE:
            return Understood(_ALONE[command]())
    try:
        return _Reader(code_length).visit(found)
    except _Ambiguous:
        return Understood(NotUnderstood())


@dataclass(frozen=True)
class _Reader:
    """Reads the tokens of a text about items. Codes cut the text; what lies between is `bare`."""

    code_length: int

    def visit(self, found: list[str]) -> Understood:
        acts: list[VisitAct] = []
        codes: dict[str, str] = {}
        for verb, part in _by_verb(found):
            self._part(verb, self._join_halves(part), acts, codes)
        items = [act.item for act in acts]
        if not acts or len(set(items)) < len(items) or len(items) > _MOST_ITEMS:
            raise _Ambiguous
        return Understood(Visit(tuple(acts)), codes)

    def _part(
        self, verb: str | None, part: list[str], acts: list[VisitAct], codes: dict[str, str]
    ) -> None:
        bare: list[str] = []
        after_code = False
        for token in part:
            if not self._is_code(token):
                bare.append(token)
                continue
            if not bare or verb not in (None, "handover"):
                raise _Ambiguous
            item = bare.pop()
            acts += _bare_acts(verb, _pay(bare, acts) if after_code else bare)
            acts.append(Handover(_item(item), self._proof(token)))
            codes[_item(item)] = token
            bare, after_code = [], True
        acts += _bare_acts(verb, _pay(bare, acts) if after_code else bare)

    def _is_code(self, token: str) -> bool:
        return token.isdigit() and 4 <= len(token) <= 8

    def _proof(self, token: str) -> Literal["code", "malformed"]:
        return "code" if len(token) == self.code_length else "malformed"

    def _join_halves(self, part: list[str]) -> list[str]:
        """ "7 482 913": a code that was typed in two halves of three."""
        joined: list[str] = []
        rest = list(part)
        while rest:
            halves = rest[:2]
            if joined and len(halves) == 2 and all(len(h) == 3 and h.isdigit() for h in halves):
                joined.append("".join(halves))
                del rest[:2]
            else:
                joined.append(rest.pop(0))
        return joined


def _by_verb(found: list[str]) -> list[tuple[str | None, list[str]]]:
    """The tokens, cut before each word such as D or A; an unknown word spoils the text."""
    parts: list[tuple[str | None, list[str]]] = [(None, [])]
    for token in found:
        if token.isdigit() or number.parse(token) is not None:
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
    acts[-1] = Handover(last.item, last.proof, PAYMENTS[bare[0]])
    return bare[1:]


def _bare_acts(verb: str | None, bare: list[str]) -> list[VisitAct]:
    """Items and remarks between codes: all approaches, or all pairs of item and remark."""
    if not bare:
        return []
    if verb == "approach":
        return [Approach(_item(token)) for token in bare]
    if len(bare) == 3 and _remark(bare[1]) == SIGNATURE and bare[2] in PAYMENTS:
        return [Handover(_item(bare[0]), "signature", PAYMENTS[bare[2]])]
    remarks = [_remark(token) for token in bare[1:]]
    if verb is None and not any(remark is not None for remark in remarks):
        return [Approach(_item(token)) for token in bare]
    if len(bare) % 2 or any(remark is None for remark in remarks[::2]):
        raise _Ambiguous
    return [
        _noted(verb, _item(item), int(remark))
        for item, remark in zip(bare[::2], bare[1::2], strict=True)
    ]


def _noted(verb: str | None, item: str, remark: int) -> VisitAct:
    if remark == SIGNATURE:
        return Handover(item, "signature")
    if verb == "handover":
        raise _Ambiguous
    return Remark(item, remark)


def _remark(token: str) -> int | None:
    if len(token) == 2 and token.isdigit() and int(token) in _REMARKS:
        return int(token)
    return None


def _item(token: str) -> str:
    """A serial without leading zeros, or a full article number."""
    article = number.parse(token)
    if article is not None:
        return article
    if not token.isdigit() or not 1 <= int(token) <= 999:
        raise _Ambiguous
    return str(int(token))
