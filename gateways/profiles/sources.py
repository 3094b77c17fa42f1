"""The sources of a value in what a carrier sends: its answer, or a call of our hooks.

body              the whole body
http              the status of an answer, such as 202
header:NAME       form:NAME       query:NAME
json:PATH         a path such as SMSMessage.Sid or messages[0].id in the JSON of the body
regex:PATTERN     what the pattern's one group finds in the body
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from email.message import Message
from functools import cached_property
from types import MappingProxyType
from typing import Any, Final, Literal

Kind = Literal["body", "http", "header", "form", "query", "json", "regex"]
_ALONE: Final[Mapping[str, Kind]] = MappingProxyType({"body": "body", "http": "http"})
_WITH: Final[Mapping[str, Kind]] = MappingProxyType(
    {"header": "header", "form": "form", "query": "query", "json": "json", "regex": "regex"}
)
_STEP: Final = re.compile(r"([^.\[\]]+)|\[(\d+)\]")
_PATH: Final = re.compile(r"(?:[^.\[\]]+|\[\d+\])(?:\.[^.\[\]]+|\[\d+\])*")
# Strangers may send what a pattern searches: limited to more than an answer ever has.
_SEARCHED: Final = 4096


@dataclass(frozen=True)
class ValueSource:
    """The source of a value, made by `parse`."""

    kind: Kind
    name: str = ""

    @classmethod
    def parse(cls, text: str) -> ValueSource:
        """Return the source that `text` describes. Raises ValueError where it is none."""
        kind, colon, name = text.partition(":")
        if not colon and kind in _ALONE:
            return cls(_ALONE[kind])
        if not name or kind not in _WITH:
            raise ValueError(
                f"{text!r} is no place to read from: write body, http, header:NAME, form:NAME,"
                " query:NAME, json:PATH or regex:PATTERN"
            )
        if kind == "json" and not _PATH.fullmatch(name):
            raise ValueError(f"{name!r} is no path: write as messages[0].id")
        if kind == "regex":
            _one_group(name)
        return cls(_WITH[kind], name.lower() if kind == "header" else name)


@dataclass(frozen=True)
class Heard:
    """An answer or hook call of a carrier. Header names are lower case."""

    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    form: Mapping[str, str] = field(default_factory=dict, repr=False)
    query: Mapping[str, str] = field(default_factory=dict, repr=False)
    status: int | None = None

    @cached_property
    def text(self) -> str:
        """Return the body as text, by the charset of its Content-Type, else UTF-8."""
        header = Message()
        header["content-type"] = self.headers.get("content-type", "")
        try:
            return self.body.decode(header.get_content_charset() or "utf-8", "replace")
        except (LookupError, ValueError):
            return self.body.decode("utf-8", "replace")

    @cached_property
    def json(self) -> Any:
        """Return the body as JSON; None where it is none."""
        return as_json(self.text)

    def read(self, source: ValueSource) -> str | None:
        """Return the value at `source`, or None. Numbers, true and false: as JSON writes them."""
        match source.kind:
            case "body":
                return self.text
            case "http":
                return None if self.status is None else str(self.status)
            case "header":
                return self.headers.get(source.name)
            case "form":
                return self.form.get(source.name)
            case "query":
                return self.query.get(source.name)
            case "json":
                return _written(at(self.json, source.name))
            case "regex":
                found = re.search(source.name, self.text[:_SEARCHED])
                return found[1] if found else None

    def first(self, sources: Sequence[ValueSource]) -> str | None:
        """Return the first value of `sources` that is not blank."""
        for source in sources:
            value = self.read(source)
            if value is not None and value.strip():
                return value.strip()
        return None


def as_json(text: str) -> Any:
    """Return `text` as JSON; None for what is none, however deep or long."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def at(value: Any, path: str) -> Any:
    """Return what is at `path` in a JSON value; None where nothing is."""
    for name, number in _STEP.findall(path):
        if number:
            value = value[int(number)] if _has(value, int(number)) else None
        else:
            value = value.get(name) if isinstance(value, dict) else None
    return value


def _has(value: Any, number: int) -> bool:
    return isinstance(value, list) and number < len(value)


def _written(value: Any) -> str | None:
    if value is None or isinstance(value, (dict, list)):
        return None
    return value if isinstance(value, str) else json.dumps(value)


def _one_group(pattern: str) -> None:
    try:
        groups = re.compile(pattern).groups
    except re.error as error:
        raise ValueError(f"{pattern!r} is no regular expression: {error}") from error
    if groups != 1:
        raise ValueError(f"{pattern!r} must have exactly one group (…): it is what is read")
