"""What a telephone wishes for all its post, and its word, in the books.

docs/developing/trust.md rule 20
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any, Final

from flows.acts.household import (
    AskTakers,
    ChooseWord,
    CloseHousehold,
    CountWrongWish,
    CountWrongWord,
    EndWishes,
    KeepAlways,
    OfferWord,
    SetTakers,
    SetWeekdays,
)
from flows.decision import Act
from flows.facts import WishGroup
from flows.trust import WISH_AFTER, WISH_ASKED_FOR, at_least
from postal.acts.books import Books, writes
from postal.acts.door import attempt
from postal.households import KEEPS, NO_WORD, SINCE, WEEKDAYS
from store import keyring
from store.database import Conn

_CLOSED: Final = f"""
    UPDATE households SET may_take = NULL, may_take_from = NULL, proof = NULL, asks = NULL,
    {NO_WORD}
    WHERE phone = %(phone)s
"""  # noqa: S608

# How often it was wished today, by group: the columns of a first row, and one more.
_WISHES: Final[Mapping[WishGroup, str]] = {
    "who": "who_wishes",
    "when": "wishes",
    "word": "word_wishes",
}
_OPEN: Final = "coalesce(h.asks IS NOT NULL AND h.asked_at > %(asked)s, false)"
_FIRST_WISH: Final = "1, %(today)s"
# Until its telephone is told of the new wish, the last one of which it was told counts.
_COUNTS_MEANWHILE: Final = (
    f"heard_keeps = {KEEPS}, heard_weekdays = {WEEKDAYS}, heard_since = {SINCE}"
)


def _counted(group: WishGroup) -> str:
    return f"{_WISHES[group]}, wished_day"


def _one_more(group: WishGroup) -> str:
    """Return the SQL that counts one more wish of `group`; the others begin anew with the day."""
    times = (
        f"{column} = {int(each == group)}"
        f" + CASE WHEN h.wished_day = %(today)s THEN h.{column} ELSE 0 END"
        for each, column in _WISHES.items()
    )
    return f"{', '.join(times)}, wished_day = %(today)s"


def close(conn: Conn, phone: str) -> None:
    """Let nobody else take the post of a telephone: fraud, or it may be another person's now."""
    conn.execute(_CLOSED, {"phone": phone})


@writes(AskTakers)
def ask_takers(books: Books, act: AskTakers, whose: str) -> None:
    _keep(
        books,
        act,
        whose,
        f"asks, asked_at, question, question_key, {_counted('who')}",
        f"%(takers)s, %(now)s, 1, %(key)s, {_FIRST_WISH}",
        f"question = h.question + 1 - {_OPEN}::int,"
        f" asked_at = CASE WHEN {_OPEN} THEN h.asked_at ELSE excluded.asked_at END,"
        f" asks = excluded.asks, question_key = excluded.question_key, {_one_more('who')}",
        takers=act.takers,
        key=keyring.current(books.conn, "codes"),
        asked=books.now - WISH_ASKED_FOR,
    )


@writes(SetTakers)
def set_takers(books: Books, act: SetTakers, whose: str) -> None:
    _keep(
        books,
        act,
        whose,
        f"may_take, may_take_from, proof, {_counted('who')}",
        f"%(takers)s, %(from)s, %(proof)s, {_FIRST_WISH}",
        "may_take = excluded.may_take, may_take_from = excluded.may_take_from,"
        f" proof = excluded.proof, asks = NULL, {_one_more('who')}",
        takers=act.takers,
        **{"from": books.now + WISH_AFTER},
    )


@writes(SetWeekdays)
def set_weekdays(books: Books, act: SetWeekdays, whose: str) -> None:
    _keep(
        books,
        act,
        whose,
        f"weekdays, weekdays_since, unheard, {_counted('when')}",
        f"%(weekdays)s::smallint[], %(now)s, %(unheard)s, {_FIRST_WISH}",
        "weekdays = excluded.weekdays, keeps = false, unheard = excluded.unheard,"
        f" weekdays_since = %(now)s, {_COUNTS_MEANWHILE}, {_one_more('when')}",
        weekdays=list(act.weekdays),
        unheard=not at_least(books.proof, "fresh"),
    )


