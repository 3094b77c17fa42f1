"""Beside each bad neighbour a text is taken at the front door, and nothing of it is lost.

Others stand beside what holds them: docs/developing/scale.md, rule 5, says where.
"""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from pathlib import Path

import psycopg
import pytest

from conversation.waiting import read_waiting
from runtime import Runtime
from settings import Settings
from tests.outbox.test_worker import all_gone, end, process, until
from tests.rigs import valkeys
from tests.rigs.clock import Clock
from tests.rigs.full_disk import no_room_for_messages
from tests.rigs.served import Served, answer, served
from tests.rigs.transcript import Player

RECIPIENT, OTHER = "+919876500001", "+919876500002"
IDLE = 600
STORMING = 4  # at a time
CUT = 80


def _text(words: str, phone: str = RECIPIENT, id_: str = "") -> bytes:
    body = json.dumps({"from": phone, "text": words} | ({"id": id_} if id_ else {})).encode()
    return (
        b"POST /hooks/simulator/sms HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        b"Content-Length: %d\r\n\r\n%s" % (len(body), body)
    )


def _status(said: bytes) -> int:
    return int(said[9:12])


def _words(runtime: Runtime) -> list[str]:
    with runtime.database.transaction() as conn:
        rows = conn.execute("SELECT body FROM messages WHERE direction = 'in' ORDER BY id")
        return [row[0] for row in rows.fetchall()]


@pytest.mark.usefixtures("player")
@pytest.mark.parametrize("valkey", [valkeys.hung, valkeys.read_only])
def test_a_valkey_that_is_no_good_holds_up_no_text_and_no_answer(
    runtime: Runtime,
    settings: Settings,
    tmp_path: Path,
    valkey: Callable[[Path], AbstractContextManager[str]],
) -> None:
    with valkey(tmp_path) as url:
        without = settings.model_copy(update={"redis_url": url})
        with served(without) as web:
            said = [_status(web.ask(_text(f"word {number}"))) for number in range(5)]
            assert said == [200] * 5
            assert _words(runtime) == [f"word {number}" for number in range(5)]
        with process(runtime, redis_url=url) as worker:
            until(lambda: _answered(runtime) and all_gone(runtime))
            assert end(worker) == 0


def _answered(runtime: Runtime) -> bool:
    with runtime.database.transaction() as conn:
        return bool(conn.execute("SELECT FROM messages WHERE direction = 'out'").fetchall())


@pytest.mark.usefixtures("player")
def test_a_full_disk_refuses_texts_at_once_and_they_are_taken_afterwards(
    runtime: Runtime, settings: Settings
) -> None:
    """The database has no room for a text, nor the log for a line."""
    texts = [_text(f"word {number}", id_=f"text-{number}") for number in range(5)]
    with Path("/dev/full").open("wb", buffering=0) as full, served(settings, log=full) as web:
        with no_room_for_messages(settings.database_owner_url):
            refused = [web.ask(text) for text in texts]
            assert web.status("/healthz") == 200
        taken = [web.ask(text) for text in texts]
        again = [web.ask(text) for text in texts]
    assert [_status(each) for each in refused] == [503] * 5
    assert all(b"retry-after: 5" in each.lower() for each in refused)
    assert [_status(each) for each in taken + again] == [200] * 10
    assert _words(runtime) == [f"word {number}" for number in range(5)]


@pytest.mark.usefixtures("player")
def test_idle_connections_cost_nobody_anything(runtime: Runtime, settings: Settings) -> None:
    """Of 530 a server was away for half a minute that counted them against its requests."""
    with served(settings) as web, ExitStack() as stack:
        for _ in range(IDLE):
            stack.enter_context(web.connect())
        assert web.status("/healthz") == 200
        assert _status(web.ask(_text("where is it"))) == 200
    assert _words(runtime) == ["where is it"]


@pytest.mark.usefixtures("player")
def test_in_a_storm_of_connections_texts_are_taken(runtime: Runtime, settings: Settings) -> None:
    """They say nothing, half a head, half a body or all, and are cut before the answer."""
    with served(settings) as web:
        with _storm(web):
            said = [_status(web.ask(_text(f"word {number}"))) for number in range(5)]
            assert web.status("/healthz") == 200
        assert said == [200] * 5
        assert _words(runtime) == [f"word {number}" for number in range(5)]
        until(lambda: web.status("/") == 200)  # no place is lost with whoever was cut


@contextmanager
def _storm(web: Served) -> Iterator[None]:
    """Connect and cut until the block ends, `CUT` times each at least.

    Whoever has not said all waits until he is let go of: the machine's queue of connections, which
    is not ours, stays short.
    """
    over = threading.Event()
    words = (b"", b"GET /heal", _text("half")[:-9], b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")

    def storm() -> None:
        turn = 0
        while turn < CUT or not over.is_set():
            which = turn % len(words)
            with suppress(OSError), web.connect() as connection:
                connection.sendall(words[which])
                if which < len(words) - 1:
                    connection.shutdown(socket.SHUT_WR)
                    answer(connection)
            turn += 1

    threads = [threading.Thread(target=storm) for _ in range(STORMING)]
    for each in threads:
        each.start()
    try:
        yield
    finally:
        over.set()
        for each in threads:
            each.join()


def test_a_query_that_takes_too_long_keeps_one_text_waiting_and_no_other(
    player: Player, runtime: Runtime, settings: Settings, clock: Clock
) -> None:
    """PostgreSQL ends it after five seconds; the text is kept, and its turn comes later."""
    del player
    with (
        served(settings, WEB_THREADS="2") as web,
        _slow_for(settings, RECIPIENT),
        web.connect() as slow,
    ):
        slow.sendall(_text("where is it"))
        assert _status(web.ask(_text("stop", OTHER))) == 200
        assert web.status("/healthz") == 200
        assert _status(answer(slow)) == 200
        assert _words(runtime) == ["stop"]
    clock.advance(days=400)  # the process had the machine's own time
    read_waiting(runtime)
    assert _words(runtime) == ["stop", "where is it"]


@contextmanager
def _slow_for(settings: Settings, phone: str) -> Iterator[None]:
    """Let the database take a minute for each text of `phone`."""
    with psycopg.connect(settings.database_owner_url, autocommit=True) as conn:
        conn.execute(
            "CREATE FUNCTION take_a_minute() RETURNS trigger LANGUAGE plpgsql AS"
            " 'BEGIN PERFORM pg_sleep(60); RETURN NEW; END'"
        )
        conn.execute(
            "CREATE TRIGGER slow BEFORE INSERT ON messages FOR EACH ROW"
            f" WHEN (NEW.direction = 'in' AND NEW.phone = '{phone}')"
            " EXECUTE FUNCTION take_a_minute()"
        )
        try:
            yield
        finally:
            conn.execute("DROP FUNCTION take_a_minute CASCADE")
