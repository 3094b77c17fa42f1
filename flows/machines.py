"""All machines by name, and the grammar of each role."""

from __future__ import annotations

from collections.abc import Iterable
from typing import get_args

from flows import (
    anytime,
    article,
    desk,
    exception,
    helped,
    move,
    office,
    paper_day,
    recall,
    sender,
    sender_visits,
    sender_wishes,
    sender_words,
    stranger,
    window,
)
from flows.decision import Role
from flows.events import Event
from flows.grammar import person
from flows.grammar import postman as postman_grammar
from flows.grammar.person import Understood
from flows.happenings import Happening
from flows.machine import Machine
from flows.postman import new_phone, offering, states
from flows.recipient import answers, calls, fraud, household, moves, own_words, wishes
from flows.recipient import states as recipient

ALL: dict[str, Machine] = {
    machine.name: machine
    for machine in (
        recipient.MACHINE,
        states.MACHINE,
        sender.SENDER,
        office.OFFICE,
        stranger.STRANGER,
        article.MACHINE,
        move.MACHINE,
        recall.MACHINE,
        exception.MACHINE,
        new_phone.MACHINE,
        offering.MACHINE,
        helped.HELPED,
    )
}


# Roles whose conversation is that of another machine.
_MACHINE_OF = {
    "holder": "recipient",
    "nominee": "recipient",
    "named": "recipient",
    "former": "recipient",
    "asked": "office",
    "above": "office",
    "colleague": "postman",
    "giver": "offer",
    "old_phone": "postman",
}
# Imported to complete the machines: their transitions are declared in these files.
COMPLETED_BY = (
    answers, calls, fraud, household, moves, wishes, own_words, sender_visits, sender_wishes,
    sender_words, anytime, desk, window, paper_day,
)  # fmt: skip


def understand(role: str, text: str, code_length: int) -> Understood:
    """Return what `text` says when a person in `role` (a machine's name) sends it."""
    if role == "postman":
        return postman_grammar.postman(text, code_length)
    if role == "new_phone":
        return postman_grammar.pin(text)
    if role == "recipient":
        return person.recipient(text)
    if role == "sender":
        return person.sender(text)
    if role == "helped":
        return person.answer(text)
    if role == "office":
        return person.office(text)
    return person.party(text)


def of_role(role: Role) -> Machine:
    """Return the machine of a person in `role`, or of the article itself."""
    return ALL[_MACHINE_OF.get(role, role)]


def tells(machine: str, event: type[Event]) -> tuple[Role, ...]:
    """Return whom `machine` may tell when `event` comes, in any state.

    It includes those whom the told machines may tell in their turn.
    """
    roles = {
        role
        for transition in ALL[machine].transitions
        if transition.event is event
        for role in transition.tells
    }
    return with_told(roles)


def with_told(roles: Iterable[Role]) -> tuple[Role, ...]:
    """Return `roles`, and those whom their machines may tell when they are told something."""
    found: set[Role] = set()
    new = set(roles)
    while new:
        found |= new
        new = {told for role in new for told in _ON_NEWS[role]} - found
    return tuple(sorted(found))


_ON_NEWS: dict[Role, frozenset[Role]] = {
    role: frozenset(
        told
        for transition in of_role(role).transitions
        if issubclass(transition.event, Happening)
        for told in transition.tells
    )
    for role in get_args(Role)
}
