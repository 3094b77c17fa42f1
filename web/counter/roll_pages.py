"""The pages of a clerk's rolls of labels, entered by scanning the first and the last label."""

from __future__ import annotations

from flask import redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from flows.number import WrongCheckDigit
from postal.counter import rolls
from store.database import Conn
from store.refusals import Refusal
from web.counter.room import doer, me, route, runtime
from web.staff.refusals import word_of

_LONGEST = 64


@route("/rolls", "book", methods=("GET", "POST"))
def number_rolls() -> str | Response | tuple[str, int]:
    """Show this clerk's rolls, and add one more."""
    first = request.form.get("first", "")[:_LONGEST].strip()
    last = request.form.get("last", "")[:_LONGEST].strip()
    refused = None
    if request.method == "POST":

        def work(conn: Conn) -> int:
            return rolls.add(conn, first, last, doer()).left

        try:
            labels = runtime().database.run(work)
        except Refusal as refusal:
            refused = word_of(refusal)
        except WrongCheckDigit:
            refused = "book_roll_check"
        except ValueError:
            refused = "book_roll_wrong"
        else:
            session["told"], session["told_values"] = "book_roll_done", {"count": labels}
            return redirect(url_for("counter.number_rolls"))
    with runtime().database.transaction() as conn:
        mine = rolls.of_clerk(conn, me().account.id)
    page = render_template(
        "counter/rolls.html", rolls=mine, refused=refused, first=first, last=last
    )
    return (page, 422) if refused else page
