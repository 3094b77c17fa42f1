"""The books of a counter: counted against what they say, and never edited afterwards."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Page, expect
from werkzeug.test import TestResponse

from conversation import counter
from postal.counter import day_end, entries
from postal.counter.counter_days import CounterClosed
from postal.counter.day_end import Count, Unfinished
from postal.counter.ledger import Method
from postal.people import tokens
from runtime import Runtime
from tests.rigs.api_calls import Api
from tests.rigs.clock import Clock
from tests.rigs.counter import CHARGES, OPENING_PAISE, Clerk, clerk, group, office
from tests.rigs.desk import PASSWORD, Colleague, number, sign_in
from tests.rigs.requests import confirm

DUE = OPENING_PAISE + 2 * CHARGES.paise  # the drawer after a sale of two articles


@pytest.fixture
def sold(app: Flask, runtime: Runtime) -> Clerk:
    """A clerk who sold two articles for cash and one for UPI."""
    office(runtime)
    found = clerk(app, runtime)
    sales: tuple[tuple[Method, tuple[int, ...]], ...] = (
        ("cash", (12345678, 12345679)),
        ("upi", (12345680,)),
    )
    for method, serials in sales:
        made = group(runtime, found.poster, *serials)
        with runtime.database.transaction() as conn:
            counter.book(runtime, conn, made.id, method)
    return found


@pytest.fixture
def postmaster(sold: Clerk, app: Flask, runtime: Runtime) -> Colleague:
    return sign_in(app, runtime, "postmaster")


def counted(rupees: int, **more: str) -> dict[str, str]:
    """The form that counts that much, in coins of one rupee and notes of a hundred."""
    return {"note_100": str(rupees // 100), "note_1": str(rupees % 100), **more}


def close(at: Clerk, rupees: int, explanation: str = "", **more: str) -> TestResponse:
    """Counts, is asked, and closes the day on it."""
    form = counted(rupees, counter_day=str(at.day.id), **more)
    question = at.colleague.post("/counter/day/question", **form)
    seen = re.search(r'name="seen" value="(-?\d+)"', question.text)
    asked = {"seen": seen[1]} if seen else {}
    return at.colleague.post("/counter/day/close", explanation=explanation, **asked, **form)


def ledger(runtime: Runtime) -> list[tuple[Any, ...]]:
    with runtime.database.transaction() as conn:
        return conn.execute("SELECT kind, method, paise FROM ledger ORDER BY id").fetchall()


def once_of(page: str) -> str:
    found = re.search(r'name="once" value="([^"]+)"', page)
    assert found is not None
    return found[1]


def test_the_day_says_what_was_booked_and_how_it_was_paid(sold: Clerk) -> None:
    page = sold.colleague.get("/counter/day").text
    rows = [re.sub(r"<[^>]+>", " ", row).split() for row in re.findall(r"<tr>.*?</tr>", page, re.S)]
    assert [
        "Speed",
        "Post",
        "cash",
        "2",
        "2",
        "0",
        "₹118",
        "₹10",
        "₹23.04",
        "₹151.04",
    ] in rows
    assert ["Speed", "Post", "UPI", "1", "1", "0", "₹59", "₹5", "₹11.52", "₹75.52"] in rows
    assert ["opening", "cash", "cash", "1", "₹500"] in rows


def test_a_count_that_fits_closes_the_day_and_empties_the_drawer(
    sold: Clerk, runtime: Runtime
) -> None:
    with runtime.database.transaction() as conn:  # 4 paise, which no coin has
        out = day_end.ToTreasury(4, "", uuid4())
        day_end.hand_over(conn, sold.day.id, out, sold.doer(runtime.now()))
    answer = close(sold, DUE // 100, "typed while it differed")
    assert answer.status_code == 302
    statement = sold.colleague.get(answer.headers["Location"]).text
    assert "typed while it differed" not in statement  # nothing is to be explained
    assert "The day is closed." in statement
    assert "100x6 1x51" in statement
    assert sum(paise for _, method, paise in ledger(runtime) if method == "cash") == 0
    assert ("handed_over", "cash", -(DUE - 4)) in ledger(runtime)


def test_a_difference_must_be_explained_and_is_an_entry(sold: Clerk, runtime: Runtime) -> None:
    for explanation in ("", "1", "x", "200 5 1 20 10 200 500", "........"):
        refused = close(sold, 600, explanation)
        assert refused.status_code == 422
        assert "Say in words why the count differs" in refused.text
        assert 'name="note_100" value="6"' in refused.text  # what was counted is not typed again
    assert "difference" not in [kind for kind, _, _ in ledger(runtime)]
    answer = close(sold, 600, "Fifty rupees of change")
    assert answer.status_code == 302
    assert ("difference", "cash", 60_000 - DUE) in ledger(runtime)
    assert "Fifty rupees of change" in sold.colleague.get(answer.headers["Location"]).text


def test_what_was_not_asked_about_or_changed_meanwhile_closes_nothing(
    sold: Clerk, runtime: Runtime
) -> None:
    form = counted(600, counter_day=str(sold.day.id), explanation="Fifty rupees of change")
    before = ledger(runtime)
    question = sold.colleague.post("/counter/day/question", **form).text
    words = re.sub(r"<[^>]+>|\s+", " ", question)
    assert "₹651.04 by the cash book, ₹600 counted, −₹51.04" in re.sub(" +", " ", words)
    for seen in ({}, {"seen": "60000"}):
        answer = sold.colleague.post("/counter/day/close", **form, **seen)
        assert (answer.status_code, "changed meanwhile" in answer.text) == (409, True)
    assert ledger(runtime) == before
    again = sold.colleague.post("/counter/day", **form).text  # "count again"
    assert re.search(r'name="note_100"[^>]*value="6"', again)


def test_closed_twice_is_closed_once(sold: Clerk, runtime: Runtime) -> None:
    first = close(sold, 600, "counted it twice")
    entries = ledger(runtime)
    second = sold.colleague.post("/counter/day/close", **counted(700, counter_day=str(sold.day.id)))
    assert first.headers["Location"] == second.headers["Location"]
    assert ledger(runtime) == entries


def test_a_day_with_bookings_begun_is_not_closed(sold: Clerk, runtime: Runtime) -> None:
    group(runtime, sold.poster, 12345681)
    form = counted(651, counter_day=str(sold.day.id))
    for step, seen in (("question", {}), ("close", {"seen": str(DUE)})):
        refused = sold.colleague.post(
            f"/counter/day/{step}", **form, **seen, explanation="four paise are missing"
        )
        assert refused.status_code == 409
        assert "not finished" in refused.text


def test_a_closed_counter_takes_no_booking(sold: Clerk, runtime: Runtime) -> None:
    close(sold, 0, "it was stolen")
    with pytest.raises(CounterClosed), runtime.database.transaction() as conn:
        sold.begin(conn, runtime.now())
    with pytest.raises(Exception, match="is closed"), runtime.database.transaction() as conn:
        conn.execute(
            "INSERT INTO ledger (at, day, office_id, counter_day_id, kind, method, paise)"
            " VALUES (now(), '2026-08-14', %s, %s, 'refund', 'cash', -1)",
            [sold.day.office_id, sold.day.id],
        )


@pytest.mark.parametrize("turn", range(4))
def test_closing_and_booking_at_the_same_moment_never_leave_a_booking_out(
    sold: Clerk, runtime: Runtime, turn: int
) -> None:
    barrier = Barrier(2)

    def close() -> bool:
        barrier.wait()
        try:
            runtime.database.run(
                lambda conn: day_end.close(
                    conn, sold.day.id, Count({}), "it was stolen", sold.doer(runtime.now())
                )
            )
        except Unfinished:
            return False
        return True

    def begin() -> bool:
        barrier.wait()
        try:
            group(runtime, sold.poster, 12345681)
        except CounterClosed:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        closed, begun = pool.submit(close), pool.submit(begin)
        assert closed.result() != begun.result()


def test_a_correction_is_a_new_entry_and_leaves_the_signed_figures(
    sold: Clerk, postmaster: Colleague, runtime: Runtime, clock: Clock
) -> None:
    close(sold, 600, "given out wrongly")
    clock.advance(minutes=20)
    page = postmaster.get("/counter/entries/2").text  # the cash booking
    assert "₹151.04" in page
    form = {"amount": "150.00", "why": "The scale was wrong", "once": once_of(page)}
    before = ledger(runtime)
    assert postmaster.post("/counter/entries/2/correct", **form).status_code == 401  # is signed
    assert ledger(runtime) == before
    assert confirm(postmaster, "/counter/entries/2/correct", **form).status_code == 302
    assert ledger(runtime) == [*before, ("correction", "cash", -104)]
    assert "stands at <b>₹150" in postmaster.get("/counter/entries/2").text
    postmaster.post("/counter/entries/2/correct", **form)  # a second click
    for other in ({"amount": "149.00"}, {"why": "another reason"}):
        answer = postmaster.post("/counter/entries/2/correct", **(form | other))
        assert (answer.status_code, "with other values" in answer.text) == (422, True)
    assert ledger(runtime) == [*before, ("correction", "cash", -104)]
    statement = postmaster.get(f"/counter/days/{sold.day.id}").text
    assert "Corrected after the close" in statement
    signed = statement.partition("Corrected after the close")[0]
    assert "correction" not in signed.partition("<h2>Money")[2]


def test_a_correction_during_the_close_comes_after_the_signed_figures(
    sold: Clerk, runtime: Runtime
) -> None:
    """It waits for the close, and its clock was read before."""
    asked = runtime.now()
    right = entries.Correction(15_000, "The scale was wrong", uuid4())
    with ThreadPoolExecutor(1) as pool, runtime.database.transaction() as closing:
        day_end.close(closing, sold.day.id, Count({}), "it was stolen", sold.doer(runtime.now()))
        waiting = pool.submit(
            runtime.database.run, lambda conn: entries.correct(conn, 2, right, sold.doer(asked))
        )
        for _ in range(2_000):  # until it waits for the lock of this transaction
            with runtime.database.transaction() as conn:
                row = conn.execute(
                    "SELECT count(*) FROM pg_locks WHERE NOT granted AND locktype <> 'advisory'"
                ).fetchone()
            if row == (1,):
                break
        else:
            raise AssertionError("the correction waits for nobody")
        closing.commit()
        assert waiting.result() is not None
    with runtime.database.transaction() as conn:
        end, sums = day_end.get(conn, sold.day.id), day_end.sums(conn, sold.day.id)
    assert end.expected_paise == DUE
    assert "correction" not in [each.kind for each in sums]
    assert sum(each.paise for each in sums if each.method == "cash") == 0
    statement = sold.colleague.get(f"/counter/days/{sold.day.id}").text
    assert "Corrected after the close" in statement


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"amount": "150", "why": "  "}, "needs a reason"),
        ({"amount": "a lot", "why": "because"}, "Type the right sum"),
        ({"amount": "1e3", "why": "because"}, "Type the right sum"),
        ({"amount": "", "why": "because"}, "Type the right sum"),
    ],
)
def test_a_correction_says_what_is_missing(
    postmaster: Colleague, runtime: Runtime, form: dict[str, str], said: str
) -> None:
    before = ledger(runtime)
    answer = postmaster.post("/counter/entries/2/correct", once=str(uuid4()), **form)
    assert answer.status_code == 422
    assert said in answer.text
    assert ledger(runtime) == before


def test_a_correction_is_not_corrected(postmaster: Colleague, runtime: Runtime) -> None:
    form = {"amount": "1", "why": "x"}
    postmaster.post("/counter/entries/2/correct", once=str(uuid4()), **form)
    answer = postmaster.post("/counter/entries/4/correct", once=str(uuid4()), **form)
    assert answer.status_code == 409
    assert len(ledger(runtime)) == 4


def test_cash_goes_to_the_treasury_once_and_never_more_than_there_is(
    sold: Clerk, runtime: Runtime
) -> None:
    page = sold.colleague.get("/counter/day").text
    form = {"amount": "Rs 200", "once": once_of(page)}
    for _ in range(2):
        assert sold.colleague.post("/counter/day/hand-over", **form).status_code == 302
    assert [each for each in ledger(runtime) if each[0] == "handed_over"] == [
        ("handed_over", "cash", -20_000)
    ]
    other = sold.colleague.post("/counter/day/hand-over", **(form | {"amount": "100"}))
    assert (other.status_code, "with other values" in other.text) == (422, True)
    too_much = sold.colleague.post("/counter/day/hand-over", amount="5000", once=str(uuid4()))
    assert too_much.status_code == 422


def test_the_count_is_shown_against_the_books_while_one_types(sold: Clerk) -> None:
    page = sold.colleague.post_in_page("/counter/day/count", **counted(600)).text
    assert re.findall(r"<dd[^>]*>([^<]+)", page) == ["₹600", "₹651.04", "−₹51.04"]
    wrong = sold.colleague.post_in_page("/counter/day/count", note_100="six").text
    assert "Only digits" in wrong


def rows(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))


def test_the_tables_for_other_software(sold: Clerk, postmaster: Colleague) -> None:
    articles = rows(postmaster.get("/counter/books/articles.csv").text)
    assert [line[4] for line in articles[1:]] == ["EU123456785IN", "EU123456799IN", "EU123456808IN"]
    assert sum(float(line[13]) for line in articles[1:]) == 3 * 75.52
    entries = rows(postmaster.get("/counter/books/entries.csv").text)
    assert [line[4:7] for line in entries[1:]] == [
        ["opening", "cash", "500.00"],
        ["booking", "cash", "151.04"],
        ["booking", "upi", "75.52"],
    ]
    close(sold, 600, "=given & not noted")
    counters = rows(postmaster.get("/counter/books/counters.csv").text)
    assert counters[1][6:11] == ["651.04", "600.00", "100x6", "-51.04", "'=given & not noted"]
    assert postmaster.get("/counter/books/secrets.csv").status_code == 404


def test_a_counter_that_nobody_closed_is_named_the_next_day(
    postmaster: Colleague, clock: Clock
) -> None:
    clock.advance(minutes=20)
    assert "was not closed" not in postmaster.get("/counter/books").text
    clock.advance(hours=23)
    fresh = Colleague(postmaster.client, postmaster.runtime, postmaster.staff_row)
    with fresh.runtime.database.transaction() as conn:  # signed in all night
        conn.execute("UPDATE sign_ins SET at = %s, seen_at = %s", [clock.now(), clock.now()])
    assert "was not closed" in fresh.get("/counter/books").text


def test_another_offices_books_stay_closed_but_to_the_supervisor(
    sold: Clerk, app: Flask, runtime: Runtime
) -> None:
    stranger = sign_in(app, runtime, "postmaster", "elsewhere")
    with runtime.database.transaction() as conn:
        row = conn.execute(
            "INSERT INTO offices (name, pin, branch_type, district)"
            " VALUES ('Nautanwa S.O', '273164', 'sub', 'MAHARAJGANJ') RETURNING id"
        ).fetchone()
        assert row is not None
        conn.execute("UPDATE staff SET office_id = %s WHERE staff_id = 'elsewhere'", [row[0]])
    assert stranger.get(f"/counter/days/{sold.day.id}").status_code == 404
    assert stranger.get("/counter/entries/2").status_code == 404
    assert (
        "EU1" not in stranger.get(f"/counter/books/articles.csv?office={sold.day.office_id}").text
    )
    supervisor = sign_in(app, runtime, "supervisor")
    assert supervisor.get(f"/counter/days/{sold.day.id}").status_code == 200


def test_the_departments_software_reads_the_books(
    sold: Clerk, client: FlaskClient, runtime: Runtime
) -> None:
    with runtime.database.transaction() as conn:
        api = Api(client, tokens.create(conn, "books"))
    books = api.get("/offices/273303/books").get_json()
    assert [(each["kind"], each["paise"]) for each in books["entries"]] == [
        ("opening", OPENING_PAISE),
        ("booking", 2 * CHARGES.paise),
        ("booking", CHARGES.paise),
    ]
    assert books["counters"][0]["booked"][0]["articles"] == 2
    assert api.get("/offices/273303/books?day=2026-02-30").status_code == 422
    assert api.get("/offices/110001/books").status_code == 404


# ---- in Chromium -------------------------------------------------------------------------------


@pytest.fixture
def at_the_desk(sold: Clerk, page: Page, address: str, runtime: Runtime) -> Iterator[Page]:
    """The clerk in a browser, by keyboard, at the day's end."""
    with runtime.database.transaction() as conn:
        conn.execute("UPDATE staff SET totp_step = NULL WHERE id = %s", [sold.day.staff_row])
    page.goto(f"{address}/desk/sign-in?lang=en")
    expect(page.get_by_label("Staff id")).to_be_focused()
    page.keyboard.type("clerk-1")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("textbox")).to_be_focused()
    page.keyboard.type(number(runtime, sold.day.staff_row))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Namaste")
    page.goto(f"{address}/counter/day")
    yield page
    page.close()


