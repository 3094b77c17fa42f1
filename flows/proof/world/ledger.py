"""The small books while a turn writes them: the acts are done as postal/acts does them.

Each act of flows/acts has one writer, in `writing_door` or `writing_wishes`. Where a statement of
postal/acts would change no row, it raises `RefusedByBooks`: there the whole turn would be undone,
and somebody's text lost.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

from flows.decision import Act, Say
from flows.facts import Proof
from flows.proof.world.books import SmallWorld
from flows.proof.world.parcel import CodeIssued, Parcel
from messages.catalogue import CHECK


class RefusedByBooks(Exception):
    """An act found the books other than its facts said."""


@dataclass
class Ledger:
    """The books while a turn writes them. `holders`: who got each code when the turn began."""

    world: SmallWorld
    proof: Proof | None
    holders: Mapping[str, str | None]

    @property
    def now(self) -> datetime:
        return self.world.now

    def put(self, parcel: Parcel) -> None:
        """Write the parcel's row."""
        parcels = {**self.world.parcels, parcel.number: parcel}
        self.world = replace(self.world, parcels=parcels)

    def update(self, parcel: Parcel, **changes: Any) -> None:
        """Write the changed parcel, as an UPDATE of `articles` that notes the time."""
        self.put(replace(parcel, updated_at=self.now, **changes))

    def do(self, act: Act, whose: str) -> None:
        """Do one act that was decided in the conversation of `whose`."""
        number = getattr(act, "article", None)
        parcel = self.world.parcels[number] if number is not None else None
        _WRITERS[type(act)](self, act, parcel, whose)

    def count_sent(self, say: Say, whose: str) -> None:
        """Note that the present code of the article is sent to `whose`."""
        assert say.code_of is not None
        parcel = self.world.parcels[say.code_of]
        last = parcel.code
        must(last is not None and last.used_at is None and last.dead_at is None, "sends no code")
        assert last is not None
        told = last.sent_to if whose in last.sent_to else (*last.sent_to, whose)
        sent = replace(parcel, whose=parcel.whose - {whose})
        self.put(sent.with_code(sends=last.sends + 1, sent_to=told))
        if CHECK in say.values and last.place is not None:
            checks = {**self.world.checks, whose: (parcel.number, last.place)}
            self.world = replace(self.world, checks=checks)
        got = (*self.world.got.get(whose, ()), (parcel.number, last.number))[-2:]
        self.world = replace(self.world, got={**self.world.got, whose: got})

    def ask_whose(self, say: Say, whose: str) -> None:
        """Note that the telephone is asked whether the article is for it."""
        assert say.article is not None
        parcel = self.world.parcels[say.article]
        self.put(replace(parcel, whose=parcel.whose | {whose}))


Written = Callable[[Ledger, Any, Any, str], None]
_WRITERS: dict[type[Act], Written] = {}
WRITERS: Final[Mapping[type[Act], Written]] = MappingProxyType(_WRITERS)


def writes(act: type[Act]) -> Callable[[Written], Written]:
    def declare(writer: Written) -> Written:
        _WRITERS[act] = writer
        return writer

    return declare


def must(holds: bool, why: str) -> None:
    if not holds:
        raise RefusedByBooks(why)


def in_state(parcel: Parcel, *states: str) -> None:
    must(parcel.state in states, f"the article is {parcel.state}")


def has_item(parcel: Parcel, state: str = "open") -> None:
    item = parcel.item
    must(item is not None and item.state == state, f"no item is {state}")


# ---- codes ---------------------------------------------------------------------------------------


def unspent(code: CodeIssued) -> bool:
    return code.used_at is None and code.dead_at is None


def kill_codes(parcel: Parcel, now: datetime, why: str = "") -> Parcel:
    """Return the parcel without a code that counts."""
    undone = why == "undone"
    dead = tuple(replace(c, dead_at=now, undone=undone) if unspent(c) else c for c in parcel.codes)
    return replace(parcel, codes=dead)


def spend(parcel: Parcel, now: datetime) -> Parcel:
    """Kill a code that was spoken."""
    spent = tuple(
        replace(c, used_at=None, dead_at=now, undone=True) if c.used_at is not None else c
        for c in parcel.codes
    )
    return replace(parcel, codes=spent)


def use(parcel: Parcel, now: datetime, said: datetime) -> Parcel:
    last = parcel.code
    alive = last is not None and unspent(last) and last.expires_at > said
    must(alive, "no code to use up")
    return parcel.with_code(used_at=now)
