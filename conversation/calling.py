"""The door of calls that we made: a key comes in, one transaction decides, the next words go out.

The machine that answers texts decides what is asked for by a key, with the proof `keys`
(docs/developing/trust.md rule 21). What was said is kept as the screens of a dial are, a code as
its mask; a carrier that asks twice hears the same once more, and nothing is done again.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
from dataclasses import dataclass, replace
from datetime import datetime

import psycopg

from conversation import menus
from conversation.quoted import keys_kept
from conversation.turn import Turn
from flows.calling import menu
from flows.decision import Say
from flows.events import ChooseLanguage
from flows.ussd import engine
from flows.ussd.engine import MenuFacts, Shown, Typed, Where
from gateways.base import CallStep, Pressed, TakenUp
from messages import speech
from messages.screens import LINES
from messages.speech import Listening, Speech
from outbox import calls
from outbox.wake import wake
from postal import households
from postal.acts.books import BooksDisagree
from postal.people import roles, tongues
from runtime import Runtime
from settings import Language
from store import ussd_sessions
from store.conversations import ConversationPlace
from store.database import NOT_IN_TIME, Conn
from store.together import OutcomeUnknown
from store.ussd_sessions import Hop, Key

MENU_TEMPLATE = "recipient_menu"  # a call back, which was made to offer the menu
_LONGEST = 12  # keys at once
_KEYS = frozenset("0123456789*#")
_PURPOSE = b"dakiya/keys/1/"
_SECONDS = 6

log = logging.getLogger(__name__)


def answer(runtime: Runtime, came: TakenUp | Pressed) -> CallStep:
    """Return what to say next; to an unknown call, that the code is not valid any more.

    Where the database fails nothing is kept, and the call says so and ends.
    """
    now = runtime.now()
    try:
        step, to_send = runtime.database.run_together(
            lambda conn: _CallHop(runtime, conn, came, now).take()
        )
    except (OutcomeUnknown, psycopg.Error, BooksDisagree, *NOT_IN_TIME) as error:
        log.error("an answer in a call was lost: %s", type(error).__name__)
        language = runtime.settings.default_language
        body = speech.render_screen("retry", language, {})
        return CallStep(speech.spoken(body, language, None), came.message_id, 0)
    if to_send:
        wake(runtime.redis)
    return step


def is_over(runtime: Runtime, came: Pressed) -> bool:
    """Tell whether the call of `came` has said its last words."""
    key = Key(came.gateway, came.carrier_id, came.phone, ussd_sessions.CALL)
    return runtime.database.run(lambda conn: ussd_sessions.is_over(conn, key))


@dataclass(frozen=True)
class _Place:
    """Where a call is: in the menus, and which code its words hold.

    `heard`: the carrier has asked for the newest words, so keys answer them.
    """

    where: Where
    code: int | None = None
    heard: bool = True

    def to_json(self) -> dict[str, object]:
        return {"where": engine.to_json(self.where), "code": self.code, "heard": self.heard}

    @classmethod
    def from_json(cls, stored: dict[str, object]) -> _Place:
        where, code = stored["where"], stored["code"]
        assert isinstance(where, dict)
        assert code is None or isinstance(code, int)
        return cls(engine.from_json(where), code, bool(stored["heard"]))


@dataclass(frozen=True)
class _Words:
    """What is said next, as it is stored, and where the call is then."""

    place: _Place
    screen: str
    body: str
    ends: bool = False


class _CallHop:
    """One request of a call, within one transaction."""

    def __init__(
        self, runtime: Runtime, conn: Conn, came: TakenUp | Pressed, now: datetime
    ) -> None:
        self.runtime = runtime
        self.conn = conn
        self.came = came
        self.now = now
        self.language: Language = runtime.settings.default_language
        self.to_send = False

    def take(self) -> tuple[CallStep, bool]:
        """Return what is said, and whether the outbox has something to send."""
        message = calls.find(self.conn, self.came, self.now)
        if message is None:
            return self._late(self.language), False
        key = Key(self.came.gateway, self.came.carrier_id, self.came.phone, ussd_sessions.CALL)
        self.session = ussd_sessions.lock(self.conn, key, self.now)
        self.message = message
        known = roles.manners(self.conn, [self.came.phone]).get(self.came.phone)
        self.language = known.language if known else self.language
        if not self.session.hops:
            return self._keep(self._begin(), ""), False
        place = _Place.from_json(self.session.place)
        if not self._answers_newest(place):
            return self._again(place), False
        assert isinstance(self.came, Pressed)
        keys = "".join(each for each in self.came.keys if each in _KEYS)[:_LONGEST]
        return self._keep(self._step(place, keys.strip("#*") or keys), keys), self.to_send

    def _answers_newest(self, place: _Place) -> bool:
        """Tell whether keys came for what was said last; else it is a repeat, or out of order."""
        if isinstance(self.came, TakenUp) or self.session.ended:
            return False
        return place.heard if self.came.hop is None else self.came.hop == self.session.hops

    # ---- the steps -----------------------------------------------------------------------------

    def _begin(self) -> _Words:
        message = self.message
        if message.template == MENU_TEMPLATE:
            calls.say(self.conn, message, self.came.carrier_id)
            found = self._show(menu.begin(self._facts(Where("menu"))))
            return replace(found, body=f"{self._screen('welcome')}\n{found.body}")
        if not message.alive:
            return self._last(calls.too_late(message.language))
        if message.code_id is not None:
            return self._show(menu.before_code(message.article, message.unasked))
        if message.unasked:
            return self._show(menu.before_alarm(message.article))
        return self._say_message()

    def _say_message(self) -> _Words:
        """Say what the call was made for. A code that was not asked for is said by one call."""
        message = self.message
        if not message.alive:
            return self._last(calls.too_late(message.language))
        if not calls.say(self.conn, message, self.came.carrier_id):
            return self._last(self._screen("already"))
        return self._said(message.body, message.code_id, message.article)

    def _said(self, body: str, code: int | None, article: str | None) -> _Words:
        again = calls.holds_code(body) or self.message.unasked
        tail = self._screen("again" if again else "more")
        where = Where("said", article=article)
        return _Words(_Place(where, code), "said", f"{body}\n{tail}")

    def _step(self, place: _Place, keys: str) -> _Words:
        where = place.where
        if self.session.hops >= menu.MOST_HOPS:
            return self._show(Where("over"))
        if not keys:
            quiet = menu.silent(where)
            if quiet.screen == "over":
                return self._show(quiet)
            return self._once_more(replace(place, where=quiet))
        step = menu.GRAPH.step(where, Typed(keys), self._facts(where))
        if step.ask is not None:
            return self._ask(step.where, step.ask)
        if step.where == where:  # the code again, or a key that means nothing
            return self._once_more(place)
        if step.where.screen == "said":
            return self._say_message()
        if step.where.told == "tongue_set":
            tongues.set_bhojpuri(self.conn, self.came.phone, self.language)
        return self._show(step.where)

    def _ask(self, where: Where, ask: engine.Ask) -> _Words:
        """Put the event to its machine, as a text would; its answer is said, not sent."""
        place = ConversationPlace(self.came.phone, ask.machine)
        turn = Turn(self.runtime, self.conn, self.now, None, proof="keys")
        turn.begin(place, ask.event)
        turn.take(place, ask.event)
        mine = [unsent for unsent in turn.drafts if (unsent.sprint, unsent.place) == (0, place)]
        if isinstance(ask.event, ChooseLanguage):
            tongues.set_as_texts(self.conn, self.came.phone)
        if mine and mine[0].say.channel == "voice":
            # It was asked for in this call: it is said here, and nobody is called once more.
            turn.drafts.remove(mine[0])
            code = mine[0].code.answer() if mine[0].code else None
            self._finish(turn)
            return self._aloud(mine[0].say, code.id if code else None)
        shown, by_text = menu.answered(where, [unsent.say for unsent in mine])
        if mine and not by_text:
            turn.drafts.remove(mine[0])
        self._finish(turn)
        if isinstance(ask.event, ChooseLanguage) and ask.event.language is not None:
            self.language = ask.event.language
        return self._words(shown)

    def _finish(self, turn: Turn) -> None:
        self.to_send = bool(turn.drafts)
        turn.finish(message_id=None)

    def _aloud(self, say: Say, code: int | None) -> _Words:
        return self._said(speech.render(say.template, self.language, say.values), code, say.article)

    def _show(self, where: Where) -> _Words:
        return self._words(menu.GRAPH.show(where, self._facts(where)))

    def _words(self, shown: Shown) -> _Words:
        values = {name: value for name, value in shown.values.items() if name != LINES}
        lines = str(shown.values.get(LINES, "")).split("\n")
        body = speech.render_screen(shown.name, self.language, values, lines)
        if shown.where.screen == "answer":
            body += "\n" + self._screen("more")
        return _Words(_Place(shown.where), shown.name, body, shown.ends)

    def _once_more(self, place: _Place) -> _Words:
        last = ussd_sessions.last_shown(self.conn, self.session)
        assert last is not None
        return _Words(place, last.screen, last.body)

    def _last(self, body: str) -> _Words:
        return _Words(_Place(Where("over")), "over", body, ends=True)

    # ---- what is kept and said -----------------------------------------------------------------

    def _keep(self, words: _Words, keys: str) -> CallStep:
        """Write what is said as the call's next step, and return it."""
        asked_by_hop = isinstance(self.came, Pressed) and self.came.hop is None
        place = replace(words.place, heard=not asked_by_hop)
        digest = self._digest(f"{self.session.hops}/{keys}")
        kept = keys_kept(self.conn, self.came.phone, keys, keys, self.now)
        hop = Hop(digest, len(keys), kept, words.screen, words.body, words.ends)
        ussd_sessions.record(self.conn, self.session, place.to_json(), hop, self.now)
        return self._speech(words, self.session.hops + 1)

    def _again(self, place: _Place) -> CallStep:
        """Return what was said last: the carrier asks again, or asks for it only now."""
        last = ussd_sessions.last_shown(self.conn, self.session)
        assert last is not None
        if isinstance(self.came, TakenUp) and not place.heard:
            heard = replace(place, heard=True)
            ussd_sessions.keep_place(self.conn, self.session, heard.to_json())
        return self._speech(_Words(place, last.screen, last.body, last.ends), self.session.hops)

    def _speech(self, words: _Words, hop: int) -> CallStep:
        body, code = words.body, None
        if calls.holds_code(body):
            if words.place.code is not None:
                code = calls.code_for(self.runtime, self.conn, words.place.code, self.now)
            if code is None:
                return self._late(self.language)
        listening = None
        if not words.ends:
            most = menu.KEYS.get(words.place.where.screen, 1)
            listening = Listening(most, _SECONDS)
        said = speech.spoken(body, self.language, code)
        tongue = tongues.call_tongue(self.conn, self.came.phone, self.language)
        said = replace(said, tongue=tongue, listening=listening)
        return self._step_of(said, hop)

    def _late(self, language: str) -> CallStep:
        return self._step_of(speech.last_words(language), 0)

    def _step_of(self, said: Speech, hop: int) -> CallStep:
        said = calls.library(self.runtime).with_recordings(said)
        return CallStep(said, self.came.message_id, hop)

    def _screen(self, name: str) -> str:
        return speech.render_screen(name, self.language, {})

    def _facts(self, where: Where) -> MenuFacts:
        turn = Turn(self.runtime, self.conn, self.now, None)
        facts = MenuFacts(self.language, menus.posts(turn, self.came.phone, where.article))
        if where.screen not in menu.READ_BY:
            return facts
        phone, keys = self.came.phone, self.runtime.keys
        return replace(facts, household=households.fact(self.conn, keys, phone, self.now, None))

    def _digest(self, text: str) -> bytes:
        key = self.runtime.keys.root(self.conn, "digests", self.session.digest_key)
        named = f"{self.session.id}/{text}".encode()
        return hmac.new(key, _PURPOSE + named, hashlib.sha256).digest()
