"""Where the numbers come from: each source as SQL about %(first)s to %(last)s, days in India.

The same rows are counted (`counted`), summed up at night (summing_up.py) and listed (articles.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Any, Final

from flows.trust import MOST_WORDS
from india.calendar import bounds
from postal import walls
from postal.office.cash import TAKEN_AT_DOORS
from postal.promises import LATENESS, VISITED
from postal.reports.heads import OF_KIND
from postal.reports.measures import BURST_FROM, BURST_GAP, CONDITIONS, MEASURES, SOON, Source

_DAY: Final = "({column} AT TIME ZONE 'Asia/Kolkata')::date"

# What was last said of a remark before the next visit; its own proof, a refusal code, is a word.
_WORD: Final = """
LEFT JOIN LATERAL (
    SELECT CASE e.kind WHEN 'remark_contested' THEN 'contested' WHEN 'remark_confirmed'
           THEN 'confirmed' ELSE CASE WHEN e.data->>'proven' = 'true' THEN 'confirmed' END END
           AS word
    FROM events e
    WHERE e.article_id = i.article_id AND e.at >= i.finished_at
      AND e.kind IN ('attempted', 'remark_contested', 'remark_confirmed')
      AND e.at < coalesce(
          (SELECT min(coalesce(n.approached_at, n.finished_at)) FROM delivery_items n
           WHERE n.article_id = i.article_id AND n.id > i.id), 'infinity')
    ORDER BY e.id DESC LIMIT 1
) w ON i.state = 'attempted'
"""
ITEMS: Final = f"""
delivery_lists l JOIN staff s ON s.id = l.postman_id
JOIN delivery_items i ON i.list_id = l.id JOIN articles a ON a.id = i.article_id {_WORD}
WHERE l.date BETWEEN %(first)s AND %(last)s
"""
CODES: Final = """
codes c JOIN staff s ON s.id = c.postman_id JOIN articles a ON a.id = c.article_id
LEFT JOIN (SELECT m.code_id, min(m.delivered_at) AS at FROM messages m
           WHERE m.direction = 'out' AND m.code_id IS NOT NULL AND m.delivered_at IS NOT NULL
             AND m.at >= %(since)s AND m.at < %(until)s + interval '1 day'
           GROUP BY m.code_id) t ON t.code_id = c.id
WHERE c.released_at >= %(since)s AND c.released_at < %(until)s
"""
# Codes are told in a row where each comes soon after the one before; a row is a burst by how many
# telephones it is about, since several articles of one household are told at once.
TOLD: Final = """
(WITH told AS (
     SELECT c.id, c.article_id, c.postman_id, c.used_at, a.recipient_phone,
            (c.used_at - lag(c.used_at) OVER each > %(gap)s)::int AS begins
     FROM codes c JOIN articles a ON a.id = c.article_id
     WHERE c.purpose = 'handover' AND c.used_at >= %(since)s AND c.used_at < %(until)s
       AND c.released_at >= %(since)s - interval '1 day' AND c.released_at < %(until)s
     WINDOW each AS (PARTITION BY c.postman_id ORDER BY c.used_at, c.id)),
 in_rows AS (
     SELECT told.*, coalesce(sum(begins) OVER (PARTITION BY postman_id ORDER BY used_at, id), 0)
            AS row_no FROM told),
 sized AS (SELECT postman_id, row_no, count(DISTINCT recipient_phone) AS people
           FROM in_rows GROUP BY postman_id, row_no)
 SELECT r.*, z.people FROM in_rows r JOIN sized z USING (postman_id, row_no)
) b JOIN staff s ON s.id = b.postman_id JOIN articles a ON a.id = b.article_id
WHERE true
"""
TICKETS: Final = """
tickets t LEFT JOIN staff p ON p.id = t.staff_id LEFT JOIN articles a ON a.id = t.article_id
WHERE t.at >= %(since)s AND t.at < %(until)s
"""
QUESTIONS: Final = """
ticket_questions q JOIN tickets t ON t.id = q.ticket_id
LEFT JOIN staff p ON p.id = t.staff_id LEFT JOIN articles a ON a.id = t.article_id
WHERE q.asked_at >= %(since)s AND q.asked_at < %(until)s
"""
PROMISES: Final = f"""
articles a {VISITED} CROSS JOIN LATERAL (SELECT {LATENESS} AS lateness) p
WHERE a.due_by BETWEEN %(first)s AND %(last)s
"""
EXCEPTIONS: Final = """
exceptions x JOIN staff s ON s.id = x.postman_id JOIN articles a ON a.id = x.article_id
WHERE x.asked_at >= %(since)s AND x.asked_at < %(until)s
"""
# Wrong words of households, numbered as they end a postman's tries of the day.
WORDS: Final = """
(SELECT id, article_id, staff_id, day, at,
        row_number() OVER (PARTITION BY staff_id, day ORDER BY id) AS nth
 FROM word_tries WHERE day BETWEEN %(first)s AND %(last)s
) y JOIN staff s ON s.id = y.staff_id JOIN articles a ON a.id = y.article_id
WHERE true
"""
_OF_WORDS: Final = (
    "y.day, s.office_id, s.id AS postman_id, a.service, NULL::text AS carrier, NULL::text AS head"
)
# What is wished and in force, by the day of its last change, at the office of the latest post.
HOUSEHOLDS: Final = """
households h LEFT JOIN LATERAL (
    SELECT recipient_pin FROM articles WHERE recipient_phone = h.phone ORDER BY id DESC LIMIT 1
) a ON true
WHERE h.changed_at >= %(since)s AND h.changed_at < %(until)s
"""
_OF_EXCEPTIONS: Final = (
    _DAY.format(column="x.asked_at")
    + " AS day, x.office_id, x.postman_id, a.service, NULL::text AS carrier, NULL::text AS head"
)
_OF_PROMISES: Final = (
    f"a.due_by AS day, {walls.LIES_AT} AS office_id, NULL::bigint AS postman_id, a.service,"
    " NULL::text AS carrier, NULL::text AS head"
)
_OF_ITEMS: Final = (
    "l.date AS day, s.office_id, l.postman_id, a.service, NULL::text AS carrier, NULL::text AS head"
)
_OF_CODES: Final = (
    _DAY.format(column="c.released_at")
    + " AS day, s.office_id, c.postman_id, a.service, NULL::text AS carrier, NULL::text AS head"
)
_OF_TOLD: Final = (
    _DAY.format(column="b.used_at")
    + " AS day, s.office_id, b.postman_id, a.service, NULL::text AS carrier, NULL::text AS head"
)
OFFICE_OF_TICKET: Final = f"coalesce(p.office_id, {walls.LIES_AT})"
_ABOUT_TICKET: Final = (
    f" AS day, {OFFICE_OF_TICKET} AS office_id, t.staff_id AS postman_id, a.service,"
    f" NULL::text AS carrier, {OF_KIND} AS head"
)
_OF_TICKETS: Final = _DAY.format(column="t.at") + _ABOUT_TICKET
_OF_QUESTIONS: Final = _DAY.format(column="q.asked_at") + _ABOUT_TICKET

_MAIN_OFFICE: Final = """
(SELECT o.id FROM offices o WHERE o.pin = {pin}
 ORDER BY array_position(ARRAY['head', 'sub', 'branch'], o.branch_type), o.id LIMIT 1)
