"""Alarms that no text brings: what is called, when, and what becomes a ticket."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from gateways.base import Reason, Receipt, ReceiptStatus
from india import calendar
from outbox import receipts, unheard
from outbox.policy import Status
from outbox.unheard import LONGEST, SentAlarm, StillUnderWay, Untold, judge, to_be_said
from postal.desk import tickets as tickets_of_desk
from postal.desk.tickets import TicketForm, TicketOfOffice
from postal.people.doer import Doer, Staff
from runtime import Runtime
from tests.rigs.api_calls import number_of
from tests.rigs.office import POSTMAN, Office, office, phone_of
from tests.rigs.transcript import Player
from tests.web.office.test_exceptions import given_without_code

NOON = datetime(2026, 8, 14, 6, 30, tzinfo=UTC)
ALARMS = "SELECT id, carrier_id FROM messages WHERE template ~ '^exception' AND lane = 'alarm'"
CALLS = "SELECT phone FROM messages WHERE channel = 'voice' AND lane = 'alarm' ORDER BY id"


@pytest.fixture
def at(player: Player, app: Flask, runtime: Runtime) -> Office:
    return office(player, app, runtime)


def tickets(at: Office) -> list[str]:
    return [kind for (kind,) in at.all("SELECT kind FROM tickets ORDER BY id")]


def test_it_rings_once_and_a_silence_of_three_days_is_a_ticket(
    at: Office, app: Flask, runtime: Runtime
) -> None:
    given_without_code(at, app, runtime, "full")
    assert at.all(CALLS) == []
    assert at.player.step("wait 6 min") == [f"{phone_of(1)} ~ (rings)"]
    at.player.step(f"{phone_of(1)} is busy")
    assert at.player.step("wait 1 min") == [f"{phone_of(1)} ~ (rings)"]  # once more, as codes
    at.player.step(f"{phone_of(1)} is busy")
    for _ in range(6):
        at.player.step("wait 12 h")
    assert at.all(CALLS) == [(phone_of(1),)]
    assert tickets(at) == ["untold"]


def test_what_cannot_arrive_at_night_rings_at_eight(
    at: Office, app: Flask, runtime: Runtime
) -> None:
    given_without_code(at, app, runtime, "full")
    for hour, minute in ((21, 30), (3, 0), (7, 58)):
        at.player.clock.advance(seconds=_until(at.player.clock.now(), hour, minute))
        at.player.timers()
        assert not any("(rings)" in line for line in at.player.drain()), hour
    assert f"{phone_of(1)} ~ (rings)" in at.player.step("wait 3 min")


def _until(now: datetime, hour: int, minute: int) -> float:
    """Return how many seconds it is until that time in India comes next."""
    india = calendar.local(now)
    then = india.replace(hour=hour, minute=minute, second=0)
    return ((then - india) % timedelta(days=1)).total_seconds()


def test_a_stop_silences_no_call_as_anybody_may_forge_one(
    at: Office, app: Flask, runtime: Runtime
) -> None:
    given_without_code(at, app, runtime, "full")
    at.player.step(f"{phone_of(1)} > STOP")
    assert f"{phone_of(1)} ~ (rings)" in at.player.step("wait 6 min")


def test_a_telephone_in_doubt_is_not_called_and_the_ticket_comes(
    at: Office, app: Flask, runtime: Runtime
) -> None:
    given_without_code(at, app, runtime, "full")
    at.player.step(f"doubt {phone_of(1)}")
    at.player.step("wait 6 min")
    at.player.step("wait 73 h")
    assert at.all(CALLS) == []
    assert tickets(at) == ["untold"]


def test_one_that_is_off_is_not_called(at: Office, app: Flask, runtime: Runtime) -> None:
    given_without_code(at, app, runtime)
    at.player.step("wait 6 min")
    at.player.step("wait 1 h")
    assert at.all(CALLS) == []


@pytest.mark.parametrize("reason", [Reason.UNREACHABLE, Reason.EXPIRED])
def test_one_of_which_its_carrier_says_that_it_is_off_is_not_called(
    at: Office, app: Flask, runtime: Runtime, reason: Reason
) -> None:
    given_without_code(at, app, runtime)
    for id_, carrier_id in at.all(f"{ALARMS} AND status = 'sent'"):
        failed = Receipt("simulator", carrier_id, id_, ReceiptStatus.FAILED, "absent", reason)
        receipts.receive(runtime, failed)
    assert {*at.all("SELECT error FROM messages WHERE lane = 'alarm'")} == {(f"{reason}: absent",)}
    assert at.all(f"{ALARMS} AND status <> 'queued'") == []
    at.player.step("wait 6 min")
    at.player.step("wait 1 h")
    assert at.all(CALLS) == []


@pytest.mark.parametrize("reason", [Reason.BAD_NUMBER, Reason.UNREACHABLE, Reason.EXPIRED])
def test_what_a_call_would_not_reach_either_is_a_ticket_at_once(
    at: Office, app: Flask, runtime: Runtime, reason: Reason
) -> None:
    given_without_code(at, app, runtime)
    with runtime.database.transaction() as conn:
        conn.execute(
            "UPDATE messages SET status = 'failed', error = %s WHERE lane = 'alarm'",
            [f"{reason}: no"],
        )
    at.player.step("wait 10 min")
    assert at.all(CALLS) == []
    assert tickets(at) == ["untold"]


NUMBER, SENDER, NEW = "EU123456785IN", "+919811100001", "+919876500022"


@pytest.mark.parametrize(
    ("road", "found"),
    [
        (f"{NUMBER} desk number {NEW}", []),  # two of an office signed it
        (f"{NUMBER} desk typing {NEW}", []),  # of whoever booked it, a slip of the pen
        (f"{SENDER} > {NUMBER} {NEW[3:]} {{quote {SENDER}}}", ["untold"]),  # asked, and silent
    ],
)
def test_whoever_a_move_takes_it_from_is_looked_after_where_no_office_made_it(
    player: Player, app: Flask, runtime: Runtime, road: str, found: list[str]
) -> None:
    player.step(f"article {NUMBER} to {phone_of(1)} en from {SENDER}")
    player.step(f"off {phone_of(1)}")
    player.step(road)
    player.step("wait 25 h")
    assert player.holder(NUMBER) == NEW
    for _ in range(4):
        player.step("wait 25 h")
    with runtime.database.transaction() as conn:
        rows = conn.execute("SELECT kind FROM tickets ORDER BY id").fetchall()
    assert [kind for (kind,) in rows if kind == "untold"] == found


def test_what_no_carrier_was_given_is_not_said_by_one_either(
    at: Office, app: Flask, runtime: Runtime
) -> None:
    """Its country is not allowed, for one: a call there costs more than a text."""
    given_without_code(at, app, runtime)
    with runtime.database.transaction() as conn:
        conn.execute(
            "UPDATE messages SET status = 'failed', error = 'country', gateway = NULL"
            " WHERE lane = 'alarm'"
        )
    at.player.step("wait 10 min")
    assert at.all(CALLS) == []
    assert tickets(at) == ["untold"]


def test_without_calls_there_is_the_ticket_alone(at: Office, app: Flask, runtime: Runtime) -> None:
    given_without_code(at, app, runtime, "full")
    off = runtime.settings.model_copy(update={"voice_automatic": False})
    for _ in range(2):
        at.player.clock.advance(days=2)
        unheard.look(replace(runtime, settings=off))
    assert at.all(CALLS) == []
    assert tickets(at) == ["untold"]


def test_what_arrived_within_minutes_is_looked_after_no_longer(
    at: Office, app: Flask, runtime: Runtime
) -> None:
    given_without_code(at, app, runtime, "full")
    at.player.step(f"emptied {phone_of(1)}")
    at.player.step("wait 5 min")
    at.player.step("wait 1 min")
    assert at.all("SELECT * FROM alarms_watched") == []
    assert at.all(CALLS) == []


def close_as_its_postmaster(at: Office) -> None:
    """Close what may be closed by two who conspire: the master of the very office."""
    with at.runtime.database.transaction() as conn:
        row, office_id = conn.execute(
            "SELECT id, office_id FROM staff WHERE staff_id = 'master'"
        ).fetchall()[0]
        by = Doer(Staff(row, "master"), office_id, "postmaster", "fresh", at.runtime.now())
        for (id_,) in conn.execute("SELECT id FROM tickets WHERE closed_at IS NULL").fetchall():
            tickets_of_desk.close(conn, id_, "explained", TicketForm(""), by)


def test_a_forged_objection_ends_no_wait_for_the_telephone_itself(
    at: Office, app: Flask, runtime: Runtime
) -> None:
    """Whoever is fooled closes it; only who was told in truth needs no third person."""
    given_without_code(at, app, runtime)
    at.player.step("wait 1 h")
    at.player.step(f"{phone_of(1)} > 3 {number_of(1)[-6:-2]}")
    assert tickets(at) == ["exception"]
    with pytest.raises(TicketOfOffice):
        close_as_its_postmaster(at)
    at.player.step("supervisor 3001")
    at.player.step(f"{number_of(1)} tickets closed 3001")
    at.player.step("wait 3 d")
    assert tickets(at) == ["exception", "untold"]
    with pytest.raises(TicketOfOffice):
        close_as_its_postmaster(at)


def test_whoever_objected_and_was_told_is_looked_after_no_longer(
    at: Office, app: Flask, runtime: Runtime
) -> None:
    given_without_code(at, app, runtime)
    at.player.step(f"on {phone_of(1)}")
    at.player.step("wait 6 h")
    at.player.step(f"{phone_of(1)} > 3 {number_of(1)[-6:-2]}")
    at.player.step("wait 4 d")
    assert tickets(at) == ["exception"]


@pytest.mark.parametrize("silent", [(), ("simulator",)])
def test_a_carrier_without_receipts_says_nothing_by_its_silence(
    at: Office, app: Flask, runtime: Runtime, silent: tuple[str, ...]
) -> None:
    given_without_code(at, app, runtime)
    own = runtime.settings.model_copy(update={"sms_without_receipts": ",".join(silent)})
    for _ in range(2):
        at.player.clock.advance(days=2)
        unheard.look(replace(runtime, settings=own))
    assert at.all("SELECT status FROM messages WHERE template = 'exception_done'") == [("sent",)]
    assert tickets(at) == ([] if silent else ["untold"])


def given_offline(at: Office, late: str = "3 h", pieces: str = "") -> None:
    """Its telephone is switched off behind the door, and the text of the handover comes later."""
    at.out(1)
    at.player.step(f"{POSTMAN} > 1")
    at.player.step(f"off {phone_of(1)}")
    at.player.step(f"wait {late}")
    shown = f"{{code {phone_of(1)}}} {{check {phone_of(1)}}}"
    at.player.step(f"{POSTMAN} > 1 {shown}{pieces}")
    assert at.all("SELECT state, proof FROM delivery_items") == [("delivered", "offline")]


def test_what_went_without_network_is_told_or_a_person_reads_it(at: Office) -> None:
    given_offline(at)
    at.player.step("wait 2 d")
    assert tickets(at) == []
    at.player.step("wait 25 h")
    assert tickets(at) == ["untold"]
    assert at.all("SELECT data FROM events WHERE kind = 'alarm_unheard'") == [
        ({"template": "delivered"},)
    ]


@pytest.mark.parametrize("closed", ["before", "after"])
def test_a_ticket_that_was_closed_hinders_no_later_alarm(at: Office, closed: str) -> None:
    """Two who conspire let one be opened and closed, and only then hand over."""
    at.out(1)
    at.player.step(f"{POSTMAN} > 1")
    at.player.step(f"off {phone_of(1)}")
    at.player.step("wait 20 min")
    said = f"{{wrong {phone_of(1)}}} {{mischeck {phone_of(1)}}}"
    at.player.step(f"{POSTMAN} > 1 {said}")
    at.player.step("wait 3 d")
    assert tickets(at) == ["offline", "untold"]
    if closed == "before":
        close_by_the_help_desk(at)
    shown = f"{{code {phone_of(1)}}} {{check {phone_of(1)}}}"
    at.player.step(f"{POSTMAN} > 1")
    at.player.step("wait 20 min")
    at.player.step(f"{POSTMAN} > 1 {shown}")
    assert at.all("SELECT state, proof FROM delivery_items ORDER BY id DESC LIMIT 1") == [
        ("delivered", "offline")
    ]
    at.player.step("wait 3 d")
    at.player.step("wait 1 h")
    if closed == "after":
        assert tickets(at) == ["offline", "untold"]
        close_by_the_help_desk(at)
        at.player.step("wait 1 h")
    assert tickets(at) == ["offline", "untold", "untold"]
    at.player.step("wait 3 d")
    assert tickets(at) == ["offline", "untold", "untold"]
    assert at.all("SELECT * FROM alarms_watched") == []


def close_by_the_help_desk(at: Office) -> None:
    with at.runtime.database.transaction() as conn:
        conn.execute(
            "UPDATE tickets SET closed_at = %s, outcome = 'explained' WHERE closed_at IS NULL",
            [at.runtime.now()],
        )


def given_on_a_later_day(at: Office, how: str) -> None:
    """It was handed over without network at night, and the text of it comes the next day."""
    at.out(1)
    at.player.step(f"{POSTMAN} > 1")
    at.player.step(f"{how} {phone_of(1)}")
    at.player.step("wait 20 h")
    shown = f"{{code {phone_of(1)}}} {{check {phone_of(1)}}}"
    at.player.step(f"{POSTMAN} > {number_of(1)} {shown}")
    assert at.all("SELECT template FROM messages WHERE template ~ '^delivered'") == [
        ("delivered_on",)
    ]


def test_what_was_told_on_a_later_day_is_looked_after_too(at: Office) -> None:
    given_on_a_later_day(at, "off")
    at.player.step("wait 73 h")
    assert tickets(at) == ["untold"]
    for _ in range(3):
        at.player.step("wait 24 h")
    at.player.step(f"on {phone_of(1)}")
    told = "SELECT status FROM messages WHERE template = 'delivered_on'"
    assert at.all(told) == [("delivered",)]


def test_it_is_said_in_a_call_as_well(at: Office) -> None:
    given_on_a_later_day(at, "full")
    rings = f"{phone_of(1)} ~ (rings)"
    assert any(rings in at.player.step("wait 6 min") for _ in range(20))
    at.player.step(f"{phone_of(1)} takes up")
    heard = "".join(at.player.step(f"{phone_of(1)} presses 1"))
    assert "was handed over on" in heard, heard
    assert "August" in heard, heard


def test_who_wakes_up_after_days_hears_that_it_went_without_network(at: Office) -> None:
    given_offline(at)
    for _ in range(5):
        at.player.step("wait 24 h")
    at.player.step(f"on {phone_of(1)}")
    told = "SELECT status FROM messages WHERE template = 'delivered'"
    assert at.all(f"{told} AND not_after = at + interval '7 days'") == [("delivered",)]
    at.player.step(f"{phone_of(1)} > 3 {number_of(1)[-6:-2]}")
    assert tickets(at) == ["untold", "not_received"]


def test_a_code_that_was_texted_from_the_door_is_looked_after_by_nobody(at: Office) -> None:
    at.out(1)
    at.player.step(f"{POSTMAN} > 1")
    at.player.step(f"off {phone_of(1)}")
    at.player.step(f"{POSTMAN} > 1 {{code {phone_of(1)}}}")
    assert at.all("SELECT * FROM alarms_watched") == []


def alarm(minute: int, status: Status = "queued", **changes: object) -> SentAlarm:
    at = NOON + timedelta(minutes=minute)
    values: dict[str, object] = {
        "id": minute,
        "phone": "+919876500001",
        "language": "hi",
        "template": "exception_done",
        "at": at,
        "status": status,
        "channel": "text",
        "not_after": at + timedelta(days=7),
        "error": None,
        "silent": False,
        "protects": True,
    }
    return SentAlarm(**(values | changes))  # type: ignore[arg-type]


_STATUS = st.sampled_from(["queued", "sending", "unknown", "sent", "delivered", "failed"])


@given(st.lists(st.tuples(_STATUS, st.booleans()), min_size=1, max_size=5))
def test_somebody_is_waited_for_told_or_a_ticket(each: list[tuple[Status, bool]]) -> None:
    alarms = [alarm(n, status, protects=protects) for n, (status, protects) in enumerate(each)]
    soon, late = (judge(alarms, NOON + after) for after in (timedelta(hours=1), LONGEST * 2))
    assert not isinstance(late, StillUnderWay)  # nothing is waited for for ever
    last = max((n for n, one in enumerate(alarms) if one.heard), default=-1)
    protects = any(one.protects for one in alarms[last + 1 :])
    assert (late is not None) == protects
    assert (soon is not None) == protects
    if isinstance(soon, Untold):
        missing = [one for one in alarms[last + 1 :] if one.protects]
        assert all(one.status == "failed" for one in missing)


def test_an_alarm_that_protects_nothing_puts_no_ticket_off() -> None:
    """Whoever forges texts in her name would else bring ever new ones, and no ticket."""
    late = alarm(2 * 24 * 60, protects=False)
    first = alarm(0)
    assert judge([first, late], NOON) == StillUnderWay(first.at + LONGEST)
    assert judge([first, late], first.at + LONGEST) == Untold(first)
    assert judge([alarm(0, "failed"), late], NOON) == Untold(alarm(0, "failed"))


def test_each_telephone_is_told_for_itself() -> None:
    told = alarm(0, "delivered", phone="+919876500001")
    off = alarm(1, "sent", phone="+919876500002")
    gone = alarm(2, "failed", phone="+919876500003")
    assert judge([told, off], NOON) == StillUnderWay(off.at + LONGEST)
    assert judge([told, off, gone], NOON) == Untold(gone)


def test_what_was_taken_back_is_said_to_nobody() -> None:
    back = alarm(1, "failed", template=unheard.TAKEN_BACK, protects=False)
    assert judge([alarm(0, "failed"), back], NOON) is None
    assert isinstance(judge([alarm(0, "failed"), back, alarm(2, "failed")], NOON), Untold)


def test_a_call_is_ordered_once_for_a_telephone() -> None:
    text, call = alarm(0), alarm(1, "failed", channel="voice")
    assert to_be_said([text]) == text
    assert to_be_said([text, call]) is None
    assert to_be_said([text, call, alarm(2)]) is None
