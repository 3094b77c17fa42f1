"""Copies of our own texts: quoted, liked, forwarded, whole or in part. Pure.

People send a text back to ask about it, or their telephone does when they like it. Its digits are
ours, not theirs.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from flows.reading.scripts import folded, latin
from messages.catalogue import catalogue

_RUN: Final = 4  # words in a row that are ours
_SURELY: Final = 8  # words of ours without which a text is nobody's copy
_WITH_DIGIT: Final = 5  # if it says which digit to send
_SEND_DIGIT: Final = re.compile(r"(?<!\w)\d{1,2} ?(?:bhej\w*|\.)|(?:reply|send) \d{1,2}\b|\d\?")
_LIKED: Final = re.compile(
    r"^\s*(?:liked|loved|laughed at|emphasi[sz]ed|disliked|questioned|reacted \S+ to|\S{1,4} to|"
    r"replied to|fwd?|forwarded(?: message)?|re)\s*:?\s*[\"“'«]?(?P<text>.*?)[\"”'»]?\s*$",
    re.DOTALL,
)
_QUOTED_LINE: Final = re.compile(r"^\s*(?:>|&gt;).*$", re.MULTILINE)
_MARKED: Final = re.compile(r"[\"“«](?P<text>[^\"”»]{12,})[\"”»]")
_WORD: Final = re.compile(r"[^\W\d_]+|[\d•]+")
_VARIABLE: Final = re.compile(r"\{[a-z_]*\}")
_ANY: Final = "#"


@cache
def _ours() -> frozenset[tuple[str, ...]]:
    """Return every run of four words in our texts; whatever is filled in is "#"."""
    runs: set[tuple[str, ...]] = set()
    for texts in catalogue().texts.values():
        for text in texts.values():
            said = [word for word, _, _ in _words(latin(folded(_VARIABLE.sub(" 00 ", text))))]
            runs.update(tuple(said[at : at + _RUN]) for at in range(len(said) - _RUN + 1))
    return frozenset(runs)


def _words(text: str) -> list[tuple[str, int, int]]:
    """Return the words of `text` and where they are; what may be a variable is "#"."""
    found: list[tuple[str, int, int]] = []
    for match in _WORD.finditer(text):
        word = match.group()
        at = _ANY if len(word) > 1 and word.isdigit() else word
        # An article number is letters, digits, letters: one variable.
        joined = bool(found) and found[-1][2] == match.start()
        letters = joined and at == _ANY and len(found[-1][0]) == 2
        if letters or (joined and found[-1][0] == _ANY and word == "in"):
            found[-1] = (_ANY, found[-1][1], match.end())
        else:
            found.append((at, match.start(), match.end()))
    return found


def without_quotes(text: str) -> str:
    """Return a folded text in Latin letters without the parts that are copies of ours."""
    liked = _LIKED.match(text)
    if liked is not None and _share(liked["text"]) > 0.5:
        return ""
    if ">" in text or "&gt;" in text:
        lines = _QUOTED_LINE.sub(_if_ours, text)
        text = lines if lines.strip() else ""
    if "“" in text or '"' in text or "«" in text:
        text = _MARKED.sub(lambda match: "" if _share(match["text"]) > 0.5 else match.group(), text)
    words = _words(text)
    surely = _WITH_DIGIT if _SEND_DIGIT.search(text) else _SURELY
    if len(words) < surely:
        return text
    ours = _covered([word for word, _, _ in words])
    if sum(ours) < surely:
        return text
    left = [words[at] for at in range(len(words)) if not ours[at]]
    if len(left) <= max(1, len(words) // 4):
        return ""
    kept, at = [], 0
    for (_, start, end), own in zip(words, ours, strict=True):
        if own:
            kept.append(text[at:start])
            at = end
    return "".join((*kept, text[at:]))


def _if_ours(match: re.Match[str]) -> str:
    return "" if _share(match.group()) > 0.5 else match.group().replace(">", " ")


def _share(text: str) -> float:
    """Return which part of the words of `text` is ours, from 0 to 1."""
    words = [word for word, _, _ in _words(text)]
    return sum(_covered(words)) / len(words) if len(words) >= _RUN else 0.0


def _covered(words: list[str]) -> list[bool]:
    ours = _ours()
    covered = [False] * len(words)
    for at in range(len(words) - _RUN + 1):
        if tuple(words[at : at + _RUN]) in ours:
            covered[at : at + _RUN] = [True] * _RUN
    return covered
