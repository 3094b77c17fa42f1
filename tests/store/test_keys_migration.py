"""What an installation of 0.1.0 had is carried over: codes, authenticators, webhooks, tokens."""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from alembic import command
from psycopg import sql

from postal import codes
from postal.people import authenticator, tokens
from store import migrate
from store.keyring import Keyring
from tests.conftest import OfWorker
from tests.rigs.outbox import issue_code
from webhooks.secret import COLUMN

MASTER = b"the master key of an installation from before the ring"


@pytest.fixture
def old(addresses: OfWorker) -> Iterator[str]:
    """A database with the schema of 0.1.0."""
    name = addresses.owner.rpartition("/")[2] + "_of_0_1_0"
    administration = addresses.owner.rpartition("/")[0] + "/postgres"
    url = addresses.owner.rpartition("/")[0] + f"/{name}"
    with psycopg.connect(administration, autocommit=True) as conn:
        conn.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    try:
        command.upgrade(migrate._config(url), "0001_first")
        yield url
    finally:
        with psycopg.connect(administration, autocommit=True) as conn:
            conn.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def test_everything_that_was_derived_from_the_master_key_stays_what_it_was(old: str) -> None:
    salt, now = b"0123456789abcdef", datetime.now(UTC)
    with psycopg.connect(old) as conn:
        conn.execute(
            "INSERT INTO offices (name, pin, branch_type, district)"
            " VALUES ('Gorakhpur', '273303', 'head', 'Gorakhpur')"
        )
        staff = conn.execute(
            "INSERT INTO staff (staff_id, name, role, office_id, password_hash, totp_salt)"
            " SELECT 'a1', 'Asha', 'agent', id, 'x', %s FROM offices RETURNING id",
            [salt],
        ).fetchone()
        conn.execute("INSERT INTO tokens (name, digest) VALUES ('department', '\\x01')")
        hook = conn.execute(
            "INSERT INTO webhook_subscriptions (token_id, url, secret_salt, cursor, created_at)"
            " SELECT id, 'https://post.example', %s, 0, now() FROM tokens RETURNING id",
            [salt],
        ).fetchone()
        issue_code(conn, now, salt)
    assert staff is not None
    assert hook is not None
    migrate.migrate(old, None)
    keys = Keyring([MASTER])
    with psycopg.connect(old) as conn:
        number = conn.execute("SELECT number, code_issue FROM articles").fetchone()
        assert number is not None
        roots = codes.roots(conn, keys, number[0])
        assert codes.code_of(roots[number[1]], salt, number[1], 6) == codes.code_of(
            MASTER, salt, number[1], 6
        )
        factor = hmac.digest(MASTER, b"dakiya/totp/1/" + salt, "sha256")[:20]
        assert authenticator.totp(conn, staff[0], keys).byte_secret() == factor
        secret = hmac.digest(MASTER, b"dakiya/webhook/1/" + salt, "sha256")
        assert COLUMN.of(conn, hook[0], keys) == secret
        (token,) = tokens.listed(conn)
    assert token.scopes is None
    assert token.offices is None
    assert abs(token.expires_at - now - timedelta(days=365)) < timedelta(days=2)
