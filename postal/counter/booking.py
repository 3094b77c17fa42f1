"""The life of a booking group (groups.py): begun, filled, paid for and booked, or cancelled.

Its articles exist only after the booking: what was not paid for was never posted.
"""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Final
from uuid import UUID

import psycopg

from flows.number import read
from postal import articles, new_articles
from postal.articles import UnknownArticle
from postal.counter import counter_days, ledger, receipt_numbers, rolls
from postal.counter.groups import (
    MOST_ITEMS,
    UNFINISHED,
    BookedMeanwhile,
    BookingFull,
    BookingItem,
    Group,
    ItemGone,
    NewItem,
    NothingToBook,
    NotOpen,
    NumberInUse,
    Sender,
    get,
    lock,
)
from postal.counter.ledger import Method, NewEntry
from postal.new_articles import NewArticle, NumberTaken
from postal.once import insist_same
from postal.people.doer import Doer
from store.database import Conn

_TR_LETTERS: Final = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # without letters that are easily confused
_TR_LENGTH: Final = 16


def begin(conn: Conn, once: UUID, sender: Sender, counter_day_id: int | None, by: Doer) -> Group:
    """Begin a group, or return the one that the same form made before.

    Raise `CounterClosed`, and `OtherForm` where that form named another sender.

    `counter_day_id`: the open counter's; None if software books.
    """
    if counter_day_id is not None:
        counter_days.hold_open(conn, counter_day_id)
    conn.execute(
        "INSERT INTO booking_groups (tr, once, office_id, counter_day_id, staff_id, token_id,"
        " sender_name, sender_phone, sender_language, sender_address, sender_pin, created_at)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT (once) DO NOTHING",
        (
            _new_tr(),
            once,
            by.own_office,
            counter_day_id,
            by.staff_row,
            by.token_id,
            sender.name,
            sender.phone,
            sender.language,
            sender.address,
            sender.pin,
            by.at,
        ),
    )
    made = made_by(conn, once)
    assert made is not None
    named = Sender(
        made.sender_name,
        made.sender_phone,
        made.sender_language,
        made.sender_address,
        made.sender_pin,
    )
    insist_same((named, sender))
    return made


def made_by(conn: Conn, once: UUID) -> Group | None:
    """Return the group that this form has made before."""
    row = conn.execute("SELECT id FROM booking_groups WHERE once = %s", (once,)).fetchone()
    return None if row is None else get(conn, row[0])


def has_item(conn: Conn, once: UUID) -> bool:
    """Tell whether this form has added its article before."""
    found = conn.execute("SELECT 1 FROM booking_items WHERE once = %s", (once,)).fetchone()
    return found is not None


_SAID: Final = (
    "number", "service", "weight_g", "otp_required", "registration", "cod_amount", "passport",
    "recipient_phone", "without_phone", "recipient_name", "recipient_address", "recipient_pin",
    "recipient_language", "promise", "due_by", "pieces", "digipin",
)  # fmt: skip


def _added_before(conn: Conn, group_id: int, new: NewItem, number: str) -> bool:
    """Tell whether this form has added its article. Raise `OtherForm` where it says another now.

    What was taken off the bill again is not there either: the form cannot bring it back.
    """
    columns = ", ".join(_SAID)
    before = conn.execute(
        f"SELECT group_id, removed_at, {columns} FROM booking_items WHERE once = %s",  # noqa: S608
        (new.once,),
    ).fetchone()
    if before is None:
        return False
    now = {**vars(new), "number": number}
    insist_same((before, (group_id, None, *(now[name] for name in _SAID))))
    return True


def add(conn: Conn, group_id: int, new: NewItem, now: datetime) -> Group:
    """Add an article to an open group; a form that was sent twice adds it once.

    Raise `UnknownGroup`, `NotOpen`, `DayOver`, `BookingFull`, `NumberInUse`, `OtherForm`, and
    ValueError for a bad number.
    """
    number = read(new.number)
    group = _open(conn, group_id)
    if _added_before(conn, group_id, new, number):
        return group
    if group.counter_day_id is not None:
        counter_days.insist_on_today(conn, group.counter_day_id, now)
    if len(group.items) >= MOST_ITEMS:
        raise BookingFull
    try:
        articles.get(conn, number)
    except UnknownArticle:
        pass
    else:
        raise NumberInUse(number)
    try:
        with conn.transaction():
            conn.execute(
                "INSERT INTO booking_items (group_id, once, number, service, weight_g,"
                " otp_required, registration, cod_amount, passport, recipient_phone,"
                " without_phone, recipient_name, recipient_address, recipient_pin,"
                " recipient_language, promise, due_by, pieces, digipin, tariff, base_paise,"
                " otp_paise, registration_paise, gst_paise)"
                " VALUES (%(group_id)s, %(once)s, %(number)s, %(service)s, %(weight_g)s,"
                " %(otp_required)s, %(registration)s, %(cod_amount)s, %(passport)s,"
                " %(recipient_phone)s, %(without_phone)s, %(recipient_name)s,"
                " %(recipient_address)s, %(recipient_pin)s, %(recipient_language)s, %(promise)s,"
                " %(due_by)s, %(pieces)s, %(digipin)s, %(tariff)s,"
                " %(base_paise)s, %(otp_paise)s, %(registration_paise)s, %(gst_paise)s)",
                {**vars(new), **vars(new.charges), "group_id": group_id, "number": number},
            )
    except psycopg.errors.UniqueViolation as taken:
        raise NumberInUse(number) from taken
    rolls.use(conn, number)
    return get(conn, group_id)


