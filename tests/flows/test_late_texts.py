"""Late texts: how far a carrier's time is believed, what a past code is worth, what is kept."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.grammar.late import BELIEVED_FOR, SLOW_DOOR, written_at
from postal.codes import Issue, Late, Past, code_of, judge_late
from runtime import Runtime
from store import feed
from tests.rigs.transcript import Player

NOW = datetime(2026, 8, 14, 4, 30, tzinfo=UTC)
KEY, SALT = b"a master key of the tests, long enough", b"sixteen bytes ok"
LAST = Issue(3, "expired", SALT, dict.fromkeys(range(4), KEY))
MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("carrier_at", "believed"),
    [
        (None, False),
        (NOW, True),
        (NOW - BELIEVED_FOR, True),
        (NOW - BELIEVED_FOR - timedelta(seconds=1), False),
        (NOW + timedelta(seconds=1), False),
    ],
)
def test_a_carriers_time_is_believed_within_bounds(
    carrier_at: datetime | None, believed: bool
) -> None:
    assert written_at(carrier_at, NOW) == (carrier_at if believed else None)


def _judge(past: Past, written: datetime | None, is_open: bool = True) -> str | None:
    late = Late(code_of(KEY, SALT, past.issue, 6), is_open, written, NOW)
    return judge_late(late, [past], LAST, 6)


def test_what_a_past_code_is_worth() -> None:
    released, expired = NOW - 60 * MINUTE, NOW - 50 * MINUTE
    code = Past(3, released, expired, None, None)
    assert _judge(code, released) == "right"
    assert _judge(code, expired - timedelta(microseconds=1)) == "right"
    assert _judge(code, expired) == "late"
    assert _judge(code, released - timedelta(microseconds=1)) == "late"
    assert _judge(code, None) == "late"
    assert _judge(code, released, is_open=False) == "late"
    just_over = Past(3, NOW - SLOW_DOOR - 10 * MINUTE, NOW - SLOW_DOOR, None, None)
    assert _judge(just_over, None) is None
    killed = Past(3, released, expired, None, released + MINUTE)
    assert _judge(killed, released) == "late"
    assert _judge(killed, released + MINUTE) is None
    replaced = Past(2, released, expired, None, None)
    assert _judge(replaced, released) == "late"
    used = Past(3, released, expired, released + MINUTE, None)
    assert _judge(used, released) is None


@given(
    st.integers(-90, 0),
    st.sampled_from([None, -55, -40]),
    st.sampled_from([None, -55, -40]),
    st.integers(1, 3),
    st.booleans(),
)
def test_no_code_rises_from_the_dead(
    said: int, used: int | None, dead: int | None, issue: int, is_open: bool
) -> None:
    def at(minutes: int | None) -> datetime | None:
        return None if minutes is None else NOW + minutes * MINUTE

    code = Past(issue, NOW - 60 * MINUTE, NOW - 50 * MINUTE, at(used), at(dead))
    if _judge(code, at(said), is_open) == "right":
        assert used is None
        assert dead is None
        assert is_open
        assert issue == LAST.number
        assert -60 <= said < -50


def test_the_evidence_of_a_late_handover_is_in_the_feed(player: Player, runtime: Runtime) -> None:
    for line in (
        "postman 1001 +919839000001",
        "article EU123456785IN to +919876500001 en",
        "article RR287043775IN to +919876500002 en",
        "list 1001: EU123456785IN RR287043775IN",
        "+919839000001 > 1 2",
        "wait 45 min",
        "+919839000001 > 1 {code +919876500001} @ -40 min",
        "+919839000001 > 2 {code +919876500002} @ -20 min",
    ):
        player.step(line)
    came = player.clock.now()
    with runtime.database.transaction() as conn:
        happened = {event.kind: event for event in feed.read(conn, 0, 100)}
    assert happened["delivered"].at == came
    assert happened["delivered"].data["written_at"] == (came - 40 * MINUTE).isoformat()
    assert happened["delivered"].data["came_at"] == came.isoformat()
    assert happened["late_handover"].article == "RR287043775IN"
    assert happened["late_handover"].data == {
        "written_at": (came - 20 * MINUTE).isoformat(),
        "came_at": came.isoformat(),
    }
