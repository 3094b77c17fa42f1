"""A whole delivery through Twilio's SDK and Twilio's signed hooks, to a carrier on this machine."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

import jobs
from settings import Settings
from tests.rigs.carrier_stub import AcceptAndDrop, CarrierStub
from tests.rigs.clock import Clock
from tests.rigs.gateway import ACCOUNT, PUBLIC, TOKEN, assert_as_twilio_documents, signature
from tests.rigs.transcript import Player

_POSTMAN, _RECIPIENT, _SENDER = "+919839000001", "+919876500001", "+919811100001"
_ARTICLE = "EU123456785IN"


@pytest.fixture
def carrier() -> Iterator[CarrierStub]:
    with CarrierStub() as carrier:
        yield carrier


@pytest.fixture
def settings(settings: Settings, carrier: CarrierStub) -> Settings:
    routed = settings.model_copy(update={"sms_routes": "twilio", "public_url": PUBLIC})
    return routed.giving(
        TWILIO_ACCOUNT_SID=ACCOUNT, TWILIO_AUTH_TOKEN=TOKEN, TWILIO_API_URL=carrier.url
    )


def test_an_article_is_handed_over_through_twilio(player: Player, carrier: CarrierStub) -> None:
    player.step(f"postman 1001 {_POSTMAN}")
    player.step(f"article {_ARTICLE} to {_RECIPIENT} hi from {_SENDER}")
    player.step(f"list 1001: {_ARTICLE}")
    _text(player, "SM1", "1")
    code = _digits(_newest(carrier, _RECIPIENT))
    _text(player, "SM2", f"1 {code}")
    _text(player, "SM2", f"1 {code}")  # Twilio repeats

    player.step(f"{_ARTICLE} is delivered")
    assert "धन्यवाद" in _newest(carrier, _RECIPIENT)
    assert "धन्यवाद" in _newest(carrier, _SENDER)
    assert_as_twilio_documents(carrier)

    assert _statuses(player) == {"sent"}
    for call, message in zip(carrier.calls, carrier.messages, strict=True):
        _receipt(player, call.form["StatusCallback"], message["sid"])
    assert _statuses(player) == {"delivered"}


def test_a_receipt_names_the_message_whose_answer_never_came(
    player: Player, carrier: CarrierStub
) -> None:
    carrier.will(AcceptAndDrop())
    _text(player, "SM1", "hello?")
    assert _statuses(player) == {"unknown"}
    _receipt(player, carrier.calls[0].form["StatusCallback"], carrier.messages[0]["sid"])
    assert _statuses(player) == {"delivered"}
    assert len(carrier.messages) == 1


def test_a_message_whose_answer_never_came_is_looked_up_and_not_sent_twice(
    player: Player, carrier: CarrierStub, clock: Clock
) -> None:
    carrier.will(AcceptAndDrop())
    _text(player, "SM1", "hello?")
    assert _statuses(player) == {"unknown"}
    clock.advance(seconds=30)
    jobs.sweep()
    player.drain()
    assert _statuses(player) == {"sent"}
    assert [call.method for call in carrier.calls] == ["POST", "GET"]
    assert_as_twilio_documents(carrier)


def _text(player: Player, sid: str, body: str) -> None:
    form = {"MessageSid": sid, "From": _POSTMAN, "To": "+15005550006", "Body": body, "City": ""}
    _post(player, "/hooks/twilio/sms", form, 200)
    player.drain()


def _receipt(player: Player, callback: str, sid: str) -> None:
    parts = urlsplit(callback)
    assert f"{parts.scheme}://{parts.netloc}" == PUBLIC
    form = {"MessageSid": sid, "MessageStatus": "delivered", "AccountSid": ACCOUNT}
    _post(player, callback.removeprefix(PUBLIC), form, 204)


def _post(player: Player, path: str, form: dict[str, str], status: int) -> None:
    header = {"X-Twilio-Signature": signature(form, path)}
    assert player.client.post(path, data=form, headers=header).status_code == status


def _newest(carrier: CarrierStub, phone: str) -> str:
    return str([each["body"] for each in carrier.messages if each["to"] == phone][-1])


def _digits(text: str) -> str:
    found = re.search(r"\b\d{6}\b", text)
    assert found, "no code in the text"
    return found[0]


def _statuses(player: Player) -> set[str]:
    with player.runtime.database.transaction() as conn:
        rows = conn.execute("SELECT status FROM messages WHERE direction = 'out'").fetchall()
    return {row[0] for row in rows}
