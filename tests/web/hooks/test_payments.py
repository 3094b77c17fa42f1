"""The hooks of the payment providers, through the front door."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import create_app
from payments import upi
from postal.counter.payments import Payment
from runtime import Runtime
from settings import Settings
from tests.rigs.clock import Clock
from tests.rigs.counter import CHARGES, Clerk, clerk, office
from tests.rigs.payment_stub import (
    SETTINGS,
    Drop,
    ProviderStub,
    Say,
    cashfree_headers,
    credited,
    razorpay_headers,
    succeeded,
)
from tests.rigs.upi import (
    booking_of,
    cancel,
    credits_of,
    group_now,
    ledger,
    payment_now,
    rounds,
    working,
)

PRICE = CHARGES.paise


@pytest.fixture
def stub() -> Iterator[ProviderStub]:
    with ProviderStub() as stub:
        yield stub


@pytest.fixture(params=["razorpay", "cashfree"])
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def settings(settings: Settings, stub: ProviderStub, name: str) -> Settings:
    changes = {"upi_provider": name, f"{name}_api_url": stub.url}
    return Settings(_env_file=None, **(settings.model_dump() | SETTINGS | changes))


@pytest.fixture
def at_counter(app: Flask, runtime: Runtime) -> Iterator[Clerk]:
    office(runtime)
    with working(runtime):
        yield clerk(app, runtime)


class Customer:
    """Pays by the code on the screen; the provider tells our hook."""

    def __init__(self, stub: ProviderStub, client: FlaskClient, name: str) -> None:
        self._stub, self._client, self._name = stub, client, name
        self.told = 0

    def pays(self, ref: str, paise: int | None = None) -> tuple[bytes, dict[str, str]]:
        """What the provider will tell: body and headers."""
        self.told += 1
        event = f"evt_{self.told}"
        if self._name == "razorpay":
            payment = self._stub.scanned(ref, paise)
            body = credited(payment, self._stub.codes.get(ref, {"id": ref, "notes": []}))
            return body, razorpay_headers(body, event)
        rupees = None if paise is None else f"{paise / 100:.2f}"
        body = succeeded(self._stub.ordered(ref, rupees))
        return body, cashfree_headers(body, event)

    def tells(self, body: bytes, headers: dict[str, str]) -> int:
        answer = self._client.post(f"/hooks/{self._name}", data=body, headers=headers)
        return int(answer.status_code)


@pytest.fixture
def customer(stub: ProviderStub, client: FlaskClient, name: str) -> Customer:
    return Customer(stub, client, name)


def begun(runtime: Runtime, at_counter: Clerk) -> Payment:
    payment = upi.begin(runtime, booking_of(runtime, at_counter).id)
    assert payment.state == "shown"
    assert payment.provider_ref is not None
    return payment


def ref(payment: Payment) -> str:
    assert payment.provider_ref is not None
    return payment.provider_ref


def one(runtime: Runtime, query: str) -> tuple[Any, ...]:
    with runtime.database.transaction() as conn:
        row = conn.execute(query).fetchone()
    assert row is not None
    return row


def test_paid_is_booked_once_however_often_it_is_told(
    runtime: Runtime, at_counter: Clerk, customer: Customer
) -> None:
    payment = begun(runtime, at_counter)
    body, headers = customer.pays(ref(payment))
    assert [customer.tells(body, headers) for _ in range(3)] == [200, 200, 200]
    (credit,) = credits_of(runtime, payment.group_id)
    assert (credit.state, credit.source, credit.paise) == ("booked", "hook", PRICE)
    assert credit.rrn is not None
    assert group_now(runtime, payment.group_id).method == "upi"
    assert one(runtime, "SELECT count(*), count(credit_id) FROM provider_events") == (1, 1)


def test_hook_and_poll_and_cash_desk_at_once_book_once(
    runtime: Runtime, at_counter: Clerk, customer: Customer
) -> None:
    for _ in range(3):
        payment = begun(runtime, at_counter)
        body, headers = customer.pays(ref(payment))
        barrier = Barrier(3)

        def hook(
            barrier: Barrier = barrier, told: tuple[bytes, dict[str, str]] = (body, headers)
        ) -> int:
            barrier.wait()
            return customer.tells(*told)

        def poll(barrier: Barrier = barrier) -> int:
            barrier.wait()
            rounds(runtime)
            return 200

        with ThreadPoolExecutor(3) as pool:
            done = [pool.submit(each) for each in (hook, hook, poll)]
            assert {each.result() for each in done} == {200}
        (credit,) = credits_of(runtime, payment.group_id)
        assert credit.state == "booked"
    assert [kind for kind, _, _ in ledger(runtime)] == ["booking"] * 3


def test_a_hook_that_is_switched_off_is_not_missed(
    runtime: Runtime, at_counter: Clerk, customer: Customer
) -> None:
    payment = begun(runtime, at_counter)
    rounds(runtime)
    assert payment_now(runtime, payment.id).state == "shown"
    customer.pays(ref(payment))
    runtime.database.run(
        lambda conn: conn.execute("UPDATE payments SET next_look_at = %s", [runtime.now()])
    )
    rounds(runtime)
    (credit,) = credits_of(runtime, payment.group_id)
    assert (credit.state, credit.source) == ("booked", "poll")


def test_an_unknown_reference_is_kept_and_due_to_go_back(
    runtime: Runtime, at_counter: Clerk, customer: Customer
) -> None:
    unknown = "qr_UnknownUnknown1" if customer._name == "razorpay" else "ZZZZZZZZ22222222-9"
    assert customer.tells(*customer.pays(unknown, 4_200)) == 200
    state = one(runtime, "SELECT state, cause, paise, group_id, office_id FROM credits")
    assert state == ("refund_due", "unknown", 4_200, None, None)


def test_a_wrong_signature_changes_nothing(
    runtime: Runtime, at_counter: Clerk, customer: Customer, client: FlaskClient
) -> None:
    payment = begun(runtime, at_counter)
    body, headers = customer.pays(ref(payment))
    for name in ("X-Razorpay-Signature", "x-webhook-signature"):
        if name in headers:
            wrong = {**headers, name: headers[name][:-2] + "00"}
            assert customer.tells(body, wrong) == 403
            bare = {key: value for key, value in headers.items() if key != name}
            assert customer.tells(body, bare) == 403
    assert (
        customer.tells(body.replace(b"SUCCESS", b"SUCCES5").replace(b"captured", b"c"), headers)
        == 403
    )
    assert credits_of(runtime, payment.group_id) == []
    assert one(runtime, "SELECT count(*) FROM provider_events") == (0,)


@pytest.mark.parametrize("factor", [100, 0.01])
def test_paise_and_rupees_mixed_up_book_nothing(
    runtime: Runtime, at_counter: Clerk, customer: Customer, factor: float
) -> None:
    payment = begun(runtime, at_counter)
    assert customer.tells(*customer.pays(ref(payment), round(PRICE * factor))) == 200
    (credit,) = credits_of(runtime, payment.group_id)
    assert (credit.state, credit.cause) == ("refund_due", "amount")
    assert group_now(runtime, payment.group_id).state == "open"


def test_paid_after_the_cancellation(
    runtime: Runtime, at_counter: Clerk, customer: Customer, stub: ProviderStub
) -> None:
    payment = begun(runtime, at_counter)
    told = customer.pays(ref(payment))
    cancel(runtime, payment.group_id)
    assert customer.tells(*told) == 200
    (credit,) = credits_of(runtime, payment.group_id)
    assert (credit.state, credit.cause) == ("refund_due", "cancelled")
    assert one(runtime, "SELECT count(*) FROM articles") == (0,)


def test_what_cannot_be_read_waits_for_people(
    runtime: Runtime, at_counter: Clerk, customer: Customer
) -> None:
    payment = begun(runtime, at_counter)
    body, headers = customer.pays(ref(payment))
    if customer._name == "razorpay":
        spoiled = json.loads(body)
        spoiled["payload"]["payment"]["entity"]["amount"] = 75.52
        body = json.dumps(spoiled).encode()
        headers = razorpay_headers(body, "evt_x")
    else:
        body = body.replace(b"75.52", b"75.525")
        headers = cashfree_headers(body, "evt_x")
    assert customer.tells(body, headers) == 200
    assert customer.tells(body, headers) == 200
    kept = one(runtime, "SELECT event_id, unreadable, body FROM provider_events")
    assert kept[0] == "evt_x"
    assert "75.52" in kept[1]
    assert "gauri" not in kept[2]
    assert credits_of(runtime, payment.group_id) == []


def test_bodies_are_limited_and_other_methods_refused(
    customer: Customer, client: FlaskClient
) -> None:
    big = b"x" * (64 * 1024 + 1)
    assert customer.tells(big, {}) == 413
    assert client.get(f"/hooks/{customer._name}").status_code == 405


def test_without_keys_the_hook_is_closed(app: Flask, runtime: Runtime, name: str) -> None:
    bare = create_app(dataclasses.replace(runtime, providers={})).test_client()
    assert bare.post(f"/hooks/{name}", data=b"{}").status_code == 403


def test_a_code_that_was_not_made_is_made_by_the_worker(
    runtime: Runtime, at_counter: Clerk, stub: ProviderStub, clock: Clock
) -> None:
    stub.will(Drop())
    payment = upi.begin(runtime, booking_of(runtime, at_counter).id)
    assert payment.state == "initiated"
    assert payment.error is not None
    clock.advance(seconds=3)
    rounds(runtime)
    assert payment_now(runtime, payment.id).state == "shown"


def test_a_refused_code_gives_the_booking_back(
    runtime: Runtime, at_counter: Clerk, stub: ProviderStub, name: str
) -> None:
    error = {"message": "no", "error": {"code": "BAD_REQUEST_ERROR", "description": "no"}}
    stub.will(Say(400, json.dumps(error)))
    payment = upi.begin(runtime, booking_of(runtime, at_counter).id)
    assert payment.state == "failed"
    assert group_now(runtime, payment.group_id).state == "open"
    assert upi.begin(runtime, payment.group_id).state == "shown"


def test_what_expires_is_closed_there_and_asked_about_once_more(
    runtime: Runtime, at_counter: Clerk, stub: ProviderStub, customer: Customer, clock: Clock
) -> None:
    payment = begun(runtime, at_counter)
    clock.advance(seconds=300)
    rounds(runtime)
    now = payment_now(runtime, payment.id)
    assert now.state == "expired"
    assert now.closed_at is not None
    late = begun(runtime, at_counter)
    customer.pays(ref(late))  # in the last second, and no hook tells of it
    clock.advance(seconds=300)
    rounds(runtime)
    assert payment_now(runtime, late.id).state == "paid"
    assert group_now(runtime, late.group_id).state == "booked"


def test_a_provider_that_is_away_holds_nobody_up(
    runtime: Runtime, at_counter: Clerk, stub: ProviderStub, clock: Clock
) -> None:
    payment = begun(runtime, at_counter)
    stub.will(*[Say(503, "{}")] * 50)
    clock.advance(seconds=300)
    rounds(runtime)
    assert payment_now(runtime, payment.id).state == "shown"  # it may have been paid: grace
    clock.advance(seconds=15)
    rounds(runtime)
    assert payment_now(runtime, payment.id).state == "expired"
    assert group_now(runtime, payment.group_id).state == "open"
