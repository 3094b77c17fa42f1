"""Growth: handovers a second in an empty database, and in one with a year of messages and sprints.

    ./script/bench growth --rows 200000      # of each; the figure of bench/README.md: 10000000

The rows are written in SQL by the owner, spread over twelve months (their ids say so), with digests
as every row has. Then the same handovers are measured again. What a delivery leaves behind
(`kept.py`) says what a year of a division and a week of the nation would take.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import time
from datetime import UTC, datetime
from typing import Final

import psycopg

from bench import books, inbound, kept, report, texts
from bench.inbound import PreparedRequests
from bench.rig import MeasureFailed, rig

_MONTHS: Final = 12
_AT_ONCE: Final = 50_000
_RUNS: Final = 5
_REQUESTS: Final = 600
_BYTES_A_ROW: Final = 1_500  # of a message and a sprint together, at most, with indexes
_DIVISION: Final = 13_000  # deliveries a day (docs/developing/domain.md)
_NATION: Final = 3_700_000  # on the record day, each day (docs/developing/domain.md)

_MESSAGES: Final = """
INSERT INTO messages (id, direction, status, phone, at, next_attempt_at, sprint_id, template,
                      language, variables, body, segments, lane, not_after, gateway, carrier_id,
                      sent_at, delivered_at, attempts, given)
SELECT month * 1000000000000 + nextval('messages_id_seq'), 'out', 'delivered',
       '+918' || lpad((n * 7919 %% 1000000000)::text, 9, '0'), made, made, n, 'thanks', 'hi',
       '{"article": "EU123456785IN"}', repeat('डाक ', 40), 2, 'notice', made + interval '1 day',
       'twilio', 'GR' || md5(n::text), made, made, 1, '{twilio}'
FROM (SELECT n, (n %% 12)::bigint AS month,
             now() - (11 - n %% 12) * interval '30 days' AS made
      FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS n) AS rows
"""
_SPRINTS: Final = """
INSERT INTO sprints (id, conversation_id, at, kept, dictionary, event_kind, acts, about)
SELECT month * 1000000000000 + nextval('sprints_id_seq'), %(whose)s + n %% %(people)s, made,
       decode(md5(n::text) || md5((n + 1)::text) || md5((n + 2)::text) || md5((n + 3)::text)
              || md5((n + 4)::text), 'hex'), 1, 'Thanked', 'SetWitness', '- EU123456785IN'
FROM (SELECT n, (n %% 12)::bigint AS month,
             now() - (11 - n %% 12) * interval '30 days' AS made
      FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS n) AS rows
"""


def main(arguments: list[str]) -> int:
    """Return 0 where at least 0.9 of the empty database's figure is left."""
    parser = argparse.ArgumentParser(prog="./script/bench growth", description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000_000, help="messages, and sprints")
    rows = parser.parse_args(arguments).rows
    free = shutil.disk_usage("/tmp").free  # noqa: S108
    if free < 3 * rows * _BYTES_A_ROW:
        parser.error(f"{rows} rows take {3 * rows * _BYTES_A_ROW >> 30} GiB of disk with the log")
    with rig() as made:
        doors = books.fill(made.settings, (2 * _RUNS + 2) * _REQUESTS, datetime.now(UTC))
        requests = PreparedRequests(made, made.directory / "requests", len(doors))
        texts.write(requests.path, made.settings, doors)
        web = inbound.serve(made)
        requests.run(web, _REQUESTS)
        before = [requests.run(web, _REQUESTS) for _ in range(_RUNS)]
        seconds = _fill(made.settings.owner_url, rows)
        requests.run(web, _REQUESTS)
        after = [requests.run(web, _REQUESTS) for _ in range(_RUNS)]
        size = _size(made.settings.owner_url)
    empty, full = inbound.median(before), inbound.median(after)
    used, used_full = (sum(inbound.median_cpu(each)) for each in (before, after))
    left = kept.measure(300)
    print(report.describe(report.machine()))
    print(f"{rows} messages and sprints over {_MONTHS} months in {seconds:.0f} s, {size >> 20} MiB")
    print(f"handovers: empty {empty:.0f}/s, full {full:.0f}/s, ratio {full / empty:.2f} (≥ 0.90)")
    print(f"processor: empty {used:.1f} ms, full {used_full:.1f} ms each")
    for what, deliveries in (
        ("a year of a division", _DIVISION * 300),
        ("a week of the nation", _NATION * 6),
    ):
        gib = left.stored * deliveries / 2**30
        log = left.wal * deliveries / 2**30
        print(
            f"{what}, {deliveries} deliveries: {gib:.0f} GiB, and {log:.0f} GiB of log (calculated)"
        )
    return 0 if full >= 0.9 * empty else 1


def _fill(owner_url: str, rows: int) -> float:
    began = time.monotonic()
    with psycopg.connect(owner_url, autocommit=True) as conn:
        conn.execute("SELECT make_months(%s)", [_MONTHS - 1])
        row = conn.execute("SELECT min(id), count(*) FROM conversations").fetchone()
        if row is None or not row[1]:
            raise MeasureFailed("there are no conversations to write sprints of")
        for first in range(1, rows + 1, _AT_ONCE):
            values = {"first": first, "last": min(rows, first + _AT_ONCE - 1)}
            conn.execute(_MESSAGES.encode(), values)
            people = {"whose": row[0], "people": min(1000, row[1])}
            conn.execute(_SPRINTS.encode(), values | people)
        conn.execute("VACUUM ANALYZE messages, sprints")
        conn.execute("CHECKPOINT")
    return time.monotonic() - began


def _size(owner_url: str) -> int:
    with psycopg.connect(owner_url) as conn:
        row = conn.execute("SELECT pg_database_size(current_database())").fetchone()
    assert row is not None
    return int(row[0])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
