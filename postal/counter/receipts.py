"""Receipts of booked groups: their content, and how often they were printed.

The first printing is the original. Every further one is counted and says that it is a copy, so
that no payment has two originals.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from psycopg.rows import class_row

from india import gst, promises
from india.calendar import day_of
from india.masks import veiled
from paper.content import Charge, Language, Paper, Posted, PrintedReceipt
from postal import articles
from postal.counter import groups, tariff
from postal.counter.groups import BookingItem, Group, GroupState
from postal.once import insist_same
from postal.people.access import Onlooker
from postal.people.doer import Doer
from store.database import Conn
from store.refusals import Conflict


@dataclass(frozen=True)
class Printing:
    """One printing of a receipt. `ordinal`: 1 is the original. `by`: the clerk's name."""

    ordinal: int
    paper: Paper
    language: Language
    at: datetime
    by: str

    @property
    def copy(self) -> int:
        """The number of the copy; 0 is the original."""
        return self.ordinal - 1


class NotBooked(Conflict):
    """The group is not booked, so it has no receipt."""

    def __init__(self, state: GroupState) -> None:
        super().__init__(f"this booking is {state}: only what is booked and paid has a receipt")


def read(conn: Conn, group_id: int, reader: Onlooker, registered: str) -> PrintedReceipt:
    """Return the content of a group's receipt. Raises `UnknownGroup` and `NotBooked`.

    `registered`: the setting `GSTIN`. That it was read is written down.
    """
    group = groups.look(conn, group_id, reader)
    if group.state != "booked":
        raise NotBooked(group.state)
    assert group.method is not None
    assert group.finished_at is not None
    row = conn.execute(
        "SELECT o.name, o.pin, coalesce(p.district, initcap(o.district)), coalesce(p.state, ''),"
        " d.counter, s.name, c.rrn FROM booking_groups g"
        " JOIN offices o ON o.id = g.office_id LEFT JOIN pin_directory p ON p.pin = o.pin"
        " LEFT JOIN counter_days d ON d.id = g.counter_day_id"
        " LEFT JOIN staff s ON s.id = g.staff_id"
        " LEFT JOIN credits c ON c.group_id = g.id AND c.state = 'booked' WHERE g.id = %s",
        (group_id,),
    ).fetchone()
    assert row is not None
    office, pin, district, state, counter, clerk, rrn = row
    return PrintedReceipt(
        reference=group.tr,
        number=group.receipt_number,
        gstin=gst.registered_in(registered, state),
        office=office,
        office_pin=pin,
        district=district,
        state=state,
        state_code=gst.code_of(state) or "",
        counter=counter,
        clerk=clerk,
        at=group.finished_at,
        sender_name=veiled(group.sender_name),
        sender_address=veiled(group.sender_address),
        sender_pin=group.sender_pin,
        method=group.method,
        posted=tuple(_posted(item, day_of(group.finished_at)) for item in group.items),
        given_paise=group.given_paise,
        rrn=rrn,
    )


def is_last(conn: Conn, group: Group) -> bool:
    """Tell whether this customer is still at the counter: no other one came to it since."""
    row = conn.execute(
        "SELECT NOT EXISTS (SELECT FROM booking_groups WHERE counter_day_id = %s AND id > %s)",
        (group.counter_day_id, group.id),
    ).fetchone()
    assert row is not None
    return group.counter_day_id is not None and bool(row[0])


def language_for(group: Group) -> Language:
    """Return the language in which the receipt is offered; the clerk may choose the other.

    Readers of Roman Hindi get English: Hindi speech uses the same words for what a receipt holds,
    and Roman Hindi is for telephones without Devanagari, not for paper.
    """
    return _LANGUAGE[group.sender_language]


_LANGUAGE: dict[articles.Language, Language] = {"hi": "hi", "hi-Latn": "en", "en": "en"}


def printings(conn: Conn, group_id: int) -> Sequence[Printing]:
    """Return all printings of a group's receipt, oldest first."""
    with conn.cursor(row_factory=class_row(Printing)) as cursor:
        return cursor.execute(_PRINTINGS + " ORDER BY p.ordinal", (group_id,)).fetchall()


