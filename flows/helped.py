"""The conversation about a closed ticket: did that help? 1 yes, 2 no.

It is a conversation of its own beside those about post, so that no answer can be one to them: the
door (conversation/answers.py) brings a bare 1 or 2 here only while the last text with digits that
the telephone was sent is ours, and here nothing can be done to an article.
docs/developing/trust.md, "Did that help?", says who could fake an answer, and whom that harms.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from flows.acts.helped import NoteAnswer, NoteWords, OpenAgain
from flows.decision import Act, Decision, HelpAsked, Say
from flows.events import Deny, Event, NotUnderstood, Said, WhetherHelped, Wished, WroteAlso, Yes
from flows.facts import ArticleFact, HelpedFacts
from flows.machine import SAME, Case, Machine, State
from flows.recipient.answers import asks_witness
from flows.recipient.moves import is_asked
from messages.catalogue import VARIABLE, catalogue

DAY = 24 * 3600
TEXTS = ("helped_ask", "helped_thanks", "helped_at_office", "helped_reopened", "helped_noted")
"""The texts of this conversation: while one of them is the last with digits, these answer it."""
_OFFERED = re.compile(r"(?<![0-9])[12](?![0-9])")

HELPED = Machine(
    name="helped",
    meaning="a person whose ticket the help desk closed",
    states=(
        State("quiet", "is not asked anything"),
        State("asked", "asked whether that helped", 3 * DAY, "quiet"),
        State("thanked", "said that it helped", DAY, "quiet"),
        State("reopened", "said that it did not: own words go to the ticket", 3 * DAY, "quiet"),
    ),
    context=HelpAsked(),
    facts=HelpedFacts,
)

_THANKS = ("helped_thanks", "helped_at_office")
_QUESTIONS = ("attempted", "asked", "asked_back", "code")
_AT_STAKE = ("out_for_delivery", "attempted")


def is_busy(articles: Iterable[ArticleFact], recipient: str) -> bool:
    """Tell whether a telephone waits for something of its post: then the desk's question waits.

    `articles`: of the telephone; `recipient`: the state of its conversation about them.
    """
    return recipient in _QUESTIONS or any(
        each.part == "asked" or each.state in _AT_STAKE or asks_witness(each) or is_asked(each)
        for each in articles
    )


def collects(articles: Iterable[ArticleFact]) -> str:
    """Return the digits of the article whose code a telephone may ask for at the office; "": none.

    `articles`: of the telephone, oldest first; of several it is the newest.
    """
    waiting = [
        each.digits
        for each in articles
        if each.state == "at_office" and each.coded and each.linked and each.part != "asked"
    ]
    return waiting[-1] if waiting else ""


@cache
def displaces(template: str) -> bool:
    """Tell whether a text that came after the desk's has a bare 1 or 2 for itself.

    Codes do, since who waits for one at the door must get it; else those that name the digit: an
    answer that offers none ("it is on its way") leaves the desk's question open.
    """
    known = catalogue()
    if known.template(template).lane == "code":
        return True
    return _OFFERED.search(VARIABLE.sub("", known.text(template, "en"))) is not None


def is_last(templates: Iterable[str]) -> bool:
    """Tell whether the desk's text is the last that has digits; `templates`: sent, newest first."""
    for template in templates:
        if template in TEXTS:
            return True
        if displaces(template):
            return False
    return False


def hears(state: str, answer: Event, read: Event) -> bool:
    """Tell whether a text is about the ticket, while the last text with digits is ours.

    `answer`: how it is read here (`grammar.person.answer`); `read`: how elsewhere. Words are heard
    beside what they say elsewhere; what is exact there, or protects, stays there alone.
    """
    if isinstance(answer, NotUnderstood):
        return state == "reopened" and isinstance(read, NotUnderstood | Said | Wished)
    return state in ("asked", "thanked", "reopened")


def _stay(case: Case[Event, HelpAsked, HelpedFacts], *says: Say) -> Decision[HelpAsked]:
    return Decision(case.state, case.context, says)


def _say(case: Case[Event, HelpAsked, HelpedFacts], template: str) -> Say:
    return Say(template, {"ticket": case.facts.open or case.context.ticket})


