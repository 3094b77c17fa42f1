"""A month goes into files and comes out of the database only when both are whole."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import psycopg
import pytest
import zstandard
from flask import Flask

import store
from postal.people import tokens
from runtime import Runtime
from settings import Settings
from store import archive, archive_attempts, feed, months, months_state
from store.archivable import Archived, NotOver
from store.archive import Damaged
from store.database import Database
from store.months import Months
from tests.rigs import chains
from tests.rigs.chains import days_ago
from tests.rigs.clock import Clock
from tests.rigs.past_months import began_earlier
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
    with pytest.raises(Archived, match="bring its rows back first"):
        _archive(month, tmp_path)
    assert file.read_bytes() == kept
    with owner.transaction() as conn:
        conn.execute("DELETE FROM archived_months")
    _archive(month, tmp_path)
    aside = file.parent.with_name(f"{month.first:%Y-%m}.before-1") / file.name
    assert aside.read_bytes() == kept
    assert file.exists()


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


@pytest.fixture
def past(runtime: Runtime, owner: Database, clock: Clock) -> Iterator[date]:
    """The first month of all, over since three months, with texts that carriers number, sealed."""
    clock.at = datetime.now(UTC)
    with began_earlier(owner.url, 4):
        with owner.transaction() as conn:
            conn.execute(
                "INSERT INTO messages (id, direction, status, phone, at, body, gateway, carrier_id,"
                " template, language, segments, lane, not_after, next_attempt_at, again_of, via,"
                " instead_of) VALUES"
                " (1, 'in', 'received', '+919876500001', %(at)s, 'ghar', 'twilio', 'SM1',"
                "  NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),"
                " (2, 'out', 'delivered', '+919876500001', %(at)s, '', 'twilio', 'SM2',"
                "  'code', 'hi', 1, 'code', now(), now(), NULL, NULL, NULL),"
                " (3, 'out', 'delivered', '+919876500001', %(at)s, '', 'kannel', 'K3',"
                "  'code', 'hi', 1, 'code', now(), now(), 2, 'kannel', 'twilio'),"
                " (3000000000001, 'out', 'sent', '+919876500001', now(), '', 'twilio', 'SM4',"
                "  'code', 'hi', 1, 'code', now(), now(), NULL, NULL, NULL)",
                {"at": clock.at - timedelta(days=100)},
            )
            conn.execute(
                "INSERT INTO carrier_ids (kind, gateway, carrier_id) VALUES ('in', 'twilio', 'SM1')"
            )
            conn.execute(
                "INSERT INTO events (id, at, kind, day_written) SELECT n, now(), 'desk_acted', %s"
                " FROM generate_series(1, 20) AS n",
                [days_ago(1)],
            )
            (row,) = conn.execute("SELECT month_begins(0)").fetchall()
            conn.execute(
                "INSERT INTO report_days (day, made_at)"
                " SELECT (at AT TIME ZONE 'Asia/Kolkata')::date, now() FROM messages WHERE id = 1"
            )
        chains.seal(runtime)
        yield row[0]


def _one(owner: Database, query: str) -> object:
    with owner.transaction() as conn:
        (row,) = conn.execute(query.encode()).fetchall()
    return row[0]


def _command(settings: Settings, *arguments: str) -> dict[str, Any]:
    """What starts `flask archive …` as a process of its own, with the owner's URL."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return {
        "args": [str(Path(sys.executable).parent / "flask"), "--app", "app", "archive", *arguments],
        "env": {
            **kept,
            "DAKIYA_ENV": "test",
            "DATABASE_URL": settings.database_url,
            "DATABASE_OWNER_URL": settings.owner_url,
            "REDIS_URL": settings.redis_url,
            "DAKIYA_MASTER_KEY": settings.dakiya_master_key.get_secret_value(),
            "SECRET_KEY": settings.secret_key.get_secret_value(),
            # Where no file may grow, Python 3.11 leaves half a module to all who import it later.
            "PYTHONDONTWRITEBYTECODE": "1",
        },
        "cwd": Path(store.__file__).parent.parent,
        "text": True,
    }


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
    assert _one(owner, "SELECT to_regclass('messages_first')") is None
    with owner.transaction() as conn:
        guards = conn.execute("SELECT kind, carrier_id FROM carrier_ids ORDER BY 2").fetchall()
    assert guards == [("out", "SM4")]
    assert chains.verify(app).exit_code == 0
    # A clock that stands wrong by years brings rows of then: they have a place again, and are told.
    with owner.transaction() as conn:
        conn.execute("INSERT INTO events (id, at, kind) VALUES (7, now(), 'desk_acted')")
        conn.execute("INSERT INTO events (id, at, kind) VALUES (99, now(), 'desk_acted')")
    Months(runtime.database).advance()
    assert _one(owner, "SELECT count(*) FROM events_first") == 2
    with owner.transaction() as conn:
        (events,) = (each for each in months_state.archived(conn) if each.table == "events")
    assert (events.back, events.late, events.half) == (1, 1, True)
    again = run.invoke(args=arguments)
    assert "to archive it again, bring its rows back first" in again.output
    checked = run.invoke(args=["archive", "check", str(tmp_path / f"{past:%Y-%m}")])
    assert "as it was written" in checked.output


