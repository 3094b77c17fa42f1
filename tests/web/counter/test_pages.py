"""The counter's pages: every refusal, and what may be sent twice, at once, or too late."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier
from typing import Any, get_args
from uuid import uuid4

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from postal.counter import booking, number_check
from postal.counter.groups import GroupState
from postal.counter.ledger import Method
from postal.counter.tariff import LineKind, edition_on
from postal.people import tokens
from runtime import Runtime
from tests.rigs.api_calls import Api, article, number_of
from tests.rigs.counter import ARTICLE_FORM, SENDER_FORM, Clerk, clerk, directory, group, office
from tests.rigs.desk import Colleague, sign_in
from web.counter.reading import SERVICES, WITHOUT, How
from web.language import NAMES, words

PRICE = 7_500  # ₹63 and twice ₹6 GST


def form(**changes: str) -> dict[str, str]:
    """A customer's first article, as the page sends it."""
    return {
        **ARTICLE_FORM,
        **SENDER_FORM,
        "once": str(uuid4()),
        "group_once": str(uuid4()),
        **changes,
    }


def rows(runtime: Runtime, sql: str) -> list[tuple[Any, ...]]:
    with runtime.database.transaction() as conn:
        return conn.execute(sql).fetchall()


def begin(at: Clerk, **changes: str) -> str:
    """Begins a booking; the path of its page."""
    answer = at.colleague.post("/counter/groups", **form(**changes))
    assert answer.status_code == 302, answer.text
    return str(answer.headers["Location"])


def say(answer: TestResponse) -> str:
    """What the page told on top."""
    told = re.search(r'class="told [^"]*" role="status">([^<]*)', answer.text)
    return told[1].strip() if told else ""


def note(page: str, field: str) -> str:
    said = re.search(rf'id="note-{field}"[^>]*>([^<]*)', page)
    return said[1] if said else ""


@pytest.fixture
def at_counter(app: Flask, runtime: Runtime) -> Clerk:
    office(runtime)
    directory(runtime)
    return clerk(app, runtime)


@pytest.fixture
def arrived(app: Flask, runtime: Runtime) -> Colleague:
    """A clerk who has not opened a counter yet."""
    office(runtime)
    directory(runtime)
    return sign_in(app, runtime, "clerk")


# ---- opening -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("counter", "cash", "said"),
    [
        ("0", "500", "from 1 to 99"),
        ("100", "500", "from 1 to 99"),
        ("", "500", "from 1 to 99"),
        ("1", "", "Type the cash"),
        ("1", "-5", "Type the cash"),
        ("1", "5.005", "Type the cash"),
        ("1", "9999999", "Type the cash"),
    ],
)
def test_a_counter_that_cannot_be_opened(
    arrived: Colleague, runtime: Runtime, counter: str, cash: str, said: str
) -> None:
    answer = arrived.post("/counter/open", counter=counter, cash=cash)
    assert answer.status_code == 422
    assert said in answer.text
    assert rows(runtime, "SELECT * FROM counter_days") == []


def test_a_counter_is_opened_once_with_its_cash(arrived: Colleague, runtime: Runtime) -> None:
    for _ in range(2):
        assert arrived.post("/counter/open", counter="3", cash="1,512.50").status_code == 302
    assert rows(runtime, "SELECT kind, paise FROM ledger") == [("opening", 151_250)]
    assert "Counter 3" in arrived.get("/counter").text


def test_a_counter_of_another_clerk_is_refused(
    app: Flask, runtime: Runtime, at_counter: Clerk
) -> None:
    other = sign_in(app, runtime, "clerk", "clerk-9")
    answer = other.post("/counter/open", counter="1", cash="0")
    assert answer.status_code == 422
    assert "or it is closed for today" in answer.text


def test_without_a_counter_nothing_is_begun(arrived: Colleague, runtime: Runtime) -> None:
    assert arrived.post("/counter/groups", **form()).headers["Location"] == "/counter"
    assert "Nothing was booked" in say(arrived.get("/counter"))
    assert rows(runtime, "SELECT * FROM booking_groups") == []


