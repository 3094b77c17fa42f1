"""What households wish and how often their words count: in the reports, as CSV, and as metrics."""

from __future__ import annotations

import csv
import io

import pytest
from flask import Flask

from india.calendar import day_of
from postal.reports import summing_up
from runtime import Runtime
from tests.rigs.api_calls import number_of
from tests.rigs.desk import Colleague, sign_in
from tests.rigs.office import POSTMAN, Office, office, phone_of
from tests.rigs.transcript import Player


@pytest.fixture
def at(player: Player, app: Flask, runtime: Runtime) -> Office:
    """One handed over on a word after a wrong one, one with a word, one with weekdays."""
    made = office(player, app, runtime)
    made.out(1, 2, 3)
    for serial in (1, 2):
        phone = phone_of(serial)
        player.step(f"{phone} > 55 {serial}")
        player.step(f"{phone} > 55 {serial} {{quote {phone}}}")
        player.dial(phone, "dials", "")
        for typed in ("55", "6", "1"):
            player.dial(phone, None, typed)
        player.drain()
    player.step(f"{phone_of(3)} > 55 4 1 3 5")
    made.wait("11 min")
    player.step(f"{POSTMAN} > 1")
    player.step(f"{POSTMAN} > 1 ** {{misword {phone_of(1)}}}")
    player.step(f"{POSTMAN} > 1 ** {{word {phone_of(1)}}}")
    assert made.state(number_of(1)) == "delivered"
    return made


def _row(colleague: Colleague, measure: str, more: str = "") -> dict[str, str]:
    answer = colleague.get(
        f"/desk/reports/{measure}.csv?since=2026-08-14&until=2026-08-14&table=by&by=office{more}"
    )
    assert answer.status_code == 200, answer.text
    (row,) = csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig")))
    return {name: value for name, value in row.items() if value not in ("0", "")}


def test_the_reports_of_an_office_have_its_wishes_and_words(
    at: Office, app: Flask, runtime: Runtime
) -> None:
    supervisor = sign_in(app, runtime, "supervisor")
    for _ in ("live", "summed up"):
        words = _row(supervisor, "words")
        assert (words["worded"], words["total"]) == ("1", "1")
        wrong = _row(supervisor, "wrong_words")
        assert (wrong["word_wrong"], wrong["total"]) == ("1", "1")
        wishes = _row(supervisor, "households")
        # The word of the first was heard: its household is left. Of the second it waits.
        assert (wishes["home_household"], wishes["home_word"], wishes["home_days"]) == ("1",) * 3
        assert wishes["total"] == "3"
        with runtime.database.transaction() as conn:
            summing_up.sum_up(conn, day_of(at.player.clock.now()), at.player.clock.now())
    page = supervisor.get("/desk/reports/wrong_words?since=2026-08-14&until=2026-08-14").text
    assert "Words refused" in page
    listed = "since=2026-08-14&until=2026-08-14&part=word_wrong"
    assert number_of(1) in supervisor.get(f"/desk/reports/wrong_words/articles?{listed}").text


def test_the_third_wrong_word_of_a_day_locks(at: Office, app: Flask, runtime: Runtime) -> None:
    at.player.step(f"{POSTMAN} > 2")
    for _ in range(2):
        at.player.step(f"{POSTMAN} > 2 ** {{misword {phone_of(2)}}}")
        at.player.step("wait 2 min")
    wrong = _row(sign_in(app, runtime, "supervisor"), "wrong_words")
    assert (wrong["word_wrong"], wrong["word_locked"], wrong["total"]) == ("2", "1", "3")


def test_the_metrics_count_them(at: Office, app: Flask) -> None:
    answer = app.test_client().get("/metrics")
    lines = answer.text.splitlines()
    for line in (
        'dakiya_households{wish="household"} 1.0',
        'dakiya_households{wish="neighbour"} 1.0',
        'dakiya_households{wish="weekdays"} 1.0',
        'dakiya_households{wish="word"} 1.0',
        'dakiya_households{wish="locked"} 0.0',
        'dakiya_words_last_day{outcome="used"} 1.0',
        'dakiya_words_last_day{outcome="wrong"} 1.0',
    ):
        assert line in lines, line
    assert phone_of(1) not in answer.text
