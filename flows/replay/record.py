"""Events, facts and decisions as JSON and back, for the sprint record and its replay.

A dataclass becomes an object whose `kind` is its class name; times become ISO 8601 texts. Decoding
follows the type hints, so what is read is equal to what was written.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import is_dataclass
from datetime import date, datetime
from types import NoneType, UnionType
from typing import Literal, TypeVar, Union, get_args, get_origin

from cattrs import Converter
from cattrs.gen import make_dict_structure_fn, make_dict_unstructure_fn

from flows import acts, decision, events, facts, happenings

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]

T = TypeVar("T")

_KINDS: dict[str, type[object]] = {
    name: value
    for module in (events, happenings, facts, decision, *acts.MODULES)
    for name, value in vars(module).items()
    if isinstance(value, type) and is_dataclass(value)
}
# What a type hint can name: a record, a base of records, or no record.
_RECORDS = {NoneType, *(base for kind in _KINDS.values() for base in kind.__mro__[:-1])}


def _holds_record(hint: object) -> bool:
    """Tell whether a value under this hint is a record, which names its own kind."""
    hint = hint.__bound__ if isinstance(hint, TypeVar) else hint
    arms = get_args(hint) if get_origin(hint) in (Union, UnionType) else (hint,)
    return all(arm in _RECORDS for arm in arms)


def _is_word(hint: object) -> bool:
    """Tell whether a value under this hint is one of a few words."""
    return get_origin(hint) is Literal


_converter = Converter(detailed_validation=False, unstruct_collection_overrides={tuple: list})
# Unchanged from JSON, never coerced; a word that a Literal has lost remains readable.
for _plain in (str, int, bool, int | str):
    _converter.register_structure_hook(_plain, lambda value, _: value)
_converter.register_structure_hook_func(_is_word, lambda value, _: value)
for _time in (date, datetime):
    _converter.register_unstructure_hook(_time, _time.isoformat)
    _converter.register_structure_hook(_time, lambda value, time: time.fromisoformat(value))
_converter.register_unstructure_hook_func(_holds_record, lambda value: encode(value))
_converter.register_structure_hook_func(
    _holds_record, lambda value, _: None if value is None else decode(value, object)
)
_WRITE = {kind: make_dict_unstructure_fn(kind, _converter) for kind in _KINDS.values()}
_READ = {name: make_dict_structure_fn(kind, _converter) for name, kind in _KINDS.items()}


def encode(value: object) -> Json:
    """Return the record `value` as JSON, and None as null. Raises `TypeError` for anything else."""
    if value is None:
        return None
    if type(value) not in _WRITE:
        raise TypeError(f"{type(value).__name__} is not a record of flows")
    return {"kind": type(value).__name__, **_WRITE[type(value)](value)}


def decode(value: object, kind: type[T]) -> T:
    """Return the `kind` that `encode` encoded as `value`; later fields have defaults.

    Raise `ValueError`, or `KeyError` or `TypeError` if a field is missing or of another shape.
    """
    if not isinstance(value, Mapping) or "kind" not in value:
        raise ValueError("a record of flows is an object with a kind")
    name = str(value["kind"])
    if name not in _KINDS:
        raise ValueError(f"no record of flows is called {name}")
    record = _READ[name](value, _KINDS[name])
    if not isinstance(record, kind):
        raise ValueError(f"{name} is no {kind.__name__}")
    return record


def built(kind: type[T], values: Mapping[str, object]) -> T:
    """Return the `kind`, a dataclass that is not a record, whose fields are `values`."""
    return _converter.structure(values, kind)
