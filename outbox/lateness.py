"""Texts by carriers that take no validity: their own words say until when they are true.

A carrier that is told how long a text holds ends it then. Another brings yesterday's "comes today"
whenever the telephone is switched on, so it is given other words: the day, or that the newest code
counts. They are written into the message before it is sent, so that every page shows what went out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from gateways.base import Gateway, TextGateway
from india.calendar import day_of
from india.calendar import name as short_day
from messages.catalogue import CatalogueError
from messages.render import render_late
from outbox.due import DueMessage, TakenMessage
from store import wording
from store.database import Conn


def ends_in_time(gateway: Gateway | None) -> bool:
    """Tell whether a carrier ends a text that it cannot deliver in time; calls are never late."""
    return not isinstance(gateway, TextGateway) or gateway.validity


def put_into_words(
    conn: Conn, taken: Sequence[TakenMessage], gateways: Mapping[str, Gateway], now: datetime
) -> tuple[TakenMessage, ...]:
    """Return `taken`, which this worker has under lease, in the words that their carriers need."""
    return tuple(
        each
        if ends_in_time(gateways.get(each.gateway)) or each.due.channel != "text"
        else replace(each, due=_reworded(conn, each.due, now))
        for each in taken
    )


def _reworded(conn: Conn, due: DueMessage, now: datetime) -> DueMessage:
    values = due.variables
    if due.status != "queued" or values is None:  # a look-up compares the words that went out
        return due
    try:
        words = render_late(due.template, due.language, values, short_day(day_of(now)))
    except CatalogueError:
        return due
    if words is None or words == due.body:
        return due
    conn.execute(
        "UPDATE messages SET said = %s, body = '', variables = NULL WHERE id = %s",
        (wording.pack(words, values), due.id),
    )
    return replace(due, body=words)
