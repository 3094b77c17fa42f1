"""What a text that came is read as, and why; and a word to whoever teaches the reading."""

from __future__ import annotations

from dataclasses import dataclass

from flask import abort, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from flows.events import Event
from flows.replay.reading import ReadingShown, reading_of, told
from postal.desk import misread, timeline
from postal.desk.timeline import TimelineText
from postal.people import access, roles
from store.database import Conn
from web.desk.room import desk, doer, reader, route, runtime
from web.desk.subjects import conversation_within


@dataclass(frozen=True)
class TextView:
    """A text that came, as the desk shows its reading. `reading` None: its words are purged."""

    text: TimelineText
    reading: ReadingShown | None
    filed: bool


@route("/texts/<int:text>", "find")
def text_page(text: int) -> str:
    """Show how today's rules read a text: in the timeline's page, or where its link is opened."""

    def look(conn: Conn) -> TextView:
        found = _text_within(conn, text)
        access.look(conn, reader(), "opened", phone=found.phone, about=f"text {text}")
        return view_of(conn, found)

    part = "HX-Request" in request.headers
    page = "desk/text.html" if part else "desk/text_page.html"
    return render_template(page, each=runtime().database.run(look))


@route("/texts/<int:text>/misread", "find", methods=("POST",))
def act_misread(text: int) -> Response:
    """Put the text on the list of what was read wrongly (`flask corpus export`)."""

    def work(conn: Conn) -> TimelineText:
        found = _text_within(conn, text)
        misread.file(conn, text, found.phone, doer())
        return found

    found = runtime().database.run(work)
    session["told"] = "misread_done"
    with runtime().database.transaction() as conn:
        row = conn.execute(
            "SELECT min(id) FROM conversations WHERE whose = %s", [found.phone]
        ).fetchone()
    if row is None or row[0] is None:
        return redirect(url_for("desk.home"))
    return redirect(url_for("desk.conversation", conversation=row[0]))


def view_of(conn: Conn, text: TimelineText, machine: str | None = None) -> TextView:
    """Return the reading of a text; `machine`: whose conversation took it, where that is known."""
    reading = None
    if text.purged_at is None and text.channel == "text":
        role = machine or _role(conn, text)
        reading = reading_of(role, text.body, runtime().settings.code_length)
    return TextView(text, reading, misread.is_filed(conn, text.id))


def _role(conn: Conn, text: TimelineText) -> str:
    """Return the machine that took the text, else the first role of its telephone."""
    row = conn.execute(
        "SELECT c.machine FROM sprints s JOIN conversations c ON c.id = s.conversation_id"
        " WHERE s.message_id = %s ORDER BY s.id LIMIT 1",
        [text.id],
    ).fetchone()
    if row is not None:
        return str(row[0])
    return roles.identify(conn, text.phone).roles[0] if text.phone else "stranger"


def _text_within(conn: Conn, id_: int) -> TimelineText:
    """Return a text that came from a telephone that concerns the user's office; else 404."""
    found = next(iter(timeline.texts(conn, [id_])), None)
    if found is None or found.direction != "in" or found.phone is None:
        abort(404)
    conversation_within(conn, found.phone)
    return found


@desk.app_template_filter()
def told_event(event: Event) -> str:
    """Return an event in one line, as `flask messages understand` prints it."""
    return told(event)
