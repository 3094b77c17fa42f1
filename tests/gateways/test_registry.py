"""Which gateways a process has; the simulated one; what carriers write, made fit to keep."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from gateways.base import Inbound, ReceiptStatus, Request, Sent, Unauthentic, Unreadable, attested
from gateways.build import build
from gateways.registry import carriers, declared, offers
from gateways.simulator.sms import NAME as SIMULATED
from gateways.simulator.sms import SimulatorGateway
from gateways.storable import LONGEST_ID, clean, identifier, line
from tests.rigs.gateway import PHONE, message, request, settings_with
from tests.script.test_server import HOUSE

_KEY = "k" * 32
_PRODUCTION = {
    "dakiya_env": "production",
    "dakiya_master_key": _KEY,
    "secret_key": _KEY,
    "database_url": "postgresql://db.invalid/dakiya",
    "redis_url": "redis://redis.invalid/0",
    "sms_routes": "twilio",
}


# ---- registry ------------------------------------------------------------------------------------


def test_all_gateways_with_their_settings_are_built() -> None:
    gateways = build(settings_with())
    assert {name: gateway.name for name, gateway in gateways.items()} == {
        "simulator": "simulator",
        "twilio": "twilio",
        "africastalking": "africastalking",
        "simulator_voice": "simulator_voice",
    }
    assert all(gateway.rate > 0 for gateway in gateways.values())


def test_the_simulator_is_not_in_production() -> None:
    assert set(build(settings_with(**_PRODUCTION))) == {"twilio", "africastalking"}


@pytest.mark.parametrize(
    ("changes", "missing"),
    [
        ({"sms_routes": "twilio", "TWILIO_ACCOUNT_SID": ""}, "TWILIO_ACCOUNT_SID"),
        ({"sms_routes": "twilio", "TWILIO_AUTH_TOKEN": ""}, "TWILIO_AUTH_TOKEN"),
        ({"sms_routes": "twilio", "TWILIO_FROM": ""}, "TWILIO_MESSAGING_SERVICE_SID"),
        ({"sms_routes": "africastalking", "AFRICASTALKING_USERNAME": ""}, "AFRICASTALKING_USERNAM"),
        ({"sms_routes": "simulator,africastalking", "AFRICASTALKING_API_KEY": ""}, "API_KEY"),
        ({"sms_routes": "pigeon"}, "no gateway is called pigeon"),
        ({"sms_routes": " , "}, "SMS_ROUTES is empty"),
    ],
    ids=str,
)
def test_a_route_that_cannot_be_built_says_what_is_missing(
    changes: dict[str, Any], missing: str
) -> None:
    with pytest.raises(ValueError, match=missing):
        build(settings_with(**changes))


def test_no_secret_is_in_a_refusal() -> None:
    with pytest.raises(ValueError) as refused:
        build(settings_with(sms_routes="twilio", TWILIO_FROM=""))
    assert "twilio-token-of-the-tests" not in str(refused.value)


@pytest.mark.parametrize(
    ("variable", "value", "why"),
    [
        ("TWILIO_RATE", "fast", "valid number"),
        ("TWILIO_VOICE_RATE", "0", "greater than 0"),
        ("TWILIO_AUTH_TOKEN", "hidden word", "holds a blank"),
        ("AFRICASTALKING_API_KEY", "hidden-word…", "holds a blank"),
    ],
)
def test_a_carrier_s_setting_that_cannot_be_read_stops_the_start(
    variable: str, value: str, why: str
) -> None:
    with pytest.raises(ValueError, match=rf"{variable}\n.*{why}") as refused:
        build(settings_with(**{variable: value}))
    assert "hidden" not in str(refused.value)


def test_an_address_with_a_slash_at_its_end_is_the_same() -> None:
    gateway = build(settings_with(TWILIO_API_URL="http://127.0.0.1:9/"))["twilio"]
    assert gateway.address == "http://127.0.0.1:9"


# ---- declarations --------------------------------------------------------------------------------


def test_the_hooks_are_those_that_carriers_call() -> None:
    """docs/developing/contract.md, Hooks."""
    contract = {
        "/twilio/sms": ("twilio", "text", 403, 200),
        "/twilio/status": ("twilio", "receipt", 403, 204),
        "/twilio/voice": ("twilio_voice", "call", 403, 200),
        "/twilio/voice/status": ("twilio_voice", "receipt", 403, 204),
        "/africastalking/<secret>/sms": ("africastalking", "text", 404, 200),
        "/africastalking/<secret>/delivery": ("africastalking", "receipt", 404, 200),
        "/africastalking/<secret>/ussd": ("africastalking", "ussd", 404, 200),
        "/africastalking/<secret>/voice": ("africastalking_voice", "call", 404, 200),
        "/plivo/voice": ("plivo_voice", "call", 403, 200),
        "/plivo/voice/status": ("plivo_voice", "receipt", 403, 204),
        "/vobiz/voice": ("vobiz_voice", "call", 403, 200),
        "/vobiz/voice/status": ("vobiz_voice", "receipt", 403, 204),
        "/exotel/<secret>/missed": ("exotel_voice", "call", 404, 200),
        "/exotel/<secret>/voice": ("exotel_voice", "call", 404, 200),
        "/exotel/<secret>/keys": ("exotel_voice", "keys", 404, 200),
        "/exotel/<secret>/status": ("exotel_voice", "receipt", 404, 200),
        "/simulator/sms": ("simulator", "text", 404, 200),
        "/simulator/ussd": ("simulator", "ussd", 404, 200),
        "/simulator/voice": ("simulator_voice", "call", 404, 200),
    }
    here = {
        hook.path: (offer.name, hook.takes, hook.refusal, hook.answer.status)
        for offer in offers()
        for hook in offer.hooks
    }
    assert {path: here.get(path) for path in contract} == contract


@pytest.mark.parametrize("module", ["gateways.network", "gateways.simulator.carrier"])
def test_a_line_whose_module_declares_no_such_carrier_says_so(module: str) -> None:
    with pytest.raises(LookupError, match=f"{module} must declare CARRIER, .* is pigeon"):
        declared("pigeon", module)


_LOADED = """
import sys
import app
from gateways.build import build
from settings import Settings
build(Settings())
print(*sorted({name.partition(".")[0] for name in sys.modules} & {"twilio", "africastalking"}))
"""


@pytest.mark.parametrize("sdk", ["", "twilio", "africastalking"])
def test_an_sdk_loads_only_where_its_carrier_is_configured(sdk: str) -> None:
    given = {name: value for name, value in settings_with().given.items() if value is not None}
    own = {name: value for name, value in given.items() if sdk and name.startswith(sdk.upper())}
    told = subprocess.run(
        [sys.executable, "-c", _LOADED],
        env={"PATH": os.environ["PATH"], "DAKIYA_ENV": "test", **own},
        cwd=HOUSE,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert told.stdout.split() == sdk.split(), told.stderr


def test_no_room_but_gateways_knows_a_carrier_s_name() -> None:
    known = "|".join(
        carrier.name.removesuffix("_voice")
        for carrier in carriers()
        if carrier.name not in (SIMULATED, "exotel_voice")  # its texts are a profile
    )
    word = re.compile(known, re.IGNORECASE)
    rooms = (path.relative_to(HOUSE) for path in HOUSE.rglob("*.py"))
    assert [
        f"{path}:{number}: {line.strip()}"
        for path in rooms
        if path.parts[0] not in ("gateways", "tests", "bench", "var") and path.parts[0][0] != "."
        for number, line in enumerate((HOUSE / path).read_text().splitlines(), 1)
        if word.search(line)
    ] == []


# ---- simulator -----------------------------------------------------------------------------------


@pytest.fixture
def simulator() -> SimulatorGateway:
    return SimulatorGateway(settings_with())


def _json(value: object) -> Request:
    return replace(
        request({}), body=value if isinstance(value, bytes) else json.dumps(value).encode()
    )


def test_the_simulator_delivers_at_once(simulator: SimulatorGateway) -> None:
    assert simulator.send(message(7)) == Sent("sim-7", ReceiptStatus.DELIVERED)
    assert simulator.look_up(message(7)) == Sent("sim-7", ReceiptStatus.DELIVERED)


@pytest.mark.parametrize("raw", [PHONE, "09839012345", "919839012345", "98390 12345"])
def test_a_simulated_text_comes_from_a_number_in_any_notation(
    simulator: SimulatorGateway, raw: str
) -> None:
    came = simulator.receive_text(_json({"from": raw, "text": "7", "id": "a"}))
    assert came == Inbound("simulator", "a", PHONE, "7")


def test_without_an_id_every_simulated_text_is_another(simulator: SimulatorGateway) -> None:
    one, two = (simulator.receive_text(_json({"from": PHONE, "text": "7"})) for _ in range(2))
    assert isinstance(one, Inbound)
    assert isinstance(two, Inbound)
    assert one.carrier_id
    assert one.carrier_id != two.carrier_id


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"[" * 60_000,
        b"9" * 60_000,
        [],
        {"from": PHONE},
        {"text": "7"},
        {"from": 919839012345, "text": "7"},
        {"from": PHONE, "text": 7},
        {"from": PHONE, "text": {"deep": ["\ud800"]}},
        {"from": "57575", "text": "7"},
    ],
    ids=lambda body: repr(body)[:40],
)
def test_what_is_no_simulated_text_is_kept(simulator: SimulatorGateway, body: object) -> None:
    came = simulator.receive_text(_json(body))
    assert isinstance(came, Unreadable)
    assert clean(came.text) == came.text


def test_no_receipt_comes_from_the_simulator(simulator: SimulatorGateway) -> None:
    with pytest.raises(Unauthentic):
        simulator.receive_receipt(_json({}))


# ---- numbers, ids and words ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "phone"),
    [
        ("+91 98390 12345", PHONE),
        ("09839012345", PHONE),
        ("919839012345", PHONE),
        ("+254711123456", "+254711123456"),
        ("+15005550006", "+15005550006"),  # unknown to libphonenumber; the carrier attests it
        ("VM-INDPST", None),
        ("57575", None),
        ("", None),
        ("+", None),
        ("+९१९८३९०१२३४५", PHONE),
        ("+919839012345\x00", None),
        ("9" * 60_000, None),
    ],
    ids=lambda value: repr(value)[:30],
)
def test_a_number_is_read_as_carriers_write_it(raw: str, phone: str | None) -> None:
    assert attested(raw) == phone


@pytest.mark.parametrize("raw", [None, "", "  ", "\n"])
def test_a_blank_id_is_none(raw: str | None) -> None:
    assert identifier(raw) is None


@pytest.mark.parametrize("raw", ["SM1", "ATXid_" + "f" * 32, "x" * LONGEST_ID, "पहचान"])
def test_an_ordinary_id_is_kept_as_it_is(raw: str) -> None:
    assert identifier(raw) == raw


def test_ids_that_cannot_be_stored_stay_different_and_repeatable() -> None:
    odd = ["a\x00", "a\ufffd\x00", "a\ud800", "x" * 40_000, "x" * 40_001]
    kept = [identifier(raw) for raw in odd]
    assert len(set(kept)) == len(odd)
    assert kept == [identifier(raw) for raw in odd]
    for each in kept:
        assert each is not None
        assert len(each) <= LONGEST_ID
        assert "\x00" not in each
        each.encode()


def test_words_are_short_and_can_be_stored() -> None:
    assert line("Failed") == "Failed"
    assert line("\x00" + "x" * 500) == "\ufffd" + "x" * 79
    assert clean("😀 \ud83d \x00") == "😀 \ufffd \ufffd"


def test_nothing_secret_shows_where_a_value_is_printed() -> None:
    came = Request(
        url="https://dakiya.test/hooks/africastalking/the-secret/sms",
        headers={},
        body=b"text=482913",
        form={"text": "482913"},
        query={},
        secret="the-secret",
    )
    inbound = Inbound("twilio", "SM1", PHONE, "482913", datetime(2026, 8, 14, tzinfo=UTC))
    for value in (came, inbound, message(), Unreadable("twilio", None, "why", "482913")):
        assert "482913" not in repr(value)
        assert "the-secret" not in repr(value)
