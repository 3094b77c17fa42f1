"""Articles, postmen and delivery lists, as the post office's own functions keep them."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any, TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows import number
from india import phone
from india.calendar import day_of
from postal import articles, lists, new_articles
from postal.people import people, pins, tokens
from runtime import Runtime
from store.database import Conn
from tests.rigs.clock import Clock

NEW = new_articles.NewArticle(
    number="EU123456785IN",
    service="parcel",
    otp_required=True,
    recipient_phone="+919839000011",
    recipient_name="Ramavati Devi",
    recipient_address="Dhanewa Dhanai",
    recipient_pin="273303",
    recipient_language="hi-Latn",
    sender_phone="+919839000081",
    sender_name="Gyan Pustak Kendra",
    sender_language="hi",
    cod_amount=250,
)


T = TypeVar("T")


def made_number(serial: int) -> str:
    return f"EU{serial:08}{number.check_digit(f'{serial:08}')}IN"


def run(runtime: Runtime, work: Callable[[Conn], T]) -> T:
    return runtime.database.run(work)


def with_people(conn: Conn) -> None:
    conn.execute(
        "INSERT INTO offices (name, pin, branch_type, district) VALUES"
        " ('Bagapar BO', '273303', 'branch', 'MAHARAJGANJ'),"
        " ('Maharajganj H.O', '273303', 'head', 'MAHARAJGANJ')"
    )
    people.add_postman(conn, "1001", "Ram Lakhan", "+919839000001", "273303", "2580")
    people.add_postman(conn, "1002", "Surendra", "+919839000002", "273303", "2580")


def booked(runtime: Runtime, *serials: int) -> list[str]:
    numbers = [made_number(serial) for serial in serials]
    for each in numbers:
        new = dataclasses.replace(NEW, number=each)
        with runtime.database.transaction() as conn:
            new_articles.book(conn, new, runtime.now())
    return numbers


def make(runtime: Runtime, postman: str, numbers: list[str]) -> lists.DeliveryList:
    now = runtime.now()
    day = day_of(now)
    made: lists.DeliveryList = run(
        runtime, lambda conn: lists.make_list(conn, postman, day, numbers, now)
    )
    return made


def kinds(runtime: Runtime) -> list[str]:
    rows = run(runtime, lambda conn: conn.execute("SELECT kind FROM events ORDER BY id").fetchall())
    return [row[0] for row in rows]


# ---- numbers and phones ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("RR287043775IN", "RR287043775IN"),
        ("eu 1234-5678 5 in", "EU123456785IN"),
        ("rr287O43775in", "RR287043775IN"),
        ("EUI2345678SIN", None),
        ("OI473124829IN", "OI473124829IN"),
        ("EU123456784IN", None),
        ("EU123456785US", None),
        ("EU12345678IN", None),
        ("ſU123456785IN", None),
        ("", None),
    ],
)
def test_a_number_is_repaired_among_its_digits_only(typed: str, meant: str | None) -> None:
    assert number.parse(typed) == meant


@given(st.integers(0, 10**8 - 1), st.integers(0, 8), st.integers(1, 9))
def test_one_wrong_digit_never_passes_the_check_but_where_s10_is_blind(
    serial: int, place: int, by: int
) -> None:
    right = made_number(serial)
    digits = list(right[2:-2])
    digits[place] = str((int(digits[place]) + by) % 10)
    wrong = right[:2] + "".join(digits) + "IN"
    # S10 maps two of its eleven remainders to digits that others use: 0 and 5.
    blind = right[-3] in "05" and place < 8
    assert number.parse(right) == right
    assert number.parse(wrong) is None or blind


def test_a_wrong_number_is_explained() -> None:
    with pytest.raises(ValueError, match="check digit"):
        articles.parse_number("EU123456784IN")
    with pytest.raises(ValueError, match="two letters"):
        articles.parse_number("hello")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("98390 12345", "+919839012345"),
        ("09839012345", "+919839012345"),
        ("+91-98390-12345", "+919839012345"),
        ("+1 (415) 555-2671", "+14155552671"),
        ("5839012345", None),
        ("0551 220 1234", None),
        ("98390123456", None),
        ("tel:+919839012345", None),
        ("9839012345 ext. 5", None),
        ("1930", None),
    ],
)
def test_only_phones_that_can_receive_texts_are_taken(typed: str, meant: str | None) -> None:
    assert phone.e164(typed) == meant


def test_a_masked_phone_shows_its_country_and_four_digits() -> None:
    assert phone.masked("+919839003210") == "+91••••••3210"


# ---- booking ----------------------------------------------------------------


def test_an_identical_booking_is_found_and_changes_nothing(runtime: Runtime) -> None:
    first = run(runtime, lambda conn: new_articles.book(conn, NEW, runtime.now()))
    later = runtime.now() + timedelta(hours=1)
    again = run(runtime, lambda conn: new_articles.book(conn, NEW, later))
    assert (first.new, again.new) == (True, False)
    assert again.article == first.article
    assert kinds(runtime) == ["article_booked"]


def test_a_number_with_other_content_is_refused_and_says_what_differs(runtime: Runtime) -> None:
    run(runtime, lambda conn: new_articles.book(conn, NEW, runtime.now()))
    other = dataclasses.replace(NEW, cod_amount=0, recipient_name="Somebody")
    with pytest.raises(new_articles.NumberTaken) as refused:
        run(runtime, lambda conn: new_articles.book(conn, other, runtime.now()))
    assert refused.value.differing == ["recipient_name", "cod_amount"]
    assert run(runtime, lambda conn: articles.get(conn, NEW.number)).cod_amount == 250


def test_simultaneous_bookings_of_one_number_book_it_once(runtime: Runtime) -> None:
    def attempt(_: int) -> bool:
        booking = runtime.database.run(lambda conn: new_articles.book(conn, NEW, runtime.now()))
        return booking.new

    with ThreadPoolExecutor(6) as pool:
        assert sorted(pool.map(attempt, range(6))) == [False] * 5 + [True]
    assert kinds(runtime) == ["article_booked"]


def test_a_booking_teaches_a_phone_its_language_unless_the_person_chose(runtime: Runtime) -> None:
    def language(conn: Conn) -> list[tuple[Any, ...]]:
        return conn.execute("SELECT language FROM phones ORDER BY phone").fetchall()

    first = dataclasses.replace(NEW, number=made_number(1), recipient_language="hi-Latn")
    second = dataclasses.replace(NEW, number=made_number(2), recipient_language="en")
    third = dataclasses.replace(NEW, number=made_number(3), recipient_language="hi")
    run(runtime, lambda conn: new_articles.book(conn, first, runtime.now()))
    run(runtime, lambda conn: new_articles.book(conn, second, runtime.now()))
    assert run(runtime, language) == [("en",), ("hi",)]
    run(runtime, lambda conn: conn.execute("UPDATE phones SET chosen = true"))
    run(runtime, lambda conn: new_articles.book(conn, third, runtime.now()))
    assert run(runtime, language) == [("en",), ("hi",)]


def test_each_article_has_a_salt_of_its_own(runtime: Runtime) -> None:
    booked(runtime, 1, 2)
    salts = run(runtime, lambda conn: conn.execute("SELECT code_salt FROM articles").fetchall())
    assert len({bytes(row[0]) for row in salts}) == 2


def test_an_article_on_its_way_or_at_its_end_cannot_be_recalled(runtime: Runtime) -> None:
    run(runtime, with_people)
    waiting, carried = booked(runtime, 1, 2)
    make(runtime, "1001", [carried])
    assert run(runtime, lambda c: articles.recall(c, waiting, runtime.now())).state == "recalled"
    with pytest.raises(articles.NotRecallable, match="out_for_delivery"):
        run(runtime, lambda conn: articles.recall(conn, carried, runtime.now()))
    with pytest.raises(articles.NotRecallable, match="is recalled"):
        run(runtime, lambda conn: articles.recall(conn, waiting, runtime.now()))
    with pytest.raises(articles.UnknownArticle):
        run(runtime, lambda conn: articles.recall(conn, made_number(3), runtime.now()))
    assert kinds(runtime)[-1] == "recalled"


# ---- people and tokens ----------------------------------------------------------------


def test_a_postman_belongs_to_the_main_office_of_his_pin(runtime: Runtime) -> None:
    run(runtime, with_people)
    added = run(
        runtime,
        lambda conn: people.add_postman(conn, "7", "Arvind", "+919839000007", "273303", "4821"),
    )
    assert added.office == "Maharajganj H.O"


def test_a_postmans_pin_is_not_stored(runtime: Runtime) -> None:
    run(runtime, with_people)
    rows = run(runtime, lambda conn: conn.execute("SELECT staff::text FROM staff").fetchall())
    assert len(rows) == 2
    assert all("2580" not in row[0] and "$argon2" in row[0] for row in rows)


def test_what_is_taken_or_unknown_of_a_postman_is_named(runtime: Runtime) -> None:
    run(runtime, with_people)

    def add(staff_id: str, number: str, office: str = "273303", pin: str = "4821") -> None:
        run(runtime, lambda c: people.add_postman(c, staff_id, "Arvind", number, office, pin))

    with pytest.raises(people.StaffIdTaken, match="1001"):
        add("1001", "+919839000009")
    with pytest.raises(people.PhoneTaken, match="0001"):
        add("1009", "+919839000001")
    with pytest.raises(people.UnknownOffice, match="999999"):
        add("1009", "+919839000009", office="999999")
    with pytest.raises(pins.BadPin, match="4 to 6 digits"):
        add("1009", "+919839000009", pin="12a4")


def test_a_token_is_known_until_it_is_revoked_and_never_stored(runtime: Runtime) -> None:
    token = run(runtime, lambda conn: tokens.create(conn, "counter"))
    assert token.startswith("dakiya_")
    assert len(token) >= len("dakiya_") + 43
    found = run(runtime, lambda conn: tokens.identify(conn, token))
    assert found is not None
    assert found.name == "counter"
    assert run(runtime, lambda conn: tokens.identify(conn, token + "x")) is None
    stored = run(runtime, lambda c: c.execute("SELECT tokens::text FROM tokens").fetchone())
    assert stored is not None
    assert token.removeprefix("dakiya_") not in stored[0]
    with pytest.raises(tokens.TokenNameTaken):
        run(runtime, lambda conn: tokens.create(conn, "counter"))
    assert run(runtime, lambda conn: tokens.revoke(conn, "counter"))
    assert not run(runtime, lambda conn: tokens.revoke(conn, "counter"))
    assert run(runtime, lambda conn: tokens.identify(conn, token)) is None
    assert [each.name for each in run(runtime, tokens.listed)] == ["counter"]


# ---- lists ----------------------------------------------------------------


def test_serials_follow_the_order_given_and_continue(runtime: Runtime) -> None:
    run(runtime, with_people)
    one, two, three = booked(runtime, 1, 2, 3)
    first = make(runtime, "1001", [two, one.lower()])
    assert first.items == (lists.ListItem(1, two), lists.ListItem(2, one))
    assert make(runtime, "1001", [three]).items == (lists.ListItem(3, three),)
    assert run(runtime, lambda c: articles.get(c, one)).state == "out_for_delivery"
    assert kinds(runtime)[3:] == ["out_for_delivery"] * 3


def test_the_same_list_again_is_answered_alike_and_changes_nothing(runtime: Runtime) -> None:
    run(runtime, with_people)
    numbers = booked(runtime, 1, 2)
    first = make(runtime, "1001", numbers)
    again = make(runtime, "1001", numbers)
    assert again.items == first.items
    assert (first.new, again.new) == (True, False)
    assert kinds(runtime).count("out_for_delivery") == 2


def test_every_bad_number_is_named_and_nothing_is_listed(runtime: Runtime) -> None:
    run(runtime, with_people)
    good, carried, gone = booked(runtime, 1, 2, 3)
    make(runtime, "1002", [carried])
    run(runtime, lambda conn: articles.recall(conn, gone, runtime.now()))
    with pytest.raises(lists.NotListed) as refused:
        make(runtime, "1001", [good, carried, gone, made_number(9), "nonsense", good])
    assert [(bad.index, bad.why) for bad in refused.value.bad] == [
        (1, "is already out with a postman, as item 1"),
        (2, "is recalled"),
        (3, "is not booked"),
        (4, "is no article number"),
        (5, "stands twice in this list"),
    ]
    assert run(runtime, lambda conn: articles.get(conn, good)).state == "booked"


def test_a_list_is_for_today_in_india_only(runtime: Runtime, clock: Clock) -> None:
    run(runtime, with_people)
    numbers = booked(runtime, 1)
    clock.at = clock.at.replace(hour=20)  # already tomorrow in Gorakhpur, not yet in Greenwich
    with pytest.raises(lists.NotToday, match="2026-08-15"):
        run(
            runtime,
            lambda c: lists.make_list(c, "1001", clock.at.date(), numbers, runtime.now()),
        )


def test_a_list_needs_a_postman(runtime: Runtime) -> None:
    with pytest.raises(lists.UnknownPostman, match="4711"):
        make(runtime, "4711", booked(runtime, 1))


def test_what_yesterdays_list_left_open_goes_out_anew(runtime: Runtime, clock: Clock) -> None:
    run(runtime, with_people)
    numbers = booked(runtime, 1)
    make(runtime, "1001", numbers)
    clock.advance(days=1)
    assert make(runtime, "1002", numbers).items == (lists.ListItem(1, numbers[0]),)
    states = run(
        runtime,
        lambda conn: conn.execute("SELECT state FROM delivery_items ORDER BY id").fetchall(),
    )
    assert states == [("withdrawn",), ("open",)]


def test_two_postmen_who_claim_one_article_get_it_once(runtime: Runtime) -> None:
    run(runtime, with_people)
    numbers = booked(runtime, 1, 2, 3)

    def attempt(postman: str) -> bool:
        try:
            return make(runtime, postman, numbers if postman == "1001" else numbers[::-1]).new
        except lists.NotListed:
            return False

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(attempt, ["1001", "1002"])) == [False, True]


def test_a_list_has_no_more_items_than_serials(runtime: Runtime) -> None:
    run(runtime, with_people)
    numbers = booked(runtime, 1, 2)
    make(runtime, "1001", numbers[:1])
    run(runtime, lambda conn: conn.execute("UPDATE delivery_items SET serial = 999"))
    with pytest.raises(lists.NotListed, match="full"):
        make(runtime, "1001", numbers[1:])