"""
_OF_HOUSEHOLDS: Final = (
    _DAY.format(column="h.changed_at")
    + f" AS day, {_MAIN_OFFICE.format(pin='a.recipient_pin')} AS office_id,"
    " NULL::bigint AS postman_id, NULL::text AS service, NULL::text AS carrier, NULL::text AS head"
)
_TEXTS: Final = f"""
SELECT {_DAY.format(column="m.at")} AS day,
       coalesce(cs.office_id, ps.office_id, {_MAIN_OFFICE.format(pin="a.recipient_pin")})
           AS office_id,
       NULL::bigint AS postman_id, NULL::text AS service, m.gateway AS carrier, NULL::text AS head,
       (m.channel = 'text' AND m.lane = 'code')::int AS codes,
       (m.channel = 'text' AND m.lane = 'alarm')::int AS alarms,
       (m.channel = 'text' AND m.lane NOT IN ('code', 'alarm'))::int AS news,
       (m.channel = 'voice')::int AS calls,
       CASE WHEN m.channel = 'text' THEN m.segments ELSE 0 END AS segments,
       (m.lane = 'code' AND m.delivered_at <= m.at + %(soon)s)::int AS soon,
       (m.lane = 'code' AND m.delivered_at > m.at + %(soon)s)::int AS late,
       (m.lane = 'code' AND m.delivered_at IS NULL)::int AS silent
FROM messages m LEFT JOIN codes c ON c.id = m.code_id LEFT JOIN staff cs ON cs.id = c.postman_id
LEFT JOIN staff ps ON ps.phone = m.phone AND ps.active AND ps.role = 'postman'
LEFT JOIN articles a ON a.id = m.article_id
WHERE m.direction = 'out' AND m.gateway IS NOT NULL AND m.sent_at IS NOT NULL
  AND m.at >= %(since)s AND m.at < %(until)s
"""  # noqa: S608
_COD: Final = """
SELECT l.date AS day, s.office_id, l.postman_id, NULL::text AS service, NULL::text AS carrier,
       NULL::text AS head,
       least(coalesce(h.covered, 0), coalesce(p.cash, 0)) AS handed,
       greatest(coalesce(p.cash, 0) - coalesce(h.covered, 0), 0) AS outstanding,
       coalesce(p.upi, 0) AS upi
FROM delivery_lists l JOIN staff s ON s.id = l.postman_id
JOIN LATERAL (
    {taken}
) p ON true
LEFT JOIN LATERAL (
    SELECT sum(expected_paise)::bigint AS covered FROM cod_handings WHERE list_id = l.id
) h ON true
WHERE l.date BETWEEN %(first)s AND %(last)s AND (p.cash IS NOT NULL OR p.upi IS NOT NULL)
""".replace("{taken}", TAKEN_AT_DOORS)
_FRAUD: Final = f"""
SELECT f.day, {_MAIN_OFFICE.format(pin="f.pin")} AS office_id, NULL::bigint AS postman_id,
       NULL::text AS service, NULL::text AS carrier, NULL::text AS head, 1 AS reported
