"""Budgets, countries, and blocks of numbers that are stopped: what pumps traffic gets nowhere."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from typing import Any

import pytest
from redis import Redis

from outbox import prefixes
from runtime import Runtime
from tests.rigs.clock import Clock
from tests.rigs.doers import staff
from tests.rigs.outbox import (
    NOWHERE,
    PHONE,
    Carrier,
    drain,
    issue_code,
    queue,
    statuses,
    with_carrier,
)

OTHER = "+919700000001"


def put(
    runtime: Runtime, lane: str, count: int, phone: str | None = None, article: int | None = None
) -> list[int]:
    """Texts in one go; with `article` (an id) all about that one."""
    with runtime.database.transaction() as conn:
        ids = queue(conn, runtime.now(), lane, count, phone, lives=timedelta(hours=5))
        conn.execute("UPDATE messages SET article_id = %s WHERE id = ANY(%s)", (article, ids))
    return ids


def article(runtime: Runtime, sender: str | None = None) -> int:
    with runtime.database.transaction() as conn:
        issue_code(conn, runtime.now())
        row = conn.execute(
            "UPDATE articles SET sender_phone = %s RETURNING id", (sender,)
        ).fetchone()
    assert row is not None
    return int(row[0])


def sent(runtime: Runtime, ids: list[int]) -> int:
    return list(statuses(runtime, ids).values()).count("sent")


def rows(runtime: Runtime, query: Any) -> list[Any]:
    with runtime.database.transaction() as conn:
        return conn.execute(query).fetchall()


def hits(runtime: Runtime) -> list[Any]:
    return rows(runtime, "SELECT budget, subject, count FROM budget_hits ORDER BY budget")


@pytest.mark.parametrize(
    ("setting", "lane", "budget", "subject"),
    [
        ("phone_hourly_limit", "notice", "phone", "+91••••••5678"),
        ("code_hourly_limit", "code", "code", "+91••••••5678"),
        ("article_hourly_limit", "notice", "article", "1"),
        ("sender_hourly_limit", "reply", "sender", "+91••••••0002"),
        ("prefix_hourly_limit", "bulk", "prefix", "+91981234"),
        ("prefix_hourly_limit", "code", "codes_prefix", "+91981234"),
    ],
)
def test_half_of_a_budget_goes_at_once_and_the_rest_over_the_hour(
    runtime: Runtime, clock: Clock, setting: str, lane: str, budget: str, subject: str
) -> None:
    runtime = with_carrier(runtime, Carrier(), **{setting: 6})
    about = article(runtime, "+919811100002")
    ids = put(runtime, lane, 10, PHONE, about)
    drain(runtime)
    assert sent(runtime, ids) == 3
    drain(runtime)  # what was seen is written
    assert hits(runtime) == [(budget, subject, 7)]
    waits = rows(
        runtime,
        "SELECT next_attempt_at - at FROM messages WHERE status = 'queued' AND attempts = 0"
        " AND lease IS NULL",
    )
    assert len(waits) == 7
    assert all(timedelta() < wait <= timedelta(hours=1) for (wait,) in waits)


def test_no_budget_holds_back_an_alarm(runtime: Runtime, clock: Clock) -> None:
    """Who spends a telephone's budget must not keep it from being warned."""
    limits = ("phone", "code", "article", "sender", "prefix")
    runtime = with_carrier(runtime, Carrier(), **{f"{each}_hourly_limit": 2 for each in limits})
    about = article(runtime, "+919811100002")
    put(runtime, "notice", 20, PHONE, about)
    drain(runtime)
    alarms = put(runtime, "alarm", 10, PHONE, about)
    drain(runtime)
    assert sent(runtime, alarms) == 10


def test_talk_leaves_its_telephone_three_quarters_of_its_hour(
    runtime: Runtime, clock: Clock
) -> None:
    """Rubbish from a forged number must not keep "handed over" from a door."""
    runtime = with_carrier(runtime, Carrier(), phone_hourly_limit=16)
    talk = put(runtime, "reply", 40, PHONE)
    with runtime.database.transaction() as conn:
        conn.execute("UPDATE messages SET template = 'not_understood'")
    drain(runtime)
    answers = put(runtime, "reply", 6, PHONE)
    drain(runtime)
    assert sent(runtime, talk) == 2  # half of a quarter at once
    assert sent(runtime, answers) == 6
    assert hits(runtime)[0][:2] == ("talk", "+91••••••5678")


