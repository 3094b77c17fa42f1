"""The columns in which a table hides secrets, each bound to a key of the ring.

When that key is replaced the secrets stay the same and are sealed under the new one: whoever has
the other half of a secret, an authenticator or a receiver, notices nothing.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from store.database import Conn
from store.keyring import Keyring, Purpose, current
from store.sealing import Hidden, seal

_AT_ONCE = 100


@dataclass(frozen=True)
class Batch:
    """A batch of secrets was looked at, up to the row `last`. `broken`: those that do not open."""

    last: int
    sealed: int
    broken: tuple[int, ...]


@dataclass(frozen=True)
class HiddenColumn:
    """Where a table hides a secret: the columns `<name>_salt`, `<name>_key` and `<name>_sealed`.

    `name` tells the columns, `derivation` what the secret is derived for. `living`: SQL that is
    true of the rows whose secret may still be needed.
    """

    purpose: Purpose
    table: str
    name: str
    derivation: bytes
    living: str

    def new(self, conn: Conn) -> tuple[bytes, int]:
        """Return the salt and the number of the key of a new secret."""
        return secrets.token_bytes(16), current(conn, self.purpose)

    def of(self, conn: Conn, id_: int, keys: Keyring) -> bytes:
        """Return the 32 bytes of the secret of a row that exists.

        Raises `UnknownKey` and `SealBroken`.
        """
        row = conn.execute(
            f"SELECT {self._columns} FROM {self.table} WHERE id = %s",  # noqa: S608
            (id_,),
        ).fetchone()
        assert row is not None
        hidden = self.kept(*row)
        return hidden.bare(keys.root(conn, self.purpose, hidden.number))

    def kept(self, id_: int, number: int, salt: bytes, sealed: bytes | None) -> Hidden:
        """Return the secret as the row `id_` holds it."""
        place = f"{self.table}/{id_}/{self.name}"
        return Hidden(number, bytes(salt), sealed, self.derivation, place)

    def in_use(self, conn: Conn) -> dict[int, int]:
        """Return how many living secrets each key has, by its number."""
        rows = conn.execute(
            f"SELECT {self.name}_key, count(*) FROM {self.table}"  # noqa: S608
            f" WHERE {self.living} GROUP BY 1"
        ).fetchall()
        return dict(rows)

    def rewrap(self, conn: Conn, keys: Keyring, after: int) -> Batch | None:
        """Seal the secrets of the next rows after the row `after` under the current key.

        None where nothing is left to do. Secrets that do not open are left as they are.
        """
        to = current(conn, self.purpose)
        rows = conn.execute(
            f"SELECT {self._columns} FROM {self.table} WHERE {self.living}"  # noqa: S608
            f" AND {self.name}_key <> %s AND id > %s ORDER BY id LIMIT %s FOR NO KEY UPDATE",
            (to, after, _AT_ONCE),
        ).fetchall()
        if not rows:
            return None
        root = keys.root(conn, self.purpose, to)
        broken: list[int] = []
        for row in rows:
            hidden = self.kept(*row)
            try:
                bare = hidden.bare(keys.root(conn, self.purpose, hidden.number))
            except ValueError:  # the key was retired, or the seal is broken
                broken.append(row[0])
                continue
            conn.execute(
                f"UPDATE {self.table} SET {self.name}_key = %s, {self.name}_sealed = %s"  # noqa: S608
                " WHERE id = %s",
                (to, seal(root, bare, hidden.place), row[0]),
            )
        return Batch(rows[-1][0], len(rows) - len(broken), tuple(broken))

    @property
    def _columns(self) -> str:
        return f"id, {self.name}_key, {self.name}_salt, {self.name}_sealed"
