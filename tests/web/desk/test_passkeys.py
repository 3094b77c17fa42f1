"""Passkeys as a second factor: what opens, what does not, and who is told."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from flask import Flask
from flask.testing import FlaskClient

from postal.people import factors, notices, passkeys, sign_ins
from postal.people.passkeys import relying_party
from runtime import Runtime
from tests.rigs.authenticator import Key, challenge_of
from tests.rigs.clock import Clock
from tests.rigs.desk import (
    AT_HOME,
    PASSWORD,
    TOKEN,
    Colleague,
    number,
    sign_in,
    speak,
    submit,
)
from tests.rigs.transcript import Player

_OPTIONS = re.compile(r'data-new-passkey="([^"]*)"')


@pytest.fixture
def colleague(player: Player, app: Flask, runtime: Runtime, clock: Clock) -> Colleague:
    return sign_in(app, runtime, "supervisor", "s1")


@pytest.fixture
def key(colleague: Colleague, clock: Clock) -> Key:
    """A key that the colleague has added."""
    key = Key()
    assert add(colleague, clock, key) == "The passkey is added."
    return key


def begin(colleague: Colleague, clock: Clock, name: str = "blue key") -> str:
    """What the browser is asked, to make a passkey; empty where it is not asked."""
    clock.advance(seconds=30)
    shown = number(colleague.runtime, colleague.staff_row)
    page = colleague.post("/desk/account/passkeys/new", name=name, second_factor=shown).text
    asked = _OPTIONS.search(page)
    return html.unescape(asked[1]) if asked else ""


def finish(colleague: Colleague, credential: str, name: str = "blue key") -> str:
    """What the page says after the browser sent what it made."""
    colleague.post("/desk/account/passkeys", name=name, credential=credential)
    return said(colleague)


def add(colleague: Colleague, clock: Clock, key: Key, name: str = "blue key") -> str:
    return finish(colleague, key.made(begin(colleague, clock, name)), name)


def said(colleague: Colleague) -> str:
    page = colleague.get("/desk/account/passkeys").text
    found = re.search(r'role="status">([^<]*)', page)
    return html.unescape(found[1]).strip() if found else ""


def with_password(app: Flask, staff_id: str = "s1") -> FlaskClient:
    """A browser in which the password was right."""
    browser = app.test_client()
    speak(browser, "en")
    submit(browser, "/desk/sign-in", staff_id=staff_id, password=PASSWORD)
    return browser


def asked(browser: FlaskClient) -> str:
    """What the browser is asked, to sign; empty where it is not asked."""
    token = TOKEN.search(browser.get("/desk/second-factor").text)
    answer = browser.post("/desk/passkey-options", data={"csrf_token": token[1] if token else ""})
    return answer.text if answer.status_code == 200 else ""


def opens(browser: FlaskClient, assertion: str) -> bool:
    answer = submit(browser, "/desk/second-factor", assertion=assertion)
    return answer.status_code == 302


def told(colleague: Colleague) -> list[str]:
    with colleague.runtime.database.transaction() as conn:
        return [each.kind for each in reversed(notices.of(conn, colleague.staff_row, 50))]


# ---- in ------------------------------------------------------------------------------------------


def test_a_passkey_is_added_used_and_removed(
    app: Flask, colleague: Colleague, clock: Clock, key: Key
) -> None:
    page = colleague.get("/desk/account/passkeys").text
    assert "blue key" in page
    assert "on one device" in page
    browser = with_password(app)
    assert opens(browser, key.but(counts=2).signed(asked(browser)))
    assert browser.get("/desk").status_code == 200
    assert told(colleague) == ["enrolled", "passkey_added", "opened_browser"]

    (id_,) = re.findall(r'<option value="(\d+)">', page)
    token = TOKEN.search(colleague.get("/desk/account").text)
    options = colleague.client.post(
        "/desk/passkey-options", data={"csrf_token": token[1] if token else ""}
    ).text
    signed = key.but(counts=3).signed(options)  # it may sign its own removal
    colleague.post("/desk/account/passkeys/remove", passkey=id_, assertion=signed)
    assert said(colleague) == "The passkey is removed."
    assert told(colleague)[-1] == "passkey_removed"
    assert asked(with_password(app)) == ""


def test_a_passkey_that_is_on_many_devices_never_counts(
    app: Flask, colleague: Colleague, clock: Clock
) -> None:
    key = Key(synced=True, counts=0)
    add(colleague, clock, key)
    for _ in range(2):
        browser = with_password(app)
        assert opens(browser, key.signed(asked(browser)))
    assert "on several devices" in colleague.get("/desk/account/passkeys").text


def test_an_authenticator_is_still_as_good(
    app: Flask, colleague: Colleague, clock: Clock, key: Key
) -> None:
    clock.advance(seconds=30)
    browser = with_password(app)
    shown = number(colleague.runtime, colleague.staff_row)
    assert submit(browser, "/desk/second-factor", second_factor=shown).status_code == 302


# ---- what does not open --------------------------------------------------------------------------

Forge = Callable[[Key], Key]


@pytest.mark.parametrize(
    "forge",
    [
        pytest.param(lambda key: key.but(verified=False), id="nobody was verified"),
        pytest.param(lambda key: key.but(origin="https://dakiya.example"), id="another address"),
        pytest.param(lambda key: key.but(origin="http://dakiya.test"), id="by http"),
        pytest.param(lambda key: key.but(rp_id="dakiya.example"), id="another service"),
        pytest.param(lambda key: key.but(secret=Key().secret), id="another secret"),
        pytest.param(lambda key: key.but(id=Key().id), id="another key"),
    ],
)
def test_a_forgery_opens_nothing_and_adds_nothing(
    app: Flask, colleague: Colleague, clock: Clock, key: Key, forge: Forge
) -> None:
    browser = with_password(app)
    forged = forge(key.but(counts=2))
    assert not opens(browser, forged.signed(asked(browser)))
    assert opens(browser, key.but(counts=3).signed(asked(browser)))  # and it locked nobody out
    if forged.id == key.id and forged.secret is key.secret:
        new = forge(Key())
        refused = "This passkey could not be added: it took too long, or it does not know its owner"
        assert add(colleague, clock, new, "red key").startswith(refused)


def test_a_challenge_is_good_once_and_for_two_minutes(
    app: Flask, colleague: Colleague, clock: Clock, key: Key
) -> None:
    browser = with_password(app)
    late = asked(browser)
    clock.advance(seconds=121)
    assert not opens(browser, key.but(counts=2).signed(late))
    earlier = asked(browser)
    later = asked(browser)
    assert challenge_of(earlier) != challenge_of(later)
    assert not opens(browser, key.but(counts=3).signed(earlier))  # and that used up the later one
    assert not opens(browser, key.but(counts=4).signed(later))
    used = asked(browser)
    assert opens(browser, key.but(counts=5).signed(used))
    other = with_password(app)
    assert asked(other)
    assert not opens(other, key.but(counts=6).signed(used))


def test_a_challenge_of_one_session_is_none_of_another(
    app: Flask, colleague: Colleague, key: Key
) -> None:
    one, other = with_password(app), with_password(app)
    assert asked(other)
    assert not opens(other, key.but(counts=2).signed(asked(one)))


def test_what_was_asked_for_a_new_passkey_signs_nobody_in(
    app: Flask, colleague: Colleague, clock: Clock, key: Key
) -> None:
    to_add = begin(colleague, clock, "red key")
    token = TOKEN.search(colleague.get("/desk/account").text)
    form = {"csrf_token": token[1] if token else "", "assertion": key.but(counts=2).signed(to_add)}
    answer = colleague.client.post(
        "/desk/account/password", data={**form, "old": PASSWORD, "new": "quite another one"}
    )
    assert answer.status_code == 422


def test_a_count_that_goes_back_tells_of_a_copy(
    app: Flask, colleague: Colleague, clock: Clock, key: Key
) -> None:
    thief, owner = with_password(app), with_password(app)
    assert opens(thief, key.but(counts=7).signed(asked(thief)))  # a copy, which was used more often
    assert not opens(owner, key.but(counts=2).signed(asked(owner)))
    assert told(colleague)[-1] == "passkey_doubted"
    assert "perhaps copied: opens nothing" in colleague.get("/desk/account/passkeys").text
    assert asked(thief) == asked(with_password(app)) == ""  # nor does the copy open any more


def test_another_persons_passkey_opens_nothing(
    app: Flask, colleague: Colleague, runtime: Runtime, clock: Clock, key: Key
) -> None:
    other = sign_in(app, runtime, "postmaster", "p1")
    own = Key()
    add(other, clock, own)
    browser = with_password(app, "p1")
    assert not opens(browser, key.but(counts=2).signed(asked(browser)))
    assert add(other, clock, key).startswith("This passkey is there already")


def test_an_assertion_at_the_same_moment_twice_opens_once(
    app: Flask, colleague: Colleague, key: Key
) -> None:
    runtime = colleague.runtime
    now, party = runtime.now(), relying_party(runtime.settings.public_url)
    with runtime.database.transaction() as conn:
        token = sign_ins.begin(conn, colleague.staff_row, AT_HOME, now)
        mine = sign_ins.find(conn, token, now)
        assert mine is not None
        signed = key.but(counts=2).signed(passkeys.ask_to_prove(conn, mine, party, now))
    barrier = Barrier(4)
    shown = factors.SignedFactor(signed, party)

    def show(_: int) -> str | None:
        barrier.wait()
        return runtime.database.run(
            lambda conn: factors.verify(conn, mine, shown, runtime.keys, AT_HOME, now)
        )

    with ThreadPoolExecutor(4) as pool:
        assert sorted(map(str, pool.map(show, range(4)))) == ["None"] * 3 + ["passkey"]


@pytest.mark.parametrize(
    "sent",
    ["{}", "[]", "null", "no json", '{"id": 1}', "x" * 30_000, '{"id":"","rawId":""}'],
)
def test_rubbish_is_no_passkey(
    app: Flask, colleague: Colleague, clock: Clock, key: Key, sent: str
) -> None:
    browser = with_password(app)
    assert asked(browser)
    assert not opens(browser, sent)
    assert begin(colleague, clock, "red key")
    assert finish(colleague, sent, "red key").startswith("This passkey could not be added")


# ---- who, and with what --------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["", " ", "x" * 41, "a\x00b", "a\u202eb"])
def test_a_passkey_has_a_name(colleague: Colleague, clock: Clock, name: str) -> None:
    assert begin(colleague, clock, name) == ""


def test_without_a_second_factor_none_is_added_or_removed(
    colleague: Colleague, clock: Clock, key: Key
) -> None:
    wrong = colleague.post("/desk/account/passkeys/new", name="red key", second_factor="000000")
    assert wrong.status_code == 422
    assert not _OPTIONS.search(wrong.text)
    page = colleague.get("/desk/account/passkeys").text
    (id_,) = re.findall(r'<option value="(\d+)">', page)
    kept = colleague.post("/desk/account/passkeys/remove", passkey=id_, second_factor="000000")
    assert kept.status_code == 422
    assert "blue key" in colleague.get("/desk/account/passkeys").text
    assert finish(colleague, Key().made(json.dumps({"challenge": "AAAA"}))).startswith("This")


def test_another_persons_passkey_is_not_removed(
    app: Flask, colleague: Colleague, runtime: Runtime, clock: Clock, key: Key
) -> None:
    other = sign_in(app, runtime, "postmaster", "p1")
    page = colleague.get("/desk/account/passkeys").text
    (id_,) = re.findall(r'<option value="(\d+)">', page)
    clock.advance(seconds=30)
    shown = number(runtime, other.staff_row)
    assert (
        other.post("/desk/account/passkeys/remove", passkey=id_, second_factor=shown).status_code
        == 404
    )
    assert "blue key" in colleague.get("/desk/account/passkeys").text


def test_ten_are_enough(colleague: Colleague, clock: Clock) -> None:
    for n in range(passkeys.MOST):
        assert add(colleague, clock, Key(), f"key {n}") == "The passkey is added."
    assert begin(colleague, clock, "one more") == ""


def test_the_passkeys_of_who_loses_all_second_factors_open_nothing(
    app: Flask, colleague: Colleague, key: Key
) -> None:
    app.test_cli_runner().invoke(args=["staff", "second-factor", "s1"])
    browser = with_password(app)
    assert browser.get("/desk").headers["Location"] == "/desk/enrol"
    with colleague.runtime.database.transaction() as conn:
        assert passkeys.of(conn, colleague.staff_row) == []


def test_a_passkey_of_somebody_whose_role_has_none_any_more_opens_nothing(
    app: Flask, colleague: Colleague, key: Key
) -> None:
    browser = with_password(app)
    options = asked(browser)
    with colleague.runtime.database.transaction() as conn:
        conn.execute("UPDATE staff SET role = 'agent' WHERE staff_id = 's1'")
    assert not opens(browser, key.but(counts=2).signed(options))


def test_nobody_is_asked_without_the_password(app: Flask, client: FlaskClient, key: Key) -> None:
    token = TOKEN.search(client.get("/desk/sign-in").text)
    form = {"csrf_token": token[1] if token else ""}
    assert client.post("/desk/passkey-options", data=form).status_code == 403
    assert client.post("/desk/passkey-options").status_code == 400
    assert client.get("/desk/passkey-options").status_code == 405


@pytest.mark.parametrize(
    ("public_url", "party"),
    [
        ("https://post.example", ("post.example", "https://post.example")),
        ("https://post.example:8443", ("post.example", "https://post.example:8443")),
        ("http://127.0.0.1:8000", ("localhost", "http://localhost:8000")),
        ("http://localhost:8123", ("localhost", "http://localhost:8123")),
    ],
)
def test_passkeys_are_bound_to_the_public_address(public_url: str, party: tuple[str, str]) -> None:
    found = relying_party(public_url)
    assert (found.id, found.origin) == party
