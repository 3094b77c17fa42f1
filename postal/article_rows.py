"""The rows of articles as a turn reads them: one statement for people, code, nominee and item.

What a row says is under the lock of its article; `postal/facts.py` makes facts of it.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from psycopg import Cursor

from flows.facts import Part
from flows.trust import APPROACHES_WITHIN
from store.database import PLANNED_ONCE, Conn
from store.together import Awaited

OPEN: Final = "('booked', 'out_for_delivery', 'attempted', 'at_office')"
"""SQL: the states of an article that is under way."""

_MOST_COMPARED: Final = 50  # issues of a code

# Who gets the code: the nominee who agreed, once he holds it.
HOLDER: Final = "CASE WHEN n.holds_from <= %(now)s THEN n.phone ELSE a.recipient_phone END"
# Since a postman first came to its door by the list of this place: a code that went to this
# telephone was heard in a call, or the text arrived there that brought a code or asked whose the
# post is, or any that was sent later.
REACHED: Final = """EXISTS (
    SELECT FROM (
        SELECT min(e.at) AS came FROM events e
        WHERE e.article_id = {article} AND e.kind = 'approached' AND e.at >= (
            SELECT b.created_at FROM delivery_items y JOIN delivery_lists b ON b.id = y.list_id
            WHERE y.id = {place})) first
    WHERE EXISTS (
        SELECT FROM codes h JOIN messages t ON t.article_id = h.article_id AND t.code_id = h.id
        WHERE h.article_id = {article} AND h.heard_at >= first.came AND t.phone = {phone})
    OR EXISTS (
        SELECT FROM messages w
        WHERE w.article_id = {article} AND w.phone = {phone} AND w.direction = 'out'
              AND w.channel = 'text' AND w.status = 'delivered' AND w.at >= first.came
              AND (w.code_id IS NOT NULL OR w.template = 'number_asked' OR w.at > first.came)))"""
_COLUMNS = f"""
    a.id, a.number, a.state, a.otp_required, a.cod_amount AS amount, a.door_only, a.code_issue,
    a.code_salt, a.passport, a.authorised_person IS NOT NULL AS authorised, a.updated_at,
    CASE WHEN a.registration THEN 'registered' ELSE a.service END AS service,
    a.recipient_phone IS NOT NULL AS linked, a.attempts, a.remark,
    coalesce(a.witness, 'none') AS witness,
    a.suspended_at IS NOT NULL AS suspended,
    a.remark IS NOT NULL AND a.remark_final_at IS NOT NULL AS final,
    coalesce(a.witness_by IN ('pin', 'fresh', 'two'), false) AS judged,
    a.chosen_day, a.choose_until, a.held_until, a.extended,
    a.kept_by_wish AS by_wish,
    a.delivered_at, a.not_received_at IS NOT NULL AS objected,
    a.pieces,
    a.moves, a.questions, a.move_asked_at IS NOT NULL AS asked, a.frozen_at IS NOT NULL AS frozen,
    a.disputed_at IS NOT NULL AS disputed, coalesce(a.document_until > %(now)s, false) AS document,
    a.sender_proven_at IS NOT NULL AS proven, a.recall_asked_at IS NOT NULL AS recalling,
    n.holds_from,
    CASE WHEN x.id IS NULL OR x.postman_id <> s.id OR x.item_id <> i.id THEN 'none'
         WHEN x.granted_at IS NULL THEN 'asked' ELSE 'granted' END AS exception,
    coalesce(x.number, 0) AS exceptions, coalesce(x.wish = 'number', false) AS renumber,
    x.id IS NOT NULL AS excepting,
    CASE WHEN h.may_take_from <= %(now)s THEN h.may_take ELSE 'holder' END AS may_take,
    CASE WHEN h.may_take_from > %(now)s THEN h.may_take_from END AS takes_from,
    a.state = 'delivered' AND coalesce(i.proof = 'exception', false) AS excepted,
    a.state = 'delivered' AND (coalesce(i.proof IN ('word', 'offline'), false)
        OR coalesce(NOT n.signed AND n.holds_from <= a.delivered_at, false)) AS on_word,
    EXISTS (SELECT FROM offline_claims k WHERE k.article_id = a.id AND k.outcome = 'unproven')
        AS claimed,
    c.expires_at, c.used_at, c.dead_at, coalesce(c.sends, 0) AS sends, c.postman_id AS bound_to,
    coalesce(c.purpose, 'handover') AS code_for,
    CASE WHEN n.id IS NULL THEN 'none' WHEN n.agreed_at IS NULL THEN 'asked' ELSE 'agreed' END
        AS nominee,
    (SELECT count(*) FROM nominees m WHERE m.article_id = a.id) AS nominations,
    coalesce(i.mode, home.mode, 'on') AS mode,
    (SELECT count(*) FROM code_attempts t
     WHERE t.article_id = a.id AND t.day = %(today)s AND t.outcome = 'wrong') AS wrong_tries,
    a.recipient_phone, a.sender_phone, n.phone AS nominee_phone,
    {HOLDER} AS holder_phone,
    (SELECT d.doubt FROM phones d WHERE d.phone = {HOLDER}) AS doubt,
    CASE WHEN a.recipient_phone IS NULL THEN (
        SELECT m.from_phone FROM moves m WHERE m.article_id = a.id AND m.by = 'denial'
        ORDER BY m.id DESC LIMIT 1) END AS disowned_phone,
    coalesce(v.to_phone, x.phone) AS named_phone, v.by AS named_by,
    i.id AS item_id, s.id AS postman_id,
    CASE WHEN s.blocked_at IS NULL THEN s.phone END AS postman_phone,
    coalesce(o.phone, home.phone) AS office_phone
