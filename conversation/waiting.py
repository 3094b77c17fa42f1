"""The clock's door for texts whose turn could not be taken, because others held its rows.

Their carriers have their 200: nobody posts them again, so they wait here until their turn is taken.
"""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from typing import Final

from conversation import inbound
from outbox.wake import wake
from postal.acts import reports
from runtime import Runtime
from store import inbound as texts
from store import waiting_texts
from store.database import Conn
from store.inbound import InboundRow
from store.waiting_texts import WaitingText

_AT_ONCE: Final = 100
_GIVES_UP: Final = timedelta(hours=1)
_SECONDS: Final = 0.8  # of one round: codes wait behind it


def read_waiting(runtime: Runtime) -> int:
    """Take the turns that are due, for about a second; return how many were taken."""
    due = runtime.database.run(lambda conn: waiting_texts.due(conn, runtime.now(), _AT_ONCE))
    until, done = time.monotonic() + _SECONDS, 0

    def take(conn: Conn, text: WaitingText) -> int:
        return _take(runtime, conn, text)

    def put_off(conn: Conn, text: WaitingText) -> None:
        _put_off(conn, text, runtime.now())

    for each in due:
        if time.monotonic() >= until:
            break
        done += runtime.database.run_each([each], take, put_off)
    if done:
        wake(runtime.redis)
    return done


def _take(runtime: Runtime, conn: Conn, text: WaitingText) -> int:
    came = waiting_texts.opened(conn, runtime.keys, text)
    texts.one_by_one(conn, came.phone)
    if waiting_texts.drop(conn, text.id):
        inbound.take_in(runtime, conn, came, runtime.now())
    return 1


def _put_off(conn: Conn, text: WaitingText, now: datetime) -> None:
    """Try it again later; after an hour it is left to people, and those after it go on."""
    if now - text.at < _GIVES_UP:
        waiting_texts.put_off(conn, text, now)
        return
    row = InboundRow(
        text.at, text.gateway, text.carrier_id, text.phone, "text", "",
        unreadable="its turn could not be taken for an hour",
    )  # fmt: skip
    texts.keep(conn, row)
    waiting_texts.drop(conn, text.id)
    reports.open_unparsed(conn, text.phone, now)
