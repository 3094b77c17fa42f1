"""Money that comes by UPI, in every way in which it can come."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from flask import Flask

from conversation import counter
from payments import upi
from postal.counter import booking
from postal.counter.credits import CountedAlready
from postal.counter.groups import NothingToBook, NotOpen
from providers.base import Came
from runtime import Runtime
from store.database import Database
from tests.conftest import OfWorker
from tests.rigs.clock import Clock
from tests.rigs.counter import CHARGES, Clerk, clerk, group, office
from tests.rigs.upi import (
    begun,
    booked_elsewhere,
    booking_of,
    cancel,
    credit_now,
    credits_of,
    entered,
    feed_kinds,
    group_now,
    ledger,
    paid,
    pay,
    payment_now,
    rounds,
    with_settings,
    working,
)

PRICE = CHARGES.paise


@pytest.fixture
def at_counter(app: Flask, runtime: Runtime) -> Clerk:
    office(runtime)
    return clerk(app, runtime)


@pytest.fixture
def static(runtime: Runtime) -> Runtime:
    return with_settings(runtime, upi_provider="static", upi_id="post.maharajganj@examplebank")


@pytest.fixture(autouse=True)
def _jobs(runtime: Runtime) -> Iterator[None]:
    with working(runtime):
        yield


def test_the_exact_sum_books_and_tells_everybody(runtime: Runtime, at_counter: Clerk) -> None:
    made, payment = begun(runtime, at_counter, articles=2)
    assert payment.qr_text == (
        "upi://pay?pa=dakiya.simulator@example&pn=Simulated%20Post"
        f"&tr={made.tr}&tn=Post%20{made.tr}&am=151.04&cu=INR"
    )
    assert group_now(runtime, made.id).state == "paying"
    credit = paid(runtime, payment)
    assert (credit.state, credit.cause, credit.paise) == ("booked", None, 2 * PRICE)
    now = group_now(runtime, made.id)
    assert (now.state, now.method) == ("booked", "upi")
    assert payment_now(runtime, payment.id).state == "paid"
    assert ledger(runtime) == [("booking", "upi", 2 * PRICE)]
    assert feed_kinds(runtime) == ["payment_booked"]
    with runtime.database.transaction() as conn:
        booked = conn.execute("SELECT count(*) FROM articles").fetchone()
        texts = conn.execute("SELECT count(*) FROM messages WHERE direction = 'out'").fetchone()
    assert booked == (2,)
    assert texts is not None
    assert texts[0] >= 2  # recipients and sender


@pytest.mark.parametrize("paise", [PRICE - 1, PRICE + 1, 100 * PRICE, PRICE // 100, 1])
def test_another_sum_books_nothing_and_goes_back(
    runtime: Runtime, at_counter: Clerk, paise: int
) -> None:
    made, payment = begun(runtime, at_counter)
    credit = paid(runtime, payment, paise)
    assert (credit.state, credit.cause) == ("refund_due", "amount")
    assert group_now(runtime, made.id).state == "open"  # and may be paid for anew
    assert payment_now(runtime, payment.id).state == "paid"
    assert ledger(runtime) == [("unclassified", "upi", paise)]
    again = upi.begin(runtime, made.id)
    assert again.id != payment.id
    assert paid(runtime, again).state == "booked"


def test_paid_twice_books_once(runtime: Runtime, at_counter: Clerk) -> None:
    made, payment = begun(runtime, at_counter)
    assert paid(runtime, payment).state == "booked"
    second = paid(runtime, payment)
    assert (second.state, second.cause) == ("refund_due", "twice")
    assert [each.state for each in credits_of(runtime, made.id)] == ["booked", "refund_due"]
    assert ledger(runtime) == [("booking", "upi", PRICE), ("unclassified", "upi", PRICE)]


def test_the_same_sum_told_again_changes_nothing(runtime: Runtime, at_counter: Clerk) -> None:
    made, payment = begun(runtime, at_counter)
    came = pay(runtime, payment)
    assert upi.take(runtime, came, "hook").new
    for source in ("poll", "hook", "reconciled"):
        again = upi.take(runtime, came, source)
        assert (again.new, again.credit.state) == (False, "booked")
    assert len(credits_of(runtime, made.id)) == 1


def test_late_money_for_a_booking_that_still_waits_books_it(
    runtime: Runtime, at_counter: Clerk, clock: Clock
) -> None:
    made, payment = begun(runtime, at_counter)
    clock.advance(seconds=301)
    rounds(runtime)
    assert payment_now(runtime, payment.id).state == "expired"
    assert group_now(runtime, made.id).state == "open"
    assert paid(runtime, payment).state == "booked"
    assert payment_now(runtime, payment.id).state == "paid"
    assert group_now(runtime, made.id).method == "upi"


def test_late_money_of_an_old_code_withdraws_the_new_one(
    runtime: Runtime, at_counter: Clerk, clock: Clock
) -> None:
    made, first = begun(runtime, at_counter)
    clock.advance(seconds=301)
    rounds(runtime)
    second = upi.begin(runtime, made.id)
    assert paid(runtime, first).state == "booked"
    assert payment_now(runtime, second.id).state == "withdrawn"
    late = paid(runtime, second)
    assert (late.state, late.cause) == ("refund_due", "twice")


def test_late_money_for_a_booking_that_was_changed_goes_back(
    runtime: Runtime, at_counter: Clerk, clock: Clock
) -> None:
    made, payment = begun(runtime, at_counter, articles=2)
    clock.advance(seconds=301)
    rounds(runtime)
    runtime.database.run(
        lambda conn: booking.remove(conn, made.id, made.items[0].id, runtime.now())
    )
    assert paid(runtime, payment).cause == "amount"


def test_money_after_the_cancellation_goes_back(runtime: Runtime, at_counter: Clerk) -> None:
    made, payment = begun(runtime, at_counter)
    cancel(runtime, made.id)
    rounds(runtime)
    assert payment_now(runtime, payment.id).state == "withdrawn"
    credit = paid(runtime, payment)
    assert (credit.state, credit.cause) == ("refund_due", "cancelled")
    assert group_now(runtime, made.id).state == "cancelled"


def test_money_after_cash_goes_back(runtime: Runtime, at_counter: Clerk) -> None:
    made, payment = begun(runtime, at_counter)
    runtime.database.run(lambda conn: counter.book(runtime, conn, made.id, "cash"))
    credit = paid(runtime, payment)
    assert (credit.state, credit.cause) == ("refund_due", "twice")
    assert group_now(runtime, made.id).method == "cash"
    assert ledger(runtime) == [("booking", "cash", PRICE), ("unclassified", "upi", PRICE)]


def test_money_for_a_booking_that_cannot_be_made_goes_back(
    runtime: Runtime, at_counter: Clerk
) -> None:
    """Its number was booked elsewhere between the label and the payment."""
    made, payment = begun(runtime, at_counter, articles=2)
    booked_elsewhere(runtime, made.items[1].number)
    credit = paid(runtime, payment)
    assert (credit.state, credit.cause) == ("refund_due", "not_booked")
    now = group_now(runtime, made.id)
    assert now.state == "open"
    assert [item.article_id for item in now.items] == [None, None]
    assert ledger(runtime) == [("unclassified", "upi", 2 * PRICE)]


def test_money_stands_in_the_books_whatever_hinders_the_booking(
    runtime: Runtime, at_counter: Clerk, owner: Database
) -> None:
    """The database refuses the article, as a fault of ours would make it."""
    made, payment = begun(runtime, at_counter)
    with owner.transaction() as conn:
        conn.execute("ALTER TABLE articles ADD CONSTRAINT broken CHECK (false) NOT VALID")
    try:
        credit = paid(runtime, payment)
    finally:
        with owner.transaction() as conn:
            conn.execute("ALTER TABLE articles DROP CONSTRAINT broken")
    assert (credit.state, credit.cause) == ("refund_due", "not_booked")
    assert group_now(runtime, made.id).state == "open"
    assert ledger(runtime) == [("unclassified", "upi", PRICE)]
    assert feed_kinds(runtime) == ["payment_refund_due"]


def test_money_for_nothing_that_we_know_is_kept(runtime: Runtime, at_counter: Clerk) -> None:
    came = Came("simulator", "SIM-X", 7_500, runtime.now(), tr="ZZZZ2222ZZZZ2222", ref="SIM-Q999")
    credit = upi.take(runtime, came, "hook").credit
    assert (credit.state, credit.cause, credit.office_id) == ("refund_due", "unknown", None)
    assert ledger(runtime) == []  # of no office: it is entered by the one that gives it back


def test_a_second_click_finds_the_same_code(runtime: Runtime, at_counter: Clerk) -> None:
    made, payment = begun(runtime, at_counter)
    assert upi.begin(runtime, made.id).id == payment.id
    barrier = Barrier(4)
    other = booking_of(runtime, at_counter)

    def click(_: int) -> int:
        barrier.wait()
        return upi.begin(runtime, other.id).id

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(click, range(4)))) == 1


def test_nothing_and_what_is_over_is_not_paid_for(runtime: Runtime, at_counter: Clerk) -> None:
    empty = group(runtime, at_counter.poster)
    with pytest.raises(NothingToBook):
        upi.begin(runtime, empty.id)
    made, payment = begun(runtime, at_counter)
    paid(runtime, payment)
    with pytest.raises(NotOpen):
        upi.begin(runtime, made.id)


def test_stopped_is_open_again_and_stopped_twice_is_stopped_once(
    runtime: Runtime, at_counter: Clerk
) -> None:
    made, payment = begun(runtime, at_counter)
    assert upi.stop(runtime, payment.id)
    assert not upi.stop(runtime, payment.id)
    assert group_now(runtime, made.id).state == "open"
    rounds(runtime)
    assert payment_now(runtime, payment.id).closed_at is not None


# ---- the department's own UPI id -----------------------------------------------------------------


def test_a_reference_books_once_ever(static: Runtime, at_counter: Clerk) -> None:
    _, payment = begun(static, at_counter)
    assert payment.qr_text is not None
    assert "pa=post.maharajganj@examplebank&" in payment.qr_text
    taken = entered(static, payment.id, "412345678901", PRICE, at_counter)
    assert (taken.credit.state, taken.credit.source) == ("booked", "clerk")
    again = entered(static, payment.id, "412345678901", PRICE, at_counter)
    assert (again.new, again.credit.id) == (False, taken.credit.id)
    _, other = begun(static, at_counter)
    with pytest.raises(CountedAlready):
        entered(static, other.id, "412345678901", PRICE, at_counter)
    assert group_now(static, other.group_id).state == "paying"


def test_two_clerks_with_one_reference_book_one_booking(
    static: Runtime, at_counter: Clerk, app: Flask
) -> None:
    clerk(app, static, counter=2)
    attempts = [begun(static, at_counter)[1] for _ in range(2)]
    barrier = Barrier(2)

    def enter(n: int) -> str:
        barrier.wait()
        try:
            return entered(static, attempts[n].id, "400000000001", PRICE).credit.state
        except CountedAlready:
            return "refused"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(enter, range(2))) == ["booked", "refused"]
    assert ledger(static) == [("booking", "upi", PRICE)]


def test_a_reference_that_a_provider_told_is_no_second_payment(
    static: Runtime, runtime: Runtime, at_counter: Clerk
) -> None:
    _, payment = begun(runtime, at_counter)
    credit = paid(runtime, payment)
    assert credit.rrn is not None
    _, other = begun(static, at_counter)
    with pytest.raises(CountedAlready):
        entered(static, other.id, credit.rrn, PRICE)


def test_the_sum_that_the_clerk_saw_is_what_counts(static: Runtime, at_counter: Clerk) -> None:
    made, payment = begun(static, at_counter)
    taken = entered(static, payment.id, "412345678902", PRICE - 52)
    assert (taken.credit.state, taken.credit.cause) == ("refund_due", "amount")
    assert group_now(static, made.id).state == "open"


def test_static_expires_without_anybody_to_ask(
    static: Runtime, at_counter: Clerk, clock: Clock
) -> None:
    made, payment = begun(static, at_counter)
    with working(static):
        clock.advance(seconds=299)
        rounds(static)
        assert payment_now(static, payment.id).state == "shown"
        clock.advance(seconds=1)
        rounds(static)
    assert payment_now(static, payment.id).state == "expired"
    late = entered(static, payment.id, "412345678903", PRICE)
    assert late.credit.state == "booked"
    assert group_now(static, made.id).state == "booked"


# ---- at the same moment, and killed in between ---------------------------------------------------


def test_hook_poll_clerk_and_cash_at_the_same_moment_book_once(
    runtime: Runtime, at_counter: Clerk
) -> None:
    for _ in range(5):
        made, payment = begun(runtime, at_counter)
        came = pay(runtime, payment)
        barrier = Barrier(6)

        def hook(barrier: Barrier = barrier, came: Came = came) -> str:
            barrier.wait()
            return upi.take(runtime, came, "hook").credit.state

        def poll(barrier: Barrier = barrier, came: Came = came) -> str:
            barrier.wait()
            return upi.take(runtime, came, "poll").credit.state

        def cash(barrier: Barrier = barrier, id_: int = made.id) -> str:
            barrier.wait()
            try:
                runtime.database.run(lambda conn: counter.book(runtime, conn, id_, "cash"))
            except NotOpen:
                return "was paid"
            return "cash"

        def stop(barrier: Barrier = barrier, id_: int = payment.id) -> str:
            barrier.wait()
            return str(upi.stop(runtime, id_))

        with ThreadPoolExecutor(6) as pool:
            done = [pool.submit(each) for each in (hook, hook, poll, poll, cash, stop)]
            said = [each.result() for each in done]
        (credit,) = credits_of(runtime, made.id)
        assert set(said[:4]) == {credit.state}
        assert (credit.state == "booked") == (said[4] == "was paid")
        assert group_now(runtime, made.id).method == ("upi" if credit.state == "booked" else "cash")
        assert not payment_now(runtime, payment.id).open
    entries = ledger(runtime)
    assert sum(kind == "booking" for kind, _, _ in entries) == 5


_KILLED = """
import os, sys
from datetime import UTC, datetime
from conversation import counter
from payments import upi
from providers.base import Came
from runtime import Runtime
from settings import Settings

