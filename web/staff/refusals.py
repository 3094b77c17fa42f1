"""Refusals in the words of the pages, for every room."""

from __future__ import annotations

from collections.abc import Callable

from flask import session

from store.database import Conn
from store.refusals import Conflict, Invalid, Refusal
from web.running import runtime


class FormRefused(Invalid):
    """The refusal of a form; `word` is the key of the sentence that says why, beside `field`."""

    def __init__(self, word: str, *, field: str = "", **values: str | int) -> None:
        super().__init__(word, word=word, field=field)
        self.values = values


def word_of(refusal: Refusal) -> str:
    """Return the key of the sentence of `refusal`. Raises `refusal` itself if there is none."""
    if not refusal.word:
        raise refusal
    return refusal.word


def status_of(refusal: Refusal) -> int:
    """Return the HTTP status of a page that says what was refused."""
    return 409 if isinstance(refusal, Conflict) else 422


def tell(refusal: Refusal) -> None:
    """Say on the next page what was refused."""
    session["told"], session["told_values"] = word_of(refusal), dict(refusal.values)


def attempt(work: Callable[[Conn], str]) -> bool:
    """Do `work` in one transaction; the next page says the word it returns, or what was refused.

    Return whether it was done.
    """
    try:
        session["told"] = runtime().database.run(work)
    except Refusal as refusal:
        tell(refusal)
        return False
    return True
