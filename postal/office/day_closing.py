"""The end of an office's day: what it leaves, in numbers, and its closing; twice is once.

A closed day takes no more lists. Two people open it again on that day (`postal/requests`): a
closing is never taken back, a row says that it holds no more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from psycopg.rows import class_row

from india.calendar import day_of
from postal import reasons
from postal.closed_days import HOLDS
from postal.office import cash, drafts
from postal.office.cash import Owing
from postal.office.closing import Progress, of_day
from postal.people import access
from postal.people.doer import Doer
from store import feed
from store.database import Conn
from store.refusals import Conflict

REMEMBERED: Final = timedelta(days=30)  # how long an unclosed day is named


@dataclass(frozen=True)
class DayClosing:
    """The closing of an office's day. `cash_open`: paise not handed in by then, of
    `cash_open_lists` lists; `not_out`: articles that did not go out; `missing`: with the postmen of
    closed lists. `explanation` says why. `nth`: from 1, one more than it was opened again.
    """

    day: date
    nth: int
    at: datetime
    by: str
    lists: int
    not_out: int
    missing: int
    cash_open_lists: int
    cash_open: int
    explanation: str | None


@dataclass(frozen=True)
class DraftLeft:
    """A beat whose draft would not go out any more."""

    beat: int | None
    name: str
    articles: int


@dataclass(frozen=True)
class Left:
    """What a day leaves when it is closed now. `free`: articles on no beat,
    but for those that came back today; `drafts`: on a beat
    and not sent out; `open_lists`: lists that are not closed; `missing`: articles that the postmen
    of closed lists have still; `owing`: cash of that day and earlier ones.
    """

    lists: int
    free: int
    drafts: tuple[DraftLeft, ...]
    open_lists: tuple[Progress, ...]
    missing: int
    owing: tuple[Owing, ...]

    @property
    def not_out(self) -> int:
        """Return how many articles lie there for a list of the day and do not go out."""
        return self.free + sum(each.articles for each in self.drafts)

    @property
    def cash_paise(self) -> int:
        return sum(each.open for each in self.owing)

    @property
    def needs_reason(self) -> bool:
        """Tell whether closing takes an explanation."""
        return bool(self.not_out or self.missing or self.owing)

    @property
    def mark(self) -> str:
        """Return the numbers as a form returns them, so that only what was seen is closed."""
        return f"{self.lists}-{self.free}-{self.not_out}-{self.missing}-{self.cash_paise}"


class ListsOpen(Conflict):
    """Not every list of the day is closed."""

    word = "end_lists_open"

    def __init__(self, open_: Sequence[Progress]) -> None:
        names = ", ".join(each.staff_id for each in open_)
        super().__init__(f"not closed yet: the lists of {names}")


class CashOpen(Conflict):
    """Postmen have not handed in their cash, and no reason for closing the day is given."""

    field = "explanation"
    word = "end_cash_open"

    def __init__(self, open_: Sequence[Owing]) -> None:
        names = ", ".join(f"{each.staff_id} ({each.date})" for each in open_)
        super().__init__(f"cash is not handed in yet: {names}. Take it in, or explain it")


class ArticlesLeft(Conflict):
    """Articles did not go out or are with postmen, and no reason for closing the day is given."""

    field = "explanation"
    word = "end_articles_left"

    def __init__(self, left: Left) -> None:
        super().__init__(
            f"{left.not_out} articles did not go out, {left.missing} are with postmen still:"
            " explain it, or send them out first"
        )


class NothingToClose(Conflict):
    """The office had no list on that day, or the day is in the future."""

    word = "end_nothing"

    def __init__(self, day: date) -> None:
        super().__init__(f"there is no list of {day} to close")


class DayChanged(Conflict):
    """What the day leaves is not what the form showed: somebody did something meanwhile."""

    sentence = "what the day leaves has changed meanwhile: look once more"
    word = "day_changed"


class DayNotClosed(Conflict):
    """The day is not closed: there is nothing to open again."""

    sentence = "that day is not closed"
    word = "day_not_closed"


class OfficeDayOver(Conflict):
    """A day is opened again on that day only."""

    sentence = "a day is opened again on that day only"
    word = "office_day_over"


def left(conn: Conn, office_id: int, day: date, today: date) -> Left:
    """Return what the day leaves if it is closed now. Articles lie there for today's lists only."""
    lists = of_day(conn, office_id, day)
    free, waiting = 0, tuple[DraftLeft, ...]()
    if day == today:
        making = drafts.in_making(conn, office_id, today)
        free = making.free - making.came_back
        waiting = tuple(
            DraftLeft(beat.beat, beat.name, count) for beat, count in making.beats if count
        )
    return Left(
        len(lists),
        free,
        waiting,
        tuple(each for each in lists if each.closed_at is None),
        sum(each.missing for each in lists if each.closed_at is not None),
        tuple(cash_open(conn, office_id, day)),
    )


