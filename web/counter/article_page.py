"""The form of one article, and the notes beside its fields while it is typed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import render_template, request

from india.calendar import day_of
from india.promises import PROMISES
from postal.counter import groups, tariff
from postal.counter.counter_days import CounterDay
from postal.counter.groups import Group, UnknownGroup
from web import given
from web.counter.fields import FieldNote
from web.counter.reading import SERVICES, WITHOUT, Desk, Reading, read_article, read_sender
from web.counter.room import me, route, runtime
from web.counter.typed import LANGUAGES, TypedArticle, TypedSender, article_of, sender_of


@dataclass(frozen=True)
class Form:
    """A form to `action`. `sender`: None if the booking has one; `group`: that booking.

    `waiting`: the bookings of this counter that are not finished. `rolls`: whether the clerk has a
    roll of labels.
    """

    action: str
    typed: TypedArticle
    reading: Reading
    sender: TypedSender | None
    sender_notes: Mapping[str, FieldNote]
    waiting: Sequence[Group]
    day: CounterDay
    group: Group | None = None
    rolls: bool = True

    @property
    def title(self) -> str:
        """Return the key of its title."""
        if self.typed.changing:
            return "book_title_change"
        return "book_title_more" if self.sender is None else "book_title_first"


def form_page(form: Form) -> str:
    """Return the page with the form, each error beside its field."""
    notes = {**form.reading.notes, **form.sender_notes}
    wrong = [name for name, note in notes.items() if note.tone == "wrong"]
    edition = tariff.edition_on(day_of(runtime().now()))
    return render_template(
        "counter/article.html",
        form=form,
        notes=notes,
        focus=wrong[0] if wrong else "number",
        services=SERVICES,
        sold=edition.services,
        fees=edition.fees,
        without=WITHOUT,
        promises=PROMISES,
        spoken=LANGUAGES,
    )


@route("/check", "book", methods=("POST",))
def check() -> str:
    """Show the notes beside the fields, and the price, of what is typed so far."""
    typed = article_of(request.form)
    with runtime().database.transaction() as conn:
        group = None
        if (id_ := given.whole(request.form, "group")) is not None:
            try:
                found = groups.get(conn, id_)
            except UnknownGroup:
                pass
            else:
                group = found if found.office_id == me().account.office_id else None
        from_whom = sender_of(request.form)
        desk = Desk(me().account.office_pin, day_of(runtime().now()), group, from_whom)
        reading = read_article(conn, desk, typed)
        sender = read_sender(conn, from_whom)
    return render_template(
        "counter/checked.html", reading=reading, notes={**reading.notes, **sender.notes}
    )
