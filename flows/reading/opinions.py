"""What the rules find, and what the small model adds to them. Pure.

Where no rule fits, the model decides alone, or names the two wishes that are likeliest: each is
asked with its digits. Beside a rule it is a second opinion.
"""

from __future__ import annotations

from typing import Final

from flows.reading import model
from flows.reading.model import Guess
from flows.reading.normal import Normal
from flows.reading.rules import Role, rules

# Leads of the model, in hundredths, measured on texts that neither it nor the rules had seen
# (docs/developing/reading.md).
_SURE: Final = 60  # alone, where no rule fits: this one is meant
_SECOND: Final = 100  # beside a rule: both are asked
_SILENT_LEAD: Final = 100  # what would not be answered
# What protects acts: beside a rule that would only ask, or far in the lead.
_ACTS_BESIDE: Final = {"fraud": 200, "send_code": 100}
_ACTS: Final = {"fraud": 450, "send_code": 300}
_NEAR: Final = 100  # where it is not sure: how far after the first another one is asked too
_FRAUD_NEAR: Final = 100  # beside a rule, fraud is asked even in the second place
_FRAUD_LESS: Final = 150  # and beside a sure first one

# A denial, a question or a condition turns what letters suggest: then it is only asked.
_DOUBT: Final = frozenset(
    ("not", "no", "noone", "dont", "cannot", "kya", "?", "if", "would", "or", "real", "why", "3",
     "postman")
)  # fmt: skip
_A_FEW: Final = 3  # notions: "ok sir" needs no second opinion
NO_QUESTION: Final = frozenset(
    ("unclear", "thanks", "greeting", "acknowledged", "received", "notice", "chatter", "abuse")
)
_OPPOSITE: Final = {
    "true": "never_came",
    "never_came": "true",
    "accept": "decline",
    "decline": "accept",
    "received": "not_received",
    "not_received": "received",
    "yes": "no",
    "no": "yes",
    "start": "stop",
    "stop": "start",
    "nominate": "take_back_nominee",
    "take_back_nominee": "nominate",
}


def by_rules_and_model(normal: Normal, role: Role) -> dict[str, str]:
    """Return by wish why it is read: what the rules find, and what the model adds.

    A wish that may not act is named `fraud_asked` or `send_code_asked`.
    """
    found = rules().found(normal.text, role)
    notions = normal.text.split()
    clear = bool(found) and set(found) <= NO_QUESTION and len(notions) <= _A_FEW
    if clear or not any(map(str.isalpha, notions)):
        return found
    if (
        role == "sender" and found
    ):  # the model knows recipients: it helps senders where no rule does
        return found
    guesses = model.ranked(normal.text)
    doubtful = bool(_DOUBT & set(notions))
    added: dict[str, str] = {}
    for guess, lead in _beside_rules(guesses) if found else _alone(guesses):
        if guess.kind in found or _OPPOSITE.get(guess.kind) in found:
            continue  # a rule knows what a denial denies
        needed = _ACTS_BESIDE if f"{guess.kind}_asked" in found else _ACTS
        acts = lead >= needed.get(guess.kind, 0) and not doubtful
        name = guess.kind if acts or guess.kind not in _ACTS else f"{guess.kind}_asked"
        added[name] = f"model, by {lead}: {', '.join(guess.pieces)}"
    return added | _agreed(found, guesses)


def _agreed(found: dict[str, str], guesses: tuple[Guess, ...]) -> dict[str, str]:
    """Return what the rules found; what would act is only asked where the model says another thing.

    Of the texts that nobody had seen, each one that did harm was an act of the rules alone. Fraud
    may be the model's second guess: where both could be meant, it wins
    (docs/developing/trust.md rule 1).
    """
    meant = {"send_code": guesses[:1], "fraud": guesses}
    doubted = {
        kind for kind, agreeing in meant.items() if all(each.kind != kind for each in agreeing)
    }
    return {f"{kind}_asked" if kind in doubted else kind: why for kind, why in found.items()}


def _alone(guesses: tuple[Guess, ...]) -> list[tuple[Guess, int]]:
    """Return the wish that leads clearly, else the two that are likeliest and can be asked."""
    lead = _lead(guesses)
    if lead >= _SURE:
        silent = guesses[0].kind in NO_QUESTION and lead < _SILENT_LEAD
        return [*([] if silent else [(guesses[0], lead)]), *_fraud_near(guesses, _FRAUD_LESS)]
    near = [each for each in guesses if each.behind < _NEAR and each.kind not in NO_QUESTION]
    return [(each, 0) for each in near]


def _beside_rules(guesses: tuple[Guess, ...]) -> list[tuple[Guess, int]]:
    """Return the wish that leads far, or fraud where it is likely at all: it is only asked."""
    lead = _lead(guesses)
    first = [(each, lead) for each in guesses[:1] if each.kind not in NO_QUESTION]
    if lead >= _SECOND or any(each.kind == "fraud" for each, _ in first):
        return first
    return _fraud_near(guesses, _FRAUD_NEAR)


def _fraud_near(guesses: tuple[Guess, ...], near: int) -> list[tuple[Guess, int]]:
    return [(each, 0) for each in guesses[1:] if each.kind == "fraud" and each.behind < near]


def _lead(guesses: tuple[Guess, ...]) -> int:
    """Return by how much the first leads; nothing where nothing was guessed."""
    return guesses[1].behind if guesses else 0
