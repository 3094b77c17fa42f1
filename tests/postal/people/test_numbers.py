"""Telephones in doubt: withdrawn ones, those that a look-up calls no mobile, and their figures."""

from __future__ import annotations

import dataclasses
import re
from datetime import date
from pathlib import Path

import pytest
from flask import Flask

from gateways.lookups.base import NumberLookup
from gateways.lookups.simulator import (
    ANOTHERS_END,
    LANDLINE_END,
    SILENT_END,
    SWAPPED_END,
    UNUSED_END,
    SimulatorLookup,
)
from outbox.lookups import NumberLookups
from postal.people import numbers
from runtime import Runtime
from store import feed
from tests.rigs.api_calls import number_of
from tests.rigs.clock import Clock
from tests.rigs.desk import sign_in
from tests.rigs.lookup_service import ANSWERS, lookup_service, says
from tests.rigs.transcript import Player

HOLDER, SENDER = "+919876500001", "+919811100001"
NUMBERS = (
    *("EU123456785IN", "EU473124829IN", "CP000000005IN", "RR287043775IN"),
    *(number_of(7), number_of(8)),
)


def doubt_of(runtime: Runtime, phone: str) -> str | None:
    with runtime.database.transaction() as conn:
        row = conn.execute("SELECT doubt FROM phones WHERE phone = %s", [phone]).fetchone()
    return None if row is None else row[0]


def look_up(runtime: Runtime, service: NumberLookup | None = None) -> int:
    """Ask about all that is due; return how many look-ups were begun."""
    lookups = NumberLookups(dataclasses.replace(runtime, lookup=service or SimulatorLookup()))
    begun = 0
    while now := lookups.start():
        begun += now
        lookups.wait()
    lookups.finish()
    return begun


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
    assert "numbers: 2, new or later than before: 2;" in done.output
    assert "telephones of the books in doubt now: 1;" in done.output
    assert "line 4: no telephone" in done.output
    assert "line 5: the second column" in done.output
    assert "no number" not in done.output
    player.step(f"article {NUMBERS[1]} to +919876500002 en from {SENDER}")
    assert doubt_of(runtime, HOLDER) == doubt_of(runtime, "+919876500002") == "withdrawn"
    again = app.test_cli_runner().invoke(args=command)
    assert "numbers: 2, new or later than before: 0;" in again.output


def test_the_stronger_reason_replaces_the_weaker_and_no_weaker_one_the_stronger(
    app: Flask, runtime: Runtime, player: Player, listed: Path
) -> None:
    """Who said that one post is not his may be asked about another; a withdrawn number may not."""
    for number in NUMBERS[:2]:
        player.step(f"article {number} to {HOLDER} en from {SENDER}")
    player.step(f"{HOLDER} > 2 4829")
    assert doubt_of(runtime, HOLDER) == "denied"
    done = app.test_cli_runner().invoke(args=["numbers", "withdrawn", str(listed)])
    assert "telephones of the books in doubt now: 1;" in done.output
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
    assert "numbers: 1, new or later than before: 1;" in done.output
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


@pytest.mark.parametrize(
    ("withdrawn", "doubt"), [("2026-07-31", None), ("2099-01-01", "withdrawn")]
)
def test_a_code_that_it_fetched_is_its_own_word_too(
    runtime: Runtime, player: Player, withdrawn: str, doubt: str | None
) -> None:
    """Nobody doubted it when it wrote `1`: a list of before says nothing against it."""
    for line in (
        "postman 1001 +919876543210",
        f"article {NUMBERS[0]} to {HOLDER} en from {SENDER}",
        f"list 1001: {NUMBERS[0]}",
        f"{HOLDER} > 1",
    ):
        player.step(line)
    with runtime.database.transaction() as conn:
        numbers.list_withdrawn(conn, [(HOLDER, date.fromisoformat(withdrawn))], runtime.now())
    assert doubt_of(runtime, HOLDER) == doubt


