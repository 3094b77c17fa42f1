"""One turn: an event and everything that follows from it, in one transaction.

It locks what the event can concern (`conversation/locking.py`), reads what a decision may know
(`conversation/facts.py`), lets the machine decide, does the acts, and passes news on to other
conversations; at its end it writes the sprints and what is to be sent. Every door comes here, and
from here the way goes down only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from types import MappingProxyType

import logs
from conversation.facts import read
from conversation.locking import Locked
from flows import machines
from flows.acts.door import HandOver
from flows.acts.paper import HandOverOnPaper
from flows.acts.window import HandOut
from flows.decision import ArticleAct, Say, Tell
from flows.events import Event
from flows.facts import Proof
from flows.happenings import Happening
from flows.machine import Standing, deadline, decide, entered
from messages.catalogue import catalogue
from outbox import alarms
from outbox.enqueue import OutboxDraft, ask_enqueue
from postal.acts import door
from postal.acts.door import SentCode
from postal.people import roles
from runtime import Runtime
from settings import Language
from store import sprints
from store.conversations import ConversationPlace
from store.database import Conn
from store.keyring import current
from store.sprints import Sprint
from store.together import Awaited

# What STOP switches off: news. Codes, alarms and answers go on, by law, contract and
# docs/developing/trust.md rule 9; so does whatever the staff needs for its work.
_STOPPED = ("notice", "bulk")


@dataclass(frozen=True)
class _Unsent:
    """What the sprint at that index of the turn says to the person at `place`."""

    sprint: int | None  # None: of a repeat, which has none
    place: ConversationPlace
    say: Say
    code: Awaited[SentCode] | None


@dataclass
class Turn(Locked):
    """One event and everything that follows from it, in one transaction."""

    sprints: list[Sprint] = field(default_factory=list)
    drafts: list[_Unsent] = field(default_factory=list)
    # The ids of the messages in the outbox, once it is finished.
    queued: Awaited[list[int]] = field(default_factory=lambda: Awaited(list))
    _others: bool = False  # acts were done that change what is stored of telephones
    request_id: str = field(default_factory=logs.request_id)

    def take(self, place: ConversationPlace, event: Event) -> None:
        """Decide `event` at `place`, do its acts, and pass its news on."""
        conversation = self.standing[place]
        machine = machines.ALL[place.machine]
        known = replace(read(self, conversation, event), proof=self.proof)
        decision = decide(machine, conversation.standing, event, known)
        since = entered(machine, conversation.standing, decision, self.now)
        due_at = deadline(machine, decision, since)
        sprint = len(self.sprints)
        timed = machine.state(conversation.standing.state).times_out
        self.sprints.append(Sprint(conversation, event, known, decision, since, due_at, timed))
        self.standing[place] = replace(
            conversation, standing=Standing(decision.state, decision.context, since)
        )
        self.books.do(decision.acts, place.whose)
        for act in decision.acts:
            self.meet(act)
            if isinstance(act, ArticleAct):
                self.reader.change(act.article, self.books.made.pop(act.article, None))
            else:
                self._others = True
        for say in decision.says:
            code = None
            if say.code_of:
                code = door.count_sent(self.books, say.code_of)
                self.reader.forget(say.code_of)
            self.drafts.append(_Unsent(sprint, place, say, code))
        for tell in decision.tells:
            self.tell(tell)

    def repeat(self, place: ConversationPlace, event: Event, answers: tuple[Say, ...]) -> None:
        """Answer a repeat: nothing is done, and the conversation stays as it is.

        Where it would do something once more, it is answered as the first time (`answers`).
        """
        conversation = self.standing[place]
        known = replace(read(self, conversation, event), proof=self.proof)
        decision = decide(machines.ALL[place.machine], conversation.standing, event, known)
        again = bool(decision.acts or decision.tells or any(s.code_of for s in decision.says))
        self.drafts += [
            _Unsent(None, place, say, None) for say in (answers if again else decision.says)
        ]
        self._send([], self._ask_alarms(), place.whose)

    def tell(self, tell: Tell) -> None:
        """Pass a happening to the person of its article; nobody there: nobody is told."""
        place = self.beside.get(tell.to)
        if place is None and isinstance(tell.event, Happening):
            place = self.place_of(tell.to, self.held[tell.event.article])
        if place is not None:
            if place not in self.standing:
                self.join(place)
            self.take(place, tell.event)

    def finish(self, message_id: int | None) -> None:
        """Write the sprints and put the messages into the outbox. Raises `BooksDisagree`."""
        if self._others:
            self.manners = self._ask_manners(unsent.place for unsent in self.drafts)
        last = self._ask_alarms()
        ids = sprints.record(self.conn, self.sprints, message_id, self.now, self.proof)
        self.books.insist()
        # A text has its answer, whatever was said before.
        answered = self.sprints[0].conversation.place.whose if message_id is not None else None
        self._send(ids, last, answered)

    def _ask_alarms(self) -> Awaited[alarms.Last]:
        about = {
            self.held[unsent.say.article].id
            for unsent in self.drafts
            if unsent.say.article in self.held
            and catalogue().template(unsent.say.template).lane == "alarm"
        }
        return alarms.ask_last(self.conn, about, self.now)

    def _send(self, ids: list[int], last: Awaited[alarms.Last], answered: str | None) -> None:
        """Put what is said into the outbox; `ids`: of the sprints."""
        if not self.drafts:
            return
        manners = self.manners.answer()
        unknown = roles.Manners(self.runtime.settings.default_language, opted_out=False)
        drafts = []
        for unsent in self.drafts:
            manner = manners.get(unsent.place.whose, unknown)
            sprint_id = None if unsent.sprint is None else ids[unsent.sprint]
            draft = self._draft(unsent, sprint_id, manner.language)
            if not (manner.opted_out and draft.lane in _STOPPED and _is_news(draft)):
                drafts.append(draft)
        said = alarms.without_repeats(drafts, last.answer(), answered)
        self.queued = ask_enqueue(self.conn, said)
        alarms.watch(self.conn, said, self._given(), self.now)

    def _given(self) -> set[int]:
        """Return the rows of what this turn handed over without network, or to a nominee."""
        acts = [act for sprint in self.sprints for act in sprint.decision.acts]
        given = [
            (act, self.held[act.article])
            for act in acts
            if isinstance(act, HandOver | HandOverOnPaper | HandOut)
        ]
        return {
            article.id
            for act, article in given
            if (isinstance(act, HandOver) and act.proof == "offline")
            or (article.nominee_phone is not None and article.holder_phone == article.nominee_phone)
        }

    def _draft(self, unsent: _Unsent, sprint_id: int | None, language: Language) -> OutboxDraft:
        say = unsent.say
        code = unsent.code.answer() if unsent.code else None
        template = catalogue().template(say.template)
        not_after = self.now + timedelta(seconds=template.lifetime)
        return OutboxDraft(
            phone=unsent.place.whose,
            template=say.template,
            language=language,
            values=say.values,
            lane=template.lane,
            not_after=code.expires_at if code else not_after,
            at=self.now,
            sprint_id=sprint_id,
            article_id=self.held[say.article].id if say.article in self.held else None,
            code_id=code.id if code else None,
            channel=say.channel,
            request_id=self.request_id,
            quote=say.quote,
            quote_key=None if say.quote is None else current(self.conn, "codes"),
        )


def _is_news(draft: OutboxDraft) -> bool:
    return catalogue().template(draft.template).audience != "staff"


def take_turn(
    runtime: Runtime,
    conn: Conn,
    place: ConversationPlace,
    event: Event,
    postman_id: int | None = None,
    *,
    proof: Proof | None = None,
    apart: Mapping[str, str] = MappingProxyType({}),
) -> Turn:
    """Let the machine at `place` decide `event`, whole, and return the turn as it was taken.

    `proof`: of whoever brought it. `apart`: what was typed or said and is in no event.

    Within the caller's transaction: wake the outbox after the commit.
    """
    turn = Turn(runtime, conn, runtime.now(), postman_id, apart, proof=proof)
    turn.begin(place, event)
    turn.take(place, event)
    turn.finish(message_id=None)
    return turn


def postman_at(conn: Conn, place: ConversationPlace) -> int | None:
    """Return the postman whose conversation is at `place`; None for other people's."""
    if place.machine != "postman":
        return None
    return roles.identify(conn, place.whose).postman_id
