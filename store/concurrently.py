"""What a migration does to a large table while everybody writes to it: indexes, and validation.

A migration names them as `concurrently = (Index(…), …)`. They are made before its `upgrade()`,
outside of any transaction, each so that it can be done again: a migration that is killed while it
builds an index leaves an invalid one, which the next run drops and builds anew. No reader and no
writer waits for them, so they may take hours.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from psycopg import sql

from store.database import Conn

_HURRIED: Final = "SET LOCAL lock_timeout = '400ms'"  # where others wait behind it


@dataclass(frozen=True)
class Index:
    """`definition`: what follows the table, as `(phone) WHERE at IS NULL` or `USING brin (at)`.

    Of a table with partitions it is built for each of them, and then belongs to the table.
    """

    name: str
    table: str
    definition: str

    def make(self, conn: Conn) -> None:
        """Build what is missing of it. `conn` is in autocommit."""
        kind = conn.execute(
            "SELECT relkind FROM pg_class WHERE oid = %s::regclass", [self.table]
        ).fetchone()
        if kind != ("p",):
            _build(conn, self.name, self.table, self.definition)
            return
        with conn.transaction():  # of the parent alone: it has no rows, so it takes a moment
            conn.execute(_HURRIED)
            conn.execute(
                sql.SQL("CREATE INDEX IF NOT EXISTS {} ON ONLY {} {}").format(
                    sql.Identifier(self.name), sql.Identifier(self.table), _raw(self.definition)
                )
            )
        for partition in self._lacking(conn):
            name = f"{partition}_{self.name}"[:63]
            _build(conn, name, partition, self.definition)
            with conn.transaction():
                conn.execute(_HURRIED)
                conn.execute(
                    sql.SQL("ALTER INDEX {} ATTACH PARTITION {}").format(
                        sql.Identifier(self.name), sql.Identifier(name)
                    )
                )

    def _lacking(self, conn: Conn) -> list[str]:
        """Return the partitions of which the index knows nothing yet."""
        rows = conn.execute(
            "SELECT part.inhrelid::regclass::text FROM pg_inherits part"
            " WHERE part.inhparent = %s::regclass AND NOT EXISTS ("
            "  SELECT FROM pg_inherits known JOIN pg_index i ON i.indexrelid = known.inhrelid"
            "  WHERE known.inhparent = %s::regclass AND i.indrelid = part.inhrelid) ORDER BY 1",
            [self.table, self.name],
        ).fetchall()
        return [str(row[0]) for row in rows]


@dataclass(frozen=True)
class Validated:
    """A constraint that an earlier migration made NOT VALID: the rows of before are looked at."""

    table: str
    constraint: str

    def make(self, conn: Conn) -> None:
        """Validate it. `conn` is in autocommit. Raise `psycopg.Error` where a row breaks it."""
        conn.execute(
            sql.SQL("ALTER TABLE {} VALIDATE CONSTRAINT {}").format(
                sql.Identifier(self.table), sql.Identifier(self.constraint)
            )
        )


Concurrently = Index | Validated


def _build(conn: Conn, name: str, table: str, definition: str) -> None:
    found = conn.execute(
        "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(%s)", [name]
    ).fetchone()
    if found == (True,):
        return
    if found is not None:
        conn.execute(sql.SQL("DROP INDEX CONCURRENTLY {}").format(sql.Identifier(name)))
    conn.execute(
        sql.SQL("CREATE INDEX CONCURRENTLY {} ON {} {}").format(
            sql.Identifier(name), sql.Identifier(table), _raw(definition)
        )
    )


def _raw(definition: str) -> sql.SQL:
    return sql.SQL(definition)  # a migration's own words, nobody's input
