"""Changes of beat in the books: items offered and passed to a colleague, or back at the office."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from flows.acts.lists import EndOffer, GiveBack, OfferItem, PassItem, TakeOffList
from postal.acts.books import Books, Held, writes
from store.database import Conn


@dataclass(frozen=True)
class Colleague:
    """A postman of the same office who can be reached. `id`: his row; `phone`: E.164."""

    id: int
    staff_id: str
    phone: str


def lock_colleague(conn: Conn, postman_id: int, typed: str) -> Colleague | None:
    """Return the one colleague at the office of `postman_id` with the staff id `typed`.

    Only letters and digits of the id count. His row is locked, so that his list grows one at a
    time. Lock it before any article, as `postal.lists.make_list` does, to avoid deadlocks.
    """
    rows = conn.execute(
        "SELECT s.id, s.staff_id, s.phone FROM staff s"
        " JOIN staff me ON me.id = %(me)s AND me.office_id = s.office_id AND me.id <> s.id"
        " WHERE s.role = 'postman' AND s.active AND s.phone IS NOT NULL AND s.blocked_at IS NULL"
        " AND regexp_replace(lower(s.staff_id), '[^a-z0-9]', '', 'g') = %(typed)s"
        " FOR NO KEY UPDATE OF s",
        {"me": postman_id, "typed": typed},
    ).fetchall()
    return Colleague(*rows[0]) if len(rows) == 1 else None


def last_serial(conn: Conn, colleague: Colleague, today: date) -> int:
    """Return the last serial of the colleague's list of today, its row locked; 0: he has none."""
    row = conn.execute(
        "SELECT coalesce(max(i.serial), 0) FROM delivery_lists l"
        " JOIN delivery_items i ON i.list_id = l.id WHERE l.postman_id = %s AND l.date = %s",
        [colleague.id, today],
    ).fetchone()
    assert row is not None
    return int(row[0])


@writes(OfferItem)
def offer_item(books: Books, act: OfferItem, whose: str) -> None:
    article = books.held[act.article]
    bound = {"from": article.postman_id, "item": article.item_id, "now": books.now, "to": act.to}
    books.conn.execute(
        "DELETE FROM offered_items i USING offers o"
        " WHERE o.id = i.offer_id AND i.item_id = %(item)s AND o.ended_at IS NULL",
        bound,
    )
    books.conn.execute(
        "UPDATE offers SET ended_at = %(now)s, outcome = 'replaced'"
        " WHERE from_id = %(from)s AND ended_at IS NULL"
        " AND NOT EXISTS (SELECT FROM offered_items WHERE offer_id = offers.id)",
        bound,
    )
    books.conn.execute(
        "INSERT INTO offers (from_id, to_id, asked_at)"
        " SELECT %(from)s, id, %(now)s FROM staff WHERE staff_id = %(to)s"
        " ON CONFLICT (from_id, to_id, asked_at) WHERE ended_at IS NULL DO NOTHING",
        bound,
    )
    books.one(
        "INSERT INTO offered_items (offer_id, item_id) SELECT o.id, %(item)s FROM offers o"
        " JOIN staff s ON s.id = o.to_id AND s.staff_id = %(to)s"
        " WHERE o.from_id = %(postman)s AND o.asked_at = %(now)s AND o.ended_at IS NULL",
        article,
        to=act.to,
    )


@writes(EndOffer)
def end_offer(books: Books, act: EndOffer, whose: str) -> None:
    done = books.conn.execute(
        "UPDATE offers SET ended_at = %s, outcome = %s WHERE id = %s AND ended_at IS NULL",
        [books.now, act.why, act.offer],
    )
    books.row(done, f"offer {act.offer}")


def end_offers(conn: Conn, postman_id: int, now: datetime) -> None:
    """End what a postman offers: his telephone is lost, or another one."""
    conn.execute(
        "UPDATE offers SET ended_at = %s, outcome = 'lapsed'"
        " WHERE from_id = %s AND ended_at IS NULL",
        [now, postman_id],
    )


@writes(PassItem)
def pass_item(books: Books, act: PassItem, whose: str) -> None:
    article = _withdraw(books, act.article)
    books.conn.execute(
        "INSERT INTO delivery_lists (postman_id, date, created_at)"
        " SELECT id, %s, %s FROM staff WHERE staff_id = %s ON CONFLICT DO NOTHING",
        [books.today, books.now, act.to],
    )
    books.one(
        "INSERT INTO delivery_items (list_id, article_id, serial, mode)"
        " SELECT l.id, %(id)s, (SELECT coalesce(max(i.serial), 0) + 1 FROM delivery_items i"
        " WHERE i.list_id = l.id), (SELECT mode FROM delivery_items WHERE id = %(item)s)"
        " FROM delivery_lists l JOIN staff s ON s.id = l.postman_id"
        " WHERE s.staff_id = %(to)s AND l.date = %(today)s",
        article,
        to=act.to,
    )
    books.feed("passed_on", article, postman=act.to)


@writes(GiveBack)
def give_back(books: Books, act: GiveBack, whose: str) -> None:
    books.feed("given_back", _back_at_office(books, act.article))


@writes(TakeOffList)
def take_off_list(books: Books, act: TakeOffList, whose: str) -> None:
    books.feed("taken_off_list", _back_at_office(books, act.article))


def _back_at_office(books: Books, number: str) -> Held:
    _withdraw(books, number)
    return books.update(
        number,
        "state = 'attempted', remark = NULL, witness = NULL, remark_counts = NULL",
        "state = 'out_for_delivery'",
    )


def _withdraw(books: Books, number: str) -> Held:
    # What its postman asked at a door, and what the office agreed to, was asked of him alone.
    books.conn.execute(
        "UPDATE exceptions SET ended_at = %s, outcome = 'over'"
        " WHERE article_id = %s AND ended_at IS NULL",
        [books.now, books.held[number].id],
    )
    return books.update_item(number, "state = 'withdrawn', finished_at = %(now)s")
