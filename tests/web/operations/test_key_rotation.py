"""A rotation of the keys, rehearsed through the front door: nobody is locked out.

docs/developing/trust.md rule 14

One process runs on the old settings all the while, another was started with a new master key.
"""

from __future__ import annotations

import hmac
import re
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from postal.people import authenticator
from runtime import Runtime
from settings import Settings
from store.feed_kinds import Kind
from store.keyring import WrongMasterKey
from store.limits import COMMANDS
from tests.rigs import desk, ring, webhook
from tests.rigs.api_calls import Api, article, number_of
from tests.rigs.clock import Clock
from tests.rigs.ring import NEW, ServerProcess, command, process, refused, run, until
from tests.rigs.transcript import Player
from tests.rigs.webhook import receiving
from webhooks.sender import WebhookSender

RECIPIENT, POSTMAN = "+919876500001", "+919839000001"
ARTICLES = ("EU123456785IN", "RR287043775IN", number_of(1))


@pytest.fixture
def old(player: Player, settings: Settings, clock: Clock) -> Iterator[ServerProcess]:
    with process(settings, clock) as made:
        made.plays(player)
        yield made


@pytest.fixture
def new(old: ServerProcess, settings: Settings, clock: Clock) -> Iterator[ServerProcess]:
    """It starts later than the other, which has sealed the first keys by then."""
    run(old, "keys", "list")
    with process(ring.with_new_master(settings), clock) as made:
        yield made


def rotate(new: ServerProcess) -> str:
    return run(new, "keys", "rotate")


def _out(player: Player) -> None:
    player.step(f"postman 1001 {POSTMAN}")
    for number in ARTICLES:
        player.step(f"article {number} to {RECIPIENT} en")
    player.step(f"list 1001: {' '.join(ARTICLES)}")


def _keys_of_codes(runtime: Runtime) -> list[int]:
    with runtime.database.transaction() as conn:
        return [key for (key,) in conn.execute("SELECT key FROM codes ORDER BY id").fetchall()]


def test_codes_open_whoever_issues_sends_and_takes_them(
    player: Player, old: ServerProcess, new: ServerProcess
) -> None:
    _out(player)
    player.step(f"{POSTMAN} > 1")  # issued and sent before, on the old settings
    assert "made codes-2, digests-2, factors-2, webhooks-2" in rotate(new)
    new.plays(player).step(f"{POSTMAN} > 1 {{code {RECIPIENT}}}")
    player.step(f"{ARTICLES[0]} is delivered")
    player.step(f"{POSTMAN} > 2")  # issued and sent by the new, taken by the old
    old.plays(player).step(f"{POSTMAN} > 2 {{code {RECIPIENT}}}")
    player.step(f"{ARTICLES[1]} is delivered")
    player.step(f"{POSTMAN} > 3")  # and the other way round
    new.plays(player).step(f"{POSTMAN} > 3 {{code {RECIPIENT}}}")
    player.step(f"{ARTICLES[2]} is delivered")
    assert _keys_of_codes(new.runtime) == [1, 2, 2]


def test_a_call_says_a_code_that_was_issued_before(
    player: Player, old: ServerProcess, new: ServerProcess
) -> None:
    _out(player)
    player.step(f"{POSTMAN} > 1")
    player.step(f"{RECIPIENT} calls speak_code")
    rotate(new)
    new.plays(player).step(f"{RECIPIENT} takes up")
    heard = player.step(f"{RECIPIENT} presses 1")
    assert any("{code}" in line for line in heard), heard
    player.step(f"{POSTMAN} > 1 {{code {RECIPIENT}}}")
    player.step(f"{ARTICLES[0]} is delivered")


