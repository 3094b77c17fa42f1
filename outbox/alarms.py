"""Alarms are no bomb: nobody has the same one about the same article sent twice within an hour.

docs/developing/trust.md rule 9. What counts is the last alarm that the telephone got about the
article: "handed over", "taken back", "handed over" are three news, not a repeat.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from outbox.enqueue import OutboxDraft
from store.database import Conn
from store.together import Awaited

_REPEATS_WITHIN: Final = timedelta(hours=1)


Last = Mapping[tuple[str, int], tuple[str, str | None]]
"""The last alarm of a telephone about an article: its template, and whose text it followed."""


def ask_last(conn: Conn, article_ids: Collection[int], now: datetime) -> Awaited[Last]:
    """Ask for the last alarms about the articles."""
    if not article_ids:
        return Awaited(dict)
    cursor = conn.execute(
        "SELECT DISTINCT ON (m.phone, m.article_id) m.phone, m.article_id, m.template, i.phone"
        " FROM messages m LEFT JOIN sprints s ON s.id = m.sprint_id"
        " LEFT JOIN messages i ON i.id = s.message_id"
        " WHERE m.article_id = ANY(%(articles)s) AND m.direction = 'out' AND m.lane = 'alarm'"
        " AND m.at > %(since)s"
        " ORDER BY m.phone, m.article_id, m.at DESC, m.id DESC",
        {
            "articles": list(article_ids),
            "since": now - _REPEATS_WITHIN,
        },
    )
    return Awaited(lambda: {(row[0], row[1]): (row[2], row[3]) for row in cursor.fetchall()})


def without_repeats(
    drafts: Sequence[OutboxDraft], last: Last, answered: str | None
) -> list[OutboxDraft]:
    """Return `drafts` without the alarms that their telephones were told last, by the same asker.

    `answered`: the telephone (E.164) whose text is decided; what is said to it is an answer, and
    never a repeat. None: no text is.
    """
    return [
        each
        for each in drafts
        if each.lane != "alarm"
        or each.phone == answered
        or each.article_id is None
        or last.get((each.phone, each.article_id)) != (each.template, answered)
    ]
