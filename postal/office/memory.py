"""Where each place went before: which beat carried a village's articles on the days past.

A place is a word of an address that articles to that beat have in common (a village, a tola, a
street), or its PIN. Nobody keeps a table of them: the lists of the last weeks are the memory.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from typing import Final

from india import names
from postal.office.pool import Piece
from store.database import Conn

REMEMBERED: Final = timedelta(days=60)
_LEAST_DAYS: Final = 2  # on which it went there: once may have been anything
_LEAST_SHARE: Final = 0.7  # of the days on which anything went to the place
_SHORTEST: Final = 3  # letters of a word
_WORD: Final = re.compile(r"[^\W\d_][\w\u0900-\u097f]*")  # "\u0964" is no letter, matras are
# What addresses say that is no place.
_SAID: Final = (
    "village vill gram gaon post tola mohalla ward house makan near opposite behind main road"
    " street lane office thana tehsil tahsil district dist zila block panchayat the and"
    " गांव ग्राम पोस्ट टोला मोहल्ला वार्ड मकान पास सामने पीछे रोड सड़क गली थाना तहसील जिला ज़िला"
)
_NO_PLACE: Final = frozenset(_SAID.split())


@dataclass(frozen=True)
class Suggestion:
    """A beat for an article, and why: on `days` of `of_days`, `place` went there."""

    postman_row: int
    beat: int | None
    place: str
    days: int
    of_days: int
    serial: float  # where on the walk it was, on average


@dataclass(frozen=True)
class _Went:
    """A beat's days with articles to a place, and where on the walk they were."""

    days: set[date] = field(default_factory=set)
    serials: list[float] = field(default_factory=list)


_HISTORY: Final = """
SELECT a.recipient_address, a.recipient_pin, l.postman_id, array_agg(DISTINCT l.date),
       avg(i.serial)::float
FROM staff s JOIN delivery_lists l ON l.postman_id = s.id
JOIN delivery_items i ON i.list_id = l.id JOIN articles a ON a.id = i.article_id
WHERE s.office_id = %(office)s AND l.date >= %(first)s AND l.date < %(today)s
  -- What was passed on to a colleague the same day was on the wrong beat.
  AND (i.state <> 'withdrawn' OR NOT EXISTS (
       SELECT FROM delivery_items j JOIN delivery_lists k ON k.id = j.list_id AND k.date = l.date
       WHERE j.article_id = i.article_id AND j.id > i.id))
GROUP BY a.recipient_address, a.recipient_pin, l.postman_id
"""


def suggest(
    conn: Conn,
    office_id: int,
    today: date,
    pieces: Iterable[Piece],
    beats: Mapping[int, int | None],
) -> dict[int, Suggestion]:
    """Return a beat for each of `pieces` whose place went to one before, by article.

    `beats`: the numbers of the beats that go out today, by postman. What a place's words say apart
    is decided by the word that tells most (`_surest`).
    """
    wanted = list(pieces)
    if not wanted:
        return {}
    rows = conn.execute(
        _HISTORY, {"office": office_id, "first": today - REMEMBERED, "today": today}
    ).fetchall()
    went: defaultdict[str, defaultdict[int, _Went]] = defaultdict(lambda: defaultdict(_Went))
    for address, pin, postman, days, serial in rows:
        for word in (*places(address), pin):
            went[word][postman].days.update(days)
            went[word][postman].serials.append(serial)
    told = {word: found for word, by in went.items() if (found := _told(word, by, beats))}
    suggested = {}
    for piece in wanted:
        known = [told[word] for word in (*places(piece.address), piece.pin) if word in told]
        if known:
            suggested[piece.id] = max(known, key=_surest)
    return suggested


@dataclass(frozen=True)
class SuggestedPlace:
    """A place whose articles go to one beat: the reason, and the articles by their row ids."""

    why: Suggestion
    articles: tuple[int, ...]


def grouped(suggested: Mapping[int, Suggestion]) -> list[SuggestedPlace]:
    """Return the suggestions place by place, by beat and along its walk."""
    found: dict[Suggestion, list[int]] = {}
    for id_, each in suggested.items():
        found.setdefault(each, []).append(id_)
    places_ = [SuggestedPlace(why, tuple(ids)) for why, ids in found.items()]
    return sorted(places_, key=lambda each: (each.why.beat or 0, each.why.serial, each.why.place))


def _surest(each: Suggestion) -> tuple[float, bool, int]:
    """Return what is compared: the share of the days, a name before a PIN, the number of days."""
    return each.days / each.of_days, not each.place.isdigit(), each.days


def _told(word: str, by: Mapping[int, _Went], beats: Mapping[int, int | None]) -> Suggestion | None:
    """Return where a place goes, if it goes to one beat on most days."""
    postman, most = max(by.items(), key=lambda each: len(each[1].days))
    # A day on which it went to two beats speaks for neither: it counts for each of them.
    days, of_days = len(most.days), sum(len(each.days) for each in by.values())
    if postman not in beats or days < _LEAST_DAYS or days / of_days < _LEAST_SHARE:
        return None
    serial = sum(most.serials) / len(most.serials)
    return Suggestion(postman, beats[postman], word, days, of_days, serial)


@lru_cache(maxsize=20_000)
def places(address: str) -> tuple[str, ...]:
    """Return the words of an address that may name a place, as they are compared."""
    return tuple(dict.fromkeys(_words(address)))


def _words(address: str) -> Iterator[str]:
    for word in _WORD.findall(names.seen(address).casefold()):
        if len(word) >= _SHORTEST and word not in _NO_PLACE:
            yield word
