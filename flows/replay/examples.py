"""Conversations to try a text in: one telephone, what was said last, and the facts. Pure.

They are the contexts of tests/corpus: article 6785, code alive, today. No person is in them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final, Literal, get_args

from flows.decision import Asked, Context, LastVisit, Nothing
from flows.facts import ArticleFact, ItemFact, PartyFacts, PostmanFacts, RecipientFacts
from flows.machine import Standing
from flows.replay.what_if import Sandbox, begin
from flows.replay.what_if_facts import Playable

ExampleRole = Literal["recipient", "sender", "postman"]
EXAMPLE_ROLES: Final[tuple[ExampleRole, ...]] = get_args(ExampleRole)
CONTEXTS: Final[Mapping[ExampleRole, tuple[str, ...]]] = {
    "recipient": (
        "out", "booked", "code", "delivered", "asked", "nominee_asked", "at_office", "idle",
    ),
    "sender": ("sent", "delivered", "idle"),
    "postman": ("list", "approached", "approached_cod"),
}  # fmt: skip
"""What was said last to a telephone, by its role; the first is the usual one."""

NUMBER: Final = "EU123456785IN"
_ITEMS: Final = 12
_DOOR: Final = 7  # the item that the postman is approaching
_TTL: Final = 600
_COD: Final = 850


def example(role: ExampleRole, context: str, now: datetime) -> Sandbox:
    """Return the conversation of `role` in `context`. Raises `LookupError` for an unknown one."""
    if context not in CONTEXTS[role]:
        raise LookupError(f"{role}: {', '.join(CONTEXTS[role])}")
    if role == "recipient":
        state = {"asked": "attempted", "nominee_asked": "asked", "idle": "quiet"}
        told_of = Asked(None if context == "idle" else NUMBER)
        return _begun(role, state.get(context, context), told_of, _recipient(context, now), now)
    if role == "sender":
        article = None if context == "idle" else _article(context, now)
        party = PartyFacts(now, article, now.date(), proof="text")
        return _begun(role, "listening", Nothing(), party, now)
    return _postman(context, now)


def _begun(
    role: str, state: str, context: Context, facts: Playable, now: datetime,
    items: tuple[ItemFact, ...] = (),
) -> Sandbox:  # fmt: skip
    return begin(role, Standing(state, context, now - timedelta(minutes=1)), facts, items)


def _recipient(context: str, now: datetime) -> RecipientFacts:
    articles = () if context == "idle" else (_article(context, now),)
    end = now + timedelta(hours=8)
    return RecipientFacts(
        now, articles, "approach", _TTL, end, today=now.date(), ticket=7, proof="text"
    )


def _article(context: str, now: datetime) -> ArticleFact:
    booked = ArticleFact(NUMBER, "booked", True, 0, "none", None, 0, 0, 0, False)
    out = replace(booked, state="out_for_delivery")
    changed: Mapping[str, ArticleFact] = {
        "out": out,
        "code": _with_code(out, now),
        "delivered": replace(out, state="delivered", code="used", code_issue=1, delivered_at=now),
        "asked": replace(
            booked, state="attempted", remark=7, witness="unconfirmed", attempts=1
        ),
        "nominee_asked": replace(out, part="asked", nominee="asked", nominations=1),
        "at_office": replace(
            booked, state="at_office", held_until=now.date() + timedelta(days=7)
        ),
    }  # fmt: skip
    return changed.get(context, booked)


def _with_code(article: ArticleFact, now: datetime) -> ArticleFact:
    expires = now + timedelta(seconds=_TTL)
    return replace(article, code="live", code_expires_at=expires, code_issue=1, code_sends=1)


def _postman(context: str, now: datetime) -> Sandbox:
    at_door = context != "list"
    items: list[ItemFact] = []
    for serial in range(1, _ITEMS + 1):
        number = NUMBER if serial == _DOOR else f"RR{serial:08}5IN"
        article = replace(_article("out", now), number=number)
        here = at_door and serial == _DOOR
        if here:
            amount = _COD if context == "approached_cod" else 0
            article = replace(_with_code(article, now), amount=amount)
        items.append(
            ItemFact(str(serial), serial, "open", article, approached=here, approaches=int(here))
        )
    facts = PostmanFacts(now, (), True, _ITEMS, 1, proof="text")
    visiting = LastVisit(visiting=(NUMBER,)) if at_door else LastVisit()
    state = "visiting" if at_door else "ready"
    return _begun("postman", state, visiting, facts, now, tuple(items))