def test_rotations_during_the_rounds_lock_nobody_out(
    player: Player, old: ServerProcess, new: ServerProcess
) -> None:
    _out(player)
    ready = threading.Barrier(3)

    def approach(of: ServerProcess, item: int) -> int:
        ready.wait()
        body = {"from": POSTMAN, "text": str(item), "id": f"r{item}"}
        return of.app.test_client().post("/hooks/simulator/sms", json=body).status_code

    def turn() -> str:
        ready.wait()
        return rotate(new)

    with ThreadPoolExecutor(3) as pool:
        first = pool.submit(approach, old, 1)
        second = pool.submit(approach, new, 2)
        turned = pool.submit(turn)
        assert (first.result(), second.result()) == (200, 200)
        assert "made" in turned.result()
    player.drain()
    codes = player.codes[RECIPIENT]
    assert len(codes) == 2
    for item in (1, 2):
        # Which text came first is chance: the other code opens nothing and counts as a try.
        for code in codes:
            old.plays(player).step(f"{POSTMAN} > {item} {code}")
        player.step(f"{ARTICLES[item - 1]} is delivered")


def test_authenticators_and_recovery_codes_stay(
    player: Player, old: ServerProcess, new: ServerProcess, clock: Clock
) -> None:
    row, recovery = _enrolled(old)
    rotate(new)
    secrets = set()
    for of in (old, new):
        clock.advance(minutes=2)
        assert _signs_in(of, desk.number(of.runtime, row)) == 302
        assert _signs_in(of, recovery.pop()) == 302
        with of.runtime.database.transaction() as conn:
            secrets.add(authenticator.totp(conn, row, of.runtime.keys).secret)
    assert len(secrets) == 1


def _enrolled(of: ServerProcess) -> tuple[int, list[str]]:
    """An account that has set up its authenticator, and its recovery codes."""
    row = desk.add(of.runtime, "a1", "supervisor")
    browser = of.app.test_client()
    desk.submit(browser, "/desk/sign-in", staff_id="a1", password=desk.PASSWORD)
    page = desk.submit(browser, "/desk/enrol", second_factor=desk.number(of.runtime, row)).text
    return row, re.findall(r"\b[A-Z2-7]{5}-[A-Z2-7]{5}\b", page)


def _signs_in(of: ServerProcess, number: str) -> int:
    browser = of.app.test_client()
    desk.submit(browser, "/desk/sign-in", staff_id="a1", password=desk.PASSWORD)
    return desk.submit(browser, "/desk/second-factor", second_factor=number).status_code


def test_recovery_codes_from_before_the_ring_open_while_their_key_does(
    player: Player, old: ServerProcess, new: ServerProcess
) -> None:
    row, _ = _enrolled(old)
    master = old.runtime.settings.dakiya_master_key.get_secret_value().encode()
    digest = hmac.digest(master, b"dakiya/recovery/1/ABCDE23456", "sha256")  # as 0.1.0 made it
    with old.runtime.database.transaction() as conn:
        conn.execute("INSERT INTO recovery_codes (staff_id, digest) VALUES (%s, %s)", (row, digest))
    rotate(new)
    said = refused(new, "keys", "retire", "factors-1")
    assert "1 accounts with recovery codes from before the key ring" in said
    assert "recovery codes of a1" in run(new, "keys", "list")
    assert _signs_in(new, "ABCDE-23456") == 302
    assert _signs_in(new, "ABCDE-23456") == 401
    assert "retired" in run(new, "keys", "retire", "factors-1")


def test_no_receiver_of_webhooks_notices(
    player: Player, old: ServerProcess, new: ServerProcess, clock: Clock
) -> None:
    with receiving() as receiver:
        id_ = webhook.subscribe(old.runtime, webhook.token(old.runtime), receiver.url)
        secret = webhook.secret(old.runtime, id_)
        _sends(old, "article_booked")
        rotate(new)
        _sends(old, "attempted")
        _sends(new, "delivered")
        assert webhook.secret(new.runtime, id_) == secret
        assert [call.event["kind"] for call in receiver.calls] == [
            "article_booked",
            "attempted",
            "delivered",
        ]
        assert all(call.signed_by(secret, clock.now()) for call in receiver.calls)


def _sends(of: ServerProcess, kind: Kind) -> None:
    """One event happens, and the worker of that process sends it."""
    webhook.happen(of.runtime, kind)
    sender = WebhookSender(of.runtime)
    webhook.work(sender)
    sender.finish()


