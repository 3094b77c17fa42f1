"""One run with hostile neighbours: the service, its quiet customer, and each neighbour in turn."""

from __future__ import annotations

import asyncio
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Final

from bench import books, hostile_servers, neighbours
from bench.books import Doorstep
from bench.inbound import serve
from bench.quiet import Quiet, QuietText, Twilio, Watched, healthy
from bench.rig import LOCAL, MeasureFailed, Rig, await_port, await_that, free_port, rig
from bench.sending import start_worker
from embedded.addresses import KEEP
from runtime import Runtime

_ANSWER_SECONDS: Final = 0.05
_DOORS: Final = 1_800
_VICTIMS: Final = 150
_HINDERED: Final = 6  # of thirty postmen
_NO_LIMIT: Final = 1_000_000
_CALM_SECONDS: Final = 1.5  # of the customer alone, before a neighbour comes
_DISK: Final = "400m"


@dataclass(frozen=True)
class Row:
    """What the customer saw beside one neighbour. Seconds; `timed`: the aims for texts apply."""

    name: str
    text: float
    health: float
    code: float
    texts: int
    lost: int
    repeated: int
    timed: bool = True


@dataclass(frozen=True)
class Service:
    """The running service, as the neighbours find it."""

    made: Rig
    port: int
    carrier: int
    dripping: int
    runtime: Runtime
    twilio: Twilio
    doors: Iterator[Doorstep]
    victims: Iterator[Doorstep]  # of other postmen
    texted: list[QuietText] = field(default_factory=list)  # by people who are hindered


def _at_port(neighbour: neighbours.Neighbour, number: int) -> _Opens:
    return lambda it: neighbours.at_work(neighbour, it.port, number)


def _held(it: Service) -> AbstractContextManager[None]:
    victims = [next(it.victims) for _ in range(_VICTIMS)]
    return hostile_servers.held_rows(it.made, it.twilio, victims, it.texted)


_Opens = Callable[[Service], AbstractContextManager[None]]

# By the names of their rows; PgBouncer and the full disk are services of their own.
_NEIGHBOURS: Final[dict[str, tuple[str, _Opens]]] = {
    "nobody": ("nobody", lambda _: nullcontext()),
    "stalled": ("64 bodies announced and not sent", _at_port(neighbours.stalled, 64)),
    "dripping": ("64 bodies of a byte a second", _at_port(neighbours.dripping, 64)),
    "large": ("32 bodies of 20 MB, half of them at once", _at_port(neighbours.large, 32)),
    "heads": ("64 heads of a byte a second", _at_port(neighbours.dripping_head, 64)),
    "idle": ("2,000 idle connections", _at_port(neighbours.idle, neighbours.IDLE)),
    "storm": ("a storm of connections, 100 at a time", _at_port(neighbours.storm, 100)),
    "readers": ("64 readers that do not read", _at_port(neighbours.slow_reader, 64)),
    "pages": ("32 browsers asking for pages", _at_port(neighbours.pages, 32)),
    "cut": ("64 connections cut in mid-request", _at_port(neighbours.cut, 64)),
    "sign-ins": ("16 signing in with wrong passwords", _at_port(neighbours.signing_in, 16)),
    "valkey-hung": ("Valkey hung", lambda it: hostile_servers.hung_valkey(it.made)),
    "valkey-read-only": ("Valkey read-only", lambda it: hostile_servers.read_only_valkey(it.made)),
    "rows": ("rows held, their people texting", _held),
    "queries": ("four queries without an end", lambda it: hostile_servers.long_queries(it.made)),
    "webhooks": (
        "eight receivers of a byte a second",
        lambda it: hostile_servers.slow_receivers(it.runtime, it.dripping),
    ),
    "carrier": (
        "300 messages for a carrier of a byte a second",
        lambda it: hostile_servers.stuck_carrier(it.runtime),
    ),
}
_POOLED: Final = "pgbouncer"
_FULL: Final = "disk"
NAMES: Final = (*_NEIGHBOURS, _POOLED, _FULL)


def measure(names: Sequence[str], seconds: float) -> list[Row]:
    """Measure the rows called `names`, each for `seconds`. Raise `MeasureFailed`."""
    rows: list[Row] = []
    here = [name for name in names if name in _NEIGHBOURS]
    if here:
        with _service() as it:
            rows += [_row(it, *_NEIGHBOURS[name], seconds) for name in here]
    if _POOLED in names:
        rows += _pooled(seconds)
    if _FULL in names:
        rows += _on_a_full_disk(seconds)
    return rows


def _pooled(seconds: float) -> list[Row]:
    if shutil.which("pgbouncer") is None:
        print("pgbouncer is not installed: its row is left out", file=sys.stderr)
        return []
    with _service(pooled=True) as it:
        return [_row(it, "PgBouncer in transaction mode", lambda _: nullcontext(), seconds)]


def _on_a_full_disk(seconds: float) -> list[Row]:
    with _small_disk() as where:
        if where is None:
            print("no small file system can be made here: its row is left out", file=sys.stderr)
            return []
        with _service(within=where) as it:
            return [
                _row(it, "a full disk", lambda _: hostile_servers.full_disk(where), seconds, False)
            ]


