"""An archive that is cut off, damaged or without room leaves the month whole, and says so."""

from __future__ import annotations

import resource
import subprocess
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import psycopg
import pytest
from flask import Flask

from settings import Settings
from store import archive, archive_attempts, archive_files
from store.archive_files import ArchivedTable, Damaged
from store.database import Database
from tests.rigs.archives import (
    LATER,
    NextMonth,
    archive_command,
    archive_month,
    events_left,
    value_of,
)


def test_a_file_that_was_damaged_drops_nothing(
    month: NextMonth, owner: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk returns something else than was written to it."""
    write_manifest = archive_files.write_manifest

    def torn(place: Path, first: date, tables: Sequence[ArchivedTable]) -> None:
        write_manifest(place, first, tables)
        file = place / "events.copy.zst"
        file.write_bytes(file.read_bytes()[:-9])

    with monkeypatch.context() as broken:
        broken.setattr(archive_files, "write_manifest", torn)
        with pytest.raises(Damaged, match="nothing was dropped"):
            archive_month(month, tmp_path)
    assert events_left(owner) == 20
    archive_month(month, tmp_path)
    assert events_left(owner) == 0


def test_one_that_was_killed_before_the_end_left_the_month_whole(
    month: NextMonth, owner: Database, tmp_path: Path
) -> None:
    """The files are there, complete, and the transaction never ended; running it again works."""
    with psycopg.connect(month.owner_url) as conn:
        archive.archive(conn, month.first, tmp_path, LATER)
        conn.rollback()
    assert (tmp_path / f"{month.first:%Y-%m}" / "manifest.json").exists()
    assert events_left(owner) == 20
    archive_month(month, tmp_path)
    assert events_left(owner) == 0


def test_a_disk_that_is_full_is_said(
    month: NextMonth, owner: Database, app: Flask, tmp_path: Path
) -> None:
    into = tmp_path / "file"
    into.write_text("no directory fits here")
    with pytest.raises(OSError, match="Not a directory"):
        archive_month(month, into)
    assert events_left(owner) == 20


def test_an_archive_that_is_killed_leaves_all_and_is_told(
    past: date, settings: Settings, owner: Database, app: Flask, tmp_path: Path
) -> None:
    """It has written its files and waits for somebody who reads, when its process is killed."""
    place = tmp_path / f"{past:%Y-%m}"
    arguments = ["month", f"{past:%Y-%m}", "--into", str(tmp_path)]
    with owner.transaction() as reader:
        reader.execute("SELECT count(*) FROM sprints")
        archiving = subprocess.Popen(**archive_command(settings, *arguments))
        while not place.exists():
            assert archiving.poll() is None
        # Nobody waits behind it: who has the tables has them for moments.
        with owner.transaction() as other:
            other.execute("SET LOCAL lock_timeout = '5s'")
            other.execute("SELECT count(*) FROM sprints")
        archiving.kill()
        archiving.wait()
    assert value_of(owner, "SELECT count(*) FROM messages") == 4
    assert value_of(owner, "SELECT count(*) FROM carrier_ids") == 5
    with owner.transaction() as conn:
        (cut,) = archive_attempts.attempts(conn)
    assert (cut.month, cut.place) == (past, str(place))
    done = app.test_cli_runner().invoke(args=["archive", *arguments])
    assert done.exit_code == 0, done.output
    assert place.with_name(f"{place.name}.before-1").exists()
    assert value_of(owner, "SELECT count(*) FROM archive_attempts") == 0
    assert value_of(owner, "SELECT count(*) FROM messages") == 1


def test_a_disk_that_has_no_room_leaves_no_piece(
    past: date, settings: Settings, owner: Database, tmp_path: Path
) -> None:
    """The system lets no file grow beyond some bytes."""
    arguments = ["month", f"{past:%Y-%m}", "--into", str(tmp_path)]
    done = subprocess.run(
        **archive_command(settings, *arguments),
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (200, 200)),
        capture_output=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 1
    assert "the files could not be written (File too large)" in done.stderr
    assert "is in the database, whole" in done.stderr
    assert list(tmp_path.iterdir()) == []
    assert value_of(owner, "SELECT count(*) FROM events") == 20 + 1  # the seal's
    assert value_of(owner, "SELECT count(*) FROM archive_attempts") == 0
