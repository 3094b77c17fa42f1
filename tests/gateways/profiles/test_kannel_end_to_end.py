"""A delivery through a real Kannel: texts and receipts, both ways, in Hindi, to telephones."""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from queue import SimpleQueue
from types import TracebackType
from wsgiref.types import StartResponse, WSGIEnvironment

import pytest
from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server

from gateways.base import Reason, Rejected, Sent
from gateways.build import build
from messages.render import CHECK_MASK, QUOTE_MASK
from messages.segments import count
from runtime import Runtime
from settings import Settings
from tests.rigs.gateway import PHONE, message
from tests.rigs.http import gateway_of
from tests.rigs.kannel import LOCAL, PASSWORD, SENDER, USER, Kannel, Text, free_port
from tests.rigs.transcript import Player
from tests.rigs.words import contents

_POSTMAN, _RECIPIENT, _SENDER = "+919839000001", "+919876500001", "+919811100001"
# The three digits of the slip, beside a code in Hindi (docs/developing/trust.md rule 19).
_SLIP = re.compile(r"(?<=तो )\d{3}(?= भी)")
_HOOK = "kannel-hook-secret-of-the-tests"
# The two digits by which the sender proves himself.
PROOF = re.compile(r"(?<=सबूत )[0-9]{2}(?=:)")
_ARTICLE = "EU123456785IN"


Raised = tuple[type[BaseException], BaseException, TracebackType] | tuple[None, None, None]


@dataclass
class Served:
    """Our application on a real port; `calls` has each request that was answered."""

    app: Flask
    port: int
    calls: list[tuple[str, str, int]] = field(default_factory=list)  # method, address, status
    _answered: SimpleQueue[None] = field(default_factory=SimpleQueue)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterator[bytes]:
        address = f"{environ['PATH_INFO']}?{environ['QUERY_STRING']}"

        def started(
            status: str, headers: list[tuple[str, str]], exc_info: Raised | None = None
        ) -> Callable[[bytes], object]:
            self.calls.append((environ["REQUEST_METHOD"], address, int(status.split()[0])))
            return start_response(status, headers, exc_info)

        try:
            yield from self.app.wsgi_app(environ, started)
        finally:
            self._answered.put(None)

    def await_calls(self, number: int) -> None:
        """Waits until `number` more requests were answered."""
        for _ in range(number):
            self._answered.get(timeout=30)


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def kannel(tmp_path: Path, port: int) -> Iterator[Kannel]:
    hook = f"http://{LOCAL}:{port}/hooks/http/kannel/{_HOOK}/sms"
    with Kannel(tmp_path, hook) as kannel:
        yield kannel


@pytest.fixture
def settings(
    settings: Settings, kannel: Kannel, port: int, monkeypatch: pytest.MonkeyPatch
) -> Settings:
    for name, value in {
        "KANNEL_URL": kannel.url,
        "KANNEL_SENDER": SENDER,
        "KANNEL_USERNAME": USER,
        "KANNEL_PASSWORD": PASSWORD,
        "KANNEL_HOOK_SECRET": _HOOK,
    }.items():
        monkeypatch.setenv(name, value)
    return settings.model_copy(
        update={"sms_routes": "kannel", "public_url": f"http://{LOCAL}:{port}"}
    )


class _Unlogged(WSGIRequestHandler):
    """As in production: no access log."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        pass


@pytest.fixture
def served(app: Flask, port: int) -> Iterator[Served]:
    served = Served(app, port)
    server = make_server(LOCAL, port, served, threaded=True, request_handler=_Unlogged)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield served
    server.shutdown()
    thread.join()


class Street:
    """People with telephones on Kannel's fake network, and our worker."""

    def __init__(self, player: Player, kannel: Kannel, served: Served, runtime: Runtime) -> None:
        self._player, self._kannel, self._served = player, kannel, served
        self._runtime = runtime
        self.texts: list[Text] = []

    def step(self, line: str) -> None:
        """A line of a transcript, and all that goes out because of it."""
        before = len(self._sent())
        self._player.step(line)
        self._arrive(before)

    def write(self, phone: str, words: str) -> None:
        """A text through Kannel into our hook, and all that goes out because of it."""
        before = len(self._sent())
        self._kannel.write(phone, words)
        self._served.await_calls(1)
        self._player.drain()
        self._arrive(before)

    def _arrive(self, before: int) -> None:
        """Waits for every new text at its telephone, and for every receipt at our hook."""
        new = len(self._sent()) - before
        self.texts += [self._kannel.next_text() for _ in range(new)]
        self._served.await_calls(2 * new)  # taken by the SMSC, then by the telephone

    def code_of(self, phone: str) -> str:
        got = [text.words for text in self.texts if text.receiver == phone]
        return str(re.findall(r"(?<!\d)\d{6}(?!\d)", " ".join(got))[-1])

    def _sent(self) -> list[int]:
        with self._runtime.database.transaction() as conn:
            rows = conn.execute(
                "SELECT id FROM messages WHERE direction = 'out'"
                " AND status IN ('sent', 'delivered') ORDER BY id"
            ).fetchall()
        return [row[0] for row in rows]


