"""The access log: who looked at whose data, when, and why. Append-only.

The functions that read a person's data for somebody to see write it themselves: each takes a
`Onlooker`, so no page, call or command can forget it. What only decides takes none, and shows none.
docs/developing/domain.md rule 11, docs/developing/trust.md rule 12
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Literal

from postal.people.doer import Doer, Operator
from store.database import Conn

# found: it was among the results of a search · opened: its page · listed: one of many on a page ·
# revealed: the whole number · simulated: a what-if began there · exported: it left as a file ·
# acted: something was done to it · sign_in_failed: a wrong password or second factor at the account
What = Literal[
    "found", "opened", "listed", "revealed", "simulated", "exported", "acted", "signed_in",
    "sign_in_failed",
]  # fmt: skip

# Whoever looks at the same again within this time, for the same reason, looks still: pages that
# are open ask for news every few seconds.
STILL: Final = timedelta(minutes=10)


@dataclass(frozen=True)
class Onlooker:
    """Who reads people's data, and where: the page's endpoint, the call's or command's name."""

    by: Doer
    where: str


def note(
    conn: Conn,
    by: Doer,
    what: What,
    *,
    phone: str | None = None,
    article_id: int | None = None,
    reason: str | None = None,
) -> None:
    """Write down that `by` did something to somebody's data, or signed in."""
    line = _line(by, what, reason) | {"phone": phone, "article": article_id}
    conn.execute(_NOTE.encode(), line)


def look(
    conn: Conn,
    reader: Onlooker,
    what: What,
    *,
    phone: str | None = None,
    article_id: int | None = None,
    about: str = "",
) -> None:
    """Write down that one person's data are read. `about`: what it was, without telephones.

    The reason is the open ticket that the reader works on and that is about this telephone or
    article, else the page.
    """
    reason = _reason(reader, about)
    line = _line(reader.by, what, reason) | {"phone": phone, "article": article_id}
    again = "" if what in ("revealed", "exported") else _unless_still(line)
    conn.execute((_NOTE + again).encode(), line)


def listed(conn: Conn, reader: Onlooker, shown: int, about: str) -> None:
    """Write down that `shown` people were read at once, in one line; none where it is nobody."""
    if shown:
        line = _line(reader.by, "listed", _reason(reader, about)) | {"shown": shown}
        conn.execute((_NOTE + _unless_still(line)).encode(), line)


def searched(conn: Conn, reader: Onlooker, shown: int, about: str) -> None:
    """Write down a search that showed `shown` people, nobody too: each of many guesses is seen.

    What was searched by is not written where it is part of a telephone, so two guesses look alike:
    each has a line of its own.
    """
    line = _line(reader.by, "listed", _reason(reader, about)) | {"shown": shown}
    conn.execute(_NOTE.encode(), line)


def exported(conn: Conn, reader: Onlooker, shown: int, about: str) -> None:
    """Write down that `shown` people left as a file; none where it is nobody."""
    if shown:
        line = _line(reader.by, "exported", _reason(reader, about)) | {"shown": shown}
        conn.execute(_NOTE.encode(), line)


_NOTE: Final = """
INSERT INTO access_log
    (at, staff_id, token_id, operator, what, phone, article_id, shown, reason)
SELECT n.at, n.staff_id, n.token_id, n.operator, n.what, n.phone, n.article_id, n.shown,
       nullif(concat_ws(' · ', (SELECT 'ticket ' || t.id FROM tickets t
            WHERE t.closed_at IS NULL AND t.assigned_to = n.staff_id
              AND (t.phone = n.phone OR t.article_id = n.article_id)
            ORDER BY t.id DESC LIMIT 1), n.reason), '')
FROM (SELECT %(at)s::timestamptz AS at, %(staff)s::bigint AS staff_id,
             %(token)s::bigint AS token_id, %(operator)s::text AS operator,
             %(what)s::text AS what, %(phone)s::text AS phone,
             %(article)s::bigint AS article_id, %(shown)s::integer AS shown,
             %(reason)s::text AS reason) n
"""
_STILL: Final = """
WHERE NOT EXISTS (SELECT FROM access_log l WHERE {near}
    AND l.at > %(still)s AND l.what = n.what
    AND l.staff_id IS NOT DISTINCT FROM n.staff_id AND l.token_id IS NOT DISTINCT FROM n.token_id
    AND l.operator IS NOT DISTINCT FROM n.operator
    AND l.phone IS NOT DISTINCT FROM n.phone AND l.article_id IS NOT DISTINCT FROM n.article_id
    AND l.shown IS NOT DISTINCT FROM n.shown AND right(l.reason, length(n.reason)) = n.reason)
"""
# Each has an index. Of a list only the last lines are looked at: an earlier one is written again.
_OF_LISTS: Final = (
    "{who} AND l.id > (SELECT coalesce(max(id), 0) - 1000 FROM access_log) AND l.shown IS NOT NULL"
)


def _unless_still(line: Mapping[str, object]) -> str:
    """Return the condition that nobody wrote the same line within `STILL`."""
    if line["article"] is not None:
        near = "l.article_id = n.article_id"
    elif line["phone"] is not None:
        near = "l.phone = n.phone"
    else:
        near = _OF_LISTS.format(
            who="l.token_id = n.token_id"
            if line["token"] is not None
            else "l.staff_id = n.staff_id"
            if line["staff"] is not None
            else "l.operator IS NOT NULL"
        )
    return _STILL.format(near=near)


def _line(by: Doer, what: What, reason: str | None) -> dict[str, object]:
    return {
        "at": by.at,
        "still": by.at - STILL,
        "staff": by.staff_row,
        "token": by.token_id,
        "operator": by.who.login if isinstance(by.who, Operator) else None,
        "what": what,
        "phone": None,
        "article": None,
        "shown": None,
        "reason": reason,
    }


def _reason(reader: Onlooker, about: str) -> str:
    return f"{reader.where}: {about}" if about else reader.where
