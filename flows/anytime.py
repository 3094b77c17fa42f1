"""What recipients and senders can say in any state: 8 language, 9 a person, 0 menu, STOP, START."""

from __future__ import annotations

from flows import status
from flows.acts.phone import OptIn, OptOut, SetLanguage
from flows.acts.reports import OpenTicket
from flows.decision import Asked, C, Decision, Say
from flows.events import AskMenu, AskPerson, AskStatus, ChooseLanguage, NotUnderstood, Start, Stop
from flows.facts import PartyFacts, RecipientFacts
from flows.machine import SAME, Case, F, Machine
from flows.recipient.states import MACHINE as RECIPIENT
from flows.recipient.states import fact
from flows.sender import SENDER
from india import calendar, promises


def _language(case: Case[ChooseLanguage, C, F]) -> Decision[C]:
    language = case.event.language
    if language is None:
        return Decision(case.state, case.context, (Say("language_menu"),))
    acts = (SetLanguage(language),)
    return Decision(case.state, case.context, (Say("language_set"),), acts)


def _person(case: Case[AskPerson, C, RecipientFacts | PartyFacts]) -> Decision[C]:
    """Open a ticket and say by when somebody answers: the next working day."""
    facts = case.facts
    by = calendar.name(promises.next_working(facts.today))
    say = Say("ticket_opened", {"ticket": facts.ticket, "day": by})
    acts = (OpenTicket("person", number=facts.ticket),)
    return Decision(case.state, case.context, (say,), acts)


def _stop(case: Case[Stop, C, F]) -> Decision[C]:
    return Decision(case.state, case.context, (Say("stopped"),), (OptOut(),))


def _start(case: Case[Start, C, F]) -> Decision[C]:
    return Decision(case.state, case.context, (Say("started"),), (OptIn(),))


def _menu(template: str, machine: Machine[C, F]) -> None:
    def handler(case: Case[AskMenu, C, F]) -> Decision[C]:
        return Decision(case.state, case.context, (Say(template),))

    machine.on(AskMenu, says=(template,))(handler)


def _at_any_time(machine: Machine[C, RecipientFacts] | Machine[C, PartyFacts]) -> None:
    machine.on(ChooseLanguage, says=("language_menu", "language_set"), acts=(SetLanguage,))(
        _language
    )
    machine.on(AskPerson, says=("ticket_opened",), acts=(OpenTicket,))(_person)
    machine.on(Stop, says=("stopped",), acts=(OptOut,))(_stop)
    machine.on(Start, says=("started",), acts=(OptIn,))(_start)


_at_any_time(RECIPIENT)
_at_any_time(SENDER)
_menu("recipient_menu", RECIPIENT)
_menu("sender_menu", SENDER)


@RECIPIENT.on(NotUnderstood, says=("recipient_menu",), acts=(OpenTicket,))
def not_understood(case: Case[NotUnderstood, Asked, RecipientFacts]) -> Decision[Asked]:
    """Say the menu, and let the help desk read the text."""
    acts = (OpenTicket("unparsed"),)
    return Decision(case.state, case.context, (Say("recipient_menu"),), acts)


@RECIPIENT.on(AskStatus, to=(SAME,), says=(*status.TEMPLATES, "nothing_waiting"))
def ask_status(case: Case[AskStatus, Asked, RecipientFacts]) -> Decision[Asked]:
    facts = case.facts
    if all(article.number != case.event.article for article in facts.articles):
        return Decision(case.state, case.context, (Say("nothing_waiting"),))
    article = fact(case, case.event.article)
    return Decision(case.state, Asked(article.number), (status.say(article),))
