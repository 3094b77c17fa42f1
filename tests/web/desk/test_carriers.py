"""The desk's page of carriers: what it shows, what it orders, and who hears of it."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest

from app import create_app
from gateways.base import Outcome, Outgoing, Reason, Receipt, ReceiptStatus, Retry
from india.calendar import day_of
from outbox import receipts
from outbox.failover import send_again
from postal.desk import carrier_figures
from runtime import Runtime
from tests.rigs.clock import Clock
from tests.rigs.desk import Colleague, sign_in
from tests.rigs.outbox import Carrier, drain, issue_code, queue, with_carriers
from tests.rigs.transcript import Player

WHY = "its receipts are an hour late"


def refuse(message: Outgoing) -> Outcome:
    return Retry(Reason.CARRIER, "503")


@pytest.fixture
def by() -> dict[str, Carrier]:
    return {"a": Carrier(), "b": Carrier()}


@pytest.fixture
def two(runtime: Runtime, player: Player, by: dict[str, Carrier]) -> Runtime:
    return with_carriers(runtime, by, prefix_hourly_limit=40)


@pytest.fixture
def supervisor(two: Runtime) -> Colleague:
    return sign_in(create_app(two), two, "supervisor")


def put(runtime: Runtime, count: int, lane: str = "notice", phone: str | None = None) -> list[int]:
    with runtime.database.transaction() as conn:
        return queue(conn, runtime.now(), lane, count, phone)


def events(runtime: Runtime) -> list[tuple[str, Any]]:
    with runtime.database.transaction() as conn:
        return conn.execute(
            "SELECT kind, data FROM events WHERE kind LIKE 'carrier%%' OR kind LIKE 'prefix%%'"
            " ORDER BY id"
        ).fetchall()


def notes(runtime: Runtime) -> list[str]:
    with runtime.database.transaction() as conn:
        rows = conn.execute("SELECT reason FROM access_log WHERE what = 'acted' ORDER BY id")
        return [row[0] for row in rows.fetchall()]


def words(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_before_anything_was_sent_the_page_says_so(supervisor: Colleague) -> None:
    page = words(supervisor.get("/desk/carriers").text)
    assert page.count("in use") >= 2
    assert "Nothing was sent on this day." in page
    assert "None is stopped." in page
    assert "No code had to go by another carrier." in page


def test_carriers_of_calls_have_a_card_and_take_orders_of_their_own(
    runtime: Runtime, player: Player, by: dict[str, Carrier]
) -> None:
    two = with_carriers(runtime, by, voice_routes="simulator_voice")
    supervisor = sign_in(create_app(two), two, "supervisor")
    supervisor.post("/desk/carriers/a/order", did="prefer", reason="it is cheaper today")
    order = "/desk/carriers/simulator_voice/order"
    supervisor.post(order, did="prefer", reason="it speaks more clearly")
    page = supervisor.get("/desk/carriers").text
    assert page.count('class="card carrier') == 3
    assert page.count("badge-prefer") == 2  # one of texts, one of calls


def test_a_carrier_rests_with_a_reason_and_the_other_one_takes_over(
    supervisor: Colleague, two: Runtime, by: dict[str, Carrier]
) -> None:
    supervisor.post("/desk/carriers/a/order", did="rest", reason=f"{WHY}, says 9876543210")
    page = words(supervisor.get("/desk/carriers").text)
    assert "The carrier rests." in page
    assert "Put to rest by Supervisor supervisor-1 (supervisor-1)" in page
    put(two, 5)
    drain(two)
    two.redis.flushdb()  # an order is not forgotten with it
    put(two, 5)
    drain(two)
    assert (len(by["a"].sends), len(by["b"].sends)) == (0, 10)
    supervisor.post("/desk/carriers/a/order", did="lift", reason="it works again")
    put(two, 5)
    drain(two)
    assert len(by["a"].sends) == 5
    told = [(kind, data["carrier"]) for kind, data in events(two)]
    assert told == [("carrier_rested", "a"), ("carrier_order_lifted", "a")]
    hidden = f"{WHY}, says ••••••3210"
    assert events(two)[0][1]["reason"] == hidden
    assert notes(two) == [f"carrier a: rest: {hidden}", "carrier a: lift: it works again"]


def test_one_carrier_is_preferred_and_another_preference_ends_it(
    supervisor: Colleague, two: Runtime, by: dict[str, Carrier]
) -> None:
    supervisor.post("/desk/carriers/b/order", did="prefer", reason="it is cheaper today")
    put(two, 3)
    drain(two)
    assert (len(by["a"].sends), len(by["b"].sends)) == (0, 3)
    supervisor.post("/desk/carriers/a/order", did="prefer", reason="no, that one is")
    put(two, 3)
    drain(two)
    assert len(by["a"].sends) == 3
    assert supervisor.get("/desk/carriers").text.count("badge-prefer") == 1


def test_where_all_rest_nothing_is_sent_and_the_page_warns(
    supervisor: Colleague, two: Runtime, by: dict[str, Carrier], clock: Clock
) -> None:
    for name in by:
        supervisor.post(f"/desk/carriers/{name}/order", did="rest", reason="somebody pumps texts")
    ids = put(two, 3)
    drain(two)
    assert by["a"].sends == by["b"].sends == []
    assert "All carriers rest: nothing is sent." in words(supervisor.get("/desk/carriers").text)
    supervisor.post("/desk/carriers/b/order", did="lift", reason="it is over")
    clock.advance(seconds=5)
    drain(two)
    assert sorted(by["b"].sent_ids) == ids


@pytest.mark.parametrize(
    ("path", "form", "status", "says"),
    [
        ("/desk/carriers/a/order", {"did": "rest", "reason": "  x "}, 302, "Say why"),
        ("/desk/carriers/a/order", {"did": "lift", "reason": WHY}, 302, "Nothing is ordered"),
        ("/desk/carriers/a/order", {"did": "sell", "reason": WHY}, 404, ""),
        ("/desk/carriers/pigeon/order", {"did": "rest", "reason": WHY}, 404, ""),
        ("/desk/prefix-stops/4711/lift", {"reason": WHY}, 302, "not stopped any more"),
    ],
)
def test_what_cannot_be_done_changes_nothing_and_says_why(
    supervisor: Colleague,
    two: Runtime,
    path: str,
    form: dict[str, str],
    status: int,
    says: str,
) -> None:
    assert supervisor.post(path, **form).status_code == status
    assert says in words(supervisor.get("/desk/carriers").text)
    assert (events(two), notes(two)) == ([], [])


def test_the_page_says_why_a_carrier_is_passed_over(
    supervisor: Colleague, two: Runtime, by: dict[str, Carrier]
) -> None:
    by["a"].on_send = refuse
    put(two, 10)
    drain(two)
    page = words(supervisor.get("/desk/carriers").text)
    assert re.search(r"passed over \d+ of \d+ calls failed\. It is tried again", page)
    assert "carrier passed over" in page
    hindi = words(supervisor.get("/desk/carriers?lang=hi").text)
    assert "कोशिशें नहीं चलीं" in hindi


def test_a_stopped_block_is_shown_and_let_go(
    supervisor: Colleague, two: Runtime, by: dict[str, Carrier]
) -> None:
    put(two, 60)
    drain(two)
    drain(two)
    page = supervisor.get("/desk/carriers").text
    assert "+91980000••••" in page
    path = re.search(r"/desk/prefix-stops/\d+/lift", page)
    assert path is not None
    supervisor.post(path[0], reason="a whole village, all is well")
    assert "None is stopped." in words(supervisor.get("/desk/carriers").text)
    assert [kind for kind, _ in events(two)] == ["prefix_stopped", "prefix_released"]
    assert notes(two) == ["block +91980000: lifted: a whole village, all is well"]


# ---- figures -------------------------------------------------------------------------------------


def say(runtime: Runtime, message: int, status: ReceiptStatus, times: int = 1) -> None:
    for _ in range(times):
        news = Receipt("a", f"carrier-{message}", message, status, status.value, Reason.UNREACHABLE)
        receipts.receive(runtime, news)


def test_how_soon_and_how_many_by_hour_and_by_office(
    supervisor: Colleague, two: Runtime, by: dict[str, Carrier], clock: Clock
) -> None:
    with two.database.transaction() as conn:
        code = issue_code(conn, clock.now())
        conn.execute("UPDATE codes SET expires_at = expires_at + interval '1 day'")
        codes = queue(conn, clock.now(), "code", 10, lives=timedelta(hours=5), code_id=code)
    drain(two)
    for message in codes[:8]:  # after 1, 2, … 8 seconds
        clock.advance(seconds=1)
        say(two, message, ReceiptStatus.DELIVERED)
    say(two, codes[8], ReceiptStatus.FAILED)
    say(two, codes[8], ReceiptStatus.DELIVERED)  # it says both
    say(two, codes[0], ReceiptStatus.DELIVERED, times=3)
    receipts.receive(two, Receipt("a", "nobody", None, ReceiptStatus.DELIVERED, "delivered"))
    receipts.receive(two, Receipt("a", "odd", None, ReceiptStatus.UNCERTAIN, "hopping"))
    day = day_of(clock.now())
    clock.advance(seconds=61)
    with two.database.transaction() as conn:
        overall = carrier_figures.overall(conn, day, clock.now())["a"]
        (hour,) = carrier_figures.by_hour(conn, day, clock.now())
        (office,) = carrier_figures.by_office(conn, day, clock.now())
        (told,) = carrier_figures.told(conn, day)
    assert (overall.taken, overall.delivered, overall.failed, overall.silent) == (10, 9, 0, 1)
    assert (overall.p50, overall.p95) == (5.0, 8.0)
    assert overall.delivered_share.low == pytest.approx(0.596, abs=0.001)
    assert (hour.taken, office.part, office.taken) == (10, "Gorakhpur 273001", 10)
    assert (told.repeated, told.contradictory, told.for_nobody, told.uncertain) == (3, 1, 2, 1)
    page = words(supervisor.get("/desk/carriers").text)
    assert "9 / 10 · 90 % 95 % range 60–98 %" in page
    assert "Half within 5.0 s 95 of 100 within 8.0 s" in page
    assert "arrived of 100: 90" in supervisor.get("/desk/carriers").text


def test_second_sends_are_counted_by_who_did_not_bring_them(
    supervisor: Colleague, two: Runtime, by: dict[str, Carrier], clock: Clock
) -> None:
    with two.database.transaction() as conn:
        queue(conn, clock.now(), "code", 3, code_id=issue_code(conn, clock.now()))
    drain(two)
    clock.advance(seconds=20)
    assert send_again(two) == 3
    drain(two)
    with two.database.transaction() as conn:
        (line,) = carrier_figures.rerouted(conn, day_of(clock.now()))
    assert (line.instead_of, line.carrier, line.count, line.delivered) == ("a", "b", 3, 0)