def printing(conn: Conn, group_id: int, once: UUID) -> Printing | None:
    """Return the printing that this press of the button made, if any."""
    with conn.cursor(row_factory=class_row(Printing)) as cursor:
        return cursor.execute(_PRINTINGS + " AND p.once = %s", (group_id, once)).fetchone()


@dataclass(frozen=True)
class NewPrinting:
    """A printing that a press of the button asks for. `once`: that of the press."""

    once: UUID
    paper: Paper
    language: Language


def note_printing(conn: Conn, group_id: int, new: NewPrinting, by: Doer) -> Printing:
    """Count a printing before it is handed out; the same `once` is the same printing.

    Two at the same moment get different ordinals. Raises `UnknownGroup` and `NotBooked`.
    """
    group = groups.lock(conn, group_id)
    if group.state != "booked":
        raise NotBooked(group.state)
    conn.execute(
        "INSERT INTO receipt_prints (group_id, ordinal, once, paper, language, staff_id, at)"
        " SELECT %(group)s, coalesce(max(ordinal), 0) + 1, %(once)s, %(paper)s, %(language)s,"
        " %(staff)s, %(now)s FROM receipt_prints WHERE group_id = %(group)s"
        " ON CONFLICT (group_id, once) DO NOTHING",
        {
            "group": group_id,
            "once": new.once,
            "paper": new.paper,
            "language": new.language,
            "staff": by.staff_row,
            "now": by.at,
        },
    )
    made = printing(conn, group_id, new.once)
    assert made is not None
    insist_same((made.paper, new.paper), (made.language, new.language))
    return made


_PRINTINGS = (
    "SELECT p.ordinal, p.paper, p.language, p.at, s.name AS by FROM receipt_prints p"
    " JOIN staff s ON s.id = p.staff_id WHERE p.group_id = %s"
)


def _posted(item: BookingItem, day: date) -> Posted:
    """Return the article as printed, for a booking on `day`."""
    promised = promises.due(item.promise, day) if item.promise is not None else None
    chosen = (
        Charge("base", item.base_paise),
        Charge("otp", item.otp_paise),
        Charge("registration", item.registration_paise),
    )
    return Posted(
        number=item.number,
        service=item.service,
        weight_g=item.weight_g,
        recipient_name=veiled(item.recipient_name),
        recipient_address=veiled(item.recipient_address),
        recipient_pin=item.recipient_pin,
        code_required=item.otp_required,
        cod_amount=item.cod_amount,
        charges=(*(each for each in chosen if each.paise or each.kind == "base"), *_taxes(item)),
        promise=item.promise,
        due_by=item.due_by or promised,
        pieces=item.pieces,
        digipin=item.digipin or "",
    )


def _taxes(item: BookingItem) -> tuple[Charge, ...]:
    """Return CGST and SGST, which its tariff has added up: equal halves, as their rates are.

    An unregistered customer's post is supplied where it is handed in (IGST Act, section 12 (8)
    (b)), so there is no IGST.
    """
    central, state = tariff.edition_on(item.tariff).gst.parts
    half = item.gst_paise * central.per_cent // (central.per_cent + state.per_cent)
    return (
        Charge(central.name, half, central.per_cent),
        Charge(state.name, item.gst_paise - half, state.per_cent),
    )


@dataclass(frozen=True)
class PostedBy:
    """An article of a booking whose sender got a text. `proven`: he proved that it is his."""

    number: str
    proven: bool


def senders(conn: Conn, group_id: int) -> list[PostedBy]:
    """Return the articles of a booked group whose senders can prove themselves, in its order."""
    with conn.cursor(row_factory=class_row(PostedBy)) as cursor:
        return cursor.execute(
            "SELECT a.number, a.sender_proven_at IS NOT NULL AS proven FROM booking_items i"
            " JOIN articles a ON a.number = i.number"
            " WHERE i.group_id = %s AND i.removed_at IS NULL AND a.sender_phone IS NOT NULL"
            " ORDER BY i.id",
            [group_id],
        ).fetchall()
