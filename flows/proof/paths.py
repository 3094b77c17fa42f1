"""Every path of a pure function, found by running it: facts are chosen when they are read.

`Picks` is a depth-first walk over choices. A record whose fields are `lazy` asks for a value when a
field is first read, so an unread fact multiplies nothing, and yet every combination that could make
a difference is tried: the walk is exhaustive over its domains. A property is a choice of its own:
who asks only whether an article is locked multiplies by two, not by every number of wrong codes.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any, Generic, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")


class TooManyPaths(Exception):
    """An error of a walk with more paths than it may try."""


# What was put into a mapping, and what was there before: None stands for nothing.
Put = tuple[dict[str, Any], str, object]


class Picks:
    """One path through all choices at a time. `again` goes on to the next, until there is none.

    A run must ask for the same choices in the same order as long as it gets the same answers.
    """

    def __init__(self, most: int | None = None) -> None:
        self._way: list[tuple[int, int]] = []  # what was picked, of how many
        self._at = 0
        self._left = most  # paths that may still be tried
        self.put: list[Put] = []  # all that was noted of what was picked, to be taken back

    def pick(self, options: Sequence[T]) -> T:
        """Return one of `options`, each of them on some path."""
        if len(options) == 1:
            return options[0]
        if self._at == len(self._way):
            self._way.append((0, len(options)))
        picked, _ = self._way[self._at]
        self._at += 1
        return options[picked]

    def again(self) -> bool:
        """Turn to the next path; return False after the last. Raise `TooManyPaths`."""
        self.put.clear()  # a run makes its records anew
        return self._turn(0)

    def each_way_on(self, run: Callable[[], object]) -> None:
        """Go every way on from here with `run`, and come back as if none had been gone.

        What was done up to here is not repeated for each of them, and what is picked on one of them
        multiplies nothing that follows. Raise `TooManyPaths`.
        """
        here, known = self._at, len(self.put)
        ahead = self._way[here:]  # what is picked after this, on the path that is tried
        del self._way[here:]
        while True:
            run()
            for where, name, before in reversed(self.put[known:]):
                if before is None:
                    del where[name]
                else:
                    where[name] = before
            del self.put[known:]
            if not self._turn(here):
                self._way += ahead
                return

    def _turn(self, here: int) -> bool:
        """Turn to the next path from `here` on."""
        del self._way[self._at :]
        self._at = here
        while len(self._way) > here:
            picked, options = self._way.pop()
            if picked + 1 < options:
                if self._left is not None:
                    self._left -= 1
                    if not self._left:
                        raise TooManyPaths
                self._way.append((picked + 1, options))
                return True
        return False


def paths(run: Callable[[Picks], T], most: int) -> Iterator[T]:
    """Yield what `run` returns on each path. Raise `TooManyPaths` after `most` of them."""
    picks = Picks(most)
    while True:
        yield run(picks)
        if not picks.again():
            return


R = TypeVar("R", contravariant=True)
Domain = Callable[[Picks, R], object]  # what a field can be, given its record


class _OneOf:
    """The domain of `one_of`; a field takes its options without a call."""

    __slots__ = ("options",)

    def __init__(self, options: tuple[object, ...]) -> None:
        self.options = options

    def __call__(self, picks: Picks, record: object) -> object:
        return picks.pick(self.options)


class _Among(Generic[R]):
    """The domain of `among`."""

    __slots__ = ("of",)

    def __init__(self, of: Callable[[R], tuple[object, ...]]) -> None:
        self.of = of

    def __call__(self, picks: Picks, record: R) -> object:
        return picks.pick(self.of(record))


def one_of(*options: object) -> Domain[object]:
    """Return the domain of a field that may be any of `options`, whatever the record."""
    return _OneOf(options)


def among(options: Callable[[R], tuple[object, ...]]) -> Domain[R]:
    """Return the domain of a field that may be any of what `options` returns for its record."""
    return _Among(options)


def lazy(kind: type[T], picks: Picks, domains: Mapping[str, Domain[T]], **known: object) -> T:
    """Return a record of `kind` that picks each of its fields when it is first read.

    The `known` fields are given. A field without a domain takes one that its type implies.
    """
    record = object.__new__(_lazy_kind(kind))  # type: ignore[arg-type]  # classes are hashable
    assert isinstance(record, kind)
    vars(record).update(known, _picks=picks, _domains=domains, _left={})
    return record


class _Field:
    """A field that is picked when it is read first. From then on the record has it as its own."""

    def __init__(self, name: str, implied: Domain[object]) -> None:
        self.name = name
        self._implied = implied

    def __get__(self, record: object, kind: type[object] | None = None) -> object:
        own, name = record.__dict__, self.name
        picks: Picks = own["_picks"]
        left = own["_left"]
        if left and name in left:
            picked = picks.pick(left[name])
        else:
            domain = own["_domains"].get(name, self._implied)
            if type(domain) is not _OneOf:
                picked = domain(picks, record)
            elif len(domain.options) == 1:  # which stays so on every path
                picked = own[name] = domain.options[0]
                return picked
            else:
                picked = picks.pick(domain.options)
        own[name] = picked
        picks.put.append((own, name, None))
        return picked

    def options(self, record: object) -> tuple[object, ...] | None:
        """Return what it can still be; None: that is not known before it is picked."""
        own = vars(record)
        domain = own["_domains"].get(self.name, self._implied)
        if self.name in own["_left"]:
            left: tuple[object, ...] = own["_left"][self.name]
            return left
        if isinstance(domain, _OneOf):
            return domain.options
        return domain.of(record) if isinstance(domain, _Among) else None


class _With:
    """A record in which one field, not yet picked, is supposed to have a value."""

    __slots__ = ("_name", "_record", "_value")

    def __init__(self, record: object, name: str, value: object) -> None:
        self._record, self._name, self._value = record, name, value

    def __getattr__(self, name: str) -> object:
        return self._value if name == self._name else getattr(self._record, name)


class _Property:
    """A property that is picked by its value: the field that it reads last keeps what fits."""

    def __init__(self, name: str, getter: Callable[[object], object], last: _Field) -> None:
        self._name, self._getter, self._last = name, getter, last

    def __get__(self, record: object, kind: type[object] | None = None) -> object:
        own = record.__dict__
        field = self._last.name
        options = None if field in own else self._last.options(record)
        if options is None:
            return self._getter(record)
        fit: dict[object, list[object]] = {}
        for option in options:
            fit.setdefault(self._getter(_With(record, field, option)), []).append(option)
        picks: Picks = own["_picks"]
        value = picks.pick(tuple(fit))
        picks.put.append((own["_left"], field, own["_left"].get(field)))
        own["_left"][field] = tuple(fit[value])
        own[self._name] = value
        picks.put.append((own, self._name, None))
        return value


@cache
def _lazy_kind(kind: type[object]) -> type[object]:
    assert is_dataclass(kind)
    implied = {name: implied_by(hint) for name, hint in get_type_hints(kind).items()}

    def plain(cls: type[object], **values: object) -> object:
        return kind(**values)  # what `dataclasses.replace` makes of a lazy record

    picked = {field.name: _Field(field.name, implied[field.name]) for field in fields(kind)}
    judged = {
        name: _Property(name, getter, picked[read[-1]])
        for name, getter in _properties(kind)
        if (read := [each for each in getter.__code__.co_names if each in picked])
    }
    return type(f"Lazy{kind.__name__}", (kind,), {"__new__": plain, **picked, **judged})


def _properties(kind: type[object]) -> Iterator[tuple[str, types.FunctionType]]:
    for name in dir(kind):
        value = getattr(kind, name)
        if isinstance(value, property) and isinstance(value.fget, types.FunctionType):
            yield name, value.fget


NOW = datetime.fromisoformat("2026-08-14T10:00:00+05:30")  # a Friday, in a month of 31 days
TODAY = NOW.date()

_EDGES: Mapping[object, tuple[object, ...]] = {
    bool: (False, True),
    int: (0, 1, 2),
    str: ("", "x"),
    datetime: (NOW - timedelta(days=1), NOW, NOW + timedelta(days=1)),
    date: (TODAY - timedelta(days=1), TODAY, TODAY + timedelta(days=1)),
}


def implied_by(hint: object) -> Domain[object]:
    """Return the domain that a type implies: literals, both booleans, or values at the edges."""
    return one_of(*_values(hint))


def _values(hint: object) -> tuple[object, ...]:
    origin = get_origin(hint)
    if origin is Literal:
        return get_args(hint)
    if origin in (Union, types.UnionType):
        return tuple(value for arm in get_args(hint) for value in _values(arm))
    if origin is tuple:
        return ((),)
    return (None,) if hint is type(None) else _EDGES.get(hint, ())
