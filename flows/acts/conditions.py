"""What acts require of an article and its item, in the words that `flask flows check` prints.

Each returns a sentence if the requirement is not met, and nothing if it is.
"""

from __future__ import annotations

from collections.abc import Iterator

from flows.facts import ArticleFact, ArticleState, ItemFact

OPEN: tuple[ArticleState, ...] = ("booked", "out_for_delivery", "attempted", "at_office")


def nothing() -> Iterator[str]:
    """Return no sentence: the act requires nothing of the article."""
    return iter(())


def must(holds: bool, why: str) -> Iterator[str]:
    """Return `why` unless `holds`."""
    if not holds:
        yield why


def in_state(article: ArticleFact, *states: ArticleState) -> Iterator[str]:
    """Require the article to be in one of `states`."""
    yield from must(article.state in states, f"the article is {article.state}")


def no_live_code(article: ArticleFact) -> Iterator[str]:
    """Require that no code of the article can be used any more."""
    yield from must(article.code != "live", "a code lives on")


def item_open(item: ItemFact | None) -> Iterator[str]:
    """Require the item to be open on the postman's list of today."""
    assert item is not None  # only a postman's decisions require this
    yield from must(item.state == "open", f"the item is {item.state}")
