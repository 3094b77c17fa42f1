"""The numbers of /metrics, counted in the database at each scrape, over bounded work."""

from __future__ import annotations

from collections.abc import Iterable

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from runtime import Runtime

# The last hour is read backwards from the newest message, and never further than this.
MOST_READ = 50_000

_LAST_HOUR = """
SELECT direction, coalesce(lane, ''), status, coalesce(gateway, ''), count(*)
FROM (SELECT direction, lane, status, gateway, at FROM messages ORDER BY id DESC LIMIT %s) AS newest
WHERE at > %s - interval '1 hour' GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
"""

_WAITING = """
SELECT lanes.lane, count(messages.id),
       greatest(0, coalesce(extract(epoch FROM %s - min(next_attempt_at)), 0))::float
FROM unnest(ARRAY['code', 'reply', 'notice', 'bulk']) AS lanes (lane)
LEFT JOIN messages ON messages.lane = lanes.lane AND status IN ('queued', 'unknown')
GROUP BY 1 ORDER BY 1
"""

_SENDING = "SELECT count(*) FROM messages WHERE status = 'sending'"


class Outbox(Collector):
    """Messages of the last hour, and what waits to be sent."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    def collect(self) -> Iterable[GaugeMetricFamily]:
        """Raises what the database raises: a scrape that fails is seen by Prometheus."""
        now = self._runtime.now()
        with self._runtime.database.transaction() as conn:
            last_hour = conn.execute(_LAST_HOUR, (MOST_READ, now)).fetchall()
            waiting = conn.execute(_WAITING, (now,)).fetchall()
            sending = conn.execute(_SENDING).fetchall()
        messages = GaugeMetricFamily(
            "dakiya_messages_last_hour",
            f"Messages of the last hour, of the newest {MOST_READ} at most",
            labels=["direction", "lane", "status", "gateway"],
        )
        for direction, lane, status, gateway, number in last_hour:
            messages.add_metric([direction, lane, status, gateway], number)
        depth = GaugeMetricFamily(
            "dakiya_outbox_waiting", "Messages that wait to be sent", labels=["lane"]
        )
        age = GaugeMetricFamily(
            "dakiya_outbox_overdue_seconds",
            "How long the message that is due longest has waited",
            labels=["lane"],
        )
        for lane, number, seconds in waiting:
            depth.add_metric([lane], number)
            age.add_metric([lane], seconds)
        under_way = GaugeMetricFamily("dakiya_outbox_sending", "Messages handed to a carrier now")
        under_way.add_metric([], sending[0][0])
        return [messages, depth, age, under_way]
