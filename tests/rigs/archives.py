"""Months that can be archived, and the archive of them as a call and as a process of its own."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import psycopg

import store
from runtime import Runtime
from settings import Settings
from store import archive
from store.database import Database
from tests.rigs import chains
from tests.rigs.chains import days_ago
from tests.rigs.clock import Clock
from tests.rigs.past_months import began_earlier

LATER: Final = datetime.now(UTC) + timedelta(days=100)


@dataclass(frozen=True)
class NextMonth:
    """Next month, with rows of yesterday in it, sealed."""

    first: date
    owner_url: str
    events: list[int]


@contextmanager
def next_month(runtime: Runtime, owner: Database) -> Iterator[NextMonth]:
    """Yield next month, with twenty events of yesterday in it, sealed."""
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
    yield NextMonth(row[0], owner.url, [each[0] for each in made])
    with owner.transaction() as conn:
        conn.execute("SELECT make_months(3)")


@contextmanager
def first_month(runtime: Runtime, owner: Database, clock: Clock) -> Iterator[date]:
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


def archive_month(month: NextMonth, into: Path, now: datetime = LATER) -> None:
    """Archive it and commit."""
    with psycopg.connect(month.owner_url) as conn:
        archive.archive(conn, month.first, into, now)


def archive_command(settings: Settings, *arguments: str) -> dict[str, Any]:
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


def events_left(owner: Database) -> int:
    """Return how many events of next month there are."""
    with owner.transaction() as conn:
        row = conn.execute("SELECT count(*) FROM events WHERE id >= 1000000000000").fetchone()
    assert row is not None
    return int(row[0])


def value_of(owner: Database, query: str) -> object:
    """Return the first value of the only row of a query."""
    with owner.transaction() as conn:
        (row,) = conn.execute(query.encode()).fetchall()
    return row[0]