def close_day(
    conn: Conn,
    office_id: int,
    day: date,
    explanation: str | None,
    by: Doer,
    seen: str | None = None,
) -> tuple[DayClosing, bool]:
    """Close the office's day when all its lists are closed; True: this call did it.

    `explanation`: why cash or articles are left; kept only if some are. `seen`: the numbers that
    the person saw (`Left.mark`); None: software, which was shown none. Raises `ListsOpen`,
    `CashOpen`, `ArticlesLeft`, `NothingToClose`, `DayChanged` and `reasons.NoReason`.
    """
    row = conn.execute(
        "SELECT pin FROM offices WHERE id = %s FOR NO KEY UPDATE", (office_id,)
    ).fetchone()
    assert row is not None
    before = closed(conn, office_id, day)
    if before is not None:
        return before, False
    leaves = left(conn, office_id, day, day_of(by.at))
    if not leaves.lists:
        raise NothingToClose(day)
    if leaves.open_lists:
        raise ListsOpen(leaves.open_lists)
    if seen not in (None, leaves.mark):
        raise DayChanged
    if leaves.owing and not explanation:
        raise CashOpen(leaves.owing)
    if leaves.needs_reason and not explanation:
        raise ArticlesLeft(leaves)
    why = reasons.insist(explanation or "", "explanation") if leaves.needs_reason else None
    conn.execute(
        "INSERT INTO office_closings (office_id, day, nth, at, staff_id, token_id, lists, not_out,"
        " missing, cash_open_lists, cash_open_paise, explanation)"
        " SELECT %(office)s, %(day)s, count(*) + 1, %(at)s, %(staff)s, %(token)s, %(lists)s,"
        " %(not_out)s, %(missing)s, %(cash_lists)s, %(cash)s, %(why)s"
        " FROM office_closings WHERE office_id = %(office)s AND day = %(day)s",
        {
            "office": office_id,
            "day": day,
            "at": by.at,
            "staff": by.staff_row,
            "token": by.token_id,
            "lists": leaves.lists,
            "not_out": leaves.not_out,
            "missing": leaves.missing,
            "cash_lists": len(leaves.owing),
            "cash": leaves.cash_paise,
            "why": why,
        },
    )
    data = {
        "office": row[0],
        "day": day.isoformat(),
        "lists": leaves.lists,
        "cash_open": leaves.cash_paise,
        "not_out": leaves.not_out,
        "missing": leaves.missing,
    }
    feed.append(conn, "day_closed", None, by.at, data)
    said = f"office day {day} closed, {leaves.not_out} not out, {leaves.missing} with postmen"
    access.note(conn, by, "acted", reason=said)
    made = closed(conn, office_id, day)
    assert made is not None
    return made, True


def reopen(conn: Conn, office_id: int, day: date, request_id: int, first: Doer) -> None:
    """Open the day again: two people have signed. Raises `DayNotClosed` and `OfficeDayOver`.

    Lists that are closed stay closed; other beats send out again. The door writes the access log.
    """
    row = conn.execute(
        "SELECT pin FROM offices WHERE id = %s FOR NO KEY UPDATE", (office_id,)
    ).fetchone()
    assert row is not None
    if day != day_of(first.at):
        raise OfficeDayOver
    last = closed(conn, office_id, day)
    if last is None:
        raise DayNotClosed
    conn.execute(
        "INSERT INTO office_reopenings (office_id, day, nth, at, asked_by, request_id)"
        " VALUES (%s, %s, %s, %s, %s, %s)",
        (office_id, day, last.nth, first.at, first.staff_row, request_id),
    )
    data = {"office": row[0], "day": day.isoformat(), "by": first.known_as}
    feed.append(conn, "day_reopened", None, first.at, data)


def cash_open(conn: Conn, office_id: int, day: date) -> list[Owing]:
    """Return the lists of that day and earlier ones whose cash is open."""
    return [each for each in cash.open_ones(conn, office_id) if each.date <= day]


def closed(conn: Conn, office_id: int, day: date) -> DayClosing | None:
    """Return the closing of the office's day that holds; None if it is open."""
    with conn.cursor(row_factory=class_row(DayClosing)) as cursor:
        return cursor.execute(
            "SELECT z.day, z.nth, z.at, coalesce(s.name, t.name) AS by, z.lists, z.not_out,"  # noqa: S608
            " z.missing, z.cash_open_lists, z.cash_open_paise AS cash_open, z.explanation"
            " FROM office_closings z LEFT JOIN staff s ON s.id = z.staff_id"
            " LEFT JOIN tokens t ON t.id = z.token_id"
            f" WHERE z.office_id = %s AND z.day = %s AND {HOLDS}",
            (office_id, day),
        ).fetchone()


def left_open(conn: Conn, office_id: int, today: date) -> list[date]:
    """Return the unclosed days of the thirty before `today`."""
    rows = conn.execute(
        "SELECT DISTINCT l.date FROM staff s JOIN delivery_lists l ON l.postman_id = s.id"  # noqa: S608
        " WHERE s.office_id = %s AND l.date < %s AND l.date >= %s AND NOT EXISTS"
        " (SELECT FROM office_closings z"
        f" WHERE z.office_id = s.office_id AND z.day = l.date AND {HOLDS})"
        " ORDER BY l.date",
        (office_id, today, today - REMEMBERED),
    ).fetchall()
    return [day for (day,) in rows]


def name_days_left_open(conn: Conn, today: date, now: datetime) -> None:
    """Append each office's unclosed days to the feed, once each morning."""
    rows = conn.execute(
        "SELECT o.pin, l.date FROM delivery_lists l JOIN staff s ON s.id = l.postman_id"  # noqa: S608
        " JOIN offices o ON o.id = s.office_id WHERE l.date < %s AND l.date >= %s"
        " AND NOT EXISTS (SELECT FROM office_closings z"
        f" WHERE z.office_id = o.id AND z.day = l.date AND {HOLDS})"
        " GROUP BY o.id, l.date ORDER BY o.id, l.date",
        (today, today - REMEMBERED),
    ).fetchall()
    feed.append_many(
        conn,
        [
            feed.NewEvent("day_left_open", None, now, {"office": pin, "day": day.isoformat()})
            for pin, day in rows
        ],
    )
