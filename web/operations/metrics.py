"""The numbers of /metrics, counted at each scrape with bounded work.

The database has the same numbers for every process; Valkey adds queues and heartbeats.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from prometheus_client.core import GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.registry import Collector
from redis import RedisError
from rq import Queue, Worker
from rq.registry import FailedJobRegistry
from rq.serializers import JSONSerializer

from india.masks import veiled
from india.phone import masked
from outbox import heartbeat, probe_verdicts
from outbox.probe_verdicts import ProbeVerdicts
from outbox.wake import BELLS
from postal.desk import text_clocks
from postal.desk.text_clocks import TextClock
from postal.desk.unconfirmed import UNCONFIRMED
from runtime import Runtime
from store import months
from store.database import Conn

# The last hour is read backwards from the newest row, at most this many rows.
MOST_READ = 50_000
HANDOVER_SECONDS = (0.5, 1, 2, 5, 10, 30, 60, 300)
"""The buckets of the time from a message's creation to its acceptance by a carrier."""


@dataclass(frozen=True)
class _Counted:
    """A gauge made of one statement: its last column is the number, those before are labels."""

    name: str
    about: str
    labels: tuple[str, ...]
    sql: str


_GAUGES = (
    _Counted(
        "dakiya_messages_last_hour",
        f"Messages of the last hour, of the newest {MOST_READ} at most",
        ("direction", "lane", "status", "gateway"),
        """
        SELECT direction, coalesce(lane, ''), status, coalesce(gateway, ''), count(*)
        FROM (SELECT direction, lane, status, gateway, at FROM messages
              ORDER BY id DESC LIMIT %(most)s) AS newest
        WHERE at > %(now)s - interval '1 hour' GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
        """,
    ),
    _Counted(
        "dakiya_outbox_waiting",
        "Messages that wait to be sent",
        ("lane",),
        """
        SELECT lanes.lane, count(message_id)
        FROM unnest(ARRAY['code', 'alarm', 'reply', 'notice', 'bulk']) AS lanes (lane)
        LEFT JOIN outbox ON outbox.lane = lanes.lane AND held_until IS NULL
        GROUP BY 1 ORDER BY 1
        """,
    ),
    _Counted(
        "dakiya_outbox_overdue_seconds",
        "How long the message that is due longest has waited",
        ("lane",),
        """
        SELECT lanes.lane,
               greatest(0, coalesce(extract(epoch FROM %(now)s - min(due)), 0))::float
        FROM unnest(ARRAY['code', 'alarm', 'reply', 'notice', 'bulk']) AS lanes (lane)
        LEFT JOIN outbox ON outbox.lane = lanes.lane AND held_until IS NULL
        GROUP BY 1 ORDER BY 1
        """,
    ),
    _Counted(
        "dakiya_outbox_sending",
        "Messages handed to a carrier now",
        (),
        "SELECT count(*) FROM outbox WHERE held_until < 'infinity'",
    ),
    _Counted(
        "dakiya_outbox_lease_over_seconds",
        "How long a message has been sending beyond its lease: the sweeper takes it back",
        (),
        "SELECT greatest(0, coalesce(extract(epoch FROM %(now)s - min(held_until)), 0))::float"
        " FROM outbox WHERE held_until < 'infinity'",
    ),
    _Counted(
        "dakiya_texts_waiting_seconds",
        "How long the oldest text that came has waited for rows that others hold",
        (),
        "SELECT greatest(0, coalesce(extract(epoch FROM %(now)s - min(at)), 0))::float"
        " FROM waiting_texts",
    ),
    _Counted(
        "dakiya_rows_in_no_month",
        "Rows that wait for the partition of their month, 1000 of each table at most",
        ("table",),
        " UNION ALL ".join(months.WAITING.format(table) for table in months.LARGE),
    ),
    _Counted(
        "dakiya_codes_last_hour",
        "Codes of the last hour, by what became of them",
        ("state",),
        """
        SELECT CASE WHEN used_at IS NOT NULL THEN 'used'
                    WHEN dead_reason = 'expired' OR (dead_at IS NULL AND expires_at <= %(now)s)
                        THEN 'expired'
                    WHEN dead_at IS NOT NULL THEN 'killed' ELSE 'live' END, count(*)
        FROM (SELECT * FROM codes ORDER BY id DESC LIMIT %(most)s) AS newest
        WHERE released_at > %(now)s - interval '1 hour' GROUP BY 1 ORDER BY 1
        """,
    ),
    _Counted(
        "dakiya_code_tries_last_hour",
        "Codes that were entered in the last hour",
        ("outcome",),
        """
        SELECT outcome, count(*)
        FROM (SELECT outcome, at FROM code_attempts ORDER BY id DESC LIMIT %(most)s) AS newest
        WHERE at > %(now)s - interval '1 hour' GROUP BY 1 ORDER BY 1
        """,
    ),
    _Counted(
        "dakiya_turns_last_hour",
        "Decisions of the last hour, by the machine that made them",
        ("machine",),
        """
        SELECT c.machine, count(*)
        FROM (SELECT conversation_id, at FROM sprints ORDER BY id DESC LIMIT %(most)s) AS newest
        JOIN conversations c ON c.id = newest.conversation_id
        WHERE newest.at > %(now)s - interval '1 hour' GROUP BY 1 ORDER BY 1
        """,
    ),
    _Counted(
        "dakiya_circuit",
        "1 for the state of each carrier: closed, half_open or open, and rest where so ordered",
        ("gateway", "state"),
        "SELECT name, CASE WHEN ordered = 'rest' THEN 'rest' ELSE state END, 1 FROM carriers"
        " ORDER BY name",
    ),
    _Counted(
        "dakiya_unconfirmed",
        "Texts handed over in the hour before UNCONFIRMED_SECONDS ago that have no receipt",
        ("gateway",),
        f"""
        SELECT gateway, count(*) FROM messages
        WHERE direction = 'out' AND gateway IS NOT NULL
              AND at > %(now)s::timestamptz - %(unconfirmed)s - interval '2 hours'
              AND sent_at > %(now)s::timestamptz - %(unconfirmed)s - interval '1 hour'
              AND {UNCONFIRMED} GROUP BY 1 ORDER BY 1
        """,  # noqa: S608
    ),
    _Counted(
        "dakiya_scrubbed",
        "Texts of a sentence that operators drop now, by what they drop",
        ("gateway", "header", "template", "language"),
        "SELECT carrier, header, template, language, count FROM scrubs"
        " WHERE last_at > %(now)s - interval '30 minutes' ORDER BY 1, 2, 3, 4",
    ),
    _Counted(
        "dakiya_second_sends_last_hour",
        "Codes that went by another carrier, by the one that they went instead of",
        ("gateway",),
        """
        SELECT instead_of, count(*) FROM (SELECT instead_of, at FROM messages
              ORDER BY id DESC LIMIT %(most)s) AS newest
        WHERE instead_of IS NOT NULL AND at > %(now)s - interval '1 hour' GROUP BY 1 ORDER BY 1
        """,
    ),
    _Counted(
        "dakiya_prefixes_stopped",
        "Blocks of numbers that are texted no more, for a burst",
        (),
        "SELECT count(*) FROM prefix_stops WHERE until > %(now)s AND lifted_at IS NULL",
    ),
    _Counted(
        "dakiya_timers_overdue_seconds",
        "How long the time limit that is due longest has waited",
        (),
        "SELECT greatest(0, coalesce(extract(epoch FROM %(now)s - min(due_at)), 0))::float"
        " FROM timers",
    ),
    _Counted(
        "dakiya_tickets_open",
        "Tickets that nobody has closed",
        ("priority",),
        "SELECT priority::text, count(*) FROM tickets WHERE closed_at IS NULL"
        " GROUP BY 1 ORDER BY 1",
    ),
    _Counted(
        "dakiya_exceptions_last_day",
        "What postmen asked their offices at doors in the last day, by what became of it",
        ("outcome",),
        """
        SELECT coalesce(outcome, 'open'), count(*) FROM (SELECT outcome, asked_at FROM exceptions
              ORDER BY id DESC LIMIT %(most)s) AS newest
        WHERE asked_at > %(now)s - interval '1 day' GROUP BY 1 ORDER BY 1
        """,
    ),
    _Counted(
        "dakiya_offices_over_exceptions",
        "Offices with an open ticket: over two in a hundred of 30 days went without their code",
        (),
        "SELECT count(*) FROM tickets WHERE closed_at IS NULL AND kind = 'exception'"
        " AND article_id IS NULL",
    ),
    _Counted(
        "dakiya_households",
        "Telephones by what they wish for all their post, of those that are read",
        ("wish",),
        """
        SELECT w.wish, count(*) FILTER (WHERE w.so) FROM (SELECT * FROM households
              LIMIT %(most)s) AS h
        CROSS JOIN LATERAL (VALUES
            ('household', h.may_take = 'household'), ('neighbour', h.may_take = 'neighbour'),
            ('weekdays', h.weekdays IS NOT NULL), ('kept', h.keeps),
            ('word', h.word_state = 'chosen'), ('asked', h.asks IS NOT NULL),
            ('locked', h.wrong_day = (%(now)s AT TIME ZONE 'Asia/Kolkata')::date
                       AND h.wrong_quotes >= 3)) AS w(wish, so)
        GROUP BY 1 ORDER BY 1
        """,
    ),
    _Counted(
        "dakiya_words_last_day",
        "Households' words that postmen entered in the last day, by what became of them",
        ("outcome",),
        """
        SELECT 'used', count(*) FROM (SELECT proof, finished_at FROM delivery_items
              ORDER BY id DESC LIMIT %(most)s) AS newest
        WHERE proof = 'word' AND finished_at > %(now)s - interval '1 day'
        UNION ALL
        SELECT 'wrong', count(*) FROM (SELECT at FROM word_tries
              ORDER BY id DESC LIMIT %(most)s) AS newest
        WHERE at > %(now)s - interval '1 day'
        """,
    ),
    _Counted(
        "dakiya_receipts_unmatched_last_hour",
        "Receipts of the last hour for messages that nobody here knows",
        ("gateway",),
        """
        SELECT gateway, count(*) FROM (SELECT gateway, message_id, at FROM receipts
              ORDER BY id DESC LIMIT %(most)s) AS newest
        WHERE message_id IS NULL AND at > %(now)s - interval '1 hour' GROUP BY 1 ORDER BY 1
        """,
    ),
)

