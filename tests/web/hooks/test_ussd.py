"""Dialling in over HTTP: what carriers send, twice, late, torn, wrong; and what is kept of it."""

from __future__ import annotations

import json
import logging
import threading

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import create_app
from runtime import Runtime
from store.database import Database
from tests.rigs import sprints as stored_sprints
from tests.rigs.clock import Clock
from tests.rigs.gateway import SECRET
from tests.rigs.transcript import Player

AT = f"/hooks/africastalking/{SECRET}/ussd"
SIMULATOR = "/hooks/simulator/ussd"
RECIPIENT, OTHER, POSTMAN = "+919876500001", "+919876500002", "+919839000001"
NUMBER, PIN = "EU123456785IN", "2468"
MENU = "1 Send my code"


@pytest.fixture
def office(player: Player) -> Player:
    """One article out for delivery, by a postman with a PIN."""
    player.step(f"postman 1001 {POSTMAN}")
    player.step(f"article {NUMBER} to {RECIPIENT} en")
    player.step(f"list 1001: {NUMBER}")
    return player


def dial(client: FlaskClient, text: str = "", phone: str = RECIPIENT, **more: str) -> str:
    """One request as Africa's Talking sends it, and its whole answer."""
    form = {"sessionId": "AT1", "serviceCode": "*384*77#", "phoneNumber": phone, "text": text}
    answer = client.post(AT, data={**form, "networkCode": "99999", **more})
    assert (answer.status_code, answer.mimetype) == (200, "text/plain"), answer.data
    return str(answer.get_data(as_text=True))


def count(runtime: Runtime, table: str, where: str = "true") -> int:
    with runtime.database.transaction() as conn:
        row = conn.execute(f"SELECT count(*) FROM {table} WHERE {where}").fetchone()  # noqa: S608
        assert row is not None
        return int(row[0])


# ---- the carrier's ways ------------------------------------------------------------------------


def test_africastalking_gets_con_and_end(client: FlaskClient, office: Player) -> None:
    assert dial(client).startswith(f"CON {MENU}")
    assert dial(client, "7").startswith("CON Your post.")
    assert dial(client, "7*6785") == f"END Post {NUMBER} is with the postman today."
    assert dial(client, "7*6785*1") == "END This dial is over. Please dial again."


def test_a_wrong_secret_is_nobody_and_leaves_nothing(client: FlaskClient, runtime: Runtime) -> None:
    form = {"sessionId": "AT1", "serviceCode": "*384*77#", "phoneNumber": RECIPIENT, "text": ""}
    assert client.post("/hooks/africastalking/wrong/ussd", data=form).status_code == 404
    assert client.post("/hooks/twilio/ussd", data=form).status_code == 404
    assert count(runtime, "ussd_sessions") == 0


@pytest.mark.parametrize("times", [2, 5])
def test_a_repeat_is_answered_alike_and_does_nothing_twice(
    client: FlaskClient, runtime: Runtime, office: Player, times: int
) -> None:
    assert len({dial(client) for _ in range(times)}) == 1
    assert len({dial(client, "1") for _ in range(times)}) == 1
    assert dial(client).startswith(f"CON {MENU}")  # the first again, late
    assert count(runtime, "ussd_sessions") == 1
    assert count(runtime, "codes") == 1
    assert count(runtime, "messages", "template = 'code'") == 1


def test_repeats_at_the_same_moment_do_one_thing(
    app: Flask, runtime: Runtime, office: Player
) -> None:
    dial(app.test_client())
    answers: list[str] = []
    ready = threading.Barrier(6)

    def ask() -> None:
        client = app.test_client()
        ready.wait()
        answers.append(dial(client, "1"))

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 6
    assert len(set(answers)) == 1
    assert count(runtime, "messages", "template = 'code'") == 1


def test_what_was_typed_may_hold_a_star(client: FlaskClient, office: Player) -> None:
    assert dial(client).startswith(f"CON {MENU}")
    assert dial(client, "*").startswith(f"CON {MENU}")
    assert dial(client, "**7").startswith("CON Your post.")
    assert dial(client, "**7*1*2").startswith("CON No single post")
    assert dial(client, "**7*1*2*6785").startswith("END Post")


def test_what_does_not_go_on_from_the_last_answer_does_nothing(
    client: FlaskClient, runtime: Runtime, office: Player
) -> None:
    dial(client)
    dial(client, "7")
    assert dial(client, "6*1").startswith("CON Your post.")
    assert dial(client, "71").startswith("CON Your post.")
    assert count(runtime, "codes") == 0


