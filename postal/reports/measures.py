"""The measures of the reports: their parts, which add up, and what each of them counts.

One condition counts a part and finds the articles behind it, so that a number and its list agree.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType
from typing import Final, Literal

from flows.happenings import WINDOW_HOURS
from flows.remarks import KINDS
from postal.exceptions import OBJECTED
from postal.promises import LATENESSES

By = Literal["office", "beat", "district", "service", "carrier", "head"]
Source = Literal[
    "items",
    "codes",
    "told",
    "texts",
    "cod",
    "tickets",
    "questions",
    "fraud",
    "promises",
    "exceptions",
    "words",
    "households",
]

SOON: Final = timedelta(seconds=30)
"""A code that arrives later keeps somebody waiting at a door."""
BURST_GAP: Final = timedelta(seconds=20)
"""Nobody walks from one addressee to the next within this."""
BURST_FROM: Final = 3
"""Telephones in a row, each within `BURST_GAP` of the one before, that are a burst."""

_NO_VISIT = ", ".join(str(kind.code) for kind in KINDS if not kind.at_door)
AT_DOOR: Final = f"i.remark NOT IN ({_NO_VISIT})"
_FIRST = f"""NOT EXISTS (
    SELECT FROM delivery_items f WHERE f.article_id = i.article_id AND f.id < i.id
    AND (f.state = 'delivered' OR f.state = 'attempted' AND f.remark NOT IN ({_NO_VISIT})))"""

_FAILED = "i.state = 'attempted'"
_VISITED = f"{_FAILED} AND {AT_DOOR}"

# Handed over under the mode of a pilot, of an article that wants a code.
_PILOT: Final = "i.state = 'delivered' AND i.mode = 'pilot' AND a.otp_required"
_STANDS: Final = "a.not_received_at IS NULL"
_WRONG: Final = """EXISTS (SELECT FROM code_attempts t
    WHERE t.article_id = i.article_id AND t.day = l.date AND t.outcome = 'wrong')"""

# The hours that the morning's text promised; what came back at the addressee's wish is left out.
_PROMISED: Final = "EXISTS (SELECT FROM promised_windows w WHERE w.item_id = i.id"
_CAME: Final = "i.state IN ('delivered', 'attempted')"
_IN_TIME: Final = f"""extract(hour FROM coalesce(i.approached_at, i.finished_at)
    AT TIME ZONE 'Asia/Kolkata') BETWEEN w.hour AND w.hour + {WINDOW_HOURS - 1}"""

# A household's wish is counted once: who else may take its post says more than when it comes.
_OTHERS: Final = "h.may_take IS NOT NULL"
_WORDED: Final = "coalesce(h.word_state = 'chosen', false)"
# Without its code, or on that of a telephone which was named at the door.
_EXCEPTED: Final = """(i.proof IS NOT DISTINCT FROM 'exception' OR EXISTS (
    SELECT FROM moves d WHERE d.article_id = i.article_id AND d.by = 'door'
    AND d.outcome = 'done'))"""

CONDITIONS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "delivered": "i.state = 'delivered'",
        "failed": _FAILED,
        "open": "i.state = 'open'",
        "withdrawn": "i.state = 'withdrawn'",
        "first_delivered": f"i.state = 'delivered' AND {_FIRST}",
        "first_failed": f"{_VISITED} AND {_FIRST}",
        "contested": f"{_FAILED} AND w.word = 'contested'",
        "confirmed": f"{_FAILED} AND w.word = 'confirmed'",
        "unanswered": f"{_FAILED} AND w.word IS NULL",
        "unapproached": f"{_VISITED} AND i.approached_at IS NULL",
        "approached": f"{_VISITED} AND i.approached_at IS NOT NULL",
        "by_code": f"{_PILOT} AND i.proof = 'code' AND {_STANDS}",
        "by_signature": f"{_PILOT} AND i.proof = 'signature' AND {_STANDS} AND NOT {_WRONG}",
        "after_wrong": f"{_PILOT} AND i.proof = 'signature' AND {_STANDS} AND {_WRONG}",
        "objected": f"{_PILOT} AND i.proof IS NOT NULL AND a.not_received_at IS NOT NULL",
        "excepted": f"i.state = 'delivered' AND {_EXCEPTED}",
        "unexcepted": f"i.state = 'delivered' AND NOT {_EXCEPTED}",
        "worded": f"i.state = 'delivered' AND i.proof = 'word' AND {_STANDS}",
        "worded_objected": "i.state = 'delivered' AND i.proof = 'word'"
        " AND a.not_received_at IS NOT NULL",
        "word_wrong": "y.nth < %(most_words)s",
        "word_locked": "y.nth >= %(most_words)s",
        "home_word": f"{_OTHERS} AND h.word_state = 'chosen'",
        "home_household": f"h.may_take = 'household' AND NOT {_WORDED}",
        "home_neighbour": f"h.may_take = 'neighbour' AND NOT {_WORDED}",
        "home_days": "h.may_take IS NULL AND h.weekdays IS NOT NULL",
        "home_kept": "h.may_take IS NULL AND h.keeps",
        "asked_used": f"x.outcome = 'used' AND {_STANDS}",
        "asked_objected": OBJECTED,
        "asked_moved": f"x.outcome = 'moved' AND NOT {OBJECTED}",
        "asked_denied": "x.outcome = 'denied'",
        "asked_refused": "x.outcome = 'refused'",
        "asked_lapsed": "x.outcome = 'lapsed'",
        "asked_unused": "coalesce(x.outcome, 'over') IN ('undone', 'unused', 'over')",
        "window_kept": f"{_PROMISED} AND {_CAME} AND {_IN_TIME})",
        "window_missed": f"{_PROMISED} AND {_CAME} AND NOT {_IN_TIME})",
        "window_unvisited": f"{_PROMISED} AND i.state = 'open')",
        "soon": "t.at <= c.released_at + %(soon)s",
        "late": "t.at > c.released_at + %(soon)s",
        "silent": "t.at IS NULL",
        "burst": "b.people >= %(burst_from)s",
        "single": "b.people < %(burst_from)s",
        "closed_soon": "t.closed_at <= t.at + interval '1 day'",
        "closed_late": "t.closed_at > t.at + interval '1 day'",
        "waiting": "t.closed_at IS NULL",
        "helped": "q.helped",
        "not_helped": "NOT q.helped",
        "no_answer": "q.helped IS NULL",
        **{f"promise_{each}": f"p.lateness = '{each}'" for each in LATENESSES},
    }
)
"""What a part counts, as SQL about the rows of its source (postal/reports/sources.py)."""


@dataclass(frozen=True)
class Measure:
    """One measure. `share`: the part whose share of all parts is its figure; None: the sum is.

    `good`: whether a larger share is better. `by`: how it can be divided. `money`: its parts are
    paise. `listed`: the parts whose articles can be seen.
    """

    name: str
    source: Source
    parts: tuple[str, ...]
    by: tuple[By, ...]
    share: str | None = None
    good: bool = True
    money: bool = False
    listed: tuple[str, ...] = ()


_PROMISES: Final = tuple(f"promise_{each}" for each in LATENESSES)
_ASKED: Final = (
    "asked_used", "asked_objected", "asked_moved", "asked_denied", "asked_refused", "asked_lapsed",
    "asked_unused",
)  # fmt: skip
_HOMES: Final = ("home_word", "home_household", "home_neighbour", "home_days", "home_kept")
_DOOR: Final[tuple[By, ...]] = ("office", "beat", "district", "service")


def _at_the_door(
    name: str, source: Source, parts: tuple[str, ...], share: str | None, good: bool = True
) -> Measure:
    return Measure(name, source, parts, _DOOR, share, good, listed=parts)


MEASURES: Final[Mapping[str, Measure]] = MappingProxyType(
    {
        each.name: each
        for each in (
            _at_the_door("lists", "items", ("delivered", "failed", "open", "withdrawn"), None),
            _at_the_door("first", "items", ("first_delivered", "first_failed"), "first_delivered"),
            Measure(
                "codes",
                "codes",
                ("soon", "late", "silent"),
                (*_DOOR, "carrier"),
                "soon",
                listed=("soon", "late", "silent"),
            ),
            _at_the_door(
                "contested", "items", ("contested", "confirmed", "unanswered"), "contested", False
            ),
            _at_the_door(
                "approach", "items", ("unapproached", "approached"), "unapproached", False
            ),
            _at_the_door(
                "pilot", "items", ("by_code", "by_signature", "after_wrong", "objected"), "by_code"
            ),
            _at_the_door("excepted", "items", ("excepted", "unexcepted"), "excepted", False),
            _at_the_door("exceptions", "exceptions", _ASKED, "asked_objected", False),
            _at_the_door("words", "items", ("worded", "worded_objected"), "worded_objected", False),
            _at_the_door("wrong_words", "words", ("word_wrong", "word_locked"), None),
            Measure("households", "households", _HOMES, ("office", "district")),
            _at_the_door(
                "windows",
                "items",
                ("window_kept", "window_missed", "window_unvisited"),
                "window_kept",
            ),
            _at_the_door("bursts", "told", ("burst", "single"), "burst", False),
            Measure(
                "cod",
                "cod",
                ("handed", "outstanding", "upi"),
                ("office", "beat", "district"),
                money=True,
                listed=("handed", "outstanding", "upi"),
            ),
            Measure(
                "tickets",
                "tickets",
                ("closed_soon", "closed_late", "waiting"),
                ("head", "office", "district"),
                "closed_soon",
                listed=("closed_soon", "closed_late", "waiting"),
            ),
            Measure(
                "helped",
                "questions",
                ("helped", "not_helped", "no_answer"),
                ("head", "office", "district"),
                "helped",
                listed=("helped", "not_helped", "no_answer"),
            ),
            Measure(
                "promises",
                "promises",
                _PROMISES,
                ("office", "district", "service"),
                "promise_late",
                False,
                listed=_PROMISES,
            ),
            Measure("fraud", "fraud", ("reported",), ("office", "district")),
            Measure(
                "texts",
                "texts",
                ("codes", "alarms", "news", "calls"),
                ("carrier", "office", "district"),
            ),
        )
    }
)
"""Every measure, by its name, in the order of the pages."""
