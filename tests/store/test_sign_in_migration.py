"""What was there before accounts were limited by place is there afterwards."""

from __future__ import annotations

import os
from collections.abc import Iterator

import psycopg
import pytest
from alembic import command
from alembic.script import ScriptDirectory
from psycopg import sql

from store import migrate
from tests.conftest import OfWorker

_OURS = "0005_factors_and_sign_ins"


@pytest.fixture
def before(addresses: OfWorker) -> Iterator[str]:
    """The URL of a database of its own, with the schema that came before."""
    server, _, _ = addresses.owner.rpartition("/")
    name = f"sign_ins_{os.getpid()}"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as conn:
        conn.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        url = f"{server}/{name}"
        config = migrate._config(url)
        earlier = ScriptDirectory.from_config(config).get_revision(_OURS).down_revision
        assert isinstance(earlier, str)
        command.upgrade(config, earlier)
        yield url
        conn.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def test_accounts_recovery_codes_sign_ins_and_wrong_pins_are_kept(before: str) -> None:
    with psycopg.connect(before) as conn:
        conn.execute(
            "INSERT INTO offices (name, pin, branch_type, district)"
            " VALUES ('G', '273303', 'head', 'G')"
        )
        conn.execute(
            "INSERT INTO staff (staff_id, name, role, office_id, password_hash, totp_salt,"
            " totp_confirmed_at, sign_in_wrong) VALUES"
            " ('a1', 'A', 'agent', 1, 'x', decode(repeat('00', 16), 'hex'), '2026-08-14', 3),"
            " ('a2', 'B', 'agent', 1, 'x', decode(repeat('01', 16), 'hex'), NULL, 0)"
        )
        conn.execute(
            "INSERT INTO staff (staff_id, name, role, office_id, phone, pin_hash, pin_wrong)"
            " VALUES ('1001', 'R', 'postman', 1, '+919839000001', 'x', 2)"
        )
        conn.execute("INSERT INTO recovery_codes (staff_id, digest) VALUES (1, 'x')")
        conn.execute(
            "INSERT INTO sign_ins (staff_id, digest, at, seen_at, proved_at)"
            " VALUES (1, 'x', now(), now(), now())"
        )
    migrate.migrate(before, None)
    with psycopg.connect(before) as conn:
        assert conn.execute(
            "SELECT staff_id, recovery_confirmed_at IS NOT NULL FROM staff ORDER BY id"
        ).fetchall() == [("a1", True), ("a2", False), ("1001", False)]
        assert conn.execute("SELECT phone, wrong FROM pin_tries").fetchall() == [
            ("+919839000001", 2)
        ]
        assert conn.execute("SELECT count(*) FROM recovery_codes").fetchone() == (1,)
        assert conn.execute("SELECT network, browser_id FROM sign_ins").fetchall() == [(None, None)]
