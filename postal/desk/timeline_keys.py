"""The order of a timeline, and which of its entries are on a page: keys only, no contents."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from india.calendar import is_usable
from postal.walls import ARTICLE
from store.database import Conn

PAGE = 60
HOPS = 1000  # a screen's id is its session's, times this, and its place in it
_ALL = 2**62
Kind = Literal["text", "screen", "sprint", "happened", "sent"]
# Of one moment: what came in, how it was understood, what happened, what went out.
_RANKS: Mapping[Kind, int] = {"text": 0, "screen": 1, "sprint": 2, "happened": 3, "sent": 4}
_OF = frozenset(_RANKS.values())


@dataclass(frozen=True, order=True)
class Cursor:
    """A place between two entries, in the order of the timeline."""

    at: datetime
    rank: int
    id: int

    def __str__(self) -> str:
        return f"{int(self.at.timestamp())}.{self.at.microsecond}.{self.rank}.{self.id}"

    @classmethod
    def read(cls, text: str) -> Cursor | None:
        """Return the cursor that `str` made `text` from; None for anything else."""
        try:
            seconds, micros, rank, id_ = text.split(".")
            at = datetime.fromtimestamp(int(seconds), UTC).replace(microsecond=int(micros))
            place = cls(at, int(rank), int(id_))
            return place if is_usable(at) and place.rank in _OF and -1 <= place.id <= _ALL else None
        except (ValueError, OverflowError, OSError):
            return None


@dataclass(frozen=True)
class Scope:
    """The subject of a timeline: the parts of the query that find its keys.

    `partly`: what concerns other offices alone is left out.
    """

    parts: Mapping[Kind, str]
    values: Mapping[str, Any]
    whose: tuple[str, ...]
    partly: bool = False


_IN = "SELECT at, id FROM messages m WHERE m.direction = 'in' AND "
_OUT = "SELECT at, id FROM messages m WHERE m.direction = 'out' AND "
# By each conversation's own index: a postman has tens of thousands of sprints.
_SPRINTS_OF = (
    "SELECT s.at, s.id FROM conversations c CROSS JOIN LATERAL (SELECT at, id FROM sprints"
    " WHERE conversation_id = c.id AND {keys} ORDER BY {order} LIMIT %(most)s) s WHERE c.whose = "
)
_SCREENS = (
    "SELECT h.at, h.session_id * %(hops)s + h.position AS id FROM ussd_hops h"
    " JOIN ussd_sessions d ON d.id = h.session_id WHERE d.phone = %(phone)s"
)
_EVENTS = "SELECT at, id FROM events WHERE article_id IN ("
_ARTICLES = (
    "SELECT id FROM articles WHERE recipient_phone = %(phone)s"
    " UNION SELECT a.id FROM (SELECT id FROM articles WHERE sender_phone = %(phone)s"
    " ORDER BY id DESC LIMIT 200) a UNION SELECT article_id FROM nominees WHERE phone = %(phone)s"
)
# The sprints that mention an article, and the texts that began their turns.
_ABOUT = "SELECT sprint_id FROM messages WHERE article_id = %(article)s AND sprint_id > 0"
_SPRINTS_ABOUT = "SELECT at, id FROM sprints WHERE id IN ("
_ASKED_ABOUT = "m.id IN (SELECT message_id FROM sprints WHERE id IN ("


# What one office sees of a telephone that has to do with others too: turns that told something
# about an article of the office, or found the telephone told of one last.
_FOREIGN = (
    f"SELECT EXISTS (SELECT FROM articles a WHERE a.id IN ({_ARTICLES})"  # noqa: S608
    f" AND {ARTICLE} IS NOT TRUE)"
)
_CONCERNS = (
    " (EXISTS (SELECT FROM messages o JOIN articles a ON a.id = o.article_id"  # noqa: S608
    " WHERE o.direction = 'out' AND o.phone = %(phone)s AND o.at = {s}.at AND o.sprint_id = {s}.id"
    f" AND {ARTICLE}) OR EXISTS (SELECT FROM articles a"
    " WHERE a.number = coalesce(split_part({s}.about, ' ', 1),"
    " {s}.state_before->'context'->>'article')"
    f" AND {ARTICLE}))"
)
_READ_SO = (
    " EXISTS (SELECT FROM sprints s JOIN conversations c ON c.id = s.conversation_id"
    f" WHERE c.whose = %(phone)s AND s.at = m.at AND s.message_id = m.id AND{_CONCERNS})"
).replace("{s}", "s")


def of_phone(conn: Conn, phone: str, office: int | None) -> Scope:
    """Return all that the person with `phone` (E.164) saw and wrote, and their articles' events.

    `office`: the only one whose articles are looked at; None: every office's.
    """
    values = {"phone": phone, "hops": HOPS}
    if office is not None:
        values["office"] = office
        row = conn.execute(_FOREIGN.encode(), values).fetchone()
        if row is not None and row[0]:
            return _of_phone_at(values, phone)
    return Scope(
        {
            "text": _IN + "m.phone = %(phone)s",
            "sent": _OUT + "m.phone = %(phone)s",
            "screen": _SCREENS,
            "sprint": _SPRINTS_OF + "%(phone)s",
            "happened": _EVENTS + _ARTICLES + ")",
        },
        values,
        (phone,),
    )


def _of_phone_at(values: Mapping[str, Any], phone: str) -> Scope:
    """Return the part of a telephone's timeline that concerns one office; screens show them all."""
    own = f"EXISTS (SELECT FROM articles a WHERE a.id = m.article_id AND {ARTICLE})"
    sprints = _SPRINTS_OF.replace("{keys}", "{keys} AND" + _CONCERNS.replace("{s}", "sprints"))
    articles = f"SELECT a.id FROM articles a WHERE a.id IN ({_ARTICLES}) AND {ARTICLE}"  # noqa: S608
    return Scope(
        {
            "text": _IN + "m.phone = %(phone)s AND" + _READ_SO,
            "sent": _OUT + "m.phone = %(phone)s AND " + own,
            "sprint": sprints + "%(phone)s",
            "happened": _EVENTS + articles + ")",
        },
        values,
        (phone,),
        partly=True,
    )


