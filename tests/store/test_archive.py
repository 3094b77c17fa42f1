"""A month goes into files and comes out of the database only when both are whole."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import psycopg
import pytest
import zstandard
from flask import Flask

from postal.people import tokens
from runtime import Runtime
from store import archive, feed, months
from store.archive import Damaged, NotOver
from store.database import Database
from store.refusals import Conflict
from tests.rigs import chains
from tests.rigs.chains import days_ago
from webhooks import subscriptions

_LATER = datetime.now(UTC) + timedelta(days=100)


@dataclass(frozen=True)
class _Next:
    """Next month, with rows of yesterday in it, sealed."""

    first: date
    owner_url: str
    events: list[int]


@pytest.fixture
def month(runtime: Runtime, owner: Database) -> Iterator[_Next]:
    with owner.transaction() as conn:
        row = conn.execute("SELECT month_begins(month_number(clock_timestamp()) + 1)").fetchone()
        assert row is not None
        made = conn.execute(
            "INSERT INTO events (id, at, kind, data, day_written)"
            " SELECT 1000000000000 + nextval('events_id_seq'), now(), 'desk_acted',"
            " jsonb_build_object('name', E'two\\nlines\\t' || n), %s FROM generate_series(1, 20) n"
            " RETURNING id",
            [days_ago(1)],
        ).fetchall()
    chains.seal(runtime)
    yield _Next(row[0], owner.url, [each[0] for each in made])
    with owner.transaction() as conn:
        conn.execute("SELECT make_months(3)")


def _count(owner: Database) -> int:
    with owner.transaction() as conn:
        row = conn.execute("SELECT count(*) FROM events WHERE id >= 1000000000000").fetchone()
    assert row is not None
    return int(row[0])


def _archive(month: _Next, into: Path, now: datetime = _LATER) -> None:
    with psycopg.connect(month.owner_url) as conn:
        archive.archive(conn, month.first, into, now)


def test_a_month_is_in_its_files_and_the_chains_go_on(
    month: _Next, owner: Database, app: Flask, tmp_path: Path
) -> None:
    _archive(month, tmp_path)
    assert _count(owner) == 0
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
    assert _count(owner) == 20
    assert chains.verify(app).exit_code == 0


def test_a_file_that_was_damaged_drops_nothing(
    month: _Next, owner: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk returns something else than was written to it."""
    kept = archive._keep

    def torn(path: Path, content: bytes) -> None:
        kept(path, content)
        file = path.with_name("events.copy.zst")
        file.write_bytes(file.read_bytes()[:-9])

    with monkeypatch.context() as broken:
        broken.setattr(archive, "_keep", torn)
        with pytest.raises(Damaged, match="nothing was dropped"):
            _archive(month, tmp_path)
    assert _count(owner) == 20
    _archive(month, tmp_path)
    assert _count(owner) == 0


def test_one_that_was_killed_before_the_end_left_the_month_whole(
    month: _Next, owner: Database, tmp_path: Path
) -> None:
    """The files are there, complete, and the transaction never ended; running it again works."""
    with psycopg.connect(month.owner_url) as conn:
        archive.archive(conn, month.first, tmp_path, _LATER)
        conn.rollback()
    assert (tmp_path / f"{month.first:%Y-%m}" / "manifest.json").exists()
    assert _count(owner) == 20
    _archive(month, tmp_path)
    assert _count(owner) == 0


def test_what_was_archived_is_never_written_over(
    month: _Next, owner: Database, app: Flask, tmp_path: Path
) -> None:
    """A clock that was set back makes the month once more; the directory may be another's."""
    _archive(month, tmp_path)
    file = tmp_path / f"{month.first:%Y-%m}" / "events.copy.zst"
    kept = file.read_bytes()
    with owner.transaction() as conn:
        months.make(conn)
    with pytest.raises(Conflict, match="was archived before"):
        _archive(month, tmp_path)
    assert file.read_bytes() == kept
    with owner.transaction() as conn:
        conn.execute("DELETE FROM archived_months")
    manifest = file.with_name("manifest.json")
    manifest.write_text(manifest.read_text().replace('"database": "', '"database": "1'))
    with pytest.raises(Conflict, match="choose another directory"):
        _archive(month, tmp_path)
    assert file.read_bytes() == kept


