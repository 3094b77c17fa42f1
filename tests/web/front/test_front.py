"""Whoever dawdles costs a connection and no thread; whoever was begun is answered."""

from __future__ import annotations

import json
import signal
import socket
from contextlib import ExitStack

import psycopg
import pytest

from runtime import Runtime
from settings import Settings
from tests.rigs.served import Served, answer, served
from tests.rigs.transcript import Player

_HOOK = b"POST /hooks/simulator/sms HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
RECIPIENT = "+919876500001"


def _text(words: str) -> bytes:
    body = json.dumps({"from": RECIPIENT, "text": words}).encode()
    return _HOOK + b"Content-Length: %d\r\n\r\n%s" % (len(body), body)


def _words(runtime: Runtime) -> list[str]:
    with runtime.database.transaction() as conn:
        rows = conn.execute("SELECT body FROM messages WHERE direction = 'in' ORDER BY id")
        return [row[0] for row in rows.fetchall()]


@pytest.mark.usefixtures("player")
def test_the_dawdling_and_the_cut_off_hold_up_nobody(runtime: Runtime, settings: Settings) -> None:
    """One thread a room, and beside it dozens that stall, drip, say nothing or do not read."""
    with served(settings) as web, ExitStack() as stack:
        dawdling = [stack.enter_context(web.connect()) for _ in range(48)]
        for number, each in enumerate(dawdling):
            if number % 3 == 0:
                each.sendall(_HOOK + b"Content-Length: 900\r\n\r\n" + b'{"from"')
            elif number % 3 == 1:
                each.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n" * 4)
        assert web.status("/healthz") == 200
        assert web.ask(_text("where is it")).startswith(b"HTTP/1.1 200")
        assert _words(runtime) == ["where is it"]

        body = json.dumps({"from": RECIPIENT, "text": "cut off"}).encode()
        chunk = b"%x\r\n%s\r\n" % (len(body), body)
        chunked = _HOOK + b"Transfer-Encoding: chunked\r\n\r\n"
        with web.connect() as cut:
            cut.sendall(chunked + chunk)
            cut.shutdown(socket.SHUT_WR)  # the last piece, which is empty, never comes
            assert b" 200 " not in answer(cut).partition(b"\r\n")[0]
        with web.connect() as cut:
            cut.sendall(_text("half of it")[:-3])
            cut.shutdown(socket.SHUT_WR)
            assert b" 200 " not in answer(cut).partition(b"\r\n")[0]
        assert web.ask(chunked, chunk.replace(b"cut off", b"whole!!"), b"0\r\n\r\n").startswith(
            b"HTTP/1.1 200"
        )
        assert _words(runtime) == ["where is it", "whole!!"]

        large = b"x" * (64 * 1024 + 2)
        assert b" 413 " in web.ask(_HOOK + b"Content-Length: %d\r\n\r\n" % len(large))[:20]
        pieces = b"%x\r\n%s\r\n0\r\n\r\n" % (len(large), large)
        assert b" 413 " in web.ask(chunked + pieces)[:20]
        assert web.status("/healthz") == 200


@pytest.mark.usefixtures("player")
def test_what_is_only_announced_takes_no_room_from_others(settings: Settings) -> None:
    """Seventeen strangers, a byte each, kept every body over 64 KiB away for forty minutes."""
    large = b"x" * 200_000
    asked = b"POST /api/v1/articles HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n"
    with served(settings) as web, ExitStack() as stack:
        files = [(b"/office/imports", 20 * 2**20)] * 6
        calls = [(b"/api/v1/articles", length) for length in (1_000_000,) * 8 + (100_000,) * 3]
        for path, length in files + calls:
            each = stack.enter_context(web.connect())
            each.sendall(
                b"POST %b HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\nx" % (path, length)
            )
        assert web.status("/healthz") == 200
        assert b" 401 " in web.ask(asked % len(large), large)[:20]


def test_what_was_begun_is_answered_before_the_server_ends(
    player: Player, runtime: Runtime, settings: Settings
) -> None:
    """The text waits for a row that somebody holds when the server is told to end."""
    player.step(f"article EU123456785IN to {RECIPIENT} hi-Latn from +919811100001")
    with served(settings) as web, psycopg.connect(settings.database_owner_url) as holder:
        holder.execute("SELECT FROM articles FOR UPDATE")
        holder.execute("SELECT FROM conversations FOR UPDATE")
        with web.connect() as connection:
            connection.sendall(_text("1"))
            _await_waiting(settings, web)
            web.process.send_signal(signal.SIGTERM)
            assert answer(connection).startswith(b"HTTP/1.1 200")
        assert web.process.wait(30) is not None
    with runtime.database.transaction() as conn:  # it has its 200, and waits for its turn
        assert conn.execute("SELECT phone FROM waiting_texts").fetchall() == [(RECIPIENT,)]


def _await_waiting(settings: Settings, web: Served) -> None:
    with psycopg.connect(settings.database_owner_url, autocommit=True) as conn:
        while not conn.execute(
            "SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
            " AND datname = current_database()"
        ).fetchall():
            assert web.process.poll() is None
