"""Where the attacks by people with sessions and by software with tokens take place, and its checks.

An article of one office, its holder, its sender and its postman; another office; what everybody was
told, and what was written down.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Barrier
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from postal.people import tokens
from postal.people.accounts import Role
from postal.people.tokens import TokenGrant
from runtime import Runtime
from tests.rigs.api_calls import Api
from tests.rigs.desk import Colleague, sign_in
from tests.rigs.transcript import Player

ARTICLE = "EU123456785IN"
HOLDER, SENDER, POSTMAN = "+919876500001", "+919811100001", "+919839000001"
OFFICE, FRIEND, SUPERVISOR = "+915512340000", "+919876500009", "+919811222333"
HERE, ELSEWHERE = "273303", "273305"


@dataclass
class Scene:
    """The article `ARTICLE` of the office `HERE`, and everybody who has to do with it."""

    app: Flask
    player: Player
    runtime: Runtime

    def steps(self, *lines: str) -> list[str]:
        """Play lines of a transcript; return every text that went out because of them."""
        return [said for line in lines for said in self.player.step(line)]

    def at_office(self) -> None:
        """It waits at the office to be fetched."""
        self.steps(f"list 1001: {ARTICLE}", f"{POSTMAN} > 1 11", f"{HOLDER} > 44")

    def signed_in(self, role: Role, name: str = "", office: str = HERE) -> Colleague:
        """Return somebody of that role, who just signed in."""
        return sign_in(self.app, self.runtime, role, name, office)

    def supervisor(self) -> Colleague:
        """Return a supervisor whose telephone is known: a possible second person."""
        found = self.signed_in("supervisor", "sv")
        self.rows("UPDATE staff SET phone = %s WHERE staff_id = 'sv' RETURNING 1", SUPERVISOR)
        return found

    def token(self, name: str = "attacker", **grant: Any) -> Api:
        """Return calls with a new token of that grant."""
        with self.runtime.database.transaction() as conn:
            made = tokens.create(conn, name, TokenGrant(**grant), self.runtime.now())
        return Api(self.app.test_client(), made)

    # ---- what became of it ---------------------------------------------------------------------

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        with self.runtime.database.transaction() as conn:
            return conn.execute(query.encode(), list(values)).fetchall()

    def is_safe(self, state: str = "booked", holder: str = HOLDER) -> bool:
        """Tell whether the article is in that state and that telephone gets its code."""
        found = self.rows("SELECT state FROM articles WHERE number = %s", ARTICLE)
        return found == [(state,)] and self.player.holder(ARTICLE) == holder

    def told(self, phone: str) -> list[str]:
        """Return what was sent to `phone` since it was asked last."""
        return [
            line.partition(" < ")[2]
            for line in self.player.drain()
            if line.startswith(phone + " <")
        ]

    def written(self) -> set[str]:
        """Return the kinds that are in the feed."""
        return {kind for (kind,) in self.rows("SELECT DISTINCT kind FROM events")}

    def looked(self, name: str) -> list[tuple[str, str | None]]:
        """Return what the access log says of the member of staff `name`, signing in apart."""
        found = self.rows(
            "SELECT l.what, l.reason FROM access_log l JOIN staff s ON s.id = l.staff_id"
            " WHERE s.staff_id = %s AND l.what <> 'signed_in' ORDER BY l.id",
            name,
        )
        return [(what, reason) for what, reason in found]

    def tickets(self) -> set[str]:
        return {kind for (kind,) in self.rows("SELECT kind FROM tickets WHERE closed_at IS NULL")}

    def used(self, name: str = "attacker") -> set[tuple[str, int]]:
        """Return what the log of a token says: operation, and status of the answer."""
        found = self.rows(
            "SELECT u.operation, u.status FROM token_uses u JOIN tokens t ON t.id = u.token_id"
            " WHERE t.name = %s",
            name,
        )
        return {(operation, status) for operation, status in found}

    # ---- at the same moment --------------------------------------------------------------------

    def at_once(self, *calls: Callable[[FlaskClient], TestResponse]) -> list[int]:
        """Make `calls` at the same moment, each with a client and a thread of its own."""
        together = Barrier(len(calls))

        def call(one: Callable[[FlaskClient], TestResponse]) -> int:
            client = self.app.test_client()
            together.wait(30)
            return one(client).status_code

        with ThreadPoolExecutor(len(calls)) as pool:
            return list(pool.map(call, calls))

    def texts_at_once(self, *texts: Sequence[str]) -> None:
        """Send texts, each `(telephone, text)`, into the hook at the same moment."""
        codes = self.at_once(*(self._text(phone, text) for phone, text in texts))
        assert set(codes) == {200}

    def _text(self, phone: str, text: str) -> Callable[[FlaskClient], TestResponse]:
        self.player.texts += 1
        body = {"from": phone, "text": text, "id": f"t{self.player.texts}"}
        return lambda client: client.post("/hooks/simulator/sms", json=body)


def scene(player: Player, app: Flask, runtime: Runtime) -> Scene:
    with runtime.database.transaction() as conn:
        conn.execute(
            "INSERT INTO offices (name, pin, branch_type, district)"
            " VALUES ('Nautanwa', %s, 'sub', 'Maharajganj')",
            [ELSEWHERE],
        )
    scene = Scene(app, player, runtime)
    scene.steps(
        f"office {OFFICE}",
        f"postman 1001 {POSTMAN}",
        f"article {ARTICLE} to {HOLDER} en from {SENDER}",
    )
    return scene
