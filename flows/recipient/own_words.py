"""What a recipient says in own words: each wish brings its question, with the digits to answer it.

Words propose, digits dispose (docs/developing/trust.md rule 1). What each wish brings is in
`wish_answers.py`; here at most two of them are put together.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final, TypeVar

from flows import status
from flows.acts.codes import KillCode
from flows.acts.nominee import AcceptNomination, EndNomination
from flows.acts.remarks import ConfirmRemark, ContestRemark, SuspendRemark
from flows.acts.reports import NoteHint, OpenTicket
from flows.decision import Asked, Decision
from flows.events import Deny, Said, Wished, Yes
from flows.facts import RecipientFacts
from flows.machine import SAME, Case
from flows.recipient.answers import deny, yes
from flows.recipient.household import ASK_TAKERS
from flows.recipient.states import (
    ASKED_BACK,
    MACHINE,
    stay,
)
from flows.recipient.wish_answers import ANSWERS, WishAnswer, WishCase, asked_last
from flows.wishes import PersonWish, WishKind

K = TypeVar("K")
V = TypeVar("V")

_MOST_ANSWERS: Final = 2  # of a text with two wishes


# ---- a bare yes or no ----------------------------------------------------------------------------


@MACHINE.on(
    Said,
    to=("asked_back", "quiet", SAME),
    says=(
        "nothing_waiting", "which_article", "remark_confirmed", "remark_confirmed_last",
        "remark_contested", "nominee_not_now", "nominee_thanks", "nominee_declined", "ask_accept",
        "ask_code", "ask_contest", "ask_no", "ask_not_mine", "ask_not_received", "ask_refusal",
        "move_asked", "call_no", *ASK_TAKERS,
    ),
    acts=(
        ConfirmRemark, ContestRemark, OpenTicket, AcceptNomination, EndNomination, KillCode,
    ),
    tells=("recipient", "office", "article"),
)  # fmt: skip
def said(case: Case[Said, Asked, RecipientFacts]) -> Decision[Asked]:
    """Answer what was asked last; ask back where that was no question of yes or no."""
    number = asked_last(case)
    if number is not None:
        if case.event.answer == "yes":
            return yes(Case(case.state, case.context, Yes(number), case.facts))
        return deny(Case(case.state, case.context, Deny(number), case.facts))
    kind: WishKind = case.event.answer
    return _together(case, (ANSWERS[kind](case, PersonWish(kind)),))


# Of two that contradict each other only the first is answered: its question has both answers.
_CONTRARY: Final[Mapping[WishKind, WishKind]] = MappingProxyType(
    {"yes": "no", "accept": "decline", "start": "stop"}
)


def _apart(wishes: Iterable[PersonWish]) -> tuple[PersonWish, ...]:
    """Return the wishes to answer: without what nothing explains, and what is taken back."""
    kinds = [wish.what for wish in wishes]
    clear = [wish for wish in wishes if wish.what != "unclear"]
    kept = [wish for wish in clear if _CONTRARY.get(wish.what) not in kinds]
    return tuple(kept or wishes)


_TEMPLATES: Final = (
    *ASKED_BACK, *status.TEMPLATES, "where_today", "ask_code", "ask_speak", "code_kept",
    "ask_fraud", "number_asked",
    "ask_not_home", "ask_day", "ask_other_day", "ask_hold", "nominee_how", "nominee_not_allowed",
    "nominee_not_now", "nominee_none", "ask_take_back", "ask_accept", "ask_refuse",
    "ask_refusal", "glad_received", "ask_no_money", "hint_kept", "ask_not_received",
    "ask_contest", "ask_not_mine",
    "ask_new_number", "say_dead", "say_moved_away", "say_how", "ask_person", "ask_stop",
    "ask_start", "language_menu", "ask_no", "greeted", "recipient_menu", "no_code_needed",
    "code_not_yet", "at_office", "at_office_last", "day_not_now", "day_recalled",
    "hold_not_yet", "move_asked", *ASK_TAKERS,
)  # fmt: skip


@MACHINE.on(
    Wished,
    to=("asked_back", SAME),
    says=_TEMPLATES,
    acts=(SuspendRemark, NoteHint, OpenTicket),
)
def wished(case: Case[Wished, Asked, RecipientFacts]) -> Decision[Asked]:
    """Answer at most two wishes, each text once."""
    wishes = _apart(case.event.wishes)
    return _together(case, [ANSWERS[wish.what](case, wish) for wish in wishes])


def _together(case: WishCase, answers: Iterable[WishAnswer]) -> Decision[Asked]:
    answers = tuple(answers)
    by_template = _once((say.template, say) for each in answers for say in each.says)
    says = tuple(by_template.values())[:_MOST_ANSWERS]
    acts = tuple(dict.fromkeys(act for each in answers for act in each.acts))
    if not says:
        return replace(stay(case), acts=acts)
    about = next((each.about for each in answers if each.says and each.about), None)
    context = case.context if about is None else Asked(about)
    # What was asked before in a yes or no is not what was asked last any more.
    state = "asked_back" if case.state in ("attempted", "asked") else case.state
    return Decision(state, context, says, acts)


def _once(pairs: Iterable[tuple[K, V]]) -> dict[K, V]:
    """Return the first value of each key, in order."""
    found: dict[K, V] = {}
    for key, value in pairs:
        found.setdefault(key, value)
    return found
