"""Events, facts and decisions as JSON and back, for the sprint record and its replay.

A dataclass becomes an object whose `kind` is its class name; times become ISO 8601 texts. Decoding
follows the type hints, so what is read back is equal to what was written.
"""

from __future__ import annotations

import types
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from typing import Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from flows import acts, decision, events, facts, happenings

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]

T = TypeVar("T")

_KINDS = {
    name: value
    for module in (events, happenings, facts, decision, *acts.MODULES)
    for name, value in vars(module).items()
    if isinstance(value, type) and is_dataclass(value)
}

_NAMES = {name: tuple(field.name for field in fields(kind)) for name, kind in _KINDS.items()}
_HINTS: dict[type[object], Mapping[str, object]] = {}


def encode(value: object) -> Json:
    """`value` (a record of flows, or a plain value inside one) as JSON."""
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, date):  # a datetime too
        return value.isoformat()
    if isinstance(value, tuple):
        return [encode(item) for item in value]
    if isinstance(value, Mapping):
        return {str(key): encode(item) for key, item in value.items()}
    kind = type(value).__name__
    if _KINDS.get(kind) is not type(value):
        raise TypeError(f"{kind} is not a record of flows")
    return {"kind": kind, **{name: encode(getattr(value, name)) for name in _NAMES[kind]}}


def decode(value: object, kind: type[T]) -> T:
    """Return the record of `kind` that `encode` made `value` from.

    Raises `ValueError` for anything else.
    """
    if not isinstance(value, Mapping) or "kind" not in value:
        raise ValueError("a record of flows is an object with a kind")
    record = _decode_record(value)
    if not isinstance(record, kind):
        raise ValueError(f"{value['kind']} is no {kind.__name__}")
    return record


def _decode_record(value: Mapping[str, object]) -> object:
    kind = str(value["kind"])
    if kind not in _KINDS:
        raise ValueError(f"no record of flows is called {kind}")
    return built(_KINDS[kind], value)


def built(kind: type[T], values: Mapping[str, object]) -> T:
    """Return a `kind`, a dataclass, of JSON `values`; what has no field in it is left out."""
    if kind not in _HINTS:
        _HINTS[kind] = get_type_hints(kind)
    hints = _HINTS[kind].items()
    return kind(**{name: _decode(hint, values[name]) for name, hint in hints if name in values})


def _decode(hint: object, value: object) -> object:
    origin = get_origin(hint)
    if origin in (Union, types.UnionType):
        if value is None:
            return None
        inner = [arm for arm in get_args(hint) if arm is not type(None)]
        return _decode(inner[0], value) if len(inner) == 1 else _decode_plain(value)
    if origin is tuple:
        assert isinstance(value, list)
        return tuple(_decode(get_args(hint)[0], item) for item in value)
    if origin is Literal or value is None:
        return value
    if hint is datetime:
        return datetime.fromisoformat(str(value))
    if hint is date:
        return date.fromisoformat(str(value))
    if isinstance(hint, type) and is_dataclass(hint) and isinstance(value, dict):
        return _decode_plain(value) if "kind" in value else built(hint, value)
    return _decode_plain(value)


def _decode_plain(value: object) -> object:
    if isinstance(value, dict) and "kind" in value:
        return _decode_record(value)
    return value
