"""USSD: one menu for everybody. A known postman is asked for his PIN, everyone else gets the
recipient's menu.

The machines that answer texts decide; their answer is shown under the name of its SMS template. A
code is never on a screen: that answer says that an SMS, or a call, brings it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from flows.decision import Say
from flows.ussd import household, office, recipient
from flows.ussd import postman as ussd_postman
from flows.ussd.engine import BACK, Graph, MenuFacts, Screen, Shown, Step, Typed, Where, go
from messages.screens import screens

MOST_HOPS = 99  # inputs in one session: a loop of the carrier must end

POSTMANS = frozenset(screen.name for screen in ussd_postman.SCREENS)


def _show_resume(where: Where, facts: MenuFacts) -> Shown:
    return Shown(where, "resume")


def _take_resume(where: Where, typed: Typed, facts: MenuFacts) -> Step:
    if typed.text == "1" and where.held is not None:
        return Step(where.held)
    if typed.text == BACK:
        return Step(begin(replace(facts, broke_off=None)))
    return Step(where)


def _show_over(where: Where, facts: MenuFacts) -> Shown:
    return Shown(where, where.told or "over")


def _take_over(where: Where, typed: Typed, facts: MenuFacts) -> Step:
    return Step(go(where, "over"))


_RESUMABLE = tuple(
    screen.name
    for screen in (*recipient.SCREENS, *household.SCREENS, *ussd_postman.SCREENS)
    if screen.resumable
)

GRAPH = Graph.of(
    (
        Screen(
            "resume", "offers to continue where the last session was interrupted",
            _show_resume, _take_resume, ("resume",),
            to=(*_RESUMABLE, "menu", "pin", "nominee", "witness", "office"), resumable=False,
        ),
        Screen(
            "over", "the last words of a session",
            _show_over, _take_over,
            (
                *("over", "retry", "by_sms", "by_call", "noted", "pin_locked"),
                *recipient.ANSWERS, *household.ANSWERS, *office.ANSWERS,
            ),
            ends=True, resumable=False,
        ),
    ),
    recipient.SCREENS,
    household.SCREENS,
    ussd_postman.SCREENS,
    office.SCREENS,
)  # fmt: skip


def begin(facts: MenuFacts) -> Where:
    """Return the place where a new session begins."""
    if facts.broke_off is not None:
        return Where("resume", held=facts.broke_off)
    if facts.postman:
        return Where("pin")
    return office.begin(facts) or recipient.question(facts) or Where("menu")


def may_resume(where: Where, postman: bool) -> bool:
    """Tell whether a session interrupted at `where` can be continued."""
    screen = GRAPH.screens.get(where.screen)
    if screen is None or not screen.resumable:
        return False
    return (postman and where.proved) if where.screen in POSTMANS else True


def shows_itself(where: Where, says: Sequence[Say]) -> bool:
    """Tell whether what was asked for is on the screen itself, and in no answer: a word."""
    return where.screen == "word" and not says


def answered(where: Where, says: Sequence[Say]) -> tuple[Shown, bool]:
    """Return how the machine's answer is shown at `where`, and whether it is sent by SMS too.

    An answer without a screen is sent by SMS, and the screen says so.
    """
    if not says:
        return _told(where, "noted", {}), False
    say = says[0]
    if say.channel == "voice" and say.code_of is not None:
        return _told(where, "by_call", {"digits": say.values["digits"]}), True
    if say.template not in GRAPH.screen(where.screen).texts:
        return _told(where, "by_sms", {}), True
    known = screens().variables[say.template]
    values = {name: value for name, value in say.values.items() if name in known}
    # A code is never on a screen, and proof must remain when the screen is gone.
    by_sms_too = say.code_of is not None or say.template in (*ussd_postman.PROOF, *household.PROOF)
    return _told(where, say.template, values), by_sms_too


def _told(where: Where, name: str, values: dict[str, int | str]) -> Shown:
    where = replace(where, told=name)
    return Shown(where, name, values, ends=GRAPH.screen(where.screen).ends)
