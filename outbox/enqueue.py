"""The only way to send: a row in `messages`, written in the transaction that decides on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg.types.json import Jsonb

from messages import speech
from messages.catalogue import Channel, Lane
from messages.render import CODE_MASK, render
from settings import Language
from store.database import Conn

_INSERT = """
    INSERT INTO messages (direction, status, phone, at, next_attempt_at, sprint_id, article_id,
                          code_id, template, language, variables, body, segments, lane, not_after,
                          channel, request_id)
    VALUES ('out', 'queued', %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
    RETURNING id
"""


@dataclass(frozen=True)
class OutboxDraft:
    """One text to be sent, or call to be made. `phone` is E.164; `at` is when it was decided.

    After `not_after` it is not sent any more: the code would arrive dead, the news old.
    `values` fill the template's variables; the code is not among them, `code_id` names it.
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


def _row(draft: OutboxDraft) -> tuple[Any, ...]:
    body, segments = _words(draft)
    if (CODE_MASK in body) != (draft.code_id is not None):
        raise ValueError(
            f"template {draft.template}: a message holds a code exactly if its template does; "
            "give code_id with code templates and only with them"
        )
    return (
        draft.phone,
        draft.at,
        draft.at,
        draft.sprint_id,
        draft.article_id,
        draft.code_id,
        draft.template,
        draft.language,
        Jsonb(dict(draft.values)),
        body,
        segments,
        draft.lane,
        draft.not_after,
        draft.channel,
        draft.request_id,
    )


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
    """Queue all of `drafts` in one round trip; return their ids in the same order."""
    if not drafts:
        return []
    with conn.cursor() as cursor:
        cursor.executemany(_INSERT, [_row(draft) for draft in drafts], returning=True)
        return [int(row[0]) for results in cursor.results() for row in results]