def test_a_clerk_counts_and_closes_with_enter_alone(at_the_desk: Page, runtime: Runtime) -> None:
    page = at_the_desk
    keys, counted = page.keyboard, page.locator("#counted")
    page.wait_for_load_state()
    expect(page.get_by_label("₹500 ×")).to_be_focused()
    keys.press("Enter")  # no note of 500
    keys.press("Enter")
    expect(page.get_by_label("₹100 ×")).to_be_focused()
    keys.type("6")
    keys.press("Enter")
    expect(counted).to_contain_text("−₹51.04")
    keys.type("1")
    expect(counted).to_contain_text("−₹1.04")
    for _ in range(6):
        keys.press("Enter")
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_contain_text("Close counter 1")
    expect(page.locator(".of-books")).to_contain_text("₹651.04 by the cash book, ₹650 counted")
    expect(page.get_by_label("Explanation of a difference")).to_be_focused()
    page.wait_for_load_state()
    keys.type("200")  # meant for the notes
    keys.press("Enter")
    expect(page.get_by_role("button", name="Close the day")).to_be_focused()
    assert "difference" not in [kind for kind, _, _ in ledger(runtime)]
    keys.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Say in words")
    expect(page.get_by_label("Explanation of a difference")).to_be_focused()
    page.wait_for_load_state()
    keys.press("Control+a")
    keys.type("No coins for four paise")
    keys.press("Enter")
    keys.press("Enter")
    expect(page.get_by_role("status").first).to_contain_text("The day is closed.")
    expect(page.locator("dl.sums")).to_contain_text("50x1")
