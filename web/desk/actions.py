"""The actions of the desk on an article or a telephone, each with a reason that is recorded.

The conversation's own machine decides an action (`conversation/desk.py`); it leaves an event in the
feed and a line in the access log. Nobody at the desk sees a code, and no text is free.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, get_args

from flask import redirect, request, session, url_for
from werkzeug.wrappers import Response

from conversation import desk, dry_run
from conversation.desk import Intervened
from flows.events import HouseholdWish, SetWish
from flows.happenings import (
    CodeStopped,
    CodeWanted,
    Happening,
    RemarkJudged,
    Verdict,
)
from flows.possible import Hindrance
from flows.recipient.states import CODES
from india.calendar import day_of
from outbox.wake import SWEEP, ring, wake
from postal import herd
from postal.acts import handsets
from postal.articles import Article
from postal.people import access, roles, tongues
from postal.people.contacts import Contact
from settings import Language
from store import feed
from store.database import Conn
from store.refusals import Refusal
from web import given
from web.desk import seen
from web.desk.room import doer, route, runtime
from web.desk.subjects import article_within, may_warn, person_within
from web.language import say
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
WEEKDAYS: Final = frozenset("123456")  # Monday to Saturday


# ---- on an article -----------------------------------------------------------------------------


@route("/articles/<int:article>/send-code", "help_people", methods=("POST",))
def act_send_code(article: int) -> Response:
    """Send the code to its telephone once more; nobody at the desk sees it."""

    def act(conn: Conn, row: Article) -> Intervened:
        return desk.on_holder(runtime(), conn, row.id, CodeWanted(row.number), doer().proof)

    return _on_article(article, "send_code", act)


@route("/articles/<int:article>/stop-code", "help_people", methods=("POST",))
def act_stop_code(article: int) -> Response:
    return _on_article(article, "stop_code", lambda conn, row: _own(conn, CodeStopped(row.number)))


@route("/articles/<int:article>/confirm-remark", "judge_remark", methods=("POST",))
def act_confirm_remark(article: int) -> Response:
    return _judge(article, "confirm_remark", "confirmed")


@route("/articles/<int:article>/contest-remark", "judge_remark", methods=("POST",))
def act_contest_remark(article: int) -> Response:
    return _judge(article, "contest_remark", "contested")


@route("/articles/<int:article>/warn-herd", "warn_herd", methods=("POST",))
def act_warn_herd(article: int) -> Response:
    """Warn everybody with an article due today in the same PIN, where they are not many."""
    return _warn(article, "warn_herd", people=0)


@route("/articles/<int:article>/warn-many", "warn_many", methods=("POST",))
def act_warn_many(article: int) -> Response:
    """Warn more than 50 people; the page showed how many they are, and the text."""
    return _warn(article, "warn_many", given.whole(request.form, "seen") or 0)


def _warn(article: int, action: str, people: int) -> Response:
    def act(conn: Conn, row: Article) -> Intervened:
        if not may_warn(row):
            return Intervened(False, ())
        now = runtime().now()
        return Intervened(herd.start(conn, row.recipient_pin, day_of(now), now, people), ())

    return _on_article(article, action, act)


# ---- on a telephone ----------------------------------------------------------------------------


@route("/conversations/<int:conversation>/language", "help_people", methods=("POST",))
def act_language(conversation: int) -> Response:
    asked = request.form.get("language")
    language = next((each for each in LANGUAGES if each == asked), None)

    def act(conn: Conn, person: Contact) -> Intervened:
        if language is None:
            raise FormRefused("act_no_language")
        return desk.set_language(runtime(), conn, person.phone, language, doer().proof)

    return _on_phone(conversation, "language", act)


@route("/conversations/<int:conversation>/wish", "wish", methods=("POST",))
def act_wish(conversation: int) -> Response:
    """Change what a person wishes for all post; the telephone is told by an alarm."""
    asked = request.form.get("wish")
    wish = next((each for each in get_args(HouseholdWish) if each == asked), None)
    days = tuple(sorted(int(day) for day in set(request.form.getlist("day")) & WEEKDAYS))

    def act(conn: Conn, person: Contact) -> Intervened:
        if wish is None or (wish == "days" and not 0 < len(days) < len(WEEKDAYS)):
            raise FormRefused("household_days_wanted")
        event = SetWish(wish, days if wish == "days" else ())
        return desk.set_wish(runtime(), conn, person.phone, event, doer().proof)

    return _on_phone(conversation, "wish", act)


@route("/conversations/<int:conversation>/call-tongue", "help_people", methods=("POST",))
def act_call_tongue(conversation: int) -> Response:
    """Let a telephone be called in Bhojpuri, or as it is written to. Its texts stay."""
    asked = request.form.get("tongue")

    def act(conn: Conn, person: Contact) -> Intervened:
        if asked not in ("as_texts", "bho"):
            raise FormRefused("act_no_language")
        if asked == "bho":
            language = person.language or runtime().settings.default_language
            tongues.set_bhojpuri(conn, person.phone, language)
        else:
            tongues.set_as_texts(conn, person.phone)
        return Intervened(True, ())

    return _on_phone(conversation, "call_tongue", act)


@route("/conversations/<int:conversation>/block-phone", "help_people", methods=("POST",))
def act_block_phone(conversation: int) -> Response:
    """Block a postman's lost telephone at once, and tell his office."""

    def act(conn: Conn, person: Contact) -> Intervened:
        staff_id = postman(conn, person)
        handsets.block(conn, staff_id, runtime().now())
        return desk.phone_blocked(runtime(), conn, staff_id)

    return _on_phone(conversation, "block_phone", act)


