"""Where webhooks may go: in production to the internet and nowhere else, whatever names say."""

from __future__ import annotations

import socket
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from runtime import Runtime
from tests.rigs.webhook import Receiver, happen, receiving, subscribe, token
from webhooks import address as webhook_address
from webhooks import post, queue
from webhooks.address import BadAddress
from webhooks.post import WebhookPoster, public_session
from webhooks.queue import Delivered, Failed, Outcome, TakenDelivery


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


@pytest.mark.parametrize(
    "url",
    [
        "http://post.example/hook", "https://127.0.0.1/", "https://[::1]/", "https://10.1.2.3/",
        "https://169.254.169.254/latest", "https://localhost/", "https://db.internal/",
        "https://user:word@post.example/", "https://post.example/#part", "https:///x", "x",
        "ftp://post.example/", "https://post.example:99999/", "https://post.example/a b",
        "https://post.example/" + "x" * 500, "https://पोस्ट.example/", "https://post.example\\@a/",
        "https://post.example:8443/", "https://post.example:80/", "https://post.example:22/",
        "https://[64:ff9b::7f00:1]/", "https://[64:ff9b:1::808:808]/", "https://[2002:7f00:1::]/",
        "https://[2001:0:1:2:3:4:5:6]/", "https://[::ffff:192.168.0.1]/", "https://[::8.8.8.8]/",
        "https://[fec0::1]/", "https://[ff0e::1]/", "https://127.1/", "https://0x7f.0.0.1/",
        "https://2130706433/", "https://0177.0.0.1/", "https://localhost./", "https://a.localhost./",
        "https://router.home.arpa/", "https://%31%32%37.0.0.1/", "https://post_office/",
    ],
)  # fmt: skip
def test_addresses_that_production_refuses(url: str) -> None:
    with pytest.raises(BadAddress):
        webhook_address.public(url)


def test_addresses_that_are_taken() -> None:
    url = "https://post.example:8443/hooks?key=1"
    assert webhook_address.public(url, (443, 8443)) == url
    for public in ("https://post.example", "https://8.8.8.8/", "https://[64:ff9b::808:808]/x"):
        assert webhook_address.public(public) == public
    assert webhook_address.anywhere("http://127.0.0.1:9/x") == "http://127.0.0.1:9/x"


def taken(runtime: Runtime, url: str) -> TakenDelivery:
    """A delivery to `url` that is ours."""
    subscribe(runtime, token(runtime), url)
    happen(runtime, "delivered")
    with runtime.database.transaction() as conn:
        queue.take(conn, runtime.now())
        claimed = queue.claim(conn, (), runtime.now())
        assert claimed is not None
        runtime.keys.root(conn, "webhooks", claimed.secret_key)
    return claimed


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names that were looked up; all of them lead to this machine."""
    asked: list[str] = []

    def here(name: str, port: int, *arguments: Any, **options: Any) -> Any:
        asked.append(name)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    monkeypatch.setattr(socket, "getaddrinfo", here)
    return asked


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate of post.example; its key is beside it in key.pem."""
    made = tmp_path / "post.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
         "-subj", "/CN=post.example", "-addext", "subjectAltName=DNS:post.example",
         "-keyout", tmp_path / "key.pem", "-out", made],
        check=True, capture_output=True,
    )  # fmt: skip
    return made


def test_in_production_a_name_that_leads_inside_is_not_called(
    runtime: Runtime, receiver: Receiver, asked: list[str]
) -> None:
    poster = WebhookPoster(public_session(1, [receiver.port]), runtime.keys)
    url = receiver.url.replace("http://127.0.0.1", "https://rebound.example")
    outcome = poster.post(taken(runtime, url), runtime.now())
    assert outcome == Failed("its name leads to an address that is not on the internet")
    assert asked == ["rebound.example"]
    assert receiver.connections == 0


@pytest.mark.parametrize(
    ("name", "outcome"), [("post.example", Delivered()), ("other.example", Failed("SSLError"))]
)
def test_in_production_the_certificate_is_that_of_the_name(
    name: str, outcome: Outcome, runtime: Runtime, certificate: Path, asked: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(post, "is_public", lambda address: address == "127.0.0.1")
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate, certificate.with_name("key.pem"))
    with receiving(tls) as receiver:
        reached = public_session(1, [receiver.port])
        reached.verify = str(certificate)
        url = receiver.url.replace("http://127.0.0.1", f"https://{name}")
        assert (
            WebhookPoster(reached, runtime.keys).post(taken(runtime, url), runtime.now()) == outcome
        )
        assert [call.headers["Host"].split(":")[0] for call in receiver.calls] == (
            [name] if outcome == Delivered() else []
        )


def test_in_production_nothing_goes_over_http(runtime: Runtime, receiver: Receiver) -> None:
    poster = WebhookPoster(public_session(1), runtime.keys)
    outcome = poster.post(taken(runtime, receiver.url), runtime.now())
    assert outcome == Failed("InvalidSchema")
    assert receiver.connections == 0


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.0.0.8", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",  # noqa: S104
     "::1", "fe80::1%eth0", "fd00::1", "::ffff:10.0.0.8", "2002:a00:8::1", "224.0.0.1", "::",
     "64:ff9b::a00:8", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::808:808",
     "2001:0:808:808::f5ff:fff7", "::8.8.8.8", "fec0::1", "ff0e::1", "100::1", "2001:db8::1",
     "255.255.255.255", "192.0.2.1", "198.18.0.1", "::ffff:0:10.0.0.8"],
)  # fmt: skip
def test_these_are_not_on_the_internet(address: str) -> None:
    assert not webhook_address.is_public(address)


def test_these_are() -> None:
    for address in (
        "8.8.8.8", "2001:4860:4860::8888", "64:ff9b::808:808", "::ffff:8.8.8.8", "2002:808:808::1",
    ):  # fmt: skip
        assert webhook_address.is_public(address)


@pytest.mark.parametrize("inside", ["64:ff9b::7f00:1", "64:ff9b:1::7f00:1", "2002:7f00:1::1"])
def test_a_name_that_leads_inside_by_way_of_ipv6_is_not_called(
    inside: str, runtime: Runtime, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    def there(name: str, port: int, *arguments: Any, **options: Any) -> Any:
        return [(socket.AF_INET6, socket.SOCK_STREAM, 6, "", (inside, port, 0, 0))]

    monkeypatch.setattr(socket, "getaddrinfo", there)
    poster = WebhookPoster(public_session(1, [receiver.port]), runtime.keys)
    url = receiver.url.replace("http://127.0.0.1", "https://rebound.example")
    outcome = poster.post(taken(runtime, url), runtime.now())
    assert outcome == Failed("its name leads to an address that is not on the internet")
    assert receiver.connections == 0


def test_an_older_address_at_another_port_is_not_called(
    runtime: Runtime, receiver: Receiver, asked: list[str]
) -> None:
    poster = WebhookPoster(public_session(1), runtime.keys)
    url = receiver.url.replace("http://127.0.0.1", "https://post.example")
    outcome = poster.post(taken(runtime, url), runtime.now())
    assert outcome == Failed("its port is not among those that webhooks may go to (WEBHOOK_PORTS)")
    assert asked == []


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("https://post.example/x", "https://POST.example:443/x"),
        ("https://post.example", "https://post.example./"),
        ("https://post.example/?a=1", "https://post.example:443/?a=1"),
    ],
)
def test_two_notations_of_one_address_are_one(first: str, second: str) -> None:
    assert webhook_address.canonical(first) == webhook_address.canonical(second)
    assert webhook_address.canonical(first + "y") != webhook_address.canonical(second)
