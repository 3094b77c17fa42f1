"""A repeat known by its act: the same telephone says the same again, under another id.

Carriers deliver a text twice under two ids, and people press "send" again. Within 60 s the same
command does nothing if the first one did something and nothing has been said in its conversation
since (docs/developing/architecture.md rule 15, docs/developing/trust.md rule I7); it is answered,
and leaves the conversation as it was. Not a repeat are tries (at a PIN, a code, quoted digits), a
text that did nothing, what was not understood, and what only brings a code again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from flows import acts
from flows.decision import Decision, Say
from flows.events import (
    AskedBack,
    Consent,
    Event,
    GivePin,
    HoldAtOffice,
    NotUnderstood,
    Pass,
    ProveSender,
    ReportFraud,
    Said,
    StopRecall,
    TakeOver,
    ToldCode,
    TurnDown,
    Visit,
    Wished,
)
from flows.grammar.person import Understood
from flows.replay.record import decode, encode
from store import inbound as texts
from store.conversations import ConversationPlace
from store.database import Conn
from store.inbound import FormerText
from store.together import Awaited
from store.trained import Unpackable

WITHIN: Final = timedelta(seconds=60)
# Tries; texts whose words may differ while their event does not; `44`, which its own answer offers
# again ("more days: 44"); what protects; and what answers a colleague, for each offer is another
# question. Own words do nothing that a second time would do again, and machines repeat theirs
# (conversation/loops.py).
_NEVER: Final = (
    *(AskedBack, NotUnderstood, ToldCode),
    *(Consent, GivePin, ProveSender),
    *(HoldAtOffice, ReportFraud, StopRecall),
    *(TakeOver, TurnDown),
    *(Said, Wished),
)
# What brings a code again, or only counts, changes nothing that a second time would change more.
_NO_CHANGE: Final = frozenset(
    each.__name__
    for each in (
        acts.codes.IssueCode,
        acts.codes.KillCode,
        acts.door.MarkApproached,
        acts.reports.NameNumber,
        acts.reports.ReportLate,
        acts.reports.WarnHerd,
    )
)
_TRIES: Final = frozenset(
    each.__name__
    for each in (
        acts.codes.CountWrongCode,
        acts.household.CountWrongWish,
        acts.household.CountWrongWord,
        acts.moves.CountWrongQuote,
    )
)


@dataclass(frozen=True)
class Repeat:
    """A text that repeats the one before: where that was said, and what it was answered."""

    place: ConversationPlace
    understood: Understood
    answers: tuple[Say, ...]


def ask_former(
    conn: Conn, phone: str, now: datetime, kept_as: int | None
) -> Awaited[FormerText | None]:
    """Ask what a text may repeat. `kept_as`: its row; None: it is not kept yet.

    The caller has made the texts of this telephone wait for each other.
    """
    return texts.ask_former(conn, phone, now - WITHIN, kept_as)


def repeat_of(
    conn: Conn,
    former: FormerText | None,
    message_id: int,
    phone: str,
    understand: Callable[[str], Understood],
) -> Repeat | None:
    """Return what the text kept as `message_id` repeats, if it does; its row then says so.

    `understand`: what the text says to the machine of that name.
    """
    if former is None or not former.is_last:
        return None
    again = understand(former.machine)
    try:
        if isinstance(again.event, _NEVER) or encode(again.event) != former.first.event:
            return None
        decisions = former.decisions
        done = {act["kind"] for decision in decisions for act in decision["acts"]}
        if not done - _NO_CHANGE or done & _TRIES or not _is_whole(again, former):
            return None
        first = decode(decisions[0], Decision)
    except (Unpackable, ValueError, LookupError, TypeError):
        return None  # a newer release took it in: this text must not fail by it
    texts.mark(conn, message_id, texts.REPEAT)
    answers = tuple(say for say in first.says if say.code_of is None and say.quote is None)
    return Repeat(ConversationPlace(phone, former.machine), again, answers)


def _is_whole(again: Understood, former: FormerText) -> bool:
    """Tell whether the first text did all that it says, to whom it says."""
    event: Event = again.event
    if isinstance(event, Visit):
        context: dict[str, Any] = former.decisions[0]["context"]
        return len(context["done"]) == len(event.acts)
    if isinstance(event, Pass) and not event.back:
        return False  # a colleague who was asked is not asked twice: offers see to that
    return not again.codes  # quoted digits are a try