def test_an_archive_that_is_killed_leaves_all_and_is_told(
    past: date, settings: Settings, owner: Database, app: Flask, tmp_path: Path
) -> None:
    """It has written its files and waits for somebody who reads, when its process is killed."""
    place = tmp_path / f"{past:%Y-%m}"
    arguments = ["month", f"{past:%Y-%m}", "--into", str(tmp_path)]
    with owner.transaction() as reader:
        reader.execute("SELECT count(*) FROM sprints")
        archiving = subprocess.Popen(**_command(settings, *arguments))
        while not place.exists():
            assert archiving.poll() is None
        # Nobody waits behind it: who has the tables has them for moments.
        with owner.transaction() as other:
            other.execute("SET LOCAL lock_timeout = '5s'")
            other.execute("SELECT count(*) FROM sprints")
        archiving.kill()
        archiving.wait()
    assert _one(owner, "SELECT count(*) FROM messages") == 4
    assert _one(owner, "SELECT count(*) FROM carrier_ids") == 5
    with owner.transaction() as conn:
        (cut,) = archive_attempts.attempts(conn)
    assert (cut.month, cut.place) == (past, str(place))
    done = app.test_cli_runner().invoke(args=["archive", *arguments])
    assert done.exit_code == 0, done.output
    assert place.with_name(f"{place.name}.before-1").exists()
    assert _one(owner, "SELECT count(*) FROM archive_attempts") == 0
    assert _one(owner, "SELECT count(*) FROM messages") == 1


def test_a_disk_that_has_no_room_leaves_no_piece(
    past: date, settings: Settings, owner: Database, tmp_path: Path
) -> None:
    """The system lets no file grow beyond some bytes."""
    arguments = ["month", f"{past:%Y-%m}", "--into", str(tmp_path)]
    done = subprocess.run(
        **_command(settings, *arguments),
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (200, 200)),
        capture_output=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 1
    assert "the files could not be written (File too large)" in done.stderr
    assert "is in the database, whole" in done.stderr
    assert list(tmp_path.iterdir()) == []
    assert _one(owner, "SELECT count(*) FROM events") == 20 + 1  # the seal's
    assert _one(owner, "SELECT count(*) FROM archive_attempts") == 0


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
        conn.execute(
            "INSERT INTO report_days (day, made_at) SELECT DISTINCT"
            " (at AT TIME ZONE 'Asia/Kolkata')::date, now() FROM messages ON CONFLICT DO NOTHING"
        )
    with pytest.raises(NotOver, match="1 articles under way"):
        _archive(month, tmp_path)
    with owner.transaction() as conn:
        conn.execute("UPDATE articles SET state = 'returned'")
    _archive(month, tmp_path)
    with runtime.database.transaction() as conn:
        (id_,) = conn.execute("SELECT id FROM webhook_subscriptions").fetchone() or (0,)
        assert subscriptions.replay(conn, id_, None, datetime.now(UTC)) == 0
