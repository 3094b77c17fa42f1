"""A counter's day, and a clerk's roll of labels."""

from __future__ import annotations

import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field, StringConstraints

from india.money import MOST_PAISE
from postal.counter import clerks, counter_days, day_end, entries, rolls
from postal.counter.day_end import NOTES
from postal.counter.entries import Correction
from postal.counter.rolls import Roll
from store.refusals import Invalid, Unknown
from web.api.books import Entry, entry_of
from web.api.engine.fields import ArticleNumber, Input, Nothing, Output, StaffId
from web.api.engine.operation import Answer, Call, Operation
from web.api.engine.path import row
from web.staff.rooms import BOOKKEEPERS, CLERKS

Text = Annotated[str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True)]
Many = Annotated[int, Field(ge=0, le=100_000)]


class OpenCounter(Input):
    """`opening_paise`: what lies in the drawer."""

    staff: StaffId
    counter: Annotated[int, Field(ge=1, le=99)]
    opening_paise: Annotated[int, Field(ge=0, le=MOST_PAISE)]


class CloseCounter(Input):
    """`count`: how many of each note or coin, by its rupees. `explanation`: where it differs."""

    staff: StaffId
    count: dict[Annotated[str, StringConstraints(pattern="^(500|200|100|50|20|10|5|2|1)$")], Many]
    explanation: Text | None = None


class HandOver(Input):
    """Cash out of the drawer, to the treasury. `once`: yours, new for each handing over."""

    staff: StaffId
    once: UUID
    paise: Annotated[int, Field(ge=1, le=MOST_PAISE)]
    note: Text | None = None


class CorrectEntry(Input):
    """`paise`: what is right, with its sign. `once`: yours, new for each correction."""

    staff: StaffId
    once: UUID
    paise: Annotated[int, Field(ge=-MOST_PAISE, le=MOST_PAISE)]
    why: Text


class CounterOut(Output):
    """`due_paise`: what the drawer should hold by its entries; 0 after the close."""

    id: int
    staff: str
    counter: int
    day: datetime.date
    opened_at: datetime.datetime
    closed_at: datetime.datetime | None
    due_paise: int
    expected_paise: int | None
    counted_paise: int | None
    explanation: str | None
    entries: list[Entry]


class Corrected(Output):
    """The entry and what corrected it, oldest first."""

    entry: Entry
    corrections: list[Entry]


def _open(call: Call[OpenCounter]) -> Answer:
    given = call.input
    who = clerks.clerk(call.conn, given.staff, CLERKS)
    by = call.doer(who.office_id, who.staff)
    made = counter_days.open_day(call.conn, given.counter, given.opening_paise, by)
    return Answer(201, _shown(call, made.id))


def _read(call: Call[Nothing]) -> Answer:
    return Answer(200, _shown(call, row(call)))


def _close(call: Call[CloseCounter]) -> Answer:
    given, id_ = call.input, row(call)
    who = _whose(call, id_, given.staff)
    count = day_end.read_count({note: str(given.count.get(str(note), 0)) for note in NOTES})
    by = call.doer(who.office_id, who.staff)
    day_end.close(call.conn, id_, count, given.explanation or "", by)
    return Answer(200, _shown(call, id_))


def _hand_over(call: Call[HandOver]) -> Answer:
    given, id_ = call.input, row(call)
    who = _whose(call, id_, given.staff)
    out = day_end.ToTreasury(given.paise, given.note or "", given.once)
    day_end.hand_over(call.conn, id_, out, call.doer(who.office_id, who.staff))
    return Answer(200, _shown(call, id_))


def _whose(call: Call[Any], id_: int, staff_id: str) -> clerks.Clerk:
    """Return the clerk who opened this counter, if it is that one. Raises `Invalid`."""
    who = clerks.clerk(call.conn, staff_id, CLERKS)
    end = day_end.get(call.conn, id_)
    if end.staff_id != staff_id:
        say = f"this counter is that of {end.staff_id}, who does this alone"
        raise Invalid(say, field="staff")
    return who


