"""Drafts of delivery lists: which article goes with which beat, in what walking order.

Each office has one draft in the database, so a restart or a second browser loses nothing. Every
change is made under its row lock and counted, so that viewers of an older one are told.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from psycopg.rows import class_row

from flows import number as numbers
from india import figures
from india.calendar import day_of
from postal.office.pool import Piece, pieces
from postal.people import access
from postal.people.access import Onlooker
from postal.people.doer import Doer
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
            "SELECT s.id AS postman_row, s.beat, s.staff_id, s.name, l.id AS list_id,"
            " (SELECT count(*) FROM delivery_items i WHERE i.list_id = l.id) AS out,"
            " EXISTS (SELECT FROM list_closings z WHERE z.list_id = l.id)"
            " OR EXISTS (SELECT FROM office_closings z"
            " WHERE z.office_id = s.office_id AND z.day = %(today)s) AS closed"
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
    """How many articles have no list yet, and how many are placed on one."""

    free: int
    placed: int


def counted(conn: Conn, office_id: int, today: date) -> DraftCount:
    """Return how much lies there for a list, and nothing of anybody."""
    found = _draft(conn, office_id, today)
    return DraftCount(len(found.free), sum(len(each.pieces) for each in found.lists))


def draft(conn: Conn, office_id: int, today: date, reader: Onlooker) -> Draft:
    """Return the draft of an office, with everything that lies there for a list.

    That it was read is written down.
    """
    found = _draft(conn, office_id, today)
    many = sum(len(each.pieces) for each in found.lists) + len(found.free) + len(found.waiting)
    access.listed(conn, reader, many, f"draft {today}")
    return found


def _draft(conn: Conn, office_id: int, today: date) -> Draft:
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


def place(conn: Conn, article_id: int, postman_row: int, at: int | None, by: Doer) -> None:
    """Put an article on a beat's draft as its `at`th (from 1; None: the last); others move up.

    Raises `UnknownPiece`, `NotOutToday` and `UnknownBeat`.
    """
    office_id, today = by.own_office, day_of(by.at)
    _lock(conn, office_id)
    lying = {piece.id: piece for piece in pieces(conn, office_id, today)}
    piece = lying.get(article_id)
    if piece is None:
        raise UnknownPiece(str(article_id))
    if piece.why is not None:
        raise NotOutToday(piece)
    if postman_row not in {beat.postman_row for beat in beats(conn, office_id, today)}:
        raise UnknownBeat
    order = [
        each.id
        for each in lying.values()
        if each.postman_row == postman_row and each.id != article_id and each.why is None
    ]
    index = len(order) if at is None else min(max(at, 1) - 1, len(order))
    order.insert(index, article_id)
    _forget(conn, office_id, [article_id], list(lying))
    _number(conn, office_id, postman_row, order)
    if piece.postman_row not in (None, postman_row):
        left = [p.id for p in lying.values() if p.postman_row == piece.postman_row]
        left.remove(article_id)
        _number(conn, office_id, piece.postman_row, left)
    _changed(conn, office_id, by)


def take_off(conn: Conn, article_id: int, by: Doer) -> None:
    """Take an article off the draft, which makes it free; if it is not on it, change nothing."""
    office_id = by.own_office
    _lock(conn, office_id)
    lying = pieces(conn, office_id, day_of(by.at))
    piece = next((each for each in lying if each.id == article_id), None)
    if piece is None or piece.postman_row is None:
        return
    _forget(conn, office_id, [article_id], [each.id for each in lying])
    left = [p.id for p in lying if p.postman_row == piece.postman_row and p.id != article_id]
    _number(conn, office_id, piece.postman_row, left)
    _changed(conn, office_id, by)


def take(conn: Conn, postman_row: int, seen: Sequence[str], by: Doer) -> tuple[str, list[str]]:
    """Take a beat's list out of the draft, to send it out; return staff id and article numbers.

    Raises `UnknownBeat`, and `DraftChanged` if the list is not what was `seen`.
    """
    office_id = by.own_office
    _lock(conn, office_id)
    found = _draft(conn, office_id, day_of(by.at))
    one = next((each for each in found.lists if each.beat.postman_row == postman_row), None)
    if one is None:
        raise UnknownBeat
    numbers_ = [piece.number for piece in one.pieces]
    if not numbers_ or numbers_ != list(seen):
        raise DraftChanged
    lying = [piece.id for each in found.lists for piece in each.pieces]
    _forget(conn, office_id, [piece.id for piece in one.pieces], lying)
    _changed(conn, office_id, by)
    return one.beat.staff_id, numbers_


def _lock(conn: Conn, office_id: int) -> None:
    conn.execute(
        "INSERT INTO list_drafts (office_id) VALUES (%s) ON CONFLICT DO NOTHING", (office_id,)
    )
    conn.execute("SELECT 1 FROM list_drafts WHERE office_id = %s FOR UPDATE", (office_id,))


def _forget(conn: Conn, office_id: int, article_ids: list[int], lying: list[int]) -> None:
    """Take off these and what lies here no more (fetched, recalled, sent out by API)."""
    conn.execute(
        "DELETE FROM draft_places WHERE office_id = %s"
        " AND (article_id = ANY(%s) OR article_id <> ALL(%s))",
        (office_id, article_ids, lying),
    )


def _number(conn: Conn, office_id: int, postman_row: int | None, order: list[int]) -> None:
    conn.execute(
        "INSERT INTO draft_places (article_id, office_id, postman_id, place)"
        " SELECT id, %s, %s, place FROM unnest(%s::bigint[]) WITH ORDINALITY AS o (id, place)"
        " ON CONFLICT (article_id) DO UPDATE SET office_id = excluded.office_id,"
        " postman_id = excluded.postman_id, place = excluded.place",
        (office_id, postman_row, order),
    )


def _changed(conn: Conn, office_id: int, by: Doer) -> None:
    conn.execute(
        "UPDATE list_drafts SET version = version + 1, changed_at = %s, changed_by = %s"
        " WHERE office_id = %s",
        (by.at, by.staff_row, office_id),
    )
