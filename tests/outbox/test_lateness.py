"""A carrier that takes no validity gets words that say until when they are true."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from messages.catalogue import catalogue
from settings import Settings
from tests.rigs.carrier_stub import CarrierStub
from tests.rigs.configured import configured, text
from tests.rigs.gateway import ACCOUNT, PUBLIC, TOKEN, signature
from tests.rigs.transcript import Player

RECIPIENT, POSTMAN, ARTICLE = "+919876500001", "+919839000001", "EU123456785IN"


@pytest.fixture
def carrier() -> Iterator[CarrierStub]:
    with CarrierStub() as carrier:
        yield carrier


@pytest.fixture(params=["pigeon", "twilio"])
def settings(
    settings: Settings, carrier: CarrierStub, tmp_path: Path, request: pytest.FixtureRequest
) -> Settings:
    if request.param == "pigeon":
        return configured(settings, tmp_path, pigeon=carrier)
    routed = settings.model_copy(update={"sms_routes": "twilio", "public_url": PUBLIC})
    return routed.giving(
        TWILIO_ACCOUNT_SID=ACCOUNT, TWILIO_AUTH_TOKEN=TOKEN, TWILIO_API_URL=carrier.url
    )


def _approach(player: Player, settings: Settings) -> None:
    if settings.sms_routes == "pigeon":
        text(player, "pigeon", "1", POSTMAN, "1")
    else:
        form = {"MessageSid": "SM1", "From": POSTMAN, "To": "+15005550006", "Body": "1"}
        signed = {"X-Twilio-Signature": signature(form, "/hooks/twilio/sms")}
        player.client.post("/hooks/twilio/sms", data=form, headers=signed)
    player.drain()


@pytest.mark.parametrize("language", ["en", "hi", "hi-Latn"])
def test_the_day_and_the_newest_code_are_said_where_no_carrier_ends_a_text(
    player: Player, carrier: CarrierStub, settings: Settings, language: str
) -> None:
    player.step(f"postman 1001 {POSTMAN}")
    player.step(f"article {ARTICLE} to {RECIPIENT} {language}")
    player.step(f"list 1001: {ARTICLE}")
    _approach(player, settings)
    out, code = [each["body"] for each in carrier.messages if each["to"] == RECIPIENT][-2:]
    says_when = settings.sms_routes == "pigeon"
    assert ("14AUG" in out) == says_when
    newest = {"en": "Newest counts", "hi": "नया ही चलेगा", "hi-Latn": "Naya hi chalega"}[language]
    assert (newest in code) == says_when
    for said in (out, code):
        assert catalogue().warning("code", language) in said
    assert "•" not in code
    assert "▫" not in code
    with player.runtime.database.transaction() as conn:
        stored = conn.execute(
            "SELECT count(*) FROM messages WHERE direction = 'out' AND said IS NULL"
        ).fetchone()
    assert stored == (0,)
