"""Drafts of delivery lists: which article goes with which beat, in what walking order.

Each office has one draft in the database, so a restart or a second browser loses nothing. Changes
(`postal/office/placing.py`) are counted, so that viewers of an older one are told.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from psycopg.rows import class_row

from flows import number as numbers
from india import figures
from postal.closed_days import HOLDS
from postal.office.pool import Piece, pieces
from postal.people import access
from postal.people.access import Onlooker
from store.database import Conn
from store.refusals import Conflict, Invalid, Unknown


@dataclass(frozen=True)
class DraftBeat:
    """A postman's beat. `out`: the number of items on his list of today, `list_id`."""

    postman_row: int
    beat: int | None
    staff_id: str
    name: str
    list_id: int | None
    out: int
    closed: bool


@dataclass(frozen=True)
class DraftList:
    """The draft of one beat's list, in walking order. `cod`: whole rupees to collect."""

    beat: DraftBeat
    pieces: tuple[Piece, ...]

    @property
    def cod(self) -> int:
        return sum(piece.cod for piece in self.pieces)

    @property
    def numbers(self) -> str:
        """The numbers as a form returns them, so that only what was seen is sent out."""
        return " ".join(piece.number for piece in self.pieces)


@dataclass(frozen=True)
class Draft:
    """An office's draft. `free`: what can be placed; `waiting`: what cannot go out today."""

    version: int
    changed_at: datetime | None
    changed_by: str | None
    lists: tuple[DraftList, ...]
    free: tuple[Piece, ...]
    waiting: tuple[Piece, ...]


class UnknownPiece(Unknown):
    """No article that lies here for a list has that number or those digits."""

    field = "article"
    word = "draft_not_found"

    def __init__(self, typed: str) -> None:
        super().__init__(f"{typed} does not lie here for a list")


class Ambiguous(Invalid):
    """Several articles end in those digits."""

    field = "article"
    word = "draft_ambiguous"

    def __init__(self, found: Sequence[Piece]) -> None:
        numbers_ = ", ".join(piece.number for piece in found)
        super().__init__(f"several end in these digits: {numbers_}", about=numbers_)


class NotOutToday(Conflict):
    """The article cannot go out today."""

    field = "article"

    def __init__(self, piece: Piece) -> None:
        say, word = f"{piece.number} waits: {piece.why}", f"draft_waits_{piece.why}"
        super().__init__(say, word=word, about=piece.number)


class UnknownBeat(Unknown):
    """The office has no postman with that beat."""

    sentence = "this office has no postman with that beat"
    field = "beat"
    word = "draft_no_beat"


class DraftChanged(Conflict):
    """The list is not what the form showed: somebody changed it or sent it out meanwhile."""

    sentence = "this list was changed meanwhile: look once more"
    word = "draft_changed"


@dataclass(frozen=True)
class _Head:
    version: int
    changed_at: datetime | None
    changed_by: str | None


_HEAD = """
SELECT d.version, d.changed_at, s.name AS changed_by
FROM list_drafts d LEFT JOIN staff s ON s.id = d.changed_by WHERE d.office_id = %s
"""


def beats(conn: Conn, office_id: int, today: date) -> list[DraftBeat]:
    """Return the postmen of an office, by their beats."""
    with conn.cursor(row_factory=class_row(DraftBeat)) as cursor:
        return cursor.execute(
            "SELECT s.id AS postman_row, s.beat, s.staff_id, s.name, l.id AS list_id,"  # noqa: S608
            " (SELECT count(*) FROM delivery_items i WHERE i.list_id = l.id) AS out,"
            " EXISTS (SELECT FROM list_closings z WHERE z.list_id = l.id)"
            " OR EXISTS (SELECT FROM office_closings z"
            f" WHERE z.office_id = s.office_id AND z.day = %(today)s AND {HOLDS}) AS closed"
            " FROM staff s LEFT JOIN delivery_lists l ON l.postman_id = s.id AND l.date = %(today)s"
            " WHERE s.office_id = %(office)s AND s.role = 'postman' AND s.active"
            " ORDER BY s.beat, s.staff_id",
            {"office": office_id, "today": today},
        ).fetchall()


