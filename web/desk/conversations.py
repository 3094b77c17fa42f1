"""The timeline of a telephone or of an article, paged both ways, live while open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import Final

from flask import render_template, request, url_for
from werkzeug.wrappers import Response

from conversation import dry_run
from flows.possible import Hindrance
from flows.trust import MOST_WARNED
from india import digipin
from india.calendar import day_of
from messages.catalogue import LANGUAGES, catalogue
from postal import articles, herd, households, moves, promises
from postal.articles import Article
from postal.desk import search, sprints, timeline
from postal.desk.search import FoundTicket
from postal.desk.timeline import Page as Entries
from postal.desk.timeline_keys import Cursor, Scope, of_article, of_phone
from postal.herd import TEXT
from postal.households import KnownHousehold
from postal.moves import MoveMade
from postal.people import contacts, numbers
from postal.people.contacts import Contact
from postal.people.numbers import KnownNumber
from postal.promises import Promised
from store.database import Conn
from web import given
from web.desk import seen
from web.desk.answers import ArticleAnswer, answer
from web.desk.room import live_route, me, reader, route, runtime
from web.desk.sprints import differs_today
from web.desk.subjects import article_within, is_own, may_warn, person_revealed, person_shown
from web.staff.rooms import office_seen

SHORTEST_REASON: Final = 5
_LONGEST_REASON: Final = 200
Page = str | Response | tuple[str, int]


@dataclass(frozen=True)
class TimelineView:
    """What a page of a timeline shows. `live`: it is the newest page, which asks for news."""

    entries: Entries
    pending: list[timeline.Pending]
    differing: list[int]  # sprints that today's code would answer otherwise
    tickets: list[FoundTicket]
    live: bool
    partly: bool  # what concerns other offices alone is left out

    @property
    def version(self) -> str:
        """Return a digest that changes with anything that is shown."""
        shown = repr((self.entries, self.pending, self.tickets))
        return sha256(shown.encode()).hexdigest()[:16]


@dataclass(frozen=True)
class PersonPage:
    """What the page of a telephone shows. `answer`: None for whoever receives nothing.

    `own`: it has to do with the user's office; else it is only to be called.
    """

    person: Contact
    answer: ArticleAnswer | None
    timeline: TimelineView
    number: KnownNumber
    household: KnownHousehold | None
    own: bool


@dataclass(frozen=True)
class ArticlePage:
    """What the page of an article shows. `around`: whom a warning in its PIN would reach now.

    `hindrances`: by action, what stands in its way now; an action that is not in it can be done.
    """

    article: Article
    parties: list[contacts.Party]
    moves: list[MoveMade]
    around: int
    hindrances: Mapping[str, Hindrance]
    answer: ArticleAnswer
    timeline: TimelineView
    promised: Promised
    seen: str  # the mark of what its actions depend on


@route("/conversations/<int:conversation>", "find")
def conversation(conversation: int) -> Page:
    """Show all that the person of this telephone saw and wrote."""

    page = runtime().database.run(lambda conn: _person(conn, person_shown(conn, conversation)))
    return _person_page(page, revealed=False)


@route("/conversations/<int:conversation>/whole-number", "find", methods=("POST",))
def reveal(conversation: int) -> Page:
    """Show the same with the whole number, against a reason, which is recorded."""
    reason = given.line(request.form, "reason", _LONGEST_REASON)
    enough = len(reason) >= SHORTEST_REASON

    def look(conn: Conn) -> PersonPage:
        if enough:
            return _person(conn, person_revealed(conn, conversation, reason))
        return _person(conn, person_shown(conn, conversation))

    page = _person_page(runtime().database.run(look), revealed=enough)
    return page if enough else (page, 422)


@live_route("/conversations/<int:conversation>/news", "find")
def conversation_news(conversation: int) -> Page:
    """Return the timeline if it has changed since the page; else 204."""
    with runtime().database.transaction() as conn:
        person = person_shown(conn, conversation)
        view = _view(conn, of_phone(conn, person.phone, office_seen()))
    return _news(view, url_for("desk.conversation_news", conversation=conversation))


@route("/articles/<int:article>", "find")
def article(article: int) -> Page:
    """Show all that was said and done about one article."""

    def look(conn: Conn) -> ArticlePage:
        row = article_within(conn, article)
        around = herd.people(conn, row.recipient_pin, day_of(runtime().now()))
        return ArticlePage(
            row,
            contacts.of_article(conn, row.id, reader()),
            moves.of_article(conn, row.id),
            around,
            _hindrances(conn, row, around),
            answer(conn, row),
            _view(conn, of_article(row.id, row.number)),
            promises.of_article(conn, row.id, row.due_by, runtime().now()),
            seen.of_article(conn, row),
        )

    page = runtime().database.run(look)
    return render_template(
        "desk/article.html",
        article=page.article,
        parties=page.parties,
        moves=page.moves,
        around=page.around,
        hindrances=page.hindrances,
        answer=page.answer,
        many=page.around > MOST_WARNED,
        herd_texts={language: catalogue().text(TEXT, language) for language in LANGUAGES},
        timeline=page.timeline,
        promised=page.promised,
        digipin=digipin.shown(page.article.digipin) if page.article.digipin else "",
        seen=page.seen,
        here=url_for("desk.article", article=article),
        news=url_for("desk.article_news", article=article),
    )


def _hindrances(conn: Conn, row: Article, around: int) -> dict[str, Hindrance]:
    """Return what cannot be done now and why, asked of the machines in a dry run."""
    now: dict[str, Hindrance | None] = asdict(
        dry_run.of_article(runtime(), conn, row.id, row.number)
    )
    if not may_warn(row):
        now["warn_herd"] = "other_pin"
    elif not around:
        now["warn_herd"] = "nobody_around"
    elif around > MOST_WARNED and not me().may("desk.act_warn_many"):
        now["warn_herd"] = "many_around"
    return {f"act_{action}": why for action, why in now.items() if why is not None}


@live_route("/articles/<int:article>/news", "find")
def article_news(article: int) -> Page:
    """Return the timeline if it has changed since the page; else 204."""
    with runtime().database.transaction() as conn:
        row = article_within(conn, article)
        view = _view(conn, of_article(row.id, row.number))
    return _news(view, url_for("desk.article_news", article=article))


def _person(conn: Conn, person: Contact) -> PersonPage:
    """Return what is shown of a person, with the answer about what they received last."""
    own = next((each for each in person.articles if each.part in ("recipient", "nominee")), None)
    row = articles.by_id(conn, own.id) if own is not None else None
    said = answer(conn, row) if row is not None else None
    view = _view(conn, of_phone(conn, person.phone, office_seen()))
    wished = households.known(conn, person.phone)
    known = numbers.known(conn, person.phone)
    return PersonPage(person, said, view, known, wished, is_own(conn, person))


def _person_page(page: PersonPage, *, revealed: bool) -> str:
    person = page.person
    return render_template(
        "desk/conversation.html",
        person=person,
        answer=page.answer,
        timeline=page.timeline,
        number=page.number,
        household=page.household,
        own=page.own,
        seen=seen.of_person(person),
        revealed=revealed,
        here=url_for("desk.conversation", conversation=person.conversation),
        news=url_for("desk.conversation_news", conversation=person.conversation),
    )


def _news(view: TimelineView, news: str) -> Page:
    if request.form.get("version") == view.version:
        return "", 204
    return render_template(
        "desk/conversation_entries.html", timeline=view, news=news, revealed=False
    )


def _view(conn: Conn, scope: Scope) -> TimelineView:
    older = Cursor.read(request.args.get("older", ""))
    newer = Cursor.read(request.args.get("newer", ""))
    if older is not None:
        entries = timeline.older(conn, scope, older, reader())
    elif newer is not None:
        entries = timeline.newer(conn, scope, newer, reader())
    else:
        entries = timeline.newest(conn, scope, reader())
    shown = [each.id for each in entries.entries if isinstance(each, timeline.SprintLine)]
    differing = [stored.id for stored in sprints.several(conn, shown) if differs_today(stored)]
    phone, article = scope.values.get("phone"), scope.values.get("article")
    tickets = search.tickets_of(conn, office_seen(), phone=phone, article=article)
    waiting = timeline.pending(conn, scope)
    live = entries.newer is None
    return TimelineView(entries, waiting, differing, tickets, live, scope.partly)
