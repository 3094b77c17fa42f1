"""Hostile neighbours at our back: Valkey, PostgreSQL, carriers and receivers that do not do.

Each is a context: hostile until the block ends.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import psutil
import psycopg
from redis import Redis

from bench.books import Doorstep
from bench.quiet import QuietText, Twilio, new_sid
from bench.rig import LOCAL, MeasureFailed, Rig
from postal.people import tokens
from runtime import Runtime
from store import feed
from webhooks import subscriptions

RECEIVERS: Final = 8
STUCK: Final = "+9160"  # the beginning of numbers whose carrier hangs
_HELD_EVERY: Final = 0.1  # seconds between the texts of those whose rows are held


@contextmanager
def hung_valkey(made: Rig) -> Iterator[None]:
    """Stop Valkey as it stands: it takes connections and answers nothing."""
    family = psutil.Process(made.servers.processes["valkey"].pid).children(recursive=True)
    valkey = next(each for each in family if "valkey" in each.name())
    valkey.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        valkey.send_signal(signal.SIGCONT)


@contextmanager
def read_only_valkey(made: Rig) -> Iterator[None]:
    """Make Valkey a replica of nothing: it answers, and refuses what writes."""
    with Redis.from_url(made.settings.redis_url) as redis:
        redis.replicaof(LOCAL, 1)
        try:
            yield
        finally:
            redis.replicaof("NO", "ONE")


@contextmanager
def held_rows(
    made: Rig, twilio: Twilio, victims: Sequence[Doorstep], texted: list[QuietText]
) -> Iterator[None]:
    """Hold the rows of the victims' articles and conversations, while they text ten times a second.

    `texted`: their texts, which must all be taken in the end.
    """
    over = threading.Event()

    def text() -> None:
        asyncio.run(_texting(twilio, victims, texted, over))

    with psycopg.connect(made.settings.owner_url) as holder:
        numbers = [each.number for each in victims]
        people = [each.postman_phone for each in victims]
        holder.execute("SELECT FROM articles WHERE number = ANY(%s) FOR UPDATE", [numbers])
        holder.execute("SELECT FROM conversations WHERE whose = ANY(%s) FOR UPDATE", [people])
        thread = threading.Thread(target=text)
        thread.start()
        try:
            yield
        finally:
            over.set()
            holder.rollback()
            thread.join()


async def _texting(
    twilio: Twilio, victims: Sequence[Doorstep], texted: list[QuietText], over: threading.Event
) -> None:
    async def one(door: Doorstep) -> None:
        text = QuietText(new_sid(), door.recipient_phone, datetime.now(UTC).timestamp())
        texted.append(text)
        while True:
            text.posts += 1
            if await twilio.text(door.postman_phone, str(door.serial), text.sid) == 200:
                text.answered = datetime.now(UTC).timestamp()
                return
            await asyncio.sleep(1)

    async with asyncio.TaskGroup() as tasks:
        for door in victims:
            if over.is_set():
                return
            tasks.create_task(one(door))
            await asyncio.sleep(_HELD_EVERY)


@contextmanager
def long_queries(made: Rig, number: int = 4) -> Iterator[None]:
    """Run queries that never end, as the application's own role would."""

    def run() -> None:
        while not over.is_set():
            with (
                contextlib.suppress(psycopg.Error),
                psycopg.connect(made.settings.database_url) as c,
            ):
                pids.add(c.info.backend_pid)
                c.execute("SELECT count(*) FROM generate_series(1, 10_000_000_000)")

    over, pids = threading.Event(), set[int]()
    threads = [threading.Thread(target=run) for _ in range(number)]
    for each in threads:
        each.start()
    try:
        yield
    finally:
        over.set()
        with psycopg.connect(made.settings.owner_url, autocommit=True) as conn:
            while any(each.is_alive() for each in threads):
                for pid in list(pids):
                    conn.execute("SELECT pg_cancel_backend(%s)", [pid])
                for each in threads:
                    each.join(0.2)


