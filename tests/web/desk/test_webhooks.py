"""The desk sees what other software was not told, and tells it again."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from flask import Flask

from runtime import Runtime
from tests.rigs.clock import Clock
from tests.rigs.desk import Colleague, sign_in
from tests.rigs.transcript import Player
from tests.rigs.webhook import Receiver, happen, receiving, states, subscribe, token, work
from webhooks.sender import WebhookSender


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


@pytest.fixture
def dead(runtime: Runtime, receiver: Receiver, clock: Clock, player: Player) -> int:
    """A webhook of which three events are dead."""
    hook = subscribe(runtime, token(runtime), receiver.url + "/" + "p" * 40 + "?key=word")
    happen(runtime, "delivered", "attempted", "returned")
    receiver.usual, receiver.says = 500, b"<b>broken</b>"
    sender = WebhookSender(runtime)
    work(sender)
    clock.advance(hours=25)
    while "pending" in states(runtime, hook):
        work(sender)
        clock.advance(minutes=10)
    receiver.usual = 200
    receiver.calls.clear()
    sender.finish()
    return hook


@pytest.fixture
def supervisor(dead: int, app: Flask, runtime: Runtime) -> Colleague:
    return sign_in(app, runtime, "supervisor")


def send(runtime: Runtime) -> None:
    sender = WebhookSender(runtime)
    work(sender)
    sender.finish()


def test_the_page_says_how_a_webhook_fares_and_hides_what_may_be_a_secret(
    supervisor: Colleague, receiver: Receiver, dead: int
) -> None:
    page = supervisor.get("/desk/webhooks").text
    assert receiver.url.removeprefix("http://").removesuffix("/hook") in page
    assert "ppppp…" in page
    assert "p" * 31 not in page
    assert "key=word" not in page
    assert "never yet" in page
    assert page.count("answered 500: &lt;b&gt;broken&lt;/b&gt;") == 3
    assert "वेबहुक" in supervisor.get("/desk/webhooks?lang=hi").text


def test_one_and_then_all_are_sent_again_and_it_is_noted(
    supervisor: Colleague, receiver: Receiver, dead: int, runtime: Runtime
) -> None:
    buttons = re.findall(r'name="delivery" value="(\d+)"', supervisor.get("/desk/webhooks").text)
    second = sorted(map(int, buttons))[1]
    path = f"/desk/webhooks/{dead}/send-again"
    answer = supervisor.post(path, delivery=str(second))
    assert (answer.status_code, answer.headers["Location"]) == (302, "/desk/webhooks")
    assert "It is sent again now." in supervisor.get("/desk/webhooks").text
    send(runtime)
    assert receiver.ids == [2]
    supervisor.post(path, delivery=str(second))
    assert "somebody sent it again already" in supervisor.get("/desk/webhooks").text
    supervisor.post(path)
    send(runtime)
    assert receiver.ids == [2, 1, 3]
    assert "Everything got through" in supervisor.get("/desk/webhooks").text
    with runtime.database.transaction() as conn:
        noted = conn.execute(
            "SELECT reason FROM access_log WHERE what = 'acted' ORDER BY id"
        ).fetchall()
    assert [row[0] for row in noted] == [
        f"webhook {dead}: 1 sent again",
        f"webhook {dead}: 2 sent again",
    ]


def test_without_the_token_of_the_page_nothing_is_sent_again(
    supervisor: Colleague, receiver: Receiver, dead: int, runtime: Runtime
) -> None:
    assert supervisor.client.post(f"/desk/webhooks/{dead}/send-again").status_code == 400
    assert supervisor.post("/desk/webhooks/999/send-again").status_code == 404
    send(runtime)
    assert receiver.calls == []