runtime = Runtime.build(Settings(_env_file=None))
runtime.database.open()
real = counter.book

def book(*arguments):
    real(*arguments)      # everything is booked and announced, nothing is committed
    print("booked", flush=True)
    os.kill(os.getpid(), 9)

upi.counter.book = book
upi.take(runtime, Came("simulator", sys.argv[1], int(sys.argv[2]),
                       datetime.now(UTC), tr=sys.argv[3]), "hook")
"""


def test_killed_between_money_and_booking_nothing_is_half_done(
    runtime: Runtime, at_counter: Clerk, addresses: OfWorker
) -> None:
    """kill -9 after the booking, before the commit: the provider is asked again, and it books."""
    made, payment = begun(runtime, at_counter)
    came = pay(runtime, payment)
    environment = {
        "PATH": os.environ["PATH"],
        "DAKIYA_ENV": "test",
        "DATABASE_URL": addresses.application,
        "REDIS_URL": addresses.redis,
        "DAKIYA_MASTER_KEY": runtime.settings.dakiya_master_key.get_secret_value(),
    }
    ended = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(_KILLED), came.payment_id, str(PRICE), made.tr],
        cwd=Path(__file__).parent.parent.parent,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (ended.returncode, ended.stdout) == (-9, "booked\n"), ended.stderr
    assert credits_of(runtime, made.id) == []
    assert group_now(runtime, made.id).state == "paying"
    rounds(runtime)  # the poll finds what the hook lost
    (credit,) = credits_of(runtime, made.id)
    assert (credit.state, credit.source) == ("booked", "poll")
    assert credit_now(runtime, credit.id).state == "booked"
    assert ledger(runtime) == [("booking", "upi", PRICE)]
