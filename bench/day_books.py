"""What a record day came to: its books against its people, and what it cost."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Final

from bench.day_people import Told

LIMIT_MS: Final = 5_000.0  # of a text until both thanks
_FULL: Final = 0.9  # of a core, from which a process is held to be at its end
_BUSY: Final = 0.7  # of a core, where a machine is calculated
OURS: Final = ("web", "worker", "postgres", "valkey")

# Each thing once, and each text at the telephone that it is about.
BOOKS: Final = """
SELECT 'articles delivered', count(*) FROM articles WHERE state = 'delivered'
UNION ALL SELECT 'delivered once in the feed', count(*) FROM (
    SELECT FROM events WHERE kind = 'delivered' GROUP BY article_id HAVING count(*) = 1) AS once
UNION ALL SELECT 'texts in', count(*) FROM messages WHERE direction = 'in'
UNION ALL SELECT 'postmen answered otherwise than once a text', count(*) FROM (
    SELECT FROM messages WHERE phone LIKE '+917%' GROUP BY phone
    HAVING count(*) FILTER (WHERE direction = 'in')
        <> count(*) FILTER (WHERE direction = 'out')) AS otherwise
UNION ALL SELECT 'texts out', count(*) FROM messages WHERE direction = 'out'
UNION ALL SELECT 'texts whose receipt came', count(*) FROM messages
    WHERE direction = 'out' AND status = 'delivered'
UNION ALL SELECT 'codes to their recipients', count(*) FROM messages m
    JOIN articles a ON a.id = m.article_id AND a.recipient_phone = m.phone
    WHERE m.direction = 'out' AND m.lane = 'code'
UNION ALL SELECT 'thanks to their recipients', count(*) FROM messages m
    JOIN articles a ON a.id = m.article_id AND a.recipient_phone = m.phone
    WHERE m.template = 'delivered'
UNION ALL SELECT 'thanks to their senders', count(*) FROM messages m
    JOIN articles a ON a.id = m.article_id AND a.sender_phone = m.phone
    WHERE m.template = 'sender_delivered'
UNION ALL SELECT 'template ' || template, count(*) FROM messages
    WHERE direction = 'out' GROUP BY template
"""


@dataclass(frozen=True)
class Day:
    """One run. `every`: deliveries of the books, those of the warm-up too. `used`: seconds of
    processor by process; `cores`: those of the machine that worked, whoever for.
    """

    rate: float
    workers: int
    told: Told
    every: int
    books: dict[str, int]
    used: dict[str, float]
    cores: float
    load: float

    @property
    def lost(self) -> int:
        return self.told.no_code + self.told.no_thanks

    @property
    def wrong(self) -> dict[str, int]:
        """Return what the people saw that should not be, and the books that are not as expected."""
        n = self.every
        expected = {
            "articles delivered": n,
            "delivered once in the feed": n,
            "texts in": 2 * n,
            "postmen answered otherwise than once a text": 0,
            "texts out": 5 * n,
            "texts whose receipt came": 5 * n,
            "codes to their recipients": n,
            "thanks to their recipients": n,
            "thanks to their senders": n,
        }
        books_wrong = {
            f"{what}: {self.books.get(what, 0)} of {times}": 1
            for what, times in expected.items()
            if self.books.get(what, 0) != times
        }
        return self.told.wrong | self.told.twice | books_wrong

    @property
    def holds(self) -> bool:
        on_time = self.told.thanked.p99 < LIMIT_MS and self.told.late < LIMIT_MS / 1000
        return not self.lost and not self.wrong and on_time

    @property
    def why_not(self) -> str:
        """Return what is wrong with a run that does not hold."""
        wrong = "; ".join(f"{what} × {times}" for what, times in self.wrong.items()) or "nothing"
        return (
            f"{self.lost} lost, wrong {wrong}, p99 {self.told.thanked.p99:.0f} ms, texts up to"
            f" {self.told.late:.1f} s late"
        )

    @property
    def each_ms(self) -> dict[str, float]:
        """Return milliseconds of processor per delivery, by process."""
        return {name: 1000 * used / self.told.deliveries for name, used in self.used.items()}

    @property
    def limit(self) -> str:
        """Say what is nearest to its end: the machine, or a process that can use one core alone."""
        share = self.cores / cores_here()
        seconds = self.told.seconds
        names = sorted(self.used, key=lambda name: -self.used[name])
        shares = ", ".join(f"{name} {self.used[name] / seconds:.2f}" for name in names)
        others = self.cores - sum(self.used.values()) / seconds
        machine = f"{100 * share:.0f} % of all cores ({shares}, others {others:.2f})"
        # Each is one process that can use one core, however many there are.
        can_use = {"worker": self.workers, "carrier": 1, "people": 1}
        alone = [name for name, most in can_use.items() if self.used[name] > _FULL * most * seconds]
        if alone:
            return f"{' and '.join(alone)}, each a process of one core; {machine}"
        return machine

    def cores_for(self, rate: float) -> float:
        """Return how many cores carry `rate` deliveries a second, each busy to seven tenths."""
        return rate * sum(self.each_ms[name] for name in OURS) / 1000 / _BUSY


def cores_here() -> int:
    return len(os.sched_getaffinity(0))
