"""Sentences that operators drop (DLT), named by carrier, header, template and language.

Most carriers say so, by a refusal or a receipt whose reason is `template`. Some say nothing: no
receipt comes for one sentence in one language, while those of other texts do.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal, NamedTuple

import structlog
from psycopg.rows import class_row

from gateways.base import Gateway, sender_of
from messages.catalogue import catalogue
from runtime import Runtime
from store import feed
from store.database import Conn

log = structlog.get_logger(__name__)

ScrubCause = Literal["told", "silent"]

IN_FORCE: Final = timedelta(minutes=30)  # after the last one that was dropped
_LOOK_EVERY: Final = timedelta(seconds=30)
_LOOKED_AT: Final = timedelta(minutes=10)  # texts that were handed over since
_WAITED: Final = timedelta(minutes=15)  # between the decision on a text and its hand-over
_LEAST: Final = 10  # texts of the sentence, and of others, whose receipts were due
_OTHERS_ARRIVE: Final = 0.5  # of the carrier's other texts: else it is the carrier, not the words

_GATE: Final = """
    UPDATE carriers SET scrubs_looked_at = %(now)s WHERE name IN (
        SELECT name FROM carriers WHERE name = ANY (%(names)s)
        AND coalesce(scrubs_looked_at < %(before)s, true) ORDER BY name FOR UPDATE SKIP LOCKED)
    RETURNING name
"""
_FATES: Final = """
    SELECT gateway AS carrier, template, language::text, count(*) AS due,
           count(*) FILTER (WHERE status = 'delivered') AS arrived,
           count(*) FILTER (WHERE status = 'failed') AS failed
    FROM messages
    WHERE direction = 'out' AND channel = 'text' AND gateway = ANY (%(names)s)
          AND status IN ('sent', 'delivered', 'failed') AND at > %(since)s::timestamptz - %(waited)s
          AND sent_at >= %(since)s AND sent_at <= %(due)s
    GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
"""
_GO_AGAIN: Final = """
    UPDATE messages m SET confirm_by = %(now)s
    WHERE direction = 'out' AND channel = 'text' AND gateway = %(carrier)s
          AND template = %(template)s AND language = %(language)s AND status = 'sent'
          AND confirm_by IS NULL AND again_of IS NULL AND not_after > %(now)s
          AND at > %(since)s::timestamptz - %(waited)s
          AND sent_at >= %(since)s AND sent_at <= %(due)s
          AND NOT EXISTS (SELECT FROM messages s WHERE s.again_of = m.id)
"""
_NOTE: Final = """
    INSERT INTO scrubs AS old (carrier, header, template, language, cause, said, count, first_at,
                               last_at)
    VALUES (%(carrier)s, %(header)s, %(template)s, %(language)s, %(cause)s, %(said)s, %(count)s,
            %(now)s, %(now)s)
    ON CONFLICT (carrier, header, template, language) DO UPDATE SET
        cause = excluded.cause, said = coalesce(excluded.said, old.said),
        last_at = excluded.last_at,
        count = CASE WHEN old.last_at <= %(over)s THEN excluded.count
                WHEN excluded.cause = 'silent' THEN greatest(old.count, excluded.count)
                ELSE old.count + excluded.count END,
        resent = CASE WHEN old.last_at <= %(over)s THEN 0 ELSE old.resent END,
        first_at = CASE WHEN old.last_at <= %(over)s THEN excluded.first_at ELSE old.first_at END
    RETURNING first_at = %(now)s
