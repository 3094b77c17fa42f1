"""A postman's delivery slip: shown, printed from the browser, or as a PDF."""

from __future__ import annotations

from datetime import date
from functools import partial

from flask import abort, render_template
from werkzeug.wrappers import Response

from flows.number import last_digits
from india.calendar import day_of, long_day, moment
from india.money import printed_whole
from paper import slip as slips_on_paper
from paper import words
from paper.barcode import code128
from paper.content import LANGUAGES, Language, Slip
from paper.receipt import count_of
from postal.office import closing
from postal.office import slip as slips
from store.database import Conn
from store.keyring import Keyring
from web import language
from web.office.room import me, own_list, reader, route, runtime
from web.staff.printed import pdf_of
from web.staff.times import asked_day


@route("/lists/<int:id_>/slip", "deliver")
def slip(id_: int) -> str:
    """Show the slip of a list, in the language of the page."""
    spoken = _spoken()
    return render_template("office/slip.html", id_=id_, what=_read(id_), **_printing(spoken))


@route("/lists/<int:id_>/slip.pdf", "deliver")
def slip_pdf(id_: int) -> Response:
    """Return the slip as a PDF on A4. Query: `lang` (hi, en; default: that of the page)."""
    what = _read(id_)
    return pdf_of(slips_on_paper.slip(what, _spoken()), f"slip-{what.staff_id}-{what.day}")


@route("/slips", "deliver")
def slips_of_day() -> str:
    """Show the slips of all lists of a day (default: today), to be printed in one go."""
    asked, spoken = _day(), _spoken()
    return render_template("office/slips.html", asked=asked, all=_all(asked), **_printing(spoken))


@route("/slips.pdf", "deliver")
def slips_of_day_pdf() -> Response:
    """Return the slips of a day as one PDF on A4; 404 where no list went out."""
    asked = _day()
    return pdf_of(slips_on_paper.slips(_all(asked) or abort(404), _spoken()), f"slips-{asked}")


def _all(day: date) -> list[Slip]:
    """Return the slips of the user's office of a day, by beat, and note the access."""

    def look(conn: Conn) -> list[Slip]:
        lists = closing.of_day(conn, me().account.office_id, day)
        return [slips.read(conn, each.id, reader(), _keys()) for each in lists]

    return runtime().database.run(look)


def _day() -> date:
    return asked_day() or day_of(runtime().now())


def _printing(spoken: Language) -> dict[str, object]:
    """Return what the template of a slip says and draws with."""
    return {
        "spoken": spoken,
        "put": partial(words.say, spoken),
        "columns": tuple(slips_on_paper.COLUMNS),
        "remark": slips_on_paper.remark,
        "hints": slips_on_paper.hints,
        "last_digits": last_digits,
        "count_of": count_of,
        "code128": code128,
        "whole_rupees": printed_whole,
        "moment": moment,
        "day": long_day,
    }


def _read(id_: int) -> Slip:
    """Return the slip of a list of the user's office, and note the access."""

    def look(conn: Conn) -> Slip:
        own_list(conn, id_)
        return slips.read(conn, id_, reader(), _keys())

    return runtime().database.run(look)


def _keys() -> Keyring | None:
    """Return the keys of the three digits for doors without network, where there are such."""
    return runtime().keys if runtime().settings.offline_per_postman else None


def _spoken() -> Language:
    """Return the language of the page as a language of print."""
    chosen = language.chosen()
    return next(each for each in LANGUAGES if each == chosen)
