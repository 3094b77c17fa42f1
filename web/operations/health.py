"""The pages for monitoring: /healthz (alive), /readyz (able to work), /metrics (Prometheus)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import psycopg
from flask import Blueprint, Response, abort, jsonify
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from redis import RedisError

from runtime import Runtime
from store import keyring, migrate, months
from store.keyring import WrongMasterKey
from web import running
from web.callers import Caller, is_operator, states
from web.operations.metrics import DatabaseCollector, ValkeyCollector

health = Blueprint("health", __name__)
states(health, Caller.OPERATOR)

# A code or an answer that waits longer than this shows that something is broken.
LONGEST_WAIT_SECONDS = 60


@health.get("/healthz")
def alive() -> Response:
    """Answer 200 as long as the process answers at all; nothing else is asked."""
    return Response("ok\n", mimetype="text/plain")


@dataclass(frozen=True)
class PartHealth:
    """The health of one part."""

    good: bool
    says: str


@health.get("/readyz")
def ready() -> tuple[Response, int]:
    """Answer 200 where texts can be taken and answered, else 503; operators are told what fails."""
    runtime = running.runtime()
    parts: dict[str, Callable[[Runtime], PartHealth]] = {
        "database": _database,
        "redis": _redis,
        "migrations": _migrations,
        "keys": _keys,
        "outbox": _outbox,
        "carriers": _carriers,
        "months": _months,
    }
    found = {name: _look(part, runtime) for name, part in parts.items()}
    failing = [name for name, state in found.items() if not state.good]
    status = 503 if failing else 200
    if not is_operator():
        return jsonify(ready=not failing), status
    body = {name: state.says for name, state in found.items()}
    return jsonify(ready=not failing, failing=failing, **body), status


def _look(part: Callable[[Runtime], PartHealth], runtime: Runtime) -> PartHealth:
    try:
        return part(runtime)
    except (psycopg.Error, RedisError) as error:  # its text may hold an address: not for anyone
        return PartHealth(False, f"does not answer ({type(error).__name__})")


def _database(runtime: Runtime) -> PartHealth:
    with runtime.database.transaction() as conn:
        conn.execute("SELECT 1")
    return PartHealth(True, "answers")


def _redis(runtime: Runtime) -> PartHealth:
    runtime.redis.ping()
    return PartHealth(True, "answers")


def _migrations(runtime: Runtime) -> PartHealth:
    with runtime.database.transaction() as conn:
        found = migrate.version(conn)
    return PartHealth(found.current, found.says)


def _keys(runtime: Runtime) -> PartHealth:
    """Tell whether this process opens the key ring: without it no code is sent or taken."""
    try:
        with runtime.database.transaction() as conn:
            for key in keyring.listed(conn):
                if key.seals:
                    runtime.keys.root(conn, key.purpose, key.number)
    except WrongMasterKey:  # its text names masters: `flask doctor` shows it
        return PartHealth(False, "do not open with this DAKIYA_MASTER_KEY")
    return PartHealth(True, "open")


def _months(runtime: Runtime) -> PartHealth:
    """Tell how far ahead there are partitions. What waits in none is lost to nobody."""
    with runtime.database.transaction() as conn:
        found = months.report(conn)
    says = f"made until {found.until}"
    if found.waiting:
        says = f"{found.waiting} rows wait in no month: is the clock right, does a worker run?"
    return PartHealth(True, says)


def _outbox(runtime: Runtime) -> PartHealth:
    with runtime.database.transaction() as conn:
        row = conn.execute(
            "SELECT coalesce(extract(epoch FROM %s - min(due)), 0)::float FROM outbox"
            " WHERE held_until IS NULL AND lane IN ('code', 'alarm', 'reply')"
            " AND channel = 'text'",  # calls wait for each other: few begin in a second
            (runtime.now(),),
        ).fetchone()
    waits = max(0.0, row[0]) if row else 0.0
    return PartHealth(waits <= LONGEST_WAIT_SECONDS, f"the oldest answer waits {waits:.0f} s")


def _carriers(runtime: Runtime) -> PartHealth:
    """Tell whether a code could leave: not where every carrier of every route rests."""
    routed = list(runtime.settings.routing.gateways)
    with runtime.database.transaction() as conn:
        rows = conn.execute(
            "SELECT name, state, ordered FROM carriers WHERE name = ANY(%s)", (routed,)
        ).fetchall()
    resting = {name for name, _, ordered in rows if ordered == "rest"}
    passed_over = sorted(name for name, state, _ in rows if state == "open")
    if resting.issuperset(routed):
        return PartHealth(False, "all rest by order: lift one at /desk/carriers")
    if passed_over:
        return PartHealth(True, f"passed over for now: {', '.join(passed_over)}")
    return PartHealth(True, "in use")


@health.get("/metrics")
def metrics() -> Response:
    """Return the numbers for Prometheus, from database and Valkey: the same in every process."""
    if not is_operator():
        abort(404)  # not 403: who may not see them need not know that they are there
    registry = CollectorRegistry()
    registry.register(DatabaseCollector(running.runtime()))
    registry.register(ValkeyCollector(running.runtime()))
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)
