"""Does a decision fit the facts? Each act says what it requires (flows/acts).

`postal/` refuses an act that does not fit (`BooksDisagree`); here the same is found without a
database, before anybody texts.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import cast

from flows.decision import ArticleAct, Decision, PaperAct, WindowAct
from flows.facts import (
    ArticleFact,
    ClockFacts,
    ExceptionFacts,
    Facts,
    ItemFact,
    MoveFacts,
    PaperFact,
    PartyFacts,
    PostmanFacts,
    RecipientFacts,
    WindowFact,
)


class _Book:
    """An article as the acts of one decision leave it, beginning with the facts.

    The effect of an act is computed only when a later one reads it: the walk of `check` multiplies
    with every fact that is read, and most decisions end with their first act.
    """

    def __init__(
        self, article: ArticleFact, met: ItemFact | WindowFact | PaperFact | None, now: datetime
    ) -> None:
        self._article, self._met, self._now = article, met, now
        self._done: list[ArticleAct] = []
        self._changed: dict[str, object] = {}

    def __getattr__(self, name: str) -> object:
        done, self._done = self._done, []
        for act in done:
            self._changed.update(act.effect(cast(ArticleFact, self), self._now))
        return self._changed[name] if name in self._changed else getattr(self._article, name)

    def take(self, act: ArticleAct) -> Iterator[str]:
        """Do `act`; yield what does not allow it."""
        article, met = cast(ArticleFact, self), self._met
        yield from act.required(article, met if isinstance(met, ItemFact) else None)
        if isinstance(act, WindowAct) and isinstance(met, WindowFact):
            yield from act.required_there(article, met)
        if isinstance(act, PaperAct) and isinstance(met, PaperFact):
            yield from act.required_on_paper(article, met)
        self._done.append(act)


def unmet(decision: Decision, facts: Facts) -> Iterator[str]:
    """Yield a sentence for each act or code of `decision` that the facts do not allow."""
    if not decision.acts and all(say.code_of is None for say in decision.says):
        return
    books = {book.number: book for book in _books(facts)}
    for act in decision.acts:
        name = type(act).__name__
        if not isinstance(act, ArticleAct):
            continue
        if act.article not in books:
            yield f"{name} of an article that the facts do not have"
        else:
            yield from (f"{name}: {why}" for why in books[act.article].take(act))
    for say in decision.says:
        if say.code_of is None:
            continue
        if say.code_of not in books:
            yield f"{say.template} with the code of an article that the facts do not have"
        elif books[say.code_of].code != "live":
            yield f"{say.template} with a code that is {books[say.code_of].code}"
        elif books[say.code_of].part == "asked":
            yield f"{say.template} to somebody who has not agreed to take the article"


def _books(facts: Facts) -> Iterator[_Book]:
    if isinstance(facts, PostmanFacts):
        for item in facts.items:
            if item.article is not None:
                yield _Book(item.article, item, facts.now)
    elif isinstance(facts, RecipientFacts):
        yield from (_Book(article, None, facts.now) for article in (*facts.articles, *facts.lost))
    elif isinstance(facts, ClockFacts):
        yield _Book(facts.article, facts.window or facts.paper, facts.now)
    elif isinstance(facts, MoveFacts | PartyFacts | ExceptionFacts) and facts.article is not None:
        yield _Book(facts.article, None, facts.now)
