"""Files of articles and lists: sent as CSV, examined, started, cancelled."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import Field

from imports import file_rows, register
from imports.columns import Kind
from imports.file_rows import Line
from imports.register import Import as Found
from imports.register import State
from web.api.engine.fields import FileIn, Input, Nothing, Output
from web.api.engine.operation import Answer, Call, Operation, Reach
from web.api.engine.path import row
from web.staff.import_words import refusal, where, why

_ENGLISH = "en"
_LAST = 2**31 - 1


class BadRowOut(Output):
    """One fault of one row. `line` counts from 1 in the file; `column` is that of the template."""

    line: int
    column: str
    message: str


class ImportOut(Output):
    """`good` rows can be imported, or were; `bad` ones cannot; `held` are good rows of a delivery
    list with a bad one; `known` were done before. `bad_rows` go on behind `after=<next>`.
    """

    id: int
    state: State
    kind: Kind | None
    encoding: str | None = Field(description="how the file was read")
    refusal: str | None = Field(description="why the whole file cannot be read")
    rows: int
    checked: int
    good: int
    bad: int
    held: int
    known: int
    imported: int
    created_at: datetime
    finished_at: datetime | None
    bad_rows: list[BadRowOut]
    next: int


class ReadImportIn(Input):
    after: Annotated[
        int, Field(ge=0, le=_LAST, description="bad rows behind this line: `next` of before")
    ] = 0
    limit: Annotated[int, Field(ge=1, le=1000, description="bad rows at most")] = 100


class StartImportIn(Input):
    left_out: Annotated[
        int,
        Field(ge=0, le=_LAST, description="bad and held rows, which you agree to leave out"),
    ]


def _receive(call: Call[FileIn]) -> Answer:
    found = register.receive(call.conn, call.input.content, "", call.doer())
    return Answer(202, _shown(call, found, 0, 1))


def _get(call: Call[ReadImportIn]) -> Answer:
    found = _mine(call)
    return Answer(200, _shown(call, found, call.input.after, call.input.limit))


def _start(call: Call[StartImportIn]) -> Answer:
    found = register.start(call.conn, _mine(call).id, call.input.left_out, call.now)
    return Answer(202, _shown(call, found, 0, 1))


def _cancel(call: Call[Nothing]) -> Answer:
    found = register.cancel(call.conn, _mine(call).id, call.now)
    return Answer(200, _shown(call, found, 0, 1))


def _mine(call: Call[Any]) -> Found:
    found = register.get(call.conn, row(call))
    if found.token_id != call.token_id:
        raise register.UnknownImport
    return found


def _shown(call: Call[Any], found: Found, after: int, most: int) -> ImportOut:
    rows = file_rows.look(call.conn, found, ("bad",), Line(after, most), call.reader())
    return ImportOut.of(
        found,
        refusal=refusal(found, _ENGLISH) if found.refusal else None,
        bad_rows=[
            BadRowOut(
                line=row.line,
                column=where(fault, found.kind, _ENGLISH),
                message=why(fault, found.kind, _ENGLISH),
            )
            for row in rows
            for fault in row.faults
        ],
        next=rows[-1].line if rows else after,
    )


RECEIVE = Operation(
    route="POST /imports",
    name="receive_import",
    scope="imports",
    whose=Reach.EVERY_OFFICE,
    summary="Send a CSV file of articles or delivery lists; it is checked, and waits for a start",
    input=FileIn,
    handle=_receive,
    answers={202: ImportOut},
    takes="text/csv",
    largest=lambda settings: settings.import_megabytes * 2**20,
)
GET = Operation(
    route="GET /imports/{id:import}",
    name="get_import",
    scope="imports",
    whose=Reach.EVERY_OFFICE,
    summary="How far a file is, and its bad rows",
    input=ReadImportIn,
    handle=_get,
    answers={200: ImportOut},
    problems=(404,),
)
START = Operation(
    route="POST /imports/{id:import}/start",
    name="start_import",
    scope="imports",
    whose=Reach.EVERY_OFFICE,
    summary="Import the good rows of a checked file; say how many are left out",
    input=StartImportIn,
    handle=_start,
    answers={202: ImportOut},
    problems=(404, 409),
)
CANCEL = Operation(
    route="POST /imports/{id:import}/cancel",
    name="cancel_import",
    scope="imports",
    whose=Reach.EVERY_OFFICE,
    summary="End an import where it stands; what is done stays, other rows are removed",
    input=Nothing,
    handle=_cancel,
    answers={200: ImportOut},
    problems=(404, 409),
)