def test_a_1_that_brought_nothing_is_no_word_of_its_own(runtime: Runtime, player: Player) -> None:
    """Whoever forges it before the post is out gets no answer there, and proves nothing."""
    player.step(f"article {NUMBERS[0]} to {HOLDER} en from {SENDER}")
    player.step(f"{HOLDER} > 1")
    with runtime.database.transaction() as conn:
        numbers.list_withdrawn(conn, [(HOLDER, date(2026, 7, 31))], runtime.now())
    assert doubt_of(runtime, HOLDER) == "withdrawn"


def is_asked_first(player: Player) -> None:
    """The postman names another number, the office agrees, and the holder gets two digits."""
    player.step(f"{POSTMAN} > 1 29 9876500009 1 1234")
    told = player.step("+915512340000 > 1 {quote +915512340000}")
    assert any(each.startswith(f"{HOLDER} < ") and "{quote}" in each for each in told), told


@pytest.mark.parametrize("why", ["withdrawn", "looked_up"])
def test_who_has_the_code_is_asked_whoever_is_named_at_the_door(
    runtime: Runtime, player: Player, why: str
) -> None:
    """A list or a look-up is wrong about it, and the office believes its postman."""
    for line in (
        "office +915512340000",
        f"postman 1001 {POSTMAN}",
        f"article {NUMBERS[0]} to {HOLDER} en from {SENDER}",
        f"list 1001: {NUMBERS[0]}",
        f"{HOLDER} > 1",
        f"{POSTMAN} > 1",
    ):
        player.step(line)
    with runtime.database.transaction() as conn:
        if why == "withdrawn":
            numbers.list_withdrawn(conn, [(HOLDER, date(2099, 1, 1))], runtime.now())
        else:
            numbers.doubt_looked_up(conn, HOLDER, "en", runtime.now())
    is_asked_first(player)
    player.step(f"{POSTMAN} > 1 {{code {HOLDER}}}")
    player.step(f"{NUMBERS[0]} is delivered")


def test_a_number_that_a_look_up_alone_doubts_is_asked_whoever_is_named_at_the_door(
    runtime: Runtime, player: Player
) -> None:
    for line in (
        "office +915512340000",
        f"postman 1001 {POSTMAN}",
        f"article {NUMBERS[0]} to {HOLDER} en from {SENDER}",
        f"list 1001: {NUMBERS[0]}",
    ):
        player.step(line)
    with runtime.database.transaction() as conn:
        numbers.doubt_looked_up(conn, HOLDER, "en", runtime.now())
    player.step(f"{POSTMAN} > 1")
    is_asked_first(player)


def test_each_telephone_is_looked_up_once_and_a_landline_is_in_doubt(
    runtime: Runtime, player: Player, clock: Clock
) -> None:
    first, *phones = (f"+91987650{end}" for end in ("0001", "0002", LANDLINE_END, UNUSED_END))
    player.step(f"article {NUMBERS[0]} to {first} en from {SENDER}")
    look_up(runtime)
    for number, phone in zip(NUMBERS[1:4], phones, strict=True):
        player.step(f"article {number} to {phone} en from {SENDER}")
    look_up(runtime)
    assert [doubt_of(runtime, phone) for phone in phones] == [None, "looked_up", "looked_up"]
    with runtime.database.transaction() as conn:
        asked = conn.execute("SELECT attempts, line FROM number_lookups ORDER BY article_id")
        assert asked.fetchall() == [
            (1, "mobile"), (1, "mobile"), (1, "landline"), (1, "unused"),
        ]  # fmt: skip
    assert look_up(runtime) == 0
    clock.advance(seconds=89 * 86_400)
    player.step(f"article {NUMBERS[4]} to {phones[1]} en from {SENDER}")
    assert look_up(runtime) == 0
    clock.advance(seconds=2 * 86_400)
    player.step(f"article {NUMBERS[5]} to {phones[1]} en from {SENDER}")
    assert look_up(runtime) == 1


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


