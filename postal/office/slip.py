"""The content of a postman's printed slip: his list of a day, and who may take and sign what.

These rules decide:

- docs/developing/domain.md rule 1: an article with `otp_required` ends at the door only by its
  code, and needs no signature.
- Without a code a signature is the only proof of delivery, so it is always required.
- docs/developing/domain.md rule 2: registered, insured, COD and money order go to the addressee or
  an authorised person only, and so does an article with paid registration; a passport goes to the
  addressee or a representative at that address. With or without a code, the signature shows who
  took it.
- docs/developing/trust.md rule 19: of plain post it shows three digits, which the code's text shows
  too: they are compared where there is no network.
- docs/developing/trust.md rule 6: for 48 hours after the code went to another telephone the code
  alone is not enough.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from psycopg.rows import class_row

from flows.trust import PLAIN_SERVICES
from india import digipin
from india.masks import veiled
from paper.content import Carried, Outcome, Slip, Taker
from postal import marks
from postal.articles import Service
from postal.checks import check_of, key_of_day
from postal.marks import NOTHING, Marked
from postal.office.returning import UnknownList
from postal.people import access
from postal.people.access import Onlooker
from store.database import Conn
from store.keyring import Keyring, UnknownKey

_DOUBTS: Final = ("fraud", "disputed", "number")
_PERSONAL: Final[frozenset[Service]] = frozenset({"registered", "insured", "money_order"})


@dataclass(frozen=True)
class _Head:
    office_id: int
    office: str
    office_pin: str
    postman: str
    staff_id: str
    day: date


@dataclass(frozen=True)
class _Line:
    article_id: int
    item_id: int
    code_salt: bytes = field(repr=False)
    serial: int
    number: str
    service: Service
    registration: bool
    passport: bool
    recipient_name: str
    recipient_address: str
    recipient_pin: str
    cod_amount: int
    otp_required: bool
    document: bool
    outcome: Outcome
    remark: int | None
    hint: str
    due_by: date | None
    pieces: int
    digipin: str | None


_LONGEST_HINT: Final = 120  # letters on paper; the list's page has all of them


def office_of(conn: Conn, list_id: int) -> int:
    """Return the row id of the list's office. Raises `UnknownList`."""
    return _head(conn, list_id).office_id


def read(conn: Conn, list_id: int, reader: Onlooker, keys: Keyring | None) -> Slip:
    """Return the current slip of a list, in walking order. Raises `UnknownList`.

    That it was read is written down. It omits withdrawn items, which the postman does not carry
    any more. `keys`: of the three digits for doors without network; None: it shows none.
    """
    head = _head(conn, list_id)
    with conn.cursor(row_factory=class_row(_Line)) as cursor:
        lines = cursor.execute(
            "SELECT i.article_id, i.id AS item_id, a.code_salt, i.serial, a.number, a.service,"
            " a.registration, a.passport,"
            " a.recipient_name, a.recipient_address, a.recipient_pin, a.cod_amount,"
            " a.otp_required AND i.mode <> 'off' AS otp_required,"
            " a.otp_required AND i.mode <> 'off' AND i.state = 'open' AND"
            " coalesce(a.document_until > %s, false)"
            " AS document, i.state AS outcome, i.remark, coalesce(h.body, '') AS hint,"
            " a.due_by, a.pieces, a.digipin"
            " FROM delivery_items i JOIN articles a ON a.id = i.article_id"
            " LEFT JOIN messages h ON h.id = a.hint_id"
            " WHERE i.list_id = %s AND i.state <> 'withdrawn' ORDER BY i.serial",
            (reader.by.at, list_id),
        ).fetchall()
    marked = marks.of_articles(conn, [line.article_id for line in lines])
    root = _root(conn, keys, head.day)
    access.listed(conn, reader, len(lines), f"slip {head.staff_id} {head.day}")
    return Slip(
        office=head.office,
        office_pin=head.office_pin,
        postman=head.postman,
        staff_id=head.staff_id,
        day=head.day,
        made_at=reader.by.at,
        carried=tuple(
            _carried(line, marked.get(line.article_id, NOTHING), head.day, root) for line in lines
        ),
    )


def _root(conn: Conn, keys: Keyring | None, day: date) -> bytes | None:
    """Return the key of the three digits of a day's lists; None: they are not shown any more."""
    if keys is None:
        return None
    with suppress(UnknownKey):
        return keys.root(conn, "codes", key_of_day(conn, day))
    return None


def _head(conn: Conn, list_id: int) -> _Head:
    with conn.cursor(row_factory=class_row(_Head)) as cursor:
        found = cursor.execute(
            "SELECT o.id AS office_id, o.name AS office, o.pin AS office_pin, s.name AS postman,"
            " s.staff_id, l.date AS day FROM delivery_lists l JOIN staff s ON s.id = l.postman_id"
            " JOIN offices o ON o.id = s.office_id WHERE l.id = %s",
            (list_id,),
        ).fetchone()
    if found is None:
        raise UnknownList(list_id)
    return found


def _check(line: _Line, marked: Marked, root: bytes | None, *, personal: bool) -> str:
    """Return the three digits of an item, where its code's text shows them; else "".

    As `flows.trust.offline` says: nothing that goes in person or is paid for, nothing in doubt.
    """
    shown = line.otp_required and line.outcome == "open" and line.service in PLAIN_SERVICES
    doubted = line.document or any(mark in _DOUBTS for mark in marked.marks)
    if root is None or personal or not shown or doubted:
        return ""
    return check_of(root, line.code_salt, line.item_id)


def _carried(line: _Line, marked: Marked, day: date, root: bytes | None) -> Carried:
    personal = (
        line.service in _PERSONAL or line.registration or line.passport or line.cod_amount > 0
    )
    taker: Taker = "addressee" if personal else "anyone"
    return Carried(
        serial=line.serial,
        number=line.number,
        recipient_name=veiled(line.recipient_name),  # some contain a telephone number
        recipient_address=veiled(line.recipient_address),
        recipient_pin=line.recipient_pin,
        cod_amount=line.cod_amount,
        code_required=line.otp_required,
        document=line.document,
        taker=taker,
        signature=personal or not line.otp_required,
        outcome=line.outcome,
        remark=line.remark,
        hint=veiled(" ".join(line.hint.split()))[:_LONGEST_HINT],
        pieces=line.pieces,
        digipin=digipin.shown(line.digipin) if line.digipin else "",
        due=line.due_by is not None and line.due_by <= day and line.outcome == "open",
        check=_check(line, marked, root, personal=personal),
        marks=marked.marks if line.outcome == "open" else (),
    )
