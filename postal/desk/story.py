"""What the answer about an article is made of: its place, code, last visit, and who was told.

Each is the last of its kind, as the books have it; what a decision was made of is its sprint's
(flows/replay/explain.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from psycopg.rows import class_row

from flows.decision import Role
from messages.catalogue import Channel
from postal.walls import LIES_AT
from store.database import Conn

# What asks for a code: by text, dial, call or the desk.
_ASKS = ("Yes", "SendCode", "SpeakCode", "RepeatQuestion", "CodeWanted")


@dataclass(frozen=True)
class LastVisitMade:
    """The last list that the article was on, and what became of it there.

    `state`: of the item. `out_at`: when it was put on this list, or taken over. `at`:
    when the postman reported.
    """

    postman: str
    day: date
    state: str
    out_at: datetime
    approached_at: datetime | None
    at: datetime | None


@dataclass(frozen=True)
class CodeGiven:
    """The last code of the article, and the last text or call that carried it."""

    released_at: datetime
    expires_at: datetime
    used_at: datetime | None
    dead_at: datetime | None
    dead_reason: str | None
    status: str | None
    sent_at: datetime | None
    delivered_at: datetime | None


@dataclass(frozen=True)
class LastTold:
    """The last text or call to one of the article's people. `part`: None where he is it no more."""

    part: Role | None
    phone: str
    template: str
    channel: Channel
    at: datetime
    status: str
    delivered_at: datetime | None


@dataclass(frozen=True)
class ArticleStory:
    """The last of each. `asked`: the sprint in which whoever has the code asked for it last.

    `final_at`: when the office took it back from the postman, after his remark.
    """

    office: str | None
    arrived_at: datetime | None
    final_at: datetime | None
    visit: LastVisitMade | None
    code: CodeGiven | None
    told: list[LastTold]
    asked: int | None


_PLACE = f"""
SELECT (SELECT o.name FROM offices o WHERE o.id = {LIES_AT}),
       (SELECT max(r.at) FROM arrivals r WHERE r.article_id = a.id AND r.kind = 'here'),
       a.remark_final_at
FROM articles a WHERE a.id = %(id)s
"""  # noqa: S608
_VISIT = """
SELECT s.name AS postman, l.date AS day, i.state, i.approached_at,
       coalesce((SELECT max(e.at) FROM events e WHERE e.article_id = i.article_id
                 AND e.kind IN ('out_for_delivery', 'passed_on')), l.created_at) AS out_at,
       i.finished_at AS at
FROM delivery_items i JOIN delivery_lists l ON l.id = i.list_id JOIN staff s ON s.id = l.postman_id
WHERE i.article_id = %(id)s ORDER BY i.id DESC LIMIT 1
"""
_CODE = """
SELECT c.released_at, c.expires_at, c.used_at, c.dead_at, c.dead_reason, m.status, m.sent_at,
       m.delivered_at
FROM codes c LEFT JOIN LATERAL (
    SELECT status, sent_at, delivered_at FROM messages
    WHERE article_id = c.article_id AND code_id = c.id ORDER BY id DESC LIMIT 1) m ON true
WHERE c.article_id = %(id)s ORDER BY c.issue DESC LIMIT 1
"""
_TOLD = """
SELECT * FROM (
    SELECT DISTINCT ON (m.phone)
           CASE m.phone WHEN n.phone THEN 'nominee' WHEN a.recipient_phone THEN 'recipient'
                WHEN a.sender_phone THEN 'sender' WHEN s.phone THEN 'postman'
                WHEN o.phone THEN 'office' END AS part,
           m.phone, m.template, m.channel, m.at, m.status, m.delivered_at
    FROM messages m JOIN articles a ON a.id = m.article_id
    LEFT JOIN nominees n ON n.article_id = a.id AND n.ended_at IS NULL
    LEFT JOIN LATERAL (SELECT list_id FROM delivery_items WHERE article_id = a.id
                       ORDER BY id DESC LIMIT 1) i ON true
    LEFT JOIN delivery_lists l ON l.id = i.list_id
    LEFT JOIN staff s ON s.id = l.postman_id LEFT JOIN offices o ON o.id = s.office_id
    WHERE m.article_id = %(id)s AND m.direction = 'out'
    ORDER BY m.phone, m.at DESC, m.id DESC) AS told
ORDER BY at DESC LIMIT 8
"""
_ASKED = """
SELECT s.id FROM conversations c CROSS JOIN LATERAL (
    SELECT id, at FROM sprints
    WHERE conversation_id = c.id AND coalesce(event_kind, event->>'kind') = ANY(%(asks)s)
      AND (%(number)s = ANY (string_to_array(about, ' ')) OR event->>'article' = %(number)s
           OR state_after->'context'->>'article' = %(number)s
           OR state_before->'context'->>'article' = %(number)s)
      AND at > %(since)s
    ORDER BY at DESC, id DESC LIMIT 1) s
WHERE c.whose = %(holder)s AND c.machine = 'recipient'
"""


def of_article(
    conn: Conn, article_id: int, number: str, holder: str | None, since: datetime
) -> ArticleStory:
    """Return the story of the article. `holder`: the telephone (E.164) that gets the code.

    `since`: how far back a request for a code is looked for.
    """
    values = {"id": article_id}
    place = conn.execute(_PLACE.encode(), values).fetchone()
    with conn.cursor(row_factory=class_row(LastVisitMade)) as cursor:
        visit = cursor.execute(_VISIT, values).fetchone()
    with conn.cursor(row_factory=class_row(CodeGiven)) as cursor:
        code = cursor.execute(_CODE, values).fetchone()
    with conn.cursor(row_factory=class_row(LastTold)) as cursor:
        told = cursor.execute(_TOLD, values).fetchall()
    asked = conn.execute(
        _ASKED, {"asks": list(_ASKS), "number": number, "holder": holder, "since": since}
    ).fetchone()
    assert place is not None
    office, arrived_at, final_at = place
    at = asked[0] if asked else None
    return ArticleStory(office, arrived_at, final_at, visit, code, told, at)
