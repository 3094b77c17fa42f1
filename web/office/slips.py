"""A postman's delivery slip: shown, printed from the browser, or as a PDF."""

from __future__ import annotations

from functools import partial

from flask import render_template
from werkzeug.wrappers import Response

from flows import remarks
from flows.number import last_digits
from india.calendar import long_day, moment
from india.money import printed_whole
from paper import slip as slips_on_paper
from paper import words
from paper.barcode import code128
from paper.content import LANGUAGES, Language, Slip
from paper.receipt import count_of
from postal.office import slip as slips
from store.database import Conn
from web import language
from web.office.room import own_list, reader, route, runtime
from web.staff.printed import pdf_of


@route("/lists/<int:id_>/slip", "deliver")
def slip(id_: int) -> str:
    """Show the slip of a list, in the language of the page."""
    spoken = _spoken()
    return render_template(
        "office/slip.html",
        id_=id_,
        what=_read(id_),
        spoken=spoken,
        put=partial(words.say, spoken),
        columns=tuple(slips_on_paper.COLUMNS),
        remarks=tuple(remarks.BY_CODE),
        remark=slips_on_paper.remark,
        last_digits=last_digits,
        count_of=count_of,
        code128=code128,
        whole_rupees=printed_whole,
        moment=moment,
        day=long_day,
    )


@route("/lists/<int:id_>/slip.pdf", "deliver")
def slip_pdf(id_: int) -> Response:
    """Return the slip as a PDF on A4. Query: `lang` (hi, en; default: that of the page)."""
    what = _read(id_)
    return pdf_of(slips_on_paper.slip(what, _spoken()), f"slip-{what.staff_id}-{what.day}")


def _read(id_: int) -> Slip:
    """Return the slip of a list of the user's office, and note the access."""

    def look(conn: Conn) -> Slip:
        own_list(conn, id_)
        return slips.read(conn, id_, reader())

    return runtime().database.run(look)


def _spoken() -> Language:
    """Return the language of the page as a language of print."""
    chosen = language.chosen()
    return next(each for each in LANGUAGES if each == chosen)
