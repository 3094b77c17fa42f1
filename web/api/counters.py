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
from postal.people import rights
from store.refusals import Invalid, Unknown
from web.api.books import EntryOut, entry_of
from web.api.engine import whose
from web.api.engine.fields import ArticleNumber, Input, Nothing, Output, StaffId, Veiled
from web.api.engine.operation import Answer, Call, Operation
from web.api.engine.path import row

Text = Annotated[str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True)]
Many = Annotated[int, Field(ge=0, le=100_000)]


class OpenCounterIn(Input):
    """`opening_paise`: what lies in the drawer."""

    staff: StaffId
    counter: Annotated[int, Field(ge=1, le=99)]
    opening_paise: Annotated[int, Field(ge=0, le=MOST_PAISE)]


class CloseCounterIn(Input):
    """`count`: how many of each note or coin, by its rupees. `explanation`: where it differs."""

    staff: StaffId
    count: dict[Annotated[str, StringConstraints(pattern="^(500|200|100|50|20|10|5|2|1)$")], Many]
    explanation: Text | None = None


class HandOverIn(Input):
    """Cash out of the drawer, to the treasury. `once`: yours, new for each handing over."""

    staff: StaffId
    once: UUID
    paise: Annotated[int, Field(ge=1, le=MOST_PAISE)]
    note: Text | None = None


class CorrectEntryIn(Input):
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
    explanation: Veiled | None
    entries: list[EntryOut]


class CorrectedOut(Output):
    """The entry and what corrected it, oldest first."""

    entry: EntryOut
    corrections: list[EntryOut]


def _open(call: Call[OpenCounterIn]) -> Answer:
    given = call.input
    clerk = clerks.clerk(call.conn, given.staff, rights.roles("book"))
    by = call.doer(clerk.office_id, clerk.staff)
    made = counter_days.open_day(call.conn, given.counter, given.opening_paise, by)
    return Answer(201, _shown(call, made.id))


def _read(call: Call[Nothing]) -> Answer:
    return Answer(200, _shown(call, row(call)))


def _close(call: Call[CloseCounterIn]) -> Answer:
    given, id_ = call.input, row(call)
    clerk = _whose(call, id_, given.staff)
    count = day_end.read_count({note: str(given.count.get(str(note), 0)) for note in NOTES})
    by = call.doer(clerk.office_id, clerk.staff)
    day_end.close(call.conn, id_, count, given.explanation or "", by)
    return Answer(200, _shown(call, id_))


def _hand_over(call: Call[HandOverIn]) -> Answer:
    given, id_ = call.input, row(call)
    clerk = _whose(call, id_, given.staff)
    out = day_end.ToTreasury(given.paise, given.note or "", given.once)
    day_end.hand_over(call.conn, id_, out, call.doer(clerk.office_id, clerk.staff))
    return Answer(200, _shown(call, id_))


def _whose(call: Call[Any], id_: int, staff_id: str) -> clerks.Clerk:
    """Return the clerk who opened this counter. Raises `Invalid` for another one."""
    clerk = clerks.clerk(call.conn, staff_id, rights.roles("book"))
    end = day_end.get(call.conn, id_)
    if end.staff_id != staff_id:
        say = f"this counter is that of {end.staff_id}, who does this alone"
        raise Invalid(say, field="staff")
    return clerk


def _correct(call: Call[CorrectEntryIn]) -> Answer:
    given, id_ = call.input, row(call)
    clerk = clerks.clerk(call.conn, given.staff, rights.roles("correct_entry"))
    entry = entries.get(call.conn, id_)
    if clerk.only_office("correct_entry") not in (None, entry.office_id):
        raise Unknown("this office has no such entry")
    right = Correction(given.paise, given.why, given.once)
    entries.correct(call.conn, id_, right, call.doer(clerk.office_id, clerk.staff))
    later = [entry_of(each) for each in entries.corrections(call.conn, id_)]
    return Answer(200, CorrectedOut(entry=entry_of(entry), corrections=later))


def _shown(call: Call[Any], id_: int) -> CounterOut:
    end = day_end.get(call.conn, id_)
    return CounterOut.of(
        end,
        staff=end.staff_id,
        due_paise=day_end.expected(call.conn, id_),
        entries=[entry_of(each) for each in entries.of_counter(call.conn, id_)],
    )


class EnterRollIn(Input):
    first: ArticleNumber
    last: ArticleNumber


class RollOut(Output):
    id: int
    first: str
    last: str
    left: int


class RollsOut(Output):
    """`next`: the number that is offered; null where all rolls are used up."""

    next: str | None
    rolls: list[RollOut]


def _rolls(call: Call[Any]) -> Answer:
    clerk = clerks.clerk(call.conn, call.path["staff_id"], rights.roles("book"))
    found = [_roll(each) for each in rolls.of_clerk(call.conn, clerk.staff.row)]
    return Answer(200, RollsOut(next=rolls.offered(call.conn, clerk.staff.row), rolls=found))


def _enter_roll(call: Call[EnterRollIn]) -> Answer:
    clerk = clerks.clerk(call.conn, call.path["staff_id"], rights.roles("book"))
    by = call.doer(clerk.office_id, clerk.staff)
    rolls.add(call.conn, call.input.first, call.input.last, by)
    return _rolls(call)


def _roll(roll: Roll) -> RollOut:
    return RollOut.of(roll, first=roll.first_number, last=roll.last_number)


OPERATIONS: tuple[Operation[Any], ...] = (
    Operation(
        route="POST /counters",
        name="open_counter",
        scope="books",
        whose=whose.staff,
        summary="Open a clerk's counter for today",
        input=OpenCounterIn,
        handle=_open,
        answers={201: CounterOut},
        problems=(409,),
    ),
    Operation(
        route="GET /counters/{id:counter}",
        name="get_counter",
        scope="books",
        whose=whose.counter,
        summary="A counter's day, entry by entry",
        input=Nothing,
        handle=_read,
        answers={200: CounterOut},
        problems=(404,),
    ),
    Operation(
        route="POST /counters/{id:counter}/hand-over",
        name="hand_over_cash",
        scope="books",
        whose=whose.counter,
        summary="Cash goes from the drawer to the treasury during the day. Sent twice it is once",
        input=HandOverIn,
        handle=_hand_over,
        answers={200: CounterOut},
        problems=(404, 409),
    ),
    Operation(
        route="POST /counters/{id:counter}/close",
        name="close_counter",
        scope="books",
        whose=whose.counter,
        summary="Count the drawer and close the counter's day. Closing twice is once",
        input=CloseCounterIn,
        handle=_close,
        answers={200: CounterOut},
        problems=(404, 409),
    ),
    Operation(
        route="POST /entries/{id:entry}/correct",
        name="correct_entry",
        scope="books",
        whose=whose.entry,
        summary="Put an entry of the books right by a new one; a postmaster names himself",
        input=CorrectEntryIn,
        handle=_correct,
        answers={200: CorrectedOut},
        problems=(404, 409),
    ),
    Operation(
        route="GET /staff/{staff_id:staff}/rolls",
        name="rolls_of_clerk",
        scope="books",
        whose=whose.staff_in_path,
        summary="A clerk's rolls of labels, and the next number",
        input=Nothing,
        handle=_rolls,
        answers={200: RollsOut},
    ),
    Operation(
        route="POST /staff/{staff_id:staff}/rolls",
        name="enter_roll",
        scope="books",
        whose=whose.staff_in_path,
        summary="Enter a roll of labels for a clerk",
        input=EnterRollIn,
        handle=_enter_roll,
        answers={200: RollsOut},
        problems=(409,),
    ),
)
