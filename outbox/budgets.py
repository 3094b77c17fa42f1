"""Hourly budgets of texts for a phone, an article, a sender and a block of numbers.

Alarms have none: whoever spends a telephone's budget must not keep it from being warned
(docs/developing/trust.md rule 9). Codes are counted by themselves: what neighbours, or others that
the article concerns, were sent besides must not keep a code from a door (rule 10). So is what an
office is asked by a postman at a door, and what he is answered. Talk, answers that no delivery
waits for, has a share of its telephone's hour.

Counted in Valkey (GCRA: half at once, half spread over the hour, so no hour holds more). While
Valkey is away, codes are counted in the database instead, so that none exceeds its limit (fail
closed); everything else is sent uncounted (fail open).
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

import structlog
from redis import Redis, RedisError

from india.phone import fingerprint, masked
from messages.catalogue import catalogue
from outbox.due import DueMessage, TakenMessage
from settings import Settings
from store.database import Conn, Database
from store.gcra import Gcra, Limit

log = structlog.get_logger(__name__)

Kind = Literal["phone", "talk", "door", "code", "article", "sender", "prefix", "codes_prefix"]

# A Valkey that hangs costs a time-out per call: after a failure it is not asked for this long.
_REST_SECONDS: Final = 5.0
_SHARE: Final = 4  # of a telephone's hour, one part is for talk
_HOUR: Final = timedelta(hours=1)
_WAIT: Final = timedelta(seconds=60)  # for a code over its budget, while Valkey is away

_COUNTED: Final = """
    SELECT asked.kind, asked.id, (
        SELECT count(*) FROM (
            SELECT FROM messages m
            WHERE m.direction = 'out' AND m.at > %(since)s - interval '1 day'
                  AND m.first_tried_at > %(since)s AND m.id <> asked.id
                  AND (m.status IN ('sent', 'delivered', 'unknown', 'failed')
                       OR (m.status = 'sending' AND m.id < asked.id))
                  AND {matches} LIMIT asked.most) AS seen) >= asked.most AS over
    FROM unnest(%(kinds)s::text[], %(ids)s::bigint[], %(whose)s::text[], %(ends)s::text[],
                %(most)s::int[]) AS asked (kind, id, whose, ends, most)
    WHERE asked.kind = '{kind}'
