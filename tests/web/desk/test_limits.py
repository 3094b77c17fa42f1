"""Limits of sign-in: a guesser is stopped, and whoever the account belongs to is not."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import count
from threading import Barrier

import pytest
from flask import Flask
from flask.testing import FlaskClient

from postal.people import authenticator, notices, tries
from runtime import Runtime
from tests.rigs.clock import Clock
from tests.rigs.desk import PASSWORD, TOKEN, add, number, submit
from tests.rigs.transcript import Player

OFFICE, HOME = "198.51.100.7", "203.0.113.9"


@dataclass
class Browser:
    """A browser of its own, somewhere."""

    client: FlaskClient
    address: str

    def submit(self, path: str, **form: str) -> int:
        at = {"REMOTE_ADDR": self.address}
        token = TOKEN.search(self.client.get(path, environ_base=at).text)
        filled = {"csrf_token": token[1] if token else "", **form}
        return int(self.client.post(path, data=filled, environ_base=at).status_code)

    def password(self, password: str = PASSWORD) -> int:
        return self.submit("/desk/sign-in", staff_id="s1", password=password)

    def number(self, typed: str) -> int:
        return self.submit("/desk/second-factor", second_factor=typed)


@dataclass
class Account:
    """The account `s1`, whose owner has signed in once: at the office, in `browser`."""

    app: Flask
    runtime: Runtime
    clock: Clock
    row: int
    browser: Browser

    def elsewhere(self, address: str) -> Browser:
        return Browser(self.app.test_client(), address)

    def shown(self) -> str:
        """The next number of the authenticator."""
        self.clock.advance(seconds=30)
        return number(self.runtime, self.row)

    def told(self) -> list[str]:
        with self.runtime.database.transaction() as conn:
            return [each.kind for each in reversed(notices.of(conn, self.row, 50))]

    def strangers(self) -> Iterator[Browser]:
        return (self.elsewhere(f"2001:db8:{n:x}::1") for n in count(1))

    def enter(self, browser: Browser) -> list[int]:
        return [browser.password(), browser.number(self.shown())]


@pytest.fixture
def account(player: Player, app: Flask, runtime: Runtime, clock: Clock) -> Account:
    row = add(runtime, "s1", "supervisor")
    browser = Browser(app.test_client(), OFFICE)
    assert browser.password() == 302
    assert browser.submit("/desk/enrol", second_factor=number(runtime, row)) == 200
    with runtime.database.transaction() as conn:
        authenticator.keep_recovery_codes(conn, row, runtime.now())
    submit(browser.client, "/desk/sign-out")
    account = Account(app, runtime, clock, row, browser)
    account.browser.client.delete_cookie("__Host-session")
    return account


def test_five_wrong_tries_lock_their_place_and_nobody_else(account: Account) -> None:
    guesser, owner = account.elsewhere(HOME), account.elsewhere("203.0.113.10")
    assert [guesser.password("not the password") for _ in range(3)] == [401] * 3
    assert guesser.password() == 302  # a right password sets nothing back
    assert [guesser.number("000000") for _ in range(2)] == [401] * 2
    assert guesser.number(account.shown()) == 401
    assert account.elsewhere(HOME).password() == 401  # another browser there, too
    assert account.enter(owner) == [302, 302]
    assert account.told()[-2:] == ["password_known", "opened_browser"]
    account.clock.advance(minutes=15)
    assert account.elsewhere(HOME).password() == 302


def test_a_known_browser_is_a_place_of_its_own(account: Account) -> None:
    """Whoever shares the office's network cannot lock out whom he sits beside."""
    neighbour = account.elsewhere(OFFICE)
    assert [neighbour.password("not the password") for _ in range(5)] == [401] * 5
    assert neighbour.password() == 401
    assert account.enter(account.browser) == [302, 302]
    assert account.told() == ["enrolled", "place_locked"]


def test_each_lock_of_a_place_is_twice_as_long(account: Account) -> None:
    guesser = account.elsewhere(HOME)
    for minutes in (15, 30, 60):
        account.runtime.redis.flushdb()  # the rate of a network goes by Valkey's clock
        assert [guesser.password("not the password") for _ in range(5)] == [401] * 5
        account.clock.advance(minutes=minutes, seconds=-1)
        assert guesser.password() == 401
        account.clock.advance(seconds=1)
    assert guesser.password() == 302
    assert account.told() == ["enrolled", "place_locked"]  # within an hour they are one
    account.runtime.redis.flushdb()
    assert [guesser.password("not the password") for _ in range(5)] == [401] * 5
    assert account.told() == ["enrolled", *["place_locked"] * 2]


