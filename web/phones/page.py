"""The page /phones: two basic phones on the simulator's real hook, for development and tests.

The page asks once a second what is new, with both telephone numbers in the body; the answer is
204 if nothing is. Texts go from the browser to POST /hooks/simulator/sms.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime
from hashlib import sha256
from typing import Any, Final

from babel.dates import format_date
from flask import Blueprint, abort, render_template, request
from psycopg.rows import class_row
from werkzeug.wrappers import Response

from gateways.simulator.voice import numbers
from india import calendar
from india.calendar import day_of
from messages.segments import count
from runtime import Runtime
from settings import Settings
from store.database import Conn
from web import language
from web.callers import Caller, states
from web.language import say
from web.loopback import insist_on_loopback
from web.phones import demo, simulator
from web.running import runtime

phones = Blueprint("phones", __name__)
states(phones, Caller.DEVELOPMENT)
phones.after_request(language.remember)

_E164: Final = re.compile(r"\+[1-9][0-9]{6,14}", re.ASCII)
_MOST_SENT = 200
_SPOKEN_BY_SCREENS: Final = ("phone_", "key_")


@dataclass(frozen=True)
class PhoneText:
    """One text in a phone's memory. `mine`: sent from it. `language`: a BCP 47 tag."""

    id: int
    mine: bool
    at: datetime
    body: str = field(repr=False)
    segments: int
    language: str

    @property
    def clock(self) -> str:
        return calendar.local(self.at).strftime("%H:%M")

    @property
    def day(self) -> str:
        return _shown(calendar.local(self.at), "d MMM")


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
        if self.state != "open":
            return say("hint_done", serial=self.serial)
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
        if self.state == "open" and not self.otp_required:
            return say("hint_sign")
        if self.progress == "code_out":
            return say("hint_tell", digits=self.digits)
        return say("hint_menu")


phones.before_request(insist_on_loopback)


@phones.get("/phones")
def page() -> str:
    """Show the page without texts: its script asks for them at once."""
    with runtime().database.transaction() as conn:
        cast = demo.cast(conn)
    people: dict[str, list[demo.DemoPerson]] = {
        role: [person for person in cast if person.role == role]
        for role in ("recipient", "sender", "office", "postman")
    }
    spoken = {
        key: text
        for key, text in language.words(language.chosen()).items()
        if key.startswith(_SPOKEN_BY_SCREENS)
    }
    return render_template(
        "phones.html", people=people, spoken=spoken, numbers=_numbers(runtime().settings)
    )


@phones.post("/phones/news")
def news() -> Response:
    """Return what is new on both phones and on the postman's list, as fragments; 204: nothing.

    Form: `recipient` and `postman` (E.164), and the versions that the page has. 400 for a number
    that is not E.164.
    """
    here = runtime()
    owners = {side: request.form.get(side, "") for side in ("recipient", "postman")}
    if not all(_E164.fullmatch(phone) for phone in owners.values()):
        abort(400, "recipient and postman must be telephone numbers such as +919839000011")
    fragments: list[str] = []
    with here.database.transaction() as conn:
        for side, phone in owners.items():
            call = simulator.ringing(conn, phone, here.now())
            version = _version(conn, phone, call)
            if version != request.form.get(f"{side}_version"):
                texts = _texts(conn, here, phone)
                fragments.append(
                    render_template(
                        "phones/texts.html",
                        side=side,
                        phone=phone,
                        version=version,
                        texts=texts,
                        call=call,
                    )
                )
        lines = _list(conn, owners["postman"], here.now())
        version = _digest(language.chosen(), lines)
        if version != request.form.get("list_version"):
            fragments.append(
                render_template(
                    "phones/list.html",
                    phone=owners["postman"],
                    version=version,
                    lines=lines,
                    name=_name(conn, owners["postman"]),
                    shown=_shown,
                    day=day_of(here.now()),
                )
            )
    return Response("".join(fragments), 200 if fragments else 204, mimetype="text/html")


def _numbers(settings: Settings) -> list[dict[str, str]]:
    """Return the numbers that take a missed call, for the page's script."""
    return [{"number": number, "says": says} for number, says in numbers(settings).items()]


def _version(conn: Conn, phone: str, call: str) -> str:
    """Return a digest that changes with every text to or from this phone, and with its call."""
    row = conn.execute(
        "SELECT count(*), max(id) FROM messages WHERE phone = %s AND gateway = 'simulator'"
        " AND status IN ('sent', 'delivered', 'received')",
        (phone,),
    ).fetchone()
    return _digest(language.chosen(), phone, row, call)


def _shown(day: date, pattern: str) -> str:
    return format_date(day, pattern, locale=language.chosen())


def _digest(*parts: Any) -> str:
    return sha256(repr(parts).encode()).hexdigest()[:16]


def _texts(conn: Conn, runtime: Runtime, phone: str) -> list[PhoneText]:
    """Return all texts of a phone, newest first. Only those that it received contain codes."""
    languages: dict[int, str] = dict(
        conn.execute(
            "SELECT id, language FROM messages WHERE phone = %s AND direction = 'out'", (phone,)
        ).fetchall()
    )
    received = [
        PhoneText(each.id, False, each.at, each.text, each.segments, languages[each.id])
        for each in simulator.inbox(conn, runtime, phone)
    ]
    sent = [
        PhoneText(id_, True, at, body, count(body).segments, "und")
        for id_, at, body in conn.execute(
            "SELECT id, at, body FROM messages WHERE phone = %s AND direction = 'in'"
            " AND gateway = 'simulator' AND status = 'received' ORDER BY id DESC LIMIT %s",
            (phone, _MOST_SENT),
        ).fetchall()
    ]
    return sorted(received + sent, key=lambda text: text.id, reverse=True)


def _list(conn: Conn, phone: str, now: datetime) -> list[PhoneListLine]:
    """Return today's list of the postman with this telephone, in walking order."""
    with conn.cursor(row_factory=class_row(PhoneListLine)) as cursor:
        return cursor.execute(
            """
            SELECT i.id, i.serial, a.number, a.recipient_name, a.recipient_phone,
                   a.recipient_address, a.cod_amount, a.otp_required, i.state, i.remark,
                   i.approached_at IS NOT NULL AS approached,
                   EXISTS (SELECT FROM codes c WHERE c.article_id = a.id AND c.used_at IS NULL
                           AND c.dead_at IS NULL AND c.expires_at > %s) AS code_out,
                   a.door_only AS fraud
            FROM staff s JOIN delivery_lists l ON l.postman_id = s.id AND l.date = %s
            JOIN delivery_items i ON i.list_id = l.id JOIN articles a ON a.id = i.article_id
            WHERE s.phone = %s AND s.active ORDER BY i.serial
            """,
            (now, day_of(now), phone),
        ).fetchall()


def _name(conn: Conn, phone: str) -> str:
    row = conn.execute(
        "SELECT name FROM staff WHERE phone = %s AND active AND role = 'postman'", (phone,)
    ).fetchone()
    return row[0] if row else ""
