"""A change of beat in words: "7 8 45 ko de do". Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from flows.events import Pass
from flows.grammar.person import Understood
from flows.grammar.postman_numbers import Unclear, item_of
from flows.grammar.postman_phrases import PASSING, UNIT
from flows.grammar.postman_signature import PostmanToken
from flows.remarks import TYPED

COLLEAGUE: Final = ">"  # the key in `Understood.codes` of what was typed for the colleague


def passed_in_words(found: Sequence[PostmanToken], code_length: int) -> Understood | None:
    """Return the event of "7 8 45 ko de do", or None if no colleague is named in such words.

    Raise `Unclear` where it is not certain who gives what to whom.
    """
    places = [place for place, token in enumerate(found) if token.shape in ("number", "article")]
    kinds = [token.kind for token in found]
    gives = bool({"give", "given", "pass", "send"} & set(kinds))
    to = [place for place in places if _is_receiver(found, place, "pass" in kinds or gives)]
    if not to or any(kind == UNIT for kind in kinds):
        return None
    words = [token for token in found if token.shape != "number" and token.shape != "article"]
    if any(
        found[place].shape == "number" and len(found[place].text) >= code_length for place in places
    ):
        return None
    if len(to) > 1 or len(places) < 2 or any(token.kind not in PASSING for token in words):
        return None
    staff = found[to[0]].text
    items = [item_of(found[place].text) for place in places if place != to[0]]
    unsure = not gives and staff.isdigit() and int(staff) in TYPED
    if to[0] < places[-1]:  # "45 ko 7 de do", but what of "7 ko 45"?
        unsure = unsure or not gives or not staff.isdigit() or int(staff) <= max(map(_size, items))
    if unsure or len(staff) == code_length or len(set(items)) < len(items):
        raise Unclear
    return Understood(Pass(tuple(items)), {COLLEAGUE: staff})


def _size(item: str) -> int:
    return int(item) if item.isdigit() else 0


def _is_receiver(found: Sequence[PostmanToken], place: int, gives: bool) -> bool:
    """Tell whether the number at `place` is to whom: "45 ko", "pass to 45"."""
    rest = [token for token in found[place + 1 :] if token.kind not in ("mark", "staff", "signed")]
    after, before = rest[:1], found[max(0, place - 1) : place]
    if after and after[0].kind == "ko" and after[0].text not in ("to", "ke"):
        return True
    return gives and bool(before) and before[0].text == "to"
