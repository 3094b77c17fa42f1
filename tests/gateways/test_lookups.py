"""Exotel's number metadata as documented, and what a service does that lies, hangs or refuses."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from gateways.lookups.base import LookedUp, NotLookedUp
from gateways.lookups.build import build
from gateways.lookups.exotel import ExotelLookup
from tests.rigs.gateway import settings_with
from tests.rigs.lookup_service import ACCOUNT, MOBILE, Answer, LookupService, lookup_service

PHONE = "+919839012345"


@pytest.fixture
def service() -> Iterator[LookupService]:
    with lookup_service() as running:
        yield running


@pytest.fixture
def exotel(service: LookupService) -> ExotelLookup:
    made = build(settings_with(number_lookup="exotel", EXOTEL_URL=service.url, **ACCOUNT))
    assert isinstance(made, ExotelLookup)
    return made


def test_it_is_asked_as_documented(exotel: ExotelLookup, service: LookupService) -> None:
    assert exotel.ask(PHONE) == LookedUp("mobile", "Reliance Jio", do_not_disturb=True)
    ((path, authorization),) = service.asked
    assert path == f"/v1/Accounts/dakiya1/Numbers/{PHONE}.json"
    assert authorization.startswith("Basic ")


@pytest.mark.parametrize(
    ("status", "said", "found"),
    [
        (200, {"Numbers": MOBILE | {"Type": "Landline"}}, "landline"),
        (200, {"Numbers": MOBILE | {"Type": "Pager"}}, "unknown"),
    ],
)
def test_what_it_can_say(
    exotel: ExotelLookup, service: LookupService, status: int, said: object, found: str
) -> None:
    service.answer = (status, json.dumps(said).encode())
    assert exotel.ask(PHONE).line == found


@pytest.mark.parametrize(
    "answer",
    [
        (200, b"<html>"),
        (200, b"[]"),
        (200, b'{"Numbers": 7}'),
        (401, b"{}"),
        (503, b""),
        (404, b'{"RestException": {"Status": 404}}'),
        (404, b"<html>no such address</html>"),
        (404, b'{"Numbers": {"Type": "Landline"}}'),
    ],
)
def test_what_cannot_be_read_is_no_answer_and_names_nobody(
    exotel: ExotelLookup, service: LookupService, answer: tuple[int, bytes]
) -> None:
    service.answer = answer
    with pytest.raises(NotLookedUp) as refused:
        exotel.ask(PHONE)
    assert PHONE[3:] not in str(refused.value)


@pytest.mark.parametrize("slow", ["hangs", "drips"])
def test_one_that_hangs_is_no_answer_when_its_time_is_over(
    service: LookupService, slow: Answer
) -> None:
    """A byte now and then does not begin the time anew."""
    service.answer = slow
    with pytest.raises(NotLookedUp) as refused:
        service.adapter(timeout=(0.3, 0.3)).ask(PHONE)
    assert PHONE[3:] not in str(refused.value)


def test_one_that_is_away_is_no_answer() -> None:
    made = build(settings_with(number_lookup="exotel", EXOTEL_URL="http://127.0.0.1:9", **ACCOUNT))
    assert made is not None
    with pytest.raises(NotLookedUp) as refused:
        made.ask(PHONE)
    assert PHONE[3:] not in str(refused.value)


def test_an_account_that_is_not_whole_is_refused() -> None:
    with pytest.raises(ValueError, match="EXOTEL_ACCOUNT_SID"):
        build(settings_with(number_lookup="exotel"))


def test_nobody_is_asked_by_default() -> None:
    assert build(settings_with()) is None
