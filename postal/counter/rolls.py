"""Rolls of labels with printed numbers: a clerk is offered the next; no label is on two rolls."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import psycopg
from psycopg.rows import class_row

from flows.number import check_digit, read
from postal.people.doer import Doer
from store.database import Conn
from store.refusals import Conflict, Invalid

LONGEST: Final = 100_000  # labels; more is a typing error


@dataclass(frozen=True)
class Roll:
    """A roll of serials `first` to `last` after `letters`. `next`: `last` + 1 if it is used up."""

    id: int
    letters: str
    first: int
    last: int
    next: int

    @property
    def left(self) -> int:
        return self.last - self.next + 1

    @property
    def first_number(self) -> str:
        return number(self.letters, self.first)

    @property
    def last_number(self) -> str:
        return number(self.letters, self.last)

    @property
    def next_number(self) -> str:
        """The next label, if the roll is not used up."""
        return number(self.letters, self.next)


class NotOneRoll(Invalid):
    """The two labels do not delimit one roll."""

    field = "last"
    word = "book_roll_not_one"


class RollOverlaps(Conflict):
    """Some of its labels are on another roll."""

    sentence = "some of these labels are on a roll that was entered before"
    word = "book_roll_overlaps"


def number(letters: str, serial: int) -> str:
    """Return the article number of a label, with its check digit."""
    digits = f"{serial:08}"
    return f"{letters}{digits}{check_digit(digits)}IN"


def add(conn: Conn, first: str, last: str, by: Doer) -> Roll:
    """Add a clerk's roll from the label `first` to the label `last` (whole article numbers).

    Raises `NotOneRoll`, `RollOverlaps`, and ValueError for a bad article number.
    """
    first, last = read(first), read(last)
    if first[:2] != last[:2]:
        raise NotOneRoll("the labels of a roll begin with the same two letters")
    begin, end = _serial(first), _serial(last)
    if end < begin:
        raise NotOneRoll("the last label of a roll does not come before the first")
    if end - begin >= LONGEST:
        raise NotOneRoll(f"a roll has {LONGEST} labels at most")
    try:
        with conn.transaction(), conn.cursor(row_factory=class_row(Roll)) as cursor:
            made = cursor.execute(
                "INSERT INTO number_rolls (staff_id, letters, first, last, next, added_at)"
                " VALUES (%s, %s, %s, %s, %s, %s) RETURNING id, letters, first, last, next",
                (by.staff_row, first[:2], begin, end, begin, by.at),
            ).fetchone()
    except psycopg.errors.ExclusionViolation as overlapping:
        raise RollOverlaps from overlapping
    assert made is not None
    return made


def of_clerk(conn: Conn, staff_row: int) -> Sequence[Roll]:
    """Return a clerk's rolls in the order in which they are used; used-up ones come last."""
    with conn.cursor(row_factory=class_row(Roll)) as cursor:
        return cursor.execute(
            "SELECT id, letters, first, last, next FROM number_rolls WHERE staff_id = %s"
            " ORDER BY next > last, id",
            (staff_row,),
        ).fetchall()


def offered(conn: Conn, staff_row: int) -> str | None:
    """Return the next free number of a clerk's oldest roll; None if all are used."""
    for roll in of_clerk(conn, staff_row):
        for serial in range(roll.next, roll.last + 1):
            label = number(roll.letters, serial)
            if not is_taken(conn, label):  # nearly always true of the first
                return label
    return None


def is_taken(conn: Conn, label: str, by_others_than: UUID | None = None) -> bool:
    """Tell whether an article has this number, booked or about to be.

    `by_others_than`: the `once` of the form that asks; what it added itself does not count.
    """
    row = conn.execute(
        "SELECT EXISTS (SELECT FROM articles WHERE number = %(label)s) OR EXISTS"
        " (SELECT FROM booking_items WHERE number = %(label)s AND removed_at IS NULL"
        " AND once IS DISTINCT FROM %(once)s)",
        {"label": label, "once": by_others_than},
    ).fetchone()
    assert row is not None
    return bool(row[0])


def use(conn: Conn, label: str) -> None:
    """Continue the roll of a used label, whoever owns it, after that label."""
    conn.execute(
        "UPDATE number_rolls SET next = %(serial)s + 1"
        " WHERE letters = %(letters)s AND %(serial)s BETWEEN next AND last",
        {"letters": label[:2], "serial": _serial(label)},
    )


def free(conn: Conn, label: str) -> None:
    """Offer a label that was taken off its article again, if it was the last one used."""
    conn.execute(
        "UPDATE number_rolls SET next = %(serial)s"
        " WHERE letters = %(letters)s AND next = %(serial)s + 1 AND first <= %(serial)s",
        {"letters": label[:2], "serial": _serial(label)},
    )


def _serial(label: str) -> int:
    return int(label[2:10])
