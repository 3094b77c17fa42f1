"""The findings of `flask doctor` about the releases that run, and migrations that wait for them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import psycopg
from redis import Redis

from outbox import releases
from outbox.releases import RunningProcess
from settings import Settings
from store import migrate
from store.phases import Migration
from web.operations.findings import CONNECT_SECONDS, Finding

_DOCS = "docs/cluster.md, Upgrade"


def examine(settings: Settings) -> Iterator[Finding]:
    """Yield which releases run where, and what waits until one of them has ended."""
    if not settings.database_url or not settings.redis_url:
        return
    with Redis.from_url(
        settings.redis_url, socket_connect_timeout=CONNECT_SECONDS, socket_timeout=CONNECT_SECONDS
    ) as redis:
        running = releases.running(redis)
    with psycopg.connect(settings.database_url, connect_timeout=CONNECT_SECONDS) as conn:
        waiting = migrate.version(conn).waiting
    yield from _releases(running)
    yield from waiting_for(waiting, running)


def _releases(running: Sequence[RunningProcess]) -> Iterator[Finding]:
    found = {(each.tree, each.schema): each for each in running}
    if len(found) == 1:
        (one,) = found.values()
        says = f"{len(running)} processes, all of {one.tree} (schema {one.schema})"
        yield Finding("ok", "releases", says)
    elif found:
        says = "; ".join(map(str, running))
        yield Finding("note", "releases", f"several run: {says}. Go on, or back ({_DOCS})")


def waiting_for(
    waiting: Sequence[Migration], running: Sequence[RunningProcess]
) -> Iterator[Finding]:
    """Yield whether the contract migrations that wait may be applied."""
    if not waiting:
        return
    names = ", ".join(each.revision for each in waiting)
    older = releases.older(running, waiting[-1].revision)
    if older:
        says = f"{names} must wait until these have ended: {'; '.join(map(str, older))}"
    else:
        says = f"{names}: `flask --app app db migrate --contract`, now that no older release runs"
    yield Finding("note", "migrations", f"{says} ({_DOCS})")
