"""Whatever order wishes, words and doors come in: a word hands over only what it may.

A hypothesis state machine against the real hooks (docs/developing/trust.md rule 20): a household
sets and withdraws its wish, draws words by dial, calls, and is repeated by its carrier; the postman
comes, says words right, wrong and old, and so do telephones that carry nothing.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar, Final

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from tests.postal.test_delivery_orderings import fresh_number, fresh_phone
from tests.rigs.transcript import Player

_staff = itertools.count(5001)
AFTER, AT_DOOR = timedelta(minutes=10), timedelta(minutes=30)
_MOST_WRONG: Final = 3
# What is booked, and whether who is at home, or a neighbour, may ever be handed it.
CLASSES: Final = {
    "": ("1", "2"),
    " as parcel": ("1", "2"),  # a neighbour's wish holds who is at home
    " as registered": (),
    " cod 500": (),
    " passport": (),
}


@dataclass
class OfHome:
    """What the model knows of one article."""

    number: str
    kind: str
    serial: int
    approached_at: datetime | None = None
    delivered: bool = False
    wrong: int = 0  # words that certainly counted against it


class Households(RuleBasedStateMachine):
    """One household, its five articles and their postman, another postman, and a stranger."""

    player: Player
    seen: ClassVar[set[str]] = set()  # what has happened in any of the stories

    # In turn: each is met, whatever is drawn.
    beginnings: ClassVar[Iterator[str]] = itertools.cycle(
        ("a round", "withdrawn", "a word", "nothing")
    )

    @initialize()
    def people(self) -> None:
        begins = next(self.beginnings)
        self.phone, self.stranger = fresh_phone(), fresh_phone()
        self.postman, self.other = fresh_phone(), fresh_phone()
        self.staff = str(next(_staff))
        self.player.step(f"postman {self.staff} {self.postman}")
        self.player.step(f"postman {next(_staff)} {self.other}")
        self.articles: list[OfHome] = []
        for serial, kind in enumerate(CLASSES, 1):
            number = fresh_number()
            self.player.step(f"article {number} to {self.phone} en{kind}")
            self.articles.append(OfHome(number, kind, serial))
        listed = " ".join(each.number for each in self.articles)
        self.player.step(f"list {self.staff}: {listed}")
        self.asked: str | None = None
        self.consented_at: datetime | None = None
        self.word: str | None = None  # that was taken, and not heard yet
        self.shown: str | None = None
        self.last = ("", "")
        if begins != "nothing":
            self.asks_and_quotes_and_waits()
        if begins == "withdrawn":
            self.withdraws("55 0")
        if begins == "a round":
            self.goes_from_door_to_door([2, 0, 3], "right")

    # -- the household -----------------------------------------------------------------------------

    @rule(who=st.sampled_from("12"))
    def asks(self, who: str) -> None:
        self.text(self.phone, f"55 {who}")
        self.asked = who

    @rule(right=st.sampled_from([True, True, True, False]))
    def quotes(self, right: bool) -> None:
        """Let somebody else take the post: only the two digits of our question do that."""
        if self.asked is None:
            return
        kind = "quote" if right else "misquote"
        self.text(self.phone, f"55 {self.asked} {{{kind} {self.phone}}}")
        if right:
            self.consented_at, self.asked = self.player.clock.now(), None

    @rule()
    def asks_and_quotes_and_waits(self) -> None:
        """What most stories are about."""
        self.asks("1")
        self.quotes(right=True)
        self.draws(others=False, takes=True)
        self.time_passes(660)

    @rule(how=st.sampled_from(["55 0", "55 0", "3"]))
    def withdraws(self, how: str) -> None:
        """A withdrawal, or a report of fraud: nobody else takes anything, and no word counts."""
        self.text(self.phone, how)
        self.consented_at = self.word = self.shown = self.asked = None
        self.seen.add("withdrawn")

    @rule(others=st.booleans(), takes=st.sampled_from([True, True, False]))
    def draws(self, others: bool, takes: bool) -> None:
        """Two words by dial; only those that are taken count, and the earlier ones no more."""
        known = len(self.player.words.get(self.phone, []))
        self.player.dial(self.phone, "dials", "")
        for typed in ("55", "6", *(("2",) if others else ())):
            self.player.dial(self.phone, None, typed)
        words = self.player.words.get(self.phone, [])
        if len(words) == known:
            return  # nobody may take anything: there is no word either
        self.word, self.shown = None, words[-1]
        if takes:
            self.player.dial(self.phone, None, "1")
            self.word = self.shown
            self.player.drain()

    @rule()
    def a_forwarded_call_wishes_nothing(self) -> None:
        """A key reaches whoever the number is forwarded to: it changes no wish and no word."""
        before = self.household()
        self.player.step(f"{self.phone} calls menu")
        self.player.step(f"{self.phone} takes up")
        for key in ("5", "0", "1"):
            if self.phone in self.player.talking:
                self.player.step(f"{self.phone} presses {key}")
        assert self.household() == before
        self.last = ("", "")

    @rule()
    def a_stranger_wishes(self) -> None:
        before = self.household()
        self.text(self.stranger, "55 2")
        assert self.household() == before

    # -- the door ----------------------------------------------------------------------------------

    @rule(nth=st.integers(0, 4))
    def comes(self, nth: int) -> None:
        article = self.articles[nth]
        self.text(self.postman, str(article.serial))
        article.approached_at = self.player.clock.now()

    @rule(
        nth=st.sampled_from([0, 0, 0, 1, 2, 3, 4]),
        what=st.sampled_from(["right", "right", "right", "wrong", "shown", "any"]),
    )
    def hears(self, nth: int, what: str) -> None:
        article = self.articles[nth]
        said = self.said(what)
        counts = said == self.word and self.may(article)
        self.text(self.postman, f"{article.serial} ** {said}")
        if self.state(article) != "delivered" or article.delivered:
            article.wrong += self.word not in (None, said) and self.may(article)
            return
        assert counts, (article, what)
        article.delivered, self.word = True, None
        self.seen.add(f"given{article.kind}")

    @rule(order=st.permutations(range(len(CLASSES))), what=st.sampled_from(["right", "wrong"]))
    def goes_from_door_to_door(self, order: list[int], what: str) -> None:
        """Each door once, whatever its class: the right word opens one at the most."""
        for nth in order[:3]:
            self.comes(nth)
            self.hears(nth, what)
            what = "right"

    @rule(nth=st.integers(0, 4), by=st.sampled_from(["another postman", "home", "stranger"]))
    def others_say_it(self, nth: int, by: str) -> None:
        article = self.articles[nth]
        before = self.state(article)
        phones = {"another postman": self.other, "home": self.phone, "stranger": self.stranger}
        self.text(phones[by], f"{article.number} ** {self.said('right')}")
        assert self.state(article) == before

    # -- the world ---------------------------------------------------------------------------------

    @rule(seconds=st.sampled_from([61, 320, 660, 1860]))
    def time_passes(self, seconds: int) -> None:
        self.player.clock.advance(seconds=seconds)
        self.player.timers()
        self.player.drain()

    @rule()
    def the_carrier_repeats_its_last_text(self) -> None:
        if not self.last[0]:
            return
        before = self.everything()
        body = {"from": self.last[0], "text": self.last[1], "id": f"t{self.player.texts}"}
        answer = self.player.client.post("/hooks/simulator/sms", json=body)
        assert answer.status_code == 200
        assert self.everything() == before

    @rule()
    def it_starts_anew(self) -> None:
        """What is only fast is lost: nothing that counts."""
        before = self.everything()
        self.player.runtime.redis.flushdb()
        self.player.drain()
        assert self.everything()[:2] == before[:2]

    @invariant()
    def nothing_else_was_handed_over(self) -> None:
        for article in getattr(self, "articles", []):
            assert (self.state(article) == "delivered") == article.delivered
            assert not (article.delivered and not CLASSES[article.kind])

    # -- how ---------------------------------------------------------------------------------------

    def may(self, article: OfHome) -> bool:
        """Whether a right word may hand it over, by what the model knows."""
        now, since, came = self.player.clock.now(), self.consented_at, article.approached_at
        if not CLASSES[article.kind] or since is None or came is None:
            return False
        return now - since >= AFTER and now - came <= AT_DOOR and article.wrong < _MOST_WRONG

    def said(self, what: str) -> str:
        if what == "right" and self.word is not None:
            return self.word
        if what == "shown" and self.shown is not None:
            return self.shown
        return "1160" if self.word != "1160" else "1161"

    def text(self, phone: str, text: str) -> None:
        filled = self.player._fill(text)
        self.last = (phone, filled)
        self.player.say(phone, filled)
        self.player.drain()

    def household(self) -> object:
        return self.rows(
            "SELECT may_take, may_take_from, weekdays, keeps, word_state, word_salt"
            " FROM households WHERE phone = %s",
            self.phone,
        )

    def everything(self) -> tuple[object, ...]:
        states = [self.state(article) for article in self.articles]
        return self.household(), states, self.rows("SELECT count(*) FROM sprints")

    def rows(self, sql: str, *values: object) -> list[tuple[object, ...]]:
        with self.player.runtime.database.transaction() as conn:
            return conn.execute(sql.encode(), values).fetchall()

    def state(self, article: OfHome) -> str:
        with self.player.runtime.database.transaction() as conn:
            row = conn.execute(
                "SELECT state FROM articles WHERE number = %s", [article.number]
            ).fetchone()
        assert row is not None
        return str(row[0])


def test_a_word_opens_no_door_that_it_must_not(player: Player) -> None:
    Households.player = player
    start = player.clock.now()

    class Today(Households):
        """Each example begins at the same hour."""

        def __init__(self) -> None:
            super().__init__()
            player.clock.at = start

    run_state_machine_as_test(
        Today,
        settings=settings(
            max_examples=14,
            stateful_step_count=16,
            phases=[Phase.generate],  # serials and words differ in every run: nothing to shrink
            suppress_health_check=list(HealthCheck),
            deadline=None,
        ),
    )
    # Else the stories were too tame.
    assert "withdrawn" in Households.seen
    assert any(each.startswith("given") for each in Households.seen)
