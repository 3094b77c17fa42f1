"""The state of an article in one text, the same for everybody who may ask."""

from __future__ import annotations

from typing import get_args

from flows.decision import Decision, Nothing, Say
from flows.events import AskVisit, CorrectNumber, Event, ProveSender, Recall
from flows.facts import ArticleFact, ArticleState, PartyFacts
from flows.happenings import Happening
from flows.machine import Case

OfArticle = Happening | Recall | CorrectNumber | ProveSender | AskVisit
TEMPLATES = tuple(f"status_{state}" for state in get_args(ArticleState))


def say(article: ArticleFact) -> Say:
    """Return the status text of `article`."""
    return Say(f"status_{article.state}", {"article": article.number}, article.number)


def news(template: str, case: Case[OfArticle, Nothing, PartyFacts]) -> Decision[Nothing]:
    """Say `template` about the article of the event; the conversation remains as it is."""
    number = case.event.article
    return Decision(case.state, case.context, (Say(template, {"article": number}, number),))


def answer_or(template: str, case: Case[Event, Nothing, PartyFacts]) -> Decision[Nothing]:
    """Say the status of the article asked about, or `template` if it may not be told."""
    article = case.facts.article
    answer = Say(template) if article is None else say(article)
    return Decision(case.state, case.context, (answer,))


_MOST_NAMED = 3


def named_pieces(missing: tuple[int, ...]) -> str:
    """Return pieces as a text can carry them, letters and digits alone: P2P3; of many the first."""
    named = "".join(f"P{each}" for each in missing[:_MOST_NAMED])
    return named + "PLUS" * (len(missing) > _MOST_NAMED)
