"""The pages of a clerk's rolls of labels, entered by scanning the first and the last label."""

from __future__ import annotations

from flask import redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from flows.number import WrongCheckDigit, read
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
    wrong: dict[str, str] = {}
    if request.method == "POST":
        wrong = {
            name: word for name, word in (("first", _wrong(first)), ("last", _wrong(last))) if word
        }
    if request.method == "POST" and not wrong:

        def work(conn: Conn) -> int:
            return rolls.add(conn, first, last, doer()).left

        try:
            labels = runtime().database.run(work)
        except Refusal as refusal:
            wrong = {refusal.field or "first": word_of(refusal)}
        else:
            session["told"], session["told_values"] = "book_roll_done", {"count": labels}
            return redirect(url_for("counter.number_rolls"))
    with runtime().database.transaction() as conn:
        mine = rolls.of_clerk(conn, me().account.id)
    page = render_template("counter/rolls.html", rolls=mine, wrong=wrong, first=first, last=last)
    return (page, 422) if wrong else page


def _wrong(label: str) -> str | None:
    """Return the word for what is wrong with the number of one label."""
    try:
        read(label)
    except WrongCheckDigit:
        return "book_roll_check"
    except ValueError:
        return "book_roll_wrong"
    return None
