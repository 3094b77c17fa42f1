"""Own sign-ins and notices: where one's account was opened, what happened to it, who is told."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

import jobs
from postal.people import authenticator, notices
from runtime import Runtime
from tests.rigs.clock import Clock
from tests.rigs.desk import (
    PASSWORD,
    TOKEN,
    Colleague,
    number,
    sign_in,
    speak,
    submit,
)
from tests.rigs.transcript import Player
from web.staff.user_agents import program_of, system_of

PHONE, OLD_PHONE = "+919839000077", "+919839000078"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)"
    " Chrome/140.0.0.0 Safari/537.36"
)
_END = re.compile(r'action="(/desk/account/sign-ins/\d+/end)"')


@pytest.fixture
def colleague(player: Player, app: Flask, runtime: Runtime, clock: Clock) -> Colleague:
    signed_in = sign_in(app, runtime, "supervisor", "s1")
    clock.advance(seconds=30)
    return signed_in


def browser_of(app: Flask, agent: str, address: str) -> FlaskClient:
    """A browser of that kind, at that address."""
    browser = app.test_client()
    browser.environ_base["HTTP_USER_AGENT"] = agent
    browser.environ_base["REMOTE_ADDR"] = address
    speak(browser, "en")
    return browser


def enter(browser: FlaskClient, colleague: Colleague, clock: Clock) -> None:
    """Signs in there, with the next number."""
    assert submit(browser, "/desk/sign-in", staff_id="s1", password=PASSWORD).status_code == 302
    clock.advance(seconds=30)
    shown = number(colleague.runtime, colleague.staff_row)
    assert submit(browser, "/desk/second-factor", second_factor=shown).status_code == 302


def told(colleague: Colleague) -> list[str]:
    with colleague.runtime.database.transaction() as conn:
        return [each.kind for each in reversed(notices.of(conn, colleague.staff_row, 50))]


def post(browser: FlaskClient, path: str, **form: str) -> int:
    token = TOKEN.search(browser.get("/desk/account").text)
    filled = {"csrf_token": token[1] if token else "", **form}
    return int(browser.post(path, data=filled).status_code)


# ---- sign-ins ------------------------------------------------------------------------------------


def test_one_recognises_ones_sign_ins_and_ends_a_strangers(
    app: Flask, colleague: Colleague, clock: Clock
) -> None:
    here = browser_of(app, FIREFOX, "198.51.100.7")
    enter(here, colleague, clock)
    thief = browser_of(app, CHROME, "2001:db8:7:8::9")
    enter(thief, colleague, clock)
    page = here.get("/desk/account/sign-ins").text
    assert "Firefox on Linux" in page
    assert "Chrome on Windows" in page
    assert "198.51.100.•" in page
    assert "2001:db8:7:…" in page
    for whole in ("198.51.100.7", "2001:db8:7:8", "Mozilla"):
        assert whole not in page
    assert page.count(">this one<") == 1
    ends = _END.findall(page)
    assert len(ends) == 2  # the thief's, the newest, and that of the test
    assert post(here, ends[0]) == 302
    assert "Ended." in here.get("/desk/account/sign-ins").text
    assert thief.get("/desk").headers["Location"] == "/desk/sign-in"
    assert here.get("/desk").status_code == 200
    assert post(here, ends[0]) == 404  # it is over


def test_all_others_are_ended_at_once(app: Flask, colleague: Colleague, clock: Clock) -> None:
    here = browser_of(app, FIREFOX, "198.51.100.7")
    enter(here, colleague, clock)
    half_way = browser_of(app, CHROME, "203.0.113.5")  # it knows the password
    submit(half_way, "/desk/sign-in", staff_id="s1", password=PASSWORD)
    assert post(here, "/desk/account/sign-ins/end-others") == 302
    assert here.get("/desk").status_code == 200
    assert colleague.get("/desk").status_code == 302
    assert half_way.get("/desk/second-factor").headers["Location"] == "/desk/sign-in"
    assert not _END.findall(here.get("/desk/account/sign-ins").text)


def test_nobody_ends_this_one_or_another_persons_here(
    app: Flask, colleague: Colleague, runtime: Runtime
) -> None:
    other = sign_in(app, runtime, "administrator", "boss")
    with runtime.database.transaction() as conn:
        ids = [row[0] for row in conn.execute("SELECT id FROM sign_ins ORDER BY id").fetchall()]
    assert [colleague.post(f"/desk/account/sign-ins/{id_}/end").status_code for id_ in ids] == [
        404,
        404,
    ]
    assert colleague.get("/desk").status_code == other.get("/desk").status_code == 200


def test_an_administrator_ends_anothers_and_both_know_of_it(
    app: Flask, colleague: Colleague, runtime: Runtime
) -> None:
    boss = sign_in(app, runtime, "administrator", "boss")
    page = boss.get("/desk/accounts").text
    (end,) = re.findall(r'action="(/desk/accounts/sign-ins/\d+/end)"', page)
    assert colleague.post(end).status_code == 403
    assert boss.post(end).status_code == 302
    assert colleague.get("/desk").status_code == 302
    assert told(colleague)[-1] == "ended"
    assert "Administrator boss ended a sign-in of this account." in boss.get("/desk/accounts").text
    assert "ended a sign-in of s1" in boss.get("/desk/access-log").text
    assert boss.post(end).status_code == 404


def test_a_supervisor_sees_the_accounts_and_ends_nobodys_sign_in(
    app: Flask, colleague: Colleague, runtime: Runtime
) -> None:
    sign_in(app, runtime, "administrator", "boss")
    page = colleague.get("/desk/accounts").text
    assert "Administrator boss (boss)" in page
    assert "/end" not in page


def test_an_ended_browser_is_a_strange_one_again(
    app: Flask, colleague: Colleague, clock: Clock
) -> None:
    here, other = browser_of(app, FIREFOX, "198.51.100.7"), browser_of(app, CHROME, "203.0.113.5")
    enter(here, colleague, clock)
    enter(other, colleague, clock)
    assert told(colleague)[1:] == ["opened_browser"] * 2
    post(other, "/desk/sign-out")
    enter(other, colleague, clock)
    assert told(colleague)[1:] == ["opened_browser"] * 2  # signing out forgets nothing
    post(here, "/desk/account/sign-ins/end-others")
    enter(other, colleague, clock)
    assert told(colleague)[1:] == ["opened_browser"] * 3


# ---- notices -------------------------------------------------------------------------------------


def test_a_known_browser_in_a_new_network_is_a_notice_and_no_text(
    app: Flask, colleague: Colleague, clock: Clock, player: Player
) -> None:
    reachable(colleague, player)
    here = browser_of(app, FIREFOX, "198.51.100.7")
    enter(here, colleague, clock)
    texts(colleague, player)
    post(here, "/desk/sign-out")
    here.environ_base["REMOTE_ADDR"] = "203.0.113.77"
    enter(here, colleague, clock)
    assert told(colleague)[-1] == "opened_network"
    assert texts(colleague, player) == []


def test_notices_are_unseen_until_one_says_so(
    app: Flask, colleague: Colleague, clock: Clock
) -> None:
    here = browser_of(app, FIREFOX, "198.51.100.7")
    enter(here, colleague, clock)
    assert "1 new" in here.get("/desk").text
    page = here.get("/desk/account/notices").text
    assert "in a browser where this account was not opened before" in page
    (upto,) = re.findall(r'name="upto" value="(\d+)"', page)
    enter(browser_of(app, CHROME, "203.0.113.5"), colleague, clock)  # meanwhile
    post(here, "/desk/account/notices/seen", upto=upto)
    assert "1 new" in here.get("/desk").text  # what was not shown is not seen
    assert post(here, "/desk/account/notices/seen", upto="9" * 12) == 302
    assert " new" not in here.get("/desk").text.split("<main")[1].split("desk-room")[0]


def reachable(colleague: Colleague, player: Player) -> None:
    """The colleague's account has a telephone; that it has is told, once."""
    texts(colleague, player)
    runner = player.client.application.test_cli_runner()
    done = runner.invoke(args=["staff", "phone", "s1", PHONE])
    assert done.exit_code == 0, done.output
    assert PHONE not in done.output
    texts(colleague, player)