def of_article(article_id: int, number: str) -> Scope:
    """Return everything that was said and done about one article, by anybody."""
    return Scope(
        {
            "text": _IN + _ASKED_ABOUT + _ABOUT + "))",
            "sent": _OUT + "m.article_id = %(article)s",
            "sprint": _SPRINTS_ABOUT + _ABOUT + ") UNION " + _SPRINTS_OF + "%(number)s",
            "happened": "SELECT at, id FROM events WHERE article_id = %(article)s",
        },
        {"article": article_id, "number": number},
        (number,),
    )


Key = tuple[datetime, int, int]  # when, rank, id
_PART = (
    "(SELECT at, {rank} AS rank, id FROM ({found}) AS k WHERE {keys}"
    " ORDER BY {order} LIMIT %(most)s)"
)


def keys_at(
    conn: Conn, scope: Scope, cursor: Cursor | None, way: Literal["older", "newer"]
) -> list[Key]:
    """Return the keys after `cursor` in the direction of `way`, one more than a page holds.

    None: from the newest on.
    """
    than, order = ("<", "at DESC, id DESC") if way == "older" else (">", "at, id")
    values: dict[str, Any] = {**scope.values, "most": PAGE + 1}
    parts = []
    for kind, part in scope.parts.items():
        rank = _RANKS[kind]
        keys = "true"
        if cursor is not None:
            # Of the cursor's moment: kinds before its own are older, those after it are newer.
            values[f"id_{kind}"] = (
                cursor.id if rank == cursor.rank else _ALL if rank < cursor.rank else -1
            )
            values["cursor_at"] = cursor.at
            keys = f"(at, id) {than} (%(cursor_at)s, %(id_{kind})s)"
        found = part.replace("{keys}", keys).replace("{order}", order)
        parts.append(_PART.format(rank=rank, found=found, keys=keys, order=order))
    ordered = "at DESC, rank DESC, id DESC" if way == "older" else "at, rank, id"
    query = " UNION ALL ".join(parts) + " ORDER BY " + ordered + " LIMIT %(most)s"
    return conn.execute(query.encode(), values).fetchall()
