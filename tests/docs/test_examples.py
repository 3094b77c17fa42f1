"""The examples of docs/examples, run as a reader runs them, against the served application."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from india.calendar import day_of
from runtime import Runtime
from tests.rigs.api_calls import Api, api_of, booking, number_of, postman
from tests.rigs.counter import directory
from tests.rigs.webhook import Receiver, receivers_clock, receiving, work
from webhooks.sender import WebhookSender

EXAMPLES = Path(__file__).parent.parent.parent / "docs" / "examples"
sys.path.insert(0, str(EXAMPLES))

import client as example  # noqa: E402 - only now can it be found

RECIPIENT = example.Person("Ramavati Devi", "9839000011", "hi")
SENDER = example.Person("Gyan Pustak Kendra", "9839000081")


@pytest.fixture
def api(runtime: Runtime, client: FlaskClient) -> Api:
    api = api_of(runtime, client)
    api.post("/postmen", postman())
    return api


@pytest.fixture
def dakiya(api: Api, address: str) -> example.Dakiya:
    return example.Dakiya(address, api.token)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


def book(dakiya: example.Dakiya, serial: int) -> dict[str, Any]:
    return dakiya.book(
        number_of(serial), "parcel", RECIPIENT, "Bagapar", "273303", SENDER, cod_amount=250
    )


def test_the_client_books_lists_recalls_and_reads(dakiya: example.Dakiya, runtime: Runtime) -> None:
    assert book(dakiya, 1)["state"] == "booked"
    assert book(dakiya, 1) == book(dakiya, 1)
    book(dakiya, 2)
    today = day_of(runtime.now())
    assert dakiya.make_list("1001", today, [number_of(1)]) == {number_of(1): 1}
    assert dakiya.article(number_of(1))["state"] == "out_for_delivery"
    assert dakiya.recall(number_of(2))["state"] == "recalled"
    with pytest.raises(example.DakiyaRefused, match="409"):
        dakiya.recall(number_of(1))
    with pytest.raises(example.DakiyaRefused) as refused:
        dakiya.make_list("nobody", today, [number_of(1)])
    assert "postman" in refused.value.errors
    events = list(dakiya.events(after=0, limit=1))
    assert [(each.id, each.kind, each.upu, each.article) for each in events] == [
        (1, "article_booked", "EMA", number_of(1)),
        (2, "article_booked", "EMA", number_of(2)),
        (3, "out_for_delivery", "EDG", number_of(1)),
        (4, "recalled", None, number_of(2)),
    ]


def test_the_client_posts_for_cash_and_has_the_receipt_once(
    dakiya: example.Dakiya, runtime: Runtime
) -> None:
    directory(runtime)
    articles = booking(1, 2)["articles"]
    receipt = dakiya.post_for_cash("customer-1", "273303", SENDER, articles)
    assert (receipt["paise"], receipt["method"]) == (16_000, "cash")
    assert dakiya.post_for_cash("customer-1", "273303", SENDER, articles) == receipt


def test_the_client_takes_a_webhook_that_dakiya_sent(
    dakiya: example.Dakiya, runtime: Runtime, receiver: Receiver
) -> None:
    id_, secret = dakiya.subscribe(receiver.url, ["article_booked"])
    book(dakiya, 1)
    sender = WebhookSender(runtime)
    work(sender)
    (call,) = receiver.calls
    other_id, other = dakiya.subscribe(f"{receiver.url}/other")
    sent, at = call.headers, runtime.now()
    for later in (-299, 0, 299):
        with receivers_clock(at + timedelta(seconds=later)):
            event = example.received(secret, sent, call.body)
    assert event == next(dakiya.events(after=0))
    for later, why in ((-301, "too new"), (301, "too old")):
        with (
            receivers_clock(at + timedelta(seconds=later)),
            pytest.raises(example.BadSignature, match=why),
        ):
            example.received(secret, sent, call.body)
    mine = sent["webhook-signature"]
    with receivers_clock(at):  # while a secret changes there may be a signature of each
        example.received(secret, sent | {"webhook-signature": f"v1,bm90IG1pbmU= {mine}"}, call.body)
    later_time = {"webhook-timestamp": str(int(sent["webhook-timestamp"]) + 1)}
    forged = [
        (other, sent, call.body), (secret, sent, call.body + b" "), (secret, sent, b"\xff"),
        (secret, sent | later_time, call.body), (secret, sent | {"webhook-id": "1"}, call.body),
        *((secret, sent | {"webhook-signature": bad}, call.body)
          for bad in ("", "v1", "v1,ß", "v2=ß", mine.replace("v1,", "v2,"))),
        *((secret, sent | {"webhook-timestamp": bad}, call.body) for bad in ("", "nan", "soon")),
    ]  # fmt: skip
    for forgery in forged:
        with receivers_clock(at), pytest.raises(example.BadSignature):
            example.received(*forgery)
    dakiya.end_webhook(id_)
    dakiya.end_webhook(other_id)
    book(dakiya, 2)
    work(sender)
    sender.finish()
    assert len(receiver.calls) == 1


def follow(address: str, token: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "follow.py", address, *arguments, "--once"],
        cwd=EXAMPLES, env=os.environ | {"DAKIYA_TOKEN": token}, capture_output=True, text=True,
        timeout=60, check=False,
    )  # fmt: skip


def test_follow_prints_what_is_behind_its_cursor(
    dakiya: example.Dakiya, api: Api, address: str
) -> None:
    for serial in (1, 2):
        book(dakiya, serial)
    ran = follow(address, api.token, "1")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout == f"2 2026-08-14T04:30:00+00:00 EMA article_booked {number_of(2)}\n"
    wrong = follow(address, "wrong")
    assert wrong.returncode == 1
    assert "token create" in wrong.stderr
    away = follow("http://127.0.0.1:1", api.token)
    assert "no answer" in away.stderr