def _correct(call: Call[CorrectEntry]) -> Answer:
    given, id_ = call.input, row(call)
    who = clerks.clerk(call.conn, given.staff, BOOKKEEPERS)
    entry = entries.get(call.conn, id_)
    if entry.office_id != who.office_id:
        raise Unknown("this office has no such entry")
    right = Correction(given.paise, given.why, given.once)
    entries.correct(call.conn, id_, right, call.doer(who.office_id, who.staff))
    later = [entry_of(each) for each in entries.corrections(call.conn, id_)]
    return Answer(200, Corrected(entry=entry_of(entry), corrections=later))


def _shown(call: Call[Any], id_: int) -> CounterOut:
    end = day_end.get(call.conn, id_)
    return CounterOut(
        id=end.id,
        staff=end.staff_id,
        counter=end.counter,
        day=end.day,
        opened_at=end.opened_at,
        closed_at=end.closed_at,
        due_paise=day_end.expected(call.conn, id_),
        expected_paise=end.expected_paise,
        counted_paise=end.counted_paise,
        explanation=end.explanation,
        entries=[entry_of(each) for each in entries.of_counter(call.conn, id_)],
    )


class EnterRoll(Input):
    first: ArticleNumber
    last: ArticleNumber


class RollOut(Output):
    id: int
    first: str
    last: str
    left: int


class Rolls(Output):
    """`next`: the number that is offered; null where all rolls are used up."""

    next: str | None
    rolls: list[RollOut]


def _rolls(call: Call[Any]) -> Answer:
    who = clerks.clerk(call.conn, call.path["staff_id"], CLERKS)
    found = [_roll(each) for each in rolls.of_clerk(call.conn, who.staff.row)]
    return Answer(200, Rolls(next=rolls.offered(call.conn, who.staff.row), rolls=found))


def _enter_roll(call: Call[EnterRoll]) -> Answer:
    who = clerks.clerk(call.conn, call.path["staff_id"], CLERKS)
    by = call.doer(who.office_id, who.staff)
    rolls.add(call.conn, call.input.first, call.input.last, by)
    return _rolls(call)


def _roll(roll: Roll) -> RollOut:
    return RollOut(id=roll.id, first=roll.first_number, last=roll.last_number, left=roll.left)


OPERATIONS: tuple[Operation[Any], ...] = (
    Operation(
        method="POST",
        path="/counters",
        name="open_counter",
        summary="Open a clerk's counter for today",
        input=OpenCounter,
        handle=_open,
        answers={201: CounterOut},
        problems=(409,),
    ),
    Operation(
        method="GET",
        path="/counters/{id}",
        name="get_counter",
        summary="A counter's day, entry by entry",
        input=Nothing,
        handle=_read,
        answers={200: CounterOut},
        problems=(404,),
        path_values={"id": "counter"},
    ),
    Operation(
        method="POST",
        path="/counters/{id}/hand-over",
        name="hand_over_cash",
        summary="Cash goes from the drawer to the treasury during the day. Sent twice it is once",
        input=HandOver,
        handle=_hand_over,
        answers={200: CounterOut},
        problems=(404, 409),
        path_values={"id": "counter"},
    ),
    Operation(
        method="POST",
        path="/counters/{id}/close",
        name="close_counter",
        summary="Count the drawer and close the counter's day. Closing twice is once",
        input=CloseCounter,
        handle=_close,
        answers={200: CounterOut},
        problems=(404, 409),
        path_values={"id": "counter"},
    ),
    Operation(
        method="POST",
        path="/entries/{id}/correct",
        name="correct_entry",
        summary="Put an entry of the books right by a new one; a postmaster names himself",
        input=CorrectEntry,
        handle=_correct,
        answers={200: Corrected},
        problems=(404, 409),
        path_values={"id": "entry"},
    ),
    Operation(
        method="GET",
        path="/staff/{staff_id}/rolls",
        name="rolls_of_clerk",
        summary="A clerk's rolls of labels, and the next number",
        input=Nothing,
        handle=_rolls,
        answers={200: Rolls},
        path_values={"staff_id": "staff"},
    ),
    Operation(
        method="POST",
        path="/staff/{staff_id}/rolls",
        name="enter_roll",
        summary="Enter a roll of labels for a clerk",
        input=EnterRoll,
        handle=_enter_roll,
        answers={200: Rolls},
        problems=(409,),
        path_values={"staff_id": "staff"},
    ),
)
