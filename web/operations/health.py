"""For machines that watch: /healthz (alive), /readyz (able to work), /metrics (Prometheus)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import psycopg
from flask import Blueprint, Response, current_app, jsonify
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from redis import RedisError

from runtime import Runtime
from store import migrate
from web.callers import Caller, states
from web.operations.metrics import DatabaseCollector, Valkey

health = Blueprint("health", __name__)
states(health, Caller.ANYONE)

# A code or an answer that waits longer than this waits for something that is broken.
LONGEST_WAIT_SECONDS = 60


def _runtime() -> Runtime:
    runtime: Runtime = current_app.extensions["dakiya"]
    return runtime


@health.get("/healthz")
def alive() -> Response:
    """200 as long as the process answers at all; it asks nothing of anyone."""
    return Response("ok\n", mimetype="text/plain")


@dataclass(frozen=True)
class Finding:
    """What a look at one part found."""

    good: bool
    says: str


@health.get("/readyz")
def ready() -> tuple[Response, int]:
    """200 where texts can be taken and answered, else 503; the body names what fails."""
    runtime = _runtime()
    parts: dict[str, Callable[[Runtime], Finding]] = {
        "database": _database,
        "redis": _redis,
        "migrations": _migrations,
        "outbox": _outbox,
        "carriers": _carriers,
    }
    findings = {name: _look(part, runtime) for name, part in parts.items()}
    failing = [name for name, finding in findings.items() if not finding.good]
    body = {name: finding.says for name, finding in findings.items()}
    return jsonify(ready=not failing, failing=failing, **body), 503 if failing else 200


def _look(part: Callable[[Runtime], Finding], runtime: Runtime) -> Finding:
    try:
        return part(runtime)
    except (psycopg.Error, RedisError) as error:  # its text may hold an address: not for anyone
        return Finding(False, f"does not answer ({type(error).__name__})")


def _database(runtime: Runtime) -> Finding:
    with runtime.database.transaction() as conn:
        conn.execute("SELECT 1")
    return Finding(True, "answers")


def _redis(runtime: Runtime) -> Finding:
    runtime.redis.ping()
    return Finding(True, "answers")


def _migrations(runtime: Runtime) -> Finding:
    with runtime.database.transaction() as conn:
        found = migrate.version(conn)
    return Finding(found.current, found.says)


def _outbox(runtime: Runtime) -> Finding:
    with runtime.database.transaction() as conn:
        row = conn.execute(
            "SELECT coalesce(extract(epoch FROM %s - min(next_attempt_at)), 0)::float FROM messages"
            " WHERE status IN ('queued', 'unknown') AND lane IN ('code', 'reply')"
            " AND channel = 'text'",  # calls wait for each other: few begin in a second
            (runtime.now(),),
        ).fetchone()
    waits = max(0.0, row[0]) if row else 0.0
    return Finding(waits <= LONGEST_WAIT_SECONDS, f"the oldest answer waits {waits:.0f} s")


def _carriers(runtime: Runtime) -> Finding:
    """Whether a code could leave: not where every carrier of every route rests."""
    routed = list(runtime.settings.routing.gateways)
    with runtime.database.transaction() as conn:
        rows = conn.execute(
            "SELECT name, state, ordered FROM carriers WHERE name = ANY(%s)", (routed,)
        ).fetchall()
    resting = {name for name, _, ordered in rows if ordered == "rest"}
    passed_over = sorted(name for name, state, _ in rows if state == "open")
    if resting.issuperset(routed):
        return Finding(False, "all rest by order: lift one at /desk/carriers")
    if passed_over:
        return Finding(True, f"passed over for now: {', '.join(passed_over)}")
    return Finding(True, "in use")


@health.get("/metrics")
def metrics() -> Response:
    """What Prometheus reads: counted in the database and Valkey, so the same from every process."""
    registry = CollectorRegistry()
    registry.register(DatabaseCollector(_runtime()))
    registry.register(Valkey(_runtime()))
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)
