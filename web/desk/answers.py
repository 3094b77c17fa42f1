"""The answer first: where an article is, what of its code, why it was not handed over, who knows.

One sentence each, in the language of the page: from the books (postal/desk/story.py), from what the
machines would decide now (conversation/dry_run.py), and from what they decided when a code was last
asked for, with that decision's own facts (flows/replay/explain.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from conversation import dry_run
from flows import possible
from flows.facts import ArticleFact, Facts, RecipientFacts
from flows.possible import Hindrance
from flows.recipient.answers import ASK_CODE
from flows.recipient.states import CODES
from flows.replay.explain import FactRead
from flows.replay.record import decode
from india.calendar import day_of, exact, local, moment
from postal.acts.books import peek
from postal.articles import Article
from postal.desk import sprints, story
from postal.desk.sprints import StoredSprint
from postal.desk.story import ArticleStory, LastTold
from store.database import Conn
from web import language
from web.desk.room import desk, runtime
from web.desk.sprints import explanation
from web.language import say
from web.staff.words import word

_ASKED_LATELY: Final = timedelta(days=14)


@dataclass(frozen=True)
class CodeAsked:
    """The last request for a code, which was not met. `why`: in one sentence.

    `sprint`: that decided it; `facts`: which it read.
    """

    sprint: int
    why: str
    facts: tuple[FactRead, ...]


@dataclass(frozen=True)
class ArticleAnswer:
    """Sentences about one article. `asked`: None where the last request for a code was met."""

    article: int
    number: str
    where: str
    code: str
    handed_over: str
    told: list[LastTold]
    asked: CodeAsked | None


def answer(conn: Conn, row: Article) -> ArticleAnswer:
    """Return what an agent tells a caller of the article."""
    now = runtime().now()
    holder = peek(conn, [row.id], now)[row.number].holder_phone
    its = story.of_article(conn, row.id, row.number, holder, now - _ASKED_LATELY)
    fact = dry_run.article_fact(runtime(), conn, row.number)
    why = dry_run.code(runtime(), conn, row.id, row.number)
    asked = sprints.get(conn, its.asked) if its.asked is not None else None
    return ArticleAnswer(
        row.id,
        row.number,
        _where(row, its, now),
        _code(row, its, why),
        _handed_over(row, its, fact),
        its.told,
        _asked(asked, row.number) if asked is not None and _is_news(asked, its) else None,
    )


@desk.app_template_filter("said_at")
def at(when: datetime) -> str:
    """Return a moment as it is said: 10:04 of today; else with its day."""
    if day_of(when) == day_of(runtime().now()):
        return local(when).strftime("%H:%M")
    return moment(when, language.chosen())


def _is_news(asked: StoredSprint, its: ArticleStory) -> bool:
    """Tell whether no code was sent since it was asked for."""
    return its.code is None or its.code.released_at < asked.at


def _where(row: Article, its: ArticleStory, now: datetime) -> str:
    office, visit = its.office or say("where_no_office"), its.visit
    if row.state == "booked":
        if visit is not None or its.arrived_at is not None:
            return say("where_waits", office=office)
        return say("where_on_its_way", office=office)
    if row.state == "out_for_delivery" and visit is not None:
        return say("where_out", postman=visit.postman, at=at(visit.out_at))
    if row.state == "attempted" and visit is not None:
        in_bag = visit.day == day_of(now) and its.final_at is None
        return say("where_tried" if in_bag else "where_at_office_again", office=office)
    if row.state == "at_office":
        assert row.held_until is not None
        until = exact(row.held_until, language.chosen())
        return say("where_at_office", office=office, until=until)
    if row.state == "delivered" and row.delivered_at is not None:
        return say("where_delivered", at=at(row.delivered_at))
    return say(f"where_{row.state}", at=at(row.updated_at))


def _code(row: Article, its: ArticleStory, why: Hindrance | None) -> str:
    code = its.code
    if not row.coded and code is None:
        return say("code_needless")
    parts = [say("code_none_yet")] if code is None else _last_code(its)
    over = row.state in ("delivered", "returned", "recalled")
    live = code is not None and code.used_at is None and code.dead_at is None
    if over or (live and code is not None and code.expires_at > runtime().now()):
        return " ".join(parts)
    if why is None:
        return " ".join([*parts, say("code_could_go")])
    return " ".join([*parts, say("code_not_now", why=say(f"hinder_{why}"))])


def _last_code(its: ArticleStory) -> list[str]:
    code = its.code
    assert code is not None
    when = at(code.sent_at or code.released_at)
    if code.delivered_at is not None:
        parts = [say("code_arrived", at=when, arrived=at(code.delivered_at))]
    elif code.status in ("failed", "expired"):
        parts = [say("code_lost", at=when)]
    else:
        parts = [say("code_sent", at=when)]
    if code.used_at is not None:
        return [*parts, say("code_was_used", at=at(code.used_at))]
    if code.dead_at is not None:
        cause = word(code.dead_reason, "code_died_")
        return [*parts, say("code_is_dead", at=at(code.dead_at), why=cause)]
    if code.expires_at <= runtime().now():
        return [*parts, say("code_ran_out", at=at(code.expires_at))]
    return [*parts, say("code_lives", at=at(code.expires_at))]


def _handed_over(row: Article, its: ArticleStory, fact: ArticleFact) -> str:
    visit = its.visit
    if row.state == "delivered" and row.delivered_at is not None:
        return say("over_objected" if fact.objected else "over_delivered", at=at(row.delivered_at))
    if row.remark is not None:
        who = visit.postman if visit is not None else say("over_nobody")
        when = at(visit.at) if visit is not None and visit.at is not None else at(row.updated_at)
        remark = word(row.remark, "remark_")
        witness = "suspended" if row.suspended else (row.witness or "none")
        said = say(f"over_witness_{witness}")
        return say("over_remark", postman=who, at=when, remark=remark, said=said)
    if visit is not None and visit.state == "open" and visit.approached_at is not None:
        return say("over_approached", postman=visit.postman, at=at(visit.approached_at))
    if visit is not None and visit.state == "withdrawn":
        return say("over_taken_off", postman=visit.postman)
    return say("over_not_yet")


def _asked(stored: StoredSprint, number: str) -> CodeAsked | None:
    """Return why no code went out when it was asked for last, by that decision's own facts."""
    said = [str(each["template"]) for each in stored.decision.get("says", ())]
    refused = next((each for each in said if each in ASK_CODE and each not in CODES), None)
    if refused is None:
        return None
    try:
        facts = decode(stored.facts, Facts)
    except (KeyError, TypeError, ValueError):
        return None
    known = facts.articles if isinstance(facts, RecipientFacts) else ()
    article = next((each for each in known if each.number == number), None)
    if article is None:
        return None
    why = say(f"hinder_{possible.no_code(refused, article)}")
    found = explanation(stored)
    reads = found.reads if found is not None else ()
    counted = tuple(each for each in reads if each.of in ("", number))
    return CodeAsked(stored.id, say("code_asked", at=at(stored.at), why=why), counted)