def _thanks(case: Case[Yes, HelpAsked, HelpedFacts]) -> Say:
    """Thank; where post waits at the office, say with which digits its code comes.

    A 1 that was meant for the code sends none: nobody would know which of the two was meant, and a
    code that nobody asked for is what callers wait for.
    """
    if case.facts.collect:
        return Say("helped_at_office", {"digits": case.facts.collect})
    return Say("helped_thanks")


@HELPED.on(WhetherHelped, to=("asked", SAME), says=("helped_ask",))
def ask(case: Case[WhetherHelped, HelpAsked, HelpedFacts]) -> Decision[HelpAsked]:
    """Ask, unless the post asks for something, or the ticket is open again: then it waits."""
    if case.facts.busy or case.facts.open:
        return _stay(case)
    number = case.event.ticket
    return Decision("asked", HelpAsked(number), (Say("helped_ask", {"ticket": number}),))


@HELPED.on(Yes, states=("asked",), to=("thanked",), says=_THANKS, acts=(NoteAnswer,))
def it_helped(case: Case[Yes, HelpAsked, HelpedFacts]) -> Decision[HelpAsked]:
    acts = (NoteAnswer(case.context.ticket, helped=True),)
    return Decision("thanked", case.context, (_thanks(case),), acts)


@HELPED.on(Yes, states=("thanked",), says=_THANKS)
def thanked_already(case: Case[Yes, HelpAsked, HelpedFacts]) -> Decision[HelpAsked]:
    """Thank again: after our question a 1 sends no code and confirms nothing else."""
    return _stay(case, _thanks(case))


@HELPED.on(
    Deny,
    states=("asked", "thanked"),
    to=("reopened",),
    says=("helped_reopened",),
    acts=(NoteAnswer, OpenAgain),
)
def it_did_not(case: Case[Deny, HelpAsked, HelpedFacts]) -> Decision[HelpAsked]:
    """Open the ticket again, unless it is, or another of its kind is open: that one counts."""
    number = case.context.ticket
    acts: tuple[Act, ...] = (NoteAnswer(number, helped=False),)
    if not case.facts.open:
        acts = (*acts, OpenAgain(number))
    return Decision("reopened", case.context, (_say(case, "helped_reopened"),), acts)


@HELPED.on(Yes, states=("reopened",), says=("helped_reopened", "helped_at_office"))
def yes_after_all(case: Case[Yes, HelpAsked, HelpedFacts]) -> Decision[HelpAsked]:
    """Say that it is open again, or, to whom post waits at the office, how the code comes."""
    return _stay(case, _thanks(case) if case.facts.collect else _say(case, "helped_reopened"))


@HELPED.on(Deny, states=("reopened",), says=("helped_reopened",))
def reopened_already(case: Case[Deny, HelpAsked, HelpedFacts]) -> Decision[HelpAsked]:
    """Say again what was done: a second 2 opens nothing and contests nothing."""
    return _stay(case, _say(case, "helped_reopened"))


@HELPED.on(NotUnderstood, states=("reopened",), says=("helped_noted",), acts=(NoteWords,))
def wrote(case: Case[NotUnderstood, HelpAsked, HelpedFacts]) -> Decision[HelpAsked]:
    acts = (NoteWords(case.facts.open or case.context.ticket),)
    return Decision(case.state, case.context, (_say(case, "helped_noted"),), acts)


@HELPED.on(WroteAlso, states=("reopened",), acts=(NoteWords,))
def wrote_also(case: Case[WroteAlso, HelpAsked, HelpedFacts]) -> Decision[HelpAsked]:
    """Note what was answered by the conversation about post: the help desk reads it as well."""
    acts = (NoteWords(case.facts.open or case.context.ticket),)
    return Decision(case.state, case.context, (), acts)


@HELPED.on(Yes, Deny, NotUnderstood, WroteAlso, states=("quiet",))
@HELPED.on(NotUnderstood, WroteAlso, states=("asked", "thanked"))
def not_here(case: Case[Event, HelpAsked, HelpedFacts]) -> Decision[HelpAsked]:
    """Do nothing: the door leaves these texts to the conversations about post."""
    return _stay(case)
