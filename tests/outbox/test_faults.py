"""Carriers that fail in every way that they have, over real HTTP: no code is lost, none is wrong.

The same at length, with processes killed: `./script/bench faults`.
"""

from __future__ import annotations

import dataclasses
import threading
from collections import Counter
from collections.abc import Iterator
from typing import Any, Literal

import pytest

from gateways.africastalking.sms import AfricasTalkingGateway
from gateways.base import Gateway
from gateways.twilio.sms import TwilioGateway
from outbox.drain import Drain
from outbox.failover import send_again
from outbox.sweep import sweep
from runtime import Runtime
from settings import Settings
from tests.rigs.carrier_stub import (
    Accept,
    AcceptAndDrop,
    AcceptAndHang,
    Behaviour,
    CarrierStub,
    Drop,
    Refuse,
    Say,
)
from tests.rigs.clock import Clock
from tests.rigs.gateway import ACCOUNT, PUBLIC, SECRET, TOKEN
from tests.rigs.outbox import drain, issue_code, queue, statuses
from tests.rigs.receipt_stub import News, Teller

Carrying = Literal["twilio", "africastalking"]

_PATIENCE = (1.0, 0.3)  # seconds: to connect, and for an answer
_GARBLED = Say(201, "<html>it worked</html>")


@pytest.fixture
def twilio() -> Iterator[CarrierStub]:
    with CarrierStub() as carrier:
        yield carrier


@pytest.fixture
def africastalking() -> Iterator[CarrierStub]:
    with CarrierStub() as carrier:
        yield carrier


@pytest.fixture
def settings(settings: Settings, twilio: CarrierStub, africastalking: CarrierStub) -> Settings:
    routed = settings.model_copy(
        update={"sms_routes": "twilio,africastalking", "public_url": PUBLIC}
    )
    return routed.giving(
        TWILIO_ACCOUNT_SID=ACCOUNT,
        TWILIO_AUTH_TOKEN=TOKEN,
        TWILIO_API_URL=twilio.url,
        AFRICASTALKING_API_URL=africastalking.url,
        AFRICASTALKING_HOOK_SECRET=SECRET,
    )


@pytest.fixture
def runtime(runtime: Runtime) -> Runtime:
    """With real gateways that do not wait as long as in production."""
    gateways: dict[str, Gateway] = {
        "twilio": TwilioGateway(runtime.settings, _PATIENCE),
        "africastalking": AfricasTalkingGateway(runtime.settings, _PATIENCE),
    }
    return dataclasses.replace(runtime, gateways=gateways)


def put_code(runtime: Runtime) -> int:
    with runtime.database.transaction() as conn:
        code = issue_code(conn, runtime.now())
        (message,) = queue(conn, runtime.now(), "code", code_id=code)
    return message


def _hold(let_go: threading.Event) -> None:
    assert let_go.wait(20)


def pass_time(runtime: Runtime, clock: Clock, seconds: int) -> None:
    """What worker and clock do, second by second."""
    for _ in range(seconds):
        drain(runtime)
        sweep(runtime)
        send_again(runtime)
        clock.advance(seconds=1)
    drain(runtime)


FAULTS: list[tuple[str, Behaviour, int]] = [  # and how often the text may arrive in the end
    ("refuses for now", Refuse(20429, 429), 1),
    ("is out of order", Say(503, "{}"), 1),
    ("loses the answer in a proxy", Say(502, "{}"), 1),
    ("drops the connection", Drop(), 1),
    ("takes it and drops the connection", AcceptAndDrop(), 1),
    ("takes it and never answers", AcceptAndHang(), 1),
    ("takes it and answers nonsense", _GARBLED, 1),
    ("takes seconds", Accept(after=0.2), 1),
]


@pytest.mark.parametrize(("behaviour", "arrivals"), [each[1:] for each in FAULTS],
                         ids=[each[0] for each in FAULTS])  # fmt: skip
def test_a_code_arrives_once_though_its_carrier(
    runtime: Runtime,
    clock: Clock,
    twilio: CarrierStub,
    africastalking: CarrierStub,
    behaviour: Behaviour,
    arrivals: int,
) -> None:
    """Twilio can be asked what it took, so nobody gets the text twice."""
    message = put_code(runtime)
    twilio.will(behaviour)
    pass_time(runtime, clock, 10)
    assert statuses(runtime, [message]) == {message: "sent"}
    assert len(twilio.messages) + len(africastalking.messages) == arrivals


@pytest.mark.parametrize("behaviour", [AcceptAndDrop(), AcceptAndHang()])
def test_where_the_carrier_cannot_be_asked_a_code_comes_twice_rather_than_never(
    runtime: Runtime,
    clock: Clock,
    twilio: CarrierStub,
    africastalking: CarrierStub,
    behaviour: Behaviour,
) -> None:
    runtime = dataclasses.replace(
        runtime, settings=runtime.settings.model_copy(update={"sms_routes": "africastalking"})
    )
    message = put_code(runtime)
    africastalking.will(behaviour)
    pass_time(runtime, clock, 10)
    assert statuses(runtime, [message]) == {message: "sent"}
    assert not twilio.messages
    bodies = Counter(each["body"] for each in africastalking.messages)
    assert list(bodies.values()) == [2]  # the same words: the code is the same


