"""All machines by name, and whose grammar reads whose text."""

from __future__ import annotations

from flows import grammar, parties, postman, postman_grammar, recipient
from flows.decision import Role
from flows.events import Event
from flows.grammar import Understood
from flows.machine import Machine

ALL: dict[str, Machine] = {
    machine.name: machine
    for machine in (
        recipient.MACHINE,
        postman.MACHINE,
        parties.SENDER,
        parties.OFFICE,
        parties.STRANGER,
    )
}


def understand(role: str, text: str, code_length: int) -> Understood:
    """What `text` says when a person in `role` (a machine's name) sends it."""
    if role == "postman":
        return postman_grammar.postman(text, code_length)
    if role == "recipient":
        return grammar.recipient(text)
    return grammar.party(text)


def tells(machine: str, event: type[Event]) -> tuple[Role, ...]:
    """Whom `machine` may tell of something when `event` comes, in whatever state."""
    roles = {
        role
        for transition in ALL[machine].transitions
        if transition.event is event
        for role in transition.tells
    }
    return tuple(sorted(roles))
