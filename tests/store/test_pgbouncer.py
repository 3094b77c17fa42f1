"""Nothing is kept in a session: PgBouncer in transaction mode may give one to anybody."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from conversation import inbound
from gateways.base import Inbound
from runtime import Runtime
from settings import Settings
from store.database import Database
from store.limits import PAGES
from tests.rigs.pgbouncer import pooled
from tests.rigs.transcript import Player


def test_two_processes_share_one_connection(
    player: Player, runtime: Runtime, settings: Settings, tmp_path: Path
) -> None:
    """Twelve texts and twelve pages of two processes, in turn on the one connection there is."""
    player.step("article EU123456785IN to +919876500001 hi-Latn from +919811100001")
    with pooled(settings.database_url, tmp_path) as url:
        processes = [Database(url, 2, prepares=None) for _ in range(2)]
        for each in processes:
            each.open()

        def text(number: int) -> None:
            mine = replace(runtime, database=processes[number % 2])
            inbound.receive(mine, Inbound("simulator", f"t{number}", "+919876500001", "9"))

        def page(number: int) -> tuple[object, ...] | None:
            with processes[number % 2].within(PAGES).transaction() as conn:
                return conn.execute("SELECT current_setting('lock_timeout')").fetchone()

        with ThreadPoolExecutor(4) as threads:
            texts = [threads.submit(text, number) for number in range(12)]
            pages = [threads.submit(page, number) for number in range(12)]
            assert [each.result() for each in pages] == [("3s",)] * 12
            assert [each.result() for each in texts] == [None] * 12
        with processes[0].transaction() as conn:
            row = conn.execute(
                "SELECT current_setting('lock_timeout'), current_setting('TimeZone'),"
                " (SELECT count(*) FROM messages WHERE direction = 'in')"
                " + (SELECT count(*) FROM waiting_texts)"
            ).fetchone()
        for each in processes:
            each.close()
    assert row == ("800ms", "UTC", 12)
