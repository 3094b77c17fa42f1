"""Where an article is, in one text per state: the same for whoever may ask."""

from __future__ import annotations

from typing import get_args

from flows.decision import Say
from flows.facts import ArticleFact, ArticleState

TEMPLATES = tuple(f"status_{state}" for state in get_args(ArticleState))


def say(article: ArticleFact) -> Say:
    """The status text of `article`."""
    return Say(f"status_{article.state}", {"article": article.number}, article.number)
