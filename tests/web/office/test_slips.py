"""A postman's printed slip through the office's pages: what stands on it, and for whom."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest
from flask import Flask
from psycopg import sql

from flows.grammar.postman import KINDS_OF_DOCUMENT, REASONS
from india.calendar import day_of
from paper.content import LANGUAGES, Language
from paper.words import say as say_on_paper
from postal import todays_list
from postal.office import slip as slips
from runtime import Runtime
from tests.rigs.clock import Clock
from tests.rigs.desk import Colleague, sign_in, speak
from tests.rigs.doers import reader
from tests.rigs.paper import sheets
from tests.rigs.transcript import Player
from web.language import words

POSTMAN, RECIPIENT = "+919839000001", "+919876500001"
CODED, PLAIN, LETTER = "EU123456785IN", "EU123456799IN", "RR287043775IN"


@pytest.fixture
def clerk(app: Flask, player: Player, runtime: Runtime) -> Colleague:
    """At the office whose postman 1001 carries three articles: code, plain with COD, registered."""
    player.step(f"postman 1001 {POSTMAN}")
    for each in (CODED, PLAIN, LETTER):
        player.step(f"article {each} to {RECIPIENT} hi")
    with runtime.database.transaction() as conn:
        conn.execute(
            "UPDATE articles SET otp_required = false, cod_amount = 750 WHERE number = %s", [PLAIN]
        )
        conn.execute("UPDATE articles SET service = 'registered' WHERE number = %s", [LETTER])
    player.step(f"list 1001: {CODED} {PLAIN} {LETTER}")
    return sign_in(app, runtime, "clerk")


def list_id(runtime: Runtime) -> int:
    with runtime.database.transaction() as conn:
        row = conn.execute("SELECT id FROM delivery_lists").fetchone()
    assert row is not None
    return int(row[0])


def test_the_slip_has_the_list_in_walking_order(
    clerk: Colleague, runtime: Runtime, clock: Clock
) -> None:
    path = f"/office/lists/{list_id(runtime)}/slip"
    answer = clerk.get(path + ".pdf?lang=en")
    assert answer.mimetype == "application/pdf"
    (page,) = sheets(answer.data)
    assert page.barcodes() == [CODED, PLAIN, LETTER]
    for each in ("Gorakhpur, PIN 273303", "(1001)", "Friday, 14 August 2026", "Page 1 of 1"):
        assert each in page.text
    assert "3 articles, 1 of them with COD" in page.text
    assert "To collect: ₹ 750" in page.text
    shown = clerk.get(path).text
    for each in ("3 articles, 1 of them with COD", "To collect: ₹ 750", ">6785<"):
        assert each in shown


def test_neither_telephone_nor_code_is_on_it(
    clerk: Colleague, player: Player, runtime: Runtime
) -> None:
    with runtime.database.transaction() as conn:
        conn.execute("UPDATE articles SET recipient_address = %s", [f"Piprauli, Mob {RECIPIENT}"])
    player.step(f"{POSTMAN} > 1")
    code = player.codes[RECIPIENT][-1]
    path = f"/office/lists/{list_id(runtime)}/slip"
    (page,) = sheets(clerk.get(path + ".pdf?lang=hi").data)
    for said in (page.text, clerk.get(path).text):
        assert RECIPIENT[3:] not in said
        assert "Mob ••••••0001" in said
        assert code not in said


def test_a_signature_is_asked_for_where_the_law_wants_one(
    clerk: Colleague, runtime: Runtime
) -> None:
    with runtime.database.transaction() as conn:
        slip = slips.read(conn, list_id(runtime), reader(runtime.now()), runtime.keys)
    rules = [(each.number, each.code_required, each.taker, each.signature) for each in slip.carried]
    assert rules == [
        (CODED, True, "anyone", False),
        (PLAIN, False, "addressee", True),  # COD: docs/developing/domain.md rule 2
        (LETTER, True, "addressee", True),
    ]


@pytest.mark.parametrize(
    ("column", "value", "taker", "signature"),
    [
        ("service", "insured", "addressee", True),
        ("service", "money_order", "addressee", True),
        ("registration", True, "addressee", True),
        ("passport", True, "addressee", True),
        ("service", "parcel", "anyone", False),
        ("otp_required", False, "anyone", True),
    ],
)
def test_who_may_take_it_and_who_signs(
    clerk: Colleague, runtime: Runtime, column: str, value: object, taker: str, signature: bool
) -> None:
    change = sql.SQL("UPDATE articles SET {} = %s WHERE number = %s")
    with runtime.database.transaction() as conn:
        conn.execute(change.format(sql.Identifier(column)), [value, CODED])
        first = slips.read(conn, list_id(runtime), reader(runtime.now()), runtime.keys).carried[0]
    assert (first.taker, first.signature) == (taker, signature)


def test_for_two_days_after_a_move_slip_page_and_dial_ask_for_a_document(
    clerk: Colleague, player: Player, runtime: Runtime, clock: Clock
) -> None:
    with runtime.database.transaction() as conn:
        until = runtime.now() + timedelta(minutes=5)
        conn.execute("UPDATE articles SET document_until = %s", [until])  # the plain one too
    list_ = f"/office/lists/{list_id(runtime)}"
    (page,) = sheets(clerk.get(f"{list_}/slip.pdf?lang=en").data)
    assert " ".join(page.text.split()).count("Code AND a document") == 2
    assert clerk.get(f"{list_}/slip").text.count("Code AND a document") == 2
    assert clerk.get(list_).text.count("code and a document") == 2
    with runtime.database.transaction() as conn:
        postman = conn.execute("SELECT postman_id FROM delivery_lists").fetchone()
        assert postman is not None
        items = todays_list.items(conn, postman[0], day_of(runtime.now()), runtime.now())
    assert [each.document for each in items] == [True, False, True]

    clock.advance(minutes=5)
    (page,) = sheets(clerk.get(f"{list_}/slip.pdf?lang=en").data)
    assert "Code AND a document" not in " ".join(page.text.split())
    assert "code and a document" not in clerk.get(list_).text


def test_printed_again_it_shows_what_came_of_each(
    clerk: Colleague, player: Player, runtime: Runtime
) -> None:
    player.step(f"{POSTMAN} > 1")
    player.step(f"{POSTMAN} > 1 {player.codes[RECIPIENT][-1]}")
    player.step(f"{POSTMAN} > 3 11")
    path = f"/office/lists/{list_id(runtime)}/slip"
    (page,) = sheets(clerk.get(path + ".pdf?lang=en").data)
    assert "delivered" in page.text
    assert page.text.count("11 door locked") == 2  # in its row, and among the remarks at the foot


def test_what_was_withdrawn_is_not_on_it(
    clerk: Colleague, player: Player, runtime: Runtime
) -> None:
    player.step(f"{POSTMAN} > 2 > 0")
    (page,) = sheets(clerk.get(f"/office/lists/{list_id(runtime)}/slip.pdf").data)
    assert page.barcodes() == [CODED, LETTER]


def test_who_read_it_is_written_down(clerk: Colleague, runtime: Runtime) -> None:
    clerk.get(f"/office/lists/{list_id(runtime)}/slip.pdf")
    with runtime.database.transaction() as conn:
        looks = conn.execute(
            "SELECT what, shown, reason FROM access_log"
            " WHERE staff_id = %s AND reason LIKE '%%slip%%'",
            [clerk.staff_row],
        ).fetchall()
    assert looks == [("listed", 3, "office.slip_pdf: slip 1001 2026-08-14")]


def test_another_offices_list_is_not_there(clerk: Colleague, runtime: Runtime) -> None:
    with runtime.database.transaction() as conn:
        conn.execute(
            "WITH o AS (INSERT INTO offices (name, pin, branch_type, district)"
            " VALUES ('Nautanwa S.O', '273164', 'sub', 'MAHARAJGANJ') RETURNING id)"
            " UPDATE staff SET office_id = o.id FROM o WHERE staff.id = %s",
            [clerk.staff_row],
        )
    for path in ("slip", "slip.pdf"):
        assert clerk.get(f"/office/lists/{list_id(runtime)}/{path}").status_code == 404
        assert clerk.get(f"/office/lists/999/{path}").status_code == 404


@pytest.mark.parametrize("language", LANGUAGES)
def test_slip_and_card_say_what_each_figure_of_28_and_29_means(
    clerk: Colleague, runtime: Runtime, language: Language
) -> None:
    """As the postman's reader takes them: a figure that is read has its word on both."""
    speak(clerk.client, language)
    said = words(language)
    slip = clerk.get(f"/office/lists/{list_id(runtime)}/slip?lang={language}").text
    card = re.sub(r"<[^>]+>|\s+", " ", clerk.get("/office/words").text)
    card = unescape(re.sub(r" +", " ", card))
    for shown in (unescape(slip), card):
        assert "7 28 3 1 1234" in shown
        assert "7 29 9876543210 1 1234" in shown
    for figure, reason in REASONS.items():
        assert f"{figure} {said[f'exception_reason_{reason}']}" in card
        assert f"{figure} {say_on_paper(language, f'reason_{reason}')}" in unescape(slip)
    for figure, document in KINDS_OF_DOCUMENT.items():
        assert f"{figure} {said[f'value_{document}']}" in card
        assert f"{figure} {say_on_paper(language, f'document_{document}')}" in unescape(slip)
