"""What one guess at a stolen hash costs: the parameters of argon2 (tests/rigs/hashes.py)."""

from __future__ import annotations

import pytest

from postal.people import passwords, people, pins
from postal.people.places import SignInPlace
from postal.people.weak_pins import PinBearer
from runtime import Runtime
from tests.rigs.desk import PASSWORD, add
from tests.rigs.hashes import hash_dearly
from tests.rigs.transcript import Player

DEAR = "$argon2id$v=19$m=65536,t=3,p=4$"
PIN = "$argon2id$v=19$m=7168,t=5,p=1$"


@pytest.fixture(autouse=True)
def as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    hash_dearly(monkeypatch)


def test_a_password_costs_64_mib_and_a_pin_7() -> None:
    assert passwords.hashed("7001", PASSWORD).startswith(DEAR)
    assert pins.hashed("2468", PinBearer("7001", "+919839000001", "273303")).startswith(PIN)


@pytest.mark.usefixtures("player")
def test_what_is_stored_costs_as_much_and_a_cheap_hash_is_replaced(runtime: Runtime) -> None:
    add(runtime, "7001", "agent")
    with runtime.database.transaction() as conn:
        people.add_postman(conn, "1001", "Ram", "+919839000001", "273303", "2468")
        place = SignInPlace("127.0.0.1/32")
        assert passwords.check_password(runtime.database, "7001", PASSWORD, place, runtime.now())
        kept = conn.execute("SELECT coalesce(pin_hash, password_hash) FROM staff ORDER BY id")
        found = [row[0] for row in kept.fetchall()]
    assert [each.startswith(cost) for each, cost in zip(found, (DEAR, PIN), strict=True)] == [
        True,
        True,
    ]


def test_the_pin_of_a_postman_of_the_tests_is_his(player: Player, runtime: Runtime) -> None:
    player.step("postman 1001 +919839000001")
    with runtime.database.transaction() as conn:
        row = conn.execute("SELECT id, name, beat FROM staff WHERE staff_id = '1001'").fetchone()
        assert row is not None
        checked = pins.check(conn, row[0], "2468", "+919839000001", runtime.now())
    assert (checked.verdict, row[1], row[2]) == ("right", "Ram", 1)
