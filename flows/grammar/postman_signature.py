"""A token of a postman's text, and the signature that is left out: "Regards RP Yadav GDS 7001".

Pure.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from flows.grammar.text import fold

# number: digits · grouped: "1,250" as "1250" · article · sign: > * ? · word
Shape = Literal["number", "grouped", "article", "sign", "word"]


@dataclass(frozen=True)
class PostmanToken:
    """One token. `kind`: what a word contributes ("" if it is not known); `gap`: what is before."""

    shape: Shape
    text: str
    kind: str = ""
    gap: str = ""


_TITLES: Final = frozenset(("gds", "bpm", "abpm", "postman", "dakiya", fold("डाकिया")))
_MOST_SIGNED = 8  # tokens of a signature


def signature_left_out(found: list[PostmanToken]) -> list[PostmanToken]:
    """Return the tokens before "Regards RP Yadav GDS 7001"."""
    for place, token in enumerate(found):
        if token.kind != "signed" or place == 0:
            continue
        rest = found[place + 1 :]
        digits = [each for each in rest if each.shape != "word"]
        known = [each for each in rest if each.kind not in _IN_SIGNATURE]
        line = _line_begins(found, place)
        signed = _is_signature(token, rest, digits) or (line is not None and not digits)
        if len(rest) > _MOST_SIGNED or known or not signed:
            continue
        return found[: _signature_begins(found, place)]
    return found


_IN_SIGNATURE = frozenset(("", "signed", "polite", "office", "fill"))


def _signature_begins(found: list[PostmanToken], place: int) -> int:
    """Return where the signature with a title at `place` begins: with the name before it."""
    if found[place].text not in _TITLES:
        return place
    line = _line_begins(found, place)
    if line is not None:
        return line
    while place > 1 and _is_name(found[place - 1]):
        place -= 1
    return place


def _line_begins(found: list[PostmanToken], place: int) -> int | None:
    """Return where the line of words begins that leads to `place`; None: no such line."""
    line = None
    for start in range(place, 0, -1):
        name = _is_name(found[start]) or len(found[start].text) == 1
        if start < place and not (name and found[start].shape == "word"):
            break
        if "\n" in found[start].gap or "- " in found[start].gap:
            line = start
    return line


def _is_signature(
    token: PostmanToken, rest: list[PostmanToken], digits: list[PostmanToken]
) -> bool:
    if not digits:
        return bool(rest) or token.text not in _TITLES
    alone = len(digits) == 1 and digits[0] is rest[-1] and digits[0].shape == "number"
    return alone and len(digits[0].text) in (2, 3, 4, 5, 7, 8, 10) and "\n" not in digits[0].gap


def _is_name(token: PostmanToken) -> bool:
    return token.shape == "word" and token.kind in ("", "signed")