def version(conn: Conn, office_id: int) -> int:
    """Return the version of the draft; 0: it was never changed."""
    row = conn.execute(
        "SELECT version FROM list_drafts WHERE office_id = %s", (office_id,)
    ).fetchone()
    return int(row[0]) if row else 0


@dataclass(frozen=True)
class DraftCount:
    """How many articles have no list yet, and how many are placed on each beat's.

    `came_back`: those without a list that one of today's brought back.
    """

    free: int
    came_back: int
    beats: tuple[tuple[DraftBeat, int], ...]

    @property
    def placed(self) -> int:
        return sum(count for _, count in self.beats)


def in_making(conn: Conn, office_id: int, today: date) -> DraftCount:
    """Return how much lies there for a list, and nothing of anybody."""
    found = draft_of(conn, office_id, today)
    back = conn.execute(
        "SELECT count(DISTINCT i.article_id) FROM delivery_items i"
        " JOIN delivery_lists l ON l.id = i.list_id WHERE l.date = %s AND i.article_id = ANY(%s)",
        (today, [piece.id for piece in found.free]),
    ).fetchone()
    beats_ = tuple((each.beat, len(each.pieces)) for each in found.lists)
    return DraftCount(len(found.free), int(back[0]) if back else 0, beats_)


def people(conn: Conn, numbers_: Sequence[str]) -> int:
    """Return how many telephones of addressees are told when these articles go out."""
    row = conn.execute(
        "SELECT count(DISTINCT recipient_phone) FROM articles WHERE number = ANY(%s)",
        (list(numbers_),),
    ).fetchone()
    assert row is not None
    return int(row[0])


def draft(conn: Conn, office_id: int, today: date, reader: Onlooker) -> Draft:
    """Return the draft of an office, with everything that lies there for a list.

    That it was read is written down.
    """
    found = draft_of(conn, office_id, today)
    many = sum(len(each.pieces) for each in found.lists) + len(found.free) + len(found.waiting)
    access.listed(conn, reader, many, f"draft {today}")
    return found


def draft_of(conn: Conn, office_id: int, today: date) -> Draft:
    """Return the draft of an office for whoever changes it, and shows it to nobody."""
    with conn.cursor(row_factory=class_row(_Head)) as cursor:
        head = cursor.execute(_HEAD, (office_id,)).fetchone() or _Head(0, None, None)
    lying = pieces(conn, office_id, today)
    walked = beats(conn, office_id, today)
    postmen = {beat.postman_row for beat in walked}
    ready = [piece for piece in lying if piece.why is None]
    return Draft(
        head.version,
        head.changed_at,
        head.changed_by,
        tuple(
            DraftList(beat, tuple(p for p in ready if p.postman_row == beat.postman_row))
            for beat in walked
        ),
        tuple(piece for piece in ready if piece.postman_row not in postmen),
        tuple(piece for piece in lying if piece.why is not None),
    )


def find(conn: Conn, office_id: int, typed: str, today: date) -> Piece:
    """Return the piece with the typed number or last four digits.

    Raises `UnknownPiece` and `Ambiguous`.
    """
    bare = figures.digits(typed)
    number = numbers.parse(bare)
    lying = pieces(conn, office_id, today)
    if number is not None:
        found = [piece for piece in lying if piece.number == number]
    else:
        found = [piece for piece in lying if bare and piece.digits == bare]
    if not found:
        raise UnknownPiece(typed)
    if len(found) > 1:
        raise Ambiguous(found)
    return found[0]


def beat_of(conn: Conn, office_id: int, typed: str) -> int:
    """Return the row id of the postman with that beat number. Raises `UnknownBeat`."""
    row = conn.execute(
        "SELECT id FROM staff WHERE office_id = %s AND beat::text = %s"
        " AND role = 'postman' AND active",
        (office_id, figures.digits(typed)),
    ).fetchone()
    if row is None:
        raise UnknownBeat
    return int(row[0])