"""


class DroppedSentence(NamedTuple):
    """A template in a language, by a carrier."""

    carrier: str
    template: str
    language: str


@dataclass(frozen=True)
class Scrub:
    """A sentence that is dropped now. `header`: the sender that people see, if it is known."""

    carrier: str
    header: str
    template: str
    language: str
    cause: ScrubCause
    said: str | None
    count: int
    resent: int
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True)
class _Fate:
    carrier: str
    template: str
    language: str
    due: int
    arrived: int
    failed: int


def of_now(conn: Conn, now: datetime) -> list[Scrub]:
    """Return what is dropped now, the newest outbreak first."""
    with conn.cursor(row_factory=class_row(Scrub)) as cursor:
        return cursor.execute(
            "SELECT carrier, header, template, language::text, cause, said, count, resent,"
            " first_at, last_at FROM scrubs WHERE last_at > %s ORDER BY first_at DESC, carrier,"
            " template, language",
            (now - IN_FORCE,),
        ).fetchall()


def in_force(conn: Conn, now: datetime) -> frozenset[DroppedSentence]:
    """Return the sentences that are dropped now."""
    return frozenset(
        DroppedSentence(each.carrier, each.template, each.language) for each in of_now(conn, now)
    )


def header_of(gateway: Gateway | None) -> str:
    """Return what people see as the sender of a carrier's texts: its own, or the registered one."""
    return sender_of(gateway) or catalogue().dlt.header


def note(
    conn: Conn,
    of: DroppedSentence,
    header: str,
    cause: ScrubCause,
    now: datetime,
    said: str | None = None,
    count: int = 1,
) -> None:
    """Count a sentence as dropped; a new outbreak goes to the feed and the log at once."""
    values = {
        "carrier": of.carrier,
        "header": header,
        "template": of.template,
        "language": of.language,
        "cause": cause,
        "said": said,
        "count": count,
        "now": now,
        "over": now - IN_FORCE,
    }
    row = conn.execute(_NOTE, values).fetchone()
    if row != (True,):
        return
    named = {
        "carrier": of.carrier,
        "header": header,
        "template": of.template,
        "language": of.language,
        "cause": cause,
    }
    log.error("template_scrubbed", **named)
    feed.append(conn, "template_scrubbed", None, now, named)


def count_resent(conn: Conn, of: DroppedSentence) -> None:
    """Count a text of the sentence that went again in another way."""
    conn.execute(
        "UPDATE scrubs SET resent = resent + 1"
        " WHERE carrier = %s AND template = %s AND language = %s",
        of,
    )


def look(runtime: Runtime) -> int:
    """Find the sentences that vanish in silence, and have their texts go again; return how many.

    All workers together look every half minute. `outbox/failover.py` sends the texts.
    """
    settings, now = runtime.settings, runtime.now()
    names = [name for name in runtime.gateways if name not in settings.without_receipts]
    due = runtime.database.run(
        lambda conn: conn.execute(
            _GATE, {"now": now, "names": names, "before": now - _LOOK_EVERY}
        ).fetchall()
    )
    if not due:
        return 0
    looked = [row[0] for row in due]
    patience = timedelta(seconds=settings.receipt_seconds)
    return runtime.database.run(lambda conn: _find(conn, runtime.gateways, looked, now, patience))


def _find(
    conn: Conn,
    gateways: Mapping[str, Gateway],
    names: Collection[str],
    now: datetime,
    patience: timedelta,
) -> int:
    window = {"since": now - _LOOKED_AT, "due": now - patience, "waited": _WAITED}
    with conn.cursor(row_factory=class_row(_Fate)) as cursor:
        fates = cursor.execute(_FATES, {"names": list(names), **window}).fetchall()
    found = [each for each in fates if _vanishes(each, fates)]
    for each in found:
        # The messages first: who sends again locks them before the scrubs.
        of = DroppedSentence(each.carrier, each.template, each.language)
        conn.execute(_GO_AGAIN, {"now": now, **window, **of._asdict()})
    for each in found:
        of = DroppedSentence(each.carrier, each.template, each.language)
        note(conn, of, header_of(gateways.get(each.carrier)), "silent", now, count=each.due)
    return len(found)


def _vanishes(one: _Fate, fates: Collection[_Fate]) -> bool:
    """Tell whether nothing was heard of a sentence, while the carrier's other texts arrive."""
    if one.due < _LEAST or one.arrived or one.failed:
        return False
    others = [each for each in fates if each.carrier == one.carrier and each != one]
    due = sum(each.due for each in others)
    return due >= _LEAST and sum(each.arrived for each in others) >= _OTHERS_ARRIVE * due
