"""What articles, staff and offices are found by: the sound of names, parts of numbers.

Every row keeps it in `sought`. A booking writes its own; whatever else changes a name leaves NULL
there (a trigger), which is read again within a second, or by whoever searches first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from flows.sounds import sounds
from store.database import Conn

SHORTEST_NUMBER: Final = 5
"""Digits of an article number that are looked for anywhere in it; four only at its end."""
SHORTEST_PHONE: Final = 8
"""Digits of a telephone. Fewer would tell, try by try, what a mask hides."""
_SHORTEST_BEGINNING: Final = 2  # sounds of a last word; a shorter one is whole
_AT_ONCE: Final = 200
_LONGEST: Final = 200  # letters of a name that are read


def of_article(number: str, names: Iterable[str], phones: Iterable[str | None]) -> list[str]:
    """Return what an article is found by. `number`: as on the label; `phones`: E.164."""
    return sorted({*_names(names), *_digits(number), *_phones(phones)})


def _names(names: Iterable[str]) -> Iterator[str]:
    return (f"n{sound}" for name in names for sound in sounds(name[:_LONGEST]))


def _digits(number: str) -> Iterator[str]:
    digits = number[2:11]
    return (f"#{digits[at:]}" for at in range(len(digits) - SHORTEST_NUMBER + 1))


def _phones(phones: Iterable[str | None]) -> Iterator[str]:
    for phone in phones:
        digits = phone[-10:] if phone else ""
        yield from (f"+{digits[at:]}" for at in range(len(digits) - SHORTEST_PHONE + 1))


def by_name(words: tuple[str, ...]) -> str:
    """Return the query for names that hold all of `words` (sounds); the last may go on."""
    *whole, last = words
    return " & ".join(
        [*(f"'n{word}'" for word in whole), f"'n{last}'{':*' if len(last) > 2 else ''}"]
    )


def by_number(digits: str) -> str:
    """Return the query for article numbers with `digits` in them."""
    return f"'#{digits}':*"


def by_phone(digits: str) -> str:
    """Return the query for telephones with `digits` in them."""
    return f"'+{digits}':*"


def catch_up(conn: Conn) -> int:
    """Read the rows that were not read yet, some of each table; return how many.

    Rows that a turn holds are left for later.
    """
    articles = conn.execute(
        "SELECT id, number, recipient_name, sender_name, recipient_phone, sender_phone"
        " FROM articles WHERE sought IS NULL ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED",
        [_AT_ONCE],
    ).fetchall()
    found = [
        (of_article(number, (name, sender), (phone, from_)), id_)
        for id_, number, name, sender, phone, from_ in articles
    ]
    _write(conn, "articles", found)
    done = len(found)
    for table in ("staff", "offices"):
        rows = conn.execute(
            f"SELECT id, name FROM {table} WHERE sought IS NULL ORDER BY id LIMIT %s"  # noqa: S608
            " FOR UPDATE SKIP LOCKED",
            [_AT_ONCE],
        ).fetchall()
        _write(conn, table, [(sorted(set(_names([name]))), id_) for id_, name in rows])
        done += len(rows)
    return done


def _write(conn: Conn, table: str, found: list[tuple[list[str], int]]) -> None:
    if found:
        with conn.cursor() as cursor:
            cursor.executemany(
                f"UPDATE {table} SET sought = array_to_tsvector(%s::text[]) WHERE id = %s",  # noqa: S608
                found,
            )
