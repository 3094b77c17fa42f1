"""What a failed exchange means: certainly not sent, or perhaps."""

from __future__ import annotations

import ssl

import pytest
import requests
from urllib3.exceptions import MaxRetryError, SSLError
from urllib3.util import Url

from gateways.base import Outcome, Reason, Rejected, Retry, UnknownOutcome
from gateways.network import failed, pooled, refused, retry_after
from tests.rigs.carrier_stub import AcceptAndDrop, CarrierStub, Say


def _error(address: str, session: requests.Session | None = None) -> requests.RequestException:
    with pytest.raises(requests.RequestException) as caught:
        (session or requests.Session()).post(address, data={"a": "b"}, timeout=(2, 2))
    return caught.value


def test_a_name_that_nobody_has_was_not_reached() -> None:
    outcome = failed(_error("http://nobody.invalid/"))
    assert isinstance(outcome, Retry)
    assert outcome.reason is Reason.CARRIER


def test_a_proxy_that_is_not_there_passed_nothing_on() -> None:
    session = requests.Session()
    session.proxies = {"http": "http://127.0.0.1:9", "https": "http://127.0.0.1:9"}
    assert isinstance(failed(_error("http://carrier.invalid/", session)), Retry)
    assert isinstance(failed(_error("https://carrier.invalid/", session)), Retry)


def test_a_connection_that_ends_without_an_answer_may_have_carried_it() -> None:
    with CarrierStub() as carrier:
        carrier.will(AcceptAndDrop())
        assert failed(
            _error(carrier.url + "/2010-04-01/Accounts/AC/Messages.json")
        ) == UnknownOutcome("ConnectionError")


def test_an_answer_that_cannot_be_unpacked_is_unknown() -> None:
    with CarrierStub() as carrier:
        carrier.will(Say(201, "this is not gzip", headers={"Content-Encoding": "gzip"}))
        outcome = failed(_error(carrier.url + "/version1/messaging"))
    assert outcome == UnknownOutcome("ContentDecodingError")


@pytest.mark.parametrize(
    ("cause", "outcome"),
    [
        (ssl.SSLCertVerificationError("expired"), Retry(Reason.CARRIER, "SSLError")),
        # TLS may break after the request went through: it must not be sent twice.
        (ssl.SSLEOFError("EOF in violation of protocol"), UnknownOutcome("SSLError")),
        (ssl.SSLError("bad record mac"), UnknownOutcome("SSLError")),
    ],
    ids=str,
)
def test_only_a_refused_certificate_is_sure_to_come_before_the_request(
    cause: ssl.SSLError, outcome: Outcome
) -> None:
    lost = MaxRetryError(None, str(Url(path="/")), SSLError(cause))  # type: ignore[arg-type]
    assert failed(requests.exceptions.SSLError(lost)) == outcome


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (301, Rejected(Reason.CONFIGURATION, "e")),
        (400, Rejected(Reason.UNKNOWN, "e")),
        (401, Rejected(Reason.CONFIGURATION, "e")),
        (403, Rejected(Reason.CONFIGURATION, "e")),
        (429, Retry(Reason.CARRIER, "e", 3.0)),
        (500, Retry(Reason.CARRIER, "e", 3.0)),
        (502, UnknownOutcome("e")),
        (503, Retry(Reason.CARRIER, "e", 3.0)),
        (504, UnknownOutcome("e")),
    ],
)
def test_every_http_status_has_its_outcome(status: int, outcome: Outcome) -> None:
    assert refused(status, "e", 3.0) == outcome


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("0", 0.0),
        ("1.5", 1.5),
        (None, None),
        ("", None),
        ("-1", None),
        ("nan", None),
        ("inf", None),
        ("1e30", None),
        ("Fri, 14 Aug 2026 04:30:00 GMT", None),
    ],
)
def test_retry_after_is_seconds_or_nothing(header: str | None, seconds: float | None) -> None:
    assert retry_after(header) == seconds


def test_the_environments_proxy_is_obeyed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.invalid:3128")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/etc/ssl/of-the-department.pem")
    session = pooled("https://api.twilio.com", 4)
    assert session.proxies["https"] == "http://proxy.invalid:3128"
    assert session.verify == "/etc/ssl/of-the-department.pem"
    monkeypatch.setenv("NO_PROXY", "api.twilio.com")
    assert "https" not in pooled("https://api.twilio.com", 4).proxies