def test_a_withdrawn_number_that_is_named_for_an_article_is_in_doubt(
    app: Flask, runtime: Runtime, player: Player, listed: Path
) -> None:
    """Whoever has it now agrees, and may not be whom the addressee meant."""
    withdrawn = "+919876500002"
    app.test_cli_runner().invoke(args=["numbers", "withdrawn", str(listed), "--on", "2026-07-31"])
    player.step("postman 1001 +919876543210")
    player.step(f"article {NUMBERS[0]} to +919876500009 en from {SENDER}")
    player.step("+919876500009 > 5 9876500002")
    assert doubt_of(runtime, withdrawn) is None
    player.step(f"{withdrawn} > 1")
    assert doubt_of(runtime, withdrawn) == "withdrawn"


# ---- looked up, however an article got the telephone -------------------------------------------

NEW, POSTMAN, OFFICE = "+919876500022", "+919876543210", "+915512340000"
_OUT = (f"list 1001: {NUMBERS[0]}",)
ROADS: dict[str, tuple[str, ...]] = {
    "booking": (f"article {NUMBERS[1]} to {NEW} en from {SENDER}",),
    "sender": (f"{HOLDER} > 2", f"{SENDER} > {NUMBERS[0]} {NEW[3:]} {{quote {SENDER}}}"),
    "holder asked": (
        f"{SENDER} > {NUMBERS[0]} {NEW[3:]} {{quote {SENDER}}}",
        f"{HOLDER} > 1 {{quote {HOLDER}}}",
    ),
    "desk": (f"{NUMBERS[0]} desk number {NEW}",),
    "booker": (f"{NUMBERS[0]} desk typing {NEW}",),
    "nominee": (*_OUT, f"{HOLDER} > 5 {NEW[3:]}", f"{NEW} > 1"),
    "door": (
        *_OUT,
        f"{HOLDER} > 2",
        f"{POSTMAN} > 1 29 {NEW[3:]} 1 1234",
        "postmaster 2001",
        f"{NUMBERS[0]} exception yes 2001",
    ),
}


@pytest.mark.parametrize("road", ROADS)
def test_a_telephone_is_looked_up_however_an_article_got_it(
    runtime: Runtime, player: Player, road: str
) -> None:
    player.step(f"office {OFFICE}")
    player.step(f"postman 1001 {POSTMAN}")
    player.step(f"article {NUMBERS[0]} to {HOLDER} en from {SENDER}")
    with lookup_service() as service:
        service.of[NEW] = [says("Landline")]
        look_up(runtime, service.adapter())
        assert service.numbers() == [HOLDER]
        for line in ROADS[road]:
            player.step(line)
        assert look_up(runtime, service.adapter()) == 1
        assert service.numbers() == [HOLDER, NEW]
    assert doubt_of(runtime, NEW) == "looked_up"


def test_a_telephone_of_staff_is_not_looked_up(runtime: Runtime, player: Player) -> None:
    """A postman gets post as well, and an office."""
    office = "+919876511111"
    player.step(f"office {office}")
    player.step(f"postman 1001 {POSTMAN}")
    player.step(f"article {NUMBERS[0]} to {POSTMAN} en from {SENDER}")
    player.step(f"article {NUMBERS[1]} to {office} en from {SENDER}")
    assert look_up(runtime) == 0


def test_what_was_booked_before_a_service_was_named_is_as_old_as_it_is(
    runtime: Runtime, player: Player
) -> None:
    player.step(f"article {NUMBERS[0]} to {HOLDER} en from {SENDER}")
    with runtime.database.transaction() as conn:
        feed.place(conn, 100)  # somebody read the feed meanwhile
    assert look_up(runtime) == 0
    player.step(f"article {NUMBERS[1]} to {NEW} en from {SENDER}")
    assert look_up(runtime) == 1


def test_bookings_are_read_on_from_where_the_release_before_read(
    runtime: Runtime, player: Player, clock: Clock
) -> None:
    player.step(f"article {NUMBERS[0]} to {HOLDER} en from {SENDER}")
    player.step(f"article {NUMBERS[1]} to {NEW} en from {SENDER}")
    with runtime.database.transaction() as conn:
        feed.place(conn, 100)
        conn.execute(
            "INSERT INTO number_lookups (phone, article_id, asked_at, answered_at)"
            " SELECT recipient_phone, id, %(now)s, %(now)s FROM articles WHERE number = %(number)s",
            {"now": clock.now(), "number": NUMBERS[0]},
        )
    assert look_up(runtime) == 1


