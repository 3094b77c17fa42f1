"""What carriers say about parts of long texts: three fields, a header, or that they joined them."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateways.base import WHOLE, Inbound, Request, TextPart, Unreadable
from gateways.parts import WrongPart, numbered, of_header
from gateways.profiles import shipped
from gateways.profiles.file import ProfileError
from gateways.profiles.file import read as read_profile
from gateways.profiles.reading import inbound
from gateways.twilio.sms import TwilioGateway
from tests.rigs.gateway import PHONE, settings_with, signed


@pytest.mark.parametrize(
    ("udh", "part"),
    [
        ("050003F30201", TextPart("243", 1, 2)),
        ("05 00 03 f3 02 02", TextPart("243", 2, 2)),
        ("%05%00%03%F3%02%02", TextPart("243", 2, 2)),
        ("060804012C0302", TextPart("300", 2, 3)),
        ("0B0504158A00000003010302", TextPart("1", 2, 3)),
        ("06050415820000", None),
        ("", None),
        (None, None),
        ("05", None),
        ("0500030102", None),
    ],
)
def test_a_header_says_which_part_it_is(udh: str | None, part: TextPart | None) -> None:
    assert of_header(udh) == part


@pytest.mark.parametrize("udh", ["x", "050", "050003F30203", "050003F30200", "050003F30001", "९९"])
def test_a_header_that_numbers_wrongly_is_refused(udh: str) -> None:
    with pytest.raises(WrongPart):
        of_header(udh)


def test_three_fields_say_it_too() -> None:
    assert numbered("a", "02", "3") == TextPart("a", 2, 3)
    assert numbered(None, None, None) is None
    assert numbered("", "", "") is None
    for wrong in (("a", None, "2"), ("a", "1", None), ("a", "1.0", "2"), ("a", "१", "2")):
        with pytest.raises(WrongPart):
            numbered(*wrong)


def twilio_text(**more: str) -> Inbound:
    form = {"MessageSid": "SM1", "From": PHONE, "Body": "hello", **more}
    found = TwilioGateway(settings_with()).receive_text(signed(form))
    assert isinstance(found, Inbound)
    return found


def test_twilio_joins_them_itself() -> None:
    assert twilio_text(NumSegments="2").part == WHOLE
    assert twilio_text().part is None


def test_kannel_passes_on_the_header() -> None:
    profile = read_profile(shipped.SHIPPED / "kannel.toml")
    assert profile.inbound is not None

    def part(udh: str) -> Inbound | Unreadable:
        headers = {"x-kannel-from": PHONE, "x-kannel-udh": udh, "content-type": "text/plain"}
        came = Request("", headers, b"hello", {}, {"id": "k1"})
        assert profile.inbound is not None
        return inbound("kannel", profile.inbound, came, "", "secret")

    found = part("050003F30201")
    assert isinstance(found, Inbound)
    assert found.part == TextPart("243", 1, 2)
    wrong = part("050003F30203")
    assert isinstance(wrong, Unreadable)
    assert (wrong.phone, wrong.text) == (PHONE, "hello")


@pytest.mark.parametrize("keys", ['part = "json:p"', 'joined = true\nudh = "json:u"'])
def test_a_profile_that_says_half_of_it_is_refused(tmp_path: Path, keys: str) -> None:
    text = (shipped.SHIPPED / "kannel.toml").read_text(encoding="utf-8")
    made = tmp_path / "half.toml"
    made.write_text(text.replace('udh = "header:X-Kannel-UDH"', keys), encoding="utf-8")
    with pytest.raises(ProfileError):
        read_profile(made)
