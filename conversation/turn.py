"""One turn: an event and everything that follows from it, in one transaction.

It locks what the event can concern (`conversation/locking.py`), reads what a decision may know
(`conversation/facts.py`), decides, does, and passes news on to other conversations; at its end it
writes the sprints and what is to be sent.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import logs
from conversation.facts import read
from conversation.locking import Scene
from flows import machines
from flows.decision import Say, Tell
from flows.events import Event
from flows.happenings import Happening
from flows.machine import Standing, deadline, decide, entered
from messages.catalogue import catalogue
from outbox.enqueue import OutboxDraft, enqueue_many
from postal.people import roles
from settings import Language
from store import conversations
from store.conversations import ConversationPlace, Sprint

# Whoever said STOP still gets codes, and answers to what he asks: law and contract require them.
_IN_SPITE_OF_STOP = ("code", "reply")


@dataclass(frozen=True)
class _Code:
    """The present code of an article, by its row: the digits are filled in when it is sent."""

    id: int
    expires_at: datetime


@dataclass(frozen=True)
class _Unsent:
    """What the sprint at that index of the turn says to the person at `place`."""

    sprint: int
    place: ConversationPlace
    say: Say
    code: _Code | None


@dataclass
class Turn(Scene):
    """One event and everything that follows from it, in one transaction."""

    sprints: list[Sprint] = field(default_factory=list)
    drafts: list[_Unsent] = field(default_factory=list)
    request_id: str = field(default_factory=logs.request_id)

    def take(self, place: ConversationPlace, event: Event) -> None:
        """Decides `event` at `place`, does its acts, and passes its news on."""
        conversation = self.standing[place]
        machine = machines.ALL[place.machine]
        known = read(self, conversation, event)
        decision = decide(machine, conversation.standing, event, known)
        since = entered(machine, conversation.standing, decision, self.now)
        due_at = deadline(machine, decision, since)
        sprint = len(self.sprints)
        self.sprints.append(Sprint(conversation, event, known, decision, since, due_at))
        self.standing[place] = replace(
            conversation, standing=Standing(decision.state, decision.context, since)
        )
        self.books.do(decision.acts, place.whose)
        for act in decision.acts:
            self.meet(act)
        for say in decision.says:
            code = self._code(say.code_of) if say.code_of else None
            self.drafts.append(_Unsent(sprint, place, say, code))
        for tell in decision.tells:
            self.tell(tell)

    def tell(self, tell: Tell) -> None:
        """Passes a happening to the person of its article; nobody there: nobody is told."""
        place = self.beside.get(tell.to)
        if place is None and isinstance(tell.event, Happening):
            place = self.place_of(tell.to, self.held[tell.event.article])
        if place is not None:
            self.take(place, tell.event)

    def finish(self, message_id: int | None) -> None:
        """Writes the sprints and puts the messages into the outbox."""
        ids = conversations.record(self.conn, self.sprints, message_id, self.now)
        if not self.drafts:
            return
        manners = roles.manners(self.conn, {unsent.place.whose for unsent in self.drafts})
        unknown = roles.Manners(self.runtime.settings.default_language, opted_out=False)
        drafts = []
        for unsent in self.drafts:
            manner = manners.get(unsent.place.whose, unknown)
            draft = self._draft(unsent, ids[unsent.sprint], manner.language)
            if not manner.opted_out or draft.lane in _IN_SPITE_OF_STOP:
                drafts.append(draft)
        enqueue_many(self.conn, drafts)

    def _code(self, number: str) -> _Code:
        """The present code of an article, counted as sent once more."""
        row = self.conn.execute(
            "UPDATE codes SET sends = sends + 1"
            " WHERE article_id = %s AND used_at IS NULL AND dead_at IS NULL"
            " RETURNING id, expires_at",
            [self.held[number].id],
        ).fetchone()
        assert row is not None
        return _Code(*row)

    def _draft(self, unsent: _Unsent, sprint_id: int, language: Language) -> OutboxDraft:
        say, code = unsent.say, unsent.code
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
        )
