"""What holds for every shipped profile. Each against its documents: test_<name>.py."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.rigs.carrier_stub import CarrierStub, Say
from tests.rigs.gateway import PHONE, TEXT, message
from tests.rigs.http import HOOK, NAMES, gateway_of, shipped
from tests.rigs.told import nothing_in

_HOUSE = Path(__file__).parents[3]


@pytest.fixture
def carrier() -> Iterator[CarrierStub]:
    with CarrierStub() as carrier:
        yield carrier


@pytest.mark.parametrize("name", NAMES)
def test_a_shipped_profile_says_what_it_was_built_from_and_what_nobody_could_verify(
    name: str,
) -> None:
    profile = shipped(name)
    assert any(each.startswith("https://") for each in profile.documents)
    assert profile.unverified
    assert "hook" in profile.secrets
    for each in profile.secrets.values():
        assert each.default is None  # no key in a file
    # No number, text or key in an address, and nothing that is sent is sent in clear.
    in_address = {place for each in profile.request.of_address for place in each.places}
    assert in_address <= set(profile.settings)
    address = profile.settings["url"].default or ""
    assert address.startswith("https://" if name != "kannel" else "http://127.0.0.1:")


def test_a_shipped_profile_is_documented_and_has_tests_of_its_own() -> None:
    page = (_HOUSE / "docs" / "gateways.md").read_text(encoding="utf-8")
    here = Path(__file__).parent
    nothing_in(
        f"docs/gateways.md: no row for `{name}`" for name in NAMES if f"| `{name}`" not in page
    )
    own = [here / f"test_{name}.py" for name in NAMES]
    nothing_in(f"no {path.relative_to(_HOUSE)}" for path in own if not path.exists())


_ACCOUNTS = {
    "cdac": {"sender": "INPOST", "username": "postdept", "password": "p@ss", "secure_key": "key-1"},
    "exotel": {
        "account": "acct_123",
        "sender": "INPOST",
        "api_key": "the-key",
        "api_token": "token-1",
    },
    "msg91": {"sender": "INPOST", "authkey": "authkey-1"},
    "gupshup": {"sender": "INPOST", "userid": "2000123456", "password": "p@ss"},
}


def test_no_outcome_and_no_log_holds_a_key_a_number_or_a_text(
    carrier: CarrierStub, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    told: list[Any] = []
    for name, values in _ACCOUNTS.items():
        gateway = gateway_of(name, carrier.url, values)
        carrier.will(Say(400, f"no: {PHONE} {TEXT}"), Say(200, f"499, {PHONE} {TEXT}"))
        told += [gateway.send(message()), gateway.send(message())]
        for secret in gateway.profile.secrets:
            value = {**values, "hook": HOOK}[secret]
            assert value not in caplog.text
    assert len(told) == 8
    for words in (*map(repr, told), caplog.text):
        assert "482913" not in words
        assert PHONE[1:] not in words
