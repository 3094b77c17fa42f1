"""The only way to send: a row in `messages`, written in the transaction that decides on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from itertools import groupby
from typing import Any, Final

import orjson

from messages import speech
from messages.catalogue import Channel, Lane
from messages.render import CHECK_MASK, CODE_MASK, QUOTE_MASK, render
from settings import Language
from store import wording
from store.database import Conn
from store.together import Awaited

_COLUMNS: Final = (
    "phone", "sprint_id", "article_id", "code_id", "template", "language", "said", "segments",
    "lane", "not_after", "channel", "quote", "quote_key",
)  # fmt: skip
_SHARED: Final = ("at", "at", "request_id")  # of all messages of one decision
_FEW: Final = 8  # messages: each number of them is a statement of its own


@cache
def _insert(messages: int) -> str:
    """Return the statement that queues so many messages, decided at one moment by one request."""
    rows = ", ".join(
        "('out', 'queued', '', "
        + ", ".join(
            [*(f"%({name})s" for name in _SHARED), *(f"%({name}{i})s" for name in _COLUMNS)]
        )
        + ")"
        for i in range(messages)
    )
    into = ", ".join(
        ("direction", "status", "body", "at", "next_attempt_at", "request_id", *_COLUMNS)
    )
    return f"INSERT INTO messages ({into}) VALUES {rows} RETURNING id"  # noqa: S608


_MANY: Final = f"""
INSERT INTO messages
    (direction, status, body, at, next_attempt_at, request_id, {", ".join(_COLUMNS)})
SELECT 'out', 'queued', '', %(at)s, %(at)s, %(request_id)s, {", ".join(_COLUMNS)}
FROM json_to_recordset(%(given)s::json) AS given (
    n integer, phone text, sprint_id bigint, article_id bigint, code_id bigint, template text,
    language text, said bytea, segments integer, lane text, not_after timestamptz,
    channel text, quote integer, quote_key integer)
ORDER BY n RETURNING id
"""  # noqa: S608


@dataclass(frozen=True)
class OutboxDraft:
    """One text to be sent, or call to be made. `phone` is E.164; `at` is when it was decided.

    After `not_after` it is not sent any more: the code would arrive dead, the news old.
    `values` fill the template's variables; the code is not among them, `code_id` names it; nor are
    the digits to be quoted, `quote` is the question of the article that they answer.
    """

    phone: str
    template: str
    language: Language
    values: Mapping[str, int | str]
    lane: Lane
    not_after: datetime
    at: datetime
    sprint_id: int | None = None
    article_id: int | None = None
    code_id: int | None = None
    channel: Channel = "text"
    request_id: str | None = None  # of the request that caused it, as in the logs
    quote: int | None = None
    quote_key: int | None = None  # the number of their key


def _row(draft: OutboxDraft) -> dict[str, Any]:
    """Return the row of a draft, by `_COLUMNS`."""
    body, segments = _words(draft)
    if (CODE_MASK in body) != (draft.code_id is not None):
        raise ValueError(
            f"template {draft.template}: a message holds a code exactly if its template does; "
            "give code_id with code templates and only with them"
        )
    if CHECK_MASK in body and draft.code_id is None:
        raise ValueError(f"template {draft.template}: the three digits of a slip are beside a code")
    if (QUOTE_MASK in body) != (draft.quote is not None):
        raise ValueError(
            f"template {draft.template}: a message shows digits to quote exactly if its template "
            "does; give quote with such templates and only with them"
        )
    return {
        "phone": draft.phone,
        "sprint_id": draft.sprint_id,
        "article_id": draft.article_id,
        "code_id": draft.code_id,
        "template": draft.template,
        "language": draft.language,
        "said": wording.pack(body, draft.values),
        "segments": segments,
        "lane": draft.lane,
        "not_after": draft.not_after,
        "channel": draft.channel,
        "quote": draft.quote,
        "quote_key": draft.quote_key,
    }


def _words(draft: OutboxDraft) -> tuple[str, int]:
    """Return the words of the message and the number of parts that are paid: a call is one."""
    if draft.channel == "voice":
        return speech.render(draft.template, draft.language, draft.values), 1
    rendered = render(draft.template, draft.language, draft.values)
    return rendered.text, rendered.segments.segments


def enqueue(conn: Conn, message: OutboxDraft) -> int:
    """Queue `message` and return its id. It is sent only if the transaction commits.

    Raises what the renderer raises (an unknown template, a wrong value) and ValueError where
    template and `code_id` disagree. Call `outbox.wake.wake` after the commit.
    """
    return enqueue_many(conn, [message])[0]


def enqueue_many(conn: Conn, drafts: Sequence[OutboxDraft]) -> list[int]:
    """Queue all of `drafts`; return their ids in the same order."""
    return ask_enqueue(conn, drafts).answer()


def ask_enqueue(conn: Conn, drafts: Sequence[OutboxDraft]) -> Awaited[list[int]]:
    """Queue all of `drafts`; ask for their ids, in the same order."""
    queued = []
    for (at, request_id), of_one in groupby(drafts, lambda draft: (draft.at, draft.request_id)):
        same = [_row(draft) for draft in of_one]
        bound: dict[str, object] = {"at": at, "request_id": request_id}
        if len(same) > _FEW:
            rows = [
                {"n": n, **row, "said": f"\\x{row['said'].hex()}"} for n, row in enumerate(same)
            ]
            queued.append(conn.execute(_MANY, bound | {"given": orjson.dumps(rows).decode()}))
            continue
        for i, row in enumerate(same):
            bound.update((f"{name}{i}", value) for name, value in row.items())
        queued.append(conn.execute(_insert(len(same)), bound))
    return Awaited(lambda: [int(row[0]) for cursor in queued for row in cursor.fetchall()])