def test_what_an_office_is_asked_at_a_door_waits_for_such_questions_alone(
    runtime: Runtime, clock: Clock
) -> None:
    """Whoever forges its texts must not keep the next postman's question from it."""
    runtime = with_carrier(runtime, Carrier(), phone_hourly_limit=16)
    put(runtime, "reply", 40, PHONE)
    drain(runtime)
    asked = put(runtime, "reply", 10, PHONE)
    with runtime.database.transaction() as conn:
        conn.execute(
            "UPDATE messages SET template = 'office_exception' WHERE id = ANY(%s)", (asked,)
        )
    drain(runtime)
    assert sent(runtime, asked) == 4  # half of a half at once
    assert [hit[:2] for hit in hits(runtime)] == [
        ("door", "+91••••••5678"),
        ("phone", "+91••••••5678"),
    ]


def test_codes_wait_for_codes_alone(runtime: Runtime, clock: Clock) -> None:
    limits = {f"{each}_hourly_limit": 2 for each in ("phone", "article", "sender", "prefix")}
    runtime = with_carrier(runtime, Carrier(), **limits)
    about = article(runtime, "+919811100002")
    put(runtime, "notice", 20, PHONE, about)
    drain(runtime)
    drain(runtime)
    codes = put(runtime, "code", 3, PHONE, about)
    drain(runtime)
    assert sent(runtime, codes) == 1  # of its block's own two an hour
    assert ("codes_prefix", "+91981234", 2) in hits(runtime)


def test_a_text_that_one_budget_refuses_takes_nothing_of_another(
    runtime: Runtime, clock: Clock
) -> None:
    runtime = with_carrier(
        runtime, Carrier(), phone_hourly_limit=2, article_hourly_limit=8, sender_hourly_limit=8
    )
    about = article(runtime, "+919811100002")
    put(runtime, "notice", 20, PHONE, about)
    drain(runtime)
    others = put(runtime, "notice", 3, OTHER, about)
    runtime = with_carrier(
        runtime, Carrier(), phone_hourly_limit=6, article_hourly_limit=8, sender_hourly_limit=8
    )
    drain(runtime)
    assert sent(runtime, others) == 3


def test_what_a_carrier_refuses_is_counted_once(runtime: Runtime, clock: Clock) -> None:
    from gateways.base import Reason, Retry

    carrier = Carrier(lambda message: Retry(Reason.CARRIER, "503"))
    runtime = with_carrier(runtime, carrier, phone_hourly_limit=2)
    put(runtime, "reply", 1, PHONE)
    for _ in range(5):
        drain(runtime)
        clock.advance(seconds=30)
    assert len(carrier.sends) == 5


def test_only_allowed_countries_are_texted(runtime: Runtime, clock: Clock) -> None:
    carrier = Carrier()
    runtime = with_carrier(runtime, carrier, sms_countries="+91,+977980")
    home = put(runtime, "notice", 1, PHONE)
    near = put(runtime, "notice", 1, "+9779801234567")
    far = put(runtime, "notice", 2, "+252612345678")
    drain(runtime)
    drain(runtime)
    assert sorted(carrier.sent_ids) == home + near
    assert set(statuses(runtime, far).values()) == {"failed"}
    assert rows(runtime, "SELECT DISTINCT error FROM messages WHERE status = 'failed'") == [
        ("country: no texts go there",)
    ]
    assert hits(runtime) == [("country", "+252••••••5678", 2)]
    assert [kind for (kind,) in rows(runtime, "SELECT kind FROM events")] == ["message_failed"] * 2


# ---- bursts to one block -------------------------------------------------------------------------


