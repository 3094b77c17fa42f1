"""Changes of a draft: articles are put on beats, taken off, put back as they were, and sent out.

Every change is made under the row lock of the office's draft, and kept as a step that can be undone
until a list goes out: then people have been told.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from psycopg.rows import class_row

from india.calendar import day_of
from postal.office import memory
from postal.office.drafts import (
    DraftChanged,
    NotOutToday,
    UnknownBeat,
    UnknownPiece,
    beats,
    draft_of,
)
from postal.office.pool import Piece, pieces
from postal.people.doer import Doer
from store.database import Conn
from store.refusals import Conflict

_STEPS: Final = 20  # of an office that can be undone


class NothingToUndo(Conflict):
    """The draft has no step, or it was changed since the page was made."""

    sentence = "there is nothing to undo, or the draft was changed meanwhile: look once more"
    word = "draft_nothing_to_undo"


@dataclass(frozen=True)
class Placing:
    """Where an article goes: on the beat of a postman as its `at`th, from 1; None: the last."""

    article_id: int
    postman_row: int
    at: int | None = None


@dataclass(frozen=True)
class DraftStep:
    """The last change: how many articles it moved, when, and who made it."""

    version: int
    moved: int
    at: datetime
    by: str | None


@dataclass
class _Change:
    """The draft while it is changed: who has what, in order, before and now."""

    conn: Conn
    by: Doer
    lying: Mapping[int, Piece]
    before: Mapping[int, tuple[int, ...]]
    order: dict[int, list[int]]

    def take_off(self, article_id: int) -> None:
        for ids in self.order.values():
            if article_id in ids:
                ids.remove(article_id)

    def put(self, wanted: Placing) -> None:
        self.take_off(wanted.article_id)
        ids = self.order.setdefault(wanted.postman_row, [])
        index = len(ids) if wanted.at is None else min(max(wanted.at, 1) - 1, len(ids))
        ids.insert(index, wanted.article_id)

    def write(self) -> None:
        """Write what differs, as one step. What lies here no more is forgotten with it."""
        now = {row: tuple(ids) for row, ids in self.order.items() if ids}
        version = _changed(self.conn, self.by)
        if now == self.before:
            return
        moved = _moved(self.before, now)
        _replace(self.conn, self.by, now)
        flat = [(id_, row) for row, ids in self.before.items() for id_ in ids]
        self.conn.execute(
            "INSERT INTO draft_steps (office_id, version, moved, article_ids, postman_ids, at,"
            " staff_id) VALUES (%s, %s, %s, %s, %s, %s, %s)",
            (
                self.by.own_office,
                version,
                moved,
                [id_ for id_, _ in flat],
                [row for _, row in flat],
                self.by.at,
                self.by.staff_row,
            ),
        )
        self.conn.execute(
            "DELETE FROM draft_steps WHERE office_id = %s AND version <= %s",
            (self.by.own_office, version - _STEPS),
        )


def _moved(before: Mapping[int, tuple[int, ...]], now: Mapping[int, tuple[int, ...]]) -> int:
    """Return how many articles are elsewhere; at least 1, where the order alone differs."""
    was = {id_: row for row, ids in before.items() for id_ in ids}
    is_ = {id_: row for row, ids in now.items() for id_ in ids}
    return max(1, sum(was.get(id_) != is_.get(id_) for id_ in {*was, *is_}))


def place(conn: Conn, wanted: Sequence[Placing], by: Doer) -> None:
    """Put articles on beats' drafts, all or none; others move up.

    Raise `UnknownPiece`, `NotOutToday` and `UnknownBeat`.
    """
    change = _begin(conn, by)
    walked = {beat.postman_row for beat in beats(conn, by.own_office, day_of(by.at))}
    for each in wanted:
        piece = change.lying.get(each.article_id)
        if piece is None:
            raise UnknownPiece(str(each.article_id))
        if piece.why is not None:
            raise NotOutToday(piece)
        if each.postman_row not in walked:
            raise UnknownBeat
        change.put(each)
    change.write()


def take_off(conn: Conn, article_ids: Sequence[int], by: Doer) -> None:
    """Take articles off the draft, which makes them free; those that are not on it stay so."""
    change = _begin(conn, by)
    for article_id in article_ids:
        change.take_off(article_id)
    change.write()


def follow(conn: Conn, article_ids: Sequence[int], by: Doer) -> int:
    """Put free articles where their places went before; return how many.

    On each beat in the order in which it walked those places, after what is there already
    (`postal/office/memory.py`).
    """
    office_id, today = by.own_office, day_of(by.at)
    change = _begin(conn, by)
    found = draft_of(conn, office_id, today)
    walked = {each.beat.postman_row: each.beat.beat for each in found.lists if not each.beat.closed}
    asked = [piece for piece in found.free if piece.id in set(article_ids)]
    suggested = memory.suggest(conn, office_id, today, asked, walked)
    for id_, each in sorted(suggested.items(), key=lambda item: (item[1].serial, item[0])):
        change.put(Placing(id_, each.postman_row))
    change.write()
    return len(suggested)


def undo(conn: Conn, version: int, by: Doer) -> DraftStep:
    """Put the draft back as it was before its last change, which `version` names.

    What lies here no more, or cannot go out today any more, stays away. Raise `NothingToUndo`.
    """
    office_id = by.own_office
    change = _begin(conn, by)
    step = last_step(conn, office_id)
    if step is None or step.version != version:
        raise NothingToUndo
    row = conn.execute(
        "DELETE FROM draft_steps WHERE office_id = %s AND version = %s"
        " RETURNING article_ids, postman_ids",
        (office_id, version),
    ).fetchone()
    assert row is not None
    walked = {beat.postman_row for beat in beats(conn, office_id, day_of(by.at))}
    order: dict[int, list[int]] = {}
    for id_, postman in zip(*row, strict=True):
        piece = change.lying.get(id_)
        if piece is not None and piece.why is None and postman in walked:
            order.setdefault(postman, []).append(id_)
    _replace(conn, by, {postman: tuple(ids) for postman, ids in order.items()})
    after = _changed(conn, by)
    return DraftStep(after, step.moved, step.at, step.by)


def last_step(conn: Conn, office_id: int) -> DraftStep | None:
    """Return the change that `undo` would take back; None: there is none."""
    with conn.cursor(row_factory=class_row(DraftStep)) as cursor:
        return cursor.execute(
            "SELECT d.version, d.moved, d.at, s.name AS by FROM draft_steps d"
            " LEFT JOIN staff s ON s.id = d.staff_id WHERE d.office_id = %s"
            " ORDER BY d.version DESC LIMIT 1",
            (office_id,),
        ).fetchone()


def take(conn: Conn, postman_row: int, seen: Sequence[str], by: Doer) -> tuple[str, list[str]]:
    """Take a beat's list out of the draft, to send it out; return staff id and article numbers.

    Nothing before it can be undone any more: people are told. Raise `UnknownBeat`, and
    `DraftChanged` if the list is not what was `seen`.
    """
    office_id = by.own_office
    _lock(conn, office_id)
    found = draft_of(conn, office_id, day_of(by.at))
    one = next((each for each in found.lists if each.beat.postman_row == postman_row), None)
    if one is None:
        raise UnknownBeat
    numbers_ = [piece.number for piece in one.pieces]
    if not numbers_ or numbers_ != list(seen):
        raise DraftChanged
    _replace(
        conn,
        by,
        {
            each.beat.postman_row: tuple(piece.id for piece in each.pieces)
            for each in found.lists
            if each is not one
        },
    )
    conn.execute("DELETE FROM draft_steps WHERE office_id = %s", (office_id,))
    _changed(conn, by)
    return one.beat.staff_id, numbers_


def _begin(conn: Conn, by: Doer) -> _Change:
    office_id = by.own_office
    _lock(conn, office_id)
    lying = pieces(conn, office_id, day_of(by.at))
    order: dict[int, list[int]] = {}
    for piece in lying:
        if piece.postman_row is not None and piece.why is None:
            order.setdefault(piece.postman_row, []).append(piece.id)
    before = {row: tuple(ids) for row, ids in order.items()}
    return _Change(conn, by, {each.id: each for each in lying}, before, order)


def _lock(conn: Conn, office_id: int) -> None:
    conn.execute(
        "INSERT INTO list_drafts (office_id) VALUES (%s) ON CONFLICT DO NOTHING", (office_id,)
    )
    conn.execute("SELECT 1 FROM list_drafts WHERE office_id = %s FOR UPDATE", (office_id,))


def _replace(conn: Conn, by: Doer, order: Mapping[int, tuple[int, ...]]) -> None:
    """Write who has what, in order; what is on no beat, or lies here no more, is free."""
    rows = [
        (id_, row, place_) for row, ids in order.items() for place_, id_ in enumerate(ids, start=1)
    ]
    ids = [id_ for id_, _, _ in rows]
    conn.execute(
        "DELETE FROM draft_places WHERE office_id = %s AND article_id <> ALL(%s::bigint[])",
        (by.own_office, ids),
    )
    conn.execute(
        "INSERT INTO draft_places (article_id, office_id, postman_id, place)"
        " SELECT id, %s, postman, place"
        " FROM unnest(%s::bigint[], %s::bigint[], %s::int[]) AS o (id, postman, place)"
        " ON CONFLICT (article_id) DO UPDATE SET office_id = excluded.office_id,"
        " postman_id = excluded.postman_id, place = excluded.place",
        (by.own_office, ids, [row for _, row, _ in rows], [place_ for _, _, place_ in rows]),
    )


def _changed(conn: Conn, by: Doer) -> int:
    row = conn.execute(
        "UPDATE list_drafts SET version = version + 1, changed_at = %s, changed_by = %s"
        " WHERE office_id = %s RETURNING version",
        (by.at, by.staff_row, by.own_office),
    ).fetchone()
    assert row is not None
    return int(row[0])