_HANDOVER = """
SELECT lane, coalesce(gateway, ''), extract(epoch FROM sent_at - at)::float
FROM (SELECT lane, gateway, at, sent_at, direction FROM messages
      ORDER BY id DESC LIMIT %(most)s) AS newest
WHERE direction = 'out' AND sent_at IS NOT NULL AND at > %(now)s - interval '1 hour'
"""


class DatabaseCollector(Collector):
    """Messages, codes, turns and what waits, as the database has them."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    def collect(self) -> Iterator[GaugeMetricFamily | HistogramMetricFamily]:
        """Yield the numbers. Raises what the database raises: Prometheus sees the failure."""
        settings = self._runtime.settings
        unconfirmed = timedelta(seconds=settings.unconfirmed_seconds)
        now = self._runtime.now()
        bound = {"now": now, "most": MOST_READ, "unconfirmed": unconfirmed}
        hour = now - timedelta(hours=1)
        with self._runtime.reading() as found:
            conn = found.conn
            for counted in _GAUGES:
                yield _gauge(counted, conn.execute(counted.sql, bound).fetchall())
            yield _handover(conn, bound)
            yield _text_clocks(text_clocks.read_newest(conn, hour, now, MOST_READ))
            yield from _probes(probe_verdicts.of_settings(conn, settings, now))
            if found.as_of is not None:
                yield GaugeMetricFamily(
                    "dakiya_replica_age_seconds",
                    "How old the numbers of this page are: they were read from a replica",
                    (self._runtime.now() - found.as_of).total_seconds(),
                )


class ValkeyCollector(Collector):
    """RQ's queues and workers, and the last heartbeat of each process."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    def collect(self) -> Iterable[GaugeMetricFamily]:
        """Return the numbers; where Valkey is away, only `dakiya_valkey_up`, which is 0."""
        up = GaugeMetricFamily("dakiya_valkey_up", "1 where Valkey answers")
        try:
            found = list(self._read())
        except RedisError:
            up.add_metric([], 0)
            return [up]
        up.add_metric([], 1)
        return [up, *found]

    def _read(self) -> Iterator[GaugeMetricFamily]:
        redis = self._runtime.redis
        waiting = GaugeMetricFamily("dakiya_rq_jobs_waiting", "Jobs that wait", labels=["queue"])
        failed = GaugeMetricFamily("dakiya_rq_jobs_failed", "Jobs that failed", labels=["queue"])
        for bell in BELLS:
            queue = Queue(bell.queue, connection=redis, serializer=JSONSerializer)
            waiting.add_metric([bell.queue], queue.count)
            registry = FailedJobRegistry(bell.queue, connection=redis, serializer=JSONSerializer)
            failed.add_metric([bell.queue], registry.get_job_count(cleanup=False))
        workers = GaugeMetricFamily("dakiya_rq_workers", "Workers that are registered")
        workers.add_metric([], Worker.count(connection=redis))
        silence = GaugeMetricFamily(
            "dakiya_silence_seconds", "Since a process was seen last", labels=["process"]
        )
        for process in heartbeat.PROCESSES:
            age = heartbeat.silence(redis, process)
            if age is not None:
                silence.add_metric([process], age)
        yield from (waiting, failed, workers, silence)


