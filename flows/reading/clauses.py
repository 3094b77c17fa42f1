"""Words that mean different things in different places: "no", "ha", "na", "the", "do". Pure."""

from __future__ import annotations

from typing import Final

_NUMBERED: Final = frozenset(
    ("wrong", "my", "new", "old", "he", "number", "this", "phone", "other", "relative", "whose",
     "you", "name", "some")
)  # fmt: skip
_AFTER_NUMBER: Final = frozenset(
    ("phone#", "caller#", "long#", "at", "from", "change", "remove", "update", "band", "given")
)
_BEFORE_SAID: Final = frozenset(("ne", "karke", "karake", "krke", "usne"))  # "ne kaha": said
_BEFORE_ME: Final = frozenset(
    (
        "call",
        "send",
        "give",
        "tell",
        "for",
        "to",
        "with",
        "ask",
        "asked",
        "told",
        "remove",
        "let",
        "of",
    )
)
_VOCATIVE: Final = frozenset(("bhai", "bhaiya", "bhaiyaa", "beta", "didi", "bhaaee", "bhaiyya"))
_ENDS: Final = frozenset((";", "?"))


def settled(pairs: list[tuple[str, str]], *, hindi: bool) -> list[str]:
    """Return the notions of words and their notions, each as its place decides.

    `hindi`: whether most words are Hindi or Bhojpuri.
    """
    notions: list[str] = []
    for at, (spelled, notion) in enumerate(pairs):
        before = notions[-1] if notions else ";"
        after = pairs[at + 1][1] if at + 1 < len(pairs) else ";"
        if spelled == "me" and at > 0 and pairs[at - 1][0] in _BEFORE_ME:
            notions.append("me")
            continue
        said = at > 0 and pairs[at - 1][0] in _BEFORE_SAID
        notions.append(
            "said"
            if said and notion == "where"
            else _settled(spelled, notion, before, after, hindi)
        )
    return notions


def _settled(spelled: str, notion: str, before: str, after: str, hindi: bool) -> str:
    first, last = before in _ENDS, after in _ENDS
    if spelled == "no":
        named = before in _NUMBERED or after in _AFTER_NUMBER
        return "number" if named and not (first and last) else "no"
    if spelled in _VOCATIVE and last and not first and before not in ("my", "he", "you"):
        return ""
    if spelled == "hi":
        return "greet" if first else ""
    if spelled == "ya" and not first:
        return "or"
    if spelled == "u" and hindi:
        return "he"
    if spelled == "e" and hindi:
        return "this"
    if spelled == "the":
        return "was" if hindi and not first else ""
    if spelled in ("ha", "haa") and not first:
        return "is"
    if spelled == "he" and hindi:
        return "is"
    if spelled in ("to", "toh", "t", "ta", "tho") and before in ("ask", "would"):
        return "if"  # "koi code maange to": what if
    if spelled == "me" and not hindi:
        return "me"
    if spelled in ("do", "de") and not hindi:
        return ""
    if spelled == "ka" and last and before == "is":
        return "kya"
    if notion == "na":
        # "bhej do na" only asks kindly; before a verb of Bhojpuri it denies.
        return "no" if first and last else "" if last and not first else "not"
    return notion
