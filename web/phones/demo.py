"""The demo: two districts' offices, four postmen, two dozen households, and today's lists.

It imports `conversation` because it tells the people as a real booking does. Everything is made
once; on a later day it makes that day's lists, so that there is always something to deliver.
"""

from __future__ import annotations

import hashlib
import itertools
import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache, partial
from pathlib import Path
from typing import Final

from psycopg.rows import class_row
from pydantic import BaseModel, ConfigDict

from conversation.announce import announce
from flows.happenings import Booked, WentOut
from flows.number import check_digit
from india.calendar import day_of
from outbox.wake import wake
from postal import articles, new_articles
from postal.articles import Language, Service
from postal.counter import post_offices
from postal.lists import NotListed, make_list
from postal.new_articles import NewArticle
from postal.people import accounts, people
from runtime import Runtime
from store.database import Conn

_DISTRICTS = ("GORAKHPUR", "MAHARAJGANJ")
_BRANCHES = {"HO": "head", "PO": "sub", "BO": "branch"}  # the file's words and ours
_LETTERS: dict[Service, str] = {
    "speed_post": "EU",
    "registered": "RU",
    "parcel": "CU",
    "insured": "VU",
    "money_order": "MU",
}
STORY: Final = "story"  # the key of the household to which the guided delivery goes
ENDED: Final = ("delivered", "returned", "recalled")  # states of an article that is over
_ALONE = 7_235_003  # the advisory lock of loading


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _Postman(_Row):
    staff_id: str
    name: str
    phone: str
    office_pin: str
    pin: str


class _Sender(_Row):
    name: str
    phone: str | None = None


class _Home(_Row):
    postman: str
    name: str
    phone: str | None = None
    language: Language
    address: str
    pin: str
    service: Service
    cod_amount: int
    sender: str


class _Story(_Row):
    home: _Home


class _Staff(_Row):
    staff_id: str
    name: str
    role: accounts.Role
    office_pin: str
    password: str


class _Demo(_Row):
    office_phones: dict[str, str]
    staff: list[_Staff]
    postmen: list[_Postman]
    senders: dict[str, _Sender]
    homes: list[_Home]
    story: _Story


@cache
def _demo() -> _Demo:
    text = Path(__file__).with_suffix(".toml").read_text(encoding="utf-8")
    return _Demo.model_validate(tomllib.loads(text))


@dataclass(frozen=True)
class DemoPerson:
    """A person whose telephone can be simulated. `role`: recipient, postman, sender or office."""

    role: str
    name: str
    phone: str
    language: Language


def load(runtime: Runtime) -> None:
    """Make what is missing of the demo, and today's lists. Idempotent.

    Raises RuntimeError in production: the PINs and passwords of these people are public.
    """
    if runtime.settings.production:
        raise RuntimeError("the demo is not for production: its PINs and passwords are public")
    runtime.database.run(_load_offices)
    runtime.database.run(_load_postmen)
    runtime.database.run(_load_staff)
    for postman in _demo().postmen:
        runtime.database.run(partial(_load_list, runtime, postman.staff_id))
    wake(runtime.redis)


def cast(conn: Conn) -> list[DemoPerson]:
    """Return the people with telephones: postmen, recipients in the order of lists, the others."""
    with conn.cursor(row_factory=class_row(DemoPerson)) as cursor:
        return cursor.execute(
            """
            WITH carried AS (
                SELECT i.article_id, l.date, s.staff_id, i.serial FROM delivery_items i
                JOIN delivery_lists l ON l.id = i.list_id JOIN staff s ON s.id = l.postman_id
            ), people AS (
                SELECT 1 AS rank, 'postman' AS role, name, phone, NULL::date AS date, staff_id,
                       0 AS serial
                FROM staff WHERE role = 'postman' AND active AND phone IS NOT NULL
                UNION ALL
                SELECT 2, 'recipient', a.recipient_name, a.recipient_phone, c.date, c.staff_id,
                       c.serial
                FROM articles a LEFT JOIN carried c ON c.article_id = a.id
                WHERE a.recipient_phone IS NOT NULL
                UNION ALL
                SELECT 3, 'sender', sender_name, sender_phone, NULL, NULL, 0
                FROM articles WHERE sender_phone IS NOT NULL
                UNION ALL
                SELECT 4, 'office', name, phone, NULL, NULL, 0 FROM offices
                WHERE phone IS NOT NULL
            ), once AS (
                SELECT DISTINCT ON (role, phone) * FROM people
                ORDER BY role, phone, date DESC NULLS LAST, staff_id, serial
            )
            SELECT role, name, once.phone, coalesce(p.language, 'hi') AS language
            FROM once LEFT JOIN phones p ON p.phone = once.phone
            ORDER BY rank, date DESC NULLS LAST, staff_id, serial, once.phone LIMIT 200
            """
        ).fetchall()


def _load_offices(conn: Conn) -> None:
    conn.execute("SELECT pg_advisory_xact_lock(%s)", (_ALONE,))
    if conn.execute("SELECT 1 FROM offices WHERE district = %s", (_DISTRICTS[-1],)).fetchone():
        return
    phones = _demo().office_phones
    with conn.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO offices (name, pin, branch_type, district, phone)"
            " VALUES (%s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
            [
                (
                    office.name,
                    office.pin,
                    _BRANCHES[office.branch],
                    office.district,
                    phones.get(office.pin) if office.branch != "BO" else None,
                )
                for office in post_offices.read()
                if office.delivers and office.district in _DISTRICTS
            ],
        )