def test_a_delivery_in_hindi_passes_through_kannel(
    player: Player,
    kannel: Kannel,
    served: Served,
    runtime: Runtime,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    street = Street(player, kannel, served, runtime)
    kannel.listen()
    street.step(f"postman 1001 {_POSTMAN}")
    street.step(f"article {_ARTICLE} to {_RECIPIENT} hi from {_SENDER}")
    street.step(f"list 1001: {_ARTICLE}")
    street.write(_RECIPIENT, "हाँ")
    street.write(_POSTMAN, "1")
    code = street.code_of(_RECIPIENT)
    street.write(_POSTMAN, f"1 {code}")
    street.step(f"{_ARTICLE} is delivered")

    with runtime.database.transaction() as conn:
        out = conn.execute(
            "SELECT phone, id, status, gateway, segments, language FROM messages"
            " WHERE direction = 'out' ORDER BY id"
        ).fetchall()
        words = {each.id: each.body for each in contents(conn)}
        heard = conn.execute(
            "SELECT count(*) FROM messages WHERE direction = 'out' AND heard IS NOT NULL"
        ).fetchone()
        came = conn.execute(
            "SELECT phone, body, carrier_at IS NOT NULL FROM messages WHERE direction = 'in'"
            " ORDER BY id"
        ).fetchall()
        receipts = conn.execute("SELECT status, count(*) FROM receipts GROUP BY 1").fetchall()
    # What was written is what came, to the letter, in as many parts as were counted.
    written = sorted(
        (phone, words[id_].replace("••••••", code), parts) for phone, id_, *_, parts, _ in out
    )
    came_there = sorted(
        (text.receiver, _SLIP.sub(CHECK_MASK, PROOF.sub(QUOTE_MASK, text.words)), text.parts)
        for text in street.texts
    )
    assert written == came_there
    assert len(written) >= 8
    assert {(status, gateway) for _, _, status, gateway, *_ in out} == {("delivered", "kannel")}
    assert {parts for *_, parts, language in out if language == "hi"} == {2}
    assert [phone for phone, *_ in came] == [_RECIPIENT, _POSTMAN, _POSTMAN]
    assert came[0][1] == "हाँ"
    assert all(has_time for *_, has_time in came)
    # That it arrived stands in the text itself, unless it was known before the answer to the send.
    counted = dict(receipts)
    assert counted.pop("sent") == len(out)
    assert counted.pop("delivered", 0) + (heard or (0,))[0] == len(out)
    assert counted == {}

    # Nothing personal in any address, and nothing in any log.
    assert {(method, status) for method, _, status in served.calls} == {("POST", 200), ("GET", 200)}
    logs = caplog.text + "".join(capfd.readouterr())
    assert "outbox" in logs  # the search does see what is there
    for phone in (_POSTMAN, _RECIPIENT, _SENDER):
        assert not any(phone[1:] in address for _, address, _ in served.calls)
        assert phone[1:] not in logs
    for secret in (code, _HOOK, PASSWORD):
        assert secret not in logs


@pytest.mark.parametrize(
    "words",
    [
        "Rs 5 @ £1 è_~[x] {y} € \\ ^ | Ω",  # all of GSM-7, the extension table too
        "देना है ₹5 😀 zwj क्‍ष",
        "x" * 400,
        "ह" * 200,
    ],
)
def test_a_text_reaches_the_telephone_to_the_letter(
    settings: Settings, kannel: Kannel, words: str
) -> None:
    kannel.listen()
    account = {"sender": SENDER, "username": USER, "password": PASSWORD}
    taken = gateway_of("kannel", kannel.url, account).send(message(7, words))  # with DLT ids
    assert isinstance(taken, Sent)
    assert re.fullmatch(r"7-[0-9a-f]{8}", taken.carrier_id)
    came = kannel.next_text()
    assert (came.receiver, came.words, came.parts) == (PHONE, words, count(words).segments)


def test_two_submits_of_one_message_have_two_ids(settings: Settings, kannel: Kannel) -> None:
    kannel.listen()
    gateway = build(settings)["kannel"]
    first, second = gateway.send(message(7)), gateway.send(message(7))
    assert isinstance(first, Sent)
    assert isinstance(second, Sent)
    assert first.carrier_id != second.carrier_id


def test_what_kannel_queues_it_has_accepted(settings: Settings, kannel: Kannel) -> None:
    taken = build(settings)["kannel"].send(message(7))  # no telephone, no network: no connection
    assert isinstance(taken, Sent)
    kannel.listen()
    assert kannel.next_text().words == message(7).text


def test_a_wrong_password_is_our_configuration(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KANNEL_PASSWORD", "another")
    refused = build(settings)["kannel"].send(message(7))
    assert refused == Rejected(Reason.CONFIGURATION, "HTTP 403: Authorization failed for sendsms")
