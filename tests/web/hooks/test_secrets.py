"""A delivery through Twilio, and after it a search for everything that must not be written down."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from psycopg import sql

from gateways.africastalking.settings import AfricasTalkingSettings
from runtime import Runtime
from settings import Settings
from tests.rigs import sprints as stored_sprints
from tests.rigs.carrier_stub import CarrierStub, Refuse
from tests.rigs.gateway import ACCOUNT, SECRET, TOKEN, signature
from tests.rigs.transcript import Player

_POSTMAN, _RECIPIENT, _SENDER = "+919839000001", "+919876500001", "+919811100001"
_ARTICLE, _PIN = "EU123456785IN", "2468"
_SMS = "/hooks/twilio/sms"


@pytest.fixture
def carrier() -> Iterator[CarrierStub]:
    with CarrierStub() as carrier:
        yield carrier


@pytest.fixture
def settings(settings: Settings, carrier: CarrierStub) -> Settings:
    return settings.model_copy(update={"sms_routes": "twilio"}).giving(
        TWILIO_ACCOUNT_SID=ACCOUNT, TWILIO_API_URL=carrier.url
    )


class Twilio:
    """Signed hooks, each text with an id of its own."""

    def __init__(self, player: Player) -> None:
        self._player = player
        self._count = 0

    def text(self, phone: str, body: str) -> None:
        self._count += 1
        form = {"MessageSid": f"SM{self._count}", "From": phone, "Body": body}
        header = {"X-Twilio-Signature": signature(form, _SMS)}
        assert self._player.client.post(_SMS, data=form, headers=header).status_code == 200
        self._player.drain()

    def receipts(self, carrier: CarrierStub) -> None:
        for call in carrier.calls:
            parts = urlsplit(call.form["StatusCallback"])
            path = f"{parts.path}?{parts.query}"
            form = {"MessageSid": "SM1", "MessageStatus": "sent", "To": call.form["To"]}
            header = {"X-Twilio-Signature": signature(form, path)}
            assert self._player.client.post(path, data=form, headers=header).status_code == 204


def _codes(carrier: CarrierStub) -> set[str]:
    codes = set()
    for each in carrier.messages:
        codes |= set(re.findall(r"(?<!\d)\d{6}(?!\d)", each["body"]))
    return codes


def _tables(runtime: Runtime) -> dict[str, str]:
    """Every row of every table, as one text a table."""
    with runtime.database.transaction() as conn:
        names = conn.execute(
            "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p')"
            " AND NOT relispartition AND relnamespace = 'public'::regnamespace"
        ).fetchall()
        found = {
            name: "\n".join(
                row[0]
                for row in conn.execute(
                    sql.SQL("SELECT {0}::text FROM {0}").format(sql.Identifier(name))
                ).fetchall()
            )
            for (name,) in names
        }
        return found | {"sprints": "\n".join(stored_sprints.contents(conn))}


def test_a_delivery_leaves_no_code_and_no_secret_anywhere(
    player: Player,
    carrier: CarrierStub,
    runtime: Runtime,
    settings: Settings,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    twilio = Twilio(player)
    player.step(f"postman 1001 {_POSTMAN}")
    player.step(f"article {_ARTICLE} to {_RECIPIENT} en from {_SENDER}")
    player.step(f"list 1001: {_ARTICLE}")
    twilio.text(_POSTMAN, "1")
    (code,) = _codes(carrier)
    wrong = f"{(int(code) + 1) % 10**6:06d}"
    # By everybody, in words, at the wrong place, misspelt, refused by the carrier.
    carrier.will(Refuse(30003))
    for phone, text in [
        (_POSTMAN, f"1 {wrong}"),
        (_RECIPIENT, f"mera code {code} hai"),
        (_RECIPIENT, " ".join(code)),
        (_RECIPIENT, f"kya {code[:3]}-{code[3:]} sahi hai?"),
        (_SENDER, f"unka code {code}"),
        ("+919839099999", f"{code}!"),
        (_POSTMAN, f"2 {code}"),
        (_POSTMAN, f"1 {code}"),
        (_POSTMAN, f"1 {code}"),
    ]:
        twilio.text(phone, text)
    player.step(f"{_ARTICLE} is delivered")
    client = player.client
    client.post(_SMS, data={"From": _POSTMAN, "Body": code, "MessageSid": "SM99"})
    client.post(f"/hooks/africastalking/{SECRET}/sms", data={"text": f"code {code}"})
    client.post(f"/hooks/africastalking/{SECRET}/delivery", data={"text": f"code {code}"})
    client.post(f"/hooks/africastalking/{SECRET}x/sms", data={"text": code})
    twilio.receipts(carrier)

    kept = settings.model_dump()
    secrets = {name: kept[name].get_secret_value() for name in ("dakiya_master_key", "secret_key")}
    own = AfricasTalkingSettings.read(settings)
    secrets |= {
        "key": own.api_key.get_secret_value(),
        "twilio token": TOKEN,
        "hook secret": SECRET,
        "token": player.token,
    }
    shown = client.get("/api/v1/events?limit=1000", headers=player.headers())
    article = client.get(f"/api/v1/articles/{_ARTICLE}", headers=player.headers())
    logs = caplog.text + "".join(capfd.readouterr())
    places = _tables(runtime) | {"log": logs, "feed": shown.text, "article": article.text}
    assert _ARTICLE in places["articles"]  # the search does see what is there
    assert "receipt_unreadable" in logs
    for place, text in places.items():
        for name, secret in secrets.items():
            assert secret not in text, f"{name} stands in {place}"
        for number in (code, wrong, f"{code[:3]}-{code[3:]}", " ".join(code)):
            assert number not in text, f"a code stands in {place}"
    for place in ("log", "staff", "events", "sprints", "messages"):
        assert not re.search(rf"(?<!\d){_PIN}(?!\d)", places[place]), f"a PIN stands in {place}"
    for phone in (_POSTMAN, _RECIPIENT, _SENDER):
        assert phone[1:] not in logs


def test_the_tables_are_searched_as_they_are(runtime: Runtime, player: Player) -> None:
    Twilio(player).text(_SENDER, "find me")
    assert "find me" in _tables(runtime)["messages"]