def _probes(verdicts: ProbeVerdicts) -> Iterator[GaugeMetricFamily]:
    """Yield what the probes say of routes and of our own telephones, which are named by number."""
    routes = GaugeMetricFamily(
        "dakiya_probe_route", "1 for the state of each probed route", labels=["gateway", "state"]
    )
    took = GaugeMetricFamily(
        "dakiya_probe_seconds", "A probe there and its answer back, the middle", labels=["gateway"]
    )
    for route in verdicts.routes:
        routes.add_metric([route.carrier, route.state], 1)
        if route.seconds is not None:
            took.add_metric([route.carrier], route.seconds)
    handsets = GaugeMetricFamily(
        "dakiya_probe_handset", "1 for the state of each probe telephone", labels=["phone", "state"]
    )
    pairs = GaugeMetricFamily(
        "dakiya_probe_pair",
        "1 for the state of each probed route at each probe telephone",
        labels=["gateway", "phone", "state"],
    )
    names: dict[str, str] = {}
    for number, handset in enumerate(verdicts.handsets, 1):
        names[handset.phone] = f"{number}: {masked(handset.phone)}"
        handsets.add_metric([names[handset.phone], handset.state], 1)
    for pair in verdicts.pairs:
        pairs.add_metric([pair.carrier, names[pair.phone], pair.state], 1)
    yield from (routes, took, handsets, pairs)


