"""The actions of the desk on an article or a telephone, each with a reason that is recorded.

The conversation's own machine decides an action (`conversation/desk.py`); it leaves an event in the
feed and a line in the access log. Nobody at the desk sees a code, and no text is free.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from flask import abort, redirect, request, session, url_for
from werkzeug.wrappers import Response

from conversation import desk
from conversation.desk import Intervened
from flows.happenings import (
    CodeStopped,
    CodeWanted,
    DestinationMoved,
    Happening,
    NumberCorrected,
    RemarkJudged,
    Reopened,
    Verdict,
)
from india import phone as phones
from india.calendar import day_of
from outbox.wake import SWEEP, ring, wake
from postal import articles, herd
from postal.acts import handsets
from postal.articles import Article
from postal.people import access, contacts, pins, roles
from postal.people.contacts import Contact
from settings import Language
from store import feed
from store.database import Conn
from store.refusals import Refusal
from web.desk.room import HELPERS, JUDGES, doer, reader, route, runtime
from web.staff.refusals import FormRefused, tell

REASONS: Final = (
    "person_asked",
    "wrong_entry",
    "suspected_fraud",
    "lost_phone",
    "text_missing",
    "checked_at_office",
    "other",
)
LANGUAGES: Final[tuple[Language, ...]] = ("hi", "hi-Latn", "en")
_LONGEST_NOTE: Final = 200


# ---- on an article -----------------------------------------------------------------------------


@route("/articles/<int:article>/send-code", HELPERS, methods=("POST",))
def act_send_code(article: int) -> Response:
    """Send the code to its telephone once more; nobody at the desk sees it."""

    def act(conn: Conn, row: Article) -> Intervened:
        return desk.on_holder(runtime(), conn, row.id, CodeWanted(row.number))

    return _on_article(article, "send_code", act)


@route("/articles/<int:article>/stop-code", HELPERS, methods=("POST",))
def act_stop_code(article: int) -> Response:
    return _on_article(article, "stop_code", lambda conn, row: _own(conn, CodeStopped(row.number)))


@route("/articles/<int:article>/move-destination", JUDGES, methods=("POST",))
def act_move_destination(article: int) -> Response:
    """Ask another telephone to take the article; after it agrees, the code goes there."""

    def act(conn: Conn, row: Article) -> Intervened:
        event = DestinationMoved(row.number, _new_phone(conn))
        return desk.on_recipient(runtime(), conn, row.id, event)

    return _on_article(article, "move_destination", act)


@route("/articles/<int:article>/correct-number", JUDGES, methods=("POST",))
def act_correct_number(article: int) -> Response:
    def act(conn: Conn, row: Article) -> Intervened:
        return _own(conn, NumberCorrected(row.number, _new_phone(conn)))

    return _on_article(article, "correct_number", act)


@route("/articles/<int:article>/confirm-remark", JUDGES, methods=("POST",))
def act_confirm_remark(article: int) -> Response:
    return _judge(article, "confirm_remark", "confirmed")


@route("/articles/<int:article>/contest-remark", JUDGES, methods=("POST",))
def act_contest_remark(article: int) -> Response:
    return _judge(article, "contest_remark", "contested")


@route("/articles/<int:article>/reopen", JUDGES, methods=("POST",))
def act_reopen(article: int) -> Response:
    """Schedule another visit, on the next morning's list."""
    return _on_article(article, "reopen", lambda conn, row: _own(conn, Reopened(row.number)))


@route("/articles/<int:article>/warn-herd", JUDGES, methods=("POST",))
def act_warn_herd(article: int) -> Response:
    """Warn everybody with an article due today in the same PIN."""

    def act(conn: Conn, row: Article) -> Intervened:
        now = runtime().now()
        return Intervened(herd.start(conn, row.recipient_pin, day_of(now), now), ())

    return _on_article(article, "warn_herd", act)


# ---- on a telephone ----------------------------------------------------------------------------


@route("/conversations/<int:conversation>/language", HELPERS, methods=("POST",))
def act_language(conversation: int) -> Response:
    asked = request.form.get("language")
    language = next((each for each in LANGUAGES if each == asked), None)

    def act(conn: Conn, person: Contact) -> Intervened:
        if language is None:
            raise FormRefused("act_no_language")
        return desk.set_language(runtime(), conn, person.phone, language)

    return _on_phone(conversation, "language", act)


