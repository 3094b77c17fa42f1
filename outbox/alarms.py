"""Alarms are no bomb: nobody has the same one about the same article sent twice within an hour.

docs/developing/trust.md rule 9. What counts is the last alarm that the telephone got about the
article: "handed over", "taken back", "handed over" are three news, not a repeat. And those that
protect are looked after until they were heard (outbox/unheard.py).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from outbox.enqueue import OutboxDraft
from store.database import Conn
from store.together import Awaited

_REPEATS_WITHIN: Final = timedelta(hours=1)
PROTECTING: Final = frozenset(
    {
        *("exception_done", "word_done", "signed_for", "offline_claimed", "offline_unproven"),
        *("number_wrong", "move_done", "nominee_agreed"),
    }
)
"""What went, or is to go, without its addressee's own code: only who hears of it can object."""
HANDED_OVER: Final = frozenset({"delivered", "delivered_on", "delivered_missing", "collected"})
"""These protect too where it was without network (a slip was shown, and the text came later), and
the addressee where a nominee took it whom a text had named."""
_LOOKED_AT: Final = timedelta(minutes=6)  # it was sent once more by then (outbox/policy.py)


Last = Mapping[tuple[str, int], tuple[str, str | None]]
"""The last alarm of a telephone about an article: its template, and whose text it followed."""


def ask_last(conn: Conn, article_ids: Collection[int], now: datetime) -> Awaited[Last]:
    """Ask for the last alarms about the articles."""
    if not article_ids:
        return Awaited(dict)
    cursor = conn.execute(
        "SELECT DISTINCT ON (phone, article_id) phone, article_id, template, sprint_id"
        " FROM messages"
        " WHERE article_id = ANY(%(articles)s) AND direction = 'out' AND lane = 'alarm'"
        " AND at > %(since)s"
        " ORDER BY phone, article_id, at DESC, id DESC",
        {
            "articles": list(article_ids),
            "since": now - _REPEATS_WITHIN,
        },
    )
    return Awaited(lambda: _with_askers(conn, cursor.fetchall()))


def _with_askers(conn: Conn, alarms: Sequence[tuple[str, int, str, int | None]]) -> Last:
    """Add whose texts the alarms followed; mostly there is no alarm, and nothing to ask.

    By ids that are known: a join would look into every month of sprints and of texts.
    """
    sprints = [sprint for *_, sprint in alarms if sprint is not None]
    texts: dict[int, int | None] = {}
    phones: dict[int, str | None] = {}
    if sprints:
        texts |= conn.execute(
            "SELECT id, message_id FROM sprints WHERE id = ANY(%s)", [sprints]
        ).fetchall()
    asked = [text for text in texts.values() if text is not None]
    if asked:
        phones |= conn.execute(
            "SELECT id, phone FROM messages WHERE id = ANY(%s)", [asked]
        ).fetchall()
    return {
        (phone, article): (template, phones.get(texts.get(sprint or 0) or 0))
        for phone, article, template, sprint in alarms
    }


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


def watch(conn: Conn, drafts: Sequence[OutboxDraft], given: Collection[int], now: datetime) -> None:
    """Have the articles looked after about which `drafts` hold an alarm that protects.

    `given`: the rows of those that were handed over without network, or to a nominee.
    """
    about = {
        each.article_id
        for each in drafts
        if each.template in PROTECTING
        or (each.template in HANDED_OVER and each.article_id in given)
    }
    if about - {None}:
        conn.execute(
            "INSERT INTO alarms_watched AS w (article_id, since, due)"
            " SELECT article, %(now)s, %(due)s FROM unnest(%(articles)s::bigint[]) AS article"
            " ON CONFLICT (article_id) DO UPDATE SET due = least(w.due, excluded.due)",
            {"articles": sorted(filter(None, about)), "now": now, "due": now + _LOOKED_AT},
        )
