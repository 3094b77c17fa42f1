"""A month goes into files and comes out of the database only when both are whole."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import zstandard
from flask import Flask

from runtime import Runtime
from store import months, months_state
from store.database import Database
from store.months import Months
from tests.rigs import chains
from tests.rigs.archives import (
    NextMonth,
    archive_month,
    events_left,
    value_of,
)


def test_a_month_is_in_its_files_and_the_chains_go_on(
    month: NextMonth, owner: Database, app: Flask, tmp_path: Path
) -> None:
    archive_month(month, tmp_path)
    assert events_left(owner) == 0
    place = tmp_path / f"{month.first:%Y-%m}"
    manifest = json.loads((place / "manifest.json").read_text())
    (events,) = (each for each in manifest["tables"] if each["table"] == "events")
    assert events["rows"] == 20
    rows = zstandard.ZstdDecompressor().stream_reader((place / "events.copy.zst").read_bytes())
    assert rows.read().splitlines()[0].split(b"\t")[0] == str(month.events[0]).encode()
    run = app.test_cli_runner()
    assert "as it was written" in run.invoke(args=["archive", "check", str(place)]).output
    assert "events: 20 rows in" in run.invoke(args=["archive", "list"]).output
    verified = chains.verify(app)
    assert verified.exit_code == 0, verified.output
    assert "20 archived" in verified.output
    replayed = run.invoke(args=["replay"])
    assert f"{month.first:%Y-%m} is archived: 0 sprints in {place}" in replayed.output
    with owner.transaction() as conn, conn.cursor() as cursor:  # and back, as the manual says
        months.make(conn)
        with cursor.copy(
            f"COPY events ({', '.join(events['columns'])}) FROM STDIN".encode()
        ) as copy:
            copy.write(
                zstandard.ZstdDecompressor()
                .stream_reader((place / "events.copy.zst").read_bytes())
                .read()
            )
        conn.execute("DELETE FROM archived_months")
    assert events_left(owner) == 20
    assert chains.verify(app).exit_code == 0


def test_the_rows_of_before_go_as_a_month_does_and_their_guards_with_them(
    past: date, runtime: Runtime, owner: Database, app: Flask, tmp_path: Path
) -> None:
    run = app.test_cli_runner()
    arguments = ["archive", "month", f"{past:%Y-%m}", "--into", str(tmp_path)]
    with owner.transaction() as conn:
        conn.execute("DELETE FROM report_days")
    assert "the reports of" in run.invoke(args=arguments).output
    with owner.transaction() as conn:
        conn.execute(
            "INSERT INTO report_days (day, made_at) SELECT (at AT TIME ZONE 'Asia/Kolkata')::date,"
            " now() FROM messages WHERE id = 1"
        )
    done = run.invoke(args=arguments)
    assert done.exit_code == 0, done.output
    assert value_of(owner, "SELECT to_regclass('messages_first')") is None
    with owner.transaction() as conn:
        guards = conn.execute("SELECT kind, carrier_id FROM carrier_ids ORDER BY 2").fetchall()
    assert guards == [("out", "SM4")]
    assert chains.verify(app).exit_code == 0
    # A clock that stands wrong by years brings rows of then: they have a place again, and are told.
    with owner.transaction() as conn:
        conn.execute("INSERT INTO events (id, at, kind) VALUES (7, now(), 'desk_acted')")
        conn.execute("INSERT INTO events (id, at, kind) VALUES (99, now(), 'desk_acted')")
    Months(runtime.database).advance()
    assert value_of(owner, "SELECT count(*) FROM events_first") == 2
    with owner.transaction() as conn:
        (events,) = (each for each in months_state.archived(conn) if each.table == "events")
    assert (events.back, events.late, events.half) == (1, 1, True)
    again = run.invoke(args=arguments)
    assert "to archive it again, bring its rows back first" in again.output
    checked = run.invoke(args=["archive", "check", str(tmp_path / f"{past:%Y-%m}")])
    assert "as it was written" in checked.output