FROM fraud_reports f WHERE f.day BETWEEN %(first)s AND %(last)s
"""  # noqa: S608


def _parts_of(source: Source) -> tuple[str, ...]:
    found = (each.parts for each in MEASURES.values() if each.source == source)
    return tuple(part for parts in found for part in parts)


DELIVERY_PARTS: Final = (*_parts_of("items"), *_parts_of("codes"), *_parts_of("told"))
"""The columns of report_deliveries that count."""
TEXT_PARTS: Final = (*("codes", "alarms", "news", "calls", "segments", "soon", "late", "silent"),)
"""The columns of report_texts that count."""


def _counted(parts: tuple[str, ...], of: str, rows: str) -> str:
    """Return SQL for one row of each thing in `rows`, with 1 under each part that it belongs to."""
    columns = ", ".join(
        f"({CONDITIONS[part]})::int AS {part}" if part in parts else f"0 AS {part}"
        for part in DELIVERY_PARTS
    )
    return f"SELECT {of}, {columns} FROM {rows}"  # noqa: S608


def _tickets() -> str:
    columns = ", ".join(
        f"coalesce({CONDITIONS[part]}, false)::int AS {part}" for part in _parts_of("tickets")
    )
    return f"SELECT {_OF_TICKETS}, t.closed_at - t.at AS took, {columns} FROM {TICKETS}"  # noqa: S608


def _questions() -> str:
    columns = ", ".join(
        f"coalesce({CONDITIONS[part]}, false)::int AS {part}" for part in _parts_of("questions")
    )
    return f"SELECT {_OF_QUESTIONS}, {columns} FROM {QUESTIONS}"  # noqa: S608


def _promises() -> str:
    columns = ", ".join(f"({CONDITIONS[part]})::int AS {part}" for part in _parts_of("promises"))
    return f"SELECT {_OF_PROMISES}, {columns} FROM {PROMISES}"  # noqa: S608


def _exceptions() -> str:
    columns = ", ".join(
        f"coalesce({CONDITIONS[part]}, false)::int AS {part}" for part in _parts_of("exceptions")
    )
    return f"SELECT {_OF_EXCEPTIONS}, {columns} FROM {EXCEPTIONS}"  # noqa: S608


def _words() -> str:
    columns = ", ".join(f"({CONDITIONS[part]})::int AS {part}" for part in _parts_of("words"))
    return f"SELECT {_OF_WORDS}, {columns} FROM {WORDS}"  # noqa: S608


def _households() -> str:
    columns = ", ".join(
        f"coalesce({CONDITIONS[part]}, false)::int AS {part}" for part in _parts_of("households")
    )
    return f"SELECT {_OF_HOUSEHOLDS}, {columns} FROM {HOUSEHOLDS}"  # noqa: S608


LIVE: Final[Mapping[Source, str]] = MappingProxyType(
    {
        "items": _counted(_parts_of("items"), _OF_ITEMS, ITEMS),
        "codes": _counted(_parts_of("codes"), _OF_CODES, CODES),
        "told": _counted(_parts_of("told"), _OF_TOLD, TOLD),
        "texts": _TEXTS,
        "cod": _COD,
        "tickets": _tickets(),
        "questions": _questions(),
        "fraud": _FRAUD,
        "promises": _promises(),
        "exceptions": _exceptions(),
        "words": _words(),
        "households": _households(),
    }
)
"""The rows of each source, read now: day, office_id, postman_id, service, carrier, head, parts."""

STORED: Final[Mapping[Source, str]] = MappingProxyType(
    {
        **dict.fromkeys(("items", "codes", "told"), "report_deliveries"),
        "texts": "report_texts",
    }
)
"""The table that holds the sums of days that are over; of other sources there is none."""

COLUMNS: Final = "day, office_id, postman_id, service, carrier, head"
_IN_TABLE: Final[Mapping[str, str]] = MappingProxyType(
    {
        "report_deliveries": "day, office_id, postman_id, service, NULL, NULL",
        "report_texts": "day, office_id, NULL, NULL, carrier, NULL",
    }
)


def stored(source: Source, parts: str) -> str:
    """Return SQL for the sums of `source` of %(kept)s, the days that are summed up."""
    table = STORED[source]
    return f"SELECT {_IN_TABLE[table]}, {parts} FROM {table} WHERE day = ANY(%(kept)s)"  # noqa: S608


def values(first: date, last: date) -> dict[str, Any]:
    """Return the values that the SQL of every source takes, for the days `first` to `last`."""
    return {
        "first": first,
        "last": last,
        "since": bounds(first)[0],
        "until": bounds(last)[1],
        "soon": SOON,
        "gap": BURST_GAP,
        "burst_from": BURST_FROM,
        "most_words": MOST_WORDS,
    }
