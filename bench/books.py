"""A town's books for a measurement: postmen with full lists, each article ready for its handover.

Written by COPY, as the flows would have left them: people told, conversations begun. Ids start far
apart from table to table and phones differ by role in their first digits, so that no two kinds of
value are ever equal: a mix-up of two shows in what is checked at the end.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from flows.decision import Asked, Context, LastVisit, Nothing
from flows.number import check_digit
from flows.replay.record import encode
from india.calendar import INDIA
from postal.codes import code_of
from settings import Settings
from store.database import Conn

LIST_LENGTH = 60
POSTMEN_PER_OFFICE = 5
FIRST_ID = 100_000_000  # of the first table; every further one starts this much higher
_NUMBERED = (
    "offices", "staff", "articles", "delivery_lists", "delivery_items", "codes",
    "code_attempts", "conversations", "messages", "sprints", "receipts", "events",
)  # fmt: skip
_FILLED = (
    "offices", "staff", "delivery_lists", "phones", "articles", "delivery_items", "codes",
    "conversations",
)  # fmt: skip
_DIGITS_OF_POSTMAN = 9  # of his telephone: his number among all
_LIFE = timedelta(hours=6)  # of the codes: no run is that long


@dataclass(frozen=True)
class Doorstep:
    """One article at its door: what its postman texts, and who hears of it."""

    postman_phone: str
    recipient_phone: str
    serial: int
    number: str
    code: str = field(repr=False)


@dataclass(frozen=True)
class _Begun:
    """A conversation before the text."""

    phone: str
    machine: str
    state: str
    context: Context


def fill(settings: Settings, articles: int, now: datetime) -> list[Doorstep]:
    """Fill lists with `articles` articles whose codes are out; neighbours have other postmen.

    As the owner: it gives rows ids of their own. Beside what it filled before, it adds to that. The
    lists are those of today in India, and their evening is told to nobody.
    """
    postmen = -(-articles // LIST_LENGTH)
    with psycopg.connect(settings.owner_url) as conn:
        first = _filled(conn)
        if not first:
            _spread_ids(conn)
        doorsteps = _write(conn, settings, range(first, first + postmen), now)
        _continue_ids(conn)
    with psycopg.connect(settings.owner_url, autocommit=True) as conn:
        # Not the empty tables: their plans would be made for empty tables, and kept for a minute.
        conn.execute(f"VACUUM ANALYZE {', '.join(_FILLED)}")
        conn.execute("CHECKPOINT")
    return apart(doorsteps)


def apart(doorsteps: Iterable[Doorstep]) -> list[Doorstep]:
    """Return the doorsteps in an order where neighbours have other postmen, of other offices.

    As texts come in from a country; a handover locks its office's conversation as well.
    """

    def place(door: Doorstep) -> tuple[int, int, str]:
        phone = door.postman_phone
        return door.serial, int(phone[-_DIGITS_OF_POSTMAN:]) % POSTMEN_PER_OFFICE, phone

    return sorted(doorsteps, key=place)


def _first_id(table: str) -> int:
    return FIRST_ID * (1 + _NUMBERED.index(table))


def _spread_ids(conn: Conn) -> None:
    for table in _NUMBERED:
        conn.execute(f"ALTER SEQUENCE {table}_id_seq RESTART WITH {_first_id(table)}")


def _continue_ids(conn: Conn) -> None:
    # Not those of messages and what follows from them: their ids begin with their month.
    for table in set(_NUMBERED) & set(_FILLED):
        row = conn.execute(f"SELECT max(id) FROM {table}").fetchone()  # noqa: S608
        if row is not None and row[0] is not None:
            conn.execute(f"ALTER SEQUENCE {table}_id_seq RESTART WITH {row[0] + 1}")


def _filled(conn: Conn) -> int:
    """Return how many postmen there may be already, in whole offices."""
    row = conn.execute(
        "SELECT count(*) FROM offices WHERE id BETWEEN %s AND %s",
        (_first_id("offices"), _first_id("offices") + FIRST_ID - 1),
    ).fetchone()
    assert row is not None
    return int(row[0]) * POSTMEN_PER_OFFICE


def _write(conn: Conn, settings: Settings, postmen: range, now: datetime) -> list[Doorstep]:
    master_key = settings.dakiya_master_key.get_secret_value().encode()
    today = now.astimezone(INDIA).date()
    office, staff, list_, article = map(
        _first_id, ("offices", "staff", "delivery_lists", "articles")
    )
    doorsteps: list[Doorstep] = []
    offices, staffs, lists, phones = [], [], [], []
    articles, items, codes = [], [], []
    begun: list[_Begun] = []
    for p in postmen:
        if p % POSTMEN_PER_OFFICE == 0:
            o = p // POSTMEN_PER_OFFICE
            offices.append((office + o, f"Office {o}", str(200000 + o), "sub", "Gorakhpur",
                            f"+9166{o:08}"))  # fmt: skip
            begun.append(_Begun(offices[-1][-1], "office", "listening", Nothing()))
        phone = f"+917{p:09}"
        home = offices[-1]
        staffs.append((staff + p, f"B{p}", f"Postman {p}", "postman", home[0], phone))
        lists.append((list_ + p, staff + p, today, now, now))
        phones.append((phone, "hi-Latn"))
        begun.append(_Begun(phone, "postman", "ready", LastVisit()))
        for serial in range(1, LIST_LENGTH + 1):
            n = p * LIST_LENGTH + serial - 1
            number = _number(n)
            salt = hashlib.blake2b(number.encode(), digest_size=16).digest()
            # In blocks of their own: very many texts to neighbouring numbers would be stopped.
            subscriber = n * 10_007 % 10**9
            recipient, sender = f"+918{subscriber:09}", f"+919{subscriber:09}"
            articles.append((article + n, number, "speed_post", True, "out_for_delivery", recipient,
                             f"Recipient {n}", f"Ward {n % 40}", home[2], sender, f"Sender {n}",
                             salt, 1, now, now))  # fmt: skip
            items.append((list_ + p, article + n, serial, now))
            codes.append((article + n, 1, 1, staff + p, now, now + _LIFE))
            phones += [(recipient, "hi"), (sender, "hi-Latn")]
            begun += [
                _Begun(recipient, "recipient", "code", Asked(number)),
                _Begun(sender, "sender", "listening", Nothing()),
            ]
            code = code_of(master_key, salt, 1, settings.code_length)
            doorsteps.append(Doorstep(phone, recipient, serial, number, code))
    _copy(conn, "offices (id, name, pin, branch_type, district, phone)", offices)
    _copy(conn, "staff (id, staff_id, name, role, office_id, phone)", staffs)
    _copy(conn, "delivery_lists (id, postman_id, date, created_at, summed_at)", lists)
    _copy(conn, "phones (phone, language)", phones)
    _copy(
        conn,
        "articles (id, number, service, otp_required, state, recipient_phone, recipient_name,"
        " recipient_address, recipient_pin, sender_phone, sender_name, code_salt, code_issue,"
        " booked_at, updated_at)",
        articles,
    )
    _copy(conn, "delivery_items (list_id, article_id, serial, approached_at)", items)
    _copy(conn, "codes (article_id, issue, sends, postman_id, released_at, expires_at)", codes)
    _copy(
        conn,
        "conversations (whose, machine, state, context, entered_at, last_sprint_id)",
        (
            (each.phone, each.machine, each.state, Jsonb(encode(each.context)), now, FIRST_ID)
            for each in begun
        ),
    )
    return doorsteps


_OF_THESE = (
    "SELECT id FROM articles WHERE %(phones)s::text[] IS NULL OR recipient_phone = ANY(%(phones)s)"
)
_WITHOUT_CODES = (
    f"DELETE FROM codes WHERE article_id IN ({_OF_THESE})",  # noqa: S608
    f"UPDATE articles SET code_issue = 0 WHERE id IN ({_OF_THESE})",  # noqa: S608
    f"UPDATE delivery_items SET approached_at = NULL WHERE article_id IN ({_OF_THESE})",  # noqa: S608
    "UPDATE conversations SET state = 'out' WHERE machine = 'recipient'"
    " AND (%(phones)s::text[] IS NULL OR whose = ANY(%(phones)s))",
)


def without_codes(conn: Conn, recipients: Sequence[str] | None = None) -> None:
    """Take the codes back: their articles still wait for their postman's approach.

    `recipients`: by their telephones; None: all.
    """
    for statement in _WITHOUT_CODES:
        conn.execute(statement.encode(), {"phones": recipients})


def _number(n: int) -> str:
    serial = f"{n + 10_000_000:08}"
    return f"EU{serial}{check_digit(serial)}IN"


def _copy(conn: Conn, into: str, rows: Iterable[tuple[Any, ...]]) -> None:
    with conn.cursor() as cursor, cursor.copy(f"COPY {into} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