@contextmanager
def _small_disk() -> Iterator[Path | None]:
    where = Path(tempfile.mkdtemp(prefix="dakiya-disk-"))
    mount = ["mount", "-t", "tmpfs", "-o", f"size={_DISK}", "tmpfs", str(where)]
    try:
        if os.geteuid() or subprocess.run(mount, capture_output=True, check=False).returncode:
            yield None
            return
        try:
            yield where
        finally:
            subprocess.run(["umount", "-l", str(where)], check=True)
    finally:
        where.rmdir()


@contextmanager
def _service(*, pooled: bool = False, within: Path | None = None) -> Iterator[Service]:
    ports = [free_port() for _ in range(4)]
    changes: dict[str, object] = {
        # Not production: receivers of webhooks are on this machine, without https.
        "dakiya_env": "development",
        "sms_routes": "twilio",
        "sms_route_rules": f"{hostile_servers.STUCK} = africastalking",
        "trusted_proxies": LOCAL,
        "TWILIO_API_URL": f"http://{LOCAL}:{ports[0]}",
        "TWILIO_RATE": 1000.0,
        "AFRICASTALKING_API_URL": f"http://{LOCAL}:{ports[1]}",
        "AFRICASTALKING_USERNAME": "bench",
        "AFRICASTALKING_API_KEY": secrets.token_hex(16),
        "AFRICASTALKING_HOOK_SECRET": secrets.token_urlsafe(32),
        "AFRICASTALKING_RATE": 1000.0,
        "receipt_seconds": 3_600,  # the carrier sends none
        "prefix_hourly_limit": _NO_LIMIT,
        "failover_hourly_limit": _NO_LIMIT,
        "delivery_day_start": "00:00",
        "delivery_day_end": "23:59",
    }
    with rig(KEEP, within, **changes) as made, ExitStack() as stack:
        command = [sys.executable, "-m", "bench.carrier", str(ports[0]), str(_ANSWER_SECONDS)]
        await_port(ports[0], made.start("carrier", command))
        dripping = [sys.executable, "-m", "bench.dripping", str(ports[1])]
        await_port(ports[1], made.start("dripping", dripping))
        runtime = made.runtime()
        stack.callback(runtime.database.close)
        filled = books.fill(made.settings, _DOORS, datetime.now(UTC))
        hindered = sorted({door.postman_phone for door in filled})[:_HINDERED]
        doors = iter([door for door in filled if door.postman_phone not in hindered])
        victims = iter([door for door in filled if door.postman_phone in hindered])
        with runtime.database.transaction() as conn:
            books.without_codes(conn)
        reached = made
        if pooled:
            reached = stack.enter_context(hostile_servers.pooled(made, ports[2]))
        web = serve(reached)
        start_worker(reached, runtime)
        await_that(lambda: asyncio.run(healthy(web.port)), "/healthz answers")
        it = Service(
            made,
            web.port,
            ports[0],
            ports[1],
            runtime,
            Twilio(made.settings, web.port),
            doors,
            victims,
        )
        asyncio.run(_warm_up(it))
        yield it


async def _warm_up(it: Service) -> None:
    quiet = Quiet(it.twilio, it.carrier, it.doors)
    await quiet.settle(await quiet.watch(2.0))


def _row(it: Service, says: str, opens: _Opens, seconds: float, timed: bool = True) -> Row:
    it.texted.clear()
    quiet = Quiet(it.twilio, it.carrier, it.doors)
    seen = asyncio.run(_beside(quiet, partial(opens, it), seconds))
    texts = [*seen.texts, *it.texted]
    with suppress(MeasureFailed):  # what is not read by then is lost
        await_that(lambda: not _not_kept(it.runtime, texts), "every text is read", 40)
    lost = _not_kept(it.runtime, texts) + sum(each.code is None for each in seen.texts)
    row = Row(
        says, seen.slowest_text, seen.slowest_health, seen.slowest_code, len(texts), lost,
        seen.repeated, timed,
    )  # fmt: skip
    print(row, file=sys.stderr, flush=True)
    return row


async def _beside(
    quiet: Quiet, opens: Callable[[], AbstractContextManager[None]], seconds: float
) -> Watched:
    """Watch the customer for `seconds` beside a neighbour, and until what he sent has arrived."""
    await asyncio.sleep(_CALM_SECONDS)
    stack = ExitStack()
    await asyncio.to_thread(stack.enter_context, opens())
    try:
        seen = await quiet.watch(seconds)
        await quiet.hold_on(seen, 3.0)
    finally:
        await asyncio.to_thread(stack.close)
    await quiet.settle(seen)
    return seen


def _not_kept(runtime: Runtime, texts: Sequence[QuietText]) -> int:
    """Return how many texts have no row, or one that nobody read."""
    sids = [each.sid for each in texts]
    with runtime.database.transaction() as conn:
        row = conn.execute(
            "SELECT count(*) FROM messages m WHERE m.direction = 'in' AND m.carrier_id = ANY(%s)"
            " AND m.status = 'received'",
            [sids],
        ).fetchone()
    if row is None:
        raise MeasureFailed("the texts cannot be counted")
    return len(sids) - int(row[0])