"""  # noqa: S608
_JOINED = """
    LEFT JOIN codes c ON c.article_id = a.id AND c.issue = a.code_issue
    LEFT JOIN nominees n ON n.article_id = a.id AND n.ended_at IS NULL
    LEFT JOIN moves v ON v.article_id = a.id AND v.ended_at IS NULL
    LEFT JOIN exceptions x ON x.article_id = a.id AND x.ended_at IS NULL
    LEFT JOIN households h ON h.phone = a.recipient_phone
    LEFT JOIN LATERAL (
        SELECT id, list_id, mode, proof FROM delivery_items WHERE article_id = a.id
        ORDER BY id DESC LIMIT 1
    ) i ON true
    LEFT JOIN delivery_lists l ON l.id = i.list_id
    LEFT JOIN staff s ON s.id = l.postman_id
    LEFT JOIN offices o ON o.id = s.office_id
    LEFT JOIN LATERAL (
        SELECT phone, mode FROM offices WHERE pin = a.recipient_pin
        ORDER BY array_position(ARRAY['head', 'sub', 'branch'], branch_type), id LIMIT 1
    ) home ON true
"""
_BY_SERIAL = """
    SELECT n.id FROM delivery_lists l JOIN delivery_items n ON n.list_id = l.id
    WHERE l.postman_id = %(postman)s AND l.date = %(day)s AND n.serial = ANY(%(serials)s)
"""
_BY_NUMBER = """
    SELECT n.id FROM articles b JOIN delivery_items n ON n.article_id = b.id
    JOIN delivery_lists l ON l.id = n.list_id
    WHERE b.number = ANY(%(numbers)s) AND l.postman_id = %(postman)s
    AND l.date BETWEEN %(since)s AND %(day)s
"""
_ITEM = f"""
    y.id AS place, (SELECT z.date FROM delivery_lists z WHERE z.id = y.list_id) AS listed,
    y.serial, y.state AS item_state, y.approached_at IS NOT NULL AS approached,
    (SELECT count(*) FROM events e
     WHERE e.article_id = a.id AND e.kind = 'approached' AND e.at > %(lately)s) AS approaches,
    ARRAY(SELECT ARRAY[k.issue, k.key] FROM codes k WHERE k.article_id = a.id
          ORDER BY k.issue DESC LIMIT {_MOST_COMPARED}) AS keys
