"""A reason that somebody else can read later: a letter or one word is none."""

from __future__ import annotations

from typing import Final

from store.refusals import Invalid

_SHORTEST: Final = 10  # characters
_FEWEST_WORDS: Final = 2


class NoReason(Invalid):
    """What was given as a reason says nothing."""

    sentence = "say why in two words and ten letters or more: somebody else reads it later"
    word = "reason_too_short"


def insist(said: str, field: str) -> str:
    """Return the reason with single spaces. Raise `NoReason` where it is too short to be one."""
    reason = " ".join(said.split())
    if len(reason) < _SHORTEST or len(reason.split(" ")) < _FEWEST_WORDS:
        raise NoReason(field=field)
    return reason