def test_repeated_calls_and_dialled_sessions_go_on_at_the_other_process(
    player: Player, old: ServerProcess, new: ServerProcess
) -> None:
    _out(player)
    once = {"Idempotency-Key": "once"}
    first = Api(old.app.test_client(), player.token).post("/articles", article(2), once)
    player.drain()
    begun = player.step(f"{RECIPIENT} dials")
    rotate(new)
    again = Api(new.app.test_client(), player.token).post("/articles", article(2), once)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.json == first.json
    other = Api(new.app.test_client(), player.token).post(
        "/articles", article(2) | {"cod_amount": 1}, once
    )
    assert other.status_code == 422
    assert new.plays(player).step(f"{RECIPIENT} repeats") == begun
    assert player.step(f"{RECIPIENT} * 8") != begun
    with new.runtime.database.transaction() as conn:
        kept = conn.execute("SELECT digest_key FROM ussd_sessions").fetchall()
    assert kept == [(1,)]


def test_a_key_is_retired_when_nothing_depends_on_it(
    player: Player, old: ServerProcess, new: ServerProcess, clock: Clock
) -> None:
    _out(player)
    player.step(f"{POSTMAN} > 1")
    assert "codes-1 is the current one" in refused(new, "keys", "retire", "codes-1")
    rotate(new)
    assert "1 codes that live" in run(new, "keys", "list")
    assert "codes-1 is in use by 1 codes that live" in refused(new, "keys", "retire", "codes-1")
    clock.advance(days=2)
    quoted = "texts whose two digits can still be quoted"
    assert f"codes-1 is in use by 3 {quoted}" in refused(new, "keys", "retire", "codes-1")
    new.plays(player)
    player.step(f"list 1001: {' '.join(ARTICLES)}")
    for item, number in enumerate(ARTICLES, start=1):
        player.step(f"{POSTMAN} > {item}")
        player.step(f"{POSTMAN} > {item} {{code {RECIPIENT}}}")
        player.step(f"{number} is delivered")
    assert "codes-1 is retired" in run(new, "keys", "retire", "codes-1")
    assert "there is no key codes-1" in refused(new, "keys", "retire", "codes-1")
    assert "codes-9" in refused(new, "keys", "retire", "codes-9")


def test_a_code_of_a_retired_key_is_answered_as_an_old_one(
    player: Player, new: ServerProcess, clock: Clock, settings: Settings
) -> None:
    _out(player)
    player.step(f"{POSTMAN} > 1")
    rotate(new)
    with new.runtime.database.transaction() as conn:  # as if the list were a day longer
        conn.execute("UPDATE codes SET released_at = %s", [clock.now() - timedelta(days=9)])
        conn.execute("UPDATE messages SET quote = NULL, quote_key = NULL")  # and sent by nobody
    run(new, "keys", "retire", "codes-1")
    with process(ring.with_new_master(settings), clock) as later:  # it never opened codes-1
        said = later.plays(player).step(f"{POSTMAN} > 1 {{code {RECIPIENT}}}")
        assert len(said) == 1, said
        with later.runtime.database.transaction() as conn:
            assert conn.execute("SELECT count(*) FROM code_attempts").fetchone() == (0,)
    new.plays(player)


def test_a_master_key_is_retired_when_no_process_runs_on_it(
    player: Player, old: ServerProcess, settings: Settings, clock: Clock
) -> None:
    of_old = old.runtime.keys.masters[0]
    run(old, "keys", "list")
    assert "set another one first" in refused(old, "keys", "retire", of_old)
    _out(player)
    player.step(f"{POSTMAN} > 1")
    with process(ring.with_new_master(settings), clock) as new:
        assert f"{of_old} is in use by" in refused(new, "keys", "retire", of_old)
        new.plays(player)
        old.runtime.database.close()
        until(lambda: f"{of_old}\topens 4 keys, 0 connections" in run(new, "keys", "list"))
        assert "nothing else opens them" in refused(new, "keys", "retire", of_old)
        rotate(new)
        assert "is retired" in run(new, "keys", "retire", of_old)
        assert "no key is sealed under" in refused(new, "keys", "retire", of_old)
        with process(settings, clock) as late:
            text = {"from": POSTMAN, "text": f"1 {player.codes[RECIPIENT][-1]}"}
            with pytest.raises(WrongMasterKey):  # a 500: its carrier repeats it, to another process
                late.app.test_client().post("/hooks/simulator/sms", json=text)
            assert "sealed under" in refused(late, "keys", "list")
            ready = late.app.test_client().get("/readyz")
            assert (ready.status_code, ready.get_json()["failing"]) == (503, ["keys"])
    with process(ring.new_alone(settings), clock) as alone:
        alone.plays(player).step(f"{POSTMAN} > 1 {{code {RECIPIENT}}}")
        player.step(f"{ARTICLES[0]} is delivered")


