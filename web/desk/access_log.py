"""The access log, which says who looked at whose data, for the administrator."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, get_args

from flask import render_template, request
from markupsafe import Markup
from werkzeug.wrappers import Response

from india import calendar, signs
from india import phone as phones
from india.masks import veiled
from postal.people import access, log_reading
from postal.people.access import What
from postal.people.log_reading import LogFilter, Look
from web import given
from web.desk.room import desk, reader, route, runtime
from web.language import say
from web.replica import reading
from web.staff import navigation
from web.staff.tables import Cell, sheet

_ENDPOINT: Final = re.compile(r"[a-z]+\.[a-z_]+", re.ASCII)  # why somebody looked: the page alone
_AT_ONCE: Final = 200
_MOST_EXPORTED: Final = 50_000
_COLUMNS: Final = ("time", "who", "what", "access_shown", "phone", "article", "reason")


@route("/access-log", "access_log", methods=("GET", "POST"))
def access_log() -> str | Response:
    """Show the newest lines that fit the form, or send them as CSV. Telephones are in the body."""
    asked = request.form.get("phone", "").strip()
    phone = phones.e164(asked) if asked else None
    if asked and phone is None:
        return _page(LogFilter(), [], unreadable=True)
    kinds: dict[str, What] = {each: each for each in get_args(What)}
    wanted = LogFilter(
        staff_id=signs.bare(request.form.get("staff_id", "")) or None,
        phone=phone,
        what=kinds.get(request.form.get("what", "")),
        since=given.day(request.form, "since"),
        until=given.day(request.form, "until"),
    )
    if request.form.get("as") == "csv":
        return _exported(wanted)
    before = given.whole(request.form, "before")
    with reading() as conn:
        lines = log_reading.read(conn, wanted, _AT_ONCE + 1, before=before)
    return _page(wanted, lines)


@desk.app_template_filter()
def why_looked(reason: str) -> str | Markup:
    """Return the reason of a line: a page by what the bar calls it, others as they are, veiled."""
    if _ENDPOINT.fullmatch(reason) is None:
        return veiled(reason)
    word = navigation.word_of(reason)
    return say(word) if word else Markup("<code>{}</code>").format(reason)


def _page(wanted: LogFilter, lines: list[Look], *, unreadable: bool = False) -> str:
    return render_template(
        "desk/access_log.html",
        groups=log_reading.grouped(lines[:_AT_ONCE]),
        more=lines[_AT_ONCE - 1].id if len(lines) > _AT_ONCE else None,
        wanted=wanted,
        kinds=get_args(What),
        phone=request.form.get("phone", "").strip(),
        unreadable=unreadable,
    )


def _exported(wanted: LogFilter) -> Response:
    """Return the lines as CSV, and write down that they left."""
    with reading() as conn:
        lines = log_reading.read(conn, wanted, _MOST_EXPORTED + 1)
    shown, onlooker = lines[:_MOST_EXPORTED], reader()
    runtime().database.run(
        lambda conn: access.exported(conn, onlooker, len(shown), "the access log")
    )
    rows: list[tuple[Cell, ...]] = [tuple(say(column) for column in _COLUMNS), *_rows(shown)]
    if len(lines) > _MOST_EXPORTED:
        rows.append((say("access_log_cut", count=_MOST_EXPORTED),))
    return sheet("access-log.csv", rows)


def _rows(lines: list[Look]) -> Iterator[tuple[Cell, ...]]:
    for each in lines:
        yield (
            calendar.local(each.at).strftime("%Y-%m-%d %H:%M:%S"),
            _who(each),
            say(f"access_{each.what}"),
            "" if each.shown is None else each.shown,
            phones.masked(each.phone) if each.phone else "",
            each.article or "",
            each.reason or "",
        )


def _who(each: Look) -> str:
    parts = [
        say("access_by_software", name=each.token) if each.token else "",
        f"{each.name} ({each.staff_id})" if each.staff_id else "",
        say("access_by_operator", name=each.operator) if each.operator else "",
    ]
    return " ".join(filter(None, parts))
