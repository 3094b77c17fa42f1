"""The recipient's number is checked by the neutral text of the booking, before the visit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from gateways.base import Outcome, Outgoing, Reason, Receipt, ReceiptStatus, Rejected
from messages.catalogue import catalogue
from outbox import receipts
from postal.counter import number_check
from postal.counter.number_check import NumberCheck
from runtime import Runtime
from tests.rigs.api_calls import api_of, article, number_of
from tests.rigs.outbox import NAME, Carrier, accept, drain, with_carrier
from tests.rigs.transcript import Player


def check(runtime: Runtime) -> NumberCheck:
    with runtime.database.transaction() as conn:
        ids = [row[0] for row in conn.execute("SELECT id FROM articles").fetchall()]
        (found,) = number_check.for_articles(conn, ids).values()
    return found


def book(
    runtime: Runtime,
    client: FlaskClient,
    on_send: Callable[[Outgoing], Outcome] = accept,
    **changes: Any,
) -> Runtime:
    """Books an article and sends what there is to send, by a carrier that answers `on_send`."""
    answer = api_of(runtime, client).post("/articles", article(1, **changes))
    assert answer.status_code == 201, answer.get_json()
    with_one = with_carrier(runtime, Carrier(on_send))
    drain(with_one)
    return with_one


def told(runtime: Runtime, status: ReceiptStatus, reason: Reason | None = None) -> None:
    """The carrier's receipt for the recipient's text."""
    with runtime.database.transaction() as conn:
        row = conn.execute("SELECT id FROM messages WHERE template LIKE 'booked%'").fetchone()
    assert row is not None
    carrier_id = f"carrier-{row[0]}"
    receipts.receive(runtime, Receipt(NAME, carrier_id, row[0], status, status.value, reason))


def test_before_any_receipt_nothing_is_known(runtime: Runtime, client: FlaskClient) -> None:
    with_one = book(runtime, client)
    assert check(runtime).state == "unknown"
    told(with_one, ReceiptStatus.SENT)
    assert check(runtime).state == "unknown"


def test_a_text_that_arrived_says_that_the_number_is_reached(
    runtime: Runtime, client: FlaskClient
) -> None:
    with_one = book(runtime, client)
    told(with_one, ReceiptStatus.DELIVERED)
    assert check(runtime) == NumberCheck("reached", at=runtime.now())
    assert not check(runtime).bad


@pytest.mark.parametrize(
    "why",
    [
        "bad_number",
        "opted_out",
        "blocked",
        "do_not_disturb",
        "inbox_full",
        "unreachable",
        "expired",
    ],
)
def test_a_text_that_could_not_arrive_says_why(
    runtime: Runtime, client: FlaskClient, why: str
) -> None:
    with_one = book(runtime, client)
    told(with_one, ReceiptStatus.FAILED, Reason(why))
    assert (check(runtime).state, check(runtime).why) == ("not_reached", why)
    assert check(runtime).bad


@pytest.mark.parametrize("why", ["configuration", "text", "carrier", "unknown"])
def test_our_and_the_carriers_own_faults_say_nothing_of_the_number(
    runtime: Runtime, client: FlaskClient, why: str
) -> None:
    with_one = book(runtime, client)
    told(with_one, ReceiptStatus.FAILED, Reason(why))
    assert check(runtime).state == "unknown"


def test_a_carrier_that_refuses_the_number_at_once(runtime: Runtime, client: FlaskClient) -> None:
    def refuse(message: Outgoing) -> Outcome:
        return Rejected(Reason.BAD_NUMBER, "21211")

    book(runtime, client, refuse)
    assert (check(runtime).state, check(runtime).why) == ("not_reached", "bad_number")


def test_a_later_text_that_arrives_outweighs_one_that_failed(
    runtime: Runtime, client: FlaskClient
) -> None:
    with_one = book(runtime, client)
    told(with_one, ReceiptStatus.FAILED, Reason.UNREACHABLE)
    assert check(runtime).bad
    with runtime.database.transaction() as conn:
        conn.execute(
            "INSERT INTO messages (direction, phone, gateway, carrier_id, at, article_id, body,"
            " status, template, language, variables, segments, lane, not_after, next_attempt_at)"
            " SELECT 'out', phone, gateway, 'later', at, article_id, '', 'sent', 'out_plain',"
            " language, '{}', 1, lane, not_after, next_attempt_at"
            " FROM messages WHERE template LIKE 'booked%'"
        )
    receipts.receive(
        with_one,
        Receipt(NAME, "later", None, ReceiptStatus.DELIVERED, "delivered", None),
    )
    assert check(runtime).state == "reached"


def test_without_a_number_there_is_none_to_check(runtime: Runtime, client: FlaskClient) -> None:
    recipient = {**article()["recipient"], "phone": None}
    book(runtime, client, otp_required=False, recipient=recipient)
    assert check(runtime).state == "no_number"


def test_somebody_who_says_not_mine_denies_it(player: Player) -> None:
    player.step(f"article {number_of(1)} to +919876500001 hi")
    player.step("+919876500001 > 2")
    assert check(player.runtime).state == "denied"
    assert check(player.runtime).bad


@pytest.mark.parametrize("template", ["booked", "booked_plain"])
def test_the_text_that_checks_tells_a_stranger_nothing_of_whose_post_it_is(template: str) -> None:
    """It can name the article's number and nothing else: neither names, nor place, nor money."""
    assert [each.name for each in catalogue().templates[template].variables] == ["article"]
