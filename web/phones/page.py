"""The page /phones: two basic phones on the simulator's real hook, for development and tests.

The page asks once a second what is new, with both telephone numbers in the body; the answer is
204 if nothing is. Texts go from the browser to POST /hooks/simulator/sms.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Any, Final

from babel.dates import format_date
from flask import Blueprint, abort, render_template, request
from werkzeug.wrappers import Response

from gateways.simulator.voice import numbers
from india import calendar
from india.calendar import day_of
from messages.segments import count
from runtime import Runtime
from settings import Settings
from store import wording
from store.database import Conn
from web import language
from web.callers import Caller, states
from web.loopback import insist_on_loopback
from web.phones import demo, fresh, lists, simulator
from web.phones.captions import SaidAs, caption
from web.running import runtime

phones = Blueprint("phones", __name__)
states(phones, Caller.DEVELOPMENT)
phones.after_request(language.remember)

_E164: Final = re.compile(r"\+[1-9][0-9]{6,14}", re.ASCII)
_MOST_SENT = 200
_LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)
_SIMULATED: Final = frozenset(("simulator", "simulator_voice"))
_SPOKEN_BY_SCREENS: Final = ("phone_", "key_", "tab_new", "again_")


@dataclass(frozen=True)
class PhoneText:
    """One text in a phone's memory. `mine`: sent from it. `language`: a BCP 47 tag.

    `caption`: what it says in the page's language; "" where it is in that. `code`: the code in it.
    """

    id: int
    mine: bool
    at: datetime
    body: str = field(repr=False)
    segments: int
    language: str
    caption: str = ""
    code: str = field(default="", repr=False)

    @property
    def clock(self) -> str:
        return calendar.local(self.at).strftime("%H:%M")

    @property
    def day(self) -> str:
        return _shown(calendar.local(self.at), "d MMM")


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
    words = language.words(language.chosen())
    spoken = {key: text for key, text in words.items() if key.startswith(_SPOKEN_BY_SCREENS)}
    return render_template(
        "phones.html",
        people=people,
        spoken=spoken,
        story={key: text for key, text in words.items() if key.startswith("story_")},
        numbers=_numbers(runtime().settings),
        may_act=may_act(runtime().settings),
    )


def may_act(settings: Settings) -> bool:
    """Tell whether the simulated carrier is the only one, so that nothing reaches a real phone."""
    return _SIMULATED.issuperset(settings.carriers)


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
    since = fresh.began(here) or _LONG_AGO
    with here.database.transaction() as conn:
        for side, phone in owners.items():
            call = simulator.ringing(conn, phone, here.now())
            version = _version(conn, phone, call, since)
            if version != request.form.get(f"{side}_version"):
                texts = _texts(conn, here, phone, since)
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
        lines = lists.of_today(conn, owners["postman"], here.now(), since)
        closed = lists.closed(conn, owners["postman"], here.now())
        version = _digest(language.chosen(), lines, closed)
        if version != request.form.get("list_version"):
            fragments.append(
                render_template(
                    "phones/list.html",
                    phone=owners["postman"],
                    version=version,
                    lines=lines,
                    closed=closed,
                    name=_name(conn, owners["postman"]),
                    shown=_shown,
                    day=day_of(here.now()),
                )
            )
    return Response("".join(fragments), 200 if fragments else 204, mimetype="text/html")


def _numbers(settings: Settings) -> list[dict[str, str]]:
    """Return the numbers that take a missed call, for the page's script."""
    return [{"number": number, "says": says} for number, says in numbers(settings).items()]


def _version(conn: Conn, phone: str, call: str, since: datetime) -> str:
    """Return a digest that changes with every text to or from this phone, and with its call."""
    row = conn.execute(
        "SELECT count(*), max(id) FROM messages WHERE phone = %s AND gateway = 'simulator'"
        " AND status IN ('sent', 'delivered', 'received')",
        (phone,),
    ).fetchone()
    return _digest(language.chosen(), phone, row, call, since)


def _shown(day: date, pattern: str) -> str:
    return format_date(day, pattern, locale=language.chosen())


def _digest(*parts: Any) -> str:
    return sha256(repr(parts).encode()).hexdigest()[:16]


def _texts(conn: Conn, runtime: Runtime, phone: str, since: datetime) -> list[PhoneText]:
    """Return all texts of a phone, newest first. Only those that it received contain codes."""
    made: dict[int, SaidAs] = {
        id_: SaidAs(template, spoken, wording.values_of(variables, said))
        for id_, template, spoken, variables, said in conn.execute(
            "SELECT id, template, language, variables, said FROM messages"
            " WHERE phone = %s AND direction = 'out' AND at >= %s",
            (phone, since),
        ).fetchall()
    }
    tongue = language.chosen()
    received = [
        PhoneText(
            each.id,
            False,
            each.at,
            each.text,
            each.segments,
            made[each.id].language,
            caption(made[each.id], tongue),
            each.code,
        )
        for each in simulator.inbox(conn, runtime, phone)
        if each.id in made
    ]
    sent = [
        PhoneText(id_, True, at, body, count(body).segments, "und")
        for id_, at, body in conn.execute(
            "SELECT id, at, body FROM messages WHERE phone = %s AND direction = 'in'"
            " AND gateway = 'simulator' AND status = 'received' AND at >= %s"
            " ORDER BY id DESC LIMIT %s",
            (phone, since, _MOST_SENT),
        ).fetchall()
    ]
    return sorted(received + sent, key=lambda text: text.id, reverse=True)


def _name(conn: Conn, phone: str) -> str:
    row = conn.execute(
        "SELECT name FROM staff WHERE phone = %s AND active AND role = 'postman'", (phone,)
    ).fetchone()
    return row[0] if row else ""
