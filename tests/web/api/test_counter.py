"""A clerk's day by API: counter, roll, a booking step by step, the count, a correction."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient

from india.calendar import day_of
from runtime import Runtime
from tests.rigs.api_calls import Api, api_of, article, booking, fields, number_of, postman
from tests.rigs.counter import directory
from tests.rigs.paper import sheets

OPEN = {"staff": "3001", "counter": 2, "opening_paise": 20_000}
SENDER = {"phone": "+919839000081", "name": "Gyan Pustak Kendra"}


@pytest.fixture
def api(runtime: Runtime, client: FlaskClient) -> Api:
    api = api_of(runtime, client)
    directory(runtime)
    with runtime.database.transaction() as conn:
        conn.execute(
            "INSERT INTO staff (staff_id, name, role, office_id)"
            " SELECT * FROM (VALUES ('3001', 'A', 'clerk'), ('3002', 'B', 'postmaster'))"
            " AS s (staff_id, name, role), LATERAL (SELECT min(id) FROM offices) AS o"
        )
    return api


def posted(serial: int, **changes: Any) -> dict[str, Any]:
    found: dict[str, Any] = booking(serial)["articles"][0]
    return found | changes


def told(runtime: Runtime) -> list[str]:
    with runtime.database.transaction() as conn:
        rows = conn.execute("SELECT kind FROM events ORDER BY id").fetchall()
    return [row[0] for row in rows]


def test_a_clerks_day(api: Api, runtime: Runtime) -> None:
    opened = api.post("/counters", OPEN, {"Idempotency-Key": "open"})
    assert opened.status_code == 201
    again = api.post("/counters", OPEN, {"Idempotency-Key": "open"})
    assert (again.get_json(), again.headers["Idempotency-Replayed"]) == (opened.get_json(), "true")
    assert api.post("/counters", OPEN).status_code == 409  # open already
    counter = f"/counters/{opened.get_json()['id']}"

    begun = api.post("/booking-groups", {"staff": "3001", "sender": SENDER}).get_json()
    path = f"/bookings/{begun['reference']}"
    assert api.post(f"{path}/cash", {"paise": 0}).status_code == 409  # nothing in it
    assert api.post(f"{path}/articles", posted(1)).get_json()["paise"] == 8_000
    assert list(fields(api.post(f"{path}/articles", posted(1)))) == ["number"]
    api.post(f"{path}/articles", posted(2))
    changed = api.post(f"{path}/articles/{number_of(2)}", posted(2, otp_required=False))
    assert [each["otp_paise"] for each in changed.get_json()["articles"]] == [500, 0]
    for _ in range(2):  # twice is once
        left = api.post(f"{path}/articles/{number_of(2)}/remove", {}).get_json()
        assert [each["number"] for each in left["articles"]] == [number_of(1)]
    assert api.post(f"{counter}/close", {"staff": "3001", "count": {}}).status_code == 409
    short = {"paise": 8_000, "given_paise": 7_000}
    assert list(fields(api.post(f"{path}/cash", short))) == ["given_paise"]
    assert told(runtime) == []
    paid = api.post(f"{path}/cash", {"paise": 8_000, "given_paise": 10_000})
    assert (paid.get_json()["state"], paid.get_json()["method"]) == ("booked", "cash")
    assert told(runtime) == ["article_booked"]
    assert api.post(f"{path}/cash", {"paise": 8_000}).status_code == 409
    assert api.post(f"{path}/cancel", {}).status_code == 409

    assert api.get(f"{path}/receipt").get_json()["articles"][0]["paise"] == 8_000
    print_ = {"staff": "3001", "once": str(uuid4()), "paper": "a4", "language": "hi"}
    for _ in range(2):  # twice is once, and the original
        assert api.post(f"{path}/receipts", print_).get_json()["copy_number"] == 0
    assert api.post(f"{path}/receipts", print_ | {"paper": "80mm"}).status_code == 422
    pdf = api.get(f"{path}/receipts/{print_['once']}")
    assert (pdf.mimetype, pdf.data[:5]) == ("application/pdf", b"%PDF-")
    copied = api.post(f"{path}/receipts", print_ | {"once": str(uuid4()), "paper": "80mm"})
    assert copied.get_json()["copy_number"] == 1
    english = print_ | {"once": str(uuid4()), "paper": "80mm", "language": "en"}
    assert api.post(f"{path}/receipts", english).get_json()["copy_number"] == 2
    (narrow,) = sheets(api.get(f"{path}/receipts/{english['once']}").data)
    assert (round(narrow.width), "DUPLICATE 2 · not the original" in narrow.text) == (80, True)
    assert narrow.barcodes() == [number_of(1)]
    assert api.get(f"{path}/receipts/{uuid4()}").status_code == 404

    assert api.get(counter).get_json()["due_paise"] == 28_000
    away = {"staff": "3001", "once": str(uuid4()), "paise": 10_000}
    for _ in range(2):  # twice is once
        assert api.post(f"{counter}/hand-over", away).get_json()["due_paise"] == 18_000
    assert api.post(f"{counter}/hand-over", away | {"paise": 9_000}).status_code == 422
    more = away | {"once": str(uuid4()), "paise": 18_100}
    assert list(fields(api.post(f"{counter}/hand-over", more))) == ["paise"]
    count = {"staff": "3001", "count": {"100": 1, "50": 1}}
    assert list(fields(api.post(f"{counter}/close", count))) == ["explanation"]
    assert list(fields(api.post(f"{counter}/close", count | {"staff": "3002"}))) == ["staff"]
    closed = api.post(f"{counter}/close", count | {"explanation": "change given wrongly"})
    shown = closed.get_json()
    assert (shown["expected_paise"], shown["counted_paise"]) == (18_000, 15_000)
    kinds = [each["kind"] for each in shown["entries"]]
    assert kinds == ["opening", "booking", "handed_over", "difference", "handed_over"]

    entry = f"/entries/{shown['entries'][0]['id']}/correct"
    right = {"staff": "3002", "once": str(uuid4()), "paise": 21_000, "why": "counted anew"}
    for _ in range(2):  # twice is once
        corrected = api.post(entry, right).get_json()
        assert [each["paise"] for each in corrected["corrections"]] == [1_000]
    for other in ({"paise": 21_100}, {"why": "counted once more"}):
        assert api.post(entry, right | other).status_code == 422
    assert list(fields(api.post(entry, right | {"staff": "3001"}))) == ["staff"]

    books = api.get("/offices/273303/books").get_json()
    assert [f"/counters/{each['id']}" for each in books["counters"]] == [counter]
    for table, second in (
        ("entries", "opening,cash,200.00"),
        ("articles", number_of(1)),
        ("counters", "change given wrongly"),
    ):
        file = api.get(f"/offices/273303/books/{table}")
        assert file.mimetype == "text/csv"
        assert file.headers["Content-Disposition"].startswith(f'inline; filename="dakiya-{table}-')
        assert second in file.data.decode("utf-8-sig").splitlines()[1]
    assert api.get("/offices/273303/books/sums").status_code == 404


def test_a_booking_is_cancelled_and_its_number_is_free(api: Api) -> None:
    body = {"office_pin": "273303", "sender": SENDER}
    path = f"/bookings/{api.post('/booking-groups', body).get_json()['reference']}"
    api.post(f"{path}/articles", posted(1))
    assert api.get(f"{path}/receipt").status_code == 409  # nothing is paid
    for _ in range(2):
        assert api.post(f"{path}/cancel", {}).get_json()["state"] == "cancelled"
    assert api.post(f"{path}/articles", posted(2)).status_code == 409
    assert api.post("/articles", article(1)).status_code == 201
    assert list(fields(api.post("/booking-groups", body | {"staff": "3001"}))) == ["office_pin"]
    at_counter = api.post("/booking-groups", {"staff": "3001", "sender": SENDER})
    assert at_counter.status_code == 409  # no counter is open


def test_a_roll_is_entered_once_and_offers_the_next_number(api: Api) -> None:
    roll = {"first": number_of(1), "last": number_of(9)}
    api.post("/articles", article(1))
    assert api.post("/staff/3001/rolls", roll).get_json()["next"] == number_of(2)
    assert api.post("/staff/3001/rolls", roll).status_code == 409
    assert list(
        fields(api.post("/staff/3001/rolls", {"first": number_of(9)} | {"last": number_of(8)}))
    ) == ["last"]
    found = api.get("/staff/3001/rolls").get_json()
    assert [(each["first"], each["last"]) for each in found["rolls"]] == [
        (number_of(1), number_of(9))
    ]
    assert api.get("/staff/9999/rolls").status_code == 422


def test_a_slip_is_a_pdf_and_its_reader_is_written_down(api: Api, runtime: Runtime) -> None:
    api.post("/postmen", postman())
    api.post("/articles", article(1))
    today = {"postman": "1001", "date": str(day_of(runtime.now())), "articles": [number_of(1)]}
    assert api.post("/delivery-lists", today).status_code == 201
    slip = api.get("/delivery-lists/1/slip?staff=3001&language=en")
    assert (slip.mimetype, slip.data[:5]) == ("application/pdf", b"%PDF-")
    with runtime.database.transaction() as conn:
        noted = conn.execute(
            "SELECT l.reason, t.name, s.staff_id FROM access_log l JOIN tokens t"
            " ON t.id = l.token_id JOIN staff s ON s.id = l.staff_id"
        ).fetchall()
    assert noted == [(f"api.slip_pdf: slip 1001 {today['date']}", "tests", "3001")]
    assert api.get("/delivery-lists/1/slip").status_code == 422
    both = {"reference": "412345678901", "cash_by": "3002"}
    assert list(fields(api.post("/refunds/1", both))) == ["cash_by"]
    assert api.post("/refunds/1", {"cash_by": "3002"}).status_code == 409  # no counter is open
