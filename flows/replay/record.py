"""Events, facts and decisions as JSON and back, for the sprint record and its replay.

A dataclass becomes an object whose `kind` is its class name; times become ISO 8601 texts. Decoding
follows the type hints, so what is read is equal to what was written. What is kept for years leaves
out what is as usual (`Lean`): the usual values are frozen beside the rows, not read from the code.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import date, datetime
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from cattrs import Converter
from cattrs.gen import make_dict_structure_fn, make_dict_unstructure_fn, override

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


# ---- without what is as usual --------------------------------------------------------------------

Defaults = Mapping[str, Mapping[str, Json]]
"""By kind and field, the value that is left out."""


def defaults_today() -> Defaults:
    """Return the default of each field of each record that has one, as `encode` writes it."""
    found: dict[str, dict[str, Json]] = {}
    for name, kind in _KINDS.items():
        hints = get_type_hints(kind)
        usual = {
            each.name: _converter.unstructure(_default(each), unstructure_as=hints[each.name])
            for each in fields(kind)  # type: ignore[arg-type]  # each of them is a dataclass
            if _has_default(each)
        }
        if usual:
            found[name] = usual
    return found


def _has_default(of: Field[Any]) -> bool:
    return of.default is not MISSING or of.default_factory is not MISSING


def _default(of: Field[Any]) -> object:
    return of.default if of.default_factory is MISSING else of.default_factory()


class Lean:
    """Writes records without what is in `usual`, and fills it in again when they are read.

    `usual` is frozen: where the code's default is another one by now, or a field is newer, it is
    written out. So a row means for ever what it meant when it was written.
    """

    def __init__(self, usual: Defaults) -> None:
        self._usual = usual
        # Times stay as they are: what writes the JSON writes them like `isoformat`.
        lean = Converter(detailed_validation=False, unstruct_collection_overrides={tuple: list})
        for plain in (date, datetime):
            lean.register_unstructure_hook(plain, lambda value: value)
        lean.register_unstructure_hook_func(_holds_record, self.encode)
        today = defaults_today()
        self._write: dict[type[object], Callable[[Any], dict[str, Any]]] = {}
        for name, kind in _KINDS.items():
            left_out = {
                field: override(omit_if_default=True)
                for field, value in usual.get(name, {}).items()
                if field in today.get(name, {}) and today[name][field] == value
            }
            self._write[kind] = make_dict_unstructure_fn(kind, lean, **left_out)  # type: ignore[arg-type]

    def encode(self, value: object) -> dict[str, Any] | None:
        """Return the record `value` as JSON with times in it, and None as null.

        Raises `TypeError` for anything else.
        """
        if value is None:
            return None
        if type(value) not in self._write:
            raise TypeError(f"{type(value).__name__} is not a record of flows")
        return {"kind": type(value).__name__, **self._write[type(value)](value)}

    def filled(self, value: Any) -> Any:
        """Return what `encode` wrote, read back from JSON, as the whole of it; changes `value`."""
        if type(value) is dict:
            for name, each in value.items():
                if type(each) is dict or type(each) is list:
                    value[name] = self.filled(each)
            kind = value.get("kind")
            usual = self._usual.get(kind) if type(kind) is str else None
            return value if usual is None else {**usual, **value}
        if type(value) is list:
            return [self.filled(each) for each in value]
        return value
