"""The door of USSD: one answer comes in, one transaction decides and applies, a screen goes out.

The machine that answers texts decides what is asked for on a screen. PINs and codes live as long
as their request: nothing of them is stored, and of all typed text only a keyed digest.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import re
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import psycopg

from conversation import menus
from conversation.facts import is_full
from conversation.quoted import keys_kept
from conversation.turn import Turn
from flows import trust
from flows.events import ChooseLanguage
from flows.grammar.person import QUOTE
from flows.grammar.postman import LAST4, WORD
from flows.grammar.postman_numbers import EXCEPTION, SIGNATURE
from flows.grammar.postman_passing import COLLEAGUE
from flows.grammar.text import fold, mask_spelled_codes
from flows.postman.beats import spoken
from flows.ussd import engine, household, menu
from flows.ussd.engine import AtDoor, MenuFacts, MenuOffer, Shown, Typed, Where, Worth
from gateways.base import Dialled, HungUp
from india import spoken_words
from messages.screens import WORD_MASK, render, without_words
from outbox.wake import wake
from postal import exceptions, households, offers, todays_list
from postal.acts.books import BooksDisagree
from postal.people import pins, roles
from runtime import Runtime
from settings import Language
from store import ussd_sessions
from store.conversations import ConversationPlace
from store.database import Conn
from store.together import OutcomeUnknown
from store.ussd_sessions import Hop, Key

RESUME_WITHIN = timedelta(minutes=3)  # then a broken session and its PIN are forgotten
_LONGEST_TYPED = 40
_PURPOSE = b"dakiya/ussd/1/"
_HIDDEN = "••••"
_WORD_DIGITS = 4  # of a household's word: no code is so short
_WHY = re.compile(r"([1-5][1-7])([0-9a-z]{4})", re.ASCII)  # reason, kind of document, its end
_RIGHT_NUMBER = re.compile(r"([6-9][0-9]{9}[1-7])([0-9a-z]{4})", re.ASCII)

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class UssdScreen:
    """The answer to the carrier. `end`: it ends the session."""

    text: str = field(repr=False)
    end: bool


# ---- the doors -----------------------------------------------------------------------------------


def answer(runtime: Runtime, dialled: Dialled) -> UssdScreen:
    """Return the screen for one request; a repeat gets the same one and does nothing again.

    Where the database fails nothing is kept, and the screen says so: no carrier repeats a dial.
    Where nobody knows whether it was kept, the screen says to look: a new dial shows what is so.
    """
    now = runtime.now()
    try:
        shown, to_send = runtime.database.run_together(
            lambda conn: _Hop(runtime, conn, dialled, now).take()
        )
    except OutcomeUnknown:
        log.error("nobody knows what became of a dialled answer")
        return _last_words(runtime, "unsure")
    except (psycopg.Error, BooksDisagree) as error:
        log.error("a dialled answer was lost: %s", type(error).__name__)
        return _last_words(runtime, "retry")
    if to_send:
        wake(runtime.redis)
    return shown


def hang_up(runtime: Runtime, hung_up: HungUp) -> None:
    """End a session that the carrier reports as over; one that broke off can be resumed."""
    if not hung_up.finished:
        return
    key = Key(hung_up.gateway, hung_up.session, hung_up.phone, hung_up.service)
    runtime.database.run(lambda conn: ussd_sessions.end(conn, key, runtime.now()))


def sorry(runtime: Runtime) -> UssdScreen:
    """Return the screen for a request that cannot be read."""
    return _last_words(runtime, "retry")


def _last_words(runtime: Runtime, name: str) -> UssdScreen:
    return UssdScreen(render(name, runtime.settings.default_language, {}), end=True)


# ---- one request ---------------------------------------------------------------------------------


class _Hop:
    """One request of a session, within one transaction."""

    def __init__(self, runtime: Runtime, conn: Conn, dialled: Dialled, now: datetime) -> None:
        self.runtime = runtime
        self.conn = conn
        self.dialled = dialled
        self.now = now
        self.key = Key(dialled.gateway, dialled.session, dialled.phone, dialled.service)
        self.codes: dict[str, str] = {}
        self.facts_read: dict[tuple[bool, str | None, bool], MenuFacts] = {}
        self.to_send = False

    def take(self) -> tuple[UssdScreen, bool]:
        """Return the screen, and whether the outbox has something to send."""
        sender = roles.ask_identify(self.conn, self.dialled.phone)
        manners = roles.ask_manners(self.conn, [self.dialled.phone])
        self.session = ussd_sessions.lock(self.conn, self.key, self.now)
        digest = self._digest(self.dialled.text)
        self.sender = sender.answer()
        known = manners.answer().get(self.dialled.phone)
        self.language = known.language if known else self.runtime.settings.default_language
        if self.session.hops and len(self.dialled.text) <= self.session.seen:
            earlier = ussd_sessions.shown(self.conn, self.session, digest)
            if earlier is not None:
                return UssdScreen(self._with_word(earlier.body), earlier.ends), False
        if self.session.ended or self.session.hops >= menu.MOST_HOPS:
            return UssdScreen(render("over", self.language, {}), end=True), False
        new = self._new()
        if new is None:  # no continuation of the last answer: the screen stays
            where = engine.from_json(self.session.place)
            shown = menu.GRAPH.show(where, self._facts(where))
            return UssdScreen(render(shown.name, self.language, shown.values), shown.ends), False
        if self.session.hops:
            shown, typed = self._step(engine.from_json(self.session.place), new)
        else:
            shown, typed = self._begin()
        body = render(shown.name, self.language, shown.values)
        kept = render(shown.name, self.language, without_words(shown.values))
        hop = Hop(digest, len(self.dialled.text), typed, shown.name, kept, shown.ends)
        ussd_sessions.record(self.conn, self.session, engine.to_json(shown.where), hop, self.now)
        return UssdScreen(body, shown.ends), self.to_send

    def _begin(self) -> tuple[Shown, str]:
        """Return the first screen, or a later one where answers were dialled with it: `*247*1#`.

        They end with the first act: a list of commands is not carried out blindly.
        """
        earlier = ussd_sessions.take_over(
            self.conn, self.session, self.key, RESUME_WITHIN, self.now
        )
        broke_off = engine.from_json(earlier) if earlier else None
        postman = self.sender.postman_id is not None
        if broke_off is not None and not menu.may_resume(broke_off, postman):
            broke_off = None
        where = menu.begin(replace(self._facts(Where("menu")), broke_off=broke_off))
        shown = menu.GRAPH.show(where, self._facts(where))
        masked: list[str] = []
        for piece in self.dialled.text.split("*") if self.dialled.text else ():
            shown, typed = self._step(shown.where, piece)
            masked.append(typed)
            if shown.ends or shown.where.told is not None:
                break
        return shown, "*".join(masked)[:_LONGEST_TYPED]

    def _new(self) -> str | None:
        """Return the text typed since the last answer; None where it does not continue it."""
        text, seen = self.dialled.text, self.session.seen
        before = self.session.digest
        if before is None:
            return text
        if not hmac.compare_digest(self._digest(text[:seen]), before):
            return None
        if not seen:
            return text
        return text[seen + 1 :] if text[seen : seen + 1] == "*" else None

    def _step(self, where: Where, raw: str) -> tuple[Shown, str]:
        if where.proved and self.sender.postman_id is None:  # a postman no more
            return menu.GRAPH.show(Where("over"), MenuFacts(self.language)), ""
        typed, masked = self._understand(where, raw)
        facts = self._facts(where)
        step = menu.GRAPH.step(where, typed, facts)
        if step.ask is None:
            return menu.GRAPH.show(step.where, self._facts(step.where)), masked
        return self._ask(step.where, step.ask), masked

    def _understand(self, where: Where, raw: str) -> tuple[Typed, str]:
        """Return the typed text as the screens understand it, and as it may be stored."""
        text = "".join(fold(raw[:_LONGEST_TYPED]).split())
        hides = menu.GRAPH.screen(where.screen).hides
        if hides is None or text in (engine.BACK, engine.MORE):
            kept = mask_spelled_codes(raw)[:_LONGEST_TYPED]
            return Typed(text), keys_kept(self.conn, self.dialled.phone, kept, text, self.now)
        if hides == "colleague":
            named = "".join(c for c in text if c.isalnum())
            self.codes = {COLLEAGUE: named}
            return Typed(worth="named" if named else None), _HIDDEN
        if hides == "code" and where.serial is not None:
            code = "".join(c for c in text if c.isalnum())
            length = self.runtime.settings.code_length
            return Typed(worth=self._code(str(where.serial), code, length)), _HIDDEN
        if hides == "document":
            return self._document(_WHY, text), _HIDDEN
        if hides == "number":
            return self._document(_RIGHT_NUMBER, text), _HIDDEN
        if hides == "quote":
            return self._quote(text), _HIDDEN
        return self._check_pin(text), _HIDDEN

    def _document(self, form: re.Pattern[str], typed: str) -> Typed:
        """Keep the end of a document's number apart from what is typed before it."""
        found = form.fullmatch("".join(c for c in typed if c.isalnum()))
        if found is None:
            return Typed(worth="malformed")
        self.codes = {LAST4: found[2].upper()}
        return Typed(found[1], "document")

    def _quote(self, typed: str) -> Typed:
        """Keep two digits that are quoted apart; a `2` is a no, a bare `1` is told how."""
        if not re.fullmatch(r"[0-9]{2}", typed, re.ASCII):
            return Typed(typed if typed in ("1", "2") else "")
        self.codes = {QUOTE: typed}
        return Typed(worth="quote")

    def _code(self, item: str, typed: str, length: int) -> Worth:
        """Keep the code that was typed for `item`, and the end of a document's number after it."""
        code, ending = typed[:length], typed[length:]
        whole = typed.isascii() and code.isdigit() and len(code) == length
        self.codes = {}
        if typed == str(SIGNATURE):
            return "signature"
        if len(typed) == _WORD_DIGITS and typed.isascii() and typed.isdigit():
            self.codes[WORD] = typed
            return "word"
        if typed == str(EXCEPTION):
            return "exception"
        if not whole or len(ending) not in (0, 4):
            return "malformed"
        self.codes[item] = code
        if not ending:
            return "code"
        self.codes[LAST4] = ending.upper()
        return "code_document"

    def _check_pin(self, typed: str) -> Typed:
        if self.sender.postman_id is None:
            return Typed(worth="locked")
        phone = self.dialled.phone
        checked = pins.check(self.conn, self.sender.postman_id, typed, phone, self.now)
        return Typed(worth=checked.verdict, left=checked.left)

    def _ask(self, where: Where, ask: engine.Ask) -> Shown:
        """Put the event to its machine, as a text would; its answer is shown, not sent."""
        place = ConversationPlace(self.dialled.phone, ask.machine)
        turn = Turn(
            self.runtime,
            self.conn,
            self.now,
            self.sender.postman_id,
            self.codes,
            proof="pin" if where.proved else "text",
            dialled=True,
        )
        turn.begin(place, ask.event)
        turn.take(place, ask.event)
        # The first thing said to this telephone is the answer; what else is said goes by SMS.
        mine = [unsent for unsent in turn.drafts if (unsent.sprint, unsent.place) == (0, place)]
        shown, by_sms = menu.answered(where, [unsent.say for unsent in mine])
        if mine and not by_sms:
            turn.drafts.remove(mine[0])
        self.to_send = bool(turn.drafts)
        turn.finish(message_id=None)
        self.facts_read.clear()
        if menu.shows_itself(where, [unsent.say for unsent in mine]):
            return menu.GRAPH.show(where, self._facts(where))
        if isinstance(ask.event, ChooseLanguage):
            self.language = self._language()
        return shown

    def _facts(self, where: Where) -> MenuFacts:
        """Return the facts of the screen at `where`; read once, and again after an act."""
        of = (where.proved, where.article, where.screen in household.READ_BY)
        if of not in self.facts_read:
            self.facts_read[of] = self._read_facts(where)
        return self.facts_read[of]

    def _read_facts(self, where: Where) -> MenuFacts:
        turn = Turn(self.runtime, self.conn, self.now, self.sender.postman_id)
        postman_id = self.sender.postman_id
        if where.proved and postman_id is not None:
            items = todays_list.items(self.conn, postman_id, turn.today, self.now)
            found = offers.to_postman(self.conn, postman_id, turn.today, None)
            offer = MenuOffer(found.id, spoken(found.giver), tuple(found.items)) if found else None
            return MenuFacts(self.language, postman=True, items=items, offer=offer)
        mine = menus.posts(turn, self.dialled.phone, where.article)
        facts = MenuFacts(
            self.language,
            mine,
            postman_id is not None,
            asked=self._asked(turn) if "office" in self.sender.roles else (),
        )
        if where.screen not in household.READ_BY:
            return facts
        of_house = self._of_house()
        return replace(facts, household=of_house.household, word=of_house.word)

    def _of_house(self) -> households.ShownHousehold:
        return households.shown(self.conn, self.runtime.keys, self.dialled.phone, self.now)

    def _asked(self, turn: Turn) -> tuple[AtDoor, ...]:
        """Return what postmen ask the office with this telephone."""
        found = exceptions.asked_by_dial(self.conn, self.dialled.phone)
        postmen = {each.postman_id for each in found}
        rates = {each: exceptions.rate(self.conn, each, self.now) for each in postmen}
        return tuple(
            AtDoor(
                each.number,
                spoken(each.postman),
                each.reason,
                each.renumber,
                each.kind,
                each.document,
                rates[each.postman_id].exceptions,
                rates[each.postman_id].handovers,
                trust.least_for_exception(turn.reader.of_itself(each.number)) != "quoted"
                or is_full(turn, each.office_id),
            )
            for each in found
        )

    def _with_word(self, body: str) -> str:
        """Return a screen as it was shown, with the words that are kept nowhere, if it had any."""
        if WORD_MASK not in body:
            return body
        for number in self._of_house().word or ():
            word = spoken_words.shown(number, self.language)
            body = body.replace(WORD_MASK, word, 1)
        return body

    def _language(self) -> Language:
        phone = self.dialled.phone
        chosen = roles.languages(self.conn, [phone])
        return chosen.get(phone, self.runtime.settings.default_language)

    def _digest(self, text: str) -> bytes:
        key = self.runtime.keys.root(self.conn, "digests", self.session.digest_key)
        named = f"{self.session.id}/".encode()
        data = _PURPOSE + named + text.encode("utf-8", "surrogatepass")
        return hmac.new(key, data, hashlib.sha256).digest()
