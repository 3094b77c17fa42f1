"""An office with postmen, articles and clerks, for the tests of the delivery office."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Flask

from runtime import Runtime
from tests.rigs.api_calls import number_of
from tests.rigs.desk import Colleague, sign_in
from tests.rigs.transcript import Player

POSTMAN, SECOND = "+919839000001", "+919839000002"


def phone_of(serial: int) -> str:
    """The telephone of the recipient of that article."""
    return f"+9198765{serial:05}"


@dataclass
class Office:
    """The office of 273303 with the postmen 1001 (beat 1) and 1002 (beat 2), and one clerk."""

    app: Flask
    player: Player
    runtime: Runtime
    clerk: Colleague

    def book(self, *serials: int, more: str = "") -> list[str]:
        """Articles for this office, each with a telephone of its own; their numbers."""
        for serial in serials:
            self.player.step(f"article {number_of(serial)} to {phone_of(serial)} en{more}")
        return [number_of(serial) for serial in serials]

    def out(self, *serials: int, postman: str = "1001", more: str = "") -> list[str]:
        """Booked, and on the list of today."""
        numbers = self.book(*serials, more=more)
        self.player.step(f"list {postman}: {' '.join(numbers)}")
        return numbers

    def deliver(self, serial: int, item: int, payment: str = "", by: str = POSTMAN) -> None:
        """The postman comes to the door, is told the code, and texts it."""
        self.player.step(f"{by} > {item}")
        self.player.step(f"{by} > {item} {{code {phone_of(serial)}}} {payment}".strip())

    def one(self, sql: str, *values: object) -> Any:
        """The first row."""
        with self.runtime.database.transaction() as conn:
            return conn.execute(sql, list(values)).fetchone()

    def all(self, sql: str, *values: object) -> list[Any]:
        with self.runtime.database.transaction() as conn:
            return conn.execute(sql, list(values)).fetchall()

    def next_day(self, days: int = 1) -> None:
        """The same hour of the next morning, or of a later one."""
        self.wait(f"{days} d")

    def wait(self, time: str) -> None:
        """Timers, the morning's lists, and a clerk who signs in anew."""
        self.player.step(f"wait {time}")
        who = f"clerk-of-{self.runtime.now():%m%d-%H}"
        self.clerk = sign_in(self.app, self.runtime, "clerk", who)

    def list_id(self, staff_id: str = "1001") -> int:
        row = self.one(
            "SELECT l.id FROM delivery_lists l JOIN staff s ON s.id = l.postman_id"
            " WHERE s.staff_id = %s ORDER BY l.date DESC LIMIT 1",
            staff_id,
        )
        return int(row[0])

    def state(self, number: str) -> str:
        return str(self.one("SELECT state FROM articles WHERE number = %s", number)[0])

    def kinds(self, number: str) -> list[str]:
        """What the feed says of an article, in order."""
        return [
            kind
            for (kind,) in self.all(
                "SELECT e.kind FROM events e JOIN articles a ON a.id = e.article_id"
                " WHERE a.number = %s ORDER BY e.id",
                number,
            )
        ]


def office(player: Player, app: Flask, runtime: Runtime) -> Office:
    player.step(f"postman 1001 {POSTMAN}")
    player.step(f"postman 1002 {SECOND}")
    return Office(app, player, runtime, sign_in(app, runtime, "clerk", "clerk-1"))
