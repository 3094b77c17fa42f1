"""A pilot: two switch it on, a signature suffices for plain post, and agreement is measured."""

from __future__ import annotations

import csv
import io
from html import unescape

from flask import Flask

from postal.reports import summing_up
from postal.reports.measures import MEASURES
from runtime import Runtime
from tests.rigs.api_calls import number_of
from tests.rigs.clock import Clock
from tests.rigs.desk import Colleague, sign_in
from tests.rigs.requests import sign
from tests.rigs.transcript import Player
from tests.web.administration.test_modes import WHY, one, state, waiting
from tests.web.administration.test_modes import page as page_of

PLAIN = "EU123456785IN"
POSTMAN = "+919839000001"
DAY = "since=2026-08-14&until=2026-08-14"


def by_office(colleague: Colleague) -> dict[str, str]:
    answer = colleague.get(f"/desk/reports/pilot.csv?{DAY}&table=by&by=office")
    (row,) = csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig")))
    return row


def test_what_a_pilot_measures_is_on_the_page_and_in_the_reports(
    admin: Colleague,
    postmaster: Colleague,
    app: Flask,
    runtime: Runtime,
    player: Player,
    clock: Clock,
) -> None:
    player.step(f"postman 1001 {POSTMAN}")
    supervisor = sign_in(app, runtime, "supervisor", "super")
    office = page_of(runtime)
    admin.post(f"{office}/mode", mode="pilot", **WHY)
    assert "Agreed, and done." in sign(postmaster, waiting(runtime))
    assert "Nothing was handed over in the pilot yet." in unescape(admin.get(office).text)

    telephones = ("+919876500001", "+919876500002", "+919876500003", "+919876500004")
    numbers = tuple(number_of(n) for n in range(1, 5))
    for each, telephone in zip(numbers, telephones, strict=True):
        player.step(f"article {each} to {telephone} en from +919811100001")
    player.step(f"list 1001: {' '.join(numbers)}")
    for serial in range(1, 5):
        player.step(f"{POSTMAN} > {serial}")
    player.step(f"{POSTMAN} > 1 {{code {telephones[0]}}}")
    player.step(f"{POSTMAN} > 2 10")
    player.step(f"{POSTMAN} > 3 {{wrong {telephones[2]}}}")
    player.step(f"{POSTMAN} > 3 10")
    player.step(f"{POSTMAN} > 4 10")
    player.step(f"{telephones[3]} > 2")
    assert {state(runtime, number) for number in numbers} == {"delivered"}
    assert one(runtime, "SELECT count(*) FROM tickets WHERE kind = 'signed'") == 1
    assert one(runtime, "SELECT count(*) FROM codes WHERE dead_reason = 'signed'") == 3

    shown = unescape(admin.get(office).text)
    row = shown[shown.index('id="pilot"') :]
    row = row[row.index("<tbody>") : row.index("</tbody>")]
    assert row.count(">1</td>") == 4
    # The reports say the same of the day, live and summed up, and name the articles behind it.
    live = by_office(supervisor)
    assert [live[part] for part in (*MEASURES["pilot"].parts, "total")] == ["1", "1", "1", "1", "4"]
    behind = supervisor.get(f"/desk/reports/pilot/articles?{DAY}&part=after_wrong").text
    assert numbers[2] in behind
    assert numbers[1] not in behind
    clock.advance(hours=24)
    with runtime.database.transaction() as conn:
        assert summing_up.sum_up_next(conn, runtime.now()) is not None
    assert by_office(sign_in(app, runtime, "supervisor", "later")) == live


def test_a_signature_that_is_undone_counts_for_nothing(runtime: Runtime, player: Player) -> None:
    player.step(f"postman 1001 {POSTMAN}")
    player.step("mode pilot")
    player.step(f"article {PLAIN} to +919876500001 en from +919811100001")
    player.step(f"list 1001: {PLAIN}")
    player.step(f"{POSTMAN} > 1")
    player.step(f"{POSTMAN} > 1 10")
    assert one(runtime, "SELECT proof FROM delivery_items") == "signature"
    player.step(f"{POSTMAN} > 0")
    assert one(runtime, "SELECT proof FROM delivery_items") is None
    assert state(runtime, PLAIN) == "out_for_delivery"