def test_something_may_be_dialled_along_and_ends_with_the_first_thing_done(
    client: FlaskClient, runtime: Runtime, office: Player
) -> None:
    assert dial(client, "1*3*3").startswith("END The code comes by SMS.")
    assert count(runtime, "messages", "template = 'code'") == 1
    assert count(runtime, "articles", "door_only") == 0


def test_a_session_is_bound_to_telephone_and_service(
    client: FlaskClient, runtime: Runtime, office: Player
) -> None:
    dial(client, phone=POSTMAN)
    dial(client, PIN, phone=POSTMAN)
    stolen = dial(client, f"{PIN}*1", phone=OTHER)  # the same session id, another telephone
    assert "6785" not in stolen
    other = dial(client, f"{PIN}*1", phone=POSTMAN, serviceCode="*384*78#")
    assert "6785" in other  # a new session: PIN and item dialled along
    assert count(runtime, "ussd_sessions") == 3


def test_the_end_of_a_session_is_told_and_its_input_is_not_kept(
    client: FlaskClient, runtime: Runtime, office: Player
) -> None:
    dial(client)
    notice = {"status": "Success", "input": f"{PIN}*482913", "lastAppResponse": "CON 482913"}
    assert dial(client, **notice) == "OK"
    assert dial(client, "1") == "END This dial is over. Please dial again."
    assert dial(client, sessionId="unknown", **notice) == "OK"
    assert count(runtime, "ussd_sessions") == 1


@pytest.mark.parametrize("status", ["Incomplete", "Failed"])
def test_a_session_that_broke_off_may_be_gone_on_with(
    client: FlaskClient, office: Player, status: str
) -> None:
    for text in ("", PIN, f"{PIN}*1"):
        dial(client, text, phone=POSTMAN)
    assert dial(client, phone=POSTMAN, status=status) == "OK"
    again = {"phone": POSTMAN, "sessionId": "AT2"}
    assert "बीच में कट गया" in dial(client, **again)
    assert dial(client, "1", **again).startswith("CON 1: 6785")
    assert "END" in dial(client, f"{PIN}*1*1", phone=POSTMAN)  # the old one is over


def test_after_three_minutes_the_pin_is_asked_for_again(
    client: FlaskClient, office: Player, clock: Clock
) -> None:
    dial(client, phone=POSTMAN)
    dial(client, PIN, phone=POSTMAN)
    clock.advance(minutes=3, seconds=1)
    assert "PIN" in dial(client, phone=POSTMAN, sessionId="AT2")


def test_before_the_pin_there_is_nothing_to_go_on_with(client: FlaskClient, office: Player) -> None:
    dial(client, phone=POSTMAN)
    dial(client, "1111", phone=POSTMAN)
    assert "PIN" in dial(client, phone=POSTMAN, sessionId="AT2")


def test_a_postman_who_is_no_more_loses_his_list_at_once(
    client: FlaskClient, runtime: Runtime, office: Player
) -> None:
    dial(client, phone=POSTMAN)
    dial(client, PIN, phone=POSTMAN)
    with runtime.database.transaction() as conn:
        conn.execute("UPDATE staff SET active = false")
    assert dial(client, f"{PIN}*1", phone=POSTMAN).startswith("END")
    assert "6785" not in dial(client, f"{PIN}*1*1", phone=POSTMAN)


def test_three_wrong_pins_lock_whatever_session_they_come_in(
    client: FlaskClient, office: Player
) -> None:
    for session in ("A", "B"):
        dial(client, phone=POSTMAN, sessionId=session)
        assert "PIN गलत" in dial(client, "1111", phone=POSTMAN, sessionId=session)
    dial(client, phone=POSTMAN, sessionId="C")
    assert "30 मिनट" in dial(client, "1111", phone=POSTMAN, sessionId="C")
    dial(client, phone=POSTMAN, sessionId="D")
    assert "30 मिनट" in dial(client, PIN, phone=POSTMAN, sessionId="D")
    office.step(f"{POSTMAN} > 1")
    assert office.codes[RECIPIENT], "texts go on"


# ---- what is kept ------------------------------------------------------------------------------


