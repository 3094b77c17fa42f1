"""The reasons of a decision: the rule that fired, and the facts that it read.

The decision is made again over facts that record which of their fields are read. A field that was
not read did not count.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, is_dataclass
from functools import cache, partial
from typing import TypeVar

from flows.events import Event
from flows.facts import Facts
from flows.machine import Machine, Standing, decide, settle

T = TypeVar("T")


@dataclass(frozen=True)
class FactRead:
    """One fact that was read. `of`: the article or item that it is a fact of, else empty."""

    of: str
    name: str
    value: object


_Reads = dict[tuple[str, str], object]  # by its record and its name


@dataclass(frozen=True)
class Explanation:
    """The reasons of a decision. `rule`: the handler's place in the source,
    `flows.recipient.answers.yes`; None: there is none today.

    `lapsed_to`: the state that time alone had led to before the event came.
    """

    rule: str | None
    lapsed_to: str | None
    reads: tuple[FactRead, ...]


def explain(machine: Machine, standing: Standing, event: Event, facts: Facts) -> Explanation:
    """Return the reasons of today's code for `event`. Raise nothing that `decide` raises."""
    state = settle(machine, standing, facts.now).state
    lapsed_to = state if state != standing.state else None
    transition = machine.transition(state, type(event))
    if transition is None:
        return Explanation(None, lapsed_to, ())
    rule = _place(transition.handler)
    reads: _Reads = {}
    try:
        decide(machine, standing, event, _noting(facts, "", reads))
    except Exception:
        # What it read before it failed is worth showing; replay reports the failure.
        return Explanation(rule, lapsed_to, _listed(reads))
    return Explanation(rule, lapsed_to, _listed(reads))


def _place(handler: Callable[..., object]) -> str:
    while isinstance(handler, partial):
        handler = handler.func
    return f"{handler.__module__}.{handler.__name__}"


def _listed(reads: _Reads) -> tuple[FactRead, ...]:
    return tuple(FactRead(of, name, value) for (of, name), value in reads.items())


def _noting(record: T, of: str, reads: _Reads) -> T:
    """Return `record` with fields that record their reading, as in the records within it."""
    named = getattr(record, "number", None) or getattr(record, "ref", None)
    noting = object.__new__(_noting_kind(type(record)))  # type: ignore[arg-type]  # hashable
    assert isinstance(noting, type(record))
    vars(noting).update(_record=record, _of=str(named) if named else of, _reads=reads)
    return noting


@cache
def _noting_kind(kind: type[object]) -> type[object]:
    assert is_dataclass(kind)

    def reader(name: str) -> property:
        def read(self: object) -> object:
            noted = vars(self)
            value, of, reads = getattr(noted["_record"], name), noted["_of"], noted["_reads"]
            if is_dataclass(value):
                return _noting(value, of, reads)
            if isinstance(value, tuple) and any(is_dataclass(each) for each in value):
                return tuple(_noting(each, of, reads) for each in value)
            if name not in ("number", "ref", "now"):
                reads.setdefault((of, name), value)
            return value

        return property(read)

    def plain(cls: type[object], **values: object) -> object:
        return kind(**values)  # what `dataclasses.replace` makes of it

    readers = {field.name: reader(field.name) for field in fields(kind)}
    return type(f"Noting{kind.__name__}", (kind,), {"__new__": plain, **readers})