@route("/conversations/<int:conversation>/block-phone", HELPERS, methods=("POST",))
def act_block_phone(conversation: int) -> Response:
    """Block a postman's lost telephone at once, and tell his office."""

    def act(conn: Conn, person: Contact) -> Intervened:
        staff_id = _postman(conn, person)
        handsets.block(conn, staff_id, runtime().now())
        desk.phone_blocked(runtime(), conn, staff_id)
        return Intervened(True, ())

    return _on_phone(conversation, "block_phone", act)


@route("/conversations/<int:conversation>/reset-pin", ("postmaster",), methods=("POST",))
def act_reset_pin(conversation: int) -> Response:
    """Set a new PIN, which the postman, who is present, types himself; his telephone is told."""
    pin, again = request.form.get("pin", ""), request.form.get("again", "")

    def act(conn: Conn, person: Contact) -> Intervened:
        staff_id = _postman(conn, person)
        if pin != again:
            raise FormRefused("act_pins_differ")
        pins.set_pin(conn, staff_id, pin)
        return desk.pin_changed(runtime(), conn, person.phone)

    return _on_phone(conversation, "reset_pin", act)


# ---- what all have in common -------------------------------------------------------------------


def _judge(article: int, action: str, verdict: Verdict) -> Response:
    return _on_article(
        article, action, lambda conn, row: _own(conn, RemarkJudged(row.number, verdict))
    )


def _own(conn: Conn, event: Happening) -> Intervened:
    return desk.on_article(runtime(), conn, event)


def _on_article(id_: int, action: str, act: Callable[[Conn, Article], Intervened]) -> Response:
    def work(conn: Conn) -> Intervened:
        row = articles.look_by_id(conn, id_, reader())
        if row is None:
            abort(404)
        done = act(conn, row)
        if done.done:
            _write_down(conn, action, article_id=row.id)
        return done

    return _work(work, url_for("desk.article", article=id_))


def _on_phone(id_: int, action: str, act: Callable[[Conn, Contact], Intervened]) -> Response:
    def work(conn: Conn) -> Intervened:
        person = contacts.get(conn, id_, reader())
        if person is None:
            abort(404)
        done = act(conn, person)
        if done.done:
            _write_down(conn, action, phone=person.phone)
        return done

    return _work(work, url_for("desk.conversation", conversation=id_))


def _work(work: Callable[[Conn], Intervened], back: str) -> Response:
    """Run `work` in a transaction and redirect to `back`, which shows the outcome."""
    if request.form.get("reason") not in REASONS:
        session["told"] = "act_no_reason"
        return redirect(back)
    try:
        done = runtime().database.run(work)
    except Refusal as refusal:
        tell(refusal)
    else:
        session["told"] = "act_done" if done.done else "act_not_now"
        session["said"] = list(dict.fromkeys(done.said))
        wake(runtime().redis)
        ring(runtime().redis, SWEEP)
    return redirect(back)


def _write_down(
    conn: Conn, action: str, *, article_id: int | None = None, phone: str | None = None
) -> None:
    by = doer()
    reason = request.form["reason"]
    note = " ".join(request.form.get("note", "").split())[:_LONGEST_NOTE]
    feed.append(
        conn,
        "desk_acted",
        article_id,
        by.at,
        {"action": action, "reason": reason, "by": by.known_as},
    )
    said = f"{action}, {reason}" + (f": {note}" if note else "")
    access.note(conn, by, "acted", article_id=article_id, phone=phone, reason=said)


def _new_phone(conn: Conn) -> str:
    """Return the typed telephone. Raises `FormRefused` for none, and for one of the staff."""
    try:
        phone = phones.read(request.form.get("phone", ""))
    except ValueError:
        raise FormRefused("phone_wrong") from None
    if roles.is_staff(conn, phone):
        raise FormRefused("act_staff_phone")
    return phone


def _postman(conn: Conn, person: Contact) -> str:
    if person.staff_id is None or roles.identify(conn, person.phone).postman_id is None:
        raise FormRefused("act_no_postman")
    return person.staff_id
