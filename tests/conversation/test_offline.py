"""A door without network, through the real doors: the digits, their limit, and who sees them."""

from __future__ import annotations

import logging
import re
from datetime import timedelta

import pytest
from flask import Flask

from conversation.postmen import end_day
from postal.office import slip as slips
from runtime import Runtime
from store import keyring
from tests.rigs import sprints as stored_sprints
from tests.rigs import words
from tests.rigs.api_calls import number_of
from tests.rigs.clock import Clock
from tests.rigs.desk import sign_in
from tests.rigs.doers import reader
from tests.rigs.office import POSTMAN, Office, office, phone_of
from tests.rigs.transcript import Player


@pytest.fixture
def at(player: Player, app: Flask, runtime: Runtime) -> Office:
    return office(player, app, runtime)


def printed(runtime: Runtime) -> list[str]:
    """The three digits on the newest slip, in walking order."""
    with runtime.database.transaction() as conn:
        row = conn.execute("SELECT max(id) FROM delivery_lists").fetchone()
        assert row
        slip = slips.read(conn, row[0], reader(runtime.now()), runtime.keys)
    return [each.check for each in slip.carried]


def test_text_and_slip_show_the_same_whatever_is_issued_and_rotated_that_day(
    at: Office, runtime: Runtime, player: Player, clock: Clock
) -> None:
    at.out(1)
    (first,) = printed(runtime)
    assert re.fullmatch(r"[0-9]{3}", first)
    player.step(f"{POSTMAN} > 1")
    clock.advance(minutes=11)
    runtime.database.run(lambda conn: runtime.keys.make(conn, "codes", runtime.now()))
    player.step(f"{POSTMAN} > 1")
    (shown,) = player.checks.values()
    assert set(shown) == {first} == set(printed(runtime))
    with runtime.database.transaction() as conn:
        assert keyring.current(conn, "codes") == 2
    clock.advance(hours=2)
    (code,) = player.codes.values()
    player.step(f"{POSTMAN} > 1 {code[0]} {first}")  # the older of the two: only replaced
    assert at.state(number_of(1)) == "delivered"
    assert at.one("SELECT proof FROM delivery_items") == ("offline",)
    assert printed(runtime) == [""]  # it is handed over


def test_a_right_code_with_wrong_digits_is_told_that_it_suffices_alone(
    at: Office, runtime: Runtime, player: Player
) -> None:
    """They may be rupees, and none are due: so nothing is noted, and it says what to send."""
    at.out(1)
    (check,) = printed(runtime)
    player.step(f"{POSTMAN} > 1")
    (code,) = player.codes.values()
    said = player.step(f"{POSTMAN} > 1 {code[0]} {(int(check) + 1) % 1000:03}")
    assert any("आखिरी 3 अंक" in each for each in said)
    assert at.state(number_of(1)) == "out_for_delivery"
    assert at.all("SELECT FROM offline_claims") == []
    player.step(f"{POSTMAN} > 1 {code[0]}")
    assert at.state(number_of(1)) == "delivered"


def test_of_a_telephone_in_doubt_the_slip_shows_no_digits_and_says_why(
    at: Office, runtime: Runtime, player: Player
) -> None:
    """Its code's text shows none: who goes by the slip must not be told that he mistyped them."""
    at.out(1)
    (check,) = printed(runtime)
    player.step(f"{POSTMAN} > 1")
    (code,) = player.codes.values()
    player.step(f"doubt {phone_of(1)}")
    assert printed(runtime) == [""]
    for page in ("slip", ""):
        shown = at.clerk.get(f"/office/lists/{at.list_id()}/{page}".rstrip("/")).text
        assert "ubtful" in shown or "in doubt" in shown
    said = player.step(f"{POSTMAN} > 1 {code[0]} {check}")
    assert any("नंबर पर शक है" in each for each in said)
    assert at.all("SELECT FROM offline_claims") == []
    player.step(f"{POSTMAN} > 1 {code[0]}")
    assert at.state(number_of(1)) == "delivered"


