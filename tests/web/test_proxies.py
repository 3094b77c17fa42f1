"""The address of a caller: what a trusted proxy says, and nothing that anybody else wrote."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

import pytest
from flask import Flask, request
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from settings import Settings
from tests.rigs.told import nothing_in
from web.proxies import caller

TRUSTED = tuple(map(ip_network, ("10.0.0.0/8", "2001:db8:cafe::/48")))


@pytest.mark.parametrize(
    ("peer", "forwarded", "found"),
    [
        ("203.0.113.7", "", "203.0.113.7"),
        ("203.0.113.7", "198.51.100.1", "203.0.113.7"),  # whoever calls may write what he likes
        ("10.1.2.3", "", "10.1.2.3"),
        ("10.1.2.3", "198.51.100.1", "198.51.100.1"),
        ("10.1.2.3", "1.1.1.1, 198.51.100.1", "198.51.100.1"),  # the caller wrote the first
        ("10.1.2.3", "1.1.1.1, 198.51.100.1, 10.9.9.9", "198.51.100.1"),
        ("10.1.2.3", "1.1.1.1,10.9.9.9,  2001:db8:cafe::1", "1.1.1.1"),
        ("10.1.2.3", "10.0.0.1, 10.0.0.2", "10.0.0.1"),  # all of them ours
        ("10.1.2.3", "198.51.100.1:4711", "198.51.100.1"),
        ("10.1.2.3", '"[2001:db8::7]:4711"', "2001:db8::7"),
        ("10.1.2.3", "::ffff:198.51.100.1", "198.51.100.1"),
        ("::ffff:10.1.2.3", "198.51.100.1", "198.51.100.1"),
        ("2001:db8:cafe::9", "fe80::1%eth0", "fe80::1"),
        ("10.1.2.3", "1.1.1.1, unknown", "10.1.2.3"),  # the proxy itself does not know
        ("10.1.2.3", "1.1.1.1, _hidden, 10.9.9.9", "10.9.9.9"),
        ("10.1.2.3", ",,", "10.1.2.3"),
        ("", "198.51.100.1", ""),  # a local socket: nobody is trusted
    ],
)
def test_entries_are_read_from_the_right_through_trusted_proxies(
    peer: str, forwarded: str, found: str
) -> None:
    assert caller(peer, forwarded, TRUSTED) == found


@given(st.text(max_size=60), st.sampled_from(("198.51.100.1", "2001:db8::7")))
def test_what_the_caller_wrote_changes_nothing(written: str, address: str) -> None:
    assert caller("10.1.2.3", f"{written}, {address}", TRUSTED) == str(ip_address(address))
    assert caller(address, written, TRUSTED) == str(ip_address(address))


def test_a_header_of_many_entries_is_read_at_once() -> None:
    assert caller("10.1.2.3", ",".join(["10.0.0.1"] * 50_000), TRUSTED) == "10.0.0.1"


def test_everything_that_asks_for_the_address_gets_this_one(settings: Settings) -> None:
    """Whatever reads `request.remote_addr` reads it behind the proxies."""
    app = Flask(__name__)
    from web.guard import guard

    app.add_url_rule("/", view_func=lambda: request.remote_addr or "")
    guard(app, settings.model_copy(update={"trusted_proxies": "127.0.0.1"}))
    answer = app.test_client().get("/", headers={"X-Forwarded-For": "1.1.1.1, 198.51.100.9"})
    assert answer.text == "198.51.100.9"


def test_only_networks_are_trusted_and_never_everybody() -> None:
    nothing_in(
        f"{wrong} was taken"
        for wrong in ("proxy.example", "10.0.0.0/33", "0.0.0.0/0", "::/0", "10.0.0.1;10.0.0.2")
        if _taken(wrong)
    )
    assert len(Settings(_env_file=None, trusted_proxies=" 10.0.0.1 , fc00::/7 ").proxies) == 2


def _taken(value: str) -> bool:
    try:
        Settings(_env_file=None, trusted_proxies=value)
    except ValidationError as error:
        assert "TRUSTED_PROXIES" in str(error)  # noqa: PT017
        return False
    return True
