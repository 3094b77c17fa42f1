"""The checks between a leased text and its carrier: countries, stopped blocks, budgets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from gateways.base import Reason
from india.phone import masked
from outbox import prefixes
from outbox.budgets import Budgets, block, is_pumped
from outbox.due import TakenMessage
from outbox.policy import MessageVerdict
from outbox.settle import SettledMessage
from runtime import Runtime
from store.database import Conn

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Judged:
    """Texts that may go, those that must wait, and those that never go."""

    going: list[TakenMessage]
    waiting: list[tuple[TakenMessage, timedelta]]
    ended: list[SettledMessage]


class Guards:
    """The judge of claimed messages. Used by one thread; the next exchange writes its findings."""

    def __init__(self, runtime: Runtime) -> None:
        self._budgets = Budgets(runtime.redis, runtime.database, runtime.settings)
        self._countries = runtime.settings.countries
        self._stops: Mapping[str, datetime] = {}
        self._hits: Counter[tuple[str, str]] = Counter()
        self._bursts: set[str] = set()

    def exchange(self, conn: Conn, now: datetime) -> None:
        """Write the findings since, and read which blocks are stopped, in the transaction."""
        prefixes.count(conn, self._hits, now)
        prefixes.stop_all(conn, self._bursts, now)
        self._stops = prefixes.stops(conn, now)

    def exchanged(self) -> None:
        """Forget the findings: the transaction that wrote them is committed."""
        self._hits.clear()
        self._bursts.clear()

    def judge(self, taken: Sequence[TakenMessage], now: datetime) -> Judged:
        """Return what may go. Look-ups always may, as they send nothing."""
        judged = Judged([], [], [])
        asked: list[TakenMessage] = []
        for each in taken:
            phone = each.due.phone
            if each.due.status == "unknown":
                judged.going.append(each)
            elif self._countries and not phone.startswith(self._countries):
                self._hits["country", masked(phone)] += 1
                verdict = MessageVerdict(
                    "failed", error="country: no texts go there", reason=Reason.BAD_NUMBER
                )
                judged.ended.append(SettledMessage(each, verdict))
            elif block(phone) in self._stops and is_pumped(each.due):
                judged.waiting.append((each, self._stops[block(phone)] - now))
            elif each.due.attempts:
                judged.going.append(each)  # counted at its first try
            else:
                asked.append(each)
        self._ask(asked, judged, now)
        return judged

    def _ask(self, asked: Sequence[TakenMessage], judged: Judged, now: datetime) -> None:
        over = {each.taken.due.id: each for each in self._budgets.over(asked, now)}
        for each in over.values():
            self._hits[each.budget, each.subject] += 1
            if each.budget in ("prefix", "codes_prefix"):
                self._bursts.add(each.subject)
        if over:
            log.warning("over_budget", messages=list(over))
        for taken in asked:
            found = over.get(taken.due.id)
            if found is None:
                judged.going.append(taken)
            else:
                judged.waiting.append((taken, found.wait))
