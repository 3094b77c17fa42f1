"""One operation of the API, declared once: the route and the OpenAPI document are made from it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any, Final, Generic, TypeVar

from pydantic import BaseModel

from postal.people.access import Onlooker
from postal.people.doer import Doer, Software, Staff
from postal.people.tokens import Token
from runtime import Runtime
from settings import Settings
from store.database import Conn, Database
from web.api.engine.fields import Input
from web.api.engine.scopes import Scope

JSON: Final = "application/json"
PDF: Final = "application/pdf"
CSV: Final = "text/csv"

_VALUE: Final = re.compile(r"{(\w+):([^}]+)}")
_FORMAT: Final = re.compile(r":[^}]+(?=})")

I = TypeVar("I", bound=Input)  # noqa: E741 - the input; there is no 1 or l near


@dataclass(frozen=True)
class Call(Generic[I]):
    """The input of a handler: checked input, the path's values, an open transaction.

    `token`: that calls. `operation`: the name of this one.
    """

    runtime: Runtime
    conn: Conn
    token: Token
    now: datetime
    input: I
    path: Mapping[str, str]
    operation: str

    def reader(self, office: int | None = None, names: Staff | None = None) -> Onlooker:
        """Return who reads, and by which call, for functions that show people's data."""
        return Onlooker(self.doer(office, names), f"api.{self.operation}")

    @property
    def token_id(self) -> int:
        """Return the row of the token that calls."""
        return self.token.id

    def doer(self, office: int | None = None, names: Staff | None = None) -> Doer:
        """Return the software that calls, as the books name who does something.

        `office`: that it is done for. `names`: whom of the staff it says that it is.
        """
        return Doer(Software(self.token_id, names), office, None, None, self.now)


@dataclass(frozen=True)
class File:
    """A PDF or CSV, with a name that holds no personal data."""

    content: bytes
    name: str


@dataclass(frozen=True)
class Answer:
    """The status and content of an answer. Only a GET is answered with a file: no key keeps it."""

    status: int
    body: BaseModel | File


class Reach(Enum):
    """Whose the things of an operation are, where they are not of one office each."""

    ANYONE = "of no office: every token may"
    ITS_OFFICES = "the handler limits itself to the offices of the token"
    EVERY_OFFICE = "of all offices at once: no token that acts for some of them alone"


Done = tuple[int, Any, bool]
"""The status and content of an answer, and whether it was given before."""
Work = Callable[[Conn], Done]

Whose = Reach | Callable[[Call[Any]], Sequence[int]]


def _as_it_is(call: Call[Any], body: Any) -> Any:
    return body


@dataclass(frozen=True)
class Operation(Generic[I]):
    """One operation: its route, what it takes and what it answers.

    `route`: method and path, each value of the path with its format: `GET /counters/{id:counter}`.
    A POST takes its input from the JSON body and honours Idempotency-Key; a GET takes it from the
    query. `scope`: the group that a token must be allowed; `whose`: the offices that it must act
    for, see `whose.py`. `answers`: schema by status; `problems`: its own statuses of refusal,
    beside those of every operation. `reveal` adds to an answer's JSON what must not be stored,
    because answers are kept for repeated requests. `takes`: the media type of the body; where it is
    not JSON, `input` is `fields.FileIn`. `largest`: bytes of a body that may be larger than those
    of others. `gives`: the media type of a 200; where it is a file's, `answers` is empty.
    `runs`: how its transaction is run.
    """

    route: str
    name: str
    summary: str
    input: type[I]
    scope: Scope
    whose: Whose
    handle: Callable[[Call[I]], Answer]
    answers: Mapping[int, type[BaseModel]]
    problems: tuple[int, ...] = ()
    reveal: Callable[[Call[I], Any], Any] = _as_it_is
    takes: str = JSON
    gives: str = JSON
    largest: Callable[[Settings], int] | None = None
    runs: Callable[[Database, Work], Done] = Database.run

    @property
    def method(self) -> str:
        """Return GET or POST."""
        return self.route.partition(" ")[0]

    @property
    def needs(self) -> str:
        """Return the scope of a token that may call it, as articles:read."""
        return f"{self.scope}:{'read' if self.method == 'GET' else 'write'}"

    @property
    def path(self) -> str:
        """Return the path in OpenAPI's notation."""
        return _FORMAT.sub("", self.route.partition(" ")[2])

    @property
    def path_values(self) -> Mapping[str, str]:
        """Return the format of each value in the path, by its name."""
        return dict(_VALUE.findall(self.route))
