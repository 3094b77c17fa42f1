"""The secret of an account's second factor, and the recovery codes that stand in for it.

It is bound to a key of the ring, and stays the same when that key is replaced, so that no
authenticator has to be set up again. Recovery codes are kept as digests keyed with it: they stay
valid with it. Those from before the key ring are keyed with a key of their own.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import Final

from store.database import Conn
from store.hidden import HiddenColumn
from store.keyring import Keyring, UnknownKey

_RECOVERY: Final = b"dakiya/recovery/2/"
_RECOVERY_BEFORE: Final = b"dakiya/recovery/1/"  # keyed with a key of the ring

COLUMN: Final = HiddenColumn(
    purpose="factors",
    table="staff",
    name="totp",
    derivation=b"dakiya/totp/1/",
    living="totp_salt IS NOT NULL",
)


def spend(conn: Conn, staff_row: int, typed: str, keys: Keyring, now: datetime) -> bool:
    """Use up the recovery code that was typed; False where it is none, or was used."""
    digests: list[tuple[int | None, bytes]] = [
        (None, _digest(COLUMN.of(conn, staff_row, keys), typed))
    ]
    earlier = conn.execute(
        "SELECT DISTINCT key FROM recovery_codes WHERE staff_id = %s AND key IS NOT NULL",
        (staff_row,),
    ).fetchall()
    for (number,) in earlier:
        with suppress(UnknownKey):
            root = keys.root(conn, "factors", number)
            digests.append((number, _before(root, typed)))
    return any(_spent(conn, staff_row, number, digest, now) for number, digest in digests)


def replace(conn: Conn, staff_row: int, codes: Sequence[str], keys: Keyring) -> None:
    """Replace all recovery codes of an account by `codes`, of which only digests are kept."""
    secret = COLUMN.of(conn, staff_row, keys)
    conn.execute("DELETE FROM recovery_codes WHERE staff_id = %s", (staff_row,))
    with conn.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO recovery_codes (staff_id, digest, key) VALUES (%s, %s, NULL)",
            [(staff_row, _digest(secret, code)) for code in codes],
        )


def recovery_codes_in_use(conn: Conn) -> dict[int, int]:
    """Return how many accounts have unused recovery codes of each key, from before the ring."""
    rows = conn.execute(
        "SELECT r.key, count(DISTINCT r.staff_id) FROM recovery_codes r"
        " JOIN staff s ON s.id = r.staff_id"
        " WHERE r.key IS NOT NULL AND r.used_at IS NULL AND s.active GROUP BY r.key"
    ).fetchall()
    return dict(rows)


def owners_of_recovery_codes(conn: Conn, number: int) -> list[str]:
    """Return the staff ids of those whose recovery codes are of this key."""
    rows = conn.execute(
        "SELECT DISTINCT s.staff_id FROM recovery_codes r JOIN staff s ON s.id = r.staff_id"
        " WHERE r.key = %s AND r.used_at IS NULL AND s.active ORDER BY 1",
        (number,),
    ).fetchall()
    return [staff_id for (staff_id,) in rows]


def _spent(conn: Conn, staff_row: int, number: int | None, digest: bytes, now: datetime) -> bool:
    spent = conn.execute(
        "UPDATE recovery_codes SET used_at = %s WHERE staff_id = %s AND digest = %s"
        " AND key IS NOT DISTINCT FROM %s AND used_at IS NULL",
        (now, staff_row, digest, number),
    )
    return spent.rowcount == 1


def _digest(secret: bytes, code: str) -> bytes:
    return hmac.digest(secret, _RECOVERY + code.encode("utf-8", "replace"), "sha256")


def _before(root: bytes, code: str) -> bytes:
    return hmac.digest(root, _RECOVERY_BEFORE + code.encode("utf-8", "replace"), "sha256")