"""
_MATCHES: Final = {
    "code": "m.phone = asked.whose AND m.lane = 'code'",
    "codes_prefix": "m.phone BETWEEN asked.whose AND asked.ends AND m.lane = 'code'",
}


@dataclass(frozen=True)
class Over:
    """A text that would exceed a budget: which, whose (masked), and how long it waits."""

    taken: TakenMessage
    budget: Kind
    subject: str
    wait: timedelta


@dataclass(frozen=True)
class _Asked:
    """One budget of one text. `whose`: phone, article id or beginning of a number."""

    kind: Kind
    whose: str
    limit: int


def block(phone: str) -> str:
    """Return the block of 10,000 numbers of `phone` (E.164): all but its last four digits."""
    return phone[:-4]


def is_talk(due: DueMessage) -> bool:
    """Tell whether the text is an answer that no delivery waits for."""
    template = catalogue().templates.get(due.template)  # None: a text of an older release
    return template is not None and template.talk


def is_of_door(due: DueMessage) -> bool:
    """Tell whether the text asks an office for a postman at a door, or brings him the answer."""
    template = catalogue().templates.get(due.template)
    return template is not None and template.door


def is_pumped(due: DueMessage) -> bool:
    """Tell whether texts like this are stopped with their block: news, and talk.

    Answers to acts, alarms and codes go on: neighbours and strangers must not keep them from a
    telephone.
    """
    return due.lane in ("notice", "bulk") or is_talk(due)


class Budgets:
    """The budgets, asked for each text at its first try."""

    def __init__(self, redis: Redis, database: Database, settings: Settings) -> None:
        self._gcra = Gcra(redis)
        self._database = database
        self._settings = settings
        self._resting_until = 0.0

    def over(self, texts: Sequence[TakenMessage], now: datetime) -> list[Over]:
        """Return those of `texts` that must wait, by the budget with the longest wait."""
        wants = [(taken, self._asked(taken)) for taken in texts if taken.due.lane != "alarm"]
        if wants and time.monotonic() >= self._resting_until:
            try:
                return self._in_valkey(wants)
            except RedisError as error:
                self._resting_until = time.monotonic() + _REST_SECONDS
                log.warning("valkey_away", what="budgets", error=str(error), codes="database")
        return self._in_database([each for each in wants if each[0].due.lane == "code"], now)

    def _asked(self, taken: TakenMessage) -> list[_Asked]:
        settings, due = self._settings, taken.due
        if due.lane == "code":
            codes = [_Asked("code", due.phone, settings.code_hourly_limit)]
            if settings.prefix_limit is not None:
                codes.append(_Asked("codes_prefix", block(due.phone), settings.prefix_limit))
            return codes
        if is_of_door(due):
            return [_Asked("door", due.phone, max(1, settings.phone_hourly_limit // 2))]
        asked = [_Asked("phone", due.phone, settings.phone_hourly_limit)]
        if is_talk(due):
            asked.append(_Asked("talk", due.phone, max(1, settings.phone_hourly_limit // _SHARE)))
        if due.article_id is not None:
            asked.append(_Asked("article", str(due.article_id), settings.article_hourly_limit))
        if due.sender is not None:
            asked.append(_Asked("sender", due.sender, settings.sender_hourly_limit))
        if settings.prefix_limit is not None and is_pumped(due):
            asked.append(_Asked("prefix", block(due.phone), settings.prefix_limit))
        return asked

    def _in_valkey(self, wants: Sequence[tuple[TakenMessage, list[_Asked]]]) -> list[Over]:
        answers = self._gcra.take_together([[_limit(each) for each in asked] for _, asked in wants])
        return [
            _over(taken, asked[answer.limit], timedelta(seconds=answer.wait))
            for (taken, asked), answer in zip(wants, answers, strict=True)
            if answer is not None
        ]

    def _in_database(
        self, wants: Sequence[tuple[TakenMessage, list[_Asked]]], now: datetime
    ) -> list[Over]:
        if not wants:
            return []
        passed = self._database.run(lambda conn: _passed(conn, wants, now))
        found: list[Over] = []
        for taken, asked in wants:
            first = next((each for each in asked if (each.kind, taken.due.id) in passed), None)
            if first is not None:
                found.append(_over(taken, first, _WAIT))
        return found


def _limit(asked: _Asked) -> Limit:
    burst = max(1, (asked.limit + 1) // 2)
    rate = max(asked.limit - burst, 0.5) / 3600
    return Limit(f"dakiya:{asked.kind}:{fingerprint(asked.whose)}", rate, burst)


def _over(taken: TakenMessage, asked: _Asked, wait: timedelta) -> Over:
    hidden = asked.kind in ("phone", "talk", "door", "code", "sender")
    return Over(taken, asked.kind, masked(asked.whose) if hidden else asked.whose, wait)


def _passed(
    conn: Conn, wants: Iterable[tuple[TakenMessage, list[_Asked]]], now: datetime
) -> set[tuple[str, int]]:
    """Return kind and message id of every budget that would be exceeded."""
    each = [(asked, taken.due) for taken, all_ in wants for asked in all_]
    values = {
        "since": now - _HOUR,
        "kinds": [asked.kind for asked, _ in each],
        "ids": [due.id for _, due in each],
        "whose": [f"{a.whose}0000" if a.kind == "codes_prefix" else a.whose for a, _ in each],
        "ends": [f"{a.whose}9999" if a.kind == "codes_prefix" else "" for a, _ in each],
        "most": [asked.limit for asked, _ in each],
    }
    found: set[tuple[str, int]] = set()
    for kind, matches in _MATCHES.items():
        if kind in values["kinds"]:  # type: ignore[operator]
            query = _COUNTED.format(matches=matches, kind=kind)
            rows = conn.execute(query.encode(), values).fetchall()
            found |= {(row[0], row[1]) for row in rows if row[2]}
    return found