def test_files_and_manifest_that_were_changed_together_are_found(
    month: _Next, app: Flask, tmp_path: Path
) -> None:
    """Whoever has the directory can write a manifest that fits; what was archived is kept here."""
    _archive(month, tmp_path)
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
    month: _Next, runtime: Runtime, app: Flask, tmp_path: Path
) -> None:
    """What was exported is not all; what was forgotten is not forgotten there."""
    with runtime.database.transaction() as conn:
        conn.execute("INSERT INTO phones (phone, language) VALUES ('+919876500001', 'hi')")
    _archive(month, tmp_path)
    run = app.test_cli_runner()
    for arguments in (
        ["export-person", "+919876500001"],
        ["forget-person", "+919876500001", "--reason", "asked", "--yes"],
    ):
        done = run.invoke(args=arguments)
        assert done.exit_code == 0, done.output
        assert f"{month.first:%Y-%m} is archived in {tmp_path}" in done.stderr


def test_a_disk_that_is_full_is_said(
    month: _Next, owner: Database, app: Flask, tmp_path: Path
) -> None:
    into = tmp_path / "file"
    into.write_text("no directory fits here")
    with pytest.raises(OSError, match="Not a directory"):
        _archive(month, into)
    assert _count(owner) == 20


def test_what_runs_still_is_refused(
    month: _Next, owner: Database, app: Flask, tmp_path: Path
) -> None:
    arguments = ["archive", "month", f"{month.first:%Y-%m}", "--into", str(tmp_path)]
    refused = app.test_cli_runner().invoke(args=arguments)
    assert refused.exit_code == 1
    assert "is not over" in refused.output
    with owner.transaction() as conn:
        conn.execute(
            "INSERT INTO events (id, at, kind, day_written) VALUES"
            " (1000000000000 + nextval('events_id_seq'), now(), 'desk_acted', %s)",
            [days_ago(0)],
        )
    with pytest.raises(NotOver, match="not every day"):
        _archive(month, tmp_path)
    assert _count(owner) == 21


def test_what_receivers_and_questions_still_need_stays(
    month: _Next, runtime: Runtime, owner: Database, tmp_path: Path
) -> None:
    """A receiver that was away got a ping in place of what happened; right digits were wrong."""
    with runtime.database.transaction() as conn:
        feed.read(conn, 0, 100)
        tokens.create(conn, "software")
        conn.execute(
            "INSERT INTO webhook_subscriptions (token_id, url, secret_salt, cursor, created_at)"
            " SELECT id, 'https://a.example', '0123456789abcdef', 1, '2026-01-01' FROM tokens"
        )
    with pytest.raises(NotOver, match="webhooks have not told all"):
        _archive(month, tmp_path, datetime.now(UTC) + timedelta(days=99))
    with owner.transaction() as conn:
        conn.execute("UPDATE webhook_subscriptions SET cursor = 1000")
        conn.execute(
            "INSERT INTO webhook_deliveries (subscription_id, position, created_at,"
            " next_attempt_at) SELECT s.id, e.position, now(), now() FROM webhook_subscriptions s,"
            " events e WHERE e.id = %s",
            [month.events[0]],
        )
    with pytest.raises(NotOver, match="webhooks have not told all"):
        _archive(month, tmp_path)
    with owner.transaction() as conn:
        conn.execute("UPDATE webhook_deliveries SET state = 'dead', settled_at = now()")
        conn.execute(
            "INSERT INTO articles (number, service, otp_required, recipient_name,"
            " recipient_address, recipient_pin, sender_name, code_salt, booked_at, updated_at)"
            " VALUES ('EU123456785IN', 'speed_post', false, '', '', '273303', '',"
            " '0123456789abcdef', now(), now())"
        )
        conn.execute(
            "INSERT INTO messages (id, direction, phone, at, body, status, article_id, quote,"
            " quote_key, template, language, lane, not_after, next_attempt_at, segments, variables)"
            " SELECT 1000000000000 + nextval('messages_id_seq'), 'out', '+919876500001', now(),"
            " 'x', 'sent', id, 1, 1, 'x', 'hi', 'notice', now(), now(), 1, '{}' FROM articles"
        )
    with pytest.raises(NotOver, match="1 articles under way"):
        _archive(month, tmp_path)
    with owner.transaction() as conn:
        conn.execute("UPDATE articles SET state = 'returned'")
    _archive(month, tmp_path)
    with runtime.database.transaction() as conn:
        (id_,) = conn.execute("SELECT id FROM webhook_subscriptions").fetchone() or (0,)
        assert subscriptions.replay(conn, id_, None, datetime.now(UTC)) == 0