def test_no_pin_and_no_code_is_stored_or_logged(
    client: FlaskClient, runtime: Runtime, office: Player, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    office.step(f"{POSTMAN} > 1")
    code = office.codes[RECIPIENT][-1]
    typed = ["1111", PIN, "1", "2", "135790", "1", code]
    for end in range(len(typed) + 1):
        last = dial(client, "*".join(typed[:end]), phone=POSTMAN)
    assert "दे दी गई" in last
    dial(client, f"0*{code}", sessionId="S2")
    with runtime.database.transaction() as conn:
        kept = ""
        for table in ("ussd_sessions", "ussd_hops", "sprints", "messages", "events", "staff"):
            rows = conn.execute(f"SELECT to_jsonb(t)::text FROM {table} t").fetchall()  # noqa: S608
            kept += "".join(row[0] for row in rows)
        kept += "".join(stored_sprints.contents(conn))
        rows = conn.execute("SELECT typed FROM ussd_hops ORDER BY session_id, position").fetchall()
        masked = [row[0] for row in rows]
    for secret in (code, "135790", PIN, "1111"):
        assert f'"{secret}"' not in kept, secret
        assert f"*{secret}" not in kept, secret
        assert secret not in caplog.text, secret
    assert code not in kept
    assert masked[:4] == ["", "••••", "••••", "1"]


def test_the_same_words_in_two_sessions_leave_two_digests(
    client: FlaskClient, runtime: Runtime, office: Player
) -> None:
    for session in ("A", "B"):
        dial(client, phone=POSTMAN, sessionId=session)
        dial(client, PIN, phone=POSTMAN, sessionId=session)
    with runtime.database.transaction() as conn:
        rows = conn.execute("SELECT digest FROM ussd_hops").fetchall()
    assert len({bytes(row[0]) for row in rows}) == len(rows)


# ---- rubbish -----------------------------------------------------------------------------------


@pytest.fixture
def careless(runtime: Runtime) -> FlaskClient:
    """As in production: an exception is a 500, and not the test's."""
    app = create_app(runtime)
    app.testing = False
    return app.test_client()


RUBBISH = (
    "\x00",
    "\ud800",
    "*" * 500,
    "9" * 20000,
    "١٢٣",
    "①",
    "' OR 1=1 --",
    "{code}",
    "\n\n",
    "+",
)


@pytest.mark.parametrize("rubbish", RUBBISH, ids=lambda text: ascii(text[:12]))
def test_rubbish_is_answered_with_a_screen(
    careless: FlaskClient, runtime: Runtime, office: Player, rubbish: str
) -> None:
    for phone, before in ((RECIPIENT, ""), (RECIPIENT, "7"), (POSTMAN, ""), (POSTMAN, PIN)):
        text = before
        body = {"session": f"r{phone}{before}", "from": phone}
        for _ in range(3):
            answer = careless.post(
                SIMULATOR,
                data=json.dumps({**body, "text": text}),
                content_type="application/json",
            )
            assert answer.status_code == 200, answer.data
            assert answer.get_json()["screen"]
            text = f"{text}*{rubbish}" if text else rubbish


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b'{"session": 7}', b'{"session": "s", "from": "Dakiya"}', b"\xff\xfe",
     b'{"session": "s", "from": "+919876500001", "text": 5}',
     b'{"session": "s", "from": "+919876500001", "service": {"a": [1]}}'],
)  # fmt: skip
def test_a_torn_request_is_answered_and_kept_without_its_input(
    careless: FlaskClient, runtime: Runtime, body: bytes
) -> None:
    answer = careless.post(SIMULATOR, data=body, content_type="application/json")
    assert answer.status_code == 200
    assert set(answer.get_json()) == {"screen", "end"}
    assert careless.post(AT, data=body, content_type="text/plain").status_code == 200
    assert count(runtime, "messages", f"body LIKE '%{PIN}%'") == 0


def test_a_request_without_its_telephone_is_shown_to_the_help_desk(
    client: FlaskClient, runtime: Runtime
) -> None:
    answer = client.post(AT, data={"sessionId": "AT1", "text": f"{PIN}*482913"})
    assert answer.get_data(as_text=True).startswith("END ")
    with runtime.database.transaction() as conn:
        rows = conn.execute("SELECT status, body, error FROM messages").fetchall()
    assert rows == [("unreadable", "", "sessionId or phoneNumber is missing")]


def test_without_a_database_the_screen_says_that_nothing_was_written(
    client: FlaskClient, runtime: Runtime, office: Player, owner: Database
) -> None:
    with owner.transaction() as conn:
        conn.execute("ALTER TABLE ussd_hops RENAME TO away")
    try:
        assert dial(client).startswith("END हमारी तरफ गड़बड़ी हुई")
    finally:
        with owner.transaction() as conn:
            conn.execute("ALTER TABLE away RENAME TO ussd_hops")
    assert count(runtime, "ussd_sessions") == 0
    assert dial(client).startswith(f"CON {MENU}")


def test_a_dial_without_end_is_ended(client: FlaskClient, office: Player) -> None:
    dial(client)
    for answers in range(1, 99):
        assert dial(client, "*".join("7" * answers)).startswith("CON"), answers
    assert dial(client, "*".join("7" * 99)).startswith("END")
