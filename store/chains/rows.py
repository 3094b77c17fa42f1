"""The statements that read rows of chains, for all chains alike."""

from __future__ import annotations

from typing import Final, Literal, get_args

from psycopg import sql

from store.rights import CHAINED

Chain = Literal["events", "access_log", "ledger", "sprints", "redactions"]
CHAINS: Final[tuple[Chain, ...]] = get_args(Chain)
assert CHAINS == CHAINED

# What row_digest(…) hashes. Written out: verifying trusts no function of the database's own.
_CONTENT: Final = sql.SQL(
    """
(SELECT '{{' || string_agg('"' || key || '":' || value::text, ',' ORDER BY key COLLATE "C") || '}}'
 FROM json_each(to_json(t))
 WHERE key <> ALL ('{{salt,digest,position}}') AND value::text <> 'null')
"""
).format()
# Of a sprint, what private_digest stands for is hashed apart (chain_sprint), so that it can go.
_CONTENT_OF_SPRINT: Final = sql.SQL(
    """
(SELECT '{{' || string_agg('"' || key || '":' || value::text, ',' ORDER BY key COLLATE "C") || '}}'
 FROM json_each(to_json(t))
 WHERE key <> ALL ('{{salt,digest,position,private_salt}}') AND value::text <> 'null'
   AND (key <> ALL ('{{event,state_before,facts,decision,state_after,kept,phones}}')
        OR t.private_digest IS NULL))
"""
).format()
_PRIVATE: Final = sql.SQL(
    """
, t.private_salt, t.private_digest, CASE WHEN t.private_digest IS NOT NULL THEN
(SELECT '{{' || string_agg('"' || key || '":' || value::text, ',' ORDER BY key COLLATE "C") || '}}'
 FROM json_each(to_json(t))
 WHERE CASE WHEN t.kept IS NULL THEN key = ANY ('{{event,state_before,facts,decision,state_after}}')
       ELSE key = ANY ('{{kept,phones}}') AND value::text <> 'null' END)
END AS private, t.private_digest IS NULL OR t.kept IS NOT NULL OR (
    t.told->>'event' IS NOT DISTINCT FROM t.event->>'kind'
    AND t.told->'acts' = jsonb_path_query_array(t.decision, '$.acts[*].kind')) AS consistent,
t.kept, t.dictionary, t.phones, t.event_kind, t.acts, t.about
"""
).format()
_NO_PRIVATE: Final = sql.SQL(
    ", NULL AS private_salt, NULL AS private_digest, NULL AS private, true AS consistent,"
    " NULL AS kept, NULL AS dictionary, NULL AS phones, NULL AS event_kind, NULL AS acts,"
    " NULL AS about"
)
# `id + 0`: the rows of a day lie together, and BRIN finds them in a few pages; by the primary key
# they come in order, but among all others since the first.
_LEAVES: Final = sql.SQL(
    """
SELECT id, digest FROM (
    SELECT id, digest FROM {table} WHERE day_written = %(day)s AND id > %(after)s
    UNION ALL
    SELECT row_id, digest_was FROM redactions
    WHERE chain = %(chain)s AND row_day = %(day)s AND digest_now IS NULL AND row_id > %(after)s
) AS written ORDER BY id + 0 LIMIT %(most)s
"""
)
_ROWS: Final = sql.SQL(
    """
SELECT t.id, t.digest, t.salt, {content} AS content, r.digest_was, r.digest_now {private}
FROM {table} t LEFT JOIN LATERAL (
    SELECT digest_was, digest_now FROM redactions
    WHERE chain = %(chain)s AND row_day = t.day_written AND row_id = t.id
    ORDER BY id DESC LIMIT 1
) r ON true
WHERE t.day_written = %(day)s ORDER BY t.id + 0
"""
)
_DAYS: Final = sql.SQL("SELECT DISTINCT day_written FROM {table}")
_FIRST_DAY: Final = sql.SQL(
    "SELECT min(day_written) FROM {table} HAVING min(day_written) IS NOT NULL"
)
_COUNT: Final = sql.SQL(
    "SELECT count(*) FROM {table} WHERE %(day)s::date IS NULL OR day_written = %(day)s"
)


def leaves(chain: Chain) -> sql.Composed:
    """Return the query of a day's ids and digests after an id; rows that purge removed count too.

    Its values: `day`, `chain`, `after`, `most`.
    """
    return _LEAVES.format(table=sql.Identifier(chain))


def rows(chain: Chain) -> sql.Composed:
    """Return the query of a day's rows with content, and what was removed of them since.

    Its values: `day`, `chain`. The session's time zone must be UTC.
    """
    private = _PRIVATE if chain == "sprints" else _NO_PRIVATE
    return _ROWS.format(table=sql.Identifier(chain), content=_content(chain), private=private)


def content(chain: Chain, which: sql.Composable) -> sql.Composed:
    """Return the query of `id`, day, salt, digest and content of the rows that `which` selects."""
    query = sql.SQL("SELECT t.id, t.day_written, t.salt, t.digest, {} FROM {} t {}")
    return query.format(_content(chain), sql.Identifier(chain), which)


def _content(chain: Chain) -> sql.Composed:
    return _CONTENT_OF_SPRINT if chain == "sprints" else _CONTENT


def days(chain: Chain) -> sql.Composed:
    """Return the query of the days that have rows: all of them are read, as verifying does."""
    return _DAYS.format(table=sql.Identifier(chain))


def first_day(chain: Chain) -> sql.Composed:
    """Return the query of the first day that has rows; no row: there are none."""
    return _FIRST_DAY.format(table=sql.Identifier(chain))


def count(chain: Chain) -> sql.Composed:
    """Return the query of how many rows there are: on `day`, or (None) in all."""
    return _COUNT.format(table=sql.Identifier(chain))
