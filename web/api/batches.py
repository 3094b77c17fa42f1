"""Many articles booked by one call: each answers for itself."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Final, Literal

from pydantic import Field

from conversation.announce import announce
from flows.happenings import Booked
from india.calendar import day_of
from postal import articles, belonging, new_articles
from postal.articles import Article
from postal.new_articles import NewArticle, NumberTaken
from postal.people import tokens
from store.database import Database
from web.api.articles import BookArticleIn, new_article
from web.api.engine import bearer
from web.api.engine.fields import Input, Output
from web.api.engine.operation import Answer, Call, Operation, Reach
from web.api.engine.problems import FieldError

MOST: Final = 100
"""Articles of one call. The conversations of their people are locked until all are booked."""


class BookArticlesIn(Input):
    articles: Annotated[list[BookArticleIn], Field(min_length=1, max_length=MOST)]

    @classmethod
    def beyond_fields(cls, loose: Any) -> list[FieldError]:
        listed = loose.get("articles") if isinstance(loose, dict) else None
        return [
            FieldError(field=f"articles.{index}.{error.field}", message=error.message)
            for index, each in enumerate(listed if isinstance(listed, list) else [])
            for error in BookArticleIn.beyond_fields(each)
        ]


class BookedInBatchOut(Output):
    number: str
    outcome: Literal["booked", "known", "refused"] = Field(
        description="known: exactly this was booked before, and nothing changed"
    )
    detail: str | None = Field(description="why it was refused")


class BatchOut(Output):
    """One outcome for each article, in the order of the request."""

    articles: list[BookedInBatchOut]


def _book(call: Call[BookArticlesIn]) -> Answer:
    default = call.runtime.settings.default_language
    given = [new_article(each, default) for each in call.input.articles]
    bearer.insist_on_rate(call.token, len(given) - 1)  # the call itself is counted as one
    beyond, unpromised = _beyond_its_offices(call, given), _unpromised(given, day_of(call.now))
    fit = [each for each in given if each.number not in unpromised]
    booked = new_articles.book_free(
        call.conn, [each for each in fit if each.recipient_pin not in beyond], call.now
    )
    unseen = set(booked)
    before = articles.numbered(call.conn, [each.number for each in given])
    outcomes = []
    for each in given:
        if each.recipient_pin in beyond:
            outcomes.append(_outcome(each, "refused", beyond[each.recipient_pin]))
        elif each.number in unseen:
            unseen.remove(each.number)
            outcomes.append(_outcome(each, "booked"))
        elif each.number in unpromised and each.number not in before:
            outcomes.append(_outcome(each, "refused", unpromised[each.number]))
        else:
            outcomes.append(_again(before[each.number], each))
    if booked:
        announce(call.runtime, call.conn, [Booked(number) for number in booked])
    return Answer(200, BatchOut(articles=outcomes))


def _beyond_its_offices(call: Call[Any], given: list[NewArticle]) -> dict[str, str]:
    """Return the PINs of recipients that the token does not act for, and what to say."""
    if call.token.offices is None:
        return {}
    its = ", ".join(tokens.pins_of(call.conn, call.token))
    return {
        pin: f"this token acts for {its} alone, and {pin} is no such office's"
        for pin in {each.recipient_pin for each in given}
        if not call.token.acts_for(belonging.of_pin(call.conn, pin))
    }


def _unpromised(given: list[NewArticle], today: date) -> dict[str, str]:
    """Return the numbers of which something is promised that cannot be, and what to say."""
    return {
        each.number: f"{why.field}: {why}"
        for each in given
        if (why := new_articles.unpromised(each.service, each.promise, each.due_by, today))
    }


def _again(booked: Article, new: NewArticle) -> BookedInBatchOut:
    try:
        new_articles.same(booked, new)
    except NumberTaken as taken:
        return _outcome(new, "refused", str(taken))
    return _outcome(new, "known")


def _outcome(
    new: NewArticle, outcome: Literal["booked", "known", "refused"], detail: str | None = None
) -> BookedInBatchOut:
    return BookedInBatchOut(number=new.number, outcome=outcome, detail=detail)


BOOK = Operation(
    route="POST /article-batches",
    name="book_articles",
    scope="articles",
    whose=Reach.ITS_OFFICES,
    summary=f"Book up to {MOST} articles; each answers for itself, recipients and senders are told",
    input=BookArticlesIn,
    handle=_book,
    answers={200: BatchOut},
    runs=Database.run_together,
)