def test_a_burst_to_one_block_stops_it_and_alarms_once(runtime: Runtime, clock: Clock) -> None:
    carrier = Carrier()
    runtime = with_carrier(runtime, carrier, prefix_hourly_limit=10)
    burst = put(runtime, "notice", 40)  # +919800000001 and its neighbours
    elsewhere = put(runtime, "notice", 4, OTHER)
    drain(runtime)
    codes, answers = put(runtime, "code", 3), put(runtime, "reply", 3)
    drain(runtime)
    assert sent(runtime, burst) == 5
    assert sent(runtime, codes) == 3  # neighbours keep no code from a door
    assert sent(runtime, answers) == 3
    assert sent(runtime, elsewhere) == 4
    assert rows(runtime, "SELECT kind, data->>'prefix' FROM events") == [
        ("prefix_stopped", "+91980000")
    ]
    # The stop stands in PostgreSQL: a flushed Valkey lets nothing through.
    runtime.redis.flushdb()
    clock.advance(minutes=59)
    more = put(runtime, "notice", 3)
    drain(runtime)
    assert sent(runtime, more) == 0


def test_a_supervisor_lets_a_block_go_at_once(runtime: Runtime, clock: Clock) -> None:
    runtime = with_carrier(runtime, Carrier(), prefix_hourly_limit=10)
    ids = put(runtime, "notice", 9)
    drain(runtime)
    drain(runtime)
    runtime.redis.flushdb()  # as if an hour had gone by there
    runtime = with_carrier(runtime, Carrier(), prefix_hourly_limit=100)
    article(runtime)
    with runtime.database.transaction() as conn:
        (stop,) = conn.execute("SELECT id FROM prefix_stops").fetchall()
        someone = conn.execute("SELECT id FROM staff").fetchone()
        assert someone is not None
        prefixes.lift(conn, stop[0], "a village", staff(someone[0], None, clock.now()))
    with pytest.raises(prefixes.NotStopped), runtime.database.transaction() as conn:
        prefixes.lift(conn, stop[0], "a village", staff(someone[0], None, clock.now()))
    drain(runtime)
    assert sent(runtime, ids) == 9
    kinds = rows(runtime, "SELECT kind FROM events ORDER BY id")
    assert [kind for (kind,) in kinds] == ["prefix_stopped", "prefix_released"]


def test_a_stop_runs_out_and_a_new_burst_is_a_new_alarm(runtime: Runtime, clock: Clock) -> None:
    runtime = with_carrier(runtime, Carrier(), prefix_hourly_limit=10)
    put(runtime, "notice", 40)
    drain(runtime)
    drain(runtime)
    clock.advance(minutes=60)
    runtime.redis.flushdb()
    drain(runtime)
    drain(runtime)
    assert list(statuses(runtime).values()).count("sent") == 10
    kinds = rows(runtime, "SELECT kind FROM events ORDER BY id")
    assert [kind for (kind,) in kinds] == ["prefix_stopped"] * 2


# ---- without Valkey ------------------------------------------------------------------------------


def test_without_valkey_no_code_passes_its_limit_and_the_others_go(
    runtime: Runtime, clock: Clock
) -> None:
    carrier = Carrier()
    runtime = with_carrier(runtime, carrier, code_hourly_limit=4)
    runtime = dataclasses.replace(runtime, redis=Redis.from_url(NOWHERE))
    about = article(runtime, "+919811100002")
    codes: list[int] = []
    for _ in range(6):
        codes += put(runtime, "code", 1, PHONE, about)
        drain(runtime)
    assert sent(runtime, codes) == 4
    news = put(runtime, "notice", 10, PHONE, about)
    drain(runtime)
    assert sent(runtime, news) == 10
    # An hour later there is room again.
    clock.advance(minutes=61)
    drain(runtime)
    assert sent(runtime, codes) == 6


def test_without_valkey_a_burst_of_codes_to_one_block_is_stopped(
    runtime: Runtime, clock: Clock
) -> None:
    runtime = with_carrier(runtime, Carrier(), prefix_hourly_limit=5)
    runtime = dataclasses.replace(runtime, redis=Redis.from_url(NOWHERE))
    for number in range(8):
        put(runtime, "code", 1, f"+9198000{number:05}")
        drain(runtime)
    drain(runtime)
    assert list(statuses(runtime).values()).count("sent") == 5
    assert [kind for (kind,) in rows(runtime, "SELECT kind FROM events")] == ["prefix_stopped"]
