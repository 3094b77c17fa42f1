"""Conversations as readable files, played through the real hooks, outbox and worker.

    # what it proves
    office +915512340000                                the main office of 273303 has this telephone
    above +915512340099                                 the one which keeps its accounts has this
    speaks +915512340000 en                             texts to this telephone are in English
    postman 1001 +919839000001
    article EU123456785IN to +919876500001 hi-Latn from +919811100001 cod 500
    article RR287043775IN to +919876500001 hi as registered authorised
    article RR287043775IN to +919876500001 hi from +919811100001 en pieces 2 due 2026-08-15
    list 1001: EU123456785IN RR287043775IN
    +919839000001 > 1                                   a text comes in
    +919876500001 < Code {code}. ...                    and this goes out: all of it, in order
    +919839000001 > 1 {code +919876500001}              the code that this telephone got last
    +919839000001 > 1 {wrong +919876500001}             one digit off
    +919839000001 > 1 {code +919876500001 2}            the last but one
    +919876500001 > 1 {quote +919876500001}             the two digits that it was shown last
    +919876500001 > 1 {misquote +919876500001}          others
    +919876500001 > 1 {misquote +919876500001 2}        the last but one, unless those are the same
    +919839000001 > 1 ** {word +919876500001}           the numbers of the words on its last screen
    +919839000001 > 1 ** {misword +919876500001}        others
    +919839000001 > 1 {code +919876500001} @ -40 min    its carrier says: written 40 minutes ago
    +919876500001 dials                                 a new USSD session
    +919876500001 = Post / 1 Send my code / ...         the screen that it shows
    +919876500001 * 1                                   what is typed there
    +919876500001 =| The code comes by SMS. ...         the last screen of a session
    +919876500001 repeats                               the carrier sends the last request again
    +919876500001 hangs up
    +919876500001 calls speak_code                      a missed call to the number that means it
    +919876500001 ~ (rings)                             we call him
    +919876500001 takes up                              or: is busy
    +919876500001 ~ Hello. / Your code is: {code} ...   what he hears
    +919876500001 presses 1                             and what he answers by keys; "-": nothing
    wait 11 min
    EU123456785IN is delivered                          what the API says of it
    EU123456785IN collect {code +919876500001}          at the window; by two: collect aadhaar 1234
    EU123456785IN collect {code +919876500001} aadhaar 1234    the code, and a document besides
    +919839000001 > 1 {code +919876500001} {check +919876500001}    and the three digits beside it,
                                                        which it was shown last; mischeck: others
    EU123456785IN collect alone aadhaar 1234            a document before one person, who may not
    EU123456785IN paper {code +919876500001} @ -40 min    typed from an outage's slip; or: signed;
                                                        at the end: alone, by who vouches for it
    EU123456785IN exception yes 2001                    the office's answer on its page; or: no;
                                                        open: one more question about it
    EU123456785IN desk stop                             or send, reopen, back (from the postman),
                                                        arrives (at its office: a wish is kept),
                                                        judge contested, number +91… (by two; at
                                                        the end: alone), typing +91… (the booker's),
                                                        nominee +91…, proof {quote +91…}
    +919876500001 asked whether it helped               its newest ticket is closed, and it is asked
    EU123456785IN has ticket late_handover              open, and no other; or: has no ticket
    EU123456785IN tickets closed 2001                   by who may not close all of them
    EU123456785IN has holder +919876500001              who gets the next code; or: nobody
    EU123456785IN has event code_wrong code_killed      in its feed; or: has no event code_wrong
    EU123456785IN has lateness late                     what the API says: due, in_time, tried, …
    rounds of 1001 at 10:10 11:00                       fifteen days of them, each day the next time
    notice from 2026-08-14                              of the data protection law: it is in force
    +919876500001 wishes neighbour                      at the desk: or household, keep, none,
                                                        days 1 3
    1001 has new phone +919839000009                    named by two of the office
    1001 is blocked                                     his telephone is lost
    doubt +919876500001                                 it may be another person's by now
    looked-up +919876500001 landline                    its look-up is due, and the service says so:
                                                        mobile, landline, 404, 500, garbage, hangs
    +919876500001 draws words                           as its screen of a household's word does;
                                                        then: takes words
    full +919876500001                                  its inbox takes no text
    emptied +919876500001                               it does again
    off +919876500001                                   it is switched off: no text arrives
    on +919876500001                                    what waited for it arrives

The idea is RapidSMS's TestScript. `--rewrite-transcripts` writes what is said now into the files,
for a person to read before it is committed.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date, time, timedelta
from pathlib import Path
from typing import Any, get_args
from uuid import uuid4

from flask.testing import FlaskClient
from rq import Queue
from rq.serializers import JSONSerializer

import jobs
from conversation import counter, desk, exceptions, household, paper, senders
from conversation.accounts import tell_staff
from conversation.helped import ask_due
from conversation.herd import warn_herds
from conversation.inbound import read_held
from conversation.postmen import begin_day, end_day
from conversation.timers import fire_timers
from conversation.turn import take_turn
from flows.events import DrawWord, Event, HouseholdWish, SetWish, TakeWord
from flows.facts import Proof
from flows.happenings import (
    CodeStopped,
    CodeWanted,
    DestinationMoved,
    DocumentShown,
    Happening,
    NumberCorrected,
    RemarkJudged,
    Reopened,
    TakenIn,
    ToldCodeAtWindow,
)
from flows.proof.world.lines import BOOKED, FILLED, MODES, PAPER, SECONDS
from gateways.base import Receipt, ReceiptStatus
from gateways.simulator.sms import SimulatorGateway
from gateways.simulator.voice import NUMBERS
from india import spoken_words
from india.calendar import bounds, day_of
from messages.render import CHECK_MASK, QUOTE_MASK
from messages.speech import CallTongue, speech
from outbox import receipts, unheard
from outbox.failover import send_again
from outbox.lookups import NumberLookups
from outbox.sweep import sweep
from outbox.wake import BELLS, wake
from postal import households, nominees
from postal.acts.books import hold
from postal.desk import questions, tickets
from postal.desk.tickets import TicketForm
from postal.exceptions import last_question
from postal.facts import articles_numbered
from postal.office import paper_days
from postal.office.paper_days import NewLine
from postal.people import offices
from postal.people.doer import Doer, Staff
from runtime import Runtime
from store import wording
from store.conversations import ConversationPlace
from store.database import Conn
from store.refusals import Refusal
from tests.rigs.clock import Clock
from tests.rigs.hashes import hash_of
from tests.rigs.lookup_service import ANSWERS, lookup_service
from tests.rigs.requests import by_two
from tests.rigs.rounds import write_rounds
from web.phones.simulator import received

_TEXT_IN = re.compile(r"^(\+\d+) > ?(.*)$")
_WRITTEN = re.compile(r"(.*?)(?: @ -(\d+) min)?")
_TEXT_OUT = re.compile(r"^(\+\d+) (?:<|~|=\|?) (.*)$")
_CALLS = re.compile(r"^(\+\d+) (?:(takes up|is busy)|calls (\w+))$")
_PRESSES = re.compile(r"^(\+\d+) presses (-|[0-9#]+)$")
_DIALS = re.compile(r"^(\+\d+) (?:(dials|repeats|hangs up)|\* ?(.*))$")
_DIGITS = re.compile(r"(?<!\d)\d{6}(?!\d)")


def spelled(line: str, tongue: CallTongue) -> list[str]:
    """The digits that are said in `line`; in Bhojpuri they are those of Hindi."""
    digits = speech().digits["en" if tongue == "en" else "hi"]
    return [str(digits.index(word)) for word in re.split(r"[ ,.:।]+", line) if word in digits]


@dataclass
class Player:
    """Plays transcripts against one application. `seen` counts the messages already looked at."""

    runtime: Runtime
    client: FlaskClient
    clock: Clock
    token: str
    codes: dict[str, list[str]] = field(default_factory=dict)
    quotes: dict[str, list[str]] = field(default_factory=dict)
    checks: dict[str, list[str]] = field(default_factory=dict)
    words: dict[str, list[str]] = field(default_factory=dict)  # the numbers of a household's
    seen: int = 0
    unsent: set[int] = field(default_factory=set)  # what went out in vain, and may yet
    texts: int = 0
    dialled: dict[str, str] = field(default_factory=dict)  # all that was typed since the dial
    dials: int = 0
    calls: int = 0
    rung: dict[str, str] = field(default_factory=dict)  # who took up or not, by the call's id
    talking: dict[str, int] = field(default_factory=dict)  # who is in a call, and its next answer

    def play(self, path: Path) -> list[str]:
        """Plays the file at `path` and gives it as it ought to be, with what was said now."""
        played: list[str] = []
        for line in path.read_text(encoding="utf-8").splitlines():
            if _TEXT_OUT.match(line):
                continue
            played.append(line)
            if line and not line.startswith("#"):
                played += self.step(line)
        self.ring_off()
        return played

    def step(self, line: str) -> list[str]:
        """Does one line and gives the texts that went out because of it."""
        text, dial, call = _TEXT_IN.match(line), _DIALS.match(line), _CALLS.match(line)
        if pressed := _PRESSES.match(line):
            return [*self.press(pressed[1], pressed[2]), *self.drain()]
        self.ring_off()
        if call:
            heard = self.ring(call[1], call[3]) if call[3] else self.take_up(call[1], call[2])
            return [*heard, *self.drain()]
        if dial:
            return [*self.dial(dial[1], dial[2], self._fill(dial[3] or "")), *self.drain()]
        if text:
            written = _WRITTEN.fullmatch(text[2])
            assert written, f"a transcript cannot say: {line}"
            said, minutes = written.groups()
            self.say(text[1], self._fill(said), int(minutes) if minutes else None)
        else:
            self._direct(line)
        return self.drain()

    def say(self, phone: str, text: str, minutes_ago: int | None = None) -> None:
        """One text into the simulator's hook; its carrier says when it was written, or does not."""
        self.texts += 1
        body = {"from": phone, "text": text, "id": f"t{self.texts}"}
        if minutes_ago is not None:
            body["at"] = (self.clock.now() - timedelta(minutes=minutes_ago)).isoformat()
        answer = self.client.post("/hooks/simulator/sms", json=body)
        assert answer.status_code == 200, answer.data

    def dial(self, phone: str, does: str | None, typed: str) -> list[str]:
        """One request to the simulator's USSD hook, and the screen as a transcript line."""
        if does == "hangs up":
            del self.dialled[phone]  # the simulator's carrier tells nobody
            return []
        if does == "dials":
            self.dials += 1
            self.dialled[phone] = f"d{self.dials}:"
        elif does is None:
            self.dialled[phone] += typed if self.dialled[phone].endswith(":") else f"*{typed}"
        session, _, text = self.dialled[phone].partition(":")
        answer = self.client.post(
            "/hooks/simulator/ussd", json={"session": session, "from": phone, "text": text}
        )
        assert answer.status_code == 200, answer.data
        sign = "=|" if answer.get_json()["end"] else "="
        screen = self._without_word(phone, answer.get_json()["screen"])
        return [f"{phone} {sign} {screen}".replace("\n", " / ")]

    def _without_word(self, phone: str, screen: str) -> str:
        """Return a screen with {word} in the place of a household's two words, and note them."""
        first, _, rest = screen.partition("\n")
        found = [spoken_words.numbers().get(each.lower()) for each in first.split()]
        if len(found) != 2 or None in found:
            return screen
        self.words.setdefault(phone, []).append("".join(map(str, found)))
        return f"{{word}}\n{rest}"

    def ring(self, phone: str, meaning: str) -> list[str]:
        """A call to the number that means `meaning`: nobody takes it up."""
        self.calls += 1
        number = next(number for number, says in NUMBERS.items() if says == meaning)
        answer = self.call_hook({"from": phone, "to": number, "id": f"c{self.calls}"})
        assert answer == {"rejected": True}
        return []

    def take_up(self, phone: str, does: str) -> list[str]:
        """The telephone that rings is taken up and listened to, or is busy."""
        call = self.rung[phone]
        if does == "is busy":
            assert self.call_hook({"call": call, "status": "busy"}) == {}
            return []
        self.call_hook({"call": call, "status": "in-progress"})
        return self._hear(phone, self.call_hook({"call": call, "phone": phone}))

    def press(self, phone: str, keys: str) -> list[str]:
        """Keys are pressed in the call; "-": none, for as long as it listens."""
        pressed = {
            "call": self.rung[phone],
            "phone": phone,
            "keys": keys.strip("-"),
            "hop": self.talking.pop(phone),
        }
        return self._hear(phone, self.call_hook(pressed))

    def ring_off(self) -> None:
        """Ends every call in which nobody presses anything more."""
        for phone in list(self.talking):
            del self.talking[phone]
            self.call_hook({"call": self.rung[phone], "status": "completed"})

    def _hear(self, phone: str, said: Any) -> list[str]:
        if "hop" in said:
            self.talking[phone] = said["hop"]
        else:
            self.call_hook({"call": self.rung[phone], "status": "completed"})
        lines = []
        for line in said["lines"]:
            code = "".join(spelled(line, said["tongue"]))
            if len(code) == 6:
                self.codes.setdefault(phone, []).append(code)
                line = f"{line.partition(':')[0]}: {{code}}"
            lines.append(line)
        return [f"{phone} ~ {' / '.join(lines)}"]

    def call_hook(self, body: dict[str, Any]) -> Any:
        """Return what the simulator's voice hook answers, as JSON."""
        answer = self.client.post("/hooks/simulator/voice", json=body)
        assert answer.status_code == 200, answer.data
        return answer.json

    def rings(self) -> list[str]:
        """The telephones that ring and did not before."""
        with self.runtime.database.transaction() as conn:
            rows = conn.execute(
                "SELECT phone, carrier_id FROM messages WHERE direction = 'out'"
                " AND channel = 'voice' AND status = 'sent' ORDER BY id"
            ).fetchall()
        new = [(phone, call) for phone, call in rows if self.rung.get(phone) != call]
        self.rung |= new
        return [f"{phone} ~ (rings)" for phone, _ in sorted(new)]  # at once, in any order

    def drain(self) -> list[str]:
        """Does the jobs that were rung for, and gives what they sent as transcript lines."""
        redis = self.runtime.redis
        while any(self._waiting()):
            queues = [Queue(bell.queue, redis) for bell in BELLS]
            first = Queue.dequeue_any(queues, None, redis, serializer=JSONSerializer)
            if first is not None:  # else another one was quicker
                first[0].perform()
                redis.delete(first[0].key)
        with self.runtime.database.transaction() as conn:
            households.note_heard(conn, self.runtime.settings.without_receipts)
            nominees.note_told(conn, self.runtime.settings.without_receipts)
            rows = conn.execute(
                "SELECT id, phone, code_id IS NOT NULL, body, said FROM messages"
                " WHERE direction = 'out' AND channel = 'text' AND (id > %s OR id = ANY(%s)"
                " AND status IN ('sent', 'delivered')) ORDER BY id",
                [self.seen, list(self.unsent)],
            ).fetchall()
        lines = []
        for id_, phone, with_code, body, said in rows:
            self.seen = max(self.seen, id_)
            self.unsent.discard(id_)
            quoted = wording.body_of(body, said).find(QUOTE_MASK) + 1
            checked = wording.body_of(body, said).find(CHECK_MASK) + 1
            got = next((m for m in received(self.runtime, phone) if int(m.id) == id_), None)
            if got is None:
                lines.append(f"{phone} < (not sent)")
                self.unsent.add(id_)
                continue
            shown = got.text
            if checked:
                digits = shown[checked - 1 : checked + 2]
                self.checks.setdefault(phone, []).append(digits)
                shown = f"{shown[: checked - 1]}{{check}}{shown[checked + 2 :]}"
            if with_code:
                found = _DIGITS.search(shown)
                assert found, f"a code's text without a code: {shown}"
                code = found[0]
                self.codes.setdefault(phone, []).append(code)
                shown = shown.replace(code, "{code}")
            if quoted:
                digits = shown[quoted - 1 : quoted + 1]
                self.quotes.setdefault(phone, []).append(digits)
                shown = f"{shown[: quoted - 1]}{{quote}}{shown[quoted + 1 :]}"
            lines.append(f"{phone} < {shown}".replace("\n", " / "))
        return [*lines, *self.rings()]

    def _waiting(self) -> list[int]:
        """How many jobs wait in each queue: most steps ring for none.

        RQ's queues and jobs without its worker (tests/outbox/test_wake.py): what that notes of
        itself in Valkey, at its start, its end and around each job, takes longer than our jobs.
        """
        with self.runtime.redis.pipeline(transaction=False) as pipe:
            for bell in BELLS:
                pipe.llen(Queue.redis_queue_namespace_prefix + bell.queue)
            return list(pipe.execute())

    def _fill(self, text: str) -> str:
        def code(match: re.Match[str]) -> str:
            kind = match[1].removeprefix("mis")
            of = {"quote": self.quotes, "word": self.words, "check": self.checks}.get(
                kind, self.codes
            )
            got = of[match[2]][-int(match[3] or 1)]
            if match[1] in ("code", "quote", "check", "word") or (
                match[1] != "wrong" and got != of[match[2]][-1]
            ):
                return got
            if kind == "word":  # another of the list: beyond it no word is read, and none is tried
                past = int(got[2:]) + 1 - spoken_words.FIRST
                return f"{got[:2]}{spoken_words.FIRST + past % spoken_words.COUNT}"
            return f"{(int(got) + 1) % 10 ** len(got):0{len(got)}d}"

        return FILLED.sub(code, text)

    def _postman(self, staff_id: str, phone: str) -> None:
        """As POST /postmen does it, but for the cost of the hash of his PIN: one for all tests."""
        with self.runtime.database.transaction() as conn:
            conn.execute(
                "INSERT INTO staff (staff_id, name, role, office_id, phone, pin_hash, beat)"
                " SELECT %s, 'Ram', 'postman', o.id, %s, %s, 1 + coalesce(max(s.beat), 0)"
                " FROM offices o LEFT JOIN staff s ON s.office_id = o.id WHERE o.pin = '273303'"
                " GROUP BY o.id ORDER BY array_position(ARRAY['head', 'sub', 'branch'],"
                " o.branch_type), o.id LIMIT 1",
                [staff_id, phone, hash_of("2468")],
            )

    def _direct(self, line: str) -> None:
        words = line.split()
        if words[0] == "article":
            self._book(line)
        elif words[0] == "postman":
            self._postman(words[1], words[2])
        elif words[0] == "list":
            postman, numbers = line.removeprefix("list ").split(":")
            today = day_of(self.clock.now()).isoformat()
            listed = {"postman": postman.strip(), "date": today, "articles": numbers.split()}
            self.api("/delivery-lists", listed)
        elif words[0] == "wait":
            self.clock.advance(seconds=int(words[1]) * SECONDS[words[2]])
            self.timers()
        elif words[0] == "mode":
            with self.runtime.database.transaction() as conn:
                conn.execute("UPDATE offices SET mode = %s WHERE pin = '273303'", [MODES[words[1]]])
        elif words[0] == "doubt":
            with self.runtime.database.transaction() as conn:
                conn.execute(
                    "INSERT INTO phones (phone, language, doubt) VALUES (%s, 'en', 'withdrawn')"
                    " ON CONFLICT (phone) DO UPDATE SET doubt = excluded.doubt",
                    [words[1]],
                )
        elif words[0] == "looked-up":
            self._look_up(words[1], words[2])
        elif words[0] == "full":
            carrier = self.runtime.gateways["simulator"]
            assert isinstance(carrier, SimulatorGateway)
            carrier.full.add(words[1])
        elif words[0] == "emptied":
            carrier = self.runtime.gateways["simulator"]
            assert isinstance(carrier, SimulatorGateway)
            carrier.full.remove(words[1])
        elif words[0] == "off":
            carrier = self.runtime.gateways["simulator"]
            assert isinstance(carrier, SimulatorGateway)
            carrier.off.add(words[1])
        elif words[0] == "on":
            self._switch_on(words[1])
        elif words[:2] == ["rounds", "of"]:
            times = [time.fromisoformat(each) for each in words[4:]]
            minutes = [60 * each.hour + each.minute for each in times]
            write_rounds(self.runtime, day_of(self.clock.now()), minutes, items=40)
        elif words[:2] == ["notice", "from"]:
            self._set(privacy_notice_from=date.fromisoformat(words[2]))
        elif words[0] in ("postmaster", "supervisor"):
            with self.runtime.database.transaction() as conn:
                conn.execute(
                    "INSERT INTO staff (staff_id, name, role, office_id)"
                    " SELECT %s, 'Asha', %s, id FROM offices WHERE pin = '273303'",
                    [words[1], words[0]],
                )
        elif words[0] == "office":
            with self.runtime.database.transaction() as conn:
                conn.execute("UPDATE offices SET phone = %s WHERE pin = '273303'", [words[1]])
        elif words[0] == "above":
            self._keeps_accounts(words[1])
        elif words[0] == "speaks":
            with self.runtime.database.transaction() as conn:
                conn.execute(
                    "INSERT INTO phones (phone, language) VALUES (%s, %s)"
                    " ON CONFLICT (phone) DO UPDATE SET language = excluded.language",
                    words[1:],
                )
        elif words[1:] == ["asked", "whether", "it", "helped"]:
            self._ask(words[0])
        elif words[1:3] == ["tickets", "closed"]:
            self._close_tickets(words[0], words[3])
        elif words[1:] in (["draws", "words"], ["takes", "words"]):
            self._word(words[0], DrawWord() if words[1] == "draws" else TakeWord())
        elif words[1] == "wishes":
            self._wish(words[0], words[2], words[3:])
        elif words[1] == "exception":
            self._answer_exception(words[0], words[2], words[3])
        elif words[1] == "desk":
            self._desk(words[0], self._fill(" ".join(words[2:])).split())
        elif words[1] == "paper":
            self._paper(line, words[0])
        elif words[1] == "collect":
            self._collect(words[0], self._fill(" ".join(words[2:])).split())
        elif words[1:4] == ["has", "new", "phone"] or words[1:] == ["is", "blocked"]:
            if words[1] == "has":
                asked = self.api(f"/postmen/{words[0]}/phone", {"phone": words[4]})
                by_two(self.client.application, self.runtime, asked["request"])
            else:
                self.api(f"/postmen/{words[0]}/block", None)
        elif words[1] == "has":
            self._has(line, words[0], words[2], words[3:])
        elif words[1] == "is":
            answer = self.client.get(f"/api/v1/articles/{words[0]}", headers=self.headers())
            assert answer.get_json()["state"] == words[2], (
                f"{line}: it is {answer.get_json()['state']}"
            )
        else:
            raise AssertionError(f"a transcript cannot say: {line}")

    def _look_up(self, phone: str, said: str) -> None:
        """The worker asks about what is due; of other telephones it is told that all is well."""
        with lookup_service() as service:
            service.of[phone] = [ANSWERS[said]]
            asking = replace(self.runtime, lookup=service.adapter(timeout=(0.3, 0.3)))
            lookups = NumberLookups(asking)
            while lookups.start():
                lookups.wait()
            lookups.finish()
            assert phone in service.numbers(), f"{phone} was not looked up"

    def _set(self, **changed: object) -> None:
        """Go on with other settings, in every door and in the worker's jobs."""
        settings = self.runtime.settings.model_copy(update=changed)
        self.runtime = replace(self.runtime, settings=settings)
        self.client.application.extensions["dakiya"] = self.runtime
        jobs.use(self.runtime)

    def _wish(self, phone: str, named: str, weekdays: list[str]) -> None:
        """What an agent of the desk writes down for this telephone."""
        wish = next(each for each in get_args(HouseholdWish) if each == named)
        event = SetWish(wish, tuple(map(int, weekdays)))
        with self.runtime.database.transaction() as conn:
            desk.set_wish(self.runtime, conn, phone, event, "fresh")
        wake(self.runtime.redis)

    def _switch_on(self, phone: str) -> None:
        """What waited for the telephone arrives, and its carrier says so."""
        carrier = self.runtime.gateways["simulator"]
        assert isinstance(carrier, SimulatorGateway)
        carrier.off.discard(phone)
        with self.runtime.database.transaction() as conn:
            waiting = conn.execute(
                "SELECT carrier_id FROM messages WHERE phone = %s AND gateway = 'simulator'"
                " AND status = 'sent' ORDER BY id",
                [phone],
            ).fetchall()
        for (carrier_id,) in waiting:
            came = Receipt("simulator", carrier_id, None, ReceiptStatus.DELIVERED, "delivered")
            receipts.receive(self.runtime, came)

    def _desk(self, number: str, words: list[str]) -> None:
        """What help desk, office and counter do, through their doors."""
        if words[0] == "arrives":
            with self.runtime.database.transaction() as conn:
                household.arrived(self.runtime, conn, number)
            wake(self.runtime.redis)
            return
        if words[0] == "proof":
            with suppress(Refusal):  # wrong digits count nevertheless
                senders.prove(self.runtime, number, words[1], "counter", "pin")
            return
        proof: Proof = "fresh" if words[-1] == "alone" else "two"
        phone = words[1] if len(words) > 1 else ""
        events: dict[str, tuple[Happening, Proof | None]] = {
            "stop": (CodeStopped(number), "fresh"),
            "send": (CodeWanted(number), proof),
            "reopen": (Reopened(number), "two"),
            "back": (TakenIn(number, "2001"), None),
            "judge": (
                RemarkJudged(number, "confirmed" if phone == "confirmed" else "contested"),
                "fresh",
            ),
            "number": (NumberCorrected(number, phone), proof),
            "typing": (NumberCorrected(number, phone, "booker"), "pin"),
            "nominee": (DestinationMoved(number, phone), proof),
        }
        event, proof_ = events[words[0]]
        with self.runtime.database.transaction() as conn:
            row = conn.execute("SELECT id FROM articles WHERE number = %s", [number]).fetchone()
            assert row
            if isinstance(event, CodeWanted):
                desk.on_holder(self.runtime, conn, row[0], event, proof_)
            elif isinstance(event, DestinationMoved):
                desk.on_recipient(self.runtime, conn, row[0], event, proof_)
            else:
                place = ConversationPlace(number, "article")
                take_turn(self.runtime, conn, place, event, proof=proof_)
        wake(self.runtime.redis)

    def _keeps_accounts(self, phone: str) -> None:
        with self.runtime.database.transaction() as conn:
            row = conn.execute(
                "INSERT INTO offices (name, pin, branch_type, district, phone)"
                " VALUES ('Nautanwa', '273305', 'head', 'Gorakhpur', %s) RETURNING id,"
                " (SELECT id FROM offices WHERE pin = '273303')",
                [phone],
            ).fetchone()
            assert row is not None
            offices.set_account_office(conn, row[1], row[0])

    def _ask(self, phone: str) -> None:
        """Close the newest ticket of this telephone, or one made for it, and ask about it."""
        with self.runtime.database.transaction() as conn:
            conn.execute(
                "INSERT INTO tickets (kind, phone, at) VALUES ('person', %s, %s)"
                " ON CONFLICT DO NOTHING",
                [phone, self.clock.now()],
            )
            newest = "SELECT max(id) FROM tickets WHERE phone = %s AND closed_at IS NULL"
            ((ticket,),) = conn.execute(newest, [phone]).fetchall()
            staff = "SELECT id, office_id FROM staff WHERE staff_id = '2001'"
            row, office = conn.execute(staff).fetchone() or (0, 0)
            by = Doer(Staff(row, "2001"), office, "postmaster", "fresh", self.clock.now())
            closed, _ = tickets.close(conn, ticket, "explained", TicketForm(""), by)
            questions.plan(conn, closed, "explained", self.clock.now())
        ask_due(self.runtime)

    def _close_tickets(self, number: str, staff_id: str) -> None:
        """Close the open tickets of an article, as far as this member of staff may."""
        with self.runtime.database.transaction() as conn:
            found = conn.execute(
                "SELECT t.id FROM tickets t JOIN articles a ON a.id = t.article_id"
                " WHERE a.number = %s AND t.closed_at IS NULL ORDER BY t.id",
                [number],
            ).fetchall()
            by = self._staff(conn, staff_id)
            for (ticket,) in found:
                with suppress(tickets.TicketOfOffice):
                    tickets.close(conn, ticket, "explained", TicketForm(""), by)

    def _staff(self, conn: Conn, staff_id: str) -> Doer:
        """Return this member of staff, who signed with a second factor just now."""
        staff = "SELECT id, office_id, role FROM staff WHERE staff_id = %s"
        row, office, role = conn.execute(staff, [staff_id]).fetchone() or (0, 0, "clerk")
        return Doer(Staff(row, staff_id), office, role, "fresh", self.clock.now())

    def _word(self, phone: str, event: Event) -> None:
        """As a dial does that shows a household's word, or takes it."""
        with self.runtime.database.transaction() as conn:
            take_turn(
                self.runtime, conn, ConversationPlace(phone, "recipient"), event, proof="text"
            )
            shown = households.shown(conn, self.runtime.keys, phone, self.clock.now())
        if shown.word is not None:
            self.words.setdefault(phone, []).append("".join(shown.word))
        wake(self.runtime.redis)

    def _answer_exception(self, number: str, answer: str, staff_id: str) -> None:
        """The office's answer on its page; open: one more question."""
        with suppress(Refusal), self.runtime.database.transaction() as conn:
            by = self._staff(conn, staff_id)
            if answer == "open":
                exceptions.open_one(self.runtime, conn, number, by)
            else:
                asked = exceptions.Question(number, last_question(conn, number))
                exceptions.answer(self.runtime, conn, asked, answer == "yes", by)
        wake(self.runtime.redis)

    def _paper(self, line: str, number: str) -> None:
        """A line of the slip of an outage that began at midnight, for which 2001 vouches."""
        match = PAPER.match(line)
        assert match, f"a transcript cannot say: {line}"
        now = self.clock.now()
        shown = self._fill(match["shown"])
        said_at = (now - timedelta(minutes=int(match["minutes"]))).replace(second=0)
        with suppress(Refusal), self.runtime.database.transaction() as conn:
            staff = "SELECT id, office_id FROM staff WHERE staff_id = %s"
            opener, office = conn.execute(staff, ["2001"]).fetchone() or (0, 0)
            typist, _ = conn.execute(staff, ["1001"]).fetchone() or (0, 0)
            by = Doer(Staff(opener, "2001"), office, "postmaster", "fresh", now)
            began = bounds(day_of(now))[0]
            outage = paper_days.vouch(conn, office, began, now, "no network", by)
            row = conn.execute(
                "SELECT i.list_id, i.serial FROM delivery_items i JOIN articles a"
                " ON a.id = i.article_id WHERE a.number = %s ORDER BY i.id DESC LIMIT 1",
                [number],
            ).fetchone()
            assert row is not None
            typed = NewLine(uuid4(), outage.id, row[0], row[1], number, said_at, None)
            if not match["alone"]:
                by = Doer(Staff(typist, "1001"), office, "clerk", "fresh", now)
            code = shown if shown.isdigit() else ""
            paper.type_line(self.runtime, conn, typed, code, by)
        wake(self.runtime.redis)

    def _collect(self, number: str, words: list[str]) -> None:
        said, _, without = " ".join(words).partition(" without ")
        words, missing = said.split(), [int(each) for each in without.split()]
        if words[0] == "alone" or len(words) == 3:
            with suppress(Refusal), self.runtime.database.transaction() as conn:
                if words[0] == "alone":
                    shown = DocumentShown(number, "1001", None, "aadhaar", None)
                    counter.shown_document(self.runtime, conn, shown, words[2])
                else:
                    told = ToldCodeAtWindow(number, "1001", None, "aadhaar")
                    counter.told_code(self.runtime, conn, told, words[0], words[2])
            wake(self.runtime.redis)
            return
        body: dict[str, Any] = {"staff": "1001", "missing": missing}
        if len(words) == 1:
            body["code"] = words[0]
        else:
            body |= {"document": {"type": words[0], "last4": words[1]}, "second": "2001"}
        answer = self.api(f"/articles/{number}/collect", body)
        if "waiting_at" in answer:
            by_two(self.client.application, self.runtime, answer["request"])

    def _book(self, line: str) -> None:
        match = BOOKED.match(line)
        assert match, f"a transcript cannot say: {line}"
        recipient = {"name": "Sita Devi", "address": "Village Piprauli", "pin": "273303"}
        self.api(
            "/articles",
            {
                "number": match["number"],
                "service": match["service"] or "speed_post",
                "otp_required": not match["plain"],
                "passport": bool(match["passport"]),
                "authorised_person": "Ramesh" if match["authorised"] else None,
                "recipient": {
                    **recipient,
                    "phone": None if match["to"] == "-" else match["to"],
                    "language": match["language"],
                },
                "sender": {
                    "phone": match["sender"] or "+919811100001",
                    "name": "Mohan",
                    "language": match["senders_language"],
                },
                "cod_amount": int(match["cod"] or 0),
                "pieces": int(match["pieces"] or 1),
                "due_by": match["due"],
            },
        )

    def _has(self, line: str, number: str, what: str, names: list[str]) -> None:
        """Fail where the article has not what the line says; "no": has a ticket, or that event."""
        if what == "lateness":
            answer = self.client.get(f"/api/v1/articles/{number}", headers=self.headers())
            found = {answer.get_json()["lateness"]}
        elif what == "holder":
            found = {self.holder(number) or "nobody"}
        elif "event" in (what, *names[:1]):
            found = self._kinds("events e JOIN articles a ON a.id = e.article_id", number)
            found &= {*names}
        else:
            found = self._kinds(
                "tickets e JOIN articles a ON a.id = e.article_id AND e.closed_at IS NULL", number
            )
        wanted = set() if what == "no" else set(names)
        assert wanted <= found if wanted else not found, f"{line}: it has {sorted(found)}"

    def _kinds(self, of: str, number: str) -> set[str]:
        with self.runtime.database.transaction() as conn:
            rows = conn.execute(
                f"SELECT DISTINCT e.kind FROM {of} WHERE a.number = %s".encode(),  # noqa: S608
                [number],
            ).fetchall()
        return {kind for (kind,) in rows}

    def holder(self, number: str) -> str | None:
        """Return the telephone that gets the next code of the article; None: none does."""
        with self.runtime.database.transaction() as conn:
            (id_,) = articles_numbered(conn, [number])
            return hold(conn, [id_], self.clock.now())[number].holder_phone

    def api(self, path: str, body: dict[str, Any] | None) -> Any:
        """Call the API, which must take it; return its answer, as JSON."""
        answer = self.client.post(f"/api/v1{path}", json=body, headers=self.headers())
        assert answer.status_code in (200, 201, 202), answer.data
        return answer.json

    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def timers(self) -> None:
        read_held(self.runtime)
        while fire_timers(self.runtime):
            pass
        begin_day(self.runtime)
        warn_herds(self.runtime)
        end_day(self.runtime)
        tell_staff(self.runtime)
        sweep(self.runtime)
        send_again(self.runtime)
        unheard.look(self.runtime)
