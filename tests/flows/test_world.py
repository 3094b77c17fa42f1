"""The small world of `flask flows prove` does what the real application does, line by line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from flows.acts.helped import NoteAnswer, NoteWords, OpenAgain
from flows.acts.lists import EndOffer
from flows.acts.reports import OpenTicket
from flows.decision import Decision, WindowAct
from flows.proof.world.books import SmallWorld
from flows.proof.world.doors import Played, play
from flows.replay.record import decode
from india.calendar import day_of
from postal.desk import sprints as sprint
from postal.desk.sprints import Period
from postal.facts import Reader
from runtime import Runtime
from store.inbound import LOOP, REPEAT, RESTING
from tests.rigs.transcript import Player

TRANSCRIPTS = sorted((Path(__file__).parent.parent / "transcripts").glob("*.txt"))
# What the small world does not have: USSD, calls that are taken up, full inboxes, other hooks;
# rounds of the past, notices of the law, and wishes that the desk writes down.
_UNKNOWN = (
    "above +",
    "full +",
    "emptied +",
    " dials",
    " * ",
    " repeats",
    " hangs up",
    " takes up",
    " presses ",
    " is busy",
    " is not ",
    "rounds of ",
    "notice from ",
    " wishes ",
)
_ASSERTED = (
    " < ",
    " ~ ",
    " = ",
    " =| ",
    " has ticket",
    " has no ticket",
    " has holder",
    " has event",
    " has lateness",
)
# PINs are counted, lists repeated or of the day before, and roles of one telephone told apart,
# outside of the machines; the small world forgets that a telephone was on before.
_BESIDE = (
    "a_report_kills_every_code",
    "an_office_gets_post_itself",
    "another_telephone",
    "stop_and_start",
    "without_network_over_night",
)
# News that no decision depends on: they are texts alone.
# Who serves is another, and so are the numbers of offers and tickets.
_NUMBERED = WindowAct | EndOffer | NoteAnswer | OpenAgain | NoteWords
_TEXTS_ALONE = {"DayEnded", "DueMoved", "HerdWarned", "PhoneBlocked", "ListMade"}


def lines_of(path: Path) -> list[str]:
    """Return what comes in, without what is said and what is asserted."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and line[0] != "#" and not _follows(line)]


def _follows(line: str) -> bool:
    """Tell whether a line says what follows from another: a text that goes out, or an assertion."""
    if line.endswith("is blocked"):
        return False
    return line.split()[1:2] == ["is"] or any(sign in line for sign in _ASSERTED)


class Both:
    """A story in both worlds."""

    def __init__(self, player: Player, runtime: Runtime) -> None:
        self.player, self.runtime = player, runtime
        self.world = SmallWorld(player.clock.now())
        self.sprints = 0

    def step(self, line: str) -> Played:
        """Play `line` in both; fail where they differ."""
        for key in self.runtime.redis.scan_iter("dakiya:c*"):  # no limit refuses a code
            if key.startswith((b"dakiya:codes", b"dakiya:calls")):
                self.runtime.redis.delete(key)
        played = play(self.world, line)
        self.player.step(line)
        if " > " in line and self._set_aside():
            with self.runtime.database.transaction() as conn:
                self.sprints = len(list(sprint.stream(conn, Period())))
            return played
        self.world = played.world
        self._compare(line, played)
        return played

    def _set_aside(self) -> bool:
        """Whether the door did not ask the machines: a repeat, or a telephone that rests."""
        with self.runtime.database.transaction() as conn:
            last = conn.execute(
                "SELECT error FROM messages WHERE direction = 'in' ORDER BY id DESC LIMIT 1"
            ).fetchone()
        return last is not None and last[0] in (LOOP, REPEAT, RESTING)

    def _compare(self, line: str, played: Played) -> None:
        now = self.player.clock.now()
        assert self.world.now == now
        with self.runtime.database.transaction() as conn:
            reader = Reader(conn, now, day_of(now), self.runtime.keys, 6)
            for number, parcel in self.world.parcels.items():
                real = reader.of_itself(number)
                assert parcel.fact(now) == real, line
                row = conn.execute(
                    "SELECT a.recipient_phone, n.phone FROM articles a LEFT JOIN nominees n"
                    " ON n.article_id = a.id AND n.ended_at IS NULL WHERE a.number = %s",
                    [number],
                ).fetchone()
                assert row == (parcel.recipient, parcel.nominee and parcel.nominee.phone), line
                # Whether an alarm arrives is the outbox's: no decision depends on it.
                tickets = conn.execute(
                    "SELECT t.kind, t.phone FROM tickets t JOIN articles a ON a.id = t.article_id"
                    " WHERE a.number = %s AND t.kind <> 'untold'",
                    [number],
                ).fetchall()
                assert set(tickets) == parcel.tickets, line
            rows = conn.execute(
                "SELECT c.whose, c.machine, c.state, t.due_at FROM conversations c"
                " LEFT JOIN timers t ON t.conversation_id = c.id"
            ).fetchall()
            talks = {(whose, machine): (state, due) for whose, machine, state, due in rows}
            for key, talk in self.world.talks.items():
                assert talks[key] == (talk.standing.state, talk.due_at), (line, key)
            stored = sorted(sprint.stream(conn, Period()), key=lambda each: each.id)
        new, self.sprints = stored[self.sprints :], len(stored)
        real_decisions = [
            (each.machine, each.event["kind"], *_shown(decode(each.decision, Decision)))
            for each in new
            if each.event["kind"] not in _TEXTS_ALONE
        ]
        small = [
            (each.whose[1], type(each.event).__name__, *_shown(each.decision))
            for each in played.decided
            if type(each.event).__name__ not in _TEXTS_ALONE
        ]
        if line.startswith("wait"):  # several time limits of one moment have no order
            assert sorted(small, key=str) == sorted(real_decisions, key=str), line
        else:
            assert small == real_decisions, line


def _shown(decision: Decision) -> tuple[Any, ...]:
    acts = [
        type(act).__name__ if isinstance(act, _NUMBERED) else repr(act)
        for act in decision.acts
        if not isinstance(act, OpenTicket)  # its number is another
    ]
    return decision.state, [say.template for say in decision.says], acts, decision.tells


@pytest.fixture
def both(player: Player, runtime: Runtime) -> Both:
    return Both(player, runtime)


def is_known(path: Path) -> bool:
    """Whether the small world has all that a transcript does: no dials, no calls taken up."""
    return path.stem not in _BESIDE and not any(
        sign in line for line in lines_of(path) for sign in _UNKNOWN
    )


@pytest.mark.parametrize(
    "path", [each for each in TRANSCRIPTS if is_known(each)], ids=lambda path: path.stem
)
def test_the_transcripts_go_alike(both: Both, path: Path) -> None:
    for line in lines_of(path):
        both.step(line)
