"""Probes: a text by each carrier to telephones of our own every few minutes, and their answers.

A probe is a message like any other (the outbox sends it, and its receipts count), bound to one
carrier by its row in `probes`. It is in Hindi, whose letters are the first to break.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from random import SystemRandom
from typing import Final

import structlog

from flows.grammar.text import mask_spelled_codes
from gateways.base import Inbound, sender_of
from messages.catalogue import Language
from messages.render import render
from outbox import probe_reading
from outbox.enqueue import OutboxDraft, enqueue_many
from outbox.wake import wake
from runtime import Runtime
from store import inbound as texts
from store.database import Conn
from store.inbound import InboundRow

log = structlog.get_logger(__name__)

TEMPLATE: Final = "probe"
LANGUAGE: Final[Language] = "hi"
OPEN: Final = timedelta(hours=1)  # an answer that comes later is none
_KEPT: Final = timedelta(days=7)
_LIVES: Final = timedelta(minutes=5)
_LOCK: Final = 7_235_040
_RANDOM: Final = SystemRandom()

_ANSWERED: Final = """
    UPDATE probes SET answered_at = %(now)s, answer_id = %(answer)s, letters = %(letters)s,
        sender = %(sender)s, sender_right = %(right)s
    WHERE message_id = %(message)s AND answered_at IS NULL
"""


def is_probe(runtime: Runtime, inbound: Inbound) -> bool:
    """Tell whether a text comes from a telephone of ours that answers probes."""
    return inbound.channel == "text" and inbound.phone in runtime.settings.probes


def send_due(runtime: Runtime) -> int:
    """Queue the next round of probes where it is due; return how many texts."""
    settings = runtime.settings
    if not settings.probes or not settings.probe_seconds:
        return 0
    now = runtime.now()
    made = runtime.database.run(lambda conn: _send(runtime, conn, now))
    if made:
        wake(runtime.redis)
    return made


def answer(
    runtime: Runtime, conn: Conn, inbound: Inbound, now: datetime, kept_as: int | None = None
) -> bool:
    """Keep the text of a probe telephone, and note what it says; return whether it is new.

    It never reaches a conversation. What answers no open probe is kept as unreadable.
    """
    said = texts.storable(inbound.text)
    open_: dict[str, int] = dict(
        conn.execute(
            "SELECT p.token, p.message_id FROM probes p JOIN messages m ON m.id = p.message_id"
            " WHERE p.phone = %s AND p.at > %s AND m.first_tried_at IS NOT NULL",
            (inbound.phone, now - OPEN),
        ).fetchall()
    )
    token = probe_reading.token_in(said, open_)
    row = InboundRow(
        now,
        inbound.gateway,
        inbound.carrier_id,
        inbound.phone,
        inbound.channel,
        mask_spelled_codes(said),
        inbound.carrier_at,
        None if token else "a probe telephone wrote this, and it answers no probe",
    )
    message = kept_as if kept_as is not None else texts.keep(conn, row)
    if message is None:
        return False
    if token is None:
        log.warning("probe_unknown")
        return True
    probe = open_[token]
    carrier = conn.execute("SELECT carrier FROM probes WHERE message_id = %s", (probe,)).fetchone()
    sender = sender_of(runtime.gateways.get(carrier[0])) if carrier else ""
    expected = render(TEMPLATE, LANGUAGE, {"digits": token}).text
    read = probe_reading.read(said, expected, sender)
    noted = {
        "now": now,
        "answer": message,
        "letters": read.letters,
        "sender": read.sender,
        "right": read.sender_right,
        "message": probe,
    }
    conn.execute(_ANSWERED, noted)
    return True


def _send(runtime: Runtime, conn: Conn, now: datetime) -> int:
    settings = runtime.settings
    if conn.execute("SELECT pg_try_advisory_xact_lock(%s)", (_LOCK,)).fetchone() != (True,):
        return 0
    newest = conn.execute("SELECT max(at) FROM probes").fetchone()
    if newest and newest[0] and newest[0] > now - timedelta(seconds=settings.probe_seconds):
        return 0
    conn.execute("DELETE FROM probes WHERE at < %s", (now - _KEPT,))
    taken = {
        row[0]
        for row in conn.execute("SELECT token FROM probes WHERE at > %s", (now - OPEN,)).fetchall()
    }
    pairs = [
        (name, phone)
        for name in settings.routing.gateways
        if name in runtime.gateways
        for phone in settings.probes
    ]
    free = [f"{n:04d}" for n in range(10_000) if f"{n:04d}" not in taken]
    tokens = _RANDOM.sample(free, len(pairs))
    ids = enqueue_many(
        conn,
        [
            OutboxDraft(phone, TEMPLATE, LANGUAGE, {"digits": token}, "notice", now + _LIVES, now)
            for (_, phone), token in zip(pairs, tokens, strict=True)
        ],
    )
    with conn.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO probes (message_id, carrier, phone, token, at)"
            " VALUES (%s, %s, %s, %s, %s)",
            [
                (id_, name, phone, token, now)
                for id_, (name, phone), token in zip(ids, pairs, tokens, strict=True)
            ],
        )
    return len(ids)


def carriers_of(conn: Conn, message_ids: list[int]) -> dict[int, str]:
    """Return the carrier of each of these messages that is a probe."""
    return dict(
        conn.execute(
            "SELECT message_id, carrier FROM probes WHERE message_id = ANY (%s)", (message_ids,)
        ).fetchall()
    )