"""  # noqa: S608

ArticleRow = Any
"""A named tuple of the columns above; of an item also those of `_ITEM`."""


@dataclass(frozen=True)
class Items:
    """Items on a postman's list of a day, by what he calls them: serials or article numbers.

    `day`: of the list; None: today. `nights`: so many days before count for whole numbers too.
    """

    postman_id: int
    refs: tuple[str, ...]
    day: date | None = None
    nights: int = 0

    @property
    def earlier(self) -> bool:
        """Tell whether they may be on the list of an earlier day."""
        return self.day is not None or self.nights > 0

    def bound(self, today: date) -> dict[str, object]:
        """Return the values of the SQL that finds them."""
        day = self.day or today
        return {
            "postman": self.postman_id,
            "today": today,
            "day": day,
            "since": day - timedelta(days=self.nights),
            "serials": [int(ref) for ref in self.refs if ref.isdigit()],
            "numbers": [ref for ref in self.refs if not ref.isdigit()],
        }

    @property
    def ids(self) -> str:
        """Return the SQL of an array of their ids: a look-up of each kind of name that is used."""
        serials = [ref.isdigit() for ref in self.refs]
        arms = [_BY_SERIAL] * any(serials) + [_BY_NUMBER] * (not all(serials))
        return f"ARRAY({' UNION '.join(arms)})"


_OF_RECIPIENT = f"""
    SELECT id FROM articles
    WHERE id = ANY(ARRAY(
        SELECT id FROM articles WHERE recipient_phone = %(phone)s
        UNION (
            SELECT article_id FROM nominees WHERE phone = %(phone)s AND ended_at IS NULL LIMIT 20)))
    AND (state IN {OPEN} OR updated_at > %(now)s - interval '3 days'
         OR (updated_at > %(now)s - interval '31 days' AND (EXISTS (
             SELECT FROM delivery_items d WHERE d.article_id = articles.id
             AND d.proof IN ('exception', 'word', 'offline')) OR EXISTS (
             SELECT FROM nominees t WHERE t.article_id = articles.id AND t.ended_at IS NULL
             AND t.holds_from <= articles.delivered_at AND NOT t.signed))))
    ORDER BY (state = 'out_for_delivery') DESC, updated_at DESC, id DESC LIMIT 250
"""  # noqa: S608
# An array: by OR and IN, all articles are read, for each of them to be looked for in the second.


def of_recipient(conn: Conn, phone: str, now: datetime) -> list[int]:
    """Return the ids of the articles that a recipient's answer can be about."""
    rows = conn.execute(_OF_RECIPIENT, {"phone": phone, "now": now}).fetchall()
    return [row[0] for row in rows]


_ROWS = f"SELECT {_COLUMNS} FROM articles a {_JOINED} WHERE"  # noqa: S608
_ROWS_OF_ITEMS = (
    f"SELECT {_COLUMNS}, {_ITEM} FROM delivery_items y"  # noqa: S608
    f" JOIN articles a ON a.id = y.article_id {_JOINED} WHERE"
)
_BY_IDS = f"{_ROWS} a.id = ANY(%(ids)s) ORDER BY a.id"
_BY_NUMBERS = f"{_ROWS} a.number = ANY(%(numbers)s) ORDER BY a.id"


def of_ids(
    conn: Conn, article_ids: Collection[int], now: datetime, today: date
) -> list[ArticleRow]:
    """Return the rows of the articles."""
    if not article_ids:
        return []
    return _read(conn, _BY_IDS, {"ids": list(article_ids), "now": now, "today": today}).answer()


def of_numbers(
    conn: Conn, numbers: Collection[str], now: datetime, today: date
) -> list[ArticleRow]:
    """Return the rows of the articles with these numbers."""
    return _read(conn, _BY_NUMBERS, {"numbers": list(numbers), "now": now, "today": today}).answer()


