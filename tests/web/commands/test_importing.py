"""`flask article import`, `flask list import`: what an operator types."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient, FlaskCliRunner

from imports import register
from imports.importer import AT_ONCE, advance
from runtime import Runtime
from tests.rigs.api_calls import api_of, article, number_of, postman
from tests.rigs.doers import operator
from tests.rigs.imports import LIST_HEADER, TODAY, count, get, row, text


@pytest.fixture
def flask(app: Flask, runtime: Runtime, client: FlaskClient) -> FlaskCliRunner:
    """The command line, with a postman and two booked articles."""
    api = api_of(runtime, client)
    api.post("/postmen", postman())
    for serial in (1, 2):
        api.post("/articles", article(serial))
    return app.test_cli_runner()


def saved(directory: Path, content: str) -> str:
    path = directory / "file.csv"
    path.write_text(content, encoding="utf-8", newline="")
    return str(path)


def test_a_good_file_is_imported_at_once(
    flask: FlaskCliRunner, runtime: Runtime, tmp_path: Path
) -> None:
    path = saved(tmp_path, text(row(n) for n in range(11, 31)))
    done = flask.invoke(args=["article", "import", path])
    assert done.exit_code == 0, done.output
    assert "20 rows imported, 0 left out" in done.output
    assert count(runtime, "articles") == 22
    again = flask.invoke(args=["article", "import", path])
    assert again.exit_code == 0
    assert "all 20 rows were done before" in again.output


def test_lists_are_imported(flask: FlaskCliRunner, runtime: Runtime, tmp_path: Path) -> None:
    rows = [("1001", TODAY, number_of(2)), ("1001", TODAY, number_of(1))]
    done = flask.invoke(args=["list", "import", saved(tmp_path, text(rows, LIST_HEADER))])
    assert done.exit_code == 0, done.output
    assert "2 rows imported" in done.output
    with runtime.database.transaction() as conn:
        items = conn.execute(
            "SELECT serial, number FROM delivery_items i JOIN articles a ON a.id = i.article_id"
            " ORDER BY serial"
        ).fetchall()
    assert items == [(1, number_of(2)), (2, number_of(1))]


def test_bad_rows_are_named_and_nothing_is_imported_unless_told(
    flask: FlaskCliRunner, runtime: Runtime, tmp_path: Path
) -> None:
    path = saved(tmp_path, text([row(11), row(12, pin="1"), row(13, cod="2.5")]))
    refused = flask.invoke(args=["article", "import", path])
    assert refused.exit_code == 1
    assert "line 3, pin: is no PIN of six digits" in refused.output
    assert "line 4, cod: must be whole rupees" in refused.output
    assert "nothing was imported" in refused.output
    assert count(runtime, "articles") == 2
    assert count(runtime, "import_rows") == 0
    bad = tmp_path / "bad.csv"
    told = ["article", "import", path, "--good-rows", "--bad-rows", str(bad)]
    done = flask.invoke(args=told)
    assert done.exit_code == 0, done.output
    assert "1 rows imported, 2 left out" in done.output
    with bad.open(encoding="utf-8-sig", newline="") as file:
        assert [each[-3] for each in csv.reader(file)] == ["line", "3", "4"]


def test_the_other_kind_and_no_csv_are_refused(flask: FlaskCliRunner, tmp_path: Path) -> None:
    path = saved(tmp_path, text([row(11)]))
    other = flask.invoke(args=["list", "import", path])
    assert other.exit_code == 1
    assert "flask article import" in other.output
    workbook = flask.invoke(args=["article", "import", saved(tmp_path, "PK\x03\x04")])
    assert workbook.exit_code == 1
    assert "Save it as CSV UTF-8" in workbook.output


def test_it_goes_on_where_a_killed_one_was(
    flask: FlaskCliRunner, runtime: Runtime, tmp_path: Path
) -> None:
    content = text(row(n) for n in range(11, 131))
    found = runtime.database.run(
        lambda conn: register.receive(conn, content.encode(), "x", operator(runtime.now()))
    )
    for state in ("reading", "checking"):
        while advance(runtime, found.id, state):
            pass
    runtime.database.run(lambda conn: register.start(conn, found.id, 0, runtime.now()))
    advance(runtime, found.id, "importing")
    assert get(runtime, found.id).imported == AT_ONCE
    done = flask.invoke(args=["article", "import", saved(tmp_path, content)])
    assert done.exit_code == 0, done.output
    assert "120 rows imported" in done.output
    assert count(runtime, "imports") == 1
    assert count(runtime, "articles") == 122


@pytest.mark.parametrize("kind", ["article", "list"])
def test_the_templates(flask: FlaskCliRunner, kind: str) -> None:
    printed = flask.invoke(args=[kind, "template"])
    assert "article" in printed.output
