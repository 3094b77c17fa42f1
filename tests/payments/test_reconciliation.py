"""A provider's day against ours, by the command; refunds by the provider, by the worker."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from flask import Flask
from psycopg import sql

from payments import reconciliation, upi
from postal.counter import refunds
from postal.counter.payments import Payment
from postal.counter.refunds import RefundUnderWay
from runtime import Runtime
from settings import Settings
from store.database import Database
from tests.rigs.clock import Clock
from tests.rigs.counter import CHARGES, Clerk, clerk, office
from tests.rigs.doers import operator
from tests.rigs.payment_stub import SETTINGS, Drop, ProviderStub, Say
from tests.rigs.upi import (
    begun,
    booking_of,
    cancel,
    credit_now,
    credits_of,
    entered,
    group_now,
    ledger,
    paid,
    pay,
    rounds,
    with_settings,
    working,
)

PRICE = CHARGES.paise
DAY = "2026-08-14"
REFUNDS = "/.*/refunds?(/.*)?"


@pytest.fixture
def at_counter(app: Flask, runtime: Runtime) -> Iterator[Clerk]:
    office(runtime)
    with working(runtime):
        yield clerk(app, runtime)


def reconcile(app: Flask, day: str = DAY) -> tuple[int, str]:
    ended = app.test_cli_runner().invoke(args=["payments", "reconcile", "--day", day])
    return ended.exit_code, ended.output


def asked(runtime: Runtime, credit_id: int) -> None:
    runtime.database.run(lambda conn: refunds.ask(conn, credit_id, operator(runtime.now())))


def waiting(runtime: Runtime) -> bool:
    """Whether somebody waits for a table of this database."""
    with runtime.database.transaction() as conn:
        row = conn.execute(
            "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND locktype = 'relation' AND"
            " database = (SELECT oid FROM pg_database WHERE datname = current_database()))"
        ).fetchone()
    return row == (True,)


# ---- the simulator's book ------------------------------------------------------------------------


def test_what_is_the_same_says_nothing(app: Flask, runtime: Runtime, at_counter: Clerk) -> None:
    _, payment = begun(runtime, at_counter)
    paid(runtime, payment)
    code, said = reconcile(app)
    assert (code, said.splitlines()) == (
        0,
        ["simulator: 1 payments on their list, 0 differences, 0 newly paid out to the bank"],
    )


def test_what_was_missing_is_taken_in_by_the_same_rules(
    app: Flask, runtime: Runtime, at_counter: Clerk
) -> None:
    made, payment = begun(runtime, at_counter)
    pay(runtime, payment)
    other, second = begun(runtime, at_counter)
    cancel(runtime, other.id)
    pay(runtime, second)
    code, said = reconcile(app)
    assert code == 1
    assert said.count("was missing here: taken in now") == 2
    assert made.tr in said
    assert "75.52" in said
    assert group_now(runtime, made.id).state == "booked"
    (credit,) = credits_of(runtime, other.id)
    assert (credit.state, credit.cause, credit.source) == ("refund_due", "cancelled", "reconciled")
    assert reconcile(app)[0] == 0  # nothing is left unmatched


def test_ours_that_is_not_theirs_is_said(app: Flask, runtime: Runtime, at_counter: Clerk) -> None:
    _, payment = begun(runtime, at_counter)
    paid(runtime, payment)
    with runtime.database.transaction() as conn:
        conn.execute("DELETE FROM simulator_payments")
    code, said = reconcile(app)
    assert code == 1
    assert "is not on the provider's list" in said


def test_what_comes_while_it_compares_is_not_missing_there(
    runtime: Runtime, at_counter: Clerk
) -> None:
    _, payment = begun(runtime, at_counter)
    paid(runtime, payment)
    comes = (
        "UPDATE credits SET came_at = came_at + %s",
        "UPDATE simulator_payments SET paid_at = paid_at + %s",
    )
    with runtime.database.transaction() as conn:
        for each in comes:
            conn.execute(each, [timedelta(days=-1)])
    with ThreadPoolExecutor(1) as pool, runtime.database.transaction() as conn:
        conn.execute("LOCK TABLE credits")
        result = pool.submit(reconciliation.reconcile, runtime, date.fromisoformat(DAY))
        while not waiting(runtime):
            assert not result.done(), "it waited for nobody"
        for each in comes:
            conn.execute(each, [timedelta(days=1)])
        conn.commit()
        (found,) = result.result()
    assert (found.theirs, found.differences) == (1, [])


def test_another_sum_is_said_and_not_put_right(
    app: Flask, runtime: Runtime, at_counter: Clerk
) -> None:
    made, payment = begun(runtime, at_counter)
    paid(runtime, payment)
    with runtime.database.transaction() as conn:
        conn.execute("UPDATE simulator_payments SET paise = 100 * paise")
    code, said = reconcile(app)
    assert code == 1
    assert "7552.00       75.52  booked      the sums differ" in said
    assert credits_of(runtime, made.id)[0].paise == PRICE


def test_another_day_and_what_is_no_day(app: Flask, runtime: Runtime, at_counter: Clerk) -> None:
    _, payment = begun(runtime, at_counter)
    paid(runtime, payment)
    assert reconcile(app, "2026-08-13") == (
        0,
        "simulator: 0 payments on their list, 0 differences, 0 newly paid out to the bank\n",
    )
    assert reconcile(app, "soon")[0] == 2


def test_paid_out_is_marked(app: Flask, runtime: Runtime, at_counter: Clerk, clock: Clock) -> None:
    made, payment = begun(runtime, at_counter)
    paid(runtime, payment)
    clock.advance(hours=24)
    code, said = reconcile(app, "2026-08-15")
    assert (code, "1 newly paid out" in said) == (0, True)
    assert credits_of(runtime, made.id)[0].settled_at is not None


def test_the_own_upi_id_is_left_to_the_banks_statement(
    app: Flask, runtime: Runtime, at_counter: Clerk
) -> None:
    static = with_settings(runtime, upi_provider="static", upi_id="post@examplebank")
    payment = upi.begin(static, booking_of(runtime, at_counter).id)
    entered(static, payment.id, "412345678901", PRICE)
    code, said = reconcile(app)
    assert code == 0
    assert "static: 1 payments, Rs 75.52, 1 not marked as in the bank" in said


def test_a_line_that_fails_stops_no_other(
    app: Flask, runtime: Runtime, at_counter: Clerk, owner: Database
) -> None:
    """The database refuses the one sum, as a fault of ours would make it; not the one behind."""
    _, first = begun(runtime, at_counter)
    made, second = begun(runtime, at_counter)
    pay(runtime, first)
    pay(runtime, second)
    with owner.transaction() as conn:
        conn.execute(
            sql.SQL(
                "ALTER TABLE credits ADD CONSTRAINT broken CHECK (payment_id <> {}) NOT VALID"
            ).format(first.id)
        )
    try:
        code, said = reconcile(app)
        assert code == 1
        assert "75.52           -  -           could not be compared" in said
        assert group_now(runtime, made.id).state == "booked"
    finally:
        with owner.transaction() as conn:
            conn.execute("ALTER TABLE credits DROP CONSTRAINT broken")
    assert "taken in now" in reconcile(app)[1]
    assert credits_of(runtime, first.group_id)[0].state == "booked"


# ---- a provider on the wire ----------------------------------------------------------------------


class TestOnTheWire:
    """Razorpay and Cashfree, at the HTTP edge."""

    @pytest.fixture
    def stub(self) -> Iterator[ProviderStub]:
        with ProviderStub() as stub:
            yield stub

    @pytest.fixture(params=["razorpay", "cashfree"])
    def name(self, request: pytest.FixtureRequest) -> str:
        return str(request.param)

    @pytest.fixture
    def settings(self, settings: Settings, stub: ProviderStub, name: str) -> Settings:
        changes = {"upi_provider": name, f"{name}_api_url": stub.url}
        own = {key: value for key, value in SETTINGS.items() if key.startswith(name)}
        return Settings(_env_file=None, **(settings.model_dump() | own | changes))

    def scanned(self, stub: ProviderStub, payment: Payment, paise: int | None = None) -> None:
        ref = payment.provider_ref or ""
        if payment.provider == "razorpay":
            stub.scanned(ref, paise)
        else:
            stub.ordered(ref, None if paise is None else f"{paise // 100}.{paise % 100:02}")

    def due(self, runtime: Runtime, at_counter: Clerk, stub: ProviderStub) -> int:
        """A sum that is to go back, because it is another than the price."""
        payment = upi.begin(runtime, booking_of(runtime, at_counter).id)
        self.scanned(stub, payment, PRICE + 100)
        rounds(runtime)
        (credit,) = credits_of(runtime, payment.group_id)
        assert credit.state == "refund_due"
        return credit.id

    def test_what_hook_and_poll_missed_is_taken_in(
        self, app: Flask, runtime: Runtime, at_counter: Clerk, stub: ProviderStub
    ) -> None:
        payment = upi.begin(runtime, booking_of(runtime, at_counter).id)
        self.scanned(stub, payment)
        code, said = reconcile(app)
        assert (code, "taken in now" in said) == (1, True)
        assert group_now(runtime, payment.group_id).state == "booked"
        assert reconcile(app)[0] == 0

    def test_a_provider_that_is_away_is_no_clean_day(
        self, app: Flask, runtime: Runtime, at_counter: Clerk, stub: ProviderStub
    ) -> None:
        stub.will(Say(503, "{}"))
        code, said = reconcile(app)
        assert (code, "NOT COMPLETE: HTTP 503" in said) == (1, True)

    def test_a_refund_goes_back_once_though_the_answer_is_lost(
        self, runtime: Runtime, at_counter: Clerk, stub: ProviderStub, clock: Clock
    ) -> None:
        id_ = self.due(runtime, at_counter, stub)
        asked(runtime, id_)
        asked(runtime, id_)
        stub.will(Drop(), to=REFUNDS)
        rounds(runtime)
        waiting = credit_now(runtime, id_)
        assert waiting.refunding
        assert waiting.refund_error is not None
        clock.advance(seconds=30)
        rounds(runtime)
        assert credit_now(runtime, id_).state == "refunded"
        assert len(stub.refunds) == 1
        assert ledger(runtime) == [
            ("unclassified", "upi", PRICE + 100),
            ("refund", "upi", -(PRICE + 100)),
        ]

    def test_a_refund_that_takes_days(
        self, runtime: Runtime, at_counter: Clerk, stub: ProviderStub, clock: Clock, name: str
    ) -> None:
        id_ = self.due(runtime, at_counter, stub)
        stub.refund_status = "pending"
        asked(runtime, id_)
        for _ in range(3):
            rounds(runtime)
            clock.advance(hours=1)
            assert credit_now(runtime, id_).refunding
        for refund in stub.refunds.values():
            refund |= (
                {"status": "processed"} if name == "razorpay" else {"refund_status": "SUCCESS"}
            )
        rounds(runtime)
        assert credit_now(runtime, id_).state == "refunded"
        assert len(stub.refunds) == 1

    def test_a_refund_that_fails_is_due_again_and_says_why(
        self, runtime: Runtime, at_counter: Clerk, stub: ProviderStub
    ) -> None:
        id_ = self.due(runtime, at_counter, stub)
        stub.refund_status = "failed"
        asked(runtime, id_)
        rounds(runtime)
        failed = credit_now(runtime, id_)
        assert (failed.state, failed.refund_way) == ("refund_due", None)
        assert "refund" in (failed.refund_error or "")
        runtime.database.run(
            lambda conn: refunds.enter_transfer(conn, id_, "500000000001", operator(runtime.now()))
        )
        assert credit_now(runtime, id_).state == "refunded"

    def orders_again(self, stub: ProviderStub) -> None:
        """Every call for a refund until now had the one key, and one order came of it."""
        keys = [
            call.headers.get("x-refund-idempotency") or call.json["refund_id"]
            for call in stub.asked("POST", ".*/refunds?")
        ]
        assert (len(set(keys)), len(stub.refunds)) == (1, 1)

    @pytest.mark.parametrize("status", [400, 401, 404, 429])
    def test_a_refusal_releases_nothing_that_may_be_out(
        self, runtime: Runtime, at_counter: Clerk, stub: ProviderStub, clock: Clock, status: int
    ) -> None:
        id_ = self.due(runtime, at_counter, stub)
        asked(runtime, id_)
        stub.will(Drop(), to=REFUNDS)  # they took the order
        rounds(runtime)
        clock.advance(seconds=30)
        stub.will(Say(status, '{"message": "no", "error": {"description": "no"}}'), to=REFUNDS)
        rounds(runtime)
        assert credit_now(runtime, id_).refunding
        with pytest.raises(RefundUnderWay):
            runtime.database.run(
                lambda conn: refunds.enter_transfer(
                    conn, id_, "500000000001", operator(runtime.now())
                )
            )
        clock.advance(minutes=10)
        rounds(runtime)
        assert credit_now(runtime, id_).state == "refunded"
        self.orders_again(stub)

    @pytest.mark.parametrize("status", [400, 401, 429])
    def test_a_refused_question_about_an_order_keeps_the_order(
        self, runtime: Runtime, at_counter: Clerk, stub: ProviderStub, clock: Clock, status: int
    ) -> None:
        id_ = self.due(runtime, at_counter, stub)
        stub.refund_status = "pending"
        asked(runtime, id_)
        rounds(runtime)
        ref = credit_now(runtime, id_).refund_ref
        assert ref is not None
        clock.advance(hours=1)
        stub.will(Say(status, "{}"), to=REFUNDS)
        rounds(runtime)
        still = credit_now(runtime, id_)
        assert (still.refunding, still.refund_ref) == (True, ref)
        for refund in stub.refunds.values():
            refund |= {"status": "failed", "refund_status": "CANCELLED"}
        clock.advance(hours=1)
        rounds(runtime)
        released = credit_now(runtime, id_)
        assert (released.state, released.refund_way) == ("refund_due", None)  # their last word
        self.orders_again(stub)

    @pytest.mark.parametrize("status", [401, 429])
    def test_a_first_call_that_nobody_looked_at_is_made_again(
        self, runtime: Runtime, at_counter: Clerk, stub: ProviderStub, clock: Clock, status: int
    ) -> None:
        id_ = self.due(runtime, at_counter, stub)
        asked(runtime, id_)
        stub.will(Say(status, '{"message": "no", "error": {"description": "no"}}'), to=REFUNDS)
        rounds(runtime)
        assert credit_now(runtime, id_).refunding
        clock.advance(minutes=10)
        stub.will(Say(400, '{"message": "why", "error": {"description": "why"}}'), to=REFUNDS)
        rounds(runtime)
        refused = credit_now(runtime, id_)
        assert (refused.state, refused.refund_way) == ("refund_due", None)  # nothing was out
        assert "why" in (refused.refund_error or "")
        asked(runtime, id_)
        rounds(runtime)
        assert credit_now(runtime, id_).state == "refunded"

    def test_an_order_of_a_worker_that_was_killed_may_be_out(
        self, runtime: Runtime, at_counter: Clerk, stub: ProviderStub, clock: Clock
    ) -> None:
        id_ = self.due(runtime, at_counter, stub)
        asked(runtime, id_)
        assert runtime.database.run(lambda conn: refunds.claim(conn, runtime.now())) is not None
        clock.advance(seconds=61)
        stub.will(Say(400, "{}"), to=REFUNDS)
        rounds(runtime)
        assert credit_now(runtime, id_).refunding


class TestRazorpaysOwnSite:
    """What somebody gave back on the provider's site, without our asking."""

    @pytest.fixture
    def stub(self) -> Iterator[ProviderStub]:
        with ProviderStub() as stub:
            yield stub

    @pytest.fixture
    def settings(self, settings: Settings, stub: ProviderStub) -> Settings:
        own = {key: value for key, value in SETTINGS.items() if key.startswith("razorpay")}
        changes = {"upi_provider": "razorpay", "razorpay_api_url": stub.url}
        return Settings(_env_file=None, **(settings.model_dump() | own | changes))

    @pytest.mark.parametrize(
        ("paise", "back", "says", "state"),
        [
            (PRICE + 100, PRICE + 100, "gave it back: noted now", "refunded"),
            (PRICE + 100, 50, "gave another sum back than ours", "refund_due"),
            (PRICE, PRICE, "gave it back, but it booked articles", "booked"),
        ],
    )
    def test_is_noted(
        self, app: Flask, runtime: Runtime, at_counter: Clerk, stub: ProviderStub,
        paise: int, back: int, says: str, state: str,
    ) -> None:  # fmt: skip
        payment = upi.begin(runtime, booking_of(runtime, at_counter).id)
        stub.scanned(payment.provider_ref or "", paise)
        rounds(runtime)
        stub.payments[0]["amount_refunded"] = back
        code, said = reconcile(app)
        assert (code, says in said) == (1, True)
        (credit,) = credits_of(runtime, payment.group_id)
        assert credit.state == state
        assert reconcile(app)[0] == (0 if state == "refunded" else 1)

    def test_given_back_twice_is_said_and_in_part_too(
        self, app: Flask, runtime: Runtime, at_counter: Clerk, stub: ProviderStub
    ) -> None:
        payments = [upi.begin(runtime, booking_of(runtime, at_counter).id) for _ in range(2)]
        for payment in payments:
            stub.scanned(payment.provider_ref or "", 10_000)
        rounds(runtime)
        by_hand, by_them = (credits_of(runtime, each.group_id)[0] for each in payments)
        runtime.database.run(
            lambda conn: refunds.enter_transfer(
                conn, by_hand.id, "500000000001", operator(runtime.now())
            )
        )
        asked(runtime, by_them.id)
        rounds(runtime)
        assert credit_now(runtime, by_them.id).state == "refunded"
        assert reconcile(app)[0] == 0
        for each in stub.payments:
            each["amount_refunded"] = 10_000
        code, said = reconcile(app)
        assert (code, said.count("GIVEN BACK TWICE")) == (1, 1)
        assert by_hand.provider_payment_id in said
        for each in stub.payments:
            each["amount_refunded"] = 50 if each["id"] == by_them.provider_payment_id else 0
        code, said = reconcile(app)
        assert "0.50      100.00  refunded    the provider gave another sum back" in said

    def test_given_back_here_and_not_there_is_said(
        self, app: Flask, runtime: Runtime, at_counter: Clerk, stub: ProviderStub
    ) -> None:
        payment = upi.begin(runtime, booking_of(runtime, at_counter).id)
        stub.scanned(payment.provider_ref or "", 100)
        rounds(runtime)
        (credit,) = credits_of(runtime, payment.group_id)
        asked(runtime, credit.id)
        rounds(runtime)
        assert reconcile(app)[0] == 0
        stub.payments[0]["amount_refunded"] = 0
        code, said = reconcile(app)
        assert (code, "given back here, not at the provider" in said) == (1, True)
