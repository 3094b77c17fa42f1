"""What may only be asked, and what is asked besides. Pure.

A report of fraud and "send my code" protect, and act however they are said
(docs/developing/trust.md rule 1). A doubt in the same text keeps them from acting: then they are
asked, as every other wish is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from flows.reading.normal import Normal
from flows.reading.precedence import ordered
from flows.reading.rules import Role, over
from flows.wishes import WishKind

# Beside a wish for the code: where both could be meant, fraud is asked too
# (docs/developing/trust.md rule 1).
_SUSPECT: Final = frozenset(
    ("3", "someone", "called", "ask", "fraud", "link", "bank", "account", "money", "took", "stolen",
     "police", "offer", "share")
)  # fmt: skip
# Who holds back a code, or only asks about it.
_HELD_BACK: Final = frozenset(("stop", "band", "dont", "why", "if", "would", "kya"))
_NOT_SENT: Final = re.compile(
    r"\b(?:not|no|dont) (?:send|give)\b|\b(?:send|give) not\b|\bneed .*not\b|\bnot .*need\b"
    r"|^i give\b"
)
_DIGIT: Final = re.compile(r"(?<![^ ])[0-9]{1,3}(?![^ ])")
# With a code in the text: another one is wished.
_ANEW: Final = frozenset(("not", "no", "dont", "cannot", "new", "other", "another", "again", "then",
                          "expired", "wrong", "lost", "over"))  # fmt: skip
# Who asks is known or at the door, or the text is about a report.
_FAMILIAR: Final = frozenset(("relative", "thanks", "postman", "stand", "door"))
_STRANGE: Final = frozenset(
    ("called", "call", "phone", "bank", "link", "threat", "police", "someone", "man", "official",
     "account", "money", "whatsapp", "caller#", "phone#", "offer")
)  # fmt: skip
# What is not answered if nothing else is said. A longer text, or one with a denial, may say more.
_SILENT: Final = frozenset(("received", "thanks", "acknowledged"))
_MORE: Final = frozenset(
    ("not", "no", "noone", "dont", "cannot", "why", "?", "but", "cancel", "other")
)
_PLAIN: Final = 6  # notions


@dataclass(frozen=True)
class Weighed:
    """Wishes with their reasons. `asked`: those that must not act."""

    found: Mapping[str, str]
    asked: frozenset[str]


def weigh(found: Mapping[str, str], normal: Normal, role: Role) -> Weighed:
    """Return the wishes of a text with what may only be asked, and what more is asked."""
    kept = dict(found)
    asked = _named_asked(kept)
    notions = frozenset(normal.text.split())
    kinds = ordered(kept, asked)
    if kinds == ["send_code"] and "digits#" in notions and not _ANEW & notions:
        return Weighed({"told_code": "a code is in the text"}, frozenset())
    if "send_code" in kinds and _is_held_back(normal.text, notions):
        asked.add("send_code")
    if kinds == ["send_code"] and _SUSPECT & notions:
        kept["fraud"] = "a code is wished, and somebody is said to ask for one"
        asked |= {"fraud", "send_code"}
    if "fraud" in kinds and _FAMILIAR & notions and not _STRANGE & notions:
        asked.add("fraud")
    if kinds and set(kinds) <= _SILENT and not _is_plain(normal, notions):
        more: WishKind = "where" if role == "sender" and "?" in notions else "human"
        kept[more] = "more is said than that"
    return Weighed(kept, frozenset(asked))


def _named_asked(found: dict[str, str]) -> set[str]:
    """Name by its wish what a rule or the model only asks; return which wishes these are."""
    asked: set[str] = set()
    for kind in ("fraud", "send_code"):
        why = found.pop(f"{kind}_asked", None)
        better = any(f"{kind}_asked" in over().get(other, ()) for other in found)
        if why is not None and kind not in found and not better:
            found[kind] = why
            asked.add(kind)
    return asked


def _is_held_back(text: str, notions: frozenset[str]) -> bool:
    """Tell whether "send the code" stands beside what may turn it."""
    return bool(
        notions >= {"where", "parcel"}
        or _HELD_BACK & notions
        or _NOT_SENT.search(text)
        or _DIGIT.search(text)
    )


def _is_plain(normal: Normal, notions: frozenset[str]) -> bool:
    return len(normal.text.split()) <= _PLAIN and not _MORE & notions and not normal.days
