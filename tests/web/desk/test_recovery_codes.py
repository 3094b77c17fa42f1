"""Recovery codes are shown until somebody says that he has them, whatever answers are lost."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from runtime import Runtime
from tests.rigs.clock import Clock
from tests.rigs.desk import PASSWORD, TOKEN, add, number, speak, submit
from tests.rigs.transcript import Player

CODE = re.compile(r"<code>([A-Z2-7]{5}-[A-Z2-7]{5})</code>")


@pytest.fixture
def row(player: Player, runtime: Runtime) -> int:
    return add(runtime, "a1", "agent")


def browser_of(app: Flask) -> FlaskClient:
    browser = app.test_client()
    speak(browser, "en")
    assert submit(browser, "/desk/sign-in", staff_id="a1", password=PASSWORD).status_code == 302
    return browser


def post(browser: FlaskClient, path: str, on: str = "/desk/recovery-codes", **form: str) -> str:
    token = TOKEN.search(browser.get(on).text)
    filled = {"csrf_token": token[1] if token else "", **form}
    return browser.post(path, data=filled).text


def opens(app: Flask, code: str) -> bool:
    return submit(browser_of(app), "/desk/second-factor", second_factor=code).status_code == 302


def test_the_answer_to_an_enrolment_is_lost(
    app: Flask, runtime: Runtime, clock: Clock, row: int
) -> None:
    lost = browser_of(app)
    never_seen = CODE.findall(submit(lost, "/desk/enrol", second_factor=number(runtime, row)).text)
    again = browser_of(app)
    clock.advance(seconds=30)
    submit(again, "/desk/second-factor", second_factor=number(runtime, row))
    for path in ("/desk", "/desk/account", "/counter"):
        assert again.get(path).headers["Location"] == "/desk/recovery-codes"
    assert "perhaps the page with them was lost" in again.get("/desk/recovery-codes").text
    first = CODE.findall(post(again, "/desk/recovery-codes"))
    second = CODE.findall(post(again, "/desk/recovery-codes"))  # that answer was lost, too
    assert len({*never_seen, *first, *second}) == 30
    post(again, "/desk/recovery-codes/kept")
    assert again.get("/desk").status_code == 200
    assert not opens(app, never_seen[0])
    assert not opens(app, first[0])
    assert opens(app, second[0])


def test_once_they_are_kept_nobody_is_shown_any_without_a_second_factor(
    app: Flask, runtime: Runtime, row: int
) -> None:
    browser = browser_of(app)
    codes = CODE.findall(submit(browser, "/desk/enrol", second_factor=number(runtime, row)).text)
    post(browser, "/desk/recovery-codes/kept")
    assert browser.get("/desk/recovery-codes").headers["Location"] == "/desk/account"
    assert CODE.findall(post(browser, "/desk/recovery-codes", on="/desk/account")) == []
    assert opens(app, codes[0])


def test_the_answer_to_new_ones_is_lost(
    app: Flask, runtime: Runtime, clock: Clock, row: int
) -> None:
    browser = browser_of(app)
    submit(browser, "/desk/enrol", second_factor=number(runtime, row))
    post(browser, "/desk/recovery-codes/kept")
    clock.advance(seconds=30)
    shown = number(runtime, row)
    lost = post(browser, "/desk/account/recovery-codes", on="/desk/account", second_factor=shown)
    assert browser.get("/desk").headers["Location"] == "/desk/recovery-codes"
    seen = CODE.findall(post(browser, "/desk/recovery-codes"))
    post(browser, "/desk/recovery-codes/kept")
    assert not opens(app, CODE.findall(lost)[0])
    assert opens(app, seen[0])


def test_whoever_has_them_says_so_and_keeps_them(app: Flask, runtime: Runtime, row: int) -> None:
    """The button was not pressed, but the codes were written down."""
    browser = browser_of(app)
    codes = CODE.findall(submit(browser, "/desk/enrol", second_factor=number(runtime, row)).text)
    other = browser_of(app)
    assert submit(other, "/desk/second-factor", second_factor=codes[0]).status_code == 302
    post(other, "/desk/recovery-codes/kept")
    assert other.get("/desk").status_code == 200
    assert opens(app, codes[1])
