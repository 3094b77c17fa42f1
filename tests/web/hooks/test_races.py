"""Texts that come in at the same moment, through the real hooks, on the real database."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from flows.number import check_digit
from india.calendar import day_of
from postal.codes import code_of
from runtime import Runtime
from store import wording
from tests.rigs.gateway import PHONE, SECRET, signature
from tests.rigs.transcript import Player

_POSTMAN, _SENDER = "+919839000001", "+919811100001"
_ROUNDS = 20
_SIMULATOR = "/hooks/simulator/sms"


Call = Callable[[FlaskClient], TestResponse]


def _at_once(app: Flask, calls: Sequence[Call]) -> list[int]:
    """Makes `calls`, each with a client and a thread of its own, at the same moment."""
    together = Barrier(len(calls))

    def call(one: Call) -> int:
        client = app.test_client()
        together.wait(30)
        return int(one(client).status_code)

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(call, calls))


def _text(phone: str, text: str, name: str) -> Call:
    return lambda client: client.post(_SIMULATOR, json={"from": phone, "text": text, "id": name})


def _rows(runtime: Runtime, query: str, *values: object) -> list[tuple[Any, ...]]:
    with runtime.database.transaction() as conn:
        return conn.execute(query, values).fetchall()


def _twilio(client: FlaskClient) -> TestResponse:
    form = {"MessageSid": "SM1", "From": PHONE, "Body": "hello"}
    header = {"X-Twilio-Signature": signature(form, "/hooks/twilio/sms")}
    return client.post("/hooks/twilio/sms", data=form, headers=header)


def _africastalking(client: FlaskClient) -> TestResponse:
    form = {"id": "A1", "from": PHONE, "text": "hello"}
    return client.post(f"/hooks/africastalking/{SECRET}/sms", data=form)


@pytest.mark.parametrize("call", [_twilio, _africastalking, _text(PHONE, "hello", "s1")])
def test_one_text_delivered_eight_times_at_once_is_one_text(
    app: Flask, runtime: Runtime, call: Call
) -> None:
    assert _at_once(app, [call] * 8) == [200] * 8
    assert _rows(runtime, "SELECT direction, count(*) FROM messages GROUP BY 1 ORDER BY 1") == [
        ("in", 1),
        ("out", 1),
    ]
    assert _rows(runtime, "SELECT count(*) FROM sprints") == [(1,)]


class Round:
    """One article on the list of one postman, its recipient a telephone of its own."""

    def __init__(self, player: Player, number: int) -> None:
        self.player, self.serial = player, number
        digits = f"{28_704_377 + number}"
        self.article = f"EU{digits}{check_digit(digits)}IN"
        self.recipient = f"+9198765{number:05d}"
        person = {"name": "Sita Devi", "address": "Village Piprauli", "pin": "273303"}
        player.api(
            "/articles",
            {
                "number": self.article,
                "service": "speed_post",
                "otp_required": True,
                "recipient": {**person, "phone": self.recipient, "language": "en"},
                "sender": {"phone": _SENDER, "name": "Mohan"},
                "cod_amount": 0,
            },
        )
        today = day_of(player.clock.now()).isoformat()
        body = {"postman": "1001", "date": today, "articles": [self.article]}
        player.api("/delivery-lists", body)

    def ask(self) -> str:
        """The recipient asks for the code, and gets it."""
        self.player.say(self.recipient, "1")
        return self.code()

    def code(self) -> str:
        """The code issued last."""
        runtime = self.player.runtime
        ((salt, issue),) = _rows(
            runtime, "SELECT code_salt, code_issue FROM articles WHERE number = %s", self.article
        )
        key = runtime.settings.dakiya_master_key.get_secret_value().encode()
        return code_of(key, bytes(salt), issue, runtime.settings.code_length)

    def hand_over(self, code: str) -> str:
        """The postman enters `code`; the state of the article then."""
        self.player.say(_POSTMAN, f"{self.serial} {code}")
        return self.state()

    def state(self) -> str:
        query = "SELECT state FROM articles WHERE number = %s"
        return str(_rows(self.player.runtime, query, self.article)[0][0])

    def name(self, what: str) -> str:
        return f"{what}-{self.serial}"


@pytest.fixture
def rounds(player: Player) -> Callable[[int], Round]:
    person = {"staff_id": "1001", "name": "Ram", "phone": _POSTMAN}
    player.api("/postmen", {**person, "office_pin": "273303", "pin": "2468"})
    return lambda number: Round(player, number)


def test_two_right_codes_at_once_hand_over_once(
    app: Flask, runtime: Runtime, rounds: Callable[[int], Round]
) -> None:
    for number in range(1, _ROUNDS + 1):
        this = rounds(number)
        text = f"{number} {this.ask()}"
        answers = _at_once(app, [_text(_POSTMAN, text, this.name(each)) for each in ("a", "b")])
        assert answers == [200, 200]
        assert this.state() == "delivered"
    assert _rows(
        runtime,
        "SELECT template, count(*) FROM messages WHERE direction = 'out' AND template = ANY(%s)"
        " GROUP BY 1 ORDER BY 1",
        ["already_delivered", "delivered", "handed_over", "sender_delivered"],
    ) == [
        ("already_delivered", _ROUNDS),
        ("delivered", _ROUNDS),
        ("handed_over", _ROUNDS),
        ("sender_delivered", _ROUNDS),
    ]
    assert _rows(runtime, "SELECT outcome, count(*) FROM code_attempts GROUP BY 1") == [
        ("right", _ROUNDS)
    ]


def test_five_wrong_codes_at_once_are_five(
    app: Flask, runtime: Runtime, rounds: Callable[[int], Round]
) -> None:
    this = rounds(1)
    code = this.ask()
    wrong = [f"{(int(code) + step) % 10**6:06d}" for step in range(1, 6)]
    calls = [_text(_POSTMAN, f"1 {each}", this.name(each)) for each in wrong]
    assert _at_once(app, calls) == [200] * 5
    assert _rows(runtime, "SELECT outcome, count(*) FROM code_attempts GROUP BY 1") == [
        ("wrong", 5)
    ]
    told = _rows(
        runtime,
        "SELECT template, said FROM messages"
        " WHERE direction = 'out' AND template IN ('wrong_code', 'tries_over') ORDER BY id",
    )
    assert [
        (template, (wording.unpack(said)[1] or {}).get("tries")) for template, said in told
    ] == [
        *(("wrong_code", tries) for tries in (4, 3, 2, 1)),
        ("tries_over", None),
    ]
    assert this.hand_over(code) == "out_for_delivery"
    assert _rows(runtime, "SELECT dead_reason FROM codes") == [("tries",)]


def test_wrong_and_right_at_once_never_hand_over_against_a_dead_code(
    app: Flask, runtime: Runtime, rounds: Callable[[int], Round]
) -> None:
    for number in range(1, _ROUNDS // 2 + 1):
        this = rounds(number)
        code = this.ask()
        for step in range(1, 5):
            wrong = f"{(int(code) + step) % 10**6:06d}"
            this.hand_over(wrong)
        last = f"{(int(code) + 5) % 10**6:06d}"
        calls = [_text(_POSTMAN, f"{number} {each}", this.name(each)) for each in (last, code)]
        assert _at_once(app, calls) == [200, 200]
        ((state, used, reason),) = _rows(
            runtime,
            "SELECT a.state, c.used_at IS NOT NULL, c.dead_reason FROM codes c"
            " JOIN articles a ON a.id = c.article_id WHERE a.number = %s",
            this.article,
        )
        assert (state, used, reason) in [
            ("delivered", True, None),
            ("out_for_delivery", False, "tries"),
        ]


def test_no_code_outlives_a_report_of_fraud_that_came_at_the_same_moment(
    app: Flask, runtime: Runtime, rounds: Callable[[int], Round]
) -> None:
    for number in range(1, _ROUNDS + 1):
        this = rounds(number)
        old = this.ask()
        calls = [
            _text(_POSTMAN, str(number), this.name("approach")),
            _text(this.recipient, "3", this.name("fraud")),
        ]
        assert _at_once(app, calls if number % 2 else calls[::-1]) == [200, 200]
        codes = _rows(
            runtime,
            "SELECT c.issue, c.dead_reason, c.used_at FROM codes c"
            " JOIN articles a ON a.id = c.article_id WHERE a.number = %s ORDER BY issue",
            this.article,
        )
        assert codes[0] == (1, "fraud", None)
        assert codes[1:] in ([], [(2, None, None)])
        assert _rows(runtime, "SELECT door_only FROM articles WHERE number = %s", this.article) == [
            (True,)
        ]
        # What was read out to the swindler opens nothing.
        assert this.hand_over(old) == "out_for_delivery"
        if len(codes) == 2:
            assert this.hand_over(this.code()) == "delivered"


def test_a_postman_and_four_recipients_at_once_do_not_wait_for_each_other_in_a_ring(
    app: Flask, runtime: Runtime, rounds: Callable[[int], Round]
) -> None:
    pairs = [rounds(number) for number in range(1, 5)]
    serials = [str(each.serial) for each in pairs]
    calls = [
        _text(_POSTMAN, " ".join(serials), "up"),
        _text(_POSTMAN, " ".join(serials[::-1]), "down"),
        *(_text(each.recipient, "3", each.name("fraud")) for each in pairs),
        *(_text(each.recipient, "1", each.name("code")) for each in pairs),
    ]
    assert _at_once(app, calls) == [200] * len(calls)
    stored = _rows(
        runtime,
        "SELECT count(*) FROM messages m WHERE direction = 'in'"
        " AND NOT EXISTS (SELECT FROM sprints s WHERE s.message_id = m.id)",
    )
    assert stored == [(0,)]
