"""The pages of imports: files of articles and lists, uploaded, checked, imported."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Final

from flask import Response as Page
from flask import abort, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from werkzeug.wrappers import Response

from imports import file_rows, register
from imports.columns import COLUMNS, heading, unused
from imports.file_rows import Line
from imports.importer import ring_importer
from imports.register import UNDER_WAY, Import
from postal.people import access
from postal.privacy import kept
from store.database import Conn
from web import given, language
from web.office.import_view import bad_rows_of, first_rows, minutes_left
from web.office.room import (
    doer,
    live_route,
    me,
    office,
    office_seen,
    reader,
    route,
    runtime,
    within,
)
from web.staff import night
from web.staff.htmx import load
from web.staff.import_words import bad_rows_head, bad_rows_part
from web.staff.refusals import attempt
from web.staff.tables import sheet

FREQUENT: Final = 20  # rows with the same telephone from which the page asks if that is right
_SHOWN: Final = 50
_LISTS: Final = 40
_AT_ONCE: Final = 1_000
_FORM_BYTES: Final = 64 * 1024  # of the form around the file


@office.before_app_request
def allow_a_file() -> None:
    """Allow a larger request body, for staff who may upload, and only on that route.

    It runs before the check against forged requests, which reads the form.
    """
    if request.endpoint != "office.receive_import" or request.method != "POST":
        return
    if current_user.is_authenticated and me().sign_in.proved and me().may(request.endpoint):
        request.max_content_length = runtime().settings.import_megabytes * 2**20 + _FORM_BYTES


@route("/imports", "import")
def imports() -> str:
    """Show the files so far, and the form for another one."""
    office_id = office_seen()
    with runtime().database.transaction() as conn:
        newest = register.newest(conn, office_id, _LISTS)
    return render_template(
        "office/imports.html", newest=newest, megabytes=runtime().settings.import_megabytes
    )


@route("/imports", "import", methods=("POST",))
def receive_import() -> Response:
    """Receive a file; the same one twice at once is one import."""
    file = request.files.get("file")
    if file is None or not file.filename:
        session["told"] = "import_no_file"
        return redirect(url_for("office.imports"))
    content, name = file.read(), file.filename

    def work(conn: Conn) -> Import:
        by = replace(doer(), office=office_seen())
        found = register.receive(conn, content, name, by)
        _note(conn, "acted", found, "uploaded")
        return found

    found = runtime().database.run(work)
    ring_importer(runtime())
    return redirect(url_for("office.one_import", id_=found.id))


@route("/imports/template-<kind>.csv", "import")
def import_template(kind: str) -> Page:
    """Return an empty file with the right header, in the language of the pages."""
    known = next((each for each in COLUMNS if each == kind), None)
    if known is None:
        abort(404)
    return sheet(f"dakiya-{kind}.csv", [heading(known, language.chosen())])


@route("/imports/<int:id_>", "import")
def one_import(id_: int) -> str:
    """Show the content of a file, its faults, and the progress of its import."""
    after = given.whole(request.args, "after", 2**31 - 1) or 0

    def look(conn: Conn) -> str:
        found = _mine(conn, id_)
        upto = Line(after, _SHOWN + 1)
        bad = file_rows.look(conn, found, ("bad",), upto, reader())
        checked = found.state == "checked"
        good = file_rows.look(conn, found, ("good",), Line(0, 5), reader()) if checked else []
        default = runtime().settings.default_language
        return render_template(
            "office/import.html",
            found=found,
            under_way=found.state in UNDER_WAY,
            minutes=minutes_left(found, runtime().now()),
            unused=unused(found.header, found.columns),
            earlier=register.earlier(conn, found) if checked else None,
            frequent=file_rows.frequent(conn, found, FREQUENT) if checked else [],
            bad=bad_rows_of(found, bad[:_SHOWN], language.chosen()),
            more=bad[_SHOWN - 1].line if len(bad) > _SHOWN else None,
            bad_lists=file_rows.bad_lists(conn, id_) if found.kind == "lists" else [],
            first=first_rows(found, good, default),
            kept_days=kept.KEEP_IMPORTS // timedelta(days=1),
        )

    return runtime().database.run(look)


@live_route("/imports/<int:id_>/progress", "import")
def import_progress(id_: int) -> Page:
    """Show the progress of an import; when its state changes, the whole page is loaded."""
    with runtime().database.transaction() as conn:
        found = _mine(conn, id_)
    if found.state != request.form.get("state"):
        return load(url_for("office.one_import", id_=id_))
    minutes = minutes_left(found, runtime().now())
    return Page(render_template("office/import_progress.html", found=found, minutes=minutes))


@route("/imports/<int:id_>/start", "import", methods=("POST",))
def start_import(id_: int) -> ResponseReturnValue:
    """Start the import of the good rows; the form says how many are left out."""
    agreed = given.whole(request.form, "left_out")
    left_out = -1 if agreed is None else agreed
    with runtime().database.transaction() as conn:
        good = _mine(conn, id_).good
    if (asked := night.ask(good)) is not None:
        return asked

    def work(conn: Conn) -> str:
        found = _mine(conn, id_)
        register.start(conn, id_, left_out, runtime().now())
        _note(conn, "acted", found, f"started, {left_out} rows left out")
        return "import_started_done"

    attempt(work)
    ring_importer(runtime())
    return redirect(url_for("office.one_import", id_=id_))


@route("/imports/<int:id_>/cancel", "import", methods=("POST",))
def cancel_import(id_: int) -> Response:
    """Cancel the import; what was imported stays."""

    def work(conn: Conn) -> str:
        found = _mine(conn, id_)
        register.cancel(conn, id_, runtime().now())
        _note(conn, "acted", found, "cancelled")
        return "import_cancelled_done"

    attempt(work)
    return redirect(url_for("office.one_import", id_=id_))


@route("/imports/<int:id_>/bad-rows.csv", "import")
def import_bad_rows(id_: int) -> Page:
    """Return the rows that are not imported, as the file has them, with the reasons."""
    chosen = language.chosen()

    def work(conn: Conn) -> str:
        found = _mine(conn, id_)
        parts, after = [bad_rows_head(found, chosen)], 0
        while some := file_rows.export(
            conn, found, ("bad", "held"), Line(after, _AT_ONCE), reader()
        ):
            parts.append(bad_rows_part(found, some, chosen))
            after = some[-1].line
        return "".join(parts)

    return _csv(runtime().database.run(work), f"dakiya-import-{id_}-bad-rows.csv")


def _mine(conn: Conn, id_: int) -> Import:
    found = register.get(conn, id_)
    within(found.office_id)
    return found


def _note(conn: Conn, what: access.What, found: Import, did: str) -> None:
    access.note(conn, doer(), what, reason=f"import {found.id}: {did}")


def _csv(text: str, name: str) -> Page:
    answer = Page(text, mimetype="text/csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
