"""Delivery lists: which articles a postman carries on a day, numbered in walking order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from flows.facts import MOST_ATTEMPTS, ArticleState, Mode
from flows.number import parse
from india import calendar
from india.calendar import day_of
from postal import modes
from postal.closed_days import HOLDS
from postal.households import BROUGHT, KEEPS, WEEKDAYS
from store import feed
from store.database import Conn
from store.refusals import Conflict, Invalid, Unknown

DELIVERABLE: frozenset[ArticleState] = frozenset({"booked", "attempted"})
MOST_ITEMS = 999  # serials have three digits: the postman types them


@dataclass(frozen=True)
class ListItem:
    """One line of a list: the postman types `serial`."""

    serial: int
    number: str


@dataclass(frozen=True)
class DeliveryList:
    """The items of one request, in its order. `new`: False where they were on the list before."""

    postman: str
    date: date
    items: tuple[ListItem, ...]
    new: bool


@dataclass(frozen=True)
class BadNumber:
    """One number of a request that cannot go on the list, and why. `index` counts from 0."""

    index: int
    number: str
    why: str


class UnknownPostman(Unknown):
    """No active postman has this staff id."""

    field = "postman"

    def __init__(self, staff_id: str) -> None:
        super().__init__(f"there is no postman with the staff id {staff_id}: add him first")


class NotToday(Invalid):
    """Recipients are told at once, so a list can be made for today only."""

    field = "date"

    def __init__(self, today: date) -> None:
        super().__init__(f"a list can be made for today only, which is {today} in India")


class DayClosed(Conflict):
    """The office has closed that list, or its whole day."""

    word = "draft_closed"

    def __init__(self, staff_id: str, day: date) -> None:
        super().__init__(f"the list of {staff_id} of {day} is closed: nothing comes on to it")


class NotListed(Invalid):
    """Nothing was put on the list, because of these numbers."""

    word = "draft_not_listed"
    summary = "nothing was put on the list: see errors"

    def __init__(self, bad: Sequence[BadNumber]) -> None:
        say = "; ".join(f"{each.number}: {each.why}" for each in bad)
        super().__init__(say, about=say)
        self.bad = tuple(bad)

    @property
    def faults(self) -> tuple[tuple[str, str], ...]:
        """Return one fault for each number, by its place in the request."""
        return tuple((f"articles.{bad.index}", f"{bad.number} {bad.why}") for bad in self.bad)


@dataclass(frozen=True)
class _Booked:
    """What the books say of a requested article; its row is locked."""

    id: int
    state: ArticleState
    open_list: int | None
    open_serial: int | None
    open_day: date | None
    chosen_day: date | None
    unlinked: bool
    attempts: int
    weekdays: tuple[int, ...]  # on which its addressee wishes his post; none: on any
    keeps: bool  # he wishes that it is kept at the office
    brought: bool  # it waits at the office by a wish that is over
    fetched: bool  # a code lives; of what waits at the office, it is fetched with it there
    to_himself: bool  # the recipient's telephone is that of the postman who would carry it

    def other_weekday(self, day: date) -> bool:
        """Tell whether its addressee wishes his post on other weekdays than that of `day`."""
        return bool(self.weekdays) and day.isoweekday() not in self.weekdays

    def left_over(self, day: date) -> bool:
        """Tell whether it is still on a list of an earlier day: the postman brought it back."""
        return self.open_day is not None and self.open_day < day


def make_list(
    conn: Conn, postman: str, day: date, numbers: Sequence[str], now: datetime
) -> DeliveryList:
    """Put the articles on the list of `postman` (a staff id) for `day`, all or none.

    Serials follow the order of `numbers` and continue an existing list. A repeated request, still
    open on that list, is answered alike and changes nothing. Announce the new ones in the same
    transaction. What an earlier day's list left open is withdrawn from it and goes out anew. Raise
    `NotToday`, `UnknownPostman`, `DayClosed` and `NotListed`.
    """
    today = day_of(now)
    if day != today:
        raise NotToday(today)
    list_id, mode = _list(conn, postman, day, now)
    read = [parse(raw) for raw in numbers]
    booked = _lock(conn, postman, [number for number in read if number is not None], now)
    repeated = _repeat(read, booked, list_id)
    if repeated is not None:
        return DeliveryList(postman, day, repeated, new=False)
    _refuse_closed(conn, postman, day, list_id)
    first = _next_serial(conn, list_id)
    bad = _bad(numbers, read, booked, day)
    bad += [
        BadNumber(index, raw, f"the list is full: it has {MOST_ITEMS} items at most")
        for index, raw in enumerate(numbers)
        if first + index > MOST_ITEMS
    ]
    if bad:
        raise NotListed(sorted(bad, key=lambda each: each.index))
    items = tuple(ListItem(serial, str(number)) for serial, number in enumerate(read, first))
    _send_out(conn, _Walk(list_id, mode, postman), items, booked, now)
    return DeliveryList(postman, day, items, new=True)


def _list(conn: Conn, postman: str, day: date, now: datetime) -> tuple[int, Mode]:
    """Return a postman's list for a day, and the mode of his office.

    His row is locked, so that lists grow one at a time; his office's mode stays to the end of the
    transaction, so that a change of it finds everything out, or not yet.
    """
    staff = conn.execute(
        "SELECT id, office_id FROM staff WHERE staff_id = %s AND role = 'postman' AND active"
        " FOR NO KEY UPDATE",
        (postman,),
    ).fetchone()
    if staff is None:
        raise UnknownPostman(postman)
    conn.execute(
        "INSERT INTO delivery_lists (postman_id, date, created_at) VALUES (%s, %s, %s)"
        " ON CONFLICT DO NOTHING",
        (staff[0], day, now),
    )
    found = conn.execute(
        "SELECT id FROM delivery_lists WHERE postman_id = %s AND date = %s", (staff[0], day)
    ).fetchone()
    assert found is not None
    return int(found[0]), modes.to_send_out(conn, staff[1])


def _refuse_closed(conn: Conn, postman: str, day: date, list_id: int) -> None:
    closed = conn.execute(
        "SELECT FROM list_closings WHERE list_id = %(list)s UNION ALL"  # noqa: S608
        " SELECT FROM office_closings z JOIN staff s ON s.office_id = z.office_id"
        f" WHERE s.staff_id = %(postman)s AND z.day = %(day)s AND {HOLDS}",
        {"list": list_id, "postman": postman, "day": day},
    ).fetchone()
    if closed is not None:
        raise DayClosed(postman, day)


def _lock(conn: Conn, postman: str, numbers: list[str], now: datetime) -> dict[str, _Booked]:
    # In the order of ids, as every turn does, against deadlocks; the items are read by a second
    # statement, which sees what an earlier transaction has committed.
    conn.execute("SELECT 1 FROM articles WHERE number = ANY(%s) ORDER BY id FOR UPDATE", (numbers,))
    rows = conn.execute(
        "SELECT a.number, a.id, a.state, i.list_id, i.serial, l.date, a.chosen_day,"  # noqa: S608
        " a.unlinked_at IS NOT NULL, a.attempts,"
        f" coalesce({WEEKDAYS}, '{{}}'),"
        f" {KEEPS}, {BROUGHT}, EXISTS (SELECT FROM codes c WHERE c.article_id = a.id"
        " AND c.used_at IS NULL AND c.dead_at IS NULL AND c.expires_at > %(now)s),"
        " a.recipient_phone = s.phone IS TRUE"
        " FROM articles a LEFT JOIN staff s ON s.staff_id = %(postman)s"
        " LEFT JOIN delivery_items i ON i.article_id = a.id AND i.state = 'open'"
        " LEFT JOIN delivery_lists l ON l.id = i.list_id"
        " LEFT JOIN households h ON h.phone = a.recipient_phone"
        " WHERE a.number = ANY(%(numbers)s)",
        {"postman": postman, "numbers": numbers, "now": now},
    ).fetchall()
    return {row[0]: _Booked(*row[1:]) for row in rows}


def _repeat(
    read: list[str | None], booked: dict[str, _Booked], list_id: int
) -> tuple[ListItem, ...] | None:
    """Return the items, where each number is open on this very list already."""
    items: list[ListItem] = []
    for number in read:
        article = booked.get(number) if number is not None else None
        if number is None or article is None or article.open_list != list_id:
            return None
        assert article.open_serial is not None
        items.append(ListItem(article.open_serial, number))
    return tuple(items) if len(set(read)) == len(read) else None


def _bad(
    numbers: Sequence[str], read: list[str | None], booked: dict[str, _Booked], day: date
) -> list[BadNumber]:
    seen: Counter[str] = Counter()
    bad: list[BadNumber] = []
    for index, (raw, number) in enumerate(zip(numbers, read, strict=True)):
        why = _why_not(number, booked, day)
        if why is None and number is not None and seen[number]:
            why = "stands twice in this list"
        if number is not None:
            seen[number] += 1
        if why is not None:
            bad.append(BadNumber(index, number or raw, why))
    return bad


def _why_not(number: str | None, booked: dict[str, _Booked], day: date) -> str | None:
    if number is None:
        return "is no article number"
    article = booked.get(number)
    if article is None:
        return "is not booked"
    if article.unlinked:
        return "waits: the recipient's telephone was a wrong one, and the sender gave no other yet"
    if article.to_himself:
        return "has this postman's own telephone as the recipient's: another must carry it"
    if article.attempts >= MOST_ATTEMPTS:
        return "had its two attempts: it waits at the office to be fetched"
    if article.left_over(day):
        return None
    if article.chosen_day is not None and article.chosen_day > day:
        return f"waits: the addressee wants it on {article.chosen_day}"
    if article.keeps and article.state == "booked":
        return "waits: the addressee wishes to fetch his post: scan it in, and it is kept"
    if article.chosen_day is None and article.other_weekday(day):
        days = ", ".join(calendar.WEEKDAYS[each - 1] for each in article.weekdays)
        return f"waits: the addressee wishes his post on no other weekdays than {days}"
    if article.state == "out_for_delivery":
        return f"is already out with a postman, as item {article.open_serial}"
    if article.state == "at_office" and not article.brought:
        return "waits at the office to be fetched"
    if article.brought and article.fetched:
        return "waits: its addressee fetches it with a code that lives for some minutes"
    return None if article.brought or article.state in DELIVERABLE else f"is {article.state}"


def _next_serial(conn: Conn, list_id: int) -> int:
    row = conn.execute(
        "SELECT coalesce(max(serial), 0) + 1 FROM delivery_items WHERE list_id = %s", (list_id,)
    ).fetchone()
    assert row is not None
    return int(row[0])


@dataclass(frozen=True)
class _Walk:
    """The list that grows, the mode of its office, and whose it is."""

    list_id: int
    mode: Mode
    postman: str


def _send_out(
    conn: Conn,
    walk: _Walk,
    items: tuple[ListItem, ...],
    booked: dict[str, _Booked],
    now: datetime,
) -> None:
    ids = [booked[item.number].id for item in items]
    _withdraw(conn, [each.id for each in booked.values() if each.open_list is not None], now)
    conn.execute(
        "INSERT INTO delivery_items (list_id, mode, article_id, serial)"
        " SELECT %s, %s, * FROM unnest(%s::bigint[], %s::smallint[])",
        (walk.list_id, walk.mode, ids, [item.serial for item in items]),
    )
    conn.execute(
        "UPDATE articles SET state = 'out_for_delivery', remark = NULL, witness = NULL,"
        " remark_counts = NULL, suspended_at = NULL, chosen_day = NULL, held_until = NULL,"
        " extended = extended AND NOT kept_by_wish, kept_by_wish = false, updated_at = %s"
        " WHERE id = ANY(%s)",
        (now, ids),
    )
    feed.append_many(
        conn,
        [
            feed.NewEvent(
                "out_for_delivery",
                booked[item.number].id,
                now,
                {"postman": walk.postman, "serial": item.serial, "mode": walk.mode},
            )
            for item in items
        ],
    )


def _withdraw(conn: Conn, ids: list[int], now: datetime) -> None:
    """Take articles off the lists of earlier days; a code of that day dies with the item."""
    conn.execute(
        "UPDATE delivery_items SET state = 'withdrawn', finished_at = %s"
        " WHERE article_id = ANY(%s) AND state = 'open'",
        (now, ids),
    )
    conn.execute(
        "UPDATE codes SET dead_at = %s, dead_reason = 'withdrawn'"
        " WHERE article_id = ANY(%s) AND used_at IS NULL AND dead_at IS NULL",
        (now, ids),
    )