def test_at_yesterdays_counter_nothing_is_begun_and_nothing_is_lost(
    runtime: Runtime, at_counter: Clerk
) -> None:
    begin(at_counter)
    with runtime.database.transaction() as conn:
        conn.execute("UPDATE counter_days SET day = day - 1")
    page = at_counter.colleague.get("/counter").text
    assert "is still open" in page
    assert "Gyan Pustak Kendra" in page
    at_counter.colleague.post("/counter/groups", **form(number=number_of(2)))
    assert len(rows(runtime, "SELECT * FROM booking_groups")) == 1


# ---- an article --------------------------------------------------------------------------------


def test_an_article_is_booked_for_cash_and_its_people_are_told(
    at_counter: Clerk, runtime: Runtime
) -> None:
    path = begin(at_counter, otp="1", registration="1", cod="1,500", passport="1")
    page = at_counter.colleague.get(path).text
    assert "₹87" in page  # 63 + 5 + 5, and twice 7
    assert "9839000011" not in page
    assert "839000011" not in page.replace("+91••••••0011", "")
    assert rows(runtime, "SELECT * FROM articles") == []
    answer = at_counter.colleague.post(f"{path}/cash", given="100", seen="8700")
    assert answer.headers["Location"] in (path, f"{path}/receipt")
    assert "Give back ₹13" in say(at_counter.colleague.get(path))
    assert rows(
        runtime,
        "SELECT number, otp_required, registration, cod_amount, passport, weight_g, state,"
        " recipient_phone FROM articles",
    ) == [(number_of(1), True, True, 1500, True, 120, "booked", "+919839000011")]
    assert rows(runtime, "SELECT paise FROM ledger WHERE kind = 'booking'") == [(8_700,)]
    assert rows(runtime, "SELECT given_paise, method FROM booking_groups") == [(10_000, "cash")]
    assert rows(runtime, "SELECT template FROM messages") == [("booked",)]


@pytest.mark.parametrize(
    ("changes", "column", "kept"),
    [
        ({"phone": "९८३९०००३११"[:9] + "१"}, "recipient_phone", "+919839000311"),
        ({"phone": "\u202a+91 98390\u201100312\u202c"}, "recipient_phone", "+919839000312"),
        ({"phone": "(98390) 00313"}, "recipient_phone", "+919839000313"),
        ({"phone": "+9109839000314"}, "recipient_phone", "+919839000314"),
        ({"pin": "२२६ ००१"}, "recipient_pin", "226001"),
        ({"pin": "226 001\u200b"}, "recipient_pin", "226001"),
        ({"weight": "१२०"}, "weight_g", 120),
        ({"cod": "२,५००"}, "cod_amount", 2_500),
        ({"cod": "20,000"}, "cod_amount", 20_000),
        ({"name": "\u200eSita\u00a0  Devi"}, "recipient_name", "Sita Devi"),
        ({"digipin": "३9j-49l-l8t4"}, "digipin", "39J49LL8T4"),
        ({"pieces": "३"}, "pieces", 3),
        ({"promise": "48"}, "promise", 48),
        ({"due_by": "२०-०८-2026"}, "due_by", date(2026, 8, 20)),
    ],
)
def test_what_is_typed_in_any_script_or_pasted_is_taken(
    at_counter: Clerk, runtime: Runtime, changes: dict[str, str], column: str, kept: Any
) -> None:
    begin(at_counter, **changes)
    assert rows(runtime, f"SELECT {column} FROM booking_items") == [(kept,)]  # noqa: S608


def test_an_article_of_today_does_not_go_into_yesterdays_books(
    runtime: Runtime, at_counter: Clerk
) -> None:
    path = begin(at_counter)
    with runtime.database.transaction() as conn:
        conn.execute("UPDATE counter_days SET day = day - 1")
    refused = at_counter.colleague.post(f"{path}/articles", **form(number=number_of(2)))
    assert "Count and close that day" in say(refused)
    assert 'value="रामावती देवी"' in refused.text  # nothing is typed twice
    assert rows(runtime, "SELECT number FROM booking_items") == [(number_of(1),)]