def texts(colleague: Colleague, player: Player) -> list[str]:
    """The templates that went out since the last time, in order."""
    jobs.sweep()  # as the clock does, every second
    player.drain()
    with colleague.runtime.database.transaction() as conn:
        rows = conn.execute(
            "UPDATE messages SET purged_at = now() WHERE direction = 'out' AND purged_at IS NULL"
            " RETURNING id, phone, template, lane, status"
        ).fetchall()
    assert {row[3] for row in rows} <= {"alarm"}
    assert {row[4] for row in rows} <= {"sent", "delivered"}
    return [row[2] for row in sorted(rows)]


def test_each_change_is_told_by_an_alarm_and_stop_silences_none(
    app: Flask, colleague: Colleague, clock: Clock, player: Player
) -> None:
    reachable(colleague, player)
    player.step(f"{PHONE} > STOP")
    player.drain()
    with colleague.runtime.database.transaction() as conn:
        conn.execute("UPDATE messages SET purged_at = now()")
        codes = authenticator.new_recovery_codes(conn, colleague.staff_row, player.runtime.keys)
        authenticator.keep_recovery_codes(conn, colleague.staff_row, clock.now())
    here = browser_of(app, FIREFOX, "198.51.100.7")
    enter(here, colleague, clock)
    assert texts(colleague, player) == ["account_opened"]

    other = browser_of(app, FIREFOX, "198.51.100.7")
    submit(other, "/desk/sign-in", staff_id="s1", password=PASSWORD)
    submit(other, "/desk/second-factor", second_factor=codes[0])
    assert texts(colleague, player) == ["recovery_code_used", "account_opened"]

    clock.advance(seconds=30)
    shown = number(colleague.runtime, colleague.staff_row)
    assert post(here, "/desk/account/recovery-codes", second_factor=shown) == 200
    assert texts(colleague, player) == ["account_factor_changed"]
    token = TOKEN.search(here.get("/desk/recovery-codes").text)
    here.post("/desk/recovery-codes/kept", data={"csrf_token": token[1] if token else ""})

    for _ in range(5):
        submit(app.test_client(), "/desk/sign-in", staff_id="s1", password="not the password")
    assert texts(colleague, player) == ["account_guessed"]

    clock.advance(seconds=30)
    shown = number(colleague.runtime, colleague.staff_row)
    changed = post(
        here, "/desk/account/password", old=PASSWORD, new="quite another", second_factor=shown
    )
    assert changed == 200
    assert texts(colleague, player) == ["account_password_changed"]

    runner = app.test_cli_runner()
    assert runner.invoke(args=["staff", "second-factor", "s1"]).exit_code == 0
    assert texts(colleague, player) == ["account_factor_changed"]


