"""The statements of one real handover, recorded as a script that others are put through.

Recorded are every SQL text, its parameters, executemany and pipeline as they were used, and
when rows were fetched. In the script those values that belong to this one handover are slots: its
moment, its carrier id, the postman's phone, the serial, and what rows brought first: ids, phones,
article numbers. Everything else (rendered texts, JSON) is sent as it was recorded, with
slots where it names phones and numbers.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from bench.books import FIRST_ID
from store.database import Conn, Database

_NAMED = re.compile(r"\+91\d{10}|[A-Z]{2}\d{9}IN")


@dataclass(frozen=True)
class Slot:
    """A value of the handover at hand."""

    number: int


@dataclass(frozen=True)
class Text:
    """A text in which slots stand between fixed parts."""

    parts: tuple[str | Slot, ...]


@dataclass(frozen=True)
class Json:
    """The same, sent as jsonb."""

    text: Text


@dataclass(frozen=True)
class Listed:
    """A list with slots in it."""

    values: tuple[Any, ...]


@dataclass(frozen=True)
class Execute:
    """One statement. `parameters`: a tuple, pairs for named ones, or None; values may be slots."""

    sql: str
    parameters: Any
    prepare: bool | None


@dataclass(frozen=True)
class ExecuteMany:
    sql: str
    rows: tuple[Any, ...]
    returning: bool


@dataclass(frozen=True)
class Fetch:
    """The fetch of statement `of` (its place in the script): rows × columns, with the slots that
    these cells fill."""

    of: int
    slots: tuple[tuple[int, int, Slot], ...]


@dataclass(frozen=True)
class Pipeline:
    begins: bool


Step = Execute | ExecuteMany | Fetch | Pipeline


@dataclass(frozen=True)
class Seeds:
    """The values that a request has before the first row."""

    now: datetime
    phone: str
    carrier_id: str
    serial: int


@dataclass(frozen=True)
class Script:
    """The script. `steps` in order; the first four slots are the seeds, in the order of `Seeds`."""

    steps: tuple[Step, ...]
    slots: int

    @property
    def statements(self) -> int:
        rows = (len(step.rows) for step in self.steps if isinstance(step, ExecuteMany))
        return sum(rows) + sum(isinstance(step, Execute) for step in self.steps)


@dataclass
class _Tape:
    steps: list[Step] = field(default_factory=list)
    rows: list[tuple[int, list[tuple[Any, ...]]]] = field(default_factory=list)

    def add(self, step: Step) -> int:
        self.steps.append(step)
        return len(self.steps) - 1

    def fetched(self, of: int, rows: list[tuple[Any, ...]]) -> None:
        """Record a fetch; single fetches of the same statement become one."""
        if self.rows and self.rows[-1][0] == of and isinstance(self.steps[-1], Fetch):
            self.rows[-1][1].extend(rows)
            return
        self.add(Fetch(of, ()))
        self.rows.append((of, rows))


class _Cursor(psycopg.Cursor[Any]):
    """A cursor that records what it does."""

    _place = 0

    @property
    def _tape(self) -> _Tape:
        tape: _Tape = self.connection.tape  # type: ignore[attr-defined]
        return tape

    def execute(self, query: Any, params: Any = None, **options: Any) -> Any:
        self._place = self._tape.add(Execute(str(query), params, options.get("prepare")))
        return super().execute(query, params, **options)

    def executemany(self, query: Any, params_seq: Any, *, returning: bool = False) -> None:
        rows = tuple(params_seq)
        self._place = self._tape.add(ExecuteMany(str(query), rows, returning))
        super().executemany(query, rows, returning=returning)

    def fetchone(self) -> Any:
        row = super().fetchone()
        self._tape.fetched(self._place, [] if row is None else [self._plain(row)])
        return row

    def fetchall(self) -> list[Any]:
        rows = super().fetchall()
        self._tape.fetched(self._place, [self._plain(row) for row in rows])
        return rows

    def __next__(self) -> Any:
        row = super().__next__()
        self._tape.fetched(self._place, [self._plain(row)])
        return row

    def _plain(self, row: Any) -> tuple[Any, ...]:
        if isinstance(row, tuple):
            return row
        return tuple(getattr(row, column.name) for column in self.description or ())


class RecordingDatabase(Database):
    """A database that records the statements of its last transaction, without the pool's."""

    tape: _Tape

    @contextmanager
    def transaction(self) -> Iterator[Conn]:
        with super().transaction() as conn:
            self.tape = _Tape()
            conn.tape = self.tape  # type: ignore[attr-defined]
            plain, pipeline = conn.cursor_factory, conn.pipeline

            @contextmanager
            def recorded() -> Iterator[Any]:
                self.tape.add(Pipeline(True))
                with pipeline() as running:
                    yield running
                self.tape.add(Pipeline(False))

            conn.cursor_factory = _Cursor
            conn.pipeline = recorded  # type: ignore[method-assign]
            try:
                yield conn
            finally:
                conn.cursor_factory = plain
                del conn.pipeline

    def script(self, seeds: Seeds) -> Script:
        """Return the last transaction, its own values turned into slots."""
        return _Compiler(seeds).compile(self.tape)


