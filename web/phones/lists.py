"""The postman's list between the two phones, and what both people can do next with each item."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from psycopg.rows import class_row

from flows.postman.undo import UNDO_WITHIN
from india import calendar
from india.calendar import day_of
from store.database import Conn
from web.language import say


@dataclass(frozen=True)
class PhoneListLine:
    """One item of a postman's list, with what its recipient may answer."""

    id: int
    serial: int
    number: str
    recipient_name: str
    recipient_phone: str | None
    recipient_address: str
    cod_amount: int
    otp_required: bool
    state: str
    remark: int | None
    approached: bool
    may_undo: bool
    code_out: bool
    fraud: bool

    @property
    def digits(self) -> str:
        """Return the last four digits of the article number, as said at the door."""
        return re.sub(r"[^0-9]", "", self.number)[-4:]

    @property
    def progress(self) -> str:
        """Return open, coming, code_out, fraud, delivered, attempted or withdrawn."""
        if self.state != "open":
            return self.state
        if self.code_out:
            return "code_out"
        if self.fraud:
            return "fraud"
        return "coming" if self.approached else "open"

    @property
    def postman_may(self) -> str:
        """Return what the postman can do next with this item."""
        if self.state == "withdrawn":
            return say("hint_back", serial=self.serial)
        if self.state != "open":
            return say("hint_done" if self.may_undo else "hint_over", serial=self.serial)
        values: dict[str, str | int] = {
            "serial": self.serial,
            "digits": self.digits,
            "amount": self.cod_amount,
        }
        if not self.otp_required:
            return say("hint_plain_cod" if self.cod_amount else "hint_plain", **values)
        if self.code_out:
            return say("hint_code_cod" if self.cod_amount else "hint_code", **values)
        return say("hint_approach", **values)

    @property
    def recipient_may(self) -> str:
        """Return what the recipient can do next."""
        if self.state == "delivered":
            return say("hint_got")
        if self.state == "withdrawn":
            return say("hint_not_today")
        if self.state == "attempted":
            return say("hint_witness")
        if self.state == "open" and not self.otp_required:
            return say("hint_sign")
        if self.progress == "code_out":
            return say("hint_tell", digits=self.digits)
        return say("hint_menu")


def of_today(conn: Conn, phone: str, now: datetime, since: datetime) -> list[PhoneListLine]:
    """Return today's list of the postman with this telephone, in walking order.

    Without what was booked before a fresh day began, `since`. He may take back his last item for
    two minutes, unless the office has closed his list.
    """
    with conn.cursor(row_factory=class_row(PhoneListLine)) as cursor:
        return cursor.execute(
            """
            SELECT i.id, i.serial, a.number, a.recipient_name, a.recipient_phone,
                   a.recipient_address, a.cod_amount,
                   a.otp_required AND i.mode <> 'off' AS otp_required, i.state, i.remark,
                   i.approached_at IS NOT NULL AS approached,
                   i.finished_at IS NOT NULL AND i.finished_at >= %(undo)s
                       AND i.finished_at = max(i.finished_at) OVER ()
                       AND NOT EXISTS (SELECT FROM list_closings z WHERE z.list_id = l.id)
                       AS may_undo,
                   EXISTS (SELECT FROM codes c WHERE c.article_id = a.id AND c.used_at IS NULL
                           AND c.dead_at IS NULL AND c.expires_at > %(now)s) AS code_out,
                   a.door_only AS fraud
            FROM staff s JOIN delivery_lists l ON l.postman_id = s.id AND l.date = %(today)s
            JOIN delivery_items i ON i.list_id = l.id JOIN articles a ON a.id = i.article_id
            WHERE s.phone = %(phone)s AND s.active AND a.booked_at >= %(since)s ORDER BY i.serial
            """,
            {
                "now": now,
                "undo": now - UNDO_WITHIN,
                "today": day_of(now),
                "phone": phone,
                "since": since,
            },
        ).fetchall()


def closed(conn: Conn, phone: str, now: datetime) -> str:
    """Return the time of day at which the office closed his list of today; "": it is open."""
    row = conn.execute(
        "SELECT z.at FROM list_closings z JOIN delivery_lists l ON l.id = z.list_id"
        " JOIN staff s ON s.id = l.postman_id WHERE s.phone = %s AND l.date = %s",
        (phone, day_of(now)),
    ).fetchone()
    return calendar.local(row[0]).strftime("%H:%M") if row else ""