@pytest.mark.parametrize(
    ("changes", "field", "said"),
    [
        ({"cod": "500,00"}, "cod", "Whole rupees"),
        ({"cod": "1,,0"}, "cod", "Whole rupees"),
        ({"cod": ",5,"}, "cod", "Whole rupees"),
        ({"weight": "1.000"}, "weight", "Whole grams"),
        ({"weight": "5,00"}, "weight", "Whole grams"),
        ({"name": "\u3164"}, "name", "Nothing in it can be seen"),
        ({"name": "\u200b\u00ad"}, "name", "Nothing in it can be seen"),
        ({"address": "\u2800\u200d"}, "address", "Nothing in it can be seen"),
        ({"number": ""}, "number", "Scan the label"),
        ({"number": "EU12345"}, "number", "6 more signs"),
        ({"number": "EU123456784IN"}, "number", "check digit does not fit"),
        ({"number": "1Z999AA10123456784"}, "number", "Two letters, nine digits"),
        ({"number": "EU123456785US"}, "number", "Two letters, nine digits"),
        ({"service": "parcel"}, "service", "not sold here"),
        ({"service": "rocket"}, "service", "Choose a service"),
        ({"weight": ""}, "weight", "Weigh it"),
        ({"weight": "0"}, "weight", "Whole grams"),
        ({"weight": "1.5"}, "weight", "Whole grams"),
        ({"weight": "501"}, "weight", "500 g at most"),
        ({"pin": ""}, "pin", "Type the PIN"),
        ({"pin": "2260"}, "pin", "2 more digits"),
        ({"pin": "026001"}, "pin", "does not begin with 0"),
        ({"pin": "22600l"}, "pin", "six digits"),
        ({"pin": "226999"}, "pin", "No office has this PIN"),
        ({"pin": "273399"}, "pin", "distance is not known"),
        ({"cod": "50001"}, "cod", "50000 rupees at most"),
        ({"cod": "99.50"}, "cod", "Whole rupees"),
        ({"cod": "-1"}, "cod", "Whole rupees"),
        ({"name": " "}, "name", "Whose is it?"),
        ({"name": "x" * 101}, "name", "100 signs at most"),
        ({"name": "Ram\u202eLal"}, "name", "cannot be printed"),
        ({"address": ""}, "address", "Where does it go?"),
        ({"phone": ""}, "phone", "choose with F8"),
        ({"phone": "98390"}, "phone", "5 more digits"),
        ({"phone": "0551-2334455"}, "phone", "A landline"),
        ({"phone": "5555555555"}, "phone", "No such mobile"),
        ({"phone": "98390000110"}, "phone", "No such mobile"),
        ({"phone": "my son's"}, "phone", "Digits only"),
        ({"without_phone": "office"}, "phone", "Either a mobile, or none"),
        (
            {"phone": "+91 98390 00081", "sender_phone": "9839000081"},
            "phone",
            "the sender would get",
        ),
        ({"phone": "", "without_phone": "no_mobile", "otp": "1"}, "otp", "needs a mobile"),
        ({"digipin": "39J-49L-L8T1"}, "digipin", "Ten signs"),
        ({"pieces": "0"}, "pieces", "from 1 to 99"),
        ({"due_by": "13-08-2026"}, "due_by", "is over"),
        ({"promise": "24", "service": "parcel"}, "promise", "24 and 48 are Speed Post"),
        ({"sender_name": ""}, "sender_name", "Who posts it?"),
        ({"sender_phone": "0551-2334455"}, "sender_phone", "A landline"),
        ({"sender_phone": "98390"}, "sender_phone", "5 more digits"),
    ],
)
def test_what_cannot_be_booked_is_said_beside_its_field(
    at_counter: Clerk, runtime: Runtime, changes: dict[str, str], field: str, said: str
) -> None:
    answer = at_counter.colleague.post("/counter/groups", **form(**changes))
    assert answer.status_code == 422
    assert said in note(answer.text, field)
    assert re.search(rf'<(input|select)[^>]* name="{field}"[^>]*aria-invalid', answer.text)
    assert re.search(rf'<input[^>]* name="{field}"[^>]* autofocus', answer.text) or field in (
        "service",
        "otp",
        "promise",
    )
    assert rows(runtime, "SELECT * FROM booking_groups") == []