def remove(conn: Conn, group_id: int, item_id: int, now: datetime) -> Group:
    """Remove an article from an open group, which frees its number; repeating it changes nothing.

    Raises `UnknownGroup` and `NotOpen`.
    """
    _open(conn, group_id)
    removed = conn.execute(
        "UPDATE booking_items SET removed_at = %s"
        " WHERE id = %s AND group_id = %s AND removed_at IS NULL RETURNING number",
        (now, item_id, group_id),
    ).fetchone()
    if removed is not None:
        rolls.free(conn, removed[0])
    return get(conn, group_id)


def change(conn: Conn, group_id: int, item_id: int, new: NewItem, now: datetime) -> Group:
    """Put `new` in the place of an article, with the same number or another; all or nothing.

    A form that was sent twice changes it once. Raises `ItemGone`, and as `add` does.
    """
    group = _open(conn, group_id)
    if has_item(conn, new.once):
        return group
    if item_id not in {item.id for item in group.items}:
        raise ItemGone
    with conn.transaction():
        remove(conn, group_id, item_id, now)
        return add(conn, group_id, new, now)


def change_sender(conn: Conn, group_id: int, sender: Sender) -> Group:
    """Correct who posts an open group. Raises `UnknownGroup` and `NotOpen`."""
    _open(conn, group_id)
    conn.execute(
        "UPDATE booking_groups SET sender_name = %s, sender_phone = %s, sender_language = %s,"
        " sender_address = %s, sender_pin = %s WHERE id = %s",
        (sender.name, sender.phone, sender.language, sender.address, sender.pin, group_id),
    )
    return get(conn, group_id)


def await_payment(conn: Conn, group_id: int) -> Group:
    """Mark the group as being paid by UPI: nothing is added or removed meanwhile.

    Raises `UnknownGroup`, `NotOpen`, `NothingToBook`.
    """
    group = _open(conn, group_id)
    if not group.items:
        raise NothingToBook
    conn.execute("UPDATE booking_groups SET state = 'paying' WHERE id = %s", (group_id,))
    return get(conn, group_id)


def reopen(conn: Conn, group_id: int) -> Group:
    """Open the group again if it waits for a UPI payment; otherwise change nothing."""
    group = lock(conn, group_id)
    if group.state == "paying":
        conn.execute("UPDATE booking_groups SET state = 'open' WHERE id = %s", (group_id,))
    return get(conn, group_id)


def cancel(conn: Conn, group_id: int, now: datetime) -> Group:
    """Cancel the group and free its numbers; repeating it changes nothing.

    Raises `UnknownGroup`, and `NotOpen` if it is booked already.
    """
    group = lock(conn, group_id)
    if group.state == "booked":
        raise NotOpen(group.state)
    if group.state == "cancelled":
        return group
    conn.execute(
        "UPDATE booking_items SET removed_at = %s WHERE group_id = %s AND removed_at IS NULL",
        (now, group_id),
    )
    for item in sorted(group.items, key=lambda each: each.number, reverse=True):
        rolls.free(conn, item.number)
    conn.execute(
        "UPDATE booking_groups SET state = 'cancelled', finished_at = %s WHERE id = %s",
        (now, group_id),
    )
    return get(conn, group_id)


def book(
    conn: Conn, group_id: int, method: Method, now: datetime, given_paise: int | None = None
) -> Group:
    """Book every article of the group, or none, and enter the sum that was paid by `method`.

    `given_paise`: what the customer gave in cash, if known. Announce the articles in the same
    transaction (conversation/counter.py does). Raises `UnknownGroup`, `NotOpen`,
    `NothingToBook`, and `BookedMeanwhile` if a number was booked elsewhere.
    """
    group = lock(conn, group_id)
    if group.state not in UNFINISHED:
        raise NotOpen(group.state)
    if not group.items:
        raise NothingToBook
    for item in group.items:
        try:
            booking = new_articles.book(conn, _article(group, item), now)
        except NumberTaken as taken:
            raise BookedMeanwhile(item.number) from taken
        if not booking.new:
            raise BookedMeanwhile(item.number)
        conn.execute(
            "UPDATE booking_items SET article_id = %s WHERE id = %s", (booking.article.id, item.id)
        )
    conn.execute(
        "UPDATE booking_groups SET state = 'booked', method = %s, given_paise = %s,"
        " finished_at = %s, receipt_number = %s WHERE id = %s",
        (method, given_paise, now, receipt_numbers.following(conn, group.office_id, now), group_id),
    )
    ledger.enter(
        conn,
        NewEntry(
            "booking",
            method,
            group.paise,
            group.office_id,
            group.counter_day_id,
            group.staff_row,
            group_id,
        ),
        now,
    )
    return get(conn, group_id)


def _open(conn: Conn, group_id: int) -> Group:
    group = lock(conn, group_id)
    if group.state != "open":
        raise NotOpen(group.state)
    return group


def _article(group: Group, item: BookingItem) -> NewArticle:
    return NewArticle(
        number=item.number,
        service=item.service,
        otp_required=item.otp_required,
        recipient_phone=item.recipient_phone,
        recipient_name=item.recipient_name,
        recipient_address=item.recipient_address,
        recipient_pin=item.recipient_pin,
        recipient_language=item.recipient_language,
        sender_phone=group.sender_phone,
        sender_name=group.sender_name,
        sender_language=group.sender_language,
        sender_address=group.sender_address,
        sender_pin=group.sender_pin,
        cod_amount=item.cod_amount,
        passport=item.passport,
        registration=item.registration,
        weight_g=item.weight_g,
        promise=item.promise,
        due_by=item.due_by,
        pieces=item.pieces,
        digipin=item.digipin,
    )


def _new_tr() -> str:
    return "".join(secrets.choice(_TR_LETTERS) for _ in range(_TR_LENGTH))
