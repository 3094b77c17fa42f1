"""Telephones in doubt: withdrawn ones, those that a look-up calls no mobile, and their figures."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import pytest
from flask import Flask

from gateways.lookups.simulator import (
    ANOTHERS_END,
    LANDLINE_END,
    SILENT_END,
    SWAPPED_END,
    UNUSED_END,
    SimulatorLookup,
)
from outbox.lookups import NumberLookups
from runtime import Runtime
from tests.rigs.clock import Clock
from tests.rigs.desk import sign_in
from tests.rigs.transcript import Player

HOLDER, SENDER = "+919876500001", "+919811100001"
NUMBERS = ("EU123456785IN", "EU473124829IN", "CP000000005IN", "RR287043775IN")


def doubt_of(runtime: Runtime, phone: str) -> str | None:
    with runtime.database.transaction() as conn:
        row = conn.execute("SELECT doubt FROM phones WHERE phone = %s", [phone]).fetchone()
    return None if row is None else row[0]


def look_up(runtime: Runtime) -> None:
    lookups = NumberLookups(dataclasses.replace(runtime, lookup=SimulatorLookup()))
    while lookups.start():
        lookups.wait()
    lookups.finish()


@pytest.fixture
def listed(tmp_path: Path) -> Path:
    file = tmp_path / "mnrl.csv"
    file.write_text(
        "mobile,disconnected\n9876500001,2026-08-01\n98765 00002,\nno number,2026-08-01\n"
        "9876500003,8th of August\n"
    )
    return file


def test_a_list_doubts_what_is_in_the_books_and_what_is_booked_later(
    app: Flask, runtime: Runtime, player: Player, listed: Path
) -> None:
    player.step(f"article {NUMBERS[0]} to {HOLDER} en from {SENDER}")
    command = ["numbers", "withdrawn", str(listed), "--on", "2026-07-31"]
    done = app.test_cli_runner().invoke(args=command)
    assert done.exit_code == 0, done.output
    assert "2 numbers, 2 of them new" in done.output
    assert "1 telephones of the books are in doubt" in done.output
    assert "line 4: no telephone" in done.output
    assert "line 5: the second column" in done.output
    assert "no number" not in done.output
    player.step(f"article {NUMBERS[1]} to +919876500002 en from {SENDER}")
    assert doubt_of(runtime, HOLDER) == doubt_of(runtime, "+919876500002") == "withdrawn"
    again = app.test_cli_runner().invoke(args=command)
    assert "2 numbers, 0 of them new" in again.output


def test_the_stronger_reason_replaces_the_weaker_and_no_weaker_one_the_stronger(
    app: Flask, runtime: Runtime, player: Player, listed: Path
) -> None:
    """Who said that one post is not his may be asked about another; a withdrawn number may not."""
    for number in NUMBERS[:2]:
        player.step(f"article {number} to {HOLDER} en from {SENDER}")
    player.step(f"{HOLDER} > 2 4829")
    assert doubt_of(runtime, HOLDER) == "denied"
    done = app.test_cli_runner().invoke(args=["numbers", "withdrawn", str(listed)])
    assert "1 telephones of the books are in doubt" in done.output
    assert doubt_of(runtime, HOLDER) == "withdrawn"
    player.step(f"{HOLDER} > 2 6785")
    assert doubt_of(runtime, HOLDER) == "withdrawn"


def test_a_day_of_the_list_is_read_as_everywhere_and_none_is_still_to_come(
    app: Flask, runtime: Runtime, player: Player, tmp_path: Path
) -> None:
    """The desk says when the operator withdrew it, and not when the list was read."""
    player.step(f"article {NUMBERS[0]} to {HOLDER} en from {SENDER}")
    file = tmp_path / "mnrl.csv"
    file.write_text("9876500001,03-08-2026\n9876500002,2027-01-01\n")
    done = app.test_cli_runner().invoke(args=["numbers", "withdrawn", str(file)])
    assert "1 numbers, 1 of them new" in done.output
    assert "line 2: 2027-01-01 is still to come" in done.output
    late = ["numbers", "withdrawn", str(file), "--on", "01-01-2027"]
    assert "still to come" in app.test_cli_runner().invoke(args=late).output
    agent = sign_in(app, runtime, "agent")
    player.step(f"{HOLDER} > kab aayegi")
    with runtime.database.transaction() as conn:
        row = conn.execute("SELECT min(id) FROM conversations WHERE whose = %s", [HOLDER])
        conversation = row.fetchone()
    assert conversation is not None
    shown = re.sub(r"<[^>]+>", "", agent.get(f"/desk/conversations/{conversation[0]}").text)
    assert "its operator withdrew it 3 Aug 2026 (known here since 14 Aug" in " ".join(shown.split())


def test_a_file_of_nothing_is_refused(app: Flask, tmp_path: Path) -> None:
    file = tmp_path / "empty.csv"
    file.write_text("mobile\nhello\n")
    refused = app.test_cli_runner().invoke(args=["numbers", "withdrawn", str(file)])
    assert refused.exit_code == 1
    assert "no line could be read" in refused.output


def test_its_own_word_outlives_an_older_list(
    app: Flask, runtime: Runtime, player: Player, listed: Path, clock: Clock
) -> None:
    for line in (
        "postman 1001 +919876543210",
        f"article {NUMBERS[0]} to {HOLDER} en from {SENDER}",
        f"list 1001: {NUMBERS[0]}",
        f"doubt {HOLDER}",
        "+919876543210 > 1",
        f"{HOLDER} > 1",
    ):
        player.step(line)
    assert doubt_of(runtime, HOLDER) is None
    clock.advance(seconds=86_400)
    app.test_cli_runner().invoke(args=["numbers", "withdrawn", str(listed), "--on", "2026-07-31"])
    assert doubt_of(runtime, HOLDER) is None
    figures = app.test_cli_runner().invoke(args=["numbers", "figures"]).output
    assert "asked in 30 days: 1; mine: 1; not mine: 0; no answer: 0" in figures


def test_each_telephone_is_looked_up_once_and_a_landline_is_in_doubt(
    runtime: Runtime, player: Player, clock: Clock
) -> None:
    first, *phones = (f"+91987650{end}" for end in ("0001", "0002", LANDLINE_END, UNUSED_END))
    player.step(f"article {NUMBERS[0]} to {first} en from {SENDER}")
    clock.advance(seconds=61)
    look_up(runtime)
    for number, phone in zip(NUMBERS[1:], phones, strict=True):
        player.step(f"article {number} to {phone} en from {SENDER}")
    look_up(runtime)
    assert doubt_of(runtime, phones[1]) is None  # too young: one before it may still come
    clock.advance(seconds=61)
    look_up(runtime)
    assert [doubt_of(runtime, phone) for phone in phones] == [None, "looked_up", "looked_up"]
    with runtime.database.transaction() as conn:
        asked = conn.execute("SELECT attempts, line FROM number_lookups ORDER BY article_id")
        assert asked.fetchall() == [
            (1, "mobile"), (1, "mobile"), (1, "landline"), (1, "unused"),
        ]  # fmt: skip
    look_up(runtime)


def test_a_service_that_says_nothing_is_asked_three_times(
    runtime: Runtime, player: Player, clock: Clock
) -> None:
    phone = f"+91987650{SILENT_END}"
    player.step(f"article {NUMBERS[0]} to {phone} en from {SENDER}")
    for _ in range(5):
        clock.advance(seconds=61)
        look_up(runtime)
    with runtime.database.transaction() as conn:
        row = conn.execute("SELECT attempts, answered_at FROM number_lookups").fetchone()
    assert row == (3, None)
    assert doubt_of(runtime, phone) is None


@pytest.mark.parametrize("end", [ANOTHERS_END, SWAPPED_END])
def test_a_number_of_somebody_else_or_with_a_new_sim_is_in_doubt(
    runtime: Runtime, player: Player, clock: Clock, end: str
) -> None:
    player.step(f"article {NUMBERS[0]} to +91987650{end} en from {SENDER}")
    clock.advance(seconds=61)
    look_up(runtime)
    assert doubt_of(runtime, f"+91987650{end}") == "looked_up"


def test_a_withdrawn_number_that_is_put_on_an_article_later_is_asked_first(
    app: Flask, runtime: Runtime, player: Player, listed: Path
) -> None:
    """The sender corrects the number to one that was withdrawn: it gets a question, and no code."""
    withdrawn = "+919876500002"
    app.test_cli_runner().invoke(args=["numbers", "withdrawn", str(listed), "--on", "2026-07-31"])
    player.step("postman 1001 +919876543210")
    player.step(f"article {NUMBERS[0]} to +919876500009 en from {SENDER}")
    player.step("+919876500009 > 2")
    player.step(f"{SENDER} > {NUMBERS[0]} 9876500002 {{quote {SENDER}}}")
    assert doubt_of(runtime, withdrawn) == "withdrawn"
    player.step(f"list 1001: {NUMBERS[0]}")
    player.step("+919876543210 > 1")
    with runtime.database.transaction() as conn:
        told = conn.execute("SELECT template FROM messages WHERE phone = %s", [withdrawn])
        templates = {each[0] for each in told.fetchall()}
    assert "number_asked" in templates
    assert "code" not in templates