def test_of_another_telephone_both_are_told(colleague: Colleague, player: Player) -> None:
    runner = player.client.application.test_cli_runner()
    assert runner.invoke(args=["staff", "phone", "s1", OLD_PHONE]).exit_code == 0
    texts(colleague, player)
    assert runner.invoke(args=["staff", "phone", "s1", PHONE]).exit_code == 0
    assert texts(colleague, player) == ["account_phone_changed"] * 2
    assert runner.invoke(args=["staff", "phone", "s1"]).exit_code == 0
    assert texts(colleague, player) == ["account_phone_changed"]
    assert told(colleague)[-3:] == ["phone_changed"] * 3
    player.step("postman 1001 +919839000001")
    assert runner.invoke(args=["staff", "phone", "1001", PHONE]).exit_code == 1  # a postman's: no


def test_without_a_telephone_the_pages_tell_it_alone(
    app: Flask, colleague: Colleague, clock: Clock, player: Player
) -> None:
    enter(browser_of(app, FIREFOX, "198.51.100.7"), colleague, clock)
    assert told(colleague)[-1] == "opened_browser"
    assert texts(colleague, player) == []


def test_every_notice_has_its_words_in_every_language(
    colleague: Colleague, runtime: Runtime, clock: Clock
) -> None:
    with runtime.database.transaction() as conn:
        for kind in notices.NoticeKind.__args__:  # type: ignore[attr-defined]
            notices.note(conn, colleague.staff_row, kind, clock.now(), name="blue key")
    for language in ("en", "hi"):
        speak(colleague.client, language)
        page = colleague.get("/desk/account/notices").text
        assert page.count('<tr class="not-seen">') == len(notices.NoticeKind.__args__)  # type: ignore[attr-defined]
        assert page.count("blue key") == 3


# ---- words for browsers --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("agent", "program", "system"),
    [
        (FIREFOX, "Firefox", "Linux"),
        (CHROME, "Chrome", "Windows"),
        (f"{CHROME} Edg/140.0", "Edge", "Windows"),
        (f"{CHROME} OPR/120.0", "Opera", "Windows"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15"
            " (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1",
            "Safari",
            "iPhone",
        ),
        (
            "Mozilla/5.0 (Linux; Android 14; SM-A055F) AppleWebKit/537.36 (KHTML, like Gecko)"
            " SamsungBrowser/27.0 Chrome/125.0.0.0 Mobile Safari/537.36",
            "Samsung Internet",
            "Android",
        ),
        ("curl/8.1", None, None),
        ("", None, None),
        ("<script>alert(1)</script>", None, None),
        ("X" * 100_000 + " Firefox/1", None, None),
    ],
)
def test_a_browser_is_named_and_nothing_that_it_says_is_shown(
    agent: str, program: str | None, system: str | None
) -> None:
    assert (program_of(agent), system_of(agent)) == (program, system)


def test_an_unknown_browser_is_said_to_be_one(
    app: Flask, colleague: Colleague, clock: Clock
) -> None:
    here = browser_of(app, "<b>me</b>", "198.51.100.7")
    enter(here, colleague, clock)
    page = here.get("/desk/account/sign-ins").text
    assert "unknown browser" in page
    assert "<b>me" not in page


def test_add_takes_a_telephone(app: Flask, player: Player, runtime: Runtime) -> None:
    runner = app.test_cli_runner()
    words = ("staff", "add", "--name", "Asha", "--office-pin", "273303", "--password", PASSWORD)
    wrong = runner.invoke(args=[*words, "--staff-id", "a9", "--role", "agent", "--phone", "12"])
    assert wrong.exit_code == 1
    done = runner.invoke(args=[*words, "--staff-id", "a9", "--role", "agent", "--phone", PHONE])
    assert done.exit_code == 0, done.output
    with runtime.database.transaction() as conn:
        assert conn.execute("SELECT staff_id, phone FROM staff").fetchall() == [("a9", PHONE)]
