"""What the words of a postman say of an item, or alone. Pure.

Words propose and digits dispose, but a postman's item and one known phrase are exact
(docs/developing/trust.md rule 1). So a rule names the kinds of words that it needs and those that
may be with them; any other known kind, a question or a doubt, and the rule does not hold. Two rules
with different results are no result.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, Literal

from flows.grammar.postman_signature import PostmanToken

Command = Literal["undo", "left", "help"]
# approach · back (to the office) · the number of a remark
Meaning = Literal["approach", "back"] | int

# What never changes a meaning, beside any rule.
_ALWAYS: Final = frozenset(
    ("fill", "pe", "raha", "mark", "ko", "join", "person", "of", "now", "mine")
)


@dataclass(frozen=True)
class _Rule:
    """`unknown`: how many words may be in it that the tables do not know."""

    means: Meaning
    needs: frozenset[str]
    may: frozenset[str]
    unknown: int = 0


def _rules(means: Meaning, *lines: str, may: str = "", unknown: int = 0) -> Iterator[_Rule]:
    """Yield a rule for each of `lines`, the kinds that it needs."""
    for line in lines:
        yield _Rule(means, frozenset(line.split()), frozenset(may.split()), unknown)


_WAYS: Final = ("aa raha", "ja raha", "coming", "reach", "stand", "hu pe", "door pe")

_AROUND: Final = "home door outside way give new message"

_RULES: Final = (
    *_rules(11, "lock", may="home athome door shut lag gone tell", unknown=2),
    *_rules(11, "shut home", "shut athome", "shut door", may="home door lag", unknown=1),
    *_rules(12, "anybody no", may="home athome met door items", unknown=2),
    *_rules(12, "nobody", may="home athome met door", unknown=2),
    *_rules(12, "avail no"),
    *_rules(12, "absent", may="home athome", unknown=2),
    *_rules(12, "athome no", may="met anybody tell home kin", unknown=2),
    *_rules(12, "home no", may="tell kin", unknown=1),
    *_rules(12, "away", may="home"),
    *_rules(12, "outside gone", "errand gone", may="items home"),
    *_rules(13, "name no", may="anybody met live know such", unknown=2),
    *_rules(13, "know no", may="anybody name", unknown=1),
    *_rules(13, "such no", may="anybody name", unknown=1),
    *_rules(13, "unknown", may="name", unknown=1),
    *_rules(14, "address wrong", may="given happen tell", unknown=2),
    *_rules(14, "address incomplete", may="given happen", unknown=2),
    *_rules(14, "incomplete", may="given", unknown=1),
    *_rules(14, "address no full", may="given write", unknown=1),
    *_rules(14, "address no met", may="home raha", unknown=1),
    *_rules(14, "home no met", may="address", unknown=0),
    *_rules(15, "moved", may="home athome gone happen other place live", unknown=2),
    *_rules(15, "gone live", may="other place", unknown=2),
    *_rules(15, "now live", may="other place", unknown=1),
    *_rules(15, "home badal", may="given paid happen gone live other", unknown=1),
    *_rules(15, "gone other place", may="live", unknown=1),
    *_rules(15, "chhod gone", may="home athome other place live", unknown=1),
    *_rules(16, "without tell gone", may="home moved address no question chhod", unknown=1),
    *_rules(16, "gone no address", may="home chhod question"),
    *_rules(16, "gone no tell", may="home chhod", unknown=1),
    *_rules(16, "left no address"),
    *_rules(16, "without address gone", may="given home moved", unknown=1),
    *_rules(16, "without instructions", may="left gone", unknown=1),
    *_rules(17, "refuse", may="take given post items full", unknown=2),
    *_rules(17, "refuse take no", may="given post tell", unknown=1),
    *_rules(17, "refuse code", may="given give tell no take", unknown=1),
    *_rules(17, "take no", "need no", may="want post raha tell back", unknown=1),
    *_rules(18, "dead", may="gone happen kin person"),
    *_rules(18, "mar gone", may="happen"),
    *_rules(19, "money no", may="paid given give cash met tell avail", unknown=1),
    *_rules(19, "cash no", may="money paid code", unknown=1),
    *_rules(19, "rupees no", may="paid given give cash met", unknown=1),
    *_rules(20, "upi fail", may="happen gone paid money", unknown=1),
    *_rules(20, "paid fail", may="happen gone upi", unknown=0),
    *_rules(20, "upi no happen", "upi no work", "upi no go", "upi no gone", may="paid", unknown=1),
    *_rules(21, "beat wrong", "beat other", "beat no", may="signed", unknown=1),
    *_rules(22, "office shut", "institution shut", may="door holiday", unknown=0),
    *_rules(22, "holiday", may="office institution", unknown=0),
    *_rules(23, "damage", may="post gone happen given", unknown=1),
    *_rules(24, "recall", may="sender back asked given paid take", unknown=1),
    *_rules(24, "sender back", may="asked given paid post take", unknown=0),
    *_rules(25, "network no", "network fail", "network weak", "network shut", may="met come aa"),
    *_rules(
        26,
        "code no come",
        "code no met",
        "code no reach",
        "code no aa",
        "code no coming",
        "message no come",
        may="phone message raha",
        unknown=1,
    ),
    *_rules(26, "phone shut", may="", unknown=1),
    *_rules(27, "code wrong over", may="tell given happen", unknown=1),
    *_rules(27, "code no match", "code no work", "code no gone", may="happen", unknown=0),
    *_rules("approach", "coming", "stand", "reach", may="home door outside way gone aa"),
    *_rules("approach", "aa raha", "ja raha", "aa hu", "ja hu", "go raha", may="home door way"),
    *_rules("approach", "hu pe", may="home door outside way leave gone"),
    *_rules("approach", "aa gone hu", may="home door"),
    *_rules("approach", "home pe hu", "door pe", "outside hu", "way pe", "way ko", may="home hu"),
    *_rules("approach", *(f"{way} code send" for way in _WAYS), may=_AROUND, unknown=1),
    *_rules("approach", "aa gone hu code send", may=_AROUND),
    *_rules("approach", "code send", may="new give message of now", unknown=1),
    *_rules("approach", "code need", "code give", "code new", "code of", may="new need give"),
    *_rules("approach", "code new send", may="happen gone", unknown=1),
    *_rules("approach", "code no met send", "code no come send", may="new"),
    *_rules("approach", "resend", "send new", "send of", may="code"),
    *_rules(
        "back", "office back", "office deposit", may="give given send post gone take aa ja go home"
    ),
)


def _kinds(words: Iterable[PostmanToken]) -> tuple[frozenset[str], int]:
    """Return the kinds of the words, and how many are of none."""
    kinds: set[str] = set()
    unknown = 0
    last = ""
    for token in words:
        kind = token.kind
        if kind == "pe" and last == "home":
            kinds.discard("home")
            kinds.add("athome")
        last = kind
        if kind == "done":
            kinds |= {"happen", "gone"}
            continue
        unknown += kind == ""
        kinds.add(kind or "fill")
    return frozenset(kinds), unknown


def meaning(words: Iterable[PostmanToken]) -> Meaning | None:
    """Return what the words beside an item say, or None: nothing known, or more than one thing."""
    kinds, unknown = _kinds(words)
    at_home = kinds - {"athome"} | {"home"} if "athome" in kinds else kinds
    found = {
        rule.means
        for rule in _RULES
        if unknown <= rule.unknown
        and (
            _holds(rule, kinds)
            or (rule.means == "approach" and "pe" in kinds and _holds(rule, at_home))
        )
    }
    return found.pop() if len(found) == 1 else None


def _holds(rule: _Rule, kinds: frozenset[str]) -> bool:
    i_am: frozenset[str] = frozenset(("hu",)) if isinstance(rule.means, str) else frozenset()
    return rule.needs <= kinds <= rule.needs | rule.may | _ALWAYS | i_am


_FREE: Final = frozenset(("fill", "pe", "raha", "hu", "join", "mine", "mark", "ko", "of", "now"))
_ASKS: Final = "need send give given how how_many question code post write tell"
_LEFT: Final = "baki items post list left given question gone home send give tell happen raha"
_UNDONE: Final = (
    "happen gone given send wrong mistake undo back cancel last take give paid mark write"
)

_COMMANDS: Final[tuple[tuple[Command, str, str, int], ...]] = (
    ("help", "help", f"{_ASKS} no understand aa do", 3),
    ("help", "how", f"{_ASKS} no understand aa come work", 2),
    ("help", "understand no", f"{_ASKS} come gone aa", 2),
    ("help", "question write", f"{_ASKS} rem number", 2),
    ("help", "question rem", _ASKS, 2),
    ("left", "how_many", f"{_LEFT} how", 1),
    ("left", "baki", f"{_LEFT} how how_many", 1),
    ("left", "left", f"{_LEFT} how how_many", 1),
    ("left", "list", f"{_LEFT} need new", 1),
    ("undo", "undo", _UNDONE, 0),
    ("undo", "mistake", _UNDONE, 0),
    ("undo", "wrong send", _UNDONE, 0),
    ("undo", "wrong happen", _UNDONE, 0),
    ("undo", "wrong back", _UNDONE, 0),
    ("undo", "wrong write", _UNDONE, 0),
    ("undo", "wrong cancel", _UNDONE, 0),
    ("undo", "last cancel", _UNDONE, 0),
    ("undo", "last back", _UNDONE, 0),
)


def command(words: Iterable[PostmanToken]) -> Command | None:
    """Return what a text without any number asks for."""
    kinds, unknown = _kinds(words)
    found = {
        means
        for means, needs, may, most in _COMMANDS
        if unknown <= most
        and set(needs.split()) <= kinds <= set(needs.split()) | set(may.split()) | _FREE
    }
    return found.pop() if len(found) == 1 else None


# What may be beside an item and its code. Anything else is a doubt, and asked back.
# What an approach after another item's code needs, so that "8 ka code" cannot mean that code.
SURE: Final = frozenset(("send", "resend", "aa", "ja", "go", "coming", "reach", "stand", "hu"))

WITH_CODE: Final = frozenset(
    (
        "fill",
        "ko",
        "mark",
        "code",
        "cash",
        "upi",
        "paid",
        "money",
        "rupees",
        "given",
        "ok",
        "met",
        "tell",
        "done",
        "of",
        "now",
        "pe",
        "come",
        "write",
        "post",
    )
)
PASSING: Final = frozenset(
    ("give", "given", "pass", "send", "fill", "mark", "staff", "ko", "join", "signed", "now", "of")
)
UNIT, JOIN = "unit", "join"
