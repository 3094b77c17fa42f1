"""What is archived is never written over, and people are told where it is."""

from __future__ import annotations

import json
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path

import pytest
import zstandard
from flask import Flask

from runtime import Runtime
from store import months
from store.archivable import Archived
from store.database import Database
from tests.rigs.archives import (
    NextMonth,
    archive_month,
)


def test_what_was_archived_is_never_written_over(
    month: NextMonth, owner: Database, app: Flask, tmp_path: Path
) -> None:
    """A clock that was set back makes the month once more; the directory may be another's."""
    archive_month(month, tmp_path)
    file = tmp_path / f"{month.first:%Y-%m}" / "events.copy.zst"
    kept = file.read_bytes()
    with owner.transaction() as conn:
        months.make(conn)
    with pytest.raises(Archived, match="bring its rows back first"):
        archive_month(month, tmp_path)
    assert file.read_bytes() == kept
    with owner.transaction() as conn:
        conn.execute("DELETE FROM archived_months")
    archive_month(month, tmp_path)
    aside = file.parent.with_name(f"{month.first:%Y-%m}.before-1") / file.name
    assert aside.read_bytes() == kept
    assert file.exists()


def test_files_and_manifest_that_were_changed_together_are_found(
    month: NextMonth, app: Flask, tmp_path: Path
) -> None:
    """Whoever has the directory can write a manifest that fits; what was archived is kept here."""
    archive_month(month, tmp_path)
    place = tmp_path / f"{month.first:%Y-%m}"
    rows = zstandard.ZstdDecompressor().stream_reader((place / "events.copy.zst").read_bytes())
    changed = rows.read().replace(b"desk_acted", b"delivered")
    (place / "events.copy.zst").write_bytes(zstandard.ZstdCompressor().compress(changed))
    manifest = json.loads((place / "manifest.json").read_text())
    (events,) = (each for each in manifest["tables"] if each["table"] == "events")
    events["digest"] = sha256(changed).hexdigest()
    (place / "manifest.json").write_text(json.dumps(manifest))
    done = app.test_cli_runner().invoke(args=["archive", "check", str(place)])
    assert done.exit_code == 1
    assert "the manifest is not what the database kept" in done.output


def test_a_person_is_told_what_is_archived(
    month: NextMonth, runtime: Runtime, app: Flask, tmp_path: Path
) -> None:
    """What was exported is not all; what was forgotten is not forgotten there."""
    with runtime.database.transaction() as conn:
        conn.execute("INSERT INTO phones (phone, language) VALUES ('+919876500001', 'hi')")
    archive_month(month, tmp_path)
    run = app.test_cli_runner()
    for arguments in (
        ["export-person", "+919876500001"],
        ["forget-person", "+919876500001", "--reason", "asked", "--yes"],
    ):
        done = run.invoke(args=arguments)
        assert done.exit_code == 0, done.output
        assert f"{month.first:%Y-%m} is archived in {tmp_path}" in done.stderr


def test_a_month_of_which_half_is_back_is_not_replayed(
    past: date, runtime: Runtime, owner: Database, app: Flask
) -> None:
    with owner.transaction() as conn:
        conn.execute(
            "INSERT INTO archived_months (month, of_table, rows, digest, place, last_id)"
            " VALUES (1, 'sprints', 2, sha256(''), '/srv/x/sprints.copy.zst', 1000000000002)"
        )
        conn.execute(
            "INSERT INTO conversations (id, whose, machine, state, context, entered_at)"
            " OVERRIDING SYSTEM VALUE"
            " VALUES (1, '+919876500001', 'recipient', 'quiet', '{}', now())"
        )
        conn.execute(
            "INSERT INTO sprints (id, conversation_id, at, kept, dictionary, event_kind, acts,"
            " about) VALUES (1000000000001, 1, now(), '\\x00', 1, 'Texted', '', '')"
        )
        (row,) = conn.execute("SELECT month_begins(2)").fetchall()
    half = app.test_cli_runner().invoke(args=["replay"])
    assert half.exit_code == 1
    assert "1 of the 2 sprints of" in half.output
    assert "bring the others back" in half.output
    apart = app.test_cli_runner().invoke(
        args=["replay", "--since", f"{row[0]}", "--until", f"{row[0] + timedelta(days=9)}"]
    )
    assert apart.exit_code == 0, apart.output
    assert "0 sprints decided again" in apart.output