def test_a_code_in_doubt_does_not_wait_for_a_carrier_that_is_dead(
    runtime: Runtime, clock: Clock, twilio: CarrierStub, africastalking: CarrierStub
) -> None:
    """Its carrier may have it and cannot be asked; the other one refuses everything."""
    with runtime.database.transaction() as conn:
        code = issue_code(conn, runtime.now())
        firsts = queue(conn, runtime.now(), "code", 6, code_id=code)
    twilio.will(*[Say(503, "{}")] * 200)
    africastalking.will(AcceptAndDrop())
    pass_time(runtime, clock, 20)
    assert set(statuses(runtime, firsts).values()) == {"sent"}
    assert not twilio.messages
    assert len(africastalking.messages) == 7  # one of them twice


@pytest.mark.parametrize(
    ("news", "ends"),
    [
        (("delivered",), "delivered"),
        (("sent", "delivered"), "delivered"),
        (("delivered", "sent"), "delivered"),
        (("delivered", "delivered", "sent", "sent"), "delivered"),
        (("sent", "delivered", "failed"), "delivered"),
        (("sent", "failed", "delivered"), "delivered"),
    ],
)
@pytest.mark.parametrize("early", [True, False], ids=["before the answer", "after it"])
@pytest.mark.parametrize("name", ["twilio", "africastalking"])
def test_receipts_in_any_order_at_any_time(
    runtime: Runtime,
    clock: Clock,
    address: str,
    twilio: CarrierStub,
    africastalking: CarrierStub,
    name: Carrying,
    early: bool,
    news: tuple[News, ...],
    ends: str,
) -> None:
    runtime = dataclasses.replace(
        runtime, settings=runtime.settings.model_copy(update={"sms_routes": name})
    )
    carrier = twilio if name == "twilio" else africastalking
    teller = Teller(address, name)
    message = put_code(runtime)

    def tell(taken: dict[str, Any]) -> None:
        teller.tell(taken, *news)

    # Half of a second is more than our patience here: the receipts take less.
    carrier.will(Accept(meanwhile=tell if early else None))
    drain(runtime)
    if not early:
        clock.advance(seconds=90)  # late
        tell(carrier.messages[0])
    pass_time(runtime, clock, 5)
    assert statuses(runtime, [message]) == {message: ends}
    assert len(carrier.messages) == 1


@pytest.mark.parametrize("name", ["twilio", "africastalking"])
def test_receipts_of_strangers_are_kept_and_touch_nothing(
    runtime: Runtime, clock: Clock, address: str, name: Carrying
) -> None:
    message = put_code(runtime)
    drain(runtime)
    before = statuses(runtime)
    Teller(address, name).tell_of_a_stranger("SM" + "f" * 32, "failed")
    assert statuses(runtime) == before == {message: "sent"}
    with runtime.database.transaction() as conn:
        rows = conn.execute("SELECT gateway, message_id FROM receipts").fetchall()
    assert rows == [(name, None)]


def test_a_code_whose_carrier_does_not_answer_goes_by_the_next_in_seconds(
    runtime: Runtime, clock: Clock, twilio: CarrierStub, africastalking: CarrierStub
) -> None:
    """Its call is still under way."""
    let_go = threading.Event()
    runtime = dataclasses.replace(
        runtime,
        gateways={**runtime.gateways, "twilio": TwilioGateway(runtime.settings, (1.0, 20.0))},
    )
    put_code(runtime)
    twilio.will(Accept(meanwhile=lambda taken: _hold(let_go)))
    sender = Drain(runtime)
    assert sender.run(0.0)
    clock.advance(seconds=runtime.settings.code_answer_seconds - 1)
    assert send_again(runtime) == 0
    clock.advance(seconds=1)
    assert send_again(runtime) == 1
    while not africastalking.messages:
        assert sender.run(0.1)
    assert not let_go.is_set()
    let_go.set()
    sender.finish()
    assert len(twilio.messages) == len(africastalking.messages) == 1
    assert set(statuses(runtime).values()) == {"sent"}


def test_an_answered_code_waits_for_its_receipt_before_another_carrier_gets_it(
    runtime: Runtime, clock: Clock, address: str, twilio: CarrierStub, africastalking: CarrierStub
) -> None:
    """Its carrier said early that it is on the way, which counts as an answer too."""
    first = put_code(runtime)
    teller = Teller(address, "twilio")
    twilio.will(Accept(meanwhile=lambda taken: teller.tell(taken, "sent")))
    pass_time(runtime, clock, runtime.settings.code_confirm_seconds - 1)
    assert not africastalking.messages
    pass_time(runtime, clock, 2)
    assert len(africastalking.messages) == 1
    assert statuses(runtime, [first]) == {first: "sent"}