class _Compiler:
    def __init__(self, seeds: Seeds) -> None:
        self._serial = seeds.serial
        self._slots: dict[Any, Slot] = {
            seeds.now: Slot(0),
            seeds.phone: Slot(1),
            seeds.carrier_id: Slot(2),
        }
        self._count = 4

    def compile(self, tape: _Tape) -> Script:
        fetches = iter(tape.rows)
        steps: list[Step] = []
        for step in tape.steps:
            match step:
                case Execute(sql, parameters, prepare):
                    steps.append(Execute(sql, self._parameters(parameters), prepare))
                case ExecuteMany(sql, rows, returning):
                    many = tuple(self._parameters(row) for row in rows)
                    steps.append(ExecuteMany(sql, many, returning))
                case Fetch(of):
                    steps.append(Fetch(of, self._learn(next(fetches)[1])))
                case Pipeline():
                    steps.append(step)
        return Script(tuple(steps), self._count)

    def _learn(self, rows: Sequence[tuple[Any, ...]]) -> tuple[tuple[int, int, Slot], ...]:
        learnt = []
        for r, row in enumerate(rows):
            for c, cell in enumerate(row):
                if _names_one(cell) and cell not in self._slots:
                    self._slots[cell] = Slot(self._count)
                    learnt.append((r, c, self._slots[cell]))
                    self._count += 1
        return tuple(learnt)

    def _parameters(self, parameters: Any) -> Any:
        if parameters is None:
            return None
        if isinstance(parameters, dict):
            return {name: self._value(value) for name, value in parameters.items()}
        return tuple(self._value(value) for value in parameters)

    def _value(self, value: Any) -> Any:
        if isinstance(value, Jsonb):
            return Json(self._text(json.dumps(value.obj)))
        if isinstance(value, list):
            return Listed(tuple(self._value(each) for each in value))
        if isinstance(value, bool):
            return value
        if value == self._serial and isinstance(value, int):
            return Slot(3)
        if isinstance(value, (int, str, datetime)) and value in self._slots:
            return self._slots[value]
        if isinstance(value, str) and _NAMED.search(value):
            return self._text(value)
        return value

    def _text(self, text: str) -> Text:
        parts: list[str | Slot] = []
        end = 0
        for found in _NAMED.finditer(text):
            if found.group() in self._slots:
                parts += [text[end : found.start()], self._slots[found.group()]]
                end = found.end()
        return Text((*parts, text[end:]))


def _names_one(cell: Any) -> bool:
    if isinstance(cell, str):
        return _NAMED.fullmatch(cell) is not None
    return isinstance(cell, int) and cell >= FIRST_ID