def of_items(conn: Conn, items: Items, now: datetime, today: date) -> list[ArticleRow]:
    """Return the rows of the articles of `items`, one for each item that there is."""
    return _read(conn, _by_items(items), _bound(items, now, today)).answer()


def _by_items(items: Items) -> str:
    return f"{_ROWS_OF_ITEMS} y.id = ANY({items.ids}) ORDER BY y.id"


def _bound(items: Items, now: datetime, today: date) -> dict[str, object]:
    return {**items.bound(today), "now": now, "lately": now - APPROACHES_WITHIN}


# ---- locked, in the order of their ids: two texts never deadlock ---------------------------------
#
# Lock and rows are two statements: the second one sees what was committed while the first waited.


def hold_ids(
    conn: Conn, article_ids: Sequence[int], now: datetime, today: date
) -> Awaited[list[ArticleRow]]:
    """Lock the articles; ask for their rows."""
    bound = {"ids": list(article_ids), "now": now, "today": today}
    return _hold(conn, "%(ids)s", _BY_IDS, bound)


def hold_numbers(
    conn: Conn, numbers: Sequence[str], now: datetime, today: date
) -> Awaited[list[ArticleRow]]:
    """Lock the articles with these numbers; ask for their rows."""
    ids = "ARRAY(SELECT id FROM articles WHERE number = ANY(%(numbers)s))"
    return _hold(conn, ids, _BY_NUMBERS, {"numbers": list(numbers), "now": now, "today": today})


def hold_of_recipient(
    conn: Conn, phone: str, now: datetime, today: date
) -> Awaited[list[ArticleRow]]:
    """Lock the articles that a recipient's answer can be about; ask for their rows."""
    ids = f"ARRAY({_OF_RECIPIENT})"
    bound = {"phone": phone, "now": now, "today": today}
    return _hold(conn, ids, f"{_ROWS} a.id = ANY({ids}) ORDER BY a.id", bound)


def hold_items(conn: Conn, items: Items, now: datetime, today: date) -> Awaited[list[ArticleRow]]:
    """Lock the articles of `items`; ask for their rows, one for each item that there is."""
    ids = f"ARRAY(SELECT article_id FROM delivery_items WHERE id = ANY({items.ids}))"  # noqa: S608
    return _hold(conn, ids, _by_items(items), _bound(items, now, today))


def _hold(conn: Conn, ids: str, sql: str, bound: dict[str, object]) -> Awaited[list[ArticleRow]]:
    """Lock the articles of `ids`, an array; ask for those of the rows by `sql` that are locked."""
    locked = conn.execute(
        f"SELECT id, {PLANNED_ONCE} FROM articles WHERE id = ANY({ids}) ORDER BY id FOR UPDATE",  # noqa: S608
        bound,
    )
    rows = _read(conn, sql, bound)

    def those_locked(found: list[ArticleRow]) -> list[ArticleRow]:
        held = {row[0] for row in locked.fetchall()}
        return [row for row in found if row.id in held]

    return rows.then(those_locked)


def _read(conn: Conn, sql: str, bound: dict[str, object]) -> Awaited[list[ArticleRow]]:
    cursor = conn.execute(sql, bound)

    def named() -> list[ArticleRow]:
        rows = cursor.fetchall()
        return [*map(_named(sql, cursor)._make, rows)] if rows else []

    return Awaited(named)


_NAMED: dict[str, Any] = {}  # by its statement: the named tuple of a row


def _named(sql: str, cursor: Cursor[Any]) -> Any:
    """Return the named tuple of the rows that `sql` returns."""
    if (known := _NAMED.get(sql)) is None:
        columns = cursor.description
        assert columns is not None
        known = _NAMED[sql] = namedtuple("ArticleRow", [each.name for each in columns])
    return known


def part(row: ArticleRow, phone: str) -> Part:
    """Return what `phone` is to the article; a stranger is its addressee, as nobody else asks."""
    if row.nominee_phone != phone or row.recipient_phone == phone:
        return "addressee"
    return "asked" if row.nominee == "asked" else "nominee"
