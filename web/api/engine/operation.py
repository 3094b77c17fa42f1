"""One operation of the API, told once: the route and the OpenAPI document are made from it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Generic, Literal, TypeVar

from pydantic import BaseModel

from postal.people.doer import Doer, Software, Staff
from runtime import Runtime
from settings import Settings
from store.database import Conn
from web.api.engine.fields import Input

JSON: Final = "application/json"
PDF: Final = "application/pdf"
CSV: Final = "text/csv"

I = TypeVar("I", bound=Input)  # noqa: E741 - the input; there is no 1 or l near


@dataclass(frozen=True)
class Call(Generic[I]):
    """What a handler works with: checked input, the path's values, an open transaction.

    `token_id`: whose token calls.
    """

    runtime: Runtime
    conn: Conn
    token_id: int
    now: datetime
    input: I
    path: Mapping[str, str]

    def doer(self, office: int | None = None, names: Staff | None = None) -> Doer:
        """Return the software that calls, as the books name who does something.

        `office`: that it is done for. `names`: whom of the staff it says that it is.
        """
        return Doer(Software(self.token_id, names), office, None, None, self.now)


@dataclass(frozen=True)
class File:
    """A PDF or CSV under a name, which holds no personal data."""

    content: bytes
    name: str


@dataclass(frozen=True)
class Answer:
    """Status and content of what goes back. A file answers a GET alone: no key keeps one."""

    status: int
    body: BaseModel | File


def _as_it_is(call: Call[Any], body: Any) -> Any:
    return body


@dataclass(frozen=True)
class Operation(Generic[I]):
    """`path` in OpenAPI's notation. A POST takes its input from the JSON body and honours
    Idempotency-Key; a GET takes it from the query. `answers`: schema by status; `problems`:
    statuses of its own, beside those that every operation may give. `reveal` adds to the JSON of an
    answer what must not be stored, which the answers kept for repeated requests are. `takes`: the
    media type of the body; where it is not JSON, `input` is `fields.File`. `largest`: bytes of the
    body, where they may be more than those of other operations. `gives`: the media type of a 200;
    where it is a file's, `answers` is empty.
    """

    method: Literal["GET", "POST"]
    path: str
    name: str
    summary: str
    input: type[I]
    handle: Callable[[Call[I]], Answer]
    answers: Mapping[int, type[BaseModel]]
    problems: tuple[int, ...] = ()
    path_values: Mapping[str, str] = field(default_factory=dict)  # name → its format
    reveal: Callable[[Call[I], Any], Any] = _as_it_is
    takes: str = JSON
    gives: str = JSON
    largest: Callable[[Settings], int] | None = None