def _load_postmen(conn: Conn) -> None:
    conn.execute("SELECT pg_advisory_xact_lock(%s)", (_ALONE,))
    known = {row[0] for row in conn.execute("SELECT staff_id FROM staff").fetchall()}
    for each in _demo().postmen:
        if each.staff_id not in known:
            people.add_postman(
                conn, each.staff_id, each.name, each.phone, each.office_pin, each.pin
            )


def _load_staff(conn: Conn) -> None:
    conn.execute("SELECT pg_advisory_xact_lock(%s)", (_ALONE,))
    known = {row[0] for row in conn.execute("SELECT staff_id FROM staff").fetchall()}
    for each in _demo().staff:
        if each.staff_id not in known:
            accounts.add(conn, each.staff_id, each.name, each.role, each.office_pin, each.password)


def _load_list(runtime: Runtime, staff_id: str, conn: Conn) -> None:
    """Make a postman's list for today if he has none: an article for each of his households."""
    now = runtime.now()
    today = day_of(now)
    conn.execute("SELECT pg_advisory_xact_lock(%s)", (_ALONE,))
    if _has_list(conn, staff_id, today):
        return
    numbers: list[str] = []
    booked: list[str] = []
    for index, home in enumerate(_demo().homes):
        if home.postman == staff_id:
            waiting = _waiting(conn, str(index), home)
            if not waiting.booked:
                new_articles.book(conn, _article(runtime, home, waiting.number), now)
                booked.append(waiting.number)
            numbers.append(waiting.number)
    announce(runtime, conn, [Booked(number) for number in booked])
    try:
        with conn.transaction():
            make_list(conn, staff_id, today, numbers, now)
    except NotListed as refused:  # some wait at the office, or for a day of the recipient's choice
        numbers = [each for each in numbers if each not in {bad.number for bad in refused.bad}]
        if numbers:
            make_list(conn, staff_id, today, numbers, now)
    announce(runtime, conn, [WentOut(number) for number in numbers])


def _has_list(conn: Conn, staff_id: str, day: date) -> bool:
    found = conn.execute(
        "SELECT 1 FROM delivery_lists l JOIN staff s ON s.id = l.postman_id"
        " WHERE s.staff_id = %s AND l.date = %s",
        (staff_id, day),
    ).fetchone()
    return found is not None


@dataclass(frozen=True)
class _Waiting:
    """A household's article that can go out; `booked`: False if it must be booked first."""

    number: str
    booked: bool


def _waiting(conn: Conn, key: str, home: _Home) -> _Waiting:
    for turn in itertools.count():
        number = _number(key, turn, home.service)
        try:
            article = articles.get(conn, number)
        except articles.UnknownArticle:
            return _Waiting(number, booked=False)
        if article.state not in ENDED:
            return _Waiting(number, booked=True)
    raise AssertionError("unreachable")


def households() -> dict[str, _Home]:
    """Return every household of the demo by its key, that of the guided delivery last."""
    homes = {str(index): home for index, home in enumerate(_demo().homes)}
    return homes | {STORY: _demo().story.home}


def postmen() -> list[_Postman]:
    """Return the demo's postmen."""
    return list(_demo().postmen)


def book(runtime: Runtime, conn: Conn, key: str) -> str:
    """Book a new article for a household, tell whom it concerns, and return its number.

    What the household had before must have ended. Wake the outbox after the commit.
    """
    conn.execute("SELECT pg_advisory_xact_lock(%s)", (_ALONE,))
    home = households()[key]
    waiting = _waiting(conn, key, home)
    if waiting.booked:
        raise RuntimeError(f"{waiting.number} of household {key} has not ended")
    new_articles.book(conn, _article(runtime, home, waiting.number), runtime.now())
    announce(runtime, conn, [Booked(waiting.number)])
    return waiting.number


def unfinished(conn: Conn, key: str) -> str | None:
    """Return the number of the household's article that has not ended; None: it has none."""
    waiting = _waiting(conn, key, households()[key])
    return waiting.number if waiting.booked else None


def _number(key: str, turn: int, service: Service) -> str:
    """Return the number of a household's `turn`-th article: valid and always the same."""
    digest = hashlib.sha256(f"demo/{key}/{turn}".encode()).digest()
    serial = f"{int.from_bytes(digest[:8], 'big') % 10**8:08}"
    return f"{_LETTERS[service]}{serial}{check_digit(serial)}IN"


def _article(runtime: Runtime, home: _Home, number: str) -> NewArticle:
    sender = _demo().senders[home.sender]
    return NewArticle(
        number=number,
        service=home.service,
        otp_required=home.phone is not None,
        recipient_phone=home.phone,
        recipient_name=home.name,
        recipient_address=home.address,
        recipient_pin=home.pin,
        recipient_language=home.language,
        sender_phone=sender.phone,
        sender_name=sender.name,
        sender_language=runtime.settings.default_language,
        cod_amount=home.cod_amount,
    )
