"""A carrier that reports on each part of a long text: it arrived when all of its parts did."""

from __future__ import annotations

import pytest

from gateways.base import Outgoing, Reason, Receipt, ReceiptStatus, Sent
from outbox import receipts
from runtime import Runtime
from tests.rigs.outbox import NAME, Carrier, drain, queue, statuses, with_carrier

SENT, DELIVERED, FAILED = ReceiptStatus.SENT, ReceiptStatus.DELIVERED, ReceiptStatus.FAILED


def part(
    number: str, status: ReceiptStatus = DELIVERED, parts: int | None = None, id_: str = "c"
) -> Receipt:
    reason = Reason.UNREACHABLE if status is FAILED else None
    return Receipt(NAME, id_, None, status, status.value, reason, part=number, parts=parts)


def long_text(runtime: Runtime, carrier: Carrier, segments: int = 2) -> int:
    with runtime.database.transaction() as conn:
        (message,) = queue(conn, runtime.now())
        conn.execute("UPDATE messages SET segments = %s", (segments,))
    drain(with_carrier(runtime, carrier))
    return message


def accepted(runtime: Runtime, segments: int = 2) -> int:
    return long_text(runtime, Carrier(lambda message: Sent("c")), segments)


@pytest.mark.parametrize("parts", [None, 2])
def test_one_part_is_not_the_text(runtime: Runtime, parts: int | None) -> None:
    message = accepted(runtime)
    for again in range(2):  # and a repeat of it is no other part
        receipts.receive(runtime, part("1", parts=parts))
        assert statuses(runtime)[message] == "sent", again
    receipts.receive(runtime, part("2", parts=parts))
    assert statuses(runtime)[message] == "delivered"


def test_a_part_that_failed_fails_the_text(runtime: Runtime) -> None:
    message = accepted(runtime)
    receipts.receive(runtime, part("1"))
    receipts.receive(runtime, part("2", FAILED))
    assert statuses(runtime)[message] == "failed"
    receipts.receive(runtime, part("2"))  # it arrived after all
    assert statuses(runtime)[message] == "delivered"


def test_what_the_carrier_says_of_how_many_goes_first(runtime: Runtime) -> None:
    """It may split at other places than we count."""
    message = accepted(runtime, segments=2)
    receipts.receive(runtime, part("1", parts=3))
    receipts.receive(runtime, part("2", parts=3))
    assert statuses(runtime)[message] == "sent"
    receipts.receive(runtime, part("3", parts=3))
    assert statuses(runtime)[message] == "delivered"


@pytest.mark.parametrize("came", [("1",), ("1", "2"), ("2", "1", "1")])
def test_parts_that_overtake_the_answer_count(runtime: Runtime, came: tuple[str, ...]) -> None:
    def overtaken(outgoing: Outgoing) -> Sent:
        for each in came:
            receipts.receive(runtime, part(each))
        return Sent("c")

    message = long_text(runtime, Carrier(overtaken))
    whole = len(set(came)) == 2
    assert statuses(runtime)[message] == ("delivered" if whole else "sent")
