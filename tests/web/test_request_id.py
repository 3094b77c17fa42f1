"""The logs: one id from a text to the last receipt of what came of it; telephones masked."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any

import pytest
from flask.testing import FlaskClient
from structlog.testing import capture_logs

from gateways.base import Receipt, ReceiptStatus
from outbox import receipts
from outbox.drain import Drain
from runtime import Runtime
from tests.rigs.outbox import Carrier, with_carrier
from tests.rigs.transcript import Player

POSTMAN, RECIPIENT = "+919839000001", "+919876500001"


@pytest.fixture
def told(player: Player, runtime: Runtime, client: FlaskClient) -> list[MutableMapping[str, Any]]:
    """What is logged of a postman's approach, of the code, and of its receipts."""
    player.step(f"postman 1001 {POSTMAN}")
    player.step(f"article EU123456785IN to {RECIPIENT} en")
    player.step("list 1001: EU123456785IN")
    sending = with_carrier(runtime, Carrier())
    with capture_logs() as lines:
        client.post(
            "/hooks/simulator/sms",
            json={"from": POSTMAN, "text": "1", "id": "approach-1"},
            headers={"X-Request-ID": "the-way-of-one-text"},
        )
        drain = Drain(sending)
        drain.run()
        drain.finish()
    return lines


def test_one_id_leads_from_the_text_to_the_code(told: list[MutableMapping[str, Any]]) -> None:
    (came,) = [line for line in told if line["event"] == "text_in"]
    assert came["request_id"] == "the-way-of-one-text"
    out = [line for line in told if line["event"] == "message_out"]
    assert {line["lane"] for line in out} == {"code", "reply"}
    assert {line["request_id"] for line in out} == {"the-way-of-one-text"}
    assert {line["status"] for line in out} == {"sent"}


def test_a_receipt_has_it_too(
    told: list[MutableMapping[str, Any]], runtime: Runtime, client: FlaskClient
) -> None:
    (code,) = [line for line in told if line["event"] == "message_out" and line["lane"] == "code"]
    with capture_logs() as lines:
        receipts.receive(
            runtime,
            Receipt(
                "simulator",
                f"carrier-{code['message']}",
                None,
                ReceiptStatus.DELIVERED,
                "delivered",
            ),
        )
    (receipt,) = [line for line in lines if line["event"] == "receipt"]
    assert receipt["request_id"] == "the-way-of-one-text"
    assert receipt["message"] == code["message"]


def test_no_line_names_a_telephone_or_a_code(
    told: list[MutableMapping[str, Any]], player: Player
) -> None:
    text = repr(told)
    assert POSTMAN not in text
    assert RECIPIENT not in text
    assert POSTMAN[3:] not in text
    assert "+91••••••0001" in text


def test_what_a_time_limit_sends_has_an_id_of_its_own(player: Player, runtime: Runtime) -> None:
    player.step(f"postman 1001 {POSTMAN}")
    player.step(f"article EU123456785IN to {RECIPIENT} en")
    player.step("wait 11 d")
    with runtime.database.transaction() as conn:
        ids = conn.execute("SELECT request_id FROM messages ORDER BY id").fetchall()
    assert ids
    assert all(each[0] for each in ids)