def test_a_senders_number_changed_to_the_recipients_is_asked_back(
    at_counter: Clerk, runtime: Runtime
) -> None:
    """As at the booking: the sender would get the code."""
    page = begin(at_counter)
    recipients = rows(runtime, "SELECT recipient_phone FROM booking_items")[0][0]
    changed = {**SENDER_FORM, "group_once": str(uuid4()), "sender_phone": recipients}
    answer = at_counter.colleague.post(f"{page}/sender", **changed)
    assert answer.status_code == 422
    assert "the sender would get the code" in note(answer.text, "sender_phone")
    assert rows(runtime, "SELECT sender_phone FROM booking_groups")[0][0] != recipients
    meant = at_counter.colleague.post(f"{page}/sender", **changed, same_phone="1")
    assert meant.status_code == 302
    assert rows(runtime, "SELECT sender_phone FROM booking_groups")[0][0] == recipients


def test_without_a_directory_the_page_says_what_to_do(at_counter: Clerk, runtime: Runtime) -> None:
    with runtime.database.transaction() as conn:
        conn.execute("DELETE FROM pin_directory")
    answer = at_counter.colleague.post("/counter/groups", **form())
    assert "flask directory load" in note(answer.text, "pin")


@pytest.mark.parametrize(
    ("typed", "field", "said"),
    [
        ({}, "number", ""),
        ({"number": "e"}, "number", "12 more signs"),
        ({"number": "eu 1234 5678-5 in"}, "number", "EU 12345678 5 IN: the check digit fits"),
        ({"number": "EU123456784IN"}, "number", "one digit is wrong"),
        ({"pin": "2260"}, "pin", "2 more digits"),
        ({"pin": "226001"}, "pin", "Lucknow GPO, Lucknow, Uttar Pradesh"),
        ({"phone": "9"}, "phone", "9 more digits"),
        ({"phone": "+91 98390 00011"}, "phone", "can be a mobile"),
        ({"phone": "055123344"}, "phone", "2 more digits"),
        ({"phone": "05512334455"}, "phone", "A landline"),
        ({"without_phone": "no_mobile"}, "without_phone", "no code"),
        ({"without_phone": "office"}, "without_phone", "at the office against a signature"),
    ],
)
def test_while_it_is_typed_the_page_says_what_it_is(
    at_counter: Clerk, typed: dict[str, str], field: str, said: str
) -> None:
    page = at_counter.colleague.post_in_page("/counter/check", **typed).text
    assert said in note(page, field)
    assert bool(note(page, field)) == bool(said)


def test_the_price_stands_there_while_it_is_typed(at_counter: Clerk) -> None:
    def price(**typed: str) -> list[str]:
        page = at_counter.colleague.post_in_page("/counter/check", **typed).text
        return re.findall(r"<dd>(₹[^<]+)</dd>", page)

    typed = {"service": "speed_post", "weight": "120", "pin": "226001"}
    assert price(**typed) == ["₹63", "₹6", "₹6", "₹75"]
    assert price(**typed, otp="1", registration="1") == ["₹63", "₹5", "₹5", "₹7", "₹7", "₹87"]
    assert price(**{**typed, "service": "registered"}) == ["₹63", "₹5", "₹6", "₹6", "₹80"]
    assert price(**{**typed, "pin": "273303"}) == ["₹24", "₹2", "₹2", "₹28"]
    assert price(service="speed_post", pin="226001") == []


# ---- twice, at once, too late ------------------------------------------------------------------


def test_a_form_that_is_sent_twice_at_once_begins_one_booking(
    at_counter: Clerk, runtime: Runtime
) -> None:
    sent, barrier = form(), Barrier(2)
    cookies = at_counter.colleague.client

    def click(_: int) -> TestResponse:
        twin = Colleague(cookies.application.test_client(), runtime, at_counter.day.staff_row)
        for cookie in (cookies._cookies or {}).values():
            twin.client.set_cookie(cookie.key, cookie.value, domain=cookie.domain)
        barrier.wait()
        return twin.post("/counter/groups", **sent)

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(click, range(2)))
    assert [answer.status_code for answer in answers] == [302, 302]
    assert len({answer.headers["Location"] for answer in answers}) == 1
    assert rows(runtime, "SELECT count(*) FROM booking_items") == [(1,)]
    again = at_counter.colleague.post("/counter/groups", **sent)  # browser back, and once more
    assert again.headers["Location"] == answers[0].headers["Location"]
    assert rows(runtime, "SELECT count(*) FROM booking_groups") == [(1,)]