def _text_clocks(clocks: Sequence[TextClock]) -> GaugeMetricFamily:
    gauge = GaugeMetricFamily(
        "dakiya_text_clock_seconds",
        "By how much a carrier's times of the texts that come are ahead; behind: less than 0",
        labels=["gateway"],
    )
    for each in clocks:
        if each.off is not None:
            gauge.add_metric([each.carrier], each.off)
    return gauge


def _gauge(counted: _Counted, rows: list[tuple[Any, ...]]) -> GaugeMetricFamily:
    gauge = GaugeMetricFamily(counted.name, counted.about, labels=counted.labels)
    for *labels, number in rows:
        gauge.add_metric([veiled(str(label)) for label in labels], number)
    return gauge


def _handover(conn: Conn, bound: dict[str, object]) -> HistogramMetricFamily:
    """Return a histogram of the last hour: it shrinks as the hour moves on: not for rate()."""
    family = HistogramMetricFamily(
        "dakiya_handover_last_hour_seconds",
        "From the creation of a message to its acceptance by a carrier",
        labels=["lane", "gateway"],
    )
    waits: dict[tuple[str, str], list[float]] = {}
    for lane, gateway, seconds in conn.execute(_HANDOVER, bound).fetchall():
        waits.setdefault((lane, gateway), []).append(seconds)
    for (lane, gateway), found in sorted(waits.items()):
        buckets = [
            (str(float(edge)), float(sum(wait <= edge for wait in found)))
            for edge in HANDOVER_SECONDS
        ]
        family.add_metric([lane, gateway], [*buckets, ("+Inf", float(len(found)))], sum(found))
    return family
