"""The key ring: named keys for each purpose, in the database, sealed under the master key.

docs/developing/trust.md rule 14

A key is `codes-2`: its purpose and its number. One of each purpose is current, which is what new
things are bound to; older ones live on for what was bound to them. Number 1 of each purpose is the
master key of the installation's first start, because everything before the ring was derived from
that. All processes read the ring from the database, so a process that began before a rotation
learns a new key when it meets its number. A process may hold several masters: a key opens where it
is sealed under one of them.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, get_args

from psycopg.rows import class_row

from store.database import Conn
from store.sealing import SealBroken, seal, unseal

Purpose = Literal["codes", "factors", "webhooks", "digests"]
PURPOSES: Final[tuple[Purpose, ...]] = get_args(Purpose)
FIRST: Final = 1
_ROOT_BYTES: Final = 32
_FOUNDING: Final = 7_235_015  # the advisory lock of whoever makes the first keys


class UnknownKey(ValueError):
    """The ring has no such key, or it was retired."""

    def __init__(self, purpose: Purpose, number: int) -> None:
        super().__init__(f"there is no key {purpose}-{number} any more")


class WrongMasterKey(Exception):
    """The ring is sealed under other master keys than those of the settings."""


@dataclass(frozen=True)
class RingKey:
    """A key as it may be shown. `seals`: ids of the masters that open it."""

    purpose: Purpose
    number: int
    made_at: datetime
    current: bool
    retired_at: datetime | None
    seals: list[str]

    @property
    def name(self) -> str:
        return f"{self.purpose}-{self.number}"


def master_id(master: bytes) -> str:
    """Return the name of a master key, which reveals nothing of it: `master-` and 8 digits."""
    return "master-" + hashlib.sha256(b"dakiya/master-id/1/" + master).hexdigest()[:8]


class Keyring:
    """The ring as one process holds it, for all its threads. It shows nothing of itself.

    `masters`: the present master key, then older ones, the oldest last.
    """

    def __init__(self, masters: Sequence[bytes]) -> None:
        self._masters: Final = {master_id(each): each for each in masters}
        self._oldest: Final = master_id(masters[-1])
        self._roots: dict[tuple[Purpose, int], bytes] = {}

    @property
    def masters(self) -> tuple[str, ...]:
        """Return the ids of the master keys, the present one first."""
        return tuple(self._masters)

    def known(self, purpose: Purpose, number: int) -> bytes:
        """Return the bytes of a key that was opened before. Raises `UnknownKey`.

        For those who must not wait for the database: whoever claims their work calls `root`.
        """
        try:
            return self._roots[purpose, number]
        except KeyError:
            raise UnknownKey(purpose, number) from None

    def root(self, conn: Conn, purpose: Purpose, number: int) -> bytes:
        """Return the bytes of a key. Raises `UnknownKey` and `WrongMasterKey`."""
        if (purpose, number) not in self._roots:
            if not self._read(conn):
                self._found(conn)
                self._read(conn)
            if (purpose, number) not in self._roots:
                raise self._missing(conn, purpose, number)
        return self._roots[purpose, number]

    def _missing(self, conn: Conn, purpose: Purpose, number: int) -> UnknownKey | WrongMasterKey:
        living = conn.execute(
            "SELECT FROM keys WHERE purpose = %s AND number = %s AND retired_at IS NULL",
            (purpose, number),
        ).fetchone()
        if living is None:
            return UnknownKey(purpose, number)
        return WrongMasterKey(
            f"{purpose}-{number} is sealed under no master of this process"
            f" ({_listed(self._masters)}): it needs the present DAKIYA_MASTER_KEY"
        )

    def _read(self, conn: Conn) -> bool:
        """Open every key that a master of this process opens; False: none was sealed yet.

        Raises `WrongMasterKey` where keys are sealed and this process opens none.
        """
        rows = conn.execute("SELECT purpose, number, master, sealed FROM key_seals").fetchall()
        if not rows:
            return False
        mine = [row for row in rows if row[2] in self._masters]
        if not mine:
            raise WrongMasterKey(
                f"the keys of this database are sealed under {_listed({row[2] for row in rows})},"
                f" and this process has {_listed(self._masters)}: set DAKIYA_MASTER_KEY to the"
                " right one, or add it to DAKIYA_OLD_MASTER_KEYS"
            )
        for purpose, number, master, sealed in mine:
            try:
                opened = unseal(self._masters[master], sealed, f"key/{purpose}-{number}")
            except SealBroken as error:
                raise WrongMasterKey(
                    f"{purpose}-{number} does not open: was it changed?"
                ) from error
            self._roots[purpose, number] = opened
        return True

    def _found(self, conn: Conn) -> None:
        """Seal the first key of each purpose: the oldest master, from which all was derived."""
        # Two processes with different masters must not both say what the first keys are.
        _wait_to_found(conn)
        if conn.execute("SELECT FROM key_seals LIMIT 1").fetchone() is None:
            for purpose in PURPOSES:
                current(conn, purpose)
                self._seal(conn, purpose, FIRST, self._masters[self._oldest])

    def make(self, conn: Conn, purpose: Purpose, now: datetime) -> int:
        """Make a new key and make it current; return its number.

        It is sealed under every master of this process, so that processes with an older one open
        it too. Waits for those that are binding something to the present key.
        """
        self.root(conn, purpose, current(conn, purpose))
        conn.execute("SELECT FROM keys WHERE purpose = %s FOR UPDATE", (purpose,))
        conn.execute("UPDATE keys SET current = false WHERE purpose = %s AND current", (purpose,))
        made = conn.execute(
            "INSERT INTO keys (purpose, number, made_at, current)"
            " SELECT %(purpose)s, max(number) + 1, %(now)s, true FROM keys"
            " WHERE purpose = %(purpose)s RETURNING number",
            {"purpose": purpose, "now": now},
        ).fetchone()
        assert made is not None
        self._seal(conn, purpose, made[0], secrets.token_bytes(_ROOT_BYTES))
        return int(made[0])

    def seal_under_all(self, conn: Conn) -> int:
        """Seal every living key under every master of this process; return how many seals."""
        self.root(conn, "codes", current(conn, "codes"))
        done = 0
        for key in listed(conn):
            if key.retired_at is None and not set(self._masters) <= set(key.seals):
                root = self.root(conn, key.purpose, key.number)
                done += len(set(self._masters) - set(key.seals))
                self._seal(conn, key.purpose, key.number, root)
        return done

    def _seal(self, conn: Conn, purpose: Purpose, number: int, root: bytes) -> None:
        for name, master in self._masters.items():
            conn.execute(
                "INSERT INTO key_seals (purpose, number, master, sealed) VALUES (%s, %s, %s, %s)"
                " ON CONFLICT DO NOTHING",
                (purpose, number, name, seal(master, root, f"key/{purpose}-{number}")),
            )


def current(conn: Conn, purpose: Purpose) -> int:
    """Return the number of the key that new things of `purpose` are bound to.

    Until the transaction ends no rotation makes another one current, so that whoever retires a
    key sees everything that was ever bound to it.
    """
    while True:
        row = conn.execute(
            "SELECT number FROM keys WHERE purpose = %s AND current FOR KEY SHARE", (purpose,)
        ).fetchone()
        if row is not None:
            return int(row[0])
        # None yet; or a rotation ended while this waited, and the next look sees its key.
        _wait_to_found(conn)
        conn.execute(
            "INSERT INTO keys (purpose, number, current) VALUES (%s, %s, true)"
            " ON CONFLICT DO NOTHING",
            (purpose, FIRST),
        )


def _wait_to_found(conn: Conn) -> None:
    """Let one transaction at a time make first keys and seals, until it ends.

    Not by locks of rows: many transactions share those of the keys that they bind something to, and
    two that each wanted one for itself, or inserted in another order, would wait for each other.
    """
    conn.execute("SELECT pg_advisory_xact_lock(%s)", (_FOUNDING,))


def listed(conn: Conn) -> list[RingKey]:
    """Return all keys, retired ones too, by purpose and age."""
    with conn.cursor(row_factory=class_row(RingKey)) as cursor:
        return cursor.execute(
            "SELECT purpose, number, made_at, current, retired_at,"
            " ARRAY(SELECT master FROM key_seals s WHERE s.purpose = k.purpose"
            "       AND s.number = k.number ORDER BY master) AS seals"
            " FROM keys k ORDER BY purpose, number"
        ).fetchall()


def retire(conn: Conn, purpose: Purpose, number: int, now: datetime) -> None:
    """Remove a key's seals: nobody opens it again. Whether it is in use the caller has asked."""
    conn.execute("DELETE FROM key_seals WHERE purpose = %s AND number = %s", (purpose, number))
    conn.execute(
        "UPDATE keys SET retired_at = %s WHERE purpose = %s AND number = %s AND NOT current",
        (now, purpose, number),
    )


def retire_master(conn: Conn, master: str) -> int:
    """Remove the seals of a master key; return how many. Others must open the same keys."""
    return conn.execute("DELETE FROM key_seals WHERE master = %s", (master,)).rowcount


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))
