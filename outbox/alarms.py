"""Alarms are no bomb: nobody has the same one about the same article sent twice within an hour.

docs/developing/trust.md rule 9. What counts is the last alarm that the telephone got about the
article: "handed over", "taken back", "handed over" are three news, not a repeat.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from outbox.enqueue import OutboxDraft
from store.database import Conn

_REPEATS_WITHIN: Final = timedelta(hours=1)


def without_repeats(
    conn: Conn, drafts: Sequence[OutboxDraft], answered: str | None
) -> list[OutboxDraft]:
    """Return `drafts` without the alarms that their telephones were told last, by the same asker.

    `answered`: the telephone (E.164) whose text is decided; what is said to it is an answer, and
    never a repeat. None: no text is.
    """
    alarms = [each for each in drafts if each.lane == "alarm" and each.phone != answered]
    articles = {alarm.article_id for alarm in alarms if alarm.article_id is not None}
    if not articles:
        return list(drafts)
    rows = conn.execute(
        "SELECT DISTINCT ON (m.phone, m.article_id) m.phone, m.article_id, m.template, i.phone"
        " FROM messages m LEFT JOIN sprints s ON s.id = m.sprint_id"
        " LEFT JOIN messages i ON i.id = s.message_id"
        " WHERE m.article_id = ANY(%s) AND m.direction = 'out' AND m.lane = 'alarm' AND m.at > %s"
        " ORDER BY m.phone, m.article_id, m.at DESC, m.id DESC",
        [list(articles), min(alarm.at for alarm in alarms) - _REPEATS_WITHIN],
    ).fetchall()
    last = {(phone, article): (template, asker) for phone, article, template, asker in rows}
    return [
        each
        for each in drafts
        if each.lane != "alarm"
        or each.phone == answered
        or last.get((each.phone, each.article_id)) != (each.template, answered)
    ]
