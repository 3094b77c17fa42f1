"""Rotation of the key ring, and the retirement of keys: nobody is locked out by either.

docs/developing/trust.md rule 14

A rotation makes a new key of each purpose, at once, and then seals the secrets of the older keys
under the new ones, batch by batch; codes and digests stay with the key that they name. It can be
interrupted anywhere: the next one goes on with the batches. Processes need not know of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final

import psycopg

from store import keyring
from store.database import APPLICATION, Conn, Database
from store.hidden import Batch, HiddenColumn
from store.keyring import Keyring, Purpose
from store.refusals import Conflict, Unknown
from web.operations.key_uses import COLUMNS, used

_ONE_AT_A_TIME: Final = 7235014  # the advisory lock of rotations
# Whoever takes two keys in one transaction takes that of the digests first; so does a rotation,
# and neither waits for the other in a circle.
_IN_ORDER: Final[tuple[Purpose, ...]] = ("digests", "codes", "factors", "webhooks")


class RotationRefused(Conflict):
    """The ring cannot be changed as things are."""


class KeyInUse(Conflict):
    """Something depends on the key that is to be retired."""


@dataclass(frozen=True)
class Rotation:
    """What a rotation did. `made`: the new keys; none where it went on with an earlier one.

    `broken`: the places of secrets that do not open.
    """

    made: tuple[str, ...]
    sealed: int
    broken: tuple[str, ...]


def rotate(database: Database, keys: Keyring, now: datetime) -> Rotation:
    """Make every purpose's key anew, or go on with a rotation that was interrupted.

    Raises `RotationRefused` while another one is under way, and where a process runs on a master
    key that this one lacks: it could not open the new keys.
    """
    with _alone(database):
        database.run(lambda conn: _refuse_strangers(conn, keys))
        database.run(keys.seal_under_all)
        left, broken = _seal_anew(database, keys)
        if left:
            return Rotation((), left, broken)
        made = database.run(lambda conn: [_made(keys, conn, each, now) for each in _IN_ORDER])
        sealed, broken = _seal_anew(database, keys)
        return Rotation(tuple(sorted(made)), sealed, broken)


def retire(conn: Conn, keys: Keyring, name: str, now: datetime) -> None:
    """Retire the key or master key called `name`: nobody opens it, or by it, any more.

    Raises `Unknown`, and `KeyInUse` that says by what.
    """
    if name.startswith("master-"):
        _retire_master(conn, keys, name)
        return
    key = next((each for each in keyring.listed(conn) if each.name == name), None)
    if key is None or key.retired_at is not None:
        raise Unknown(f"there is no key {name}: `flask --app app keys list` has them all")
    if key.current:
        raise KeyInUse(f"{name} is the current one: `flask --app app keys rotate` replaces it")
    found = used(conn, key.purpose, key.number, now)
    if found:
        says = "; ".join(f"{many} {use.what} ({use.ends})" for many, use in found)
        raise KeyInUse(f"{name} is in use by {says}")
    keyring.retire(conn, key.purpose, key.number, now)


def on_master(conn: Conn) -> dict[str, int]:
    """Return how many connections of Dakiya each master key has, as PostgreSQL sees them."""
    rows = conn.execute(
        "SELECT split_part(application_name, ' ', 2), count(*) FROM pg_stat_activity"
        " WHERE datname = current_database() AND application_name LIKE %s GROUP BY 1",
        (f"{APPLICATION} master-%",),
    ).fetchall()
    return dict(rows)


def _retire_master(conn: Conn, keys: Keyring, name: str) -> None:
    living = [each for each in keyring.listed(conn) if each.retired_at is None]
    if not any(name in each.seals for each in living):
        raise Unknown(f"no key is sealed under {name}: `flask --app app keys list` has them all")
    if name == keys.masters[0]:
        raise KeyInUse(f"{name} is DAKIYA_MASTER_KEY here: set another one first")
    running = on_master(conn).get(name, 0)
    if running:
        raise KeyInUse(
            f"{name} is in use by {running} connections of processes that have it as their"
            " DAKIYA_MASTER_KEY: start those with the present one"
        )
    only = [each.name for each in living if not set(each.seals) - {name}]
    if only:
        raise KeyInUse(
            f"{name} is in use by {', '.join(only)}: nothing else opens them."
            " `flask --app app keys rotate`, with it in DAKIYA_OLD_MASTER_KEYS"
        )
    keyring.retire_master(conn, name)


def _made(keys: Keyring, conn: Conn, purpose: Purpose, now: datetime) -> str:
    return f"{purpose}-{keys.make(conn, purpose, now)}"


def _seal_anew(database: Database, keys: Keyring) -> tuple[int, tuple[str, ...]]:
    """Seal what older keys hold under the current ones; return how many, and what is broken."""
    sealed, broken = 0, list[str]()
    for column in COLUMNS:
        after = 0
        while batch := database.run(partial(_batch, column, keys, after)):
            after, sealed = batch.last, sealed + batch.sealed
            broken += [f"{column.table} {row}" for row in batch.broken]
    return sealed, tuple(broken)


def _batch(column: HiddenColumn, keys: Keyring, after: int, conn: Conn) -> Batch | None:
    return column.rewrap(conn, keys, after)


def _refuse_strangers(conn: Conn, keys: Keyring) -> None:
    strangers = sorted(set(on_master(conn)) - set(keys.masters))
    if strangers:
        raise RotationRefused(
            f"processes run on {', '.join(strangers)}, which this command lacks, and could not"
            " open the new keys: start them anew, or add theirs to DAKIYA_OLD_MASTER_KEYS here"
        )


@contextmanager
def _alone(database: Database) -> Iterator[None]:
    with psycopg.connect(database.url) as conn:
        got = conn.execute("SELECT pg_try_advisory_xact_lock(%s)", (_ONE_AT_A_TIME,)).fetchone()
        if got != (True,):
            raise RotationRefused("another rotation is under way")
        yield