def test_cash_that_is_taken_twice_at_once_books_once(at_counter: Clerk, runtime: Runtime) -> None:
    path = begin(at_counter)
    paid = {"given": "100", "seen": str(PRICE)}
    first = at_counter.colleague.post(f"{path}/cash", **paid)
    second = at_counter.colleague.post(f"{path}/cash", **paid)
    assert (first.status_code, second.status_code) == (302, 302)
    assert "it is booked already" in say(at_counter.colleague.get(path))
    assert rows(runtime, "SELECT count(*) FROM ledger WHERE kind = 'booking'") == [(1,)]


@pytest.mark.parametrize(
    ("given", "seen", "said"),
    [
        ("74", str(PRICE), "₹1 too little"),
        ("74.50", str(PRICE), "₹0.50 too little"),
        ("", str(PRICE), "Type the cash"),
        ("a hundred", str(PRICE), "Type the cash"),
        ("100", "7400", "was changed meanwhile"),
        ("100", "", "was changed meanwhile"),
    ],
)
def test_cash_that_is_not_taken_books_nothing(
    at_counter: Clerk, runtime: Runtime, given: str, seen: str, said: str
) -> None:
    path = begin(at_counter)
    answer = at_counter.colleague.post(f"{path}/cash", given=given, seen=seen)
    if answer.status_code == 302:  # the bill is another than the clerk saw: nothing in his field
        assert said in say(at_counter.colleague.get(path))
    else:
        assert answer.status_code == 422
        assert f'aria-invalid="true" value="{given}"' in answer.text
        assert re.search(rf'id="change".*?{re.escape(said)}', answer.text, re.DOTALL)
        assert said not in say(answer)
    assert rows(runtime, "SELECT * FROM articles") == []
    assert rows(runtime, "SELECT state FROM booking_groups") == [("open",)]


def test_the_change_is_said_while_it_is_typed(at_counter: Clerk) -> None:
    path = begin(at_counter)

    def said(given: str) -> str:
        return str(at_counter.colleague.post_in_page(f"{path}/change", given=given).text).strip()

    assert said("") == ""
    assert said("7") == "₹68 too little."
    assert said("75") == "Change: ₹0"
    assert said("500") == "Change: ₹425"


def test_of_two_clerks_with_one_number_the_second_is_told(
    app: Flask, runtime: Runtime, at_counter: Clerk
) -> None:
    begin(at_counter)
    other = clerk(app, runtime, counter=2)
    answer = other.colleague.post("/counter/groups", **form())
    assert answer.status_code == 422
    assert "is on another article already" in note(answer.text, "number")
    assert rows(runtime, "SELECT count(*) FROM booking_groups") == [(1,)]


def test_a_number_that_was_booked_elsewhere_meanwhile_books_nothing(
    app: Flask, runtime: Runtime, at_counter: Clerk
) -> None:
    path = begin(at_counter)
    with runtime.database.transaction() as conn:
        token = tokens.create(conn, "department")
    Api(app.test_client(), token).post("/articles", article(1))
    at_counter.colleague.post(f"{path}/cash", given="100", seen=str(PRICE))
    told = say(at_counter.colleague.get(path))
    assert f"{number_of(1)} was booked elsewhere" in told
    assert rows(runtime, "SELECT * FROM ledger WHERE kind = 'booking'") == []


def test_what_was_begun_is_found_again_after_a_restart(
    app: Flask, runtime: Runtime, at_counter: Clerk
) -> None:
    path = begin(at_counter)
    page = at_counter.colleague.get("/counter").text  # all of it comes from the database
    assert f'href="{path}"' in page
    assert "₹75" in page


def test_one_more_for_the_same_recipient_whose_number_is_not_shown(
    at_counter: Clerk, runtime: Runtime
) -> None:
    path = begin(at_counter, otp="1")
    (item,) = rows(runtime, "SELECT id FROM booking_items")
    page = at_counter.colleague.get(f"{path}/articles?like={item[0]}").text
    assert "रामावती देवी" in page
    assert "98390" not in page
    typed = {**ARTICLE_FORM, "number": number_of(2), "phone": "", "like": str(item[0]), "otp": "1"}
    sent = {**typed, "once": str(uuid4())}
    for _ in range(2):
        assert at_counter.colleague.post(f"{path}/articles", **sent).headers["Location"] == path
    assert rows(runtime, "SELECT number, recipient_phone FROM booking_items ORDER BY id") == [
        (number_of(1), "+919839000011"),
        (number_of(2), "+919839000011"),
    ]


