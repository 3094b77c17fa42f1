"""Does a decision fit the facts? Each act says what it requires (flows/acts).

`postal/` refuses an act that does not fit (`BooksDisagree`); here the same is found without a
database, before anybody texts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from functools import partial
from typing import cast

from flows.decision import Act, ArticleAct, Decision, PaperAct, WindowAct
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

    def done(self, act: ArticleAct) -> None:
        """Do `act`, whether it is allowed or not."""
        self._done.append(act)

    def against(self, act: ArticleAct) -> Iterator[str]:
        """Yield what does not allow `act`."""
        article, met = cast(ArticleFact, self), self._met
        yield from act.required(article, met if isinstance(met, ItemFact) else None)
        if isinstance(act, WindowAct) and isinstance(met, WindowFact):
            yield from act.required_there(article, met)
        if isinstance(act, PaperAct) and isinstance(met, PaperFact):
            yield from act.required_on_paper(article, met)


Judge = Callable[[Facts], Iterator[str]]


def unmet(decision: Decision, facts: Facts) -> Iterator[str]:
    """Yield a sentence for each act or code of `decision` that the facts do not allow."""
    for judge in judges(decision):
        yield from judge(facts)


def judges(decision: Decision) -> Iterator[Judge]:
    """Return what judges each act, and each text with a code, of `decision`.

    Each says on its own what is not allowed: what one of them reads is nothing to the others.
    """
    for at, act in enumerate(decision.acts):
        if isinstance(act, ArticleAct):
            yield partial(_of_act, act, decision.acts[:at])
    for say in decision.says:
        if say.code_of is not None:
            yield partial(_of_code, say.template, say.code_of, decision.acts)


def _of_act(act: ArticleAct, before: Sequence[Act], facts: Facts) -> Iterator[str]:
    name, book = type(act).__name__, _left_by(before, act.article, facts)
    if book is None:
        yield f"{name} of an article that the facts do not have"
    else:
        yield from (f"{name}: {why}" for why in book.against(act))


def _of_code(template: str, number: str, acts: Sequence[Act], facts: Facts) -> Iterator[str]:
    book = _left_by(acts, number, facts)
    if book is None:
        yield f"{template} with the code of an article that the facts do not have"
    elif book.code != "live":
        yield f"{template} with a code that is {book.code}"
    elif book.part == "asked":
        yield f"{template} to somebody who has not agreed to take the article"


def _left_by(acts: Iterable[Act], number: str, facts: Facts) -> _Book | None:
    """Return the article as `acts` leave it; None: the facts do not have it."""
    found = None
    for article, met, now in _books(facts):
        if article.number == number:
            found = _Book(article, met, now)
    if found is not None:
        for act in acts:
            if isinstance(act, ArticleAct) and act.article == number:
                found.done(act)
    return found


_Met = ItemFact | WindowFact | PaperFact | None  # what the books know beside an article


def _books(facts: Facts) -> Iterator[tuple[ArticleFact, _Met, datetime]]:
    if isinstance(facts, PostmanFacts):
        for item in facts.items:
            if item.article is not None:
                yield item.article, item, facts.now
    elif isinstance(facts, RecipientFacts):
        for article in (*facts.articles, *facts.lost):
            yield article, None, facts.now
    elif isinstance(facts, ClockFacts):
        yield facts.article, facts.window or facts.paper, facts.now
    elif isinstance(facts, MoveFacts | PartyFacts | ExceptionFacts) and facts.article is not None:
        yield facts.article, None, facts.now
