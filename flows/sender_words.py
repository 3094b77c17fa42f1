"""What a sender says in own words: each wish brings its question, or where the article is."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Final

from flows import status
from flows.acts.reports import OpenTicket
from flows.decision import Decision, Nothing, Say
from flows.events import Said, Wished
from flows.facts import PartyFacts
from flows.machine import SAME, Case
from flows.sender import SENDER
from flows.wishes import WishKind

_QUESTIONS: Final[Mapping[WishKind, str]] = MappingProxyType(
    {
        "recall": "ask_recall",
        "correct_number": "ask_correct",
        "new_number": "ask_correct",
        "human": "ask_person",
        "abuse": "ask_person",
        "stop": "ask_stop",
        "start": "ask_start",
        "language_hi": "language_menu",
        "language_roman": "language_menu",
        "language_en": "language_menu",
    }
)
_NOT_ANSWERED: Final = (
    "yes", "no", "thanks", "acknowledged", "received", "chatter", "notice", "autoresponder",
    "quote",
)  # fmt: skip
_MOST_ANSWERS: Final = 2
SENT_LATELY: Final = timedelta(days=7)
"""How long after its delivery an article may be meant by who names none."""


@SENDER.on(Said)
def said(case: Case[Said, Nothing, PartyFacts]) -> Decision[Nothing]:
    """Nothing is ever asked of a sender that a yes or no could answer."""
    return Decision(case.state, case.context)


@SENDER.on(
    Wished,
    to=("told", SAME),
    says=(*dict.fromkeys(_QUESTIONS.values()), *status.TEMPLATES, "greeted", "sender_menu"),
    acts=(OpenTicket,),
)
def wished(case: Case[Wished, Nothing, PartyFacts]) -> Decision[Nothing]:
    """Answer at most two wishes; say what can be asked once a day where none is clear.

    A greeting alone is greeted once a day, as a recipient's is.
    """
    kinds = [wish.what for wish in case.event.wishes if wish.what not in _NOT_ANSWERED]
    if not kinds:
        return Decision(case.state, case.context)
    says: dict[str, Say] = {}
    for kind in kinds:
        if kind in _QUESTIONS:
            says.setdefault(_QUESTIONS[kind], Say(_QUESTIONS[kind]))
        elif kind in ("where", "not_received") and case.facts.article is not None:
            answer = status.say(case.facts.article)
            says.setdefault(answer.template, answer)
    if says:
        return Decision(case.state, case.context, tuple(says.values())[:_MOST_ANSWERS])
    if kinds == ["greeting"]:
        greeting = () if case.facts.greeted else (Say("greeted"),)
        return Decision(case.state, case.context, greeting)
    if "where" in kinds:
        return Decision(case.state, case.context, (Say("sender_menu"),))
    if case.state == "told":
        return Decision(case.state, case.context)
    acts = (OpenTicket("unparsed"),)
    return Decision("told", case.context, (Say("sender_menu"),), acts)