# ---- a service that hangs, lies or talks nonsense ------------------------------------------------


def test_nobody_waits_for_a_service_that_hangs_and_it_is_asked_again(
    runtime: Runtime, player: Player, clock: Clock
) -> None:
    for line in (
        f"postman 1001 {POSTMAN}",
        f"article {NUMBERS[0]} to {HOLDER} en from {SENDER}",
        f"list 1001: {NUMBERS[0]}",
    ):
        player.step(line)
    with lookup_service() as service:
        service.of[HOLDER] = ["hangs", says("Landline")]
        asking = dataclasses.replace(runtime, lookup=service.adapter(timeout=(0.3, 5)))
        lookups = NumberLookups(asking)
        assert lookups.start() == 1
        assert service.reached.wait(5)
        told = player.step(f"{POSTMAN} > 1")  # the answer is still to come
        assert any(f"{HOLDER} < Code {{code}}" in each for each in told)
        assert lookups.start() == 0
        service.over.set()  # it hangs up without a word
        lookups.wait()
        assert doubt_of(runtime, HOLDER) is None
        assert lookups.start() == 0
        clock.advance(seconds=61)
        assert lookups.start() == 1
        lookups.wait()
        lookups.finish()
    assert doubt_of(runtime, HOLDER) == "looked_up"


@pytest.mark.parametrize("said", ["404", "500", "garbage"])
def test_nonsense_puts_nobody_in_doubt(
    runtime: Runtime, player: Player, clock: Clock, said: str
) -> None:
    player.step(f"article {NUMBERS[0]} to {HOLDER} en from {SENDER}")
    with lookup_service() as service:
        service.answer = ANSWERS[said]
        for _ in range(5):
            look_up(runtime, service.adapter())
            clock.advance(seconds=61)
        assert len(service.asked) == 3
    assert doubt_of(runtime, HOLDER) is None


def test_a_service_that_says_now_this_now_that_is_outweighed_by_the_persons_word(
    runtime: Runtime, player: Player, clock: Clock
) -> None:
    """It calls a good number a landline, then a mobile, then a landline: one question in all."""
    player.step(f"postman 1001 {POSTMAN}")
    asked: list[bool] = []
    with lookup_service() as service:
        service.of[HOLDER] = [says("Landline"), says("Mobile"), says("Landline")]
        for number in NUMBERS[:2]:
            player.step(f"article {number} to {HOLDER} en from {SENDER}")
            look_up(runtime, service.adapter())
            player.step(f"list 1001: {number}")
            told = player.step(f"{POSTMAN} > {len(asked) + 1}")
            asked.append(any("For you? Send 1" in each for each in told))
            if asked[-1]:
                assert any("Code {code}" in each for each in player.step(f"{HOLDER} > 1"))
        clock.advance(seconds=91 * 86_400)
        player.step(f"article {NUMBERS[2]} to {HOLDER} en from {SENDER}")
        look_up(runtime, service.adapter())
        clock.advance(seconds=91 * 86_400)
        assert doubt_of(runtime, HOLDER) is None
        player.step(f"article {NUMBERS[3]} to {HOLDER} en from {SENDER}")
        look_up(runtime, service.adapter())
        assert len(service.asked) == 3
    assert asked == [True, False]
    assert doubt_of(runtime, HOLDER) == "looked_up"  # half a year after that word


def test_a_service_that_calls_a_withdrawn_number_good_ends_no_doubt(
    app: Flask, runtime: Runtime, player: Player, listed: Path
) -> None:
    player.step(f"article {NUMBERS[0]} to {HOLDER} en from {SENDER}")
    app.test_cli_runner().invoke(args=["numbers", "withdrawn", str(listed), "--on", "2026-07-31"])
    with lookup_service() as service:
        look_up(runtime, service.adapter())
        assert service.numbers() == [HOLDER]
    assert doubt_of(runtime, HOLDER) == "withdrawn"
