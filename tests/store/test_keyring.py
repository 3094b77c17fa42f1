"""The key ring while several processes use it at once, and when somebody has changed it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from runtime import Runtime
from store import keyring
from store.database import Conn
from store.keyring import Keyring, UnknownKey, WrongMasterKey
from tests.rigs.ring import until

OLD, NEW = b"the old master key, of 32 bytes or more", b"the new master key, of 32 bytes or more"


def _made(runtime: Runtime, keys: Keyring) -> int:
    return runtime.database.run(lambda conn: keys.make(conn, "codes", runtime.now()))


def _root(runtime: Runtime, keys: Keyring, number: int) -> bytes:
    return runtime.database.run(lambda conn: keys.root(conn, "codes", number))


def _waits(runtime: Runtime) -> bool:
    with runtime.database.transaction() as conn:
        row = conn.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND wait_event_type = 'Lock'"
        ).fetchone()
    return row is not None and row[0] > 0


def test_a_rotation_waits_for_whoever_binds_something_to_the_present_key(
    runtime: Runtime,
) -> None:
    keys = Keyring([OLD])
    _root(runtime, keys, 1)
    with ThreadPoolExecutor(2) as pool:
        with runtime.database.transaction() as binding:
            assert keyring.current(binding, "codes") == 1
            rotation = pool.submit(_made, runtime, keys)
            until(lambda: _waits(runtime))
            assert not rotation.done()
        assert rotation.result(30) == 2


def test_whoever_asks_during_a_rotation_gets_the_new_key(runtime: Runtime) -> None:
    keys = Keyring([OLD])
    _root(runtime, keys, 1)

    def ask(conn: Conn) -> int:
        return keyring.current(conn, "codes")

    with ThreadPoolExecutor(2) as pool:
        with runtime.database.transaction() as rotating:
            assert keys.make(rotating, "codes", runtime.now()) == 2
            asked = pool.submit(runtime.database.run, ask)
            until(lambda: _waits(runtime))
        assert asked.result(30) == 2


@pytest.mark.parametrize("_", range(5))
def test_two_that_start_first_agree_on_the_first_keys(runtime: Runtime, _: int) -> None:
    ready = Barrier(2)
    rings = Keyring([OLD]), Keyring([NEW, OLD])

    def begin(keys: Keyring) -> bytes:
        ready.wait()
        return _root(runtime, keys, 1)

    with ThreadPoolExecutor(2) as pool:
        assert [*pool.map(begin, rings)] == [OLD, OLD]


def test_those_that_bind_something_to_unsealed_keys_do_not_wait_for_each_other(
    runtime: Runtime,
) -> None:
    """A quoted answer binds to a key without opening it: the first to open it were many at once."""
    runtime.database.run(lambda conn: keyring.current(conn, "codes"))
    bound = Barrier(4)

    def begin(_: int) -> bytes:
        with runtime.database.transaction() as conn:  # not `run`, which tries again
            number = keyring.current(conn, "codes")
            bound.wait(30)
            return Keyring([OLD]).root(conn, "codes", number)

    with ThreadPoolExecutor(4) as pool:
        assert {*pool.map(begin, range(4))} == {OLD}


def test_those_that_begin_with_other_purposes_do_not_wait_for_each_other(runtime: Runtime) -> None:
    def begin() -> bytes:
        with runtime.database.transaction() as conn:
            return Keyring([OLD]).root(conn, "factors", keyring.current(conn, "factors"))

    with ThreadPoolExecutor(1) as pool:
        with runtime.database.transaction() as first:
            number = keyring.current(first, "codes")
            other = pool.submit(begin)
            until(lambda: _waits(runtime))
            assert Keyring([OLD]).root(first, "codes", number) == OLD
        assert other.result(30) == OLD


def test_of_two_strangers_the_later_one_is_told(runtime: Runtime) -> None:
    assert _root(runtime, Keyring([OLD]), 1) == OLD
    with pytest.raises(WrongMasterKey, match="DAKIYA_OLD_MASTER_KEYS"):
        _root(runtime, Keyring([NEW]), 1)


def test_a_process_on_an_older_master_opens_new_keys(runtime: Runtime) -> None:
    old, new = Keyring([OLD]), Keyring([NEW, OLD])
    assert _root(runtime, old, 1) == OLD
    assert _made(runtime, new) == 2
    assert _root(runtime, old, 2) == _root(runtime, new, 2) != OLD


def test_a_key_that_is_sealed_for_others_alone_is_not_taken_for_retired(runtime: Runtime) -> None:
    old, new = Keyring([OLD]), Keyring([NEW])
    _root(runtime, old, 1)
    runtime.database.run(Keyring([NEW, OLD]).seal_under_all)
    assert _made(runtime, new) == 2
    with pytest.raises(WrongMasterKey, match="codes-2 is sealed under no master of this process"):
        _root(runtime, old, 2)
    with pytest.raises(UnknownKey):
        _root(runtime, old, 3)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE key_seals SET sealed = set_byte(sealed, 20, 255 - get_byte(sealed, 20))",
        "UPDATE key_seals SET sealed = (SELECT sealed FROM key_seals WHERE purpose = 'webhooks')",
        "UPDATE key_seals SET sealed = ''",
    ],
)
def test_a_seal_that_was_changed_opens_nothing(runtime: Runtime, change: str) -> None:
    _root(runtime, Keyring([OLD]), 1)
    with runtime.database.transaction() as conn:
        conn.execute(change + " WHERE purpose = 'codes'")
    with pytest.raises(WrongMasterKey, match="codes-1 does not open"):
        _root(runtime, Keyring([OLD]), 1)
