"""All machines by name, and whose grammar reads whose text."""

from __future__ import annotations

from collections.abc import Iterable
from typing import get_args

from flows import anytime, article, desk, office, sender, stranger
from flows.decision import Role
from flows.events import Event
from flows.grammar import person
from flows.grammar import postman as postman_grammar
from flows.grammar.person import Understood
from flows.happenings import Happening
from flows.machine import Machine
from flows.postman import new_phone, states
from flows.recipient import answers, fraud, wishes
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
        new_phone.MACHINE,
    )
}


# Roles whose conversation is another machine's.
_MACHINE_OF = {
    "holder": "recipient",
    "nominee": "recipient",
    "colleague": "postman",
    "old_phone": "postman",
}
# Declared in files of their own; importing them completes the machines.
RECIPIENTS_ANSWERS = (answers, fraud, wishes, anytime, desk)


def understand(role: str, text: str, code_length: int) -> Understood:
    """What `text` says when a person in `role` (a machine's name) sends it."""
    if role == "postman":
        return postman_grammar.postman(text, code_length)
    if role == "new_phone":
        return postman_grammar.pin(text)
    if role == "recipient":
        return person.recipient(text)
    if role == "sender":
        return person.sender(text)
    return person.party(text)


def of_role(role: Role) -> Machine:
    """The machine of a person in `role`, or of the article itself."""
    return ALL[_MACHINE_OF.get(role, role)]


def tells(machine: str, event: type[Event]) -> tuple[Role, ...]:
    """Whom `machine` may tell of something when `event` comes, in whatever state.

    Those whom the ones who are told may tell in their turn are among them.
    """
    roles = {
        role
        for transition in ALL[machine].transitions
        if transition.event is event
        for role in transition.tells
    }
    return with_told(roles)


def with_told(roles: Iterable[Role]) -> tuple[Role, ...]:
    """`roles`, and whomever their machines may tell when they are told of something."""
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