@writes(KeepAlways)
def keep_always(books: Books, act: KeepAlways, whose: str) -> None:
    _keep(
        books,
        act,
        whose,
        f"keeps, weekdays_since, unheard, {_counted('when')}",
        f"true, %(now)s, %(unheard)s, {_FIRST_WISH}",
        "keeps = true, weekdays = NULL, unheard = excluded.unheard,"
        f" weekdays_since = %(now)s, {_COUNTS_MEANWHILE}, {_one_more('when')}",
        unheard=not at_least(books.proof, "fresh"),
    )


@writes(EndWishes)
def end_wishes(books: Books, act: EndWishes, whose: str) -> None:
    close(books.conn, whose)
    books.conn.execute(
        "UPDATE households SET weekdays = NULL, keeps = false, unheard = false, changed_at = %s,"
        " heard_keeps = false, heard_weekdays = NULL, heard_since = NULL WHERE phone = %s",
        [books.now, whose],
    )


@writes(CloseHousehold)
def close_household(books: Books, act: CloseHousehold, whose: str) -> None:
    close(books.conn, whose)


@writes(CountWrongWish)
def count_wrong_wish(books: Books, act: CountWrongWish, whose: str) -> None:
    _keep(
        books,
        act,
        whose,
        "wrong_quotes, wrong_day",
        "1, %(today)s",
        "wrong_quotes = 1 + CASE WHEN h.wrong_day = excluded.wrong_day THEN h.wrong_quotes"
        " ELSE 0 END, wrong_day = excluded.wrong_day",
    )


@writes(OfferWord)
def offer_word(books: Books, act: OfferWord, whose: str) -> None:
    _keep(
        books,
        act,
        whose,
        "drawn_salt, drawn_key",
        "%(drawn)s, %(key)s",
        "drawn_salt = excluded.drawn_salt, drawn_key = excluded.drawn_key",
        drawn=secrets.token_bytes(16),
        key=keyring.current(books.conn, "codes"),
    )


@writes(ChooseWord)
def choose_word(books: Books, act: ChooseWord, whose: str) -> None:
    chosen = books.conn.execute(
        "UPDATE households h SET word_state = 'chosen', word_at = %(now)s, word_salt = drawn_salt,"  # noqa: S608
        " word_key = drawn_key, drawn_salt = NULL, drawn_key = NULL,"
        f" {_one_more('word')}"
        " WHERE phone = %(phone)s AND drawn_salt IS NOT NULL",
        {"now": books.now, "today": books.today, "phone": whose},
    )
    books.row(chosen, "the household's word")


@writes(CountWrongWord)
def count_wrong_word(books: Books, act: CountWrongWord, whose: str) -> None:
    article = books.held[act.article]
    attempt(books, article, "wrong")
    books.one(
        "INSERT INTO word_tries (article_id, staff_id, day, at)"
        " VALUES (%(id)s, %(postman)s, %(today)s, %(now)s)",
        article,
    )
    books.feed("word_wrong", article)


def _keep(
    books: Books, act: Act, whose: str, columns: str, values: str, changes: str, **bound: Any
) -> None:
    """Write these columns of the telephone's row, or its first row."""
    written = books.conn.execute(
        f"INSERT INTO households AS h (phone, salt, changed_at, {columns})"  # noqa: S608
        f" VALUES (%(phone)s, %(salt)s, %(now)s, {values})"
        f" ON CONFLICT (phone) DO UPDATE SET {changes}, changed_at = excluded.changed_at",
        {
            "phone": whose,
            "salt": secrets.token_bytes(16),
            "now": books.now,
            "today": books.today,
            "proof": books.proof,
            **bound,
        },
    )
    books.row(written, type(act).__name__)