# ---- what all have in common -------------------------------------------------------------------


def _judge(article: int, action: str, verdict: Verdict) -> Response:
    return _on_article(
        article, action, lambda conn, row: _own(conn, RemarkJudged(row.number, verdict))
    )


def _own(conn: Conn, event: Happening) -> Intervened:
    return desk.on_article(runtime(), conn, event, doer().proof)


def _on_article(id_: int, action: str, act: Callable[[Conn, Article], Intervened]) -> Response:
    def work(conn: Conn) -> ActionTold:
        row = article_within(conn, id_)
        seen.insist_article(conn, row)
        _insist_on_reason()
        done = act(conn, row)
        if done.done:
            _write_down(conn, action, article_id=row.id)
        return _told(conn, action, row, done)

    # The page of fraud warns as well, and shows there what came of it.
    there = action in ("warn_herd", "warn_many") and request.form.get("back") == "fraud"
    return _work(work, url_for("desk.fraud") if there else url_for("desk.article", article=id_))


def _on_phone(id_: int, action: str, act: Callable[[Conn, Contact], Intervened]) -> Response:
    def work(conn: Conn) -> ActionTold:
        person = person_within(conn, id_)
        seen.insist_person(person)
        _insist_on_reason()
        done = act(conn, person)
        if done.done:
            _write_down(conn, action, phone=person.phone)
        return ActionTold(f"{action}_done" if done.done else "act_not_now", done.texts)

    return _work(work, url_for("desk.conversation", conversation=id_))


@dataclass(frozen=True)
class ActionTold:
    """What the page says of an action. `word`: the sentence; `why`: what stood in its way.

    `texts`: ids of the messages that go out because of it.
    """

    word: str
    texts: tuple[int, ...] = ()
    why: Hindrance | None = None


def _told(conn: Conn, action: str, row: Article, done: Intervened) -> ActionTold:
    """Return what became of an action on an article, in true words: a text is not yet a code."""
    if action == "send_code":
        if any(template in CODES for template in done.said):
            return ActionTold("send_code_done", done.texts)
        why = dry_run.code(runtime(), conn, row.id, row.number)
        return ActionTold("send_code_not", done.texts, why or "as_it_is")
    if done.done:
        return ActionTold(f"{action}_done", done.texts)
    return ActionTold("act_not_because", (), _hindrance(conn, action, row))


def _hindrance(conn: Conn, action: str, row: Article) -> Hindrance:
    if action in ("warn_herd", "warn_many"):
        return "warned" if may_warn(row) else "other_pin"
    now = dry_run.of_article(runtime(), conn, row.id, row.number)
    found: Hindrance | None = getattr(now, action)
    return found or "as_it_is"


def _work(work: Callable[[Conn], ActionTold], back: str) -> Response:
    """Run `work` in a transaction and redirect to `back`, which shows the outcome."""
    try:
        became = runtime().database.run(work)
    except Refusal as refusal:
        tell(refusal)
    else:
        session["told"] = became.word
        session["told_values"] = {"why": say(f"hinder_{became.why}")} if became.why else {}
        session["texts"] = list(became.texts)
        wake(runtime().redis)
        ring(runtime().redis, SWEEP)
    return redirect(f"{back}#result")


def _insist_on_reason() -> None:
    if request.form.get("reason") not in REASONS:
        raise FormRefused("act_no_reason")


def _write_down(
    conn: Conn, action: str, *, article_id: int | None = None, phone: str | None = None
) -> None:
    by = doer()
    reason = request.form["reason"]
    note = typed_note()
    feed.append(
        conn,
        "desk_acted",
        article_id,
        by.at,
        {"action": action, "reason": reason, "by": by.known_as},
    )
    said = f"{action}, {reason}" + (f": {note}" if note else "")
    access.note(conn, by, "acted", article_id=article_id, phone=phone, reason=said)


def typed_note() -> str:
    """Return what the user adds to the reason."""
    return given.line(request.form, "note", _LONGEST_NOTE)


def postman(conn: Conn, person: Contact) -> str:
    """Return the staff id of a working postman. Raises `FormRefused` for anybody else."""
    if person.staff_id is None or roles.identify(conn, person.phone).postman_id is None:
        raise FormRefused("act_no_postman")
    return person.staff_id
