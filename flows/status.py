"""Where an article is, in one text per state: the same for whoever may ask."""

from __future__ import annotations

from typing import get_args

from flows.decision import Decision, Say
from flows.facts import ArticleFact, ArticleState
from flows.machine import Turn

TEMPLATES = tuple(f"status_{state}" for state in get_args(ArticleState))


def say(article: ArticleFact) -> Say:
    """The status text of `article`."""
    return Say(f"status_{article.state}", {"article": article.number}, article.number)


def news(template: str, turn: Turn) -> Decision:
    """Say `template` about the article of the event; the conversation stays where it is."""
    number = turn.event.article
    return Decision(turn.state, turn.context, (Say(template, {"article": number}, number),))


def answer_or(template: str, turn: Turn) -> Decision:
    """Say where the article asked about is; `template` to a telephone that may not know it."""
    article = turn.facts.article
    answer = Say(template) if article is None else say(article)
    return Decision(turn.state, turn.context, (answer,))