def test_one_more_with_something_wrong_is_shown_again(at_counter: Clerk, runtime: Runtime) -> None:
    path = begin(at_counter)
    answer = at_counter.colleague.post(f"{path}/articles", **{**ARTICLE_FORM, "once": str(uuid4())})
    assert answer.status_code == 422
    assert "is on another article already" in note(answer.text, "number")
    assert rows(runtime, "SELECT count(*) FROM booking_items") == [(1,)]


def test_an_article_is_taken_off_and_its_label_used_again(
    at_counter: Clerk, runtime: Runtime
) -> None:
    path = begin(at_counter)
    (item,) = rows(runtime, "SELECT id FROM booking_items")
    at_counter.colleague.post(f"{path}/articles/{item[0]}/remove")
    page = at_counter.colleague.get(path)
    assert "can be used again" in say(page)
    assert "There is no article in it" in page.text
    at_counter.colleague.post(f"{path}/cash", given="100", seen="0")
    assert "There is no article in it" in say(at_counter.colleague.get(path))
    assert begin(at_counter) != path


def test_a_booking_is_cancelled_and_stays_so(at_counter: Clerk, runtime: Runtime) -> None:
    path = begin(at_counter)
    at_counter.colleague.post(f"{path}/cancel")
    assert "Nothing was posted" in say(at_counter.colleague.get(path))
    at_counter.colleague.post(f"{path}/cash", given="100", seen=str(PRICE))
    assert "it is cancelled" in say(at_counter.colleague.get(path))
    assert rows(runtime, "SELECT * FROM articles") == []
    assert at_counter.colleague.get(f"{path}/articles").headers["Location"] == path


def test_while_a_payment_is_awaited_nothing_changes(at_counter: Clerk, runtime: Runtime) -> None:
    path = begin(at_counter)
    id_ = int(path.rsplit("/", 1)[1])
    runtime.database.run(lambda conn: booking.await_payment(conn, id_))
    (item,) = rows(runtime, "SELECT id FROM booking_items")
    for rest in ("cancel", f"articles/{item[0]}/remove"):
        at_counter.colleague.post(f"{path}/{rest}")
        assert "a payment by UPI is awaited" in say(at_counter.colleague.get(path))
    at_counter.colleague.post(f"{path}/cash", given="100", seen=str(PRICE))
    assert "a payment by UPI is awaited" in say(at_counter.colleague.get(path))
    assert rows(runtime, "SELECT state FROM booking_groups") == [("paying",)]


def test_at_another_counter_it_is_seen_and_left_alone(
    app: Flask, runtime: Runtime, at_counter: Clerk
) -> None:
    path = begin(at_counter)
    other = clerk(app, runtime, counter=2).colleague
    assert "its clerk books it" in other.get(path).text
    for rest in ("cash", "cancel", "articles/1/remove", "articles"):
        other.post(f"{path}/{rest}", given="100", seen=str(PRICE))
        assert "its clerk books it" in say(other.get(path))
    assert rows(runtime, "SELECT state FROM booking_groups") == [("open",)]


def test_another_offices_booking_is_not_there(
    app: Flask, runtime: Runtime, at_counter: Clerk
) -> None:
    path = begin(at_counter)
    with runtime.database.transaction() as conn:
        conn.execute(
            "WITH other AS (INSERT INTO offices (name, pin, branch_type, district)"
            " VALUES ('Gorakhpur H.O', '273001', 'head', 'GORAKHPUR') RETURNING id)"
            " UPDATE booking_groups SET office_id = other.id FROM other"
        )
    assert at_counter.colleague.get(path).status_code == 404
    assert at_counter.colleague.post(f"{path}/cancel").status_code == 404