@contextmanager
def full_disk(where: Path) -> Iterator[None]:
    """Fill the file system to its last byte."""
    filler = where / "filler"
    block = b"\0" * 1_000_000
    with filler.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        for size in (1_000_000, 4_096):
            with contextlib.suppress(OSError):
                while file.write(block[:size]) == size:
                    pass
    try:
        yield
    finally:
        filler.unlink()


@contextmanager
def slow_receivers(runtime: Runtime, port: int) -> Iterator[None]:
    """Subscribe receivers that answer a byte a second to everything that happens."""
    with runtime.database.transaction() as conn:
        ids = []
        for number in range(RECEIVERS):
            tokens.create(conn, f"slow {number}")
            row = conn.execute("SELECT id FROM tokens ORDER BY id DESC LIMIT 1").fetchone()
            assert row is not None
            made = subscriptions.subscribe(
                conn, row[0], f"http://{LOCAL}:{port}/{number}", ["approached", "delivered"],
                datetime.now(UTC),
            )  # fmt: skip
            ids.append(made.id)
        for number in range(100):
            feed.append(conn, "delivered", None, datetime.now(UTC), {"number": number})
    try:
        yield
    finally:
        with runtime.database.transaction() as conn:
            for each in ids:
                subscriptions.end(conn, each, "asked", datetime.now(UTC))


@contextmanager
def stuck_carrier(runtime: Runtime, messages: int = 300) -> Iterator[None]:
    """Queue messages whose carrier takes the call and answers a byte a second."""
    now = datetime.now(UTC)
    with runtime.database.transaction() as conn:
        conn.execute(
            "INSERT INTO messages (direction, status, phone, at, next_attempt_at, template,"
            " language, variables, body, segments, lane, not_after)"
            " SELECT 'out', 'queued', %s || lpad((n * 10007 %% 100000000)::text, 8, '0'), %s, %s,"
            " 'delivered', 'hi', '{\"digits\": \"3775\"}', 'x', 1, 'notice', %s"
            " FROM generate_series(1, %s) AS n",
            (STUCK, now, now, now + timedelta(minutes=10), messages),
        )
    try:
        yield
    finally:
        with runtime.database.transaction() as conn:
            conn.execute(
                "UPDATE messages SET status = 'expired' WHERE phone LIKE %s AND status = 'queued'",
                (STUCK + "%",),
            )


@contextmanager
def pooled(made: Rig, port: int) -> Iterator[Rig]:
    """Yield the rig as it is reached through PgBouncer in transaction mode, at `port`."""
    parts = psycopg.conninfo.conninfo_to_dict(made.settings.database_url)
    directory = made.directory / "pgbouncer"
    directory.mkdir(exist_ok=True)
    users = directory / "users.txt"
    users.write_text(f'"{parts["user"]}" "{parts["password"]}"\n')
    configuration = directory / "pgbouncer.ini"
    configuration.write_text(
        f"[databases]\ndakiya = host={parts['host']} port={parts['port']} dbname=dakiya\n"
        f"[pgbouncer]\nlisten_addr = {LOCAL}\nlisten_port = {port}\nauth_type = scram-sha-256\n"
        f"auth_file = {users}\npool_mode = transaction\ndefault_pool_size = 20\n"
        "max_client_conn = 200\nunix_socket_dir =\nlogfile =\npidfile =\n"
    )
    with ExitStack() as stack:
        command = ["pgbouncer", str(configuration)]
        if _is_root():
            for each in (directory, users, configuration):
                each.chmod(0o755 if each.is_dir() else 0o644)
            made.directory.chmod(0o711)
            command[1:1] = ["-u", "nobody"]
        process = made.start("pgbouncer", command)
        stack.callback(made.stop, process)
        url = made.settings.database_url.replace(f":{parts['port']}/", f":{port}/")
        if url == made.settings.database_url:
            raise MeasureFailed("DATABASE_URL names no port")
        changed = made.settings.model_copy(update={"database_url": url, "database_prepares": 0})
        yield Rig(made.directory, made.servers, changed, made.processes)


def _is_root() -> bool:
    return psutil.Process().uids().effective == 0
