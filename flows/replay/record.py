"""Events, facts and decisions as JSON and back, for the sprint record and its replay.

A dataclass becomes an object whose `kind` is its class name; times become ISO 8601 texts. Decoding
follows the type hints, so what is read back is equal to what was written.
"""

from __future__ import annotations

import types
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from flows import decision, events, facts, happenings

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]

_KINDS: dict[str, type[Any]] = {
    name: value
    for module in (events, happenings, facts, decision)
    for name, value in vars(module).items()
    if isinstance(value, type) and is_dataclass(value)
}

_NAMES = {name: tuple(field.name for field in fields(kind)) for name, kind in _KINDS.items()}
_HINTS = {name: get_type_hints(kind) for name, kind in _KINDS.items()}


def encode(value: Any) -> Json:
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


def decode(value: Json) -> Any:
    """The record that `encode` made `value` from. Raises `ValueError` for anything else."""
    if not isinstance(value, dict) or "kind" not in value:
        raise ValueError("a record of flows is an object with a kind")
    return _decode_record(value)


def _decode_record(value: dict[str, Json]) -> Any:
    kind = str(value["kind"])
    if kind not in _KINDS:
        raise ValueError(f"no record of flows is called {kind}")
    hints = _HINTS[kind]
    return _KINDS[kind](
        **{name: _decode(hints[name], value[name]) for name in _NAMES[kind] if name in value}
    )


def _decode(hint: Any, value: Json) -> Any:
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
    if hint is datetime or hint is date:
        return hint.fromisoformat(str(value))
    return _decode_plain(value)


def _decode_plain(value: Json) -> Any:
    if isinstance(value, dict) and "kind" in value:
        return _decode_record(value)
    return value
