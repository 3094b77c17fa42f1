"""Nobody waits for an archive, and what changes while it writes is in it as it is at the end."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from threading import Event, Thread
from uuid import uuid4

import psycopg
import pytest
import zstandard

from gateways.base import Receipt, ReceiptStatus
from outbox import receipts, settle
from outbox.claim import claim
from outbox.lanes import LANES
from outbox.policy import MessageVerdict
from runtime import Runtime
from settings import Settings
from store import archive, archive_watch, inbound
from store.database import Conn, Database
from store.inbound import InboundRow
from store.months import LARGE
from tests.rigs.archives import archive_command, value_of
from tests.rigs.clock import Clock
from tests.rigs.outbox import NAME, queue

PHONE = "+919876500001"
SHARES = dict.fromkeys(LANES, 0) | {"notice": 10}
_AT_ONCE = "-c lock_timeout=900ms -c plan_cache_mode=force_generic_plan"


def _fill(owner: Database) -> None:
    """Fill the month with texts that cannot be packed into what a socket holds."""
    with owner.transaction() as conn:
        conn.execute(
            "INSERT INTO messages (id, direction, status, phone, at, body, gateway, template,"
            " language, segments, lane, not_after, next_attempt_at)"
            " SELECT 100 + n, 'out', 'delivered', %s, (SELECT at FROM messages WHERE id = 1),"
            " (SELECT string_agg(md5(n::text || m), '') FROM generate_series(1, 300) AS m),"
            " 'twilio', 'code', 'hi', 1, 'code', now(), now() FROM generate_series(1, 3000) AS n",
            [PHONE],
        )


@contextmanager
def _in_the_middle(settings: Settings, month: date, into: Path) -> Iterator[subprocess.Popen[str]]:
    """Yield an archive that stands still while it writes the first table; then let it go on."""
    arguments = ["month", f"{month:%Y-%m}", "--into", str(into)]
    partial = into / f"{month:%Y-%m}.partial"
    archiving = subprocess.Popen(
        **archive_command(settings, *arguments), stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    try:
        file = partial / "messages.copy.zst"
        while not (file.exists() and file.stat().st_size):
            assert archiving.poll() is None, archiving.communicate()[0]
        archiving.send_signal(signal.SIGSTOP)
        yield archiving
        assert list(partial.iterdir()) == [file]  # it stood still there
    finally:
        archiving.send_signal(signal.SIGCONT)


@pytest.fixture
def impatient(runtime: Runtime) -> Iterator[Runtime]:
    """Statements that lock every month, as plans for all values do, and wait for no lock."""
    database = Database(psycopg.conninfo.make_conninfo(runtime.database.url, options=_AT_ONCE))
    database.open()
    yield replace(runtime, database=database)
    database.close()


def _words(month: date, into: Path) -> bytes:
    packed = (into / f"{month:%Y-%m}" / "messages.copy.zst").read_bytes()
    return zstandard.ZstdDecompressor().stream_reader(packed).read()


def test_receipts_outcomes_and_texts_do_not_wait_while_it_writes(
    past: date,
    impatient: Runtime,
    settings: Settings,
    owner: Database,
    clock: Clock,
    tmp_path: Path,
) -> None:
    _fill(owner)
    database, now = impatient.database, clock.now()
    with database.transaction() as conn:
        queue(conn, now, "notice", count=4)
        taken = claim(conn, SHARES, 10, uuid4(), lambda due: NAME, now).taken
    assert len(taken) == 4
    with _in_the_middle(settings, past, tmp_path) as archiving:
        with database.transaction() as conn:
            sent = MessageVerdict("sent", carrier_id="S1")
            settle.write(conn, [settle.SettledMessage(taken[0], sent)], now)
            settle.release(conn, [(each, now) for each in taken[1:]])
        receipts.receive(
            impatient, Receipt(NAME, "S1", None, ReceiptStatus.DELIVERED, "delivered", None)
        )
        with database.transaction() as conn:
            late = now + timedelta(days=30)
            assert claim(conn, SHARES, 10, uuid4(), lambda due: NAME, late).expired == 3
        with database.transaction() as conn:
            ring = InboundRow(now, NAME, "R1", PHONE, "voice", "code")
            again = replace(ring, carrier_id="R2")
            assert inbound.keep(conn, ring) is not None
            kept = inbound.keep(conn, again)
            assert kept is not None
            assert inbound.rings_on(conn, kept, again)
            inbound.set_unreadable(conn, [kept], "unknown")
        with database.transaction() as conn:
            inbound.mark(conn, 1, "marked late")  # a row of the month itself
    said = archiving.communicate(timeout=120)[0]
    assert archiving.returncode == 0, said
    (changed,) = (row for row in _words(past, tmp_path).splitlines() if row.startswith(b"1\t"))
    assert b"marked late" in changed
    assert value_of(owner, "SELECT count(*) FROM archive_changes") == 0
    assert value_of(owner, "SELECT heard FROM messages WHERE carrier_id = 'S1'") == "delivered"


def test_a_change_behind_what_is_written_is_written_too(
    past: date, settings: Settings, owner: Database, clock: Clock, tmp_path: Path
) -> None:
    """It has written all and waits for somebody who reads when a row changes once more."""
    place = tmp_path / f"{past:%Y-%m}"

    def run() -> None:
        with psycopg.connect(settings.owner_url) as conn:
            archive.archive(conn, past, tmp_path, clock.now())

    archiving = Thread(target=run)
    with owner.transaction() as reader:
        reader.execute("SELECT count(*) FROM sprints")
        archiving.start()
        while not place.exists():
            assert archiving.is_alive()
        with psycopg.connect(settings.owner_url) as other:
            other.execute("UPDATE messages SET error = 'at last' WHERE id = 2")
            other.execute("DELETE FROM messages WHERE id = 1")
    archiving.join()
    words = _words(past, tmp_path)
    assert b"at last" in words
    assert not words.startswith(b"1\t")
    assert value_of(owner, "SELECT rows FROM archived_months WHERE of_table = 'messages'") == 2
    assert list(tmp_path.iterdir()) == [place]


def test_a_month_that_never_rests_is_refused_and_stays(
    past: date, settings: Settings, owner: Database, clock: Clock, tmp_path: Path
) -> None:
    ended = Event()

    def change() -> None:
        with psycopg.connect(settings.owner_url, autocommit=True) as conn:
            while not ended.is_set():
                conn.execute("UPDATE messages SET error = 'again' WHERE id = 2")

    changing = Thread(target=change)
    changing.start()
    try:
        with (
            psycopg.connect(settings.owner_url) as conn,
            pytest.raises(archive.Changing, match="nothing was dropped"),
        ):
            archive.archive(conn, past, tmp_path, clock.now())
    finally:
        ended.set()
        changing.join()
    assert value_of(owner, "SELECT count(*) FROM messages") == 4
    assert value_of(owner, "SELECT count(*) FROM carrier_ids") == 5
    assert value_of(owner, "SELECT count(*) FROM archive_attempts") == 0
    assert list(tmp_path.iterdir()) == []
    _is_unwatched(owner)


def _is_unwatched(owner: Database) -> None:
    assert value_of(owner, "SELECT count(*) FROM archive_changes") == 0
    assert value_of(owner, "SELECT count(*) FROM pg_trigger WHERE tgname LIKE 'archive_%'") == 0


def test_an_archive_whose_watch_was_ended_by_another_drops_nothing(
    past: date, settings: Settings, owner: Database
) -> None:
    def parts(conn: Conn) -> archive_watch.Parts:
        return {table: archive._partition(conn, table, past) for table in LARGE}

    with psycopg.connect(settings.owner_url) as conn:
        watched = parts(conn)
        conn.commit()
        archive_watch.watch(conn, 0, watched)
        archive_watch.insist_on(conn, watched)
        conn.rollback()
        archive_watch.unwatch(conn, 0, watched)
        with pytest.raises(archive_watch.TablesHeld, match="run it again"):
            archive_watch.insist_on(conn, watched)
    _is_unwatched(owner)