def test_of_an_ipv6_subscriber_all_addresses_are_one_place(account: Account) -> None:
    for n in range(5):
        assert account.elsewhere(f"2001:db8:1:2:{n}::5").password("not the password") == 401
    assert account.elsewhere("2001:db8:1:2:ffff::1").password() == 401
    assert account.elsewhere("2001:db8:1:3::1").password() == 302


def test_passwords_from_many_places_slow_strangers_and_not_the_owner(account: Account) -> None:
    strangers = account.strangers()
    guessed = [next(strangers).password("not the password") for _ in range(20)]
    assert guessed == [401] * 20
    assert next(strangers).password() == 401  # even the right one waits
    assert account.told() == ["enrolled", "guessed"]
    assert account.enter(account.browser) == [302, 302]
    assert account.enter(account.elsewhere(OFFICE)) == [302, 302]  # a known network
    account.clock.advance(minutes=3)
    assert next(strangers).password() == 302


def test_numbers_from_many_places_are_few_and_a_recovery_code_still_opens(
    account: Account,
) -> None:
    with account.runtime.database.transaction() as conn:
        codes = authenticator.new_recovery_codes(conn, account.row, account.runtime.keys)
        authenticator.keep_recovery_codes(conn, account.row, account.clock.now())
    strangers = account.strangers()
    for _ in range(10):
        stranger = next(strangers)
        assert stranger.password() == 302
        assert stranger.number("000000") == 401
    owner = next(strangers)
    assert owner.password() == 302
    assert owner.number(account.shown()) == 401
    assert owner.number(codes[0]) == 302
    assert account.enter(account.browser) == [302, 302]
    assert account.told() == ["enrolled", "password_known", "recovery_used", "opened_browser"]
    at_office = account.elsewhere(OFFICE)
    assert at_office.password() == 302
    assert at_office.number(account.shown()) == 401  # a network is shared: numbers wait there
    account.clock.advance(minutes=30)
    assert account.enter(at_office) == [302, 302]


def test_guesses_at_the_same_moment_count_as_those_one_after_the_other(account: Account) -> None:
    """Eleven at once, the eleventh right: it opens at most as one of the first five tries."""
    barrier = Barrier(8)

    def guess(n: int) -> int:
        browser = account.elsewhere(HOME)
        browser.client.get("/desk/sign-in", environ_base={"REMOTE_ADDR": HOME})
        barrier.wait()
        return browser.password(f"not the password {n}")

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(guess, range(8))) == {401}
    with account.runtime.database.transaction() as conn:
        row = conn.execute("SELECT wrong, locks FROM sign_in_tries").fetchone()
    assert row == (0, 1)  # the other three found the place locked: they counted nothing
    assert account.elsewhere(HOME).password() == 401


def test_one_network_may_not_try_without_end_and_a_known_browser_there_still_may(
    account: Account,
) -> None:
    """Another try is allowed every three seconds: on a slow machine the limit comes later."""
    stranger = account.elsewhere(OFFICE)
    tried = (stranger.submit("/desk/sign-in", staff_id=f"x{n}", password="x") for n in range(60))
    assert 429 in tried
    assert account.browser.password() == 302


def test_an_operator_vouches_for_the_owner(account: Account) -> None:
    guesser = account.elsewhere(HOME)
    assert [guesser.password("not the password") for _ in range(5)] == [401] * 5
    runner = account.app.test_cli_runner()
    assert runner.invoke(args=["staff", "unlock", "s1"]).exit_code == 0
    assert guesser.password() == 302
    assert "nobody who works here" in runner.invoke(args=["staff", "unlock", "s9"]).output


def test_nothing_typed_is_no_try_and_digits_of_any_script_are(account: Account) -> None:
    owner = account.elsewhere(HOME)
    assert owner.password() == 302
    assert [owner.number(" ") for _ in range(6)] == [401] * 6
    devanagari = str.maketrans("0123456789", "०१२३४५६७८९")
    assert owner.number(account.shown().translate(devanagari)) == 302


def test_the_allowances_are_what_the_documentation_reckons_with() -> None:
    assert (tries.PASSWORDS.most, tries.PASSWORDS.each.total_seconds()) == (20, 180)
    assert (tries.NUMBERS.most, tries.NUMBERS.each.total_seconds()) == (10, 1800)
