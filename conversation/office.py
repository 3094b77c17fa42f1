"""The door of the delivery office: lists go out, articles come back.

Each function works within the caller's transaction; wake the outbox after the commit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from conversation import household
from conversation.announce import announce
from conversation.turn import take_turn
from flows import number as numbers
from flows.happenings import RemarkJudged, TakenIn, Verdict, WentOut
from india import signs
from india.calendar import day_of
from postal import lists
from postal.lists import DeliveryList
from postal.office import arrivals, placing, returning, scans
from postal.office.arrivals import Arrival
from postal.office.returning import ListClosed, ListHead, ReturnLine
from postal.people.doer import Doer
from runtime import Runtime
from store import feed
from store.conversations import ConversationPlace
from store.database import Conn

# unvisited: comes another time · final: back, and its remark is final · contested: back, and its
# remark waits for the postmaster · back: it was off the list already · already: taken in before ·
# delivered: handed over, by the books, and yet here · moved_on: on another list since ·
# not_here: not on this list · no_number: mistyped · several: several of the list end in the digits
Taken = Literal[
    "unvisited", "final", "contested", "back", "already", "delivered", "moved_on", "not_here",
    "no_number", "several",
]  # fmt: skip


@dataclass(frozen=True)
class TakenItem:
    """What came of one scan at the end of a list."""

    typed: str
    answer: Taken
    number: str | None = None
    line: ReturnLine | None = None


def scan(runtime: Runtime, conn: Conn, pin: str, typed: str, by: Doer) -> Arrival:
    """Scan as `postal.office.arrivals.scan`; take in what comes back from a closed list.

    Four digits are those that an expected article ends in. Every scan is written down. Raise
    `scans.SeveralEndSo`.
    """
    number = scans.expected(conn, by.own_office, pin, typed)
    arrival = _late(runtime, conn, arrivals.scan(conn, pin, number, by), by)
    if arrival.answer in ("here", "already") and arrival.number is not None:
        kept = household.arrived(runtime, conn, arrival.number)
        arrival = replace(arrival, kept_until=kept)
    scans.note(conn, arrival, by)
    return arrival


def _late(runtime: Runtime, conn: Conn, arrival: Arrival, by: Doer) -> Arrival:
    if arrival.answer != "late" or arrival.list_id is None or arrival.item_id is None:
        return arrival
    head = returning.hold(conn, arrival.list_id)
    if head.office_id != by.office:
        return arrival
    taken = _take(runtime, conn, head, returning.line(conn, arrival.item_id), by)
    # Between the look and the lock another scanner may have taken it in.
    return replace(arrival, answer="kept") if taken == "already" else arrival


def send_out(
    runtime: Runtime, conn: Conn, postman_row: int, seen: Sequence[str], by: Doer
) -> DeliveryList:
    """Make today's list of one beat from the draft, and tell everybody as the API does.

    `seen`: the numbers in the order that the person saw. Raises `drafts.DraftChanged` where they
    differ, and as `postal.lists.make_list` does; then the draft stays as it is.
    """
    staff_id, numbers_ = placing.take(conn, postman_row, seen, by)
    made = lists.make_list(conn, staff_id, day_of(by.at), numbers_, by.at)
    if made.new:
        announce(runtime, conn, [WentOut(item.number) for item in made.items])
    return made


def send_out_all(
    runtime: Runtime, conn: Conn, seen: Mapping[int, Sequence[str]], by: Doer
) -> list[DeliveryList]:
    """Make today's lists of several beats, all or none; `seen`: the numbers by the postman's row.

    Raises as `send_out` does.
    """
    return [send_out(runtime, conn, row, numbers_, by) for row, numbers_ in sorted(seen.items())]


def take_in(runtime: Runtime, conn: Conn, list_id: int, typed: str, by: Doer) -> TakenItem:
    """Take in an article of this list from its postman: it is checked in, its remark is final.

    Raises `returning.UnknownList` and `returning.ListClosed`.
    """
    head = returning.hold(conn, list_id)
    if head.closed_at is not None:
        raise ListClosed(head)
    number, bare = numbers.parse(typed), signs.bare(typed)
    digits = bare if len(bare) == 4 and bare.isdigit() else None
    if number is None and digits is None:
        return TakenItem(typed, "no_number")
    found = [
        each
        for each in returning.lines(conn, list_id)
        if number in (each.number, None) and digits in (numbers.last_digits(each.number), None)
    ]
    if not found:
        return TakenItem(typed, "not_here", number)
    if len(found) > 1:
        return TakenItem(typed, "several")
    (line,) = found
    return TakenItem(typed, _take(runtime, conn, head, line, by), line.number, line)


def _take(runtime: Runtime, conn: Conn, head: ListHead, line: ReturnLine, by: Doer) -> Taken:
    # The article's row, then the item as it is now: a text of the postman's may just have moved it.
    conn.execute("SELECT 1 FROM articles WHERE id = %s FOR UPDATE", (line.article_id,))
    line = returning.line(conn, line.id)
    if line.checked_in_at is not None:
        return "already"
    if line.moved_on:
        return "moved_on"
    if line.state == "delivered" or line.article_state == "delivered":
        return "delivered"
    late = head.closed_at is not None
    if not returning.check_in(conn, line.id, by, late=late):
        return "already"
    data: dict[str, str | bool] = {
        "postman": head.staff_id,
        "day": head.date.isoformat(),
        "late": late,
    }
    feed.append(conn, "taken_in", line.article_id, by.at, data)
    _decide(runtime, conn, TakenIn(line.number, by.known_as))
    after = returning.line(conn, line.id)
    if after.waits:
        return "contested"
    if line.state == "open":
        return "unvisited"
    return "final" if after.final else "back"


def judge(
    runtime: Runtime, conn: Conn, item_id: int, verdict: Verdict, by: Doer
) -> tuple[ListHead, bool]:
    """The postmaster's verdict on a contested remark: final with it. True where this did it.

    Raises `returning.ListClosed` and `returning.UnknownItem`.
    """
    head = returning.hold(conn, returning.list_of(conn, item_id))
    line = returning.line(conn, item_id)
    if head.closed_at is not None and not line.checked_in_late:
        raise ListClosed(head)
    conn.execute("SELECT 1 FROM articles WHERE id = %s FOR UPDATE", (line.article_id,))
    line = returning.line(conn, item_id)
    if not line.waits or line.checked_in_at is None:
        return head, False
    if verdict == "confirmed":
        _decide(runtime, conn, RemarkJudged(line.number, verdict))
    _decide(runtime, conn, TakenIn(line.number, by.known_as, verdict))
    return head, True


def _decide(runtime: Runtime, conn: Conn, event: TakenIn | RemarkJudged) -> None:
    """Let the article's own conversation decide on `event`."""
    take_turn(runtime, conn, ConversationPlace(event.article, "article"), event)


def today(runtime: Runtime) -> date:
    """Return the present day of the post office."""
    return day_of(runtime.now())
