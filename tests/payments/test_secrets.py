"""A day of payments, and after it a search for keys, signatures and customers."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from psycopg import sql

from payments import upi
from postal.counter import refunds
from runtime import Runtime
from settings import Settings
from tests.rigs.counter import clerk, office
from tests.rigs.desk import sign_in
from tests.rigs.doers import operator
from tests.rigs.payment_stub import (
    CLIENT_SECRET,
    HOOK_SECRET,
    KEY_SECRET,
    SETTINGS,
    Drop,
    ProviderStub,
    Say,
    cashfree_headers,
    credited,
    razorpay_headers,
    succeeded,
)
from tests.rigs.upi import booking_of, credits_of, rounds, with_settings, working


@pytest.fixture
def stub() -> Iterator[ProviderStub]:
    with ProviderStub() as stub:
        yield stub


@pytest.fixture
def settings(settings: Settings, stub: ProviderStub) -> Settings:
    changes = {"razorpay_api_url": stub.url, "cashfree_api_url": stub.url}
    return Settings(
        _env_file=None,
        **(settings.model_dump() | SETTINGS | changes | {"upi_provider": "razorpay"}),
    )


def tables(runtime: Runtime) -> dict[str, str]:
    with runtime.database.transaction() as conn:
        names = conn.execute(
            "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p')"
            " AND NOT relispartition AND relnamespace = 'public'::regnamespace"
        ).fetchall()
        return {
            name: "\n".join(
                row[0]
                for row in conn.execute(
                    sql.SQL("SELECT {0}::text FROM {0}").format(sql.Identifier(name))
                ).fetchall()
            )
            for (name,) in names
        }


def test_a_day_of_payments_leaves_no_key_and_no_customer_anywhere(
    app: Flask,
    client: FlaskClient,
    runtime: Runtime,
    stub: ProviderStub,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    office(runtime)
    at_counter = clerk(app, runtime)
    postmaster = sign_in(app, runtime, "postmaster")
    pages: list[str] = []
    signatures: list[str] = []
    with working(runtime):
        for name, here in (
            ("razorpay", runtime),
            ("cashfree", with_settings(runtime, upi_provider="cashfree")),
        ):
            stub.will(Drop(), Say(500, "<html>"), Say(400, '{"message": "no", "error": {}}'))
            for _ in range(3):
                payment = upi.begin(here, booking_of(runtime, at_counter).id)
            payment = upi.begin(here, booking_of(runtime, at_counter).id)
            assert payment.provider_ref is not None
            pages.append(at_counter.colleague.get(f"/counter/groups/{payment.group_id}/upi").text)
            for paise in (None, 100):
                if name == "razorpay":
                    one = stub.scanned(payment.provider_ref, paise)
                    body = credited(one, stub.codes[payment.provider_ref])
                    headers = razorpay_headers(body, f"evt_{paise}")
                    signatures.append(headers["X-Razorpay-Signature"])
                else:
                    one = stub.ordered(payment.provider_ref, None if paise is None else "1.00")
                    body = succeeded(one)
                    headers = cashfree_headers(body, f"evt_{paise}")
                    signatures.append(headers["x-webhook-signature"])
                assert client.post(f"/hooks/{name}", data=body, headers=headers).status_code == 200
                spoiled = body.replace(b'"INR"', b'"EUR"')
                again = (
                    razorpay_headers(spoiled, f"evt_bad_{paise}")
                    if name == "razorpay"
                    else cashfree_headers(spoiled, f"evt_bad_{paise}")
                )
                assert client.post(f"/hooks/{name}", data=spoiled, headers=again).status_code == 200
                wrong = {**headers, "X-Razorpay-Signature": "0" * 64, "x-webhook-signature": "x"}
                assert client.post(f"/hooks/{name}", data=body, headers=wrong).status_code == 403
            due = [each for each in credits_of(runtime, payment.group_id) if each.state != "booked"]
            for each in due:
                with runtime.database.transaction() as conn:
                    refunds.ask(conn, each.id, operator(runtime.now()))
            pages.append(postmaster.get("/counter/payments").text)
            rounds(runtime)
    command = app.test_cli_runner().invoke(args=["payments", "reconcile", "--day", "2026-08-14"])
    logs = caplog.text + "".join(capfd.readouterr())
    places = tables(runtime) | {
        "log": logs,
        "pages": "\n".join(pages),
        "command": command.output,
        "repr": repr(runtime),
    }
    assert "pay_" in places["credits"]  # the search does see what is there
    assert "payment_unreadable" in logs
    hidden = [KEY_SECRET, HOOK_SECRET, CLIENT_SECRET, *signatures]
    hidden += ["gauri", "919000090000", "test@gmail.com", "9908734801", "rohit"]
    for place, text in places.items():
        for secret in hidden:
            assert secret not in text, f"{secret} stands in {place}"
    assert SETTINGS["cashfree_phone"] not in logs
