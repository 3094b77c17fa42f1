"""Whatever order things happen in, the promises hold: a hypothesis state machine over deliveries.

Bookings, lists, approaches, codes right and wrong and late and from the wrong telephone, remarks,
undo, repeats of a webhook, reordered and late receipts, and time, against the real hooks.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from flows.number import check_digit
from gateways.base import Receipt, ReceiptStatus
from india.calendar import day_of
from messages.catalogue import catalogue
from messages.speech import tongue_of
from outbox import receipts
from postal.codes import code_of
from tests.rigs.transcript import Player
from tests.rigs.words import contents

_serials = itertools.count(10_000_000)
_phones = itertools.count(7_000_000_000)
TTL = timedelta(seconds=600)


def fresh_number() -> str:
    digits = f"{next(_serials):08d}"
    return f"EU{digits}{check_digit(digits)}IN"


def fresh_phone() -> str:
    return f"+91{next(_phones)}"


@dataclass
class Carried:
    """What the model knows of one article."""

    number: str
    phone: str
    language: str
    serial: int
    postman: int
    delivered: bool = False
    wrong: int = 0
    codes: list[tuple[str, datetime]] = field(default_factory=list)  # (code, when it first came)


class Deliveries(RuleBasedStateMachine):
    player: Player

    articles = Bundle("articles")

    @initialize()
    def people(self) -> None:
        self.postmen = [fresh_phone(), fresh_phone()]
        self.staff = [f"P{phone[-8:]}" for phone in self.postmen]
        self.carried: list[Carried] = []
        self.sent = 0
        for staff_id, phone in zip(self.staff, self.postmen, strict=True):
            body = {"staff_id": staff_id, "name": "Ram", "phone": phone}
            self.player.api("/postmen", {**body, "office_pin": "273303", "pin": "2468"})

    # -- what people do ---------------------------------------------------------------------

    @rule(
        target=articles,
        postman=st.integers(0, 1),
        language=st.sampled_from(["hi", "hi-Latn", "en"]),
        shared=st.booleans(),
    )
    def book_and_list(self, postman: int, language: str, shared: bool) -> Carried:
        phone = self.carried[-1].phone if shared and self.carried else fresh_phone()
        language = self.carried[-1].language if shared and self.carried else language
        number = fresh_number()
        self.player.step(f"article {number} to {phone} {language} from {fresh_phone()}")
        body = {"postman": self.staff[postman], "date": self.day(), "articles": [number]}
        answer = self.player.api("/delivery-lists", body)
        self.player.drain()
        article = Carried(number, phone, language, answer["items"][0]["serial"], postman)
        self.carried.append(article)
        return article

    @rule(article=articles)
    def approach(self, article: Carried) -> None:
        self.text(self.postmen[article.postman], str(article.serial))

    @rule(
        article=articles,
        digit=st.sampled_from(["1", "1", "1", "3", "2", "4", "44", "haan", "0", "9", "8 2"]),
    )
    def recipient_answers(self, article: Carried, digit: str) -> None:
        alone = digit in ("0", "9", "8 2")
        self.text(article.phone, digit if alone else f"{digit} {article.number[-6:-2]}")

    @rule(article=articles, missed=st.booleans(), does=st.sampled_from(["takes up", "is busy"]))
    def asks_to_hear_it(self, article: Carried, missed: bool, does: str) -> None:
        """What is heard is the live code of the article that the call is about, or no code."""
        before = self.player.rung.get(article.phone)
        if missed:
            self.last = ("", "")
            self.player.ring(article.phone, "speak_code")
            self.look(self.player.drain())
        else:
            self.text(article.phone, f"6 {article.number[-6:-2]}")
        call = self.player.rung.get(article.phone)
        if call == before:
            return
        live, about = self.live_code(call)
        known = len(self.player.codes.get(article.phone, []))
        self.player.take_up(article.phone, does)
        if article.phone in self.player.talking:
            self.player.press(article.phone, "1")
        heard = self.player.codes.get(article.phone, [])[known:]
        if not heard:
            return
        assert live is not None
        assert heard == [live, live]
        for other in self.carried:
            if other.number == about and live not in [code for code, _ in other.codes]:
                other.codes.append((live, self.player.clock.now()))

    @rule(article=articles, nth=st.integers(1, 2))
    def hand_over(self, article: Carried, nth: int) -> None:
        if len(article.codes) < nth:
            return
        code, came = article.codes[-nth]
        self.text(self.postmen[article.postman], f"{article.serial} {code}")
        after = self.state(article)
        if after == "delivered" and not article.delivered:
            assert self.player.clock.now() - came <= TTL
            assert nth == 1
            article.delivered = True

    @rule(article=articles)
    def guess(self, article: Carried) -> None:
        before = self.state(article)
        latest = article.codes[-1][0] if article.codes else "000000"
        guessed = f"{(int(latest) + 7) % 10**6:06d}"
        if guessed in (code for code, _ in article.codes):
            return
        self.text(self.postmen[article.postman], f"{article.serial} {guessed}")
        assert self.state(article) == before

    @rule(article=articles)
    def another_telephone_tries(self, article: Carried) -> None:
        if not article.codes:
            return
        before = self.state(article)
        code = article.codes[-1][0]
        other = self.postmen[1 - article.postman]
        for phone in (other, article.phone, fresh_phone()):
            self.text(phone, f"{article.number} {code}")
        assert self.state(article) == before

    @rule(article=articles, remark=st.sampled_from([11, 12, 17, 25, 26]))
    def remark(self, article: Carried, remark: int) -> None:
        self.text(self.postmen[article.postman], f"{article.serial} {remark}")

    @rule(postman=st.integers(0, 1), text=st.sampled_from(["0", "0", "00", "99", "क्या", "7 11 8"]))
    def postman_says(self, postman: int, text: str) -> None:
        self.text(self.postmen[postman], text)
        for article in self.carried:
            article.delivered = self.state(article) == "delivered"

    @rule(seconds=st.sampled_from([5, 70, 130, 320, 620, 1900]))
    def time_passes(self, seconds: int) -> None:
        self.player.clock.advance(seconds=seconds)
        self.player.timers()
        self.look(self.player.drain())

    @rule(status=st.sampled_from(list(ReceiptStatus)), back=st.integers(0, 9))
    def a_late_receipt(self, status: ReceiptStatus, back: int) -> None:
        with self.player.runtime.database.transaction() as conn:
            row = conn.execute(
                "SELECT id, status FROM messages WHERE direction = 'out' AND status = 'delivered'"
                " ORDER BY id DESC OFFSET %s LIMIT 1",
                [back],
            ).fetchone()
        if row is None:
            return
        receipt = Receipt("simulator", f"sim-{row[0]}", row[0], status, status.value)
        receipts.receive(self.player.runtime, receipt)
        with self.player.runtime.database.transaction() as conn:
            after = conn.execute("SELECT status FROM messages WHERE id = %s", [row[0]]).fetchone()
        assert after == ("delivered",)

    @rule()
    def the_carrier_repeats_its_last_text(self) -> None:
        if not self.last[0]:
            return
        before = self.counts()
        hook = "/hooks/simulator/sms"
        body = {"from": self.last[0], "text": self.last[1], "id": f"t{self.player.texts}"}
        assert self.player.client.post(hook, json=body).status_code == 200
        assert self.counts() == before

    # -- what must always hold ----------------------------------------------------------------

    @invariant()
    def delivered_only_with_its_code_by_its_postman(self) -> None:
        for article in getattr(self, "carried", []):
            assert (self.state(article) == "delivered") == article.delivered

    def teardown(self) -> None:
        if not hasattr(self, "carried"):
            return
        runtime = self.player.runtime
        key = runtime.settings.dakiya_master_key.get_secret_value().encode()
        with runtime.database.transaction() as conn:
            issued = conn.execute(
                "SELECT a.code_salt, c.issue FROM codes c JOIN articles a ON a.id = c.article_id"
                " WHERE a.number = ANY(%s)",
                [[article.number for article in self.carried]],
            ).fetchall()
            codes = {code_of(key, bytes(salt), issue, 6) for salt, issue in issued}
            written = [
                str(row)
                for table in ("messages", "sprints", "events", "receipts", "conversations")
                for row in conn.execute(f"SELECT {table}::text FROM {table}").fetchall()  # noqa: S608
            ]
            words = {each.id: each.body for each in contents(conn)}
            written += [f"{each.body} {each.variables}" for each in contents(conn)]
            stored = conn.execute(
                "SELECT count(*), count(DISTINCT carrier_id) FROM messages WHERE direction = 'in'"
            ).fetchone()
            said = conn.execute(
                "SELECT template, language, id, channel FROM messages WHERE direction = 'out'"
            ).fetchall()
        events = self.player.client.get(
            "/api/v1/events?limit=1000", headers=self.player.headers()
        ).get_data(as_text=True)
        shown = json.dumps(
            [
                self.player.client.get(
                    f"/api/v1/articles/{article.number}", headers=self.player.headers()
                ).json
                for article in self.carried
            ]
        )
        for code in codes:
            places = [
                text
                for text in (*written, events, shown)
                if f'{code}"' in text or f" {code}" in text
            ]
            assert not places, "a code stands in clear"
        came = self.player.texts + self.player.calls
        assert stored == (came, came)
        for template, language, id_, channel in said:
            tongue = tongue_of(language) if channel == "voice" else language
            assert catalogue().warning(template, tongue) in words[id_], (template, language)

    # -- how -----------------------------------------------------------------------------------

    last = ("", "")

    def text(self, phone: str, text: str) -> None:
        self.last = (phone, text)
        self.player.say(phone, text)
        self.look(self.player.drain())

    def look(self, lines: Iterable[str]) -> None:
        """Notes the codes that came, by the digits that the message names."""
        for line in lines:
            phone = line.split(" < ")[0]
            if "{code}" not in line:
                continue
            code = self.player.codes[phone][-1]
            for article in self.carried:
                mentioned = article.number[-6:-2] in line
                if (
                    article.phone == phone
                    and mentioned
                    and code not in [c for c, _ in article.codes]
                ):
                    article.codes.append((code, self.player.clock.now()))

    def live_code(self, call: str | None) -> tuple[str | None, str | None]:
        """The code that a call may say now, if any, and the number of its article."""
        now = self.player.clock.now()
        with self.player.runtime.database.transaction() as conn:
            row = conn.execute(
                "SELECT a.code_salt, c.issue, a.number FROM messages m"
                " JOIN codes c ON c.id = m.code_id JOIN articles a ON a.id = c.article_id"
                " WHERE m.carrier_id = %s AND c.used_at IS NULL AND c.dead_at IS NULL"
                " AND c.expires_at > %s",
                [call, now],
            ).fetchone()
        if row is None:
            return None, None
        key = self.player.runtime.settings.dakiya_master_key.get_secret_value().encode()
        return code_of(key, bytes(row[0]), row[1], 6), row[2]

    def state(self, article: Carried) -> str:
        with self.player.runtime.database.transaction() as conn:
            row = conn.execute(
                "SELECT state FROM articles WHERE number = %s", [article.number]
            ).fetchone()
        assert row is not None
        return str(row[0])

    def counts(self) -> tuple[int, ...]:
        with self.player.runtime.database.transaction() as conn:
            row = conn.execute(
                "SELECT (SELECT count(*) FROM messages), (SELECT count(*) FROM sprints),"
                " (SELECT count(*) FROM events), (SELECT count(*) FROM code_attempts)"
            ).fetchone()
        assert row is not None
        return row

    def day(self) -> str:
        return day_of(self.player.clock.now()).isoformat()


def test_the_promises_hold_in_every_order(player: Player) -> None:
    Deliveries.player = player
    start = player.clock.now()

    class Today(Deliveries):
        """Each example begins at the same hour, or a long run would end a day of ours."""

        def __init__(self) -> None:
            super().__init__()
            player.clock.at = start
            player.codes.clear()

    run_state_machine_as_test(
        Today,
        settings=settings(
            max_examples=14,
            stateful_step_count=18,
            phases=[Phase.generate],  # serials and codes differ in every run: nothing to shrink
            suppress_health_check=list(HealthCheck),
        ),
    )
