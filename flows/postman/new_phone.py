"""A telephone that the office named as a postman's new one: his PIN proves it.

Two must agree: the office, which names the telephone, and the person who knows the PIN. A PIN from
any other telephone is not checked, so nobody can guess or lock PINs from outside.
"""

from __future__ import annotations

from flows.acts.phone import TakePhone
from flows.decision import Decision, Nothing, Say, Tell
from flows.events import Event, GivePin, NotUnderstood, PhoneMoved, PhoneNamed
from flows.facts import NewPhoneFacts
from flows.machine import Case, Machine, State

MACHINE = Machine(
    name="new_phone",
    meaning="a telephone that is to be a postman's",
    states=(
        State("unnamed", "the office does not name it any more, or its day is over"),
        State("asked", "the PIN is asked for", 24 * 3600, "unnamed"),
    ),
    context=Nothing(),
    facts=NewPhoneFacts,
)


def _decide(
    state: str, say: Say, *acts: TakePhone, tells: tuple[Tell, ...] = ()
) -> Decision[Nothing]:
    return Decision(state, Nothing(), (say,), acts, tells)


@MACHINE.on(PhoneNamed, to=("asked",), says=("phone_asked",))
def named(case: Case[PhoneNamed, Nothing, NewPhoneFacts]) -> Decision[Nothing]:
    return _decide("asked", Say("phone_asked", {"staff": case.facts.staff}))


@MACHINE.on(
    GivePin,
    states=("asked",),
    to=("asked", "unnamed"),
    says=("phone_taken", "pin_wrong", "pin_locked"),
    acts=(TakePhone,),
    tells=("old_phone",),
)
def take(case: Case[GivePin, Nothing, NewPhoneFacts]) -> Decision[Nothing]:
    facts = case.facts
    if facts.pin == "wrong":
        return _decide("asked", Say("pin_wrong", {"tries": facts.left}))
    if facts.pin != "right":
        return _decide("unnamed", Say("pin_locked"))
    tells = (Tell("old_phone", PhoneMoved()),) if facts.old_phone else ()
    say = Say("phone_taken", {"staff": facts.staff})
    return _decide("unnamed", say, TakePhone(), tells=tells)


@MACHINE.on(NotUnderstood, states=("asked",), says=("phone_asked",))
def asked_again(case: Case[NotUnderstood, Nothing, NewPhoneFacts]) -> Decision[Nothing]:
    return _decide("asked", Say("phone_asked", {"staff": case.facts.staff}))


@MACHINE.on(GivePin, NotUnderstood, states=("unnamed",), says=("phone_unnamed",))
def unnamed(case: Case[Event, Nothing, NewPhoneFacts]) -> Decision[Nothing]:
    return _decide("unnamed", Say("phone_unnamed"))