def test_a_rotation_that_would_leave_a_process_behind_is_refused(
    player: Player, old: ServerProcess, new: ServerProcess, settings: Settings, clock: Clock
) -> None:
    rotate(new)  # seals everything under the new one too
    with process(ring.new_alone(settings), clock) as alone:
        said = refused(alone, "keys", "rotate")
    assert old.runtime.keys.masters[0] in said
    assert "could not open the new keys" in said


def test_a_rotation_that_was_killed_goes_on_where_it_was(
    player: Player, old: ServerProcess, new: ServerProcess
) -> None:
    desk.add(old.runtime, "a1", "supervisor")
    with receiving() as receiver:
        id_ = webhook.subscribe(old.runtime, webhook.token(old.runtime), receiver.url)
    secret = webhook.secret(old.runtime, id_)
    # However long the command's process takes to start.
    with old.runtime.within(COMMANDS).database.transaction() as conn:
        conn.execute("SELECT FROM webhook_subscriptions FOR UPDATE")
        killed = command(new.runtime.settings, "keys", "rotate")
        until(lambda: _waits_for_a_lock(new.runtime))
        assert "another rotation" in refused(new, "keys", "rotate")
        killed.kill()
        killed.communicate()
    assert _named(new.runtime) == {("staff", 2), ("webhooks", 1)}
    said = rotate(new)
    assert "went on with a rotation that was interrupted" in said
    assert _named(new.runtime) == {("staff", 2), ("webhooks", 2)}
    assert webhook.secret(old.runtime, id_) == secret
    assert "codes-3" not in run(new, "keys", "list")
    assert "made codes-3" in rotate(new)


def _waits_for_a_lock(runtime: Runtime) -> bool:
    with runtime.database.transaction() as conn:
        row = conn.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND wait_event_type = 'Lock' AND query LIKE '%webhook_subscriptions%'"
        ).fetchone()
    return row == (1,)


def _named(runtime: Runtime) -> set[tuple[str, int]]:
    with runtime.database.transaction() as conn:
        return set(
            conn.execute(
                "SELECT 'staff', totp_key FROM staff WHERE totp_salt IS NOT NULL"
                " UNION SELECT 'webhooks', secret_key FROM webhook_subscriptions"
            ).fetchall()
        )


def test_a_secret_that_was_moved_to_another_row_opens_nothing(
    player: Player, old: ServerProcess, new: ServerProcess
) -> None:
    mine, theirs = (desk.add(old.runtime, name, "supervisor") for name in ("a1", "a2"))
    rotate(new)
    with old.runtime.database.transaction() as conn:
        conn.execute(
            "UPDATE staff SET totp_sealed = (SELECT totp_sealed FROM staff WHERE id = %s)"
            " WHERE id = %s",
            (mine, theirs),
        )
    with new.runtime.database.transaction() as conn, pytest.raises(ValueError, match="not open"):
        authenticator.totp(conn, theirs, new.runtime.keys)
    assert f"staff {theirs}" in refused(new, "keys", "rotate")


def test_neither_keys_nor_masters_are_said_or_stored(
    player: Player, old: ServerProcess, new: ServerProcess
) -> None:
    said = rotate(new) + run(new, "keys", "list")
    with new.runtime.database.transaction() as conn:
        rows = str(conn.execute("SELECT k::text FROM key_seals k").fetchall())
        roots = [new.runtime.keys.root(conn, "codes", number) for number in (1, 2)]
    for secret in (NEW, old.runtime.settings.dakiya_master_key.get_secret_value()):
        assert secret not in said + rows
        assert secret.encode().hex() not in rows
    for root in roots:
        assert root.hex() not in said + rows


def test_a_new_master_key_is_alone_on_the_last_line(old: ServerProcess) -> None:
    last = run(old, "keys", "new").splitlines()[-1]
    assert len(last) == 64
    assert " " not in last
