"""What a telephone wishes for all its post, and its word, in the books.

docs/developing/trust.md rule 20
"""

from __future__ import annotations

import secrets
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
from flows.trust import WISH_AFTER
from postal.acts.books import Books, writes
from postal.acts.door import attempt
from postal.households import NO_WORD
from store import keyring
from store.database import Conn

_CLOSED: Final = f"""
    UPDATE households SET may_take = NULL, may_take_from = NULL, proof = NULL, asks = NULL,
    {NO_WORD}
    WHERE phone = %(phone)s
"""  # noqa: S608

# How often it was wished today: the columns, those of a first row, and one more.
_WISHES: Final = "wishes, wished_day"
_FIRST_WISH: Final = "1, %(today)s"
_ONE_MORE: Final = (
    "wishes = 1 + CASE WHEN h.wished_day = excluded.wished_day THEN h.wishes ELSE 0 END,"
    " wished_day = excluded.wished_day"
)


def close(conn: Conn, phone: str) -> None:
    """Let nobody else take the post of a telephone: fraud, or it may be another person's now."""
    conn.execute(_CLOSED, {"phone": phone})


@writes(AskTakers)
def ask_takers(books: Books, act: AskTakers, whose: str) -> None:
    _keep(
        books,
        act,
        whose,
        f"asks, question, question_key, {_WISHES}",
        f"%(takers)s, 1, %(key)s, {_FIRST_WISH}",
        "question = h.question + (h.asks IS NULL)::int,"
        f" asks = excluded.asks, question_key = excluded.question_key, {_ONE_MORE}",
        takers=act.takers,
        key=keyring.current(books.conn, "codes"),
    )


@writes(SetTakers)
def set_takers(books: Books, act: SetTakers, whose: str) -> None:
    _keep(
        books,
        act,
        whose,
        f"may_take, may_take_from, proof, {_WISHES}",
        f"%(takers)s, %(from)s, %(proof)s, {_FIRST_WISH}",
        "may_take = excluded.may_take, may_take_from = excluded.may_take_from,"
        f" proof = excluded.proof, asks = NULL, {_ONE_MORE}",
        takers=act.takers,
        **{"from": books.now + WISH_AFTER},
    )


@writes(SetWeekdays)
def set_weekdays(books: Books, act: SetWeekdays, whose: str) -> None:
    _keep(
        books,
        act,
        whose,
        f"weekdays, weekdays_since, {_WISHES}",
        f"%(weekdays)s::smallint[], %(now)s, {_FIRST_WISH}",
        "weekdays = excluded.weekdays, keeps = false, weekdays_since = CASE"
        " WHEN h.weekdays = excluded.weekdays THEN h.weekdays_since ELSE %(now)s END,"
        f" {_ONE_MORE}",
        weekdays=list(act.weekdays),
    )


@writes(KeepAlways)
def keep_always(books: Books, act: KeepAlways, whose: str) -> None:
    _keep(
        books,
        act,
        whose,
        f"keeps, {_WISHES}",
        f"true, {_FIRST_WISH}",
        f"keeps = true, weekdays = NULL, {_ONE_MORE}",
    )


@writes(EndWishes)
def end_wishes(books: Books, act: EndWishes, whose: str) -> None:
    close(books.conn, whose)
    books.conn.execute(
        "UPDATE households SET weekdays = NULL, keeps = false, changed_at = %s WHERE phone = %s",
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
        "UPDATE households h SET word_state = 'chosen', word_at = %(now)s, word_salt = drawn_salt,"
        " word_key = drawn_key, drawn_salt = NULL, drawn_key = NULL, wished_day = %(today)s,"
        " wishes = 1 + CASE WHEN h.wished_day = %(today)s THEN h.wishes ELSE 0 END"
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
