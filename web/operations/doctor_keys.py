"""The checks of the key ring and of the tokens: what does not open, what is old, what expires."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from postal.people import tokens
from settings import Settings
from store import keyring
from store.database import Conn
from store.keyring import Keyring, RingKey, WrongMasterKey
from web.operations import key_rotation
from web.operations.findings import Finding
from web.operations.key_uses import USES

OLD: Final = timedelta(days=365)  # then a key should be replaced
SOON: Final = timedelta(days=30)  # before a token expires


def examine(conn: Conn, settings: Settings, now: datetime) -> Iterator[Finding]:
    """Yield what is to be said of keys and tokens. The schema must be the newest."""
    keys = Keyring(settings.masters)
    ring = keyring.listed(conn)
    yield from _masters(conn, keys, ring)
    yield from _gone(conn, ring, now)
    yield from _ages(ring, now)
    yield from _tokens(conn, now)


def _masters(conn: Conn, keys: Keyring, ring: list[RingKey]) -> Iterator[Finding]:
    living = [key for key in ring if key.retired_at is None and key.seals]
    if not living:
        return
    try:
        for key in living:
            keys.root(conn, key.purpose, key.number)
    except WrongMasterKey as wrong:
        yield Finding("wrong", "DAKIYA_MASTER_KEY", str(wrong))
        return
    yield Finding("ok", "keys", f"{len(living)} keys open")
    present = keys.masters[0]
    behind = [key.name for key in living if present not in key.seals]
    if behind:
        says = f"does not open {', '.join(behind)} yet: `flask --app app keys rotate`"
        yield Finding("wrong", "DAKIYA_MASTER_KEY", says)
    for master in sorted({seal for key in living for seal in key.seals} - {present}):
        says = f"opens the ring too: `flask --app app keys retire {master}` when nothing runs on it"
        yield Finding("note", master, says)
    strangers = sorted(set(key_rotation.on_master(conn)) - set(keys.masters))
    if strangers:
        says = f"processes run on {', '.join(strangers)}: start them anew with the present one"
        yield Finding("wrong", "DAKIYA_MASTER_KEY", says)


def _gone(conn: Conn, ring: list[RingKey], now: datetime) -> Iterator[Finding]:
    """Yield what depends on a key that nobody can open."""
    living = {(key.purpose, key.number) for key in ring if key.retired_at is None}
    for use in USES if ring else ():
        for number, many in use.count(conn, now).items():
            if (use.purpose, number) not in living:
                says = f"{many} {use.what} depend on it, and it is retired or missing: {use.ends}"
                yield Finding("wrong", f"{use.purpose}-{number}", says)


def _ages(ring: list[RingKey], now: datetime) -> Iterator[Finding]:
    for key in ring:
        if key.current and now - key.made_at > OLD:
            says = f"was made on {key.made_at:%Y-%m-%d}: `flask --app app keys rotate`"
            yield Finding("note", key.name, says)


def _tokens(conn: Conn, now: datetime) -> Iterator[Finding]:
    for token in tokens.listed(conn):
        if token.revoked_at is not None or token.expires_at > now + SOON:
            continue
        word = "expired" if token.expired(now) else "expires"
        says = (
            f"{word} on {token.expires_at:%Y-%m-%d}: `flask --app app token renew {token.name}`,"
            f" or make another and `token revoke {token.name}`"
        )
        yield Finding("wrong", f"token {token.name}", says)
