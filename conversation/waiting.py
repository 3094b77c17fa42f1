"""The clock's door for texts whose turn could not be taken, because others held its rows.

Their carriers have their 200: nobody posts them again, so they wait here until their turn is taken.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Final

from conversation import inbound
from conversation.quoted import unread
from outbox.wake import wake
from postal.acts import reports
from runtime import Runtime
from store import inbound as texts
from store import waiting_texts
from store.database import Conn
from store.inbound import InboundRow
from store.keyring import UnknownKey
from store.sealing import SealBroken
from store.waiting_texts import WaitingText

_AT_ONCE: Final = 100
_GIVES_UP: Final = timedelta(hours=1)
_OFTEN: Final = 20  # tries, which take some nine minutes
_SECONDS: Final = 0.8  # of one round: codes wait behind it


def read_waiting(runtime: Runtime) -> int:
    """Take the turns that are due, for about a second; return how many were taken.

    Of each telephone one after the other: its next has waited as well, and whoever sends faster
    than the clock ticks must not make it wait for ever.
    """
    until, done = time.monotonic() + _SECONDS, 0

    def take(conn: Conn, text: WaitingText) -> int:
        return _take(runtime, conn, text)

    def put_off(conn: Conn, text: WaitingText) -> None:
        _put_off(runtime, conn, text)

    while time.monotonic() < until and (taken := _round(runtime, take, put_off, until)):
        done += taken
    if done:
        wake(runtime.redis)
    return done


def _round(
    runtime: Runtime,
    take: Callable[[Conn, WaitingText], int],
    put_off: Callable[[Conn, WaitingText], None],
    until: float,
) -> int:
    """Take the oldest text of each telephone, until that moment; return how many were taken."""
    taken = 0
    due = runtime.database.run(lambda conn: waiting_texts.due(conn, runtime.now(), _AT_ONCE))
    for each in due:
        if time.monotonic() >= until:
            break
        taken += runtime.database.run_each([each], take, put_off)
    return taken


def _take(runtime: Runtime, conn: Conn, text: WaitingText) -> int:
    came = waiting_texts.opened(conn, runtime.keys, text)
    texts.one_by_one(conn, came.phone)
    if not waiting_texts.drop(conn, text.id):
        return 0
    inbound.take_in(runtime, conn, came, runtime.now())
    return 1


def _put_off(runtime: Runtime, conn: Conn, text: WaitingText) -> None:
    """Try it again later; what failed often and for an hour is left to people, with its words.

    Often, too: a worker that was away for the hour has not tried. Those after it go on.
    """
    now = runtime.now()
    if now - text.at < _GIVES_UP or text.tries < _OFTEN:
        waiting_texts.put_off(conn, text, now)
        return
    if not waiting_texts.drop(conn, text.id):
        return
    row = InboundRow(
        text.at,
        text.gateway,
        text.carrier_id,
        text.phone,
        "text",
        _masked_words(runtime, conn, text),
        unreadable="its turn could not be taken for an hour",
    )
    if texts.keep(conn, row) is not None:
        reports.open_unparsed(conn, text.phone, now)


def _masked_words(runtime: Runtime, conn: Conn, text: WaitingText) -> str:
    try:
        came = waiting_texts.opened(conn, runtime.keys, text)
    except (UnknownKey, SealBroken):
        return ""
    return unread(conn, text.phone, texts.storable(came.text), text.at)
