"""What recipients and senders may say in any state: 8 language, 9 a person, 0 menu, STOP, START."""

from __future__ import annotations

from flows import status
from flows.decision import Asked, Decision, OpenTicket, OptIn, OptOut, Say, SetLanguage
from flows.events import AskMenu, AskPerson, AskStatus, ChooseLanguage, NotUnderstood, Start, Stop
from flows.facts import PartyFacts, RecipientFacts
from flows.machine import SAME, Machine, Turn
from flows.recipient.states import MACHINE as RECIPIENT
from flows.recipient.states import fact
from flows.sender import SENDER
from india import calendar


def _language(turn: Turn) -> Decision:
    language = turn.event.language
    if language is None:
        return Decision(turn.state, turn.context, (Say("language_menu"),))
    acts = (SetLanguage(language),)
    return Decision(turn.state, turn.context, (Say("language_set"),), acts)


def _person(turn: Turn) -> Decision:
    """A ticket, and by when somebody answers: the next working day."""
    facts: RecipientFacts | PartyFacts = turn.facts
    by = calendar.name(calendar.next_working(facts.today))
    say = Say("ticket_opened", {"ticket": facts.ticket, "day": by})
    acts = (OpenTicket("person", number=facts.ticket),)
    return Decision(turn.state, turn.context, (say,), acts)


def _stop(turn: Turn) -> Decision:
    return Decision(turn.state, turn.context, (Say("stopped"),), (OptOut(),))


def _start(turn: Turn) -> Decision:
    return Decision(turn.state, turn.context, (Say("started"),), (OptIn(),))


def _menu(template: str, machine: Machine) -> None:
    def handler(turn: Turn) -> Decision:
        return Decision(turn.state, turn.context, (Say(template),))

    machine.on(AskMenu, says=(template,))(handler)


for _machine in (RECIPIENT, SENDER):
    _machine.on(ChooseLanguage, says=("language_menu", "language_set"), acts=(SetLanguage,))(
        _language
    )
    _machine.on(AskPerson, says=("ticket_opened",), acts=(OpenTicket,))(_person)
    _machine.on(Stop, says=("stopped",), acts=(OptOut,))(_stop)
    _machine.on(Start, says=("started",), acts=(OptIn,))(_start)
_menu("recipient_menu", RECIPIENT)
_menu("sender_menu", SENDER)


@RECIPIENT.on(NotUnderstood, says=("recipient_menu",), acts=(OpenTicket,))
def not_understood(turn: Turn) -> Decision:
    """The menu; and the help desk reads what nobody here could."""
    acts = (OpenTicket("unparsed"),)
    return Decision(turn.state, turn.context, (Say("recipient_menu"),), acts)


@RECIPIENT.on(AskStatus, to=(SAME,), says=(*status.TEMPLATES, "nothing_waiting"))
def ask_status(turn: Turn) -> Decision:
    facts: RecipientFacts = turn.facts
    if all(article.number != turn.event.article for article in facts.articles):
        return Decision(turn.state, turn.context, (Say("nothing_waiting"),))
    article = fact(turn, turn.event.article)
    return Decision(turn.state, Asked(article.number), (status.say(article),))