def test_beyond_a_days_limit_it_is_a_ticket_and_a_code_that_lives_proves_it_alone(
    at: Office,
    runtime: Runtime,
    player: Player,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(runtime.settings.__dict__, "offline_per_postman", 1)
    at.out(1, 2, 3)
    for item in (1, 2, 3):
        player.step(f"{POSTMAN} > {item}")
    codes = [code for each in player.codes.values() for code in each]
    checks = printed(runtime)
    clock.advance(minutes=20)
    player.step(f"{POSTMAN} > 1 {codes[0]} {checks[0]} 3 {codes[2]} {checks[2]}")
    assert [at.state(number_of(each)) for each in (1, 2, 3)] == [
        "delivered",
        "out_for_delivery",
        "out_for_delivery",
    ]
    assert at.one("SELECT why, outcome FROM offline_claims WHERE outcome = 'unproven'") == (
        "limit",
        "unproven",
    )
    player.step(f"{POSTMAN} > 2")
    living = player.codes[phone_of(2)][-1]
    player.step(f"{POSTMAN} > 2 {living} {checks[1]}")
    assert at.state(number_of(2)) == "delivered"
    assert at.one("SELECT proof FROM delivery_items WHERE serial = 2") == ("code",)


def test_without_them_neither_text_nor_slip_shows_digits(
    at: Office, runtime: Runtime, player: Player, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(runtime.settings.__dict__, "offline_per_postman", 0)
    at.out(1)
    player.step(f"{POSTMAN} > 1")
    assert player.checks == {}
    with runtime.database.transaction() as conn:
        slip = slips.read(conn, 1, reader(runtime.now()), None)
    assert [each.check for each in slip.carried] == [""]


def test_the_day_closes_nothing_that_was_approached_and_not_texted(
    at: Office, runtime: Runtime, player: Player, clock: Clock
) -> None:
    """Hours without a text, and the end of the delivery day, leave the item open until midnight."""
    at.out(1)
    player.step(f"{POSTMAN} > 1")
    (code,) = player.codes.values()
    (check,) = printed(runtime)
    ends = clock.now().astimezone().replace(hour=15, minute=0)  # half past eight in India
    clock.advance(seconds=int((ends - clock.now()).total_seconds()))
    player.timers()
    end_day(runtime)
    player.drain()
    player.step(f"{POSTMAN} > 1 {code[0]} {check}")
    assert at.state(number_of(1)) == "delivered"


def test_a_text_of_the_next_day_is_about_the_next_days_list(
    at: Office, player: Player, runtime: Runtime, clock: Clock
) -> None:
    at.out(1)
    player.step(f"{POSTMAN} > 1")
    (code,) = player.codes.values()
    (check,) = printed(runtime)
    clock.advance(seconds=int(timedelta(days=1).total_seconds()))
    player.step(f"{POSTMAN} > 1 {code[0]} {check}")
    assert at.state(number_of(1)) != "delivered"


def test_the_digits_are_kept_nowhere_and_shown_to_nobody_but_telephone_and_slip(
    at: Office, app: Flask, runtime: Runtime, player: Player, clock: Clock,
    caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    caplog.set_level(logging.DEBUG)
    at.out(*range(1, 9))
    for item in range(1, 9):
        player.step(f"{POSTMAN} > {item}")
    clock.advance(minutes=30)
    checks = printed(runtime)
    codes = [code for each in player.codes.values() for code in each]
    before = kept(runtime) + caplog.text
    # A number of three digits may stand anywhere by chance; of eight, some do not.
    unseen = [place for place in range(8) if not stands(checks[place], before)]
    assert len(unseen) >= 4
    for place in unseen:
        player.step(f"{POSTMAN} > {place + 1} {codes[place]} {checks[place]}")
        player.step(f"{POSTMAN} > {place + 1} {codes[place][:5]} {checks[place]}")
        player.step(f"{POSTMAN} > {place + 1} kya hua {codes[place][:5]} {checks[place]}")
    captured = capsys.readouterr()
    after = kept(runtime) + caplog.text + captured.out + captured.err
    master = sign_in(app, runtime, "postmaster", "master")
    after += master.post("/desk/find", query="1001").text
    after += master.get("/desk/conversations/1").text
    # By chance three digits also come afterwards (a number of a row, a duration). What is kept of
    # such texts would show those of each place, and not of one or two.
    shown = {
        place: re.findall(rf".{{0,60}}(?<![\w.:-]){checks[place]}(?![\w-]).{{0,30}}", after)
        for place in unseen
    }
    assert sum(bool(found) for found in shown.values()) * 2 < len(unseen), shown


def stands(digits: str, text: str) -> bool:
    return re.search(rf"(?<![\w.:-]){digits}(?![\w-])", text) is not None


def kept(runtime: Runtime) -> str:
    """What the database keeps of texts, decisions and what happened."""
    with runtime.database.transaction() as conn:
        said = [f"{each.body} {each.variables}" for each in words.contents(conn)]
        rows = conn.execute(
            "SELECT data::text FROM events UNION ALL SELECT body FROM messages"
            " WHERE direction = 'in' UNION ALL SELECT row_to_json(k)::text FROM offline_claims k"
        ).fetchall()
        return "\n".join([*stored_sprints.contents(conn), *said, *(str(row[0]) for row in rows)])


def test_the_office_sees_how_often_it_was_wrong_until_it_is_settled(
    at: Office, app: Flask, runtime: Runtime, player: Player, clock: Clock
) -> None:
    at.out(1)
    player.step(f"{POSTMAN} > 1")
    (codes,) = player.codes.values()
    (check,) = printed(runtime)
    clock.advance(minutes=30)
    player.step(f"{POSTMAN} > 1 {wrong(codes[0])} {check}")
    master = sign_in(app, runtime, "postmaster", "master")
    assert figures(master.get("/office/exceptions").text) == ["0", "1", "0", "0", "0"]
    assert at.one("SELECT closed_at IS NULL FROM tickets WHERE kind = 'offline'") == (True,)
    player.step(f"{POSTMAN} > 1 {codes[0]} {check}")
    assert figures(master.get("/office/exceptions").text) == ["1", "0", "0", "0", "1"]
    assert at.one("SELECT closed_at IS NULL FROM tickets WHERE kind = 'offline'") == (False,)
    player.step(f"{POSTMAN} > 0")
    assert at.one("SELECT outcome, said FROM offline_claims") == ("undone", 2)


def figures(page: str) -> list[str]:
    return re.findall(r"<td>(\d+)</td>", page.partition("Without network")[2])[:5]


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


def test_the_ticket_of_a_late_text_ends_with_the_proof(
    at: Office, runtime: Runtime, player: Player, clock: Clock
) -> None:
    at.out(1)
    player.step(f"{POSTMAN} > 1")
    ((code,),) = player.codes.values()
    (check,) = printed(runtime)
    clock.advance(minutes=40)
    player.step(f"{POSTMAN} > 1 {code}")
    assert at.one("SELECT kind, closed_at FROM tickets") == ("late_handover", None)
    player.step(f"{POSTMAN} > 1 {code} {check} de diya")
    assert at.state(number_of(1)) == "delivered"
    assert at.one("SELECT count(*) FROM tickets WHERE closed_at IS NULL") == (0,)
