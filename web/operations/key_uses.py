"""What depends on the keys of the ring: for each use, how to count it and how it ends."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from postal import codes, households, quotes
from postal.people import factor_secret
from store import text_parts, ussd_sessions, waiting_texts
from store.database import Conn
from store.hidden import HiddenColumn
from store.keyring import Purpose
from web.api.engine import idempotency
from webhooks import secret

COLUMNS: Final[tuple[HiddenColumn, ...]] = (factor_secret.COLUMN, secret.COLUMN)
"""The secrets that a rotation seals anew."""


@dataclass(frozen=True)
class KeyUse:
    """One kind of things that depend on keys. `count`: how many by the number of the key.

    `what` names them in the plural, `ends` says how a key is rid of them.
    """

    purpose: Purpose
    what: str
    ends: str
    count: Callable[[Conn, datetime], Mapping[int, int]]


USES: Final[tuple[KeyUse, ...]] = (
    KeyUse(
        "codes",
        "codes that live, or that a late text may still bring",
        "they end by themselves: a day after the last one has expired",
        codes.in_use,
    ),
    KeyUse(
        "codes",
        "texts whose two digits can still be quoted",
        "they end with their articles",
        lambda conn, _: quotes.in_use(conn),
    ),
    KeyUse(
        "codes",
        "questions to households, and their words",
        "they end with the answer, or when the word was said",
        lambda conn, _: households.in_use(conn),
    ),
    KeyUse(
        "codes",
        "parts of long texts that wait for the others",
        "they end by themselves within minutes",
        lambda conn, _: text_parts.in_use(conn),
    ),
    KeyUse(
        "codes",
        "texts that wait for their turn",
        "they end by themselves within the hour",
        lambda conn, _: waiting_texts.in_use(conn),
    ),
    KeyUse(
        "factors",
        "second factors",
        "`flask --app app keys rotate` seals them under the current key",
        lambda conn, _: factor_secret.COLUMN.in_use(conn),
    ),
    KeyUse(
        "factors",
        "accounts with recovery codes from before the key ring",
        "`flask --app app keys list` names them; each makes new ones at /desk/account",
        lambda conn, _: factor_secret.recovery_codes_in_use(conn),
    ),
    KeyUse(
        "webhooks",
        "secrets of webhooks",
        "`flask --app app keys rotate` seals them under the current key",
        lambda conn, _: secret.COLUMN.in_use(conn),
    ),
    KeyUse(
        "digests",
        "answers kept for repeated API calls",
        "`flask --app app purge` removes them after two days",
        lambda conn, _: idempotency.in_use(conn),
    ),
    KeyUse(
        "digests",
        "dialled sessions under way",
        "they end by themselves within the hour",
        ussd_sessions.in_use,
    ),
)


def used(conn: Conn, purpose: Purpose, number: int, now: datetime) -> list[tuple[int, KeyUse]]:
    """Return what depends on a key, and how many of each."""
    counted = [(use.count(conn, now).get(number, 0), use) for use in USES if use.purpose == purpose]
    return [(many, use) for many, use in counted if many]