def test_a_full_booking_takes_no_more(
    runtime: Runtime, at_counter: Clerk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("postal.counter.booking.MOST_ITEMS", 2)
    made = group(runtime, at_counter.poster, 1, 2)
    path = f"/counter/groups/{made.id}"
    sent = {**ARTICLE_FORM, "number": number_of(3), "once": str(uuid4())}
    assert "100 articles at most" in say(at_counter.colleague.post(f"{path}/articles", **sent))


# ---- words --------------------------------------------------------------------------------------


def wanted() -> Iterator[str]:
    """The words that a page builds from a value."""
    for service in SERVICES:
        yield f"book_service_{service}"
    for without in WITHOUT:
        yield from (f"book_choice_{without}", f"book_without_{without}")
    for state in get_args(GroupState):
        yield f"book_state_{state}"
        yield f"book_is_{state}" if state != "open" else "book_state_open"
    yield from (f"book_line_{kind}" for kind in get_args(LineKind))
    yield from (f"book_how_{how}" for how in get_args(How))
    yield from (f"book_paid_{method}" for method in get_args(Method))
    yield from (f"check_{state}" for state in number_check.STATES)
    yield from (f"check_why_{why}" for why in number_check.WHYS)
    yield from (f"book_why_not_{service}" for service in edition_on(date(2026, 8, 14)).not_sold)
    for field in ("number", "service", "weight", "pin", "name", "address", "phone"):
        yield f"book_{field}_missing"


@pytest.mark.parametrize("language", NAMES)
def test_everything_that_the_counter_shows_has_a_word(language: str) -> None:
    assert not set(wanted()) - words(language).keys()
    ours = {key for key in words("en") if key.startswith(("book_", "check_"))}
    assert ours == {key for key in words(language) if key.startswith(("book_", "check_"))}


# ---- around ------------------------------------------------------------------------------------


def test_the_days_bookings_say_what_is_known_of_the_numbers(at_counter: Clerk) -> None:
    assert "Nothing was booked today" in at_counter.colleague.get("/counter/bookings").text
    path = begin(at_counter)
    at_counter.colleague.post(f"{path}/cash", given="100", seen=str(PRICE))
    page = at_counter.colleague.get("/counter/bookings").text
    assert number_of(1) in page
    assert "not known yet" in page
    assert "9839000011" not in page


def test_rolls_are_entered_by_scanning_both_ends(at_counter: Clerk) -> None:
    def enter(first: str, last: str) -> TestResponse:
        return at_counter.colleague.post("/counter/rolls", first=first, last=last)

    assert enter(number_of(11), number_of(20)).status_code == 302
    assert "10 labels" in say(at_counter.colleague.get("/counter/rolls"))
    assert f'value="{number_of(11)}"' in at_counter.colleague.get("/counter").text
    for first, last, said in (
        (number_of(20), number_of(30), "entered before"),
        (number_of(40), number_of(30), "That is no roll"),
        (number_of(40), "RR287043775IN", "That is no roll"),
        (number_of(40), number_of(100_040), "That is no roll"),
        (number_of(40), "EU123456784IN", "check digit does not fit"),
        ("", number_of(40), "This is no article number"),
    ):
        answer = enter(first, last)
        assert answer.status_code == 422, (first, last)
        assert said in answer.text
    # Which label is wrong stands beside it, and it is the one that has the focus.
    wrong = enter(number_of(40), "EU123456784IN").text
    assert re.search(r'<input name="last"[^>]*autofocus[^>]*aria-invalid="true"', wrong)
    assert not re.search(r'<input name="first"[^>]*aria-invalid', wrong)


def test_the_rate_card_is_clean_and_its_keepers_see_what_is_unverified(
    app: Flask, runtime: Runtime, at_counter: Clerk
) -> None:
    page = at_counter.colleague.get("/counter/tariff").text
    assert "unverified" not in page
    for service in ("Parcel", "Insured", "Money order"):
        assert f"<li>{service}: no source was found" in page
    card = re.findall(r"<tr>(.*?)</tr>", page, re.DOTALL)
    assert len({row.count("<t") for row in card}) == 1  # each weight has each zone
    assert at_counter.colleague.get("/counter/tariff/sources").status_code == 403
    keeper = sign_in(app, runtime, "administrator")
    sources = keeper.get("/counter/tariff/sources").text
    assert "S.O. 4375(E)" in sources
    assert sources.count('class="unverified"') == 7  # six figures and the rounding
    assert "/counter/tariff/sources" in keeper.get("/desk").text
