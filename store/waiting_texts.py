"""Texts that wait for their turn, as rows: others hold what the turn needs.

Such a text is kept whole and sealed, since its words may hold a code, and taken in later as if its
carrier had posted it once more: no carrier has to. One telephone's texts keep their order.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Final

from gateways.base import Inbound, TextPart
from store import keyring
from store.database import Conn
from store.due_times import IS_OVER, moments
from store.keyring import Keyring
from store.sealing import seal, unseal

FIRST: Final = timedelta(seconds=1)
_MOST: Final = timedelta(seconds=30)  # between two tries
_EARLIER: Final = (
    "EXISTS (SELECT FROM waiting_texts o WHERE o.phone = w.phone AND (o.at, o.id) < (w.at, w.id))"
)
"""SQL: whether one of the same telephone came before."""


@dataclass(frozen=True)
class WaitingText:
    """A text that waits. `tries`: how often its turn was tried in vain."""

    id: int
    gateway: str
    carrier_id: str
    phone: str
    at: datetime
    tries: int
    key_number: int
    sealed: bytes


def keep(conn: Conn, keys: Keyring, came: Inbound, now: datetime) -> None:
    """Let `came` wait, once. It was written when it came, where the carrier does not say when."""
    key = keyring.current(conn, "codes")
    whole = asdict(came) | {"carrier_at": (came.carrier_at or now).isoformat()}
    packed = json.dumps(whole).encode()
    sealed = seal(keys.root(conn, "codes", key), packed, _place(came.gateway, came.carrier_id))
    conn.execute(
        "INSERT INTO waiting_texts (gateway, carrier_id, phone, at, due_at, key_number, sealed)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT (gateway, carrier_id) DO NOTHING",
        (came.gateway, came.carrier_id, came.phone, now, now + FIRST, key, sealed),
    )


def due(conn: Conn, now: datetime, most: int) -> list[WaitingText]:
    """Return the oldest text of each telephone whose time has come, the longest waiting first."""
    rows = conn.execute(
        "SELECT id, gateway, carrier_id, phone, at, tries, key_number, sealed"  # noqa: S608
        f" FROM waiting_texts w WHERE {IS_OVER} AND NOT {_EARLIER}"
        " ORDER BY due_at, id LIMIT %(most)s",
        {**moments(now, _MOST), "most": most},
    ).fetchall()
    return [WaitingText(*row) for row in rows]


def opened(conn: Conn, keys: Keyring, text: WaitingText) -> Inbound:
    """Return the text as it came. Raise `UnknownKey` and `SealBroken`."""
    root = keys.root(conn, "codes", text.key_number)
    whole = json.loads(unseal(root, text.sealed, _place(text.gateway, text.carrier_id)))
    part = whole.pop("part")
    written = datetime.fromisoformat(whole.pop("carrier_at"))
    return Inbound(**whole, carrier_at=written, part=None if part is None else TextPart(**part))


def drop(conn: Conn, id_: int) -> bool:
    """End the waiting of a text; False: another worker has taken it meanwhile, or one of the same
    telephone that came before it waits since.
    """
    done = conn.execute(
        f"DELETE FROM waiting_texts w WHERE id = %s AND NOT {_EARLIER}",  # noqa: S608
        (id_,),
    )
    return done.rowcount == 1


def any_of(conn: Conn, phone: str) -> bool:
    """Tell whether a text of `phone` waits."""
    row = conn.execute("SELECT EXISTS (SELECT FROM waiting_texts WHERE phone = %s)", (phone,))
    return row.fetchone() == (True,)


def count_of(conn: Conn, phone: str, most: int) -> int:
    """Return how many texts of `phone` wait, counting up to `most`."""
    row = conn.execute(
        "SELECT count(*) FROM (SELECT FROM waiting_texts WHERE phone = %s LIMIT %s) AS waiting",
        (phone, most),
    ).fetchone()
    return int(row[0]) if row else 0


def has(conn: Conn, came: Inbound) -> bool:
    """Tell whether this very text waits already."""
    row = conn.execute(
        "SELECT EXISTS (SELECT FROM waiting_texts WHERE gateway = %s AND carrier_id = %s)",
        (came.gateway, came.carrier_id),
    )
    return row.fetchone() == (True,)


def put_off(conn: Conn, text: WaitingText, now: datetime) -> None:
    """Try it again later: after 2, 4, 8 … seconds, at most half a minute."""
    wait = min(FIRST * 2 ** min(text.tries + 1, 10), _MOST)
    conn.execute(
        "UPDATE waiting_texts SET tries = tries + 1, due_at = %s WHERE id = %s",
        (now + wait, text.id),
    )


def in_use(conn: Conn) -> dict[int, int]:
    """Return how many texts wait, by the number of their key of codes."""
    rows = conn.execute("SELECT key_number, count(*) FROM waiting_texts GROUP BY 1").fetchall()
    return {int(number): int(count) for number, count in rows}


def _place(gateway: str, carrier_id: str) -> str:
    return f"waiting_texts/{gateway}/{carrier_id}"
