"""Files as the world makes them, and the way of one through the office's pages."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence

from werkzeug.test import TestResponse

from imports import file_rows, register
from imports.importer import Importer
from imports.register import Import
from runtime import Runtime
from tests.rigs.api_calls import number_of
from tests.rigs.desk import TOKEN, Colleague

HEADER = (
    "article", "service", "recipient name", "recipient address", "pin", "recipient mobile",
    "sender name", "sender mobile", "cod",
)  # fmt: skip
LIST_HEADER = ("postman", "date", "article")
TODAY = "14-08-2026"  # of the tests' clock


def row(serial: int, **changes: str) -> list[str]:
    """A good row of articles. `changes` by the column's name, "_" for a space."""
    cells = {
        "article": number_of(serial),
        "service": "Speed Post",
        "recipient name": "रामावती देवी",
        "recipient address": "Dhanewa, Dhanai",
        "pin": "273303",
        "recipient mobile": f"98390{serial:05}",
        "sender name": "Gyan Pustak Kendra",
        "sender mobile": "",
        "cod": "250",
    } | {name.replace("_", " "): value for name, value in changes.items()}
    return [cells[name] for name in HEADER]


def text(
    rows: Iterable[Sequence[str]], header: Sequence[str] = HEADER, separator: str = ","
) -> str:
    file = io.StringIO()
    csv.writer(file, delimiter=separator).writerows([header, *rows])
    return file.getvalue()


def upload(colleague: Colleague, content: bytes, name: str = "articles.csv") -> TestResponse:
    """Sends the form of the page, as a browser does."""
    token = TOKEN.search(colleague.get("/office/imports").text)
    assert token is not None
    return colleague.client.post(
        "/office/imports",
        data={"csrf_token": token[1], "file": (io.BytesIO(content), name)},
        content_type="multipart/form-data",
    )


def work(runtime: Runtime) -> None:
    """What the worker does, until nothing is under way."""
    importer = Importer(runtime)
    while importer.start():
        importer.wait()


def uploaded(colleague: Colleague, content: bytes, name: str = "articles.csv") -> Import:
    """Uploaded and checked."""
    answer = upload(colleague, content, name)
    assert answer.status_code == 302, answer.text
    at = re.search(r"/office/imports/(\d+)", answer.headers["Location"])
    assert at is not None
    id_ = int(at[1])
    work(colleague.runtime)
    return get(colleague.runtime, id_)


def get(runtime: Runtime, id_: int) -> Import:
    return runtime.database.run(lambda conn: register.get(conn, id_))


def started(colleague: Colleague, found: Import) -> Import:
    """Started by the button that the page shows, and done."""
    page = colleague.get(f"/office/imports/{found.id}").text
    left_out = re.search(r'name="left_out" value="(\d+)"', page)
    assert left_out is not None, page
    answer = colleague.post(f"/office/imports/{found.id}/start", left_out=left_out[1])
    assert answer.status_code == 302
    work(colleague.runtime)
    return get(colleague.runtime, found.id)


def faults(runtime: Runtime, found: Import) -> dict[int, list[tuple[str, str]]]:
    """Column and reason of every bad row, by line."""
    with runtime.database.transaction() as conn:
        rows = file_rows.in_states(conn, found.id, ("bad",), 0, 10_000)
    return {each.line: [(fault.column, fault.reason) for fault in each.faults] for each in rows}


def count(runtime: Runtime, query: str) -> int:
    with runtime.database.transaction() as conn:
        found = conn.execute(f"SELECT count(*) FROM {query}".encode()).fetchone()  # noqa: S608
    assert found is not None
    return int(found[0])
