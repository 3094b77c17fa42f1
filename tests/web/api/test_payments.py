"""Payments by the JSON API, as the department's software calls it."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient

from india.calendar import day_of
from payments import reconciliation, upi
from postal.counter import payments, reconciliations
from postal.counter.reconciliations import Reconciliation
from runtime import Runtime
from settings import Settings
from tests.rigs.api_calls import Api, api_of, fields
from tests.rigs.clock import Clock
from tests.rigs.counter import CHARGES
from tests.rigs.desk import sign_in
from tests.rigs.requests import at, by_two, sign, told
from tests.rigs.upi import cancel, group_now, ledger, pay, payment_now, rounds, unpaid, working

PRICE = CHARGES.paise
TR = "BOOKEDBYSOFTWARE"


@pytest.fixture
def api(runtime: Runtime, client: FlaskClient) -> Iterator[Api]:
    api = api_of(runtime, client)
    unpaid(runtime, TR)
    with working(runtime):
        yield api


def test_begun_shown_paid_and_booked(api: Api, runtime: Runtime) -> None:
    begun = api.post("/payments", {"booking": TR})
    assert begun.status_code == 202
    assert (begun.get_json()["state"], begun.get_json()["paise"]) == ("initiated", PRICE)
    assert api.post("/payments", {"booking": TR}).status_code == 200  # the same one
    rounds(runtime)
    shown = api.get(f"/payments/{begun.get_json()['id']}").get_json()
    assert shown["state"] == "shown"
    assert shown["qr_text"].startswith("upi://pay?")
    assert f"tr={TR}" in shown["qr_text"]
    pay(runtime, payment_now(runtime, begun.get_json()["id"]))
    runtime.database.run(
        lambda conn: conn.execute("UPDATE payments SET next_look_at = %s", [runtime.now()])
    )
    rounds(runtime)
    paid = api.get(f"/payments/{begun.get_json()['id']}").get_json()
    assert (paid["state"], paid["qr_text"]) == ("paid", None)
    assert [(each["paise"], each["state"]) for each in paid["sums"]] == [(PRICE, "booked")]
    assert api.post("/payments", {"booking": TR}).status_code == 409
    kinds = [event["kind"] for event in api.get("/events?after=0&limit=100").get_json()["events"]]
    assert "payment_booked" in kinds
    assert "article_booked" in kinds


def test_stopped_is_open_again(api: Api, runtime: Runtime) -> None:
    id_ = api.post("/payments", {"booking": TR}).get_json()["id"]
    rounds(runtime)
    for _ in range(2):
        stopped = api.post(f"/payments/{id_}/stop", None)
        assert (stopped.status_code, stopped.get_json()["state"]) == (200, "withdrawn")
    assert api.post("/payments", {"booking": TR}).status_code == 202


def test_what_is_not_there_is_said(api: Api, runtime: Runtime) -> None:
    unknown = api.post("/payments", {"booking": "ZZZZZZZZ22222222"})
    assert unknown.status_code == 422
    assert unknown.get_json()["errors"][0]["field"] == "booking"
    assert api.get("/payments/999").status_code == 404
    assert api.post("/payments/x/stop", None).status_code == 404
    assert api.post("/refunds/999", {}).status_code == 404
    for bad in ({}, {"booking": 7}, {"booking": TR, "paise": 1}, {"booking": "x y"}):
        assert api.post("/payments", bad).status_code == 422


def test_a_provider_that_makes_its_own_codes_takes_no_reference(api: Api) -> None:
    id_ = api.post("/payments", {"booking": TR}).get_json()["id"]
    refused = api.post(f"/payments/{id_}/reference", {"reference": "412345678901", "paise": PRICE})
    assert refused.status_code == 409


def test_what_is_due_goes_back_by_the_provider(
    api: Api, runtime: Runtime, clock: Clock, app: Flask
) -> None:
    begun = api.post("/payments", {"booking": TR}).get_json()["id"]
    rounds(runtime)
    payment = payment_now(runtime, begun)
    cancel(runtime, payment.group_id)
    upi.take(runtime, pay(runtime, payment), "hook")
    due = [each for each in api.get("/refunds").get_json()["sums"] if each["booking"] == TR]
    assert [(each["cause"], each["paise"]) for each in due] == [("cancelled", PRICE)]
    id_ = due[0]["id"]
    waiting = {api.post(f"/refunds/{id_}", {}).get_json()["waiting_at"] for _ in range(2)}
    assert waiting == {"/desk/requests/1"}
    assert api.get("/requests/1").get_json()["signatures"] == 0
    by_two(app, runtime, 1)
    assert api.get("/requests/1").get_json()["state"] == "agreed"
    ordered = api.post(f"/refunds/{id_}", {})
    assert (ordered.status_code, ordered.get_json()["refund_way"]) == (200, "provider")
    rounds(runtime)
    assert api.post(f"/refunds/{id_}", {}).status_code == 409
    assert ("refund", "upi", -PRICE) in ledger(runtime)
    assert [each["booking"] for each in api.get("/refunds").get_json()["sums"]] == [None]


def test_what_is_due_goes_back_by_hand(api: Api, runtime: Runtime, app: Flask) -> None:
    (due,) = api.get("/refunds").get_json()["sums"]
    reference = {"reference": "500000000001"}
    assert api.post(f"/refunds/{due['id']}", reference).status_code == 202
    other = api.post(f"/refunds/{due['id']}", {"reference": "500000000002"})
    assert other.status_code == 409  # another one waits
    by_two(app, runtime, 1)
    for _ in range(2):
        done = api.post(f"/refunds/{due['id']}", reference)
        assert (done.status_code, done.get_json()["state"]) == (200, "refunded")
    assert api.post(f"/refunds/{due['id']}", {"reference": "500000000002"}).status_code == 409
    assert api.post(f"/refunds/{due['id']}", {"reference": "5000"}).status_code == 422


def test_what_is_due_goes_back_in_cash_out_of_the_postmasters_drawer(
    api: Api, runtime: Runtime, app: Flask
) -> None:
    (due,) = api.get("/refunds").get_json()["sums"]
    postmaster = sign_in(app, runtime, "postmaster", "3002")
    supervisor = sign_in(app, runtime, "supervisor", "3001")
    drawer = {"staff": "3002", "counter": 2, "opening_paise": 4_100}
    counter = api.post("/counters", drawer).get_json()["id"]
    in_cash = {"cash_by": "3002"}
    assert api.post(f"/refunds/{due['id']}", in_cash).status_code == 409  # it holds too little
    right = {"staff": "3002", "once": str(uuid4()), "paise": 5_000, "why": "counted anew"}
    (opening,) = api.get(f"/counters/{counter}").get_json()["entries"]
    assert api.post(f"/entries/{opening['id']}/correct", right).status_code == 200
    waiting = api.post(f"/refunds/{due['id']}", in_cash)
    assert waiting.status_code == 202
    id_ = waiting.get_json()["request"]
    supervisor.post(at(id_, "sign"), place="first")
    assert "named 3002" in told(supervisor, at(id_))  # the money is in another person's drawer
    assert "Signed." in sign(postmaster, id_)
    assert "Agreed, and done." in sign(supervisor, id_)
    assert api.get(f"/counters/{counter}").get_json()["due_paise"] == 5_000 - due["paise"]
    assert api.post(f"/refunds/{due['id']}", in_cash).status_code == 409
    with runtime.database.transaction() as conn:
        row = conn.execute(
            "SELECT c.refund_way, s.staff_id FROM credits c"
            " JOIN staff s ON s.id = c.refund_asked_by WHERE c.id = %s",
            [due["id"]],
        ).fetchone()
    assert row == ("cash", "3002")


def test_a_day_is_compared_by_the_worker(api: Api, runtime: Runtime) -> None:
    begun = api.post("/payments", {"booking": TR}).get_json()["id"]
    rounds(runtime)
    came = pay(runtime, payment_now(runtime, begun))  # and nobody has told us
    day = {"day": day_of(runtime.now()).isoformat()}
    asked = api.post("/reconciliations", day)
    assert (asked.status_code, asked.get_json()["providers"]) == (202, None)
    assert (
        api.post("/reconciliations", day).get_json() == asked.get_json()
    )  # it waits: the same one
    rounds(runtime)
    told = api.get(f"/reconciliations/{asked.get_json()['id']}").get_json()
    assert told["done_at"] is not None
    (compared,) = told["providers"]
    assert (compared["provider"], compared["theirs"], compared["failed"]) == ("simulator", 1, None)
    difference = {
        "what": "taken_in",
        "provider": "simulator",
        "payment_id": came.payment_id,
        "booking": TR,
        "theirs": PRICE,
        "ours": None,
        "state": "booked",
    }
    assert difference in compared["differences"]
    assert group_now(runtime, payment_now(runtime, begun).group_id).state == "booked"
    again = api.post("/reconciliations", day).get_json()
    assert again["id"] > asked.get_json()["id"]
    rounds(runtime)
    assert (
        difference
        not in (
            api.get(f"/reconciliations/{again['id']}").get_json()["providers"][0]["differences"]
        )
    )
    assert list(fields(api.post("/reconciliations", {"day": "2999-01-01"}))) == ["day"]
    for id_ in ("999", "x"):
        assert api.get(f"/reconciliations/{id_}").status_code == 404


def test_a_worker_that_died_leaves_the_day_to_the_next(
    api: Api, runtime: Runtime, clock: Clock
) -> None:
    asked = api.post("/reconciliations", {"day": day_of(runtime.now()).isoformat()}).get_json()[
        "id"
    ]

    def claimed() -> Reconciliation | None:
        return runtime.database.run(lambda conn: reconciliations.claim(conn, runtime.now()))

    dead = claimed()
    assert dead is not None
    assert claimed() is None  # it is at work, for all that anybody knows
    clock.advance(seconds=reconciliations.LEASE.total_seconds())
    rounds(runtime)
    told = api.get(f"/reconciliations/{asked}").get_json()
    assert told["done_at"] is not None
    reconciliation.carry_out(runtime, dead)  # it was only slow
    assert api.get(f"/reconciliations/{asked}").get_json() == told


class TestOwnUpiId:
    """With the department's own UPI id."""

    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return settings.model_copy(update={"upi_provider": "static", "upi_id": "post@examplebank"})

    def test_a_reference_books_once(self, api: Api, runtime: Runtime) -> None:
        id_ = api.post("/payments", {"booking": TR}).get_json()["id"]
        rounds(runtime)
        body = {"reference": "412345678901", "paise": PRICE}
        for _ in range(2):
            told = api.post(f"/payments/{id_}/reference", body)
            assert (told.status_code, told.get_json()["state"]) == (200, "paid")
        other = unpaid(runtime, "ANOTHERBOOKING22", 30_000_001)
        second = api.post("/payments", {"booking": other.tr}).get_json()["id"]
        refused = api.post(f"/payments/{second}/reference", body)
        assert refused.status_code == 409
        assert refused.get_json()["errors"][0]["field"] == "reference"
        assert group_now(runtime, other.id).state == "paying"
        with runtime.database.transaction() as conn:
            assert payments.get(conn, second).open
